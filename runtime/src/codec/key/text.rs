//! Text and bytes.

use std::{borrow::Cow, sync::Arc};

use super::{IntoKey, Key, KeyFault, KeyKind, KeyReader, escape};
use crate::key_impls;

macro_rules! text_key {
    ($($text:ty),+) => {
        $(impl Key for $text {
            const PLAIN: bool = true;

            fn kind() -> KeyKind {
                KeyKind::Text
            }

            #[inline]
            fn write_key(&self, out: &mut Vec<u8>) {
                escape::write(self.as_bytes(), out);
            }

            #[inline]
            fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
                let text = String::from_utf8(input.escaped()?).map_err(|_| KeyFault::Utf8)?;
                Ok(text.into())
            }
        }

        key_impls!($text);

        impl IntoKey<$text> for str {
            #[inline]
            fn write_key_of(&self, out: &mut Vec<u8>) {
                escape::write(self.as_bytes(), out);
            }
        })+
    };
}

text_key!(String, Box<str>, Arc<str>, Cow<'static, str>);

impl Key for Vec<u8> {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Bytes
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        escape::write(self, out);
    }

    #[inline]
    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        input.escaped()
    }
}

// Its `FieldKeys` is that of every `Vec<K>`.
key_impls!(@part [] Vec<u8>);

impl IntoKey<Vec<u8>> for Vec<u8> {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        escape::write(self, out);
    }
}

impl IntoKey<Vec<u8>> for [u8] {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        escape::write(self, out);
    }
}

impl<const N: usize> IntoKey<Vec<u8>> for [u8; N] {
    #[inline]
    fn write_key_of(&self, out: &mut Vec<u8>) {
        escape::write(self, out);
    }
}
