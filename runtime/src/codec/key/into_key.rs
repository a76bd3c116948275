//! What a key can be looked up by.

use super::Key;

/// Something that stands for a `K` in a lookup: the key itself, a reference to it, or the borrowed
/// form of it (`&str` for `String`, `&[u8]` for `Vec<u8>`, `("a", 3)` for `(String, u32)`).
///
/// It writes exactly the bytes that the key would. Literals infer, since each integer and float
/// type stands for itself alone.
///
/// ```
/// use db0_runtime::codec::key::{IntoKey, Key};
///
/// fn bytes_of<K: Key>(query: impl IntoKey<K>) -> Vec<u8> {
///     let mut out = Vec::new();
///     query.write_key_of(&mut out);
///     out
/// }
/// assert_eq!(bytes_of::<(String, u64)>(("a", 3)), bytes_of::<(String, u64)>(("a".to_string(), 3)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't stand for a key of type `{K}`",
    label = "expected `{K}`, a reference to it, or its borrowed form"
)]
pub trait IntoKey<K: Key> {
    /// Appends the encoding of the key.
    fn write_key_of(&self, out: &mut Vec<u8>);
}

impl<K: Key, Q: IntoKey<K> + ?Sized> IntoKey<K> for &Q {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        (**self).write_key_of(out);
    }
}
