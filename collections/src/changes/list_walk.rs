//! Two states of a list's tree, gone through at once: what is the same at both is passed over.
//!
//! A leaf is rewritten without the nodes above it, as long as its number of elements stays. So nodes
//! above leaves are read until all that was written has been met, and leaves only if they were written.

use std::{
    collections::{HashMap, hash_map::Entry},
    mem,
    ops::ControlFlow,
};

use db0_runtime::{
    Error, Result,
    object::{RowReader, varint},
};

use super::{
    hunk::{Hunk, compare},
    moment::Ends,
};
use crate::list::{Place, Roots, TAIL, children, differing, leaf_elements, leaf_row, roots};

/// A node that differs: its rows, as far as there are any.
struct Differing {
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    is_met: bool,
}

/// Goes through both ends at once.
struct Walk<'e> {
    ends: &'e Ends,
    differing: HashMap<u64, Differing>,
    /// How many of these have not been met.
    unmet: usize,
    /// Leaves at both ends that stand for each other, and may differ.
    old: Vec<Place>,
    new: Vec<Place>,
    /// Where they begin.
    old_index: usize,
    new_index: usize,
    hunks: Vec<Hunk>,
    /// Once so many have been found, no more are looked for.
    wanted: usize,
}

/// Where the elements of a list differ, from front to back.
pub(super) fn hunks(ends: &Ends) -> Result<Vec<Hunk>> {
    first_hunks(ends, usize::MAX)
}

/// Whether any do.
pub(super) fn differ(ends: &Ends) -> Result<bool> {
    Ok(!first_hunks(ends, 1)?.is_empty())
}

fn first_hunks(ends: &Ends, wanted: usize) -> Result<Vec<Hunk>> {
    let mut differing = HashMap::new();
    ends.differing(|mut key, old, new| {
        let node = varint::take_ordered(&mut key);
        let node = node.ok_or_else(|| ends.after.damaged("the key of a node is damaged"))?;
        let [old, new] = [old, new].map(|row| row.map(<[u8]>::to_vec));
        differing.insert(node, Differing { old, new, is_met: false });
        Ok(ControlFlow::Continue(()))
    })?;
    if differing.is_empty() {
        return Ok(Vec::new());
    }
    let mut walk = Walk {
        ends,
        unmet: differing.len(),
        differing,
        old: Vec::new(),
        new: Vec::new(),
        old_index: 0,
        new_index: 0,
        hunks: Vec::new(),
        wanted,
    };
    let (old, new) = (roots(&ends.before)?, roots(&ends.after)?);
    // The tail is where most lists change: nothing before it has to be looked at for it.
    walk.meet(TAIL);
    walk.trees(old, new)?;
    walk.pair(old.tail.as_slice(), new.tail.as_slice(), 0)?;
    walk.settle()?;
    Ok(walk.hunks)
}

