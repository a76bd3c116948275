//! `#[db0::memo]` goes above other derives: what stands above it can't be taken off.

#[derive(Debug, Clone)]
#[db0::memo]
struct Person {
    name: String,
}

fn main() {}
