//! The rows, a group a file.

mod all;
mod changes;
mod commits;
mod dict;
#[cfg(feature = "peers")]
mod dict_peers;
mod elements;
pub(crate) mod fields;
mod footprint;
mod hot;
mod index;
mod list;
mod long;
mod objects;
mod past;
mod tags;
mod threads;

pub(crate) use all::all;
