//! Renders a message when it is sent, from the data stored with the alert and from the current state.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono_tz::Tz;

use super::Dispatcher;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::draw;
use crate::engine::{alert_snapshot, alert_view};
use crate::notify::{File, Going, Message};
use crate::say::alert::{AlertView, Body, Footer};
use crate::say::{Format, buttons, digest, short};
use crate::store::{AlertRow, Amend, Delivery, Result};

/// A message mentions a newer one only if it is sent at least this late.
const LATE: Duration = Duration::from_secs(120);

/// The number of rendered texts that are kept for other recipients of the same message.
const WRITTEN: usize = 8;

/// A text that was rendered within the same second.
pub(super) struct Written {
    /// The public id of its alert.
    alert: String,
    second: i64,
    footer: Footer,
    plain: String,
    html: String,
}

pub(super) fn view(alert: &AlertRow) -> std::result::Result<AlertView, String> {
    alert_view(&alert.snapshot).map_err(|error| format!("its stored text cannot be read: {error}"))
}

/// Whether the matter ends with this message.
fn is_over(view: &AlertView) -> bool {
    let settled = match &view.body {
        Body::Dependency(about) => view.reason == Reason::Settled && about.verdict == Verdict::Live,
        _ => false,
    };
    settled || matches!(view.reason, Reason::Recovered | Reason::Retired)
}

/// The incidents that a message about several dependencies of one company covers. A mass outage, with a probable
/// cause on plugwatch's or the user's side, counts as one.
fn others(view: &AlertView) -> Vec<String> {
    let Body::Dependency(about) = &view.body else { return Vec::new() };
    let group = about.group.as_ref().filter(|group| !group.mass);
    group.map_or_else(Vec::new, |group| group.incidents.clone())
}

impl Dispatcher {
    /// The message for one delivery, or for several that are delivered together.
    pub(super) fn message(&self, delivery: &Delivery, now: Time) -> std::result::Result<Message, String> {
        let view = view(&delivery.alert)?;
        let repeat = delivery.maybe_repeat || self.was_said(delivery);
        let zone = self.zone(&delivery.channel, &delivery.recipient);
        let mut message = self.plain_message(&delivery.alert, &view, (&delivery.recipient, zone), now);
        if !delivery.with.is_empty() {
            let all = delivery.with.iter().chain([delivery]);
            let views: std::result::Result<Vec<_>, String> =
                all.map(|one| Ok((one.alert.thread.clone(), self::view(&one.alert)?))).collect();
            let views = views?;
            message.title = format!("{}: {} messages that waited", view.platform, views.len());
            message.short = message.title.clone();
            message.plain = digest::text(&views, Format::Plain, now, repeat, zone);
            message.html = digest::text(&views, Format::Html, now, repeat, zone);
            (message.thread, message.buttons, message.over) = (None, Vec::new(), false);
            message.others.clear();
            // A digest has neither the id nor the thread of its last message. It is as urgent as its most urgent
            // message.
            message.id = format!("{}-digest", message.id);
            message.level =
                delivery.with.iter().map(|one| one.alert.level).max().unwrap_or(message.level).max(message.level);
            return Ok(message);
        }
        let newer = delivery.newer.as_ref().filter(|_| now.since(view.at) >= LATE);
        let newer = newer.and_then(|newer| self::view(newer).ok()).map(|newer| newer.title(zone));
        let instead = delivery.instead.clone();
        let footer = Footer { repeat, instead, newer, stands: None, zone, edits: self.edits(&delivery.channel) };
        (message.plain, message.html) = self.texts(&view, &delivery.alert.public_id, now, &footer);
        if let Body::Open { .. } = &view.body {
            // Handles the format of reminders in older versions. Remove this with the next release.
            let lines: Vec<&str> = message.plain.lines().skip(1).collect();
            message.view["body"]["note"] = serde_json::json!({ "title": message.title, "lines": lines });
        }
        message.root.clone_from(&delivery.root);
        Ok(message)
    }

