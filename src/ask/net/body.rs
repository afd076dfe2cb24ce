//! Reads response bodies within limits on wire size, unpacked size, codings and time.

use std::io::Read;
use std::time::Duration;

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use super::failure;
use crate::core::words::answer::Failure;

/// The maximum size of a body on the wire, in bytes.
pub const WIRE_LIMIT: usize = 4 << 20;
/// The maximum size of a body after unpacking, in bytes.
pub const UNPACKED_LIMIT: usize = 8 << 20;
/// The codings that plugwatch announces to servers. Stronger ones are left out: zstd and brotli can turn kilobytes
/// into gigabytes.
pub const ACCEPTED: &str = "gzip";

/// The first bytes of gzip data (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Known codings that are not unpacked here (IANA's registry of content codings).
const FOREIGN: [&str; 9] = ["br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm"];

/// Reads the whole body within `limit`. Bytes that arrived before a failure are kept as evidence.
pub async fn read(headers: &HeaderMap, body: Incoming, limit: Duration) -> (Vec<u8>, Option<Failure>) {
    // Reserves the announced size, within the limit: a vector that grows is copied again and again.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(WIRE_LIMIT);
    let mut wire = Vec::with_capacity(announced.min(WIRE_LIMIT));
    let failure = timeout(limit, fill(&mut wire, body)).await.unwrap_or(Some(Failure::HttpTimeout));
    let (unpacked, broken) = unpack(&packings(headers), wire);
    // A body that was cut off cannot be unpacked to its end either; the first cause is reported.
    (unpacked, failure.or(broken))
}

async fn fill(wire: &mut Vec<u8>, mut body: Incoming) -> Option<Failure> {
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = (match frame {
            Ok(frame) => frame.into_data(),
            Err(error) => return Some(failure::of_http(&error)),
        }) else {
            continue;
        };
        if wire.len() + chunk.len() > WIRE_LIMIT {
            wire.extend_from_slice(&chunk[..WIRE_LIMIT - wire.len()]);
            return Some(Failure::HttpBodyTooLarge);
        }
        wire.extend_from_slice(&chunk);
    }
    None
}

/// The codings of the body, in the order of unpacking (RFC 9110, section 8.4). A value that is not a coding (a
/// character set, `none`, a media type) is ignored.
fn packings(headers: &HeaderMap) -> Vec<String> {
    let fields = headers.get_all(CONTENT_ENCODING).iter();
    let named: Vec<String> =
        fields.map(|field| String::from_utf8_lossy(field.as_bytes()).to_ascii_lowercase()).collect();
    let packs = |coding: &&str| matches!(*coding, "gzip" | "x-gzip" | "deflate") || FOREIGN.contains(coding);
    let codings = named.iter().flat_map(|field| field.split(',')).map(bare);
    let mut packings: Vec<String> = codings.filter(packs).map(str::to_owned).collect();
    packings.reverse();
    packings
}

/// A coding's name, without the parameters and quotes that some servers add.
fn bare(coding: &str) -> &str {
    coding.split(';').next().unwrap_or("").trim_matches([' ', '\t', '"'])
}

fn unpack(packings: &[String], wire: Vec<u8>) -> (Vec<u8>, Option<Failure>) {
    let mut bytes = wire;
    for (n, packing) in packings.iter().enumerate() {
        // A reply to HEAD, a 204 and a 304 may name a coding but have no body.
        if bytes.is_empty() {
            break;
        }
        // A server and a proxy in front of it may both name the same coding.
        if packings[..n].contains(packing) && !bytes.starts_with(&GZIP) {
            continue;
        }
        let (unpacked, broken) = match packing.as_str() {
            "gzip" | "x-gzip" => gunzip(&bytes),
            "deflate" => inflate(&bytes),
            _ => (Vec::new(), Some(Failure::HttpBodyUndecodable)),
        };
        bytes = unpacked;
        if broken.is_some() {
            return (bytes, broken);
        }
    }
    (bytes, None)
}

/// Unpacks one gzip member after another (RFC 1952, section 2.2); bytes after the last one are ignored.
fn gunzip(wire: &[u8]) -> (Vec<u8>, Option<Failure>) {
    let (mut unpacked, mut rest) = (Vec::new(), wire);
    loop {
        let mut member = GzDecoder::new(rest);
        let left = UNPACKED_LIMIT + 1 - unpacked.len();
        if let failed @ Some(_) = take(&mut member, left, &mut unpacked) {
            return (unpacked, failed);
        }
        rest = member.into_inner();
        if !rest.starts_with(&GZIP) {
            return (unpacked, None);
        }
    }
}

/// Some servers send the bare deflate stream instead of one in its zlib format (RFC 9110, section 8.4.1.2).
fn inflate(wire: &[u8]) -> (Vec<u8>, Option<Failure>) {
    let mut unpacked = Vec::new();
    let wrapped = take(&mut ZlibDecoder::new(wire), UNPACKED_LIMIT + 1, &mut unpacked);
    if wrapped != Some(Failure::HttpBodyUndecodable) || !unpacked.is_empty() {
        return (unpacked, wrapped);
    }
    let bare = take(&mut DeflateDecoder::new(wire), UNPACKED_LIMIT + 1, &mut unpacked);
    (unpacked, bare)
}

/// Unpacks up to `left` more bytes.
fn take(from: &mut impl Read, left: usize, unpacked: &mut Vec<u8>) -> Option<Failure> {
    let done = from.take(left as u64).read_to_end(unpacked);
    if unpacked.len() > UNPACKED_LIMIT {
        unpacked.truncate(UNPACKED_LIMIT);
        return Some(Failure::HttpBodyBomb);
    }
    done.is_err().then_some(Failure::HttpBodyUndecodable)
}
