//! A snapshot of several prefixes never shows half of what an `atomic` did in them.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use db0::{Config, Memo, Mode, Snapshot, Workspace};

use crate::common::World;

#[db0::memo(keep, name = "Here")]
struct Here {
    n: i64,
}

#[db0::memo(keep, name = "There", prefix = "there")]
struct There {
    n: i64,
}

fn sum(snapshot: &Snapshot) -> i64 {
    let here: i64 = snapshot.find::<Here>(()).iter().map(|here| here.read().n).sum();
    let there: i64 = snapshot.find::<There>(()).iter().map(|there| there.read().n).sum();
    here + there
}

/// Looks until it is told to stop; how often it did.
fn look(workspace: &Workspace, done: &AtomicBool) -> usize {
    let mut looks = 0;
    while !done.load(Ordering::Relaxed) {
        workspace.refresh().expect("it reads");
        let snapshot = workspace.snapshot().expect("a snapshot");
        assert_eq!(sum(&snapshot), 0, "{snapshot:?}");
        looks += 1;
    }
    looks
}

#[test]
fn both_or_neither() {
    let world = World::new();
    let writer = world.workspace.clone().expect("open");
    let (here, there) = (Memo::new(Here { n: 0 }), Memo::new(There { n: 0 }));
    writer.commit().expect("it commits");
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    reader.prefix("there", Mode::ReadOnly).expect("it is there");
    reader.prefix("default", Mode::ReadOnly).expect("it is there");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looking = [&writer, &reader].map(|workspace| scope.spawn(|| look(workspace, &done)));
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(1) {
            db0::atomic(|| -> db0::Result<()> {
                here.write().n -= 1;
                there.write().n += 1;
                Ok(())
            })
            .expect("it succeeds");
            writer.commit().expect("it commits");
        }
        done.store(true, Ordering::Relaxed);
        looking.into_iter().for_each(|looks| assert!(looks.join().expect("all was whole") > 0));
    });
}
