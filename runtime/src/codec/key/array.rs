//! Arrays: element after element; the length is the type's.

use std::array;

use super::{IntoKey, Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

impl<K: Key, const N: usize> Key for [K; N] {
    const PLAIN: bool = K::PLAIN;

    fn kind() -> KeyKind {
        KeyKind::Array(Box::new(K::kind()), N as u64)
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        for element in self {
            element.write_key(out);
        }
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let mut fault = KeyFault::Truncated;
        let mut read = || K::read_key(input).inspect_err(|&found| fault = found).ok();
        // Built in place; after the first fault nothing more is read.
        let mut intact = true;
        let elements: [Option<K>; N] = array::from_fn(|_| {
            let element = if intact { read() } else { None };
            intact = element.is_some();
            element
        });
        if !intact {
            return Err(fault);
        }
        Ok(elements.map(|element| element.expect("a missing element has ended the reading")))
    }

    fn is_null(&self) -> bool {
        self.iter().any(K::is_null)
    }
}

key_impls!(@part [K: Key, const N: usize] [K; N]);
key_impls!(@field [K: Key, const N: usize] [K; N]);

impl<K: Key, Q: IntoKey<K>, const N: usize> IntoKey<[K; N]> for [Q; N] {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        for element in self {
            element.write_key_of(out);
        }
    }
}
