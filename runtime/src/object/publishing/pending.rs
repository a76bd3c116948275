//! What waits for a commit: dirty cells, and new ones in the order of their oids.

use std::{
    cell,
    collections::{BTreeMap, HashSet},
    sync::{Arc, OnceLock},
};

use crate::{
    object::{
        cells::{
            any_cell::AnyCell,
            moment::Moment,
            version::{Epoch, Outcome},
        },
        objects::Objects,
        views::watch::{Spans, Watch},
    },
    store::{ClassId, Layer, Oid, OidSet},
};

/// Cells that wait, under the publish lock.
pub(crate) struct Pending {
    /// The epoch that is being committed.
    pub(in crate::object) committing: Option<Epoch>,
    /// The epoch of the last commit: what was published by then is on disk.
    pub(in crate::object) settled: Epoch,
    /// Counts freezes of this prefix, from one: what waits goes with the next. (Epochs are the whole
    /// workspace's, and rise with the freezes of others too.)
    pub(in crate::object) round: u64,
    pub(in crate::object) dirty: Vec<Arc<dyn AnyCell>>,
    /// New objects, ascending: dirty list, identity map and sorted order at once.
    pub(in crate::object) young: Vec<Arc<dyn AnyCell>>,
    /// What is being committed of those that had rows.
    pub(in crate::object) writing: Arc<Vec<Arc<dyn AnyCell>>>,
    /// The young ones that are being committed.
    pub(in crate::object) growing_up: Arc<Vec<Arc<dyn AnyCell>>>,
    /// Nothing from here on has a row on disk.
    new_from: Oid,
    /// Nothing from here on has a row on disk, or in a layer that is being committed.
    unsealed_from: Oid,
    /// Objects that the commit which is going on deletes: their rows are still there.
    pub(in crate::object) dying: HashSet<Oid>,
    /// Those of them that die together; each part ascending.
    pub(in crate::object) dying_together: Vec<Arc<[Oid]>>,
    /// Objects whose last handle was dropped while nothing else held them.
    pub(in crate::object) dropped: Vec<Oid>,
    /// Objects that seem to be held by nothing but each other.
    pub(in crate::object) condemned: Vec<Arc<Condemned>>,
    /// Views that hold still.
    pub(in crate::object) watches: Vec<Arc<Watch>>,
    /// What they need.
    pub(in crate::object) spans: Spans,
}

/// Objects and collections of which nothing but themselves seems to hold any: the next commit judges
/// them, and tells which have died.
pub(crate) struct Condemned {
    /// Ascending.
    pub(crate) oids: Vec<Oid>,
    pub(crate) collected: OnceLock<Collected>,
}

/// What has died together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collected {
    /// How many objects of each class.
    pub(crate) objects: BTreeMap<ClassId, u64>,
    pub(crate) collections: u64,
}

/// A consistent cut of what was pending, on its way to the disk.
pub(crate) struct Frozen {
    pub(crate) epoch: Epoch,
    pub(crate) round: u64,
    pub(crate) dirty: Arc<Vec<Arc<dyn AnyCell>>>,
    pub(crate) young: Arc<Vec<Arc<dyn AnyCell>>>,
    pub(crate) dropped: Vec<Oid>,
    pub(crate) condemned: Vec<Arc<Condemned>>,
    /// Nothing from here on has a row on disk.
    pub(crate) new_from: Oid,
    /// Where the next commit's new objects begin.
    new_to: Oid,
    /// Newest first.
    pub(crate) layers: Vec<Arc<Layer>>,
    /// What it counts of the bytes that wait.
    pub(in crate::object) bytes: cell::Cell<usize>,
    /// What it came to when it was encoded; zero until then.
    pub(crate) encoded: cell::Cell<usize>,
}

/// A commit of which nobody knows whether it is on disk.
pub(crate) struct Undecided {
    pub(crate) frozen: Frozen,
    /// What is to be done if it is.
    pub(crate) settle: Box<dyn FnOnce(&Objects, &Frozen) + Send>,
}

/// Layers of more bytes are not left to whoever looked through them last.
const MUCH: usize = 1 << 16;
/// So many objects are dropped in less time than another thread is woken.
const FEW: usize = 16;

impl Frozen {
    /// Dropping it takes a while: who waits for a commit does not wait for that.
    pub(crate) fn is_long(&self) -> bool {
        self.is_much() || self.young.len() + self.dirty.len() > FEW
    }

    /// Its layers take so much memory, or disk, that nothing may hold them longer than they are used.
    pub(crate) fn is_much(&self) -> bool {
        self.layers.iter().any(|layer| layer.weighs(MUCH))
    }
}

