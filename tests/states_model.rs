//! Random histories against a model that remembers every state: each state reads as it was, and what
//! differs between any two is the difference of two full scans; before and after reopening, pruning
//! and compaction, live, in a read-only workspace, and in another process.
//!
//! `PROPTEST_CASES` says how many histories, `PROPTEST_RNG_SEED` which ones.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    time::Duration,
};

use common::World;
use db0::{Config, Dict, List, Memo, Snapshot, Workspace};
use proptest::prelude::*;

#[db0::memo(keep)]
struct Note {
    n: u8,
    lines: List<u8>,
    words: Dict<u8, u8>,
}

const TAGS: [&str; 2] = ["red", "round"];

/// What a state shows of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    n: u8,
    tags: BTreeSet<&'static str>,
    lines: Vec<u8>,
    words: BTreeMap<u8, u8>,
}

/// Objects by their uuids.
type Model = BTreeMap<uuid::Uuid, Seen>;

#[derive(Clone, Debug)]
enum Step {
    Create(u8),
    Delete(usize),
    Set(usize, u8),
    Tag(usize, usize, bool),
    Push(usize, u8),
    Pop(usize),
    Insert(usize, u8, u8),
    Remove(usize, u8),
    Commit,
    Hold(usize),
    HoldElsewhere(usize),
    Prune(usize),
    Compact,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let which = any::<usize>;
    prop_oneof![
        3 => (0..4u8).prop_map(Step::Create),
        1 => which().prop_map(Step::Delete),
        3 => (which(), 0..4u8).prop_map(|(at, n)| Step::Set(at, n)),
        3 => (which(), 0..2usize, any::<bool>()).prop_map(|(at, tag, on)| Step::Tag(at, tag, on)),
        3 => (which(), 0..9u8).prop_map(|(at, line)| Step::Push(at, line)),
        1 => which().prop_map(Step::Pop),
        2 => (which(), 0..4u8, 0..4u8).prop_map(|(at, key, value)| Step::Insert(at, key, value)),
        1 => (which(), 0..4u8).prop_map(|(at, key)| Step::Remove(at, key)),
        9 => Just(Step::Commit),
        1 => which().prop_map(Step::Hold),
        1 => which().prop_map(Step::HoldElsewhere),
        1 => which().prop_map(Step::Prune),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ]
}

struct History {
    world: World,
    now: Model,
    states: Vec<Model>,
    oldest: usize,
    held: Vec<Snapshot>,
    /// A read-only workspace, and snapshots of it.
    reader: Option<Workspace>,
    held_elsewhere: Vec<Snapshot>,
    is_settled: bool,
}

fn seen(note: &Memo<Note>) -> Seen {
    let value = note.read();
    let has = |tag: &&str| db0::tags(note).list().iter().any(|name| name.to_string() == **tag);
    Seen {
        n: value.n,
        tags: TAGS.into_iter().filter(has).collect(),
        lines: value.lines.iter().collect(),
        words: value.words.iter().collect(),
    }
}

fn scan(snapshot: &Snapshot) -> Model {
    snapshot.find::<Note>(()).iter().map(|note| (note.uuid(), seen(&note))).collect()
}

impl History {
    fn pick(&self, which: usize) -> Option<Memo<Note>> {
        let uuid = self.now.keys().nth(which.checked_rem(self.now.len())?)?;
        Some(db0::fetch(*uuid).expect("it is there"))
    }

    fn commit(&mut self) {
        let state = db0::commit().expect("it commits");
        if self.states.last() != Some(&self.now) || state as usize == self.states.len() {
            self.states.push(self.now.clone());
        }
        assert_eq!(state as usize, self.states.len() - 1);
    }

