//! Running criteria: chunk by chunk, as operations on sets of neighbouring numbers.

use std::sync::Arc;

use db0_runtime::{Chunk, Error, Result, class::Class, derived::Members, object::Objects};

use crate::{
    expr::{Node, Test},
    indexed::Indexed,
};

/// Criteria with their tags looked up, ready to be run on one view.
pub(crate) struct Plan {
    objects: Arc<Objects>,
    /// The class or classes that results are of.
    classes: Vec<Members>,
    root: Step,
}

enum Step {
    All,
    Nothing,
    Tag(Members),
    And(Vec<Step>),
    Or(Vec<Step>),
    Not(Box<Step>),
    Query(Box<Plan>),
    Test(Test),
    Indexed(Indexed),
}

impl Plan {
    /// For the objects of one class.
    pub(crate) fn of_class<T: Class>(objects: &Arc<Objects>, node: &Node) -> Result<Self> {
        let classes = Members::of_class::<T>(objects)?.into_iter().collect();
        Self::new(objects, classes, node)
    }

    fn new(objects: &Arc<Objects>, classes: Vec<Members>, node: &Node) -> Result<Self> {
        let root = Step::new(objects, node)?;
        Ok(Self { objects: objects.clone(), classes, root })
    }

    /// The next chunk at or after `from` that may have results.
    pub(crate) fn next_chunk(&self, from: u64) -> Result<Option<u64>> {
        if self.root.source().is_some() {
            return self.root.next_chunk(&self.objects, from);
        }
        let Some(class) = self.next_of_classes(from)? else { return Ok(None) };
        let mut at = class;
        // The tag and the class must both have the chunk: they take turns in skipping.
        loop {
            let Some(next) = self.root.next_chunk(&self.objects, at)? else { return Ok(None) };
            if next == at {
                return Ok(Some(at));
            }
            let Some(class) = self.next_of_classes(next)? else { return Ok(None) };
            at = class;
            if class == next {
                return Ok(Some(at));
            }
        }
    }

    fn next_of_classes(&self, from: u64) -> Result<Option<u64>> {
        let mut nearest: Option<u64> = None;
        for class in &self.classes {
            let next = class.next_chunk(&self.objects, from)?;
            nearest = nearest.into_iter().chain(next).min();
        }
        Ok(nearest)
    }

    /// The results in one chunk.
    pub(crate) fn chunk(&self, number: u64) -> Result<Chunk> {
        let mut among = Chunk::EMPTY;
        if let Some(source) = self.root.source() {
            source.chunk(&self.objects, number, &mut among)?;
        } else {
            for class in &self.classes {
                class.chunk(&self.objects, number, &mut among)?;
            }
        }
        self.root.keep(&self.objects, number, &mut among)?;
        Ok(among)
    }

    /// Keeps the results of one chunk that are among some objects.
    pub(crate) fn keep(&self, number: u64, among: &mut Chunk) -> Result<()> {
        let mut of_classes = Chunk::EMPTY;
        for class in &self.classes {
            class.chunk(&self.objects, number, &mut of_classes)?;
        }
        among.and(&of_classes);
        self.root.keep(&self.objects, number, among)
    }
}

impl Step {
    fn new(objects: &Arc<Objects>, node: &Node) -> Result<Self> {
        let steps = |parts: &[Node]| {
            parts.iter().map(|part| Self::new(objects, part)).collect::<Result<Vec<_>>>()
        };
        Ok(match node {
            Node::All => Self::All,
            Node::Tag(name) => Members::of_tag(objects, name)?.map_or(Self::Nothing, Self::Tag),
            Node::And(parts) => {
                let mut steps = steps(parts)?;
                // Tests look into objects: only into those that are left at the end.
                steps.sort_by_key(Self::cost);
                Self::And(steps)
            }
            Node::Or(parts) => Self::Or(steps(parts)?),
            Node::Not(part) => Self::Not(Box::new(Self::new(objects, part)?)),
            Node::Query(query) => {
                let plan = query.plan()?;
                // Objects of another prefix have numbers of their own.
                if plan.objects.is_same_prefix(objects) {
                    Self::Query(Box::new(plan))
                } else {
                    Self::Nothing
                }
            }
            Node::Test { test, lookup, .. } => {
                let index = lookup.as_ref().map(|lookup| lookup.index(objects)).transpose()?;
                match (index.flatten(), lookup) {
                    (Some(index), Some(lookup)) => {
                        Self::Indexed(Indexed::new(index, &lookup.keys, test))
                    }
                    _ => Self::Test(test.clone()),
                }
            }
            Node::Wrong(why) => return Err(Error::Invalid(why.clone())),
        })
    }

