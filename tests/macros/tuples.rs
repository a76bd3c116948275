//! Tuple structs.

use db0::plumbing::{KeyUse, Shape};

use crate::{field_names, info, json, keys};

#[db0::memo(unique = (0, 1))]
#[derive(Debug, PartialEq)]
struct Pair(#[db0(index)] u8, String, #[db0(skip)] u8);

#[db0::memo]
#[derive(Debug, PartialEq)]
struct Wrapper(#[db0(index)] u8);

#[test]
fn tuple_structs_are_numbered() {
    assert_eq!((info::<Pair>().shape, field_names::<Pair>()), (Shape::Tuple, vec!["0", "1"]));
    assert_eq!(keys::<Pair>(), [("0", KeyUse::Index), ("0,1", KeyUse::Unique)]);
    assert_eq!(json(&Pair(1, "x".into(), 3)), r#"[1,"x"]"#);
    assert_eq!(serde_json::from_str::<Pair>(r#"[1,"x"]"#).expect("a pair"), Pair(1, "x".into(), 0));
    assert_eq!((info::<Wrapper>().shape, field_names::<Wrapper>()), (Shape::Newtype, vec!["0"]));
    assert_eq!(json(&Wrapper(7)), "7");
}
