// The Telegram Bot API of the npm package telegram-test-api, on one loopback port.
const TelegramServer = require('telegram-test-api');
const server = new TelegramServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  storage: 'RAM',
  // By default, messages are removed after a minute; the claims are about all messages.
  storeTimeout: 3600,
});
server.start().catch((error) => {
  console.error(error);
  process.exit(1);
});
