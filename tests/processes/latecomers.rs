//! A reader may come before there is anything to read: it waits for it, or is told so.

use std::{path::Path, time::Duration};

use db0::{Config, Error, Lock, Workspace};

use crate::child::{Child, say};

#[db0::memo(singleton)]
struct Sign {
    text: String,
}

/// Opens a prefix that nobody has made yet, and says what it finds in it.
pub(crate) fn reads_before_there_is_anything(folder: &Path) {
    say("waits");
    let patient = Config::new(folder).read_only().lock(Lock::Wait(Duration::from_mins(1)));
    let workspace = db0::init(patient).expect("it is made in time");
    let prefix = workspace.current();
    assert!(db0::wait(&prefix, 1, Duration::from_mins(1)).expect("it can wait"));
    say(&db0::fetch_singleton::<Sign>().expect("it is there").read().text);
}

#[test]
fn who_waits_finds_what_is_made_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("not/there/yet");
    let mut readers: Vec<_> =
        (0..4).map(|_| Child::start("reads before there is anything", &below)).collect();
    for reader in &mut readers {
        assert_eq!(reader.hear().as_deref(), Some("waits"));
    }
    let workspace = Workspace::open(Config::new(&below).autocommit(false)).expect("it opens");
    workspace.singleton(|| Sign { text: "open".into() });
    workspace.commit().expect("it commits");
    for reader in &mut readers {
        assert_eq!(reader.hear().as_deref(), Some("open"));
    }
    assert!(readers.into_iter().all(|reader| reader.end().success()));
}

#[test]
fn who_does_not_wait_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let impatient = Workspace::open(Config::new(folder.path()).read_only());
    assert!(matches!(impatient, Err(Error::NoPrefix { .. })), "{impatient:?}");
    let patient = Lock::Wait(Duration::from_millis(10));
    let in_vain = Workspace::open(Config::new(folder.path()).read_only().lock(patient));
    assert!(matches!(in_vain, Err(Error::NoPrefix { .. })), "{in_vain:?}");
}
