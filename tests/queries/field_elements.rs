//! A field may be a collection: it is asked for what is in it, and sorts by the lowest, with an index or
//! without one.

use std::collections::{BTreeSet, HashSet, VecDeque};

use db0::{Condition, Field, Memo, Query, SortKey};

use crate::common::World;

#[db0::memo(keep)]
struct Kept {
    n: u32,
    #[db0(index)]
    list: Vec<u16>,
    #[db0(index)]
    queue: VecDeque<i8>,
    #[db0(index)]
    sorted: BTreeSet<String>,
    #[db0(index)]
    hashed: HashSet<char>,
    #[db0(index)]
    bytes: Vec<u8>,
}

#[db0::memo(keep)]
struct Plain {
    n: u32,
    list: Vec<u16>,
    queue: VecDeque<i8>,
    sorted: BTreeSet<String>,
    hashed: HashSet<char>,
    bytes: Vec<u8>,
}

macro_rules! class {
    ($class:ident) => {
        impl $class {
            fn fill() {
                for n in 0..12_u32 {
                    let few = |step: u32| (0..n % 4).map(move |i| (n * 5 + i * step) % 9);
                    Memo::new(Self {
                        n,
                        list: few(2).map(|n| n as u16).collect(),
                        queue: few(4).map(|n| n as i8 - 4).collect(),
                        sorted: few(1).map(|n| format!("w{n}")).collect(),
                        hashed: few(7).filter_map(|n| char::from_digit(n, 10)).collect(),
                        bytes: few(3).map(|n| n as u8).collect(),
                    });
                }
            }

            fn check() {
                Self::field(Self::LIST, |field| field.contains(3), |o| o.list.contains(&3));
                Self::field(Self::QUEUE, |field| field.contains(-1), |o| o.queue.contains(&-1));
                Self::field(
                    Self::SORTED,
                    |field| field.contains("w2"),
                    |o| o.sorted.contains("w2"),
                );
                Self::field(Self::HASHED, |field| field.contains('5'), |o| o.hashed.contains(&'5'));
                Self::field(Self::BYTES, |field| field.contains(3), |o| o.bytes.contains(&3));
                Self::sorted(Self::LIST, |o| o.list.iter().min().copied());
                Self::sorted(Self::QUEUE, |o| o.queue.iter().min().copied());
                Self::sorted(Self::SORTED, |o| o.sorted.first().cloned());
                Self::sorted(Self::HASHED, |o| o.hashed.iter().min().copied());
                // Bytes are one value.
                Self::sorted(Self::BYTES, |o| Some(o.bytes.clone()));
            }

            fn all() -> Vec<Memo<Self>> {
                db0::find::<Self>(()).iter().collect()
            }

            fn field<V>(
                field: Field<Self, V>,
                has: fn(Field<Self, V>) -> Condition<Self>,
                holds: fn(&Self) -> bool,
            ) {
                let query = db0::find::<Self>(has(field));
                let all = Self::all().into_iter();
                let expected: Vec<_> = all.filter(|o| holds(&o.read())).map(|o| o.uuid()).collect();
                assert!(!expected.is_empty());
                assert_eq!(query.uuids(), expected, "{query:?}");
                let bytes = query.to_bytes().expect("no closure");
                assert_eq!(Query::<Self>::from_bytes(&bytes).expect("a query").uuids(), expected);
            }

            fn sorted<V, K: Ord + Clone>(field: Field<Self, V>, lowest: fn(&Self) -> Option<K>)
            where
                Field<Self, V>: SortKey<Self>,
            {
                let keyed = |o: &Memo<Self>| (lowest(&o.read()), o.uuid());
                let (mut up, mut none): (Vec<_>, Vec<_>) =
                    Self::all().iter().map(keyed).partition(|(key, _)| key.is_some());
                let mut down = up.clone();
                up.sort_by(|a, b| a.0.cmp(&b.0));
                down.sort_by(|a, b| b.0.cmp(&a.0));
                down.extend(none.iter().cloned());
                up.append(&mut none);
                let uuids = |keyed: Vec<(_, uuid::Uuid)>| -> Vec<_> {
                    keyed.into_iter().map(|(_, uuid)| uuid).collect()
                };
                let all = || db0::find::<Self>(());
                assert_eq!(all().sort_by(field).uuids(), uuids(up), "{field:?}");
                assert_eq!(all().sort_desc_by(field).uuids(), uuids(down), "{field:?}");
            }
        }
    };
}

class!(Kept);
class!(Plain);

#[test]
fn collections_are_asked_for_what_is_in_them() {
    let mut world = World::new();
    Kept::fill();
    Plain::fill();
    for _ in 0..2 {
        Kept::check();
        Plain::check();
        world.reopen();
    }
    let plan = db0::find::<Kept>(Kept::QUEUE.contains(-1)).explain().to_string();
    assert!(plan.contains("in its index"), "{plan}");
    assert!(Kept::all().iter().zip(Plain::all()).all(|(a, b)| a.read().n == b.read().n));
}
