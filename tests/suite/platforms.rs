//! Platforms as data (`tests/platforms`): the answers about a domain, and what must be found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use plugwatch::ask::{Askers, Script};
use plugwatch::catalog::Catalog;
use plugwatch::clock::Clock;
use plugwatch::config::Config;
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::{Answer, Failure, HttpFacts};
use plugwatch::core::words::question::{Lookup, LookupQuestion, Question};
use plugwatch::discover::{
    Certainty, Domain, Entry, Gathering, Given, Header, Signs, State, Wishes, conclude, draft, file, gather,
};
use serde_json::{Value, json};

/// One platform, as its file describes it.
pub struct World {
    file: Value,
    /// DNS records: name, type, data.
    names: Vec<(String, String, String)>,
}

impl World {
    fn read(path: &Path) -> World {
        let text = std::fs::read_to_string(path).unwrap();
        let table = toml::de::DeTable::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let fields = table.get_ref().iter();
        let file =
            fields.map(|(key, value)| (key.get_ref().to_string(), plugwatch::read::to_json(value.get_ref()))).collect();
        let mut world = World { names: Vec::new(), file };
        let lines = world.text("names").to_owned();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut parts = line.splitn(3, char::is_whitespace);
            let (name, rest) = (parts.next().unwrap(), parts.collect::<Vec<_>>().join(" "));
            let (kind, data) = rest.trim().split_once(char::is_whitespace).unwrap_or_else(|| panic!("{line}"));
            world.names.push((name.to_lowercase(), kind.to_owned(), data.trim().to_owned()));
        }
        for n in 0..world.file["many_texts"].as_u64().unwrap_or(0) {
            world.names.push((world.text("domain").to_owned(), "TXT".into(), format!("token-{n}=x")));
        }
        world
    }

    fn text(&self, name: &str) -> &str {
        self.file[name].as_str().unwrap_or_default()
    }

    fn list<'w>(&'w self, name: &str) -> &'w [Value] {
        self.file[name].as_array().map_or(&[], Vec::as_slice)
    }

    fn failed(&self, what: &str) -> Option<Failure> {
        self.file["failed"][what].as_str().map(|word| word.parse().unwrap())
    }

    /// The records of a name, and the aliases on the way to them; `*` matches every name.
    fn records(&self, name: &str, kind: &str) -> (Vec<String>, Vec<String>) {
        let (mut at, mut aliases) = (name.to_lowercase(), Vec::new());
        loop {
            let of = |wanted: &str| -> Vec<String> {
                let exact: Vec<_> = self.names.iter().filter(|(name, ..)| *name == at).collect();
                let star = format!("*.{}", at.split_once('.').map_or("", |(_, rest)| rest));
                let stars = self
                    .names
                    .iter()
                    .filter(|(name, ..)| *name == star || (name.starts_with("*.") && at.ends_with(&name[1..])));
                let rows: Vec<_> = if exact.is_empty() { stars.collect() } else { exact };
                rows.into_iter().filter(|(_, kind, _)| kind == wanted).map(|(.., data)| data.clone()).collect()
            };
            let found = of(kind);
            match of("CNAME").first().filter(|_| found.is_empty() && aliases.len() < 8) {
                Some(target) => {
                    aliases.push(target.clone());
                    at.clone_from(target);
                }
                None => return (found, aliases),
            }
        }
    }

    fn zone(&self, domain: &str) -> Value {
        let servers = self.records(domain, "NS").0;
        let unknown = self.file["unknown"] == true;
        let serving = if self.file["serves_nothing"] == true { 0 } else { servers.len() };
        json!({
            "walk_failed": self.text("walk_failed"), "name_servers": servers,
            "parent": {
                "asked": 2, "answered": 2, "nxdomain": if unknown { 2 } else { 0 },
                "undelegated": if servers.is_empty() && !unknown { 2 } else { 0 }, "delegated": if servers.is_empty() { 0 } else { 2 },
            },
            "records": { "MX": self.records(domain, "MX").0 }, "count": { "served": serving },
        })
    }

    fn look_up(&self, question: &LookupQuestion) -> Value {
        let domain = question.domain();
        match question.what {
            Lookup::Names => {
                let row = |wanted: &String| {
                    let (kind, name) = wanted.split_once(' ').unwrap();
                    let (records, aliases) = self.records(name, kind);
                    let outcome = if records.is_empty() { "no_name" } else { "found" };
                    let total = records.len();
                    let records: Vec<_> = records.into_iter().take(200).collect();
                    json!({"name": name, "kind": kind, "outcome": outcome, "aliases": aliases, "records": records, "total": total})
                };
                json!({ "rows": question.all("wanted").iter().map(row).collect::<Vec<_>>() })
            }
            Lookup::Network => {
                let network = |line: &Value| {
                    let (number, name) = line.as_str().unwrap().split_once(' ').unwrap();
                    json!({"asn": number.parse::<u32>().unwrap(), "name": name})
                };
                json!({ "networks": self.list("networks").iter().map(network).collect::<Vec<_>>() })
            }
            Lookup::Smtp => {
                let row = |host: &Value| json!({ "host": host, "outcome": "served" });
                let control = if self.file["port_25_closed"] == true { "silent" } else { "not_asked" };
                json!({ "servers": self.list("greets").iter().map(row).collect::<Vec<_>>(), "control": control })
            }
            Lookup::Spf => {
                let mut includes = Vec::new();
                let records = self.spf(domain, &mut includes);
                let direct = records
                    .iter()
                    .flat_map(|record| record.split(' '))
                    .filter_map(|term| term.strip_prefix("include:"));
                let own: Vec<&str> = direct.collect();
                json!({ "found": if records.is_empty() { "no_data" } else { "ok" }, "records": records, "includes": includes, "own": own })
            }
            Lookup::Dkim => {
                let row = |selector: &String| {
                    let (texts, aliases) = self.records(&format!("{selector}._domainkey.{domain}"), "TXT");
                    let outcome = if texts.is_empty() && aliases.is_empty() { "missing" } else { "valid" };
                    json!({ "selector": selector, "outcome": outcome, "target": aliases.last() })
                };
                json!({ "selectors": question.all("selectors").iter().map(row).collect::<Vec<_>>() })
            }
            Lookup::Dmarc => {
                let texts = self.records(&format!("_dmarc.{domain}"), "TXT").0;
                let record = texts.into_iter().find(|text| text.starts_with("v=DMARC1")).unwrap_or_default();
                let tag =
                    |name: &str| record.split(';').find_map(|tag| tag.trim().strip_prefix(name).map(str::to_owned));
                let reports: Vec<String> =
                    tag("rua=").map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default();
                json!({ "policy": tag("p=").unwrap_or_default(), "reports": reports })
            }
            Lookup::MtaSts => {
                let there = !self.records(&format!("_mta-sts.{domain}"), "TXT").0.is_empty();
                json!({ "found": if there { "ok" } else { "no_data" } })
            }
            _ => json!({}),
        }
    }

    fn spf(&self, domain: &str, includes: &mut Vec<String>) -> Vec<String> {
        let texts = self.records(domain, "TXT").0;
        let records: Vec<String> = texts.into_iter().filter(|text| text.starts_with("v=spf1")).collect();
        for name in records.iter().flat_map(|record| record.split(' ')).filter_map(|term| term.strip_prefix("include:"))
        {
            if !includes.contains(&name.to_owned()) {
                includes.push(name.to_owned());
                self.spf(name, includes);
            }
        }
        records
    }

    fn registry(&self, asked: &str) -> Answer {
        let registry = &self.file["registry"];
        if registry.is_null() {
            return page(asked, 404, &json!({}), "application/json", "{}");
        }
        let servers = if registry["name_servers"].is_array() {
            registry["name_servers"].clone()
        } else {
            json!(self.records(self.text("domain"), "NS").0)
        };
        let servers: Vec<Value> = servers.as_array().unwrap().iter().map(|name| json!({ "ldhName": name })).collect();
        let status = if registry["status"].is_array() {
            registry["status"].clone()
        } else {
            json!(["client transfer prohibited"])
        };
        let ends = registry["expires"].as_str().unwrap_or("2027-06-01");
        let body = json!({
            "objectClassName": "domain", "ldhName": asked.split(' ').next().unwrap(), "status": status, "nameservers": servers,
            "events": [{ "eventAction": "expiration", "eventDate": format!("{ends}T00:00:00Z") },
                       { "eventAction": "registration", "eventDate": "2015-06-01T00:00:00Z" }],
            "entities": [{ "roles": ["registrar"], "publicIds": [{ "type": "IANA Registrar ID", "identifier": registry["id"] }],
                           "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", registry["registrar"]]]] }],
        });
        page(asked, 200, &json!({}), "application/rdap+json", &body.to_string())
    }

    fn http(&self, url: &str) -> Answer {
        if let Some(query) = url.strip_prefix("https://itunes.apple.com/") {
            return self.apple(url, query);
        }
        if url == "https://play.google.com/store/apps/dev?id=1" {
            let link =
                |app: &Value| format!("<a href=\"/store/apps/details?id={}\">x</a>", app["package"].as_str().unwrap());
            let links: String = self.list("play").iter().map(link).collect();
            return page(url, 200, &json!({}), "text/html", &links);
        }
        if let Some(query) = url.strip_prefix("https://play.google.com/store/apps/details?id=") {
            return self.play(url, query);
        }
        // Unless the file says otherwise, `www` redirects to the domain itself.
        let bare = url.replacen("https://www.", "https://", 1);
        let listed = |url: &str| self.list("page").iter().find(|page| page["url"] == url);
        let found = listed(url).or_else(|| listed(&bare));
        let Some(found) = found else {
            return page(url, 404, &json!({}), "text/html", "<html><title>404 Not Found</title></html>");
        };
        if let Some(word) = found["failed"].as_str() {
            return Answer::failed(url, word.parse().unwrap(), "");
        }
        let status = u16::try_from(found["status"].as_u64().unwrap_or(200)).unwrap();
        let kind = found["type"].as_str().unwrap_or(if url.contains("apple-app") || url.ends_with(".json") {
            "application/json"
        } else {
            "text/html"
        });
        let body = found["body"].as_str().unwrap_or_default();
        let body = body.repeat(usize::try_from(found["times"].as_u64().unwrap_or(1)).unwrap());
        let at = found["ends_at"].as_str().or(found["url"].as_str()).unwrap();
        let mut answer = page(at, status, &found["headers"], kind, &body);
        answer.said.insert("tls".to_owned(), json!({ "issuer_org": found["issuer"] }));
        answer
    }

    fn apple(&self, url: &str, query: &str) -> Answer {
        if let Some(failure) = self.failed("apple") {
            return Answer::failed(url, failure, "");
        }
        let wants = |name: &str| {
            query.split(['?', '&']).find_map(|part| part.strip_prefix(name)).unwrap_or_default().to_owned()
        };
        let (id, bundle, term, country) =
            (wants("id="), wants("bundleId="), wants("term=").to_lowercase(), wants("country="));
        let row = |app: &Value| {
            let number = app["track_id"].as_u64().unwrap();
            let artist = app["artist"].as_u64().unwrap_or(7);
            let here = app["countries"].as_array().is_none_or(|all| all.iter().any(|one| *one == country));
            let named = app["name"].as_str().unwrap().to_lowercase().replace(' ', "+").contains(&term);
            let wanted = id == number.to_string()
                || id == artist.to_string()
                || app["bundle"] == bundle
                || (!term.is_empty() && named);
            (wanted && here).then(|| {
                json!({ "trackId": number, "bundleId": app["bundle"], "trackName": app["name"], "sellerName": app["seller"],
                        "sellerUrl": app["site"], "artistId": artist })
            })
        };
        let rows: Vec<Value> = self.list("apple").iter().filter_map(row).collect();
        page(
            url,
            200,
            &json!({}),
            "text/javascript",
            &json!({ "resultCount": rows.len(), "results": rows }).to_string(),
        )
    }

    fn play(&self, url: &str, query: &str) -> Answer {
        let package = query.split('&').next().unwrap();
        let Some(app) = self.list("play").iter().find(|app| app["package"] == package) else {
            return page(
                url,
                404,
                &json!({}),
                "text/html",
                "<html><div id=\"error-section\">We're sorry, the requested URL was not found on this server.</div></html>",
            );
        };
        let body = format!(
            "<html><head><meta name=\"appstore:bundle_id\" content=\"{package}\"><link rel=\"canonical\" href=\"{}\">\
             <meta property=\"og:title\" content=\"{} - Apps on Google Play\"><script type=\"application/ld+json\">{}</script></head>\
             <body><a href=\"/store/apps/dev?id=1\">Developer</a><a href=\"{}\">Website</a></body></html>",
            url.split('&').next().unwrap(),
            app["name"].as_str().unwrap(),
            json!({ "author": { "name": app["seller"] }, "offers": [{ "availability": "https://schema.org/InStock" }] }),
            app["site"].as_str().unwrap_or("https://elsewhere.example/"),
        );
        page(url, 200, &json!({}), "text/html", &body)
    }
}

