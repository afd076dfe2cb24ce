//! What an asker returns: facts that answer one question, never a judgement.

use serde::{Deserialize, Serialize};

use super::verdict::words;

words! {
    /// Why there is no answer, or no complete one. The list is closed.
    Failure {
        /// The name does not exist.
        DnsNxdomain = "dns_nxdomain",
        /// The name could not be resolved for another reason.
        DnsFailed = "dns_failed",
        /// The port refuses connections.
        ConnectRefused = "connect_refused",
        /// No connection within the timeout.
        ConnectTimeout = "connect_timeout",
        /// No route, or another reason why no connection was made.
        ConnectFailed = "connect_failed",
        /// The peer reset the connection.
        ConnectionReset = "connection_reset",
        /// The certificate has expired.
        TlsExpired = "tls_expired",
        /// The certificate is not yet valid.
        TlsNotYetValid = "tls_not_yet_valid",
        /// The certificate is for other names.
        TlsWrongName = "tls_wrong_name",
        /// The certificate's issuer is not trusted.
        TlsUntrusted = "tls_untrusted",
        /// The certificate was revoked.
        TlsRevoked = "tls_revoked",
        /// The TLS handshake failed for another reason.
        TlsFailed = "tls_failed",
        /// No complete answer within the timeout.
        HttpTimeout = "http_timeout",
        /// The answer is not HTTP, or breaks off.
        HttpBroken = "http_broken",
        /// The body is larger than the limit.
        HttpBodyTooLarge = "http_body_too_large",
        /// The body decompresses to far more than its compressed size.
        HttpBodyBomb = "http_body_bomb",
        /// The body's compression is broken or unknown.
        HttpBodyUndecodable = "http_body_undecodable",
        /// A redirect loop, or too many redirects.
        HttpRedirectLoop = "http_redirect_loop",
        /// A redirect that is not followed, because it leads from HTTPS to HTTP or has no valid address.
        HttpRedirectRefused = "http_redirect_refused",
        /// A public host redirected to a private address.
        HttpRedirectInward = "http_redirect_inward",
        /// plugwatch is not allowed to connect to this address.
        AddressRefused = "address_refused",
        /// This process cannot open more files or connections.
        OutOfDescriptors = "out_of_descriptors",
        /// A program did not end in time.
        ExecTimeout = "exec_timeout",
        /// A program's output could not be read.
        ExecFailed = "exec_failed",
        /// The host asked clients to wait longer than the check can.
        ToldToWait = "told_to_wait",
        /// The question could not be sent: a parameter is missing or wrong.
        NotAsked = "not_asked",
        /// A secret that the check needs is not set.
        NeedsKey = "needs_key",
    }
}

impl Failure {
    /// The failure in words for people, for use after a colon.
    pub fn words(self) -> &'static str {
        use Failure::*;
        match self {
            DnsNxdomain => "the name does not exist",
            DnsFailed => "the name servers gave no answer",
            ConnectRefused => "the connection is refused",
            ConnectTimeout => "no connection within the time limit",
            ConnectFailed => "there is no route to the host",
            OutOfDescriptors => "plugwatch is out of file descriptors: raise its limit (LimitNOFILE, ulimit -n)",
            ConnectionReset => "the connection was cut",
            TlsExpired => "the certificate has expired",
            TlsNotYetValid => "the certificate is not valid yet",
            TlsWrongName => "the certificate is for other names",
            TlsUntrusted => "no trusted authority issued the certificate",
            TlsRevoked => "the certificate was revoked",
            TlsFailed => "the TLS handshake failed",
            HttpTimeout => "no complete answer within the time limit",
            HttpBroken => "the answer is cut off, or is not HTTP",
            HttpBodyTooLarge => "it is larger than the limit",
            HttpBodyBomb => "it unpacks to far more than its size",
            HttpBodyUndecodable => "its compression is broken or unknown",
            HttpRedirectLoop => "it redirects in a loop, or too often",
            HttpRedirectInward => "it redirects to a private address, which plugwatch does not follow",
            HttpRedirectRefused => "it redirects to an address that plugwatch does not follow",
            AddressRefused => "the address is not allowed for this program",
            ExecTimeout => "it did not end in time",
            ExecFailed => "its output could not be read",
            ToldToWait => "the host asked clients to wait (rate limit)",
            NotAsked => "the request could not be built",
            NeedsKey => "a secret is not set",
        }
    }

    /// Whether plugwatch's own network could be the cause.
    pub fn is_transport(self) -> bool {
        use Failure::*;
        matches!(
            self,
            DnsNxdomain | DnsFailed | ConnectRefused | ConnectTimeout | ConnectFailed | ConnectionReset | HttpTimeout
        )
    }
}

/// The facts of one answer. Rules see each namespace under the same name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was requested, in words for people: a logical URL, or a name and its servers.
    pub asked: String,
    /// Which of several requests this answers: `token` if the request for an access token failed and the question
    /// itself was never sent; otherwise empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// Why there is no complete answer; `None` if there is one.
    pub failure: Option<Failure>,
    /// Details of the failure, without plugwatch's own addresses or secrets.
    pub failure_detail: String,
    /// The HTTP facts, if the request was made over HTTP.
    pub http: Option<HttpFacts>,
    /// Further facts that the asker found, by asker name: `dns`, `exec`, `smtp` and so on. `tls` has the facts of the
    /// connection, which are kept even if validation failed.
    #[serde(flatten)]
    pub said: Said,
    /// The body as received, decompressed.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// Facts by the name of the asker that found them; rules see them under that name.
pub type Said = std::collections::BTreeMap<String, serde_json::Value>;

/// The HTTP facts apart from the body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HttpFacts {
    /// The status code of the last answer.
    pub status: u16,
    /// The logical URL that answered, after redirects.
    pub url: String,
    /// The host of that URL.
    pub host: String,
    /// The path of that URL.
    pub path: String,
    /// How many redirects were followed.
    pub redirects: u32,
    /// The media type in lower case, without parameters; empty if none was given.
    pub content_type: String,
    /// Header fields, names in lower case.
    pub headers: std::collections::BTreeMap<String, String>,
    /// Bytes of the body after decompression.
    pub size: u64,
}

impl Answer {
    /// An answer with facts under the asker's name.
    pub fn of(asked: impl Into<String>, took_ms: u32, asker: &str, facts: serde_json::Value) -> Answer {
        let said = Said::from([(asker.to_owned(), facts)]);
        Answer { asked: asked.into(), took_ms, said, ..Answer::default() }
    }

    /// An answer for a failure.
    pub fn failed(asked: impl Into<String>, failure: Failure, detail: impl Into<String>) -> Answer {
        Answer { asked: asked.into(), failure: Some(failure), failure_detail: detail.into(), ..Answer::default() }
    }
}
