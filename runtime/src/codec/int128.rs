//! Integers of 128 bits in the places where serde can't carry them.
//!
//! Serde reads untagged, internally tagged and flattened types by way of a buffer that has no room
//! for them. With this module they are stored as text, which fits anywhere; where an integer was
//! stored before, it is still read.
//!
//! ```
//! use db0_runtime::codec;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! #[serde(tag = "kind")]
//! enum Amount {
//!     Wei {
//!         #[serde(with = "codec::int128")]
//!         value: u128,
//!     },
//! }
//!
//! let amount = Amount::Wei { value: u128::MAX };
//! let mut bytes = Vec::new();
//! codec::encode(&amount, &mut bytes)?;
//! assert_eq!(codec::decode::<Amount>(&bytes)?, amount);
//! # Ok::<(), codec::Fault>(())
//! ```

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use super::reference::is_codec;

/// What this module can store: `i128`, `u128`, and options and vectors of them.
pub trait Int128: Sized + sealed::Sealed {
    #[doc(hidden)]
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    #[doc(hidden)]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// For `#[serde(with = …)]`.
pub fn serialize<T: Int128, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

/// For `#[serde(with = …)]`.
pub fn deserialize<'de, T: Int128, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for i128 {}
    impl Sealed for u128 {}
    impl<T: Sealed> Sealed for Option<T> {}
    impl<T: Sealed> Sealed for Vec<T> {}
}

macro_rules! integers {
    ($($type:ty),*) => {
        $(impl Int128 for $type {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = IntVisitor(PhantomData);
                // Formats that don't tell what comes next hold what was written: text.
                if is_codec::<D::Error>() || deserializer.is_human_readable() {
                    deserializer.deserialize_any(visitor)
                } else {
                    deserializer.deserialize_str(visitor)
                }
            }
        })*
    };
}

integers!(i128, u128);

impl<T: Int128> Int128 for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Borrowed).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Owned<T>>::deserialize(deserializer)?.map(|Owned(value)| value))
    }
}

impl<T: Int128> Int128 for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Borrowed))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<Owned<T>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|Owned(value)| value).collect())
    }
}

struct Borrowed<'a, T>(&'a T);

impl<T: Int128> Serialize for Borrowed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

struct Owned<T>(T);

impl<'de, T: Int128> Deserialize<'de> for Owned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Owned)
    }
}

struct IntVisitor<T>(PhantomData<T>);

impl<T> IntVisitor<T> {
    fn fit<V: TryInto<T>, E: de::Error>(value: V) -> Result<T, E> {
        value.try_into().map_err(|_| E::custom("an integer out of range"))
    }
}

impl<T> Visitor<'_> for IntVisitor<T>
where
    T: FromStr + TryFrom<u64> + TryFrom<i64> + TryFrom<u128> + TryFrom<i128>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer of 128 bits, or its digits as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        Self::fit(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        Self::fit(value)
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<T, E> {
        Self::fit(value)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<T, E> {
        Self::fit(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode, encode_checked};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Stored {
        All {
            #[serde(with = "super")]
            least: i128,
            #[serde(with = "super")]
            most: Option<u128>,
            #[serde(with = "super")]
            more: Vec<Option<i128>>,
        },
    }

    #[test]
    fn they_pass_through_serdes_buffer() {
        for most in [None, Some(u128::MAX)] {
            let value =
                Stored::All { least: i128::MIN, most, more: vec![Some(i128::MAX), None, Some(0)] };
            let mut bytes = Vec::new();
            encode_checked(&value, &mut bytes).expect("it can be stored");
            assert_eq!(decode::<Stored>(&bytes), Ok(value));
        }
    }

    #[test]
    fn they_pass_through_json() {
        let value = Stored::All { least: -5, most: Some(u128::MAX), more: vec![] };
        let json = serde_json::to_string(&value).expect("plain JSON");
        assert_eq!(
            json,
            r#"{"least":"-5","most":"340282366920938463463374607431768211455","more":[]}"#
        );
        assert_eq!(serde_json::from_str::<Stored>(&json).expect("its own JSON"), value);
    }

    #[test]
    fn an_integer_stored_before_is_still_read() {
        #[derive(Serialize)]
        struct Before {
            value: i128,
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct Now {
            #[serde(with = "super")]
            value: i128,
        }
        for value in [0, -1, i128::MIN, i128::MAX, i128::from(u64::MAX)] {
            let mut bytes = Vec::new();
            encode(&Before { value }, &mut bytes).expect("it can be stored");
            assert_eq!(decode::<Now>(&bytes), Ok(Now { value }));
        }
        let mut bytes = Vec::new();
        encode("x1", &mut bytes).expect("text can be stored");
        assert!(<i128 as Int128>::read(&mut serde_json::Deserializer::from_str("\"x1\"")).is_err());
        assert!(<u128 as Int128>::read(&mut serde_json::Deserializer::from_str("-1")).is_err());
    }
}
