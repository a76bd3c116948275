//! The state of writing one value: where it is written, how deep, and whether it can be trusted.

use std::{cell::Cell, fmt, time::SystemTime};

use rmp::encode as mp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::entry::{Outermost, Trust, too_large};
#[cfg(feature = "chrono")]
use crate::codec::zoned;
use crate::{
    codec::{
        fault::Error,
        format::{self, Time},
        limits::{DEPTH_MAX, ROW_BYTES_MAX, WRAPS_MAX},
    },
    lmdb::{same_target, same_type},
};

/// Writes one value.
pub(super) struct Encoder<'o> {
    pub(super) rmp: rmp_serde::Serializer<&'o mut Vec<u8>>,
    depth: usize,
    wraps: usize,
    outermost: Outermost,
    /// Shared access must do: types ask for their looks by reference.
    pub(super) trust: Cell<Trust>,
}

impl<'o> Encoder<'o> {
    #[inline]
    pub(super) fn new(out: &'o mut Vec<u8>, outermost: Outermost) -> Self {
        let rmp = rmp_serde::Serializer::new(out);
        Self { rmp, depth: 0, wraps: 0, outermost, trust: Cell::new(Trust::Full) }
    }

    #[inline]
    pub(super) fn trust(&self) -> Trust {
        self.trust.get()
    }

    #[inline]
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        self.rmp.get_mut()
    }

    /// Writes a value at a place where its type can be seen, here and when reading.
    #[inline]
    pub(super) fn put<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        if let Some(&time) = as_type::<T, SystemTime>(value) {
            return self.time(Time::try_from(time).map_err(|range| Error::new(range.to_string()))?);
        }
        self.put_unseen(value)
    }

    /// Writes a value at a place where its type can't be seen when reading.
    #[inline]
    pub(super) fn put_unseen<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        // A uuid would ask how it should look, which costs the trust; its bytes do anywhere.
        if let Some(uuid) = as_type::<T, Uuid>(value) {
            return self.serialize_bytes(uuid.as_bytes());
        }
        #[cfg(feature = "chrono")]
        if let Some(text) = as_type(value).and_then(zoned::write) {
            // Read by way of serde's buffer, it would be left to chrono.
            self.trust.set(Trust::Doubt);
            return self.text(&text);
        }
        value.serialize(self)
    }

    /// Writes what a newtype struct holds: a time before 1970 is left to serde, which refuses it,
    /// since it could not be read back there.
    #[inline]
    pub(super) fn put_newtype<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        match as_type::<T, SystemTime>(value) {
            Some(&time) if time >= SystemTime::UNIX_EPOCH => self.put(value),
            _ => self.put_unseen(value),
        }
    }

    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        if self.depth == DEPTH_MAX {
            return Err(Error::too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    #[inline]
    pub(super) fn leave(&mut self, levels: usize) {
        self.depth -= levels;
    }

    /// Opens an array and a level.
    #[inline]
    pub(super) fn array(&mut self, length: usize) -> Result<(), Error> {
        self.enter()?;
        mp::write_array_len(self.out(), length32(length)?).map_err(written)?;
        Ok(())
    }

    /// Opens a map and a level.
    #[inline]
    pub(super) fn map(&mut self, length: usize) -> Result<(), Error> {
        self.enter()?;
        mp::write_map_len(self.out(), length32(length)?).map_err(written)?;
        Ok(())
    }

    #[inline]
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        if text.len() > ROW_BYTES_MAX {
            return Err(too_large());
        }
        Ok(self.rmp.serialize_str(text)?)
    }

    pub(super) fn ext(&mut self, kind: u8, payload: &[u8]) -> Result<(), Error> {
        mp::write_ext_meta(self.out(), length32(payload.len())?, kind.cast_signed())
            .map_err(written)?;
        self.out().extend_from_slice(payload);
        Ok(())
    }

    pub(super) fn time(&mut self, time: Time) -> Result<(), Error> {
        if time.secs() < 0 {
            self.trust.set(Trust::Doubt);
        }
        self.ext(format::TIME, time.payload(&mut [0; 12]))
    }

    #[inline]
    pub(super) fn wrapped(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.wraps == WRAPS_MAX {
            return Err(Error::too_deep());
        }
        self.wraps += 1;
        write(self)?;
        self.wraps -= 1;
        Ok(())
    }

    #[inline]
    pub(super) fn is_row(&self) -> bool {
        self.depth == 0 && self.outermost == Outermost::Fields
    }
}

/// `value` or what it refers to, if that is a `U`.
#[inline]
fn as_type<T: ?Sized, U: crate::lmdb::Lifetimeless>(value: &T) -> Option<&U> {
    same_type(value).or_else(|| same_target(value))
}

#[inline]
pub(super) fn length32(length: usize) -> Result<u32, Error> {
    u32::try_from(length).map_err(|_| too_large())
}

#[cold]
pub(super) fn written(error: impl fmt::Display) -> Error {
    Error::new(error.to_string())
}

/// Puts a header before what was written without one, once it is known.
pub(super) fn insert_header(out: &mut Vec<u8>, body: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let end = out.len();
    write(out);
    let header = out.len() - end;
    out[body..].rotate_right(header);
}
