//! Parses the list of recorded answers.

use super::tables::values;
use crate::catalog::grammar::example::Recording;
use crate::read::{Source, Table};

/// Parses a file of `[[recording]]`, either the catalogue's own or one in a folder of recordings.
pub(in crate::catalog) fn read(source: &Source) -> Vec<Recording> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let recordings = root.tables("recording").iter().filter_map(read_one).collect();
    root.finish();
    recordings
}

fn read_one(table: &Table<'_>) -> Option<Recording> {
    let recording = Recording {
        file: table.need_string("file", "\"play/details.html\"")?.value,
        check: table.need_string("check", "\"google_play/listing\"")?.value,
        params: table.table("params").map(|params| values(&params)).unwrap_or_default(),
        status: table.count("status").and_then(|status| u16::try_from(status.value).ok()).unwrap_or(200),
        url: table.string("url").map(|url| url.value),
        content_type: table.string("content_type").map_or_else(|| "application/json".to_owned(), |text| text.value),
        verdict: table.word("verdict", &["live", "degraded", "outage", "dropped", "unknown"])?.value,
        reason: table.string("reason").map(|reason| reason.value),
    };
    table.finish();
    Some(recording)
}
