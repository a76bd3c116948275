//! Writing a list anew, from its first leaf to its last, in the place of what there was.

use std::ops::ControlFlow;

use db0_runtime::{Result, object::RowWriter};

use super::{
    head::Head,
    inner::{self, Child, InnerBuf},
    leaf::LeafBuf,
    rows::TAIL,
};
use crate::number_key::NumberKey;

/// The new nodes so far: leaves are handed to the writer as soon as they are full, so that what is kept
/// here is some bytes for each.
pub(super) struct Rebuild {
    leaves: Vec<Child>,
    last: LeafBuf,
    next: u64,
}

impl Rebuild {
    /// Deletes all nodes there are; what they refer to is the caller's business.
    pub(super) fn begin(writer: &mut RowWriter) -> Result<Self> {
        let reader = writer.reader().clone();
        reader.scan(&[], None, false, &mut |key, _| {
            writer.delete(key);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self { leaves: Vec::new(), last: LeafBuf::new(), next: Head::EMPTY.next })
    }

    /// Adds an element behind the last one.
    pub(super) fn push(&mut self, writer: &mut RowWriter, value: &[u8]) {
        if self.last.count() == 0 || self.last.has_room(1, value.len()) {
            self.last.push(1, value);
            return;
        }
        let full = std::mem::replace(&mut self.last, LeafBuf::of(1, value));
        let leaf = Child { node: self.new_node(), count: full.count() as u64 };
        writer.put(NumberKey::of(leaf.node).as_bytes(), full.row());
        self.leaves.push(leaf);
    }

    /// Writes what stands above the leaves, and the header.
    pub(super) fn finish(mut self, writer: &mut RowWriter) {
        let in_tree = inner::total(&self.leaves);
        let in_tail = self.last.count() as u64;
        if in_tail > 0 {
            writer.put(NumberKey::of(TAIL).as_bytes(), self.last.row());
        }
        let mut nodes = std::mem::take(&mut self.leaves);
        let mut height = 0;
        while nodes.len() > 1 {
            nodes = self.put_above(writer, &nodes);
            height += 1;
        }
        let head = match nodes.first() {
            Some(root) => Head { root: root.node, height, in_tree, next: self.next, ..Head::EMPTY },
            None => Head::EMPTY,
        };
        writer.put_header(Head { length: in_tree + in_tail, ..head }.encode());
    }

    /// Writes inner nodes with these children; gives them.
    fn put_above(&mut self, writer: &mut RowWriter, mut children: &[Child]) -> Vec<Child> {
        let mut nodes = Vec::new();
        while !children.is_empty() {
            // The largest count comes last, and decides how wide they are.
            let mut len = children.len().min(inner::CHILDREN_MAX);
            while inner::bytes(&children[..len]) > inner::BYTES_MAX {
                len -= len.div_ceil(8);
            }
            let (here, after) = children.split_at(len);
            let node = Child { node: self.new_node(), count: inner::total(here) };
            writer.put(NumberKey::of(node.node).as_bytes(), &InnerBuf::of(here).into_row());
            nodes.push(node);
            children = after;
        }
        nodes
    }

    fn new_node(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }
}
