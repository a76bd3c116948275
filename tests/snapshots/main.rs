//! What a snapshot shows, what it refuses, and what it keeps.

#[path = "../common/mod.rs"]
mod common;

mod before;
mod elements;
mod everything;
mod heard_of;
mod held;
mod read_only;
mod several;
mod stored;
