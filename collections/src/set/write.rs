//! Changing a set.

use db0_runtime::{
    Result,
    codec::key::{IntoKey, Key, KeyRange},
};

use super::handle::Set;
use crate::{
    handle::writer,
    header::{Header, Kind},
    misuse::expect,
    sorted::{self, Change, Keys, Many, Projection, Span, Stored, put_plain, put_short},
};

/// The value of every entry: nil.
const NOTHING: &[u8] = &[0xc0];

impl<T: Key> Set<T> {
    /// Adds an element; false if it was there.
    #[track_caller]
    pub fn insert(&self, element: T) -> bool {
        expect(self.try_insert(element))
    }

    /// As [`insert`](Self::insert), with the failure as a value.
    #[track_caller]
    pub fn try_insert(&self, element: T) -> Result<bool> {
        let mut found = false;
        let short =
            put_plain(&self.anchor, &element, &(), |old, header| is_new(old, header, &mut found))?;
        if short || found {
            return Ok(short);
        }
        let mut writer = writer(&self.anchor)?;
        let key = Stored::of(&mut writer, &element)?;
        let put = put_short(&mut writer, &key, &[], |old, header, row| {
            row.extend_from_slice(NOTHING);
            is_new(old, header, &mut found)
        })?;
        if put || found {
            return Ok(put);
        }
        let mut change = Change::with(writer, Kind::Set)?;
        let new = change.put(&key, &[], NOTHING)?.is_none();
        if new {
            change.finish()?;
        }
        Ok(new)
    }

    /// Takes an element out; false if it was not there.
    #[track_caller]
    pub fn remove(&self, element: impl IntoKey<T>) -> bool {
        expect(self.try_remove(element))
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(&self, element: impl IntoKey<T>) -> Result<bool> {
        if self.anchor.reader()?.is_none() {
            return Ok(false);
        }
        let writer = writer(&self.anchor)?;
        let mut key = Vec::new();
        if !writer.reader().find_key(&element, &mut key)? {
            return Ok(false);
        }
        let mut change = Change::with(writer, Kind::Set)?;
        let found = change.delete(&key, &[])?.is_some();
        if found {
            change.finish()?;
        }
        Ok(found)
    }

    /// Adds many elements, all in one step.
    #[track_caller]
    pub fn extend<Q: IntoKey<T>>(&self, elements: impl IntoIterator<Item = Q>) {
        expect(self.try_extend(elements));
    }

    /// As [`extend`](Self::extend), with the failure as a value.
    #[track_caller]
    pub fn try_extend<Q: IntoKey<T>>(&self, elements: impl IntoIterator<Item = Q>) -> Result<()> {
        let mut elements = elements.into_iter().peekable();
        if elements.peek().is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        // The user's iterator may do anything: the set is looked at when it has ended.
        let mut new = Many::default();
        for element in elements {
            new.push::<T, ()>(&mut writer, &element, &())?;
        }
        let mut change = Change::with(writer, Kind::Set)?;
        change.put_all(new)?;
        change.finish()?;
        Ok(())
    }

    /// Takes the smallest element out.
    #[track_caller]
    pub fn pop_first(&self) -> Option<T> {
        expect(self.try_pop_first())
    }

    /// As [`pop_first`](Self::pop_first), with the failure as a value.
    #[track_caller]
    pub fn try_pop_first(&self) -> Result<Option<T>> {
        self.pop(false)
    }

    /// Takes the largest element out.
    #[track_caller]
    pub fn pop_last(&self) -> Option<T> {
        expect(self.try_pop_last())
    }

    /// As [`pop_last`](Self::pop_last), with the failure as a value.
    #[track_caller]
    pub fn try_pop_last(&self) -> Result<Option<T>> {
        self.pop(true)
    }

    #[track_caller]
    fn pop(&self, last: bool) -> Result<Option<T>> {
        if self.anchor.reader()?.is_none() {
            return Ok(None);
        }
        let mut change = Change::begin(&self.anchor, Kind::Set)?;
        let Some((bytes, _)) = change.end_entry(last)? else { return Ok(None) };
        let element = change.writer.decode_key(&bytes)?;
        change.delete(&bytes, &[])?;
        change.finish()?;
        Ok(Some(element))
    }

    /// Keeps the elements for which `keep` says so.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&T) -> bool) {
        expect(self.try_retain(keep));
    }

    /// As [`retain`](Self::retain), with the failure as a value.
    #[track_caller]
    pub fn try_retain(&self, mut keep: impl FnMut(&T) -> bool) -> Result<()> {
        sorted::delete_where(&self.anchor, Kind::Set, Span::ALL, |reader, item| {
            let element = Keys::read(reader, item.key, item.value)?;
            Ok((!keep(&element)).then_some(0))
        })
        .map(drop)
    }

    /// Removes the elements of a range, without looking at what they hold; gives how many there were.
    #[track_caller]
    pub fn remove_range(&self, range: impl KeyRange<T>) -> usize {
        expect(self.try_remove_range(range))
    }

    /// As [`remove_range`](Self::remove_range), with the failure as a value.
    #[track_caller]
    pub fn try_remove_range(&self, range: impl KeyRange<T>) -> Result<usize> {
        let span = Span::asked::<T>(&self.anchor, || range.bounds())?;
        sorted::delete_where(&self.anchor, Kind::Set, span, |_, _| Ok(Some(0)))
    }

    /// Takes all elements out.
    #[track_caller]
    pub fn drain(&self) -> std::vec::IntoIter<T> {
        expect(self.try_drain()).into_iter()
    }

    /// As [`drain`](Self::drain), with the failure as a value.
    #[track_caller]
    pub fn try_drain(&self) -> Result<Vec<T>> {
        if self.anchor.reader()?.is_none() {
            return Ok(Vec::new());
        }
        let writer = writer(&self.anchor)?;
        let elements = self.try_iter()?.collect::<Result<Vec<_>>>()?;
        Change::with(writer, Kind::Set)?.clear()?;
        Ok(elements)
    }
}

impl<T> Set<T> {
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
        Change::begin(&self.anchor, Kind::Set)?.clear()
    }
}

/// Counts an element that was not there.
fn is_new(old: Option<&[u8]>, header: &mut Vec<u8>, found: &mut bool) -> bool {
    *found = old.is_some();
    !*found && Header::lengthen(header, Kind::Set)
}
