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
                "\"nothing bears it\": 0, no object ever bore it",
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

#[test]
fn parts_are_told_by_their_names() {
    let _world = forest();
    let young = db0::find::<Tree>(Tree::RINGS.lt(3));
    Memo::new(Leaf { name: "oak 7".into(), tree: None, letter: 5 });
    let query = db0::find_any((&young, "no such tag", db0::class::<Tree>()));
    let plan = query.explain().to_string();
    assert_eq!(
        plan.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "any class: 601 objects",
            "all of:",
            "\"no such tag\": 0, no object ever bore it",
            "any of:",
            "class Tree: 600",
            "query for Tree: 600 objects",
            "Tree.rings < 3: looks into each object that is left",
        ]
    );
    let index = db0::Index::from_iter([(1, young.first().expect("there is one"))]);
    assert!(db0::find::<Tree>(&index).explain().to_string().ends_with(": 1, gathered first"));
    assert_eq!(young.count(), 3);
}

#[db0::memo(keep)]
struct Leaf {
    name: String,
    tree: Option<String>,
    letter: u8,
}

#[test]
fn the_beginning_of_a_text_is_told_as_text() {
    let _world = World::new();
    let leaf = Memo::new(Leaf { name: "oak 7".into(), tree: Some("oak".into()), letter: 5 });
    assert_eq!(leaf.read().letter, 5);
    let shown = |query: db0::Query<Leaf>| query.explain().to_string();
    let named = shown(db0::find(Leaf::NAME.starts_with("oak")));
    assert!(named.contains("Leaf.name starts with \"oak\": looks"), "{named}");
    let of = shown(db0::find(Leaf::TREE.starts_with("o\0")));
    assert!(of.contains("Leaf.tree starts with Some(\"o\\0\")"), "{of}");
    let range = shown(db0::find(Leaf::LETTER.between(5..6)));
    assert!(
        range.starts_with("Leaf: 1 object\n") && range.contains("5 <= Leaf.letter < 6"),
        "{range}"
    );
}
