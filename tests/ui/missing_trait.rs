//! A class must implement what it says it does.

trait Shape: Send + Sync {}

#[db0::memo(implements = [Shape])]
struct Circle {
    radius: f64,
}

fn main() {}
