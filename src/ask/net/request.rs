//! One request over one connection, and the facts about that connection.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::time::timeout;
use url::Url;

use super::body;
use super::client::Net;
use super::connections::{HttpClient, Over, give_up};
use super::failure;
use super::origin::Origin;
use crate::core::words::answer::Failure;
use crate::core::words::question::{Field, HttpQuestion};

/// The parts of one hop's request that are not in the question.
pub struct Leg<'h> {
    /// The logical URL of the request.
    pub url: &'h Url,
    /// Whether the URL has the question's own origin.
    pub own_origin: bool,
    /// Whether an external host redirected to it.
    pub sent: bool,
    /// The cookies that the site has set so far.
    pub cookies: &'h str,
    /// Whether a kept connection may be used.
    pub over: Over,
    /// The timeout of the request.
    pub left: Duration,
}

/// The result of one hop.
pub struct Came {
    /// The response's head, with its body still to be read, or why there is none.
    pub response: Result<Response<Incoming>, Failure>,
    /// The facts about the connection, if one was made or a handshake showed something.
    pub origin: Option<Origin>,
    /// The connection itself, to be given up if the body is cut off.
    pub connection: Option<CaptureConnection>,
}

/// Sends one request.
pub async fn send(net: &Net, question: &HttpQuestion, leg: &Leg<'_>) -> Came {
    let failed = |failure| Came { response: Err(failure), origin: None, connection: None };
    let actual = net.actual(leg.url);
    if !net.allows(&actual) {
        return failed(Failure::AddressRefused);
    }
    if leg.left.is_zero() {
        return failed(Failure::HttpTimeout);
    }
    let Some(mut request) = request(net, question, leg, &actual) else { return failed(Failure::NotAsked) };
    let connection = capture_connection(&mut request);
    let client: HttpClient = net.connections(leg.url, leg.sent).client(leg.over, net.clock.now());
    let response = match timeout(leg.left, client.request(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err((failure::of_http(&error), failure::origin_of(&error))),
        Err(_) if origin_of(&connection).is_none() => Err((Failure::ConnectTimeout, None)),
        Err(_) => Err((Failure::HttpTimeout, None)),
    };
    let origin = origin_of(&connection);
    match response {
        Ok(response) => Came { response: Ok(response), origin, connection: Some(connection) },
        Err((failed, of_handshake)) => {
            give_up(&connection);
            Came { response: Err(failed), origin: origin.or(of_handshake), connection: None }
        }
    }
}

/// The facts that the connector stored with the connection.
fn origin_of(connection: &CaptureConnection) -> Option<Origin> {
    let mut left = http::Extensions::new();
    connection.connection_metadata().as_ref()?.get_extras(&mut left);
    left.remove()
}

fn request(net: &Net, question: &HttpQuestion, leg: &Leg<'_>, actual: &Url) -> Option<Request<Full<Bytes>>> {
    let uri: Uri = plain(actual).as_str().parse().ok()?;
    let body = question.body.as_ref().map_or_else(Bytes::new, |body| Bytes::from(body.open().to_owned()));
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::from_bytes(question.method.as_bytes()).unwrap_or(Method::GET);
    *request.uri_mut() = uri;
    *request.headers_mut() = headers(net, question, leg, actual)?;
    Some(request)
}

/// The URL without its fragment, user name and password, which are not sent.
fn plain(url: &Url) -> Cow<'_, Url> {
    if url.fragment().is_none() && url.username().is_empty() && url.password().is_none() {
        return Cow::Borrowed(url);
    }
    let mut plain = url.clone();
    plain.set_fragment(None);
    // Both calls fail only for URLs without a host.
    _ = plain.set_username("");
    _ = plain.set_password(None);
    Cow::Owned(plain)
}

fn headers(net: &Net, question: &HttpQuestion, leg: &Leg<'_>, actual: &Url) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(USER_AGENT, HeaderValue::from_str(&net.options.user_agent).ok()?);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED));
    if let Some(basic) = basic(actual) {
        headers.insert(AUTHORIZATION, basic);
    }
    // Secrets never follow a redirect to another origin.
    let goes_along = |field: &&Field| leg.own_origin || !(field.secret || field.name.eq_ignore_ascii_case("cookie"));
    for field in question.headers.iter().filter(goes_along) {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        headers.insert(name, secret(field.value.open())?);
    }
    if !leg.cookies.is_empty() {
        let own = headers.get(COOKIE).and_then(|own| own.to_str().ok()).map(|own| format!("{own}; {}", leg.cookies));
        headers.insert(COOKIE, secret(own.as_deref().unwrap_or(leg.cookies))?);
    }
    Some(headers)
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The user name and password of the URL, as basic authentication (RFC 7617).
fn basic(url: &Url) -> Option<HeaderValue> {
    use base64::Engine;
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let plain = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    let mut pair = plain(url.username());
    pair.push(b':');
    pair.extend(plain(url.password().unwrap_or("")));
    secret(&format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
}
