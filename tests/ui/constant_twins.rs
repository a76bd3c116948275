//! Two fields can't have one constant.

#[allow(non_snake_case)]
#[db0::memo]
struct Person {
    age: u32,
    AGE: u8,
    firstName: String,
    first_name: String,
    #[db0(no_const)]
    r#type: u8,
    TYPE: u8,
    #[db0(skip)]
    size: u8,
    SIZE: u8,
}

fn main() {}
