//! Running criteria: chunk by chunk, as operations on sets of neighbouring numbers.

use std::{fmt, sync::Arc};

use db0_collections::index::Part;
use db0_runtime::{Chunk, Result, class::TagName, derived::Members, object::Objects};

use crate::{
    and::And,
    condition::FieldTest,
    core::members_named,
    expr::{Node, Test},
    ids::{IdSet, oid_at, place_of},
    indexed::Indexed,
    tagged::{Look, Tagged},
};

/// Criteria with their tags looked up, ready to be run on one view.
pub(crate) struct Plan {
    objects: Arc<Objects>,
    /// The class or classes that results are of.
    classes: Vec<Tagged>,
    root: Step,
}

/// A part of a plan.
pub(crate) enum Step {
    All,
    Nothing,
    Tag(Tagged),
    /// Few objects, gathered before.
    Ids(IdSet, String),
    And(And),
    Or(Vec<Step>),
    Not(Box<Step>),
    Query(Box<Plan>),
    Indexed(Indexed),
    Field(FieldTest),
    Filter(Test),
}

impl Plan {
    pub(crate) fn new(objects: &Arc<Objects>, classes: Vec<Members>, node: &Node) -> Result<Self> {
        let root = Step::new(objects, node)?;
        let classes = classes.into_iter().map(|class| Tagged::new(class, String::new())).collect();
        Ok(Self { objects: objects.clone(), classes, root })
    }

    pub(crate) fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    pub(crate) fn classes(&self) -> &[Tagged] {
        &self.classes
    }

    pub(crate) fn root(&self) -> &Step {
        &self.root
    }

    fn look(&self, ahead: bool) -> Look<'_> {
        Look { objects: &self.objects, ahead }
    }

    /// The next chunk at or after `from` that may have results.
    pub(crate) fn next_chunk(&self, from: u64) -> Result<Option<u64>> {
        self.next_of(self.look(false), from)
    }

    fn next_of(&self, look: Look<'_>, from: u64) -> Result<Option<u64>> {
        if self.root.source().is_some() {
            return self.root.next_chunk(look, from);
        }
        let Some(class) = self.next_of_classes(look, from)? else { return Ok(None) };
        let mut at = class;
        // The tag and the class must both have the chunk: they take turns in skipping.
        loop {
            let Some(next) = self.root.next_chunk(look, at)? else { return Ok(None) };
            if next == at {
                return Ok(Some(at));
            }
            let Some(class) = self.next_of_classes(look, next)? else { return Ok(None) };
            at = class;
            if class == next {
                return Ok(Some(at));
            }
        }
    }

    fn next_of_classes(&self, look: Look<'_>, from: u64) -> Result<Option<u64>> {
        let mut nearest: Option<u64> = None;
        for class in &self.classes {
            let next = class.next_chunk(look, from)?;
            nearest = nearest.into_iter().chain(next).min();
        }
        Ok(nearest)
    }

    /// Adds the objects of the classes that results are of.
    fn of_classes(&self, look: Look<'_>, number: u64, chunk: &mut Chunk) -> Result<()> {
        self.classes.iter().try_for_each(|class| class.chunk(look, number, chunk))
    }

    /// How many objects there are of the classes that results are of.
    pub(crate) fn count_of_classes(&self) -> Result<u64> {
        let (look, mut count, mut from) = (self.look(true), 0, 0);
        while let Some(number) = self.next_of_classes(look, from)? {
            let mut members = Chunk::EMPTY;
            self.of_classes(look, number, &mut members)?;
            count += u64::from(members.len());
            from = number + 1;
        }
        Ok(count)
    }

    /// The results in one chunk.
    pub(crate) fn chunk(&self, number: u64) -> Result<Chunk> {
        self.chunk_of(self.look(false), number)
    }

    fn chunk_of(&self, look: Look<'_>, number: u64) -> Result<Chunk> {
        let mut among = Chunk::EMPTY;
        if let Some(source) = self.root.source() {
            source.chunk(look.objects, number, &mut among)?;
        } else {
            self.of_classes(look, number, &mut among)?;
        }
        self.root.keep(look, number, &mut among)?;
        Ok(among)
    }

    /// Calls `each` with every chunk that has results, until it says that this is enough.
    pub(crate) fn each_chunk(&self, mut each: impl FnMut(u64, &Chunk) -> bool) -> Result<()> {
        let (look, mut from) = (self.look(true), 0);
        while let Some(number) = self.next_of(look, from)? {
            let chunk = self.chunk_of(look, number)?;
            if !chunk.is_empty() && !each(number, &chunk) {
                break;
            }
            from = number + 1;
        }
        Ok(())
    }

    pub(crate) fn count(&self) -> Result<u64> {
        match (&self.root, &self.classes[..]) {
            (Step::All, [class]) => return class.members.count(&self.objects),
            (Step::Tag(tag), [class]) => return tag.count_with(self.look(true), class),
            _ => {}
        }
        let mut count = 0;
        self.each_chunk(|_, chunk| {
            count += u64::from(chunk.len());
            true
        })?;
        Ok(count)
    }

    pub(crate) fn first(&self) -> Result<Option<u64>> {
        let mut first = None;
        self.each_chunk(|number, chunk| {
            first = chunk.iter().next().map(|n| oid_at(number, n));
            false
        })?;
        Ok(first)
    }

    pub(crate) fn contains(&self, oid: u64) -> Result<bool> {
        let (number, n) = place_of(oid);
        let look = self.look(false);
        let mut among = Chunk::EMPTY;
        self.of_classes(look, number, &mut among)?;
        if !among.contains(n) {
            return Ok(false);
        }
        // Alone, so that nothing else is looked into.
        let mut one = Chunk::EMPTY;
        one.insert(n);
        self.root.keep(look, number, &mut one)?;
        Ok(!one.is_empty())
    }

    /// All results, ascending, if an index gives them and they are few.
    pub(crate) fn few(&self) -> Result<Option<Arc<[u64]>>> {
        match &self.root {
            Step::Indexed(indexed) if indexed.is_source() => indexed.few(&self.objects),
            _ => Ok(None),
        }
    }

    /// All results.
    pub(crate) fn set(&self) -> Result<IdSet> {
        let mut set = IdSet::default();
        self.each_chunk(|number, chunk| {
            set.insert_chunk(number, chunk.clone());
            true
        })?;
        Ok(set)
    }
}

