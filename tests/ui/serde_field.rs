//! serde's attributes on fields that would move the places of others.

use std::collections::HashMap;

#[db0::memo]
struct Person {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    nick: Option<String>,
    #[serde(flatten)]
    rest: HashMap<String, String>,
    #[serde(skip_serializing)]
    written: u8,
    #[serde(skip_deserializing)]
    read: u8,
    #[serde(default)]
    fine: u8,
}

fn main() {
    let _ = (Person::NICK, Person::FINE);
}
