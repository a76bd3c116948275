//! The layers of a store: who writes into which, and where their rows go in the end.

use std::sync::{Arc, atomic::Ordering};

use super::{layer::Layer, stack::Stack};
use crate::{
    store::{
        engine::Store,
        num::{Oid, TagId},
    },
    sync::thread_number,
};

/// Fewer elements than these stay in memory, however much there is beside them.
const SPILLED_AT_LEAST: usize = 10_000;

impl Store {
    pub(in crate::store) fn with_private(&self, stack: &Stack) -> Stack {
        let private = self.private.lock();
        let layers: Vec<_> = private.iter().rev().flatten().chain(&stack.layers).cloned().collect();
        let open = stack.open + layers.len() - stack.layers.len();
        Stack { layers, open, base: stack.base }
    }

    /// This thread's writes go into a private layer.
    pub(in crate::store) fn is_private(&self) -> bool {
        self.private_to.load(Ordering::Relaxed) == thread_number()
    }

    /// Gives the layer that this thread's writes go into to `write`.
    #[inline]
    pub(crate) fn with_target<R>(&self, write: impl FnOnce(&Layer) -> R) -> R {
        match self.private_target() {
            Some(layer) => write(&layer),
            None => write(self.stack.load().active()),
        }
    }

    #[inline]
    fn private_target(&self) -> Option<Arc<Layer>> {
        let newest = || self.private.lock().last().and_then(|layers| layers.first()).cloned();
        self.is_private().then(newest).flatten()
    }

    /// The layers below [that](Self::with_target) that no commit has been given yet.
    pub(crate) fn below_target(&self) -> Vec<Arc<Layer>> {
        let stack = self.stack.load();
        let open = &stack.layers[..stack.open];
        if !self.is_private() {
            return open[1..].to_vec();
        }
        let private = self.private.lock();
        private.iter().rev().flatten().skip(1).chain(open).cloned().collect()
    }

    /// Something joins or leaves a tag in a layer.
    pub(crate) fn awaits_members(&self, tag: TagId) -> bool {
        let stack = self.stack.load();
        let private = self.private.lock();
        let mut layers = private.iter().flatten().chain(&stack.layers);
        layers.any(|layer| layer.read().postings.next_chunk(tag, 0).is_some())
    }

    /// The layer of what no `atomic` takes back.
    pub(crate) fn active(&self) -> Arc<Layer> {
        self.stack.load().active().clone()
    }

    /// Begins a private layer for this thread, which has the turn.
    pub(crate) fn push_private(&self) {
        self.private.lock().push(vec![Arc::default()]);
        self.private_to.store(thread_number(), Ordering::Relaxed);
    }

    fn take_private(&self) -> Vec<Arc<Layer>> {
        let mut private = self.private.lock();
        let layers = private.pop();
        if private.is_empty() {
            self.private_to.store(0, Ordering::Relaxed);
        }
        layers.unwrap_or_default()
    }

    /// Moves what waits in this thread's private layer to a scratch file, if it is very much; false if
    /// that failed. It is no failure of the `atomic`: what could not be moved stays where it is.
    pub(crate) fn spill_private(&self) -> bool {
        self.private_target().is_none_or(|layer| self.spill(&layer))
    }

    /// As [`spill_private`](Self::spill_private), of a layer that nobody else writes to.
    pub(crate) fn spill(&self, layer: &Layer) -> bool {
        let spilled = layer.spill(self.env.path(), SPILLED_AT_LEAST);
        if let Err(error) = &spilled {
            tracing::warn!("a large transaction stays in memory: {error}");
        }
        spilled.is_ok()
    }

    /// Ends the innermost private layers: their rows go to the layer below. Readers wait until
    /// `meanwhile` is done, so that it happens in the same moment for them.
    pub(crate) fn pop_private(&self, meanwhile: impl FnOnce()) {
        self.put_down(self.take_private(), meanwhile);
    }

