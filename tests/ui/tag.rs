//! Only field-less enums are tags.

#[derive(db0::Tag)]
enum Shape {
    Circle { radius: f64 },
    Square(f64),
    Nothing,
}

#[derive(db0::Tag)]
struct Point;

#[derive(db0::Tag)]
enum Typed<const N: usize> {
    A,
}

#[derive(db0::Tag)]
enum Empty {}

#[derive(db0::Tag)]
#[db0(rename = "x", name = "")]
enum Color {
    #[db0(crate = "x")]
    Red,
    #[db0(name = "Red", name = "Blue")]
    Green,
    #[db0(name = "Red")]
    Blue,
}

#[derive(db0::Tag)]
union Bits {
    a: u8,
}

fn main() {
    let _ = db0::plumbing::EnumTag::variant(&Color::Red);
}
