//! Keys of several components, which can be looked for by their first one alone.

use super::{IntoKey, Key, KeyBounds, bytes_prefix_range};

/// A key whose first component can be looked for alone: a tuple of two to twelve.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key of several components",
    label = "expected a tuple of two or more"
)]
pub trait Composite: Key {
    /// The first component.
    type First: Key;
}

/// All keys that have this first component.
///
/// ```
/// use db0_runtime::codec::key::{encode_key, under};
/// use std::ops::RangeBounds;
///
/// let range = under::<(String, u32)>(&"ab");
/// assert!(range.contains(&encode_key(&("ab".to_string(), 7_u32))));
/// assert!(!range.contains(&encode_key(&("abc".to_string(), 7_u32))));
/// ```
pub fn under<K: Composite>(first: &impl IntoKey<K::First>) -> KeyBounds {
    let mut bytes = Vec::new();
    first.write_key_of(&mut bytes);
    bytes_prefix_range(bytes)
}
