//! JSON output of commands. `docs/cli.schema.json` has the formats, each with its version in `schema`. A breaking
//! change raises the version.

mod companies;
mod state;

pub use companies::{map, whatif};
pub use state::{dependency, state, why};
