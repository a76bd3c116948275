//! A snapshot from before its class, prefix, object or tag existed says so, and breaks nothing.

use db0::{Error, List, Memo, Mode};

use crate::common::World;

#[db0::memo(keep)]
struct Note {
    #[db0(index)]
    n: u32,
    lines: List<u32>,
}

#[db0::memo(singleton)]
struct Root {
    n: u32,
}

#[db0::memo(keep, name = "Elsewhere", prefix = "elsewhere")]
struct Elsewhere {
    n: u32,
}

#[test]
fn before_everything() {
    let _world = World::new();
    let nothing = db0::snapshot().expect("state 0 can be looked at");
    assert_eq!(nothing.state(), 0);
    let note = Memo::new(Note { n: 1, lines: List::from_iter([1]) });
    db0::tags(&note).add("red");
    db0::singleton(|| Root { n: 1 });
    let live = db0::find::<Note>("red");
    db0::commit().expect("it commits");
    let is = db0::snapshot().expect("a snapshot");
    for snapshot in [&nothing, &db0::snapshot_at(0).expect("it is kept")] {
        assert!(snapshot.find::<Note>(()).is_empty() && snapshot.find::<Note>("red").is_empty());
        assert!(snapshot.find::<Note>(Note::N.eq(1)).is_empty());
        assert!(snapshot.find::<Note>(()).sort_by(Note::N).first().is_none());
        assert!(snapshot.find::<Note>(live.clone()).is_empty());
        assert!(snapshot.find::<Note>(db0::no("red")).is_empty());
        assert!(snapshot.find_any(()).is_empty());
        assert!(snapshot.all_tags().expect("it reads").is_empty());
        let error = snapshot.try_of(&note).expect_err("it was not there");
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        assert!(matches!(snapshot.fetch_any(note.uuid()), Err(Error::NotFound { .. })));
        assert!(matches!(snapshot.singleton::<Root>(), Err(Error::NoSingleton { .. })));
        assert!(snapshot.list::<u32>("lines").is_err());
        assert!(snapshot.roots().expect("it reads").is_empty());
        assert!(snapshot.classes().expect("it reads").iter().all(|class| class.objects == 0));
        assert_eq!(db0::select_new::<Note>((), snapshot, &is).len(), 1);
        assert_eq!(db0::select_new::<Note>("red", snapshot, &is).len(), 1);
        assert_eq!(db0::select_deleted::<Note>("red", &is, snapshot).len(), 1);
        let spliced = note.read().lines.changes(snapshot, &is).next().expect("it is new");
        assert_eq!(spliced.new, [1]);
    }
    let error = note.at(0).expect_err("it was not there");
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[test]
fn before_the_prefix_was_there() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let before = db0::snapshot().expect("a snapshot");
    assert!(matches!(before.state_of("elsewhere"), Err(Error::Invalid(_))));
    let elsewhere = Memo::new(Elsewhere { n: 1 });
    workspace.commit().expect("it commits");
    let query = before.find::<Elsewhere>(());
    assert!(matches!(query.try_iter().map(drop), Err(Error::Invalid(_))));
    assert!(before.try_of(&elsewhere).is_err());
    let after = db0::snapshot().expect("a snapshot");
    assert_eq!((after.find::<Elsewhere>(()).count(), after.of(&elsewhere).read().n), (1, 1));
    assert!(db0::try_select_new::<Elsewhere>((), &before, &after).is_err());
    assert!(db0::changes(&before, &after).is_empty());
    let missing = db0::snapshot_of([("default", 0), ("nowhere", 1)]);
    assert!(matches!(missing, Err(Error::NoPrefix { .. })));
    assert!(matches!(db0::snapshot_of([("elsewhere", 9)]), Err(Error::NoState { last: 1, .. })));
    assert!(db0::snapshot_of::<&str>([]).is_err());
    assert!(db0::snapshot_of([("default", 0), ("elsewhere", 1), ("default", 1)]).is_err());
    let both = db0::snapshot_of([("default", 0), ("elsewhere", 1)]).expect("both are there");
    assert_eq!(both.state_of("elsewhere").expect("it is in it"), 1);
    let reader = workspace.prefix("elsewhere", Mode::ReadOnly).expect("it is open");
    assert_eq!(reader.snapshot().expect("a snapshot").state(), 1);
}
