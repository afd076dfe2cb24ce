//! What the public can see: the page, JSON, the Statuspage API, feeds and badges. All are rendered from one [`View`],
//! which contains only public data, so that no output can reveal more.

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
