//! One commit: what waits is frozen, encoded, and written as one state.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use super::journal::Journal;
use crate::{
    Error, Result, class,
    derived::{self, Dirty, Plan},
    object::{AnyCell, Encoded, Frozen, Objects, Undecided, VERSION_BYTES},
    store::{
        Before, ClassId, Commit, Happened, LayerRows, NotCommitted, Oid, Postings, Prepared,
        StateNum, Table, TagId, Writer, Wrote, oid_key,
    },
    sync::RwLockReadGuard,
};

/// Tables whose rows come from layers, in the order of their numbers.
const ROW_TABLES: [Table; 5] =
    [Table::Headers, Table::Elements, Table::ObjectTags, Table::Names, Table::Fields];

/// How often a commit from the journal is tried again.
const MADE_GOOD_EVERY: Duration = Duration::from_millis(100);

/// Commits everything that waits in a prefix, and in those that belong together with it. Also gives
/// what was committed, to be dropped when nobody waits for the commit any more.
pub(crate) fn commit(objects: &Arc<Objects>) -> Result<(StateNum, Vec<Frozen>)> {
    let mut spent = Vec::new();
    loop {
        let group = objects.shared().bonds.group(objects);
        let _nobody_else: Vec<_> = group.iter().map(|objects| objects.committing.lock()).collect();
        for objects in &group {
            spent.extend(decide(objects)?);
        }
        if !objects.is_dirty() {
            return Ok((objects.store().state(), spent));
        }
        let Some(mut frozen) = Objects::freeze(&group) else { continue };
        // Code of the user's that runs in it may panic.
        let written = catch_unwind(AssertUnwindSafe(|| write(&group, &frozen)));
        return match written.unwrap_or_else(|_| Err(panicked(objects).into())) {
            Ok(written) => {
                for ((objects, frozen), written) in group.iter().zip(&frozen).zip(written) {
                    written.settle(objects, frozen);
                }
                spent.extend(frozen);
                Ok((objects.store().state(), spent))
            }
            Err(unwritten) => {
                let Unwritten { error, undecided } = *unwritten;
                // Only a prefix on its own can be in doubt: several have a journal.
                if let Some(written) = undecided
                    && let Some(frozen) = frozen.pop()
                {
                    let settle =
                        Box::new(|objects: &_, frozen: &_| written.settle(objects, frozen));
                    objects.set_undecided(Undecided { frozen, settle });
                } else {
                    Objects::not_committed(&group, frozen);
                }
                Err(error)
            }
        };
    }
}

/// Finds out what became of a commit that is in doubt. Gives what it has committed.
fn decide(objects: &Arc<Objects>) -> Result<Option<Frozen>> {
    let Some(undecided) = objects.take_undecided() else { return Ok(None) };
    match objects.store().decide() {
        Ok(true) => {
            (undecided.settle)(objects, &undecided.frozen);
            Ok(Some(undecided.frozen))
        }
        Ok(false) => {
            Objects::not_committed(std::slice::from_ref(objects), vec![undecided.frozen]);
            Ok(None)
        }
        Err(error) => {
            objects.set_undecided(undecided);
            Err(error)
        }
    }
}

/// What a commit has written of a prefix.
struct Written {
    plan: Plan,
    names: class::NamesWritten,
    classes: class::Written,
    /// Why objects could not be written.
    set_aside: Vec<String>,
}

impl Written {
    /// It is on disk.
    fn settle(self, objects: &Objects, frozen: &Frozen) {
        objects.catalogue().saved(&self.classes);
        objects.health().set_aside(self.set_aside);
        objects.tag_names().saved(&self.names);
        objects.committed(frozen);
        note_held(objects, &self.plan);
        for (condemned, collected) in &self.plan.collected {
            let _ = condemned.collected.set(collected.clone());
        }
        objects.let_go_of_names();
        objects.look_again_at(&self.plan.held_anew);
        objects.go_on_with(&self.plan.postponed);
    }
}

