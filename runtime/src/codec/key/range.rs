//! Ranges of keys, and of all keys with one beginning.

use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use super::{IntoKey, Key, KeyKind, desc, escape, option};

/// Both ends of a range of encoded keys.
pub type KeyBounds = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// The key of these bytes is within bounds.
#[doc(hidden)]
pub fn is_within((from, to): &KeyBounds, key: &[u8]) -> bool {
    RangeBounds::<[u8]>::contains(
        &(from.as_ref().map(Vec::as_slice), to.as_ref().map(Vec::as_slice)),
        key,
    )
}

/// A range of keys, written as any of Rust's ranges over what stands for a `K`.
///
/// ```
/// use db0_runtime::codec::key::{Key, KeyBounds, KeyRange};
///
/// fn bounds_of<K: Key>(range: impl KeyRange<K>) -> KeyBounds {
///     range.bounds()
/// }
/// bounds_of::<u64>(1..3);
/// bounds_of::<String>("a".."b");
/// bounds_of::<f64>(-1.0..=2.0);
/// bounds_of::<(String, u32)>(("a", 0)..);
/// bounds_of::<u64>(..);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a range of keys of type `{K}`",
    label = "expected a range such as `a..b`, `a..=b`, `..b`, `a..` or `..`"
)]
pub trait KeyRange<K: Key> {
    /// The ends, encoded.
    fn bounds(&self) -> KeyBounds;
}

fn encoded<K: Key>(query: &impl IntoKey<K>) -> Vec<u8> {
    let mut out = Vec::new();
    query.write_key_of(&mut out);
    out
}

impl<K: Key> KeyRange<K> for RangeFull {
    fn bounds(&self) -> KeyBounds {
        (Bound::Unbounded, Bound::Unbounded)
    }
}

impl<K: Key, Q: IntoKey<K>> KeyRange<K> for Range<Q> {
    fn bounds(&self) -> KeyBounds {
        (Bound::Included(encoded(&self.start)), Bound::Excluded(encoded(&self.end)))
    }
}

impl<K: Key, Q: IntoKey<K>> KeyRange<K> for RangeInclusive<Q> {
    fn bounds(&self) -> KeyBounds {
        (Bound::Included(encoded(self.start())), Bound::Included(encoded(self.end())))
    }
}

impl<K: Key, Q: IntoKey<K>> KeyRange<K> for RangeFrom<Q> {
    fn bounds(&self) -> KeyBounds {
        (Bound::Included(encoded(&self.start)), Bound::Unbounded)
    }
}

impl<K: Key, Q: IntoKey<K>> KeyRange<K> for RangeTo<Q> {
    fn bounds(&self) -> KeyBounds {
        (Bound::Unbounded, Bound::Excluded(encoded(&self.end)))
    }
}

impl<K: Key, Q: IntoKey<K>> KeyRange<K> for RangeToInclusive<Q> {
    fn bounds(&self) -> KeyBounds {
        (Bound::Unbounded, Bound::Included(encoded(&self.end)))
    }
}

impl<K: Key, Q: IntoKey<K>> KeyRange<K> for (Bound<Q>, Bound<Q>) {
    fn bounds(&self) -> KeyBounds {
        (self.0.as_ref().map(encoded), self.1.as_ref().map(encoded))
    }
}

impl<K: Key, R: KeyRange<K> + ?Sized> KeyRange<K> for &R {
    fn bounds(&self) -> KeyBounds {
        (**self).bounds()
    }
}

/// All keys of text, or of composites that begin with text, whose text starts with `prefix`.
///
/// ```
/// use db0_runtime::codec::key::{encode_key, text_prefix_range};
/// use std::ops::RangeBounds;
///
/// let range = text_prefix_range("ab");
/// assert!(range.contains(&encode_key(&"abc".to_string())));
/// assert!(range.contains(&encode_key(&("ab".to_string(), 7))));
/// assert!(!range.contains(&encode_key(&"b".to_string())));
/// ```
pub fn text_prefix_range(prefix: &str) -> KeyBounds {
    let mut bytes = Vec::new();
    escape::write_open(prefix.as_bytes(), &mut bytes);
    bytes_prefix_range(bytes)
}

/// All keys of `K` whose text starts with `prefix`: that of composites is their first component, and of
/// an `Option` there has to be one. None if these keys don't begin with text or bytes.
///
/// ```
/// use db0_runtime::codec::key::{Desc, encode_key, prefix_range};
/// use std::ops::RangeBounds;
///
/// let range = prefix_range::<(Option<String>, u8)>("ab").expect("it begins with text");
/// assert!(range.contains(&encode_key(&(Some("abc".to_string()), 7_u8))));
/// assert!(!range.contains(&encode_key(&(None::<String>, 7_u8))));
/// assert!(prefix_range::<u32>("ab").is_none());
/// ```
pub fn prefix_range<K: Key>(prefix: &str) -> Option<KeyBounds> {
    let mut bytes = Vec::new();
    write_prefix(&K::kind(), prefix, &mut bytes).then(|| bytes_prefix_range(bytes))
}

/// Appends what the keys of a kind begin with whose text starts with `prefix`; false if they have none.
fn write_prefix(kind: &KeyKind, prefix: &str, out: &mut Vec<u8>) -> bool {
    match kind {
        KeyKind::Text | KeyKind::Bytes => {
            escape::write_open(prefix.as_bytes(), out);
            true
        }
        KeyKind::Option(kind) => {
            option::write_head(true, out);
            write_prefix(kind, prefix, out)
        }
        KeyKind::Desc(kind) => desc::write_reversed(out, |out| write_prefix(kind, prefix, out)),
        KeyKind::Array(kind, len) => *len > 0 && write_prefix(kind, prefix, out),
        KeyKind::Tuple(kinds) | KeyKind::Struct(kinds) => {
            kinds.first().is_some_and(|kind| write_prefix(kind, prefix, out))
        }
        _ => false,
    }
}

/// All byte strings that start with `prefix`, such as composites by their encoded first component.
pub fn bytes_prefix_range(prefix: Vec<u8>) -> KeyBounds {
    let end = successor(&prefix).map_or(Bound::Unbounded, Bound::Excluded);
    (Bound::Included(prefix), end)
}

/// The first byte string after all those that start with `bytes`; none if these are all `FF`.
///
/// ```
/// use db0_runtime::codec::key::successor;
///
/// assert_eq!(successor(b"ab"), Some(b"ac".to_vec()));
/// assert_eq!(successor(b"a\xFF"), Some(b"b".to_vec()));
/// assert_eq!(successor(b"\xFF"), None);
/// ```
pub fn successor(bytes: &[u8]) -> Option<Vec<u8>> {
    let last = bytes.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut next = bytes[..=last].to_vec();
    next[last] += 1;
    Some(next)
}
