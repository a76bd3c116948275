//! Values that are stored compressed.
//!
//! ```text
//! MessagePack bytes:
//! length   u32 LE   of the value's own bytes
//! ...               these, as a block of LZ4; as they are, if that would not make them shorter
//! ```

use db0_runtime::codec::{self, ROW_BYTES_MAX};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::DeserializeOwned, ser};

use super::holder::{BytesVisitor, holder};

const FRONT: usize = 4;

/// A value that is stored compressed (LZ4): for long texts, and for vectors of what repeats.
///
/// It can't hold handles or collections: these have to be found without decompressing. Equal values are
/// equal bytes.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::{Compressed, Dict};
///
/// let pages: Dict<u32, Compressed<String>> = Dict::new();
/// pages.insert(1, Compressed("call me Ishmael. ".repeat(1000)));
/// assert!(pages.get(1).is_some_and(|page| page.starts_with("call me")));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Compressed<T>(pub T);

holder!(Compressed);

impl<T: Serialize> Serialize for Compressed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let mut plain = Vec::new();
        codec::encode(&self.0, &mut plain).map_err(ser::Error::custom)?;
        let mut refers = false;
        codec::for_each_reference(&plain, |_, _| refers = true).map_err(ser::Error::custom)?;
        if refers {
            let why = "handles and collections can't be compressed: put them beside what is";
            return Err(ser::Error::custom(why));
        }
        serializer.serialize_bytes(&compress(&plain))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Compressed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self);
        }
        let bytes = deserializer.deserialize_byte_buf(BytesVisitor)?;
        let damaged = || de::Error::custom("the compressed bytes are damaged");
        let plain = decompress(&bytes).ok_or_else(damaged)?;
        codec::decode(&plain).map(Self).map_err(de::Error::custom)
    }
}

fn compress(plain: &[u8]) -> Vec<u8> {
    let len = u32::try_from(plain.len()).unwrap_or_else(|_| unreachable!("the codec's bound"));
    let block = lz4_flex::block::compress(plain);
    let shorter = if block.len() < plain.len() { &block } else { plain };
    [&len.to_le_bytes()[..], shorter].concat()
}

fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let (len, block) = bytes.split_first_chunk::<FRONT>()?;
    let len = usize::try_from(u32::from_le_bytes(*len)).ok().filter(|len| *len <= ROW_BYTES_MAX)?;
    if block.len() == len {
        return Some(block.to_vec());
    }
    // A byte of a block stands for 255 at most: a length that is not true costs no memory.
    if len > block.len().saturating_mul(255) {
        return None;
    }
    lz4_flex::block::decompress(block, len).ok().filter(|plain| plain.len() == len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_round_trip(plain: Vec<u8>, times in 1..40_usize) {
            let plain = plain.repeat(times);
            let bytes = compress(&plain);
            prop_assert!(bytes.len() <= plain.len() + FRONT);
            prop_assert_eq!(decompress(&bytes), Some(plain));
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes: Vec<u8>, len: u32) {
            let _ = decompress(&bytes);
            bytes.splice(0..0, len.to_le_bytes());
            prop_assert!(decompress(&bytes).is_none_or(|plain| plain.len() as u64 == u64::from(len)));
        }
    }

    #[test]
    fn what_repeats_becomes_shorter() {
        assert!(compress(&vec![7; 100_000]).len() < 1000);
    }
}