/// A commit that has failed; `undecided` if it may be on disk all the same.
struct Unwritten {
    error: Error,
    undecided: Option<Written>,
}

impl From<Error> for Box<Unwritten> {
    fn from(error: Error) -> Self {
        Self::new(Unwritten { error, undecided: None })
    }
}

fn panicked(objects: &Objects) -> Error {
    let name = objects.name();
    Error::Invalid(format!("a value's own code panicked in a commit of prefix {name:?}"))
}

/// What is to be committed of one prefix.
struct Part<'a> {
    objects: &'a Arc<Objects>,
    frozen: &'a Frozen,
    dirty: Vec<Dirty<'a>>,
    /// Newest first.
    layers: &'a [RwLockReadGuard<'a, LayerRows>],
    /// The rows of all layers, without elements if there are several.
    merged: Cow<'a, LayerRows>,
    plan: Plan,
    /// Which names of tags are written, and which go.
    names: RefCell<class::NamesWritten>,
    /// Which descriptions of classes are written.
    classes: RefCell<class::Written>,
    /// Why objects could not be written.
    set_aside: RefCell<Vec<String>>,
}

fn write(group: &[Arc<Objects>], frozen: &[Frozen]) -> Result<Vec<Written>, Box<Unwritten>> {
    let layers: Vec<Vec<_>> = frozen
        .iter()
        .map(|frozen| frozen.layers.iter().map(|layer| layer.read()).collect())
        .collect();
    let mut parts = Vec::with_capacity(group.len());
    for ((objects, frozen), layers) in group.iter().zip(frozen).zip(&layers) {
        let merged = match &layers[..] {
            [layer] => Cow::Borrowed(&**layer),
            several => Cow::Owned(merge(several)),
        };
        let mut dirty: Vec<_> = frozen.dirty.iter().map(|cell| (cell.oid(), cell)).collect();
        dirty.sort_unstable_by_key(|(oid, _)| *oid);
        // One that was deleted is listed once more.
        dirty.dedup_by_key(|(oid, _)| *oid);
        let plan = derived::plan(objects, frozen, &dirty, &merged)?;
        parts.push(Part {
            objects,
            frozen,
            dirty,
            layers,
            merged,
            plan,
            names: RefCell::default(),
            classes: RefCell::default(),
            set_aside: RefCell::default(),
        });
    }
    let written = match &parts[..] {
        [part] => part.objects.store().commit(&mut |writer| part.write(writer)).map(drop),
        several => together(several).map_err(NotCommitted::Failed),
    };
    let parts = parts.into_iter().map(Part::written);
    match written {
        Ok(()) => Ok(parts.collect()),
        Err(NotCommitted::Failed(error)) => Err(error.into()),
        Err(NotCommitted::InDoubt(error)) => {
            Err(Box::new(Unwritten { error, undecided: parts.last() }))
        }
    }
}