impl Walk<'_> {
    /// A node was reached; gives whether it differs.
    fn meet(&mut self, node: u64) -> bool {
        let Some(found) = self.differing.get_mut(&node) else { return false };
        self.unmet -= usize::from(!mem::replace(&mut found.is_met, true));
        true
    }

    /// The trees, which may have grown or shrunk by levels.
    fn trees(&mut self, old: Roots, new: Roots) -> Result<()> {
        let (ends, level) = (self.ends, old.height.min(new.height));
        let mut below = |reader, roots: Roots| {
            let root = roots.root.into_iter().collect();
            self.descend(reader, root, roots.height - level)
        };
        let (old, new) = (below(&ends.before, old)?, below(&ends.after, new)?);
        self.pair(&old, &new, level)
    }

    /// The nodes that stand `levels` below these.
    fn descend(
        &mut self,
        reader: &RowReader,
        mut nodes: Vec<Place>,
        levels: u64,
    ) -> Result<Vec<Place>> {
        for _ in 0..levels {
            let mut below = Vec::new();
            for node in nodes {
                self.meet(node.node);
                below.extend(children(reader, node.node)?);
            }
            nodes = below;
        }
        Ok(nodes)
    }

    /// Nodes of one level, neighbours in their trees.
    fn pair(&mut self, old: &[Place], new: &[Place], level: u64) -> Result<()> {
        let is_same = |(old, new): &(&Place, &Place)| old.node == new.node;
        let front = old.iter().zip(new).take_while(is_same).count();
        let ends = old[front..].iter().rev().zip(new[front..].iter().rev());
        let back = ends.take_while(is_same).count();
        let (old, old_back) = old.split_at(old.len() - back);
        let (new, new_back) = new.split_at(new.len() - back);
        for (old, new) in old[..front].iter().zip(&new[..front]) {
            self.same_node(*old, *new, level)?;
        }
        let both = self.ends;
        let gone = self.descend(&both.before, old[front..].to_vec(), level)?;
        let come = self.descend(&both.after, new[front..].to_vec(), level)?;
        for leaf in gone.iter().chain(&come) {
            self.meet(leaf.node);
        }
        self.old.extend(gone);
        self.new.extend(come);
        for (old, new) in old_back.iter().zip(new_back) {
            self.same_node(*old, *new, level)?;
        }
        Ok(())
    }

    /// A node that is there at both ends.
    fn same_node(&mut self, old: Place, new: Place, level: u64) -> Result<()> {
        if self.hunks.len() >= self.wanted {
            return Ok(());
        }
        let differs = self.meet(old.node);
        if level > 0 && (differs || self.unmet > 0) {
            let was = children(&self.ends.before, old.node)?;
            if !differs {
                return self.pair(&was, &was, level - 1);
            }
            let is = children(&self.ends.after, new.node)?;
            return self.pair(&was, &is, level - 1);
        }
        if differs && old.count == new.count && self.old.is_empty() && self.new.is_empty() {
            // As many elements as before stand for each other, whatever follows.
            return self.compare(&[old], &[new]);
        }
        if differs {
            self.old.push(old);
            self.new.push(new);
            return Ok(());
        }
        self.settle()?;
        self.old_index += old.count;
        self.new_index += new.count;
        Ok(())
    }

    /// Compares the leaves that may differ, between those of them that do not.
    fn settle(&mut self) -> Result<()> {
        let (before, after) = (mem::take(&mut self.old), mem::take(&mut self.new));
        let places: HashMap<u64, usize> =
            after.iter().enumerate().map(|(place, leaf)| (leaf.node, place)).collect();
        let (mut old_from, mut new_from) = (0, 0);
        for (place, leaf) in before.iter().enumerate() {
            let same = places.get(&leaf.node).filter(|_| !self.differing.contains_key(&leaf.node));
            if let Some(&new_place) = same.filter(|new_place| **new_place >= new_from) {
                self.compare(&before[old_from..place], &after[new_from..new_place])?;
                self.old_index += leaf.count;
                self.new_index += leaf.count;
                (old_from, new_from) = (place + 1, new_place + 1);
            }
        }
        self.compare(&before[old_from..], &after[new_from..])
    }

    /// Compares the elements of some leaves with those that now stand in their place.
    fn compare(&mut self, before: &[Place], after: &[Place]) -> Result<()> {
        if before.is_empty() && after.is_empty() {
            return Ok(());
        }
        let (old_rows, new_rows) = (self.rows(before, false)?, self.rows(after, true)?);
        if let ([old], [new]) = (before, after)
            && old.count == new.count
        {
            let found = differing(old.count, &old_rows[0], &new_rows[0]);
            let found = found.ok_or_else(|| damaged(&self.ends.after))?;
            let places = (self.old_index + found.front, self.new_index + found.front);
            compare((&found.old, places.0), (&found.new, places.1), &mut self.hunks);
            self.old_index += old.count;
            self.new_index += new.count;
            return Ok(());
        }
        let old = elements(&self.ends.before, before, &old_rows)?;
        let new = elements(&self.ends.after, after, &new_rows)?;
        compare((&old, self.old_index), (&new, self.new_index), &mut self.hunks);
        self.old_index += old.len();
        self.new_index += new.len();
        Ok(())
    }

    /// The rows of leaves at one end, each of which is compared once.
    fn rows(&mut self, leaves: &[Place], is_new: bool) -> Result<Vec<Vec<u8>>> {
        let reader = if is_new { &self.ends.after } else { &self.ends.before };
        let row = |leaf: &Place| {
            let known = match self.differing.entry(leaf.node) {
                Entry::Occupied(mut found) => {
                    let found = found.get_mut();
                    if is_new { found.new.take() } else { found.old.take() }
                }
                Entry::Vacant(_) => None,
            };
            known.map_or_else(|| leaf_row(reader, leaf), Ok)
        };
        leaves.iter().map(row).collect()
    }
}

fn elements<'r>(
    reader: &RowReader,
    leaves: &[Place],
    rows: &'r [Vec<u8>],
) -> Result<Vec<&'r [u8]>> {
    let mut elements = Vec::new();
    let mut leaves = leaves.iter().zip(rows);
    let whole = leaves.try_for_each(|(leaf, row)| leaf_elements(leaf, row, &mut elements));
    whole.ok_or_else(|| damaged(reader))?;
    Ok(elements)
}

#[cold]
fn damaged(reader: &RowReader) -> Error {
    reader.damaged("a node of the list is damaged")
}
