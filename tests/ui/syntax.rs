//! What can't be read is one mistake each, and the rest is still looked at.

#[db0::memo(17, singleton keep, = "x", implements = [1])]
struct First {
    #[db0]
    id: u64,
    #[db0 = "index"]
    name: String,
    #[db0(default = , unheard_of)]
    age: u8,
}

fn main() {}
