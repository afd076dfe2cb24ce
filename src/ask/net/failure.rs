//! Maps the libraries' errors to the fixed set of failures.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::guard::Refused;
use super::origin::{NotConnected, Origin};
use crate::core::words::answer::Failure;

/// The failure for an error of the HTTP client.
pub fn of_http(error: &(dyn Error + 'static)) -> Failure {
    causes(error).find_map(of_cause).unwrap_or(Failure::HttpBroken)
}

/// The facts about a connection that failed.
pub fn origin_of(error: &(dyn Error + 'static)) -> Option<Origin> {
    causes(error).find_map(|cause| cause.downcast_ref::<NotConnected>()?.origin.clone())
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        error.source()
    })
}

fn of_cause(error: &(dyn Error + 'static)) -> Option<Failure> {
    if error.is::<Refused>() {
        return Some(Failure::AddressRefused);
    }
    if let Some(not_connected) = error.downcast_ref::<NotConnected>() {
        return Some(not_connected.failure);
    }
    if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout) {
        return Some(Failure::HttpTimeout);
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(tls));
    }
    let io = error.downcast_ref::<io::Error>()?;
    // An I/O error wraps the real cause, and its `source` skips to that cause's own source.
    let inner = io.get_ref().map(|inner| inner as &(dyn Error + 'static));
    inner.and_then(of_cause).or_else(|| of_io(io))
}

/// The failure for an error of a connection or its TLS handshake.
pub fn of_connection(error: &io::Error) -> Failure {
    of_cause(error).unwrap_or(Failure::ConnectFailed)
}

/// Whether this process or the system has reached its limit of open files (EMFILE, ENFILE).
fn is_exhausted(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Whether no file can be opened right now. An asker's result then says nothing about the other side.
pub fn out_of_descriptors() -> bool {
    std::fs::File::open("/dev/null").is_err_and(|error| is_exhausted(&error))
}

/// The failure for an I/O error.
pub fn of_io(error: &io::Error) -> Option<Failure> {
    if is_exhausted(error) {
        return Some(Failure::OutOfDescriptors);
    }
    use io::ErrorKind::*;
    match error.kind() {
        ConnectionRefused => Some(Failure::ConnectRefused),
        TimedOut => Some(Failure::ConnectTimeout),
        ConnectionReset | ConnectionAborted | BrokenPipe => Some(Failure::ConnectionReset),
        HostUnreachable | NetworkUnreachable | NetworkDown | AddrNotAvailable => Some(Failure::ConnectFailed),
        UnexpectedEof => Some(Failure::HttpBroken),
        _ => of_resolver(&error.to_string()),
    }
}

/// getaddrinfo's messages for a name that does not exist or has no address, from glibc and musl.
const NO_SUCH_NAME: [&str; 4] =
    ["Name or service not known", "No address associated", "Name does not resolve", "Name has no usable address"];

/// The system's resolver reports errors as text only (getaddrinfo).
fn of_resolver(text: &str) -> Option<Failure> {
    if NO_SUCH_NAME.iter().any(|words| text.contains(words)) {
        return Some(Failure::DnsNxdomain);
    }
    text.contains("failed to lookup address").then_some(Failure::DnsFailed)
}

/// The failure for a TLS error.
pub fn of_tls(error: &rustls::Error) -> Failure {
    let rustls::Error::InvalidCertificate(certificate) = error else { return Failure::TlsFailed };
    match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Failure::TlsExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Failure::TlsNotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Failure::TlsWrongName,
        CertificateError::Revoked => Failure::TlsRevoked,
        CertificateError::UnknownIssuer => Failure::TlsUntrusted,
        // A self-signed certificate that is marked as an authority.
        CertificateError::Other(_) => Failure::TlsUntrusted,
        _ => Failure::TlsFailed,
    }
}
