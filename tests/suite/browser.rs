//! Websites must read as in browsers: cookies, redirects, malformed heads that real clients accept, character sets.
//! The catalogue's check judges them over sockets.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex};

use encoding_rs::Encoding;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use plugwatch::ask::{Askers, NetOptions};
use plugwatch::catalog::{Catalog, Params, question};
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::{Answer, Failure};
use plugwatch::core::words::question::Question;
use plugwatch::core::words::verdict::{Reading, Verdict};
use serde_json::json;
use std::io::Write;
use std::time::Duration;

use crate::kit::{askers, get, http, options, raw};

/// It is read once, because it is large.
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(None).unwrap());

const NOW: Time = Time(1_800_000_000_000);

async fn ask(url: &str) -> Answer {
    askers(options()).ask(&Question::Http(get(url)), false, NOW).await
}

/// The website check's reading at `url`, where it expects these words.
pub async fn page(askers: &Askers, url: &str, words: &[&str]) -> Reading {
    let (_, check) = CATALOG.check("website/page").unwrap();
    let mut params = Params::default();
    params.public.insert("url".into(), json!(url));
    params.public.insert("words".into(), json!(words));
    params.public.insert("certificate_days".into(), json!(14));
    let question = question(check, &params, None, NOW, Duration::from_secs(5)).unwrap();
    let answer = askers.ask(&question, false, NOW).await;
    CATALOG.judge(check, &params, &answer, NOW)
}

async fn shows(head: &str, body: &[u8], words: &[&str]) -> Reading {
    let answer = http("200 OK", head, body);
    let server = raw(move |_| answer.clone()).await;
    page(&askers(options()), &format!("http://{server}/"), words).await
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn a_site_that_wants_its_cookie_back_is_followed_with_it() {
    let server = raw(|request| match (path(request), request.contains("cookie: visit=1")) {
        (_, true) => http("200 OK", "", b"<html>Welcome</html>"),
        ("/self", false) => http("302 Found", "set-cookie: visit=1; HttpOnly\r\nlocation: /self\r\n", b""),
        (_, false) => http("302 Found", "location: /self\r\n", b""),
    })
    .await;
    let reading = page(&askers(options()), &format!("http://{server}/self"), &["Welcome"]).await;
    assert_eq!(reading.verdict, Verdict::Live, "{reading:?}");
    let answer = ask(&format!("http://{server}/start")).await;
    assert_eq!(answer.http.unwrap().redirects, 2);
}

#[tokio::test]
async fn a_page_that_sends_its_readers_on_is_followed() {
    let refresh = |to: &str| format!("<html><head><meta http-equiv='refresh' content='0; url={to}'></head></html>");
    let server = raw(move |request| match path(request) {
        "/" => http("200 OK", "content-type: text/html\r\n", refresh("/en/").as_bytes()),
        "/en/" => http("200 OK", "content-type: text/html\r\n", b"<html>Welcome</html>"),
        "/round" => http("200 OK", "content-type: text/html\r\n", refresh("/about").as_bytes()),
        "/about" => http("200 OK", "content-type: text/html\r\n", (refresh("/round") + "Welcome").as_bytes()),
        _ => http("503 Service Unavailable", "content-type: text/html\r\n", refresh("/en/").as_bytes()),
    })
    .await;
    for (at, verdict) in [("/", Verdict::Live), ("/round", Verdict::Live), ("/down", Verdict::Outage)] {
        let reading = page(&askers(options()), &format!("http://{server}{at}"), &["Welcome"]).await;
        assert_eq!(reading.verdict, verdict, "{at}: {reading:?}");
    }
}

#[tokio::test]
async fn a_cookie_is_gone_with_its_check_and_goes_to_nobody_else() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let other = raw(move |request| {
        kept.lock().unwrap().push(request.to_owned());
        http("200 OK", "", b"")
    })
    .await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    let first = raw(move |request| {
        noted.lock().unwrap().push(request.contains("cookie:"));
        http("302 Found", &format!("set-cookie: id=secret; Domain=127.0.0.1\r\nlocation: http://{other}/\r\n"), b"")
    })
    .await;
    let askers = askers(options());
    for _ in 0..2 {
        askers.ask(&Question::Http(get(&format!("http://{first}/"))), false, NOW).await;
    }
    assert_eq!(*asked.lock().unwrap(), [false, false], "each check begins without cookies");
    assert!(seen.lock().unwrap().iter().all(|request| !request.contains("secret")), "{:?}", seen.lock().unwrap());
}

