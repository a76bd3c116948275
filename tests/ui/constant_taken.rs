//! A constant of the user's own is in the way: `no_const` helps.

#[db0::memo]
struct Person {
    age: u32,
}

impl Person {
    const AGE: u32 = 18;
}

#[db0::memo]
struct Solved {
    #[db0(no_const)]
    age: u32,
}

impl Solved {
    const AGE: u32 = 18;
}

fn main() {
    let _ = Solved::AGE;
}