/// Commits several prefixes, all or none: also if the process ends in between.
fn together(parts: &[Part<'_>]) -> Result<()> {
    let mut prepared = Vec::with_capacity(parts.len());
    for part in parts {
        prepared.push(part.objects.store().prepare_recorded(&mut |writer| part.write(writer))?);
    }
    let ids = parts.iter().map(|part| part.objects.store().prefix_id());
    let partners: Vec<_> =
        ids.zip(&prepared).map(|(id, prepared)| (id, prepared.state())).collect();
    for (place, prepared) in prepared.iter_mut().enumerate() {
        let mut others = partners.clone();
        others.remove(place);
        prepared.set_partners(others);
    }
    let values: Vec<_> = prepared.iter_mut().map(Prepared::encode).collect();
    let root = &parts[0].objects.shared().config.root;
    let journal = Journal::write(root, partners[0], &values)?;
    // From here on it has happened: what fails is made good from the journal.
    let mut all_there = true;
    for ((part, prepared), value) in parts.iter().zip(prepared).zip(&values) {
        if let Err(error) = part.objects.store().commit_prepared(prepared) {
            tracing::warn!("committing from the journal, after {error}");
            all_there &= make_good(part.objects, value)?;
        }
    }
    if all_there {
        journal.done();
    }
    Ok(())
}

/// Applies a commit that is in the journal, for as long as it takes within reason. After that the
/// prefix is closed, since its next opening will do it: false.
fn make_good(objects: &Arc<Objects>, value: &[u8]) -> Result<bool> {
    let commit = Commit::decode(value).map_err(Error::Invalid)?;
    let deadline = Instant::now() + objects.shared().config.stall;
    loop {
        match objects.store().insist(&commit) {
            Ok(_) => return Ok(true),
            Err(_) if Instant::now() < deadline => std::thread::sleep(MADE_GOOD_EVERY),
            Err(error) => {
                tracing::error!(
                    "prefix {:?} is closed until it is opened again: {error}",
                    objects.name()
                );
                objects.set_closed();
                return Ok(false);
            }
        }
    }
}

impl Part<'_> {
    fn written(self) -> Written {
        Written {
            plan: self.plan,
            names: self.names.into_inner(),
            classes: self.classes.into_inner(),
            set_aside: self.set_aside.into_inner(),
        }
    }

    /// What is so large is better written in parts: it takes memory, and others wait for its end.
    fn tell_if_large(&self, bytes: usize) {
        if bytes > self.objects.shared().config.pending_bytes {
            tracing::warn!(
                "one commit of prefix {:?} writes {} MiB: several smaller ones, or an `atomic` of less at a time, take less memory and time",
                self.objects.name(),
                bytes >> 20
            );
        }
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<()> {
        let (merged, plan) = (&*self.merged, &self.plan);
        let mut memberships = orphans(plan);
        let body = Vec::new();
        let set_aside = &mut *self.set_aside.borrow_mut();
        set_aside.clear();
        let mut batch = Batch {
            frozen: self.frozen,
            dirty: &self.dirty,
            plan,
            writer,
            body,
            bytes: merged.bytes(),
            joined: BTreeMap::new(),
            set_aside,
        };
        batch.objects()?;
        self.frozen.encoded.set(batch.bytes);
        self.tell_if_large(batch.bytes);
        for (class, oids) in batch.joined {
            memberships.join_all(Objects::class_tag(class), &oids, |oid| (*oid, Some(class)));
        }
        if !set_aside.is_empty() {
            writer.leave_out();
        }
        self.classes.replace(self.objects.catalogue().write(writer)?);
        let mut names = self.objects.tag_names().write(writer)?;
        writer.rows(&[&plan.rows], &[Table::Objects])?;
        let layers = self.layers.iter().map(|layer| &**layer);
        let rows: Vec<_> = std::iter::once(&plan.rows).chain(layers).collect();
        writer.rows(&rows, &ROW_TABLES)?;
        let mut tagged = plan.tagged.iter().peekable();
        writer.retag(merged.tagged(), plan.rows.tagged(), |writer, oid| {
            while tagged.next_if(|(_, next)| *next < oid).is_some() {}
            if let Some((class, oid)) = tagged.next_if(|(_, next)| *next == oid) {
                writer.note(*class, *oid, Happened::Retagged);
            }
        })?;
        writer.postings([&merged.postings, &memberships, &plan.rows.postings])?;
        self.objects.tag_names().note_unborne(writer, &mut names)?;
        self.names.replace(names);
        counts(writer, merged, plan)?;
        plan.deleted.iter().for_each(|(class, oid)| writer.note(*class, *oid, Happened::Deleted));
        plan.retagged.iter().for_each(|(class, oid)| writer.note(*class, *oid, Happened::Retagged));
        Ok(())
    }
}

/// What all frozen layers say of what there is but once for each object, newer over older.
fn merge(newest_first: &[RwLockReadGuard<'_, LayerRows>]) -> LayerRows {
    let mut merged = LayerRows::default();
    newest_first.iter().rev().for_each(|layer| merged.merge(layer.without_elements()));
    merged
}

struct Batch<'a, 'w> {
    frozen: &'a Frozen,
    dirty: &'a [Dirty<'a>],
    plan: &'a Plan,
    writer: &'a mut Writer<'w>,
    body: Vec<u8>,
    /// What all of it comes to in memory.
    bytes: usize,
    /// New objects by their class.
    joined: BTreeMap<ClassId, Vec<Oid>>,
    set_aside: &'a mut Vec<String>,
}

impl Batch<'_, '_> {
    /// Writes young objects, whose rows go behind all others, and changed ones.
    fn objects(&mut self) -> Result<()> {
        for (oid, cell) in self.dirty {
            self.object(*oid, &***cell, Before::Unknown)?;
        }
        for cell in self.frozen.young.iter() {
            let oid = cell.oid();
            if self.object(oid, &**cell, Before::Nothing)? {
                self.joined.entry(cell.class().id).or_default().push(oid);
            }
        }
        Ok(())
    }

    /// Writes an object; false if there is nothing of it to be written.
    fn object(&mut self, oid: Oid, cell: &dyn AnyCell, mut before: Before) -> Result<bool> {
        if self.plan.dead.contains(&oid) {
            return Ok(false);
        }
        self.body.clear();
        match cell.encode(self.frozen.epoch, self.frozen.round, &mut self.body) {
            Ok(Encoded::Body { touched }) => {
                if touched && before == Before::Unknown {
                    before = Before::Touched;
                }
            }
            Ok(Encoded::Deleted | Encoded::Nothing) => return Ok(false),
            Err(error) => {
                // Set aside with its last good version; everything else goes on.
                tracing::error!("an object can't be committed: {error}");
                self.set_aside.push(error.to_string());
                return Ok(false);
            }
        }
        self.bytes += self.body.len() + VERSION_BYTES;
        let key = oid_key(oid);
        let refers = !cell.class().refers_to_nothing();
        let wrote = self.writer.put_object(key.as_bytes(), &self.body, before, refers)?;
        let happened = match wrote {
            Wrote::Created => Happened::Created,
            Wrote::Changed => Happened::Modified,
            Wrote::Same => return Ok(true),
        };
        self.writer.note(cell.class().id, oid, happened);
        if before == Before::Touched {
            self.writer.note(cell.class().id, oid, Happened::Touched);
        }
        Ok(true)
    }
}

/// Writes the counts of holders.
fn counts(writer: &mut Writer<'_>, merged: &LayerRows, plan: &Plan) -> Result<()> {
    let mut sums: Vec<(Oid, i64)> = merged.counts().chain(plan.rows.counts()).collect();
    sums.sort_unstable_by_key(|(oid, _)| *oid);
    for same in sums.chunk_by(|a, b| a.0 == b.0) {
        let by = same.iter().map(|(_, by)| by).sum();
        if by != 0 {
            writer.count(same[0].0, by)?;
        }
    }
    Ok(())
}

/// Notes who is held by a handle alone, for the case that this process ends without letting go.
fn orphans(plan: &Plan) -> Postings {
    let mut changes = Postings::default();
    let no_longer =
        plan.held.iter().chain(&plan.dead).filter(|oid| plan.were_orphans.contains(oid));
    no_longer.for_each(|oid| changes.leave(TagId::ORPHANS, *oid));
    let unheld = plan.unheld.iter().chain(&plan.postponed);
    unheld.for_each(|oid| changes.join(TagId::ORPHANS, (*oid, None)));
    changes
}

/// Tells the cells that are held by more than handles again.
fn note_held(objects: &Objects, plan: &Plan) {
    for oid in &plan.held {
        if let Some(cell) = objects.loaded(*oid) {
            cell.set_unheld(false);
        }
    }
}
