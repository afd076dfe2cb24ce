//! The stored form of alerts and reports: converts them to the store's documents and back.

use serde_json::Value;

use crate::say::about::{About, Group, OpenItem, Started, Working};
use crate::say::alert::{AlertView, Body};
use crate::say::report::{Report, Row, Todo};
use crate::say::situation::{Item, Situation, Step};
use crate::store::document::keeps;
use crate::store::{
    AboutDocument, AlertDocument, BodyDocument, GroupDocument, Kept, NoteDocument, OpenDocument, OpenItemDocument,
    ReportDocument, Result, RowDocument, SituationBodyDocument, SituationItemDocument, SituationStepDocument,
    StartedDocument, TodoDocument, WorkingDocument, freeze, thaw,
};

keeps! {
    AlertDocument => AlertView { reason, level, platform, at, simulation, body }
    StartedDocument => Started { watched, counts, lines, next_report, gap }
    GroupDocument => Group { name, of, mass, ids, incidents, labels, lines, verdicts }
    AboutDocument => About {
        id, label, vendor, decider, parent, verdict, before, warned, why, fault, proof, say, hint, since, lasted, unwatched_until,
        breaks,
        fallback, account_id, contact, contract_notice_days, leave, status_page, stands_on, also_down, still_standing,
        proven, unsure, incident, announced, fallback_state, group, losses, lost_at, loss_number, refused_losses, unseen, steps, attested,
        working, more_working, in_order, fallback_on, without_fallback, keeps_working, appeal, appeal_behind_login, demand, terms, fallback_works, fallback_ends, fallback_warns, ends, until, last_day, reported,
        ending_soon, related, next, criticality, lost_before, data_unconfirmed, region, repeated, as_warned, returning,
    }
    WorkingDocument => Working { label, checked }
    OpenItemDocument => OpenItem { id, label, vendor, state, since, trouble_since, ends, say, fallback, fallback_works, fallback_checked, fallback_ends, fallback_warns, incident, hint,
        fell_too, appeal, until, demand, terms, reported, appeal_behind_login, sign_in_closed, why, owner, on_it }
    SituationBodyDocument => Situation {
        at, over, lost, ending, trouble, working, more_working, unsure, not_monitored, steps, on_it, nobody, next,
    }
    SituationItemDocument => Item { id, label, word, since, ends, unseen, demand, terms, last_day, letter, reported, quote, do_now, do_last }
    SituationStepDocument => Step { what, label, takes, owner, start, late }
    TodoDocument => Todo { rank, what, owner, by, minutes, takes }
    RowDocument => Row { label, now, served, days }
    ReportDocument => Report {
        span, from, to, watched, counts, dropped, cut_offs, down, unheard, todo, changed, accepted, proven, unseen, not_monitored, unasked,
        incidents,
        false_alarms, risk, ahead, notices, work, tested, gaps, rows,
    }
}

impl Kept<Body> for BodyDocument {
    fn keep(value: &Body) -> BodyDocument {
        match value {
            Body::Dependency(about) => BodyDocument::Dependency(Box::new(Kept::keep(about.as_ref()))),
            Body::Open { items, next } => BodyDocument::Open(OpenDocument { items: Kept::keep(items), next: *next }),
            Body::Situation(situation) => BodyDocument::Situation(Box::new(Kept::keep(situation.as_ref()))),
            Body::Started(started) => BodyDocument::Started(Kept::keep(started)),
            Body::Note { title, lines } => {
                BodyDocument::Note(NoteDocument { title: title.clone(), lines: lines.clone() })
            }
            Body::Report(report) => BodyDocument::Report(Box::new(Kept::keep(report.as_ref()))),
        }
    }

    fn give(self) -> Body {
        match self {
            BodyDocument::Dependency(about) => Body::Dependency(about.give()),
            BodyDocument::Open(OpenDocument { items, next }) => Body::Open { items: items.give(), next },
            BodyDocument::Situation(situation) => Body::Situation(situation.give()),
            BodyDocument::Started(started) => Body::Started(started.give()),
            BodyDocument::Note(NoteDocument { title, lines }) => Body::Note { title, lines },
            BodyDocument::Report(report) => Body::Report(report.give()),
        }
    }
}

/// An alert in its stored form, which webhooks also send.
pub fn alert_snapshot(view: &AlertView) -> Value {
    // An alert's view is plain data, so it can always be converted to JSON.
    freeze::<AlertView, AlertDocument>(view).unwrap_or_default()
}

/// An alert from its stored form.
///
/// # Errors
/// Fails if it was written by a newer plugwatch, or is damaged.
pub fn alert_view(snapshot: &Value) -> Result<AlertView> {
    thaw::<AlertView, AlertDocument>(snapshot)
}

/// A report in its stored form.
pub(in crate::engine) fn report_snapshot(report: &Report) -> Result<Value> {
    freeze::<Report, ReportDocument>(report)
}

/// A report from its stored form.
///
/// # Errors
/// Fails if it was written by a newer plugwatch, or is damaged.
pub fn kept_report(snapshot: &Value) -> Result<Report> {
    thaw::<Report, ReportDocument>(snapshot)
}