    /// An index that gives all results, which are of the class then.
    fn source(&self) -> Option<&Indexed> {
        match self {
            Self::Indexed(indexed) if indexed.is_source() => Some(indexed),
            Self::And(steps) => steps.iter().find_map(Self::source),
            _ => None,
        }
    }

    fn cost(&self) -> u8 {
        match self {
            Self::Indexed(indexed) => indexed.cost(),
            Self::All | Self::Nothing => 0,
            Self::Tag(_) => 1,
            Self::Not(step) => 1 + step.cost(),
            Self::And(steps) | Self::Or(steps) => {
                1 + steps.iter().map(Self::cost).max().unwrap_or(0)
            }
            Self::Query(plan) => 2 + plan.root.cost(),
            Self::Test(_) => 100,
        }
    }

    /// The next chunk at or after `from` that may have something; `from` itself where that is not
    /// known.
    fn next_chunk(&self, objects: &Arc<Objects>, from: u64) -> Result<Option<u64>> {
        match self {
            Self::All | Self::Not(_) | Self::Test(_) => Ok(Some(from)),
            Self::Nothing => Ok(None),
            Self::Indexed(indexed) => indexed.next_chunk(objects, from),
            Self::Tag(members) => members.next_chunk(objects, from),
            Self::Query(plan) => plan.next_chunk(from),
            Self::And(steps) => {
                let mut at = from;
                for step in steps {
                    match step.next_chunk(objects, at)? {
                        Some(next) => at = at.max(next),
                        None => return Ok(None),
                    }
                }
                Ok(Some(at))
            }
            Self::Or(steps) => {
                let mut nearest: Option<u64> = None;
                for step in steps {
                    nearest = nearest.into_iter().chain(step.next_chunk(objects, from)?).min();
                }
                Ok(nearest)
            }
        }
    }

    /// Keeps those of `among` that fulfil this.
    fn keep(&self, objects: &Arc<Objects>, number: u64, among: &mut Chunk) -> Result<()> {
        match self {
            Self::All => {}
            Self::Nothing => *among = Chunk::EMPTY,
            Self::Tag(members) => {
                let mut bearing = Chunk::EMPTY;
                members.chunk(objects, number, &mut bearing)?;
                among.and(&bearing);
            }
            Self::Query(plan) => among.and(&plan.chunk(number)?),
            Self::And(steps) => {
                for step in steps {
                    if among.is_empty() {
                        return Ok(());
                    }
                    step.keep(objects, number, among)?;
                }
            }
            Self::Or(steps) => {
                let mut kept = Chunk::EMPTY;
                for step in steps {
                    let mut some = among.clone();
                    some.and_not(&kept);
                    step.keep(objects, number, &mut some)?;
                    kept.or(&some);
                }
                *among = kept;
            }
            Self::Not(step) => {
                let mut matching = among.clone();
                step.keep(objects, number, &mut matching)?;
                among.and_not(&matching);
            }
            Self::Test(test) => keep_tested(test, objects, number, among)?,
            Self::Indexed(indexed) => indexed.keep(objects, number, among)?,
        }
        Ok(())
    }
}

/// Keeps the objects of `among` that a test holds for.
pub(crate) fn keep_tested(
    test: &Test,
    objects: &Arc<Objects>,
    number: u64,
    among: &mut Chunk,
) -> Result<()> {
    let mut kept = Chunk::EMPTY;
    for n in among.iter() {
        if test(objects, oid_at(number, n))? {
            kept.insert(n);
        }
    }
    *among = kept;
    Ok(())
}

/// The number of an object, by its chunk and its place there.
pub(crate) fn oid_at(chunk: u64, n: u16) -> u64 {
    chunk << Chunk::BITS | u64::from(n)
}

/// The chunk of an object, and its place there.
pub(crate) fn place_of(oid: u64) -> (u64, u16) {
    (oid >> Chunk::BITS, (oid & ((1 << Chunk::BITS) - 1)) as u16)
}
