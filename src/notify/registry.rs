//! All channels, by their name in `kind = "..."`.

use super::settings::Read;
use super::{
    alertmanager, discord, email, exec, gatus, instatus, log, mattermost, ntfy, pagerduty, pushover, slack, statuspage,
    teams, telegram, terminal, twilio_sms, twilio_voice, webhook,
};
use crate::read::Table;

/// Parses a channel's settings from its table.
pub type Reader = fn(&Table<'_>) -> Read;

/// One line for each channel, in the order in which they are listed for users.
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

/// The names of all kinds of channels.
pub fn kinds() -> Vec<&'static str> {
    CHANNELS.iter().map(|(word, _)| *word).collect()
}

/// The parser for this kind of channel, if there is one.
pub fn reader(kind: &str) -> Option<Reader> {
    CHANNELS.iter().find(|(word, _)| *word == kind).map(|(_, reader)| *reader)
}
