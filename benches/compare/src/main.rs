//! The comparator.
fn main() {}
