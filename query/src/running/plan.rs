//! Criteria with their tags looked up, ready to be run on one view.

use std::{fmt, sync::Arc};

use db0_collections::index::Part;
use db0_runtime::{Error, Result, class::TagName, derived::Members, object::Objects};
use uuid::Uuid;

use super::{and::And, composite, ids::IdSet, indexed::Indexed};
use crate::terms::{
    core::{Core, Node, Test},
    field_test::FieldTest,
    of::{Of, members_named},
};

/// So deep criteria may be nested. Parts that must all hold are none of it, as long as they are of one view
/// and class. Each level takes some of the stack.
const NESTED_MAX: usize = 256;

/// Room for so many tags is made at once.
const TAGS: usize = 3;

/// What a query is going to do.
pub(crate) struct Plan {
    pub(crate) objects: Arc<Objects>,
    /// The tags and classes that are looked at; those classes come first that results are of.
    pub(crate) tags: Vec<Tagged>,
    /// How many classes results are of.
    pub(crate) classes: usize,
    /// Queries that are criteria.
    pub(crate) queries: Vec<Self>,
    /// What results are of.
    pub(crate) of: Of,
    pub(crate) root: Step,
    /// Code of the user's may run in it.
    pub(crate) looks_into_objects: bool,
    /// How deep the part is nested that is looked at, while the plan is made.
    depth: usize,
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

/// Why there is nothing.
pub(crate) enum Nothing {
    /// No object ever bore the tag.
    Unborne(TagName),
    /// The criteria are on another prefix.
    Elsewhere,
}

/// A part of a plan.
pub(crate) enum Step {
    All,
    Nothing(Nothing),
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
    pub(crate) fn new(objects: &Arc<Objects>, of: &Of, node: &Node) -> Result<Self> {
        Self::within(0, objects, of, node)
    }

    fn within(depth: usize, objects: &Arc<Objects>, of: &Of, node: &Node) -> Result<Self> {
        let classes = of.members(objects)?;
        let class = |members| Tagged { members, name: Name::Class(String::new()) };
        let mut plan = Self {
            objects: objects.clone(),
            classes: classes.len(),
            tags: Vec::with_capacity(classes.len() + TAGS),
            queries: Vec::new(),
            of: of.clone(),
            root: Step::All,
            looks_into_objects: false,
            depth,
        };
        plan.tags.extend(classes.into_iter().map(class));
        plan.root = plan.step(node)?;
        let of_queries = plan.queries.iter().any(|query| query.looks_into_objects);
        plan.looks_into_objects = of_queries || plan.root.may_run_code();
        Ok(plan)
    }

    fn step(&mut self, node: &Node) -> Result<Step> {
        self.depth += 1;
        if self.depth > NESTED_MAX {
            let why = format!("criteria are nested {NESTED_MAX} deep at most: keep parts as tags");
            return Err(Error::Invalid(why));
        }
        let step = self.step_here(node)?;
        self.depth -= 1;
        Ok(step)
    }

    fn step_here(&mut self, node: &Node) -> Result<Step> {
        match node {
            Node::All => Ok(Step::All),
            Node::Tag(name) => self.tag(name),
            Node::TagsFrom(front) => self.tags_from(front),
            Node::Class(names) => self.class(names),
            Node::Object(uuid) => Ok(self.object(*uuid)),
            Node::And(_) => self.all_of(node),
            Node::Or(parts) => self.steps(parts).map(Step::Or),
            Node::Not(part) => self.step(part).map(|step| Step::Not(Box::new(step))),
            Node::Query(query) => self.query(query),
            Node::Index(part) => self.index(part),
            Node::Field(test) => self.field(test),
            Node::Filter(test) => Ok(Step::Filter(test.clone())),
            Node::Wrong(why) => Err(why.clone()),
        }
    }

    /// A query is of the same classes and view: its criteria are like those around it.
    fn is_like(&self, query: &Core) -> Result<bool> {
        query.check_criterion()?;
        let objects = query.objects()?;
        if !Arc::ptr_eq(&objects, &self.objects) {
            return Ok(false);
        }
        let classes = self.tags[..self.classes].iter().map(|tag| tag.members);
        Ok(query.of.members(&objects)?.into_iter().eq(classes))
    }

