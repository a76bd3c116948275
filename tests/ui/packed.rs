//! References into a packed struct don't exist.

#[db0::memo]
#[repr(C, packed)]
struct Packed {
    a: u8,
    b: u32,
}

#[db0::memo]
#[repr(packed(2))]
struct Tight {
    b: u32,
}

fn main() {
    let _ = Packed::A;
}
