//! Defaults of fields, and fields that are not stored.

use std::collections::HashMap;

use crate::{Handle, field, field_names, info};

#[db0::memo]
struct Defaults {
    #[db0(default)]
    plain: u8,
    #[db0(default = 30 + Self::EXTRA)]
    age: u32,
    #[db0(default = "unknown")]
    city: String,
    #[db0(default = HashMap::<String, u8>::from([("a".into(), 1)]))]
    map: HashMap<String, u8>,
    #[serde(default = "seven")]
    theirs: u8,
    option: Option<u8>,
    #[serde(with = "doubled")]
    coded: Option<u8>,
    needed: u8,
    #[db0(skip, default = 5)]
    cache: u8,
    #[db0(skip)]
    scratch: Handle<u8>,
}

impl Default for Handle<u8> {
    fn default() -> Self {
        Self(vec![9])
    }
}

impl Defaults {
    const EXTRA: u32 = 1;
}

fn seven() -> u8 {
    7
}

mod doubled {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(value: &Option<u8>, to: S) -> Result<S::Ok, S::Error> {
        value.map(|value| value * 2).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
        Ok(Option::<u8>::deserialize(from)?.map(|value| value / 2))
    }
}

#[db0::memo]
struct Coded {
    #[serde(with = "doubled")]
    coded: Option<u8>,
}

#[test]
fn missing_fields_take_their_defaults() {
    let old: Defaults = serde_json::from_str(r#"{"needed":1,"coded":4}"#).expect("defaults");
    assert_eq!((old.plain, old.age, old.city.as_str()), (0, 31, "unknown"));
    assert_eq!((old.map["a"], old.theirs, old.option), (1, 7, None));
    assert_eq!((old.coded, old.needed, old.cache), (Some(2), 1, 5));
    assert_eq!(old.scratch.0, [9]);
    let has = |name| field::<Defaults>(name).has_default;
    assert!(has("plain") && has("age") && has("city") && has("map") && has("theirs"));
    assert!(has("option") && !has("coded") && !has("needed"));
    // What a function of the user's does can't be known.
    assert!(!info::<Coded>().plain);
    assert_eq!(Coded { coded: Some(1) }.coded, Some(1));
}

#[test]
fn skipped_fields_are_not_stored() {
    let names = field_names::<Defaults>();
    assert_eq!(names.last(), Some(&"needed"));
    let stored = serde_json::to_value(
        serde_json::from_str::<Defaults>(r#"{"needed":1,"coded":4}"#).expect("defaults"),
    );
    assert_eq!(
        stored.expect("plain data").as_object().map(serde_json::Map::len),
        Some(names.len())
    );
}

#[db0::memo]
#[serde(default)]
#[derive(Default)]
struct AllDefault {
    a: u8,
    b: String,
}

#[test]
fn a_default_of_the_whole_is_one_of_each_field() {
    assert!(info::<AllDefault>().fields.iter().all(|field| field.has_default));
    let empty: AllDefault = serde_json::from_str("{}").expect("defaults");
    assert_eq!((empty.a, empty.b.as_str()), (0, ""));
}
