//! The classes of one prefix: their numbers, and every version of their fields.

use std::{
    any::TypeId,
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    ops::ControlFlow,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use dashmap::DashMap;

use super::{
    info::{Class, ClassInfo},
    kept::Kept,
    record::{ClassRecord, pick},
    schema::Schema,
};
use crate::{
    Error, Result,
    store::{ClassId, Direction, KeyRange, Store, Table, View, Writer, put_ordered, take_ordered},
    sync::{
        RwLock,
        slots::{Counted, Place},
    },
};

/// A class as this program uses it, in one prefix.
#[derive(Debug)]
pub(crate) struct ClassState {
    pub(crate) id: ClassId,
    pub(crate) name: String,
    /// Its objects need no holders.
    pub(crate) lives_by_itself: bool,
    info: &'static ClassInfo,
    schema: AtomicU32,
    has_others: AtomicBool,
    /// What is kept of its fields; known from the first write on, which sees to it.
    pub(crate) kept: OnceLock<Kept>,
}

impl ClassState {
    fn new(
        id: ClassId,
        name: String,
        info: &'static ClassInfo,
        lives_by_itself: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            id,
            name,
            lives_by_itself,
            info,
            schema: AtomicU32::new(NO_SCHEMA),
            has_others: AtomicBool::new(false),
            kept: OnceLock::new(),
        })
    }

    /// The version of the fields that this program writes.
    pub(crate) fn schema(&self) -> u32 {
        self.schema.load(Ordering::Acquire)
    }

    /// There are versions beside that one.
    pub(crate) fn has_others(&self) -> bool {
        self.has_others.load(Ordering::Relaxed)
    }

    /// Its objects refer to nothing, and never did.
    pub(crate) fn refers_to_nothing(&self) -> bool {
        self.info.plain && !self.has_others()
    }

    /// Finds out which version it is; added if it may be.
    fn settle(&self, record: &mut ClassRecord, may_add: bool) {
        let schema = record.version(self.info, may_add);
        let others = record.schemas.len() > usize::from(schema.is_some());
        self.has_others.store(others, Ordering::Relaxed);
        let schema = schema.and_then(|schema| u32::try_from(schema).ok()).unwrap_or(NO_SCHEMA);
        self.schema.store(schema, Ordering::Release);
    }
}

/// No version that is on disk: the program only reads, and its fields differ from all that are.
const NO_SCHEMA: u32 = u32::MAX;

/// All classes of a prefix.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// Replaced as a whole, since classes are few and asked for all the time.
    by_type: Place<ByType>,
    /// Classes whose objects were met without a Rust type.
    untyped: DashMap<ClassId, Arc<ClassState>>,
    records: RwLock<HashMap<ClassId, ClassRecord>>,
}

/// Classes by their Rust types, whose ids are hashes already.
type ByType = HashMap<TypeId, Arc<ClassState>, BuildHasherDefault<AsItIs>>;

/// Takes the last eight bytes for the hash.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        let tail = bytes.last_chunk().map_or(0, |tail| u64::from_ne_bytes(*tail));
        self.0 = self.0.rotate_left(32) ^ tail;
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// How many versions of which class a commit has written.
pub(crate) type Written = Vec<(ClassId, usize)>;

fn key(class: ClassId, schema: usize) -> Vec<u8> {
    let mut key = Vec::with_capacity(8);
    put_ordered(&mut key, class.0.into());
    put_ordered(&mut key, schema as u64);
    key
}

