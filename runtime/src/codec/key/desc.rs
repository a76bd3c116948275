//! `Desc`: any key, sorted the other way round.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{IntoKey, Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

/// A key in descending order, alone or as a part of a composite.
///
/// ```
/// use db0_runtime::codec::key::{Desc, encode_key};
///
/// assert!(Desc(2) < Desc(1));
/// // By name, the newest of each name first.
/// let newer = ("report".to_string(), Desc(7_u64));
/// let older = ("report".to_string(), Desc(6_u64));
/// assert!(newer < older);
/// assert!(encode_key(&newer) < encode_key(&older));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Desc<K>(
    /// The key itself.
    pub K,
);

impl<K: Ord> Ord for Desc<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}

impl<K: PartialOrd> PartialOrd for Desc<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        other.0.partial_cmp(&self.0)
    }
}

impl<K> From<K> for Desc<K> {
    fn from(key: K) -> Self {
        Self(key)
    }
}

/// Turns round what `write` appends.
///
/// No encoding is the beginning of another one, so two of them differ in a byte that both have,
/// and their complements are in the opposite order, whatever follows.
#[inline]
pub(super) fn write_reversed<R>(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    let start = out.len();
    let result = write(out);
    for byte in &mut out[start..] {
        *byte = !*byte;
    }
    result
}

impl<K: Key> Key for Desc<K> {
    const PLAIN: bool = K::PLAIN;

    fn kind() -> KeyKind {
        KeyKind::Desc(Box::new(K::kind()))
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        write_reversed(out, |out| self.0.write_key(out));
    }

    #[inline]
    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        input.reversed(K::read_key).map(Self)
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

key_impls!(@part [K: Key] Desc<K>);
key_impls!(@field [K: Key] Desc<K>);

impl<K: Key, Q: IntoKey<K>> IntoKey<Desc<K>> for Desc<Q> {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        write_reversed(out, |out| self.0.write_key_of(out));
    }
}
