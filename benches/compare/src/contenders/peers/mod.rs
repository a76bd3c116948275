//! Other embedded databases. They are what takes longest to build, so they can be left out.

mod fjall;
mod heed;
mod kv;
mod native_db;
mod redb;
mod rusqlite;
mod sled;

pub(crate) use fjall::Fjall;
pub(crate) use heed::Heed;
pub(crate) use kv::{Kv, People};
pub(crate) use native_db::NativeDb;
pub(crate) use redb::Redb;
pub(crate) use rusqlite::Rusqlite;
pub(crate) use sled::Sled;
