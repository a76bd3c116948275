//! The classes that these programs use.

use db0::{Dict, Index, List, Memo, Set, WeakMemo};

#[db0::memo(singleton)]
pub(crate) struct Root {
    pub(crate) greeting: String,
    pub(crate) people: List<Memo<Person>>,
    pub(crate) by_name: Dict<String, Memo<Person>>,
    pub(crate) by_age: Index<u32, Memo<Person>>,
    pub(crate) seen: Set<String>,
}

#[db0::memo(implements = [Named])]
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    #[db0(index)]
    pub(crate) age: u32,
    pub(crate) friend: Option<Memo<Person>>,
    pub(crate) boss: Option<WeakMemo<Person>>,
    #[db0(unique)]
    pub(crate) email: Option<String>,
}

#[db0::memo(keep, implements = [Named])]
pub(crate) struct Task(pub(crate) String, pub(crate) u8);

pub(crate) trait Named: Send + Sync {
    fn label(&self) -> String;
}

impl Named for Person {
    fn label(&self) -> String {
        self.name.clone()
    }
}

impl Named for Task {
    fn label(&self) -> String {
        self.0.clone()
    }
}

impl Person {
    pub(crate) fn birthday(&mut self) {
        self.age += 1;
    }
}

pub(crate) fn person(name: &str, age: u32) -> Person {
    Person { name: name.into(), age, ..Person::default() }
}

pub(crate) fn root() -> Memo<Root> {
    db0::singleton(|| Root {
        greeting: "Hello".into(),
        people: List::new(),
        by_name: Dict::new(),
        by_age: Index::new(),
        seen: Set::new(),
    })
}
