//! Every type without parts keeps the laws of keys.

use std::{borrow::Cow, num::NonZero, sync::Arc};

use proptest::prelude::*;
use uuid::Uuid;

use super::laws;
use crate::codec::key::{KeyFault, decode_key, encode_key};

/// Text of few letters, so that texts are often beginnings of each other; among them all that is
/// special to the encoding or to its complement.
pub(super) fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["[\0\u{1}\u{2}ab\u{7F}\u{FF}\u{10FFFF}]{0,6}", "\\PC{0,20}"]
}

pub(super) fn bytes() -> impl Strategy<Value = Vec<u8>> + Clone {
    let byte =
        prop_oneof![Just(0), Just(1), Just(2), Just(b'a'), Just(0xFE), Just(0xFF), any::<u8>()];
    proptest::collection::vec(byte, 0..20)
}

/// Integers of every length, their neighbours, and the ends of the range.
macro_rules! integers {
    ($($int:ident),+) => {
        $(
            #[test]
            fn $int() {
                let near = (0..<$int>::BITS, any::<bool>(), 0..4_u8).prop_map(|(bit, negative, add)| {
                    let power = (1 as $int).wrapping_shl(bit).wrapping_add(add as $int).wrapping_sub(2);
                    if negative { power.wrapping_neg() } else { power }
                });
                let small = (0..300_u16).prop_map(|small| (small as $int).wrapping_sub(100));
                let ends = prop_oneof![Just(<$int>::MIN), Just(<$int>::MAX)];
                let keys = prop_oneof![any::<$int>(), near, small, ends];
                laws::hold_by_ord(keys.clone());
                laws::hold_by_ord(keys.prop_filter_map("zero", NonZero::<$int>::new));
            }
        )+
    };
}

mod integers {
    #![allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_lossless,
        clippy::unnecessary_cast,
        trivial_numeric_casts,
        reason = "one formula for all types"
    )]
    use super::*;

    integers!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);
}

#[test]
fn an_integer_is_the_same_key_in_every_type() {
    for value in i8::MIN..=i8::MAX {
        let key = encode_key(&value);
        assert_eq!(key, encode_key(&i16::from(value)));
        assert_eq!(key, encode_key(&i64::from(value)));
        assert_eq!(key, encode_key(&i128::from(value)));
        assert_eq!(key, encode_key(&isize::from(value)));
        if let Ok(value) = u8::try_from(value) {
            assert_eq!(key, encode_key(&value));
            assert_eq!(key, encode_key(&u128::from(value)));
            assert_eq!(key, encode_key(&usize::from(value)));
        }
    }
    assert_eq!(encode_key(&u64::MAX), encode_key(&i128::from(u64::MAX)));
    assert_eq!(encode_key(&i64::MIN), encode_key(&i128::from(i64::MIN)));
}

#[test]
fn an_integer_is_refused_by_a_type_too_small_for_it() {
    assert_eq!(decode_key::<u8>(&encode_key(&256_u32)), Err(KeyFault::Range));
    assert_eq!(decode_key::<u64>(&encode_key(&-1_i8)), Err(KeyFault::Range));
    assert_eq!(decode_key::<i8>(&encode_key(&128_u8)), Err(KeyFault::Range));
    assert_eq!(decode_key::<i8>(&encode_key(&-129_i16)), Err(KeyFault::Range));
    assert_eq!(decode_key::<i128>(&encode_key(&u128::MAX)), Err(KeyFault::Range));
    assert_eq!(decode_key::<NonZero<u8>>(&encode_key(&0_u8)), Err(KeyFault::Range));
}

#[test]
fn floats_sort_totally() {
    let special = prop_oneof![
        Just(f64::NAN),
        Just(-f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.0),
        Just(-0.0),
        Just(f64::MIN_POSITIVE),
        Just(-f64::from_bits(1))
    ];
    let keys = prop_oneof![any::<f64>(), any::<u64>().prop_map(f64::from_bits), special];
    laws::hold(keys, f64::total_cmp);
    let special = prop_oneof![
        Just(f32::NAN),
        Just(-f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(0.0),
        Just(-0.0),
        Just(f32::MIN_POSITIVE),
        Just(-f32::from_bits(1))
    ];
    let keys = prop_oneof![any::<f32>(), any::<u32>().prop_map(f32::from_bits), special];
    laws::hold(keys, f32::total_cmp);
}

#[test]
fn text_of_every_owner() {
    laws::hold_by_ord(text());
    laws::hold_by_ord(text().prop_map(String::into_boxed_str));
    laws::hold_by_ord(text().prop_map(Arc::<str>::from));
    laws::hold_by_ord(text().prop_map(Cow::<'static, str>::from));
}

#[test]
fn bytes_of_any_value() {
    laws::hold_by_ord(bytes());
}

#[test]
fn bool_char_unit_and_uuid() {
    laws::hold_by_ord(any::<bool>());
    laws::hold_by_ord(prop_oneof![
        any::<char>(),
        Just('\0'),
        Just('\u{7F}'),
        Just('\u{80}'),
        Just('\u{FFFF}')
    ]);
    laws::hold_by_ord(Just(()));
    laws::hold_by_ord(prop_oneof![
        any::<u128>().prop_map(Uuid::from_u128),
        Just(Uuid::nil()),
        Just(Uuid::max())
    ]);
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    assert_eq!(decode_key::<String>(&encode_key(&vec![b'a', 0xFF])), Err(KeyFault::Utf8));
    // A surrogate, which UTF-8 has no form for.
    assert_eq!(decode_key::<char>(&[0xED, 0xA0, 0x80]), Err(KeyFault::Utf8));
    assert_eq!(decode_key::<char>(&[0xC1, 0x81]), Err(KeyFault::Utf8));
}