#[tokio::test]
async fn a_circle_is_the_same_place_with_the_same_cookies() {
    let asked = Arc::new(Mutex::new(0));
    let counted = asked.clone();
    let round = raw(move |request| {
        *counted.lock().unwrap() += 1;
        let next = if path(request) == "/a" { "/b" } else { "/a" };
        http("302 Found", &format!("set-cookie: same=1\r\nlocation: {next}\r\n"), b"")
    })
    .await;
    assert_eq!(ask(&format!("http://{round}/a")).await.failure, Some(Failure::HttpRedirectLoop));
    assert!(*asked.lock().unwrap() <= 4, "the circle is detected after the first round");
    // A server that sets another cookie each time is given up after twenty redirects.
    let ever = raw(|request| {
        let n: u32 = path(request).trim_start_matches('/').parse().unwrap_or(0);
        http("302 Found", &format!("set-cookie: n={n}\r\nlocation: /{}\r\n", n + 1), b"")
    })
    .await;
    assert_eq!(ask(&format!("http://{ever}/0")).await.failure, Some(Failure::HttpRedirectLoop));
}

#[tokio::test]
async fn twenty_redirects_are_followed() {
    let server = raw(|request| match path(request).trim_start_matches('/').parse::<u32>().unwrap() {
        0 => http("200 OK", "", b"<html>Welcome</html>"),
        n => http("301 Moved Permanently", &format!("location: /{}\r\n", n - 1), b""),
    })
    .await;
    let askers = askers(options());
    for (hops, verdict) in [(7, Verdict::Live), (12, Verdict::Live), (20, Verdict::Live), (21, Verdict::Outage)] {
        let reading = page(&askers, &format!("http://{server}/{hops}"), &["Welcome"]).await;
        assert_eq!(reading.verdict, verdict, "{hops}: {reading:?}");
    }
}

#[tokio::test]
async fn a_location_in_raw_letters_is_followed_percent_encoded() {
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let noted = asked.clone();
    let server = raw(move |request| {
        let location: &[u8] = match path(request) {
            "/utf8" => "/caf\u{e9}?q=\u{645}".as_bytes(),
            "/latin1" => b"/caf\xe9",
            "/blank" => b"  /a b  ",
            "/empty" => b"",
            found => {
                noted.lock().unwrap().insert(found.to_owned());
                return http("200 OK", "", b"here");
            }
        };
        let head = [b"HTTP/1.1 302 Found\r\nlocation: ".as_slice(), location].concat();
        [head.as_slice(), b"\r\ncontent-length: 0\r\n\r\n"].concat()
    })
    .await;
    for from in ["utf8", "latin1", "blank"] {
        assert_eq!(ask(&format!("http://{server}/{from}")).await.body, b"here", "{from}");
    }
    let wanted = ["/a%20b", "/caf%C3%A9?q=%D9%85", "/caf%E9"].map(str::to_owned);
    assert_eq!(*asked.lock().unwrap(), BTreeSet::from(wanted));
    assert_eq!(ask(&format!("http://{server}/empty")).await.http.unwrap().status, 302, "the redirect has no target");
}

#[tokio::test]
async fn heads_that_real_clients_forgive_are_forgiven() {
    let heads: [&[u8]; 12] = [
        b"HTTP/1.1 200 OK\r\nContent-Type : text/html\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 20\n\n",
        b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon in here\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.1 200 \xe9t\xe9\r\nX-Who: Caf\xe9\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.0 200\r\nSet-Cookie: \r\nSet-Cookie: a b=c d\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: UTF-8\r\nContent-Length: 20\r\n\r\n",
        b"http/1.1 200 ok\r\nContent-Length: 20\r\n\r\n",
        b"Http/1.0 200 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 20\r\n\r\n",
        b"HTTP/1.1  200 OK\r\nContent-Length: 20\r\n\r\n",
    ];
    for head in heads {
        let server = raw(move |_| [head, b"<html>Welcome</html>"].concat()).await;
        let reading = page(&askers(options()), &format!("http://{server}/"), &["Welcome"]).await;
        assert_eq!(reading.verdict, Verdict::Live, "{}: {reading:?}", String::from_utf8_lossy(head));
    }
}

