//! The handle of an array of plain data.

use std::marker::PhantomData;

use bytemuck::Pod;
use db0_runtime::{
    Error, Result,
    object::{Anchor, RowReader, varint},
};

use super::{cursor::Cursor, iter::Iter};
use crate::{
    handle::handle,
    header::{self, Header, Kind},
};

/// A handle of a durable array of numbers (or of other plain data); cloning it clones the handle, as
/// `Arc` does, and [`copy`](Self::copy) makes another array.
///
/// It is used as a `Vec` is, through `&self`. Elements are stored as they are in memory, with nothing
/// between them, in chunks of a page: reading and writing many costs little more than copying them,
/// and a change writes the chunks that it touches. So there is no `insert` and no `remove`: a
/// [`List`](crate::List) has these. Each call is a transaction of its own; `atomic` binds several.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::Array;
///
/// let samples: Array<f64> = Array::new();
/// samples.extend_from_slice(&[0.5; 1000]);
/// samples.set(999, 2.0);
/// assert_eq!(samples.read(998..), [0.5, 2.0]);
/// assert_eq!(samples.iter().sum::<f64>(), 501.5);
/// # Ok(()) }
/// ```
pub struct Array<T> {
    pub(super) anchor: Anchor,
    elements: PhantomData<fn(T) -> T>,
}

/// A handle of a durable, growable byte array: an [`Array`] that is also read and written
/// [as a file](Array::cursor).
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::Bytes;
/// use std::io::{Read, Seek, SeekFrom, Write};
///
/// let bytes = Bytes::from(b"hello");
/// bytes.write_at(5, b", world");
/// assert_eq!(bytes.read(7..), b"world");
/// let mut cursor = bytes.cursor();
/// cursor.seek(SeekFrom::End(-5)).map_err(db0_runtime::Error::other)?;
/// cursor.write_all(b"there").map_err(db0_runtime::Error::other)?;
/// assert_eq!(bytes.to_vec(), b"hello, there");
/// # Ok(()) }
/// ```
pub type Bytes = Array<u8>;

handle!(Array<T>, "Clones the handle, as `Arc` does: both are of the same array.");

impl<T> Array<T> {
    /// An empty array. It is stored as soon as it has an element, or is stored in something.
    pub fn new() -> Self {
        Self::of_anchor(Anchor::fresh())
    }

    pub(crate) fn of_anchor(anchor: Anchor) -> Self {
        Self { anchor, elements: PhantomData }
    }
}

impl<T: Pod> Array<T> {
    /// Another array with the same elements.
    #[track_caller]
    pub fn copy(&self) -> Self {
        Self::from(self.to_vec())
    }

    /// As [`copy`](Self::copy), with the failure as a value.
    #[track_caller]
    pub fn try_copy(&self) -> Result<Self> {
        let copy = Self::new();
        copy.try_extend_from_slice(&self.try_to_vec()?)?;
        Ok(copy)
    }
}

impl Bytes {
    /// For reading, writing and seeking as in a file, from the start.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(self.clone())
    }
}

impl<T: Pod> From<&[T]> for Array<T> {
    #[track_caller]
    fn from(elements: &[T]) -> Self {
        let array = Self::new();
        array.extend_from_slice(elements);
        array
    }
}

impl<T: Pod, const N: usize> From<&[T; N]> for Array<T> {
    #[track_caller]
    fn from(elements: &[T; N]) -> Self {
        Self::from(&elements[..])
    }
}

impl<T: Pod, const N: usize> From<[T; N]> for Array<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        Self::from(&elements[..])
    }
}

impl<T: Pod> From<Vec<T>> for Array<T> {
    #[track_caller]
    fn from(elements: Vec<T>) -> Self {
        Self::from(&elements[..])
    }
}

impl<T: Pod> FromIterator<T> for Array<T> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let array = Self::new();
        array.extend(elements);
        array
    }
}

impl<T: Pod> IntoIterator for &Array<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

impl<T: Pod> IntoIterator for Array<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

/// The length in elements, whose size stands behind it: another one is of another type.
pub(super) fn length<T>(reader: &RowReader) -> Result<u64> {
    let parse = |header: Header<'_>| {
        let mut rest = header.rest;
        let size = varint::take(&mut rest)?;
        rest.is_empty().then_some((header.length, size))
    };
    match header::read(reader, Kind::Array, parse)? {
        None => Ok(0),
        Some((len, size)) if size == size_of::<T>() as u64 => Ok(len),
        Some((_, size)) => {
            let (name, own) = (reader.name(), size_of::<T>());
            Err(Error::Invalid(format!(
                "{name} holds elements of {size} bytes, not of {own}: read it as what it was written"
            )))
        }
    }
}

pub(super) fn header_of<T>(len: u64) -> Vec<u8> {
    let mut header = Header::start(Kind::Array, len);
    varint::put(&mut header, size_of::<T>() as u64);
    header
}

/// Where the element at `index` begins.
pub(super) fn offset<T>(index: u64) -> Result<u64> {
    let offset = index.checked_mul(size_of::<T>() as u64);
    offset.ok_or_else(too_large)
}

#[cold]
pub(super) fn too_large() -> Error {
    Error::Invalid("an array can't be larger than 16 EiB".into())
}
