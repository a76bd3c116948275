//! What the class says of itself.

use db0::plumbing::{Shape, Singleton};

use crate::{Handle, field, field_names, info};

#[db0::memo]
#[derive(Debug, PartialEq, Default)]
struct Person {
    name: String,
    #[db0(index)]
    age: u32,
    nick: Option<String>,
}

#[test]
fn a_struct_says_what_it_is() {
    let info = info::<Person>();
    assert_eq!((info.name, info.rust_path), ("Person", "macros::info::Person"));
    assert_eq!((info.prefix, info.singleton, info.keep), (None, false, false));
    assert_eq!(info.shape, Shape::Named);
    assert!(info.renamed_from.is_empty());
    assert_eq!(field_names::<Person>(), ["name", "age", "nick"]);
    assert_eq!(field::<Person>("nick").rust_type, "Option<String>");
}

#[db0::memo(
    singleton,
    prefix = "settings",
    name = "Config",
    renamed_from = "Settings",
    renamed_from = ["Options", "Prefs"]
)]
struct Root;

#[db0::memo(keep)]
struct Kept();

fn is_singleton<C: Singleton>() -> bool {
    info::<C>().singleton
}

#[test]
fn options_of_the_class_are_kept() {
    let root = info::<Root>();
    assert!(is_singleton::<Root>());
    assert_eq!((root.name, root.prefix), ("Config", Some("settings")));
    assert_eq!(root.renamed_from, ["Settings", "Options", "Prefs"]);
    assert_eq!((root.rust_path, root.shape), ("macros::info::Root", Shape::Unit));
    assert!(info::<Kept>().keep && !root.keep);
    assert_eq!(info::<Kept>().shape, Shape::Tuple);
}

#[db0::memo]
struct Holder {
    count: u8,
    to: Option<Handle<Self>>,
}

#[db0::memo]
struct Tree {
    left: Option<Box<Self>>,
    right: Vec<Tree>,
}

#[test]
fn plain_classes_are_known() {
    assert!(info::<Person>().plain && info::<Root>().plain && info::<Kept>().plain);
    assert!(!info::<Holder>().plain && !info::<Tree>().plain);
    let tree = Tree { left: None, right: vec![Tree { left: None, right: vec![] }] };
    assert!(tree.left.is_none() && tree.right.len() == 1);
    assert_eq!(field::<Holder>("to").rust_type, "Option<Handle<Self>>");
    let holder = Holder { count: 1, to: None };
    assert!(holder.to.is_none() && holder.count == 1);
}
