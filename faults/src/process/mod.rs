//! Processes that a test starts to have them killed, or to let them die.

mod judge;
mod kills;
mod partner;
mod roles;
mod wire;

pub use judge::{Judge, Verdict};
pub use kills::{Cycle, Kills, Since};
pub use roles::Roles;
pub use wire::Wire;