fn page(url: &str, status: u16, headers: &Value, content_type: &str, body: &str) -> Answer {
    let headers: BTreeMap<String, String> = serde_json::from_value(headers.clone()).unwrap_or_default();
    let http = HttpFacts {
        status,
        url: url.into(),
        content_type: content_type.into(),
        headers,
        size: body.len() as u64,
        ..HttpFacts::default()
    };
    Answer { asked: url.into(), http: Some(http), body: body.as_bytes().to_vec(), ..Answer::default() }
}

impl Script for World {
    fn answer(&self, question: &Question, _now: Time) -> Answer {
        match question {
            Question::Http(http) => self.http(http.url.open()),
            Question::Rdap(rdap) => match self.failed("registry") {
                Some(failure) => Answer::failed(&rdap.domain, failure, ""),
                None => self.registry(&format!("{} at its registry", rdap.domain)),
            },
            Question::Dns(dns) => Answer::of("", 1, "dns", self.zone(&dns.domain)),
            Question::Lookup(lookup) => match self.failed(lookup.what.word()) {
                Some(failure) => Answer::failed("", failure, ""),
                None => Answer::of("", 1, lookup.what.word(), self.look_up(lookup)),
            },
            _ => Answer::failed("", Failure::NotAsked, "nobody asks this here"),
        }
    }

