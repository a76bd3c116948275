//! Tags put on and taken off one object at a time, new or committed, inside `atomic` and out: what is
//! listed, found and held is what a set of them says.

use std::collections::BTreeMap;

use db0::Memo;
use proptest::prelude::*;

use crate::common::World;

const TAGS: [&str; 4] = ["a", "b", "c", "d"];

#[db0::memo]
struct Draft {
    title: String,
}

fn draft() -> Memo<Draft> {
    Memo::new(Draft { title: "draft".into() })
}

#[derive(Clone, Debug)]
enum Op {
    Make,
    /// Which object, which tag, passive or not.
    Add(usize, usize, bool),
    Remove(usize, usize),
    /// The tags of two, given by one object twice over.
    Both(usize, usize),
    Clear(usize),
    Commit,
    Atomic(Vec<Op>, bool),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let (object, tag) = (0..4usize, 0..TAGS.len());
    let op = prop_oneof![
        2 => Just(Op::Make),
        6 => (object.clone(), tag.clone(), any::<bool>()).prop_map(|(o, t, p)| Op::Add(o, t, p)),
        3 => (object.clone(), tag.clone()).prop_map(|(o, t)| Op::Remove(o, t)),
        1 => (object.clone(), tag).prop_map(|(o, t)| Op::Both(o, t)),
        1 => object.prop_map(Op::Clear),
        2 => Just(Op::Commit),
    ];
    let inside = prop::collection::vec(op.clone(), 1..6);
    let atomic = (inside, any::<bool>()).prop_map(|(ops, ends)| Op::Atomic(ops, ends));
    prop::collection::vec(prop_oneof![8 => op, 1 => atomic], 1..40)
}

/// Tags, and whether each holds.
#[derive(Clone, Default)]
struct Model(Vec<(Memo<Draft>, BTreeMap<usize, bool>)>);

impl Model {
    fn at(&mut self, object: usize) -> Option<&mut (Memo<Draft>, BTreeMap<usize, bool>)> {
        let count = self.0.len();
        self.0.get_mut(object % count.max(1))
    }

    fn run(&mut self, op: &Op, inside: bool) {
        match op {
            Op::Make => self.0.push((draft(), BTreeMap::new())),
            Op::Add(object, tag, passive) => {
                let Some((memo, tags)) = self.at(*object) else { return };
                let tagger = db0::tags(&*memo);
                let tagger = if *passive { tagger.passive() } else { tagger };
                drop(tagger.add(TAGS[*tag]));
                tags.insert(*tag, !passive);
            }
            Op::Remove(object, tag) => {
                let Some((memo, tags)) = self.at(*object) else { return };
                drop(db0::tags(&*memo).remove(TAGS[*tag]));
                tags.remove(tag);
            }
            Op::Both(object, tag) => {
                let Some((memo, tags)) = self.at(*object) else { return };
                drop(db0::tags([&*memo, &*memo]).add([TAGS[*tag], TAGS[0]]));
                tags.extend([(*tag, true), (0, true)]);
            }
            Op::Clear(object) => {
                let Some((memo, tags)) = self.at(*object) else { return };
                drop(db0::tags(&*memo).set([""; 0]));
                tags.clear();
            }
            Op::Commit if inside => {}
            Op::Commit => drop(db0::commit().expect("it commits")),
            Op::Atomic(ops, ends) => {
                let before = self.clone();
                let ended = db0::atomic(|| {
                    ops.iter().for_each(|op| self.run(op, true));
                    self.check();
                    if *ends { Ok(()) } else { Err(db0::abort("undone")) }
                });
                if ended.is_err() {
                    *self = before;
                }
            }
        }
    }

    fn check(&self) {
        for (memo, tags) in &self.0 {
            let listed: Vec<_> = db0::tags(memo).list().iter().map(ToString::to_string).collect();
            assert_eq!(listed, tags.keys().map(|tag| TAGS[*tag]).collect::<Vec<_>>());
            assert_eq!(memo.refcount(), tags.values().filter(|holds| **holds).count() as u64);
        }
        for (number, tag) in TAGS.iter().enumerate() {
            let bearing = self.0.iter().filter(|(_, tags)| tags.contains_key(&number));
            let bearing: Vec<_> = bearing.map(|(memo, _)| memo.uuid()).collect();
            assert_eq!(db0::find::<Draft>(*tag).uuids(), bearing);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn tags_are_as_they_were_put_on_last(ops in ops()) {
        let mut world = World::new();
        let mut model = Model::default();
        for op in &ops {
            model.run(op, false);
            model.check();
        }
        db0::commit().expect("it commits");
        // What holds nothing goes with its handle.
        let lives = |tags: &BTreeMap<usize, bool>| tags.values().any(|holds| *holds);
        let left = model.0.drain(..).filter(|(_, tags)| lives(tags));
        let held: Vec<_> = left.map(|(memo, _)| memo.uuid()).collect();
        world.reopen();
        db0::commit().expect("it commits");
        prop_assert_eq!(db0::find::<Draft>(()).uuids(), held);
    }
}

#[test]
fn an_object_lives_from_the_call_that_is_to_tag_it() {
    let _world = World::new();
    let tagger = db0::tags(draft());
    db0::commit().expect("it commits");
    drop(tagger.add("a"));
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Draft>("a").count(), 1);
}
