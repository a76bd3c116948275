//! Workspaces, prefixes, configuration.

use std::time::Duration;

use db0::{Config, Durability, Error, History, Lock, Memo, Mode, Workspace};

use crate::classes::{Person, person};

#[db0::memo(prefix = "settings", singleton)]
struct Settings {
    theme: String,
}

#[test]
fn configuration() -> db0::Result<()> {
    let folder = tempfile::tempdir().map_err(Error::other)?;
    let config = Config::new(folder.path())
        .prefix("main")
        .autocommit(true)
        .autocommit_interval(Duration::from_millis(250))
        .cache_size(64 << 20)
        .map_size(1 << 30)
        .history(History::For(Duration::from_mins(1)))
        .durability(Durability::Relaxed)
        .lock(Lock::Wait(Duration::from_secs(1)))
        .auto_refresh(true)
        .turn_timeout(Duration::from_secs(10));
    let workspace = Workspace::open(config)?;
    let _entered = workspace.enter();
    assert_eq!(db0::current().name(), "main");
    let health = workspace.health();
    let _ = format!("{health:?}");
    workspace.close()?;
    workspace.close()?;
    assert!(matches!(Memo::try_new(person("x", 1)), Err(Error::Closed { .. })));
    let reader = Workspace::open(Config::new(folder.path()).prefix("main").read_only())?;
    let _entered = reader.enter();
    assert!(matches!(Memo::try_new(person("x", 1)), Err(Error::ReadOnly { .. })));
    Ok(())
}

#[test]
fn prefixes() -> db0::Result<()> {
    let folder = tempfile::tempdir().map_err(Error::other)?;
    let workspace = Workspace::open(folder.path())?;
    let _entered = workspace.enter();
    let archive = db0::open("archive/2026", Mode::ReadWrite)?;
    assert_eq!(db0::current().name(), "archive/2026");
    let main = workspace.prefix("default", Mode::ReadWrite)?;
    let alice = Memo::new_in(&archive, person("Alice", 30));
    db0::tags(&alice).add("kept");
    assert_eq!(archive.find::<Person>(()).count(), 1);
    assert_eq!(main.find::<Person>(()).count(), 0);
    let bob = archive.create(person("Bob", 40));
    assert_eq!(archive.fetch::<Person>(bob.uuid())?, bob);
    archive.tags(&bob).add("kept");
    let settings = db0::singleton(|| Settings { theme: "dark".into() });
    assert_eq!(settings.read().theme, "dark");
    assert_eq!(db0::fetch::<Person>(alice.uuid())?, alice);
    let state = archive.commit()?;
    assert_eq!(archive.state(), state);
    let _snapshot = archive.snapshot()?;
    {
        let _inside = archive.enter();
        assert_eq!(db0::find::<Person>("kept").count(), 2);
    }
    let names = db0::prefixes()?;
    assert!(names.contains(&"settings".to_string()));
    assert!(db0::drop_prefix("archive/2026").is_err());
    drop((alice, bob));
    archive.close()?;
    db0::drop_prefix("archive/2026")?;
    assert!(db0::open("../outside", Mode::ReadWrite).is_err());
    workspace.close()
}
