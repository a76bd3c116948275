//! Views that hold still, of any moments of a random history, against copies of a plain model: each
//! shows its own moment, whatever is changed, committed, undone or let out of memory meanwhile, and
//! whether an object is looked at early or late.

mod common;

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, Scope, ScopedJoinHandle},
};

use common::{World, cases};
use db0::{AnyMemo, Error, Memo, Workspace};
use proptest::prelude::*;
use uuid::Uuid;

#[db0::memo(keep)]
struct Item {
    #[db0(index)]
    price: u32,
}

/// What there is, by identity.
type Model = BTreeMap<Uuid, u32>;

#[derive(Clone, Debug)]
enum Op {
    New(u32),
    Set {
        of: usize,
        price: u32,
        untyped: bool,
    },
    Delete(usize),
    /// Several changes as one, which may be undone.
    Atomic {
        of: Vec<(usize, u32)>,
        new: Option<u32>,
        fails: bool,
    },
    Commit,
    Forget,
    Begin,
    Look {
        view: usize,
        of: usize,
    },
    LookAtAll(usize),
    End(usize),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let place = 0..12_usize;
    let op = prop_oneof![
        3 => any::<u32>().prop_map(Op::New),
        6 => (place.clone(), any::<u32>(), any::<bool>())
            .prop_map(|(of, price, untyped)| Op::Set { of, price, untyped }),
        2 => place.clone().prop_map(Op::Delete),
        2 => (prop::collection::vec((place.clone(), any::<u32>()), 1..4), any::<Option<u32>>(), any::<bool>())
            .prop_map(|(of, new, fails)| Op::Atomic { of, new, fails }),
        3 => Just(Op::Commit),
        2 => Just(Op::Forget),
        3 => Just(Op::Begin),
        6 => (0..4_usize, place.clone()).prop_map(|(view, of)| Op::Look { view, of }),
        2 => (0..4_usize).prop_map(Op::LookAtAll),
        2 => (0..4_usize).prop_map(Op::End),
    ];
    prop::collection::vec(op, 1..80)
}

/// What a view's thread is asked: for one object, or for all.
type Asked = Option<Uuid>;

/// A thread in a view, and the model of its moment.
struct View<'s> {
    model: Model,
    ask: Sender<Asked>,
    seen: Receiver<Model>,
    thread: ScopedJoinHandle<'s, ()>,
}

fn look(asked: Asked) -> Model {
    let Some(uuid) = asked else { return look_at_all() };
    match db0::fetch::<Item>(uuid) {
        Ok(item) => Model::from([(uuid, item.read().price)]),
        Err(Error::NotFound { .. }) => Model::new(),
        Err(error) => panic!("{error}"),
    }
}

fn look_at_all() -> Model {
    let all = db0::find::<Item>(());
    let found: Model = all.iter().map(|item| (item.uuid(), item.read().price)).collect();
    assert_eq!(all.count(), found.len() as u64);
    let dear = db0::find::<Item>(Item::PRICE.ge(1 << 31));
    let expected = found.values().filter(|price| **price >= 1 << 31).count();
    assert_eq!(dear.count(), expected as u64);
    found
}

fn begin<'s>(scope: &'s Scope<'s, '_>, workspace: &'s Workspace, model: &Model) -> View<'s> {
    let (ask, asked) = channel();
    let (tell, seen) = channel();
    let thread = scope.spawn(move || {
        let _entered = workspace.enter();
        db0::view(|| {
            tell.send(Model::new()).expect("somebody waits");
            for one in asked {
                tell.send(look(one)).expect("somebody waits");
            }
        });
    });
    seen.recv().expect("it has begun");
    View { model: model.clone(), ask, seen, thread }
}

