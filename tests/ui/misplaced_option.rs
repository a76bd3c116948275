//! Options in the wrong place say where they belong.

#[db0::memo(default, tag, index, unique)]
#[db0(keep)]
struct Person {
    #[db0(singleton)]
    id: u64,
    #[db0(prefix = "x", index)]
    name: String,
}

fn main() {}
