//! Random taggings and random criteria against a plain scan: live, in `atomic`, after reopening, in
//! the past; with few objects and with more than fit into a chunk.

use db0::{Criteria, Expr, Index, Memo, Query, Snapshot};
use proptest::prelude::*;

use crate::common::World;

const TAGS: [&str; 5] = ["a", "b", "c", "d", "e"];

#[db0::memo(singleton)]
struct Root {
    by_n: Index<u32, Memo<Item>>,
}

#[db0::memo(keep)]
struct Item {
    n: u32,
    #[db0(index)]
    rank: Option<u32>,
}

/// Objects of another class, between the others and with the same tags.
#[db0::memo(keep)]
struct Noise {
    n: u32,
}

/// Criteria as data.
#[derive(Clone, Debug)]
enum Tree {
    All,
    Tag(usize),
    Unknown,
    Class,
    Field(u32, u32),
    Rank(Option<u32>, u32),
    Index(u32, u32),
    Filter(u32),
    Query(Box<Tree>),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => Just(Tree::All),
        8 => (0..TAGS.len()).prop_map(Tree::Tag),
        1 => Just(Tree::Unknown),
        1 => Just(Tree::Class),
        1 => (0..60u32, 0..60u32).prop_map(|(a, b)| Tree::Field(a, b)),
        1 => (prop::option::of(0..9u32), 0..9u32).prop_map(|(a, b)| Tree::Rank(a, b)),
        2 => (0..60u32, 0..60u32).prop_map(|(a, b)| Tree::Index(a, b)),
        1 => (1..4u32).prop_map(Tree::Filter),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            inner.clone().prop_map(|tree| Tree::Query(Box::new(tree))),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::And),
            prop::collection::vec(inner, 0..4).prop_map(Tree::Or),
        ]
    })
}

/// What is done to every `step`th object from `first` on.
#[derive(Clone, Debug)]
struct Op {
    first: usize,
    step: usize,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Add(usize, bool),
    Remove(usize),
    Set(usize),
    Renumber(u32),
    Index,
    Unindex,
    Delete,
}

fn ops(n: usize, most: usize) -> impl Strategy<Value = Vec<Op>> {
    let tag = 0..TAGS.len();
    let what = prop_oneof![
        6 => (tag.clone(), any::<bool>()).prop_map(|(tag, passive)| What::Add(tag, passive)),
        3 => tag.clone().prop_map(What::Remove),
        1 => tag.prop_map(What::Set),
        2 => (0..60u32).prop_map(What::Renumber),
        2 => Just(What::Index),
        1 => Just(What::Unindex),
        1 => Just(What::Delete),
    ];
    // Steps from every object to a few of them.
    let op = (0..n, prop_oneof![1..4usize, 5..n.max(6)], what);
    let op = op.prop_map(|(first, step, what)| Op { first, step, what });
    prop::collection::vec(op, 1..most)
}

#[derive(Clone, Default)]
struct Model {
    items: Vec<Known>,
}

#[derive(Clone)]
struct Known {
    uuid: uuid::Uuid,
    alive: bool,
    tags: [bool; TAGS.len()],
    n: u32,
    rank: Option<u32>,
    indexed: Option<u32>,
}

fn rank(n: u32) -> Option<u32> {
    (!n.is_multiple_of(4)).then_some(n % 9)
}

impl Tree {
    fn holds(&self, item: &Known) -> bool {
        match self {
            Self::All | Self::Class => true,
            Self::Tag(tag) => item.tags[*tag],
            Self::Unknown => false,
            Self::Field(a, b) => (*a..*b).contains(&item.n),
            Self::Rank(a, b) => *a <= item.rank && item.rank < Some(*b),
            Self::Index(a, b) => item.indexed.is_some_and(|n| *a <= n && n <= *b),
            Self::Filter(by) => item.n.is_multiple_of(*by),
            Self::Query(tree) => tree.holds(item),
            Self::Not(tree) => !tree.holds(item),
            Self::And(trees) => trees.iter().all(|tree| tree.holds(item)),
            Self::Or(trees) => trees.iter().any(|tree| tree.holds(item)),
        }
    }

    fn expr(&self, view: &View) -> Expr {
        let expr = |criteria: &dyn Criteria<Item>| criteria.expr();
        let all = |trees: &[Self]| trees.iter().map(|tree| tree.expr(view)).collect::<Vec<_>>();
        match self {
            Self::All => expr(&()),
            Self::Tag(tag) => expr(&TAGS[*tag]),
            Self::Unknown => expr(&"nobody has this"),
            Self::Class => expr(&db0::class::<Item>()),
            Self::Field(a, b) => expr(&Item::N.between(*a..*b)),
            Self::Rank(a, b) => expr(&Item::RANK.between(*a..Some(*b))),
            Self::Index(a, b) => expr(&view.index().select(*a, *b)),
            Self::Filter(by) => {
                let by = *by;
                expr(&view.find(expr(&())).filter(move |item: &Item| item.n.is_multiple_of(by)))
            }
            Self::Query(tree) => expr(&view.find(tree.expr(view)).sort_desc_by(Item::N)),
            Self::Not(tree) => expr(&db0::no(tree.expr(view))),
            Self::And(trees) => expr(&db0::all(all(trees))),
            Self::Or(trees) => expr(&all(trees)),
        }
    }
}

/// Where is looked.
enum View {
    Live,
    Past(Snapshot),
}

impl View {
    fn find(&self, expr: Expr) -> Query<Item> {
        match self {
            Self::Live => db0::find(expr),
            Self::Past(snapshot) => snapshot.find(expr),
        }
    }