    fn anchors(&self) -> Vec<Result<(), Failure>> {
        vec![Ok(()); 3]
    }
}

/// Runs discovery for a domain in a world.
async fn seen(
    world: World,
    domain: &Domain,
    countries: &[String],
    apps: &[Given],
    catalog: &Catalog,
    signs: &Signs,
) -> Result<plugwatch::discover::Seen, plugwatch::discover::NotThere> {
    let clock = Clock::manual(Time::parse("2026-11-22T12:00:00Z").unwrap());
    let askers = Askers::scripted(Arc::new(world));
    let timeout = Duration::from_secs(5);
    let with = Gathering { askers: &askers, catalog, signs, clock: &clock, timeout, countries, tell: &|_, _| {} };
    gather(&with, domain, apps).await
}

/// The findings about one platform, in the form of its file's `[expect]`, and the resulting configuration.
async fn found(world: World, catalog: &Arc<Catalog>, signs: &Signs) -> (BTreeMap<&'static str, Vec<String>>, String) {
    let mut said: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let given = if world.text("given").is_empty() { world.text("domain") } else { world.text("given") };
    let domain = match Domain::parse(given) {
        Ok(domain) => domain,
        Err(why) => return (BTreeMap::from([("error", vec![why])]), String::new()),
    };
    let texts = |list: &[Value]| -> Vec<String> { list.iter().map(|text| text.as_str().unwrap().to_owned()).collect() };
    let countries =
        if world.list("countries").is_empty() { vec!["us".to_owned()] } else { texts(world.list("countries")) };
    let apps: Vec<Given> = texts(world.list("apps")).iter().map(|app| Given::parse(app)).collect();
    let seen = match seen(world, &domain, &countries, &apps, catalog, signs).await {
        Ok(seen) => seen,
        Err(gone) => return (BTreeMap::from([("error", vec![gone.to_string()])]), String::new()),
    };
    let findings = conclude(&domain, &seen, signs);
    for finding in &findings {
        let roles: Vec<&str> = finding.roles.iter().map(|role| role.words()).collect();
        let key = if finding.certainty == Certainty::Confirmed { "confirmed" } else { "suggested" };
        said.entry(key).or_default().push(format!("{}: {}", roles.join(", "), finding.service));
    }
    let entries = draft(catalog, &domain, &seen, &findings, &Wishes { countries: countries.clone() });
    for entry in &entries {
        let how = match (entry.is_on(), entry.not_monitored()) {
            (true, _) => "watched",
            (false, Some(_)) => "not_monitored",
            (false, None) => "aside",
        };
        said.entry(how).or_default().push(entry.id.clone());
    }
    said.insert("gaps", seen.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)).collect());
    let header = Header { platform: domain.platform(), date: "2026-11-22".into(), ..Header::default() };
    let text = file(&header, &domain, &entries, &findings, &seen.gaps).unwrap();
    if entries.iter().any(Entry::is_on) {
        Config::read_with("plugwatch.toml", text.clone(), Some(catalog.clone()))
            .unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    }
    // The file must also be valid without any `not_monitored` and with all entries enabled, except where a value is
    // missing. Entries without a check stay unchanged.
    let on = |entry: &Entry| match entry.probes.is_empty() {
        true => entry.clone(),
        false => Entry { state: State::On, ..entry.clone() },
    };
    let whole: Vec<Entry> = entries.iter().map(on).collect();
    let whole = file(&header, &domain, &whole, &findings, &[]).unwrap();
    if let Err(problems) = Config::read_with("plugwatch.toml", whole.clone(), Some(catalog.clone())) {
        let other = problems.0.iter().find(|problem| !problem.what.ends_with("still contains a placeholder"));
        assert!(other.is_none(), "{}\n{whole}", other.unwrap());
    }
    said.retain(|_, lines| !lines.is_empty());
    (said, text)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/platforms")
}

