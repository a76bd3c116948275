//! The objects of a prefix as one view shows them: loading, publishing, freezing.

use std::{
    collections::HashMap,
    fmt,
    panic::Location,
    sync::{
        Arc, LazyLock, OnceLock, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use dashmap::DashMap;
use uuid::Uuid;

use super::{
    cells::{any_cell::AnyCell, cache::Cache, cell::Cell, identity::Cells},
    collection::place::Anchored,
    handles::{guards::refuse_in_child, inside::Keep},
    keeping::building::FieldKeeping,
    loading::row,
    publishing::{
        health::Health,
        pending::{Pending, Undecided},
    },
    shared::{MyTurn, Shared},
    views::{neighbours::Together, still::Moment},
};
use crate::{
    Error, Result,
    class::{Catalogue, Class, ClassState, Schema, TagNames},
    store::{ClassId, Oid, Pin, StateNum, Store, Table, TagId, View, oid_key},
    sync::Mutex,
};

/// Objects through a view: the live one of a prefix, or one of a past state.
pub struct Objects {
    pub(super) shared: Arc<Shared>,
    pub(super) view: View,
    /// Keeps the rows of the state that a view looks at.
    pub(super) _pin: Option<Pin>,
    pub(super) name: Arc<str>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) tag_names: Arc<TagNames>,
    pub(super) cells: Cells,
    /// Recently used ones; of views that go on only, since those of the past are held by handles.
    pub(super) cache: Option<Cache>,
    /// Objects that were referred to until their handle was taken out of a draft.
    pub(super) taken: Mutex<HashMap<Oid, Vec<Weak<Keep>>>>,
    /// Collections that the user has handles on.
    pub(super) anchors: LazyLock<DashMap<Oid, Weak<Anchored>>>,
    /// Collections that fields of objects have by default, as long as these are not written: by the
    /// object, and in their order.
    pub(super) defaults: LazyLock<DashMap<(Oid, u32), Weak<Anchored>>>,
    /// Raised around each publishing of rows: odd while one is going on.
    pub(super) rows_version: AtomicU64,
    /// New objects that wait for a commit have this oid at least: spares a look under the lock.
    pub(super) young_from: AtomicU64,
    /// Some object may be dying.
    pub(super) is_killing: AtomicBool,
    /// The publish lock, and what waits for a commit. Empty for ever in views that only read.
    pub(super) pending: Mutex<Pending>,
    pub(super) writable: AtomicBool,
    /// Raised when the right to write comes or goes: what was loaded before is looked at again.
    pub(super) handovers: AtomicU64,
    /// Held while a commit of this prefix is going on, by whichever thread leads it.
    pub(crate) committing: Mutex<()>,
    /// A commit that may be on disk or not. Only who holds `committing` looks at it.
    pub(super) undecided: Mutex<Option<Undecided>>,
    /// Bytes in a private layer at which there is an attempt to move some out of memory.
    pub(super) spills_at: AtomicUsize,
    pub(super) health: Health,
    pub(super) closed: AtomicBool,
    /// It is closed, or about to be: nothing is written any more.
    closing: AtomicBool,
    /// The last commit of another process that was looked at.
    pub(super) followed_to: AtomicU64,
    /// What is kept of fields: for the class and the keys in encoded objects of it, by its Rust type.
    pub(super) fields: FieldKeeping,
    /// Of a view that holds still: what is not in its rows.
    pub(super) moment: Moment,
    /// What else is in the snapshot that this view is a part of.
    pub(super) together: OnceLock<Together>,
    pub(super) me: Weak<Self>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("prefix", &self.name).finish_non_exhaustive()
    }
}

impl Objects {
    pub(crate) fn new(
        shared: Arc<Shared>,
        view: View,
        name: Arc<str>,
        pin: Option<Pin>,
        names: (Arc<Catalogue>, Arc<TagNames>),
        writable: bool,
    ) -> Arc<Self> {
        let cached = pin.is_none();
        Self::with(shared, view, name, (pin, cached), names, (writable, Moment::default()))
    }

