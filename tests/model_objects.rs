//! Random graphs of objects against a plain model: references, tags, handles, attributes, deletions,
//! atomics that are undone, circles that are collected, commits and reopenings, with next to no cache;
//! counts are exact throughout.

use std::collections::{BTreeMap, BTreeSet};

use db0::{AnyMemo, Config, Entered, Error, List, Memo, Mode, Prefix, Workspace};
use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

#[db0::memo]
struct Node {
    label: u32,
    one: Option<Memo<Node>>,
    many: Vec<Memo<Node>>,
    list: List<Memo<Node>>,
}

#[db0::memo]
struct Elsewhere {
    n: u32,
}

#[derive(Clone, Debug)]
enum Op {
    New {
        label: u32,
        one: Option<usize>,
        many: Vec<usize>,
    },
    Label {
        of: usize,
        label: u32,
        untyped: bool,
    },
    One {
        of: usize,
        to: Option<usize>,
        untyped: bool,
    },
    Push {
        of: usize,
        to: usize,
    },
    Pop {
        of: usize,
    },
    ListPush {
        of: usize,
        to: usize,
    },
    ListClear {
        of: usize,
    },
    Attribute {
        of: usize,
        to: Option<usize>,
    },
    Tag {
        of: usize,
    },
    Untag {
        of: usize,
    },
    Drop {
        of: usize,
    },
    Take {
        of: usize,
    },
    Delete {
        of: usize,
    },
    Atomic {
        ops: Vec<Op>,
        succeeds: bool,
    },
    Commit,
    /// Another prefix is committed, whose objects have nothing to do with these.
    CommitElsewhere,
    Collect,
    Reopen,
}

/// What an object should be.
#[derive(Clone, Debug, Default)]
struct Model {
    label: u32,
    one: Option<Uuid>,
    many: Vec<Uuid>,
    list: Vec<Uuid>,
    attribute: Option<Uuid>,
    tagged: bool,
}

impl Model {
    fn references(&self) -> impl Iterator<Item = &Uuid> {
        self.one.iter().chain(&self.many).chain(&self.list).chain(&self.attribute)
    }
}

type Models = BTreeMap<Uuid, Model>;

struct Test {
    folder: TempDir,
    open: Option<(Entered, Workspace)>,
    elsewhere: Option<Prefix>,
    models: Models,
    handles: BTreeMap<Uuid, Memo<Node>>,
    ever: BTreeSet<Uuid>,
}

