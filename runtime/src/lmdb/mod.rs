//! The one safe layer over the C library, and the home of unsafe code.
#![expect(
    unsafe_code,
    reason = "LMDB is a C library; everything unsafe about it ends in this folder"
)]

mod assertion;
mod at_exit;
mod bell;
mod compact;
mod cursor;
mod cursors;
mod env;
mod error;
mod files;
mod fork;
mod held;
mod home;
mod long_reads;
mod nearness;
mod opaque;
mod opening;
mod order;
mod pool;
mod read;
mod registry;
mod resting;
mod room;
mod same_type;
mod slots;
mod table;
mod write;

pub(crate) use at_exit::at_exit;
pub(crate) use bell::{Bell, FILE as BELL_FILE};
pub(crate) use compact::FILE as COMPACTED_FILE;
pub(crate) use cursor::Cursor;
pub(crate) use env::{Env, TableId};
pub(crate) use error::Fault;
pub(crate) use files::{FILES, allocate, is_on_read_only_medium, my_user, room, table_of_readers};
pub(crate) use fork::{ClosedInChild, forked};
pub(crate) use held::Held;
pub(crate) use long_reads::{LongRead, LongReads};
pub(crate) use opaque::Opaque;
pub(crate) use opening::EnvOptions;
pub(crate) use pool::ReadTxn;
pub(crate) use same_type::{Lifetimeless, same_target, same_type, same_type_owned};
pub use slots::Reader;
pub(crate) use write::{At, WriteTxn};
