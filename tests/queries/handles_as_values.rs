//! Fields with handles are asked for, joined and grouped by the objects themselves: one of another prefix is
//! nobody's here, though it may have the same number there.

use db0::{Condition, Memo, Mode, Query};

use crate::common::World;

#[db0::memo(keep)]
#[derive(Debug)]
struct Person {
    name: String,
}

#[db0::memo(keep)]
struct Task {
    #[db0(index)]
    owner: Option<Memo<Person>>,
    helper: Option<Memo<Person>>,
    pair: (u8, Option<Memo<Person>>),
    watchers: Vec<Memo<Person>>,
}

fn task(owner: &Memo<Person>) -> Task {
    let some = || Some(owner.clone());
    Task { owner: some(), helper: some(), pair: (1, some()), watchers: vec![owner.clone()] }
}

#[test]
fn a_handle_of_another_prefix_is_nobody_s() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("it is open");
    let [here, there] =
        ["here", "there"].map(|name| workspace.prefix(name, Mode::ReadWrite).expect("it opens"));
    let make = |prefix: &db0::Prefix| {
        let person = prefix.create(Person { name: prefix.name().into() });
        prefix.create(task(&person));
        person
    };
    let (mine, twin) = (make(&here), make(&there));
    assert_eq!(mine.uuid().as_u64_pair().1, twin.uuid().as_u64_pair().1, "they have one number");
    let (mine, twin) = (Some(&mine), Some(&twin));
    let check = |condition: Condition<Task>, count| {
        let query: Query<Task> = here.find(condition);
        assert_eq!(query.count(), count, "{query:?}");
        let sent = Query::<Task>::from_bytes(&query.to_bytes().expect("no closure"));
        assert_eq!(sent.expect("it is a query").count(), count);
    };
    for _ in 0..2 {
        for field in [Task::OWNER, Task::HELPER] {
            check(field.eq(mine), 1);
            check(field.eq(twin), 0);
            check(field.ne(twin), 1);
            check(field.is_in([twin, mine]), 1);
            check(field.is_in([twin]), 0);
            check(field.is_in([twin, None]), 0);
            check(field.ge(twin), 0);
            check(field.between(twin..=mine), 0);
            check(field.between(mine..=mine), 1);
            check(field.is_some(), 1);
        }
        check(Task::PAIR.eq((1, mine)), 1);
        check(Task::PAIR.eq((1, twin)), 0);
        check(Task::WATCHERS.contains(mine.expect("some")), 1);
        check(Task::WATCHERS.contains(twin.expect("some")), 0);
        db0::commit().expect("it commits");
    }
}

#[test]
fn pairs_and_groups_are_of_one_object() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("it is open");
    let [here, there] =
        ["here", "there"].map(|name| workspace.prefix(name, Mode::ReadWrite).expect("it opens"));
    let [mine, twin] = [&here, &there].map(|prefix| {
        let person = prefix.create(Person { name: prefix.name().into() });
        prefix.create(task(&person));
        prefix.create(task(&person));
        person
    });
    let (ours, theirs) = (here.find::<Task>(()), there.find::<Task>(()));
    assert_eq!(ours.join(&ours, (Task::OWNER, Task::HELPER)).len(), 4);
    assert_eq!(ours.join(&theirs, (Task::OWNER, Task::HELPER)), []);
    assert_eq!(ours.join(&here.find::<Person>(()), Task::WATCHERS).len(), 2);
    assert_eq!(ours.join(&there.find::<Person>(()), Task::OWNER), []);
    assert_eq!(
        ours.group_by(Task::OWNER).counts().into_iter().collect::<Vec<_>>(),
        [(Some(mine.clone()), 2)]
    );
    assert!(mine < mine.clone().max(here.create(Person { name: "later".into() })));
    assert_ne!(mine, twin);
}
