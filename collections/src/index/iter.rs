//! Going through an index: pairs of keys and objects.

use std::{iter::FusedIterator, marker::PhantomData};

use db0_runtime::{
    Result,
    codec::key::{Key, KeyKind},
    object::{Anchor, Handle, RowReader},
};

use super::{
    part::Part,
    row::{is_before, member, object_number},
};
use crate::{
    misuse::expect,
    sorted::{Cursor, Span, Taken},
};

/// What every key with a value begins with, where `None` is a byte 00: see `Option` as a key.
pub(super) const FIRST_VALUE: &[u8] = &[1];

/// Where entries come from.
struct Source<K, M> {
    /// Whose rows, of which keys, and the number that the next entry will have.
    origin: (Option<RowReader>, Span, u64),
    /// Gone through one after the other.
    parts: [Cursor; 2],
    backward: bool,
    nulls_last: bool,
    /// Of the index.
    anchor: Anchor,
    entries: PhantomData<fn() -> (K, M)>,
}

impl<K: Key, M: Handle> Source<K, M> {
    fn new(anchor: Anchor, reader: Option<RowReader>, span: Span, began: u64) -> Self {
        let parts = [(reader.clone(), span.clone()), (None, Span::ALL)]
            .map(|(reader, span)| Self::part(reader, span, began));
        let origin = (reader, span, began);
        Self { origin, parts, backward: false, nulls_last: false, anchor, entries: PhantomData }
    }

    fn part(reader: Option<RowReader>, span: Span, began: u64) -> Cursor {
        Cursor::new(reader, span).keep(is_before, began).of_objects(member)
    }

    fn nulls_last(mut self) -> Self {
        if begins_with_option(&K::kind()) {
            let (reader, span, began) = &self.origin;
            self.parts =
                span.split(FIRST_VALUE).map(|span| Self::part(reader.clone(), span, *began));
            self.parts.reverse();
            self.nulls_last = true;
        }
        self
    }

    fn rev(mut self) -> Self {
        self.backward = !self.backward;
        self
    }

