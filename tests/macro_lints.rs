//! Generated code draws no warning in a crate that asks for all of them.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    unused_import_braces,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    elided_lifetimes_in_paths,
    non_local_definitions,
    variant_size_differences,
    let_underscore_drop,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::allow_attributes_without_reason,
    clippy::missing_docs_in_private_items,
    clippy::missing_inline_in_public_items,
    clippy::absolute_paths,
    clippy::same_name_method,
    clippy::std_instead_of_core,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::integer_division
)]
#![forbid(unsafe_code)]

use std::collections::HashMap;

use db0::plumbing::{Class, EnumTag, KeySink};

/// Something with an area.
trait Area {
    /// How large it is.
    fn area(&self) -> f64;
}

/// Every option at once.
#[db0::memo(
    singleton,
    prefix = "all",
    renamed_from = "Former",
    implements = [Area],
    index = (age, name),
    unique = (name, option)
)]
#[derive(Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
#[allow(non_snake_case, reason = "one name is not, to see its constant")]
#[allow(clippy::type_complexity, reason = "one type is, to see its constant")]
pub struct Everything {
    /// With a key.
    #[db0(unique)]
    pub name: String,
    /// With a default.
    #[db0(default = 30, index)]
    pub age: u32,
    /// With a default that a lint would like to see unwrapped.
    #[db0(default = Some(1))]
    pub(crate) option: Option<u8>,
    /// With a name that is not in snake case.
    #[db0(default = "x", renamed_from = "camel_case")]
    pub camelCase: String,
    /// With a note that it will go.
    #[deprecated = "for the test"]
    #[db0(index, default = 3)]
    pub old: u8,
    /// With a type of some size.
    pub map: HashMap<String, Vec<Option<(u8, Box<[u16]>)>>>,
    /// With a condition.
    #[cfg(not(any()))]
    #[db0(index)]
    pub conditional: u64,
    /// After a condition.
    private: bool,
    /// Not stored.
    #[db0(skip)]
    cached: u8,
}

impl Area for Everything {
    fn area(&self) -> f64 {
        f64::from(self.age)
    }
}

/// Private, with public fields inside.
#[allow(clippy::redundant_pub_crate, reason = "contradicts unreachable_pub")]
mod inner {
    /// Of a private type.
    #[derive(Debug, Clone, db0::plumbing::serde::Serialize, db0::plumbing::serde::Deserialize)]
    #[serde(crate = "db0::plumbing::serde")]
    pub(super) struct Private(u8);

    /// Only seen here.
    #[db0::memo(keep)]
    #[derive(Debug)]
    pub(super) struct Inner {
        /// A field.
        pub(super) value: Private,
    }

    impl Inner {
        /// One.
        pub(super) const fn new(value: u8) -> Self {
            Self { value: Private(value) }
        }

        /// What is in it.
        pub(super) const fn value(&self) -> u8 {
            self.value.0
        }
    }
}

/// A tuple.
#[db0::memo]
#[derive(Debug, Copy, PartialEq, Eq)]
pub struct Tuple(#[db0(index)] pub u8, #[db0(default = 3)] pub u16);

/// An enum.
#[db0::memo]
#[derive(Debug, Copy, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// Round.
    #[db0(renamed_from = "Round")]
    Circle {
        /// Its radius.
        #[db0(default = 1.0)]
        radius: f64,
    },
    /// None.
    Nothing,
}

/// A tag.
#[derive(db0::Tag, Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Color {
    /// Red.
    Red,
    /// Gone.
    #[deprecated = "for the test"]
    Green,
}

/// A class that will go, under a name that generated code could take for its own.
#[db0::memo(singleton, implements = [Area])]
#[derive(Debug, Copy, PartialEq, Eq)]
#[deprecated = "for the test"]
#[non_exhaustive]
pub struct E {
    /// A field.
    #[db0(index)]
    pub n: u8,
}

#[allow(deprecated, reason = "it is written here")]
impl Area for E {
    fn area(&self) -> f64 {
        f64::from(self.n)
    }
}

/// A tag that will go.
#[derive(db0::Tag, Debug, Clone, Copy, PartialEq, Eq)]
#[deprecated = "for the test"]
#[non_exhaustive]
pub enum T {
    /// One.
    One,
}

/// A key that will go.
#[derive(db0::Key, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[deprecated = "for the test"]
#[non_exhaustive]
pub struct K {
    /// A part.
    pub n: u8,
}

#[test]
fn the_code_works() {
    let mut sink = KeySink::default();
    let everything = Everything::default();
    everything.keys(&mut sink);
    assert_eq!(sink.len(), 6);
    assert!(!everything.private && everything.cached == 0 && everything.area() < 1.0);
    assert_eq!(Everything::CAMEL_CASE.name(), "camelCase");
    assert_eq!((inner::Inner::new(3).value(), Tuple::INFO.keys.len()), (3, 1));
    assert!(inner::Inner::INFO.keep && inner::Inner::INFO.fields.len() == 1);
    assert_eq!((Shape::INFO.name, Color::Red.variant()), ("Shape", "Red"));
}
