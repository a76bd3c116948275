//! Declared keys: described once, handed out by number.

use db0::plumbing::{Class, KeySink, KeyUse};

use crate::{Handle, info, keys};

#[db0::memo(index = (realm, name), unique = (name, r#type,))]
struct Keyed {
    #[db0(index)]
    realm: u64,
    #[db0(unique)]
    name: String,
    #[db0(index)]
    words: Vec<String>,
    r#type: Option<u8>,
    free: Handle<u8>,
}

#[test]
fn declared_keys_are_described() {
    let expected = [
        ("realm", KeyUse::Index),
        ("name", KeyUse::Unique),
        ("words", KeyUse::Index),
        ("realm,name", KeyUse::Index),
        ("name,type", KeyUse::Unique),
    ];
    assert_eq!(keys::<Keyed>(), expected);
    let kinds = info::<Keyed>().keys.iter().map(|key| key.field_kind.expect("a key")().to_string());
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds[..3], ["int", "text", "each text"]);
    assert_eq!(kinds[3], "(int, text)");
}

#[test]
fn keys_are_handed_out_by_number() {
    let mut sink = KeySink::default();
    let words = vec!["a".into(), "b".into()];
    let keyed = Keyed { realm: 1, name: "x".into(), words, r#type: None, free: Handle(vec![]) };
    keyed.keys(&mut sink);
    let numbers: Vec<_> = sink.iter().map(|key| (key.ordinal, key.is_null)).collect();
    assert_eq!(numbers, [(0, false), (1, false), (2, false), (2, false), (3, false), (4, true)]);
    assert!(keyed.free.0.is_empty());
}
