//! Reading a query from bytes, which may be anything.

use std::{collections::HashMap, ops::Bound, sync::Arc};

use db0_collections::index::Part;
use db0_runtime::{
    Error, Result,
    class::TagName,
    codec::{
        DEPTH_MAX,
        key::{FieldKind, KeyKind},
    },
    object::{Anchor, Objects, varint},
};
use uuid::Uuid;

use super::write::{VERSION, write_as};
use crate::terms::{
    core::{Core, Node, Op},
    field_key::FieldKey,
    field_test::FieldTest,
    keys::Keys,
    of::{Of, Whose},
    order::{By, Order},
    source::{Source, ViewName},
};

/// Finds a view by its name.
pub(super) type FindView<'a> = dyn Fn(ViewName) -> Result<Source> + 'a;

/// Reads a query for what it is expected to be of; handles of indexes that are at hand are used.
pub(super) fn read(
    bytes: &[u8],
    expected: &Of,
    view: &FindView<'_>,
    anchors: &HashMap<Uuid, Anchor>,
) -> Result<Core> {
    let damaged = || Error::Invalid("these bytes are no query, or are damaged".into());
    let mut input = In { rest: bytes, depth: 0, view, anchors, expected };
    if input.byte() != Some(VERSION) {
        return Err(damaged());
    }
    let name = input.view_name().ok_or_else(damaged)?;
    let core = input.core(view(name.clone()))?.ok_or_else(damaged)?;
    if !core.of.is_same(expected) {
        let why = format!("this is a query for {}, not for {expected}", core.of);
        return Err(Error::Invalid(why));
    }
    // A query has one form: what reads in any other way was not written by us.
    if write_as(&core, &name)? == bytes { Ok(core) } else { Err(damaged()) }
}

struct In<'a> {
    rest: &'a [u8],
    depth: usize,
    view: &'a FindView<'a>,
    anchors: &'a HashMap<Uuid, Anchor>,
    expected: &'a Of,
}

/// Outside: damaged bytes. Inside: what they name is not there.
type Found<R> = Option<Result<R>>;

