//! Flipped bytes: told as damage, or read as they were, and never anything else for the truth.

use std::fs;
use std::io;
use std::path::Path;

use db0::{Config, Error, Workspace};
use db0_faults::{Judge, Random, Roles, Scratch, Verdict, seed, setting};

use crate::oracle::{Oracle, Past, Wrong};
use crate::world::World;

const STEPS: u64 = 12;
const PAGE: u64 = 4096;
/// The first two pages say where everything is.
const META_PAGES: u64 = 2;

/// What became of the damaged copies.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// The byte did not matter.
    whole: u64,
    /// Told as damage.
    told: u64,
    /// A state is missing from the list of states, and readable all the same.
    unlisted: u64,
    /// Something was left out: a row is not found by a key that is damaged.
    hidden: u64,
    /// An older state was taken for the last one: LMDB's header has no checksum.
    older: u64,
    /// The C library or the kernel ended the process.
    died: u64,
    /// The check panicked instead of giving an error.
    panicked: u64,
    /// Something else was given for the truth.
    wrong: u64,
    /// It mattered, and verifying found nothing.
    unseen: u64,
}

/// Reads everything in a damaged copy. An answer that begins with a word of `Counts` is counted so.
fn read_all(folder: &Path, _: u64, last: u64) -> Result<(), String> {
    let read = || -> Result<u64, Wrong> {
        let workspace = Workspace::open(Config::new(folder).autocommit(false).read_only())?;
        let entered = workspace.enter();
        let checked = Oracle::default().check_open(Past::All);
        drop(entered);
        workspace.close()?;
        checked
    };
    match std::panic::catch_unwind(read) {
        Ok(Ok(step)) if step == last => Ok(()),
        Ok(Ok(step)) => Err(format!("older: step {step} of {last}")),
        Ok(Err(Wrong::Refused(
            error @ (Error::Corrupt { .. } | Error::Format { .. } | Error::Io { .. }),
        ))) => Err(format!("told: {error}")),
        Ok(Err(Wrong::Unlisted(why))) => Err(format!("unlisted: {why}")),
        Ok(Err(Wrong::Hidden(why))) => Err(format!("hidden: {why}")),
        Ok(Err(other)) => Err(format!("wrong: {other}")),
        Err(panic) => {
            let why = panic.downcast_ref::<String>().map_or("without a word", String::as_str);
            // A short name that can't read what it is asked for says so by a panic.
            let is_told = why.contains("`db0 verify` lists all damage");
            Err(format!("{}: {why}", if is_told { "told" } else { "panicked" }))
        }
    }
}

fn prepared() -> io::Result<Scratch> {
    let scratch = Scratch::new()?;
    let world = World::open(Config::new(scratch.path()));
    let mut world = world.map_err(|why| io::Error::other(why.to_string()))?;
    for _ in 0..STEPS {
        world.take_step().and_then(|()| world.commit()).map_err(io::Error::other)?;
    }
    world.close().map_err(io::Error::other)?;
    Ok(scratch)
}

/// Flips one bit in each of `copies`, below or behind the end of the header pages.
fn flip(roles: &Roles, copies: u64, in_header: bool) -> io::Result<(Counts, Vec<String>)> {
    let prepared = prepared()?;
    let bytes = fs::read(prepared.path().join("default/data.mdb"))?;
    let header = META_PAGES * PAGE;
    let mut random = Random::new(seed());
    let mut judge = Judge::new(roles, "judge");
    let (mut counts, mut told) = (Counts::default(), Vec::new());
    for _ in 0..copies {
        let place = if in_header {
            // What a header page says stands at its beginning.
            random.below(META_PAGES) * PAGE + random.below(160)
        } else {
            header + random.below(bytes.len() as u64 - header)
        };
        let mut damaged = bytes.clone();
        damaged[usize::try_from(place).unwrap_or(0)] ^= 1 << random.below(8);
        let scratch = Scratch::new()?;
        fs::create_dir(scratch.path().join("default"))?;
        fs::write(scratch.path().join("default/data.mdb"), damaged)?;
        let verified = Workspace::verify(scratch.path(), "default");
        let verdict = judge.ask(scratch.path(), 0, STEPS)?;
        if verified.is_ok_and(|found| found.is_sound()) {
            counts.unseen += u64::from(!in_header && !matches!(verdict, Verdict::Sound));
        }
        count(&mut counts, &verdict);
        if !matches!(verdict, Verdict::Sound) {
            told.push(format!("byte {place}: {verdict:?}"));
        }
    }
    Ok((counts, told))
}

fn count(counts: &mut Counts, verdict: &Verdict) {
    let place = match verdict {
        Verdict::Sound => &mut counts.whole,
        Verdict::Died(_) => &mut counts.died,
        Verdict::Damaged(why) => match why.split(':').next() {
            Some("told") => &mut counts.told,
            Some("unlisted") => &mut counts.unlisted,
            Some("hidden") => &mut counts.hidden,
            Some("older") => &mut counts.older,
            Some("panicked") => &mut counts.panicked,
            _ => &mut counts.wrong,
        },
    };
    *place += 1;
}

fn with_judge(test: &str) -> Roles {
    Roles::of(test).role("judge", |wire| Judge::serve(wire, read_all).expect("the test listens"))
}

fn tell(told: &[String]) -> String {
    let worth = |line: &&String| !line.contains("(\"told:") && !line.contains("(\"older:");
    told.iter()
        .filter(worth)
        .map(|line| line.chars().take(400).collect::<String>() + "\n")
        .collect()
}

#[test]
fn flipped_bytes_of_rows_are_told() -> io::Result<()> {
    let roles = with_judge("flips::flipped_bytes_of_rows_are_told");
    let copies = setting("FAULTS_DB0_FLIPS", 80);
    let (counts, told) = flip(&roles, copies, false)?;
    println!("{counts:?}\n{}", tell(&told));
    let must_not_be = [counts.wrong, counts.older, counts.unseen, counts.panicked];
    assert_eq!(must_not_be, [0; 4], "{}", tell(&told));
    assert!(counts.told > 0 && counts.hidden <= 2 + copies / 50, "{counts:?}");
    Ok(())
}

#[test]
fn flipped_bytes_of_the_header_are_told_or_show_an_older_state() -> io::Result<()> {
    let test = "flips::flipped_bytes_of_the_header_are_told_or_show_an_older_state";
    let (counts, told) = flip(&with_judge(test), setting("FAULTS_DB0_FLIPS", 80) / 2, true)?;
    println!("{counts:?}\n{}", tell(&told));
    assert_eq!(counts.wrong, 0, "{}", tell(&told));
    Ok(())
}
