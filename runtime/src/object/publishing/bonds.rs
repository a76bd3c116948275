//! Prefixes that an `atomic` spanned: their next commits belong together.

use std::sync::Arc;

use crate::{object::objects::Objects, sync::Mutex};

/// Groups of prefixes that are bound to each other until they are committed.
#[derive(Default)]
pub(crate) struct Bonds(Mutex<Vec<Vec<Arc<Objects>>>>);

impl Bonds {
    /// Binds prefixes together. The caller has them all locked.
    pub(in crate::object) fn bind(&self, prefixes: Vec<Arc<Objects>>) {
        if prefixes.len() < 2 {
            return;
        }
        let mut groups = self.0.lock();
        let is_bound = |group: &Vec<Arc<Objects>>| group.iter().any(|one| contains(&prefixes, one));
        let (touched, mut others): (Vec<_>, Vec<_>) = groups.drain(..).partition(is_bound);
        let mut merged: Vec<Arc<Objects>> = Vec::new();
        for one in prefixes.into_iter().chain(touched.into_iter().flatten()) {
            if !contains(&merged, &one) {
                merged.push(one);
            }
        }
        merged.sort_by_key(|objects| objects.store().prefix_id());
        others.push(merged);
        *groups = others;
    }

    /// The prefixes that must be committed together with this one, itself among them, in the order
    /// in which they are locked.
    pub(crate) fn group(&self, objects: &Arc<Objects>) -> Vec<Arc<Objects>> {
        let groups = self.0.lock();
        let found = groups.iter().find(|group| contains(group, objects));
        found.cloned().unwrap_or_else(|| vec![objects.clone()])
    }

    /// They have been frozen together, and are free of each other.
    pub(in crate::object) fn release(&self, group: &[Arc<Objects>]) {
        self.0.lock().retain(|bound| !bound.iter().any(|one| contains(group, one)));
    }
}

fn contains(group: &[Arc<Objects>], objects: &Arc<Objects>) -> bool {
    group.iter().any(|one| Arc::ptr_eq(one, objects))
}
