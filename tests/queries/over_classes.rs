//! Queries over several classes have all that queries of one class have: orders, parts, groups, pairs, plans
//! and bytes, by the fields of one of the classes too.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db0::{AnyClass, AnyMemo, AnyQuery, Index, Memo, Query, WithTrait};

use crate::common::World;

trait Named {
    fn name(&self) -> String;
}

#[db0::memo(keep, implements = [Named])]
struct Person {
    name: String,
    #[db0(index)]
    age: Option<u32>,
    born: NaiveDate,
}

#[db0::memo(keep, implements = [Named])]
struct Town {
    name: String,
    age: u32,
    mayor: Option<Memo<Person>>,
}

#[db0::memo(keep)]
struct Bill {
    cents: i64,
    of: Option<Memo<Person>>,
    to: Option<AnyMemo>,
}

#[db0::memo(keep)]
struct Kept {
    all: AnyQuery,
    named: Query<WithTrait<dyn Named>>,
}

impl Named for Person {
    fn name(&self) -> String {
        self.name.clone()
    }
}

impl Named for Town {
    fn name(&self) -> String {
        self.name.clone()
    }
}

struct Made {
    ann: Memo<Person>,
    bob: Memo<Person>,
    oslo: Memo<Town>,
    bill: Memo<Bill>,
}

fn born(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 5, 1).expect("a day")
}

fn make() -> Made {
    let ann = Memo::new(Person { name: "Ann".into(), age: Some(40), born: born(1980) });
    let oslo = Memo::new(Town { name: "Oslo".into(), age: 900, mayor: Some(ann.clone()) });
    let bob = Memo::new(Person { name: "Bob".into(), age: None, born: born(1990) });
    let (of, to) = (Some(ann.clone()), Some((&oslo).into()));
    let bill = Memo::new(Bill { cents: 250, of, to });
    db0::tags((&ann, &oslo)).add("old");
    db0::tags((&bob, &oslo, &bill)).add("new");
    Made { ann, bob, oslo, bill }
}

fn everywhere(world: &mut World, look: impl Fn(&Made)) {
    let made = make();
    look(&made);
    db0::commit().expect("it commits");
    look(&made);
    db0::atomic(|| -> db0::Result<()> {
        db0::tags(&made.bob).add("old");
        db0::tags(&made.bob).remove("old");
        look(&made);
        Err(db0::abort("enough"))
    })
    .expect_err("it is aborted");
    look(&made);
    let uuids = (made.ann.uuid(), made.bob.uuid(), made.oslo.uuid(), made.bill.uuid());
    drop(made);
    world.reopen();
    look(&Made {
        ann: db0::fetch(uuids.0).expect("it is kept"),
        bob: db0::fetch(uuids.1).expect("it is kept"),
        oslo: db0::fetch(uuids.2).expect("it is kept"),
        bill: db0::fetch(uuids.3).expect("it is kept"),
    });
}

#[test]
fn they_are_sorted_by_what_some_of_them_have() {
    everywhere(&mut World::new(), |Made { ann, bob, oslo, bill }| {
        let (a, b, o, i) = (ann.uuid(), bob.uuid(), oslo.uuid(), bill.uuid());
        let all = || db0::find_any(());
        assert_eq!(all().uuids(), [a, o, b, i]);
        // With an index and without one; what is of another class has no key, and comes last.
        assert_eq!(all().sort_by(Person::AGE).uuids(), [b, a, o, i]);
        assert_eq!(all().sort_by(Person::AGE.nulls_last()).uuids(), [a, b, o, i]);
        assert_eq!(all().sort_desc_by(Person::NAME).uuids(), [b, a, o, i]);
        assert_eq!(all().sort_by(Town::AGE).uuids(), [o, a, b, i]);
        assert_eq!(all().sort_by(Bill::CENTS).sort_by(Town::NAME).uuids(), [o, i, a, b]);
        let named = || db0::find_dyn::<dyn Named>(());
        assert_eq!(named().sort_desc_by(Person::BORN).uuids(), [b, a, o]);
        let towns: Index<i32, Memo<Town>> = [(1, oslo.clone())].into_iter().collect();
        let several: Index<i32, AnyMemo> =
            [(1, bill.into()), (2, oslo.into()), (3, ann.into())].into_iter().collect();
        assert_eq!(all().sort_by(&towns).uuids(), [o, a, b, i]);
        assert_eq!(all().sort_by(&several).uuids(), [i, o, a, b]);
        assert_eq!(all().sort_desc_by(several.range(1..=2)).uuids(), [o, i, a, b]);
        assert_eq!(named().sort_by(several.rev()).take(2).uuids(), [a, o]);
        assert_eq!(db0::find_any((&several, "new")).uuids(), [o, i]);
        assert_eq!(db0::find::<Person>(several.range(2..)).uuids(), [a]);
        // Pages.
        let sorted = all().sort_by(Person::NAME);
        assert_eq!(sorted.clone().after(a).take(2).uuids(), [b, o]);
        assert_eq!(sorted.after(o).uuids(), [i]);
    });
}

