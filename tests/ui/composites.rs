//! Composite keys name stored fields of a struct, each once.

#[db0::memo(
    index = (realm, nme),
    index = (realm),
    index = (realm, realm),
    unique = (realm, cache),
    unique = (realm, name),
    index = (realm, name),
    index = (realm, wide),
    index = (0, name),
    index = (realm, "name")
)]
struct Account {
    realm: u64,
    name: String,
    #[db0(skip)]
    cache: u8,
    #[cfg(all())]
    wide: u8,
}

#[db0::memo(index = (a, b))]
enum Either {
    A,
}

#[db0::memo(unique = (a, b))]
struct Nothing;

fn main() {}
