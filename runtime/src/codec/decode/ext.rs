//! Extensions for visitors that take anything, among them serde's buffer.

use serde::de::{
    IntoDeserializer, Visitor,
    value::{BorrowedBytesDeserializer, MapDeserializer},
};

use super::some::Somes;
use crate::codec::{
    fault::Error,
    format::{self, REFERENCE_KINDS, SERDE_NANOS, SERDE_SECS, Time, Wide},
    reference::RefExt,
};

/// Extensions in a form that also survives serde's buffer.
pub(super) fn visit_ext<'de, V: Visitor<'de>>(
    ext: &'de [u8],
    visitor: V,
) -> Result<V::Value, Error> {
    let Some((&kind, payload)) = ext.split_first() else {
        return Err(Error::new("an extension without a kind"));
    };
    match kind {
        format::INT | format::UINT => match Wide::from_payload(kind, payload)? {
            Wide::Int(value) => visitor.visit_i128(value),
            Wide::UInt(value) => visitor.visit_u128(value),
        },
        format::SOME => Somes::from_payload(payload)?.visit(visitor),
        format::TIME => {
            // The order of these two keys is what tells a time in the buffer from a user's map.
            let time = Time::from_payload(payload)?;
            let nanos = time.nanos();
            match u64::try_from(time.secs()) {
                Ok(secs) => {
                    visitor.visit_map(pairs([(SERDE_NANOS, nanos.into()), (SERDE_SECS, secs)]))
                }
                Err(_) => visitor
                    .visit_map(pairs([(SERDE_NANOS, nanos.into()), (SERDE_SECS, time.secs())])),
            }
        }
        _ if REFERENCE_KINDS.contains(&kind) => match RefExt::from_bytes(ext) {
            Some(_) => visitor
                .visit_map(pairs([(format::REFERENCE_NAME, BorrowedBytesDeserializer::new(ext))])),
            None => Err(Error::new("a malformed reference")),
        },
        _ => Err(Error::new(format!("unknown extension kind {kind}: written by a newer version?"))),
    }
}

fn pairs<'de, V: IntoDeserializer<'de, Error>, const N: usize>(
    entries: [(&'static str, V); N],
) -> MapDeserializer<'de, std::array::IntoIter<(&'static str, V), N>, Error> {
    MapDeserializer::new(entries.into_iter())
}
