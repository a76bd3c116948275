//! Lookups take what is borrowed, and literals need no types beside them.

use db0::{Desc, Dict, Index, Key, Memo, Set};

use crate::common::World;

#[db0::memo(keep)]
struct Thing {
    n: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Key)]
struct Place {
    country: String,
    zip: u32,
}

#[test]
fn text_is_looked_for_in_every_form() {
    let _world = World::new();
    let dict = Dict::<String, u32>::new();
    dict.insert("b".into(), 2);
    let (owned, slice) = (String::from("b"), &String::from("abc")[1..2]);
    assert_eq!(
        [dict.get("b"), dict.get(slice), dict.get(&owned), dict.get(owned.clone())],
        [Some(2); 4]
    );
    assert!(dict.contains_key("b") && dict.contains_key(&owned) && !dict.contains_key("bb"));
    assert_eq!(dict.range("a".."c").count(), 1);
    assert_eq!((dict.range("a"..="b").count(), dict.range(.."b").count()), (1, 0));
    assert_eq!((dict.range(owned.clone()..).count(), dict.range(&owned..).count()), (1, 1));
    assert_eq!(dict.get_many(["a", "b"]), [None, Some(2)]);
    assert_eq!(dict.get_many(std::slice::from_ref(&owned)), [Some(2)]);
    assert!(dict.update("b", |n| *n += 1));
    dict.extend([("c", 3)]);
    dict.extend([(owned, 4)]);
    assert_eq!((dict.remove("b"), dict.remove("c")), (Some(4), Some(3)));

    let set = Set::<String>::new();
    assert!(set.insert("x".into()) && set.contains("x") && set.remove("x") && !set.remove("x"));

    let index = Index::<String, Memo<Thing>>::new();
    let thing = Memo::new(Thing { n: 1 });
    assert!(index.add("k".into(), &thing) && index.contains("k", &thing));
    assert_eq!((index.get("k").count(), index.select("a", "z").count()), (1, 1));
    assert!(index.range("a".."z").memos().all(|found| found == thing));
    assert!(index.remove("k", &thing) && !index.remove("k", &thing));
}

#[test]
fn numbers_bytes_and_composites_too() {
    let _world = World::new();
    let dict = Dict::<u64, String>::new();
    dict.extend([(1, "one".into()), (2, "two".into())]);
    assert_eq!(dict.get(1).as_deref(), Some("one"));
    assert_eq!((dict.get(2_u64).as_deref(), dict.range(1..3).count()), (Some("two"), 2));
    assert_eq!(
        (dict.range(..).count(), dict.range(..=1).count(), dict.range(2..).count()),
        (2, 1, 1)
    );

    let signed = Dict::from([(-1.5, 'a'), (2.0, 'b')]);
    assert_eq!((signed.get(-1.5), signed.range(-1.0..=2.0).count()), (Some('a'), 1));

    let bytes = Dict::<Vec<u8>, u8>::new();
    bytes.insert(b"ab".to_vec(), 1);
    assert_eq!(
        (bytes.get(b"ab"), bytes.get(&b"ab"[..]), bytes.get(vec![97, 98])),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(bytes.range(&b"a"[..]..&b"b"[..]).count(), 1);

    let pairs = Dict::<(String, u32), u8>::new();
    pairs.insert(("a".into(), 1), 7);
    assert_eq!((pairs.get(("a", 1)), pairs.get(&("a".to_string(), 1))), (Some(7), Some(7)));
    assert_eq!(pairs.range(("a", 0)..("a", 9)).count(), 1);
    assert_eq!(pairs.prefix("a").count(), 1);

    let maybe = Dict::<Option<String>, u8>::new();
    maybe.extend([(None, 0), (Some("x".to_string()), 1)]);
    assert_eq!((maybe.get(Some("x")), maybe.get(None::<String>)), (Some(1), Some(0)));

    let newest = Dict::<Desc<u32>, u8>::new();
    newest.extend([(Desc(1), 1), (Desc(9), 9)]);
    assert_eq!((newest.first(), newest.get(Desc(1))), (Some((Desc(9), 9)), Some(1)));

    let places = Set::<Place>::new();
    let rome = Place { country: "IT".into(), zip: 184 };
    assert!(places.insert(rome.clone()) && places.contains(&rome) && places.remove(rome));
}
