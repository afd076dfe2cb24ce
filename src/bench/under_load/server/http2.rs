//! HTTP/2 over TLS.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Answers;
use super::http1::check;

/// Answers all requests on one connection.
pub async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, answers: Arc<Answers>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answers = answers.clone();
        async move { Ok::<_, Infallible>(answer(&answers, request.uri().path()).await) }
    });
    let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    // A client that disconnects is not an error.
    _ = serving.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(answers: &Answers, path: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NOT_FOUND;
    let Some((what, number)) = check(path) else { return response };
    let wrong = answers.ledger.asked(number).await;
    let Some((media, body)) = answers.bodies.of(what, wrong) else { return response };
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    *response.body_mut() = Full::new(body);
    // The library does not report when the answer has been sent, so it is recorded just before that.
    answers.ledger.answered(number, wrong);
    response
}
