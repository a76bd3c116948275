//! Writing who bears what: containers of members, and the tags of each object.

use super::{
    bearers::Bearers,
    chunk::Chunk,
    container::Container,
    tag_row::PutOn,
    tally::{Tally, tally_key},
};
use crate::{
    Result,
    store::{
        key::oid_key,
        num::{Oid, TagId},
        table::Table,
        uncommitted::{
            in_order::InOrder,
            postings::{self, Delta, Postings},
            retag::Retag,
        },
        writing::writer::Writer,
    },
};

impl Writer<'_> {
    /// Objects are left out that tags may be written of: of these it is not known any more whether they
    /// are of a class.
    pub(crate) fn leave_out(&mut self) {
        self.is_partial = true;
    }

    /// Changes memberships, oldest change first: each container is written once, and then how many all
    /// of a tag's are.
    pub(crate) fn postings<const N: usize>(&mut self, all: [&Postings; N]) -> Result<()> {
        let mut key = Vec::new();
        for of_tag in postings::places(&all).chunk_by(|a, b| a.0 == b.0) {
            let tag = of_tag[0].0;
            let (mut more, mut bearers) = (0, Bearers::NOBODY);
            for (_, chunk) in of_tag {
                postings::posting_key(tag, *chunk, &mut key);
                let deltas = all.iter().filter_map(|postings| postings.delta(tag, *chunk));
                let (before, now) = self.container(&key, deltas)?;
                more += i64::from(now.0) - i64::from(before);
                bearers = bearers.and(now.1);
            }
            tally_key(tag, &mut key);
            self.tally(tag, &key, (more, bearers))?;
        }
        Ok(())
    }

    /// Changes the members of a container; gives how many they were, and how many they are now, of which
    /// class.
    fn container<'d>(
        &mut self,
        key: &[u8],
        deltas: impl Iterator<Item = &'d Delta>,
    ) -> Result<(u32, (u32, Bearers))> {
        let store = self.store();
        let unwritten = if self.is_partial { Bearers::UNKNOWN } else { Bearers::NOBODY };
        let (mut before, mut now) = (0, (0, Bearers::NOBODY));
        self.change(Table::Postings, key, |old, body| {
            let (mut members, mut bearers) = (Chunk::EMPTY, unwritten);
            if let Some(old) = old {
                let damaged = || store.corrupt(Table::Postings, key, "the container is damaged");
                let old = Container::sound(old).ok_or_else(damaged)?;
                members.load(old);
                bearers = bearers.and(old.bearers());
                before = old.len();
            }
            for delta in deltas {
                bearers = delta.apply(&mut members, bearers);
            }
            let len = members.len();
            if len > 0 {
                members.encode(bearers, body);
                now = (len, bearers);
            }
            Ok(())
        })?;
        Ok((before, now))
    }

    /// Changes how many bear a tag.
    fn tally(&mut self, tag: TagId, key: &[u8], (more, bearers): (i64, Bearers)) -> Result<()> {
        let store = self.store();
        let mut is_empty = false;
        self.change(Table::Postings, key, |old, body| {
            let before = old.map_or(Some(Tally::default()), Tally::decode);
            let now = before.and_then(|before| before.changed(more, bearers));
            let damaged = || store.corrupt(Table::Postings, key, "the row is damaged");
            let now = now.ok_or_else(damaged)?;
            is_empty = now.count == 0;
            now.encode(body);
            Ok(())
        })?;
        if is_empty {
            self.emptied.push(tag);
        }
        Ok(())
    }

    /// Changes the tags that were put on objects: those of `first`, and after them those of `then`.
    /// Calls `each` with the objects whose tags are not as they were.
    pub(crate) fn retag(
        &mut self,
        first: &InOrder<Retag>,
        then: &InOrder<Retag>,
        mut each: impl FnMut(&mut Self, Oid),
    ) -> Result<()> {
        let mut tags = Tags::default();
        for (oid, changes) in first.iter() {
            if self.retag_one(oid, [Some(changes), then.get(oid)], &mut tags)? {
                each(self, oid);
            }
        }
        for (oid, changes) in then.iter().filter(|(oid, _)| first.get(*oid).is_none()) {
            if self.retag_one(oid, [Some(changes), None], &mut tags)? {
                each(self, oid);
            }
        }
        Ok(())
    }

    fn retag_one(
        &mut self,
        oid: Oid,
        changes: [Option<&Retag>; 2],
        tags: &mut Tags,
    ) -> Result<bool> {
        let (store, key) = (self.store(), oid_key(oid));
        let key = key.as_bytes();
        if let [Some(changes), None] = changes
            && self.ends.is_behind(Table::ObjectTags, key)
        {
            let body = tags.first_row(changes);
            if !body.is_empty() {
                self.put_behind(Table::ObjectTags, key, body)?;
            }
            return Ok(!body.is_empty());
        }
        let tags = &mut tags.before;
        self.change(Table::ObjectTags, key, |old, body| {
            tags.clear();
            if !old.is_none_or(|row| tags.read(row)) {
                return Err(store.corrupt(Table::ObjectTags, key, "the row is damaged"));
            }
            changes.into_iter().flatten().for_each(|changes| changes.apply(tags));
            tags.encode(body);
            Ok(())
        })
    }
}

/// Tags while rows are made of them.
#[derive(Default)]
struct Tags {
    /// An object's, as they were.
    before: PutOn,
    /// What was done last with the tags of an object that had none, and its row: many objects get the
    /// same.
    done: Retag,
    row: Vec<u8>,
}

impl Tags {
    /// The row of an object that had none.
    fn first_row(&mut self, changes: &Retag) -> &[u8] {
        if !self.done.does_as(changes) {
            let mut tags = PutOn::default();
            changes.apply(&mut tags);
            self.row.clear();
            tags.encode(&mut self.row);
            self.done.clone_from(changes);
        }
        &self.row
    }
}