    /// The rendered texts, which many recipients share.
    fn texts(&self, view: &AlertView, alert: &str, now: Time, footer: &Footer) -> (String, String) {
        let written =
            |text: &Written| text.alert == alert && text.second == now.0.div_euclid(1_000) && text.footer == *footer;
        let mut known = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.iter().find(|text| written(text)) {
            return (text.plain.clone(), text.html.clone());
        }
        let (plain, html) = (view.text(Format::Plain, now, footer), view.text(Format::Html, now, footer));
        if known.len() >= WRITTEN {
            known.pop_front();
        }
        let second = now.0.div_euclid(1_000);
        known.push_back(Written {
            alert: alert.to_owned(),
            second,
            footer: footer.clone(),
            plain: plain.clone(),
            html: html.clone(),
        });
        (plain, html)
    }

    /// The message, with its picture if it is a report.
    pub(super) async fn with_picture(&self, delivery: &Delivery, message: Message) -> Message {
        let alone = delivery.with.is_empty() && delivery.alert.reason == Reason::Report;
        let Some(view) = alone.then(|| view(&delivery.alert).ok()).flatten() else { return message };
        let Body::Report(report) = &view.body else { return message };
        let svg = report.picture(&view.platform);
        // In simulated time, it is drawn on this thread, so that events have the same order in each run.
        let drawn = if self.clock.is_manual() { draw::png(&svg) } else { draw::png_apart(svg).await };
        Message { files: picture(drawn), ..message }
    }

    /// The time zone of the people at a recipient.
    fn zone(&self, channel: &str, recipient: &str) -> Tz {
        let ways = self.ways();
        let place = ways.everybody.iter().find(|way| way.channel == channel && way.recipient == recipient);
        place.map_or(Tz::UTC, |way| way.zone)
    }

    /// Whether messages on this channel can be edited.
    fn edits(&self, channel: &str) -> bool {
        self.ways().everybody.iter().any(|way| way.channel == channel && way.edits)
    }

    /// The situation message in its current state. If a newer message has replaced it, the text says so.
    async fn amended_situation(&self, amend: &Amend, now: Time) -> Result<Option<Message>> {
        let thread = amend.alert.thread.clone().unwrap_or_default();
        let Some(snapshot) = self.store.situation_snapshot(&thread).await? else { return Ok(None) };
        let Ok(view) = alert_view(&snapshot) else { return Ok(None) };
        let zone = self.zone(&amend.channel, &amend.recipient);
        let mut message = self.plain_message(&amend.alert, &view, (&amend.recipient, zone), now);
        if self.store.is_replaced(amend).await? {
            message.plain = "A newer message below shows the current state.".to_owned();
            message.html.clone_from(&message.plain);
            message.buttons.clear();
            return Ok(Some(message));
        }
        let footer = Footer { zone, edits: true, ..Footer::default() };
        message.plain = view.text(Format::Plain, view.at, &footer);
        message.html = view.text(Format::Html, view.at, &footer);
        Ok(Some(message))
    }

    /// The original text of an alert, rendered now.
    pub(super) fn as_told(&self, alert: &AlertRow, view: &AlertView, recipient: &str, now: Time) -> Message {
        let mut message = self.plain_message(alert, view, (recipient, Tz::UTC), now);
        message.plain = view.text(Format::Plain, now, &Footer::default());
        message
    }

    fn plain_message(&self, alert: &AlertRow, view: &AlertView, (recipient, zone): (&str, Tz), now: Time) -> Message {
        Message {
            id: alert.public_id.clone(),
            recipient: recipient.to_owned(),
            reason: alert.reason,
            level: alert.level,
            at: now,
            platform: view.platform.clone(),
            title: view.title(zone),
            short: short::text(view, zone),
            plain: String::new(),
            html: String::new(),
            thread: alert.thread.clone(),
            others: others(view),
            root: None,
            buttons: buttons::of(view, alert.thread.as_deref(), &alert.public_id),
            over: is_over(view),
            acked_by: None,
            files: Vec::new(),
            view: alert.snapshot.clone(),
            going: Going::default(),
        }
    }