#[tokio::test]
async fn a_page_with_very_many_header_fields_is_read() {
    let fields: String = (0..200).map(|n| format!("set-cookie: c{n}=1\r\n")).collect();
    let reading = shows(&fields, b"<html>Welcome</html>", &["Welcome"]).await;
    assert_eq!(reading.verdict, Verdict::Live, "{reading:?}");
}

#[tokio::test]
async fn a_coding_that_packs_nothing_is_passed_over_and_one_that_packs_is_unpacked() {
    let body = b"<html>Welcome</html>";
    let gzip = |body: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::best());
    bare.write_all(body).unwrap();
    let cases = [
        ("none", body.to_vec()),
        ("text/html", body.to_vec()),
        ("identity", body.to_vec()),
        ("utf-8, gzip", gzip(body)),
        ("GZIP", gzip(body)),
        ("gzip", [gzip(b"<html>Wel"), gzip(b"come</html>")].concat()),
        ("gzip", [gzip(body).as_slice(), b"trailing"].concat()),
        ("gzip, gzip", gzip(&gzip(body))),
        ("gzip\r\ncontent-encoding: gzip", gzip(body)),
        ("deflate", bare.finish().unwrap()),
    ];
    for (coding, packed) in cases {
        let reading = shows(&format!("content-encoding: {coding}\r\n"), &packed, &["Welcome"]).await;
        assert_eq!(reading.verdict, Verdict::Live, "{coding}: {reading:?}");
    }
    let reading = shows("content-encoding: br\r\n", b"\x0b\x02\x80", &["Welcome"]).await;
    assert_eq!((reading.verdict, reading.reason.as_str()), (Verdict::Unknown, "unreadable"));
}

#[tokio::test]
async fn words_are_found_in_every_character_set() {
    for (charset, word) in [
        ("gbk", "\u{6b22}\u{8fce}\u{767b}\u{5f55}"),
        ("big5", "\u{6b61}\u{8fce}"),
        ("windows-1251", "\u{412}\u{43e}\u{439}\u{442}\u{438}"),
        ("koi8-r", "\u{412}\u{43e}\u{439}\u{442}\u{438}"),
        ("shift_jis", "\u{30ed}\u{30b0}\u{30a4}\u{30f3}"),
        ("euc-kr", "\u{b85c}\u{adf8}\u{c778}"),
        ("iso-8859-2", "P\u{159}ihl\u{e1}sit"),
        ("windows-1252", "D\u{e9}connexion"),
    ] {
        let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
        let body = encoding.encode(&format!("<html><head><meta charset={charset}></head>{word}</html>")).0.into_owned();
        for head in
            [format!("content-type: text/html; charset={charset}\r\n"), "content-type: text/html\r\n".to_owned()]
        {
            let reading = shows(&head, &body, &[word]).await;
            assert_eq!(reading.verdict, Verdict::Live, "{charset} by {head}: {reading:?}");
        }
    }
}

#[tokio::test]
async fn words_are_compared_with_what_people_see() {
    let body = "<html><p>Terms &amp; Conditions <b>Sign</b>&nbsp;in D&eacute;con&shy;nexion<p>Don&rsquo;t</html>";
    let words = ["Terms & Conditions", "Sign in", "D\u{e9}connexion", "Don't"];
    let reading = shows("content-type: text/html\r\n", body.as_bytes(), &words).await;
    assert_eq!(reading.verdict, Verdict::Live, "{reading:?}");
    let reading = shows("content-type: text/html\r\n", body.as_bytes(), &["Log in"]).await;
    assert_eq!(reading.reason, "wrong_page", "{reading:?}");
    // Text that the page itself contains still counts.
    let written = "<html><script id=state>{\"version\": 7}</script></html>";
    assert_eq!(shows("", written.as_bytes(), &["\"version\": 7"]).await.verdict, Verdict::Live);
}

#[tokio::test]
async fn a_dead_address_does_not_hide_the_one_that_answers() {
    let server = raw(|_| http("200 OK", "", b"<html>Welcome</html>")).await;
    let port = server.port();
    for dead in ["::1", "127.0.0.9"] {
        let addresses = vec![dead.parse().unwrap(), "127.0.0.1".parse().unwrap()];
        let options = NetOptions { hosts: [("shop.test".to_owned(), addresses)].into(), ..options() };
        let reading = page(&askers(options), &format!("http://shop.test:{port}/"), &["Welcome"]).await;
        assert_eq!(reading.verdict, Verdict::Live, "{dead}: {reading:?}");
    }
}
