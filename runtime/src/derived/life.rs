//! Who dies with a commit: what nothing holds any more, and what only that held.

use std::{ops::ControlFlow, sync::Arc};

use super::{burying::Dying, trial::each_reference};
use crate::{
    Result,
    fields::field_tags_key,
    object::{AnyCell, Collected, Condemned, Frozen, Killing, Objects, find_cell, row_header},
    store::{
        Chunk, ClassId, Direction, Done, KeyRange, LayerRows, Oid, OidSet, PutOn, Retag, Store,
        Table, TagId, View, oid_key, oid_of_key, place, tags_hold, take_varint,
    },
};

/// What a commit does beyond what was written: the dead, and who lives by a handle alone.
#[derive(Default)]
pub(crate) struct Plan {
    /// Their rows, memberships and references go.
    pub(crate) dead: OidSet,
    /// The deletions, to be written after everything else.
    pub(crate) rows: LayerRows,
    /// Nothing but a handle holds these.
    pub(crate) unheld: Vec<Oid>,
    /// These were so, and are held now.
    pub(crate) held: Vec<Oid>,
    /// Nothing in this commit holds these, but something that is not in it yet.
    pub(crate) held_anew: Vec<Oid>,
    /// These were not looked at any more, or not to their end: a later commit goes on.
    pub(crate) postponed: Vec<Oid>,
    /// Those of the held and dead that were orphans at the last commit.
    pub(crate) were_orphans: OidSet,
    /// The dead that were objects on disk.
    pub(crate) deleted: Vec<(ClassId, Oid)>,
    /// What has died together.
    pub(crate) collected: Vec<(Arc<Condemned>, Collected)>,
    /// Objects of which the fields give other tags than before.
    pub(crate) retagged: Vec<(ClassId, Oid)>,
    /// Objects that tags were put on or taken off, ascending.
    pub(crate) tagged: Vec<(ClassId, Oid)>,
}

/// Finds out who dies with a commit of `frozen`, whose rows are `merged`.
pub(crate) fn plan(
    objects: &Arc<Objects>,
    frozen: &Frozen,
    dirty: &[Dirty<'_>],
    merged: &LayerRows,
) -> Result<Plan> {
    let store = objects.store();
    let view = View::At(store.clone(), store.state());
    let becoming = View::with_layers(store.clone(), frozen.layers.clone());
    let (rows_left, plan) = (ROWS_AT_ONCE, Plan::default());
    let mut life = Life { objects, frozen, merged, view, becoming, dirty, rows_left, plan };
    let mortal = frozen.young.iter().filter(|cell| !cell.class().lives_by_itself);
    let young = mortal.map(|cell| cell.oid());
    let less = merged.counts().filter(|(_, by)| *by <= 0).map(|(oid, _)| oid);
    // One that a passive tag was put on may have died before, which that does not hinder.
    let lives_on = |tags: &Retag| {
        // Alive when it was noted, one of a class that lives by itself dies on purpose only.
        tags.holds() || tags.class.is_some_and(|class| objects.catalogue().lives_by_itself(class))
    };
    let untagged = merged.tagged().iter().filter(|(_, tags)| !lives_on(tags)).map(|(oid, _)| oid);
    let dropped = frozen.dropped.iter().copied();
    let mut candidates: Vec<Oid> = young.chain(less).chain(untagged).chain(dropped).collect();
    for (oid, cell) in dirty {
        if cell.is_deleted(frozen.epoch) {
            life.bury(*oid, &mut candidates)?;
        }
    }
    life.judge_all(&mut candidates)?;
    for condemned in &frozen.condemned {
        let collected = life.judge_together(condemned, &mut candidates)?;
        life.judge_all(&mut candidates)?;
        life.plan.collected.push((condemned.clone(), collected));
    }
    life.plan.postponed.append(&mut candidates);
    // One that dies in this very commit takes away what the commit counts, which is judged by now.
    let judged: OidSet = if life.plan.dead.is_empty() {
        OidSet::default()
    } else {
        life.plan.unheld.iter().chain(&life.plan.held_anew).copied().collect()
    };
    let more = merged.counts().filter(|(_, by)| *by > 0).map(|(oid, _)| oid);
    let lives = |oid: &Oid| !life.plan.dead.contains(oid) && !judged.contains(oid);
    life.plan.held = more.filter(lives).collect();
    life.note_orphans()?;
    life.note_retagged()?;
    Ok(life.plan)
}

/// Rows of the dead that one commit takes away, so that it neither holds up others nor takes
/// memory for all that went with an owner of millions.
pub(super) const ROWS_AT_ONCE: usize = 20_000;

/// A changed object of a commit; they are given by ascending oid.
pub(crate) type Dirty<'a> = (Oid, &'a Arc<dyn AnyCell>);

pub(super) struct Life<'a> {
    pub(super) objects: &'a Arc<Objects>,
    pub(super) frozen: &'a Frozen,
    pub(super) merged: &'a LayerRows,
    /// The last committed state.
    pub(super) view: View,
    /// Rows as they are with this commit.
    pub(super) becoming: View,
    dirty: &'a [Dirty<'a>],
    pub(super) rows_left: usize,
    pub(super) plan: Plan,
}

