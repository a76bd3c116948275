//! Asks at compile time what can be known of a field's type.

use std::{marker::PhantomData, num::NonZero, time::Duration};

use crate::codec::key::{FieldKeys, FieldKind, KeySink};

/// Types whose values publish without a look inside: they hold no handle and always serialise.
pub trait Plain {}

/// Answers questions about the type `T`, with [`Otherwise`] in scope.
///
/// An inherent constant wins over a trait's, and exists only for the types that the question is
/// about. This works for the concrete types that a macro sees, not in generic code.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: Plain + ?Sized> Probe<T> {
    /// This type is plain.
    pub const PLAIN: bool = true;
}

impl<T> Probe<Option<T>> {
    /// serde fills in a missing value of this type.
    pub const OPTIONAL: bool = true;
}

impl<T: FieldKeys + ?Sized> Probe<T> {
    /// The kind of the keys that a field of this type gives.
    pub const FIELD_KIND: Option<fn() -> FieldKind> = Some(T::field_kind);
    /// Hands out the keys that a value gives.
    pub const FIELD_KEYS: Option<fn(&T, u16, &mut KeySink)> = Some(T::field_keys);
}

/// What [`Probe`] says of all other types.
pub trait Otherwise {
    /// Of which type it is said.
    type Of: ?Sized;
    /// This type may hold a handle, or may fail to serialise.
    const PLAIN: bool = false;
    /// A missing value of this type is an error.
    const OPTIONAL: bool = false;
    /// This type gives no keys; who declared one is told where its values are handed out.
    const FIELD_KIND: Option<fn() -> FieldKind> = None;
    /// As [`FIELD_KIND`](Self::FIELD_KIND).
    const FIELD_KEYS: Option<fn(&Self::Of, u16, &mut KeySink)> = None;
}

impl<T: ?Sized> Otherwise for Probe<T> {
    type Of = T;
}

macro_rules! plain {
    ($($t:ty),* $(,)?) => { $(impl Plain for $t {})* };
}

plain!(
    (),
    bool,
    char,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    String,
    str,
    Duration,
    uuid::Uuid,
    NonZero<u8>,
    NonZero<u16>,
    NonZero<u32>,
    NonZero<u64>,
    NonZero<i8>,
    NonZero<i16>,
    NonZero<i32>,
    NonZero<i64>,
);

impl<T: Plain + ?Sized> Plain for Box<T> {}
impl<T: Plain> Plain for Option<T> {}
impl<T: Plain> Plain for PhantomData<T> {}
impl<A: Plain> Plain for (A,) {}
impl<A: Plain, B: Plain> Plain for (A, B) {}
impl<A: Plain, B: Plain, C: Plain> Plain for (A, B, C) {}
impl<T: Plain, const N: usize> Plain for [T; N] {}

#[cfg(test)]
mod tests {
    use super::{KeySink, Otherwise as _, Probe};

    struct Opaque;

    #[test]
    fn plain_types_are_known() {
        const { assert!(Probe::<Option<(u8, [String; 2])>>::PLAIN) };
        const { assert!(!Probe::<Opaque>::PLAIN && !Probe::<Option<Opaque>>::PLAIN) };
    }

    #[test]
    fn options_are_known() {
        const { assert!(Probe::<Option<Opaque>>::OPTIONAL) };
        const { assert!(!Probe::<Opaque>::OPTIONAL) };
    }

    #[test]
    fn keys_are_known() {
        assert!(Probe::<Opaque>::FIELD_KIND.is_none());
        let kind = Probe::<Vec<String>>::FIELD_KIND.map(|kind| kind().to_string());
        assert_eq!(kind.as_deref(), Some("each text"));
        assert!(Probe::<Opaque>::FIELD_KEYS.is_none());
        let mut sink = KeySink::default();
        let keys = Probe::<Vec<bool>>::FIELD_KEYS.expect("they are keys");
        keys(&vec![true, false], 0, &mut sink);
        assert_eq!(sink.len(), 2);
    }
}
