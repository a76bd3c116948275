//! Values stored in another form: lossless as fields and elements, and refused where they can't be.

mod common;

use std::collections::{BTreeMap, HashMap};

use common::World;
use db0::{Cbor, Compressed, Dict, Error, Json, List, Memo};
use serde_json::json;

#[db0::memo(singleton)]
struct Root {
    settings: Json<serde_json::Value>,
    readings: Cbor<BTreeMap<String, Vec<f64>>>,
    text: Compressed<String>,
    pages: Dict<u32, Compressed<Vec<String>>>,
    log: List<Json<(u64, Option<String>)>>,
}

#[db0::memo]
struct Person {
    name: String,
}

#[test]
fn they_come_back_as_they_were() {
    let mut world = World::new();
    let readings: BTreeMap<_, _> = [("a".to_string(), vec![0.5, -1.0])].into();
    let root = db0::singleton(|| Root {
        settings: json!({ "dark": true, "sizes": [1, 2.5, null] }).into(),
        readings: readings.clone().into(),
        text: "again and ".repeat(50_000).into(),
        pages: Dict::new(),
        log: List::new(),
    });
    root.read().pages.insert(1, Compressed(vec!["x".into(); 1000]));
    root.read().log.extend([Json((u64::MAX, None)), Json((0, Some("\"[".into())))]);
    root.write().settings["dark"] = json!(false);
    drop(root);
    world.reopen();
    let root = db0::fetch_singleton::<Root>().expect("it is there");
    let root = root.read();
    assert_eq!(*root.settings, json!({ "dark": false, "sizes": [1, 2.5, null] }));
    assert_eq!(root.readings.clone().into_inner(), readings);
    assert_eq!(root.text.len(), 500_000);
    assert_eq!(root.pages.get(1).map(|page| page.len()), Some(1000));
    assert_eq!(root.log.get(1), Some(Json((0, Some("\"[".into())))));
    let size = std::fs::metadata(world.folder.path().join("default/data.mdb")).expect("a file");
    assert!(size.len() < 400_000, "half a megabyte of text is stored in little");
}

#[test]
fn what_can_not_be_stored_so_is_refused_and_changes_nothing() {
    let _world = World::new();
    let ann = Memo::new(Person { name: "Ann".into() });
    let (json, cbor) = (List::new(), List::new());
    let (packed, nested) = (List::new(), List::new());
    for refused in [
        json.try_push(Json(ann.clone())),
        cbor.try_push(Cbor(ann.clone())),
        packed.try_push(Compressed(ann.clone())),
        nested.try_push(Compressed(List::from([1]))),
    ] {
        assert!(matches!(refused, Err(Error::Encode { .. })), "{refused:?}");
    }
    assert_eq!(
        (json.len(), cbor.len(), packed.len(), nested.len(), ann.refcount()),
        (0, 0, 0, 0, 0)
    );
    let mut deep = json!(1);
    for _ in 0..70 {
        deep = json!([deep]);
    }
    let list = List::new();
    assert!(matches!(list.try_push(Json(deep.clone())), Err(Error::Encode { .. })));
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let floats = Json(BTreeMap::from([("null", (Some(1), vec![None, Some(float)]))]));
        assert!(matches!(List::new().try_push(floats), Err(Error::Encode { .. })), "{float}");
    }
    let floats: List<Json<(f32, Option<f64>)>> = List::from([Json((f32::MAX, None))]);
    assert_eq!(floats.get(0), Some(Json((f32::MAX, None))));
    let cbor = List::new();
    assert!(matches!(cbor.try_push(Cbor(deep)), Err(Error::Encode { .. })));
    assert_eq!((list.len(), cbor.len()), (0, 0));
}

#[test]
fn text_for_people_shows_what_they_hold() {
    let map = HashMap::from([("a", 1)]);
    assert_eq!(serde_json::to_string(&Json(&map)).expect("text"), r#"{"a":1}"#);
    assert_eq!(serde_json::to_string(&Cbor(&map)).expect("text"), r#"{"a":1}"#);
    assert_eq!(serde_json::to_string(&Compressed(&map)).expect("text"), r#"{"a":1}"#);
    let back: Compressed<BTreeMap<String, u8>> = serde_json::from_str(r#"{"a":1}"#).expect("a map");
    assert_eq!(back["a"], 1);
}
