//! What strangers see: page, JSON, Statuspage's API, feeds and badges, all drawn from one [`View`]. It holds nothing
//! that is not public, so that no output can show more.

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
