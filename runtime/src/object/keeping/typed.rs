//! What publishing an object changes in what is kept of its fields.

use std::{ops::ControlFlow, sync::Arc};

use crate::{
    Error, Result,
    class::{Class, ClassState, Kept, TagName},
    codec::key::KeySink,
    fields::{Change, Claim, field_tags_key, holders},
    object::{objects::Objects, shared::Shared, untyped::content::Untyped},
    store::{ClassId, Oid, PutOn, TagId},
    sync::lasting,
};

lasting! {
    /// The keys of an object before and after a change.
    static SINKS: [KeySink; 2] = [KeySink::new(), KeySink::new()];
}

impl Objects {
    /// What a new object adds to what is kept; nothing for classes without declared keys. A key that
    /// is taken is refused. The caller has the turn.
    pub(in crate::object) fn keep_new<T: Class>(
        &self,
        class: &ClassState,
        oid: Oid,
        value: &T,
    ) -> Result<Option<Box<Change>>> {
        self.keep(class, oid, None, Some(value))
    }

    /// What a change of an object changes in what is kept; see [`keep_new`](Self::keep_new).
    pub(in crate::object) fn keep<T: Class>(
        &self,
        class: &ClassState,
        oid: Oid,
        old: Option<&T>,
        new: Option<&T>,
    ) -> Result<Option<Box<Change>>> {
        if Untyped::is::<T>() {
            return self.keep_untyped(
                class,
                oid,
                [old, new].map(|value| value.and_then(Untyped::of)),
            );
        }
        let kept = self.kept::<T>(class)?;
        if T::INFO.keys.is_empty() || kept.is_empty() {
            return Ok(None);
        }
        // Taken out while keys are made: that may be the user's code.
        let mut sinks = SINKS.take();
        for (sink, value) in sinks.iter_mut().zip([old, new]) {
            sink.clear();
            value.inspect(|value| value.keys(sink));
        }
        let change = if sinks[0] == sinks[1] {
            Ok(None)
        } else {
            self.change_between::<T>(class, kept, oid, &sinks)
        };
        SINKS.set(sinks);
        change
    }

    fn change_between<T: Class>(
        &self,
        class: &ClassState,
        kept: &Kept,
        oid: Oid,
        [old, new]: &[KeySink; 2],
    ) -> Result<Option<Box<Change>>> {
        let mut change = Change::between(kept, T::INFO.name, oid, [old, new]);
        if kept.has_tags() {
            self.retag(kept, class, oid, [old, new], &mut change)?;
        }
        if !self.shared().in_atomic() {
            self.check_claims(&change.claims, false)?;
        }
        Ok((!change.is_empty()).then(|| Box::new(change)))
    }

    /// The tags that an object's fields give it, if they differ from those that they gave.
    fn retag(
        &self,
        kept: &Kept,
        class: &ClassState,
        oid: Oid,
        [old, new]: [&KeySink; 2],
        change: &mut Change,
    ) -> Result<()> {
        let before = field_tags(kept, &class.name, old)?;
        let after = field_tags(kept, &class.name, new)?;
        if before == after {
            return Ok(());
        }
        let (before, after) = (self.numbers_of(&before)?, self.numbers_of(&after)?);
        self.retag_from((oid, class.id), before, after, change)
    }

    /// As [`retag`](Self::retag), for an object whose fields' tags are those of its row.
    pub(in crate::object) fn retag_built(
        &self,
        kept: &Kept,
        class: &ClassState,
        oid: Oid,
        new: &KeySink,
        change: &mut Change,
    ) -> Result<()> {
        let before = self.tags_given(oid)?.holding;
        let after = self.numbers_of(&field_tags(kept, &class.name, new)?)?;
        if before == after {
            Ok(())
        } else {
            self.retag_from((oid, class.id), before, after, change)
        }
    }

