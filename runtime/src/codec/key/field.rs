//! Which keys the value of a field gives to a declared index.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::{FieldKind, Key, KeySink};

/// The type of a field that can be declared `#[db0(index)]` or `#[db0(unique)]`.
///
/// A key gives itself. A `Vec`, `VecDeque`, `BTreeSet` or `HashSet` of keys gives each element,
/// except `Vec<u8>`, which is bytes. A composite is a tuple of references to keys.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` can't be indexed",
    label = "neither a key nor a collection of keys",
    note = "keys are integers, floats, text, `Vec<u8>`, bool, char, dates and times, `Uuid`, and `Option`, tuples, arrays, `Desc` of keys, and `Memo`",
    note = "for a struct or enum of your own: #[derive(db0::Key)]"
)]
pub trait FieldKeys {
    /// How the catalogue describes the keys.
    fn field_kind() -> FieldKind;

    /// Hands each key to `sink`. Equal elements of a collection are equal keys, and not joined here.
    fn field_keys(&self, ordinal: u16, sink: &mut KeySink);
}

/// A collection of keys that a field may be, to be asked for what is in it.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no elements to be asked for",
    label = "not a `Vec`, `VecDeque`, `BTreeSet` or `HashSet` of keys"
)]
pub trait Elements {
    /// What is in it.
    type Element: Key;

    /// Hands each element to `sink` as a key, those of a `Vec<u8>` too.
    fn element_keys(&self, ordinal: u16, sink: &mut KeySink);
}

impl<K: Key> FieldKeys for Vec<K> {
    fn field_kind() -> FieldKind {
        match K::as_bytes(&[]) {
            Some(_) => FieldKind::One(<Vec<u8>>::kind()),
            None => FieldKind::Each(K::kind()),
        }
    }

    fn field_keys(&self, ordinal: u16, sink: &mut KeySink) {
        match K::as_bytes(self) {
            Some(bytes) => sink.push_bytes(ordinal, bytes),
            None => push_each(ordinal, self, sink),
        }
    }
}

impl<K: Key> Elements for Vec<K> {
    type Element = K;

    fn element_keys(&self, ordinal: u16, sink: &mut KeySink) {
        push_each(ordinal, self, sink);
    }
}

fn push_each<'a, K: Key>(ordinal: u16, keys: impl IntoIterator<Item = &'a K>, sink: &mut KeySink) {
    for key in keys {
        sink.push(ordinal, key);
    }
}

macro_rules! each_key {
    ([$($generics:tt)*] $collection:ty) => {
        impl<K: Key, $($generics)*> FieldKeys for $collection {
            fn field_kind() -> FieldKind {
                FieldKind::Each(K::kind())
            }

            fn field_keys(&self, ordinal: u16, sink: &mut KeySink) {
                push_each(ordinal, self, sink);
            }
        }

        impl<K: Key, $($generics)*> Elements for $collection {
            type Element = K;

            fn element_keys(&self, ordinal: u16, sink: &mut KeySink) {
                push_each(ordinal, self, sink);
            }
        }
    };
}

each_key!([] VecDeque<K>);
each_key!([] BTreeSet<K>);
each_key!([S] HashSet<K, S>);
