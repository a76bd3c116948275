//! The bytes of a row that is not committed: short ones stand where the entry is.

use std::{fmt, ops::Deref};

use super::inline::Inline;

/// Most entries of collections are short: a commit that walks over them in order then touches no
/// other memory than theirs.
#[derive(Clone)]
pub(crate) struct RowBytes(Repr);

#[derive(Clone)]
enum Repr {
    Inline(Inline),
    Heap(Box<[u8]>),
    /// It is changed where it stands, again and again.
    #[expect(clippy::box_collection, reason = "a vector would make every entry larger")]
    Open(Box<Vec<u8>>),
}

impl RowBytes {
    /// Takes them out, to be changed; until they are put back there are none.
    pub(super) fn take(&mut self) -> Vec<u8> {
        match std::mem::replace(&mut self.0, Repr::Heap(Box::default())) {
            Repr::Inline(inline) => inline.as_bytes().to_vec(),
            Repr::Heap(bytes) => bytes.into_vec(),
            Repr::Open(bytes) => *bytes,
        }
    }

    /// Puts back what was taken out.
    pub(super) fn put_back(&mut self, bytes: Vec<u8>) {
        self.0 = Repr::Open(Box::new(bytes));
    }

    /// To be changed where they stand.
    pub(super) fn open(&mut self) -> &mut Vec<u8> {
        if !matches!(self.0, Repr::Open(_)) {
            let bytes = self.take();
            self.put_back(bytes);
        }
        match &mut self.0 {
            Repr::Open(bytes) => bytes,
            Repr::Inline(_) | Repr::Heap(_) => unreachable!("it was opened above"),
        }
    }
}

impl Deref for RowBytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(inline) => inline.as_bytes(),
            Repr::Heap(bytes) => bytes,
            Repr::Open(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for RowBytes {
    #[inline]
    fn from(row: &[u8]) -> Self {
        Self(Inline::of(row).map_or_else(|| Repr::Heap(row.into()), Repr::Inline))
    }
}

impl From<Vec<u8>> for RowBytes {
    fn from(row: Vec<u8>) -> Self {
        Self(match Inline::of(&row) {
            Some(inline) => Repr::Inline(inline),
            None => Repr::Heap(row.into_boxed_slice()),
        })
    }
}

impl PartialEq for RowBytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for RowBytes {}

impl fmt::Debug for RowBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Entry;

    #[test]
    fn short_and_long_rows_can_be_changed() {
        for len in [0, 1, 22, 23, 1000] {
            let bytes = vec![7; len];
            let mut row = RowBytes::from(&bytes[..]);
            assert_eq!(row, RowBytes::from(bytes.clone()));
            row.open().push(8);
            row.open().insert(0, 6);
            assert_eq!(*row, [&[6], &bytes[..], &[8]].concat());
            let taken = row.take();
            assert!(row.is_empty());
            row.put_back(taken);
            assert_eq!(*row, [&[6], &bytes[..], &[8]].concat());
            assert_eq!(*row.clone(), *row);
        }
    }

    #[test]
    fn entries_are_small() {
        assert_eq!(size_of::<Entry>(), 24);
    }
}
