//! Only structs and enums can be classes.

#[db0::memo]
fn function() {}

#[db0::memo]
union Bits {
    a: u32,
    b: f32,
}

#[db0::memo(singleton)]
trait Shape {}

struct Person;

#[db0::memo]
impl Person {}

#[db0::memo]
type Alias = Person;

fn main() {}
