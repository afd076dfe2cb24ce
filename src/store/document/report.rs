//! `report.snapshot`: the contents of a weekly or monthly report.

use super::document;

document! {
    /// A task for the operator.
    TodoDocument {
        "rank" rank: u32,
        "what" what: String,
        "owner" owner: Option<String>,
        "by" by: Option<String>,
        "minutes" minutes: u32,
        #[serde(default)]
        "takes" takes: Option<String>,
    }

    /// One row of the availability table.
    RowDocument {
        "label" label: String,
        "now" now: String,
        "served" served: String,
        "days" days: Vec<String>,
    }

    /// A report.
    ReportDocument {
        #[serde(default)]
        "span" span: String,
        #[serde(default)]
        "from" from: String,
        #[serde(default)]
        "to" to: String,
        #[serde(default)]
        "watched" watched: usize,
        #[serde(default)]
        "counts" counts: Vec<String>,
        #[serde(default)]
        "dropped" dropped: Vec<String>,
        #[serde(default)]
        "cut_offs" cut_offs: Vec<String>,
        #[serde(default)]
        "down" down: Vec<String>,
        #[serde(default)]
        "unheard" unheard: Option<String>,
        #[serde(default)]
        "todo" todo: Vec<TodoDocument>,
        #[serde(default)]
        "changed" changed: Vec<String>,
        #[serde(default)]
        "accepted" accepted: Vec<String>,
        #[serde(default)]
        "proven" proven: Vec<String>,
        #[serde(default)]
        "unseen" unseen: Vec<String>,
        #[serde(default)]
        "not_monitored" not_monitored: Option<String>,
        #[serde(default)]
        "unasked" unasked: Vec<String>,
        #[serde(default)]
        "incidents" incidents: Vec<String>,
        #[serde(default)]
        "false_alarms" false_alarms: usize,
        #[serde(default)]
        "risk" risk: Option<String>,
        #[serde(default)]
        "ahead" ahead: Vec<String>,
        #[serde(default)]
        "notices" notices: Vec<String>,
        #[serde(default)]
        "work" work: String,
        #[serde(default)]
        "tested" tested: String,
        #[serde(default)]
        "gaps" gaps: Vec<String>,
        #[serde(default)]
        "rows" rows: Vec<RowDocument>,
    }
}
