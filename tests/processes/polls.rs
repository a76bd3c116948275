//! A reader that looks as fast as it can, beside a writer that commits two hundred times a second.

use std::{path::Path, thread, time::Duration};

use db0::{Config, Workspace};

use crate::child::{Child, say, told};

#[db0::memo(singleton)]
struct Clock {
    ticks: u64,
    twice: u64,
}

/// Looks until it sees the last tick, and says how many different ones it saw.
pub(crate) fn polls(folder: &Path) {
    let _workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    let clock = db0::fetch_singleton::<Clock>().expect("it was committed");
    let last: u64 = told().next().expect("it is told").parse().expect("a number");
    say("looks");
    let (mut seen, mut different) = (0, 0_u64);
    while seen < last {
        let now = clock.read();
        assert_eq!(now.twice, 2 * now.ticks);
        assert!(now.ticks >= seen, "{} comes before {seen}", now.ticks);
        different += u64::from(now.ticks > seen);
        seen = now.ticks;
    }
    say(different);
}

#[test]
fn who_looks_as_fast_as_it_can_never_sticks() {
    let ticks = 200 * std::env::var("DB0_POLL_SECONDS").map_or(3, |s| s.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let clock = workspace.singleton(|| Clock { ticks: 0, twice: 0 });
    workspace.commit().expect("it commits");
    let mut reader = Child::start("polls", folder.path());
    assert_eq!(reader.ask(&ticks.to_string()), "looks");
    for tick in 1..=ticks {
        clock.update(|clock| {
            clock.ticks = tick;
            clock.twice = 2 * tick;
        });
        workspace.commit().expect("it commits");
        thread::sleep(Duration::from_millis(4));
    }
    let different: u64 = reader.hear().expect("it saw the last").parse().expect("a number");
    eprintln!("{different} of {ticks} states were seen");
    assert!(different > 1 && reader.end().success());
}
