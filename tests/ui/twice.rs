//! Once is enough.

#[db0::memo]
#[db0::memo(singleton)]
struct Person {
    a: u8,
}

fn main() {}
