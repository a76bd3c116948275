//! db0's engine. Programs use the `db0` crate, which re-exports what is public here.

mod error;
mod config;
mod sync;
mod lmdb;
pub mod codec;
mod store;
pub mod class;
pub mod derived;
pub mod object;
mod txn;
mod prefix;
mod workspace;
pub mod plumbing;

pub use config::{Config, History, Lock, Mode};
pub use error::{Error, Result};
pub use lmdb::Durability;
pub use object::{Memo, Read, WeakMemo, Write};
pub use store::Chunk;
pub use prefix::Prefix;
pub use txn::abort;
pub use workspace::{Entered, Workspace, class_prefix, current, default_workspace};
