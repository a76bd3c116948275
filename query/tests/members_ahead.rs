//! Many chunks read in one look are those that are read one by one: committed, waiting for a commit,
//! and inside `atomic`.

use std::sync::Arc;

use db0::{Config, Memo};
use db0_runtime::{Chunk, class::TagName, derived::Members, object::Objects};

#[db0::memo(keep)]
struct Item {
    n: u32,
}

/// Makes numbers pass, so that chunks are filled sparsely.
#[db0::memo(keep)]
struct Other {
    n: u32,
}

/// Chunks that are looked at.
const TO: u64 = 12;

/// Every 1500th object made is an `Item`; those bear the tag by turns, some of others too.
fn make(from: u32, count: u32) -> Vec<Memo<Item>> {
    let mut items = Vec::new();
    for n in from..from + count {
        if n.is_multiple_of(1500) {
            let item = Memo::new(Item { n });
            if n.is_multiple_of(2) {
                db0::tags(&item).add("even");
            }
            items.push(item);
        } else {
            let other = Memo::new(Other { n });
            if n.is_multiple_of(9_001) {
                db0::tags(&other).add("even");
            }
        }
    }
    items
}

fn check(objects: &Arc<Objects>) {
    let class = Members::of_class::<Item>(objects).expect("it is read").expect("it is there");
    let even = TagName::text("even").expect("it is a tag");
    let tag = Members::of_tag(objects, &even).expect("it is read").expect("it is there");
    for members in [class, tag] {
        let chunks: Vec<Chunk> = (0..TO).map(|number| one(&members, objects, number)).collect();
        let all: u64 = chunks.iter().map(|chunk| u64::from(chunk.len())).sum();
        assert_eq!(members.count(objects).expect("they are counted"), all);
        for most in 1..=TO as usize {
            let mut found = vec![Chunk::EMPTY; TO as usize];
            let mut from = Some(0);
            while let Some(next) = from {
                let ahead = members.ahead(objects, next, most).expect("they are read");
                let mut at = next;
                while let Some(number) = ahead.next(at) {
                    assert!(ahead.to().is_none_or(|to| number < to), "{number} is beyond the end");
                    found[number as usize].or(ahead.get(number).expect("it is among them"));
                    at = number + 1;
                }
                assert!(ahead.to().is_none_or(|to| to > next), "no step forward from {next}");
                from = ahead.to();
            }
            assert!(found == chunks, "{most} at a time");
        }
    }
}

fn one(members: &Members, objects: &Objects, number: u64) -> Chunk {
    let mut chunk = Chunk::EMPTY;
    members.chunk(objects, number, &mut chunk).expect("it is read");
    chunk
}

#[test]
fn they_are_those_read_one_by_one() {
    let folder = tempfile::tempdir().expect("there is room");
    let _workspace = db0::init(Config::new(folder.path()).autocommit(false)).expect("it opens");
    let committed = make(0, 33_000);
    let (objects, _) = committed[0].place().expect("it is open");
    check(&objects);
    let state = db0::commit().expect("it commits");
    check(&objects);
    let waiting = make(33_000, 17_000);
    db0::tags(&committed[3]).remove("even").add("odd");
    db0::tags(&committed[4]).remove("even");
    check(&objects);
    db0::atomic(|| -> db0::Result<()> {
        let inside = make(50_000, 26_000);
        db0::tags(&committed[4]).add("even");
        db0::tags([&waiting[2], &inside[1]]).remove("even");
        db0::delete(&waiting[1])?;
        db0::delete(&inside[0])?;
        check(&objects);
        Ok(())
    })
    .expect("it ends");
    check(&objects);
    check(&objects.at_state(state).expect("it is kept"));
    db0::commit().expect("it commits");
    check(&objects);
}