    /// Puts layers, newest first, over the one that this thread writes to, as
    /// [`pop_private`](Self::pop_private) does.
    pub(crate) fn put_down(&self, layers: Vec<Arc<Layer>>, meanwhile: impl FnOnce()) {
        if layers.iter().any(|layer| layer.read().run().is_some()) {
            return self.put_on_top(layers, meanwhile);
        }
        self.with_target(|target| {
            let mut below = target.write();
            for layer in layers.iter().rev() {
                below.merge(std::mem::take(&mut *layer.write()));
            }
            meanwhile();
        });
    }

    /// Ends private layers that are too large to be merged into the one below: they stay above it.
    fn put_on_top(&self, layers: Vec<Arc<Layer>>, meanwhile: impl FnOnce()) {
        // Whoever sees the new layers waits here until everything else is to be seen too.
        let newest = layers[0].clone();
        let _waiting = newest.write();
        if let Some(outer) = self.private.lock().last_mut() {
            outer.splice(..0, layers);
        } else {
            let stack = self.stack.load();
            let open = stack.open + layers.len() + 1;
            let active = std::iter::once(Arc::default());
            let layers = active.chain(layers).chain(stack.layers.iter().cloned()).collect();
            self.stack.store(Stack { layers, open, base: stack.base });
        }
        meanwhile();
    }

    /// Ends the innermost private layers and forgets their rows.
    pub(crate) fn drop_private(&self) {
        self.take_private();
    }

    /// Puts an empty layer on top, so that what is below stays as it is; gives that, newest first.
    /// The caller keeps writers out.
    pub(in crate::store) fn cover(&self) -> Vec<Arc<Layer>> {
        let stack = self.stack.load();
        if stack.active().read().is_empty() {
            return stack.layers[1..].to_vec();
        }
        let layers = std::iter::once(Arc::default()).chain(stack.layers.iter().cloned()).collect();
        self.stack.store(Stack { layers, open: stack.open + 1, base: stack.base });
        stack.layers.clone()
    }

    /// As [`cover`](Self::cover), for a commit of what is below.
    pub(crate) fn seal(&self) -> Vec<Arc<Layer>> {
        let sealed = self.cover();
        let stack = self.stack.load();
        if stack.open > 1 {
            let layers = stack.layers.clone();
            self.stack.store(Stack { layers, open: 1, base: stack.base });
        }
        sealed
    }

    /// Those of `oids`, which ascend, that a layer above the `frozen` ones refers to anew, or has tags,
    /// elements or attributes of.
    pub(crate) fn held_since(&self, frozen: &[Arc<Layer>], oids: &[Oid]) -> Vec<Oid> {
        let stack = self.stack.load();
        let private = self.private.lock();
        let is_newer = |layer: &&Arc<Layer>| !frozen.iter().any(|old| Arc::ptr_eq(old, layer));
        let newer = private.iter().flatten().chain(&stack.layers).filter(is_newer);
        newer.flat_map(|layer| layer.read().holds(oids)).collect()
    }

    /// There are rows that wait for a commit.
    pub(crate) fn is_dirty(&self) -> bool {
        let stack = self.stack.load();
        stack.layers.len() > 1 || !stack.active().read().is_empty() || !self.is_pruned()
    }

    /// Takes committed layers off the stack.
    pub(crate) fn unstack(&self, committed: &[Arc<Layer>]) {
        self.restack(committed, None);
    }

    /// Puts another layer in the place of sealed ones, or none. The caller keeps writers out.
    pub(crate) fn restack(&self, sealed: &[Arc<Layer>], mut with: Option<Arc<Layer>>) {
        let stack = self.stack.load();
        let mut layers = Vec::with_capacity(stack.layers.len());
        for layer in &stack.layers {
            if sealed.iter().any(|gone| Arc::ptr_eq(gone, layer)) {
                layers.extend(with.take());
            } else {
                layers.push(layer.clone());
            }
        }
        self.stack.store(Stack { layers, open: stack.open, base: self.state() });
    }
}
