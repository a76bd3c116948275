//! The nodes of a list that one call has looked at or changed.

use std::collections::hash_map::Entry;

use db0_runtime::{Error, Result, object::RowReader};

use super::{
    inner::{Child, InnerBuf},
    leaf::LeafBuf,
    rows::{self, ByNumber},
};

/// A node in memory.
enum Node {
    Leaf(LeafBuf),
    Inner(InnerBuf),
    /// Its row goes.
    Gone,
}

struct Loaded {
    node: Node,
    changed: bool,
}

/// Nodes by their numbers, loaded when they are asked for.
pub(super) struct Nodes<'r> {
    reader: &'r RowReader,
    loaded: ByNumber<Loaded>,
}

impl<'r> Nodes<'r> {
    pub(super) fn new(reader: &'r RowReader) -> Self {
        Self { reader, loaded: ByNumber::default() }
    }

    /// Where nodes come from.
    pub(super) fn reader(&self) -> &'r RowReader {
        self.reader
    }

    /// The rows that changed; none: those that go.
    pub(super) fn into_rows(self) -> Vec<(u64, Option<Vec<u8>>)> {
        let row = |node| match node {
            Node::Leaf(leaf) => (leaf.count() > 0).then(|| leaf.into_row()),
            Node::Inner(inner) => Some(inner.into_row()),
            Node::Gone => None,
        };
        let changed = self.loaded.into_iter().filter(|(_, loaded)| loaded.changed);
        changed.map(|(number, loaded)| (number, row(loaded.node))).collect()
    }

    fn load(&mut self, number: u64) -> Result<&mut Loaded> {
        match self.loaded.entry(number) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let row = rows::read(self.reader, number, |row| Some(row.to_vec()))?;
                let node = if LeafBuf::is_leaf(&row) {
                    LeafBuf::of_row(row).map(Node::Leaf)
                } else {
                    InnerBuf::of_row(row).map(Node::Inner)
                };
                let node = node.ok_or_else(|| damaged(self.reader))?;
                Ok(entry.insert(Loaded { node, changed: false }))
            }
        }
    }

    fn put(&mut self, number: u64, node: Node) {
        self.loaded.insert(number, Loaded { node, changed: true });
    }

    pub(super) fn put_leaf(&mut self, number: u64, leaf: LeafBuf) {
        self.put(number, Node::Leaf(leaf));
    }

    pub(super) fn put_inner(&mut self, number: u64, children: &[Child]) {
        self.put(number, Node::Inner(InnerBuf::of(children)));
    }

    pub(super) fn remove(&mut self, number: u64) {
        self.put(number, Node::Gone);
    }

    /// The node has been looked at or changed.
    pub(super) fn has(&self, number: u64) -> bool {
        self.loaded.contains_key(&number)
    }

    /// A leaf, to be read.
    pub(super) fn leaf(&mut self, number: u64) -> Result<&mut LeafBuf> {
        let reader = self.reader;
        match &mut self.load(number)?.node {
            Node::Leaf(leaf) => Ok(leaf),
            _ => Err(damaged(reader)),
        }
    }

    /// A leaf, to be changed.
    pub(super) fn leaf_mut(&mut self, number: u64) -> Result<&mut LeafBuf> {
        self.load(number)?.changed = true;
        self.leaf(number)
    }

    /// An inner node, to be read.
    pub(super) fn inner(&mut self, number: u64) -> Result<&mut InnerBuf> {
        let reader = self.reader;
        match &mut self.load(number)?.node {
            Node::Inner(inner) => Ok(inner),
            _ => Err(damaged(reader)),
        }
    }

    /// An inner node, to be changed.
    pub(super) fn inner_mut(&mut self, number: u64) -> Result<&mut InnerBuf> {
        self.load(number)?.changed = true;
        self.inner(number)
    }

    /// The children of an inner node.
    pub(super) fn children(&mut self, number: u64) -> Result<Vec<Child>> {
        let reader = self.reader;
        self.inner(number)?.children().ok_or_else(|| damaged(reader))
    }

    /// Whether a node is so small that it should be joined with the one beside it.
    pub(super) fn is_small(&mut self, number: u64) -> Result<bool> {
        Ok(match &self.load(number)?.node {
            Node::Leaf(leaf) => leaf.bytes() < super::leaf::BYTES_MIN,
            Node::Inner(inner) => inner.bytes() < super::inner::BYTES_MIN,
            Node::Gone => false,
        })
    }

    /// Puts the contents of `b` behind those of `a`, if all of them fit into one node.
    pub(super) fn join(&mut self, a: u64, b: u64) -> Result<bool> {
        if matches!(self.load(a)?.node, Node::Inner(_)) {
            let mut joined = self.children(a)?;
            joined.extend(self.children(b)?);
            let has_room = super::inner::bytes(&joined) <= super::inner::BYTES_MAX;
            if has_room {
                self.put_inner(a, &joined);
            }
            return Ok(has_room);
        }
        let (count, values) = {
            let right = self.leaf(b)?;
            (right.count(), right.values().to_vec())
        };
        let has_room = self.leaf(a)?.has_room(count, values.len());
        if has_room {
            self.leaf_mut(a)?.push(count, &values);
        }
        Ok(has_room)
    }
}

#[cold]
fn damaged(reader: &RowReader) -> Error {
    reader.damaged("a node of the list is damaged")
}
