//! Enums as classes.

use db0::plumbing::Shape;

use crate::{Handle, info, json};

#[db0::memo]
#[derive(Debug, PartialEq)]
enum Drawing {
    Nothing,
    #[db0(renamed_from = "Round")]
    Circle {
        #[db0(default = 1.5)]
        radius: f64,
        #[db0(skip)]
        cached: u8,
    },
    Labelled(String, #[db0(default = 2)] u8),
}

#[db0::memo]
enum Linked {
    Free,
    To(Handle<u8>),
}

#[db0::memo]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Tagged {
    One { a: u8 },
}

#[test]
fn enums_are_classes_without_fields() {
    let info = info::<Drawing>();
    assert_eq!((info.shape, info.fields.len(), info.keys.len()), (Shape::Enum, 0, 0));
    let circle: Drawing = serde_json::from_str(r#"{"Round":{}}"#).expect("an earlier name");
    assert_eq!(circle, Drawing::Circle { radius: 1.5, cached: 0 });
    assert_eq!(json(&circle), r#"{"Circle":{"radius":1.5}}"#);
    let labelled: Drawing = serde_json::from_str(r#"{"Labelled":["x"]}"#).expect("a default");
    assert_eq!(labelled, Drawing::Labelled("x".into(), 2));
    assert_eq!(json(&Drawing::Nothing), r#""Nothing""#);
    assert_eq!(json(&Tagged::One { a: 1 }), r#"{"kind":"one","a":1}"#);
}

#[test]
fn an_enum_is_plain_when_all_it_holds_is() {
    assert!(info::<Drawing>().plain);
    assert!(!info::<Linked>().plain);
    // A tagged form can't hold everything that serde can write otherwise.
    assert!(!info::<Tagged>().plain);
    assert!(json(&Linked::Free) != json(&Linked::To(Handle(vec![]))));
}
