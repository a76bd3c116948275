//! What must hold together is asked from the smallest part on, whatever the order it was written in, and
//! `explain` tells these sizes.

use db0::{Criteria, Memo};

use crate::common::World;

#[db0::memo(keep)]
struct Tree {
    rings: u32,
    #[db0(index)]
    height: u32,
}

#[track_caller]
fn explained(criteria: impl Criteria<Tree>, lines: &[&str], count: u64) {
    let query = db0::find::<Tree>(criteria);
    let plan = query.explain().to_string();
    let shown: Vec<&str> = plan.lines().map(str::trim).collect();
    assert_eq!(shown, lines);
    assert_eq!(query.count(), count);
}

fn forest() -> World {
    let world = World::new();
    for n in 0..600_u32 {
        let tree = Memo::new(Tree { rings: n, height: n / 2 });
        let tags = db0::tags(&tree);
        for (tag, every) in [("half", 2), ("tenth", 10), ("hundredth", 100)] {
            if n % every == 0 {
                db0::tags(&tree).add(tag);
            }
        }
        drop(tags);
    }
    world
}

#[test]
fn the_smallest_comes_first() {
    let mut world = forest();
    for _ in 0..2 {
        let smallest_first =
            ["Tree: 600 objects", "all of:", "\"hundredth\": 6", "\"tenth\": 60", "\"half\": 300"];
        explained(("half", "tenth", "hundredth"), &smallest_first, 6);
        explained(("tenth", "hundredth", "half"), &smallest_first, 6);
        explained(
            (db0::no("hundredth"), Tree::RINGS.lt(100), "half", "tenth"),
            &[
                "Tree: 600 objects",
                "all of:",
                "\"tenth\": 60",
                "\"half\": 300",
                "none of:",
                "\"hundredth\": 6",
                "Tree.rings < 100: looks into each object that is left",
            ],
            9,
        );
        explained(
            ("half", ["tenth", "hundredth"], "nothing bears it"),
            &[
                "Tree: 600 objects",
                "all of:",
                "nothing: no object ever bore this tag",
                "any of:",
                "\"tenth\": 60",
                "\"hundredth\": 6",
                "\"half\": 300",
            ],
            0,
        );
        explained(
            ("half", Tree::HEIGHT.eq(30)),
            &["Tree: 600 objects", "all of:", "Tree.height == 30: 2 in its index", "\"half\": 300"],
            1,
        );
        db0::commit().expect("it commits");
        world.reopen();
    }
}

#[test]
fn sizes_follow_what_is_changed() {
    let _world = forest();
    let query = db0::find::<Tree>(("half", "tenth"));
    assert_eq!(query.explain().at_most(), 60);
    db0::tags(db0::find::<Tree>(Tree::RINGS.ge(20))).remove("half");
    let plan = query.explain();
    assert!(plan.to_string().ends_with("\"half\": 10\n    \"tenth\": 60"), "{plan}");
    assert_eq!((plan.at_most(), query.count()), (10, 2));
}
