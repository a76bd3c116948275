//! A handle, a guard, a collection or a query from a snapshot keeps it, in whatever thread.

use db0::{History, List, Memo, Snapshot};

use crate::common::World;

#[db0::memo(keep)]
struct Note {
    #[db0(index)]
    n: u32,
    lines: List<u32>,
}

#[test]
fn what_comes_from_it_keeps_it() {
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    prefix.set_history(History::Off).expect("it is writable");
    let notes: Vec<_> = (0..50).map(|n| Memo::new(Note { n, lines: (0..n).collect() })).collect();
    db0::tags(&notes).add("red");
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a snapshot");
    let then = snapshot.of(&notes[7]);
    let query = snapshot.find::<Note>(("red", Note::N.lt(20))).sort_desc_by(Note::N);
    let lines = snapshot.of(&notes[9]).read().lines.clone();
    let copy: Snapshot = snapshot.clone();
    drop(snapshot);
    for round in 0..20 {
        for note in &notes {
            note.write().n += 100;
            note.read().lines.push(round);
        }
        db0::tags(&notes).remove("red");
        db0::commit().expect("it commits");
    }
    db0::delete(&notes[9]).expect("nothing refers to it");
    db0::commit().expect("it commits");
    assert_eq!(copy.find::<Note>("red").count(), 50);
    drop(copy);
    db0::commit().expect("it commits");
    std::thread::spawn(move || {
        assert_eq!((then.read().n, then.read().lines.len()), (7, 7));
        assert_eq!(lines.to_vec(), (0..9).collect::<Vec<_>>());
        let found: Vec<_> = query.iter().map(|note| note.read().n).collect();
        assert_eq!(found, (0..20).rev().collect::<Vec<_>>());
    })
    .join()
    .expect("it is as it was");
    assert!(matches!(db0::snapshot_at(1), Err(db0::Error::Pruned { .. })));
}

#[test]
fn it_may_go_to_any_thread() {
    fn goes<T: Clone + Send + Sync + 'static>() {}
    goes::<Snapshot>();
    goes::<Memo<Note>>();
    goes::<db0::Query<Note>>();
}
