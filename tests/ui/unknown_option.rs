//! Unknown options are listed with those there are.

#[db0::memo(indexed, singelton, prefix = "x")]
struct Person {
    #[db0(primary, index)]
    id: u64,
    #[db0(rename = "n")]
    name: String,
}

fn main() {
    let _ = Person::NAME;
}
