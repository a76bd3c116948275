//! Every form in which criteria, tags and what is tagged can be written.
#![allow(
    clippy::needless_borrows_for_generic_args,
    clippy::useless_vec,
    clippy::needless_pass_by_value,
    reason = "each form is to be tried"
)]

use std::borrow::Cow;

use db0::{AnyMemo, Criteria, Index, Memo, Query};

use crate::common::World;

#[db0::memo(keep)]
struct Person {
    name: String,
    age: u32,
    city: Option<String>,
}

#[db0::memo(keep)]
struct Team {
    name: String,
}

#[derive(db0::Tag, Clone, Copy, PartialEq)]
enum Level {
    Junior,
    Senior,
}

/// Another enum with variants of the same names.
mod other {
    #[derive(db0::Tag)]
    pub(super) enum Rank {
        Junior,
    }
}

struct People {
    /// Keeps the folder.
    _world: World,
    ann: Memo<Person>,
    bob: Memo<Person>,
    team: Memo<Team>,
    by_age: Index<u32, Memo<Person>>,
}

/// Ann: employee, a, Senior, in the team; Bob: employee, b, intern, Junior; Cid: c; Dee: nothing.
fn people() -> People {
    let world = World::new();
    let person = |name: &str, age, city: Option<&str>| {
        Memo::new(Person { name: name.into(), age, city: city.map(Into::into) })
    };
    let (ann, bob) = (person("Ann", 25, Some("Rome")), person("Bob", 19, None));
    let (cid, dee) = (person("Cid", 29, Some("Oslo")), person("Dee", 64, Some("Rome")));
    let team = Memo::new(Team { name: "red".into() });
    let by_age = Index::new();
    [&ann, &bob, &cid, &dee].into_iter().for_each(|p| assert!(by_age.add(p.read().age, p)));
    db0::tags(&ann).add(("employee", "a", Level::Senior, &team));
    db0::tags(&bob).add(["employee", "b", "intern"]).add([Level::Junior]);
    db0::tags(&cid).add("c");
    People { _world: world, ann, bob, team, by_age }
}

#[track_caller]
fn found(criteria: impl Criteria<Person>, names: &str) {
    let found = db0::find::<Person>(criteria);
    let mut initials = String::new();
    found.iter().for_each(|person| initials.push_str(&person.read().name[..1]));
    assert_eq!(initials, names);
    assert_eq!((found.count(), found.is_empty()), (names.len() as u64, names.is_empty()));
}

#[test]
fn tags_as_criteria() {
    let people = people();
    found((), "ABCD");
    found("employee", "AB");
    found(String::from("employee"), "AB");
    found(&String::from("employee"), "AB");
    found(&&"employee", "AB");
    found(Level::Senior, "A");
    found(&Level::Senior, "A");
    found([Level::Senior, Level::Junior], "AB");
    found(other::Rank::Junior, "");
    found(&people.team, "A");
    found(people.team.clone(), "A");
    found([&people.team], "A");
    found(vec![people.team.clone()], "A");
    found(people.team.downgrade(), "A");
    found(AnyMemo::from(&people.team), "A");
    found(db0::class::<Person>(), "ABCD");
    found(db0::class::<Team>(), "");
    found([db0::class::<Person>(), db0::class::<Team>()], "ABCD");
    found(people.bob.uuid(), "B");
    found([people.bob.uuid(), people.ann.uuid()], "AB");
    found("nobody bears this", "");
    found("Employee", "");
    for tag in db0::tags(&people.bob).list() {
        assert!(db0::find::<Person>(&tag).contains(&people.bob), "{tag}");
    }
}

#[test]
fn combinations_nest() {
    let people = people();
    found(("employee", "a"), "A");
    found(("employee",), "AB");
    found(["a", "b"], "AB");
    found(&["a", "c"], "AC");
    found(&["a", "c"][..], "AC");
    found(vec!["b", "c"], "BC");
    found(vec![String::from("b")], "B");
    found(("employee", ["a", "c"]), "A");
    found([("employee", "a"), ("employee", "b")], "AB");
    found(db0::no("employee"), "CD");
    found(db0::no(["a", "b"]), "CD");
    found(db0::no(("employee", "a")), "BCD");
    found(db0::no(()), "");
    found(db0::no(db0::no("a")), "A");
    found(db0::no(["nobody bears this"; 0]), "ABCD");
    found(Vec::<&str>::new(), "");
    found([db0::no("a"), db0::no("b")], "ABCD");
    found((db0::no("a"), db0::no("b")), "CD");
    found(db0::any(("c", Level::Junior, Person::AGE.gt(60))), "BCD");
    found(db0::any(["a", "c"]), "AC");
    found(db0::all(("employee", db0::no("intern"))), "A");
    found(db0::all(["employee", "b"]), "B");
    found(db0::all(Vec::<&str>::new()), "ABCD");
    found(("employee", ["a", "b"], db0::no("intern"), Person::AGE.between(20..30)), "A");
    let deep =
        (db0::no((db0::no(["a", "c"]), db0::any(("b", db0::no("employee"))))), ["b", "c", "a"]);
    found(deep, "AC");
    let chosen: Vec<Box<dyn Criteria<Person>>> =
        vec![Box::new("employee"), Box::new(Person::AGE.lt(20))];
    found(db0::all(chosen), "B");
    found(Cow::Borrowed("c"), "C");
    drop(people);
}

