//! The db0 command.
fn main() {}
