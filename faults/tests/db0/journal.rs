//! Commits over several prefixes, cut off at every moment: all of their parts, or none.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use db0::{Config, Memo, Mode, Prefix, Workspace};
use db0_faults::{Judge, Recorder, Replay, Roles, Scratch, Trace, setting};

const PREFIXES: [&str; 3] = ["accounts", "default", "log/of it"];
/// Steps that are recorded; the first makes what the others change.
const STEPS: u64 = 4;

#[db0::memo(singleton, name = "counter")]
struct Counter {
    step: u64,
    /// What changes in one prefix alone.
    own: u64,
}

/// How many states have been judged.
static CHECKS: AtomicU64 = AtomicU64::new(0);

fn open(folder: &Path) -> db0::Result<(Workspace, Vec<Prefix>)> {
    let workspace = Workspace::open(Config::new(folder).autocommit(false))?;
    let open = |name: &&str| workspace.prefix(name, Mode::ReadWrite);
    let prefixes = PREFIXES.iter().map(open).collect::<db0::Result<_>>()?;
    Ok((workspace, prefixes))
}

/// Brings the counters of all prefixes to `step`, in one commit.
fn take(workspace: &Workspace, prefixes: &[Prefix], step: u64) -> db0::Result<()> {
    workspace.atomic(|| -> db0::Result<()> {
        for prefix in prefixes {
            let _entered = workspace.enter_prefix(prefix);
            db0::singleton(|| Counter { step: 0, own: 0 }).write().step = step;
        }
        Ok(())
    })?;
    workspace.commit().map(drop)
}

fn record() -> io::Result<Trace> {
    let scratch = Scratch::new()?;
    let opened = open(scratch.path()).map_err(io::Error::other)?;
    let (workspace, prefixes) = opened;
    let recorder = Recorder::below(scratch.path(), &["lock.mdb", ".bell"])?;
    for step in 1..=STEPS {
        recorder.attempt(step);
        take(&workspace, &prefixes, step).map_err(io::Error::other)?;
        recorder.acknowledge(step);
    }
    let trace = recorder.finish();
    workspace.close().map_err(io::Error::other)?;
    trace
}

fn steps(workspace: &Workspace, prefixes: &[Prefix]) -> db0::Result<Vec<u64>> {
    let step = |prefix: &Prefix| {
        let _entered = workspace.enter_prefix(prefix);
        if !db0::has_singleton::<Counter>() {
            return Ok(0);
        }
        let counter: Memo<Counter> = db0::fetch_singleton()?;
        Ok(counter.try_read()?.step)
    };
    prefixes.iter().map(step).collect()
}

/// Readers find all prefixes at one step, in whatever order they open them, and also where a writer has
/// gone on in one of them alone.
fn check_reading(folder: &Path, acknowledged: u64, attempted: u64) -> Result<(), String> {
    let why = |error: db0::Error| error.to_string();
    let turn = CHECKS.fetch_add(1, Ordering::Relaxed) as usize;
    let mut names = PREFIXES;
    names.rotate_left(turn % 3);
    // Prefixes that are not there yet have nothing to read.
    if turn.is_multiple_of(4) || names.iter().any(|name| !is_made(folder, name)) {
        return Ok(());
    }
    if turn.is_multiple_of(2) {
        let config = Config::new(folder).prefix(names[1]).autocommit(false);
        let alone = Workspace::open(config).map_err(why)?;
        let _entered = alone.enter();
        db0::singleton(|| Counter { step: 0, own: 0 }).write().own += 1;
        alone.commit().map_err(why)?;
    }
    let workspace =
        Workspace::open(Config::new(folder).prefix(names[0]).read_only()).map_err(why)?;
    let open = |name: &&str| workspace.prefix(name, Mode::ReadOnly);
    let prefixes: Vec<_> = names.iter().map(open).collect::<db0::Result<_>>().map_err(why)?;
    let found = workspace.view(|| steps(&workspace, &prefixes)).map_err(why)?;
    let promised = acknowledged..=attempted;
    if found.iter().any(|other| *other != found[0]) || !promised.contains(&found[0]) {
        return Err(format!("a reader finds steps {found:?}, promised were {promised:?}"));
    }
    Ok(())
}

fn is_made(folder: &Path, name: &str) -> bool {
    let names = Workspace::list(folder).unwrap_or_default();
    names.iter().any(|made| made == name)
        && Workspace::open(Config::new(folder).prefix(name).read_only()).is_ok()
}

/// Every prefix holds the same step, one that was promised; and the store goes on.
fn check(folder: &Path, acknowledged: u64, attempted: u64) -> Result<(), String> {
    let why = |error: db0::Error| error.to_string();
    check_reading(folder, acknowledged, attempted)?;
    let (workspace, prefixes) = open(folder).map_err(why)?;
    let found = steps(&workspace, &prefixes).map_err(why)?;
    let step = found[0];
    if found.iter().any(|other| *other != step) {
        return Err(format!("the prefixes hold steps {found:?}"));
    }
    if !(acknowledged..=attempted).contains(&step) {
        return Err(format!("holds step {step}, not one of {acknowledged} to {attempted}"));
    }
    if let Some(left) = journals(folder).map_err(|error| error.to_string())?.first() {
        return Err(format!("{left} stays though every prefix has been opened"));
    }
    take(&workspace, &prefixes, step + 1).map_err(why)?;
    workspace.close().map_err(why)
}

fn journals(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    let names: io::Result<Vec<_>> = names.collect();
    let names = names?.into_iter().filter_map(|name| name.into_string().ok());
    Ok(names.filter(|name| name.starts_with(".journal")).collect())
}

#[test]
fn a_commit_over_several_prefixes_survives_any_crash_whole() -> io::Result<()> {
    let roles = Roles::of("journal::a_commit_over_several_prefixes_survives_any_crash_whole")
        .role("judge", |wire| Judge::serve(wire, check).expect("the test listens"));
    let trace = record()?;
    let mut judge = Judge::new(&roles, "judge");
    let one_in = setting("FAULTS_DB0_JOURNAL_ONE_IN", 4).max(1);
    let report = Replay { one_in, ..Replay::default() }.run(&trace, |folder, state| {
        let verdict = judge.ask(folder, state.acknowledged(), state.attempted());
        verdict.map_err(|error| error.to_string())?.into_result()
    })?;
    println!("{report}");
    report.assert_sound(100 * STEPS);
    Ok(())
}
