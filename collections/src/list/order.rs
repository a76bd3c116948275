//! Putting the elements of a list in another order, or keeping some of them.

use std::cmp::Ordering;

use db0_runtime::{
    Error, Result,
    object::{RowReader, RowWriter},
};
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::Xxh3;

use super::{
    find::{self, Anew},
    handle::List,
    leaf::LeafBuf,
    marks::Marks,
    rebuild::Rebuild,
    write::change,
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
        self.sift(|element| keep(&element))
    }

    /// Removes each element that is equal to the one before it.
    #[track_caller]
    pub fn dedup(&self)
    where
        T: PartialEq,
    {
        expect(self.try_dedup());
    }

    /// As [`dedup`](Self::dedup), with the failure as a value.
    #[track_caller]
    pub fn try_dedup(&self) -> Result<()>
    where
        T: PartialEq,
    {
        self.try_dedup_by(T::eq)
    }

    /// Removes each element of which `key` makes the same as of the one before it.
    #[track_caller]
    pub fn dedup_by_key<K: PartialEq>(&self, key: impl FnMut(&T) -> K) {
        expect(self.try_dedup_by_key(key));
    }

    /// As [`dedup_by_key`](Self::dedup_by_key), with the failure as a value.
    #[track_caller]
    pub fn try_dedup_by_key<K: PartialEq>(&self, mut key: impl FnMut(&T) -> K) -> Result<()> {
        self.try_dedup_by(|a, b| key(a) == key(b))
    }

    /// Removes each element that `same` says is as the one before it, which is given first.
    #[track_caller]
    fn try_dedup_by(&self, mut same: impl FnMut(&T, &T) -> bool) -> Result<()> {
        let mut last = None;
        self.sift(|element| {
            let keeps = last.as_ref().is_none_or(|last| !same(last, &element));
            if keeps {
                last = Some(element);
            }
            keeps
        })
    }

    /// Keeps the elements for which `keep` says so.
    #[track_caller]
    fn sift(&self, mut keep: impl FnMut(T) -> bool) -> Result<()> {
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        let reader = writer.reader().clone();
        let (mut gone, mut before, mut leaves) = (Marks::default(), Xxh3::new(), 0);
        each_leaf(&reader, |leaf| {
            before.update(leaf.row());
            leaves += 1;
            leaf.iter().try_for_each(|value| {
                gone.push(!keep(reader.decode(value)?));
                Ok(())
            })
        })?;
        if gone.marked() == 0 {
            return Ok(());
        }
        check_unchanged(&reader, &before)?;
        if gone.marked() < leaves {
            return remove_marked(writer, &gone);
        }
        let mut rebuild = Rebuild::begin(&mut writer)?;
        let mut marks = gone.iter();
        each_leaf(&reader, |leaf| {
            for (value, (_, goes)) in leaf.iter().zip(&mut marks) {
                if goes {
                    writer.release(value)?;
                } else {
                    rebuild.push(&mut writer, value);
                }
            }
            Ok(())
        })?;
        rebuild.finish(&mut writer);
        writer.finish()?;
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
        let reader = writer.reader().clone();
        let (mut leaves, mut before) = (Vec::new(), Xxh3::new());
        each_leaf(&reader, |leaf| {
            before.update(leaf.row());
            leaves.push(leaf);
            Ok(())
        })?;
        let mut values: Vec<&[u8]> = leaves.iter().flat_map(LeafBuf::iter).collect();
        order(&writer, &mut values)?;
        check_unchanged(&reader, &before)?;
        let mut rebuild = Rebuild::begin(&mut writer)?;
        values.iter().for_each(|value| rebuild.push(&mut writer, value));
        rebuild.finish(&mut writer);
        writer.finish()?;
        Ok(())
    }
}

/// Takes out some elements of a list, all of whose leaves stay but a few.
fn remove_marked(writer: RowWriter, gone: &Marks) -> Result<()> {
    change(writer, |writer, tree| {
        // From the back, where nothing moves any more.
        let mut marked = gone.iter().rev().filter(|(_, goes)| *goes);
        marked.try_for_each(|(position, _)| writer.release(tree.remove(position)?.row()))
    })
}

/// Copies one leaf after the other, and gives it to `each`.
fn each_leaf(reader: &RowReader, mut each: impl FnMut(LeafBuf) -> Result<()>) -> Result<()> {
    let mut position = 0;
    let mut steps = Anew(reader);
    while let Some(found) = find::leaf(&mut steps, position)? {
        if !found.leaf.is_whole() {
            return Err(reader.damaged("a leaf of the list is damaged"));
        }
        position = found.start + found.leaf.count() as u64;
        each(found.leaf)?;
    }
    Ok(())
}

/// The elements' own code has run: it may not have changed the list that it is called from.
fn check_unchanged(reader: &RowReader, before: &Xxh3) -> Result<()> {
    let mut now = Xxh3::new();
    each_leaf(reader, |leaf| {
        now.update(leaf.row());
        Ok(())
    })?;
    if now.digest128() == before.digest128() {
        return Ok(());
    }
    let situation = "from a function that a call on the same list was given".into();
    Err(Error::Misuse { operation: "changing a list", situation })
}
