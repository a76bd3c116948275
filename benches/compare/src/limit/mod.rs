//! The limit: raw LMDB, written to by hand with the rows that db0 writes.
//!
//! Checksums, envelopes, containers, log and head are there byte for byte; what is not there is
//! everything else: views, layers, versions in memory, identity, checks.

mod chunk;
mod elements;
mod fields;
mod lmdb;
mod long_reader;
mod people;
mod rows;
mod tags;
#[cfg(test)]
mod tests;

pub(crate) use elements::{
    DICT, INDEX, LIST, Put, entry, entry_value, index_entry, index_key, index_oid, number_key,
    text_key,
};
pub(crate) use people::Limit;
