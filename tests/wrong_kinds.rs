//! A collection of one kind is not taken for one of another, where nobody names its type.

mod common;

use common::World;
use db0::{AnyMemo, Dict, List, Memo, Set};

#[db0::memo(keep)]
struct Shop {
    stock: Dict<String, u32>,
    notes: List<String>,
    more: Option<Vec<Set<u8>>>,
}

#[test]
fn a_field_takes_its_own_kind_alone() {
    let _world = World::new();
    let (stock, notes) = (Dict::from_iter([("tea".into(), 1)]), List::from_iter(["x".into()]));
    let shop = Memo::new(Shop { stock, notes, more: None });
    let any = AnyMemo::from(&shop);
    let list = List::from_iter([1_u8]);
    for refused in [any.try_set("stock", &list), any.try_set("more", vec![&list])] {
        let error = refused.expect_err("it is no such collection").to_string();
        assert!(error.contains("it is a List, not a "), "{error}");
    }
    assert!(any.try_set("stock", any.get("notes").expect("a field")).is_err());
    assert_eq!((shop.read().stock.get("tea"), shop.read().notes.len()), (Some(1), 1));
    any.set("stock", Dict::from_iter([("jam".to_owned(), 2)]));
    any.set("more", [Set::from_iter([7_u8])]);
    assert_eq!((shop.read().stock.get("jam"), shop.read().stock.len()), (Some(2), 1));

    shop.attrs().set("list", &list);
    assert!(shop.attrs().try_get::<Set<u8>>("list").is_err());
    assert_eq!(shop.attrs().get::<List<u8>>("list").map(|list| list.to_vec()), Some(vec![1]));
}
