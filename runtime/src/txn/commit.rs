//! One commit: what waits is frozen, encoded, and written as one state.

use std::sync::Arc;

use crate::{
    Result,
    derived::{self, Plan},
    object::{AnyCell, Encoded, Frozen, Objects},
    store::{Before, LayerRows, Oid, StateNum, Table, Writer, oid_key},
};

/// Tables whose rows come from layers, in the order of their numbers.
const ROW_TABLES: [Table; 4] = [Table::Headers, Table::Elements, Table::ObjectTags, Table::Names];

/// Commits everything that waits in a prefix. Only its committer thread calls this.
pub(crate) fn commit(objects: &Arc<Objects>) -> Result<StateNum> {
    if !objects.is_dirty() {
        return Ok(objects.store().state());
    }
    let frozen = objects.freeze();
    match write(objects, &frozen) {
        Ok(plan) => {
            objects.committed(frozen);
            note_unheld(objects, &plan);
            Ok(objects.store().state())
        }
        Err(error) => {
            objects.not_committed(frozen);
            Err(error)
        }
    }
}

fn write(objects: &Arc<Objects>, frozen: &Frozen) -> Result<Plan> {
    let (single, several);
    let merged = if let [layer] = &frozen.layers[..] {
        single = layer.read();
        &*single
    } else {
        several = merge(frozen);
        &several
    };
    let plan = derived::plan(objects, frozen, merged)?;
    let mut names = 0;
    objects.store().commit(&mut |writer| {
        let mut memberships = LayerRows::default();
        Batch { objects, frozen, plan: &plan, writer, body: Vec::new(), memberships: &mut memberships }.objects()?;
        objects.catalogue().write(writer)?;
        names = objects.tag_names().write(writer)?;
        writer.rows(merged, &ROW_TABLES)?;
        writer.rows(&plan.rows, &[Table::Objects])?;
        writer.rows(&plan.rows, &ROW_TABLES)?;
        writer.postings(&merged.postings)?;
        writer.postings(&memberships.postings)?;
        writer.postings(&plan.rows.postings)?;
        counts(writer, merged, &plan)?;
        writer.summary.deleted += plan.deleted;
        Ok(())
    })?;
    objects.catalogue().saved();
    objects.tag_names().saved(names);
    Ok(plan)
}

/// The rows of all frozen layers, newer over older.
fn merge(frozen: &Frozen) -> LayerRows {
    let mut merged = LayerRows::default();
    for layer in frozen.layers.iter().rev() {
        merged.merge(layer.read().clone());
    }
    merged
}

struct Batch<'a, 'w> {
    objects: &'a Arc<Objects>,
    frozen: &'a Frozen,
    plan: &'a Plan,
    writer: &'a mut Writer<'w>,
    body: Vec<u8>,
    memberships: &'a mut LayerRows,
}

impl Batch<'_, '_> {
    /// Writes young objects, whose rows go behind all others, and changed ones.
    fn objects(&mut self) -> Result<()> {
        let mut dirty: Vec<_> = self.frozen.dirty.iter().collect();
        dirty.sort_unstable_by_key(|cell| cell.oid());
        for cell in dirty {
            self.object(&**cell, Before::Unknown)?;
        }
        for cell in self.frozen.young.iter() {
            if self.object(&**cell, Before::Nothing)? {
                let class = Objects::class_tag(cell.class().id);
                self.memberships.postings.set(class, cell.oid(), true);
                self.writer.summary.created += 1;
            }
        }
        Ok(())
    }

    /// Writes an object; false if there is nothing of it to be written.
    fn object(&mut self, cell: &dyn AnyCell, before: Before) -> Result<bool> {
        if self.plan.dead.contains(&cell.oid()) {
            return Ok(false);
        }
        self.body.clear();
        match cell.encode(self.frozen.epoch, &mut self.body) {
            Ok(Encoded::Body) => {}
            Ok(Encoded::Deleted | Encoded::Nothing) => return Ok(false),
            Err(error) => {
                // Set aside with its last good version; everything else goes on.
                tracing::error!("an object can't be committed: {error}");
                return Ok(false);
            }
        }
        let key = oid_key(cell.oid());
        let wrote = self.writer.put(Table::Objects, key.as_bytes(), &self.body, before)?;
        if before == Before::Unknown && wrote == crate::store::Wrote::Changed {
            self.writer.summary.modified += 1;
        }
        Ok(true)
    }
}

/// Writes the counts of holders, and who is held by a handle alone.
fn counts(writer: &mut Writer<'_>, merged: &LayerRows, plan: &Plan) -> Result<()> {
    let mut sums: Vec<(Oid, i64)> = merged.counts().chain(plan.rows.counts()).collect();
    sums.sort_unstable_by_key(|(oid, _)| *oid);
    for same in sums.chunk_by(|a, b| a.0 == b.0) {
        let by = same.iter().map(|(_, by)| by).sum();
        if by != 0 {
            writer.count(same[0].0, by)?;
        }
    }
    for oid in &plan.unheld {
        writer.describe(Table::Orphans, oid_key(*oid).as_bytes(), &[])?;
    }
    for oid in plan.held.iter().chain(&plan.dead) {
        writer.undescribe(Table::Orphans, oid_key(*oid).as_bytes())?;
    }
    Ok(())
}

/// Tells the cells whether the last handle's end is of interest from now on.
fn note_unheld(objects: &Objects, plan: &Plan) {
    for (oids, unheld) in [(&plan.held, false), (&plan.unheld, true)] {
        for oid in oids {
            if let Some(cell) = objects.loaded(*oid) {
                cell.set_unheld(unheld);
            }
        }
    }
}
