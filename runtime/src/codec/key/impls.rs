//! The macro that gives a key type what goes with it.

/// Implements for a [`Key`](crate::codec::key::Key) what lookups and declared indexes need of it:
/// `key_impls!(Type)`, or `key_impls!([T: Bound] Type<T>)` for a generic one.
///
/// This is done a type at a time, since tuples, references and `Vec` have implementations of their
/// own that a blanket over all keys would overlap.
#[doc(hidden)]
#[macro_export]
macro_rules! key_impls {
    (@part [$($generics:tt)*] $key:ty) => {
        #[allow(deprecated)]
        impl<$($generics)*> $crate::codec::key::KeyPart for $key {
            type Key = Self;

            #[inline]
            fn key_part(&self) -> &Self {
                self
            }
        }
    };
    (@field [$($generics:tt)*] $key:ty) => {
        #[allow(deprecated)]
        impl<$($generics)*> $crate::codec::key::FieldKeys for $key {
            fn field_kind() -> $crate::codec::key::FieldKind {
                $crate::codec::key::FieldKind::One(<Self as $crate::codec::key::Key>::kind())
            }

            #[inline]
            fn field_keys(&self, ordinal: u16, sink: &mut $crate::codec::key::KeySink) {
                sink.push(ordinal, self);
            }
        }
    };
    ([$($generics:tt)*] $key:ty) => {
        $crate::key_impls!(@part [$($generics)*] $key);
        $crate::key_impls!(@field [$($generics)*] $key);

        #[allow(deprecated)]
        impl<$($generics)*> $crate::codec::key::IntoKey<$key> for $key {
            #[inline]
            fn write_key_of(&self, out: &mut ::std::vec::Vec<u8>) {
                $crate::codec::key::Key::write_key(self, out);
            }
        }
    };
    ($($key:ty),+ $(,)?) => {
        $($crate::key_impls!([] $key);)+
    };
}
