//! What is done to collections and to their counterparts alike.

use proptest::prelude::*;

use crate::model::{ITEMS, Model, Root};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Push(Vec<String>),
    ListInsert(usize, String),
    ListRemove(usize),
    ListSet(usize, String),
    Drain(usize, usize),
    Sort,
    DictExtend(Vec<(String, u32)>),
    DictRemove(String),
    DictUpdate(String),
    DictRetain(u32),
    PopFirst,
    Nested(u8, u8),
    NestedRemove(u8),
    SetToggle((bool, i16)),
    SetExtend(Vec<(bool, i16)>),
    Index(Option<u8>, usize),
    IndexClear,
    Write(usize, Vec<u16>),
    Truncate(usize),
    /// All of these, undone at the end if told so.
    Atomic(Vec<Op>, bool),
    /// New collections in the place of some.
    Anew,
    Commit,
    Reopen,
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[a-c]{0,2}", 1 => "[ab]{1,2}".prop_map(|end| "k".repeat(460) + &end)]
}

fn member() -> impl Strategy<Value = (bool, i16)> {
    (any::<bool>(), -20..20_i16)
}

fn single() -> BoxedStrategy<Op> {
    let at = 0..400_usize;
    let text = || "[a-z]{0,40}";
    prop_oneof![
        prop::collection::vec(text(), 0..120).prop_map(Op::Push),
        (at.clone(), text()).prop_map(|(at, text)| Op::ListInsert(at, text)),
        at.clone().prop_map(Op::ListRemove),
        (at.clone(), text()).prop_map(|(at, text)| Op::ListSet(at, text)),
        (at.clone(), at.clone()).prop_map(|(a, b)| Op::Drain(a, b)),
        Just(Op::Sort),
        prop::collection::vec((key(), any::<u32>()), 0..40).prop_map(Op::DictExtend),
        key().prop_map(Op::DictRemove),
        key().prop_map(Op::DictUpdate),
        any::<u32>().prop_map(Op::DictRetain),
        Just(Op::PopFirst),
        (0..3_u8, any::<u8>()).prop_map(|(key, value)| Op::Nested(key, value)),
        (0..3_u8).prop_map(Op::NestedRemove),
        member().prop_map(Op::SetToggle),
        prop::collection::vec(member(), 0..20).prop_map(Op::SetExtend),
        (prop::option::of(0..4_u8), 0..ITEMS).prop_map(|(key, item)| Op::Index(key, item)),
        Just(Op::IndexClear),
        (at.clone(), prop::collection::vec(any::<u16>(), 0..3000))
            .prop_map(|(at, new)| Op::Write(at, new)),
        at.prop_map(Op::Truncate),
    ]
    .boxed()
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let atomic = single().prop_recursive(2, 12, 4, |inner| {
        (prop::collection::vec(inner, 0..4), proptest::bool::ANY)
            .prop_map(|(ops, undone)| Op::Atomic(ops, undone))
    });
    prop_oneof![6 => single(), 3 => atomic, 3 => Just(Op::Commit), 1 => Just(Op::Reopen), 1 => Just(Op::Anew)]
}

impl Op {
    pub(crate) fn apply(self, root: &Root, model: &mut Model) {
        match self {
            Self::Atomic(ops, undone) => {
                let before = model.clone();
                let result: db0::Result<()> = db0::atomic(|| {
                    ops.into_iter().for_each(|op| op.apply(root, model));
                    if undone { Err(db0::abort("undone")) } else { Ok(()) }
                });
                assert_eq!(result.is_err(), undone);
                if undone {
                    *model = before;
                }
            }
            Self::Nested(key, value) => {
                root.nested.update_or(key, db0::List::new(), |list| list.push(value));
                model.nested.entry(key).or_default().push(value);
            }
            Self::NestedRemove(key) => {
                let removed = root.nested.remove(key).map(|list| list.to_vec());
                assert_eq!(removed, model.nested.remove(&key));
            }
            op => op.apply_to_list(root, model),
        }
    }

    fn apply_to_list(self, root: &Root, model: &mut Model) {
        let len = model.list.len();
        match self {
            Self::Push(texts) => {
                root.list.extend(texts.clone());
                model.list.extend(texts);
            }
            Self::ListInsert(at, text) => {
                root.list.insert(at % (len + 1), text.clone());
                model.list.insert(at % (len + 1), text);
            }
            Self::ListRemove(at) if len > 0 => {
                assert_eq!(root.list.remove(at % len), model.list.remove(at % len));
            }
            Self::ListSet(at, text) if len > 0 => {
                root.list.set(at % len, text.clone());
                model.list[at % len] = text;
            }
            Self::Drain(a, b) => {
                let (a, b) = (a % (len + 1), b % (len + 1));
                let range = a.min(b)..a.max(b);
                assert!(root.list.drain(range.clone()).eq(model.list.drain(range)));
            }
            Self::Sort => {
                root.list.sort();
                model.list.sort();
            }
            op => op.apply_to_dict(root, model),
        }
    }

    fn apply_to_dict(self, root: &Root, model: &mut Model) {
        match self {
            Self::DictExtend(entries) => {
                root.dict.extend(entries.clone());
                model.dict.extend(entries);
            }
            Self::DictRemove(key) => assert_eq!(root.dict.remove(&key), model.dict.remove(&key)),
            Self::DictUpdate(key) => {
                root.dict.update_or(&key, 0, |value| *value ^= 1);
                *model.dict.entry(key).or_default() ^= 1;
            }
            Self::DictRetain(max) => {
                root.dict.retain(|_, value| *value <= max);
                model.dict.retain(|_, value| *value <= max);
            }
            Self::PopFirst => assert_eq!(root.dict.pop_first(), model.dict.pop_first()),
            op => op.apply_to_others(root, model),
        }
    }

    fn apply_to_others(self, root: &Root, model: &mut Model) {
        match self {
            Self::SetToggle(member) => {
                let new = root.set.insert(member);
                assert_eq!(new, model.set.insert(member));
                if !new {
                    assert!(root.set.remove(member) && model.set.remove(&member));
                }
            }
            Self::SetExtend(members) => {
                root.set.extend(members.clone());
                model.set.extend(members);
            }
            Self::Index(key, number) => {
                let item = &root.items[number];
                let new = root.index.add(key, item);
                assert_eq!(new, model.index.insert((key, number)));
                if !new {
                    assert!(root.index.remove(key, item) && model.index.remove(&(key, number)));
                }
            }
            Self::IndexClear => {
                root.index.clear();
                model.index.clear();
            }
            Self::Write(at, new) => {
                root.array.write_at(at, &new);
                if !new.is_empty() {
                    model.array.resize(model.array.len().max(at + new.len()), 0);
                    model.array[at..at + new.len()].copy_from_slice(&new);
                }
            }
            Self::Truncate(len) => {
                root.array.truncate(len);
                model.array.truncate(len);
            }
            _ => {}
        }
    }
}
