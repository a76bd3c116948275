//! Two fields can't answer to one name on disk.

#[db0::memo(renamed_from = "Person")]
struct Person {
    name: String,
    #[serde(rename = "name")]
    title: String,
    #[db0(renamed_from = "name")]
    nick: String,
    #[db0(renamed_from = "town")]
    city: String,
    #[serde(alias = "town")]
    place: String,
    #[db0(renamed_from = ["size", "height"], renamed_from = "height")]
    size: u8,
}

fn main() {}