fn known() -> (Arc<Catalog>, Signs) {
    let catalog = Arc::new(Catalog::load(None).unwrap());
    let vendors: Vec<&str> = catalog.vendors.keys().map(String::as_str).collect();
    let signs = Signs::load(&catalog.parents, &vendors).unwrap_or_else(|problems| panic!("{problems}"));
    (catalog, signs)
}

fn expectation(said: &BTreeMap<&'static str, Vec<String>>) -> String {
    let list = |lines: &[String]| lines.iter().map(|line| format!("\n  {},", json!(line))).collect::<String>();
    let keys = said.iter().map(|(key, lines)| format!("{key} = [{}\n]\n", list(lines)));
    format!("[expect]\n{}", keys.collect::<String>())
}

#[test]
fn every_sign_shows_its_own_example_and_names_a_company() {
    let (_, signs) = known();
    assert!(signs.all.len() > 500, "{}", signs.all.len());
    // The first matching sign counts: no sign is hidden by another company's.
    for sign in &signs.all {
        let value = if sign.numbers.is_empty() { &sign.example } else { &sign.numbers[0] };
        let first = signs.of(sign.kind, &sign.header, value).unwrap();
        assert_eq!(first.company, sign.company, "{} of {} reads as {}", sign.example, sign.service, first.service);
        assert!(sign.source.starts_with("https://"), "{}", sign.source);
    }
}