impl Life<'_> {
    fn store(&self) -> &Arc<Store> {
        self.objects.store()
    }

    /// It has no row on disk.
    fn is_new(&self, oid: Oid) -> bool {
        oid >= self.frozen.new_from
    }

    /// Reads a row of the last committed state.
    fn committed<R>(
        &self,
        table: Table,
        oid: Oid,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        if self.is_new(oid) {
            return Ok(None);
        }
        self.view.get(table, oid_key(oid).as_bytes(), read)
    }

    /// The cell of an object that is being committed.
    ///
    /// Young ones may have lower oids than the last commit's: an `atomic` that was going on then had
    /// taken them already.
    pub(super) fn cell(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        let young = find_cell(&self.frozen.young, oid);
        young.or_else(|| {
            let place = self.dirty.binary_search_by_key(&oid, |(dirty, _)| *dirty).ok()?;
            Some(self.dirty[place].1.clone())
        })
    }

    fn judge_all(&mut self, candidates: &mut Vec<Oid>) -> Result<()> {
        while self.rows_left > 0
            && let Some(oid) = candidates.pop()
        {
            self.judge(oid, candidates)?;
        }
        Ok(())
    }

    fn judge(&mut self, oid: Oid, candidates: &mut Vec<Oid>) -> Result<()> {
        if self.plan.dead.contains(&oid) || self.is_held(oid)? {
            return Ok(());
        }
        let cell = self.cell(oid);
        match self.objects.kill(oid, cell.as_ref(), self.frozen) {
            Killing::Dead => self.bury(oid, candidates)?,
            Killing::HeldByHandle => self.plan.unheld.push(oid),
            // What holds it may be undone, so it is looked at again with the next commit.
            Killing::HeldAnew => self.plan.held_anew.push(oid),
        }
        Ok(())
    }

    /// Something durable holds it as of this commit.
    fn is_held(&self, oid: Oid) -> Result<bool> {
        Ok(self.count_of(oid)? > 0 || self.is_held_uncounted(oid)?)
    }

    /// How many references there are to it as of this commit.
    pub(super) fn count_of(&self, oid: Oid) -> Result<u64> {
        let stored = self.committed(Table::Counts, oid, |mut row| take_varint(&mut row))?.flatten();
        let changed = self.merged.counted(oid) + self.plan.rows.counted(oid);
        Ok(stored.unwrap_or(0).saturating_add_signed(changed))
    }

    /// Its tags or its class hold it as of this commit.
    pub(super) fn is_held_uncounted(&self, oid: Oid) -> Result<bool> {
        let tagged = match self.merged.tagged().get(oid) {
            Some(changes) => changes.holds() || !self.tags_put_on(oid)?.holding.is_empty(),
            None => self.committed(Table::ObjectTags, oid, tags_hold)?.unwrap_or(false),
        };
        if tagged {
            return Ok(true);
        }
        match self.class_of(oid)? {
            Some(class) => Ok(self.objects.catalogue().lives_by_itself(class)),
            // A collection, or nothing that is on disk.
            None => Ok(false),
        }
    }

    /// The tags that were put on an object, as of this commit.
    fn tags_put_on(&self, oid: Oid) -> Result<PutOn> {
        let mut tags = PutOn::default();
        if !self.committed(Table::ObjectTags, oid, |row| tags.read(row))?.unwrap_or(true) {
            let key = oid_key(oid);
            let why = "the row is damaged";
            return Err(self.store().corrupt(Table::ObjectTags, key.as_bytes(), why));
        }
        self.merged.tagged().get(oid).inspect(|changes| changes.apply(&mut tags));
        Ok(tags)
    }

    fn class_of(&self, oid: Oid) -> Result<Option<ClassId>> {
        if let Some(cell) = self.cell(oid) {
            return Ok(Some(cell.class().id));
        }
        let class =
            self.committed(Table::Objects, oid, |body| row_header(body).map(|(class, ..)| class))?;
        Ok(class.flatten())
    }

    /// Lets everything go that an object or collection consists of and refers to.
    pub(super) fn bury(&mut self, oid: Oid, candidates: &mut Vec<Oid>) -> Result<()> {
        if !self.plan.dead.insert(oid) {
            return Ok(());
        }
        self.rows_left = self.rows_left.saturating_sub(1);
        let key = oid_key(oid);
        let row = self.committed(Table::Objects, oid, <[u8]>::to_vec)?;
        let class = self.class_of(oid)?;
        let cell = self.cell(oid);
        let references = match (&cell, &row) {
            (Some(cell), _) => cell.references_of_last(self.frozen.epoch)?,
            (None, Some(row)) => self.references_in(
                Table::Objects,
                key.as_bytes(),
                row_header(row).map_or(&[], |(_, _, f)| f),
            )?,
            (None, None) => Vec::new(),
        };
        self.let_go(&references, candidates);
        if let Some(class) = class {
            let dying = Dying { oid, class, cell: cell.as_ref(), row: row.as_deref() };
            dying.take_out(self.objects, self.frozen, &mut self.plan.rows)?;
        }
        if row.is_some() {
            self.plan.rows.delete(Table::Objects, key.as_bytes());
            if let Some(class) = class {
                self.plan.deleted.push((class, oid));
                self.plan.rows.postings.leave(Objects::class_tag(class), oid);
            }
        }
        // Deleted on purpose, an object may still bear some.
        for tag in self.tags_put_on(oid)?.all() {
            self.plan.rows.postings.leave(tag, oid);
            self.plan.rows.retag(oid).set(tag, Done::Off);
        }
        self.take_off_given(oid, &field_tags_key(oid))?;
        self.bury_elements(oid, candidates)
    }

    /// Takes off the tags that an object's fields give it.
    fn take_off_given(&mut self, oid: Oid, key: &[u8]) -> Result<()> {
        let tags = match self.merged.get(Table::ObjectTags, key) {
            Some(entry) => entry.row().map(PutOn::decode),
            None if self.is_new(oid) => None,
            None => self.view.get(Table::ObjectTags, key, PutOn::decode)?,
        };
        let Some(tags) = tags else { return Ok(()) };
        let damaged = || self.store().corrupt(Table::ObjectTags, key, "the row is damaged");
        let tags = tags.ok_or_else(damaged)?;
        tags.all().for_each(|tag| self.plan.rows.postings.leave(tag, oid));
        self.plan.rows.delete(Table::ObjectTags, key);
        Ok(())
    }

    /// Which living objects may have other tags than before.
    fn note_retagged(&mut self) -> Result<()> {
        let (frozen, merged) = (self.frozen, self.merged);
        let is_young = |oid| find_cell(&frozen.young, oid).is_some();
        for (oid, changes) in merged.tagged().iter() {
            if is_young(oid) || self.plan.dead.contains(&oid) {
                continue;
            }
            // What no tag holds may have died before.
            let noted = changes.class.filter(|_| changes.holds());
            if let Some(class) = noted.map_or_else(|| self.class_of(oid), |c| Ok(Some(c)))? {
                self.plan.tagged.push((class, oid));
            }
        }
        for (key, _) in merged.entries(Table::ObjectTags) {
            let Some((oid, _)) = oid_of_key(key.as_bytes()) else { continue };
            if !is_young(oid)
                && !self.plan.dead.contains(&oid)
                && let Some(class) = self.class_of(oid)?
            {
                self.plan.retagged.push((class, oid));
            }
        }
        Ok(())
    }

    /// Which of the held and dead bear the orphans' tag.
    fn note_orphans(&mut self) -> Result<()> {
        let mut old: Vec<Oid> = self.plan.held.iter().chain(&self.plan.dead).copied().collect();
        old.retain(|oid| !self.is_new(*oid));
        old.sort_unstable();
        for same_chunk in old.chunk_by(|a, b| place(*a).0 == place(*b).0) {
            let mut orphans = Chunk::EMPTY;
            self.view.chunk(TagId::ORPHANS, place(same_chunk[0]).0, &mut orphans)?;
            self.plan
                .were_orphans
                .extend(same_chunk.iter().filter(|oid| orphans.contains(place(**oid).1)));
        }
        Ok(())
    }

    /// The header and rows of a collection, or the attributes of an object.
    fn bury_elements(&mut self, oid: Oid, candidates: &mut Vec<Oid>) -> Result<()> {
        let key = oid_key(oid);
        let header = self.merged.get(Table::Headers, key.as_bytes()).is_some();
        if header || self.committed(Table::Headers, oid, |_| ())?.is_some() {
            self.plan.rows.delete(Table::Headers, key.as_bytes());
        }
        let range = KeyRange::prefix(key.as_bytes());
        let rows = self.rows_of_the_dead(oid, range)?;
        self.rows_left = self.rows_left.saturating_sub(rows.len());
        if self.rows_left == 0 {
            self.plan.postponed.push(oid);
        }
        for (key, row) in rows {
            let references = self.references_in(Table::Elements, &key, &row)?;
            self.let_go(&references, candidates);
            self.plan.rows.delete(Table::Elements, &key);
        }
        Ok(())
    }

    /// Elements as they are with this commit, so many as it may take away.
    fn rows_of_the_dead(&self, oid: Oid, range: KeyRange) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut rows = Vec::new();
        if self.is_new(oid) && self.frozen.layers.is_empty() {
            return Ok(rows);
        }
        self.becoming.scan(Table::Elements, range, Direction::Forward, &mut |key, body| {
            rows.push((key.to_vec(), body.to_vec()));
            let is_full = rows.len() >= self.rows_left;
            Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(rows)
    }

    fn let_go(&mut self, references: &[Oid], candidates: &mut Vec<Oid>) {
        for oid in references {
            self.plan.rows.count(*oid, -1);
            candidates.push(*oid);
        }
    }

    fn references_in(&self, table: Table, key: &[u8], row: &[u8]) -> Result<Vec<Oid>> {
        let mut references = Vec::new();
        each_reference(&self.view, table, key, row, &mut |oid| references.push(oid))?;
        Ok(references)
    }
}
