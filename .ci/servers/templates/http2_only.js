// Node's own HTTP/2 server, which answers like Apple's push service: it speaks only HTTP/2 (no HTTP/1.1
// is negotiated), and returns 400 BadDeviceToken for an impossible device.
const fs = require('fs');
const http2 = require('http2');
const [, , port, certificate] = process.argv;
const server = http2.createSecureServer({
  key: fs.readFileSync(`${certificate}.key`),
  cert: fs.readFileSync(`${certificate}.crt`),
  allowHTTP1: false,
});
server.on('stream', (stream, headers) => {
  stream.resume();
  const topic = headers['apns-topic'] === 'org.example.shop' && /^bearer ./i.test(headers.authorization || '');
  stream.respond({ ':status': topic ? 400 : 403, 'content-type': 'application/json' });
  stream.end(JSON.stringify({ reason: topic ? 'BadDeviceToken' : 'InvalidProviderToken' }));
});
server.listen(Number(port), '127.0.0.1');