    fn query(&mut self, query: &Core) -> Result<Step> {
        if self.is_like(query)? {
            return self.step(&query.node);
        }
        let plan = Self::within(self.depth, &query.objects()?, &query.of, &query.node)?;
        // Objects of another prefix have numbers of their own.
        if !plan.objects.is_same_prefix(&self.objects) {
            return Ok(Step::Nothing(Nothing::Elsewhere));
        }
        self.queries.push(plan);
        Ok(Step::Query(self.queries.len() - 1))
    }

    fn steps<'n>(&mut self, parts: impl IntoIterator<Item = &'n Node>) -> Result<Vec<Step>> {
        // Written out: nested criteria take less of the stack so.
        let mut steps = Vec::new();
        for part in parts {
            steps.push(self.step(part)?);
        }
        Ok(steps)
    }

    /// The parts that must all hold, however they are nested.
    fn parts<'n>(&self, node: &'n Node) -> Result<Vec<&'n Node>> {
        let (mut parts, mut waiting) = (Vec::new(), vec![node]);
        while let Some(node) = waiting.pop() {
            match node {
                Node::And(inner) => waiting.extend(inner.iter().rev()),
                Node::Query(query) if self.is_like(query)? => waiting.push(&query.node),
                other => parts.push(other),
            }
        }
        Ok(parts)
    }

    /// Steps that must all hold: conditions on fields that are kept together are one.
    fn all_of(&mut self, node: &Node) -> Result<Step> {
        let parts = self.parts(node)?;
        let (places, tests): (Vec<usize>, Vec<&FieldTest>) = parts
            .iter()
            .enumerate()
            .filter_map(|(place, part)| match part {
                Node::Field(test) if test.is_of(&self.objects) => Some((place, test)),
                _ => None,
            })
            .unzip();
        let Some(chosen) = composite::choose(&self.objects, &tests, 2)? else {
            return Ok(Step::And(And::new(self.steps(parts)?)));
        };
        let done: Vec<usize> = chosen.of.iter().map(|test| places[*test]).collect();
        let mut steps = vec![Step::Indexed(Indexed::together(chosen, &tests))];
        for (_, part) in parts.iter().enumerate().filter(|(place, _)| !done.contains(place)) {
            steps.push(self.step(part)?);
        }
        Ok(Step::And(And::new(steps)))
    }

    /// A condition: with the index of its field, else with one that begins with it.
    fn field(&self, test: &FieldTest) -> Result<Step> {
        if !test.is_of(&self.objects) {
            return Ok(Step::Nothing(Nothing::Elsewhere));
        }
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
        Ok(match members {
            Some(tag) => self.tagged(tag, Name::Tag(name.clone())),
            None => Step::Nothing(Nothing::Unborne(name.clone())),
        })
    }

    fn tags_from(&mut self, front: &str) -> Result<Step> {
        let front = TagName::front_of_text(front);
        let tags = Members::of_tags_with_front(&self.objects, &front)?.into_iter();
        Ok(Step::Or(tags.map(|(name, tag)| self.tagged(tag, Name::Tag(name))).collect()))
    }

    fn object(&self, uuid: Uuid) -> Step {
        let Some(oid) = self.objects.number_of(uuid) else {
            return Step::Nothing(Nothing::Elsewhere);
        };
        let mut ids = IdSet::default();
        ids.insert(oid);
        Step::Ids(ids, format!("{:?}", Node::Object(uuid)))
    }

    /// The class's objects, and what bears the class as a tag.
    fn class(&mut self, names: &[String]) -> Result<Step> {
        let members = members_named(&self.objects, names)?;
        let class = || Name::Class(names.first().cloned().unwrap_or_default());
        let mut steps = Vec::from_iter(members.map(|members| self.tagged(members, class())));
        for name in names {
            match self.tag(&TagName::class(name))? {
                Step::Nothing(_) => {}
                tag => steps.push(tag),
            }
        }
        Ok(Step::Or(steps))
    }

    fn index(&self, part: &Part) -> Result<Step> {
        if !part.objects()?.is_some_and(|theirs| theirs.is_same_prefix(&self.objects)) {
            return Ok(Step::Nothing(Nothing::Elsewhere));
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
            Self::All | Self::Nothing(_) | Self::Ids(..) | Self::Tag(_) | Self::Query(_) => false,
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