    /// A sent message with the current state added at the top; `None` if nothing changes.
    pub(super) async fn amended(&self, amend: &Amend, now: Time) -> Result<Option<Message>> {
        if amend.alert.reason == Reason::Situation {
            return self.amended_situation(amend, now).await;
        }
        let (Ok(view), Ok(newest)) = (view(&amend.alert), view(&amend.newest)) else { return Ok(None) };
        let zone = self.zone(&amend.channel, &amend.recipient);
        let acts = match &amend.alert.thread {
            Some(thread) => self.store.acts_about(thread).await?,
            None => Vec::new(),
        };
        let ack = acts.iter().rfind(|act| act.deed == ActionKind::Ack && act.at >= amend.newest.at);
        let settled = acts.iter().rfind(|act| said_of(act, zone, now).is_some());
        let mut stands = Vec::new();
        if amend.newest.id != amend.alert.id {
            stands.push(format!("{}, {}", newest.title(zone), newest.at.local(zone, now)));
        }
        stands.extend(ack.map(|act| format!("{} is on it, since {}", act.by, act.at.local(zone, now))));
        stands.extend(settled.and_then(|act| said_of(act, zone, now)));
        if stands.is_empty() {
            return Ok(None);
        }
        let footer = Footer { stands: Some(stands.join("; ")), zone, ..Footer::default() };
        let mut message = self.plain_message(&amend.alert, &view, (&amend.recipient, zone), now);
        message.plain = view.text(Format::Plain, now, &footer);
        message.html = view.text(Format::Html, now, &footer);
        message.over = is_over(&newest);
        message.acked_by = ack.map(|act| act.by.clone());
        // A message whose matter is over needs no buttons.
        if message.over || settled.is_some() {
            message.buttons.clear();
        }
        Ok(Some(message))
    }
}

/// A report's picture. If it cannot be drawn, the text is sent alone.
fn picture(drawn: std::result::Result<Vec<u8>, String>) -> Vec<File> {
    match drawn {
        Ok(bytes) => vec![File { name: "report.png".into(), media: "image/png".into(), bytes: Arc::new(bytes) }],
        Err(why) => {
            tracing::warn!("a report is sent without its picture: {why}");
            Vec::new()
        }
    }
}

fn said_of(act: &OperatorAction, zone: Tz, now: Time) -> Option<String> {
    let what = match act.deed {
        ActionKind::Accept => "accepted as normal",
        ActionKind::ItWasUs => "it was us",
        ActionKind::FalseAlarm => "a false alarm",
        _ => return None,
    };
    Some(format!("{what}, says {}, {}", act.by, act.at.local(zone, now)))
}

/// A message about plugwatch itself for one recipient, which is not stored in the outbox.
pub fn note_message(
    platform: &str,
    recipient: &str,
    id: &str,
    (reason, level): (Reason, Level),
    title: &str,
    lines: Vec<String>,
    now: Time,
) -> Message {
    let body = Body::Note { title: title.to_owned(), lines };
    let view = AlertView { reason, level, platform: platform.to_owned(), at: now, simulation: false, body };
    let footer = Footer::default();
    Message {
        id: id.to_owned(),
        recipient: recipient.to_owned(),
        reason,
        level,
        at: now,
        platform: platform.to_owned(),
        title: view.title(Tz::UTC),
        short: short::text(&view, Tz::UTC),
        plain: view.text(Format::Plain, now, &footer),
        html: view.text(Format::Html, now, &footer),
        thread: None,
        others: Vec::new(),
        root: None,
        buttons: Vec::new(),
        over: false,
        acked_by: None,
        files: Vec::new(),
        view: alert_snapshot(&view),
        going: Going::default(),
    }
}
