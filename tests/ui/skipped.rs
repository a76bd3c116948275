//! What isn't stored has no keys and no earlier names.

#[db0::memo]
struct Person {
    #[db0(skip, index)]
    age: u8,
    #[serde(skip)]
    #[db0(tag, renamed_from = "title")]
    name: String,
}

#[db0::memo]
struct Wrapper(#[db0(skip)] u8);

fn main() {}
