//! Writing a query as bytes.
//!
//! ```text
//! version     1
//! view        name of the prefix; varint: 0, or the past state + 1
//! class       count, names; without names: the path of a trait, or empty text for all classes
//! criteria    a byte for the kind, and what it consists of
//! operations  count, each a byte for the kind, and what it consists of
//! ```
//! Counts and lengths are varints; text and bytes stand behind their length.

use std::ops::Bound;

use db0_collections::index::Part;
use db0_runtime::{Error, Result, codec::DEPTH_MAX, object::varint};

use crate::terms::{
    core::{Core, Node, Op},
    field_key::FieldKey,
    keys::Keys,
    of::Whose,
    order::{By, Order},
    source::{Source, ViewName, name_of},
};

pub(super) const VERSION: u8 = 1;

/// Writes a query; an error if it holds a closure.
pub(super) fn write(core: &Core) -> Result<Vec<u8>> {
    write_as(core, &core.source.name()?)
}

/// Writes a query as one of the view that is called so.
pub(super) fn write_as(core: &Core, name: &ViewName) -> Result<Vec<u8>> {
    let mut out = Out { bytes: vec![VERSION], depth: 0 };
    out.view(name);
    out.core(core)?;
    Ok(out.bytes)
}

struct Out {
    bytes: Vec<u8>,
    depth: usize,
}

impl Out {
    fn number(&mut self, n: u64) {
        varint::put(&mut self.bytes, n);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn view(&mut self, (prefix, state): &ViewName) {
        self.put(prefix.as_bytes());
        self.number(state.map_or(0, |state| state + 1));
    }

    /// A view within another one: a byte 0 if it is the same.
    fn inner_view(&mut self, name: &ViewName, around: &Source) -> Result<()> {
        if *name == around.name()? {
            self.bytes.push(0);
        } else {
            self.bytes.push(1);
            self.view(name);
        }
        Ok(())
    }

    fn names(&mut self, names: &[String]) {
        self.number(names.len() as u64);
        names.iter().for_each(|name| self.put(name.as_bytes()));
    }

    fn core(&mut self, core: &Core) -> Result<()> {
        self.names(&core.of.names());
        match (&core.of.0, core.of.trait_path()) {
            (Whose::All, _) => self.put(&[]),
            (_, Some(path)) => self.put(path.as_bytes()),
            _ => {}
        }
        self.node(&core.node, &core.source)?;
        self.number(core.ops.len() as u64);
        core.ops.iter().try_for_each(|op| self.op(op, &core.source))
    }

    fn nodes(&mut self, nodes: &[Node], around: &Source) -> Result<()> {
        self.number(nodes.len() as u64);
        nodes.iter().try_for_each(|node| self.node(node, around))
    }

    fn node(&mut self, node: &Node, around: &Source) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let why = format!("a query is nested {DEPTH_MAX} deep at most to be written as bytes");
            return Err(Error::Invalid(why));
        }
        match node {
            Node::All => self.bytes.push(0),
            Node::Tag(name) => {
                self.bytes.push(1);
                self.put(name.as_bytes());
            }
            Node::TagsFrom(front) => {
                self.bytes.push(2);
                self.put(front.as_bytes());
            }
            Node::Class(names) => {
                self.bytes.push(3);
                self.names(names);
            }
            Node::Object(uuid) => {
                self.bytes.push(4);
                self.bytes.extend_from_slice(uuid.as_bytes());
            }
            Node::And(nodes) => {
                self.bytes.push(5);
                self.nodes(nodes, around)?;
            }
            Node::Or(nodes) => {
                self.bytes.push(6);
                self.nodes(nodes, around)?;
            }
            Node::Not(node) => {
                self.bytes.push(7);
                self.node(node, around)?;
            }
            Node::Query(query) => {
                self.bytes.push(8);
                self.inner_view(&query.source.name()?, around)?;
                self.core(query)?;
            }
            Node::Index(part) => {
                self.bytes.push(9);
                self.part(part, around)?;
            }
            // Objects of another prefix are nobody's here.
            Node::Field(test) if test.of.is_some() && !test.is_of(&*around.objects()?) => {
                self.node(&Node::Or(Vec::new()), around)?;
            }
            Node::Field(test) => {
                self.bytes.push(10);
                self.field(&test.field);
                self.keys(&test.keys);
            }
            Node::Filter(_) => {
                return Err(Error::Invalid(
                    "a query that filters by a closure can't be written as bytes: \
                     use conditions and tags"
                        .into(),
                ));
            }
            Node::Wrong(why) => return Err(why.clone()),
        }
        self.depth -= 1;
        Ok(())
    }

    fn part(&mut self, part: &Part, around: &Source) -> Result<()> {
        let (Some(uuid), Some(objects)) = (part.anchor().uuid(), part.objects()?) else {
            return Err(Error::Invalid(
                "the index of the query is stored nowhere yet: store it, or add an entry".into(),
            ));
        };
        self.inner_view(&name_of(&objects), around)?;
        self.bytes.extend_from_slice(uuid.as_bytes());
        let (start, end) = part.ends();
        self.put(start);
        // A range without end has none; any other one has the length of its end, and one more.
        self.number(end.map_or(0, |end| end.len() as u64 + 1));
        self.bytes.extend_from_slice(end.unwrap_or_default());
        self.put(part.kind().to_string().as_bytes());
        self.bytes.push(u8::from(part.is_backward()) | u8::from(part.is_nulls_last()) << 1);
        Ok(())
    }

    fn field(&mut self, field: &FieldKey) {
        self.put(field.class.as_bytes());
        self.put(field.field.as_bytes());
        self.put(field.kind.to_string().as_bytes());
    }

    fn keys(&mut self, keys: &Keys) {
        match keys {
            Keys::One(key) => {
                self.bytes.push(0);
                self.put(key);
            }
            Keys::Some(keys) => {
                self.bytes.push(1);
                self.number(keys.len() as u64);
                keys.iter().for_each(|key| self.put(key));
            }
            Keys::Within((from, to)) => {
                self.bytes.push(2);
                self.bound(from);
                self.bound(to);
            }
        }
    }

    fn bound(&mut self, bound: &Bound<Vec<u8>>) {
        match bound {
            Bound::Unbounded => self.bytes.push(0),
            Bound::Included(key) => {
                self.bytes.push(1);
                self.put(key);
            }
            Bound::Excluded(key) => {
                self.bytes.push(2);
                self.put(key);
            }
        }
    }

    fn op(&mut self, op: &Op, around: &Source) -> Result<()> {
        match op {
            Op::Sort { by: Order(by), descending } => {
                self.bytes.push(u8::from(*descending));
                match by {
                    By::Index(part) => {
                        self.bytes.push(0);
                        self.part(part, around)?;
                    }
                    By::Field { field, nulls_last } => {
                        self.bytes.push(1 + u8::from(*nulls_last));
                        self.field(field);
                    }
                }
            }
            Op::Skip(n) => {
                self.bytes.push(2);
                self.number(*n);
            }
            Op::Take(n) => {
                self.bytes.push(3);
                self.number(*n);
            }
            Op::After(uuid) => {
                self.bytes.push(4);
                self.bytes.extend_from_slice(uuid.as_bytes());
            }
            Op::Where(node) => {
                self.bytes.push(5);
                self.node(node, around)?;
            }
        }
        Ok(())
    }
}
