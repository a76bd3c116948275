//! What generated code calls: not part of the public API, and bound to the macros of this version.

pub use inventory;
pub use serde;

pub use crate::{
    __register as register, __register_impl as register_impl,
    class::{
        Class, ClassInfo, EnumTag, FieldInfo, FieldTags, Implements, KeyInfo, KeyUse, KeysOf,
        Known, Otherwise, Plain, Probe, Shape, Singleton,
    },
    codec::key::{Key, KeyFault, KeyKind, KeyReader, KeySink},
    key_impls,
    object::{Cast, Kind},
};

/// Whether all of these hold; what a type is made of decides what the type is.
pub const fn all(parts: &[bool]) -> bool {
    let mut rest = parts;
    while let [first, others @ ..] = rest {
        if !*first {
            return false;
        }
        rest = others;
    }
    true
}

/// One for a field that exists in this build, else zero.
pub const fn present(exists: bool) -> u16 {
    exists as u16
}

/// Makes a class known to the process, whether or not the program ever names it.
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($class:ty) => {
        #[allow(deprecated)]
        const _: () = {
            $crate::plumbing::inventory::submit! { $crate::plumbing::Known::of::<$class>() }
            $crate::plumbing::inventory::submit! { $crate::plumbing::Kind::of::<$class>() }
        };
    };
}

/// Makes known that a class is found by one of its traits.
#[doc(hidden)]
#[macro_export]
macro_rules! __register_impl {
    ($class:ty, $object:ty) => {
        #[allow(deprecated)]
        const _: () = {
            $crate::plumbing::inventory::submit! { $crate::plumbing::Cast::of::<$class, $object>() }
        };
    };
}

#[cfg(test)]
mod tests {
    use super::{all, present};

    #[test]
    fn all_is_a_conjunction() {
        assert!(all(&[]) && all(&[true, true]));
        assert!(!all(&[true, false]) && !all(&[false, true]));
    }

    #[test]
    fn what_exists_counts_one() {
        assert_eq!((present(true), present(false)), (1, 0));
    }
}
