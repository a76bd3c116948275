//! Changing a list: its tree and its tail, in memory until all that changed is written together.

use std::ops::Range;

use db0_runtime::{
    Error, Result,
    object::{RowReader, RowWriter},
};

use super::{
    head::Head,
    inner::{self, Child},
    leaf::{self, LeafBuf},
    nodes::Nodes,
    rows::TAIL,
};
use crate::number_key::NumberKey;

/// The inner nodes on the way to a leaf, from the root down: each by its number and the child taken.
type Path = Vec<(u64, usize)>;

/// A leaf of the tree, and an element's place in it.
struct Spot {
    path: Path,
    node: u64,
    place: usize,
}

/// A list, while it is being changed.
///
/// Loading its nodes fails on damage; whoever gives up then has changed nothing.
pub(super) struct Tree<'r> {
    head: Head,
    nodes: Nodes<'r>,
}

impl<'r> Tree<'r> {
    pub(super) fn load(reader: &'r RowReader) -> Result<Self> {
        Ok(Self { head: Head::read(reader)?, nodes: Nodes::new(reader) })
    }

    pub(super) fn len(&self) -> u64 {
        self.head.length
    }

    /// Hands what changed to `writer`; false if nothing did.
    pub(super) fn write(self, writer: &mut RowWriter) -> bool {
        let rows = self.nodes.into_rows();
        let changed = !rows.is_empty();
        for (number, row) in rows {
            let key = NumberKey::of(number);
            match row {
                Some(row) => writer.put(key.as_bytes(), &row),
                None => writer.delete(key.as_bytes()),
            }
        }
        if changed {
            writer.put_header(self.head.encode());
        }
        changed
    }

    /// Adds an element behind the last one.
    pub(super) fn append(&mut self, value: &[u8]) -> Result<()> {
        let tail = self.tail()?;
        if tail.count() == 0 || tail.has_room(1, value.len()) {
            tail.push(1, value);
        } else {
            let full = std::mem::replace(tail, LeafBuf::of(1, value));
            self.move_into_tree(vec![full])?;
        }
        self.head.length += 1;
        Ok(())
    }

    /// Adds the elements of leaves, which are as full as they can be, behind the last one.
    pub(super) fn append_leaves(&mut self, leaves: Vec<LeafBuf>) -> Result<()> {
        if leaves.is_empty() {
            return Ok(());
        }
        let tail = self.tail()?;
        let count: usize = leaves.iter().map(LeafBuf::count).sum();
        let mut leaves = if tail.count() == 0 {
            leaves
        } else {
            let mut packed = vec![std::mem::replace(tail, LeafBuf::new())];
            let values = leaves.iter().flat_map(LeafBuf::iter);
            values.for_each(|value| leaf::pack(&mut packed, value, leaf::BYTES_MAX));
            packed
        };
        let last = leaves.pop().unwrap_or_else(LeafBuf::new);
        self.nodes.put_leaf(TAIL, last);
        self.head.length += count as u64;
        self.move_into_tree(leaves)
    }

    /// Puts an element before the one at `position`, or behind the last one.
    pub(super) fn insert(&mut self, position: u64, value: &[u8]) -> Result<()> {
        if position == self.head.length {
            return self.append(value);
        }
        self.splice(position, 0, Some(value)).map(drop)
    }

    /// Puts the elements of leaves before the one at `position`, or behind the last one.
    pub(super) fn insert_leaves(&mut self, position: u64, leaves: Vec<LeafBuf>) -> Result<()> {
        if position == self.head.length {
            return self.append_leaves(leaves);
        }
        let values = leaves.iter().flat_map(LeafBuf::iter);
        (position..).zip(values).try_for_each(|(position, value)| self.insert(position, value))
    }

    /// Puts another element in the place of the one at `position`; gives the old one.
    pub(super) fn replace(&mut self, position: u64, value: &[u8]) -> Result<LeafBuf> {
        self.splice(position, 1, Some(value))
    }

    /// Takes the element at `position` out, which is there; gives it.
    pub(super) fn remove(&mut self, position: u64) -> Result<LeafBuf> {
        self.splice(position, 1, None)
    }

    /// Takes elements out, all of which are there; gives them to `each`, some at a time.
    pub(super) fn remove_all(
        &mut self,
        positions: Range<u64>,
        mut each: impl FnMut(LeafBuf) -> Result<()>,
    ) -> Result<()> {
        let mut left = positions.end - positions.start;
        while left > 0 {
            let here = usize::try_from(left).unwrap_or(usize::MAX);
            let leaf = self.splice(positions.start, here, None)?;
            left -= leaf.count() as u64;
            each(leaf)?;
        }
        Ok(())
    }

