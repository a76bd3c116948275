//! Types whose values refer to nothing, and run no code of the user's when they are encoded.

use std::any::TypeId;

/// Whether nothing needs to be known about who encodes or decodes a `T`: it is a number, text or the
/// like. Folds to a constant.
#[inline]
pub fn is_plain<T: ?Sized>() -> bool {
    let this = typeid::of::<T>();
    macro_rules! any_of {
        ($($plain:ty),*) => { $(this == TypeId::of::<$plain>())||* };
    }
    any_of!(
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
        Vec<u8>
    )
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn what_may_hold_handles_is_not_plain() {
        assert!(is_plain::<u8>() && is_plain::<String>() && is_plain::<Vec<u8>>());
        assert!(!is_plain::<Option<u8>>() && !is_plain::<Vec<String>>() && !is_plain::<&str>());
    }
}
