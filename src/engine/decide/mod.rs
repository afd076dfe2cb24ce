//! The decider turns finished checks, people's actions and time into standings, incidents and alerts.

pub(super) mod adopt;
pub(super) mod decider;
pub(super) mod drill;
pub(super) mod fact_changes;
pub(super) mod facts;
pub(super) mod finished_check;
pub(super) mod known;
mod late;
mod locked_out;
mod losses;
pub(super) mod network;
mod next_check;
pub(super) mod others;
pub(super) mod own_side;
pub(super) mod people;
pub(super) mod platform;
pub(super) mod rehearsal;
mod reminded;
pub(super) mod self_check;
mod several;
pub(super) mod situation;
pub(super) mod started;
mod subject;
mod taken_over;
pub(super) mod tell;
pub(super) mod telling;
#[cfg(test)]
pub(super) mod together;
