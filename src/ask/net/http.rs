//! HTTP as a browser does it: one question, its redirects with their cookies, and the body, all within limits.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use http::HeaderMap;
use url::Url;

use super::client::{Net, origin};
use super::connections::{Over, give_up};
use super::cookies::Cookies;
use super::origin::Origin;
use super::request::{self, Came};
use super::{body, hop, refresh};
use crate::clock::Stopwatch;
use crate::core::words::answer::{Answer, Failure, HttpFacts};
use crate::core::words::question::HttpQuestion;

/// The maximum number of redirects; browsers follow about twenty (Fetch, section 4.4).
const MOST_REDIRECTS: u32 = 20;

/// The result of a question, and the connection that carried it.
pub struct Carried {
    /// The answer.
    pub answer: Answer,
    /// The connection of the last response, or of the last attempt.
    pub origin: Option<Origin>,
    /// The URL of the last response.
    pub url: Option<Url>,
    /// The hosts that redirected here, each with its connection: visitors pass through them too.
    pub before: Vec<(String, Origin)>,
}

/// Asks one question. An urgent one goes first and uses a new connection: a confirming check shares nothing with the
/// check that it confirms.
pub async fn ask(net: &Net, question: &HttpQuestion, urgent: bool) -> Answer {
    let over = if urgent { Over::New } else { Over::Kept };
    carried(net, question, urgent, over).await.answer
}

/// The same over a new connection, whether urgent or not.
pub async fn ask_anew(net: &Net, question: &HttpQuestion, urgent: bool) -> Carried {
    carried(net, question, urgent, Over::New).await
}

async fn carried(net: &Net, question: &HttpQuestion, urgent: bool, over: Over) -> Carried {
    let Ok(url) = Url::parse(question.url.open()) else {
        let answer = Answer::failed(&question.shown, Failure::NotAsked, "this is not a valid URL");
        return Carried { answer, origin: None, url: None, before: Vec::new() };
    };
    // Waiting for a budget does not count as latency: the time starts after the first gate.
    let passed = net.gate.pass(&question.host, urgent).await;
    let watch = Stopwatch::start();
    let mut way = Way::new(net, question, url, urgent, over);
    let mut answer = match passed {
        true => way.follow(&watch).await,
        false => failed(Failure::ToldToWait),
    };
    answer.asked = question.shown.clone();
    answer.took_ms = watch.ms();
    Carried { answer, origin: way.origin, url: Some(way.url), before: way.before }
}

fn failed(failure: Failure) -> Answer {
    Answer { failure: Some(failure), ..Answer::default() }
}

/// The path from the first URL to the answer.
struct Way<'w> {
    net: &'w Net,
    question: &'w HttpQuestion,
    urgent: bool,
    over: Over,
    first: Url,
    url: Url,
    hops: u32,
    /// Whether a redirect from an external host led to this request.
    sent: bool,
    cookies: Cookies,
    /// The cookies sent with the last request.
    went: String,
    /// The URLs that redirected, each with the cookies that were sent to it.
    been: BTreeSet<(String, String)>,
    origin: Option<Origin>,
    /// The hosts that redirected here.
    before: Vec<(String, Origin)>,
}

