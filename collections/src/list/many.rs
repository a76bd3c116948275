//! Changing many elements of a list in one step.

use std::ops::{ControlFlow, RangeBounds};

use db0_runtime::Result;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    handle::List,
    head::Head,
    leaf::{self, LeafBuf},
    tree::Tree,
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
        changes.write(&mut writer);
        writer.finish()?;
        Ok(())
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
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        let reader = writer.reader().clone();
        if Head::read(&reader)?.length == 0 {
            return Ok(());
        }
        reader.scan(&[], None, false, &mut |key, row| {
            writer.release(row)?;
            writer.delete(key);
            Ok(ControlFlow::Continue(()))
        })?;
        writer.put_header(Head::EMPTY.encode());
        writer.finish()?;
        Ok(())
    }

    /// Removes all elements after the first `len`, if there are more.
    #[track_caller]
    pub fn truncate(&self, len: usize) {
        expect(self.try_truncate(len));
    }

    /// As [`truncate`](Self::truncate), with the failure as a value.
    #[track_caller]
    pub fn try_truncate(&self, len: usize) -> Result<()> {
        if len == 0 {
            return self.try_clear();
        }
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        let reader = writer.reader().clone();
        let mut tree = Tree::load(&reader)?;
        let gone = len as u64..tree.len();
        if gone.is_empty() {
            return Ok(());
        }
        tree.remove_all(gone, |leaf| writer.release(leaf.row()))?;
        tree.into_changes().write(&mut writer);
        writer.finish()?;
        Ok(())
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
        let mut writer = writer(&self.anchor)?;
        let reader = writer.reader().clone();
        let mut tree = Tree::load(&reader)?;
        let range = positions(&range, tree.len())?;
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut elements = Vec::new();
        tree.remove_all(range, |leaf| {
            writer.release(leaf.row())?;
            leaf.iter().try_for_each(|value| {
                elements.push(writer.decode(value)?);
                Ok(())
            })
        })?;
        tree.into_changes().write(&mut writer);
        writer.finish()?;
        Ok(elements)
    }
}
