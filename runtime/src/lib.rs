//! db0's engine. Programs use the `db0` crate, which re-exports what is public here.

pub mod class;
pub mod codec;
mod config;
pub mod derived;
mod dump;
mod error;
mod fields;
mod lmdb;
mod misuse;
pub mod object;
mod pages;
pub mod plumbing;
mod prefix;
mod private;
mod store;
mod sync;
mod txn;
mod verify;
mod workspace;

pub use config::{Config, Durability, History, Lock, Mode};
pub use dump::Dumped;
pub use error::{Error, Result};
pub use lmdb::Reader;
#[doc(hidden)]
pub use misuse::OrPanic;
pub use object::{AnyMemo, CacheStats, Memo, Read, Root, WeakMemo, Write};
#[doc(hidden)]
pub use prefix::Listener;
pub use prefix::{
    Compaction, CycleReport, Diagnosis, OnChange, Prefix, PruneBefore, Pruning, State, Warming,
};
pub use store::{Bearers, Chunk, Space};
pub use txn::abort;
pub use verify::{BeginCheck, ElementCheck, Finding, Verification, Verifying};
pub use workspace::{
    Entered, Health, Workspace, class_prefix, current, default_workspace, exists, fetch,
};
