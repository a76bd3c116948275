//! Changing a weak set.

use db0_runtime::{
    Memo, Result, WeakMemo, class::Class, codec::key::encode_key, object::RowWriter,
};

use super::handle::WeakSet;
use crate::{
    handle::writer,
    header::Kind,
    misuse::expect,
    sorted::{self, Change, Many, Projection, Span, Stored, Values},
};

impl<T> WeakSet<T> {
    /// Removes all entries.
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
        Change::begin(&self.anchor, Kind::WeakSet)?.clear()
    }
}

impl<T: Class> WeakSet<T> {
    /// Adds an object; false if it was there.
    #[track_caller]
    pub fn insert(&self, memo: &Memo<T>) -> bool {
        expect(self.try_insert(memo))
    }

    /// As [`insert`](Self::insert), with the failure as a value.
    #[track_caller]
    pub fn try_insert(&self, memo: &Memo<T>) -> Result<bool> {
        let mut writer = writer(&self.anchor)?;
        let (key, value) = entry(&mut writer, memo)?;
        let mut change = Change::with(writer, Kind::WeakSet)?;
        let new = change.put(&key, &[], &value)?.is_none();
        if new {
            change.finish()?;
        }
        Ok(new)
    }

    /// Adds many objects, all in one step.
    #[track_caller]
    pub fn extend(&self, memos: impl IntoIterator<Item = Memo<T>>) {
        expect(self.try_extend(memos));
    }

    /// As [`extend`](Self::extend), with the failure as a value.
    #[track_caller]
    pub fn try_extend(&self, memos: impl IntoIterator<Item = Memo<T>>) -> Result<()> {
        let mut memos = memos.into_iter().peekable();
        if memos.peek().is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        // The user's iterator may do anything: the set is looked at when it has ended.
        let mut new = Many::default();
        for memo in memos {
            let (key, value) = entry(&mut writer, &memo)?;
            new.push_encoded((&key).into(), &value);
        }
        let mut change = Change::with(writer, Kind::WeakSet)?;
        change.put_all(new)?;
        change.finish()?;
        Ok(())
    }

    /// Takes an object out; false if it was not there.
    #[track_caller]
    pub fn remove(&self, memo: &Memo<T>) -> bool {
        expect(self.try_remove(memo))
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(&self, memo: &Memo<T>) -> Result<bool> {
        if self.anchor.reader()?.is_none() {
            return Ok(false);
        }
        let mut change = Change::begin(&self.anchor, Kind::WeakSet)?;
        let found = change.delete(&encode_key(&memo.uuid()), &[])?.is_some();
        if found {
            change.finish()?;
        }
        Ok(found)
    }

    /// Keeps the objects for which `keep` says so; entries of deleted ones go.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&Memo<T>) -> bool) {
        expect(self.try_retain(keep));
    }

    /// As [`retain`](Self::retain), with the failure as a value.
    #[track_caller]
    pub fn try_retain(&self, keep: impl FnMut(&Memo<T>) -> bool) -> Result<()> {
        self.keep(keep).map(drop)
    }

    /// Removes the entries of objects that are deleted; gives how many there were.
    #[track_caller]
    pub fn prune(&self) -> usize {
        expect(self.try_prune())
    }

    /// As [`prune`](Self::prune), with the failure as a value.
    #[track_caller]
    pub fn try_prune(&self) -> Result<usize> {
        self.keep(|_| true)
    }

    /// Removes the entries of objects that are deleted, and of those that `keep` is against.
    #[track_caller]
    fn keep(&self, mut keep: impl FnMut(&Memo<T>) -> bool) -> Result<usize> {
        sorted::delete_where(&self.anchor, Kind::WeakSet, Span::ALL, |reader, item| {
            let weak: WeakMemo<T> = Values::read(reader, item.key, item.value)?;
            let stays = weak.upgrade().is_some_and(|memo| keep(&memo));
            Ok((!stays).then_some(0))
        })
    }
}

/// Key and value of an object's entry.
fn entry<T: Class>(writer: &mut RowWriter, memo: &Memo<T>) -> Result<(Stored, Vec<u8>)> {
    let mut value = Vec::new();
    writer.encode(&memo.downgrade(), &mut value)?;
    Ok((Stored { key: encode_key(&memo.uuid()), references: Vec::new() }, value))
}