    fn change(&mut self, which: usize, change: impl FnOnce(&Memo<Note>, &mut Seen)) {
        if let Some(note) = self.pick(which) {
            change(&note, self.now.get_mut(&note.uuid()).expect("it was picked"));
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Create(n) => {
                let note = Memo::new(Note { n, lines: List::new(), words: Dict::new() });
                self.now.insert(note.uuid(), Seen { n, ..Seen::default() });
            }
            Step::Delete(which) => {
                if let Some(note) = self.pick(which) {
                    self.now.remove(&note.uuid());
                    db0::delete(&note).expect("nothing refers to it");
                }
            }
            Step::Set(which, n) => self.change(which, |note, seen| {
                note.write().n = n;
                seen.n = n;
            }),
            Step::Tag(which, tag, on) => self.change(which, |note, seen| {
                if on {
                    db0::tags(note).add(TAGS[tag]);
                    seen.tags.insert(TAGS[tag]);
                } else {
                    db0::tags(note).remove(TAGS[tag]);
                    seen.tags.remove(TAGS[tag]);
                }
            }),
            Step::Push(which, line) => self.change(which, |note, seen| {
                note.read().lines.push(line);
                seen.lines.push(line);
            }),
            Step::Pop(which) => self.change(which, |note, seen| {
                assert_eq!(note.read().lines.pop(), seen.lines.pop());
            }),
            Step::Insert(which, key, value) => self.change(which, |note, seen| {
                note.read().words.insert(key, value);
                seen.words.insert(key, value);
            }),
            Step::Remove(which, key) => self.change(which, |note, seen| {
                assert_eq!(note.read().words.remove(key), seen.words.remove(&key));
            }),
            Step::Commit => self.commit(),
            Step::Hold(which) => {
                let state = self.oldest + which % (self.states.len() - self.oldest);
                self.held.push(db0::snapshot_at(state as u64).expect("it is kept"));
            }
            Step::HoldElsewhere(which) => self.hold_elsewhere(which),
            Step::Prune(which) => {
                self.commit();
                self.settle_elsewhere();
                self.oldest += which % (self.states.len() - self.oldest);
                db0::prune_history(..self.oldest as u64).expect("it is writable");
            }
            Step::Compact => {
                self.commit();
                self.leave_elsewhere();
                db0::compact().expect("nobody else has it open");
            }
            Step::Reopen => {
                self.commit();
                self.held.clear();
                self.leave_elsewhere();
                self.world.reopen();
            }
        }
    }

    fn hold_elsewhere(&mut self, which: usize) {
        let state = self.oldest + which % (self.states.len() - self.oldest);
        let config = Config::new(self.world.folder.path()).read_only();
        let reader = self.reader.get_or_insert_with(|| Workspace::open(config).expect("it opens"));
        reader.refresh().expect("it reads");
        self.held_elsewhere.push(reader.snapshot_at(state as u64).expect("it is kept"));
        self.is_settled = false;
    }

    /// Once a reader has told which states it needs, all others are forgotten.
    fn settle_elsewhere(&mut self) {
        if !std::mem::replace(&mut self.is_settled, true) {
            std::thread::sleep(Duration::from_millis(150));
        }
    }

    fn leave_elsewhere(&mut self) {
        self.held_elsewhere.clear();
        self.reader = None;
    }

    /// All states that can be looked at, as the entered workspace shows them.
    fn check_states(&self) {
        for (state, model) in self.states.iter().enumerate().skip(self.oldest) {
            assert_eq!(&scan(&db0::snapshot_at(state as u64).expect("it is kept")), model);
        }
        for held in self.held.iter().chain(&self.held_elsewhere) {
            assert_eq!(scan(held), self.states[held.state() as usize]);
        }
    }

    /// What differs between two states, against the difference of two full scans.
    fn check_pair(&self, before: &Snapshot, after: &Snapshot) {
        let [was, is] = [before, after].map(|at| &self.states[at.state() as usize]);
        let everything = |_: &Seen| true;
        compare((), &everything, (before, was), (after, is));
        compare("red", &|seen| seen.tags.contains("red"), (before, was), (after, is));
        let criteria = (Note::N.lt(2), db0::no("round"));
        let expected = |seen: &Seen| seen.n < 2 && !seen.tags.contains("round");
        compare(criteria, &expected, (before, was), (after, is));
        for (uuid, old, new) in
            was.iter().filter_map(|(uuid, old)| Some((uuid, old, is.get(uuid)?)))
        {
            let note = after.fetch::<Note>(*uuid).expect("it is there");
            let words = note.read().words.changes(before, after);
            let told: Vec<_> = words.map(|change| (change.key, change.old, change.new)).collect();
            let keys: BTreeSet<_> = old.words.keys().chain(new.words.keys()).collect();
            let both = keys
                .into_iter()
                .map(|key| (*key, old.words.get(key).copied(), new.words.get(key).copied()));
            assert_eq!(told, both.filter(|(_, old, new)| old != new).collect::<Vec<_>>());
            let mut lines = old.lines.clone();
            for splice in note.read().lines.changes(before, after).rev() {
                let gone = splice.old_index..splice.old_index + splice.old.len();
                let gone: Vec<_> = lines.splice(gone, splice.new).collect();
                assert_eq!(gone, splice.old);
            }
            assert_eq!(lines, new.lines);
        }
    }
}

