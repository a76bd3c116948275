//! What views that hold still need of the versions in memory, and what keeps it there for them.

use std::{any::Any, collections::HashMap, sync::Arc};

use crate::{
    object::{
        cells::{any_cell::AnyCell, version::Epoch},
        publishing::pending::{Frozen, Pending},
    },
    store::{ClassId, Oid},
    sync::Mutex,
};

/// The versions that a view may have to see: those that had been published by its moment, and that
/// its rows may not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    after: Epoch,
    until: Epoch,
}

impl Span {
    pub(in crate::object) fn until(self) -> Epoch {
        self.until
    }

    pub(in crate::object) fn includes(self, when: Epoch) -> bool {
        self.after < when && when <= self.until
    }
}

/// What the views of a prefix need: nothing, mostly, since there are none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spans(Option<Arc<[Span]>>);

impl Spans {
    pub(in crate::object) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn any(&self, is_it: impl FnMut(&Span) -> bool) -> bool {
        self.0.as_ref().is_some_and(|spans| spans.iter().any(is_it))
    }

    /// Some view may see a version of this epoch.
    pub(in crate::object) fn need(&self, when: Epoch) -> bool {
        self.any(|span| span.includes(when))
    }

    /// Some view is of a moment before this epoch.
    pub(in crate::object) fn begin_before(&self, when: Epoch) -> bool {
        self.any(|span| span.until < when)
    }
}

/// What needed to be kept at some time.
#[derive(Clone, Debug)]
pub(crate) struct Needed {
    /// Everything up to this one was on disk.
    settled: Epoch,
    spans: Spans,
}

impl Needed {
    pub(in crate::object) fn is(&self, when: Epoch) -> bool {
        when > self.settled || self.spans.need(when)
    }
}

/// A view that holds still, for those who publish and commit meanwhile.
pub(crate) struct Watch {
    pub(in crate::object) span: Span,
    kept: Mutex<Kept>,
}

type Cells = Arc<Vec<Arc<dyn AnyCell>>>;

/// What is out of reach, or would be out of memory, without the view.
#[derive(Default)]
struct Kept {
    /// The round whose commit takes what waited at the view's moment.
    round: u64,
    /// What has been committed since of that: changed objects, and new ones.
    written: Vec<Cells>,
    young: Vec<Cells>,
    /// Versions whose cells have others by now, which did not come from here.
    versions: HashMap<Oid, Version>,
}

/// A version without its type.
struct Version {
    class: ClassId,
    is_gone: bool,
    share: Box<dyn Any + Send + Sync>,
}

impl Watch {
    /// A commit is over: what it took stays in memory, if the view may ask for it.
    fn keep(&self, frozen: &Frozen) {
        let mut kept = self.kept.lock();
        if frozen.round <= kept.round {
            kept.written.push(frozen.dirty.clone());
            kept.young.push(frozen.young.clone());
        }
    }

    /// What a round's commit was to take goes with another one.
    fn postpone(&self, from: u64, to: u64) {
        let mut kept = self.kept.lock();
        if from <= kept.round {
            kept.round = to;
        }
    }

    /// Keeps what the view sees of an object whose cell will not have it any more.
    pub(in crate::object) fn keep_version(&self, cell: &dyn AnyCell) {
        if let Some((share, is_gone)) = cell.capture(self.span) {
            let class = cell.class().id;
            self.kept.lock().versions.insert(cell.oid(), Version { class, is_gone, share });
        }
    }

    /// A version whose cell does not have it any more.
    pub(in crate::object) fn version<V: Clone + 'static>(&self, oid: Oid) -> Option<V> {
        self.kept.lock().versions.get(&oid)?.share.downcast_ref().cloned()
    }

    /// The class of such a version, and whether the object is deleted in it.
    pub(in crate::object) fn state_of(&self, oid: Oid) -> Option<(ClassId, bool)> {
        self.kept.lock().versions.get(&oid).map(|version| (version.class, version.is_gone))
    }

    /// Calls `each` with those who were new at the view's moment and are committed, oldest first.
    pub(in crate::object) fn each_young(&self, mut each: impl FnMut(&[Arc<dyn AnyCell>])) {
        self.kept.lock().young.iter().for_each(|young| each(young));
    }

    /// What it has kept in memory.
    pub(in crate::object) fn take_cells(&self) -> Vec<Cells> {
        let mut kept = self.kept.lock();
        let young = std::mem::take(&mut kept.young);
        std::mem::take(&mut kept.written).into_iter().chain(young).collect()
    }
}

impl Pending {
    /// A view of this moment, whose epoch has just ended.
    pub(in crate::object) fn watch(&mut self, until: Epoch) -> Arc<Watch> {
        let kept = Kept { round: self.round, ..Kept::default() };
        let span = Span { after: self.settled, until };
        let watch = Arc::new(Watch { span, kept: Mutex::new(kept) });
        self.watches.push(watch.clone());
        self.set_spans();
        watch
    }

    /// The view is over; gives what is still needed then.
    pub(in crate::object) fn unwatch(&mut self, watch: &Arc<Watch>) -> Needed {
        self.watches.retain(|one| !Arc::ptr_eq(one, watch));
        self.set_spans();
        self.needed()
    }

    fn set_spans(&mut self) {
        let spans: Vec<_> = self.watches.iter().map(|watch| watch.span).collect();
        self.spans = Spans((!spans.is_empty()).then(|| spans.into()));
    }

    pub(in crate::object) fn needed(&self) -> Needed {
        Needed { settled: self.settled, spans: self.spans.clone() }
    }

    pub(in crate::object) fn keep_for_views(&self, frozen: &Frozen) {
        self.watches.iter().for_each(|watch| watch.keep(frozen));
    }

    pub(in crate::object) fn postpone_for_views(&self, frozen: &Frozen) {
        self.watches.iter().for_each(|watch| watch.postpone(frozen.round, self.round));
    }

    /// Has views keep their own version of an object.
    pub(in crate::object) fn keep_version_for_views(&self, cell: &dyn AnyCell) {
        self.watches.iter().for_each(|watch| watch.keep_version(cell));
    }

    /// Has views keep all that they may ask for: others change objects from now on.
    pub(in crate::object) fn keep_all_for_views(&self) {
        for watch in &self.watches {
            let kept = watch.take_cells();
            let waiting = [&self.young, &self.dirty, &*self.growing_up, &*self.writing];
            let cells = kept.iter().map(|cells| &**cells).chain(waiting).flatten();
            cells.for_each(|cell| watch.keep_version(&**cell));
        }
    }
}
