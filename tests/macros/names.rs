//! Names on disk, and names that fields had.

use crate::{field, field_names, json};

#[db0::memo]
#[serde(rename_all = "camelCase")]
struct Renamed {
    first_name: String,
    #[db0(renamed_from = "town", renamed_from = ["place"])]
    home_city: String,
    #[serde(rename = "e-mail", alias = "mail")]
    email: String,
    r#type: u8,
}

#[test]
fn names_on_disk_are_those_that_serde_reads() {
    assert_eq!(field_names::<Renamed>(), ["firstName", "homeCity", "e-mail", "type"]);
    assert_eq!(field::<Renamed>("homeCity").renamed_from, ["town", "place"]);
    assert_eq!(field::<Renamed>("e-mail").renamed_from, ["mail"]);
    assert_eq!(Renamed::FIRST_NAME.name(), "firstName");
    assert_eq!(Renamed::TYPE.name(), "type");
    let stored = r#"{"firstName":"Ann","town":"Ulm","mail":"a@b","type":1}"#;
    let renamed: Renamed = serde_json::from_str(stored).expect("earlier names");
    assert_eq!((renamed.home_city.as_str(), renamed.email.as_str()), ("Ulm", "a@b"));
    assert!(json(&renamed).contains(r#""homeCity":"Ulm","e-mail":"a@b","type":1"#));
}