#[test]
fn strangers_show_no_sign() {
    let (_, signs) = known();
    use plugwatch::discover::Kind;
    for (kind, name, value) in [
        (Kind::Ns, "", "ns1.notcloudflare.com"),
        (Kind::Ns, "", "ns.cloudflare.com.evil.example"),
        (Kind::Ns, "", "ns1.example.com"),
        (Kind::Cname, "", "cloudfront.net.evil.example"),
        (Kind::Cname, "", "notnetlify.app"),
        (Kind::Mx, "", "mail.google.com.evil.example"),
        (Kind::Mx, "", "vps-1234.vps.ovh.net"),
        (Kind::Mx, "", "ec2-1-2-3-4.compute-1.amazonaws.com"),
        (Kind::Spf, "", "notsendgrid.net"),
        (Kind::Dkim, "", "dkim.example.com"),
        (Kind::Txt, "", "my stripe-verification=x"),
        (Kind::Header, "server", "nginx"),
        (Kind::Header, "x-powered-by", "PHP/8.3"),
        (Kind::Issuer, "", "evil amazon ltd"),
        (Kind::Page, "", "https://evil.example/js.stripe.com/v3/"),
        (Kind::Page, "", "https://js.stripe.com.evil.example/v3/"),
        (Kind::Asn, "", "64496"),
        (Kind::Registrar, "", "9999999"),
        (Kind::Registrar, "", ""),
    ] {
        let shown = signs.of(kind, name, value);
        assert!(shown.is_none(), "{value} shows {}", shown.unwrap().service);
    }
}