impl Test {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (models, handles) = (Models::new(), BTreeMap::new());
        let mut test =
            Self { folder, open: None, elsewhere: None, models, handles, ever: BTreeSet::new() };
        test.reopen();
        test
    }

    fn reopen(&mut self) {
        self.handles.clear();
        self.elsewhere = None;
        if let Some((_entered, workspace)) = self.open.take() {
            workspace.close().expect("it closes");
        }
        let config = Config::new(self.folder.path()).autocommit(false).cache_size(1000);
        let workspace = Workspace::open(config).expect("it opens");
        self.elsewhere = Some(workspace.prefix("elsewhere", Mode::ReadWrite).expect("it opens"));
        workspace.prefix("default", Mode::ReadWrite).expect("it is open");
        self.open = Some((workspace.enter(), workspace));
    }

    /// An object that there is, if there is one.
    fn pick(&self, number: usize) -> Option<Uuid> {
        let count = self.models.len();
        self.models.keys().nth(number.checked_rem(count)?).copied()
    }

    fn holders(&self, uuid: Uuid) -> usize {
        let references = self.models.values().flat_map(Model::references);
        references.filter(|to| **to == uuid).count()
    }

    /// What nothing holds goes, and what only that held.
    fn bury(&mut self) {
        loop {
            let dead = self.models.iter().find(|(uuid, model)| {
                !model.tagged && !self.handles.contains_key(uuid) && self.holders(**uuid) == 0
            });
            let Some(dead) = dead.map(|(uuid, _)| *uuid) else { return };
            self.models.remove(&dead);
        }
    }

    /// What no handle and no tag leads to goes.
    fn bury_unreachable(&mut self) {
        let is_root = |uuid: &Uuid| self.models[uuid].tagged || self.handles.contains_key(uuid);
        let mut next: Vec<_> = self.models.keys().filter(|uuid| is_root(uuid)).copied().collect();
        let mut reached = BTreeSet::new();
        while let Some(uuid) = next.pop() {
            if reached.insert(uuid) {
                next.extend(self.models[&uuid].references());
            }
        }
        self.models.retain(|uuid, _| reached.contains(uuid));
    }

    fn run(&mut self, op: &Op) {
        match op {
            Op::New { label, one, many } => {
                let one = one.and_then(|one| self.pick(one));
                let many: Vec<_> = many.iter().filter_map(|to| self.pick(*to)).collect();
                let memo = Memo::new(Node {
                    label: *label,
                    one: one.map(memo_of),
                    many: many.iter().map(|to| memo_of(*to)).collect(),
                    list: List::new(),
                });
                let model = Model { label: *label, one, many, ..Model::default() };
                self.models.insert(memo.uuid(), model);
                self.ever.insert(memo.uuid());
                self.handles.insert(memo.uuid(), memo);
            }
            Op::Drop { of } => {
                if let Some(uuid) = self.pick(*of) {
                    self.handles.remove(&uuid);
                }
            }
            Op::Take { of } => {
                if let Some(uuid) = self.pick(*of) {
                    self.handles.insert(uuid, memo_of(uuid));
                }
            }
            Op::Atomic { ops, succeeds } => {
                let (models, handles) = (self.models.clone(), self.handles.clone());
                let result = db0::atomic(|| -> db0::Result<()> {
                    ops.iter().for_each(|op| self.run(op));
                    if *succeeds { Ok(()) } else { Err(db0::abort("no")) }
                });
                assert_eq!(result.is_ok(), *succeeds);
                if !succeeds {
                    (self.models, self.handles) = (models, handles);
                }
            }
            Op::Commit => {
                db0::commit().expect("it commits");
                self.bury();
                self.check();
            }
            Op::CommitElsewhere => {
                self.elsewhere.as_ref().expect("open").create(Elsewhere { n: 1 });
                self.elsewhere.as_ref().expect("open").commit().expect("it commits");
            }
            Op::Collect => {
                let report = db0::collect_cycles().expect("it collects");
                self.bury();
                let before = self.models.len();
                self.bury_unreachable();
                assert_eq!(report.total(), (before - self.models.len()) as u64);
                self.check();
            }
            Op::Reopen => {
                db0::commit().expect("it commits");
                self.bury();
                self.reopen();
                db0::commit().expect("it commits");
                self.bury();
                self.check();
            }
            change => self.change(change),
        }
    }

    fn target(&self, op: &Op) -> Option<Uuid> {
        match op {
            Op::One { to, .. } | Op::Attribute { to, .. } => to.and_then(|to| self.pick(to)),
            Op::Push { to, .. } | Op::ListPush { to, .. } => self.pick(*to),
            _ => None,
        }
    }

    fn change(&mut self, op: &Op) {
        let (Op::Label { of, .. }
        | Op::One { of, .. }
        | Op::Push { of, .. }
        | Op::Pop { of }
        | Op::ListPush { of, .. }
        | Op::ListClear { of }
        | Op::Attribute { of, .. }
        | Op::Tag { of }
        | Op::Untag { of }
        | Op::Delete { of }) = op
        else {
            return;
        };
        let Some(uuid) = self.pick(*of) else { return };
        let memo = memo_of(uuid);
        let to = self.target(op);
        let target = to.map(memo_of);
        let model = self.models.get_mut(&uuid).expect("it was picked");
        match op {
            Op::Label { label, untyped, .. } => {
                model.label = *label;
                match untyped {
                    true => AnyMemo::from(&memo).set("label", label),
                    false => memo.write().label = *label,
                }
            }
            Op::One { untyped, .. } => {
                model.one = to;
                match untyped {
                    true => AnyMemo::from(&memo).set("one", &target),
                    false => memo.write().one = target,
                }
            }
            Op::Push { .. } => {
                model.many.extend(to);
                memo.write().many.extend(target);
            }
            Op::Pop { .. } => drop((model.many.pop(), memo.write().many.pop())),
            Op::ListPush { .. } => {
                model.list.extend(to);
                memo.read().list.extend(target);
            }
            Op::ListClear { .. } => {
                model.list.clear();
                memo.read().list.clear();
            }
            Op::Attribute { .. } => {
                model.attribute = to;
                match target {
                    Some(target) => memo.attrs().set("a", target),
                    None => drop(memo.attrs().remove("a")),
                }
            }
            Op::Delete { .. } => self.delete(uuid, &memo),
            tagging => {
                model.tagged = matches!(tagging, Op::Tag { .. });
                let tags = db0::tags(&memo);
                drop(if model.tagged { tags.add("t") } else { tags.remove("t") });
            }
        }
    }

    fn delete(&mut self, uuid: Uuid, memo: &Memo<Node>) {
        match db0::delete(memo) {
            Ok(()) => {
                assert_eq!(self.holders(uuid), 0);
                self.models.remove(&uuid);
                self.handles.remove(&uuid);
                // Its attributes and lists let go with the commit.
                self.run(&Op::Commit);
            }
            Err(Error::Referenced { count, .. }) => {
                assert_eq!(count, self.holders(uuid) as u64);
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Everything is as the model says, and nothing else is there.
    fn check(&self) {
        for uuid in &self.ever {
            assert_eq!(db0::exists::<Node>(*uuid), self.models.contains_key(uuid), "{uuid}");
        }
        assert_eq!(db0::find::<Node>(()).count(), self.models.len() as u64);
        for (uuid, model) in &self.models {
            let memo = memo_of(*uuid);
            let uuids = |memos: &[Memo<Node>]| memos.iter().map(Memo::uuid).collect::<Vec<_>>();
            let node = memo.read();
            assert_eq!(node.label, model.label);
            assert_eq!(node.one.as_ref().map(Memo::uuid), model.one);
            assert_eq!(uuids(&node.many), model.many);
            assert_eq!(uuids(&node.list.to_vec()), model.list);
            let attribute = memo.attrs().get::<Memo<Node>>("a");
            assert_eq!(attribute.as_ref().map(Memo::uuid), model.attribute);
            let holders = self.holders(*uuid) as u64 + u64::from(model.tagged);
            assert_eq!(memo.refcount(), holders, "{uuid} {model:?}");
        }
    }
}

fn memo_of(uuid: Uuid) -> Memo<Node> {
    db0::fetch(uuid).expect("the model has it")
}

fn number() -> std::ops::Range<usize> {
    0..24
}

fn change() -> impl Strategy<Value = Op> {
    let to = || prop::option::weighted(0.7, number());
    prop_oneof![
        4 => (any::<u32>(), to(), prop::collection::vec(number(), 0..3))
            .prop_map(|(label, one, many)| Op::New { label, one, many }),
        1 => (number(), any::<u32>(), any::<bool>())
            .prop_map(|(of, label, untyped)| Op::Label { of, label, untyped }),
        3 => (number(), to(), any::<bool>()).prop_map(|(of, to, untyped)| Op::One { of, to, untyped }),
        2 => (number(), number()).prop_map(|(of, to)| Op::Push { of, to }),
        2 => number().prop_map(|of| Op::Pop { of }),
        2 => (number(), number()).prop_map(|(of, to)| Op::ListPush { of, to }),
        1 => number().prop_map(|of| Op::ListClear { of }),
        2 => (number(), to()).prop_map(|(of, to)| Op::Attribute { of, to }),
        2 => number().prop_map(|of| Op::Tag { of }),
        2 => number().prop_map(|of| Op::Untag { of }),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => change(),
        6 => number().prop_map(|of| Op::Drop { of }),
        2 => number().prop_map(|of| Op::Take { of }),
        2 => number().prop_map(|of| Op::Delete { of }),
        2 => (prop::collection::vec(change(), 0..6), any::<bool>())
            .prop_map(|(ops, succeeds)| Op::Atomic { ops, succeeds }),
        4 => Just(Op::Commit),
        2 => Just(Op::CommitElsewhere),
        2 => Just(Op::Collect),
        1 => Just(Op::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn graphs_are_as_a_plain_model_says(ops in prop::collection::vec(op(), 1..70)) {
        let mut test = Test::new();
        ops.iter().for_each(|op| test.run(op));
        test.run(&Op::Commit);
        test.run(&Op::Reopen);
        test.run(&Op::Collect);
    }
}
