//! A guard for writing stays on its thread, and so in one piece of a future.

use db0::Memo;

#[db0::memo]
struct Person {
    name: String,
}

fn send<T: Send>(_: T) {}

async fn other() {}

async fn across_an_await(person: Memo<Person>) {
    let mut guard = person.write();
    other().await;
    guard.name.clear();
}

fn main() {
    let person = Memo::new(Person { name: "Ann".into() });
    send(person.clone());
    send(person.read());
    send(person.write());
    send(across_an_await(person.clone()));
}
