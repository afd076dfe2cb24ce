//! What an asker brings back: facts about one question, never an opinion.

use serde::{Deserialize, Serialize};

use super::verdict::words;

words! {
    /// Why no answer, or no whole answer, came. The list is closed.
    Failure {
        /// The name does not exist.
        DnsNxdomain = "dns_nxdomain",
        /// The name could not be resolved for another reason.
        DnsFailed = "dns_failed",
        /// Nobody listens there.
        ConnectRefused = "connect_refused",
        /// No connection within the time limit.
        ConnectTimeout = "connect_timeout",
        /// No route, or another reason why no connection came about.
        ConnectFailed = "connect_failed",
        /// The peer cut the connection.
        ConnectionReset = "connection_reset",
        /// The certificate is past its date.
        TlsExpired = "tls_expired",
        /// The certificate's time has not begun.
        TlsNotYetValid = "tls_not_yet_valid",
        /// The certificate is for other names.
        TlsWrongName = "tls_wrong_name",
        /// Nobody we trust issued the certificate.
        TlsUntrusted = "tls_untrusted",
        /// The certificate was revoked.
        TlsRevoked = "tls_revoked",
        /// The TLS handshake failed for another reason.
        TlsFailed = "tls_failed",
        /// No complete answer within the time limit.
        HttpTimeout = "http_timeout",
        /// The answer is no HTTP, or breaks off.
        HttpBroken = "http_broken",
        /// The body is larger than the limit.
        HttpBodyTooLarge = "http_body_too_large",
        /// The body unpacks to far more than it weighs.
        HttpBodyBomb = "http_body_bomb",
        /// The body's compression is broken or unknown.
        HttpBodyUndecodable = "http_body_undecodable",
        /// Redirected in a circle, or too often.
        HttpRedirectLoop = "http_redirect_loop",
        /// Redirected to where we do not follow (from HTTPS to HTTP, no address).
        HttpRedirectRefused = "http_redirect_refused",
        /// A public host redirected to a private address.
        HttpRedirectInward = "http_redirect_inward",
        /// The address is not allowed for this program.
        AddressRefused = "address_refused",
        /// This program may open no more files or connections.
        OutOfDescriptors = "out_of_descriptors",
        /// A program did not end in time.
        ExecTimeout = "exec_timeout",
        /// A program's output could not be read.
        ExecFailed = "exec_failed",
        /// The host is not to be asked for longer than anybody waits.
        ToldToWait = "told_to_wait",
        /// The question itself could not be put: a parameter is missing or wrong.
        NotAsked = "not_asked",
        /// A secret that the check needs is not set.
        NeedsKey = "needs_key",
    }
}

impl Failure {
    /// The same for people, to follow a colon.
    pub fn words(self) -> &'static str {
        use Failure::*;
        match self {
            DnsNxdomain => "the name does not exist",
            DnsFailed => "the name servers gave no answer",
            ConnectRefused => "the connection is refused",
            ConnectTimeout => "no connection within the time limit",
            ConnectFailed => "no way there",
            OutOfDescriptors => "plugwatch is out of file descriptors: raise its limit (LimitNOFILE, ulimit -n)",
            ConnectionReset => "the connection was cut",
            TlsExpired => "the certificate is past its date",
            TlsNotYetValid => "the certificate's time has not begun",
            TlsWrongName => "the certificate is for other names",
            TlsUntrusted => "nobody we trust issued the certificate",
            TlsRevoked => "the certificate was revoked",
            TlsFailed => "the TLS handshake failed",
            HttpTimeout => "no complete answer within the time limit",
            HttpBroken => "the answer is cut off, or is not HTTP",
            HttpBodyTooLarge => "it is larger than the limit",
            HttpBodyBomb => "it unpacks to far more than it weighs",
            HttpBodyUndecodable => "its compression is broken or unknown",
            HttpRedirectLoop => "it redirects in a circle, or too often",
            HttpRedirectInward => "it redirects to a private address, which plugwatch does not follow",
            HttpRedirectRefused => "it redirects to where plugwatch does not follow",
            AddressRefused => "the address is not allowed for this program",
            ExecTimeout => "it did not end in time",
            ExecFailed => "its output could not be read",
            ToldToWait => "the host wants to be left alone",
            NotAsked => "the question could not be put",
            NeedsKey => "a secret is not set",
        }
    }

    /// Whether our own network could be the cause.
    pub fn is_transport(self) -> bool {
        use Failure::*;
        matches!(
            self,
            DnsNxdomain | DnsFailed | ConnectRefused | ConnectTimeout | ConnectFailed | ConnectionReset | HttpTimeout
        )
    }
}

/// The facts of one answer. Each namespace is what rules see under the same name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked, as a person would repeat it: a logical URL, or a name at its servers.
    pub asked: String,
    /// Which of several requests this answers: `token` where the key was refused a token and
    /// the question itself was never asked; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// How long it took.
    pub took_ms: u32,
    /// Why there is no whole answer, if there is none.
    pub failure: Option<Failure>,
    /// More about the failure, without addresses of ours or secrets.
    pub failure_detail: String,
    /// HTTP facts.
    pub http: Option<HttpFacts>,
    /// What the asker found besides, by its name: `dns`, `exec`, `smtp` ...; and `tls`, the facts
    /// of the connection, kept even where validation failed.
    #[serde(flatten)]
    pub said: Said,
    /// The body as it came, decompressed.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// Facts by the name of the asker who found them; rules see each under that name.
pub type Said = std::collections::BTreeMap<String, serde_json::Value>;

/// What HTTP said besides the body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HttpFacts {
    /// The status code of the last answer.
    pub status: u16,
    /// The logical URL that answered, after redirects.
    pub url: String,
    /// Its host.
    pub host: String,
    /// Its path.
    pub path: String,
    /// How many redirects were followed.
    pub redirects: u32,
    /// The media type without its parameters, lower case; empty if none was given.
    pub content_type: String,
    /// Header fields, names in lower case.
    pub headers: std::collections::BTreeMap<String, String>,
    /// Bytes of the body after decompression.
    pub size: u64,
}

impl Answer {
    /// An answer of facts under the asker's name.
    pub fn of(asked: impl Into<String>, took_ms: u32, asker: &str, facts: serde_json::Value) -> Answer {
        let said = Said::from([(asker.to_owned(), facts)]);
        Answer { asked: asked.into(), took_ms, said, ..Answer::default() }
    }

    /// An answer that is a failure.
    pub fn failed(asked: impl Into<String>, failure: Failure, detail: impl Into<String>) -> Answer {
        Answer { asked: asked.into(), failure: Some(failure), failure_detail: detail.into(), ..Answer::default() }
    }
}
