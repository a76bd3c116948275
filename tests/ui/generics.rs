//! A class has no parameters.

#[db0::memo]
struct Typed<T> {
    value: T,
}

#[db0::memo]
struct Borrowed<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[db0::memo]
enum Sized<const N: usize> {
    Array([u8; N]),
}

fn main() {}
