//! A trait that isn't there.

#[db0::memo(implements = [Shape])]
struct Circle {
    radius: f64,
}

fn main() {}
