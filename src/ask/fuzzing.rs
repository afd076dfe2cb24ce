//! Entry points for the fuzz targets in `fuzz/`: each runs the parsers of one kind of foreign input. Built for fuzzing
//! only.

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use rustls::pki_types::CertificateDer;
use url::Url;

use super::http::revocation;
use super::lookup::{dkim, dmarc, mta_sts, smtp, spf};
use super::net::cookies::Cookies;
use super::net::{hop, tls};
use super::rdap::{registries, whois};
use super::{dns, exec};
use crate::core::time::Time;

/// A name server's reply, as the walk, the queries of a zone's servers and the look-ups read it.
pub fn name_server(bytes: &[u8]) {
    let Ok(reply) = Message::from_vec(bytes) else { return };
    for name in ["example.org.", "www.example.org."] {
        let name = Name::from_ascii(name).unwrap_or_else(|_| Name::root());
        dns::read(&reply, &name, RecordType::A);
        dns::read(&reply, &name, RecordType::MX);
        dns::read(&reply, &name, RecordType::TXT);
    }
}

/// Everything that a mail server sends in one connection.
pub fn mail_server(bytes: &[u8]) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    let mut said = serde_json::json!({});
    runtime.block_on(smtp::converse(tokio::io::join(bytes, tokio::io::sink()), &mut said));
}

/// Mail records, as text.
pub fn mail_records(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    spf::parse(&text);
    // Several records of one name, one per line.
    dkim::outcome(&text.lines().map(str::to_owned).collect::<Vec<_>>());
    dmarc::parse(&text);
    mta_sts::Policy::read(&text).is_whole();
}

/// A certificate, and a revocation list.
pub fn certificates(bytes: &[u8]) {
    tls::one(&CertificateDer::from(bytes.to_vec()), Time(0));
    revocation::list_of(bytes);
    revocation::next_update(bytes);
}

/// IANA's list of registries, and its WHOIS answers.
pub fn registries(bytes: &[u8]) {
    if let Ok(json) = serde_json::from_slice(bytes) {
        registries::read(&json);
    }
    whois::server_in(&String::from_utf8_lossy(bytes));
}

/// The output of a user's program.
pub fn program(bytes: &[u8]) {
    exec::facts(Some(0), bytes);
}

/// A site's redirects and cookies: each line is used both as a `Location` and as a cookie of the page that sent it.
pub fn redirects(bytes: &[u8]) {
    let Ok(mut url) = Url::parse("https://www.example.org/a/b?c") else { return };
    let mut cookies = Cookies::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(field) = HeaderValue::from_bytes(line) else { continue };
        cookies.take(&url, &HeaderMap::from_iter([(SET_COOKIE, field)]), Time(1_800_000_000_000));
        url = hop::join(&url, line).filter(|next| matches!(next.scheme(), "http" | "https")).unwrap_or(url);
        // Whatever a site sets, the next request must be valid.
        assert!(HeaderValue::from_bytes(cookies.for_url(&url).as_bytes()).is_ok(), "{cookies:?}");
        assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    }
}