impl Catalogue {
    /// Reads what is on disk; in a reader again when the writer has added to it.
    pub(crate) fn load(&self, store: &Arc<Store>) -> Result<()> {
        let mut found: HashMap<ClassId, ClassRecord> = HashMap::new();
        let view = View::At(store.clone(), store.state());
        view.scan(Table::Classes, KeyRange::all(), Direction::Forward, &mut |key, row| {
            let damaged = || store.corrupt(Table::Classes, key, "the class description is damaged");
            let mut rest = key;
            let id = take_ordered(&mut rest)
                .and_then(|id| u32::try_from(id).ok())
                .ok_or_else(damaged)?;
            let schema = Schema::decode(row).ok_or_else(damaged)?;
            found.entry(ClassId(id)).or_default().stored(schema);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut records = self.records.write();
        for (id, record) in found {
            records.entry(id).or_default().update(record);
        }
        Ok(())
    }

    /// Goes on where another process has left off: classes that were never stored are forgotten,
    /// and those that this program only read get the version of the fields that it writes.
    pub(crate) fn take_over(&self, store: &Arc<Store>) -> Result<()> {
        self.records.write().retain(|_, record| {
            record.forget_unsaved();
            !record.schemas.is_empty()
        });
        self.load(store)?;
        let mut records = self.records.write();
        let Some(known) = self.by_type.look() else { return Ok(()) };
        let mut classes = ByType::clone(&known);
        classes.retain(|_, class| match records.get_mut(&class.id) {
            Some(record) => {
                class.settle(record, true);
                true
            }
            None => false,
        });
        drop(self.by_type.swap(Some(Counted::new(classes, 0))));
        Ok(())
    }

    /// The class of a Rust type; made if the prefix may be written and does not have it.
    pub(crate) fn of<T: Class>(&self, store: &Store) -> Result<Arc<ClassState>> {
        self.find::<T>(Some(store))
            .map(|found| found.unwrap_or_else(|| unreachable!("made if it was missing")))
    }

    /// The class of a Rust type, if the prefix has it.
    pub(crate) fn known<T: Class>(&self) -> Result<Option<Arc<ClassState>>> {
        self.find::<T>(None)
    }

    /// Calls `work` with the class of a Rust type, if that has been used here before, be it for
    /// reading or for writing.
    pub(crate) fn with_used<T: Class, R>(
        &self,
        work: impl FnOnce(&Arc<ClassState>) -> R,
    ) -> Option<R> {
        let by_type = self.by_type.look()?;
        by_type.get(&TypeId::of::<T>()).filter(|state| state.schema() != NO_SCHEMA).map(work)
    }

    /// A Rust type has been used here before.
    pub(crate) fn is_known<T: Class>(&self) -> bool {
        self.by_type.look().is_some_and(|by_type| by_type.contains_key(&TypeId::of::<T>()))
    }

    fn find<T: Class>(&self, make: Option<&Store>) -> Result<Option<Arc<ClassState>>> {
        let kind = TypeId::of::<T>();
        let by_type = self.by_type.look();
        if let Some(state) = by_type.as_ref().and_then(|classes| classes.get(&kind))
            && (make.is_none() || state.schema() != NO_SCHEMA)
        {
            return Ok(Some(state.clone()));
        }
        self.find_by_name::<T>(make)
    }

    #[cold]
    fn find_by_name<T: Class>(&self, make: Option<&Store>) -> Result<Option<Arc<ClassState>>> {
        let kind = TypeId::of::<T>();
        let mut records = self.records.write();
        let id = match pick(&records, T::INFO) {
            Some(id) => id,
            None => match make {
                Some(store) => store.new_class(),
                None => return Ok(None),
            },
        };
        let record = records.entry(id).or_default();
        record.claim(kind, T::INFO).map_err(|first| Error::ClassClash {
            class: T::INFO.name.into(),
            first,
            second: T::INFO.rust_path,
        })?;
        let by_type = self.by_type.look();
        let known = by_type.as_ref().and_then(|classes| classes.get(&kind)).cloned();
        let state = known.clone().unwrap_or_else(|| {
            let (name, keep) = (T::INFO.name.into(), record.lives_by_itself());
            ClassState::new(id, name, T::INFO, keep)
        });
        state.settle(record, make.is_some());
        if known.is_none() {
            // Under the lock of the records, so that no other addition is lost.
            let mut classes = by_type.map_or_else(ByType::default, |classes| classes.clone());
            classes.insert(kind, state.clone());
            drop(self.by_type.swap(Some(Counted::new(classes, 0))));
        }
        Ok(Some(state))
    }

    /// A class whose objects are to be used without their Rust type.
    pub(crate) fn untyped(&self, id: ClassId, info: &'static ClassInfo) -> Arc<ClassState> {
        let state = || ClassState::new(id, self.name(id), info, self.lives_by_itself(id));
        self.untyped.entry(id).or_insert_with(state).clone()
    }

    /// The version of a class's fields that has those of version `mine`, and those that version
    /// `theirs` has beside them.
    pub(crate) fn merged(
        &self,
        class: ClassId,
        (mine, theirs): (u32, u32),
        unknown: &[&str],
    ) -> Option<(u32, Arc<Schema>)> {
        let mut records = self.records.write();
        let record = records.get_mut(&class)?;
        let version = record.merged(mine as usize, theirs as usize, unknown)?;
        Some((u32::try_from(version).ok()?, record.schemas[version].clone()))
    }

    /// The classes that there are.
    pub(crate) fn ids(&self) -> Vec<ClassId> {
        self.records.read().keys().copied().collect()
    }

    /// The class that bears one of these names, or else bore one.
    pub(crate) fn id_of(&self, names: &[&str]) -> Option<ClassId> {
        let records = self.records.read();
        let by = |is_meant: &dyn Fn(&ClassRecord) -> bool| {
            records.iter().find(|(_, record)| is_meant(record)).map(|(id, _)| *id)
        };
        let is_named = |schema: &Arc<Schema>| names.contains(&&*schema.class);
        by(&|record| record.newest().is_some_and(is_named))
            .or_else(|| by(&|record| record.schemas.iter().any(is_named)))
    }

    /// Objects of the class need no holders.
    pub(crate) fn lives_by_itself(&self, class: ClassId) -> bool {
        let records = self.records.read();
        records.get(&class).is_some_and(ClassRecord::lives_by_itself)
    }

    /// The name of a class.
    pub(crate) fn name(&self, class: ClassId) -> String {
        let records = self.records.read();
        let newest = records.get(&class).and_then(ClassRecord::newest);
        newest.map_or_else(|| format!("class {class}"), |schema| schema.class.clone())
    }

    /// All names that a class has had.
    pub(crate) fn names(&self, class: ClassId) -> Vec<String> {
        let records = self.records.read();
        let schemas = records.get(&class).into_iter().flat_map(|record| &record.schemas);
        let mut names: Vec<_> = schemas.map(|schema| schema.class.clone()).collect();
        names.dedup();
        names
    }

    /// Which Rust type of the program a class is used with, or would be: `None` if there is none, or
    /// several of which none uses it yet.
    pub(crate) fn rust_type(&self, class: ClassId) -> Option<TypeId> {
        let records = self.records.read();
        records.get(&class)?.rust_type(&records)
    }

    /// A version of a class's fields.
    pub(crate) fn schema(&self, class: ClassId, schema: u32) -> Option<Arc<Schema>> {
        let records = self.records.read();
        records.get(&class)?.schemas.get(schema as usize).cloned()
    }

    /// The newest version of a class's fields.
    pub(crate) fn newest(&self, class: ClassId) -> Option<Arc<Schema>> {
        self.records.read().get(&class)?.newest().cloned()
    }

    /// Writes the descriptions that are not on disk yet; gives which.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<Written> {
        let mut written = Vec::new();
        for (id, record) in &*self.records.read() {
            for (version, schema) in record.unsaved() {
                writer.put_sealed(Table::Classes, &key(*id, version), schema.encode())?;
                written.push((*id, version + 1));
            }
        }
        Ok(written)
    }

    /// Notes that they are on disk now.
    pub(crate) fn saved(&self, written: &Written) {
        let mut records = self.records.write();
        for (id, count) in written {
            if let Some(record) = records.get_mut(id) {
                record.saved(*count);
            }
        }
    }
}
