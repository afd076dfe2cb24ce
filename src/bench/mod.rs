//! The drop bench: scenarios with a known truth are played through the real pipeline in
//! virtual time, and the result is judged. Only the answers are scripted, at the interface
//! of the askers; catalogue, core, store and outbox are those of `plugwatch run`.
//!
//! `tests/scenarios/drops/README.md` describes the format of a scenario. Real cases, in the same format, are in
//! `tests/scenarios/history`.

mod begin;
mod case;
mod configuration;
mod cost;
mod crowd;
mod expect;
mod history;
mod history_page;
mod judge;
mod load;
mod mailbox;
mod measure;
mod moment;
mod older;
mod person;
mod play;
mod promise;
mod replay;
mod scenario;
mod score;
mod script;
mod simulation;
mod stage;
pub mod stand_in;
mod step;
mod told;
pub mod under_load;
mod world;

pub use case::{Case, Kind};
pub use cost::{Cost, cost};
pub use crowd::{Crowd, crowd};
pub use expect::{Expect, More};
pub use history::{Outcome, Totals};
pub use history_page::page as history_page;
pub use load::{load, load_history};
pub use mailbox::Arrived;
pub use play::{Played, play, play_logged, play_over};
pub use replay::{Replayed, replay};
pub use scenario::{Family, Is, Scenario, Truth};
pub use score::{Finding, Marks, Score};
pub use script::Scripted;
pub use simulation::{Report, Settings, simulate};
pub use step::{Does, Happens, Letter, Origin, Step, Takings};
pub use told::Told;
pub use world::World;
