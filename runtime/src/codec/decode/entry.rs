//! The ways to decode a value.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::decoder::{Decoder, Outermost};
use crate::codec::{
    fault::{Error, Fault},
    limits::ROW_BYTES_MAX,
};

/// Reads what `encode` wrote; bytes left over are a fault.
///
/// Nothing is taken on trust: depth, lengths and size are bounded, and no bytes make this panic.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    read(bytes, Outermost::Value)
}

/// Reads a row that `encode_fields` wrote for a class of the same fields in the same order.
pub fn decode_fields<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    read(bytes, Outermost::Fields)
}

#[inline]
fn read<T: DeserializeOwned>(bytes: &[u8], outermost: Outermost) -> Result<T, Fault> {
    if bytes.len() > ROW_BYTES_MAX {
        return Err(Error::new(format!("over {} MiB", ROW_BYTES_MAX >> 20)).into());
    }
    let mut decoder = Decoder::new(bytes, outermost);
    let value = decoder.seed(PhantomData)?;
    decoder.finish()?;
    Ok(value)
}