    /// A view of the live one that holds still. It keeps what was looked at, as long as it is there.
    pub(super) fn of_moment(
        shared: Arc<Shared>,
        view: View,
        name: Arc<str>,
        pin: Pin,
        names: (Arc<Catalogue>, Arc<TagNames>),
        moment: Moment,
    ) -> Arc<Self> {
        Self::with(shared, view, name, (Some(pin), true), names, (false, moment))
    }

    fn with(
        shared: Arc<Shared>,
        view: View,
        name: Arc<str>,
        (pin, cached): (Option<Pin>, bool),
        (catalogue, tag_names): (Arc<Catalogue>, Arc<TagNames>),
        (writable, moment): (bool, Moment),
    ) -> Arc<Self> {
        let pending = Mutex::new(Pending::new(view.store().next_oid()));
        let budget = shared.config.pending_bytes;
        let (health, spills_at) = (Health::new(budget), AtomicUsize::new(budget));
        Arc::new_cyclic(|me| Self {
            view,
            name,
            catalogue,
            tag_names,
            cells: Cells::default(),
            cache: cached.then(|| Cache::new(shared.config.cache_bytes)),
            taken: Mutex::default(),
            // Most snapshots have none of these, and are opened in a microsecond.
            anchors: LazyLock::new(DashMap::default),
            defaults: LazyLock::new(DashMap::default),
            rows_version: AtomicU64::new(0),
            _pin: pin,
            young_from: AtomicU64::new(u64::MAX),
            is_killing: AtomicBool::new(false),
            pending,
            shared,
            writable: AtomicBool::new(writable),
            handovers: AtomicU64::new(0),
            committing: Mutex::default(),
            undecided: Mutex::default(),
            spills_at,
            health,
            closed: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            followed_to: AtomicU64::new(0),
            fields: FieldKeeping::default(),
            moment,
            together: OnceLock::new(),
            me: me.clone(),
        })
    }

    /// The same prefix at a committed state, which is kept for as long as anybody looks at it.
    pub(crate) fn at(&self, state: StateNum) -> Result<Arc<Self>> {
        let store = self.store();
        if state > store.state() {
            // Another process may have committed it just now.
            self.follow()?;
        }
        let pin = store.pin(state)?;
        let last = store.state();
        if state > last {
            return Err(Error::NoState { state: state.0, last: last.0 });
        }
        let names = (self.catalogue.clone(), self.tag_names.clone());
        let view = View::At(store.clone(), state);
        Ok(Self::new(self.shared.clone(), view, self.name.clone(), Some(pin), names, false))
    }

    pub(super) fn me(&self) -> Arc<Self> {
        self.me.upgrade().unwrap_or_else(|| unreachable!("called through an Arc"))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        self.view.store()
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn tag_names(&self) -> &TagNames {
        &self.tag_names
    }

    /// The prefix's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// It shows a past state, for ever.
    #[inline]
    pub(super) fn is_past(&self) -> bool {
        matches!(self.view, View::At(..))
    }

    /// Refuses what would look behind a closed door.
    #[inline]
    pub(crate) fn check_not_closed(&self) -> Result<()> {
        if self.closed.load(Ordering::Relaxed) { Err(self.error_closed()) } else { Ok(()) }
    }

    /// Refuses what its user has closed, the prefix or its workspace. A past state stays readable, as long
    /// as nobody has it forgotten.
    #[doc(hidden)]
    pub fn refuse_closed(&self) -> Result<()> {
        if self.is_past() { Ok(()) } else { self.shared.check_open().and(self.check_not_closed()) }
    }

    #[cold]
    fn error_closed(&self) -> Error {
        Error::Closed { what: format!("prefix {:?}", self.name) }
    }

    /// Refuses what has been closed, the prefix or its workspace.
    pub(crate) fn check_usable(&self) -> Result<()> {
        refuse_in_child("using an open prefix")?;
        self.shared.check_open()?;
        self.check_not_closed()
    }

    /// The prefix is being closed: who writes finds that out.
    pub(crate) fn set_closing(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Refuses what would come too late for the last commit.
    pub(crate) fn check_not_closing(&self) -> Result<()> {
        self.shared.check_open()?;
        self.refuse_if_closing()
    }

    #[inline]
    fn refuse_if_closing(&self) -> Result<()> {
        if self.closing.load(Ordering::Relaxed) { Err(self.error_closed()) } else { Ok(()) }
    }

    /// The prefix has been closed: handles find that out.
    pub(crate) fn set_closed(&self) {
        self.set_closing();
        self.closed.store(true, Ordering::Relaxed);
        self.clear_cache();
    }

    #[inline]
    pub(crate) fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Acquire)
    }

