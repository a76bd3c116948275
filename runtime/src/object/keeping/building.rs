//! Seeing to it that a prefix keeps of a class's fields what this program declares: what is declared
//! anew is built for the objects that there are, what is no longer declared goes.

use std::{
    ops::ControlFlow,
    panic::Location,
    sync::{Arc, LazyLock},
};

use dashmap::DashMap;

use super::progress::Progress;
use crate::{
    Error, Result,
    class::{Class, ClassState, Kept, KeyUse},
    codec::key::KeySink,
    fields::{Change, Definition, Definitions},
    object::{loading::row, objects::Objects},
    store::{
        Chunk, ClassId, Direction, IndexId, KeyRange, Oid, StateNum, Table, View, oid_at, oid_key,
        put_ordered,
    },
};

/// Rows that are deleted in one step.
const CLEARED_AT_ONCE: usize = 4096;

/// The keys that an object gives, from its encoded row.
pub(crate) type KeysOfRow = fn(&Arc<Objects>, &ClassState, Oid, &[u8]) -> Result<KeySink>;

/// What is known of the fields that a prefix keeps.
pub(in crate::object) struct FieldKeeping {
    /// What the view shows, and as of which committed state.
    definitions: crate::sync::Mutex<Option<(Option<StateNum>, Arc<Definitions>)>>,
    /// Of the classes that this program has written.
    readers: LazyLock<DashMap<ClassId, (Arc<ClassState>, KeysOfRow)>>,
}

impl Default for FieldKeeping {
    fn default() -> Self {
        Self { definitions: crate::sync::Mutex::default(), readers: LazyLock::new(DashMap::new) }
    }
}

impl Objects {
    /// What is kept of fields, as this view shows it.
    pub(crate) fn definitions(&self) -> Result<Arc<Definitions>> {
        let state = self.view().state();
        let mut known = self.fields.definitions.lock();
        if let Some((at, known)) = &*known
            && *at == state
        {
            return Ok(known.clone());
        }
        let loaded = Definitions::load(self.view())?;
        *known = Some((state, loaded.clone()));
        Ok(loaded)
    }

    /// How the keys in rows of a class are found, if this program has written objects of it.
    pub(crate) fn keys_of_row(&self, class: ClassId) -> Option<(Arc<ClassState>, KeysOfRow)> {
        self.fields.readers.get(&class).map(|reader| reader.value().clone())
    }

