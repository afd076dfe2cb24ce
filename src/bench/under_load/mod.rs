//! Measures the program under load: real checks of servers that run on this machine in a separate process. It
//! measures CPU time, memory, disk writes and lateness. A row is valid only if every answer is in the history
//! and every wrong one was noticed.

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