impl Step {
    fn new(objects: &Arc<Objects>, node: &Node) -> Result<Self> {
        let steps = |parts: &[Node]| {
            parts.iter().map(|part| Self::new(objects, part)).collect::<Result<Vec<_>>>()
        };
        Ok(match node {
            Node::All => Self::All,
            Node::Tag(name) => Self::tag(objects, name)?,
            Node::TagsFrom(front) => {
                let tags = Members::of_tags_with_front(objects, &TagName::front_of_text(front))?;
                Self::Or(
                    tags.into_iter()
                        .map(|(name, tag)| Self::Tag(Tagged::new(tag, show(&name))))
                        .collect(),
                )
            }
            Node::Class(names) => Self::class(objects, names)?,
            Node::Object(uuid) => objects.number_of(*uuid).map_or(Self::Nothing, |oid| {
                let mut ids = IdSet::default();
                ids.insert(oid);
                Self::Ids(ids, format!("{node:?}"))
            }),
            Node::And(parts) => Self::And(And::new(steps(parts)?)),
            Node::Or(parts) => Self::Or(steps(parts)?),
            Node::Not(part) => Self::Not(Box::new(Self::new(objects, part)?)),
            Node::Query(query) => {
                let plan = query.plan_as_criterion()?;
                // Objects of another prefix have numbers of their own.
                if plan.objects.is_same_prefix(objects) {
                    Self::Query(Box::new(plan))
                } else {
                    Self::Nothing
                }
            }
            Node::Index(part) => Self::index(objects, part)?,
            Node::Field(test) => match test.field.index(objects)? {
                Some(index) => Self::Indexed(Indexed::new(index, test)),
                None => Self::Field(test.clone()),
            },
            Node::Filter(test) => Self::Filter(test.clone()),
            Node::Wrong(why) => return Err(why.clone()),
        })
    }

    fn tag(objects: &Objects, name: &TagName) -> Result<Self> {
        let members = Members::of_tag(objects, name)?;
        Ok(members.map_or(Self::Nothing, |tag| Self::Tag(Tagged::new(tag, show(name)))))
    }

    /// The class's objects, and what bears the class as a tag.
    fn class(objects: &Objects, names: &[String]) -> Result<Self> {
        let class = format!("class {}", names.first().map_or("", |name| name));
        let members =
            members_named(objects, names)?.map(|members| Self::Tag(Tagged::new(members, class)));
        let mut steps = Vec::from_iter(members);
        for name in names {
            match Self::tag(objects, &TagName::class(name))? {
                Self::Nothing => {}
                tag => steps.push(tag),
            }
        }
        Ok(Self::Or(steps))
    }