#[test]
fn they_come_in_parts_groups_and_pairs() {
    everywhere(&mut World::new(), |Made { ann, bob, oslo, bill }| {
        let (a, b, o, i) = (ann.uuid(), bob.uuid(), oslo.uuid(), bill.uuid());
        let all = db0::find_any(());
        let uuids =
            |parts: Vec<AnyQuery>| -> Vec<_> { parts.iter().map(|part| part.uuids()).collect() };
        assert_eq!(uuids(all.split_by(["old", "new"])), [vec![a, o], vec![b, i]]);
        assert_eq!(uuids(all.split_by_each(["old", "new"])), [vec![a, o], vec![o, b, i]]);
        assert_eq!(all.group_by(["old", "new"]).counts(), [("new", 3), ("old", 2)].into());
        let by_class = all.group_by(|memo: &AnyMemo| memo.class());
        let classes = [("Bill", 1), ("Person", 2), ("Town", 1)];
        let classes: BTreeMap<String, u64> = classes.map(|(name, n)| (name.into(), n)).into();
        assert_eq!(by_class.counts(), classes);
        assert_eq!(by_class.members()["Town"], [AnyMemo::from(oslo)]);
        assert_eq!(by_class.sums(Bill::CENTS)["Bill"], 250);
        assert_eq!(by_class.sums(Bill::CENTS)["Town"], 0);
        assert_eq!(by_class.max(Person::BORN), [("Person".into(), born(1990))].into());
        // By a field of one class: what is of another is in no group.
        assert_eq!(all.group_by(Town::AGE).counts(), [(900, 1)].into());
        let named = db0::find_dyn::<dyn Named>(());
        let by_length = named.group_by(|named: &(dyn Named + 'static)| named.name().len());
        assert_eq!(by_length.counts(), [(3, 2), (4, 1)].into());
        assert_eq!(by_length.min(|named: &(dyn Named + 'static)| named.name())[&3], "Ann");
        assert_eq!(by_length.members()[&4][0].read().name(), "Oslo");
        // Pairs, of any classes.
        let of = all.join(&db0::find::<Person>(()), Bill::OF);
        assert_eq!(of, [(AnyMemo::from(bill), ann.clone())]);
        let to = db0::find::<Bill>(()).join(&all, Bill::TO);
        assert_eq!(to, [(bill.clone(), AnyMemo::from(oslo))]);
        let both = all.join(&named, (Bill::OF, Town::MAYOR));
        assert_eq!(both.iter().map(|(_, town)| town.uuid()).collect::<Vec<_>>(), [o]);
        let _ = (i, b);
    });
}

#[test]
fn they_go_as_bytes_and_into_fields() {
    everywhere(&mut World::new(), |Made { ann, oslo, bill, .. }| {
        // Conditions are on classes other than that of the query, and on fields that only a Rust type
        // can read.
        let late = db0::find::<Person>(Person::BORN.gt(born(1985)));
        let rich = db0::find::<Bill>(Bill::CENTS.gt(100));
        let either = db0::find_any(db0::any((&late, &rich, db0::class::<Town>())));
        let sorted = either.clone().sort_by(Person::BORN).sort_desc_by(Town::AGE).take(3);
        let inner = db0::find::<Town>(&db0::find_any("old"));
        for query in [either.clone(), sorted, db0::find_any(&inner), db0::find_any(db0::no(&late))]
        {
            let bytes = query.to_bytes().expect("no closure");
            let sent = AnyQuery::from_bytes(&bytes).expect("they are a query");
            assert_eq!((sent.uuids(), sent.to_bytes().ok()), (query.uuids(), Some(bytes)));
            assert_eq!(format!("{}", sent.explain()), format!("{}", query.explain()));
            assert!(!query.is_empty());
        }
        let named = db0::find_dyn::<dyn Named>(&inner).sort_by(Person::AGE);
        let bytes = named.to_bytes().expect("no closure");
        let sent = Query::<WithTrait<dyn Named>>::from_bytes(&bytes).expect("they are a query");
        assert_eq!(sent.iter().map(|town| town.read().name()).collect::<Vec<_>>(), ["Oslo"]);
        let among = db0::find::<Town>(&named).to_bytes().expect("no closure");
        assert_eq!(Query::<Town>::from_bytes(&among).expect("they are a query").count(), 1);
        // One is not taken for another.
        assert!(
            AnyQuery::from_bytes(&bytes).is_err() && Query::<Town>::from_bytes(&bytes).is_err()
        );
        let all = db0::find_any(()).to_bytes().expect("no closure");
        assert!(Query::<WithTrait<dyn Named>>::from_bytes(&all).is_err());
        assert!(AnyQuery::from_bytes(&db0::find::<Town>(()).to_bytes().expect("it has")).is_err());
        for at in 0..bytes.len() {
            assert!(Query::<WithTrait<dyn Named>>::from_bytes(&bytes[..at]).is_err());
        }

        if db0::find::<Kept>(()).is_empty() {
            Memo::new(Kept { all: db0::find_any("old").sort_by(Town::AGE), named });
        }
        let kept = db0::find::<Kept>(()).first().expect("it is kept");
        assert_eq!(kept.read().all.uuids(), [oslo.uuid(), ann.uuid()]);
        assert_eq!(kept.read().named.uuids(), [oslo.uuid()]);
        assert!(either.contains(bill) && either.contains(&AnyMemo::from(oslo)));
        assert!(!either.contains(&ann));
        db0::delete(&kept).expect("nothing refers to it");
    });
}

#[test]
fn their_handles_are_tags_and_are_tagged() {
    let _world = World::new();
    let Made { ann, oslo, .. } = make();
    for named in db0::find_dyn::<dyn Named>("old") {
        db0::tags(&named).add("seen").add(&named);
    }
    let first = db0::find_dyn::<dyn Named>("seen").first().expect("there are two");
    assert_eq!(db0::find_any(&first).uuids(), [ann.uuid()]);
    assert_eq!(
        db0::find_dyn::<dyn Named>(db0::no(&first)).sort_desc_by(Town::AGE).uuids()[0],
        oslo.uuid()
    );
    let plan = db0::find_any(("old", &db0::find::<Town>(()))).explain();
    assert_eq!(plan.at_most(), 1);
    assert!(plan.to_string().starts_with("any class: 4 objects\n"), "{plan}");
}

#[test]
fn a_generic_function_takes_queries_of_every_sort() {
    fn count<T: db0::Findable>(query: &Query<T>) -> usize {
        query.iter().count()
    }

    fn names<T: db0::Class>(query: &Query<T>, name: impl Fn(&T) -> String) -> Vec<String> {
        query.iter().map(|memo| name(&memo.read())).collect()
    }

    let _world = World::new();
    make();
    let any: Query<AnyClass> = db0::find_any(());
    assert_eq!((count(&any), count(&db0::find_dyn::<dyn Named>(()))), (4, 3));
    assert_eq!(names(&db0::find::<Person>(()), |person| person.name.clone()), ["Ann", "Bob"]);
}

#[test]
fn a_trait_that_the_program_does_not_have_is_told_of_when_the_query_runs() {
    let _world = World::new();
    make();
    let named = db0::find_any(db0::find_dyn::<dyn Named>("old")).to_bytes().expect("no closure");
    assert_eq!(AnyQuery::from_bytes(&named).expect("they are a query").count(), 2);
    let path = std::any::type_name::<dyn Named>().as_bytes();
    let at = named.windows(path.len()).position(|part| part == path).expect("it is there");
    let mut other = named.clone();
    other[at + path.len() - 1] = b'x';
    let sent = AnyQuery::from_bytes(&other).expect("they are a query");
    assert!(matches!(sent.try_count(), Err(db0::Error::Invalid(why)) if why.contains("Namex")));
}
