//! A constant for each field, which reads it.

use db0::Field;

use crate::json;

#[db0::memo]
#[derive(Debug, PartialEq, Default)]
struct Person {
    name: String,
    #[db0(index)]
    age: u32,
    nick: Option<String>,
}

#[test]
fn fields_are_constants_that_read_them() {
    let ann = Person { name: "Ann".into(), age: 30, nick: None };
    let age: Field<Person, u32> = Person::AGE;
    assert_eq!((age.name(), age.ordinal(), age.get(&ann)), ("age", 1, &30));
    assert_eq!(Person::NAME.get(&ann), "Ann");
    assert_eq!(Person::NICK.ordinal(), 2);
}

#[test]
fn values_are_read_by_place_and_by_name() {
    let ann = Person { name: "Ann".into(), age: 30, nick: None };
    assert_eq!(json(&ann), r#"{"name":"Ann","age":30,"nick":null}"#);
    for stored in [r#"["Ann",30,null]"#, r#"{"age":30,"name":"Ann"}"#] {
        assert_eq!(serde_json::from_str::<Person>(stored).expect(stored), ann);
    }
}
