//! The keys that break other stores: empty, zero, with NULs, very long, at the ends of their type.

use std::{
    fmt::Debug,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use db0::{Desc, Dict, Index, Key, Memo};

use crate::common::World;

#[db0::memo(keep)]
struct Thing {
    n: usize,
}

/// Keys in ascending order are found, bounded and given in that order, before and after reopening,
/// in dicts and in indexes alike.
#[track_caller]
fn hold<K: Key + Debug + serde::Serialize>(ascending: &[K]) {
    let mut world = World::new();
    let fill = || {
        let prefix = db0::current();
        (prefix.dict::<K, usize>("dict"), prefix.index::<K, Memo<Thing>>("index"))
    };
    let (dict, index) = fill();
    for (n, key) in ascending.iter().enumerate().rev() {
        assert_eq!(dict.insert(key.clone(), n), None, "{key:?} was there");
        assert!(index.add(key.clone(), &Memo::new(Thing { n })));
    }
    for round in 0..3 {
        let (dict, index) = fill();
        same(&dict, &index, ascending);
        match round {
            0 => drop(db0::commit().expect("it commits")),
            _ => world.reopen(),
        }
    }
    let (dict, index) = fill();
    let last = ascending.len() - 1;
    let (_, thing) = index.last().expect("there is one");
    assert!(index.remove(&ascending[last], &thing) && !index.remove(&ascending[last], &thing));
    assert_eq!(dict.remove(&ascending[last]), Some(last));
    same(&dict, &index, &ascending[..last]);
}

#[track_caller]
fn same<K: Key + Debug>(dict: &Dict<K, usize>, index: &Index<K, Memo<Thing>>, ascending: &[K]) {
    let count = ascending.len();
    assert_eq!((dict.len(), index.len()), (count, count));
    assert!(dict.values().eq(0..count), "{:?}", dict.keys().collect::<Vec<_>>());
    assert!(index.memos().map(|thing| thing.read().n).eq(0..count));
    assert!(index.iter().rev().memos().map(|thing| thing.read().n).eq((0..count).rev()));
    for (n, key) in ascending.iter().enumerate() {
        assert_eq!(dict.get(key), Some(n), "{key:?}");
        assert_eq!(dict.range(key..).count(), count - n, "{key:?}..");
        assert_eq!(dict.range(..key).next_back().map(|(_, n)| n), n.checked_sub(1), "..{key:?}");
        assert_eq!(index.range(key..=key).memos().map(|thing| thing.read().n).sum::<usize>(), n);
        assert_eq!(index.select(key, key).count(), 1);
    }
}

#[test]
fn text_that_is_empty_or_has_nuls_or_is_long() {
    let long = |end: &str| "long ".repeat(200) + end;
    let texts = [
        "",
        "\0",
        "\0\0",
        "\0a",
        "\u{1}",
        "a",
        "a\0",
        "a\0\0",
        "a\0b",
        "a\u{1}",
        "ab",
        "\u{10ffff}",
    ];
    let mut texts: Vec<String> = texts.map(String::from).to_vec();
    texts.splice(11..11, ["", "\0", "a", "b"].map(long));
    hold(&texts);
    let bytes: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    hold(&bytes);
    hold(&bytes.into_iter().rev().map(Desc).collect::<Vec<_>>());
}

#[test]
fn numbers_at_the_ends_of_their_types() {
    hold(&[0_u8, 1, u8::MAX]);
    hold(&[0_u64, 1, 255, 256, u64::MAX - 1, u64::MAX]);
    hold(&[0_u128, 1 << 64, u128::MAX]);
    hold(&[i8::MIN, -1, 0, 1, i8::MAX]);
    hold(&[i64::MIN, -256, -255, -1, 0, 1, i64::MAX]);
    hold(&[i128::MIN, i128::from(i64::MIN) - 1, -1, 0, i128::from(u64::MAX) + 1, i128::MAX]);
    hold(&[Desc(i128::MAX), Desc(0), Desc(i128::MIN)]);
}

#[test]
fn floats_in_their_total_order() {
    let nan = f64::NAN.abs();
    let floats = [-nan, f64::NEG_INFINITY, f64::MIN, -1.0, -f64::MIN_POSITIVE, -5e-324, -0.0, 0.0];
    let more = [5e-324, f64::MIN_POSITIVE, 1.0, f64::MAX, f64::INFINITY, nan];
    let floats = [&floats[..], &more].concat();
    assert!(floats.is_sorted_by(|a, b| a.total_cmp(b).is_lt()));
    hold(&floats);
    hold(&[-f32::NAN.abs(), -0.0_f32, 0.0, f32::NAN.abs()]);
}

#[test]
fn times_before_1970_and_in_the_year_of_nothing() {
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    let dates =
        [NaiveDate::MIN, date(-1, 12, 31), date(0, 1, 1), date(1969, 12, 31), date(1970, 1, 1)];
    hold(&[&dates[..], &[date(2026, 2, 28), NaiveDate::MAX]].concat());
    let times: Vec<DateTime<Utc>> =
        [i64::MIN, -1_000_000_001, -1, 0, 1, i64::MAX].map(DateTime::from_timestamp_nanos).to_vec();
    hold(&times);
    let nanos = Duration::from_nanos;
    hold(&[UNIX_EPOCH - nanos(1 << 60), UNIX_EPOCH - nanos(1), UNIX_EPOCH, SystemTime::now()]);
    hold(&[NaiveTime::MIN, NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).expect("a time")]);
    hold(&[Duration::ZERO, nanos(1), Duration::from_secs(1), Duration::MAX]);
}

#[test]
fn composites_whose_parts_begin_each_other() {
    let text = |text: &str| text.to_string();
    hold(&[
        (text(""), None, vec![]),
        (text(""), None, vec![0]),
        (text(""), Some(false), vec![]),
        (text("\0"), None, vec![0, 0]),
        (text("\0"), Some(true), vec![255]),
        (text("a"), None, vec![]),
        (text("a\0"), None, vec![]),
        (text("ab"), None, vec![]),
    ]);
    hold(&[None, Some(None), Some(Some(0_u8)), Some(Some(1))]);
    hold(&[[text(""), text("b")], [text("a"), text("")], [text("a"), text("a")]]);
    let long = "x".repeat(600);
    hold(&[(long.clone(), 1_u8), (long.clone(), 2), (long.clone() + "\0", 0), (long + "y", 0)]);
}
