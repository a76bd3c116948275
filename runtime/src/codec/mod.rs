//! Values and bytes: anything serde to MessagePack and back, and keys whose bytes sort as values do.
//!
//! # The bytes
//! Structs are maps from field name to value, so that serde's defaults, renames and aliases work on
//! them for ever; the struct of a class alone is the array of its fields, whose names stand once in
//! the catalogue. Tuples and tuple structs are arrays, newtype structs are what they hold, a unit
//! struct is an empty array. A variant is its name, or a map from its name to what it holds.
//! Integers are as short as their value allows, whatever their type; floats keep their width.
//! Hash maps and hash sets are sorted by the bytes of their entries; all other order is kept (also
//! that of a hash map flattened into a struct, where serde does not tell what it is).
//!
//! What MessagePack has no form for is an extension (format version 1):
//!
//! | kind | payload | meaning |
//! | --- | --- | --- |
//! | 1 | up to 32 bytes | a strong reference |
//! | 2 | up to 32 bytes | a weak reference |
//! | 3 | up to 32 bytes | a collection |
//! | 4–15 | | reserved for references |
//! | 16 | 16 bytes, big-endian, two's complement | an integer beyond 64 bits |
//! | 17 | 16 bytes, big-endian | an integer above `i128::MAX` |
//! | 18 | 1 byte, 1 to 64 | so many `Some`s around nil |
//! | -1 | 4, 8 or 12 bytes | a `SystemTime`: MessagePack's own timestamp, the shortest form |
//!
//! A time of `chrono` is text, as it has it itself; one whose offset has seconds is text too, with them.
//!
//! A fault says what is wrong and where; nothing read from disk can make this module panic, recurse
//! without bound or allocate more than the bytes account for.

mod decode;
mod encode;
mod fault;
mod fields;
mod format;
pub mod int128;
pub mod key;
mod limits;
mod reader;
mod reference;
mod value;
pub mod varint;
#[cfg(feature = "chrono")]
mod zoned;

pub use decode::{decode, decode_fields, decode_fields_named};
pub use encode::{encode, encode_checked, encode_fields, encode_fields_checked};
pub use fault::Fault;
pub use fields::{
    field, join_fields, join_held, join_variant, skip_values, split_fields, split_variant,
};
pub use format::{Time, TimeRange};
pub use limits::{DEPTH_MAX, ROW_BYTES_MAX, VALUE_BYTES_MAX};
pub use reference::{
    COLLECTION, PAYLOAD_MAX, RefExt, STRONG, WEAK, for_each_reference, put_reference,
    sole_reference, split_reference,
};
pub(crate) use reference::{is_codec, take_bare};
pub(crate) use value::{Homes, set_homes};
pub use value::{Reference, Value, from_value, to_value};
