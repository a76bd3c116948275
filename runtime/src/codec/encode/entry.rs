//! The ways to encode a value.

use serde::{Serialize, de::DeserializeOwned};

use super::encoder::Encoder;
use crate::codec::{
    ROW_BYTES_MAX,
    decode::{decode, decode_fields},
    fault::{Error, Fault},
    reader::Reader,
};

/// Whether the outermost struct is the row of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outermost {
    /// A value like any other: structs are maps with the names of their fields.
    Value,
    /// A row: the array of its fields, whose names are in the catalogue.
    Fields,
}

/// Whether what was written is certain to be readable again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    Full,
    /// There was something that serde can't carry through its private buffer, and whether serde
    /// will use that buffer (for an untagged, an internally tagged or a flattened type) can't be
    /// seen while writing.
    Doubt,
}

/// Appends the bytes of any value to `out`, which is left as it was on a fault.
///
/// ```
/// use db0_runtime::codec::{decode, encode};
///
/// let mut bytes = Vec::new();
/// encode(&(Some(None::<u8>), "text"), &mut bytes)?;
/// let back: (Option<Option<u8>>, String) = decode(&bytes)?;
/// assert_eq!(back, (Some(None), "text".into()));
/// # Ok::<(), db0_runtime::codec::Fault>(())
/// ```
pub fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), Fault> {
    write(value, out, Outermost::Value).map(drop)
}

/// Appends the row of a class to `out`: a struct as the array of its fields in their order, and an
/// enum as [`encode`] does.
pub fn encode_fields<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), Fault> {
    write(value, out, Outermost::Fields).map(drop)
}

/// As [`encode`], and refuses a value that could not be read back.
///
/// Integers of 128 bits, times before 1970 and types that look different to humans can't pass
/// through the buffer that serde uses for untagged, internally tagged and flattened types. Values
/// without any of these cost nothing more; others are decoded once to see.
pub fn encode_checked<T: Serialize + DeserializeOwned>(
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    checked(value, out, Outermost::Value, |bytes| decode::<T>(bytes).map(drop))
}

/// As [`encode_fields`], and refuses a value that could not be read back; see [`encode_checked`].
pub fn encode_fields_checked<T: Serialize + DeserializeOwned>(
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    checked(value, out, Outermost::Fields, |bytes| decode_fields::<T>(bytes).map(drop))
}

fn checked<T: Serialize>(
    value: &T,
    out: &mut Vec<u8>,
    outermost: Outermost,
    read: impl FnOnce(&[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let start = out.len();
    if write(value, out, outermost)? == Trust::Full {
        return Ok(());
    }
    read(&out[start..]).map_err(|fault| {
        out.truncate(start);
        let why = format!(
            "serde could not read this back ({}): inside untagged, internally tagged and flattened types use \
             #[serde(with = \"db0::int128\")] for integers of 128 bits, and text for times before 1970 and addresses",
            fault.why,
        );
        Fault { path: fault.path, why }
    })
}

#[inline]
fn write<T: Serialize + ?Sized>(
    value: &T,
    out: &mut Vec<u8>,
    outermost: Outermost,
) -> Result<Trust, Fault> {
    let start = out.len();
    let mut encoder = Encoder::new(out, outermost);
    let written = encoder.put(value).map(|()| encoder.trust());
    match written {
        Ok(trust) if out.len() - start <= ROW_BYTES_MAX => {
            debug_assert!(
                Reader::new(&out[start..])
                    .raw_within(crate::codec::DEPTH_MAX)
                    .is_ok_and(|raw| raw.len() == out.len() - start),
                "what was written is one value within the bounds",
            );
            Ok(trust)
        }
        Ok(_) => {
            out.truncate(start);
            Err(too_large().into())
        }
        Err(error) => {
            out.truncate(start);
            Err(error.into())
        }
    }
}

#[cold]
pub(super) fn too_large() -> Error {
    Error::new(format!("over {} MiB when encoded", ROW_BYTES_MAX >> 20))
}
