//! `init` makes the default workspace also in a thread that is in another one at present.

use db0::{Config, Workspace};

#[test]
fn a_default_can_be_opened_from_within_another_workspace() {
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir());
    let second = second.expect("a folder");
    let entered = Workspace::open(Config::new(first.path())).expect("it opens");
    let guard = entered.enter();
    let default = db0::init(second.path()).expect("there is no default workspace yet");
    assert_eq!(db0::current().workspace().path(), first.path());
    assert!(db0::init(second.path()).is_err(), "now there is one");
    drop(guard);
    assert_eq!(db0::current().workspace().path(), second.path());
    default.close().expect("it closes");
}
