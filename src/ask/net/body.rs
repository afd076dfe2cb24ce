//! Reads bodies within limits: bytes on the wire, bytes unpacked, kinds of packing, time.

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

/// A body may weigh so much on the wire.
pub const WIRE_LIMIT: usize = 4 << 20;
/// A body may unpack to so much.
pub const UNPACKED_LIMIT: usize = 8 << 20;
/// What we tell servers that we can unpack. Nothing that packs harder: zstd and
/// brotli turn kilobytes into gigabytes.
pub const ACCEPTED: &str = "gzip";

/// How packed bytes begin (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Codings that pack and that are not unpacked here (IANA's registry of content codings).
const FOREIGN: [&str; 9] = ["br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm"];

/// Reads the whole body within `limit`; what came before a failure is kept as evidence.
pub async fn read(headers: &HeaderMap, body: Incoming, limit: Duration) -> (Vec<u8>, Option<Failure>) {
    // As much as is announced, within the limit: a growing one is copied again and again.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(WIRE_LIMIT);
    let mut wire = Vec::with_capacity(announced.min(WIRE_LIMIT));
    let failure = timeout(limit, fill(&mut wire, body)).await.unwrap_or(Some(Failure::HttpTimeout));
    let (unpacked, broken) = unpack(&packings(headers), wire);
    // A body that broke off cannot be unpacked to its end either; the first cause counts.
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

/// What the body was packed with, in the order in which it is unpacked (RFC 9110, section 8.4). A
/// name that is no coding (a character set, `none`, a media type) packs nothing.
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

/// A coding's name, without what some servers put around it.
fn bare(coding: &str) -> &str {
    coding.split(';').next().unwrap_or("").trim_matches([' ', '\t', '"'])
}

fn unpack(packings: &[String], wire: Vec<u8>) -> (Vec<u8>, Option<Failure>) {
    let mut bytes = wire;
    for (n, packing) in packings.iter().enumerate() {
        // The answer to a HEAD, a 204 and a 304 name a packing, and have no body.
        if bytes.is_empty() {
            break;
        }
        // A server and a proxy before it may name one and the same packing.
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

/// One member after the other (RFC 1952, section 2.2); what stands behind the last is no packing.
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

/// Some servers send the bare stream where its wrapping is meant (RFC 9110, section 8.4.1.2).
fn inflate(wire: &[u8]) -> (Vec<u8>, Option<Failure>) {
    let mut unpacked = Vec::new();
    let wrapped = take(&mut ZlibDecoder::new(wire), UNPACKED_LIMIT + 1, &mut unpacked);
    if wrapped != Some(Failure::HttpBodyUndecodable) || !unpacked.is_empty() {
        return (unpacked, wrapped);
    }
    let bare = take(&mut DeflateDecoder::new(wire), UNPACKED_LIMIT + 1, &mut unpacked);
    (unpacked, bare)
}

/// Unpacks until `left` more bytes are there.
fn take(from: &mut impl Read, left: usize, unpacked: &mut Vec<u8>) -> Option<Failure> {
    let done = from.take(left as u64).read_to_end(unpacked);
    if unpacked.len() > UNPACKED_LIMIT {
        unpacked.truncate(UNPACKED_LIMIT);
        return Some(Failure::HttpBodyBomb);
    }
    done.is_err().then_some(Failure::HttpBodyUndecodable)
}
