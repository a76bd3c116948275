//! Putting tags on objects and taking them off.

use std::{panic::Location, sync::Arc};

use super::few::Few;
use crate::{
    Error, Result,
    class::{Class, TagName},
    fields::field_tags_key,
    object::{AnyCell, AnyMemo, Grip, Memo, Objects},
    store::{ClassId, Done, LayerRows, Oid, OneByOne, Retag, TagId},
};

/// What becomes of the tags of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// They get these, too.
    Add,
    /// They lose these.
    Remove,
    /// They have these and no others.
    Set,
}

/// Whether tags keep what bears them alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// They do.
    Alive,
    /// They don't.
    Nothing,
}

/// The numbers of the tags that hold an object.
pub(super) fn numbers(objects: &Objects, oid: Oid) -> Result<Vec<TagId>> {
    Ok(objects.view().tags_seen()?.put_on(oid)?.holding)
}

impl Hold {
    /// What is done with a tag that is put on.
    fn done(self) -> Done {
        match self {
            Self::Alive => Done::Holding,
            Self::Nothing => Done::Passive,
        }
    }
}

/// An object that is to be tagged. Something holds it until it has its tag: most often whoever lends it.
pub struct Target<'m>(Of<'m>);

enum Of<'m> {
    Lent(&'m dyn AnyCell),
    Held(Grip),
    Number(&'m Arc<Objects>, Oid),
}

impl<'m> Target<'m> {
    /// The object of a handle.
    pub fn of<T: Class>(memo: &'m Memo<T>) -> Result<Self> {
        match memo.live() {
            Some(cell) => Ok(Self(Of::Lent(&**cell))),
            None => memo.grip().map(|grip| Self(Of::Held(grip))),
        }
    }

    /// The object of a handle without a type.
    pub fn of_any(memo: &AnyMemo) -> Result<Self> {
        memo.cell().map(|cell| Self(Of::Held(Grip::new(cell))))
    }

    /// The object of a number.
    pub fn of_number(objects: &'m Arc<Objects>, oid: u64) -> Self {
        Self(Of::Number(objects, Oid(oid)))
    }

    /// Through which view.
    pub fn objects(&self) -> &Arc<Objects> {
        match &self.0 {
            Of::Lent(cell) => cell.objects(),
            Of::Held(grip) => grip.objects(),
            Of::Number(objects, _) => objects,
        }
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.oid().0
    }

    fn oid(&self) -> Oid {
        match &self.0 {
            Of::Lent(cell) => cell.oid(),
            Of::Held(grip) => grip.cell().oid(),
            Of::Number(_, oid) => *oid,
        }
    }

    /// Refuses one that is deleted.
    fn class(&self) -> Result<ClassId> {
        let of = |cell: &dyn AnyCell| cell.check_alive().map(|()| cell.class().id);
        match &self.0 {
            Of::Lent(cell) => of(*cell),
            Of::Held(grip) => of(&**grip.cell()),
            Of::Number(objects, oid) => objects.check_alive(*oid),
        }
    }
}

/// An object that is there, and its class; without one it has been deleted.
type Found = (Oid, Option<ClassId>);

/// Tags that are taken off objects.
#[derive(Default)]
struct TakenOff {
    tags: Vec<(Found, TagId)>,
    /// Those that the object's fields don't give it, too.
    left: Vec<(TagId, Oid)>,
}

impl TakenOff {
    /// Adds those of an object's tags that go.
    fn add(
        &mut self,
        seen: &mut OneByOne<'_>,
        of: Found,
        goes: impl Fn(TagId) -> bool,
    ) -> Result<()> {
        let (oid, _) = of;
        let (put_on, given) = seen.both(oid, &field_tags_key(oid))?;
        for tag in put_on.all().filter(|tag| goes(*tag)) {
            self.tags.push((of, tag));
            // What fields give stays, as long as the fields do.
            if !given.has(tag) {
                self.left.push((tag, oid));
            }
        }
        Ok(())
    }

    fn write(self, rows: &mut LayerRows) {
        for ((oid, class), tag) in self.tags {
            note(rows, (oid, class)).set(tag, Done::Off);
        }
        self.left.into_iter().for_each(|(tag, oid)| rows.postings.leave(tag, oid));
    }
}

/// What is done with the tags of an object, to be added to.
fn note(rows: &mut LayerRows, (oid, class): Found) -> &mut Retag {
    let noted = rows.retag(oid);
    noted.class = class.or(noted.class);
    noted
}

/// Puts tags on objects, whatever tags these have.
fn put_on(rows: &mut LayerRows, these: &[Found], tags: &[TagId], done: Done) {
    if let [of] = these {
        let noted = note(rows, *of);
        tags.iter().for_each(|tag| noted.set(*tag, done));
        tags.iter().for_each(|tag| rows.postings.join(*tag, *of));
        return;
    }
    rows.retag_all(these, &Retag::of(tags, done));
    for tag in tags {
        rows.postings.join_all(*tag, these, |of| *of);
    }
}

/// The names of an object's tags, also of those that its fields give it.
pub fn tags_of(objects: &Arc<Objects>, oid: u64) -> Result<Vec<TagName>> {
    objects.follow()?;
    let objects = &objects.seen();
    let seen = objects.view().tags_seen()?;
    let (put_on, given) = seen.one_by_one().both(Oid(oid), &field_tags_key(Oid(oid)))?;
    let mut numbers: Vec<TagId> = put_on.all().chain(given.all()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|tag| objects.tag_names().name(objects.store(), tag)).collect()
}

/// Changes the tags of the first of these objects, as many as are of one view, all in one step. Gives how
/// many these are.
#[track_caller]
pub fn tag(
    targets: &[Target<'_>],
    tagging: Tagging,
    names: &[TagName],
    hold: Hold,
) -> Result<usize> {
    let Some(objects) = targets.first().map(Target::objects) else { return Ok(0) };
    let _turn = objects.borrow_turn(Location::caller())?;
    let tags = tags_named(objects, tagging, names)?;
    let class = |target: &Target<'_>| match target.class() {
        Err(Error::Deleted { .. }) if tagging == Tagging::Remove => Ok((target.oid(), None)),
        class => class.map(|class| (target.oid(), Some(class))),
    };
    let mut these = Few::default();
    these.reserve(targets.len());
    for target in targets {
        // Objects are gone through once: there may be more of them than caches hold.
        if !Arc::ptr_eq(target.objects(), objects) {
            break;
        }
        these.push(class(target)?);
    }
    let done = these.len();
    if !these.is_sorted() {
        these.sort_unstable();
    }
    let mut off = TakenOff::default();
    if tagging != Tagging::Add {
        let seen = objects.view().tags_seen()?;
        let mut seen = seen.one_by_one();
        let goes = |tag| tags.contains(&tag) == (tagging == Tagging::Remove);
        these.iter().try_for_each(|of| off.add(&mut seen, *of, goes))?;
    }
    if tagging == Tagging::Remove && off.tags.is_empty() {
        return Ok(done);
    }
    objects.write_rows(|rows| {
        off.write(rows);
        if tagging != Tagging::Remove {
            put_on(rows, &these, &tags, hold.done());
        }
    });
    Ok(done)
}

/// The numbers of tags; those that are put on are given out where there are none.
fn tags_named(objects: &Objects, tagging: Tagging, names: &[TagName]) -> Result<Few<TagId>> {
    let names_of = objects.tag_names();
    let mut tags = Few::default();
    for name in names {
        match tagging {
            Tagging::Remove => tags.extend(names_of.find(objects.store(), name)?),
            Tagging::Add | Tagging::Set => tags.push(names_of.find_or_add(objects.store(), name)?),
        }
    }
    Ok(tags)
}

/// Takes all tags that were put on it off an object that has been deleted.
pub(super) fn untag(objects: &Arc<Objects>, oid: Oid) -> Result<()> {
    let mut off = TakenOff::default();
    off.add(&mut objects.view().tags_seen()?.one_by_one(), (oid, None), |_| true)?;
    if !off.tags.is_empty() {
        objects.write_rows(|rows| off.write(rows));
    }
    Ok(())
}