    /// Puts an element, or none, in the place of those from `position` on, `removed` of them or as
    /// many as their leaf has; gives these.
    fn splice(&mut self, position: u64, removed: usize, new: Option<&[u8]>) -> Result<LeafBuf> {
        let damage = damage(self.nodes.reader());
        let (count, value) = (usize::from(new.is_some()), new.unwrap_or_default());
        if let Some(place) = position.checked_sub(self.head.in_tree) {
            let tail = self.tail()?;
            let place = usize::try_from(place).ok().filter(|&place| place < tail.count());
            let place = place.ok_or_else(damage)?;
            let removed = removed.min(tail.count() - place);
            let old = tail.splice(place, removed, count, value).ok_or_else(damage)?;
            let divided = std::mem::replace(tail, LeafBuf::new()).divide();
            let mut leaves = divided.ok_or_else(damage)?;
            *tail = leaves.pop().unwrap_or_else(LeafBuf::new);
            self.head.length = grown(self.head.length, count, removed).ok_or_else(damage)?;
            self.move_into_tree(leaves)?;
            return Ok(old);
        }
        let spot = self.descend(position)?;
        let leaf = self.nodes.leaf_mut(spot.node)?;
        let removed = removed.min(leaf.count() - spot.place);
        let old = leaf.splice(spot.place, removed, count, value).ok_or_else(damage)?;
        self.settle(spot, count as u64, removed as u64)?;
        self.head.length = grown(self.head.length, count, removed).ok_or_else(damage)?;
        self.head.in_tree = grown(self.head.in_tree, count, removed).ok_or_else(damage)?;
        Ok(old)
    }

    /// Goes down to the leaf of the element at `position`, which is in the tree.
    fn descend(&mut self, mut position: u64) -> Result<Spot> {
        let damage = damage(self.nodes.reader());
        let mut node = self.head.root;
        let mut path = Path::new();
        for _ in 0..self.head.height {
            let way = self.nodes.inner(node)?.way(position).ok_or_else(damage)?;
            path.push((node, way.at));
            (node, position) = (way.node, way.position);
        }
        let count = self.nodes.leaf(node)?.count();
        let place = usize::try_from(position).ok().filter(|&place| place < count);
        Ok(Spot { path, node, place: place.ok_or_else(damage)? })
    }

    /// Brings the way to a changed leaf in order: its size, and the counts above it.
    fn settle(&mut self, spot: Spot, more: u64, less: u64) -> Result<()> {
        let good = self.nodes.leaf(spot.node)?.is_of_good_size();
        if good && self.lengthen(&spot.path, more, less)? {
            return Ok(());
        }
        let leaf = std::mem::replace(self.nodes.leaf_mut(spot.node)?, LeafBuf::new());
        let leaves = leaf.divide().ok_or_else(damage(self.nodes.reader()))?;
        let mut children = Vec::with_capacity(leaves.len());
        for leaf in leaves {
            let node = if children.is_empty() { spot.node } else { self.new_node() };
            children.push(Child { node, count: leaf.count() as u64 });
            self.nodes.put_leaf(node, leaf);
        }
        if children.is_empty() {
            self.nodes.remove(spot.node);
        }
        self.settle_above(spot.path, children, less > more)
    }

