//! Bytes as a file: a place in them, which reading and writing moves on.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::handle::Bytes;

/// A place in [`Bytes`], which reading and writing moves on. Each read and each write is a transaction of its own: put a `BufReader` or
/// `BufWriter` around it for small ones.
#[derive(Clone, Debug)]
pub struct Cursor {
    bytes: Bytes,
    position: u64,
}

impl Cursor {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, position: 0 }
    }

    /// Where the next byte is read or written.
    pub fn position(&self) -> u64 {
        self.position
    }
}

impl Read for Cursor {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Ok(index) = usize::try_from(self.position) else { return Ok(0) };
        let read = self.bytes.try_read_at(index, out).map_err(io::Error::other)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Write for Cursor {
    #[track_caller]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let index = usize::try_from(self.position).map_err(io::Error::other)?;
        self.bytes.try_write_at(index, bytes).map_err(io::Error::other)?;
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => {
                self.bytes.try_length().map_err(io::Error::other)?.checked_add_signed(by)
            }
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "a seek to before the start");
        self.position = position.ok_or_else(before)?;
        Ok(self.position)
    }
}
