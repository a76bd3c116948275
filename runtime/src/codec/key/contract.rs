//! What a key is: the trait, and the two calls that go between values and bytes.

use super::{IntoKey, KeyFault, KeyKind, KeyReader};

/// A value that `Dict`, `Set`, `Index` and declared indexes sort by.
///
/// Implemented for integers, floats (in total order), text, `Vec<u8>`, `bool`, `char`, dates and
/// times, `Uuid`, `Option`, tuples of up to 12, arrays, [`Desc`](super::Desc) and `Memo`. For types
/// of your own write `#[derive(db0::Key)]`, which takes the fields in their order, and the variants
/// of an enum in theirs: derive `Ord` beside it, and both orders are the same.
///
/// The encoding sorts as the values do, byte by byte, and ends itself, so that composites sort
/// component by component. A value has one encoding and an encoding one value. All integer types
/// share one encoding: an integer can be widened without rebuilding what it keys.
///
/// ```
/// use db0_runtime::codec::key::{decode_key, encode_key};
///
/// let small = encode_key(&("ab".to_string(), -7_i8));
/// let large = encode_key(&("ab".to_string(), 1_000_i64));
/// assert!(small < large);
/// assert_eq!(decode_key::<(String, i64)>(&small), Ok(("ab".to_string(), -7)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a key",
    label = "not a key",
    note = "keys are integers, floats, text, `Vec<u8>`, bool, char, dates and times, `Uuid`, and `Option`, tuples, arrays, `Desc` of keys, and `Memo`",
    note = "for a struct or enum of your own: #[derive(db0::Key)]"
)]
pub trait Key: IntoKey<Self> + KeyPart + Clone + Send + Sync + Sized + 'static {
    /// There is no handle in it, and encoding and decoding it runs no code but this crate's.
    #[doc(hidden)]
    const PLAIN: bool = false;

    /// The shape of the encoding, which is kept in the catalogue.
    fn kind() -> KeyKind;

    /// Appends the encoding.
    fn write_key(&self, out: &mut Vec<u8>);

    /// Takes one encoding from the front of `input`.
    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault>;

    /// Whether this is 'no value' to a unique key: `None`, or a composite with a `None` in it.
    fn is_null(&self) -> bool {
        false
    }

    /// The items as bytes, if these are bytes: a `Vec<u8>` field is one key, any other `Vec<K>` is many.
    #[doc(hidden)]
    fn as_bytes(items: &[Self]) -> Option<&[u8]> {
        let _ = items;
        None
    }
}

/// A key or a reference to one: what a composite is put together from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a part of a composite key",
    label = "neither a key nor a reference to one"
)]
pub trait KeyPart {
    /// The key's type.
    type Key: Key;

    /// The key itself.
    fn key_part(&self) -> &Self::Key;
}

impl<P: KeyPart + ?Sized> KeyPart for &P {
    type Key = P::Key;

    #[inline]
    fn key_part(&self) -> &P::Key {
        (**self).key_part()
    }
}

/// The encoding of `key` alone; to write many, use [`Key::write_key`] with one buffer.
pub fn encode_key<K: Key>(key: &K) -> Vec<u8> {
    let mut out = Vec::new();
    key.write_key(&mut out);
    out
}

/// The one value whose encoding `bytes` is.
pub fn decode_key<K: Key>(bytes: &[u8]) -> Result<K, KeyFault> {
    let mut reader = KeyReader::new(bytes);
    let key = K::read_key(&mut reader)?;
    reader.finish()?;
    Ok(key)
}
