//! Who dies with a commit: what nothing holds any more, and what only that held.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::tagging;
use crate::{
    Result,
    codec,
    object::{AnyCell, Frozen, Objects, row_header},
    store::{ClassId, Direction, Entry, KeyRange, LayerRows, Oid, Store, Table, View, oid_key, oid_of_key, take_ordered, take_varint},
};

/// What a commit does beyond what was written: the dead, and who lives by a handle alone.
#[derive(Default)]
pub(crate) struct Plan {
    /// Their rows, memberships and references go.
    pub(crate) dead: HashSet<Oid>,
    /// The deletions, to be written after everything else.
    pub(crate) rows: LayerRows,
    /// Nothing but a handle holds these.
    pub(crate) unheld: Vec<Oid>,
    /// These were so, and are held now.
    pub(crate) held: Vec<Oid>,
    /// How many of the dead were objects on disk.
    pub(crate) deleted: u64,
}

/// Finds out who dies with a commit of `frozen`, whose rows are `merged`.
pub(crate) fn plan(objects: &Arc<Objects>, frozen: &Frozen, merged: &LayerRows) -> Result<Plan> {
    let store = objects.store();
    let view = View::At(store.clone(), store.state());
    let cells = frozen.young.iter().chain(&frozen.dirty).map(|cell| (cell.oid(), cell.clone())).collect();
    let mut life = Life { objects, frozen, merged, view, cells, plan: Plan::default() };
    let young = frozen.young.iter().map(|cell| cell.oid());
    let less = merged.counts().filter(|(_, by)| *by <= 0).map(|(oid, _)| oid);
    let untagged = merged.entries(Table::ObjectTags).filter(|(_, entry)| **entry == Entry::Gone);
    let untagged = untagged.filter_map(|(key, _)| oid_of_key(key.as_bytes()).map(|(oid, _)| oid));
    let dropped = frozen.dropped.iter().copied();
    let mut candidates: Vec<Oid> = young.chain(less).chain(untagged).chain(dropped).collect();
    for cell in &frozen.dirty {
        if cell.is_deleted(frozen.epoch) {
            life.bury(cell.oid(), &mut candidates)?;
        }
    }
    while let Some(oid) = candidates.pop() {
        life.judge(oid, &mut candidates)?;
    }
    let more = merged.counts().filter(|(_, by)| *by > 0).map(|(oid, _)| oid);
    life.plan.held = more.filter(|oid| !life.plan.dead.contains(oid)).collect();
    Ok(life.plan)
}

struct Life<'a> {
    objects: &'a Arc<Objects>,
    frozen: &'a Frozen,
    merged: &'a LayerRows,
    /// The last committed state.
    view: View,
    cells: HashMap<Oid, Arc<dyn AnyCell>>,
    plan: Plan,
}