    fn index(objects: &Objects, part: &Part) -> Result<Self> {
        if !part.objects()?.is_some_and(|theirs| theirs.is_same_prefix(objects)) {
            return Ok(Self::Nothing);
        }
        let mut ids = IdSet::default();
        for found in part.walk()? {
            ids.insert(found?.number);
        }
        Ok(Self::Ids(ids, format!("{part:?}")))
    }

    /// An index that gives all results, which are of the class then.
    fn source(&self) -> Option<&Indexed> {
        match self {
            Self::Indexed(indexed) if indexed.is_source() => Some(indexed),
            Self::And(and) => and.parts().find_map(Self::source),
            _ => None,
        }
    }

    /// The next chunk at or after `from` that may have something; `from` itself where that is not
    /// known.
    fn next_chunk(&self, look: Look<'_>, from: u64) -> Result<Option<u64>> {
        match self {
            Self::All | Self::Not(_) | Self::Field(_) | Self::Filter(_) => Ok(Some(from)),
            Self::Nothing => Ok(None),
            Self::Indexed(indexed) => indexed.next_chunk(look.objects, from),
            Self::Tag(tag) => tag.next_chunk(look, from),
            Self::Ids(ids, _) => Ok(ids.next_chunk(from)),
            Self::Query(plan) => plan.next_of(plan.look(look.ahead), from),
            Self::And(and) => {
                let mut at = from;
                for step in and.in_order(look.objects)? {
                    match step.next_chunk(look, at)? {
                        Some(next) => at = at.max(next),
                        None => return Ok(None),
                    }
                }
                Ok(Some(at))
            }
            Self::Or(steps) => {
                let mut nearest: Option<u64> = None;
                for step in steps {
                    nearest = nearest.into_iter().chain(step.next_chunk(look, from)?).min();
                }
                Ok(nearest)
            }
        }
    }

    /// Keeps those of `among` that fulfil this.
    fn keep(&self, look: Look<'_>, number: u64, among: &mut Chunk) -> Result<()> {
        match self {
            Self::All => {}
            Self::Nothing => *among = Chunk::EMPTY,
            Self::Tag(tag) => tag.keep(look, number, among)?,
            Self::Ids(ids, _) => match ids.chunk(number) {
                Some(chunk) => among.and(chunk),
                None => *among = Chunk::EMPTY,
            },
            Self::Query(plan) => plan.keep_in(look.ahead, number, among)?,
            Self::And(and) => {
                for step in and.in_known_order() {
                    if among.is_empty() {
                        return Ok(());
                    }
                    step.keep(look, number, among)?;
                }
            }
            Self::Or(steps) => {
                let mut kept = Chunk::EMPTY;
                for step in steps {
                    let mut some = among.clone();
                    some.and_not(&kept);
                    step.keep(look, number, &mut some)?;
                    kept.or(&some);
                }
                *among = kept;
            }
            Self::Not(step) => {
                let mut matching = among.clone();
                step.keep(look, number, &mut matching)?;
                among.and_not(&matching);
            }
            Self::Field(test) => keep_if(number, among, |oid| test.holds(look.objects, oid))?,
            Self::Indexed(indexed) => indexed.keep(look.objects, number, among)?,
            Self::Filter(test) => keep_if(number, among, |oid| test(look.objects, oid))?,
        }
        Ok(())
    }
}

impl Plan {
    /// Keeps those of `among` that are results of this.
    pub(crate) fn keep(&self, number: u64, among: &mut Chunk) -> Result<()> {
        self.keep_in(false, number, among)
    }

    fn keep_in(&self, ahead: bool, number: u64, among: &mut Chunk) -> Result<()> {
        let look = self.look(ahead);
        let mut of_classes = Chunk::EMPTY;
        self.of_classes(look, number, &mut of_classes)?;
        among.and(&of_classes);
        self.root.keep(look, number, among)
    }
}

/// Keeps the objects of `among` that a test holds for.
pub(crate) fn keep_if(
    number: u64,
    among: &mut Chunk,
    mut test: impl FnMut(u64) -> Result<bool>,
) -> Result<()> {
    let mut kept = Chunk::EMPTY;
    for n in among.iter() {
        if test(oid_at(number, n))? {
            kept.insert(n);
        }
    }
    *among = kept;
    Ok(())
}

fn show(name: &TagName) -> String {
    format!("{name:?}")
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").finish_non_exhaustive()
    }
}
