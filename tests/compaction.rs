//! Free pages go back to the file system while everything that is open stays open.

mod common;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use common::World;
use db0::{Array, Compaction, Config, Error, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

#[db0::memo(singleton)]
struct Samples {
    samples: Array<u64>,
}

fn file_bytes(world: &World) -> u64 {
    let path = world.folder.path().join("default/data.mdb");
    std::fs::metadata(path).expect("it is there").len()
}

/// Many objects, of which few are left, and no history of the others.
fn shrunk() -> Vec<Memo<Note>> {
    let notes: Vec<_> =
        (0..500).map(|n| Memo::new(Note { text: n.to_string().repeat(300) })).collect();
    db0::commit().expect("it commits");
    let (stay, go) = notes.split_at(20);
    go.iter().for_each(|note| db0::delete(note).expect("nothing refers to it"));
    let last = db0::commit().expect("it commits");
    db0::prune_history(..last).expect("it prunes");
    stay.to_vec()
}

#[test]
fn the_file_shrinks_and_everything_is_there() {
    let mut world = World::new();
    let notes = shrunk();
    let held = db0::snapshot().expect("a snapshot");
    notes[0].write().text = "changed".into();
    db0::commit().expect("it commits");
    notes[1].write().text = "not committed yet".into();
    let before = file_bytes(&world);
    let mut told = Vec::new();
    let prefix = world.workspace.as_ref().expect("it is open").current();
    let done =
        prefix.compact_with(Duration::ZERO, |progress| told.push(progress)).expect("it compacts");
    assert_eq!((done.written, done.before), (file_bytes(&world), before));
    assert!(done.written < before / 2, "{done:?}");
    assert_eq!(told.last(), Some(&done));
    // Open handles, snapshots and the writer go on, and can do it again.
    assert!(held.of(&notes[0]).read().text.starts_with("000"));
    assert_eq!((&*notes[0].read().text, &*notes[1].read().text), ("changed", "not committed yet"));
    notes[2].write().text = "later".into();
    db0::commit().expect("it commits");
    db0::compact().expect("it compacts");
    assert_eq!(db0::find::<Note>(()).count(), 20);
    let uuids: Vec<_> = notes.iter().map(Memo::uuid).collect();
    drop((notes, held, prefix));
    world.reopen();
    let texts = uuids[..3].iter().map(|uuid| db0::fetch::<Note>(*uuid).expect("it is there"));
    let texts: Vec<_> = texts.map(|note| note.read().text.clone()).collect();
    assert_eq!(texts, ["changed", "not committed yet", "later"]);
}

#[test]
fn it_goes_on_beside_reading_and_writing() {
    let world = World::new();
    let notes = shrunk();
    std::thread::scope(|scope| {
        let threads = [0, 1].map(|which| {
            let note = notes[which].clone();
            let workspace = world.workspace.clone().expect("it is open");
            scope.spawn(move || {
                for n in 0..200 {
                    note.write().text = n.to_string();
                    workspace.commit().expect("it commits");
                    assert_eq!(note.read().text, n.to_string());
                }
            })
        });
        for _ in 0..5 {
            db0::compact().expect("it compacts");
        }
        threads.into_iter().for_each(|thread| thread.join().expect("all went well"));
    });
    assert_eq!((&*notes[0].read().text, &*notes[1].read().text), ("199", "199"));
}

#[test]
fn it_is_refused_while_others_have_the_prefix_open() {
    let world = World::new();
    let notes = shrunk();
    let config = Config::new(world.folder.path()).read_only();
    let reader = Workspace::open(config.clone()).expect("it opens");
    let refused = db0::compact();
    let me = std::process::id();
    assert!(matches!(&refused, Err(Error::InUse { pids, .. }) if *pids == [me]), "{refused:?}");
    assert_eq!(reader.find::<Note>(()).count(), 20);
    drop(reader);
    let done = db0::compact().expect("nobody else has it");
    assert!(done.written < done.before);
    let reader = Workspace::open(config).expect("it opens");
    assert_eq!(reader.fetch::<Note>(notes[0].uuid()).expect("it is there").read().text.len(), 300);
    notes[0].write().text = "new".into();
    let state = db0::commit().expect("it commits");
    assert!(reader.current().wait(state, Duration::from_secs(10)).expect("it waits"));
    assert_eq!(reader.fetch::<Note>(notes[0].uuid()).expect("it is there").read().text, "new");
}

#[test]
fn it_is_refused_in_the_middle_of_a_look_at_the_file() {
    let world = World::new();
    // As many rows as it takes for a verification to tell of them.
    (0..5000).for_each(|n: u32| drop(Memo::new(Note { text: n.to_string() })));
    let samples: Array<u64> = (0..1000).collect();
    db0::singleton(|| Samples { samples: samples.clone() });
    db0::commit().expect("it commits");
    let me = std::process::id();
    let refused = || {
        let refused = db0::compact();
        assert!(matches!(&refused, Err(Error::InUse { pids, .. }) if *pids == [me]), "{refused:?}");
    };
    let mut looks = [false; 2];
    samples.with_slices(.., |_| {
        refused();
        looks[0] = true;
    });
    let verified = db0::current().verify_with(|_| {
        refused();
        looks[1] = true;
    });
    assert!(verified.expect("it can be read").is_sound() && looks == [true; 2], "{looks:?}");
    // From another thread, it waits for the end.
    let workspace = world.workspace.as_ref().expect("it is open");
    std::thread::scope(|scope| {
        let mut compacting = None;
        let begin = || workspace.current().compact_within(Duration::from_mins(1));
        db0::current()
            .verify_with(|_| {
                compacting.get_or_insert_with(|| scope.spawn(begin));
            })
            .expect("it can be read");
        let compacting = compacting.expect("it has been told").join().expect("it ends");
        compacting.expect("nothing is in the way");
    });
    assert_eq!(samples.to_vec(), (0..1000).collect::<Vec<_>>());
}

/// Where another process finds the workspace that it reads.
const READ: &str = "DB0_TEST_READ";

/// Another process that has the workspace open until its input ends; it has looked at it by now.
fn reader_elsewhere(world: &World) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "it_waits_for_readers_in_other_processes", "--nocapture"])
        .env(READ, world.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.as_mut().expect("piped")).lines();
    assert!(lines.any(|line| line.expect("text").ends_with("looks at 20")));
    child
}

