//! Queries as bytes and in fields: nothing is lost, and garbage is refused.

use db0::{Config, Error, Index, Memo, Mode, Query, Workspace};

use crate::common::World;

#[db0::memo(keep)]
#[derive(Debug)]
struct Item {
    n: u32,
    #[db0(index)]
    rank: Option<u32>,
    words: Vec<String>,
    owner: Option<Memo<Owner>>,
}

#[db0::memo(keep)]
#[derive(Debug)]
struct Owner {
    name: String,
}

#[db0::memo(keep)]
#[derive(Debug)]
struct Saved {
    name: String,
    query: Query<Item>,
}

fn fill() -> (Vec<Memo<Item>>, Index<Option<u32>, Memo<Item>>) {
    let ann = Memo::new(Owner { name: "Ann".into() });
    assert_eq!(ann.read().name, "Ann");
    let make = |n: u32| Item {
        n,
        rank: (!n.is_multiple_of(3)).then_some(n % 5),
        words: vec![format!("w{}", n % 4)],
        owner: (n % 2 == 1).then(|| ann.clone()),
    };
    let items: Vec<_> = (0..30).map(|n| Memo::new(make(n))).collect();
    let index = items.iter().map(|item| (item.read().rank, item.clone())).collect();
    db0::tags(&items[..10]).add(["a", "b"]).add(&ann);
    db0::tags(&items[5..]).add(db0::words("Some Text"));
    (items, index)
}

/// One of everything that has a form as bytes.
fn queries(index: &Index<Option<u32>, Memo<Item>>) -> Vec<Query<Item>> {
    let ann = db0::find::<Owner>(()).first().expect("Ann");
    let all = || db0::find::<Item>(());
    let tagged = db0::find::<Item>((["a", "c"], db0::no("b"), &ann));
    vec![
        all(),
        tagged.clone(),
        db0::find(db0::any((&tagged, db0::words("some te").prefix(), db0::class::<Owner>()))),
        db0::find(db0::all((Item::N.lt(20), Item::RANK.between(Some(1)..=Some(3))))),
        db0::find((Item::N.is_in([3, 1, 2, 1]), Item::RANK.is_none())),
        db0::find((Item::WORDS.contains("w1"), Item::N.ne(5), Item::OWNER.is_some())),
        db0::find((index.range(Some(1)..), all().first().expect("one").uuid())),
        db0::find(index).sort_by(index.nulls_last()).sort_desc_by(Item::N).skip(2).take(20),
        all().sort_desc_by(index.rev()).sort_by(Item::RANK.nulls_last()).take(9),
        all().after(tagged.uuids().first().copied().unwrap_or_else(|| all().uuids()[7])).take(4),
        all().take(12).split_by([Item::N.ge(5)]).remove(0),
    ]
}

#[test]
fn bytes_bring_back_the_same_query() {
    let mut world = World::new();
    let (items, index) = fill();
    db0::commit().expect("it commits");
    let before = db0::snapshot().expect("a state");
    let mut past: Vec<Query<Item>> = vec![before.find((Item::N.lt(4), "a"))];
    past.push(db0::find((past[0].clone(), Item::N.ge(2))));
    db0::tags(&items).remove("a");
    let all = queries(&index).into_iter().chain(past);
    let sent: Vec<_> =
        all.map(|query| (query.to_bytes().expect("no closure"), query.uuids())).collect();
    drop((items, before));
    for (bytes, uuids) in &sent {
        let query = Query::<Item>::from_bytes(bytes).expect("they are a query");
        assert_eq!(&query.uuids(), uuids, "{query:?}");
        assert_eq!(&query.to_bytes().expect("no closure"), bytes);
    }
    db0::commit().expect("it commits");
    drop(index);
    world.reopen();
    // Those that use the index find it gone, since nothing but a handle held it; the others go on.
    for (bytes, uuids) in &sent[..6] {
        assert_eq!(&Query::<Item>::from_bytes(bytes).expect("they are a query").uuids(), uuids);
    }
}

