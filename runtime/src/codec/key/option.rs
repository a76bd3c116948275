//! `Option`: a byte 00 for `None`, which comes first, or 01 and the key.

use super::{IntoKey, Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

const NONE: u8 = 0;
const SOME: u8 = 1;

/// Appends what is before the key, if there is one.
#[inline]
pub(super) fn write_head(is_some: bool, out: &mut Vec<u8>) {
    out.push(if is_some { SOME } else { NONE });
}

/// Whether a key follows.
#[inline]
pub(super) fn read_head(input: &mut KeyReader<'_>) -> Result<bool, KeyFault> {
    match input.byte()? {
        NONE => Ok(false),
        SOME => Ok(true),
        _ => Err(KeyFault::Form),
    }
}

impl<K: Key> Key for Option<K> {
    const PLAIN: bool = K::PLAIN;

    fn kind() -> KeyKind {
        KeyKind::Option(Box::new(K::kind()))
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        self.write_key_of(out);
    }

    #[inline]
    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        if read_head(input)? { K::read_key(input).map(Some) } else { Ok(None) }
    }

    #[inline]
    fn is_null(&self) -> bool {
        self.as_ref().is_none_or(K::is_null)
    }
}

key_impls!(@part [K: Key] Option<K>);
key_impls!(@field [K: Key] Option<K>);

impl<K: Key, Q: IntoKey<K>> IntoKey<Option<K>> for Option<Q> {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        write_head(self.is_some(), out);
        if let Some(key) = self {
            key.write_key_of(out);
        }
    }
}
