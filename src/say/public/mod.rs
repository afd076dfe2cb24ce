//! What the public can see: page, JSON, Statuspage API, feeds and badges, all rendered from one [`View`]. It contains
//! only public data, so that no output can reveal more.

pub mod badge;
pub mod calendar;
pub mod feed;
mod history;
mod ids;
pub mod page;
pub(in crate::say) mod pages;
mod state;
pub mod status;
pub mod statuspage;
pub mod texts;
mod view;

pub use history::{History, LineDay, segments};
pub use ids::Ids;
pub use state::{Indicator, PublicState};
pub use view::{Component, Facts, Group, Incident, Maintenance, Update, View, Window};
