//! A default is of the field's type.

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Age(u32);

#[db0::memo]
struct Person {
    #[db0(default = "thirty")]
    age: Age,
    #[db0(default = 30)]
    name: String,
    #[db0(default = missing())]
    size: u8,
}

fn main() {}
