//! Programs as the documentation promises them: every name, called the way a user would.

#[path = "../common/mod.rs"]
mod common;

mod classes;
mod collections;
mod objects;
mod processes;
mod queries;
mod time;
mod transactions;
mod workspaces;
