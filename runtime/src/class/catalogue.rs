//! The classes of one prefix: their numbers, and every version of their fields.

use std::{
    any::TypeId,
    collections::{HashMap, hash_map::Entry},
    ops::ControlFlow,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{
    info::{Class, ClassInfo},
    kept::Kept,
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

/// A class that this program has a Rust type for, in one prefix.
#[derive(Debug)]
pub(crate) struct ClassState {
    pub(crate) id: ClassId,
    pub(crate) info: &'static ClassInfo,
    /// The version of the fields that this program writes.
    schema: AtomicU32,
    /// What is kept of its fields; known from the first write on, which sees to it.
    pub(crate) kept: OnceLock<Kept>,
}

/// No version that is on disk: the program only reads, and its fields differ from all that are.
const UNKNOWN: u32 = u32::MAX;

impl ClassState {
    /// The version of the fields that this program writes.
    pub(crate) fn schema(&self) -> u32 {
        self.schema.load(Ordering::Acquire)
    }

    /// Its objects need no holders.
    pub(crate) fn lives_by_itself(&self) -> bool {
        self.info.keep || self.info.singleton
    }
}

/// What the catalogue says of a class.
#[derive(Clone, Debug)]
pub(crate) struct ClassRecord {
    pub(crate) name: String,
    /// Its objects need no holders.
    keep: bool,
    /// By version.
    pub(crate) schemas: Vec<Arc<Schema>>,
    /// How many of them are on disk.
    saved: usize,
    /// The Rust type that uses it, if one does.
    user: Option<&'static ClassInfo>,
}

/// All classes of a prefix.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// Replaced as a whole, since classes are few and asked for all the time.
    by_type: Place<HashMap<TypeId, Arc<ClassState>>>,
    records: RwLock<HashMap<ClassId, ClassRecord>>,
}

impl ClassRecord {
    /// The version of the fields that a program has; added if it may be.
    fn version(&mut self, info: &'static ClassInfo, may_add: bool) -> u32 {
        let today = Schema::of(info);
        let known = self.schemas.iter().rposition(|schema| **schema == today);
        let version = match known {
            Some(known) => known,
            None if !may_add => return UNKNOWN,
            None => {
                self.schemas.push(Arc::new(today));
                self.schemas.len() - 1
            }
        };
        u32::try_from(version).unwrap_or(UNKNOWN)
    }
}

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
            let (name, schema) = Schema::decode(row).ok_or_else(damaged)?;
            let record = found.entry(ClassId(id)).or_insert_with(|| ClassRecord {
                name,
                keep: schema.keep,
                schemas: Vec::new(),
                saved: 0,
                user: None,
            });
            record.keep = schema.keep;
            record.schemas.push(Arc::new(schema));
            record.saved += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        let mut records = self.records.write();
        for (id, record) in found {
            match records.entry(id) {
                Entry::Vacant(place) => drop(place.insert(record)),
                Entry::Occupied(mut known) if known.get().schemas.len() < record.schemas.len() => {
                    let user = known.get().user;
                    known.insert(ClassRecord { user, ..record });
                }
                Entry::Occupied(_) => {}
            }
        }
        Ok(())
    }

    /// Goes on where another process has left off: classes that were never stored are forgotten,
    /// and those that this program only read get the version of the fields that it writes.
    pub(crate) fn take_over(&self, store: &Arc<Store>) -> Result<()> {
        self.records.write().retain(|_, record| {
            record.schemas.truncate(record.saved);
            !record.schemas.is_empty()
        });
        self.load(store)?;
        let mut records = self.records.write();
        let Some(known) = self.by_type.look() else { return Ok(()) };
        let mut classes = HashMap::clone(&known);
        classes.retain(|_, class| match records.get_mut(&class.id) {
            Some(record) => {
                class.schema.store(record.version(class.info, true), Ordering::Release);
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

    fn find<T: Class>(&self, make: Option<&Store>) -> Result<Option<Arc<ClassState>>> {
        let kind = TypeId::of::<T>();
        let by_type = self.by_type.look();
        if let Some(state) = by_type.as_ref().and_then(|classes| classes.get(&kind)) {
            return Ok(Some(state.clone()));
        }
        self.find_by_name::<T>(make)
    }

    #[cold]
    fn find_by_name<T: Class>(&self, make: Option<&Store>) -> Result<Option<Arc<ClassState>>> {
        let mut records = self.records.write();
        let names = |record: &ClassRecord| {
            record.name == T::INFO.name || T::INFO.renamed_from.contains(&&*record.name)
        };
        let id = match records.iter().find(|(_, record)| names(record)).map(|(id, _)| *id) {
            Some(id) => id,
            None => match make {
                Some(store) => store.new_class(),
                None => return Ok(None),
            },
        };
        let record = records.entry(id).or_insert_with(|| ClassRecord {
            name: T::INFO.name.into(),
            keep: T::INFO.keep || T::INFO.singleton,
            schemas: Vec::new(),
            saved: 0,
            user: None,
        });
        match record.user {
            Some(user) if user.rust_path != T::INFO.rust_path => {
                return Err(Error::ClassClash {
                    class: record.name.clone(),
                    first: user.rust_path,
                    second: T::INFO.rust_path,
                });
            }
            _ => record.user = Some(T::INFO),
        }
        record.keep = T::INFO.keep || T::INFO.singleton;
        let schema = AtomicU32::new(record.version(T::INFO, make.is_some()));
        let state = Arc::new(ClassState { id, info: T::INFO, schema, kept: OnceLock::new() });
        // Under the lock of the records, so that no other addition is lost.
        let mut classes: HashMap<_, _> =
            self.by_type.look().map_or_else(HashMap::new, |classes| classes.clone());
        classes.insert(TypeId::of::<T>(), state.clone());
        drop(self.by_type.swap(Some(Counted::new(classes, 0))));
        Ok(Some(state))
    }

    /// The classes that there are.
    pub(crate) fn ids(&self) -> Vec<ClassId> {
        self.records.read().keys().copied().collect()
    }

    /// The class that bears one of these names.
    pub(crate) fn id_of(&self, names: &[&str]) -> Option<ClassId> {
        let records = self.records.read();
        let found = records.iter().find(|(_, record)| names.contains(&&*record.name));
        found.map(|(id, _)| *id)
    }

    /// Objects of the class need no holders.
    pub(crate) fn lives_by_itself(&self, class: ClassId) -> bool {
        self.records.read().get(&class).is_some_and(|record| record.keep)
    }

    /// The name of a class.
    pub(crate) fn name(&self, class: ClassId) -> String {
        let records = self.records.read();
        records.get(&class).map_or_else(|| format!("class {class}"), |record| record.name.clone())
    }

    /// A version of a class's fields.
    pub(crate) fn schema(&self, class: ClassId, schema: u32) -> Option<Arc<Schema>> {
        let records = self.records.read();
        records.get(&class)?.schemas.get(schema as usize).cloned()
    }

    /// Writes the descriptions that are not on disk yet.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<()> {
        for (id, record) in &*self.records.read() {
            for (version, schema) in record.schemas.iter().enumerate().skip(record.saved) {
                writer.put_raw(Table::Classes, &key(*id, version), &schema.encode(&record.name))?;
            }
        }
        Ok(())
    }

    /// Notes that they are on disk now.
    pub(crate) fn saved(&self) {
        for record in self.records.write().values_mut() {
            record.saved = record.schemas.len();
        }
    }
}
