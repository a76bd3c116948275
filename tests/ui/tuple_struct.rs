//! The fields of a tuple struct are places.

#[db0::memo]
struct Pair(
    #[cfg(all())] u8,
    #[db0(renamed_from = "second")] u8,
);

fn main() {}
