//! Connections of the HTTP client: dialled and secured, with the facts of their handshake.
//!
//! Every connection is resolved, dialled and handshaken from scratch. TLS sessions are not resumed, because a resumed
//! session shows the old certificate.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::dial::{Hosts, dial};
use super::failure;
use super::guard::Guard;
use super::origin::{NotConnected, Origin};
use super::reach::is_inside;
use super::tls::{Shaker, Strictness};
use crate::core::words::answer::Failure;

/// The timeout for a handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(5);

/// Opens the connections of one client.
#[derive(Clone)]
pub struct Connector {
    /// The addresses that may be connected to.
    pub guard: Guard,
    /// Names whose addresses tests replace.
    pub hosts: Arc<Hosts>,
    /// Secures connections with TLS.
    pub shaker: Arc<Shaker>,
}

impl Connector {
    async fn open(self, uri: Uri) -> Result<TokioIo<Wire>, NotConnected> {
        let safe = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or("").to_owned();
        let port = uri.port_u16().unwrap_or(if safe { 443 } else { 80 });
        let without = |failure| NotConnected { failure, origin: None };
        let stream = dial(self.guard, &self.hosts, &host, port).await;
        let stream = stream.map_err(|error| without(failure::of_connection(&error)))?;
        // Without this, small requests may wait for an acknowledgement (Nagle). A kernel that refuses it does no harm.
        _ = stream.set_nodelay(true);
        let outside = stream.peer_addr().is_ok_and(|address| !is_inside(address.ip()));
        if !safe {
            return Ok(TokioIo::new(Wire::new(Stream::Plain(stream), Origin { outside, tls: None })));
        }
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
        let name = name.map_err(|_| without(Failure::TlsFailed))?;
        let shaken = timeout(HANDSHAKE_LIMIT, self.shaker.shake(name, stream, Strictness::Verified)).await;
        let (seen, stream) = shaken.map_err(|_| without(Failure::ConnectTimeout))?;
        let origin = Origin { outside, tls: seen.map(Arc::new) };
        match stream {
            Ok(stream) => Ok(TokioIo::new(Wire::new(Stream::Safe(Box::new(stream)), origin))),
            Err(error) => Err(NotConnected { failure: failure::of_connection(&error), origin: Some(origin) }),
        }
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<Wire>;
    type Error = NotConnected;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, NotConnected>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NotConnected>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().open(uri))
    }
}

enum Stream {
    Plain(TcpStream),
    Safe(Box<TlsStream<TcpStream>>),
}

/// An open connection.
pub struct Wire {
    stream: Stream,
    origin: Origin,
    /// No byte has arrived yet: the next one starts the status line of an HTTP/1 response.
    fresh: bool,
}

impl Wire {
    fn new(stream: Stream, origin: Origin) -> Wire {
        Wire { stream, origin, fresh: true }
    }
}

/// Browsers accept `http/1.1`, unknown version numbers and several blanks before the status; the library accepts two
/// versions, in upper case only, and one blank.
fn forgive(line: &mut [u8]) {
    let Some((version, rest)) = line.split_at_mut_checked(8) else { return };
    let named = version[..5].eq_ignore_ascii_case(b"HTTP/") && version[6] == b'.';
    if named && version[5].is_ascii_digit() && version[7].is_ascii_digit() && version[5..] != *b"1.0" {
        version.copy_from_slice(b"HTTP/1.1");
    } else if named {
        version[..5].copy_from_slice(b"HTTP/");
    }
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if named && blanks > 0 && rest.get(blanks..blanks + 3).is_some_and(|code| code.iter().all(u8::is_ascii_digit)) {
        // The other blanks become part of the phrase behind the code.
        rest.copy_within(blanks..blanks + 3, 1);
        rest[0] = b' ';
        rest[4..blanks + 3].fill(b' ');
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(self.origin.clone());
        match &self.stream {
            Stream::Safe(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => connected.negotiated_h2(),
            _ => connected,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            // Many servers close without a TLS close notification. The response's own length shows whether it is
            // whole.
            Stream::Safe(stream) => match Pin::new(stream.as_mut()).poll_read(cx, buffer) {
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                read => read,
            },
        };
        if self.fresh && read.is_ready() {
            self.fresh = false;
            forgive(&mut buffer.filled_mut()[before..]);
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Safe(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Safe(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Safe(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::forgive;

    #[test]
    fn a_status_line_as_browsers_take_it_becomes_a_proper_one() {
        for (sent, wanted) in [
            ("HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n"),
            ("HTTP/1.1  200 OK\r\n", "HTTP/1.1 200  OK\r\n"),
            ("http/2.0 \t  503\r\n", "HTTP/1.1 503   \r\n"),
            ("HTTP/1.0\t200 OK\r\n", "HTTP/1.0 200 OK\r\n"),
            ("HTTP/1.1  OK\r\n", "HTTP/1.1  OK\r\n"),
            ("<html>  200", "<html>  200"),
            ("HTTP", "HTTP"),
        ] {
            let mut line = sent.as_bytes().to_vec();
            forgive(&mut line);
            assert_eq!(String::from_utf8_lossy(&line), wanted, "{sent}");
        }
    }
}
