//! The shared world of the scenarios: which actor answers for which host, and its answer in each mode.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::words::answer::{Answer, Failure, HttpFacts, Said};
use crate::core::words::question;
use crate::core::words::question::Question;
use crate::read::{Problems, Source, Table};

/// Selects the actor that answers a question: the first route that matches.
#[derive(Clone, Debug)]
pub struct Route {
    /// The actor's name.
    pub actor: String,
    /// The host of the logical URL, or the zone's name.
    pub host: String,
    /// A text that the displayed question must contain: a part of a URL, or "smtp of example.org".
    pub asks: Option<String>,
    /// The actor's mode while the scenario sets no other.
    pub usually: String,
}

/// An actor's answer in one mode.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    media: String,
    headers: BTreeMap<String, String>,
    body: String,
    url: Option<String>,
    failure: Option<Failure>,
    said: Said,
    /// When its certificate expires, as the time since the scenario began.
    certificate_ends: Option<Duration>,
}

/// Routes and replies.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// All routes, in the order of the files; a scenario's own routes come first.
    pub routes: Vec<Route>,
    replies: BTreeMap<(String, String), Reply>,
    /// `[[dependency]]` tables by id, as text for a configuration.
    pub platform: BTreeMap<String, String>,
    /// Secrets that need a certain format, by the name after `KEY_` in a configuration.
    pub secrets: BTreeMap<String, String>,
}

impl World {
    /// Reads the file of a world.
    ///
    /// # Errors
    /// Fails if it is invalid; all problems are returned.
    pub fn read(name: &str, text: &str) -> Result<World, Problems> {
        let source = Source::new(name, text);
        let parsed = source.parse();
        let root = Table::root(&source, &parsed);
        let mut world = World::default();
        world.take(&root);
        for (key, table) in root.table("platform").map(|table| table.subtables()).unwrap_or_default() {
            if let Some(text) = table.need_string("config", "'''...'''") {
                world.platform.insert(key.value, text.value);
            }
            table.finish();
        }
        for key in root.table("secret").map(|table| table.keys()).unwrap_or_default() {
            let text = root.table("secret").and_then(|table| table.string(&key.value));
            world.secrets.extend(text.map(|text| (key.value, text.value)));
        }
        root.finish();
        drop(root);
        drop(parsed);
        let problems = source.into_problems();
        if problems.is_empty() { Ok(world) } else { Err(Problems(problems)) }
    }

    /// Adds the `[[route]]` and `[[reply]]` tables of `root`; earlier routes take precedence.
    pub(super) fn take(&mut self, root: &Table<'_>) {
        self.routes.extend(root.tables("route").iter().filter_map(route));
        for table in root.tables("reply") {
            for (key, reply) in replies(&table).unwrap_or_default() {
                self.replies.insert(key, reply);
            }
        }
    }

    /// This world on top of `base`: its own routes and replies take precedence.
    pub(super) fn over(mut self, base: &World) -> World {
        self.routes.extend(base.routes.iter().cloned());
        for (id, text) in &base.platform {
            self.platform.entry(id.clone()).or_insert_with(|| text.clone());
        }
        for (name, secret) in &base.secrets {
            self.secrets.entry(name.clone()).or_insert_with(|| secret.clone());
        }
        for (key, reply) in &base.replies {
            self.replies.entry(key.clone()).or_insert_with(|| reply.clone());
        }
        self
    }

    /// The route to the actor that answers this question.
    pub fn route(&self, question: &Question) -> Option<&Route> {
        let shown = question.shown();
        let fits = |route: &&Route| {
            route.host == question.host() && route.asks.as_ref().is_none_or(|asks| shown.contains(asks.as_str()))
        };
        self.routes.iter().find(fits)
    }

    /// The answer of an actor in a mode; replies of the actor `*` are for every actor.
    /// `passed` is how much of the scenario's time has passed, for certificates that age.
    pub fn answer(&self, actor: &str, mode: &str, question: &Question, passed: Duration) -> Option<Answer> {
        let of = |actor: &str| self.replies.get(&(actor.to_owned(), mode.to_owned()));
        of(actor).or_else(|| of("*")).map(|reply| reply.answer(question, passed))
    }

