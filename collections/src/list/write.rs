//! Changing single elements of a list.

use std::panic::Location;

use db0_runtime::{Result, object::RowWriter};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    find::{self, Anew, Place},
    handle::List,
    leaf::{self, LeafBuf},
    rows::TAIL,
    tree::Tree,
};
use crate::{
    handle::writer,
    header::{Header, Kind},
    misuse::{expect, out_of_range},
    number_key::NumberKey,
};

impl<T: Serialize> List<T> {
    /// Adds an element at the end.
    #[track_caller]
    pub fn push(&self, element: T) {
        expect(self.try_push(element));
    }

    /// As [`push`](Self::push), with the failure as a value.
    #[track_caller]
    pub fn try_push(&self, element: T) -> Result<()> {
        let push = |value: &[u8], row: &mut Vec<u8>, header: &mut Vec<u8>| {
            leaf::push_in_place(row, value, || Header::lengthen(header, Kind::List))
        };
        let key = NumberKey::of(TAIL);
        if self.anchor.edit_plain(Location::caller(), key.as_bytes(), &element, push)? {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        let mut value = Vec::new();
        writer.encode(&element, &mut value)?;
        if writer.edit(key.as_bytes(), |row, header| push(&value, row, header)) {
            return Ok(());
        }
        change(writer, |_, tree| tree.append(&value))
    }

    /// Puts another element in the place of the one at `index`.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn set(&self, index: usize, element: T) {
        expect(self.try_set(index, element));
    }

    /// As [`set`](Self::set), with the failure as a value.
    #[track_caller]
    pub fn try_set(&self, index: usize, element: T) -> Result<()> {
        set(writer(&self.anchor)?, index, &element)
    }

    /// Puts an element before the one at `index`, or at the end if that is the length.
    ///
    /// # Panics
    /// When `index` is larger than the length.
    #[track_caller]
    pub fn insert(&self, index: usize, element: T) {
        expect(self.try_insert(index, element));
    }

    /// As [`insert`](Self::insert), with the failure as a value.
    #[track_caller]
    pub fn try_insert(&self, index: usize, element: T) -> Result<()> {
        let mut writer = writer(&self.anchor)?;
        let mut value = Vec::new();
        writer.encode(&element, &mut value)?;
        change(writer, |_, tree| {
            if index as u64 > tree.len() {
                return Err(out_of_range(index, tree.len()));
            }
            tree.insert(index as u64, &value)
        })
    }
}

impl<T: Serialize + DeserializeOwned> List<T> {
    /// Changes the element at `index`, and puts it back; false if there is none.
    #[track_caller]
    pub fn update(&self, index: usize, change: impl FnOnce(&mut T)) -> bool {
        expect(self.try_update(index, change))
    }

    /// As [`update`](Self::update), with the failure as a value.
    #[track_caller]
    pub fn try_update(&self, index: usize, change: impl FnOnce(&mut T)) -> Result<bool> {
        if self.anchor.reader()?.is_none() {
            return Ok(false);
        }
        let writer = writer(&self.anchor)?;
        let place = find::place(&mut Anew(writer.reader()), |_| Some(index as u64))?;
        let Some(Place { value, .. }) = place else { return Ok(false) };
        let mut element = writer.reader().decode(&value)?;
        change(&mut element);
        set(writer, index, &element)?;
        Ok(true)
    }
}

impl<T> List<T> {
    /// Puts two elements in each other's place.
    ///
    /// # Panics
    /// When there is no element at one of the positions.
    #[track_caller]
    pub fn swap(&self, a: usize, b: usize) {
        expect(self.try_swap(a, b));
    }

    /// As [`swap`](Self::swap), with the failure as a value.
    #[track_caller]
    pub fn try_swap(&self, a: usize, b: usize) -> Result<()> {
        if self.anchor.reader()?.is_none() {
            return Err(out_of_range(a, 0));
        }
        change(writer(&self.anchor)?, |writer, tree| {
            check(a, tree.len())?;
            check(b, tree.len())?;
            let (a, b) = (a as u64, b as u64);
            let second = find::place(&mut Anew(writer.reader()), |_| Some(b))?;
            let second = second.map(|place| place.value).unwrap_or_default();
            let first = tree.replace(a, &second)?;
            tree.replace(b, first.values()).map(drop)
        })
    }
}