    /// Takes an entry from one end.
    fn step<R>(
        &mut self,
        from_back: bool,
        read: impl Fn(&RowReader, Taken<'_>) -> Result<R>,
    ) -> Option<Result<R>> {
        let backward = from_back != self.backward;
        for part in if backward { [1, 0] } else { [0, 1] } {
            match self.parts[part].step(backward, &read) {
                Ok(None) => {}
                Ok(Some(item)) => return Some(Ok(item)),
                Err(error) => {
                    self.parts.iter_mut().for_each(Cursor::end);
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// Takes an entry from one end, behind some that are passed over.
    fn nth<R>(
        &mut self,
        from_back: bool,
        passed: usize,
        read: impl Fn(&RowReader, Taken<'_>) -> Result<R>,
    ) -> Option<Result<R>> {
        for _ in 0..passed {
            if let Err(error) = self.step(from_back, |_, _| Ok(()))? {
                return Some(Err(error));
            }
        }
        self.step(from_back, read)
    }

    fn left(&self) -> Result<usize> {
        self.parts.iter().map(Cursor::count).sum()
    }
}

/// A kind of keys that all begin with the byte that tells `None` from a value.
pub(super) fn begins_with_option(kind: &KeyKind) -> bool {
    match kind {
        KeyKind::Option(_) => true,
        KeyKind::Tuple(kinds) | KeyKind::Struct(kinds) => {
            kinds.first().is_some_and(begins_with_option)
        }
        KeyKind::Array(kind, len) => *len > 0 && begins_with_option(kind),
        _ => false,
    }
}

fn pair<K: Key, M: Handle>(reader: &RowReader, taken: Taken<'_>) -> Result<(K, M)> {
    Ok((reader.decode_key_in_front(taken.item.key)?, memo(reader, taken)?))
}

fn key<K: Key>(reader: &RowReader, taken: Taken<'_>) -> Result<K> {
    reader.decode_key_in_front(taken.item.key)
}

fn memo<M: Handle>(reader: &RowReader, Taken { item, place, ahead }: Taken<'_>) -> Result<M> {
    ahead.take(place, reader.objects(), object_number(reader, item)?)
}

/// Entries of an index, or the failure to read them, after which it ends; see [`Entries`].
pub struct TryEntries<K, M> {
    source: Source<K, M>,
}

impl<K: Key, M: Handle> TryEntries<K, M> {
    pub(super) fn new(anchor: Anchor, reader: Option<RowReader>, span: Span, began: u64) -> Self {
        Self { source: Source::new(anchor, reader, span, began) }
    }

    /// Gives entries whose key is `None`, or a composite that begins with it, after all others. It
    /// begins anew.
    pub fn nulls_last(self) -> Self {
        Self { source: self.source.nulls_last() }
    }

    /// The same entries, the last one first.
    pub fn rev(self) -> Self {
        Self { source: self.source.rev() }
    }

    /// The objects alone.
    pub fn memos(self) -> TryMemos<K, M> {
        TryMemos { source: self.source }
    }

    /// The keys alone, each as often as it has objects.
    pub fn keys(self) -> TryKeys<K, M> {
        TryKeys { source: self.source }
    }
}

/// Entries of an index in key order, from either end; those of one key in the order in which their
/// objects were made.
///
/// A few hundred entries are copied at a time, so that the index may be changed meanwhile. What was
/// taken out is no longer given; what is added after the iterator was made isn't given: an object
/// whose key is changed on the way is not met again. Who looks at the objects has the next ones read, as
/// many as were given before at most: the iterator holds these until it gives them, or is dropped.
///
/// # Panics
/// When entries can't be read; [`TryEntries`] gives an error instead.
pub struct Entries<K, M> {
    entries: TryEntries<K, M>,
}

impl<K: Key, M: Handle> Entries<K, M> {
    pub(super) fn new(entries: TryEntries<K, M>) -> Self {
        Self { entries }
    }

    /// Gives entries whose key is `None`, or a composite that begins with it, after all others.
    pub fn nulls_last(self) -> Self {
        Self { entries: self.entries.nulls_last() }
    }

    /// The same entries, the last one first.
    pub fn rev(self) -> Self {
        Self { entries: self.entries.rev() }
    }

    /// The objects alone.
    pub fn memos(self) -> Memos<K, M> {
        Memos { entries: self.entries.memos() }
    }

    /// The keys alone, each as often as it has objects.
    pub fn keys(self) -> Keys<K, M> {
        Keys { entries: self.entries.keys() }
    }

    /// These entries as a value, for queries, however far the iterator has come.
    #[doc(hidden)]
    pub fn part(&self) -> Part {
        let source = &self.entries.source;
        let (_, span, _) = &source.origin;
        let anchor = source.anchor.clone();
        Part::new(anchor, span.clone(), K::kind(), source.backward, source.nulls_last)
    }
}

/// Iterators over the same entries: one that gives failures as values, after which it ends, and one
/// that panics on them.
macro_rules! iterators {
    ($try_name:ident, $name:ident, $item:ty, $read:path) => {
        impl<K: Key, M: Handle> Iterator for $try_name<K, M> {
            type Item = Result<$item>;

            fn next(&mut self) -> Option<Self::Item> {
                self.source.step(false, $read)
            }

            /// Without decoding anything; a failure to count counts as one entry, the failure.
            fn count(self) -> usize {
                self.source.left().unwrap_or(1)
            }

            fn last(mut self) -> Option<Self::Item> {
                self.next_back()
            }

            /// Without decoding what is passed over.
            fn nth(&mut self, passed: usize) -> Option<Self::Item> {
                self.source.nth(false, passed, $read)
            }
        }

        impl<K: Key, M: Handle> DoubleEndedIterator for $try_name<K, M> {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.source.step(true, $read)
            }

            fn nth_back(&mut self, passed: usize) -> Option<Self::Item> {
                self.source.nth(true, passed, $read)
            }
        }

        impl<K: Key, M: Handle> FusedIterator for $try_name<K, M> {}

        impl<K: Key, M: Handle> Iterator for $name<K, M> {
            type Item = $item;

            #[track_caller]
            fn next(&mut self) -> Option<$item> {
                expect(self.entries.next().transpose())
            }

            #[track_caller]
            fn count(self) -> usize {
                expect(self.entries.source.left())
            }

            #[track_caller]
            fn last(mut self) -> Option<$item> {
                self.next_back()
            }

            #[track_caller]
            fn nth(&mut self, passed: usize) -> Option<$item> {
                expect(self.entries.nth(passed).transpose())
            }
        }

        impl<K: Key, M: Handle> DoubleEndedIterator for $name<K, M> {
            #[track_caller]
            fn next_back(&mut self) -> Option<$item> {
                expect(self.entries.next_back().transpose())
            }

            #[track_caller]
            fn nth_back(&mut self, passed: usize) -> Option<$item> {
                expect(self.entries.nth_back(passed).transpose())
            }
        }

        impl<K: Key, M: Handle> FusedIterator for $name<K, M> {}
    };
}

/// The objects of an index in key order, or the failure to read them; see [`Entries`].
pub struct TryMemos<K, M> {
    source: Source<K, M>,
}

/// The keys of an index in their order, or the failure to read them; see [`Entries`].
pub struct TryKeys<K, M> {
    source: Source<K, M>,
}

/// The objects of an index in key order; see [`Entries`].
pub struct Memos<K, M> {
    entries: TryMemos<K, M>,
}

/// The keys of an index in their order; see [`Entries`].
pub struct Keys<K, M> {
    entries: TryKeys<K, M>,
}

iterators!(TryEntries, Entries, (K, M), pair);
iterators!(TryMemos, Memos, M, memo);
iterators!(TryKeys, Keys, K, key);
