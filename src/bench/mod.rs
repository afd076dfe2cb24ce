//! The drop bench: scenarios with a known truth, played through the real pipeline in
//! virtual time, and judged. Only the answers are scripted, at the seam where askers
//! bring them; catalogue, core, store and outbox are those of `plugwatch run`.
//!
//! The format of a scenario stands in `tests/scenarios/drops/README.md`.

mod begin;
mod configuration;
mod cost;
mod expect;
mod judge;
mod mailbox;
mod measure;
mod older;
mod person;
mod play;
mod replay;
mod scenario;
mod score;
mod script;
mod simulation;
mod stage;
pub mod stand_in;
mod step;
mod told;
mod world;

pub use cost::{Cost, cost};
pub use expect::{Expect, More};
pub use mailbox::Arrived;
pub use play::{Played, play, play_logged, play_over};
pub use replay::{Replayed, replay};
pub use scenario::{Family, Is, Scenario, Truth, load};
pub use score::{Finding, Marks, Score};
pub use script::Scripted;
pub use simulation::{Report, Settings, simulate};
pub use step::{Does, Happens, Letter, Step, Takings};
pub use world::World;
