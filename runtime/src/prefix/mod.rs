//! Prefixes: names, folders, the writer's lease, and the handle.

mod compact;
mod copying;
mod cycles;
mod diagnosis;
mod dumping;
mod handle;
mod handover;
#[cfg(feature = "tokio")]
mod later;
mod lease;
mod name;
mod open;
mod owner;
mod peers;
mod process;
mod pruning;
mod state;
mod unfinished;
mod verifying;
mod wait;
mod warming;

pub use compact::Compaction;
pub(crate) use copying::{accept, rebuild, restore, roll_back};
pub use cycles::CycleReport;
pub use diagnosis::Diagnosis;
pub(crate) use diagnosis::diagnose;
pub(crate) use dumping::load;
pub use handle::Prefix;
pub(crate) use name::PrefixName;
pub(crate) use open::{OpenPrefix, files, list, open, open_if_of, remove};
pub use pruning::{PruneBefore, Pruning};
pub use state::State;
pub(crate) use unfinished::finish_for_the_dead;
pub(crate) use verifying::verify_in;
pub use wait::{Listener, OnChange};
pub use warming::Warming;