impl<T: DeserializeOwned> List<T> {
    /// Takes the last element off.
    #[track_caller]
    pub fn pop(&self) -> Option<T> {
        expect(self.try_pop())
    }

    /// As [`pop`](Self::pop), with the failure as a value.
    #[track_caller]
    pub fn try_pop(&self) -> Result<Option<T>> {
        if self.anchor.reader()?.is_none() {
            return Ok(None);
        }
        let mut writer = writer(&self.anchor)?;
        let place = find::place(&mut Anew(writer.reader()), |len| len.checked_sub(1))?;
        let Some(Place { node, value, .. }) = place else { return Ok(None) };
        let element = writer.decode(&value)?;
        writer.release(&value)?;
        let popped = node == TAIL
            && writer.edit(NumberKey::of(TAIL).as_bytes(), |row, header| {
                leaf::pop_in_place(row, value.len(), || Header::shorten(header, Kind::List))
            });
        if !popped {
            change(writer, |_, tree| {
                tree.fill_tail()?;
                tree.remove(tree.len() - 1).map(drop)
            })?;
        }
        Ok(Some(element))
    }

    /// Takes the element at `index` out; those after it move up.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn remove(&self, index: usize) -> T {
        expect(self.try_remove(index))
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(&self, index: usize) -> Result<T> {
        if self.anchor.reader()?.is_none() {
            return Err(out_of_range(index, 0));
        }
        change(writer(&self.anchor)?, |writer, tree| {
            check(index, tree.len())?;
            let old = tree.remove(index as u64)?;
            take(writer, &old)
        })
    }

    /// Takes the element at `index` out, and puts the last one in its place, so that nothing moves up.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn swap_remove(&self, index: usize) -> T {
        expect(self.try_swap_remove(index))
    }

    /// As [`swap_remove`](Self::swap_remove), with the failure as a value.
    #[track_caller]
    pub fn try_swap_remove(&self, index: usize) -> Result<T> {
        if self.anchor.reader()?.is_none() {
            return Err(out_of_range(index, 0));
        }
        change(writer(&self.anchor)?, |writer, tree| {
            check(index, tree.len())?;
            tree.fill_tail()?;
            let last = tree.remove(tree.len() - 1)?;
            let is_last = index as u64 == tree.len();
            let old = if is_last { last } else { tree.replace(index as u64, last.values())? };
            take(writer, &old)
        })
    }
}

/// Puts an element in the place of another one, and publishes that.
fn set<T: Serialize>(mut writer: RowWriter, index: usize, element: &T) -> Result<()> {
    let mut value = Vec::new();
    writer.encode(element, &mut value)?;
    let place = find::place(&mut Anew(writer.reader()), |_| Some(index as u64))?;
    let Some(Place { node, index: at, value: old }) = place else {
        return Err(out_of_range(index, Tree::load(writer.reader())?.len()));
    };
    writer.release(&old)?;
    let set = writer.edit(NumberKey::of(node).as_bytes(), |row, _| {
        leaf::set_in_place(row, at, old.len(), &value)
    });
    if set {
        return Ok(());
    }
    change(writer, |_, tree| tree.replace(index as u64, &value).map(drop))
}

/// Runs one change and publishes it, if it changed anything; gives what the change gives.
pub(super) fn change<R>(
    mut writer: RowWriter,
    change: impl FnOnce(&mut RowWriter, &mut Tree<'_>) -> Result<R>,
) -> Result<R> {
    let reader = writer.reader().clone();
    let mut tree = Tree::load(&reader)?;
    let result = change(&mut writer, &mut tree)?;
    if tree.write(&mut writer) {
        writer.finish()?;
    }
    Ok(result)
}

/// What the element was that a leaf of one was taken out with; it is let go.
fn take<T: DeserializeOwned>(writer: &mut RowWriter, old: &LeafBuf) -> Result<T> {
    let element = writer.decode(old.values())?;
    writer.release(old.values())?;
    Ok(element)
}

fn check(index: usize, len: u64) -> Result<()> {
    if (index as u64) < len { Ok(()) } else { Err(out_of_range(index, len)) }
}
