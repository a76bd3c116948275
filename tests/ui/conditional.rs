//! What `cfg_attr` hides can't be seen by the macro.

#[db0::memo]
struct Person {
    #[cfg_attr(all(), db0(index))]
    age: u8,
    #[cfg_attr(all(), doc = "fine", serde(default), cfg(all()))]
    name: String,
    #[cfg_attr(all(), allow(dead_code))]
    fine: u8,
}

#[db0::memo]
enum Either {
    #[cfg_attr(all(), serde(rename = "B"))]
    A,
}

fn main() {}
