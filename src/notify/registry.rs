//! All channels, by their word in `kind = "..."`.

use super::settings::Read;
use super::{
    alertmanager, discord, email, exec, gatus, instatus, log, mattermost, ntfy, pagerduty, pushover, slack, statuspage,
    teams, telegram, terminal, twilio_sms, twilio_voice, webhook,
};
use crate::read::Table;

/// Makes a channel's settings of its table.
pub type Reader = fn(&Table<'_>) -> Read;

/// One line for each channel, in the order in which they are offered.
const CHANNELS: &[(&str, Reader)] = &[
    ("log", log::read),
    ("terminal", terminal::read),
    ("telegram", telegram::read),
    ("email", email::read),
    ("webhook", webhook::read),
    ("slack", slack::read),
    ("discord", discord::read),
    ("mattermost", mattermost::read),
    ("teams", teams::read),
    ("ntfy", ntfy::read),
    ("pushover", pushover::read),
    ("twilio_sms", twilio_sms::read),
    ("twilio_voice", twilio_voice::read),
    ("pagerduty", pagerduty::read),
    ("alertmanager", alertmanager::read),
    ("exec", exec::read),
    ("statuspage", statuspage::read),
    ("instatus", instatus::read),
    ("gatus", gatus::read),
];

/// The words for all kinds of channels.
pub fn kinds() -> Vec<&'static str> {
    CHANNELS.iter().map(|(word, _)| *word).collect()
}

/// What reads the table of a channel of this kind, if there is such a kind.
pub fn reader(kind: &str) -> Option<Reader> {
    CHANNELS.iter().find(|(word, _)| *word == kind).map(|(_, reader)| *reader)
}