fn compare(
    criteria: impl db0::Criteria<Note>,
    fulfils: &dyn Fn(&Seen) -> bool,
    (before, was): (&Snapshot, &Model),
    (after, is): (&Snapshot, &Model),
) {
    let uuids =
        |memos: db0::Changes<Memo<Note>>| memos.map(|memo| memo.uuid()).collect::<BTreeSet<_>>();
    let of = |model: &Model| -> BTreeSet<uuid::Uuid> {
        model.iter().filter(|(_, seen)| fulfils(seen)).map(|(uuid, _)| *uuid).collect()
    };
    let (were, are) = (of(was), of(is));
    assert_eq!(uuids(db0::select_new(&criteria, before, after)), &are - &were);
    assert_eq!(uuids(db0::select_deleted(&criteria, before, after)), &were - &are);
    let content = |seen: &Seen| (seen.n, seen.lines.clone(), seen.words.clone());
    let differs = |uuid: &&uuid::Uuid| content(&was[*uuid]) != content(&is[*uuid]);
    let expected: BTreeSet<_> = were.intersection(&are).filter(differs).copied().collect();
    let modified = db0::select_modified(&criteria, before, after);
    let told = modified.map(|(old, new)| {
        assert_eq!((seen(&old), seen(&new)), (was[&old.uuid()].clone(), is[&old.uuid()].clone()));
        new.uuid()
    });
    assert_eq!(told.collect::<BTreeSet<_>>(), expected);
}

/// Where the other process finds the workspace, and what it has to tell of.
const FOLDER: &str = "DB0_TEST_STATES";
const OLDEST: &str = "DB0_TEST_OLDEST";

/// Every state, as text.
fn dump(oldest: usize, states: usize) -> String {
    let model = |state| scan(&db0::snapshot_at(state as u64).expect("it is kept"));
    (oldest..states)
        .fold(String::new(), |text, state| format!("{text}{state}: {:?}\n", model(state)))
}

#[test]
fn another_process_tells() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let oldest = std::env::var(OLDEST).expect("it is set").parse().expect("a number");
    let reader = Workspace::open(Config::new(&folder).read_only()).expect("it opens");
    let _entered = reader.enter();
    let states = db0::state() as usize + 1;
    std::fs::write(format!("{folder}/told"), dump(oldest, states)).expect("it is writable");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(24), ..ProptestConfig::default() })]
    #[test]
    fn every_state_reads_as_it_was_and_differs_as_scans_do(
        steps in prop::collection::vec(step(), 1..120),
        pairs in prop::collection::vec(any::<(usize, usize)>(), 8),
    ) {
        let mut history = History {
            world: World::new(),
            now: Model::new(),
            states: vec![Model::new()],
            oldest: 0,
            held: Vec::new(),
            reader: None,
            held_elsewhere: Vec::new(),
            is_settled: true,
        };
        for step in steps {
            history.step(step);
        }
        history.commit();
        history.check_states();
        let at = |state: usize| db0::snapshot_at(state as u64).expect("it is kept");
        let check_pairs = |history: &History| {
            let count = history.states.len() - history.oldest;
            for (a, b) in &pairs {
                let (a, b) = (history.oldest + a % count, history.oldest + b % count);
                history.check_pair(&at(a), &at(b));
                if let Some(held) = history.held.get(a % history.held.len().max(1)) {
                    history.check_pair(held, &at(b));
                    history.check_pair(&at(b), held);
                }
                let elsewhere = &history.held_elsewhere;
                if let Some(held) = elsewhere.get(a % elsewhere.len().max(1)) {
                    let last = history.reader.as_ref().map(Workspace::snapshot);
                    history.check_pair(held, &last.expect("it is open").expect("a snapshot"));
                    history.check_pair(held, &elsewhere[b % elsewhere.len()]);
                }
            }
        };
        check_pairs(&history);
        {
            let config = Config::new(history.world.folder.path()).read_only();
            let reader = Workspace::open(config).expect("it opens");
            let held = std::mem::take(&mut history.held);
            let _entered = reader.enter();
            history.check_states();
            check_pairs(&history);
            history.held = held;
        }
        let folder = history.world.folder.path();
        let told = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "another_process_tells"])
            .env(FOLDER, folder)
            .env(OLDEST, history.oldest.to_string())
            .output()
            .expect("it runs");
        prop_assert!(told.status.success());
        let told = std::fs::read_to_string(folder.join("told")).expect("it told");
        prop_assert_eq!(told, dump(history.oldest, history.states.len()));
    }
}
