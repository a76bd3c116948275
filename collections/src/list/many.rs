//! Changing many elements of a list in one step.

use std::ops::{Range, RangeBounds};

use db0_runtime::{Result, object::RowWriter};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    handle::List,
    leaf::{self, LeafBuf},
    tree::{Changes, Tree},
};
use crate::{handle::writer, misuse::expect, range::positions};

impl<T: Serialize> List<T> {
    /// Adds elements at the end, all in one step.
    #[track_caller]
    pub fn extend(&self, elements: impl IntoIterator<Item = T>) {
        expect(self.try_extend(elements));
    }

    /// As [`extend`](Self::extend), with the failure as a value.
    #[track_caller]
    pub fn try_extend(&self, elements: impl IntoIterator<Item = T>) -> Result<()> {
        let mut elements = elements.into_iter().peekable();
        if elements.peek().is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        // The user's iterator may do anything: the list is looked at when it has ended.
        let mut leaves = vec![LeafBuf::new()];
        let mut value = Vec::new();
        for element in elements {
            value.clear();
            writer.encode(&element, &mut value)?;
            leaf::pack(&mut leaves, &value, leaf::BYTES_MAX);
        }
        let mut tree = Tree::load(writer.reader())?;
        tree.append_leaves(leaves)?;
        let changes = tree.into_changes();
        publish(writer, changes, &[])
    }
}

impl<T> List<T> {
    /// Removes all elements.
    #[track_caller]
    pub fn clear(&self) {
        expect(self.try_clear());
    }

    /// As [`clear`](Self::clear), with the failure as a value.
    #[track_caller]
    pub fn try_clear(&self) -> Result<()> {
        self.try_truncate(0)
    }

    /// Removes all elements after the first `len`, if there are more.
    #[track_caller]
    pub fn truncate(&self, len: usize) {
        expect(self.try_truncate(len));
    }

    /// As [`truncate`](Self::truncate), with the failure as a value.
    #[track_caller]
    pub fn try_truncate(&self, len: usize) -> Result<()> {
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let writer = writer(&self.anchor)?;
        let mut tree = Tree::load(writer.reader())?;
        let more = tree.len().saturating_sub(len as u64);
        if more == 0 {
            return Ok(());
        }
        let removed = tree.remove(len as u64, more)?;
        let changes = tree.into_changes();
        publish(writer, changes, &removed)
    }
}

impl<T: DeserializeOwned> List<T> {
    /// Takes the elements of a range out; those behind it move up.
    ///
    /// # Panics
    /// When the range reaches over the end, as slices do.
    #[track_caller]
    pub fn drain(&self, range: impl RangeBounds<usize>) -> std::vec::IntoIter<T> {
        expect(self.try_drain(range)).into_iter()
    }

    /// As [`drain`](Self::drain), with the failure as a value.
    #[track_caller]
    pub fn try_drain(&self, range: impl RangeBounds<usize>) -> Result<Vec<T>> {
        if self.anchor.reader()?.is_none() {
            return positions(&range, 0).map(|_| Vec::new());
        }
        let writer = writer(&self.anchor)?;
        let mut tree = Tree::load(writer.reader())?;
        let Range { start, end } = positions(&range, tree.len())?;
        if start == end {
            return Ok(Vec::new());
        }
        let removed = tree.remove(start, end - start)?;
        let changes = tree.into_changes();
        let decode = |value| writer.decode(value);
        let elements = removed.iter().flat_map(LeafBuf::iter).map(decode).collect::<Result<_>>()?;
        publish(writer, changes, &removed)?;
        Ok(elements)
    }
}

fn publish(mut writer: RowWriter, changes: Changes, removed: &[LeafBuf]) -> Result<()> {
    for leaf in removed {
        writer.release(leaf.row())?;
    }
    changes.write(&mut writer);
    writer.finish();
    Ok(())
}
