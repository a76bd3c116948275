//! Threads that never pause, in two prefixes, while commits fail now and then: nothing is lost, doubled
//! or torn, whatever was being done while one failed.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use db0::{Config, List, Memo, Mode, Prefix, Result, Workspace};
use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Random, Scratch, seed, setting};
use uuid::Uuid;

const THREADS: u64 = 3;
const PREFIXES: [&str; 2] = ["a", "b"];
/// More objects than this of a thread's own are not needed for things to get in each other's way.
const OWN_MAX: usize = 24;
/// In each prefix.
const SEATS: u64 = 40;
const KINDS: [Kind; 5] =
    [Kind::Pwrite, Kind::Writev, Kind::SyncedWrite, Kind::Fdatasync, Kind::Open];
const LASTING: [Lasting; 3] = [Lasting::Once, Lasting::ThisKind, Lasting::WholeDevice];

#[db0::memo]
struct Restless {
    owner: u64,
    #[db0(index)]
    n: u64,
    /// One of few, so that others are often in the way.
    #[db0(unique)]
    seat: Option<u64>,
    friend: Option<Memo<Restless>>,
    list: List<u64>,
}

/// What one of them should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Plain {
    prefix: usize,
    n: u64,
    seat: Option<u64>,
    friend: Option<Uuid>,
    list: Vec<u64>,
    is_odd: bool,
    attribute: Option<u64>,
}

/// A thread, what it has made, and what that should be.
struct Worker {
    owner: u64,
    random: Random,
    prefixes: Vec<Prefix>,
    memos: BTreeMap<Uuid, Memo<Restless>>,
    plain: BTreeMap<Uuid, Plain>,
}

impl Worker {
    fn new(owner: u64, seed: u64, workspace: &Workspace) -> Self {
        let open = |name| workspace.prefix(name, Mode::ReadWrite).expect("it is open");
        Self {
            owner,
            random: Random::new(seed ^ owner),
            prefixes: PREFIXES.map(open).into(),
            memos: BTreeMap::new(),
            plain: BTreeMap::new(),
        }
    }

    fn pick(&mut self) -> Option<(Uuid, Memo<Restless>)> {
        let len = self.memos.len();
        let nth = self.random.below(len.max(1) as u64);
        self.memos.iter().nth(nth as usize).map(|(uuid, memo)| (*uuid, memo.clone()))
    }

    /// Does something; what is refused has not happened.
    fn step(&mut self) -> Result<()> {
        let Some((uuid, memo)) = self.pick().filter(|_| !self.random.chance(1, 6)) else {
            return self.make();
        };
        let n = self.random.next_u64() >> 8;
        let plain = self.plain.get(&uuid).cloned().unwrap_or_default();
        let changed = match self.random.below(10) {
            0 | 1 => {
                memo.try_update(|one| one.n = n)?;
                Plain { n, ..plain }
            }
            2 => {
                memo.try_read()?.list.try_push(n)?;
                Plain { list: [&plain.list[..], &[n]].concat(), ..plain }
            }
            3 => {
                memo.try_read()?.list.try_pop()?;
                Plain {
                    list: plain.list.split_last().map_or(Vec::new(), |(_, l)| l.into()),
                    ..plain
                }
            }
            4 => {
                let tags = db0::tags(&memo);
                let tagged =
                    if plain.is_odd { tags.try_remove("odd") } else { tags.try_add("odd") };
                tagged?;
                Plain { is_odd: !plain.is_odd, ..plain }
            }
            5 => {
                memo.attrs().try_set("n", n)?;
                Plain { attribute: Some(n), ..plain }
            }
            6 => return self.befriend(uuid, &memo, plain),
            7 => {
                let seat = Some(n % SEATS).filter(|_| plain.seat.is_none());
                memo.try_update(|one| one.seat = seat)?;
                Plain { seat, ..plain }
            }
            8 => return self.let_go(uuid, memo),
            _ => return self.atomically(uuid, &memo, plain),
        };
        self.plain.insert(uuid, changed);
        Ok(())
    }

    fn make(&mut self) -> Result<()> {
        if self.memos.len() >= OWN_MAX {
            return Ok(());
        }
        let prefix = self.random.below(PREFIXES.len() as u64) as usize;
        let (owner, n) = (self.owner, self.random.next_u64() >> 8);
        let new = Restless { owner, n, seat: None, friend: None, list: List::new() };
        let memo = self.prefixes[prefix].try_create(new)?;
        db0::tags(&memo).try_add(format!("of {owner}"))?;
        self.plain.insert(memo.uuid(), Plain { prefix, n, ..Plain::default() });
        self.memos.insert(memo.uuid(), memo);
        Ok(())
    }

    fn befriend(&mut self, uuid: Uuid, memo: &Memo<Restless>, plain: Plain) -> Result<()> {
        let friend = self.pick().filter(|(friend, _)| self.plain[friend].prefix == plain.prefix);
        memo.try_update(|one| one.friend = friend.as_ref().map(|(_, friend)| friend.clone()))?;
        self.plain.insert(uuid, Plain { friend: friend.map(|(friend, _)| friend), ..plain });
        Ok(())
    }

    /// Takes away what holds an object, if nothing refers to it.
    fn let_go(&mut self, uuid: Uuid, memo: Memo<Restless>) -> Result<()> {
        if self.plain.values().any(|plain| plain.friend == Some(uuid)) {
            return Ok(());
        }
        db0::tags(&memo).try_set(())?;
        drop(memo);
        self.memos.remove(&uuid);
        self.plain.remove(&uuid);
        Ok(())
    }

