//! Where a collection is: nowhere at first, then below an oid of a prefix, and perhaps moved to another.
//!
//! A collection settles where it gets its first element. One that nothing holds yet goes to the prefix
//! of the object that it is stored in: its rows are copied below a new oid there, and those that it
//! had stay until its handles go, since the `atomic` that moved it may be undone.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{default_of::DefaultOf, rows::RowReader};
use crate::{
    Error, Result, codec,
    object::{
        cells::version::{Outcome, Standing},
        handles::hold::Token,
        objects::Objects,
    },
    store::{Direction, KeyRange, Oid, Table, oid_key, oid_of_key},
    sync::Mutex,
};

/// A new number among these objects: where the rows of a collection will be.
fn fresh_place(objects: &Arc<Objects>) -> RowReader {
    RowReader::new(objects.clone(), objects.store().new_oid())
}

/// A place, and what keeps its workspace open.
struct Held {
    place: RowReader,
    _token: Token,
}

impl Held {
    fn new(place: RowReader) -> Self {
        let token = Token::new(place.objects.shared());
        Self { place, _token: token }
    }
}

/// A place that the collection has moved to.
struct Move {
    to: Held,
    /// Of the `atomic` that it was part of.
    outcome: Option<Arc<Outcome>>,
}

impl Move {
    fn is_seen(&self) -> bool {
        match self.outcome.as_ref().map(|outcome| outcome.standing()) {
            None | Some(Standing::Published(_)) => true,
            Some(Standing::Pending) => self.to.place.objects.shared().turn.is_mine(),
            Some(Standing::Undone) => false,
        }
    }
}

/// What the live handles of a collection share.
pub(in crate::object) struct Anchored {
    /// None while the collection is new, empty, and stored nowhere.
    first: OnceLock<Held>,
    has_moved: AtomicBool,
    moves: Mutex<Vec<Move>>,
    /// Nothing but handles held the collection when it was last looked at.
    unheld: AtomicBool,
    /// The object one of whose fields has the collection by default.
    default_of: Option<DefaultOf>,
}

impl Anchored {
    pub(in crate::object) fn fresh() -> Arc<Self> {
        Arc::new(Self::at(OnceLock::new(), None))
    }

    /// As [`fresh`](Self::fresh), of a field that has it by default.
    pub(super) fn of_default(object: DefaultOf) -> Arc<Self> {
        Arc::new(Self::at(OnceLock::new(), Some(object)))
    }

    #[inline]
    pub(super) fn default_of(&self) -> Option<&DefaultOf> {
        self.default_of.as_ref()
    }

    /// Has the object written whose field has the collection by default, and only so. The caller has the
    /// turn, and the collection a place.
    pub(super) fn have_written(&self) -> Result<()> {
        match (&self.default_of, self.first()) {
            (Some(object), Some(place)) => object.have_written(place),
            _ => Ok(()),
        }
    }

    pub(in crate::object) fn of(objects: Arc<Objects>, oid: Oid) -> Self {
        Self::at(OnceLock::from(Held::new(RowReader::new(objects, oid))), None)
    }

    fn at(first: OnceLock<Held>, default_of: Option<DefaultOf>) -> Self {
        let (has_moved, unheld) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { first, has_moved, moves: Mutex::default(), unheld, default_of }
    }

    pub(in crate::object) fn set_unheld(&self, unheld: bool) {
        self.unheld.store(unheld, Ordering::SeqCst);
    }

    /// Gives its place to `read`, if it has one.
    #[inline]
    pub(in crate::object) fn with<R>(&self, read: impl FnOnce(Option<&RowReader>) -> R) -> R {
        if self.has_moved.load(Ordering::Acquire) {
            return read(self.moved().as_ref().or(self.first()));
        }
        read(self.first())
    }

    #[inline]
    fn first(&self) -> Option<&RowReader> {
        self.first.get().map(|held| &held.place)
    }

    #[cold]
    fn moved(&self) -> Option<RowReader> {
        let moves = self.moves.lock();
        moves.iter().rev().find(|moved| moved.is_seen()).map(|moved| moved.to.place.clone())
    }

