//! Sends mail over SMTP (RFC 5321) with STARTTLS (RFC 3207) or implicit TLS (RFC 8314).
//!
//! A message's id is its Message-ID, so that repeats can be recognised. All mails about one incident refer to the
//! same invented first mail, so that mail programs show them as one thread.

use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};

use super::table::{Security, Settings};
use crate::core::dependency::incident::{Level, Reason};
use crate::notify::message::{Message, Tried};
use crate::notify::settings::{Sender, Trying, opened};
use crate::say::mail;

/// The timeout for each step of a conversation.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends mail through one server.
pub(super) struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    server: String,
}

impl Email {
    /// Creates a sender for this server, without connecting yet.
    ///
    /// # Errors
    /// Fails if the sender's address or the certificate authority cannot be parsed.
    pub(super) fn new(mail: &Settings) -> Result<Email, String> {
        let from: Mailbox = mail.from.parse().map_err(|_| format!("`from`: `{}` is not an address", mail.from))?;
        let tls = || tls(&mail.server, mail.authority.as_deref());
        let security = match mail.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.server)
            .port(mail.port)
            .tls(security)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = &mail.login {
            transport = transport.credentials(Credentials::new(user.clone(), opened(password)?.open().to_owned()));
        }
        Ok(Email { transport: transport.build(), from, server: mail.server.clone() })
    }

    /// Makes one attempt.
    async fn post(&self, message: &Message) -> Tried {
        let letter = match self.letter(message) {
            Ok(letter) => letter,
            Err(why) => return Tried::Never { why },
        };
        match self.transport.send(letter).await {
            Ok(_) => Tried::Sent(None),
            Err(error) => self.meaning(&error),
        }
    }

    fn letter(&self, message: &Message) -> Result<lettre::Message, String> {
        let to: Mailbox =
            message.recipient.parse().map_err(|_| format!("`{}` is not an address", message.recipient))?;
        let domain = self.from.email.domain();
        let id = |name: &str| format!("<{name}@{domain}>");
        let at = std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(message.at.0).unwrap_or(0));
        let mut letter = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&message.title)
            .date(at)
            .message_id(Some(id(&message.id)))
            .header(AutoSubmitted)
            .header(Importance(message.level));
        if let Some(thread) = &message.thread {
            letter = letter.in_reply_to(id(thread)).references(id(thread));
        }
        let pictures: Vec<String> = message.files.iter().map(|file| file.name.clone()).collect();
        let html = mail::html(&message.title, &message.html, &pictures, message.reason == Reason::Report);
        let mut related = MultiPart::related().singlepart(SinglePart::html(html));
        for file in &message.files {
            let media = ContentType::parse(&file.media).map_err(|_| format!("`{}` is not a media type", file.media))?;
            related = related.singlepart(Attachment::new_inline(file.name.clone()).body(file.bytes.to_vec(), media));
        }
        let body = MultiPart::alternative().singlepart(SinglePart::plain(message.plain.clone())).multipart(related);
        letter.multipart(body).map_err(|error| format!("the mail cannot be written: {error}"))
    }

    /// The result of an error. A server's permanent error (5xx) concerns the sender or the recipient, so a person has
    /// to change something.
    fn meaning(&self, error: &Error) -> Tried {
        let server = &self.server;
        let said = error.to_string();
        let said: String = said.chars().filter(|c| !c.is_control()).take(160).collect();
        let code = error.status().map(|code| code.to_string());
        match code.as_deref() {
            Some("535" | "530" | "534") => {
                Tried::Refused { why: format!("{server} refuses the login ({said}): check user and password") }
            }
            // The mailbox or the sender is rejected (RFC 3463, X.1 and X.2); any other code is about this mail.
            Some("550" | "551" | "553" | "556" | "521") => {
                Tried::Refused { why: format!("{server} refuses the mail ({said})") }
            }
            Some(_) if error.is_permanent() => Tried::Never { why: format!("{server} refuses this mail ({said})") },
            Some(_) => Tried::Retry { after: None, why: format!("{server} defers the mail ({said})") },
            // Without a conversation, nothing can have been delivered.
            None if error.is_tls() || error.is_client() || said.starts_with("Connection error") => {
                Tried::Retry { after: None, why: format!("{server}: {said}") }
            }
            None if error.is_timeout() => Tried::Unsure { why: format!("{server} did not answer in time") },
            None => Tried::Unsure { why: format!("{server} closed the connection: {said}") },
        }
    }
}

impl Sender for Email {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }
}

fn tls(server: &str, authority: Option<&str>) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(server.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(pem) = authority {
        let certificate = Certificate::from_pem(pem.as_bytes())
            .map_err(|error| format!("the certificate authority in `ca_file` cannot be read: {error}"))?;
        tls = tls.add_root_certificate(certificate);
    }
    tls.build_rustls().map_err(|error| format!("TLS cannot be set up: {error}"))
}

/// The header that asks mail programs not to reply automatically (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The importance of the mail (RFC 2156, section 5.3.4).
#[derive(Clone)]
struct Importance(Level);

impl Header for Importance {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Importance")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Importance(Level::Info))
    }

    fn display(&self) -> HeaderValue {
        let word = match self.0 {
            Level::Critical => "high",
            Level::Warning => "normal",
            Level::Info => "low",
        };
        HeaderValue::new(Self::name(), word.to_owned())
    }
}
