//! Conditions on fields of every kind, and sorting by them, against plain comparisons: with an index and
//! without one, live, committed, in the past and as a reader sees them.

use std::{
    cmp::Ordering,
    ops::Bound,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, NaiveDate, Utc};
use db0::{Condition, Config, Criteria, Desc, Expr, Memo, Query, Workspace};
use uuid::Uuid;

use crate::common::World;

#[derive(
    db0::Key,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
enum Level {
    Low,
    Mid(u8),
    High { by: u8 },
}

#[derive(
    db0::Key, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
struct Email(String);

#[db0::memo(keep)]
#[derive(Debug)]
struct Friend {
    n: usize,
}

const LEVELS: [Level; 5] =
    [Level::Low, Level::Mid(0), Level::Mid(9), Level::High { by: 1 }, Level::High { by: 2 }];
const FLOATS: [f64; 5] = [f64::NAN, -0.0, 0.0, f64::NEG_INFINITY, 1.5];
const TEXTS: [&str; 5] = ["", "a", "a\0", "\u{10ffff}", "ab"];

fn moment(n: usize) -> SystemTime {
    let away = Duration::new(n as u64 * 100, 7);
    if n < 2 { UNIX_EPOCH - away } else { UNIX_EPOCH + away }
}

/// What is behind a key and before it.
fn between<K: Clone>(key: K) -> (Bound<K>, Bound<K>) {
    (Bound::Excluded(key.clone()), Bound::Excluded(key))
}

