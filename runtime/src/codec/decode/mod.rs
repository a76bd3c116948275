//! Bytes to values.
//!
//! rmp-serde's reader is not used here: it can't look ahead (which nested options need), does not
//! bound the depth of enums and newtype structs, and reads integers of 128 bits in its own form.

mod access;
mod decoder;
mod deserializer;
mod entry;
mod ext;
mod named;
mod number;
mod some;
mod variant;

pub use entry::{decode, decode_fields};
pub use named::decode_fields_named;
