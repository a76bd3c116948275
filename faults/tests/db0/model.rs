//! Steps that follow from their number, and what must be there after each.

use std::collections::{BTreeMap, BTreeSet};

use db0_faults::Random;

/// Every tag that is ever given.
pub(crate) const TAGS: [&str; 5] = ["red", "green", "blue", "heavy", "rare"];

/// Few names, so that they are given to others and items lose their last holder.
const NAMES: u64 = 12;
const LINE_MAX: usize = 20;
const ACTIONS_MAX: u64 = 6;
/// Ids of a step begin at a multiple of this.
const IDS_A_STEP: u64 = 16;

/// An item, with the names of others in place of handles.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Thing {
    pub(crate) value: u64,
    pub(crate) friend: Option<u64>,
    pub(crate) notes: Vec<u64>,
    pub(crate) tags: BTreeSet<&'static str>,
}

/// All that a prefix holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) step: u64,
    pub(crate) names: BTreeMap<String, u64>,
    pub(crate) line: Vec<u64>,
    pub(crate) items: BTreeMap<u64, Thing>,
}

/// One change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    Make { id: u64, value: u64, friend: Option<u64>, name: String },
    Change { id: u64, value: u64 },
    Befriend { id: u64, friend: Option<u64> },
    Tag { id: u64, tag: &'static str },
    Untag { id: u64, tag: &'static str },
    Forget { name: String },
    Queue { id: u64 },
    Leave { index: usize },
    Note { id: u64, value: u64 },
    Unnote { id: u64 },
}

impl Contents {
    /// How many durable holders an item has.
    pub(crate) fn holders(&self, id: u64) -> u64 {
        let names = self.names.values().filter(|named| **named == id).count();
        let line = self.line.iter().filter(|queued| **queued == id).count();
        let friends = self.items.values().filter(|thing| thing.friend == Some(id)).count();
        let tags = self.items.get(&id).map_or(0, |thing| thing.tags.len());
        (names + line + friends + tags) as u64
    }

    /// What the next step does, in order.
    pub(crate) fn next(&self) -> Vec<Action> {
        let step = self.step + 1;
        let mut random = Random::new(step);
        let mut after = self.clone();
        let mut actions = Vec::new();
        for number in 0..=random.below(ACTIONS_MAX) {
            let action = after.action(&mut random, step * IDS_A_STEP + number);
            after.apply(&action);
            actions.push(action);
        }
        actions
    }

    /// A change of what is held by something; `fresh` is the id of an item that would be made.
    fn action(&self, random: &mut Random, fresh: u64) -> Action {
        let held: Vec<u64> =
            self.items.keys().copied().filter(|id| self.holders(*id) > 0).collect();
        let pick = |random: &mut Random| {
            let at = usize::try_from(random.below(held.len().max(1) as u64)).unwrap_or(0);
            held.get(at).copied()
        };
        let name = format!("name-{}", random.below(NAMES));
        let value = random.next_u64();
        let Some(id) = pick(random).filter(|_| !random.chance(1, 4)) else {
            return Action::Make { id: fresh, value, friend: pick(random), name };
        };
        let tag = TAGS[usize::try_from(random.below(TAGS.len() as u64)).unwrap_or(0)];
        match random.below(10) {
            0 | 1 => Action::Change { id, value },
            // Always an older one, so that no circle keeps itself alive.
            2 => Action::Befriend { id, friend: pick(random).filter(|friend| *friend < id) },
            3 => Action::Tag { id, tag },
            4 => Action::Untag { id, tag },
            5 => Action::Forget { name },
            6 if self.line.len() < LINE_MAX => Action::Queue { id },
            6 | 7 if !self.line.is_empty() => {
                let index = random.below(self.line.len() as u64);
                Action::Leave { index: usize::try_from(index).unwrap_or(0) }
            }
            8 => Action::Unnote { id },
            _ => Action::Note { id, value },
        }
    }

    fn apply(&mut self, action: &Action) {
        let none = "only items that are there are changed";
        match action.clone() {
            Action::Make { id, value, friend, name } => {
                self.items.insert(id, Thing { value, friend, ..Thing::default() });
                self.names.insert(name, id);
            }
            Action::Change { id, value } => self.items.get_mut(&id).expect(none).value = value,
            Action::Befriend { id, friend } => self.items.get_mut(&id).expect(none).friend = friend,
            Action::Tag { id, tag } => {
                self.items.get_mut(&id).expect(none).tags.insert(tag);
            }
            Action::Untag { id, tag } => {
                self.items.get_mut(&id).expect(none).tags.remove(tag);
            }
            Action::Forget { name } => drop(self.names.remove(&name)),
            Action::Queue { id } => self.line.push(id),
            Action::Leave { index } => drop(self.line.remove(index)),
            Action::Note { id, value } => self.items.get_mut(&id).expect(none).notes.push(value),
            Action::Unnote { id } => drop(self.items.get_mut(&id).expect(none).notes.pop()),
        }
    }

    /// Everything in it is in `whole` too.
    pub(crate) fn is_part_of(&self, whole: &Self) -> bool {
        let is_part = |id: &u64, thing: &Thing| {
            whole.items.get(id).is_some_and(|whole| {
                (thing.value, thing.friend) == (whole.value, whole.friend)
                    && thing.tags.is_subset(&whole.tags)
                    && thing.notes.iter().all(|note| whole.notes.contains(note))
            })
        };
        self.step == whole.step
            && self.items.iter().all(|(id, thing)| is_part(id, thing))
            && self.names.iter().all(|(name, id)| whole.names.get(name) == Some(id))
            && self.line.iter().all(|id| whole.line.contains(id))
    }

    /// What is there after the next step.
    pub(crate) fn after_next(&self) -> Self {
        let mut after = self.clone();
        self.next().iter().for_each(|action| after.apply(action));
        after.step += 1;
        // Whom nothing holds any more goes, and with it what it held.
        while let Some(id) = after.items.keys().copied().find(|id| after.holders(*id) == 0) {
            after.items.remove(&id);
        }
        after
    }
}

#[test]
fn steps_make_change_and_delete() {
    let mut contents = Contents::default();
    let (mut made, mut kinds) = (0, BTreeSet::new());
    for _ in 0..300 {
        for action in contents.next() {
            made += usize::from(matches!(action, Action::Make { .. }));
            let text = format!("{action:?}");
            kinds.insert(text.split(' ').next().unwrap_or_default().to_owned());
        }
        contents = contents.after_next();
    }
    assert_eq!(kinds.len(), 10, "{kinds:?}");
    assert!(made > 2 * contents.items.len() && contents.items.len() > 5, "{made}: {contents:?}");
}
