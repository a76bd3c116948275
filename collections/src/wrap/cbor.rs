//! Values that are stored as CBOR.

use ciborium::de::from_reader_with_recursion_limit;
use db0_runtime::codec::DEPTH_MAX;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, IgnoredAny},
    ser,
};

use super::holder::{BytesVisitor, holder};

/// A value that is stored as CBOR (RFC 8949), for those that other programs are to read.
///
/// It can't hold handles or collections: these have no meaning in CBOR. Maps keep their order, so equal
/// `HashMap`s may be different bytes.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::{Cbor, List};
///
/// let readings: List<Cbor<(String, f64)>> = List::new();
/// readings.push(Cbor(("north".into(), 11.5)));
/// assert_eq!(readings.get(0).map(|reading| reading.1), Some(11.5));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cbor<T>(pub T);

holder!(Cbor);

impl<T: Serialize> Serialize for Cbor<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let mut bytes = Vec::new();
        ciborium::into_writer(&self.0, &mut bytes).map_err(ser::Error::custom)?;
        // What could not be read again is not written.
        from_reader_with_recursion_limit::<IgnoredAny, _>(&bytes[..], DEPTH_MAX)
            .map_err(ser::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Cbor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self);
        }
        let bytes = deserializer.deserialize_byte_buf(BytesVisitor)?;
        from_reader_with_recursion_limit(&bytes[..], DEPTH_MAX + 1)
            .map(Self)
            .map_err(de::Error::custom)
    }
}