    /// Changes the counts on the way to a leaf where they stand; false, and nothing is done, if they
    /// take more room.
    fn lengthen(&mut self, path: &[(u64, usize)], more: u64, less: u64) -> Result<bool> {
        for (done, &(node, at)) in path.iter().enumerate() {
            if !self.nodes.inner_mut(node)?.lengthen(at, more, less) {
                for &(node, at) in &path[..done] {
                    self.nodes.inner_mut(node)?.lengthen(at, less, more);
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts `new` children in the place of the one that `path` leads to.
    fn settle_above(&mut self, mut path: Path, mut new: Vec<Child>, shrunk: bool) -> Result<()> {
        while let Some((parent, at)) = path.pop() {
            let mut children = self.nodes.children(parent)?;
            if at >= children.len() {
                return Err(damage(self.nodes.reader())());
            }
            let (in_place, at_end) = (new.len() == 1, at + 1 == children.len());
            children.splice(at..=at, new);
            if in_place && shrunk {
                self.join(&mut children, at)?;
            }
            new = self.divide(parent, children, at_end);
        }
        self.set_root(new)
    }

    /// Joins a child that became small with the one beside it, if both fit into one.
    fn join(&mut self, children: &mut Vec<Child>, at: usize) -> Result<()> {
        let left = if at + 1 < children.len() { at } else { at.saturating_sub(1) };
        let Some(&[a, b]) = children.get(left..left + 2) else { return Ok(()) };
        if self.nodes.is_small(children[at].node)? && self.nodes.join(a.node, b.node)? {
            self.nodes.remove(b.node);
            children.splice(left..left + 2, [Child { node: a.node, count: a.count + b.count }]);
        }
        Ok(())
    }

    /// Makes these the children of an inner node, or of several, or removes it if there are none;
    /// gives what stands in its place.
    fn divide(&mut self, node: u64, mut children: Vec<Child>, grew_at_end: bool) -> Vec<Child> {
        let mut siblings = Vec::new();
        while inner::bytes(&children) > inner::BYTES_MAX {
            // A list that grows at its end goes on growing there: what is before is left full.
            let at_end = grew_at_end && siblings.is_empty();
            let half = if at_end { children.len() - 1 } else { children.len() / 2 };
            siblings.push(children.split_off(half));
        }
        if children.is_empty() {
            self.nodes.remove(node);
            return Vec::new();
        }
        let mut new = vec![Child { node, count: inner::total(&children) }];
        self.nodes.put_inner(node, &children);
        for children in siblings.into_iter().rev() {
            let node = self.new_node();
            new.push(Child { node, count: inner::total(&children) });
            self.nodes.put_inner(node, &children);
        }
        new
    }

    /// Makes `new` the top of the tree: nothing, one node, or several below a new root.
    fn set_root(&mut self, mut new: Vec<Child>) -> Result<()> {
        while new.len() > 1 {
            let node = self.new_node();
            self.head.height += 1;
            new = self.divide(node, new, false);
        }
        let Some(root) = new.first() else {
            (self.head.root, self.head.height) = (0, 0);
            return Ok(());
        };
        self.head.root = root.node;
        while self.head.height > 0 {
            let root = self.head.root;
            if self.nodes.inner(root)?.len() > 1 {
                break;
            }
            let [child] = self.nodes.children(root)?[..] else { break };
            self.nodes.remove(root);
            self.head.root = child.node;
            self.head.height -= 1;
        }
        Ok(())
    }

    /// Makes leaves the last ones of the tree.
    fn move_into_tree(&mut self, leaves: Vec<LeafBuf>) -> Result<()> {
        for leaf in leaves {
            let new = Child { node: self.new_node(), count: leaf.count() as u64 };
            self.nodes.put_leaf(new.node, leaf);
            let before = self.head.in_tree;
            self.head.in_tree += new.count;
            if before == 0 {
                self.head.root = new.node;
                continue;
            }
            let Spot { path, node, place } = self.descend(before - 1)?;
            if self.add_behind(&path, new)? {
                continue;
            }
            let last = Child { node, count: place as u64 + 1 };
            self.settle_above(path, vec![last, new], false)?;
        }
        Ok(())
    }

    /// Adds a child behind the last one, to which `path` leads, where everything stands; false, and
    /// nothing is done, if that takes more room.
    fn add_behind(&mut self, path: &[(u64, usize)], new: Child) -> Result<bool> {
        let Some((&(parent, _), above)) = path.split_last() else { return Ok(false) };
        if !self.lengthen(above, new.count, 0)? {
            return Ok(false);
        }
        if self.nodes.inner_mut(parent)?.push(new) {
            return Ok(true);
        }
        self.lengthen(above, 0, new.count)?;
        Ok(false)
    }

    /// Brings the last leaf of the tree out of it, to be the tail, if that is empty.
    pub(super) fn fill_tail(&mut self) -> Result<()> {
        if self.head.in_tail() > 0 || self.head.in_tree == 0 {
            return Ok(());
        }
        let Spot { path, node, .. } = self.descend(self.head.in_tree - 1)?;
        let leaf = std::mem::replace(self.nodes.leaf_mut(node)?, LeafBuf::new());
        self.nodes.remove(node);
        let count = leaf.count() as u64;
        self.head.in_tree =
            self.head.in_tree.checked_sub(count).ok_or_else(damage(self.nodes.reader()))?;
        self.nodes.put_leaf(TAIL, leaf);
        self.settle_above(path, Vec::new(), true)
    }

    fn new_node(&mut self) -> u64 {
        let node = self.head.next;
        self.head.next += 1;
        node
    }

    /// The last leaf, to be changed.
    fn tail(&mut self) -> Result<&mut LeafBuf> {
        let expected = self.head.in_tail();
        if expected == 0 && !self.nodes.has(TAIL) {
            self.nodes.put_leaf(TAIL, LeafBuf::new());
        }
        let damage = damage(self.nodes.reader());
        let tail = self.nodes.leaf_mut(TAIL)?;
        if tail.count() as u64 == expected { Ok(tail) } else { Err(damage()) }
    }
}

fn grown(length: u64, more: usize, less: usize) -> Option<u64> {
    length.checked_add(more as u64)?.checked_sub(less as u64)
}

/// For when counts don't agree with each other, or with what is there.
fn damage(reader: &RowReader) -> impl Fn() -> Error + Copy {
    move || reader.damaged("the counts in the nodes of the list don't agree")
}
