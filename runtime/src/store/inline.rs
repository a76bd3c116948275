//! A few bytes where they stand, instead of behind a pointer.

/// So many bytes need no allocation.
pub(super) const INLINE: usize = 22;

/// Up to [`INLINE`] bytes; those that are not used are zero.
#[derive(Clone, Copy, Default)]
pub(super) struct Inline {
    bytes: [u8; INLINE],
    len: u8,
}

impl Inline {
    /// These bytes, if they are few enough.
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut inline = Self { bytes: [0; INLINE], len: 0 };
        inline.push(bytes).then_some(inline)
    }

    /// The first `len` of these bytes; the others are zero.
    #[inline]
    pub(super) fn of_front<const N: usize>(bytes: [u8; N], len: usize) -> Self {
        const { assert!(N <= INLINE, "they are few enough") };
        let mut inline = Self { bytes: [0; INLINE], len: len as u8 };
        inline.bytes[..N].copy_from_slice(&bytes);
        inline
    }

    /// Appends bytes; false, and nothing is done, if they are too many.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let start = usize::from(self.len);
        let Some(room) = self.bytes.get_mut(start..start + bytes.len()) else { return false };
        copy(bytes, room);
        self.len += bytes.len() as u8;
        true
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Numbers in the order of the bytes, to be compared without a loop: the bytes as if zeros
    /// followed, and their number, which tells those apart that end with zeros.
    #[inline]
    pub(super) fn order(&self) -> (u128, u64) {
        const BACK: usize = INLINE - 16;
        const { assert!(BACK + 2 <= 8, "what is behind the first 16 has room beside the number") };
        let front = u128::from_be_bytes(std::array::from_fn(|at| self.bytes[at]));
        let last = u64::from_be_bytes(std::array::from_fn(|at| self.bytes[INLINE - 8 + at]));
        // Some of the last eight bytes are among the first sixteen: these are shifted out.
        (front, last << (8 * (8 - BACK)) | u64::from(self.len))
    }
}

/// Copies a few bytes to as many: in one or two pieces of a fixed size, which may overlap, since a
/// call costs more than that.
#[inline]
fn copy(from: &[u8], to: &mut [u8]) {
    match from.len() {
        16.. => copy_ends::<16>(from, to),
        8..=15 => copy_ends::<8>(from, to),
        4..=7 => copy_ends::<4>(from, to),
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}

/// Copies the first `N` bytes and the last.
#[inline]
fn copy_ends<const N: usize>(from: &[u8], to: &mut [u8]) {
    let end = from.len() - N;
    to[..N].copy_from_slice(&from[..N]);
    to[end..end + N].copy_from_slice(&from[end..end + N]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn order_is_that_of_the_bytes(
            a in prop::collection::vec(prop_oneof![0..3_u8, any::<u8>()], 0..=INLINE),
            b in prop::collection::vec(prop_oneof![0..3_u8, any::<u8>()], 0..=INLINE),
            common in 0..=INLINE,
        ) {
            let mut b = b;
            let common = common.min(a.len()).min(b.len());
            b[..common].copy_from_slice(&a[..common]);
            let [x, y] = [&a, &b].map(|bytes| Inline::of(bytes).expect("they are few"));
            prop_assert_eq!(x.as_bytes(), &a[..]);
            prop_assert_eq!(x.order().cmp(&y.order()), a.cmp(&b));
        }
    }

    #[test]
    fn more_are_refused() {
        assert!(Inline::of(&[1; INLINE]).is_some() && Inline::of(&[1; INLINE + 1]).is_none());
        assert!(Inline::of(&[1; 300]).is_none());
    }
}