    /// Gives the collection a number among these objects, if it has none. The caller has the turn.
    pub(in crate::object) fn settle(self: &Arc<Self>, objects: &Arc<Objects>) -> Result<RowReader> {
        if let Some(place) = self.with(|place| Some(place?.clone())) {
            return Ok(place);
        }
        let objects = &match &self.default_of {
            Some(object) => object.objects()?,
            None => objects.clone(),
        };
        objects.check_writable()?;
        let held = self.first.get_or_init(|| {
            let held = Held::new(fresh_place(objects));
            objects.anchored(held.place.oid, self);
            self.set_unheld(true);
            held
        });
        Ok(held.place.clone())
    }

    /// As [`settle`](Self::settle); a collection that nothing holds moves here from another prefix.
    pub(in crate::object) fn settle_in(self: &Arc<Self>, here: &Arc<Objects>) -> Result<RowReader> {
        let there = self.settle(here)?;
        if here.store().prefix_id() == there.objects.store().prefix_id() {
            return Ok(there);
        }
        let refused = || Error::CollectionElsewhere {
            from: here.name().into(),
            to: there.objects.name().into(),
            target: there.objects.uuid(there.oid),
        };
        let mine = Arc::ptr_eq(here.shared(), there.objects.shared())
            && here.shared().turn.is_mine()
            && there.objects.is_writable();
        if !mine || there.objects.references_to(there.oid)? > 0 {
            return Err(refused());
        }
        here.check_writable()?;
        let to = fresh_place(here);
        copy_rows(&there, &to)?;
        here.anchored(to.oid, self);
        let frames = here.shared().in_atomic().then(|| here.shared().frames.lock());
        let outcome = frames.and_then(|frames| frames.last().map(|frame| frame.outcome.clone()));
        self.moves.lock().push(Move { to: Held::new(to.clone()), outcome });
        self.has_moved.store(true, Ordering::Release);
        Ok(to)
    }
}

impl Drop for Anchored {
    fn drop(&mut self) {
        let moves = std::mem::take(self.moves.get_mut());
        let is_judged = !moves.is_empty() || self.unheld.load(Ordering::SeqCst);
        let later = moves.into_iter().map(|moved| moved.to);
        for held in self.first.take().into_iter().chain(later) {
            let RowReader { objects, oid, .. } = &held.place;
            objects.forget_dropped_anchor(*oid);
            if is_judged {
                objects.dropped(*oid);
            }
        }
    }
}

/// Copies the header and the elements of a collection, which may not refer to what is `there`.
fn copy_rows(there: &RowReader, here: &RowReader) -> Result<()> {
    let (old, new) = (oid_key(there.oid), oid_key(here.oid));
    let view = there.objects.view();
    let header = view.get(Table::Headers, old.as_bytes(), <[u8]>::to_vec)?;
    let mut elements = Vec::new();
    let range = KeyRange::prefix(old.as_bytes());
    view.scan(Table::Elements, range, Direction::Forward, &mut |key, row| {
        let mut held = None;
        let found = codec::for_each_reference(row, |kind, payload| {
            if kind != codec::WEAK {
                held = oid_of_key(payload).map(|(oid, _)| oid);
            }
        });
        let store = there.objects.store();
        found.map_err(|fault| store.corrupt(Table::Elements, key, &fault.to_string()))?;
        if let Some(oid) = held {
            return Err(Error::CrossPrefix {
                from: here.objects.name().into(),
                to: there.objects.name_from(&here.objects),
                target: there.objects.uuid(oid),
            });
        }
        elements.push(([new.as_bytes(), &key[old.as_bytes().len()..]].concat(), row.to_vec()));
        Ok(ControlFlow::Continue(()))
    })?;
    here.objects.write_rows(|rows| {
        elements.into_iter().for_each(|(key, row)| rows.put(Table::Elements, &key, row));
        if let Some(header) = header {
            rows.put(Table::Headers, new.as_bytes(), header);
        }
    });
    Ok(())
}
