//! What is kept of the fields of objects that the program has no Rust type for: by the kinds of keys
//! that the prefix has noted.

use crate::{
    Error, Result,
    class::ClassState,
    codec::{Fault, key::KeySink},
    fields::{Change, Definition},
    object::{loading::evolve, objects::Objects, untyped::content::Untyped},
    store::Oid,
};

impl Objects {
    /// What a change of an object changes in what is kept. What can't be told without the Rust type is
    /// left to be built anew by a program that has it.
    pub(in crate::object) fn keep_untyped(
        &self,
        class: &ClassState,
        oid: Oid,
        versions: [Option<&Untyped>; 2],
    ) -> Result<Option<Box<Change>>> {
        let definitions = self.definitions()?;
        let mut change = Change::default();
        for definition in definitions.of(class.id) {
            let [old, new] = versions.map(|version| self.raws(class, definition, version));
            let (old, new) = (old?, new?);
            if old == new {
                continue;
            }
            match (keys(definition, old), keys(definition, new)) {
                (Some(old), Some(new)) => {
                    change.stored((&class.name, definition), oid, [&old, &new]);
                }
                _ => self.out_of_date(definition),
            }
        }
        if !self.shared().in_atomic() {
            self.check_claims(&change.claims, false)?;
        }
        Ok((!change.is_empty()).then(|| Box::new(change)))
    }

    /// The encoded fields that something is kept of: none of an object that is not there.
    fn raws(
        &self,
        class: &ClassState,
        definition: &Definition,
        version: Option<&Untyped>,
    ) -> Result<Raws> {
        let Some(version) = version else { return Ok(Raws::NoObject) };
        let schema = evolve::schema_of(self, class.id, version.schema)?;
        let damaged = |fault: Fault| Error::Invalid(format!("{}: {fault}", class.name));
        let named = schema.split(&version.fields).map_err(damaged)?;
        let raws = definition.raws(&named);
        Ok(raws
            .map_or(Raws::Missing, |raws| Raws::Of(raws.into_iter().map(<[u8]>::to_vec).collect())))
    }

    /// Has an index built anew by the next program that has the class and writes it.
    pub(crate) fn out_of_date(&self, definition: &Definition) {
        if definition.ready {
            self.define(|rows| Definition { ready: false, ..definition.clone() }.put(rows));
        }
    }
}

#[derive(PartialEq, Eq)]
enum Raws {
    NoObject,
    /// The row does not have all of the fields.
    Missing,
    Of(Vec<Vec<u8>>),
}

/// The keys that an object gives; `None` if they can't be taken from its fields.
fn keys(definition: &Definition, raws: Raws) -> Option<KeySink> {
    let mut sink = KeySink::default();
    match raws {
        Raws::NoObject => Some(sink),
        Raws::Missing => None,
        Raws::Of(raws) => {
            let raws: Vec<_> = raws.iter().map(Vec::as_slice).collect();
            let taken = definition.kind.as_ref()?.keys_of_msgpack(0, &raws, &mut sink);
            matches!(taken, Ok(true)).then_some(sink)
        }
    }
}
