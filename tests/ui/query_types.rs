//! Conditions, indexes and orders of one class can't get into a query for another.

use db0::{Index, Memo};

#[db0::memo]
struct Person {
    age: u32,
}

#[db0::memo]
struct Task {
    title: String,
}

fn mixed(by_age: &Index<u32, Memo<Person>>) {
    db0::find::<Task>(Person::AGE.eq(30));
    db0::find::<Task>(("urgent", db0::no(Person::AGE.lt(30))));
    db0::find::<Task>(by_age);
    db0::find::<Task>(by_age.range(1..3));
    db0::find::<Task>(()).sort_by(by_age);
    db0::find::<Task>(()).sort_by(Person::AGE);
    db0::find::<Task>(()).group_by(Person::AGE);
    db0::find::<Task>(()).filter(|person: &Person| person.age > 3);
    db0::find::<Task>(30);
    db0::find_any(Person::AGE.eq(30));
    db0::find::<Person>(Person::AGE.eq("thirty"));
}

fn main() {}
