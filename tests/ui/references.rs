//! A memo owns its fields.

#[db0::memo]
struct Person {
    name: &str,
    title: &'static str,
}

#[db0::memo]
enum Either {
    Text(&'static [u8]),
}

fn main() {
    let _ = Person::NAME;
}