#[test]
fn it_waits_for_readers_in_other_processes() {
    if let Ok(folder) = std::env::var(READ) {
        let reader = Workspace::open(Config::new(folder).read_only()).expect("it opens");
        println!("\nlooks at {}", reader.find::<Note>(()).count());
        std::io::stdin().lines().for_each(drop);
        return;
    }
    let world = World::new();
    let notes = shrunk();
    let prefix = db0::current();
    let mut readers = [reader_elsewhere(&world), reader_elsewhere(&world)];
    let mut pids = readers.each_ref().map(Child::id);
    pids.sort_unstable();
    // It gives up when it is told to, and says who was in its way; the prefix is as it was.
    let patience = Duration::from_millis(50);
    let began = Instant::now();
    let error = prefix.compact_within(patience).expect_err("two have it open");
    assert!(began.elapsed() >= patience);
    assert!(matches!(&error, Error::InUse { pids: told, .. } if *told == pids), "{error:?}");
    assert!(pids.iter().all(|pid| error.to_string().contains(&pid.to_string())), "{error}");
    // While it waits, this process goes on; one reader ends by itself, the other one is killed.
    let before = file_bytes(&world);
    let (tell, told) = std::sync::mpsc::channel();
    let compacting = {
        let prefix = prefix.clone();
        std::thread::spawn(move || {
            let progress = |progress: Compaction| tell.send(progress.written).expect("it listens");
            prefix.compact_with(Duration::from_mins(1), progress)
        })
    };
    assert_eq!(told.recv(), Ok(0), "it waits");
    notes[0].write().text = "while it waits".into();
    db0::commit().expect("it commits");
    drop(readers[0].stdin.take());
    assert!(readers[0].wait().expect("it ends").success());
    readers[1].kill().expect("it runs");
    readers[1].wait().expect("it ends");
    let done = compacting.join().expect("all went well").expect("they have gone");
    assert_eq!((done.written, told.iter().last()), (file_bytes(&world), Some(done.written)));
    assert!(done.written < before, "{done:?} of {before}");
    assert_eq!(&*notes[0].read().text, "while it waits");
    // Who comes afterwards reads the new file.
    let mut late = reader_elsewhere(&world);
    drop(late.stdin.take());
    assert!(late.wait().expect("it ends").success());
}

/// Where the process that compacts finds the workspace.
const FOLDER: &str = "DB0_TEST_COMPACTION";

#[test]
fn who_is_killed_in_the_middle_leaves_a_whole_file() {
    if let Ok(folder) = std::env::var(FOLDER) {
        let workspace = Workspace::open(Config::new(folder).autocommit(false)).expect("it opens");
        std::fs::write(workspace.path().join("compacting"), "").expect("it is writable");
        let prefix = workspace.current();
        loop {
            prefix.compact().expect("nobody else has it open");
        }
    }
    let mut world = World::new();
    let notes = shrunk();
    let many: Vec<_> =
        (0..3000).map(|n| Memo::new(Note { text: n.to_string().repeat(200) })).collect();
    let state = db0::commit().expect("it commits");
    let expected = (notes.len() + many.len(), many[2999].read().text.clone());
    let uuid = many[2999].uuid();
    drop((notes, many));
    let started = world.folder.path().join("compacting");
    for pause_ms in [0, 1, 2, 3, 5, 8, 13, 21] {
        world.close();
        let _ = std::fs::remove_file(&started);
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "who_is_killed_in_the_middle_leaves_a_whole_file"])
            .env(FOLDER, world.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        while !started.exists() {
            assert!(child.try_wait().expect("it can be asked").is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(pause_ms));
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        world.open();
        assert!(!world.folder.path().join("default/.compacted").exists(), "a copy is left");
        assert_eq!(db0::state(), state);
        assert_eq!(
            db0::find::<Note>(()).iter().filter(|n| !n.read().text.is_empty()).count(),
            expected.0
        );
        assert_eq!(db0::fetch::<Note>(uuid).expect("it is there").read().text, expected.1);
    }
    db0::fetch::<Note>(uuid).expect("it is there").write().text = "written".into();
    assert_eq!(db0::commit().expect("it commits"), state + 1);
}