impl<'w> Way<'w> {
    fn new(net: &'w Net, question: &'w HttpQuestion, url: Url, urgent: bool, over: Over) -> Way<'w> {
        let (sent, cookies, been) = (question.named_by_stranger, Cookies::default(), BTreeSet::new());
        let (first, went, before) = (url.clone(), String::new(), Vec::new());
        Way { net, question, urgent, over, first, url, hops: 0, sent, cookies, went, been, origin: None, before }
    }

    async fn follow(&mut self, watch: &Stopwatch) -> Answer {
        loop {
            if self.sent && !self.net.leads_outside(&self.url) {
                return failed(Failure::HttpRedirectInward);
            }
            let left = self.question.timeout.saturating_sub(watch.elapsed());
            let came = self.send(left).await;
            let response = match came.response {
                Ok(response) => response,
                Err(Failure::AddressRefused) if self.hops > 0 && self.sent => {
                    return failed(Failure::HttpRedirectInward);
                }
                Err(failure) => return failed(failure),
            };
            // An external host must not redirect to an internal one. An overridden host is treated as external,
            // because it replaces an external one.
            self.sent |= self.net.is_overridden(&self.url) || self.origin.as_ref().is_some_and(|origin| origin.outside);
            let (head, incoming) = response.into_parts();
            let status = head.status.as_u16();
            self.cookies.take(&self.url, &head.headers, self.net.clock.now());
            // A request body is not sent on to another address: a moved API is an answer too.
            let hop = match self.question.body {
                None => hop::next(self.net, &self.url, status, &head.headers),
                Some(_) => hop::Hop::Stay,
            };
            match hop {
                hop::Hop::Stay => {
                    let left = self.question.timeout.saturating_sub(watch.elapsed());
                    let (body, failure) = body::read(&head.headers, incoming, left).await;
                    if let (Some(_), Some(connection)) = (failure, &came.connection) {
                        give_up(connection);
                    }
                    if let Some(next) = self.sends_on(status, &head.headers, &body).filter(|_| failure.is_none()) {
                        if let Err(failure) = self.go(next).await {
                            return failed(failure);
                        }
                        continue;
                    }
                    return self.answer(status, &head.headers, body, failure);
                }
                hop::Hop::Refused => return failed(Failure::HttpRedirectRefused),
                hop::Hop::To(next) => {
                    if let Err(failure) = self.go(next).await {
                        return failed(failure);
                    }
                }
            }
        }
    }

    /// The URL that a page sends its readers to (refresh), unless it was requested already with the same cookies.
    fn sends_on(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Url> {
        let browsed = status == 200 && self.question.tls && self.question.body.is_none() && self.hops < MOST_REDIRECTS;
        let next = browsed.then(|| refresh::next(&self.net.actual(&self.url), headers, body))??;
        let next = self.net.logical(next);
        let cookies = self.cookies.for_url(&next);
        // A page that reloads itself is the answer, unless it set a new cookie first.
        let same = next == self.url && cookies == self.went;
        (!same && !self.been.contains(&(next.to_string(), cookies))).then_some(next)
    }

    async fn send(&mut self, left: Duration) -> Came {
        let cookies = self.cookies.for_url(&self.url);
        let leg = request::Leg {
            url: &self.url,
            own_origin: self.hops == 0 || self.url.origin() == self.first.origin(),
            sent: self.sent,
            cookies: &cookies,
            over: self.over,
            left,
        };
        let came = request::send(self.net, self.question, &leg).await;
        (self.went, self.origin) = (cookies, came.origin.clone());
        came
    }

    /// Requesting the same URL with the same cookies again is a redirect loop: the result would not change.
    async fn go(&mut self, next: Url) -> Result<(), Failure> {
        self.been.insert((self.url.to_string(), std::mem::take(&mut self.went)));
        let again = self.been.contains(&(next.to_string(), self.cookies.for_url(&next)));
        if again || self.hops >= MOST_REDIRECTS {
            return Err(Failure::HttpRedirectLoop);
        }
        let other = next.host_str().filter(|host| Some(*host) != self.url.host_str());
        if let Some(host) = other
            && !self.net.gate.pass(host, self.urgent).await
        {
            return Err(Failure::ToldToWait);
        }
        if let (true, Some(host), Some(connection)) =
            (origin(&next) != origin(&self.url), self.url.host_str(), &self.origin)
        {
            self.before.push((host.to_owned(), connection.clone()));
        }
        self.url = next;
        self.hops += 1;
        Ok(())
    }

    fn answer(&self, status: u16, headers: &HeaderMap, body: Vec<u8>, failure: Option<Failure>) -> Answer {
        let headers = plain_headers(headers);
        let content_type = headers.get("content-type").and_then(|value| value.split(';').next()).unwrap_or("");
        let host = self.url.host_str().unwrap_or("").to_owned();
        let wait = headers.get("retry-after").and_then(|wait| wait.trim().parse().ok());
        if let Some(wait) = wait.filter(|_| status == 429) {
            let until = crate::core::time::budget::come_back(self.net.clock.now(), Duration::from_secs(wait));
            self.net.gate.stay_away(&host, until);
        }
        let http = HttpFacts {
            status,
            host,
            path: self.url.path().to_owned(),
            url: self.url.to_string(),
            redirects: self.hops,
            content_type: content_type.trim().to_ascii_lowercase(),
            headers,
            size: body.len() as u64,
        };
        Answer { failure, http: Some(http), body, ..Answer::default() }
    }
}

/// Header fields as text, 64 KB at most, without cookies, which are private.
fn plain_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut size = 0;
    headers
        .iter()
        .filter(|(name, _)| name.as_str() != "set-cookie")
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .take_while(|(name, value)| {
            size += name.len() + value.len();
            size <= 64 << 10
        })
        .collect()
}