#[test]
fn what_has_no_bytes_is_refused() {
    let _world = World::new();
    fill();
    let closure = db0::find::<Item>(()).filter(|item: &Item| item.n > 3);
    assert!(matches!(closure.to_bytes(), Err(Error::Invalid(why)) if why.contains("closure")));
    let nested = db0::find::<Item>(db0::no(&closure));
    assert!(nested.to_bytes().is_err());
    let new: Index<u32, Memo<Item>> = Index::new();
    assert!(db0::find::<Item>(&new).to_bytes().is_err());
    let other = db0::find::<Owner>("a").to_bytes().expect("it has bytes");
    let refused = Query::<Item>::from_bytes(&other);
    assert!(matches!(refused, Err(Error::Invalid(why)) if why.contains("Owner")));
    let mut deep = db0::find::<Item>("a");
    for _ in 0..70 {
        deep = db0::find(db0::no(deep));
    }
    assert!(deep.to_bytes().is_err() && deep.try_count().is_ok());
}

#[test]
fn a_query_in_a_field_holds_its_indexes_and_is_of_its_object_s_time() {
    let mut world = World::new();
    let (items, index) = fill();
    let uuid = {
        let query = db0::find::<Item>((index.range(Some(2)..), Item::N.lt(20))).sort_by(&index);
        let saved = Memo::new(Saved { name: "some".into(), query });
        assert_eq!(saved.read().query.count(), 8);
        saved.uuid()
    };
    drop(index);
    let first = db0::commit().expect("it commits");
    let count = || db0::fetch::<Saved>(uuid).expect("it is kept").read().query.count();
    assert_eq!(count(), 8);
    items.iter().for_each(|item| item.write().n += 100);
    assert_eq!(count(), 0);
    drop(items);
    world.reopen();
    assert_eq!(count(), 0);
    let past = db0::snapshot_at(first).expect("it is kept");
    let saved = past.fetch::<Saved>(uuid).expect("it was there");
    assert_eq!((saved.read().query.count(), &*saved.read().name), (8, "some"));
}

#[test]
fn damage_is_refused_or_is_another_query() {
    let _world = World::new();
    let (_items, index) = fill();
    for query in queries(&index) {
        let whole = query.to_bytes().expect("no closure");
        for at in 0..whole.len() {
            assert!(Query::<Item>::from_bytes(&whole[..at]).is_err());
            for with in [0, 1, 2, whole[at] ^ 1, whole[at].wrapping_add(1), 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = with;
                if let Ok(read) = Query::<Item>::from_bytes(&bytes) {
                    assert_eq!(read.to_bytes().expect("it was read from them"), bytes);
                }
            }
        }
    }
}

#[test]
fn an_object_is_read_though_its_query_has_nothing_to_run_on() {
    let mut world = World::new();
    let opens = |name: &str| {
        db0::open(name, Mode::ReadWrite).expect("it opens");
    };
    fill();
    db0::tags(db0::find::<Item>(())).add("all");
    let first = db0::commit().expect("it commits");
    let then = db0::snapshot_at(first).expect("it is kept").find::<Item>(("all", Item::N.lt(9)));
    let both = db0::find::<Item>(db0::any((&then, "b")));
    db0::tags(db0::find::<Item>(())).remove("all");
    let uuid = {
        opens("second");
        let save = |query: Query<Item>| Memo::new(Saved { name: "far".into(), query }).uuid();
        [save(then), save(both)]
    };
    db0::commit().expect("it commits");
    let count = |nth: usize| {
        let saved = db0::fetch::<Saved>(uuid[nth]).expect("it is kept");
        assert_eq!(saved.read().name, "far");
        saved.read().query.try_count()
    };
    world.close();
    world.open_prefix("second");
    assert!(matches!(count(0), Err(Error::NoPrefix { prefix, .. }) if prefix == "default"));
    assert!(matches!(count(1), Err(Error::NoPrefix { .. })));
    for uuid in uuid {
        // It is written again, too, and what it looks for stays.
        let saved = db0::fetch::<Saved>(uuid).expect("it is kept");
        saved.write().name.push('!');
        saved.write().name.pop();
        db0::touch(&saved);
    }
    db0::commit().expect("it commits");
    opens("default");
    opens("second");
    assert_eq!((count(0).expect("it is open"), count(1).expect("it is open")), (9, 10));
    world.close();
    world.open();
    db0::touch(&db0::find::<Item>(()).first().expect("one"));
    let last = db0::commit().expect("it commits");
    db0::prune_history(..last).expect("it prunes");
    opens("second");
    assert!(matches!(count(0), Err(Error::Pruned { .. })));
    assert!(count(1).is_err());
}