#[test]
fn fields_indexes_and_queries_as_criteria() {
    let people = people();
    found(Person::AGE.eq(25), "A");
    found(Person::AGE.ne(25), "BCD");
    found(Person::AGE.is_in([19, 64, 7]), "BD");
    found(Person::AGE.is_in(Vec::<u32>::new()), "");
    found([Person::AGE.lt(20), Person::AGE.ge(64)], "BD");
    found(Person::AGE.between(..=25), "AB");
    found(Person::AGE.between(30..30), "");
    found(Person::AGE.between(..), "ABCD");
    found(Person::NAME.starts_with("A"), "A");
    found(Person::NAME.starts_with(""), "ABCD");
    found(Person::NAME.eq("Cid"), "C");
    found(Person::NAME.is_in(["Cid", "Ann"]), "AC");
    found(Person::NAME.between("B".."Cz"), "BC");
    found(Person::CITY.is_none(), "B");
    found(Person::CITY.is_some(), "ACD");
    found(Person::CITY.eq(Some("Rome".to_owned())), "AD");
    found(db0::no(Person::CITY.eq(None::<String>)), "ACD");
    found(people.by_age.range(20..30), "AC");
    found(people.by_age.range(..), "ABCD");
    found(&people.by_age, "ABCD");
    found((people.by_age.range(20..), db0::no("a")), "CD");
    found([people.by_age.range(..20), people.by_age.range(60..)], "BD");
    let young = db0::find::<Person>(Person::AGE.lt(30)).filter(|person| person.name != "Ann");
    found(&young, "BC");
    found((&young, "employee"), "B");
    found(db0::no(&young), "AD");
    found([young.clone(), db0::find("a")], "ABC");
    found(young.sort_desc_by(Person::AGE), "BC");
}

#[test]
fn what_is_tagged() {
    let People { ann, bob, team, _world, .. } = people();
    let all = [ann.clone(), bob.clone()];
    db0::tags(ann.clone()).add("1");
    db0::tags([ann.clone(), bob.clone()]).add("2");
    db0::tags(vec![&ann, &bob]).add("3");
    db0::tags(&all[..1]).add("4");
    db0::tags(&vec![ann.clone()]).add("5");
    db0::tags(db0::find::<Person>("c")).add("6");
    let query: Query<Person> = db0::find(Person::AGE.gt(60));
    db0::tags(&query).add("7");
    db0::tags(AnyMemo::from(&team)).add("8");
    db0::tags([AnyMemo::from(&team), AnyMemo::from(&ann)]).add("9");
    db0::tags(db0::find_any(["8", "6"])).add("10");
    db0::tags(Vec::<Memo<Person>>::new()).add("11");
    for (tag, names) in
        [("1", "A"), ("2", "AB"), ("3", "AB"), ("4", "A"), ("5", "A"), ("6", "C"), ("7", "D")]
    {
        found(tag, names);
    }
    found("9", "A");
    found("10", "C");
    assert_eq!(db0::find::<Team>(("8", "9", "10")).count(), 1);
    assert!(db0::all_tags().expect("a list").iter().all(|(tag, _)| tag.as_text() != Some("11")));
}

#[test]
fn what_is_put_on() {
    let People { ann, bob, team, _world, .. } = people();
    let long = "x".repeat(5000);
    let strange = "a\0b\u{1F980} ";
    db0::tags(&bob)
        .set(())
        .add("one")
        .add(String::from("two"))
        .add(&String::from("three"))
        .add(["four", "five"])
        .add(vec![String::from("six")])
        .add(&["seven"][..])
        .add((Level::Senior, &team, db0::class::<Team>()))
        .add(&ann)
        .add(&*long)
        .add(strange)
        .add(db0::words("Ünder the Sea"));
    let tags = db0::tags(&bob);
    assert!(tags.contains((
        "one",
        ["two", "three", "four", "five", "six", "seven"],
        Level::Senior
    )));
    assert!(tags.contains((&team, &ann, db0::class::<Team>(), &*long, strange, "under", "sea")));
    assert!(!tags.contains(["one", "eight"]) && !tags.contains(Level::Junior));
    assert!(tags.contains(Vec::<&str>::new()), "all of none");
    assert_eq!(tags.list().len(), 16);
    let texts: Vec<String> = tags.list().iter().map(ToString::to_string).collect();
    assert!(texts.contains(&"Level::Senior".into()) && texts.contains(&team.uuid().to_string()));
    db0::commit().expect("it commits");
    found((&*long, strange, &ann, db0::class::<Team>()), "B");
    found(db0::words("sea under"), "B");
    let copied = db0::tags(&bob).list();
    db0::tags(&ann).set(&copied);
    assert_eq!(db0::tags(&ann).list(), copied);
    db0::tags([&ann, &bob]).remove(&copied).remove("never there").remove(&copied);
    assert!(db0::tags([&ann, &bob]).list().is_empty());
}
