//! Alertmanager (prometheus.io/docs/alerting/latest/alerts_api, and its `api/v2/openapi.yaml`): one alert for each
//! dependency in trouble, with labels for vendor, verdict, fault and criticality. Alertmanager identifies an alert by
//! its labels: when they change, the same request resolves the alert with the old labels.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use url::Url;

use super::http::{Reply, ask, client, first_line, meaning};
use super::message::{Message, Tried};
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::core::words::question::{Key, Secret};
use crate::read::{Table, secret};

/// How long an alert lasts if it is not sent again. If plugwatch itself has stopped, its dead man's switch alerts
/// long before that.
const LASTS: Duration = Duration::from_secs(24 * 3_600);
/// How long a momentary event, such as a change, is shown.
const MOMENT: Duration = Duration::from_secs(4 * 3_600);
/// How long a drill or a test is shown.
const TRIAL: Duration = Duration::from_secs(900);

/// An Alertmanager.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its URL; a path before `/api/v2/alerts` is kept.
    pub url: Url,
    /// A bearer token, if a proxy in front of it requires one.
    pub token: Option<Key>,
}

/// Parses `url` and `token`.
pub(super) fn read(table: &Table<'_>) -> Read {
    if table.any("url").is_none() {
        table.missing("url", "\"http://127.0.0.1:9093/\"");
    }
    let token = match table.any("token") {
        Some(_) => Some(secret::read(table, "token")?),
        None => None,
    };
    Some(Arc::new(Settings { url: table.url("url")?, token }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec![self.url.host_str().unwrap_or("Alertmanager").to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        self.token.iter().map(|token| ("token", token)).collect()
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Host(self.url.host_str()?.to_owned()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        let token = self.token.as_ref().map(opened).transpose()?;
        let url = format!("{}/api/v2/alerts", self.url.as_str().trim_end_matches('/'));
        Ok(Arc::new(Alertmanager { client: client()?, url, token }))
    }
}

struct Alertmanager {
    client: reqwest::Client,
    url: String,
    token: Option<Secret>,
}

/// The labels of one alert.
type Labels = Map<String, Value>;

impl Alertmanager {
    async fn report(&self, message: &Message) -> Tried {
        let mut alerts = Vec::new();
        for told in told(message) {
            // A momentary event or a test does not replace the dependency's alert.
            if told.replaces {
                match self.known(&told.labels).await {
                    Ok(known) => alerts.extend(ended(known, &told, message.at)),
                    Err(tried) => return tried,
                }
            }
            alerts.extend(told.alert(message));
        }
        if alerts.is_empty() {
            return Tried::Sent(None);
        }
        match ask(self.with_token(self.client.post(&self.url).json(&alerts)), WHO).await {
            Ok(reply) => meant(&reply),
            Err(tried) => tried,
        }
    }

    /// The labels of the alerts that Alertmanager has for this dependency.
    async fn known(&self, labels: &Labels) -> Result<Vec<Labels>, Tried> {
        let matcher = |name: &str| {
            let value = labels.get(name).and_then(Value::as_str).unwrap_or_default();
            ("filter", format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
        };
        let query: Vec<(&str, String)> = ["alertname", "platform", "dependency"].into_iter().map(matcher).collect();
        let reply = ask(self.with_token(self.client.get(&self.url).query(&query)), WHO).await?;
        match meant(&reply) {
            Tried::Sent(_) => {
                let alerts = reply.json();
                let labels = |alert: &Value| alert["labels"].as_object().cloned();
                Ok(alerts.as_array().into_iter().flatten().filter_map(labels).collect())
            }
            failed => Err(failed),
        }
    }

    fn with_token(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token.open()),
            None => request,
        }
    }
}

impl Sender for Alertmanager {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.report(message))
    }

    fn reads_digests(&self) -> bool {
        false
    }

    fn forgets(&self) -> bool {
        true
    }
}

const WHO: &str = "Alertmanager";

/// The part of a message about one dependency.
struct Told {
    labels: Labels,
    /// Since when it is in this state.
    since: Time,
    /// How long the alert lasts from now on; `None` if the trouble is over.
    lasts: Option<Duration>,
    /// Whether it replaces the dependency's earlier alerts.
    replaces: bool,
}

impl Told {
    fn alert(&self, message: &Message) -> Option<Value> {
        let ends = message.at.plus(self.lasts?);
        let annotations = json!({
            "summary": message.title, "description": message.plain,
            "incident": message.thread.clone().unwrap_or_default(), "reason": message.reason.word(),
        });
        Some(json!({
            "labels": self.labels, "annotations": annotations, "startsAt": self.since.rfc3339(), "endsAt": ends.rfc3339(),
        }))
    }
}

/// Ends the alerts that no longer apply.
fn ended(known: Vec<Labels>, told: &Told, at: Time) -> Vec<Value> {
    let gone = known.into_iter().filter(|labels| told.lasts.is_none() || *labels != told.labels);
    gone.map(|labels| json!({ "labels": labels, "endsAt": at.rfc3339() })).collect()
}

/// The part of a message about each dependency. Reminders and reports contain nothing new.
fn told(message: &Message) -> Vec<Told> {
    let (test, drill) = (message.reason == Reason::Test, message.reason == Reason::Drill);
    let about = &message.view["body"]["dependency"];
    if test {
        let labels = labels(&[("alertname", "PlugwatchTest"), ("platform", &message.platform), ("severity", "info")]);
        return vec![Told { labels, since: message.at, lasts: Some(TRIAL), replaces: false }];
    }
    let word = |key: &str| about[key].as_str().unwrap_or_default();
    let verdict = if message.reason == Reason::Blind { "unknown" } else { word("verdict") };
    let moment = matches!(message.reason, Reason::Changed | Reason::ItWasUs);
    let over = message.over || (verdict == "live" && !moment);
    if about.is_null() || (message.level == Level::Info && !over && !drill) {
        return Vec::new();
    }
    let since = about["since"].as_i64().map_or(message.at, |since| Time(since).min(message.at));
    let group = about["group"]["ids"].as_array().into_iter().flatten();
    let mut ids: Vec<&str> = group.chain([&about["id"]]).filter_map(Value::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let one = |id: &str| Told {
        labels: labels(&[
            (
                "alertname",
                if drill {
                    "PlugwatchDrill"
                } else if moment {
                    "PlugwatchChange"
                } else {
                    "Plugwatch"
                },
            ),
            ("platform", &message.platform),
            ("dependency", id),
            ("vendor", word("vendor")),
            ("verdict", verdict),
            ("fault", word("fault")),
            ("criticality", word("criticality")),
            ("severity", message.level.word()),
        ]),
        since: if moment || drill { message.at } else { since },
        lasts: match (drill, moment, over) {
            (true, ..) => Some(TRIAL),
            (_, true, _) => Some(MOMENT),
            (.., true) => None,
            _ => Some(LASTS),
        },
        replaces: !drill && !moment,
    };
    ids.into_iter().map(one).collect()
}

/// Alertmanager treats an empty label as missing.
fn labels(all: &[(&str, &str)]) -> Labels {
    all.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

/// The result of a response. 400 means that Alertmanager cannot parse the alert; the body says why.
fn meant(reply: &Reply) -> Tried {
    match reply.status {
        400 => Tried::Never { why: format!("Alertmanager refuses the alert (400: {})", first_line(&reply.body)) },
        _ => meaning(reply, WHO, &[401, 403, 404], "check its address and token"),
    }
}
