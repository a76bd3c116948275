//! Values to bytes.
//!
//! A layer around rmp-serde's serializer: it writes the leaves, and this layer what it would lose
//! (nested options, times before 1970, 128 bits, references), what has to be canonical (hash maps
//! and hash sets) and what has to be bounded (depth, size, lengths that are not what was said).

mod collect;
mod compound;
mod encoder;
mod entry;
mod ext;
mod serializer;
mod unordered;

pub use entry::{encode, encode_checked, encode_fields, encode_fields_checked};
