//! Random histories of all collections beside their std counterparts: commits, failing and nested atomics,
//! restarts, two readers, and every past state.

#[path = "../common/mod.rs"]
mod common;

mod model;
mod op;

use common::World;
use db0::{Config, Dict, Index, Memo, Set, Workspace};
use model::{Model, Root, check};
use op::Op;
use proptest::prelude::*;

/// A workspace that only reads, as another process has it.
struct Reader {
    workspace: Workspace,
    root: Memo<Root>,
}

impl Reader {
    fn new(world: &World) -> Self {
        let config = Config::new(world.folder.path()).read_only();
        let workspace = Workspace::open(config).expect("a reader");
        let entered = workspace.enter();
        let root = db0::fetch_singleton().expect("it is committed");
        drop(entered);
        Self { workspace, root }
    }

    fn check(&self, model: &Model) {
        self.workspace.refresh().expect("it looks");
        check(&self.root.read(), model);
    }
}

/// A history that goes on.
struct History {
    world: World,
    root: Memo<Root>,
    model: Model,
    /// What was committed, by state.
    past: Vec<(u64, Model)>,
}

impl History {
    fn new() -> Self {
        let world = World::new();
        let root = db0::singleton(Root::new);
        let mut history = Self { world, root, model: Model::default(), past: Vec::new() };
        history.commit();
        history
    }

    fn commit(&mut self) {
        let state = db0::commit().expect("a commit");
        if self.past.last().is_none_or(|(last, _)| *last < state) {
            self.past.push((state, self.model.clone()));
        }
        let (_, committed) = self.past.last().expect("there is one");
        assert_eq!(*committed, self.model, "a commit of nothing keeps the state");
    }

    fn begin_anew(&mut self) {
        let mut root = self.root.write();
        (root.dict, root.set, root.index) = (Dict::new(), Set::new(), Index::new());
        self.model.dict.clear();
        self.model.set.clear();
        self.model.index.clear();
    }

    fn reopen(&mut self) {
        self.commit();
        self.world.reopen();
        self.root = db0::fetch_singleton().expect("it is there");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(48), max_shrink_iters: 2000, ..ProptestConfig::default() })]
    #[test]
    fn collections_live_as_their_counterparts_do(ops in prop::collection::vec(op::op(), 1..40)) {
        let mut history = History::new();
        let mut first = Reader::new(&history.world);
        let mut second: Option<Reader> = None;
        for op in ops {
            match op {
                Op::Commit => {
                    history.commit();
                    first.check(&history.model);
                    second.get_or_insert_with(|| Reader::new(&history.world));
                }
                Op::Reopen => {
                    history.reopen();
                    first.check(&history.model);
                    if let Some(second) = second.take() {
                        second.check(&history.model);
                    }
                    first = Reader::new(&history.world);
                }
                Op::Anew => history.begin_anew(),
                op => {
                    op.apply(&history.root.read(), &mut history.model);
                    first.check(&history.past.last().expect("there is one").1);
                }
            }
            check(&history.root.read(), &history.model);
        }
        history.reopen();
        check(&history.root.read(), &history.model);
        for (state, model) in &history.past {
            let snapshot = db0::snapshot_at(*state).expect("it is kept");
            check(&snapshot.singleton::<Root>().expect("it was there").read(), model);
        }
    }
}
