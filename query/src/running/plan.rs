//! Criteria with their tags looked up, ready to be run on one view.

use std::{fmt, sync::Arc};

use db0_collections::index::Part;
use db0_runtime::{Result, class::TagName, derived::Members, object::Objects};

use super::{and::And, composite, ids::IdSet, indexed::Indexed};
use crate::{
    queries::core::members_named,
    terms::{
        condition::FieldTest,
        expr::{Node, Test},
    },
};

/// What a query is going to do.
pub(crate) struct Plan {
    pub(crate) objects: Arc<Objects>,
    /// The tags and classes that are looked at; those classes come first that results are of.
    pub(crate) tags: Vec<Tagged>,
    /// How many classes results are of.
    pub(crate) classes: usize,
    /// Queries that are criteria.
    pub(crate) queries: Vec<Self>,
    pub(crate) root: Step,
    /// Code of the user's may run in it.
    pub(crate) looks_into_objects: bool,
}

/// A tag or class of a plan.
pub(crate) struct Tagged {
    pub(crate) members: Members,
    pub(crate) name: Name,
}

/// What a tag or class is called where people read it.
pub(crate) enum Name {
    Tag(TagName),
    Class(String),
}

/// A part of a plan.
pub(crate) enum Step {
    All,
    Nothing,
    /// One of the plan's tags, by its place.
    Tag(usize),
    /// Few objects, gathered before.
    Ids(IdSet, String),
    And(And),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// One of the plan's queries, by its place.
    Query(usize),
    Indexed(Indexed),
    Field(FieldTest),
    Filter(Test),
}

impl Plan {
    pub(crate) fn new(objects: &Arc<Objects>, classes: Vec<Members>, node: &Node) -> Result<Self> {
        let class = |members| Tagged { members, name: Name::Class(String::new()) };
        let mut plan = Self {
            objects: objects.clone(),
            classes: classes.len(),
            tags: classes.into_iter().map(class).collect(),
            queries: Vec::new(),
            root: Step::All,
            looks_into_objects: false,
        };
        plan.root = plan.step(node)?;
        let of_queries = plan.queries.iter().any(|query| query.looks_into_objects);
        plan.looks_into_objects = of_queries || plan.root.may_run_code();
        Ok(plan)
    }

    fn step(&mut self, node: &Node) -> Result<Step> {
        Ok(match node {
            Node::All => Step::All,
            Node::Tag(name) => self.tag(name)?,
            Node::TagsFrom(front) => {
                let front = TagName::front_of_text(front);
                let tags = Members::of_tags_with_front(&self.objects, &front)?.into_iter();
                Step::Or(tags.map(|(name, tag)| self.tagged(tag, Name::Tag(name))).collect())
            }
            Node::Class(names) => self.class(names)?,
            Node::Object(uuid) => self.objects.number_of(*uuid).map_or(Step::Nothing, |oid| {
                let mut ids = IdSet::default();
                ids.insert(oid);
                Step::Ids(ids, format!("{node:?}"))
            }),
            Node::And(parts) => Step::And(And::new(self.all_of(parts)?)),
            Node::Or(parts) => Step::Or(self.steps(parts)?),
            Node::Not(part) => Step::Not(Box::new(self.step(part)?)),
            Node::Query(query) => {
                let plan = query.plan_as_criterion()?;
                // Objects of another prefix have numbers of their own.
                if plan.objects.is_same_prefix(&self.objects) {
                    self.queries.push(plan);
                    Step::Query(self.queries.len() - 1)
                } else {
                    Step::Nothing
                }
            }
            Node::Index(part) => self.index(part)?,
            Node::Field(test) => self.field(test)?,
            Node::Filter(test) => Step::Filter(test.clone()),
            Node::Wrong(why) => return Err(why.clone()),
        })
    }

    fn steps(&mut self, parts: &[Node]) -> Result<Vec<Step>> {
        parts.iter().map(|part| self.step(part)).collect()
    }

    /// Steps that must all hold: conditions on fields that are kept together are one.
    fn all_of(&mut self, parts: &[Node]) -> Result<Vec<Step>> {
        let (places, tests): (Vec<usize>, Vec<&FieldTest>) = parts
            .iter()
            .enumerate()
            .filter_map(|(place, part)| match part {
                Node::Field(test) => Some((place, test)),
                _ => None,
            })
            .unzip();
        let Some(chosen) = composite::choose(&self.objects, &tests, 2)? else {
            return self.steps(parts);
        };
        let done: Vec<usize> = chosen.of.iter().map(|test| places[*test]).collect();
        let mut steps = vec![Step::Indexed(Indexed::together(chosen, &tests))];
        for (_, part) in parts.iter().enumerate().filter(|(place, _)| !done.contains(place)) {
            steps.push(self.step(part)?);
        }
        Ok(steps)
    }

    /// A condition: with the index of its field, else with one that begins with it.
    fn field(&self, test: &FieldTest) -> Result<Step> {
        if let Some(index) = test.field.index(&self.objects)? {
            return Ok(Step::Indexed(Indexed::new(index, test)));
        }
        let together = composite::choose(&self.objects, &[test], 1)?;
        Ok(match together {
            Some(chosen) => Step::Indexed(Indexed::together(chosen, &[test])),
            None => Step::Field(test.clone()),
        })
    }

    fn tagged(&mut self, members: Members, name: Name) -> Step {
        self.tags.push(Tagged { members, name });
        Step::Tag(self.tags.len() - 1)
    }

    fn tag(&mut self, name: &TagName) -> Result<Step> {
        let members = Members::of_tag(&self.objects, name)?;
        Ok(members.map_or(Step::Nothing, |tag| self.tagged(tag, Name::Tag(name.clone()))))
    }

    /// The class's objects, and what bears the class as a tag.
    fn class(&mut self, names: &[String]) -> Result<Step> {
        let members = members_named(&self.objects, names)?;
        let class = || Name::Class(names.first().cloned().unwrap_or_default());
        let mut steps = Vec::from_iter(members.map(|members| self.tagged(members, class())));
        for name in names {
            match self.tag(&TagName::class(name))? {
                Step::Nothing => {}
                tag => steps.push(tag),
            }
        }
        Ok(Step::Or(steps))
    }

    fn index(&self, part: &Part) -> Result<Step> {
        if !part.objects()?.is_some_and(|theirs| theirs.is_same_prefix(&self.objects)) {
            return Ok(Step::Nothing);
        }
        let mut ids = IdSet::default();
        for found in part.walk()? {
            ids.insert(found?.number);
        }
        Ok(Step::Ids(ids, format!("{part:?}")))
    }
}

impl Step {
    /// An index that gives all results, which are of the class then.
    pub(crate) fn source(&self) -> Option<&Indexed> {
        match self {
            Self::Indexed(indexed) if indexed.is_source() => Some(indexed),
            Self::And(and) => and.parts().find_map(Self::source),
            _ => None,
        }
    }

    /// To run it may run code of the user's, and take as long as that takes.
    fn may_run_code(&self) -> bool {
        match self {
            Self::All | Self::Nothing | Self::Ids(..) | Self::Tag(_) | Self::Query(_) => false,
            Self::Indexed(_) | Self::Field(_) | Self::Filter(_) => true,
            Self::Not(step) => step.may_run_code(),
            Self::And(and) => and.parts().any(Self::may_run_code),
            Self::Or(steps) => steps.iter().any(Self::may_run_code),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(name) => write!(f, "{name:?}"),
            Self::Class(name) => write!(f, "class {name}"),
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").finish_non_exhaustive()
    }
}
