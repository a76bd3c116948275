//! Whatever is made, changed, deleted, undone, committed and opened again: conditions, tags by field and
//! the entries themselves agree with a scan of plain values, now and at every state.

use std::{collections::BTreeMap, ops::ControlFlow};

use db0::{Condition, Config, Criteria, Error, Memo, Workspace};
use db0_runtime::{
    codec::key::{FieldKeys, FieldKind, Key, encode_key},
    derived::FieldIndex,
    object::{Kind, Objects},
};
use proptest::prelude::*;
use uuid::Uuid;

#[derive(
    db0::Key,
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
enum Shape {
    Dot,
    Line(u8),
}

#[derive(db0::Tag, Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum Color {
    Red,
    Blue,
}

#[db0::memo(keep, index = (number, text))]
#[derive(Debug, PartialEq)]
struct Item {
    #[db0(index)]
    number: i32,
    #[db0(index)]
    maybe: Option<u8>,
    #[db0(index)]
    text: String,
    #[db0(index)]
    words: Vec<String>,
    #[db0(index)]
    shape: Shape,
    #[db0(unique)]
    code: Option<u8>,
    #[db0(tag)]
    marks: Vec<String>,
    #[db0(tag)]
    color: Option<Color>,
    plain: u8,
}

#[derive(Clone, Debug)]
enum Op {
    Create(Item),
    Update(usize, Item),
    Delete(usize),
    Tag(usize, String),
    Untag(usize, String),
    Atomic(Vec<Op>, bool),
    Commit,
    Reopen,
}

fn chars(of: &'static [char], count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let all = prop::collection::vec(prop::sample::select(of), count);
    all.prop_map(|chars| chars.into_iter().collect())
}

fn text() -> impl Strategy<Value = String> {
    // Long ones start alike, so that only what is behind what a row key has room for tells them apart.
    let long = chars(&['a', 'b'], 0..3).prop_map(|end| "x".repeat(460) + &end);
    prop_oneof![4 => chars(&['a', 'b', '\0', '\u{1}'], 0..4), 1 => long]
}

fn mark() -> impl Strategy<Value = String> {
    chars(&['a', 'b', 'c'], 1..2)
}

fn item() -> impl Strategy<Value = Item> {
    let shape = prop_oneof![Just(Shape::Dot), (0..3_u8).prop_map(Shape::Line)];
    let color = prop_oneof![Just(None), Just(Some(Color::Red)), Just(Some(Color::Blue))];
    let words = prop::collection::vec(text(), 0..3);
    let marks = prop::collection::vec(mark(), 0..3);
    let first = (-3..3, prop::option::of(0..3_u8), text(), words, shape);
    (first, prop::option::of(0..12_u8), marks, color, 0..2_u8).prop_map(
        |((number, maybe, text, words, shape), code, marks, color, plain)| Item {
            number,
            maybe,
            text,
            words,
            shape,
            code,
            marks,
            color,
            plain,
        },
    )
}

fn op() -> impl Strategy<Value = Op> {
    let leaf = prop_oneof![
        4 => item().prop_map(Op::Create),
        5 => (any::<usize>(), item()).prop_map(|(i, item)| Op::Update(i, item)),
        2 => any::<usize>().prop_map(Op::Delete),
        1 => (any::<usize>(), mark()).prop_map(|(i, tag)| Op::Tag(i, tag)),
        1 => (any::<usize>(), mark()).prop_map(|(i, tag)| Op::Untag(i, tag)),
    ];
    let nested = leaf.clone().prop_recursive(2, 12, 5, |inner| {
        (prop::collection::vec(inner, 0..5), any::<bool>())
            .prop_map(|(ops, ok)| Op::Atomic(ops, ok))
    });
    prop_oneof![10 => leaf, 3 => nested, 2 => Just(Op::Commit), 1 => Just(Op::Reopen)]
}

/// What there is, without any index.
#[derive(Clone, Debug, Default)]
struct Model {
    items: BTreeMap<Uuid, Item>,
    tags: BTreeMap<Uuid, Vec<String>>,
}

impl Model {
    fn pick(&self, i: usize) -> Option<Uuid> {
        let count = self.items.len();
        (count > 0).then(|| self.items.keys().nth(i % count).copied()).flatten()
    }

    fn is_sound(&self) -> bool {
        let mut codes: Vec<_> = self.items.values().filter_map(|item| item.code).collect();
        codes.sort_unstable();
        codes.windows(2).all(|pair| pair[0] != pair[1])
    }

    fn bears(&self, uuid: &Uuid, tag: &str) -> bool {
        let put_on = self.tags.get(uuid).is_some_and(|tags| tags.iter().any(|mine| mine == tag));
        put_on || self.items[uuid].marks.iter().any(|mark| mark == tag)
    }
}

