//! Bytes in the place of what an object or element is stored as.

use std::collections::{BTreeMap, HashMap};

use db0_runtime::codec::{
    RefExt, Value, decode, decode_fields, field, for_each_reference, join_fields, split_fields,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Mix {
    number: i64,
    float: Option<f64>,
    text: String,
    bytes: Vec<u8>,
    shapes: Vec<Shape>,
    map: BTreeMap<String, Value>,
    reference: Option<RefExt>,
    deeper: Option<Box<Mix>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f32),
    Box { width: u8, height: u16 },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    List(Vec<Untagged>),
    Map(BTreeMap<String, Untagged>),
    Any(Value),
}

pub(crate) fn read(bytes: &[u8]) {
    let _ = (decode::<Mix>(bytes), decode_fields::<Mix>(bytes), decode::<Untagged>(bytes));
    let _ = (decode::<Vec<Shape>>(bytes), decode::<HashMap<Value, Option<RefExt>>>(bytes));
    let _ = (for_each_reference(bytes, |_, _| ()), field(bytes, 2));
    if let Ok(fields) = split_fields(bytes) {
        let mut joined = Vec::new();
        if join_fields(&fields, &mut joined).is_ok() {
            let again = split_fields(&joined).expect("it was joined from fields");
            assert_eq!(again, fields, "fields change when they are joined");
        }
    }
    if let Ok(value) = Value::from_bytes(bytes) {
        let written = value.to_bytes().expect("what was read can be written");
        assert_eq!(Value::from_bytes(&written).expect("it was written"), value);
        let _ = (value.to_string(), serde_json::to_string(&value));
    }
}
