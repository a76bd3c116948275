//! Numbers of variable length: a plain one for values, an ordered one for keys.

/// Appends `n` in groups of seven bits, lowest first.
pub fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Takes a number off the front of `bytes`.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut n = 0u64;
    for (i, &byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        if i == 9 && bits > 1 {
            return None;
        }
        n |= bits << (7 * i);
        if byte < 0x80 {
            *bytes = &bytes[i + 1..];
            return Some(n);
        }
    }
    None
}

/// Appends `n` so that bytes sort as numbers do: a length, then the bytes that matter.
pub fn put_ordered(out: &mut Vec<u8>, n: u64) {
    let bytes = n.to_be_bytes();
    let skip = n.leading_zeros() as usize / 8;
    out.push((8 - skip) as u8);
    out.extend_from_slice(&bytes[skip..]);
}

/// How long an ordered number may be.
pub const ORDERED_BYTES_MAX: usize = 9;

/// An ordered number, and how many of these bytes it takes; the others are zero.
#[inline]
pub fn ordered(n: u64) -> ([u8; ORDERED_BYTES_MAX], usize) {
    let skip = n.leading_zeros() / 8;
    let mut bytes = [0; ORDERED_BYTES_MAX];
    bytes[0] = (8 - skip) as u8;
    bytes[1..].copy_from_slice(&n.checked_shl(8 * skip).unwrap_or(0).to_be_bytes());
    (bytes, 9 - skip as usize)
}

/// Takes an ordered number off the front of `bytes`.
pub fn take_ordered(bytes: &mut &[u8]) -> Option<u64> {
    let (&len, rest) = bytes.split_first()?;
    let len = usize::from(len);
    let significant = rest.get(..len).filter(|_| len <= 8)?;
    if significant.first() == Some(&0) {
        return None; // one encoding for each number
    }
    let mut be = [0; 8];
    be[8 - len..].copy_from_slice(significant);
    *bytes = &rest[len..];
    Some(u64::from_be_bytes(be))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_round_trip_and_the_ordered_one_sorts(a: u64, b: u64, shift in 0..64u32) {
            let (a, b) = (a >> shift, b >> (shift / 2));
            let (mut x, mut y) = (Vec::new(), Vec::new());
            put(&mut x, a);
            prop_assert_eq!(take(&mut &x[..]), Some(a));
            x.clear();
            put_ordered(&mut x, a);
            put_ordered(&mut y, b);
            let (bytes, len) = ordered(a);
            prop_assert_eq!(&bytes[..len], &x[..]);
            prop_assert_eq!(take_ordered(&mut &x[..]), Some(a));
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        }

        #[test]
        fn garbage_is_refused_not_panicked_on(bytes: Vec<u8>) {
            let _ = take(&mut &bytes[..]);
            let _ = take_ordered(&mut &bytes[..]);
        }
    }
}
