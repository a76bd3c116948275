//! A struct of a single field without a name is a class like any other: read and set without its type,
//! and changed from one version of a program to the next.

mod common;

use common::World;
use db0::{AnyMemo, Memo};

mod before {
    #[db0::memo(name = "Size", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Size(pub(super) u8);

    #[db0::memo(name = "Label", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Label(pub(super) Option<Vec<String>>);
}

mod today {
    #[db0::memo(name = "Size", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Size(#[db0(index)] pub(super) i64);

    #[db0::memo(name = "Label", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Label(
        pub(super) Option<Vec<String>>,
        #[db0(default = "none")] pub(super) String,
    );
}

#[test]
fn it_is_its_field_without_the_type_too() {
    let _world = World::new();
    let label = Memo::new(before::Label(Some(vec!["a".into()])));
    let any = AnyMemo::from(&label);
    assert_eq!(any.fields(), [("0".into(), db0::Value::List(vec!["a".into()]))]);
    any.set("0", ["b", "c"]);
    assert_eq!(*label.read(), before::Label(Some(vec!["b".into(), "c".into()])));
    any.set("0", any.get("0"));
    any.set("0", ());
    assert_eq!(*label.read(), before::Label(None));
    assert!(any.try_set("0", 1).is_err());
    assert_eq!(serde_json::to_value(any.export(0)).expect("plain"), serde_json::json!({"0": null}));
}

#[test]
fn it_widens_and_grows() {
    let mut world = World::new();
    let size = Memo::new(before::Size(200)).uuid();
    let label = Memo::new(before::Label(Some(vec!["a".into()]))).uuid();
    world.reopen();
    assert_eq!(*db0::fetch::<today::Size>(size).expect("it widens").read(), today::Size(200));
    Memo::new(today::Size(-1));
    let sizes = db0::find::<today::Size>(()).iter().map(|size| size.read().0);
    assert_eq!(sizes.collect::<Vec<_>>(), [200, -1]);
    let grown = db0::fetch::<today::Label>(label).expect("it grows");
    assert_eq!(*grown.read(), today::Label(Some(vec!["a".into()]), "none".into()));
    grown.write().1 = "some".into();
    drop(grown);
    world.reopen();
    // An older program keeps what it does not know.
    db0::fetch::<before::Label>(label).expect("it reads").write().0 = None;
    let sizes = db0::find::<before::Size>(()).iter().filter(|size| size.try_read().is_ok()).count();
    assert_eq!(sizes, 1, "-1 is no u8");
    world.reopen();
    let grown = db0::fetch::<today::Label>(label).expect("it reads");
    assert_eq!(*grown.read(), today::Label(None, "some".into()));
}
