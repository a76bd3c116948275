//! Names of tags and their numbers, both ways.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use dashmap::DashMap;

use super::{
    leaving::{Leaving, Unborne},
    name_hash::Seed,
    near_names::NearNames,
    tag::TagName,
    tag_name_row::{BY_NAME, FRONT, UNBORNE, name_key, name_row, number_key, numbered},
};
use crate::{
    Result,
    store::{
        Direction, KeyRange, NotCommitted, StateNum, Store, Table, TagId, View, Writer, put_varint,
        take_ordered, take_varint,
    },
    sync::Mutex,
};

/// The tags of one prefix that this process has met.
#[derive(Debug, Default)]
pub(crate) struct TagNames {
    by_name: DashMap<TagName, TagId, Seed>,
    /// Some of those.
    near: NearNames,
    by_number: DashMap<TagId, TagName>,
    /// Not on disk yet.
    unsaved: Mutex<Vec<(TagId, TagName)>>,
    /// What nothing bears.
    pub(super) leaving: Leaving,
}

/// What a commit writes of names.
#[derive(Debug, Default)]
pub(crate) struct NamesWritten {
    new: usize,
    unborne: Vec<Unborne>,
    gone: Vec<Unborne>,
}

impl TagNames {
    /// The number of a tag, if it has one.
    #[inline]
    pub(crate) fn find(&self, store: &Arc<Store>, name: &TagName) -> Result<Option<TagId>> {
        match self.near.find(name) {
            Some(known) => Ok(Some(known)),
            None => self.find_far(store, name),
        }
    }

    fn find_far(&self, store: &Arc<Store>, name: &TagName) -> Result<Option<TagId>> {
        loop {
            let round = self.leaving.round();
            if let Some(known) = self.by_name.get(name).map(|known| *known) {
                self.near.add(name, known);
                if self.leaving.round() != round {
                    // It may be another number's by now.
                    self.near.forget(name);
                }
                return Ok(Some(known));
            }
            let stored = Self::stored(store, name)?;
            let Some(tag) = stored.filter(|tag| !self.leaving.is_going(*tag)) else {
                return Ok(None);
            };
            // Whoever has given it a new number meanwhile knows better.
            let known = *self.by_name.entry(name.clone()).or_insert(tag);
            if self.leaving.round() == round {
                self.by_number.insert(known, name.clone());
                return Ok(Some(known));
            }
            // It may have gone meanwhile.
            self.by_name.remove_if(name, |_, number| *number == tag);
        }
    }

    /// The number of a tag on disk.
    fn stored(store: &Arc<Store>, name: &TagName) -> Result<Option<TagId>> {
        let view = View::At(store.clone(), store.state());
        let key = name_key(name.as_bytes());
        let number = view.get(Table::TagNames, &key, |mut row| {
            let number = take_varint(&mut row)?;
            (row == name.as_bytes()).then_some(number).and_then(|n| u32::try_from(n).ok())
        })?;
        let Some(number) = number else { return Ok(None) };
        let damaged = || store.corrupt(Table::TagNames, &key, "the row is damaged");
        number.map(TagId).map(Some).ok_or_else(damaged)
    }

    /// The number of a tag, given out if it has none. The caller has the turn.
    pub(crate) fn find_or_add(&self, store: &Arc<Store>, name: &TagName) -> Result<TagId> {
        if let Some(found) = self.find(store, name)? {
            return Ok(found);
        }
        let tag = store.new_tag();
        self.by_number.insert(tag, name.clone());
        self.by_name.insert(name.clone(), tag);
        self.unsaved.lock().push((tag, name.clone()));
        Ok(tag)
    }

    /// What a number is called.
    pub(crate) fn name(&self, store: &Arc<Store>, tag: TagId) -> Result<TagName> {
        if let Some(known) = self.by_number.get(&tag) {
            return Ok(known.clone());
        }
        let view = View::At(store.clone(), store.state());
        let key = number_key(tag);
        let name = view.get(Table::TagNames, &key, TagName::of_bytes)?;
        let name = name.ok_or_else(|| store.corrupt(Table::TagNames, &key, "a tag has no name"))?;
        self.by_number.insert(tag, name.clone());
        Ok(name)
    }

