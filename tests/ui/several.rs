//! Many mistakes are reported at once, and the class can still be used.

use db0::plumbing::{Class, Implements, Singleton};

trait Named {}

#[db0::memo(singelton, keep = 1, implements = [Named], index = (name, agge))]
#[derive(Debug, Default, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Person {
    #[db0(defualt = 3)]
    #[serde(flatten)]
    name: String,
    #[db0(index, unique)]
    age: u32,
}

fn class<C: Class>() {}
fn singleton<C: Singleton>() {}
fn named<C: Implements<dyn Named>>() {}

fn main() {
    class::<Person>();
    singleton::<Person>();
    named::<Person>();
    let person = Person::default().clone();
    let _ = (Person::AGE.get(&person), &person.name);
}
