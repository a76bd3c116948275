//! A plan while it is run: the ways through the members of its tags.

use std::cell::RefCell;

use db0_runtime::{
    Result,
    derived::{Sight, Way},
};

use crate::plan::Plan;

/// A look at everything that a plan is about.
#[derive(Clone, Copy)]
pub(crate) struct Look<'r, 's> {
    pub(crate) plan: &'r Plan,
    /// One moment for all tags. Where code of the user's may run in between there is none, since a
    /// moment takes a read of the file: each tag is looked at by itself, as often as it has to be.
    moment: Option<&'r Moment<'s>>,
}

/// The members of a plan's tags and of those of its queries, as they are found.
struct Sights<'p> {
    sight: Sight<'p>,
    queries: Vec<Self>,
}

struct Moment<'s> {
    sight: &'s Sight<'s>,
    /// Of each tag, once it is looked at.
    ways: Vec<RefCell<Option<Way<'s>>>>,
    queries: Vec<Self>,
}

impl<'p> Sights<'p> {
    fn open(plan: &'p Plan, from: u64, most: usize) -> Result<Self> {
        let members: Vec<_> = plan.tags.iter().map(|tag| tag.members).collect();
        let sight = Sight::open(&plan.objects, members, from, most)?;
        let queries = plan.queries.iter().map(|query| Self::open(query, from, most));
        Ok(Self { sight, queries: queries.collect::<Result<_>>()? })
    }

    fn to(&self) -> Option<u64> {
        self.sight.to().into_iter().chain(self.queries.iter().filter_map(Self::to)).min()
    }
}

impl<'s> Moment<'s> {
    fn new(sights: &'s Sights<'s>, plan: &Plan) -> Self {
        let queries = sights.queries.iter().zip(&plan.queries);
        Self {
            sight: &sights.sight,
            ways: plan.tags.iter().map(|_| RefCell::default()).collect(),
            queries: queries.map(|(sights, query)| Self::new(sights, query)).collect(),
        }
    }
}

impl Plan {
    /// Looks at what there is from a chunk on. New objects are looked at in so many chunks, or some
    /// more: `look` gets the first chunk that it does not see, if there is one.
    pub(crate) fn look<R>(
        &self,
        from: u64,
        most: usize,
        look: impl FnOnce(Look<'_, '_>, Option<u64>) -> Result<R>,
    ) -> Result<R> {
        if self.looks_into_objects {
            return look(Look { plan: self, moment: None }, None);
        }
        let sights = Sights::open(self, from, most)?;
        let moment = Moment::new(&sights, self);
        look(Look { plan: self, moment: Some(&moment) }, sights.to())
    }

    /// As [`look`](Self::look), at one chunk.
    pub(crate) fn look_at<R>(
        &self,
        number: u64,
        look: impl FnOnce(Look<'_, '_>) -> Result<R>,
    ) -> Result<R> {
        self.look(number, 1, |seen, _| look(seen))
    }
}

impl Look<'_, '_> {
    /// Goes on with one of the plan's tags, at a chunk.
    pub(crate) fn at<R>(
        self,
        tag: usize,
        number: u64,
        go: impl FnOnce(&mut Way<'_>) -> Result<R>,
    ) -> Result<R> {
        let Some(moment) = self.moment else {
            let members = self.plan.tags[tag].members;
            let sight = Sight::open(&self.plan.objects, [members], number, 1)?;
            return go(&mut sight.way(0));
        };
        let mut way = moment.ways[tag].borrow_mut();
        match &mut *way {
            Some(way) => go(way),
            none => go(none.insert(moment.sight.way(tag))),
        }
    }

    /// At one of the plan's queries.
    pub(crate) fn query(self, nth: usize) -> Self {
        let moment = self.moment.map(|moment| &moment.queries[nth]);
        Self { plan: &self.plan.queries[nth], moment }
    }
}
