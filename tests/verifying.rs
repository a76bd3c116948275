//! What is stored by all means that there are is found sound, also while it is being written, and damage
//! is found wherever it is.

mod common;

use std::fs;

use common::World;
use db0::{
    Array, Config, Dict, History, Index, List, Memo, Mode, Set, WeakMemo, WeakSet, Workspace,
};

#[db0::memo(singleton)]
struct Desk {
    notes: List<Memo<Note>>,
    by_name: Dict<String, Memo<Note>>,
    words: Set<String>,
    by_size: Index<u64, Memo<Note>>,
    numbers: Array<u32>,
    lately: WeakSet<Note>,
}

#[db0::memo]
struct Note {
    #[db0(unique)]
    name: String,
    #[db0(index)]
    size: u64,
    #[db0(tag)]
    mood: String,
    before: Option<Memo<Note>>,
    beside: Option<WeakMemo<Note>>,
    lines: List<String>,
}

fn desk() -> Memo<Desk> {
    db0::singleton(|| Desk {
        notes: List::new(),
        by_name: Dict::new(),
        words: Set::new(),
        by_size: Index::new(),
        numbers: Array::new(),
        lately: WeakSet::new(),
    })
}

/// Makes, changes, moves and takes away all sorts of things.
fn work(round: u64) {
    let desk = desk();
    let mut before = None;
    for n in 0..40 {
        let note = Memo::new(Note {
            name: format!("{round}-{n}"),
            size: n * 7 % 11,
            mood: format!("mood {}", n % 3),
            before: before.clone().filter(|_| n % 4 != 0),
            beside: before.as_ref().map(Memo::downgrade),
            lines: List::new(),
        });
        note.read().lines.extend((0..n).map(|line| format!("line {line} of {round}")));
        desk.read().notes.push(note.clone());
        desk.read().by_name.insert("k".repeat(n as usize * 20 + 1), note.clone());
        desk.read().words.insert(format!("word {}", n * round % 17));
        desk.read().by_size.add(n % 5, &note);
        desk.read().lately.insert(&note);
        desk.read().numbers.push(n as u32);
        if n % 2 == 0 {
            db0::tags(&note).add(["even", "number"]);
        }
        if n % 5 == 0 {
            note.attrs().set("seen", n);
        }
        before = Some(note);
    }
    while desk.read().notes.len() > 60 {
        let note = desk.read().notes.remove(3);
        db0::tags(&note).remove("even");
        note.write().size += 100;
        note.write().mood = "gone".into();
    }
}

fn assert_sound(folder: &std::path::Path, prefix: &str) -> db0::Verification {
    let found = Workspace::verify(folder, prefix).expect("it can be read");
    assert!(found.is_sound(), "{found:#?}");
    found
}

#[test]
fn everything_that_is_stored_is_sound_at_every_state() {
    let mut world = World::new();
    for round in 0..8 {
        work(round);
        db0::commit().expect("it commits");
        // Beside the writer, of this process.
        let found = db0::verify().expect("it can be read");
        assert!(found.is_sound(), "{found:#?}");
        assert_eq!(found.state, db0::state());
        assert_sound(world.folder.path(), "default");
        if round == 3 {
            world.reopen();
        }
    }
    let state = db0::state();
    db0::prune_history(..state - 2).expect("it is forgotten");
    let pinned = db0::snapshot().expect("a state");
    db0::delete(&db0::find::<Note>("number").first().expect("there are some")).unwrap_err();
    db0::tags(db0::find::<Note>("number")).remove("number");
    db0::commit().expect("it commits");
    db0::prune_history(..db0::state()).expect("it is forgotten");
    let found = assert_sound(world.folder.path(), "default");
    assert!(found.old_rows > 0 && found.objects > 50 && found.collections > 50, "{found:?}");
    assert!(found.references > 100 && found.free_pages > 0, "{found:?}");
    drop(pinned);
    world.workspace.as_ref().expect("open").current().set_history(History::Off).expect("set");
    work(9);
    db0::commit().expect("it commits");
    db0::compact().expect("nobody else is there");
    assert_sound(world.folder.path(), "default");
    world.close();
}

#[test]
fn a_prefix_is_verified_while_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let prefix = workspace.current();
    std::thread::scope(|scope| {
        let (enough, told) = std::sync::mpsc::channel::<()>();
        let writer = scope.spawn({
            let workspace = workspace.clone();
            move || {
                let _entered = workspace.enter();
                let mut round = 0;
                while told.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                    work(round);
                    db0::commit().expect("it commits");
                    round += 1;
                }
                round
            }
        });
        let mut states = Vec::new();
        for _ in 0..6 {
            let mut steps = 0;
            let found = prefix.verify_with(|_| steps += 1).expect("it can be read");
            assert!(found.is_sound(), "{found:#?}");
            states.push(found.state);
            states.push(assert_sound(folder.path(), "default").state);
        }
        enough.send(()).expect("the writer listens");
        assert!(writer.join().expect("the writer ends") > 0);
        assert!(states.is_sorted(), "{states:?}");
    });
}

#[test]
fn damage_is_found_wherever_it_is_and_the_file_is_left_alone() {
    let mut world = World::new();
    work(1);
    db0::commit().expect("it commits");
    work(2);
    world.close();
    let data = world.folder.path().join("default/data.mdb");
    let sound = fs::read(&data).expect("it reads");
    let (mut found, mut random) = (0, 1_u64);
    let tries = 150;
    for _ in 0..tries {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = (random >> 33) as usize % sound.len();
        let mut damaged = sound.clone();
        damaged[at] ^= 1 << (random % 8);
        fs::write(&data, &damaged).expect("it can be written");
        // What is free, or stands between rows, is nothing.
        found += u32::from(
            Workspace::verify(world.folder.path(), "default").is_ok_and(|found| !found.is_sound()),
        );
        assert!(fs::read(&data).expect("it reads") == damaged, "it was changed");
    }
    assert!(found > tries / 4, "{found} of {tries}");
    fs::write(&data, &sound).expect("it can be written");
    assert_sound(world.folder.path(), "default");
}

#[test]
fn a_reader_verifies_and_what_is_not_there_is_told() {
    let world = World::new();
    work(1);
    db0::commit().expect("it commits");
    let config = Config::new(world.folder.path()).autocommit(false).read_only();
    let reader = Workspace::open(config).expect("it opens");
    let prefix = reader.prefix("default", Mode::ReadOnly).expect("it is there");
    assert!(prefix.verify().expect("it can be read").is_sound());
    let none = Workspace::verify(world.folder.path(), "other").expect_err("it is not there");
    assert!(matches!(none, db0::Error::NoPrefix { .. }), "{none}");
}
