//! A store that the workload goes on in.

use std::collections::BTreeMap;
use std::time::Duration;

use db0::{Config, Dict, Entered, Error, List, Lock, Memo, Result, Workspace};
use uuid::Uuid;

use crate::item::{Item, Root, payload};
use crate::model::{Action, Contents};
use crate::oracle::Wrong;
use crate::seen::{self, Seen};

/// One step in so many is tried first in an atomic that is given up.
const GIVEN_UP_ONE_IN: u64 = 5;
/// One step in so many is made without an atomic, where only commits make states.
const BARE_ONE_IN: u64 = 3;

/// A process that another test starts has this one's files open for the moment before it begins to
/// run, and with them the lease of a prefix that was closed just now.
pub(crate) const PATIENCE: Lock = Lock::Wait(Duration::from_secs(5));

/// An open workspace, entered by this thread, and what must be in it.
pub(crate) struct World {
    pub(crate) contents: Contents,
    uuids: BTreeMap<u64, Uuid>,
    entered: Option<Entered>,
    workspace: Workspace,
    /// Nothing is committed but by `commit`.
    explicit: bool,
}

impl World {
    /// Opens a workspace that commits when told to.
    pub(crate) fn open(config: Config) -> Result<Self, Wrong> {
        Self::of(Workspace::open(config.autocommit(false).lock(PATIENCE))?, true)
    }

    /// Opens a workspace that commits by itself.
    pub(crate) fn open_with_autocommit(config: Config) -> Result<Self, Wrong> {
        Self::of(Workspace::open(config.lock(PATIENCE))?, false)
    }

    fn of(workspace: Workspace, explicit: bool) -> Result<Self, Wrong> {
        let entered = Some(workspace.enter());
        let contents = seen::contents(&Seen::Live)?;
        let mut uuids = BTreeMap::new();
        for memo in seen::all(&db0::find::<Item>(()))? {
            uuids.insert(memo.try_read()?.id, memo.uuid());
        }
        Ok(Self { contents, uuids, entered, workspace, explicit })
    }

    /// The step that came last.
    pub(crate) fn step(&self) -> u64 {
        self.contents.step
    }

    /// Commits, and returns the state's number.
    pub(crate) fn commit(&self) -> Result<u64> {
        self.workspace.commit()
    }

    /// Whether every commit succeeds at present.
    pub(crate) fn is_healthy(&self) -> bool {
        self.workspace.health().is_ok()
    }

    /// Commits and closes.
    pub(crate) fn close(mut self) -> Result<()> {
        self.entered = None;
        self.workspace.close()
    }

    /// Makes the next step, and nothing of it if it fails.
    pub(crate) fn take_step(&mut self) -> Result<()> {
        let actions = self.contents.next();
        let after = self.contents.after_next();
        if after.step.is_multiple_of(GIVEN_UP_ONE_IN) {
            let given_up = db0::atomic(|| -> Result<()> {
                self.play(&actions, after.step)?;
                Err(db0::abort("to try it again"))
            });
            match given_up {
                Err(Error::Aborted(_)) => {}
                other => return other,
            }
        }
        let made = if self.explicit && after.step.is_multiple_of(BARE_ONE_IN) {
            self.play(&actions, after.step)?
        } else {
            db0::atomic(|| self.play(&actions, after.step))?
        };
        self.uuids.extend(made);
        self.uuids.retain(|id, _| after.items.contains_key(id));
        self.contents = after;
        Ok(())
    }

    /// Does what the actions say; gives the items that were made.
    fn play(&self, actions: &[Action], step: u64) -> Result<BTreeMap<u64, Uuid>> {
        let mut made = BTreeMap::new();
        let root = match db0::fetch_singleton::<Root>() {
            Err(Error::NoSingleton { .. }) => {
                db0::singleton(|| Root { step: 0, names: Dict::new(), line: List::new() })
            }
            other => other?,
        };
        for action in actions {
            let memo = |id: u64| {
                let uuid = made.get(&id).or_else(|| self.uuids.get(&id));
                db0::fetch::<Item>(*uuid.expect("its uuid was noted"))
            };
            if let Action::Make { id, value, friend, name } = action {
                let friend = friend.map(memo).transpose()?;
                let item = Memo::try_new(Item {
                    id: *id,
                    value: *value,
                    payload: payload(*value),
                    friend,
                    notes: List::new(),
                })?;
                root.try_read()?.names.try_insert(name.clone(), item.clone())?;
                made.insert(*id, item.uuid());
            } else {
                change(&root, action, memo)?;
            }
        }
        root.try_update(|root| root.step = step)?;
        Ok(made)
    }
}

fn change(
    root: &Memo<Root>,
    action: &Action,
    memo: impl Fn(u64) -> Result<Memo<Item>>,
) -> Result<()> {
    match action {
        Action::Make { .. } => {}
        Action::Change { id, value } => memo(*id)?.try_update(|item| {
            item.value = *value;
            item.payload = payload(*value);
        })?,
        Action::Befriend { id, friend } => {
            let friend = friend.map(&memo).transpose()?;
            memo(*id)?.try_update(|item| item.friend = friend)?;
        }
        Action::Tag { id, tag } => drop(db0::tags(&memo(*id)?).try_add(*tag)?),
        Action::Untag { id, tag } => drop(db0::tags(&memo(*id)?).try_remove(*tag)?),
        Action::Forget { name } => drop(root.try_read()?.names.try_remove(name.as_str())?),
        Action::Queue { id } => root.try_read()?.line.try_push(memo(*id)?)?,
        Action::Leave { index } => drop(root.try_read()?.line.try_remove(*index)?),
        Action::Note { id, value } => memo(*id)?.try_read()?.notes.try_push(*value)?,
        Action::Unnote { id } => drop(memo(*id)?.try_read()?.notes.try_pop()?),
    }
    Ok(())
}
