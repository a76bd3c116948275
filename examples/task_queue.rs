//! A queue of tasks that several threads work on: a tag says how far a task is.

use std::thread;

use db0::Memo;

#[db0::memo]
struct Task {
    number: u64,
    factors: Vec<u64>,
}

#[derive(db0::Tag, Clone, Copy)]
enum Stage {
    Waiting,
    Running,
    Done,
}

/// Takes the oldest task that waits, so that no other worker gets it.
fn take() -> db0::Result<Option<Memo<Task>>> {
    db0::atomic(|| {
        let next = db0::find::<Task>(Stage::Waiting).first();
        if let Some(task) = &next {
            db0::tags(task).set(Stage::Running);
        }
        Ok(next)
    })
}

/// The result and the new stage become visible together, or not at all.
fn finish(task: &Memo<Task>, factors: Vec<u64>) -> db0::Result<()> {
    db0::atomic(|| {
        task.write().factors = factors;
        db0::tags(task).set(Stage::Done);
        Ok(())
    })
}

fn work() -> db0::Result<()> {
    while let Some(task) = take()? {
        let number = task.read().number;
        finish(&task, (1..=number).filter(|n| number % n == 0).collect())?;
    }
    Ok(())
}

fn main() -> db0::Result<()> {
    db0::init("./task-queue-data")?;
    // Tasks that a run before this one left behind are taken up again.
    db0::tags(db0::find::<Task>(Stage::Running)).set(Stage::Waiting);
    for number in 100..120 {
        db0::tags(Memo::new(Task { number, factors: Vec::new() })).add(Stage::Waiting);
    }
    let workers: Vec<_> = (0..4).map(|_| thread::spawn(work)).collect();
    workers.into_iter().try_for_each(|worker| worker.join().expect("no worker panics"))?;
    println!("{} tasks are done", db0::find::<Task>(Stage::Done).count());
    Ok(())
}
