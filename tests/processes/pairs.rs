//! What one atomic did in two prefixes is seen in both or in neither, by readers that were there before and
//! by such as come later, wherever a writer is killed: also between its two commits to the disk.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use db0::{Config, List, Memo, Mode, Prefix, Workspace};

use crate::child::{Child, say, told};

const KILLS: u64 = 40;
const NAMES: [&str; 2] = ["default", "other"];

#[db0::memo(singleton)]
struct Side {
    n: u64,
    /// What one prefix alone counts.
    own: u64,
    all: List<u64>,
}

fn open(folder: &Path, names: &[&str], mode: Mode) -> (Workspace, Vec<Prefix>) {
    let config = Config::new(folder).prefix(names[0]).autocommit(false);
    let config = if mode == Mode::ReadOnly { config.read_only() } else { config };
    let workspace = Workspace::open(config).expect("it opens");
    let open = |name: &&str| workspace.prefix(name, mode).expect("it opens");
    let prefixes = names.iter().map(open).collect();
    (workspace, prefixes)
}

fn side(prefix: &Prefix) -> Memo<Side> {
    prefix.singleton(|| Side { n: 0, own: 0, all: List::new() })
}

/// Changes both prefixes in each atomic, until it is killed.
pub(crate) fn writes_two_prefixes(folder: &Path) {
    let (workspace, prefixes) = open(folder, &NAMES, Mode::ReadWrite);
    let sides: Vec<_> = prefixes.iter().map(side).collect();
    loop {
        let done = workspace.atomic(|| -> db0::Result<()> {
            for side in &sides {
                let mut side = side.write();
                side.n += 1;
                side.all.push(side.n);
            }
            Ok(())
        });
        done.expect("it succeeds");
        workspace.commit().expect("it commits");
        say(sides[0].read().n);
    }
}

/// Goes on in one prefix, without the other one.
pub(crate) fn writes_one_of_two(folder: &Path) {
    let (workspace, prefixes) = open(folder, &NAMES[..1], Mode::ReadWrite);
    let side = side(&prefixes[0]);
    for _ in 0..5 {
        side.write().own += 1;
        workspace.commit().expect("it commits");
    }
    say("done");
}

/// Checks that both fit together, in a view and in a snapshot, and says how far they are.
pub(crate) fn reads_two_prefixes(folder: &Path) {
    let mut names = NAMES;
    if std::process::id().is_multiple_of(2) {
        names.reverse();
    }
    let (workspace, prefixes) = open(folder, &names, Mode::ReadOnly);
    let sides: Vec<Memo<Side>> =
        prefixes.iter().map(|prefix| prefix.fetch_singleton().expect("it was committed")).collect();
    let mut last = 0;
    let numbers = |side: &Memo<Side>| {
        let side = side.read();
        assert_eq!(side.all.len() as u64, side.n);
        side.n
    };
    for _ in told() {
        // Look for a while: the writer may be at it.
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(5) {
            let seen: Vec<_> = workspace.view(|| sides.iter().map(numbers).collect());
            assert_eq!(seen[0], seen[1], "a view is torn");
            assert!(seen[0] >= last, "{} comes before {last}", seen[0]);
            let snapshot = workspace.snapshot().expect("a state");
            let then: Vec<_> = sides.iter().map(|side| numbers(&snapshot.of(side))).collect();
            assert_eq!(then[0], then[1], "a snapshot is torn");
            assert!(then[0] >= seen[0], "{} comes before {}", then[0], seen[0]);
            last = then[0];
        }
        say(last);
    }
}

#[test]
fn two_prefixes_are_never_seen_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    {
        let (workspace, prefixes) = open(folder.path(), &NAMES, Mode::ReadWrite);
        prefixes.iter().for_each(|prefix| drop(side(prefix)));
        workspace.close().expect("it closes");
    }
    let mut readers: Vec<_> =
        (0..3).map(|_| Child::start("reads two prefixes", folder.path())).collect();
    let (mut last, mut cut) = (0, 0);
    for round in 0..KILLS {
        let mut writer = Child::start("writes two prefixes", folder.path());
        for _ in 0..=round % 3 {
            last = writer.hear().expect("it writes").parse().expect("a number");
        }
        readers.iter_mut().for_each(|reader| reader.tell("look"));
        thread::sleep(Duration::from_micros(round * 700 % 9000));
        writer.kill();
        let left = std::fs::read_dir(folder.path()).expect("it is there").any(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().starts_with(".journal-")
        });
        cut += u32::from(left);
        readers.iter_mut().for_each(|reader| drop(reader.hear().expect("it looks")));
        if round % 3 == 0 {
            let mut alone = Child::start("writes one of two", folder.path());
            readers.iter_mut().for_each(|reader| reader.tell("look"));
            assert_eq!(alone.hear().as_deref(), Some("done"));
            assert!(alone.end().success());
            readers.iter_mut().for_each(|reader| drop(reader.hear().expect("it looks")));
        }
        // Whoever looks on while nobody writes comes to what was committed.
        if round % 3 == 1 {
            for reader in &mut readers {
                while reader.ask("look").parse::<u64>().expect("a number") < last {}
            }
        }
        // One comes while nobody writes, in the place of another one.
        readers.remove(0).kill();
        readers.push(Child::start("reads two prefixes", folder.path()));
        // It finishes what was cut, so the others are asked after it.
        for reader in readers.iter_mut().rev() {
            let seen: u64 = reader.ask("look").parse().expect("a number");
            assert!(seen >= last, "{seen} is before {last}");
        }
    }
    eprintln!("{cut} of {KILLS} writers were killed between the journal and its end");
    assert!(readers.into_iter().all(|reader| reader.end().success()));
}