macro_rules! class {
    ($class:ident $(#[$index:meta])?) => {
        #[db0::memo(keep)]
        struct $class {
            $(#[$index])? small: u8,
            $(#[$index])? large: i128,
            $(#[$index])? larger: u128,
            $(#[$index])? float: f64,
            $(#[$index])? text: String,
            $(#[$index])? bytes: Vec<u8>,
            $(#[$index])? yes: bool,
            $(#[$index])? letter: char,
            $(#[$index])? moment: DateTime<Utc>,
            $(#[$index])? day: NaiveDate,
            $(#[$index])? time: SystemTime,
            $(#[$index])? lasting: Duration,
            $(#[$index])? id: Uuid,
            $(#[$index])? maybe: Option<i32>,
            $(#[$index])? twice: Option<Option<u8>>,
            $(#[$index])? pair: (u8, String),
            $(#[$index])? row: [u8; 3],
            $(#[$index])? falling: Desc<u32>,
            $(#[$index])? level: Level,
            $(#[$index])? email: Email,
            $(#[$index])? friend: Option<Memo<Friend>>,
        }

        impl $class {
            fn new(n: usize, friends: &[Memo<Friend>]) -> Self {
                let n = n % 5;
                Self {
                    small: n as u8 * 50,
                    large: [i128::MIN, -1, 0, 1, i128::MAX][n],
                    larger: [0, u128::MAX, 1, u128::from(u64::MAX) + 1, 7][n],
                    float: FLOATS[n],
                    text: TEXTS[n].repeat([1, 300][n % 2]),
                    bytes: [vec![], vec![0], vec![0, 0], vec![255; 600], vec![255, 255]][n].clone(),
                    yes: n % 2 == 0,
                    letter: ['\0', 'a', '\u{10ffff}', 'ß', ' '][n],
                    moment: DateTime::from(moment(n)),
                    day: NaiveDate::from_ymd_opt(i32::from(n as u8) * 500 - 999, 2, 3).expect("a day"),
                    time: moment(n),
                    lasting: Duration::from_nanos(n as u64 * 1_000_000_007),
                    id: Uuid::from_u128((n as u128) << 90 | 5 - n as u128),
                    maybe: (n > 1).then_some(i32::from(n as u8) - 3),
                    twice: [None, Some(None), Some(Some(0)), Some(Some(255)), None][n],
                    pair: (n as u8 / 2, "q".repeat(n)),
                    row: [n as u8, 255, 0],
                    falling: Desc(n as u32),
                    level: LEVELS[n],
                    email: Email(n.to_string()),
                    friend: (n > 2).then(|| friends[n % friends.len()].clone()),
                }
            }

            /// Compares all that is found with what plain comparisons find.
            fn check(find: &dyn Fn(Expr) -> Query<Self>) {
                macro_rules! field {
                    ($field:ident, $name:ident) => {
                        field!($field, $name, Ord::cmp)
                    };
                    ($field:ident, $name:ident, $cmp:expr) => {{
                        let all: Vec<_> = find(Criteria::<Self>::expr(&()))
                            .iter()
                            .map(|memo| (memo.read().$name.clone(), memo.uuid()))
                            .collect();
                        let probes: Vec<_> = all.iter().take(5).map(|(key, _)| key.clone()).collect();
                        let same = |condition: Condition<Self>, holds: &dyn Fn(usize) -> bool| {
                            let query = find(condition.expr());
                            let expected: Vec<_> =
                                (0..all.len()).filter(|at| holds(*at)).map(|at| all[at].1).collect();
                            assert_eq!(query.uuids(), expected, "{query:?}");
                            assert_eq!(query.count(), expected.len() as u64, "{query:?}");
                            let bytes = query.to_bytes().expect("no closure");
                            let sent = Query::<Self>::from_bytes(&bytes).expect("a query");
                            assert_eq!(sent.uuids(), expected, "{query:?}");
                        };
                        for (nth, probe) in probes.iter().enumerate() {
                            let key = || probe.clone();
                            let is = |at: usize| $cmp(&all[at].0, probe);
                            same(Self::$field.eq(key()), &|at| is(at).is_eq());
                            same(Self::$field.ne(key()), &|at| is(at).is_ne());
                            same(Self::$field.lt(key()), &|at| is(at).is_lt());
                            same(Self::$field.le(key()), &|at| is(at).is_le());
                            same(Self::$field.gt(key()), &|at| is(at).is_gt());
                            same(Self::$field.ge(key()), &|at| is(at).is_ge());
                            same(Self::$field.is_in([key(), key()]), &|at| is(at).is_eq());
                            same(Self::$field.between(between(key())), &|_| false);
                            let end = &probes[(nth + 2) % probes.len()];
                            same(Self::$field.between(key()..end.clone()), &|at| {
                                is(at).is_ge() && $cmp(&all[at].0, end).is_lt()
                            });
                        }
                        let sorted = |compare: &dyn Fn(&_, &_) -> Ordering| -> Vec<Uuid> {
                            let mut sorted = all.clone();
                            sorted.sort_by(|a, b| compare(&a.0, &b.0));
                            sorted.into_iter().map(|(_, uuid)| uuid).collect()
                        };
                        let up = find(Criteria::<Self>::expr(&())).sort_by(Self::$field);
                        assert_eq!(up.uuids(), sorted(&|a, b| $cmp(a, b)));
                        let down = find(Criteria::<Self>::expr(&())).sort_desc_by(Self::$field);
                        assert_eq!(down.uuids(), sorted(&|a, b| $cmp(b, a)));
                    }};
                }
                field!(SMALL, small);
                field!(LARGE, large);
                field!(LARGER, larger);
                field!(FLOAT, float, f64::total_cmp);
                field!(TEXT, text);
                field!(BYTES, bytes);
                field!(YES, yes);
                field!(LETTER, letter);
                field!(MOMENT, moment);
                field!(DAY, day);
                field!(TIME, time);
                field!(LASTING, lasting);
                field!(ID, id);
                field!(MAYBE, maybe);
                field!(TWICE, twice);
                field!(PAIR, pair);
                field!(ROW, row);
                field!(FALLING, falling);
                field!(LEVEL, level);
                field!(EMAIL, email);
                field!(FRIEND, friend);
            }

            fn see_all_ways() {
                let world = World::new();
                let friends: Vec<_> = (0..3).map(|n| Memo::new(Friend { n })).collect();
                let memos: Vec<_> = (0..8).map(|n| Memo::new(Self::new(n, &friends))).collect();
                Self::check(&|expr| db0::find(expr));
                let first = db0::commit().expect("it commits");
                Self::check(&|expr| db0::find(expr));
                let undone = db0::atomic(|| -> db0::Result<()> {
                    memos.iter().for_each(|memo| *memo.write() = Self::new(3, &friends));
                    Self::check(&|expr| db0::find(expr));
                    Err(db0::abort("enough"))
                });
                assert!(undone.is_err());
                memos.iter().enumerate().for_each(|(n, memo)| {
                    *memo.write() = Self::new(n * 3 + 1, &friends);
                });
                Self::check(&|expr| db0::find(expr));
                db0::commit().expect("it commits");
                let then = db0::snapshot_at(first).expect("it is kept");
                Self::check(&|expr| then.find(expr));
                let config = Config::new(world.folder.path()).read_only();
                let reader = Workspace::open(config).expect("it opens");
                let _entered = reader.enter();
                Self::check(&|expr| db0::find(expr));
            }
        }
    };
}

class!(Kept #[db0(index)]);
class!(Plain);

#[test]
fn with_an_index() {
    Kept::see_all_ways();
}

#[test]
fn without_one() {
    Plain::see_all_ways();
}