/// Does it, to both; what is refused must be refused for the model too.
fn run(op: &Op, model: &mut Model, inside: bool) -> db0::Result<()> {
    let before = model.clone();
    let done = match op {
        Op::Create(item) => Memo::try_new(item.clone()).map(|memo| {
            model.items.insert(memo.uuid(), item.clone());
        }),
        Op::Update(i, item) => match model.pick(*i) {
            Some(uuid) => {
                db0::fetch::<Item>(uuid)?.try_update(|draft| *draft = item.clone()).map(|()| {
                    model.items.insert(uuid, item.clone());
                })
            }
            None => Ok(()),
        },
        Op::Delete(i) => match model.pick(*i) {
            Some(uuid) => {
                model.items.remove(&uuid);
                model.tags.remove(&uuid);
                db0::delete(&db0::fetch::<Item>(uuid)?)
            }
            None => Ok(()),
        },
        Op::Tag(i, tag) => {
            if let Some(uuid) = model.pick(*i) {
                db0::tags(&db0::fetch::<Item>(uuid)?).add(tag);
                model.tags.entry(uuid).or_default().push(tag.clone());
            }
            Ok(())
        }
        Op::Untag(i, tag) => {
            if let Some(uuid) = model.pick(*i) {
                db0::tags(&db0::fetch::<Item>(uuid)?).remove(tag);
                model.tags.entry(uuid).or_default().retain(|mine| mine != tag);
            }
            Ok(())
        }
        Op::Atomic(ops, ok) => db0::atomic(|| -> db0::Result<()> {
            for op in ops {
                // An inner atomic may fail alone.
                let _ = run(op, model, true);
            }
            if *ok { Ok(()) } else { Err(db0::abort("undone")) }
        }),
        Op::Commit | Op::Reopen => Ok(()),
    };
    if let Err(error) = &done {
        let aborted = matches!((op, error), (Op::Atomic(_, false), Error::Aborted(_)));
        assert!(aborted || matches!(error, Error::Unique { .. }), "{error}");
        if !aborted && matches!(op, Op::Atomic(..)) {
            assert!(!model.is_sound(), "refused for nothing: {error}");
        }
        if !aborted && !matches!(op, Op::Atomic(..)) {
            let (Op::Create(item) | Op::Update(_, item)) = op else { panic!("{error}") };
            let taken = |other: &&Item| other.code == item.code && item.code.is_some();
            assert!(before.items.values().any(|other| taken(&other)), "{error}");
        }
        *model = before;
    } else if !inside || matches!(op, Op::Atomic(..)) {
        assert!(inside || model.is_sound(), "twins went through");
    }
    done
}

fn found<C: Criteria<Item>>(objects: &std::sync::Arc<Objects>, criteria: C) -> Vec<Uuid> {
    let mut uuids = db0::Query::<Item>::on(Ok(objects.clone()), &criteria).uuids();
    uuids.sort_unstable();
    uuids
}

fn expected(model: &Model, holds: impl Fn(&Item) -> bool) -> Vec<Uuid> {
    model.items.iter().filter(|(_, item)| holds(item)).map(|(uuid, _)| *uuid).collect()
}

/// The entries of an index are exactly the keys of the objects, in order, both ways.
fn check_entries<K: Key>(
    objects: &std::sync::Arc<Objects>,
    model: &Model,
    name: &str,
    kind: &FieldKind,
    keys: impl Fn(&Item) -> Vec<K>,
) {
    let index = FieldIndex::of(objects, &Kind::of::<Item>(), name, kind).expect("it can be read");
    let Some(index) = index else {
        assert!(model.items.is_empty(), "{name} is not kept");
        return;
    };
    let mut all: Vec<(Vec<u8>, Uuid)> = Vec::new();
    for (uuid, item) in &model.items {
        let mut mine: Vec<_> = keys(item).iter().map(encode_key).collect();
        mine.sort_unstable();
        mine.dedup();
        all.extend(mine.into_iter().map(|key| (key, *uuid)));
    }
    all.sort_unstable();
    let everything = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
    for backward in [false, true] {
        let mut entries = Vec::new();
        let mut each = |key: &[u8], oid: u64| {
            entries.push((key.to_vec(), objects.uuid_of(oid)));
            Ok(ControlFlow::Continue(()))
        };
        index.scan(objects, &everything, backward, &mut each).expect("it can be read");
        if backward {
            entries.reverse();
        }
        assert_eq!(entries, all, "{name}, backward: {backward}");
    }
    let limit = 3;
    let count = index.count(objects, &everything, limit).expect("it can be read");
    assert_eq!(count, limit.min(all.len() as u64));
}

