//! A plan while it is run: the ways through the members of its tags.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use db0_runtime::{
    Result,
    derived::{Members, Sight, Way},
    object::Objects,
};

use super::plan::Plan;

/// A look at everything that a plan is about.
#[derive(Clone, Copy)]
pub(crate) struct Look<'r, 's> {
    pub(crate) plan: &'r Plan,
    /// One moment for all tags of a view, those of queries within the query too. Where code of the
    /// user's may run in between there is none, since a moment takes a read of the file: each tag is
    /// looked at by itself, as often as it has to be.
    moment: Option<&'r Moment<'s>>,
}

/// A view that a plan or queries in it are run on, and the tags that these look at.
struct View<'p> {
    objects: &'p Arc<Objects>,
    members: Vec<Members>,
}

struct Moment<'s> {
    sight: &'s Sight<'s>,
    /// The place of the plan's first tag among those of its view.
    first: usize,
    /// Of each tag, once it is looked at.
    ways: Vec<RefCell<Option<Way<'s>>>>,
    queries: Vec<Self>,
}

impl<'p> View<'p> {
    /// Adds the tags of a plan, and of its queries, to those of their views.
    fn gather(plan: &'p Plan, views: &mut Vec<Self>) {
        let nth = Self::of(plan, views).unwrap_or_else(|| {
            views.push(Self { objects: &plan.objects, members: Vec::new() });
            views.len() - 1
        });
        views[nth].members.extend(plan.tags.iter().map(|tag| tag.members));
        plan.queries.iter().for_each(|query| Self::gather(query, views));
    }

    fn of(plan: &Plan, views: &[Self]) -> Option<usize> {
        views.iter().position(|view| Arc::ptr_eq(view.objects, &plan.objects))
    }
}

impl<'s> Moment<'s> {
    /// For a plan, of whose views so many tags belong to others that were gathered before.
    fn new(plan: &Plan, views: &[View<'_>], sights: &'s [Sight<'s>], before: &mut [usize]) -> Self {
        let nth = View::of(plan, views).unwrap_or_else(|| unreachable!("it has been gathered"));
        let first = before[nth];
        before[nth] += plan.tags.len();
        Self {
            sight: &sights[nth],
            first,
            ways: plan.ways(),
            queries: plan
                .queries
                .iter()
                .map(|query| Self::new(query, views, sights, before))
                .collect(),
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
        if self.queries.is_empty() {
            // Most often there is one view, and no need to tell whose tags are whose.
            let members: Vec<_> = self.tags.iter().map(|tag| tag.members).collect();
            let sight = Sight::open(&self.objects, members, from, most)?;
            let moment = Moment { sight: &sight, first: 0, ways: self.ways(), queries: Vec::new() };
            return look(Look { plan: self, moment: Some(&moment) }, sight.to());
        }
        let mut views = Vec::new();
        View::gather(self, &mut views);
        let sights =
            views.iter().map(|view| Sight::open(view.objects, &view.members[..], from, most));
        let sights = sights.collect::<Result<Vec<_>>>()?;
        let moment = Moment::new(self, &views, &sights, &mut vec![0; views.len()]);
        let to = sights.iter().filter_map(Sight::to).min();
        look(Look { plan: self, moment: Some(&moment) }, to)
    }

    /// A way for each tag, of which none is gone yet.
    fn ways<'s>(&self) -> Vec<RefCell<Option<Way<'s>>>> {
        self.tags.iter().map(|_| RefCell::default()).collect()
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
            none => go(none.insert(moment.sight.way(moment.first + tag))),
        }
    }

    /// One of the plan's tags may not have in a chunk what is stored, as far as that is known without a
    /// look of its own.
    pub(crate) fn may_be_changed(self, tag: usize, number: u64) -> bool {
        let is_changed = |moment: &Moment<'_>| moment.sight.is_changed(moment.first + tag, number);
        self.moment.is_none_or(is_changed)
    }

    /// The chunks of one of the plan's tags that may not have what is stored.
    pub(crate) fn changed(self, tag: usize) -> Result<BTreeSet<u64>> {
        match self.moment {
            Some(moment) => Ok(moment.sight.changed(moment.first + tag)),
            None => self.at(tag, 0, |way| Ok(way.changed())),
        }
    }

    /// At one of the plan's queries.
    pub(crate) fn query(self, nth: usize) -> Self {
        let moment = self.moment.map(|moment| &moment.queries[nth]);
        Self { plan: &self.plan.queries[nth], moment }
    }
}
