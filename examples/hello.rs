//! Hello, world: objects that persist, a list of them, and finding them again by tag.

use db0::{List, Memo};

#[db0::memo(singleton)]
struct Root {
    greeting: String,
    people: List<Memo<Person>>,
}

#[db0::memo]
struct Person {
    name: String,
    age: u32,
    friend: Option<Memo<Person>>,
}

// Plain methods on a plain struct.
impl Person {
    fn birthday(&mut self) {
        self.age += 1;
    }
}

fn main() -> db0::Result<()> {
    db0::init("./hello-data")?; // creates the folder, opens prefix "default" for writing
    let root = db0::singleton(|| Root { greeting: "Hello".into(), people: List::new() });
    let alice = Memo::new(Person { name: "Alice".into(), age: 30, friend: None });
    alice.write().birthday(); // a draft, published when the guard drops
    root.read().people.push(alice.clone());
    db0::tags(&alice).add("employee").add(["manager", "remote"]);
    for p in db0::find::<Person>(("employee", db0::no("intern"))) {
        println!("{}", p.read().name);
    }
    Ok(())
} // normal exit (main returns, or process::exit) persists the state
