//! Changes of one call that are too many for memory: rows of a layer that nobody looks through yet.

use std::sync::Arc;

use crate::{
    object::objects::Objects,
    store::{Layer, LayerRows},
};

/// The layer of a call, until it is published or forgotten.
pub(in crate::object) struct Staging {
    layer: Arc<Layer>,
    /// Bytes in memory at which there is an attempt to move some out of it.
    spills_at: usize,
}

impl Staging {
    pub(in crate::object) fn new(objects: &Objects) -> Self {
        Self { layer: Arc::default(), spills_at: objects.shared().config.pending_bytes }
    }

    /// Writes rows to it.
    pub(in crate::object) fn write(
        &mut self,
        objects: &Objects,
        write: impl FnOnce(&mut LayerRows),
    ) {
        let bytes = {
            let mut rows = self.layer.write();
            write(&mut rows);
            rows.bytes()
        };
        if bytes > self.spills_at {
            let budget = objects.shared().config.pending_bytes;
            let in_vain = !objects.store().spill(&self.layer);
            self.spills_at = if in_vain { bytes + budget } else { budget };
        }
    }

    pub(in crate::object) fn layer(&self) -> &Layer {
        &self.layer
    }

    /// Everybody sees its rows, in one step.
    pub(in crate::object) fn publish(self, objects: &Objects) {
        objects.write_layer(self.layer);
    }
}