#[tokio::test]
async fn every_platform_is_found_as_its_file_says() {
    let (catalog, signs) = known();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    files.sort();
    assert!(files.len() >= 30, "{} platforms", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let (said, _) = found(World::read(&path), &catalog, &signs).await;
        let (before, expected) =
            text.split_once("[expect]\n").map_or((text.as_str(), ""), |(before, rest)| (before, rest));
        let now = expectation(&said);
        if now == format!("[expect]\n{expected}") {
            continue;
        }
        if std::env::var("PLATFORMS").is_ok_and(|wish| wish == "write") {
            std::fs::write(&path, format!("{before}{now}")).unwrap();
        } else {
            wrong.push(format!("{}\n{now}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn the_file_that_is_written_reads_well() {
    let (catalog, signs) = known();
    let (_, text) = found(World::read(&folder().join("shop.toml")), &catalog, &signs).await;
    insta::assert_snapshot!("written_configuration", text);
}

#[tokio::test]
async fn another_look_proposes_what_is_new_and_changes_nothing() {
    let (catalog, signs) = known();
    let shop = || World::read(&folder().join("shop.toml"));
    let (_, text) = found(shop(), &catalog, &signs).await;
    // A user has edited the file: another id, another label, and the second app monitored.
    let text = text.replace("id = \"website\"", "id = \"our-site\"").replace("label = \"Website\"", "label = \"Shop\"");
    let theirs = Config::read_with("plugwatch.toml", text.clone(), Some(catalog.clone())).unwrap();
    let mut world = shop();
    world.names.retain(|(_, kind, data)| kind != "NS" || !data.starts_with("bob"));
    world.names.push(("acme-shop.com".into(), "NS".into(), "eve.ns.cloudflare.com".into()));
    world.names.retain(|(_, kind, _)| kind != "MX");
    world.names.push(("app.acme-shop.com".into(), "A".into(), "116.202.1.2".into()));
    let entries = entries_of(world, &catalog, &signs).await;
    let now = all_of(&entries, &catalog);
    let changes =
        plugwatch::discover::compare(&text, &theirs, Some(&now), &entries, &Domain::parse("acme-shop.com").unwrap());
    let said = format!(
        "{}\n~ {}\n- {}",
        changes.new.iter().map(|new| new.text.as_str()).collect::<Vec<_>>().join("\n"),
        changes.other.join("\n~ "),
        changes.missed.join("\n- ")
    );
    insta::assert_snapshot!("another_look", said);
    let api = |text: &str| {
        let changes =
            plugwatch::discover::compare(text, &theirs, Some(&now), &entries, &Domain::parse("acme-shop.com").unwrap());
        changes.new.iter().any(|new| new.id == "app-acme-shop-com")
    };
    assert!(
        api(&text) && !api(&format!("{text}# not mine: app-acme-shop-com\n")),
        "the line prevents a second question"
    );
    let same = entries_of(shop(), &catalog, &signs).await;
    let now = all_of(&same, &catalog);
    assert!(
        plugwatch::discover::compare(&text, &theirs, Some(&now), &same, &Domain::parse("acme-shop.com").unwrap())
            .is_empty()
    );
}

/// The configuration of all entries that need no further value.
fn all_of(entries: &[Entry], catalog: &Arc<Catalog>) -> Config {
    let on = |entry: &Entry| plugwatch::discover::entry_text(&Entry { state: State::On, ..entry.clone() });
    let asked = entries.iter().filter(|entry| !entry.probes.is_empty());
    let texts: Vec<String> = asked.map(on).filter(|text| !text.contains("\"<") && !text.contains("\"...")).collect();
    let text = format!("platform = \"x\"\n{}", texts.join("\n"));
    Config::read_with("now", text, Some(catalog.clone())).unwrap_or_else(|problems| panic!("{problems}"))
}

async fn entries_of(world: World, catalog: &Catalog, signs: &Signs) -> Vec<plugwatch::discover::Entry> {
    let domain = Domain::parse(world.text("domain")).unwrap();
    let countries = ["us".to_owned()];
    let seen = seen(world, &domain, &countries, &[], catalog, signs).await.unwrap();
    let findings = conclude(&domain, &seen, signs);
    draft(catalog, &domain, &seen, &findings, &Wishes { countries: countries.to_vec() })
}