fn check(objects: &std::sync::Arc<Objects>, model: &Model) {
    type Holds = Box<dyn Fn(&Item) -> bool>;
    let long = "x".repeat(460) + "a";
    let conditions: Vec<(Condition<Item>, Holds)> = vec![
        (Item::NUMBER.eq(1), Box::new(|item| item.number == 1)),
        (Item::NUMBER.ne(1), Box::new(|item| item.number != 1)),
        (Item::NUMBER.between(-1..2), Box::new(|item| (-1..2).contains(&item.number))),
        (Item::NUMBER.is_in([2, -3, 2]), Box::new(|item| [2, -3].contains(&item.number))),
        (Item::MAYBE.is_none(), Box::new(|item| item.maybe.is_none())),
        (Item::MAYBE.is_some(), Box::new(|item| item.maybe.is_some())),
        (Item::MAYBE.lt(Some(1)), Box::new(|item| item.maybe < Some(1))),
        (Item::MAYBE.ge(Some(1)), Box::new(|item| item.maybe >= Some(1))),
        (Item::TEXT.starts_with("a"), Box::new(|item| item.text.starts_with('a'))),
        (Item::TEXT.starts_with("x"), Box::new(|item| item.text.starts_with('x'))),
        (Item::TEXT.eq(&long), {
            let long = long.clone();
            Box::new(move |item| item.text == long)
        }),
        (Item::TEXT.gt(&long), {
            let long = long.clone();
            Box::new(move |item| item.text > long)
        }),
        (Item::TEXT.le(&long), {
            let long = long.clone();
            Box::new(move |item| item.text <= long)
        }),
        (Item::TEXT.le("a\0"), Box::new(|item| &item.text[..] <= "a\0")),
        (Item::WORDS.contains("b"), Box::new(|item| item.words.iter().any(|word| word == "b"))),
        (Item::SHAPE.ge(Shape::Line(1)), Box::new(|item| item.shape >= Shape::Line(1))),
        (Item::CODE.eq(Some(4)), Box::new(|item| item.code == Some(4))),
        (Item::CODE.eq(None::<u8>), Box::new(|item| item.code.is_none())),
        (Item::CODE.gt(Some(6)), Box::new(|item| item.code > Some(6))),
        (Item::PLAIN.eq(1), Box::new(|item| item.plain == 1)),
    ];
    for (condition, holds) in &conditions {
        assert_eq!(found(objects, condition), expected(model, holds), "{condition:?}");
        let both = (condition, Item::PLAIN.eq(0));
        assert_eq!(found(objects, both), expected(model, |item| holds(item) && item.plain == 0));
    }
    for tag in ["a", "b", "c"] {
        let bearing = model.items.keys().filter(|uuid| model.bears(uuid, tag));
        assert_eq!(found(objects, tag), bearing.copied().collect::<Vec<_>>(), "tag {tag}");
    }
    for color in [Color::Red, Color::Blue] {
        let of_it = expected(model, |item| item.color == Some(color));
        assert_eq!(found(objects, color), of_it, "{color:?}");
    }
    let one = |kind| FieldKind::One(kind);
    check_entries(objects, model, "number", &one(i32::kind()), |item| vec![item.number]);
    check_entries(objects, model, "text", &one(String::kind()), |item| vec![item.text.clone()]);
    check_entries(objects, model, "words", &<Vec<String>>::field_kind(), |item| item.words.clone());
    check_entries(objects, model, "code", &one(<Option<u8>>::kind()), |item| vec![item.code]);
    let kind = one(<(i32, String)>::kind());
    check_entries(objects, model, "number,text", &kind, |item| {
        vec![(item.number, item.text.clone())]
    });
}

fn here() -> std::sync::Arc<Objects> {
    db0::current().objects().clone()
}

fn open(folder: &std::path::Path) -> (Workspace, db0::Entered) {
    let workspace = Workspace::open(Config::new(folder).autocommit(false)).expect("it opens");
    let entered = workspace.enter();
    (workspace, entered)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn conditions_agree_with_a_scan(ops in prop::collection::vec(op(), 1..30)) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = Some(open(folder.path()));
        let mut model = Model::default();
        let mut past: Vec<(u64, Model)> = Vec::new();
        for op in &ops {
            let _ = run(op, &mut model, false);
            if matches!(op, Op::Commit | Op::Reopen) {
                let state = db0::commit().expect("it commits");
                past.retain(|(known, _)| *known != state);
                past.push((state, model.clone()));
            }
            if matches!(op, Op::Reopen) {
                let (workspace, entered) = world.take().expect("it is open");
                drop(entered);
                workspace.close().expect("it closes");
                world = Some(open(folder.path()));
            }
            check(&here(), &model);
        }
        for (state, model) in past.iter().filter(|(state, _)| *state > 0) {
            check(&here().at_state(*state).expect("it is kept"), model);
        }
    }
}
