//! What isn't marked isn't a class, a singleton, or of a trait.

use db0::plumbing::{Class, EnumTag, Implements, Singleton};

#[derive(Clone)]
struct Plain;

#[db0::memo]
struct Person {
    name: String,
}

trait Shape {}

fn class<C: Class>() {}
fn singleton<C: Singleton>() {}
fn shape<C: Implements<dyn Shape>>() {}
fn tag(_: impl EnumTag) {}

fn main() {
    class::<Plain>();
    singleton::<Person>();
    shape::<Person>();
    tag(Person { name: String::new() });
}
