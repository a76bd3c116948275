//! What users see of queries as bytes, and queries in the fields of objects.

use std::{collections::HashMap, fmt};

use db0_collections::index::Part;
use db0_runtime::{
    Result,
    object::{Anchor, decoding_for},
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
    ser,
};
use uuid::Uuid;

use super::{read, write};
use crate::{
    queries::query::Query,
    terms::{
        core::{Core, Node, Op},
        findable::Findable,
        order::{By, Order},
        source::{Source, ViewName, find_view},
    },
};

impl<T: Findable> Query<T> {
    /// The query as bytes, to be sent to another process or kept. Equal queries are equal bytes.
    ///
    /// It remembers its prefix by name, and the state if it was made from a snapshot; indexes by
    /// their identity. An error if it holds a closure.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).add("lent");
    /// let bytes = db0::find::<Book>(("lent", Book::YEAR.lt(1900))).to_bytes()?;
    /// // … in another process:
    /// assert_eq!(db0::Query::<Book>::from_bytes(&bytes)?.uuids(), [emma.uuid()]);
    /// assert!(db0::find::<Book>(()).filter(|book: &Book| book.year > 0).to_bytes().is_err());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        write(&self.core)
    }

    /// The query that [`to_bytes`](Self::to_bytes) made, of the prefix of that name in the thread's
    /// workspace, which must be open. Anything else is an error.
    ///
    /// ```
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// assert!(db0::Query::<Book>::from_bytes(b"garbage").is_err());
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let view = |name: ViewName| find_view(&name).map(|view| Source::View(Ok(view)));
        read(bytes, &T::of(), &view, &HashMap::new()).map(Self::of)
    }
}

/// Stored in a field: the query's indexes, which count as references, and its bytes. It says what is
/// missing only when it runs: its prefix, if that is not open, or its state, if that is pruned.
impl<T: Findable> Serialize for Query<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut anchors = Vec::new();
        of_core(&self.core, &mut |part| anchors.push(part.anchor()));
        (Indexes(&anchors), Bytes(Some(&self.core), Vec::new())).serialize(serializer)
    }
}

impl<'de, T: Findable> Deserialize<'de> for Query<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (anchors, Bytes(_, bytes)) = <(Vec<Anchor>, Bytes<'_>)>::deserialize(deserializer)?;
        let by_uuid = |anchor: Anchor| Some((anchor.uuid()?, anchor));
        let anchors: HashMap<Uuid, Anchor> = anchors.into_iter().filter_map(by_uuid).collect();
        let around = decoding_for();
        let view = |name: ViewName| {
            let found = match (&around, name.1) {
                // Within an object: as that object is seen.
                (Some(objects), None) if objects.name() == name.0 => Ok(objects.lasting().clone()),
                (Some(objects), Some(state)) if objects.name() == name.0 => objects.at_state(state),
                _ => find_view(&name),
            };
            // A prefix may be closed, and a state be pruned: the object can be read even so.
            Ok(found.map_or(Source::Named(name), |view| Source::View(Ok(view))))
        };
        read(&bytes, &T::of(), &view, &anchors).map(Self::of).map_err(de::Error::custom)
    }
}

/// Calls `each` with every index that a query looks into.
fn of_core<'q>(core: &'q Core, each: &mut dyn FnMut(&'q Part)) {
    of_node(&core.node, each);
    for op in &core.ops {
        match op {
            Op::Sort { by: Order(By::Index(part)), .. } => each(part),
            Op::Where(node) => of_node(node, each),
            _ => {}
        }
    }
}

fn of_node<'q>(node: &'q Node, each: &mut dyn FnMut(&'q Part)) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| of_node(node, each)),
        Node::Not(node) => of_node(node, each),
        Node::Query(query) => of_core(query, each),
        Node::Index(part) => each(part),
        _ => {}
    }
}

struct Indexes<'a>(&'a [&'a Anchor]);

impl Serialize for Indexes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

/// The bytes of a query: made when its indexes have their places.
struct Bytes<'q>(Option<&'q Core>, Vec<u8>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.map(write).transpose().map_err(ser::Error::custom)?;
        serializer.serialize_bytes(bytes.as_deref().unwrap_or(&self.1))
    }
}

impl<'de> Deserialize<'de> for Bytes<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfBytes;
        impl<'de> Visitor<'de> for OfBytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the bytes of a query")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Vec<u8>, A::Error> {
                let mut found = Vec::new();
                while let Some(byte) = bytes.next_element()? {
                    found.push(byte);
                }
                Ok(found)
            }
        }
        deserializer.deserialize_bytes(OfBytes).map(|bytes| Self(None, bytes))
    }
}
