//! The one safe layer over the C library, and the home of unsafe code.
#![expect(
    unsafe_code,
    reason = "LMDB is a C library; everything unsafe about it ends in this folder"
)]

mod at_exit;
mod cursor;
mod env;
mod error;
mod files;
mod fork;
mod pool;
mod read;
mod registry;
mod same_type;
mod write;

pub(crate) use at_exit::at_exit;
pub(crate) use cursor::Cursor;
pub(crate) use env::{Env, EnvOptions, TableId};
pub(crate) use error::Fault;
pub(crate) use files::FILES;
pub(crate) use fork::forked;
pub(crate) use pool::ReadTxn;
pub(crate) use same_type::{Lifetimeless, same_target, same_type, same_type_owned};
pub(crate) use write::WriteTxn;
