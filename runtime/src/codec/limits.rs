//! The bounds within which everything stored must stay.

/// How deep arrays and maps may nest in one row.
///
/// Both sides keep to it, so that whatever could be written can be read; reading needs it because
/// damaged bytes would otherwise choose how much stack is used.
pub const DEPTH_MAX: usize = 64;

/// How many bytes one encoded value may have.
pub const ROW_BYTES_MAX: usize = 16 << 20;

/// How many bytes of memory one untyped value may take.
///
/// A byte of a row can be an element of thirty-two: whoever reads rows without their types would let
/// damaged or hostile ones choose how much. Both sides keep to it, as to the others.
pub const VALUE_BYTES_MAX: usize = 64 << 20;

/// How many `Some`s and newtype structs may be open on the way to a value.
///
/// They write nothing, so they don't count as depth; a type such as `struct N(Option<Box<N>>)`
/// would still recurse without end over a single byte.
pub(crate) const WRAPS_MAX: usize = 4 * DEPTH_MAX;