    /// What is kept of a class's fields. The first call in a prefix makes it so that this is what the
    /// class declares. The caller has the turn.
    pub(in crate::object) fn kept<'c, T: Class>(&self, class: &'c ClassState) -> Result<&'c Kept> {
        if let Some(kept) = class.kept.get() {
            return Ok(kept);
        }
        let kept = self.settle::<T>(class)?;
        let reader: KeysOfRow = |objects, class, oid, row| {
            let mut sink = KeySink::default();
            row::decode::<T>(objects, oid, class, row)?.keys(&mut sink);
            Ok(sink)
        };
        self.fields.readers.insert(class.id, (self.class::<T>()?, reader));
        Ok(class.kept.get_or_init(|| kept))
    }

    /// As [`kept`](Self::kept), for somebody who is about to look something up: done if nobody else
    /// has the turn, and left for later otherwise.
    pub(in crate::object) fn keep_if_idle<T: Class>(
        &self,
        place: &'static Location<'static>,
    ) -> Result<()> {
        if !self.is_writable() || T::INFO.keys.is_empty() {
            return Ok(());
        }
        let Some(class) = self.known_class::<T>()? else { return Ok(()) };
        if class.kept.get().is_none()
            && let Some(_turn) = self.shared().turn_if_free(place)
        {
            self.kept::<T>(&class)?;
        }
        Ok(())
    }

    /// Refuses to go on writing where another process has arranged what is kept otherwise.
    pub(in crate::object) fn check_kept(&self) -> Result<()> {
        let stored = Definitions::load(self.view())?;
        for reader in self.fields.readers.iter() {
            let (class, _) = reader.value();
            let Some(kept) = class.kept.get() else { continue };
            let ready = stored.of(class.id).iter().filter(|known| known.ready);
            let mut numbers: Vec<_> = kept.numbers().collect();
            numbers.sort_unstable();
            if !ready.map(|known| known.index).eq(numbers) {
                return Err(Error::Invalid(format!(
                    "another program keeps other fields of class {} in prefix {:?}: close the prefix and open it again for writing",
                    class.name,
                    self.name()
                )));
            }
        }
        Ok(())
    }

    fn settle<T: Class>(&self, class: &ClassState) -> Result<Kept> {
        let stored = Definitions::load(self.view())?;
        let stored = stored.of(class.id);
        let mut numbers = Vec::with_capacity(T::INFO.keys.len());
        let mut fresh = Vec::new();
        for key in T::INFO.keys {
            let known = stored.iter().find(|known| known.ready && known.serves(key, T::INFO));
            let index = known.map_or_else(|| self.store().new_index(), |known| known.index);
            numbers.push(index);
            let today = Definition::declared(class.id, index, key);
            match known {
                None => fresh.push(today),
                Some(known) => {
                    let today = Definition { ready: true, ..today };
                    if today != *known {
                        self.define(|rows| today.put(rows));
                    }
                }
            }
        }
        let kept = Kept::new(T::INFO, numbers.iter().copied());
        let withdrawn: Vec<_> =
            stored.iter().filter(|known| !numbers.contains(&known.index)).cloned().collect();
        self.replace::<T>(class, &kept, withdrawn, fresh)?;
        Ok(kept)
    }

    /// Builds everything anew that is kept of a class's fields. The caller has the turn, and has
    /// committed what was published.
    pub(crate) fn rebuild<T: Class>(&self) -> Result<()> {
        let class = self.class::<T>()?;
        let kept = self.kept::<T>(&class)?;
        let definitions = self.definitions()?.of(class.id).to_vec();
        for definition in &definitions {
            self.define(|rows| Definition { ready: false, ..definition.clone() }.put(rows));
            self.clear(definition.index)?;
        }
        self.replace::<T>(&class, kept, Vec::new(), definitions)
    }

    /// Takes away what is withdrawn, and builds what is fresh.
    fn replace<T: Class>(
        &self,
        class: &ClassState,
        kept: &Kept,
        withdrawn: Vec<Definition>,
        fresh: Vec<Definition>,
    ) -> Result<()> {
        if withdrawn.is_empty() && fresh.is_empty() {
            return Ok(());
        }
        // Not ready, so that a crash in between leaves something that is done over.
        self.define(|rows| {
            for definition in withdrawn.iter().chain(&fresh) {
                Definition { ready: false, ..definition.clone() }.put(rows);
            }
        });
        let is_tag = |definition: &Definition| definition.uses == KeyUse::Tag;
        let retags = withdrawn.iter().chain(&fresh).any(is_tag);
        let is_fresh = |index: IndexId| fresh.iter().any(|fresh| fresh.index == index);
        if retags || !fresh.is_empty() {
            let narrow = kept.only(|key| is_fresh(key.index) && key.info.kind != KeyUse::Tag);
            self.build::<T>(class, kept, &narrow, retags)?;
        }
        for definition in &withdrawn {
            self.clear(definition.index)?;
        }
        self.define(|rows| {
            withdrawn.iter().for_each(|definition| definition.delete(rows));
            for definition in &fresh {
                Definition { ready: true, ..definition.clone() }.put(rows);
            }
        });
        Ok(())
    }

    /// Changes definitions.
    pub(crate) fn define(&self, write: impl FnOnce(&mut crate::store::LayerRows)) {
        self.write_for_good(write);
        *self.fields.definitions.lock() = None;
    }

    /// Deletes the entries of an index, in steps.
    fn clear(&self, index: IndexId) -> Result<()> {
        let mut front = Vec::with_capacity(5);
        put_ordered(&mut front, index.0.into());
        let range = KeyRange::prefix(&front);
        loop {
            let mut keys = Vec::new();
            let view = self.view();
            view.scan(Table::Fields, range.clone(), Direction::Forward, &mut |key, _| {
                keys.push(key.to_vec());
                let enough = keys.len() == CLEARED_AT_ONCE;
                Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            if keys.is_empty() {
                return Ok(());
            }
            self.write_for_good(|rows| keys.iter().for_each(|key| rows.delete(Table::Fields, key)));
        }
    }

    /// Makes entries for all committed objects of a class: nobody writes any while this thread has
    /// the turn, and what a commit deletes meanwhile is looked at again before it is put.
    fn build<T: Class>(
        &self,
        class: &ClassState,
        all: &Kept,
        narrow: &Kept,
        retags: bool,
    ) -> Result<()> {
        let tag = Self::class_tag(class.id);
        let committed = View::Committed(self.store().clone());
        let what = format!("building what is kept of {}", T::INFO.name);
        let mut progress = Progress::new(&what, self.name(), committed.count(tag)?);
        let mut from = 0;
        while let Some(number) = committed.next_chunk(tag, from)? {
            let mut members = Chunk::EMPTY;
            committed.chunk(tag, number, &mut members)?;
            let mut changes = Vec::with_capacity(members.len() as usize);
            for n in members.iter() {
                let kept = (all, narrow);
                let change = self.built::<T>(class, kept, retags, oid_at(number, n), &committed)?;
                changes.extend(change.map(|change| (n, change)));
            }
            {
                let _no_commit = self.committing.lock();
                let mut still = Chunk::EMPTY;
                committed.chunk(tag, number, &mut still)?;
                changes.retain(|(n, _)| still.contains(*n));
                let claims: Vec<_> =
                    changes.iter_mut().flat_map(|(_, change)| change.claims.drain(..)).collect();
                self.write_for_good(|rows| {
                    changes.into_iter().for_each(|(_, change)| change.apply(rows));
                });
                self.warn_of_twins(&claims)?;
            }
            progress.step(members.len().into());
            from = number + 1;
        }
        progress.done();
        Ok(())
    }

    /// What is kept anew of one object; nothing if it can't be read.
    fn built<T: Class>(
        &self,
        class: &ClassState,
        (all, narrow): (&Kept, &Kept),
        retags: bool,
        oid: Oid,
        committed: &View,
    ) -> Result<Option<Change>> {
        let key = oid_key(oid);
        let Some(body) = committed.get(Table::Objects, key.as_bytes(), <[u8]>::to_vec)? else {
            return Ok(None);
        };
        let mut sink = KeySink::default();
        match row::decode::<T>(&self.me(), oid, class, &body) {
            Ok(value) => value.keys(&mut sink),
            Err(error) => {
                tracing::error!("an object is left out of what is kept of its fields: {error}");
                return Ok(None);
            }
        }
        let mut change = Change::between(narrow, T::INFO.name, oid, [&KeySink::default(), &sink]);
        if retags {
            self.retag_built(all, class, oid, &sink, &mut change)?;
        }
        Ok((!change.is_empty()).then_some(change))
    }
}
