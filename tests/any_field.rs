//! Whatever serde can write is a field: it comes back as it was, after a restart and for other programs.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};
use common::World;
use db0::{AnyMemo, Memo, Value};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(Option<Option<u8>>),
    Tuple(i64, String),
    Struct { at: SystemTime, bits: u32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Internal {
    None,
    Some { text: String, n: Option<i32> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One(u64),
    Two(Vec<bool>, char),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Pair { left: u8, right: Option<String> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    name: String,
    #[serde(flatten)]
    inner: FlattenedInner,
    #[serde(flatten)]
    rest: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlattenedInner {
    a: i32,
    b: Option<String>,
}

#[db0::memo(keep)]
#[derive(Debug, PartialEq)]
struct Mixture {
    wide: (u128, i128),
    numbers: (u64, i64, i8, f32, f64),
    options: Option<Option<Option<u16>>>,
    nothing: Option<()>,
    text: String,
    letter: char,
    external: Vec<External>,
    internal: Internal,
    adjacent: Adjacent,
    untagged: Vec<Untagged>,
    flattened: Flattened,
    map: HashMap<String, Vec<u8>>,
    set: HashSet<i64>,
    ordered: BTreeMap<(u8, String), BTreeSet<char>>,
    system: SystemTime,
    duration: Duration,
    utc: DateTime<Utc>,
    zoned: DateTime<FixedOffset>,
    date: NaiveDate,
    uuid: Uuid,
    array: [i32; 3],
    boxed: Box<Result<u8, String>>,
}

fn system() -> impl Strategy<Value = SystemTime> {
    (any::<bool>(), 0..10_000_000_000_u64, 0..1_000_000_000_u32).prop_map(|(after, secs, nanos)| {
        let distance = Duration::new(secs, nanos);
        let (later, earlier) =
            (SystemTime::UNIX_EPOCH + distance, SystemTime::UNIX_EPOCH - distance);
        if after { later } else { earlier }
    })
}

fn external() -> impl Strategy<Value = External> {
    prop_oneof![
        Just(External::Unit),
        any::<Option<Option<u8>>>().prop_map(External::Newtype),
        (any::<i64>(), any::<String>()).prop_map(|(n, text)| External::Tuple(n, text)),
        (system(), any::<u32>()).prop_map(|(at, bits)| External::Struct { at, bits }),
    ]
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        any::<i64>().prop_map(Untagged::Number),
        any::<String>().prop_map(Untagged::Text),
        (any::<u8>(), any::<Option<String>>())
            .prop_map(|(left, right)| Untagged::Pair { left, right }),
    ]
}

fn flattened() -> impl Strategy<Value = Flattened> {
    let rest = prop::collection::btree_map("[x-z]{1,3}", any::<u32>(), 0..3);
    (any::<String>(), any::<i32>(), any::<Option<String>>(), rest)
        .prop_map(|(name, a, b, rest)| Flattened { name, inner: FlattenedInner { a, b }, rest })
}

prop_compose! {
    fn mixture()(
        (wide, numbers) in (any::<(u128, i128)>(), any::<(u64, i64, i8, f32, f64)>()),
        (options, nothing) in any::<(Option<Option<Option<u16>>>, Option<()>)>(),
        (text, letter) in any::<(String, char)>(),
        external in prop::collection::vec(external(), 0..4),
        internal in prop_oneof![
            Just(Internal::None),
            any::<(String, Option<i32>)>().prop_map(|(text, n)| Internal::Some { text, n }),
        ],
        adjacent in prop_oneof![
            any::<u64>().prop_map(Adjacent::One),
            any::<(Vec<bool>, char)>().prop_map(|(bools, letter)| Adjacent::Two(bools, letter)),
        ],
        (untagged, flattened) in (prop::collection::vec(untagged(), 0..4), flattened()),
        (map, set) in any::<(HashMap<String, Vec<u8>>, HashSet<i64>)>(),
        ordered in any::<BTreeMap<(u8, String), BTreeSet<char>>>(),
        (at, duration) in (system(), any::<Duration>()),
        (secs, nanos, offset) in (-99_999_999_999..99_999_999_999_i64, 0..1_000_000_000_u32,
            -86_399..86_400_i32),
        (uuid, array, boxed) in (any::<u128>(), any::<[i32; 3]>(), any::<Result<u8, String>>()),
    ) -> Mixture {
        let utc = Utc.timestamp_opt(secs, nanos).single().expect("it is a time");
        let zone = FixedOffset::east_opt(offset).expect("less than a day");
        Mixture {
            wide, numbers, options, nothing, text, letter, external, internal, adjacent, untagged,
            flattened, map, set, ordered, system: at, duration, utc,
            zoned: utc.with_timezone(&zone), date: utc.date_naive(),
            uuid: Uuid::from_u128(uuid), array, boxed: Box::new(boxed),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_mixture_comes_back(values in prop::collection::vec(mixture(), 1..6)) {
        let mut world = World::new();
        let uuids: Vec<_> = values.iter().map(|value| Memo::new(value.clone()).uuid()).collect();
        // A draft that is published again, with nothing changed in it.
        for uuid in &uuids {
            db0::fetch::<Mixture>(*uuid).expect("it is there").write().array[0] ^= 1;
        }
        let state = db0::commit().expect("it commits");
        world.reopen();
        for (uuid, value) in uuids.iter().zip(&values) {
            let memo = db0::fetch::<Mixture>(*uuid).expect("it is there");
            memo.write().array[0] ^= 1;
            prop_assert_eq!(&*memo.read(), value);
            prop_assert_eq!(memo.get(|memo| *memo.zoned.offset()), *value.zoned.offset());
        }
        db0::commit().expect("it commits");
        // Written again as it is, it is the same bytes: no change, and no state.
        for (uuid, value) in uuids.iter().zip(&values) {
            db0::fetch::<Mixture>(*uuid).expect("it is there").update(|memo| *memo = value.clone());
        }
        prop_assert_eq!(db0::commit().expect("it commits"), state + 1);
        for (uuid, value) in uuids.iter().zip(&values) {
            let any: AnyMemo = db0::fetch_any(*uuid).expect("it is there");
            for (field, stored) in any.fields() {
                any.try_set(&field, &stored).expect("it takes what it has");
            }
            let memo = any.downcast::<Mixture>().expect("it is one");
            prop_assert_eq!(&*memo.read(), value);
            prop_assert_eq!(any.get("text"), Some(Value::from(value.text.as_str())));
        }
        prop_assert_eq!(db0::commit().expect("it commits"), state + 1);
    }
}