impl View<'_> {
    fn check(&self, asked: Asked) {
        self.ask.send(asked).expect("it runs");
        let expected = match asked {
            Some(uuid) => {
                self.model.get_key_value(&uuid).map(|(a, b)| (*a, *b)).into_iter().collect()
            }
            None => self.model.clone(),
        };
        assert_eq!(self.seen.recv().expect("it answers"), expected);
    }

    fn end(self) {
        self.check(None);
        drop(self.ask);
        self.thread.join().expect("it found what it expected");
    }
}

/// The history so far.
#[derive(Default)]
struct History {
    /// Handles, as long as they are not dropped.
    items: Vec<(Uuid, Option<Memo<Item>>)>,
    model: Model,
}

impl History {
    fn uuid(&self, of: usize) -> Option<Uuid> {
        self.items.get(of % self.items.len().max(1)).map(|(uuid, _)| *uuid)
    }

    fn living(&self, of: usize) -> Option<Memo<Item>> {
        let uuid = self.uuid(of).filter(|uuid| self.model.contains_key(uuid))?;
        Some(db0::fetch(uuid).expect("it is there"))
    }

    fn make(&mut self, price: u32) {
        let item = Memo::new(Item { price });
        self.model.insert(item.uuid(), price);
        self.items.push((item.uuid(), Some(item)));
    }

    fn atomic(&mut self, of: &[(usize, u32)], new: Option<u32>, fails: bool) {
        let before = (self.items.len(), self.model.clone());
        let result = db0::atomic(|| -> db0::Result<()> {
            for (of, price) in of {
                if let Some(item) = self.living(*of) {
                    item.write().price = *price;
                    self.model.insert(item.uuid(), *price);
                }
            }
            if let Some(price) = new {
                self.make(price);
            }
            if fails { Err(db0::abort("as asked")) } else { Ok(()) }
        });
        assert_eq!(result.is_err(), fails);
        if fails {
            self.items.truncate(before.0);
            self.model = before.1;
        }
    }

    fn run(&mut self, op: &Op) {
        match op {
            Op::New(price) => self.make(*price),
            Op::Set { of, price, untyped } => {
                let Some(item) = self.living(*of) else { return };
                if *untyped {
                    AnyMemo::from(&item).set("price", *price);
                } else {
                    item.write().price = *price;
                }
                self.model.insert(item.uuid(), *price);
            }
            Op::Delete(of) => {
                let Some(item) = self.living(*of) else { return };
                db0::delete(&item).expect("nothing holds it");
                self.model.remove(&item.uuid());
            }
            Op::Atomic { of, new, fails } => self.atomic(of, *new, *fails),
            Op::Commit => drop(db0::commit().expect("it commits")),
            Op::Forget => {
                self.items.iter_mut().for_each(|(_, item)| *item = None);
                db0::clear_cache();
            }
            Op::Begin | Op::Look { .. } | Op::LookAtAll(_) | Op::End(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(96), ..ProptestConfig::default() })]

    #[test]
    fn every_view_shows_its_own_moment(ops in ops()) {
        let world = World::new();
        let workspace = world.workspace.clone().expect("open");
        let mut history = History::default();
        thread::scope(|scope| {
            let mut views: Vec<View<'_>> = Vec::new();
            for op in &ops {
                history.run(op);
                let chosen = |view: &usize| (!views.is_empty()).then(|| view % views.len());
                match op {
                    Op::Begin if views.len() < 4 => {
                        views.push(begin(scope, &workspace, &history.model));
                    }
                    Op::Look { view, of } => {
                        if let (Some(view), Some(uuid)) = (chosen(view), history.uuid(*of)) {
                            views[view].check(Some(uuid));
                        }
                    }
                    Op::LookAtAll(view) => {
                        chosen(view).into_iter().for_each(|view| views[view].check(None));
                    }
                    Op::End(view) => {
                        let ended = chosen(view).map(|view| views.swap_remove(view));
                        ended.into_iter().for_each(View::end);
                    }
                    _ => {}
                }
            }
            views.into_iter().for_each(View::end);
            assert_eq!(look(None), history.model);
        });
        drop(history);
    }
}
