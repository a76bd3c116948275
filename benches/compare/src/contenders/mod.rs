//! The contenders: db0, and the databases beside it. The limit has a folder of its own.

mod db0;
mod fjall;
mod heed;
mod kv;
mod native_db;
mod redb;
mod rusqlite;
mod sled;

pub(crate) use db0::{Db0, Entered};
pub(crate) use fjall::Fjall;
pub(crate) use heed::Heed;
pub(crate) use kv::{Kv, People};
pub(crate) use native_db::NativeDb;
pub(crate) use redb::Redb;
pub(crate) use rusqlite::Rusqlite;
pub(crate) use sled::Sled;
