//! Criteria that must all hold: the smallest first, and what looks into objects last.

use std::{cell::OnceCell, cmp::Reverse};

use db0_runtime::Result;

use super::{look::Look, plan::Step};

/// Steps that must all hold.
pub(crate) struct And {
    /// By kind: tests look into objects, so only into those that are left.
    steps: Vec<Step>,
    /// The same by what was measured, when it is first of use.
    measured: OnceCell<Vec<usize>>,
}

impl And {
    pub(crate) fn new(mut steps: Vec<Step>) -> Self {
        steps.sort_by_key(Step::cost);
        Self { steps, measured: OnceCell::new() }
    }

    /// The steps by kind: nothing is looked at for that.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// The steps as they are gone through.
    pub(crate) fn in_order(&self, look: Look<'_, '_>) -> Result<impl Iterator<Item = &Step>> {
        if self.measured.get().is_none() {
            // Nobody else can have set it: a plan belongs to one thread.
            let _ = self.measured.set(self.measure(look)?);
        }
        Ok(self.measured.get().into_iter().flatten().map(|place| &self.steps[*place]))
    }

    /// As [`in_order`](Self::in_order), for somebody who looks at one object and not at all of them.
    pub(crate) fn in_known_order(&self) -> impl Iterator<Item = &Step> {
        let measured = self.measured.get();
        let place = move |nth: usize| measured.map_or(nth, |measured| measured[nth]);
        (0..self.steps.len()).map(move |nth| &self.steps[place(nth)])
    }

    fn measure(&self, look: Look<'_, '_>) -> Result<Vec<usize>> {
        let mut places: Vec<usize> = (0..self.steps.len()).collect();
        if places.len() < 2 {
            return Ok(places);
        }
        let sizes = self.steps.iter().map(|step| step.size(look));
        let sizes = sizes.collect::<Result<Vec<_>>>()?;
        places.sort_by_key(|place| {
            let step = &self.steps[*place];
            // What tells no chunks comes behind what does.
            (
                step.looks_into_objects(look).then(|| step.cost()),
                Reverse(sizes[*place].is_some()),
                sizes[*place],
            )
        });
        Ok(places)
    }
}

impl Step {
    /// How late it is asked, among steps that must all hold.
    fn cost(&self) -> u8 {
        match self {
            Self::Indexed(indexed) => indexed.cost(),
            Self::All | Self::Nothing(_) => 0,
            Self::Ids(..) | Self::Tag(..) => 1,
            Self::Not(step) => step.cost().saturating_add(1),
            Self::And(and) => and.parts().map(Self::cost).max().unwrap_or(0).saturating_add(1),
            Self::Or(steps) => steps.iter().map(Self::cost).max().unwrap_or(0).saturating_add(1),
            Self::Query(_) => 3,
            Self::Field(_) => 100,
            // The user's own: it may take its time.
            Self::Filter(_) => 200,
        }
    }

    fn looks_into_objects(&self, look: Look<'_, '_>) -> bool {
        let does = |step: &Self| step.looks_into_objects(look);
        match self {
            Self::Indexed(indexed) => !indexed.is_source(),
            Self::All | Self::Nothing(_) | Self::Ids(..) | Self::Tag(..) => false,
            Self::Field(_) | Self::Filter(_) => true,
            Self::Not(step) => does(step),
            Self::And(and) => and.parts().any(does),
            Self::Or(steps) => steps.iter().any(does),
            Self::Query(nth) => {
                let look = look.query(*nth);
                look.plan.root.looks_into_objects(look)
            }
        }
    }

    /// About how many objects it lets through; none if that is not known without looking at them.
    fn size(&self, look: Look<'_, '_>) -> Result<Option<u64>> {
        let sum = |steps: &[Self]| {
            let mut sum = Some(0_u64);
            for step in steps {
                sum = sum.zip(step.size(look)?).map(|(a, b)| a.saturating_add(b));
            }
            Ok(sum)
        };
        Ok(match self {
            Self::Nothing(_) => Some(0),
            Self::Tag(tag) => look.at(*tag, 0, |way| way.measure().map(Some))?,
            Self::Ids(ids, _) => Some(ids.len()),
            Self::Or(steps) => sum(steps)?,
            Self::And(and) => {
                let mut least: Option<u64> = None;
                for step in and.parts() {
                    least = least.into_iter().chain(step.size(look)?).min();
                }
                least
            }
            Self::Query(nth) => {
                let look = look.query(*nth);
                look.plan.root.size(look)?
            }
            // One key has few.
            Self::Indexed(indexed) if indexed.is_source() => Some(0),
            Self::All | Self::Not(_) | Self::Indexed(_) | Self::Field(_) | Self::Filter(_) => None,
        })
    }
}
