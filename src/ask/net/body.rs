//! Reads bodies within limits: bytes on the wire, bytes unpacked, kinds of packing.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{GzDecoder, ZlibDecoder};

use crate::core::words::answer::Failure;

/// A body may weigh so much on the wire.
pub const WIRE_LIMIT: usize = 4 << 20;
/// A body may unpack to so much.
pub const UNPACKED_LIMIT: usize = 8 << 20;
/// What we tell servers that we can unpack. Nothing that packs harder: zstd and
/// brotli turn kilobytes into gigabytes.
pub const ACCEPTED: &str = "gzip";

/// Reads the whole body; what came before a failure is kept as evidence.
pub async fn read(response: reqwest::Response) -> (Vec<u8>, Option<Failure>) {
    let packing = response
        .headers()
        .get("content-encoding")
        .and_then(|value| value.to_str().ok())
        .map(|value| value.trim().to_ascii_lowercase())
        .unwrap_or_default();
    let (wire, failure) = read_wire(response).await;
    if packing.is_empty() || packing == "identity" {
        return (wire, failure);
    }
    let (unpacked, broken) = unpack(&packing, &wire);
    // A body that broke off cannot be unpacked to its end either; the first cause counts.
    (unpacked, failure.or(broken))
}

async fn read_wire(mut response: reqwest::Response) -> (Vec<u8>, Option<Failure>) {
    let mut wire = Vec::new();
    loop {
        let chunk: Bytes = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return (wire, None),
            Err(error) => return (wire, Some(super::failure::of_http(&error))),
        };
        if wire.len() + chunk.len() > WIRE_LIMIT {
            wire.extend_from_slice(&chunk[..WIRE_LIMIT - wire.len()]);
            return (wire, Some(Failure::HttpBodyTooLarge));
        }
        wire.extend_from_slice(&chunk);
    }
}

fn unpack(packing: &str, wire: &[u8]) -> (Vec<u8>, Option<Failure>) {
    let limit = UNPACKED_LIMIT as u64 + 1;
    let mut unpacked = Vec::new();
    let done = match packing {
        "gzip" | "x-gzip" => GzDecoder::new(wire).take(limit).read_to_end(&mut unpacked),
        "deflate" => ZlibDecoder::new(wire).take(limit).read_to_end(&mut unpacked),
        _ => return (Vec::new(), Some(Failure::HttpBodyUndecodable)),
    };
    if unpacked.len() > UNPACKED_LIMIT {
        unpacked.truncate(UNPACKED_LIMIT);
        return (unpacked, Some(Failure::HttpBodyBomb));
    }
    (unpacked, done.is_err().then_some(Failure::HttpBodyUndecodable))
}
