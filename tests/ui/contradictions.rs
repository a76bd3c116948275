//! Options that contradict or repeat each other.

trait Shape {}

#[db0::memo(
    singleton,
    keep,
    singleton,
    name = "A",
    name = "B",
    prefix = "p",
    prefix = "q",
    renamed_from = ["A", "C"],
    renamed_from = "C",
    implements = [Shape, Shape]
)]
struct Person {
    #[db0(index, unique)]
    id: u64,
    #[db0(default, default = 3)]
    age: u8,
    #[db0(default)]
    #[serde(default)]
    size: u8,
    #[db0(tag, tag)]
    name: String,
}

impl Shape for Person {}

fn main() {}
