//! What a value can be.

use std::{
    fmt,
    hash::{Hash, Hasher},
    num::NonZero,
};

use super::home;
use crate::codec::{format::Time, reference::RefExt};

/// Any value that db0 stores, without its Rust type.
///
/// It is what untyped access gives and takes. Nothing is lost on the way: the bytes that were
/// stored can be made from it again, [`to`](Self::to) reads it as a Rust type, and with serde it
/// goes through JSON and comes back as it was (the last bit of a float needs `serde_json`'s
/// feature `float_roundtrip`).
///
/// ```
/// use db0_runtime::codec::Value;
///
/// let alice = Value::of(&("Alice", 30, [1.5, 2.0]))?;
/// assert_eq!(alice.to_string(), r#"["Alice", 30, [1.5, 2.0]]"#);
/// let (name, age, _): (String, u8, Vec<f64>) = alice.to()?;
/// assert_eq!((name.as_str(), age), ("Alice", 30));
/// # Ok::<(), db0_runtime::Error>(())
/// ```
///
/// Two values are equal when their stored bytes are: a float equals itself bit by bit (NaN too), and
/// is not equal to an integer or to a float of the other width.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Value {
    /// `()` and `None`.
    #[default]
    Nil,
    /// `Some(None)`, `Some(())` and deeper: so many `Some`s around nil. A `Some` around anything
    /// else is that itself.
    SomeNil(NonZero<u8>),
    /// `true` or `false`.
    Bool(bool),
    /// An integer of any type.
    Int(i128),
    /// An integer above `i128::MAX`. One that is not counts, and is stored, as an [`Int`](Self::Int).
    UInt(u128),
    /// A float of 64 bits.
    Float(f64),
    /// A float of 32 bits.
    Float32(f32),
    /// Text; characters and the names of enum variants too.
    Text(String),
    /// Bytes, of types that serialize as such.
    Bytes(Vec<u8>),
    /// Vectors, sets, arrays, tuples.
    List(Vec<Value>),
    /// Maps and structs, in the order of their entries.
    Map(Vec<(Value, Value)>),
    /// A reference to an object or a collection.
    Reference(Reference),
    /// A `SystemTime`.
    Time(Time),
}

/// A reference to an object or a collection, as it is stored.
///
/// Two are equal when they refer to the same target in the same way.
#[derive(Clone)]
// Boxed, or it would make every value half as large again.
pub struct Reference(Box<Referring>);

#[derive(Clone)]
struct Referring {
    ext: RefExt,
    /// The prefix that it was read from; 0 if that is not known.
    home: u64,
}

impl Reference {
    /// Its stored form.
    pub fn ext(&self) -> &RefExt {
        &self.0.ext
    }

    pub(super) fn home(&self) -> u64 {
        self.0.home
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.ext() == other.ext()
    }
}

impl Eq for Reference {}

impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ext().hash(state);
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reference").field(self.ext()).finish()
    }
}

impl From<RefExt> for Reference {
    fn from(ext: RefExt) -> Self {
        Self(Box::new(Referring { ext, home: home::read_from() }))
    }
}