    fn index(&self) -> Index<u32, Memo<Item>> {
        let root = match self {
            Self::Live => db0::fetch_singleton::<Root>(),
            Self::Past(snapshot) => snapshot.singleton::<Root>(),
        };
        root.expect("it was made").read().by_n.clone()
    }

    fn check(&self, model: &Model, trees: &[Tree]) {
        for tree in trees {
            let holds = |item: &&Known| item.alive && tree.holds(item);
            let expected: Vec<_> = model.items.iter().filter(holds).map(|item| item.uuid).collect();
            let query = self.find(tree.expr(self));
            assert_eq!(query.uuids(), expected, "{tree:?}");
            assert_eq!(query.count(), expected.len() as u64, "{tree:?}");
            assert!(query.explain().at_most() >= expected.len() as u64, "{tree:?}");
            assert_eq!(query.is_empty(), expected.is_empty());
            assert_eq!(query.first().map(|item| item.uuid()), expected.first().copied());
            let middle = expected.len() / 2;
            let after = expected.get(middle).map(|uuid| query.clone().after(*uuid).take(3).uuids());
            let behind = expected.iter().skip(middle + 1).take(3).copied().collect();
            assert_eq!(
                after.unwrap_or_default(),
                if expected.is_empty() { vec![] } else { behind }
            );
            for known in model.items.iter().step_by(model.items.len() / 7 + 1).filter(|k| k.alive) {
                let found = query.contains(&self.memo(known));
                assert_eq!(found, tree.holds(known), "{tree:?}");
            }
        }
    }

    fn memo(&self, known: &Known) -> Memo<Item> {
        match self {
            Self::Live => db0::fetch(known.uuid),
            Self::Past(snapshot) => snapshot.fetch(known.uuid),
        }
        .expect("it is alive")
    }
}

fn fill(count: u32) -> Model {
    db0::singleton(|| Root { by_n: Index::new() });
    let make = |n: u32| {
        let memo = Memo::new(Item { n, rank: rank(n) });
        if n.is_multiple_of(3) {
            db0::tags(Memo::new(Noise { n })).add(TAGS[n as usize % TAGS.len()]);
        }
        let tags = [false; TAGS.len()];
        Known { uuid: memo.uuid(), alive: true, tags, n, rank: rank(n), indexed: None }
    };
    Model { items: (0..count).map(make).collect() }
}

fn run(op: &Op, model: &mut Model) {
    let chosen = model.items.iter_mut().skip(op.first).step_by(op.step);
    let chosen: Vec<&mut Known> = chosen.filter(|known| known.alive).collect();
    let memos: Vec<_> = chosen.iter().map(|known| View::Live.memo(known)).collect();
    let index = View::Live.index();
    match op.what {
        What::Add(tag, false) => drop(db0::tags(&memos).add(TAGS[tag])),
        What::Add(tag, true) => drop(db0::tags(&memos).passive().add(TAGS[tag])),
        What::Remove(tag) => drop(db0::tags(&memos).remove(TAGS[tag])),
        What::Set(tag) => drop(db0::tags(&memos).set(TAGS[tag])),
        _ => {}
    }
    for (known, memo) in chosen.into_iter().zip(memos) {
        match op.what {
            What::Add(tag, _) => known.tags[tag] = true,
            What::Remove(tag) => known.tags[tag] = false,
            What::Set(tag) => {
                known.tags = [false; TAGS.len()];
                known.tags[tag] = true;
            }
            What::Renumber(by) => {
                known.n = (known.n + by) % 97;
                known.rank = rank(known.n);
                memo.update(|item| (item.n, item.rank) = (known.n, known.rank));
            }
            What::Index if known.indexed.is_none() => {
                index.add(known.n, &memo);
                known.indexed = Some(known.n);
            }
            What::Unindex | What::Delete => {
                if let Some(n) = known.indexed.take() {
                    index.remove(n, &memo);
                }
                if matches!(op.what, What::Delete) {
                    db0::tags(&memo).set([""; 0]);
                    db0::delete(&memo).expect("nothing refers to it");
                    known.alive = false;
                }
            }
            What::Index => {}
        }
    }
}

fn history(count: u32, rounds: &[Vec<Op>], undone: &[Op], trees: &[Tree]) {
    let mut world = World::new();
    let mut model = fill(count);
    let mut states = Vec::new();
    for ops in rounds {
        ops.iter().for_each(|op| run(op, &mut model));
        View::Live.check(&model, trees);
        let aborted = db0::atomic(|| -> db0::Result<()> {
            let mut inside = model.clone();
            undone.iter().for_each(|op| run(op, &mut inside));
            View::Live.check(&inside, trees);
            Err(db0::abort("enough"))
        });
        assert!(matches!(aborted, Err(db0::Error::Aborted(_))));
        View::Live.check(&model, trees);
        states.push((db0::commit().expect("it commits"), model.clone()));
        View::Live.check(&model, trees);
        world.reopen();
        View::Live.check(&model, trees);
    }
    for (state, model) in &states {
        View::Past(db0::snapshot_at(*state).expect("it is kept")).check(model, trees);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn few_objects(
        rounds in prop::collection::vec(ops(120, 8), 1..4),
        undone in ops(120, 4),
        trees in prop::collection::vec(trees(), 12),
    ) {
        history(120, &rounds, &undone, &trees);
    }
}

proptest! {
    // Some 30,000 numbers are four chunks.
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn several_chunks(
        rounds in prop::collection::vec(ops(22_000, 5), 2),
        undone in ops(22_000, 2),
        trees in prop::collection::vec(trees(), 6),
    ) {
        history(22_000, &rounds, &undone, &trees);
    }
}