    /// The tags whose names begin with these bytes, borne by something or not, by name.
    pub(crate) fn with_front(
        &self,
        store: &Arc<Store>,
        front: &[u8],
    ) -> Result<BTreeMap<TagName, TagId>> {
        let mut found = BTreeMap::new();
        let fits = |name: &[u8]| name.starts_with(front);
        let range = KeyRange::prefix(&[&[BY_NAME], &front[..front.len().min(FRONT)]].concat());
        let view = View::At(store.clone(), store.state());
        view.scan(Table::TagNames, range, Direction::Forward, &mut |key, mut row| {
            let damaged = || store.corrupt(Table::TagNames, key, "the row is damaged");
            let number = take_varint(&mut row).and_then(|n| u32::try_from(n).ok());
            let tag = number.map(TagId).ok_or_else(damaged)?;
            if fits(row) {
                found.insert(TagName::of_bytes(row), tag);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let unsaved = self.unsaved.lock();
        let new = unsaved.iter().filter(|(_, name)| fits(name.as_bytes()));
        found.extend(new.map(|(tag, name)| (name.clone(), *tag)));
        Ok(found)
    }

    /// Writes the names that are not on disk yet.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<NamesWritten> {
        let unsaved = self.unsaved.lock().clone();
        for (tag, name) in &unsaved {
            let row = name_row(*tag, name.as_bytes());
            writer.put_sealed(Table::TagNames, &name_key(name.as_bytes()), row)?;
            writer.put_sealed(Table::TagNames, &number_key(*tag), name.as_bytes().to_vec())?;
        }
        Ok(NamesWritten { new: unsaved.len(), ..NamesWritten::default() })
    }

    /// Notes of which tags nothing is left as of this commit, new ones included that were given out
    /// in vain: their names go when no state can be seen any more in which something bore them. Deletes
    /// the names that go.
    pub(crate) fn note_unborne(
        &self,
        writer: &mut Writer<'_>,
        written: &mut NamesWritten,
    ) -> Result<()> {
        let mut tags = writer.take_emptied();
        tags.extend(self.unsaved.lock().iter().take(written.new).map(|(tag, _)| *tag));
        tags.sort_unstable();
        tags.dedup();
        let mut row = Vec::new();
        put_varint(&mut row, writer.state().0);
        for tag in tags {
            // Classes have no names here.
            let is_named = writer.get(Table::TagNames, &number_key(tag))?.is_some();
            if is_named && !writer.has_members(tag)? {
                writer.put_sealed(Table::TagNames, &numbered(UNBORNE, tag), row.clone())?;
                written.unborne.push((writer.state(), tag));
            }
        }
        written.gone = self.leaving.going();
        written.gone.iter().try_for_each(|(since, tag)| reclaim_one(writer, *tag, *since))
    }

    /// Since which state nothing has borne a tag, if that is noted.
    pub(super) fn unborne_since(store: &Arc<Store>, tag: TagId) -> Result<Option<StateNum>> {
        let view = View::At(store.clone(), store.state());
        let key = numbered(UNBORNE, tag);
        let since = view.get(Table::TagNames, &key, |mut row| take_varint(&mut row))?;
        Ok(since.flatten().map(StateNum))
    }

    /// The names of a prefix that is opened for writing, without those that nothing bears in any state
    /// that can be seen. Nobody else writes yet: a number that somebody has just looked up must not
    /// lose its name.
    pub(crate) fn reclaimed(store: &Arc<Store>) -> Result<Self> {
        let names = Self::default();
        names.leaving.add(Self::reclaim(store)?);
        Ok(names)
    }

    /// Deletes names; gives those that nothing bears and that have to wait.
    fn reclaim(store: &Arc<Store>) -> Result<Vec<Unborne>> {
        let oldest = store.head().oldest;
        let (mut due, mut waiting) = (Vec::new(), Vec::new());
        let view = View::At(store.clone(), store.state());
        let range = KeyRange::prefix(&[UNBORNE]);
        view.scan(Table::TagNames, range, Direction::Forward, &mut |key, mut row| {
            let number = take_ordered(&mut &key[1..]).and_then(|n| u32::try_from(n).ok());
            let noted = number.map(TagId).zip(take_varint(&mut row).map(StateNum));
            let damaged = || store.corrupt(Table::TagNames, key, "the row is damaged");
            let (tag, since) = noted.ok_or_else(damaged)?;
            if since <= oldest {
                due.push((tag, since));
            } else {
                waiting.push((since, tag));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        waiting.sort_unstable();
        if due.is_empty() {
            return Ok(waiting);
        }
        let mut reclaim = |writer: &mut Writer<'_>| {
            due.iter().try_for_each(|(tag, since)| reclaim_one(writer, *tag, *since))
        };
        match store.commit(&mut reclaim) {
            Ok(_) => Ok(waiting),
            Err(NotCommitted::Failed(error)) => {
                // There is time until the next opening.
                tracing::warn!("names of tags are not reclaimed: {error}");
                Ok(waiting)
            }
            Err(NotCommitted::InDoubt(error)) => Err(error),
        }
    }

    /// A name goes, if it has this number.
    pub(super) fn forget(&self, name: &TagName, tag: TagId) {
        self.by_name.remove_if(name, |_, number| *number == tag);
        self.leaving.begin_round();
        self.near.forget(name);
    }

    /// Another process may give names other numbers from now on.
    pub(crate) fn step(&self) {
        self.by_name.clear();
        self.leaving.begin_round();
        self.near.clear();
    }

    /// Goes on where another process has left off: numbers that were never stored may be another's.
    pub(crate) fn take_over(&self) {
        for (tag, name) in self.unsaved.lock().drain(..) {
            self.by_number.remove(&tag);
            self.by_name.remove(&name);
        }
        self.leaving.clear();
        self.step();
    }

    /// Notes what is on disk now.
    pub(crate) fn saved(&self, written: &NamesWritten) {
        self.unsaved.lock().drain(..written.new);
        self.leaving.gone(&written.gone);
        self.leaving.add(written.unborne.iter().copied());
    }
}

fn reclaim_one(writer: &mut Writer<'_>, tag: TagId, since: StateNum) -> Result<()> {
    if !writer.has_members(tag)? {
        if writer.is_seen_before(since) {
            return Ok(());
        }
        let by_number = number_key(tag);
        if let Some(name) = writer.get(Table::TagNames, &by_number)?.map(TagName::of_bytes) {
            let by_name = name_key(name.as_bytes());
            let row = writer.get(Table::TagNames, &by_name)?;
            // By now the name may have another number.
            if row.and_then(|mut row| take_varint(&mut row)) == Some(tag.0.into()) {
                writer.tidy(Table::TagNames, &by_name)?;
            }
            writer.tidy(Table::TagNames, &by_number)?;
        }
    }
    writer.tidy(Table::TagNames, &numbered(UNBORNE, tag))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        History,
        lmdb::EnvOptions,
        store::{Oid, Postings},
    };

    fn open(folder: &Path, history: History) -> Arc<Store> {
        let options = EnvOptions::scratch(1 << 20);
        Store::open(folder, "tags", &options, history).expect("the store opens")
    }

    /// Opened by a writer after another one.
    fn reopen(store: Arc<Store>, folder: &Path, history: History) -> (Arc<Store>, TagNames) {
        drop(store);
        let store = open(folder, history);
        TagNames::reclaim(&store).expect("names are reclaimed");
        (store, TagNames::default())
    }

    fn name(text: &str) -> TagName {
        TagName::text(text).expect("it is a tag")
    }

    /// Commits who joins and leaves which tags.
    fn commit(store: &Arc<Store>, names: &TagNames, moves: &[(&str, u64, bool)]) -> StateNum {
        let mut postings = Postings::default();
        for (tag, oid, joins) in moves {
            let tag = names.find_or_add(store, &name(tag)).expect("it has a number");
            let oid = Oid(*oid);
            if *joins { postings.join(tag, (oid, None)) } else { postings.leave(tag, oid) }
        }
        let mut written = NamesWritten::default();
        let state = store.commit(&mut |writer| {
            written = names.write(writer)?;
            writer.postings([&postings])?;
            names.note_unborne(writer, &mut written)
        });
        names.saved(&written);
        state.unwrap_or_else(|_| panic!("it commits"))
    }

    /// How many rows of names there are.
    fn rows(store: &Arc<Store>) -> usize {
        let mut rows = 0;
        let view = View::At(store.clone(), store.state());
        let counted =
            view.scan(Table::TagNames, KeyRange::all(), Direction::Forward, &mut |_, _| {
                rows += 1;
                Ok(ControlFlow::Continue(()))
            });
        counted.expect("the table is read");
        rows
    }

    #[test]
    fn what_nothing_bears_in_any_state_loses_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let (store, names) = reopen(open(path, History::Off), path, History::Off);
        let long = "x".repeat(600);
        names.find_or_add(&store, &name("in vain")).expect("it has a number");
        let moves = [("a", 1, true), ("b", 2, true), ("b", 90_000, true), (&long, 3, true)];
        commit(&store, &names, &moves);
        commit(&store, &names, &[("a", 1, false), ("b", 2, false), (&long, 3, false)]);
        let (store, names) = reopen(store, path, History::Off);
        let find = |text: &str| names.find(&store, &name(text)).expect("names are read");
        assert!(find("b").is_some(), "one object still bears it");
        assert!(find("a").is_none() && find("in vain").is_none() && find(&long).is_none());
        assert_eq!(rows(&store), 2);
    }

    #[test]
    fn a_past_that_can_be_seen_keeps_its_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let (store, names) = reopen(open(path, History::All), path, History::All);
        let then = commit(&store, &names, &[("a", 1, true)]);
        commit(&store, &names, &[("a", 1, false)]);
        let (store, names) = reopen(store, path, History::All);
        let tag = names.find(&store, &name("a")).expect("names are read");
        assert!(tag.is_some(), "a past state has it");
        // Now only who looks at that state does.
        drop(store);
        let store = open(path, History::Off);
        let pin = store.pin(then).expect("it is there");
        commit(&store, &names, &[("b", 1, true)]);
        commit(&store, &names, &[("b", 2, true)]);
        TagNames::reclaim(&store).expect("names are reclaimed");
        let find = || TagNames::default().find(&store, &name("a")).expect("names are read");
        assert_eq!(find(), tag);
        drop(pin);
        commit(&store, &names, &[("b", 3, true)]);
        TagNames::reclaim(&store).expect("names are reclaimed");
        assert_eq!((find(), rows(&store)), (None, 2));
    }

    #[test]
    fn names_go_while_the_prefix_is_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let (store, names) = reopen(open(path, History::Off), path, History::Off);
        let find = |text: &str| names.find(&store, &name(text)).expect("names are read");
        commit(&store, &names, &[("a", 1, true), ("b", 1, true)]);
        let old = find("a");
        commit(&store, &names, &[("a", 1, false)]);
        assert!(names.has_unborne(&store) && rows(&store) == 5);
        names.let_go(&store).expect("names are read");
        assert_eq!(find("a"), None, "it goes with the next commit");
        commit(&store, &names, &[("b", 2, true)]);
        assert_eq!((find("a"), rows(&store), names.has_unborne(&store)), (None, 2, false));
        // Wanted again between the two, it is another tag.
        commit(&store, &names, &[("b", 1, false), ("b", 2, false)]);
        names.let_go(&store).expect("names are read");
        let b = find("b");
        commit(&store, &names, &[("b", 3, true), ("a", 3, true)]);
        assert!(b.is_none() && find("a") > old);
        assert_eq!((find("b").is_some(), rows(&store)), (true, 4));
    }

    #[test]
    fn a_tag_that_is_borne_again_keeps_its_name_and_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let (store, names) = reopen(open(path, History::Off), path, History::Off);
        commit(&store, &names, &[("a", 1, true)]);
        let tag = names.find(&store, &name("a")).expect("names are read");
        commit(&store, &names, &[("a", 1, false)]);
        commit(&store, &names, &[("a", 2, true)]);
        let (store, names) = reopen(store, path, History::Off);
        assert_eq!(names.find(&store, &name("a")).expect("names are read"), tag);
        assert_eq!(rows(&store), 2, "the note is gone");
        commit(&store, &names, &[("a", 2, false)]);
        let (store, names) = reopen(store, path, History::Off);
        assert_eq!(rows(&store), 0);
        commit(&store, &names, &[("a", 7, true)]);
        assert_ne!(names.find(&store, &name("a")).expect("names are read"), tag);
    }
}