    /// What it does while it holds still is not seen before that is over.
    fn look_still(&mut self, workspace: &Workspace) -> Result<()> {
        let before = self.plain.clone();
        workspace.try_view(|| {
            for _ in 0..4 {
                if let Ok(seen) = found(workspace, self.owner) {
                    assert_eq!(seen, before, "of the moment at which the view began");
                }
                // What is refused has not happened.
                let _ = self.step();
            }
        })
    }

    /// Two objects, perhaps in two prefixes, or neither.
    fn atomically(&mut self, uuid: Uuid, memo: &Memo<Restless>, plain: Plain) -> Result<()> {
        let (Some((other, second)), n) = (self.pick(), self.random.next_u64() >> 8) else {
            return Ok(());
        };
        let succeeds = self.random.chance(2, 3);
        let done = db0::atomic(|| -> Result<()> {
            memo.try_update(|one| one.n = n)?;
            second.try_update(|one| one.n = n)?;
            second.try_read()?.list.try_push(n)?;
            if succeeds { Ok(()) } else { Err(db0::abort("on purpose")) }
        });
        if !succeeds {
            assert!(done.is_err());
            return Ok(());
        }
        done?;
        self.plain.insert(uuid, Plain { n, ..plain });
        let other = self.plain.get_mut(&other).expect("it is one of these");
        other.n = n;
        other.list.push(n);
        Ok(())
    }
}

/// What there is of a thread's objects.
fn found(workspace: &Workspace, owner: u64) -> Result<BTreeMap<Uuid, Plain>> {
    let mut found = BTreeMap::new();
    for (place, name) in PREFIXES.into_iter().enumerate() {
        let prefix = workspace.prefix(name, Mode::ReadWrite)?;
        for memo in prefix.find::<Restless>(format!("of {owner}")).try_iter()? {
            let memo = memo?;
            let one = memo.try_read()?;
            assert_eq!(one.owner, owner);
            let plain = Plain {
                prefix: place,
                n: one.n,
                seat: one.seat,
                friend: one.friend.as_ref().map(Memo::uuid),
                list: one.list.try_to_vec()?,
                is_odd: db0::tags(&memo).try_contains("odd")?,
                attribute: memo.attrs().try_get("n")?,
            };
            assert_eq!(found.insert(memo.uuid(), plain), None, "it is found twice");
        }
    }
    Ok(found)
}

/// Has calls fail now and then, until `done`; gives how many did.
fn plague(scratch: &Scratch, mut random: Random, done: &AtomicBool) -> u64 {
    let faults = Faults::below(scratch.path()).expect("a folder");
    let mut hits = 0;
    while !done.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(random.below(12)));
        faults.plan(Plan {
            kind: KINDS[random.below(KINDS.len() as u64) as usize],
            nth: 1 + random.below(4),
            failure: Failure::Errno(if random.chance(1, 2) { libc::EIO } else { libc::ENOSPC }),
            lasting: LASTING[random.below(LASTING.len() as u64) as usize],
        });
        thread::sleep(Duration::from_millis(random.below(25)));
        hits += faults.hits();
        faults.clear();
    }
    hits
}

#[test]
fn nothing_is_lost_doubled_or_torn() {
    let seed = seed();
    let span = Duration::from_millis(setting("FAULTS_DB0_RESTLESS_MS", 4000));
    let scratch = Scratch::new().expect("a folder");
    let config = || Config::new(scratch.path()).autocommit_interval(Duration::from_millis(3));
    let workspace = Workspace::open(config()).expect("it opens");
    let mut workers: Vec<_> =
        (1..=THREADS).map(|owner| Worker::new(owner, seed, &workspace)).collect();
    let (done, refused) = (AtomicBool::new(false), AtomicU64::new(0));
    let began = Instant::now();
    let hits = thread::scope(|scope| {
        let plague = scope.spawn(|| plague(&scratch, Random::new(seed), &done));
        let (workspace, refused) = (&workspace, &refused);
        let working: Vec<_> = workers
            .iter_mut()
            .map(|worker| {
                scope.spawn(move || {
                    let _entered = workspace.enter();
                    while began.elapsed() < span {
                        let holds_still = worker.random.chance(1, 16);
                        let step =
                            if holds_still { worker.look_still(workspace) } else { worker.step() };
                        refused.fetch_add(u64::from(step.is_err()), Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let worked = working.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>();
        done.store(true, Ordering::Relaxed);
        let hits = plague.join().expect("it ends");
        worked.into_iter().for_each(|worked| worked.expect("nothing panics"));
        hits
    });
    println!("seed {seed}: {hits} calls failed, {} steps were refused", refused.into_inner());
    assert!(hits > 0, "nothing has failed");
    let _entered = workspace.enter();
    workspace.commit().expect("the disk works again");
    for worker in &workers {
        let found = found(&workspace, worker.owner).expect("the disk works again");
        assert_eq!(found, worker.plain, "seed {seed}: in memory");
    }
    let plain: Vec<_> = workers.into_iter().map(|worker| (worker.owner, worker.plain)).collect();
    workspace.close().expect("it closes");
    for name in PREFIXES {
        let verified = Workspace::verify(scratch.path(), name).expect("it can be read");
        assert!(verified.is_sound(), "seed {seed}: prefix {name}: {verified:#?}");
    }
    let workspace = Workspace::open(config()).expect("it opens");
    let _entered = workspace.enter();
    for (owner, plain) in plain {
        let found = found(&workspace, owner).expect("nothing fails");
        assert_eq!(found, plain, "seed {seed}: after reopening");
    }
}
