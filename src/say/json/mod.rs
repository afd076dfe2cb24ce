//! What commands say to programs: `docs/cli.schema.json` has the shapes, each with its version in `schema`. A change
//! that breaks readers raises the version.

mod companies;
mod state;

pub use companies::{map, whatif};
pub use state::{dependency, state, why};
