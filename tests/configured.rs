//! Options mean the same in whichever order they are given, and a workspace stays in its folder.

use std::{path::Path, time::Duration};

use db0::{Config, Error, Memo, Mode, Workspace};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

/// It commits by itself what is published, within half a second.
fn commits(config: Config) -> bool {
    let workspace = Workspace::open(config).expect("it opens");
    workspace.create(Note { n: 1 });
    let came = db0::wait(&workspace.current(), 1, Duration::from_millis(500));
    workspace.close().expect("it closes");
    came.expect("it looks")
}

#[test]
fn autocommit_is_off_when_it_is_said_to_be() {
    let config = |folder: &Path| Config::new(folder);
    let new = || tempfile::tempdir().expect("a folder");
    let (often, seldom) = (Duration::ZERO, Duration::from_hours(1));
    assert!(commits(config(new().path()).autocommit_interval(often)));
    assert!(!commits(config(new().path()).autocommit(false).autocommit_interval(often)));
    assert!(!commits(config(new().path()).autocommit_interval(often).autocommit(false)));
    let seldom = config(new().path()).autocommit_interval(seldom);
    assert!(!commits(seldom.autocommit(false).autocommit(true)));
}

#[test]
fn a_relative_path_is_that_of_the_opening() {
    let folder = tempfile::tempdir().expect("a folder");
    std::env::set_current_dir(folder.path()).expect("it is there");
    std::fs::create_dir("elsewhere").expect("it is ours");
    let workspace = Workspace::open("data").expect("it opens");
    let first = workspace.create(Note { n: 1 });
    std::env::set_current_dir("elsewhere").expect("it is there");
    let other = workspace.prefix("other", Mode::ReadWrite).expect("it opens");
    let second = Memo::new_in(&other, Note { n: 2 });
    workspace
        .atomic(|| -> db0::Result<()> {
            first.write().n += 10;
            second.write().n += 10;
            Ok(())
        })
        .expect("it succeeds");
    workspace.commit().expect("it commits");
    assert_eq!(workspace.prefixes().expect("they are listed"), ["default", "other"]);
    assert_eq!(workspace.path(), folder.path().join("data"));
    workspace.close().expect("it closes");
    assert!(std::fs::read_dir(".").expect("it is there").next().is_none());
    // No folder is none, not some.
    assert!(matches!(Workspace::open(""), Err(Error::Io { .. })));
}