impl Pending {
    pub(in crate::object) fn new(new_from: Oid) -> Self {
        Self {
            committing: None,
            settled: 0,
            round: 1,
            dirty: Vec::new(),
            writing: Arc::default(),
            young: Vec::new(),
            growing_up: Arc::default(),
            new_from,
            unsealed_from: new_from,
            dying: HashSet::new(),
            dying_together: Vec::new(),
            dropped: Vec::new(),
            condemned: Vec::new(),
            watches: Vec::new(),
            spans: Spans::default(),
        }
    }

    /// When something happens that is published now.
    pub(in crate::object) fn moment<'a>(
        &self,
        epoch: Epoch,
        outcome: Option<&'a Arc<Outcome>>,
    ) -> Moment<'a> {
        let (committing, spans) = (self.committing, self.spans.clone());
        Moment { epoch, outcome, committing, spans, round: self.round }
    }

    /// Another process has written meanwhile: nothing from here on has a row on disk.
    pub(in crate::object) fn goes_on(&mut self, new_from: Oid) {
        (self.new_from, self.unsealed_from) = (new_from, new_from);
    }

    /// All rows of this collection are in layers that are still written to.
    pub(in crate::object) fn is_unsealed(&self, oid: Oid) -> bool {
        oid >= self.unsealed_from
    }

    pub(in crate::object) fn is_empty(&self) -> bool {
        self.dirty.is_empty()
            && self.young.is_empty()
            && self.dropped.is_empty()
            && self.condemned.is_empty()
    }

    /// The commit that is going on deletes this object.
    pub(in crate::object) fn is_dying(&self, oid: Oid) -> bool {
        self.dying.contains(&oid)
            || self.dying_together.iter().any(|oids| oids.binary_search(&oid).is_ok())
    }

    pub(in crate::object) fn none_is_dying(&mut self) {
        self.dying.clear();
        self.dying_together.clear();
    }

    /// A new object that is not committed yet.
    pub(in crate::object) fn young(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        find(&self.young, oid).or_else(|| find(&self.growing_up, oid))
    }

    /// Takes everything that waits. Writers are kept out only for this: a few words change hands.
    pub(in crate::object) fn freeze(
        &mut self,
        epoch: Epoch,
        new_to: Oid,
        layers: Vec<Arc<Layer>>,
        bytes: usize,
    ) -> Frozen {
        self.committing = Some(epoch);
        let round = self.round;
        self.round += 1;
        self.unsealed_from = new_to;
        self.growing_up = Arc::new(std::mem::take(&mut self.young));
        self.writing = Arc::new(std::mem::take(&mut self.dirty));
        Frozen {
            epoch,
            round,
            dirty: self.writing.clone(),
            young: self.growing_up.clone(),
            dropped: std::mem::take(&mut self.dropped),
            condemned: std::mem::take(&mut self.condemned),
            new_from: self.new_from,
            new_to,
            layers,
            bytes: cell::Cell::new(bytes),
            encoded: cell::Cell::default(),
        }
    }

    fn thaw(&mut self) {
        self.committing = None;
        self.growing_up = Arc::default();
        self.writing = Arc::default();
    }

    /// The commit succeeded.
    pub(in crate::object) fn committed(&mut self, frozen: &Frozen) {
        self.new_from = frozen.new_to;
        self.settled = frozen.epoch;
        self.keep_for_views(frozen);
        self.thaw();
    }

    /// Puts back what could not be committed.
    pub(in crate::object) fn put_back(&mut self, frozen: Frozen) {
        self.thaw();
        self.postpone_for_views(&frozen);
        let round = self.round;
        self.dirty.extend(frozen.dirty.iter().filter(|cell| cell.mark_dirty(round)).cloned());
        // What is new goes with the new, also if it has been changed meanwhile; but its end is told.
        let changed = frozen.young.iter().filter(|cell| !cell.mark_dirty(round));
        let changed: OidSet = changed.map(|cell| cell.oid()).collect();
        if !changed.is_empty() {
            let is_told = |cell: &Arc<dyn AnyCell>| {
                !changed.contains(&cell.oid()) || cell.is_deleted(Epoch::MAX)
            };
            self.dirty.retain(is_told);
        }
        let newer = std::mem::replace(&mut self.young, frozen.young.to_vec());
        self.young.extend(newer);
        self.dropped.extend(frozen.dropped);
        self.condemned.extend(frozen.condemned);
    }
}

/// Finds an oid among ascending cells.
pub(crate) fn find(cells: &[Arc<dyn AnyCell>], oid: Oid) -> Option<Arc<dyn AnyCell>> {
    let first = cells.first()?.oid();
    // Without collections in between, the place is the distance.
    let guess = usize::try_from(oid.0.checked_sub(first.0)?).ok()?;
    if let Some(cell) = cells.get(guess).filter(|cell| cell.oid() == oid) {
        return Some(cell.clone());
    }
    let place = cells.binary_search_by_key(&oid, |cell| cell.oid()).ok()?;
    Some(cells[place].clone())
}
