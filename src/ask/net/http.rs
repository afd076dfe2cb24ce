//! HTTP: one request, its redirects within limits, the body within limits.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderName, HeaderValue, LOCATION};
use url::Url;

use super::client::{Net, origin};
use super::reach::is_inside;
use super::{body, failure};
use crate::clock::Stopwatch;
use crate::core::words::answer::{Answer, Failure, HttpFacts};
use crate::core::words::question::{Field, HttpQuestion};

/// More hops than this are a circle.
const MOST_REDIRECTS: u32 = 5;

/// One request, and nothing beside it.
pub async fn ask(net: &Net, question: &HttpQuestion, urgent: bool) -> Answer {
    ask_beside(net, question, urgent, std::future::ready(())).await.0
}

/// One request while something else is done: the answer is there when both are, and so long it took.
pub async fn ask_beside<T>(
    net: &Net,
    question: &HttpQuestion,
    urgent: bool,
    beside: impl Future<Output = T>,
) -> (Answer, T) {
    let Ok(url) = Url::parse(question.url.open()) else {
        return (Answer::failed(&question.shown, Failure::NotAsked, "this is not a URL"), beside.await);
    };
    let ((mut answer, watch), done) = tokio::join!(follow(net, question, url, urgent), beside);
    answer.asked = question.shown.clone();
    answer.took_ms = watch.ms();
    (answer, done)
}

/// The time counts from the first passed gate: waiting for a budget is no latency.
async fn follow(net: &Net, question: &HttpQuestion, mut url: Url, urgent: bool) -> (Answer, Stopwatch) {
    let first = origin(&url);
    let mut hops = 0;
    // Whether somebody outside has sent us here.
    let mut sent = question.named_by_stranger;
    let passed = net.gate.pass(&question.host, urgent).await;
    let watch = Stopwatch::start();
    if !passed {
        return (Answer { failure: Some(Failure::ToldToWait), ..Answer::default() }, watch);
    }
    loop {
        let left = question.timeout.saturating_sub(watch.elapsed());
        let own = origin(&url) == first;
        if sent && !net.leads_outside(&url) {
            return (Answer { failure: Some(Failure::HttpRedirectInward), ..Answer::default() }, watch);
        }
        let client = if sent { net.outward(&url) } else { &net.client };
        let response = match send(net, client, question, &url, own, left).await {
            Ok(response) => response,
            Err(Failure::AddressRefused) if hops > 0 && sent => {
                return (Answer { failure: Some(Failure::HttpRedirectInward), ..Answer::default() }, watch);
            }
            Err(failed) => return (Answer { failure: Some(failed), ..Answer::default() }, watch),
        };
        sent |= is_outside(net, &url, &response);
        // What was sent to one address is not sent on to another: a moved API is an answer too.
        let hop = if question.body.is_none() { next_hop(net, &url, &response) } else { Hop::Stay };
        match hop {
            Hop::Stay => return (read(net, url, hops, response).await, watch),
            Hop::Refused => {
                return (Answer { failure: Some(Failure::HttpRedirectRefused), ..Answer::default() }, watch);
            }
            Hop::To(_) if hops >= MOST_REDIRECTS => {
                return (Answer { failure: Some(Failure::HttpRedirectLoop), ..Answer::default() }, watch);
            }
            Hop::To(next) => {
                let other = next.host_str().filter(|host| Some(*host) != url.host_str());
                if let Some(host) = other
                    && !net.gate.pass(host, urgent).await
                {
                    return (Answer { failure: Some(Failure::ToldToWait), ..Answer::default() }, watch);
                }
                url = next;
                hops += 1;
            }
        }
    }
}

async fn send(
    net: &Net,
    client: &reqwest::Client,
    question: &HttpQuestion,
    logical: &Url,
    own_origin: bool,
    left: Duration,
) -> Result<reqwest::Response, Failure> {
    let actual = net.actual(logical);
    if !net.allows(&actual) {
        return Err(Failure::AddressRefused);
    }
    if left.is_zero() {
        return Err(Failure::HttpTimeout);
    }
    let method = reqwest::Method::from_bytes(question.method.as_bytes()).unwrap_or(reqwest::Method::GET);
    let mut request = client.request(method, actual).timeout(left).header(ACCEPT_ENCODING, body::ACCEPTED);
    // Secrets never follow a redirect to somebody else.
    let goes_along = |field: &&Field| own_origin || !(field.secret || field.name.eq_ignore_ascii_case("cookie"));
    for field in question.headers.iter().filter(goes_along) {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| Failure::NotAsked)?;
        let mut value = HeaderValue::from_str(field.value.open()).map_err(|_| Failure::NotAsked)?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    if let Some(body) = &question.body {
        request = request.body(body.open().to_owned());
    }
    request.send().await.map_err(|error| failure::of_http(&error))
}

/// Whether whoever answered is outside, and so must not send us inside. A host that the
/// configuration puts elsewhere is taken for what it stands for.
fn is_outside(net: &Net, logical: &Url, response: &reqwest::Response) -> bool {
    net.is_overridden(logical) || response.remote_addr().is_some_and(|from| !is_inside(from.ip()))
}

enum Hop {
    Stay,
    To(Url),
    Refused,
}

fn next_hop(net: &Net, url: &Url, response: &reqwest::Response) -> Hop {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(LOCATION).filter(|_| redirects) else { return Hop::Stay };
    // The server speaks of where it really is; what it means is the logical place.
    let actual = net.actual(url);
    let next = location.to_str().ok().and_then(|location| actual.join(location).ok()).map(|next| net.logical(next));
    let next = next.map(anonymous);
    match next {
        Some(next) if !matches!(next.scheme(), "http" | "https") => Hop::Refused,
        Some(next) if url.scheme() == "https" && next.scheme() == "http" => Hop::Refused,
        Some(next) => Hop::To(next),
        None => Hop::Refused,
    }
}

/// Nobody but the configuration says who we are: a name and password in a redirect go nowhere.
fn anonymous(mut url: Url) -> Url {
    // Both fail only for URLs without a host, which have none.
    _ = url.set_username("");
    _ = url.set_password(None);
    url
}

async fn read(net: &Net, url: Url, redirects: u32, response: reqwest::Response) -> Answer {
    let status = response.status().as_u16();
    let headers = plain_headers(&response);
    let (body, failure) = body::read(response).await;
    let content_type = headers.get("content-type").and_then(|value| value.split(';').next()).unwrap_or("");
    let host = url.host_str().unwrap_or("").to_owned();
    if let Some(wait) = headers.get("retry-after").and_then(|wait| wait.trim().parse().ok()).filter(|_| status == 429) {
        let until = crate::core::time::budget::come_back(net.clock.now(), Duration::from_secs(wait));
        net.gate.stay_away(&host, until);
    }
    let http = HttpFacts {
        status,
        host,
        path: url.path().to_owned(),
        url: url.into(),
        redirects,
        content_type: content_type.trim().to_ascii_lowercase(),
        headers,
        size: body.len() as u64,
    };
    Answer { failure, http: Some(http), body, ..Answer::default() }
}

/// Header fields as text, 64 KB at most; cookies are nobody's business.
fn plain_headers(response: &reqwest::Response) -> BTreeMap<String, String> {
    let mut size = 0;
    response
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str() != "set-cookie")
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .take_while(|(name, value)| {
            size += name.len() + value.len();
            size <= 64 << 10
        })
        .collect()
}
