//! What a query is going to do, for people.

use std::{fmt, sync::Arc};

use db0_runtime::{Result, object::Objects};

use super::{
    look::Look,
    plan::{Nothing, Plan, Step},
};
use crate::terms::{
    core::{Core, Op},
    order::{By, Order},
};

/// Entries of a field's index are counted up to this.
const COUNTED_MAX: u64 = 100_000;

/// The plan of a query and the sizes of what it looks at: made by [`Query::explain`](crate::Query::explain), and shown as
/// text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explain {
    lines: Vec<(usize, String)>,
    at_most: u64,
}

impl Explain {
    /// The number of results at most, as far as sizes alone tell.
    pub fn at_most(&self) -> u64 {
        self.at_most
    }
}

impl fmt::Display for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (depth, line)) in self.lines.iter().enumerate() {
            let end = if place == 0 { "" } else { "\n" };
            write!(f, "{end}{:1$}{line}", "", 2 * depth)?;
        }
        Ok(())
    }
}

impl Core {
    /// How the query will be run.
    pub(crate) fn explain(&self) -> Result<Explain> {
        let mut explain = Explain { lines: Vec::new(), at_most: 0 };
        explain.core(0, self)?;
        Ok(explain)
    }
}

impl Explain {
    fn line(&mut self, depth: usize, line: String) -> usize {
        self.lines.push((depth, line));
        self.lines.len() - 1
    }

    fn core(&mut self, depth: usize, core: &Core) -> Result<()> {
        let plan = core.plan()?;
        self.plan(depth, "", &plan)?;
        for op in &core.ops {
            let line = match op {
                Op::Sort { by, descending } => sorting(&plan.objects, by, *descending)?,
                Op::Skip(n) => format!("skip {n}"),
                Op::Take(n) => {
                    self.at_most = self.at_most.min(*n);
                    format!("take {n}")
                }
                Op::After(uuid) => format!("after {uuid}"),
                Op::Where(node) => format!("then: {node:?}"),
            };
            self.line(depth + 1, line);
        }
        Ok(())
    }

    fn plan(&mut self, depth: usize, what: &str, plan: &Plan) -> Result<()> {
        let all = plan.count_of_classes()?;
        let objects = if all == 1 { "object" } else { "objects" };
        self.line(depth, format!("{what}{}: {all} {objects}", plan.of));
        self.at_most = plan.look_at(0, |look| self.step(depth + 1, &plan.root, look, all))?;
        Ok(())
    }

    /// Explains a step among so many objects; gives how many are left at most.
    fn step(&mut self, depth: usize, step: &Step, look: Look<'_, '_>, all: u64) -> Result<u64> {
        let Plan { objects, tags, queries, .. } = look.plan;
        Ok(match step {
            Step::All => all,
            Step::Nothing(why) => {
                self.line(
                    depth,
                    match why {
                        Nothing::Unborne(tag) => format!("{tag:?}: 0, no object ever bore it"),
                        Nothing::Elsewhere => "nothing: it is of another prefix".into(),
                    },
                );
                0
            }
            Step::Tag(tag) => {
                let tag = &tags[*tag];
                let count = tag.members.count(objects)?;
                self.line(depth, format!("{}: {count}", tag.name));
                count.min(all)
            }
            Step::Ids(ids, name) => {
                self.line(depth, format!("{name}: {}, gathered first", ids.len()));
                ids.len().min(all)
            }
            Step::And(and) => {
                self.line(depth, "all of:".into());
                let mut left = all;
                for step in and.in_order(look)? {
                    left = left.min(self.step(depth + 1, step, look, left)?);
                }
                left
            }
            Step::Or(steps) => {
                self.line(depth, "any of:".into());
                let mut sum = 0;
                for step in steps {
                    sum += self.step(depth + 1, step, look, all)?;
                }
                sum.min(all)
            }
            Step::Not(step) => {
                self.line(depth, "none of:".into());
                self.step(depth + 1, step, look, all)?;
                all
            }
            Step::Query(nth) => {
                let outer = self.at_most;
                self.plan(depth, "query for ", &queries[*nth])?;
                std::mem::replace(&mut self.at_most, outer).min(all)
            }
            Step::Indexed(indexed) => {
                let count = indexed.count(objects, COUNTED_MAX)?;
                let more = if count >= COUNTED_MAX { " or more" } else { "" };
                let tests: Vec<_> =
                    indexed.tests().iter().map(|test| format!("{test:?}")).collect();
                let tests = tests.join(" and ");
                self.line(depth, format!("{tests}: {count}{more} in its index"));
                if count < COUNTED_MAX { count.min(all) } else { all }
            }
            Step::Field(test) => {
                self.line(depth, format!("{test:?}: looks into each object that is left"));
                all
            }
            Step::Filter(_) => {
                self.line(depth, "filter: looks into each object that is left".into());
                all
            }
        })
    }
}

fn sorting(objects: &Arc<Objects>, by: &Order, descending: bool) -> Result<String> {
    let way = if descending { "descending" } else { "ascending" };
    let how = match &by.0 {
        By::Index(part) => match part.estimate() {
            Ok(count) => format!("goes through about {count} entries"),
            Err(error) => error.to_string(),
        },
        By::Field { field, .. } => match field.index(objects)? {
            Some(_) => {
                "walks its index, if that is less than reading the field of each result".into()
            }
            None => "reads the field of each result".into(),
        },
    };
    Ok(format!("sorted by {by:?}, {way}: {how}"))
}
