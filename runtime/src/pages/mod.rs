//! The pages of an LMDB file, read without LMDB: whatever bytes are there, they can do no harm.

mod bitmap;
mod census;
mod copy;
mod file;
mod meta;
mod page;
mod rank;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use census::{Census, Table, lacks_only_free};
pub(crate) use copy::{Uncopied, copy};
pub(crate) use file::{Fault, PageFile};
pub(crate) use meta::{Metas, rebuilt, rolled_back};
pub(crate) use page::Bytes;
pub(crate) use tree::{Rows, Tree};
