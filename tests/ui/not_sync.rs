//! A class is shared between threads.

use std::cell::Cell;

#[db0::memo]
struct Counter {
    count: Cell<u32>,
}

fn main() {}