impl Life<'_> {
    fn store(&self) -> &Arc<Store> {
        self.objects.store()
    }

    fn judge(&mut self, oid: Oid, candidates: &mut Vec<Oid>) -> Result<()> {
        if self.plan.dead.contains(&oid) || self.is_held(oid)? {
            return Ok(());
        }
        let cell = self.cells.get(&oid).cloned().or_else(|| self.objects.loaded(oid));
        // Whoever takes a handle after this finds the object deleted.
        match cell {
            None if self.objects.has_anchor(oid) => self.plan.unheld.push(oid),
            Some(cell) if !self.objects.kill_if_unheld(&cell) => self.plan.unheld.push(oid),
            _ => self.bury(oid, candidates)?,
        }
        Ok(())
    }

    /// Something durable holds it, or will with the next commit.
    fn is_held(&self, oid: Oid) -> Result<bool> {
        let key = oid_key(oid);
        let stored = self.view.get(Table::Counts, key.as_bytes(), |mut row| take_varint(&mut row))?.flatten();
        let changed = self.merged.counted(oid) + self.plan.rows.counted(oid);
        if stored.unwrap_or(0).saturating_add_signed(changed) > 0 {
            return Ok(true);
        }
        let tagged = match self.merged.get(Table::ObjectTags, key.as_bytes()) {
            Some(entry) => entry.row().is_some(),
            None => self.view.has(Table::ObjectTags, key.as_bytes())?,
        };
        if tagged || self.store().referred_to_since(&self.frozen.layers, oid) {
            return Ok(true);
        }
        match self.class_of(oid)? {
            Some(class) => Ok(self.objects.catalogue().lives_by_itself(class)),
            // A collection, or nothing that is on disk.
            None => Ok(false),
        }
    }

    fn class_of(&self, oid: Oid) -> Result<Option<ClassId>> {
        if let Some(cell) = self.cells.get(&oid) {
            return Ok(Some(cell.class().id));
        }
        let key = oid_key(oid);
        let class = self.view.get(Table::Objects, key.as_bytes(), |body| row_header(body).map(|(class, ..)| class))?;
        Ok(class.flatten())
    }

    /// Lets everything go that an object or collection consists of and refers to.
    fn bury(&mut self, oid: Oid, candidates: &mut Vec<Oid>) -> Result<()> {
        if !self.plan.dead.insert(oid) {
            return Ok(());
        }
        let key = oid_key(oid);
        let row = self.view.get(Table::Objects, key.as_bytes(), <[u8]>::to_vec)?;
        let class = self.class_of(oid)?;
        let cell = self.cells.get(&oid).cloned();
        let references = match (&cell, &row) {
            (Some(cell), _) => cell.references_of_last(self.frozen.epoch)?,
            (None, Some(row)) => self.references_in(Table::Objects, key.as_bytes(), row_header(row).map_or(&[], |(_, _, f)| f))?,
            (None, None) => Vec::new(),
        };
        self.let_go(&references, candidates);
        if row.is_some() {
            self.plan.deleted += 1;
            self.plan.rows.delete(Table::Objects, key.as_bytes());
            if let Some(class) = class {
                self.plan.rows.postings.set(Objects::class_tag(class), oid, false);
            }
        }
        self.untag(oid)?;
        self.bury_elements(oid, candidates)
    }

    /// Deleted on purpose, an object may still bear tags.
    fn untag(&mut self, oid: Oid) -> Result<()> {
        let key = oid_key(oid);
        let tags = match self.merged.get(Table::ObjectTags, key.as_bytes()) {
            Some(entry) => entry.row().map(tagging::decode_row),
            None => self.view.get(Table::ObjectTags, key.as_bytes(), tagging::decode_row)?,
        };
        let Some(tags) = tags else { return Ok(()) };
        let damaged = || self.store().corrupt(Table::ObjectTags, key.as_bytes(), "the row is damaged");
        let tags = tags.ok_or_else(damaged)?;
        tags.into_iter().for_each(|tag| self.plan.rows.postings.set(tag, oid, false));
        self.plan.rows.delete(Table::ObjectTags, key.as_bytes());
        Ok(())
    }

    /// The header and rows of a collection, or the attributes of an object.
    fn bury_elements(&mut self, oid: Oid, candidates: &mut Vec<Oid>) -> Result<()> {
        let key = oid_key(oid);
        let header = self.merged.get(Table::Headers, key.as_bytes()).is_some();
        if header || self.view.has(Table::Headers, key.as_bytes())? {
            self.plan.rows.delete(Table::Headers, key.as_bytes());
        }
        let range = KeyRange::prefix(key.as_bytes());
        let mut rows: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
        self.view.scan(Table::Elements, range.clone(), Direction::Forward, &mut |key, body| {
            rows.insert(key.into(), body.into());
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        for (key, entry) in self.merged.range(Table::Elements, &range, Direction::Forward) {
            match entry.row() {
                Some(row) => drop(rows.insert(key.as_bytes().into(), row.into())),
                None => drop(rows.remove(key.as_bytes())),
            }
        }
        for (key, row) in rows {
            let references = self.references_in(Table::Elements, &key, &row)?;
            self.let_go(&references, candidates);
            self.plan.rows.delete(Table::Elements, &key);
        }
        Ok(())
    }

    fn let_go(&mut self, references: &[Oid], candidates: &mut Vec<Oid>) {
        for oid in references {
            self.plan.rows.count(*oid, -1);
            candidates.push(*oid);
        }
    }

    fn references_in(&self, table: Table, key: &[u8], row: &[u8]) -> Result<Vec<Oid>> {
        let mut references = Vec::new();
        let found = codec::for_each_reference(row, |kind, mut payload| {
            if kind != codec::WEAK {
                references.extend(take_ordered(&mut payload).map(Oid));
            }
        });
        found.map_err(|fault| self.store().corrupt(table, key, &fault.to_string()))?;
        Ok(references)
    }
}
