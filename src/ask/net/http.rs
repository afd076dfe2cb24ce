//! HTTP as a browser does it: one question, its redirects with their cookies within limits, the body
//! within limits.

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

/// Browsers follow about twenty (Fetch, section 4.4).
const MOST_REDIRECTS: u32 = 20;

/// What came of a question, and the connection that carried it.
pub struct Carried {
    /// The answer.
    pub answer: Answer,
    /// The connection of the last answer, or of the last try.
    pub origin: Option<Origin>,
    /// Where it was.
    pub url: Option<Url>,
    /// The hosts that sent us on, each with its connection: people come through them.
    pub before: Vec<(String, Origin)>,
}

/// One question. An urgent one passes first, and over a connection of its own: what confirms shares
/// nothing with what is doubted.
pub async fn ask(net: &Net, question: &HttpQuestion, urgent: bool) -> Answer {
    let over = if urgent { Over::New } else { Over::Kept };
    carried(net, question, urgent, over).await.answer
}

/// The same over a new connection, whatever it is for.
pub async fn ask_anew(net: &Net, question: &HttpQuestion, urgent: bool) -> Carried {
    carried(net, question, urgent, Over::New).await
}

async fn carried(net: &Net, question: &HttpQuestion, urgent: bool, over: Over) -> Carried {
    let Ok(url) = Url::parse(question.url.open()) else {
        let answer = Answer::failed(&question.shown, Failure::NotAsked, "this is not a URL");
        return Carried { answer, origin: None, url: None, before: Vec::new() };
    };
    // Waiting for a budget is no latency: the time counts from the first passed gate.
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

/// The way from the first URL to the answer.
struct Way<'w> {
    net: &'w Net,
    question: &'w HttpQuestion,
    urgent: bool,
    over: Over,
    first: Url,
    url: Url,
    hops: u32,
    /// Whether somebody outside has sent us here.
    sent: bool,
    cookies: Cookies,
    /// The cookies that went with the last request.
    went: String,
    /// The URLs from which a redirect led on, each with the cookies that went there.
    been: BTreeSet<(String, String)>,
    origin: Option<Origin>,
    /// The hosts that sent us on.
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
            // Whoever is outside must not send us inside. A host that the configuration puts
            // elsewhere is taken for what it stands for.
            self.sent |= self.net.is_overridden(&self.url) || self.origin.as_ref().is_some_and(|origin| origin.outside);
            let (head, incoming) = response.into_parts();
            let status = head.status.as_u16();
            self.cookies.take(&self.url, &head.headers, self.net.clock.now());
            // What was sent to one address is not sent on to another: a moved API is an answer too.
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

    /// Where a page of a website sends its readers: a place that was not asked yet, or it is the answer.
    fn sends_on(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Url> {
        let browsed = status == 200 && self.question.tls && self.question.body.is_none() && self.hops < MOST_REDIRECTS;
        let next = browsed.then(|| refresh::next(&self.net.actual(&self.url), headers, body))??;
        let next = self.net.logical(next);
        let cookies = self.cookies.for_url(&next);
        // A page that loads itself anew is the answer, but for one that was waiting for its cookie.
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

    /// A circle is the same URL with the same cookies again: without anything new, the same comes back.
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

/// Header fields as text, 64 KB at most; cookies are nobody's business.
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
