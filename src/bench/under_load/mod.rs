//! The program under load: real checks of servers on this machine, in a process of their own, while processor,
//! memory, disk and schedule are measured. A row is void unless every answer stands in the history, and every
//! wrong one was noticed.

mod called;
mod configuration;
mod disk;
mod kind;
mod lateness;
mod load;
mod proof;
mod row;
mod server;
mod servers;
mod subject;

pub use disk::synced;
pub use kind::Kind;
pub use lateness::Late;
pub use load::Load;
pub use row::{Row, measure};
pub use server::serve;
pub use servers::Servers;