#[test]
fn a_query_that_is_sent_while_a_view_is_held_goes_on_like_any_other() {
    let _world = World::new();
    let (items, index) = fill();
    let query = db0::find::<Item>((index.range(Some(1)..), Item::N.lt(20))).sort_by(&index);
    let saved = Memo::new(Saved { name: "some".into(), query: query.clone() });
    db0::commit().expect("it commits");
    let bytes = query.to_bytes().expect("no closure");
    let (within, kept) = db0::view(|| {
        let kept = saved.read().query.clone();
        assert_eq!(kept.count(), query.count());
        (query.to_bytes().expect("no closure"), kept)
    });
    assert_eq!(within, bytes);
    let before = kept.count();
    items.iter().for_each(|item| item.write().n = 5);
    assert!(query.count() > before);
    assert_eq!(kept.uuids(), query.uuids());
    assert_eq!(Query::<Item>::from_bytes(&within).expect("a query").uuids(), query.uuids());
}

#[test]
fn neither_stays_a_query_of_a_reader_in_the_moment_of_its_view() {
    let world = World::new();
    let (items, index) = fill();
    let query = db0::find::<Item>((index.range(Some(1)..), Item::N.lt(20))).sort_by(&index);
    let uuid = Memo::new(Saved { name: "some".into(), query }).uuid();
    db0::commit().expect("it commits");
    let config = Config::new(world.folder.path()).read_only();
    let reader = Workspace::open(config).expect("it opens");
    let looking = reader.enter();
    let saved = db0::fetch::<Saved>(uuid).expect("it is kept");
    let outside = saved.read().query.to_bytes().expect("no closure");
    let (within, kept) = db0::view(|| {
        let kept = saved.read().query.clone();
        (kept.to_bytes().expect("no closure"), kept)
    });
    assert_eq!(within, outside);
    let before = kept.count();
    drop(looking);
    items.iter().for_each(|item| item.write().n = 5);
    db0::commit().expect("it commits");
    let _looking = reader.enter();
    db0::refresh().expect("it is read");
    assert!(kept.count() > before);
    assert_eq!(kept.uuids(), saved.read().query.uuids());
}

mod before {
    #[db0::memo(keep, name = "Pupil")]
    pub(super) struct Pupil {
        pub(super) born: chrono::NaiveDate,
    }
}

#[db0::memo(keep, name = "Student", renamed_from = "Pupil")]
struct Student {
    #[db0(index)]
    born: chrono::NaiveDate,
}

#[test]
fn a_class_that_was_renamed_is_found_by_the_name_that_it_had() {
    let mut world = World::new();
    let day = |day| chrono::NaiveDate::from_ymd_opt(2001, 2, day).expect("a day");
    let old = Memo::new(before::Pupil { born: day(3) }).uuid();
    let late = db0::find::<before::Pupil>(before::Pupil::BORN.gt(day(2)));
    assert_eq!(late.first().map(|pupil| pupil.read().born), Some(day(3)));
    let sent = [late.to_bytes(), db0::find_any(&late).to_bytes()].map(|sent| sent.expect("it has"));
    world.reopen();
    for _ in 0..2 {
        assert_eq!(Query::<Student>::from_bytes(&sent[0]).expect("of the class").uuids(), [old]);
        assert_eq!(db0::AnyQuery::from_bytes(&sent[1]).expect("of any").uuids(), [old]);
        // From here on the class is called so on disk.
        let new = Memo::new(Student { born: day(1) });
        db0::fetch::<Student>(old).expect("it is one").write().born = day(4);
        db0::commit().expect("it commits");
        assert!(new.read().born < day(2));
    }
}
