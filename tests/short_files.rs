//! A file that ends with pages which were never written, because they are free, is a whole file.

mod common;

use std::process::Command;

use common::World;
use db0::{Config, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

/// Where another process finds the workspace.
const FOLDER: &str = "DB0_TEST_SHORT";

/// The file's length, and where its last page ends.
fn lengths(world: &World) -> (u64, u64) {
    let data = std::fs::read(world.folder.path().join("default/data.mdb")).expect("it is there");
    let number = |at: usize| u64::from_ne_bytes(data[at..at + 8].try_into().expect("eight"));
    let newest = [16, 4096 + 16].into_iter().max_by_key(|meta| number(meta + 128)).expect("two");
    (data.len() as u64, (number(newest + 120) + 1) * 4096)
}

#[test]
fn it_is_opened_by_other_processes_at_any_state() {
    if let Ok(folder) = std::env::var(FOLDER) {
        let reader = Workspace::open(Config::new(folder).read_only()).expect("it opens");
        assert_eq!(reader.find::<Note>(()).count(), 20);
        return;
    }
    let mut short = 0;
    for round in 0..24 {
        if short == 2 {
            break;
        }
        let mut world = World::new();
        let notes: Vec<_> = (0..300 + 20 * round)
            .map(|n: usize| Memo::new(Note { text: n.to_string().repeat(300) }))
            .collect();
        db0::commit().expect("it commits");
        let (_, go) = notes.split_at(20);
        go.iter().for_each(|note| db0::delete(note).expect("nothing refers to it"));
        let last = db0::commit().expect("it commits");
        db0::prune_history(..last).expect("it prunes");
        let (bytes, needed) = lengths(&world);
        if bytes < needed {
            short += 1;
            let other = Command::new(std::env::current_exe().expect("this test"))
                .args(["--exact", "it_is_opened_by_other_processes_at_any_state"])
                .env(FOLDER, world.folder.path())
                .output()
                .expect("it runs");
            assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
            drop(notes);
            world.reopen();
            assert_eq!(db0::find::<Note>(()).count(), 20);
        }
    }
    assert!(short > 0, "no file was short");
}
