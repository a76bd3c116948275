//! A constant is as visible as its field.

mod people {
    #[db0::memo]
    pub struct Person {
        pub name: String,
        age: u32,
    }
}

fn main() {
    let _ = people::Person::NAME;
    let _ = people::Person::AGE;
}