    /// Takes the turn, for writing here.
    pub(crate) fn take_turn(&self, place: &'static Location<'static>) -> Result<MyTurn<'static>> {
        self.check_writable()?;
        let turn = self.shared.take_turn(place)?;
        self.refuse_if_late()?;
        Ok(turn)
    }

    /// As [`take_turn`](Self::take_turn), for somebody who keeps this alive meanwhile.
    #[inline]
    pub(crate) fn borrow_turn(&self, place: &'static Location<'static>) -> Result<MyTurn<'_>> {
        self.check_writable()?;
        let turn = self.shared.borrow_turn(place)?;
        self.refuse_if_late()?;
        Ok(turn)
    }

    /// Whoever closes, or gives up the right to write, has the turn before its last commit: who gets it
    /// afterwards would write what nobody commits.
    #[inline]
    fn refuse_if_late(&self) -> Result<()> {
        self.refuse_if_closing()?;
        if self.is_writable() { Ok(()) } else { Err(self.error_read_only()) }
    }

    pub(crate) fn check_writable(&self) -> Result<()> {
        self.check_not_closing()?;
        if self.is_writable() {
            return self.health.check(self.shared.config.stall);
        }
        Err(self.error_read_only())
    }

    #[cold]
    fn error_read_only(&self) -> Error {
        let what = match &self.view {
            View::Live(_) | View::Committed(_) | View::Held(_) => format!("prefix {:?}", self.name),
            View::At(_, state) => format!("the view of prefix {:?} at state {state}", self.name),
        };
        Error::ReadOnly { what }
    }

    pub(crate) fn uuid(&self, oid: Oid) -> Uuid {
        self.store().prefix_id().uuid(oid)
    }

    /// A version of a class's fields; read again where another process may have added it.
    pub(crate) fn schema(&self, class: ClassId, schema: u32) -> Result<Option<Arc<Schema>>> {
        if let Some(known) = self.catalogue.schema(class, schema) {
            return Ok(Some(known));
        }
        self.catalogue.load(self.store())?;
        Ok(self.catalogue.schema(class, schema))
    }

    /// The class of a Rust type here.
    pub(crate) fn class<T: Class>(&self) -> Result<Arc<ClassState>> {
        if self.is_writable() {
            return self.catalogue.of::<T>(self.store());
        }
        let unknown =
            || Error::Invalid(format!("prefix {:?} has no class {} yet", self.name, T::INFO.name));
        if let Some(class) = self.catalogue.known::<T>()? {
            return Ok(class);
        }
        self.catalogue.load(self.store())?;
        self.catalogue.known::<T>()?.ok_or_else(unknown)
    }

    /// The cell of an object, loaded or not.
    pub(super) fn cell<T: Class>(&self, oid: Oid) -> Result<Arc<Cell<T>>> {
        // One look into the map is enough for most.
        let found = if self.may_be_young(oid) {
            None
        } else {
            self.catalogue.with_used::<T, _>(|class| self.cell_or_new::<T>(oid, class))
        };
        let cell = match found.or_else(|| self.known_cell(oid)) {
            Some(cell) if cell.can_be_typed() => {
                self.pending.lock().keep_version_for_views(&*cell);
                let new = Cell::<T>::new(oid, self.class::<T>()?, self.me());
                self.cells.replace(oid, new)
            }
            Some(cell) => cell,
            None => self.cell_or_new::<T>(oid, &self.class::<T>()?),
        };
        let found = cell.class().id;
        cell.into_any().downcast::<Cell<T>>().map_err(|_| self.wrong_class::<T>(oid, found))
    }

    /// The cells of objects, loaded or not: of this class, if none of them is known to be of another.
    pub(super) fn cells<T: Class>(
        self: &Arc<Self>,
        oids: impl Iterator<Item = Oid>,
        mut each: impl FnMut(Result<Arc<dyn AnyCell>>),
    ) {
        let mut oids = oids;
        self.catalogue.with_used::<T, _>(|class| {
            // One look into the map is enough for most.
            for oid in oids.by_ref() {
                if self.may_be_young(oid) {
                    each(self.cell::<T>(oid).map(|cell| cell as Arc<dyn AnyCell>));
                    continue;
                }
                let new = || Cell::<T>::new(oid, class.clone(), self.clone()) as Arc<dyn AnyCell>;
                let cell = self.cells.get_or_insert(oid, new);
                if cell.can_be_typed() {
                    each(self.cell::<T>(oid).map(|cell| cell as Arc<dyn AnyCell>));
                } else {
                    each(Ok(cell));
                }
            }
        });
        oids.for_each(|oid| each(self.cell::<T>(oid).map(|cell| cell as Arc<dyn AnyCell>)));
    }

    pub(super) fn wrong_class<T: Class>(&self, oid: Oid, found: ClassId) -> Error {
        if self.known_class::<T>().is_ok_and(|known| known.is_some_and(|known| known.id == found)) {
            let why = "while it is in use without: let go of the handles that were taken before the \
                       type was known here";
            let operation = "reading an object as its Rust type";
            return Error::Misuse { operation, situation: why.into() };
        }
        Error::WrongClass {
            uuid: self.uuid(oid),
            expected: T::INFO.name.into(),
            found: self.catalogue.name(found),
        }
    }

    /// The cell of an object, if it is in memory or new.
    pub(super) fn known_cell(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        // A young one is in the map from its first look-up on: a commit must not part it from those
        // who found it.
        let young = || self.young(oid).map(|cell| self.cells.get_or_insert(oid, || cell));
        self.cells.get(oid).or_else(young)
    }

    /// The cell of an object of a class, made if there is none.
    pub(super) fn cell_or_new<T: Class>(
        &self,
        oid: Oid,
        class: &Arc<ClassState>,
    ) -> Arc<dyn AnyCell> {
        self.cells.get_or_insert(oid, || Cell::<T>::new(oid, class.clone(), self.me()))
    }

    /// The class of an object; refuses one that is deleted, or never was.
    pub(crate) fn check_alive(&self, oid: Oid) -> Result<ClassId> {
        if let Some(cell) = self.cells.get(oid).or_else(|| self.young(oid)) {
            return cell.check_alive().map(|()| cell.class().id);
        }
        let deleted = || Error::Deleted { class: "the object".into(), uuid: self.uuid(oid) };
        self.exists(oid)?.ok_or_else(deleted)
    }

    /// Whether an object exists in this view.
    pub(crate) fn exists(&self, oid: Oid) -> Result<Option<ClassId>> {
        self.follow()?;
        if self.is_dying(oid) {
            return Ok(None);
        }
        if let Some(cell) = self.young(oid) {
            return Ok(Some(cell.class().id));
        }
        if let Some((class, is_gone)) = self.captured_state(oid) {
            return Ok((!is_gone).then_some(class));
        }
        let key = oid_key(oid);
        let class = self.view.get(Table::Objects, key.as_bytes(), |body| {
            row::header(body).map(|(class, ..)| class)
        })?;
        match class {
            None => Ok(None),
            Some(Some(class)) => Ok(Some(class)),
            Some(None) => {
                Err(self.store().corrupt(Table::Objects, key.as_bytes(), "the row is too short"))
            }
        }
    }

    /// The class of a Rust type, if this view has it.
    pub(crate) fn known_class<T: Class>(&self) -> Result<Option<Arc<ClassState>>> {
        if let Some(known) = self.catalogue.known::<T>()? {
            return Ok(Some(known));
        }
        if !self.is_writable() {
            self.catalogue.load(self.store())?;
        }
        self.catalogue.known::<T>()
    }

    /// This view has the class of a Rust type.
    pub(super) fn knows_class<T: Class>(&self) -> Result<bool> {
        Ok(self.catalogue.is_known::<T>() || self.known_class::<T>()?.is_some())
    }

    /// The tag under which membership in a class is kept.
    pub(crate) fn class_tag(class: ClassId) -> TagId {
        TagId(class.0)
    }
}
