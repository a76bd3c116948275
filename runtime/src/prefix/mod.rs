//! Prefixes: names, folders, the writer's lease, and the handle.

mod compact;
mod cycles;
mod handle;
mod handover;
#[cfg(feature = "tokio")]
mod later;
mod lease;
mod name;
mod open;
mod peers;
mod process;
mod pruning;
mod state;
mod wait;

pub use compact::Compaction;
pub use cycles::CycleReport;
pub use handle::Prefix;
pub(crate) use name::PrefixName;
pub(crate) use open::{OpenPrefix, list, open, open_if_of, remove};
pub use pruning::{PruneBefore, Pruning};
pub use state::State;
pub use wait::OnChange;
