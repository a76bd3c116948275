//! Readers beside a writer, in one process.

use std::time::Duration;

use db0::{Config, Error, Memo, Mode, Workspace};

use crate::classes::{Person, person};

#[test]
fn readers() -> db0::Result<()> {
    let folder = tempfile::tempdir().map_err(Error::other)?;
    let writer = Workspace::open(Config::new(folder.path()))?;
    let alice = writer.create(person("Alice", 30));
    {
        let _entered = writer.enter();
        db0::tags(&alice).add("kept");
    }
    writer.commit()?;
    let reader = Workspace::open(Config::new(folder.path()).read_only())?;
    let _entered = reader.enter();
    let prefix = db0::open("default", Mode::ReadOnly)?;
    let seen = db0::fetch::<Person>(alice.uuid())?;
    alice.write().age = 31;
    let state = writer.commit()?;
    assert!(db0::wait(&prefix, state, Duration::from_secs(10))?);
    let _moved: bool = db0::refresh()?;
    assert_eq!(seen.read().age, 31);
    assert!(!db0::wait(&prefix, state + 1, Duration::from_millis(10))?);
    let (tell, told) = std::sync::mpsc::channel();
    let watching = prefix.on_change(move |state| tell.send(state).expect("somebody listens"));
    alice.write().age = 32;
    let next = writer.commit()?;
    assert_eq!(told.recv_timeout(Duration::from_secs(10)).expect("it tells"), next);
    drop(watching);
    let sum = db0::view(|| seen.read().age + seen.read().age);
    assert_eq!(sum, 64);
    let _memo: Memo<Person> = seen;
    Ok(())
}

#[cfg(feature = "tokio")]
#[test]
fn async_calls() {
    fn is_send<T: Send>(_: &T) {}
    let world = crate::common::World::new();
    let _ = &world;
    let commit = db0::commit_async();
    is_send(&commit);
    let prefix = db0::current();
    let wait = db0::wait_async(&prefix, 1, Duration::from_millis(1));
    is_send(&wait);
}
