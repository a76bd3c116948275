//! All collections of an object, and what they should hold.

use std::collections::{BTreeMap, BTreeSet};

use db0::{Array, Dict, Index, List, Memo, Set};

#[db0::memo(singleton)]
pub(crate) struct Root {
    pub(crate) list: List<String>,
    pub(crate) dict: Dict<String, u32>,
    pub(crate) nested: Dict<u8, List<u8>>,
    pub(crate) set: Set<(bool, i16)>,
    pub(crate) index: Index<Option<u8>, Memo<Item>>,
    pub(crate) array: Array<u16>,
    pub(crate) items: Vec<Memo<Item>>,
}

#[db0::memo]
pub(crate) struct Item {
    pub(crate) number: usize,
}

pub(crate) const ITEMS: usize = 6;

impl Root {
    pub(crate) fn new() -> Self {
        Self {
            list: List::new(),
            dict: Dict::new(),
            nested: Dict::new(),
            set: Set::new(),
            index: Index::new(),
            array: Array::new(),
            items: (0..ITEMS).map(|number| Memo::new(Item { number })).collect(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Model {
    pub(crate) list: Vec<String>,
    pub(crate) dict: BTreeMap<String, u32>,
    pub(crate) nested: BTreeMap<u8, Vec<u8>>,
    pub(crate) set: BTreeSet<(bool, i16)>,
    pub(crate) index: BTreeSet<(Option<u8>, usize)>,
    pub(crate) array: Vec<u16>,
}

/// All of it is as it should be, whichever way it is looked at.
#[track_caller]
pub(crate) fn check(root: &Root, model: &Model) {
    assert_eq!(root.list.len(), model.list.len());
    assert!(root.list.iter().eq(model.list.iter().cloned()));
    let middle = model.list.len() / 2;
    assert_eq!(root.list.get(middle), model.list.get(middle).cloned());
    assert!(root.list.iter().rev().eq(model.list.iter().rev().cloned()));
    assert_eq!(root.dict.len(), model.dict.len());
    assert!(root.dict.iter().eq(model.dict.clone()));
    assert!(root.dict.iter().rev().eq(model.dict.clone().into_iter().rev()));
    assert_eq!(root.dict.get("b"), model.dict.get("b").copied());
    let nested = root.nested.iter().map(|(key, list)| (key, list.to_vec()));
    assert!(nested.eq(model.nested.clone()));
    assert_eq!(root.set.len(), model.set.len());
    assert!(root.set.iter().eq(model.set.iter().copied()));
    assert!(root.set.range((true, -9)..).eq(model.set.range((true, -9)..).copied()));
    assert_eq!(root.index.len(), model.index.len());
    let entries = root.index.iter().map(|(key, item)| (key, item.read().number));
    assert!(entries.eq(model.index.iter().copied()));
    assert_eq!(root.index.select(Some(1), Some(2)).count(), {
        model.index.iter().filter(|(key, _)| matches!(key, Some(1 | 2))).count()
    });
    assert_eq!(root.array.to_vec(), model.array);
}