    fn retag_from(
        &self,
        (oid, class): (Oid, ClassId),
        before: Vec<TagId>,
        after: Vec<TagId>,
        change: &mut Change,
    ) -> Result<()> {
        let joined = after.iter().filter(|tag| !before.contains(tag)).copied().collect();
        let mut left: Vec<_> = before.into_iter().filter(|tag| !after.contains(tag)).collect();
        if !left.is_empty() {
            // One that was put on the object too, it goes on bearing.
            let put_on = self.view().tags_seen()?.put_on(oid)?;
            left.retain(|tag| !put_on.has(*tag));
        }
        change.retag((oid, class), after, joined, left);
        Ok(())
    }

    /// The numbers of tags, ascending; given out where there are none.
    fn numbers_of(&self, names: &[TagName]) -> Result<Vec<TagId>> {
        let number = |name: &TagName| self.tag_names().find_or_add(self.store(), name);
        let mut numbers = names.iter().map(number).collect::<Result<Vec<_>>>()?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The tags that an object's fields give it.
    pub(crate) fn tags_given(&self, oid: Oid) -> Result<PutOn> {
        self.view().tags_seen()?.given(&field_tags_key(oid))
    }

    /// Refuses unique keys that another object has, as this thread sees it. Of what is published
    /// already, keys that the object has lost again since are passed over.
    pub(in crate::object) fn check_claims(
        &self,
        claims: &[Claim],
        is_published: bool,
    ) -> Result<()> {
        for claim in claims {
            let (mut has_it, mut taken_by) = (!is_published, None);
            holders(self.view(), claim.of.index(), &claim.key, Oid(0), &mut |oid| {
                if oid == claim.oid {
                    has_it = true;
                } else if self.is_alive(oid)? {
                    taken_by = Some(oid);
                }
                let known = has_it && taken_by.is_some();
                Ok(if known { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            if let Some(holder) = taken_by.filter(|_| has_it) {
                return Err(self.taken(claim, holder));
            }
        }
        Ok(())
    }

    /// Reports objects that have one unique key since before it was declared: they keep it until they
    /// are changed.
    pub(in crate::object) fn warn_of_twins(&self, claims: &[Claim]) -> Result<()> {
        for claim in claims {
            match self.check_claims(std::slice::from_ref(claim), true) {
                Err(error @ Error::Unique { .. }) => {
                    tracing::warn!(
                        "{} has a key that is not unique: {error}",
                        self.uuid(claim.oid)
                    );
                }
                other => other?,
            }
        }
        Ok(())
    }

    fn is_alive(&self, oid: Oid) -> Result<bool> {
        match self.check_alive(oid) {
            Ok(_) => Ok(true),
            Err(Error::Deleted { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn taken(&self, claim: &Claim, holder: Oid) -> Error {
        let shown = claim.of.kind().and_then(|kind| kind.key().show(&claim.key).ok());
        let (class, field) = claim.of.names();
        Error::Unique {
            class: class.into(),
            field: field.into(),
            key: shown.unwrap_or_default(),
            holder: self.uuid(holder),
        }
    }
}

/// The names of the tags in a sink, each once.
fn field_tags(kept: &Kept, class: &str, sink: &KeySink) -> Result<Vec<TagName>> {
    let mut names = Vec::new();
    for key in sink.iter() {
        let Some(tag) = kept.tag(key.ordinal) else { continue };
        if key.bytes.is_empty() {
            let field = tag.info.name;
            return Err(Error::Invalid(format!("{class}.{field}: the empty text is not a tag")));
        }
        names.push(TagName::of_bytes(key.bytes));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Refuses the `atomic` that is about to end if it has left two objects with one unique key.
pub(crate) fn check_unique(shared: &Shared) -> Result<()> {
    let mut claimed: Vec<(Arc<Objects>, Vec<Claim>)> = Vec::new();
    if let Some(frame) = shared.frames.lock().last_mut() {
        let parts = frame.parts.iter_mut().filter(|part| !part.claims.is_empty());
        claimed.extend(parts.map(|part| (part.objects.clone(), std::mem::take(&mut part.claims))));
    }
    claimed.iter().try_for_each(|(objects, claims)| objects.check_claims(claims, true))
}
