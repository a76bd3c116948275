//! What the macro says of a struct: its name, fields and options, as constants.

use serde::{Serialize, de::DeserializeOwned};

use crate::codec::key::{FieldKind, KeySink};

/// A Rust type that persists: implemented by `#[db0::memo]`, never by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a persistent class",
    label = "put #[db0::memo] on this type",
    note = "#[db0::memo] goes above the struct's other attributes"
)]
pub trait Class: Clone + Serialize + DeserializeOwned + Send + Sync + Sized + 'static {
    /// Everything the struct's attributes say.
    const INFO: &'static ClassInfo;

    /// Hands the values of declared keys to `sink`, numbered as in `INFO.keys`.
    fn keys(&self, sink: &mut KeySink) {
        let _ = sink;
    }

    /// How the keys of a stored field are told, by its name; none of a type that is no key.
    fn field_keys(name: &str) -> Option<KeysOf<Self>> {
        let _ = name;
        None
    }
}

/// What the keys of a field are, and how they are handed out.
pub type KeysOf<T> = (fn() -> FieldKind, fn(&T, &mut KeySink));

/// A class of which a prefix holds one object: `#[db0::memo(singleton)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a singleton class",
    label = "declare it with #[db0::memo(singleton)]"
)]
pub trait Singleton: Class {}

/// A class that `find_dyn::<dyn Trait>` finds: `#[db0::memo(implements = [Trait])]`.
pub trait Implements<D: ?Sized + 'static>: Class {
    /// The object as the trait object.
    fn cast(this: std::sync::Arc<Self>) -> std::sync::Arc<D>;
}

/// The constants of one class.
#[derive(Debug)]
pub struct ClassInfo {
    /// Its name on disk.
    pub name: &'static str,
    /// Path of the Rust type, for messages.
    pub rust_path: &'static str,
    /// Names it had before.
    pub renamed_from: &'static [&'static str],
    /// The prefix that its objects live in, if it is not the current one.
    pub prefix: Option<&'static str>,
    /// One object a prefix.
    pub singleton: bool,
    /// Objects live without holders.
    pub keep: bool,
    /// No value of it holds a handle, and none can fail to serialise.
    pub plain: bool,
    /// How the type was written.
    pub shape: Shape,
    /// The stored fields, in the order in which they are encoded. Tuple fields are named "0", "1"…
    pub fields: &'static [FieldInfo],
    /// Declared keys: indexed, unique and tag fields, then composite indexes.
    pub keys: &'static [KeyInfo],
}

/// How a class was written in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `struct A { x: u8 }`
    Named,
    /// `struct A(u8, u8)`
    Tuple,
    /// `struct A(u8)`: encoded as its field, without an array around it.
    Newtype,
    /// `struct A;`
    Unit,
    /// `enum A { … }`
    Enum,
    /// An enum in a form that serde's attributes give it: untagged, with a tag inside, as another type.
    Whole,
}

/// One stored field.
#[derive(Debug)]
pub struct FieldInfo {
    /// Its name in today's program, which is its name on disk: the one that serde reads it by.
    pub name: &'static str,
    /// Names it had before, and serde's aliases.
    pub renamed_from: &'static [&'static str],
    /// Its type as written, for messages and listings.
    pub rust_type: &'static str,
    /// A missing value is filled in: by a declared default, or as `None`.
    pub has_default: bool,
}

/// A key that the runtime keeps for a class.
#[derive(Debug)]
pub struct KeyInfo {
    /// The field's name, or the names of a composite joined by a comma.
    pub name: &'static str,
    /// What is kept.
    pub kind: KeyUse,
    /// How the catalogue describes the keys; tags are not keys of their own.
    pub field_kind: Option<fn() -> FieldKind>,
}

/// What a declared key is kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// `#[db0(index)]`, and composites.
    Index,
    /// `#[db0(unique)]`
    Unique,
    /// `#[db0(tag)]`
    Tag,
}