impl In<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u64> {
        varint::take(&mut self.rest)
    }

    fn exactly(&mut self, len: u64) -> Option<&[u8]> {
        let (bytes, rest) = self.rest.split_at_checked(usize::try_from(len).ok()?)?;
        self.rest = rest;
        Some(bytes)
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let len = self.number()?;
        self.exactly(len).map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    fn uuid(&mut self) -> Option<Uuid> {
        Uuid::from_slice(self.exactly(16)?).ok()
    }

    /// So many of something, each of at least a byte.
    fn list<R>(&mut self, mut one: impl FnMut(&mut Self) -> Option<R>) -> Option<Vec<R>> {
        let count = self.number()?;
        if count > self.rest.len() as u64 {
            return None;
        }
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(one(self)?);
        }
        Some(list)
    }

    fn view_name(&mut self) -> Option<ViewName> {
        Some((self.text()?, self.number()?.checked_sub(1)))
    }

    fn inner_view(&mut self, around: &Source) -> Found<Source> {
        match self.byte()? {
            0 => Some(Ok(around.clone())),
            1 => self.view_name().map(self.view),
            _ => None,
        }
    }

    fn core(&mut self, source: Result<Source>) -> Result<Option<Core>> {
        let source = source?;
        let Some(of) = self.of() else { return Ok(None) };
        let Some(node) = self.node(&source).transpose()? else { return Ok(None) };
        let mut ops = Vec::new();
        let Some(count) = self.number() else { return Ok(None) };
        for _ in 0..count {
            let Some(op) = self.op(&source).transpose()? else { return Ok(None) };
            ops.push(op);
        }
        Ok(Some(Core { source, of, node, ops }))
    }

    fn of(&mut self) -> Option<Of> {
        let names = self.list(Self::text)?;
        if !names.is_empty() {
            let is_expected = names == self.expected.names();
            return Some(if is_expected { self.expected.clone() } else { Of(Whose::Named(names)) });
        }
        let path = self.text()?;
        if path.is_empty() {
            return Some(Of(Whose::All));
        }
        let is_expected = self.expected.trait_path() == Some(&path);
        Some(if is_expected { self.expected.clone() } else { Of(Whose::WithNamed(path)) })
    }

    fn nodes(&mut self, around: &Source) -> Found<Vec<Node>> {
        let nodes = self.list(|input| input.node(around))?;
        Some(nodes.into_iter().collect())
    }

    fn node(&mut self, around: &Source) -> Found<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let node = match self.byte()? {
            0 => Node::All,
            1 => Node::Tag(TagName::decode(&self.bytes()?)?),
            2 => Node::TagsFrom(self.text()?),
            3 => Node::Class(self.list(Self::text)?),
            4 => Node::Object(self.uuid()?),
            5 => match self.nodes(around)? {
                Ok(nodes) => Node::And(nodes),
                Err(error) => return Some(Err(error)),
            },
            6 => match self.nodes(around)? {
                Ok(nodes) => Node::Or(nodes),
                Err(error) => return Some(Err(error)),
            },
            7 => match self.node(around)? {
                Ok(node) => Node::Not(Box::new(node)),
                Err(error) => return Some(Err(error)),
            },
            8 => {
                let theirs = self.inner_view(around)?;
                match self.core(theirs).transpose()? {
                    Ok(core) => Node::Query(Arc::new(core)),
                    Err(error) => return Some(Err(error)),
                }
            }
            9 => match self.part(around)? {
                Ok(part) => Node::Index(part),
                Err(error) => return Some(Err(error)),
            },
            10 => Node::Field(FieldTest { field: self.field()?, keys: self.keys()?, of: None }),
            _ => return None,
        };
        self.depth -= 1;
        Some(Ok(node))
    }

    fn part(&mut self, around: &Source) -> Found<Part> {
        let source = match self.inner_view(around)? {
            Ok(source) => source,
            Err(error) => return Some(Err(error)),
        };
        let uuid = self.uuid()?;
        let start = self.bytes()?;
        let end = match self.number()?.checked_sub(1) {
            Some(len) => Some(self.exactly(len)?.to_vec()),
            None => None,
        };
        let kind: KeyKind = self.text()?.parse().ok()?;
        let flags = self.byte()?;
        if flags > 3 {
            return None;
        }
        let anchor = match self.anchors.get(&uuid) {
            Some(anchor) => Ok(anchor.clone()),
            None => source.view().and_then(|objects| index_of(&objects, uuid)),
        };
        let anchor = match anchor {
            Ok(anchor) => anchor,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(Part::of(anchor, (start, end), kind, flags & 1 != 0, flags & 2 != 0)))
    }

    fn field(&mut self) -> Option<FieldKey> {
        let (class, field) = (self.text()?, self.text()?);
        let kind: FieldKind = self.text()?.parse().ok()?;
        let like = match self.expected.0 {
            Whose::Class(like) => Some(like),
            _ => None,
        };
        Some(FieldKey::named(class, field, kind, like))
    }

    fn keys(&mut self) -> Option<Keys> {
        Some(match self.byte()? {
            0 => Keys::One(self.bytes()?),
            1 => {
                let keys = self.list(Self::bytes)?;
                keys.is_sorted_by(|a, b| a < b).then(|| Keys::Some(keys.into()))?
            }
            2 => Keys::Within((self.bound()?, self.bound()?)),
            _ => return None,
        })
    }

    fn bound(&mut self) -> Option<Bound<Vec<u8>>> {
        Some(match self.byte()? {
            0 => Bound::Unbounded,
            1 => Bound::Included(self.bytes()?),
            2 => Bound::Excluded(self.bytes()?),
            _ => return None,
        })
    }

    fn op(&mut self, around: &Source) -> Found<Op> {
        let op = match self.byte()? {
            way @ (0 | 1) => match self.order(around)? {
                Ok(by) => Op::Sort { by, descending: way == 1 },
                Err(error) => return Some(Err(error)),
            },
            2 => Op::Skip(self.number()?),
            3 => Op::Take(self.number()?),
            4 => Op::After(self.uuid()?),
            5 => match self.node(around)? {
                Ok(node) => Op::Where(node),
                Err(error) => return Some(Err(error)),
            },
            _ => return None,
        };
        Some(Ok(op))
    }

    fn order(&mut self, around: &Source) -> Found<Order> {
        let by = match self.byte()? {
            0 => self.part(around)?.map(By::Index),
            nulls @ (1 | 2) => Ok(By::Field { field: self.field()?, nulls_last: nulls == 2 }),
            _ => return None,
        };
        Some(by.map(Order))
    }
}

fn index_of(objects: &Arc<Objects>, uuid: Uuid) -> Result<Anchor> {
    let elsewhere =
        || Error::Invalid(format!("the index {uuid} is not in prefix {:?}", objects.name()));
    objects.number_of(uuid).map(|number| objects.collection(number)).ok_or_else(elsewhere)
}
