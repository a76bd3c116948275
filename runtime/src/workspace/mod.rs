//! Workspaces: a folder, its open prefixes, and which one a thread means.

mod closed;
mod current;
mod exit;
mod handle;
mod health;
mod opening;
mod remembered;
mod view;

pub use current::{Entered, class_prefix, current, default_workspace, exists, fetch};
pub use handle::Workspace;
pub use health::Health;
