//! A type that isn't there.

#[db0::memo]
struct Person {
    name: Strin,
}

fn main() {}
