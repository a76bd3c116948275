//! The frame of a dump: numbered chunks with a checksum each, and a digest of all at the end.
//!
//! ```text
//! "db0-dump"   version u8
//! length u32 LE   checksum u64 LE   so many bytes      as often as need be
//! 0 u32 LE        digest u128 LE                       the end
//! ```

use std::io::{self, ErrorKind, Read, Write};

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

const MAGIC: &[u8] = b"db0-dump";
const VERSION: u8 = 1;
/// What is written; what is read may be shorter.
const CHUNK_BYTES: usize = 1 << 18;

/// What is wrong with a dump, or with what it is read from.
#[derive(Debug)]
pub(super) enum Wrong {
    /// It is not what was written.
    Damaged(String),
    /// It could not be read.
    Unread(io::Error),
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => damaged("it is cut off"),
            _ => Self::Unread(error),
        }
    }
}

pub(super) fn damaged(why: &str) -> Wrong {
    Wrong::Damaged(why.into())
}

/// Writes bytes in chunks.
pub(super) struct ChunkWriter<'w> {
    to: &'w mut dyn Write,
    chunk: Vec<u8>,
    number: u64,
    bytes: u64,
    digest: Xxh3,
}

impl<'w> ChunkWriter<'w> {
    pub(super) fn begin(to: &'w mut dyn Write) -> io::Result<Self> {
        to.write_all(MAGIC)?;
        to.write_all(&[VERSION])?;
        let bytes = MAGIC.len() as u64 + 1;
        Ok(Self { to, chunk: Vec::new(), number: 0, bytes, digest: Xxh3::new() })
    }

    pub(super) fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() == CHUNK_BYTES {
                self.send()?;
            }
        }
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        let sum = xxh3_64_with_seed(&self.chunk, self.number);
        self.to.write_all(&(self.chunk.len() as u32).to_le_bytes())?;
        self.to.write_all(&sum.to_le_bytes())?;
        self.to.write_all(&self.chunk)?;
        self.digest.update(&self.chunk);
        self.bytes += 12 + self.chunk.len() as u64;
        self.number += 1;
        self.chunk.clear();
        Ok(())
    }

    /// Writes what is left and the digest; gives how many bytes there are in all.
    pub(super) fn end(mut self) -> io::Result<u64> {
        if !self.chunk.is_empty() {
            self.send()?;
        }
        self.to.write_all(&0_u32.to_le_bytes())?;
        self.to.write_all(&self.digest.digest128().to_le_bytes())?;
        self.to.flush()?;
        Ok(self.bytes + 4 + 16)
    }
}

/// Reads bytes back from chunks, of which it has one at a time.
pub(super) struct ChunkReader<'r> {
    from: &'r mut dyn Read,
    chunk: Vec<u8>,
    at: usize,
    number: u64,
    digest: Xxh3,
}

impl<'r> ChunkReader<'r> {
    pub(super) fn begin(from: &'r mut dyn Read) -> Result<Self, Wrong> {
        let mut front = [0; MAGIC.len() + 1];
        from.read_exact(&mut front)?;
        match front.split_last() {
            Some((&VERSION, MAGIC)) => {}
            Some((version, MAGIC)) => {
                let why = format!(
                    "it has version {version}, and this program knows {VERSION}: use a newer db0"
                );
                return Err(Wrong::Damaged(why));
            }
            _ => return Err(damaged("it does not begin as one")),
        }
        Ok(Self { from, chunk: Vec::new(), at: 0, number: 0, digest: Xxh3::new() })
    }

    /// Makes sure that there is a byte to be taken; false at the end, which has been looked at then.
    pub(super) fn has_more(&mut self) -> Result<bool, Wrong> {
        if self.at < self.chunk.len() {
            return Ok(true);
        }
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length == 0 {
            return self.end().map(|()| false);
        }
        if length > CHUNK_BYTES {
            return Err(damaged("a chunk is longer than any"));
        }
        let mut sum = [0; 8];
        self.from.read_exact(&mut sum)?;
        self.chunk.resize(length, 0);
        self.from.read_exact(&mut self.chunk)?;
        self.at = 0;
        if xxh3_64_with_seed(&self.chunk, self.number).to_le_bytes() != sum {
            let why = format!("the checksum of chunk {} does not fit", self.number);
            return Err(Wrong::Damaged(why));
        }
        self.digest.update(&self.chunk);
        self.number += 1;
        Ok(true)
    }

    fn end(&mut self) -> Result<(), Wrong> {
        let mut digest = [0; 16];
        self.from.read_exact(&mut digest)?;
        if self.digest.digest128().to_le_bytes() != digest {
            return Err(damaged("the digest does not fit"));
        }
        let mut behind = [0];
        match self.from.read_exact(&mut behind) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(error.into()),
            Ok(()) => Err(damaged("something stands behind its end")),
        }
    }

    fn byte(&mut self) -> Result<u8, Wrong> {
        if !self.has_more()? {
            return Err(damaged("it ends within a row"));
        }
        self.at += 1;
        Ok(self.chunk[self.at - 1])
    }

    /// A varint.
    pub(super) fn number(&mut self) -> Result<u64, Wrong> {
        let mut bytes = Vec::new();
        loop {
            let byte = self.byte()?;
            bytes.push(byte);
            if byte & 0x80 == 0 || bytes.len() == VARINT_MAX {
                break;
            }
        }
        crate::store::take_varint(&mut &bytes[..]).ok_or_else(|| damaged("a number is damaged"))
    }

    /// A byte.
    pub(super) fn small(&mut self) -> Result<u8, Wrong> {
        self.byte()
    }

    /// So many bytes. Memory is taken as they come, and not on the word of the dump.
    pub(super) fn bytes(&mut self, len: usize) -> Result<Vec<u8>, Wrong> {
        let mut bytes = Vec::new();
        while bytes.len() < len {
            if !self.has_more()? {
                return Err(damaged("it ends within a row"));
            }
            let now = (len - bytes.len()).min(self.chunk.len() - self.at);
            bytes.extend_from_slice(&self.chunk[self.at..self.at + now]);
            self.at += now;
        }
        Ok(bytes)
    }
}

/// The bytes of a varint at most.
const VARINT_MAX: usize = 10;
