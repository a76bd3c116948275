//! A cell as those see it who don't know the type of its object.

use std::{any::Any, sync::Arc};

use super::{cell::Loading, moment::Moment, version::Epoch};
use crate::{
    Result,
    class::ClassState,
    codec::key::KeySink,
    object::{
        untyped::erased::Erased,
        views::watch::{Needed, Span},
    },
    store::{Oid, StateNum},
};

/// What a cell has for a commit.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// The row's body was appended.
    Body {
        /// It counts as modified even if it is as it was.
        touched: bool,
    },
    Deleted,
    /// Nothing of that epoch: made later, or undone.
    Nothing,
}

/// A cell, whatever the type of its object.
pub(crate) trait AnyCell: Erased + Any + Send + Sync {
    fn oid(&self) -> Oid;
    fn class(&self) -> &Arc<ClassState>;
    /// Appends the body of the row as of `epoch`, which a round's freeze has ended.
    fn encode(&self, epoch: Epoch, round: u64, out: &mut Vec<u8>) -> Result<Encoded>;
    /// What the object refers to as of `epoch`; of one that [dies](Self::die), what it referred to
    /// before.
    fn references_of_last(&self, epoch: Epoch) -> Result<Vec<Oid>>;
    /// The keys that the object gives as of `epoch`; of one that dies, those that it gave before.
    fn keys_of_last(&self, epoch: Epoch, sink: &mut KeySink) -> Result<()>;
    /// The object is deleted as of `epoch`.
    fn is_deleted(&self, epoch: Epoch) -> bool;
    /// Nothing but handles holds the object, or something else does.
    fn set_unheld(&self, unheld: bool);
    /// It goes into the map of loaded cells.
    fn set_listed(&self);
    /// It was read since this was asked last.
    fn was_read(&self) -> bool;
    /// There is a version of the object in memory.
    fn is_loaded(&self) -> bool;
    /// The object is in memory, and not only because it was read before anybody asked for it.
    fn was_looked_at(&self) -> bool;
    /// Takes in what the object's row says, which was read after `since`, unless a version is there.
    fn load_from(&self, body: &[u8], since: Loading);
    /// This thread sees the object deleted.
    fn is_gone(&self) -> bool;
    /// Publishes that the object is deleted, on no list; the caller lets go of what it held, and holds
    /// the publish lock.
    fn delete(&self, moment: &Moment<'_>) -> Result<()>;
    /// As [`delete`](Self::delete), but a commit lets go of what it held: this one or, if it fails,
    /// the next.
    fn die(&self, moment: &Moment<'_>) -> Result<()>;
    /// Puts the cell on the list of what the freeze of a round takes: false if it stands there. The
    /// caller holds the publish lock.
    fn mark_dirty(&self, round: u64) -> bool;
    /// Takes back what undone `atomic`s published.
    fn undo(&self);
    /// Another process has committed a newer version in this state.
    fn stale_from(&self, state: StateNum);
    /// This process writes from now on: lets go of what another one has replaced.
    fn refresh(&self);
    /// Whether the object is deleted in the version that a view sees here.
    fn is_gone_in(&self, span: Span) -> Option<bool>;
    /// A share in the version that a view sees here, and whether the object is deleted in it.
    fn capture(&self, span: Span) -> Option<(Box<dyn Any + Send + Sync>, bool)>;
    /// The commit of a round is over: lets go of what only that needed.
    fn settle(&self, round: u64, needed: &Needed);
    /// Lets go of versions that nobody needs.
    fn trim(&self, needed: &Needed);
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}
