//! A guard for writing lives no longer than its handle, and one for reading only reads.

use db0::Memo;

#[db0::memo]
struct Person {
    name: String,
}

fn main() {
    let person = Memo::new(Person { name: "Ann".into() });
    person.read().name.clear();
    let guard = person.write();
    drop(person);
    drop(guard);
}
