//! Floats in the order of `total_cmp`: -NaN, -∞, …, -0, 0, …, ∞, NaN.
//!
//! The bits, big-endian; a set sign bit complements them all, a clear one is set.

use super::{Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

macro_rules! float_key {
    ($($float:ty, $bits:ty, $kind:ident);+) => {
        $(impl Key for $float {
            const PLAIN: bool = true;

            fn kind() -> KeyKind {
                KeyKind::$kind
            }

            #[inline]
            fn write_key(&self, out: &mut Vec<u8>) {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                let bits = self.to_bits();
                let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
                out.extend_from_slice(&ordered.to_be_bytes());
            }

            #[inline]
            fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                let ordered = <$bits>::from_be_bytes(input.array()?);
                let bits = if ordered & SIGN == 0 { !ordered } else { ordered & !SIGN };
                Ok(Self::from_bits(bits))
            }
        }

        key_impls!($float);)+
    };
}

float_key!(f32, u32, Float32; f64, u64, Float64);