    /// All actors.
    pub fn actors(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.routes.iter().map(|route| route.actor.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The actor's own modes; none if the actor is unknown.
    pub fn modes_of(&self, actor: &str) -> Vec<&str> {
        let own = self.replies.keys().filter(|(name, _)| name == actor);
        own.map(|(_, mode)| mode.as_str()).collect()
    }

    /// Whether an actor has a reply for this mode.
    pub fn knows(&self, actor: &str, mode: &str) -> bool {
        [actor, "*"].iter().any(|actor| self.replies.contains_key(&((*actor).to_owned(), mode.to_owned())))
    }
}

impl Reply {
    fn answer(&self, question: &Question, passed: Duration) -> Answer {
        let asked = match question {
            Question::Rdap(rdap) => format!("https://rdap.example.net/domain/{}", rdap.domain),
            other => other.shown(),
        };
        let ended = self.certificate_ends.filter(|ends| *ends <= passed).map(|_| Failure::TlsExpired);
        let said = self.said_after(passed);
        if let Some(failure) = self.failure.or(ended) {
            return Answer { said, ..Answer::failed(asked, failure, "") };
        }
        let http = matches!(question, Question::Http(_) | Question::Rdap(_)).then(|| self.http(&asked));
        Answer { asked, took_ms: 20, http, said, body: self.body.clone().into_bytes(), ..Answer::default() }
    }

    /// The facts, with the age of the certificate after `passed`.
    fn said_after(&self, passed: Duration) -> Said {
        let mut said = self.said.clone();
        if let (Some(ends), Some(tls)) = (self.certificate_ends, said.get_mut("tls")) {
            tls["days_left"] = ((ends.as_secs_f64() - passed.as_secs_f64()) / 86_400.0).into();
        }
        said
    }

    fn http(&self, asked: &str) -> HttpFacts {
        let url = self.url.clone().unwrap_or_else(|| asked.to_owned());
        let parsed = url::Url::parse(&url).ok();
        HttpFacts {
            status: self.status,
            host: parsed.as_ref().and_then(|url| url.host_str()).unwrap_or("").to_owned(),
            path: parsed.as_ref().map_or("", |url| url.path()).to_owned(),
            url,
            redirects: 0,
            content_type: self.media.clone(),
            headers: self.headers.clone(),
            size: self.body.len() as u64,
        }
    }
}

fn route(table: &Table<'_>) -> Option<Route> {
    let route = Route {
        actor: table.need_string("actor", "\"play\"")?.value,
        host: table.need_string("host", "\"play.google.com\"")?.value,
        asks: table.string("asks").map(|asks| asks.value),
        usually: table.string("usually").map_or_else(|| "live".to_owned(), |mode| mode.value),
    };
    table.finish();
    Some(route)
}

/// Reads a reply, which can be for several actors and modes.
fn replies(table: &Table<'_>) -> Option<Vec<((String, String), Reply)>> {
    let actors = names(table, "actor")?;
    let modes = names(table, "mode")?;
    let text = |key: &str| table.string(key).map(|text| text.value);
    let failure = table.word("failure", &["connect_timeout", "connect_refused"]).map(|failure| failure.value);
    let headers = table.table("headers").map(|headers| {
        let value = |key: crate::read::At<String>| {
            headers.string(&key.value).map(|value| (key.value.to_lowercase(), value.value))
        };
        headers.keys().into_iter().filter_map(value).collect()
    });
    let certificate_ends = table.duration("certificate_ends").map(|ends| ends.value);
    let mut said = table.some(&question::asker_names());
    if certificate_ends.is_some() {
        said.entry("tls".to_owned()).or_insert_with(|| serde_json::json!({ "issuer_org": "Some CA" }));
    }
    let reply = Reply {
        status: table.count("status").and_then(|status| u16::try_from(status.value).ok()).unwrap_or(200),
        media: text("type").unwrap_or_else(|| "application/json".to_owned()),
        headers: headers.unwrap_or_default(),
        body: super::older::completed(text("body").unwrap_or_default()),
        url: text("url"),
        failure,
        said,
        certificate_ends,
    };
    table.finish();
    let pairs = actors.iter().flat_map(|actor| modes.iter().map(move |mode| (actor.clone(), mode.clone())));
    Some(pairs.map(|key| (key, reply.clone())).collect())
}

/// Reads a text or a list of texts.
fn names(table: &Table<'_>, key: &str) -> Option<Vec<String>> {
    let given = table.any(key);
    if given.as_ref().is_some_and(|given| given.value.is_array()) {
        return table.strings(key).map(|list| list.value.into_iter().map(|item| item.value).collect());
    }
    table.need_string(key, "\"live\"").map(|text| vec![text.value])
}
