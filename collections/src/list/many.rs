//! Changing many elements of a list in one step.

use std::ops::{ControlFlow, Range, RangeBounds};

use db0_runtime::{Result, object::RowWriter};
use serde::{Serialize, de::DeserializeOwned};

use super::{handle::List, head::Head, leaf, tree::Tree, write::change};
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
        let leaves = leaf::pack_all(&mut writer, elements)?;
        change(writer, |_, tree| tree.append_leaves(leaves))
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
        change(writer(&self.anchor)?, |writer, tree| {
            let kept = tree.len().min(len as u64);
            tree.remove_all(kept..tree.len(), |leaf| writer.release(leaf.row()))
        })
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
        change(writer(&self.anchor)?, |writer, tree| {
            let range = positions(&range, tree.len())?;
            take_out(writer, tree, range)
        })
    }

    /// Takes the elements from `at` on out, and makes another list of them.
    ///
    /// # Panics
    /// When `at` is larger than the length.
    #[track_caller]
    pub fn split_off(&self, at: usize) -> Self
    where
        T: Serialize,
    {
        expect(self.try_split_off(at))
    }

    /// As [`split_off`](Self::split_off), with the failure as a value.
    #[track_caller]
    pub fn try_split_off(&self, at: usize) -> Result<Self>
    where
        T: Serialize,
    {
        let rest = Self::new();
        rest.try_extend(self.try_drain(at..)?)?;
        Ok(rest)
    }
}

impl<T: Serialize + DeserializeOwned> List<T> {
    /// Puts other elements, fewer or more of them, in the place of a range, all in one step; gives those
    /// that stood there.
    ///
    /// ```
    /// # fn main() -> db0_runtime::Result<()> {
    /// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
    /// # let workspace = db0_runtime::Workspace::open(folder.path())?;
    /// # let _entered = workspace.enter();
    /// use db0_collections::List;
    ///
    /// let list = List::from([1, 2, 3, 4]);
    /// let old = list.splice(1..3, [20, 25, 30]);
    /// assert_eq!(old.collect::<Vec<_>>(), [2, 3]);
    /// assert_eq!(list.to_vec(), [1, 20, 25, 30, 4]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// When the range reaches over the end, as slices do.
    #[track_caller]
    pub fn splice(
        &self,
        range: impl RangeBounds<usize>,
        elements: impl IntoIterator<Item = T>,
    ) -> std::vec::IntoIter<T> {
        expect(self.try_splice(range, elements)).into_iter()
    }

    /// As [`splice`](Self::splice), with the failure as a value.
    #[track_caller]
    pub fn try_splice(
        &self,
        range: impl RangeBounds<usize>,
        elements: impl IntoIterator<Item = T>,
    ) -> Result<Vec<T>> {
        let mut writer = writer(&self.anchor)?;
        // The user's iterator may do anything: the list is looked at when it has ended.
        let leaves = leaf::pack_all(&mut writer, elements)?;
        change(writer, |writer, tree| {
            let range = positions(&range, tree.len())?;
            let start = range.start;
            let old = take_out(writer, tree, range)?;
            tree.insert_leaves(start, leaves)?;
            Ok(old)
        })
    }
}

/// Takes the elements of a range out, all of which are there; gives them.
fn take_out<T: DeserializeOwned>(
    writer: &mut RowWriter,
    tree: &mut Tree<'_>,
    range: Range<u64>,
) -> Result<Vec<T>> {
    let mut elements = Vec::new();
    tree.remove_all(range, |leaf| {
        writer.release(leaf.row())?;
        leaf.iter().try_for_each(|value| {
            elements.push(writer.decode(value)?);
            Ok(())
        })
    })?;
    Ok(elements)
}
