//! Collections that are kept by a name of their own.

use std::{any::type_name, sync::Arc};

use db0_runtime::{
    Result,
    object::{Anchor, Objects},
};

/// A handle of a collection of any kind.
pub trait Collection: Sized {
    /// The handle of what is at this place.
    #[doc(hidden)]
    fn of_anchor(anchor: Anchor) -> Self;
}

/// The collection of this name, made if there is none.
#[doc(hidden)]
#[track_caller]
pub fn root<C: Collection>(objects: &Arc<Objects>, name: &str) -> Result<C> {
    objects.root(name, &short_name(type_name::<C>())).map(C::of_anchor)
}

/// The collection of this name in a view, if there is one.
#[doc(hidden)]
pub fn find_root<C: Collection>(objects: &Arc<Objects>, name: &str) -> Result<Option<C>> {
    Ok(objects.find_root(name, &short_name(type_name::<C>()))?.map(C::of_anchor))
}

/// The name of a type as people write it: without the paths, which may change.
fn short_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    let mut start = 0;
    for (at, c) in full.char_indices() {
        match c {
            ':' => start = at + 1,
            c if c.is_alphanumeric() || c == '_' => {}
            _ => {
                short.push_str(&full[start..at]);
                short.push(c);
                start = at + c.len_utf8();
            }
        }
    }
    short.push_str(&full[start..]);
    short
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn paths_are_left_out_of_names() {
        for (full, short) in [
            ("u8", "u8"),
            ("a::list::List<alloc::string::String>", "List<String>"),
            (
                "a::Dict<(x::y::Z, [u8; 3]), core::option::Option<&str>>",
                "Dict<(Z, [u8; 3]), Option<&str>>",
            ),
            ("größe::Maß<dyn a::B + c::D>", "Maß<dyn B + D>"),
            ("", ""),
        ] {
            assert_eq!(short_name(full), short);
        }
    }
}
