//! The states that a crash could have left, out of a trace.

mod pending;
mod replay;
mod report;
mod state;
mod subsets;
mod unit;

pub use replay::Replay;
pub use report::Report;
pub use state::CrashState;
