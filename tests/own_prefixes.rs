//! Where objects go: to the current prefix, to the one that their class names, or where one is told.

mod common;

use std::thread;

use common::World;
use db0::{Error, Memo, Mode, Prefix, Query};
use uuid::Uuid;

#[db0::memo(keep, prefix = "settings/user")]
struct Setting {
    name: String,
}

#[db0::memo(singleton, prefix = "settings/user")]
struct Theme {
    dark: bool,
}

#[db0::memo(keep)]
struct Note {
    text: String,
}

fn setting(name: &str) -> Memo<Setting> {
    Memo::new(Setting { name: name.into() })
}

fn names_of(found: &Query<Setting>) -> Vec<String> {
    found.iter().map(|setting| setting.read().name.clone()).collect()
}

#[test]
fn a_class_may_have_a_prefix_of_its_own() {
    let mut world = World::new();
    let current = || db0::current().name().to_owned();
    let volume = setting("volume");
    let theme = db0::singleton(|| Theme { dark: true });
    assert_eq!(current(), "default");
    assert_eq!(names_of(&db0::find::<Setting>(())), ["volume"]);
    assert!(db0::current().find::<Setting>(()).is_empty());
    let uuids = (volume.uuid(), theme.uuid());
    drop((volume, theme));
    world.reopen();
    assert_eq!(db0::prefixes().expect("they are listed"), ["default", "settings/user"]);
    db0::fetch::<Setting>(uuids.0).expect("it is there").write().name.push('!');
    db0::fetch::<Setting>(uuids.0).expect("it is there").write().name = "volume".into();
    assert!(db0::has_singleton::<Theme>());
    assert!(db0::fetch_singleton::<Theme>().expect("it is there").read().dark);
    assert_eq!(db0::singleton::<Theme>(|| unreachable!("it is there")).uuid(), uuids.1);
    assert_eq!(names_of(&db0::find::<Setting>(())), ["volume"]);
    db0::fetch::<Setting>(uuids.0).expect("it is there").write().name = "loudness".into();
    assert_eq!(names_of(&db0::find::<Setting>(())), ["loudness"]);
    assert_eq!(current(), "default");
}

#[test]
fn one_object_goes_where_it_is_told() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("it is open");
    let here = workspace.current();
    let archive = workspace.prefix("archive", Mode::ReadWrite).expect("it opens");
    let old = Memo::new_in(&here, Note { text: "old".into() });
    let note = Memo::new(Note { text: "new".into() });
    let odd = Memo::new_in(&archive, Setting { name: "odd".into() });
    let texts = |prefix: &Prefix| -> Vec<String> {
        prefix.find::<Note>(()).iter().map(|note| note.read().text.clone()).collect()
    };
    assert_eq!((texts(&here), texts(&archive)), (vec!["old".into()], vec!["new".into()]));
    assert!(names_of(&db0::find::<Setting>(())).is_empty());
    assert_eq!(names_of(&archive.find::<Setting>(())), ["odd"]);
    // A uuid finds each of them, wherever one looks from.
    for prefix in [&here, &archive] {
        let _entered = prefix.enter();
        assert_eq!(db0::fetch::<Note>(old.uuid()).expect("it is there"), old);
        assert_eq!(db0::fetch::<Note>(note.uuid()).expect("it is there"), note);
        assert_eq!(db0::fetch::<Setting>(odd.uuid()).expect("it is there"), odd);
    }
}

#[test]
fn what_is_no_such_object_is_told() {
    let _world = World::new();
    let note = Memo::new(Note { text: "one".into() });
    let wrong = db0::fetch::<Setting>(note.uuid()).expect_err("it is a note");
    let Error::WrongClass { uuid, expected, found } = wrong else { panic!("{wrong:?}") };
    assert_eq!((uuid, &*expected, &*found), (note.uuid(), "Setting", "Note"));
    assert!(!db0::exists::<Setting>(note.uuid()));
    for unknown in [Uuid::nil(), Uuid::from_u128(u128::MAX), Uuid::new_v4()] {
        assert!(matches!(db0::fetch::<Note>(unknown), Err(Error::NotFound { .. })));
        assert!(matches!(db0::fetch_any(unknown), Err(Error::NotFound { .. })));
        assert!(!db0::exists::<Note>(unknown));
    }
    assert!(matches!(db0::fetch_singleton::<Theme>(), Err(Error::NoSingleton { .. })));
}

#[test]
fn threads_that_ask_for_a_singleton_at_once_get_the_same() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("it is open");
    let themes: Vec<_> = thread::scope(|scope| {
        let ask = || {
            let _entered = workspace.enter();
            db0::singleton(|| Theme { dark: false })
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
    });
    assert!(themes.iter().all(|theme| *theme == themes[0]));
    assert_eq!(themes[0].refcount(), 0);
}
