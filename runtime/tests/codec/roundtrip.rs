//! What goes in comes out, bit by bit.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use db0_runtime::codec::{
    RefExt, STRONG, decode, decode_fields, encode_checked, encode_fields_checked,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{
    Blob, Double, Newtype, Single, Unit, bytes_of, comes_back, edgy, mix, row_comes_back, row_of,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_mixture(mix in mix()) {
        prop_assert_eq!(decode(&bytes_of(&mix)), Ok(mix.clone()));
        prop_assert_eq!(decode_fields(&row_of(&mix)), Ok(mix.clone()));
        let (mut value, mut row) = (Vec::new(), Vec::new());
        prop_assert_eq!(encode_checked(&mix, &mut value), Ok(()));
        prop_assert_eq!(encode_fields_checked(&mix, &mut row), Ok(()));
        prop_assert_eq!((value, row), (bytes_of(&mix), row_of(&mix)));
    }

    #[test]
    fn integers_fit_any_type_that_has_them(value in edgy()) {
        let bytes = bytes_of(&value);
        prop_assert_eq!(decode::<i128>(&bytes), Ok(value));
        prop_assert_eq!(decode::<u128>(&bytes).ok(), u128::try_from(value).ok());
        prop_assert_eq!(decode::<i64>(&bytes).ok(), i64::try_from(value).ok());
        prop_assert_eq!(decode::<u64>(&bytes).ok(), u64::try_from(value).ok());
        prop_assert_eq!(decode::<i16>(&bytes).ok(), i16::try_from(value).ok());
        prop_assert_eq!(decode::<u8>(&bytes).ok(), u8::try_from(value).ok());
        if let Ok(narrow) = i64::try_from(value) {
            prop_assert_eq!(bytes_of(&narrow), bytes, "the type does not show");
        }
    }

    #[test]
    fn floats_keep_every_bit(bits in any::<u64>(), short in any::<u32>()) {
        comes_back(&Double(f64::from_bits(bits)));
        comes_back(&Single(f32::from_bits(short)));
    }
}

#[test]
fn options_of_nothing() {
    type Three = Option<Option<Option<u8>>>;
    for value in [None, Some(None), Some(Some(None)), Some(Some(Some(0)))] as [Three; 4] {
        comes_back(&value);
        comes_back(&vec![value, value]);
        comes_back(&BTreeMap::from([(value, value)]));
    }
    comes_back(&(None::<()>, Some(()), Some(Some(())), None::<Option<()>>, Some(None::<()>)));
    comes_back(&(Some(Unit), None::<Unit>, Some(Some(Unit)), Some(None::<Unit>)));
    comes_back(&[Newtype(None), Newtype(Some(Box::new(Newtype(Some(Box::new(Newtype(None)))))))]);
}

#[test]
fn rows_of_every_shape_of_class() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Named {
        a: Option<u8>,
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        b: String,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Tuple(u8, Inner);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct One(Inner);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct OneMaybe(Option<Option<u8>>);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Empty {}
    let inner = || Inner { b: "x".into() };
    row_comes_back(&Named { a: None, inner: inner() });
    row_comes_back(&Tuple(1, inner()));
    row_comes_back(&One(inner()));
    for value in [None, Some(None), Some(Some(3))] {
        row_comes_back(&OneMaybe(value));
    }
    row_comes_back(&Empty {});
    row_comes_back(&Unit);
}

#[test]
fn types_of_std_and_of_others() {
    comes_back(&("text".to_owned(), 'ß', '\0', true, Blob(vec![0, 255])));
    comes_back(&(Duration::MAX, Duration::ZERO));
    comes_back(&[IpAddr::from([127, 0, 0, 1]), IpAddr::V6(Ipv6Addr::LOCALHOST)]);
    comes_back(&SocketAddr::from(([127, 0, 0, 1], 8080)));
    comes_back(&(1..5_u8, 2..=7_i64, std::num::NonZero::new(7_u128)));
    comes_back(&(VecDeque::from([1, 2]), BTreeSet::from(["b".to_owned()]), Ok::<u8, String>(1)));
    comes_back(&[uuid::Uuid::from_u128(u128::MAX), uuid::Uuid::nil()]);
    assert_eq!(bytes_of(&uuid::Uuid::nil()).len(), 18, "a uuid is sixteen bytes and their header");
    comes_back(&RefExt::new(STRONG, [1, 2, 3]));
    let text = "x".repeat(70_000);
    comes_back(&(text, vec![1_u8; 70_000]));
}

#[test]
fn the_types_of_chrono_and_time() {
    use chrono::{DateTime, NaiveDate, Utc};
    let moment = DateTime::<Utc>::from_timestamp(-5_000_000_000, 123_456_789).unwrap();
    comes_back(&(moment, NaiveDate::from_ymd_opt(1969, 7, 20), Some(moment)));
    comes_back(&(
        time::macros::datetime!(1815-12-10 12:30:00.5 UTC),
        time::macros::date!(2024 - 02 - 29),
    ));
}

#[test]
fn what_was_bytes_may_be_a_vector_now() {
    assert_eq!(decode::<Vec<u8>>(&bytes_of(&Blob(vec![1, 200]))), Ok(vec![1, 200]));
}

#[test]
fn plain_types_are_what_other_readers_of_messagepack_expect() {
    let value =
        (1_u8, -300_i64, "text".to_owned(), vec![Some(1.5), None], BTreeMap::from([(1, 'x')]));
    assert_eq!(
        rmp_serde::from_slice::<(u8, i64, String, Vec<Option<f64>>, BTreeMap<u8, char>)>(
            &bytes_of(&value)
        )
        .unwrap(),
        value
    );
    assert_eq!(decode(&rmp_serde::to_vec(&value).unwrap()), Ok(value));
}
