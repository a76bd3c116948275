//! Reading a prefix's file ahead of the questions that will be asked.

use std::{io::ErrorKind, os::unix::fs::FileExt};

use super::Prefix;
use crate::{Error, Result};

/// Bytes that are read at a time.
const STEP_BYTES: usize = 1 << 20;

/// How far a warming has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warming {
    /// Bytes of the file that have been read.
    pub done: u64,
    /// Bytes that it had when that began.
    pub of: u64,
}

impl Prefix {
    /// Has the system read the file once from end to end, so that what is looked at next is in memory,
    /// as far as there is room for it; tells how far it has come, and gives how many bytes there were.
    #[doc(hidden)]
    pub fn warm_by(&self, told: &mut dyn FnMut(Warming)) -> Result<u64> {
        self.check_open()?;
        let (file, path) = self.objects().store().data_file()?;
        let failed = |error| Error::io("reading", &path, &error);
        let of = file.metadata().map_err(failed)?.len();
        let (mut done, mut bytes) = (0, vec![0; STEP_BYTES]);
        while done < of {
            match file.read_at(&mut bytes, done) {
                Ok(0) => break,
                Ok(read) => done += read as u64,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
            told(Warming { done, of });
        }
        Ok(done)
    }
}
