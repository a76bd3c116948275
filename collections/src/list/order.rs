//! Putting the elements of a list in another order, or keeping some of them.

use std::{cmp::Ordering, ops::Range};

use db0_runtime::{Error, Result, object::RowWriter};
use serde::de::DeserializeOwned;

use super::{
    find::{self, Anew},
    handle::List,
    leaf::{self, LeafBuf},
    tree::Tree,
};
use crate::{handle::writer, misuse::expect};

impl<T: DeserializeOwned> List<T> {
    /// Sorts the elements; equal ones stay in their order.
    #[track_caller]
    pub fn sort(&self)
    where
        T: Ord,
    {
        self.sort_by(T::cmp);
    }

    /// As [`sort`](Self::sort), with the failure as a value.
    #[track_caller]
    pub fn try_sort(&self) -> Result<()>
    where
        T: Ord,
    {
        self.try_sort_by(T::cmp)
    }

    /// Sorts the elements by what `key` makes of them; equal ones stay in their order.
    #[track_caller]
    pub fn sort_by_key<K: Ord>(&self, mut key: impl FnMut(&T) -> K) {
        self.sort_by(|a, b| key(a).cmp(&key(b)));
    }

    /// As [`sort_by_key`](Self::sort_by_key), with the failure as a value.
    #[track_caller]
    pub fn try_sort_by_key<K: Ord>(&self, mut key: impl FnMut(&T) -> K) -> Result<()> {
        self.try_sort_by(|a, b| key(a).cmp(&key(b)))
    }

    /// Sorts the elements as `compare` says; equal ones stay in their order.
    #[track_caller]
    pub fn sort_by(&self, compare: impl FnMut(&T, &T) -> Ordering) {
        expect(self.try_sort_by(compare));
    }

    /// As [`sort_by`](Self::sort_by), with the failure as a value.
    #[track_caller]
    pub fn try_sort_by(&self, mut compare: impl FnMut(&T, &T) -> Ordering) -> Result<()> {
        self.rearrange(|writer, values| {
            let decode = |value| Ok((writer.decode::<T>(value)?, value));
            let mut elements = values.iter().copied().map(decode).collect::<Result<Vec<_>>>()?;
            elements.sort_by(|(a, _), (b, _)| compare(a, b));
            let sorted = elements.iter().map(|(_, value)| *value);
            sorted.zip(values).for_each(|(value, place)| *place = value);
            Ok(())
        })
    }

    /// Keeps the elements for which `keep` says so, in their order.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&T) -> bool) {
        expect(self.try_retain(keep));
    }

    /// As [`retain`](Self::retain), with the failure as a value.
    #[track_caller]
    pub fn try_retain(&self, mut keep: impl FnMut(&T) -> bool) -> Result<()> {
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        let before = leaves(&writer)?;
        let mut gone: Vec<Range<u64>> = Vec::new();
        for (position, value) in (0..).zip(values_of(&before)) {
            if keep(&writer.reader().decode(value)?) {
                continue;
            }
            match gone.last_mut() {
                Some(last) if last.end == position => last.end += 1,
                _ => gone.push(position..position + 1),
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        check_unchanged(&writer, &before)?;
        let mut tree = Tree::load(writer.reader())?;
        let mut removed = Vec::new();
        if gone.len() > before.len() {
            let mut packed = Vec::new();
            let mut ranges = gone.iter().peekable();
            for (position, value) in (0..).zip(values_of(&before)) {
                ranges.next_if(|range| range.end <= position);
                let stays = ranges.peek().is_none_or(|range| position < range.start);
                let leaves = if stays { &mut packed } else { &mut removed };
                leaf::pack(leaves, value, leaf::BYTES_MAX);
            }
            tree.replace_all(packed)?;
        } else {
            for range in gone.into_iter().rev() {
                removed.extend(tree.remove(range.start, range.end - range.start)?);
            }
        }
        let changes = tree.into_changes();
        removed.iter().try_for_each(|leaf| writer.release(leaf.row()))?;
        changes.write(&mut writer);
        writer.finish();
        Ok(())
    }
}

impl<T> List<T> {
    /// Turns the order of the elements round.
    #[track_caller]
    pub fn reverse(&self) {
        expect(self.try_reverse());
    }

    /// As [`reverse`](Self::reverse), with the failure as a value.
    #[track_caller]
    pub fn try_reverse(&self) -> Result<()> {
        self.rearrange(|_, values| {
            values.reverse();
            Ok(())
        })
    }

    /// Writes all elements in the order that `order` brings them into.
    #[track_caller]
    fn rearrange(&self, order: impl FnOnce(&RowWriter, &mut [&[u8]]) -> Result<()>) -> Result<()> {
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        let before = leaves(&writer)?;
        let mut values: Vec<&[u8]> = values_of(&before).collect();
        order(&writer, &mut values)?;
        check_unchanged(&writer, &before)?;
        let mut packed = Vec::new();
        values.iter().for_each(|value| leaf::pack(&mut packed, value, leaf::BYTES_MAX));
        let mut tree = Tree::load(writer.reader())?;
        tree.replace_all(packed)?;
        tree.into_changes().write(&mut writer);
        writer.finish();
        Ok(())
    }
}

/// Copies all leaves.
fn leaves(writer: &RowWriter) -> Result<Vec<LeafBuf>> {
    let mut leaves = Vec::new();
    let mut position = 0;
    let mut steps = Anew(writer.reader());
    while let Some(found) = find::leaf(&mut steps, position)? {
        if !found.leaf.is_whole() {
            return Err(writer.reader().damaged("a leaf of the list is damaged"));
        }
        position = found.start + found.leaf.count() as u64;
        leaves.push(found.leaf);
    }
    Ok(leaves)
}

fn values_of(leaves: &[LeafBuf]) -> impl Iterator<Item = &[u8]> {
    leaves.iter().flat_map(LeafBuf::iter)
}

/// The elements' own code has run: it may not have changed the list that it is called from.
fn check_unchanged(writer: &RowWriter, before: &[LeafBuf]) -> Result<()> {
    if leaves(writer)? == before {
        return Ok(());
    }
    let situation = "from a function that a call on the same list was given".into();
    Err(Error::Misuse { operation: "changing a list", situation })
}
