//! db0's macros: `#[db0::memo]`, `#[derive(db0::Tag)]` and `#[derive(db0::Key)]`.
//!
//! Programs use them through the `db0` crate, which re-exports them.

mod ast;
mod attr;
mod check;
mod errors;
mod expand;
mod fallback;
mod key;
mod memo;
mod tag;
mod text;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a persistent class of a struct or an enum.
///
/// ```
/// #[db0::memo(index = (city, name))]
/// #[derive(Debug, PartialEq)]
/// struct Person {
///     name: String,
///     #[db0(index)]
///     age: u32,
///     #[db0(default = "unknown", renamed_from = "town")]
///     city: String,
/// }
///
/// assert_eq!(Person::AGE.name(), "age");
/// ```
///
/// Put it **above** the type's other attributes. It derives `Clone`, `Serialize` and `Deserialize`,
/// and takes these three off the derives below it, so that a list written for serde can stay; what
/// stands above it can't be seen by it, and would be derived twice. Fields need `Clone` and serde;
/// the crate itself needs no serde. Structs with named fields, tuple structs, unit structs and enums
/// can be classes; type parameters and lifetimes are refused.
///
/// For each stored field with a name there is a constant with the field's visibility, which
/// conditions, sorting and grouping take: `Person::AGE`. Where a constant of your own has that name,
/// say `#[db0(no_const)]`.
///
/// # Options of the type: `#[db0::memo(…)]`
///
/// | option | meaning |
/// |---|---|
/// | `singleton` | a prefix holds one object of the class |
/// | `keep` | objects live without holders |
/// | `prefix = "settings"` | the class has a prefix of its own |
/// | `name = "Human"` | the class's name on disk; else it is that of the type |
/// | `renamed_from = "Person"` | a name it had; several in brackets |
/// | `implements = [Shape, other::Trait]` | `find_dyn::<dyn Shape>` finds the class |
/// | `index = (realm, name)` | a composite index, as often as wanted: it answers conditions on the first of its fields |
/// | `unique = (realm, name)` | a composite that no two objects share |
/// | `crate = "path"` | where db0 is, for crates that re-export it |
///
/// # Options of a field: `#[db0(…)]`
///
/// | option | meaning |
/// |---|---|
/// | `index` | kept sorted by this field |
/// | `unique` | no two objects have the same value; `None` is no value |
/// | `tag` | the value is a tag of the object |
/// | `default` | a missing value is `Default::default()` |
/// | `default = 30` | a missing value is made by this expression; text in quotes also makes what is `From<&str>` |
/// | `renamed_from = "town"` | a name it had; several in brackets. On variants too |
/// | `skip` | not stored; it starts with its default |
/// | `no_const` | no constant for this field |
///
/// `#[cfg]` on named fields works; what stands in a `cfg_attr` on a field can't be seen, so `db0` and
/// `serde` are refused there.
///
/// # serde's attributes
///
/// They keep their meaning: `default`, `alias`, `with`, `skip`, and on enums `tag`, `content`,
/// `untagged`, `into`. With `rename` and `rename_all` the name that serde reads is the name on disk.
/// Fields are stored by place, so what would move or hide a field is refused, with the reason:
/// `flatten`, `skip_serializing_if`, the one-sided `skip_serializing` and `skip_deserializing`; and
/// on a whole struct `transparent`, `tag`, `untagged`, `from`, `into`, and `deny_unknown_fields`.
#[proc_macro_attribute]
pub fn memo(options: TokenStream, item: TokenStream) -> TokenStream {
    memo::expand(options.into(), &item.into()).into()
}

/// Makes tags of the values of an enum without fields.
///
/// ```
/// #[derive(db0::Tag)]
/// #[db0(name = "Color")]
/// enum Colour {
///     Red,
///     #[db0(name = "Grey")]
///     Gray,
/// }
/// # use db0::plumbing::EnumTag;
/// # assert_eq!((Colour::TYPE, Colour::Gray.variant(), Colour::Red.variant()), ("Color", "Grey", "Red"));
/// ```
///
/// The names of type and variant are the tag's identity. To rename either in Rust and keep what is
/// stored, give the old name with `#[db0(name = "…")]`. `#[db0(crate = "path")]` on the enum says
/// where db0 is, for crates that re-export it.
#[proc_macro_derive(Tag, attributes(db0))]
pub fn tag(input: TokenStream) -> TokenStream {
    tag::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes keys of a struct's or an enum's values: for `Dict`, `Set`, `Index` and declared indexes.
///
/// ```
/// #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, db0::Key)]
/// struct Place {
///     country: String,
///     zip: u32,
/// }
/// ```
///
/// Fields sort in their order, variants in theirs, as with `#[derive(Ord)]`. `#[db0(crate = "path")]`
/// says where db0 is, for crates that re-export it.
#[proc_macro_derive(Key, attributes(db0))]
pub fn key(input: TokenStream) -> TokenStream {
    key::derive(parse_macro_input!(input as DeriveInput)).into()
}
