//! Many chunks seen in one look are those that are read one by one: committed, waiting for a commit, inside
//! `atomic`, and in a past state.

use std::sync::Arc;

use db0::{Config, Memo};
use db0_runtime::{
    Chunk,
    class::TagName,
    derived::{Members, Sight},
    object::{Kind, Objects},
};

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
    let class =
        Members::of_class(objects, &Kind::of::<Item>()).expect("it is read").expect("it is there");
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
                let sight =
                    Sight::open(objects, [members], next, most).expect("they are looked at");
                let (mut way, mut at) = (sight.way(0), next);
                while let Some(number) = way.next(at).expect("it is found") {
                    if sight.to().is_some_and(|to| number >= to) {
                        break;
                    }
                    way.add(number, &mut found[number as usize]).expect("it is read");
                    at = number + 1;
                }
                assert!(sight.to().is_none_or(|to| to > next), "no step forward from {next}");
                from = sight.to();
            }
            assert!(found == chunks, "{most} at a time");
        }
        in_any_order(members, objects, &chunks);
    }
}

/// Chunks are what they are, whichever way one goes through them, and whatever is asked of them.
fn in_any_order(members: Members, objects: &Objects, chunks: &[Chunk]) {
    let sight = Sight::open(objects, [members], 0, TO as usize).expect("they are looked at");
    let mut way = sight.way(0);
    for number in [7, 2, 3, 3, 11, 0, 5, 4, 9, 10, 1, 6, 8] {
        let here = &chunks[number as usize];
        let mut others = Chunk::FULL;
        others.and_not(here);
        let mut chunk = others.clone();
        way.load(number, &mut chunk).expect("it is read");
        assert!(chunk == *here, "chunk {number}");
        way.take_out(number, &mut chunk).expect("it is read");
        assert!(chunk.is_empty());
        way.add(number, &mut chunk).expect("it is read");
        assert!(chunk == *here);
        chunk.or(&others);
        way.keep(number, &mut chunk).expect("it is read");
        assert!(chunk == *here);
        let (len, _) = way.len(number).expect("it is counted");
        assert_eq!(len, u64::from(here.len()));
        for n in [0, 1, 17, 4095, 8191] {
            assert_eq!(way.contains(number, n).expect("it is read"), here.contains(n));
        }
        let next = way.next(number).expect("it is found");
        let first = (number..TO).find(|number| !chunks[*number as usize].is_empty());
        let is_near = |first| next.is_some_and(|next| next <= first);
        assert!(first.is_none_or(is_near), "{next:?} is beyond {first:?}");
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
    // Containers that are gone by now, and were there.
    db0::tags(db0::find::<Item>("even")).remove("even");
    db0::commit().expect("it commits");
    check(&objects);
    let before = objects.at_state(state).expect("it is kept");
    check(&before);
    let even = TagName::text("even").expect("it is a tag");
    let tag = Members::of_tag(&before, &even).expect("it is read").expect("it is there");
    assert!(tag.count(&before).expect("they are counted") > 10);
}
