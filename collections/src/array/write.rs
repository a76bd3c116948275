//! Changing an array.

use bytemuck::Pod;
use db0_runtime::{Error, Result, object::RowWriter};

use super::{
    chunks::{self, Changed},
    handle::{Array, header_of, length, offset, too_large},
    read::read_at,
};
use crate::{
    handle::writer,
    misuse::{expect, out_of_range},
};

impl<T: Pod> Array<T> {
    /// Adds an element at the end.
    #[track_caller]
    pub fn push(&self, element: T) {
        expect(self.try_push(element));
    }

    /// As [`push`](Self::push), with the failure as a value.
    #[track_caller]
    pub fn try_push(&self, element: T) -> Result<()> {
        self.change(&[element], Ok)
    }

    /// Adds elements at the end.
    #[track_caller]
    pub fn extend_from_slice(&self, elements: &[T]) {
        expect(self.try_extend_from_slice(elements));
    }

    /// As [`extend_from_slice`](Self::extend_from_slice), with the failure as a value.
    #[track_caller]
    pub fn try_extend_from_slice(&self, elements: &[T]) -> Result<()> {
        self.change(elements, Ok)
    }

    /// Adds elements at the end, all in one step.
    #[track_caller]
    pub fn extend(&self, elements: impl IntoIterator<Item = T>) {
        expect(self.try_extend(elements));
    }

    /// As [`extend`](Self::extend), with the failure as a value.
    #[track_caller]
    pub fn try_extend(&self, elements: impl IntoIterator<Item = T>) -> Result<()> {
        // The user's iterator may do anything: the array is looked at when it has ended.
        let elements: Vec<T> = elements.into_iter().collect();
        self.change(&elements, Ok)
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
        let within = |len| {
            if (index as u64) < len { Ok(index as u64) } else { Err(out_of_range(index, len)) }
        };
        self.change(&[element], within)
    }

    /// Puts elements in the place of those from `index` on. Where they reach over the end, the array
    /// becomes longer; what lies between is zero.
    #[track_caller]
    pub fn write_at(&self, index: usize, elements: &[T]) {
        expect(self.try_write_at(index, elements));
    }

    /// As [`write_at`](Self::write_at), with the failure as a value.
    #[track_caller]
    pub fn try_write_at(&self, index: usize, elements: &[T]) -> Result<()> {
        self.change(elements, |_| Ok(index as u64))
    }

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
        let writer = writer(&self.anchor)?;
        let Some(last) = length::<T>(writer.reader())?.checked_sub(1) else { return Ok(None) };
        let mut element = [T::zeroed()];
        read_at(writer.reader(), last, &mut element)?;
        shorten::<T>(writer, last)?;
        Ok(Some(element[0]))
    }

    /// Makes it shorter, or longer by elements equal to `value`. Zeros take no room.
    #[track_caller]
    pub fn resize(&self, len: usize, value: T) {
        expect(self.try_resize(len, value));
    }

    /// As [`resize`](Self::resize), with the failure as a value.
    #[track_caller]
    pub fn try_resize(&self, len: usize, value: T) -> Result<()> {
        let mut writer = self.sized_writer()?;
        let (len, before) = (len as u64, length::<T>(writer.reader())?);
        if len <= before {
            return if len < before { shorten::<T>(writer, len) } else { Ok(()) };
        }
        let zero = bytemuck::bytes_of(&value).iter().all(|&byte| byte == 0);
        if zero {
            offset::<T>(len)?;
        } else {
            let more = usize::try_from(len - before).unwrap_or(usize::MAX);
            let more = chunks::room(writer.reader(), more, value)?;
            put(&mut writer, offset::<T>(before)?, bytemuck::cast_slice(&more))?;
        }
        writer.put_header(header_of::<T>(len));
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
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        let writer = writer(&self.anchor)?;
        if length::<T>(writer.reader())? <= len as u64 {
            return Ok(());
        }
        shorten::<T>(writer, len as u64)
    }

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

    #[track_caller]
    fn sized_writer(&self) -> Result<RowWriter> {
        if size_of::<T>() == 0 {
            return Err(Error::Invalid("an array can't hold elements without a size".into()));
        }
        writer(&self.anchor)
    }

    /// Writes elements from the index on that `place` tells from the length.
    #[track_caller]
    fn change(&self, elements: &[T], place: impl FnOnce(u64) -> Result<u64>) -> Result<()> {
        let mut writer = self.sized_writer()?;
        let len = length::<T>(writer.reader())?;
        let start = place(len)?;
        if elements.is_empty() {
            return Ok(());
        }
        let end = start.checked_add(elements.len() as u64).ok_or_else(too_large)?;
        offset::<T>(end)?;
        let (at, bytes) = (offset::<T>(start)?, bytemuck::cast_slice(elements));
        if let Some((key, part)) = chunks::only_part(at, bytes.len()) {
            let done = writer.edit(key.as_bytes(), |row, header| {
                let done = chunks::write_in_place(row, part, bytes);
                if done && end > len {
                    *header = header_of::<T>(end);
                }
                done
            });
            if done {
                return Ok(());
            }
        }
        put(&mut writer, at, bytes)?;
        writer.put_header(header_of::<T>(len.max(end)));
        writer.finish()?;
        Ok(())
    }
}

fn put(writer: &mut RowWriter, at: u64, bytes: &[u8]) -> Result<()> {
    let mut changed = Changed::default();
    changed.write(writer.reader(), at, bytes)?;
    changed.put(writer);
    Ok(())
}

fn shorten<T>(mut writer: RowWriter, len: u64) -> Result<()> {
    let mut changed = Changed::default();
    changed.cut(writer.reader(), offset::<T>(len)?)?;
    changed.put(&mut writer);
    writer.put_header(header_of::<T>(len));
    writer.finish()?;
    Ok(())
}
