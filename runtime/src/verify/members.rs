//! Members of classes and tags: containers and the rows of objects say the same.

use super::{
    catalogue::Classes,
    tables::{Looking, Tables},
};
use crate::{
    fields::field_tags_key,
    object::row_header,
    pages::Fault,
    store::{
        Chunk, ClassId, Container, Oid, PutOn, Table, TagId, Tally, of_posting_key, of_tally_key,
        oid_at, oid_key, oid_of_key, place, posting_key, tally_key,
    },
};

/// Whether an object is among the members of a tag or class, by its container.
pub(super) fn has(tables: &Tables<'_>, tag: TagId, oid: Oid) -> Result<bool, Fault> {
    let (chunk, n) = place(oid);
    let mut key = Vec::with_capacity(12);
    posting_key(tag, chunk, &mut key);
    let found = tables.body(Table::Postings, &key, |body| {
        Container::sound(body).is_some_and(|members| members.contains(n))
    })?;
    Ok(found.unwrap_or(false))
}

/// Looks at all members of containers, and at all tags of objects.
pub(super) fn check(looking: &mut Looking<'_, '_>, classes: &Classes) -> Result<(), Fault> {
    let mut sum = Sum::default();
    looking.each_body("members", Table::Postings, |looking, key, body| {
        if let Some(tag) = of_tally_key(key) {
            let told = Tally::decode(body).unwrap_or_default();
            std::mem::replace(&mut sum, Sum { tag, told, found: Tally::default() }).check(looking);
        }
        let Some((tag, chunk)) = of_posting_key(key) else { return Ok(()) };
        let Some(container) = Container::sound(body) else { return Ok(()) };
        if sum.tag != tag {
            let sum = std::mem::replace(&mut sum, Sum { tag, ..Sum::default() });
            sum.check(looking);
        }
        sum.found.count += u64::from(container.len());
        sum.found.bearers = sum.found.bearers.and(container.bearers());
        if tag == TagId::ORPHANS {
            return Ok(());
        }
        let mut members = Chunk::EMPTY;
        members.load(container);
        let is_class = classes.has(ClassId(tag.0));
        for n in members.iter() {
            let oid = oid_at(chunk, n);
            let says_so = if is_class {
                is_of_class(looking.tables, oid, ClassId(tag.0))?
            } else {
                bears(looking.tables, oid, tag)?
            };
            if !says_so {
                let why = format!("object {} is a member, and its own row says otherwise", oid.0);
                looking.report.find_row(Table::Postings, key, why);
            }
            if let Some(class) = container.bearers().class()
                && !is_of_class(looking.tables, oid, class)?
            {
                let why = format!("object {} is a member, and not of class {class}", oid.0);
                looking.report.find_row(Table::Postings, key, why);
            }
        }
        Ok(())
    })?;
    sum.check(looking);
    looking.each_body("tags", Table::ObjectTags, |looking, key, body| {
        let Some((oid, _)) = oid_of_key(key) else { return Ok(()) };
        if !looking.tables.has(Table::Objects, oid)? {
            looking.report.find_row(Table::ObjectTags, key, "there is no object that it is of");
        }
        for tag in PutOn::decode(body).unwrap_or_default().all() {
            if !has(looking.tables, tag, oid)? {
                let why = format!("the object is not among those that bear tag {}", tag.0);
                looking.report.find_row(Table::ObjectTags, key, why);
            }
        }
        Ok(())
    })
}

/// How many bear a tag, as its own row tells and as its containers do.
#[derive(Default)]
struct Sum {
    tag: TagId,
    told: Tally,
    found: Tally,
}

impl Sum {
    fn check(self, looking: &mut Looking<'_, '_>) {
        let Self { tag, told, found } = self;
        // What is not known of all of them may be known of those that are left.
        let is_true = told.bearers == found.bearers || told.bearers.class().is_none();
        if told.count != found.count || !is_true {
            let mut key = Vec::new();
            tally_key(tag, &mut key);
            let why = format!("{} are said to bear the tag, and {} do", told.count, found.count);
            looking.report.find_row(Table::Postings, &key, why);
        }
    }
}

fn is_of_class(tables: &Tables<'_>, oid: Oid, class: ClassId) -> Result<bool, Fault> {
    let header = |body: &[u8]| row_header(body).is_some_and(|(found, ..)| found == class);
    Ok(tables.body(Table::Objects, oid_key(oid).as_bytes(), header)?.unwrap_or(false))
}

fn bears(tables: &Tables<'_>, oid: Oid, tag: TagId) -> Result<bool, Fault> {
    let bears = |body: &[u8]| PutOn::decode(body).is_some_and(|tags| tags.has(tag));
    let by_itself = tables.body(Table::ObjectTags, oid_key(oid).as_bytes(), bears)?;
    if by_itself.unwrap_or(false) {
        return Ok(true);
    }
    Ok(tables.body(Table::ObjectTags, &field_tags_key(oid), bears)?.unwrap_or(false))
}
