//! Prefixes: names, folders, the writer's lease, and the handle.

mod handle;
mod lease;
mod name;
mod open;
mod state;

pub use handle::Prefix;
pub(crate) use name::PrefixName;
pub(crate) use open::{OpenPrefix, list, open, remove};
pub use state::State;
