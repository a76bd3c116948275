//! What a cell can do for those who don't know the type of its object.

use std::{
    any::Any,
    panic::Location,
    sync::{Arc, atomic::Ordering},
};

use super::content::Untyped;
use crate::{
    Error, Result,
    class::{Class, Form, ONLY, Schema, check_type},
    codec::{self, Fault, Value},
    fields::Change,
    object::{
        cells::{
            any_cell::AnyCell,
            cell::Cell,
            handles::Handles,
            version::{Epoch, Standing, Version},
        },
        handles::{
            context,
            hold::Hold,
            read::Read,
            write::{Write, Written},
        },
        loading::{evolve, row},
        objects::Objects,
        publishing::freeze::Killing,
    },
    store::Oid,
    sync::slots::Look,
};

/// The fields of an object, encoded, with the version of the class that names them.
pub(crate) struct Fields {
    schema: Arc<Schema>,
    version: u32,
    /// By name, in the order of the schema; of an enum, its variant.
    pub(in crate::object) named: Vec<(String, Vec<u8>)>,
}

/// Makes the bytes of a field.
pub(crate) type EncodeField<'f> = dyn FnMut() -> Result<Vec<u8>> + 'f;

/// A handle of the user's on an object, whatever its type.
pub(crate) trait AnyHold: Any + Send + Sync {
    fn cell(&self) -> Arc<dyn AnyCell>;
    fn another(&self) -> Box<dyn AnyHold>;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Class> AnyHold for Hold<T> {
    fn cell(&self) -> Arc<dyn AnyCell> {
        Self::cell(self).clone()
    }

    fn another(&self) -> Box<dyn AnyHold> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A cell's object without its type.
pub(crate) trait Erased {
    /// The view that the object is seen in.
    fn objects(&self) -> &Arc<Objects>;
    /// Refuses an object that this thread sees deleted.
    fn check_alive(&self) -> Result<()>;
    /// A handle for the user.
    fn any_hold(self: Arc<Self>) -> Box<dyn AnyHold>;
    /// The object's fields as this thread sees them.
    fn fields(&self) -> Result<Fields>;
    /// Publishes the object with one field changed.
    fn set_field(
        self: Arc<Self>,
        place: &'static Location<'static>,
        name: &str,
        encode: &mut EncodeField<'_>,
    ) -> Result<()>;
    /// What the object refers to, as this thread sees it.
    fn held(&self) -> Result<Vec<Oid>>;
    /// What the object's deletion takes out of what is kept of its fields.
    fn keep_deleted(&self) -> Result<Option<Box<Change>>>;
    /// Publishes the object as it is, to be counted as modified.
    fn touch(self: Arc<Self>) -> Result<()>;
    /// It has its object without the Rust type, and nobody uses it.
    fn can_be_typed(&self) -> bool;
    /// The user has a handle of the object.
    fn is_in_hands(&self) -> bool;
    /// The user's handles.
    fn handles(&self) -> &Handles;
    /// None of them is left.
    fn last_handle_dropped(&self);
    /// Whether a commit of `epoch` may delete the object. If so, no handle of it can be taken before
    /// [`decided`](Self::decided). The caller holds the publish lock.
    fn claim(&self, epoch: Epoch) -> Killing;
    fn decided(&self);
}

impl<T: Class> Erased for Cell<T> {
    fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    fn check_alive(&self) -> Result<()> {
        // One that is not loaded may have gone before there was a handle.
        let is_there = if self.newest.is_empty() {
            self.objects.exists(self.oid_of())?.is_some()
        } else {
            !self.is_gone()
        };
        if is_there { Ok(()) } else { Err(self.error_deleted()) }
    }

    fn any_hold(self: Arc<Self>) -> Box<dyn AnyHold> {
        Box::new(Hold::new(self))
    }

    fn fields(&self) -> Result<Fields> {
        let body = self.body()?;
        let (class, version, fields) = row::header_of(&self.objects, self.oid_of(), &body)?;
        let schema = if !Untyped::is::<T>() && version == self.class().schema() {
            Arc::new(Schema::of(T::INFO))
        } else {
            evolve::schema_of(&self.objects, class, version)?
        };
        let damaged = |fault: Fault| Error::Invalid(format!("{}: {fault}", self.class().name));
        let named = schema.split(fields).map_err(damaged)?;
        let named = named.into_iter().map(|(name, raw)| (name.to_owned(), raw.to_vec())).collect();
        Ok(Fields { schema, version, named })
    }

    fn set_field(
        self: Arc<Self>,
        place: &'static Location<'static>,
        name: &str,
        encode: &mut EncodeField<'_>,
    ) -> Result<()> {
        let mut guard = Write::of(Written::Itself(Hold::new(self.clone())), place)?;
        let mut fields = self.fields()?;
        let raw = encode()?;
        if fields.schema.form == Form::Enum {
            fields.named = vec![(name.to_owned(), raw)];
        } else {
            let field = fields.named.iter_mut().find(|(field, _)| field == name);
            field.ok_or_else(|| self.error_no_field(&fields.schema, name))?.1 = raw;
        }
        let value = if Untyped::is::<T>() {
            self.untyped_with(fields, name)?
        } else {
            self.typed_with(fields, name)?
        };
        guard.replace(value);
        guard.publish()
    }

    fn held(&self) -> Result<Vec<Oid>> {
        let version = self.version()?;
        let value = version.value().ok_or_else(|| self.error_deleted())?;
        let mut held = if T::INFO.plain {
            Vec::new()
        } else {
            row::references(&self.objects, value, self.class())?
        };
        held.extend(evolve::held_unseen(self, &version)?);
        Ok(held)
    }

    fn keep_deleted(&self) -> Result<Option<Box<Change>>> {
        let version = self.version()?;
        self.objects.keep(self.class(), self.oid_of(), version.value(), None)
    }

    fn touch(self: Arc<Self>) -> Result<()> {
        Read::of_last(&self)?;
        self.set_touched();
        self.republish()
    }

    fn can_be_typed(&self) -> bool {
        Untyped::is::<T>() && self.is_unused()
    }

    fn is_in_hands(&self) -> bool {
        !self.handles.is_empty()
    }

    fn handles(&self) -> &Handles {
        &self.handles
    }

    fn last_handle_dropped(&self) {
        self.dropped();
    }

    fn claim(&self, epoch: Epoch) -> Killing {
        if !self.handles.decide_if_none() {
            return Killing::HeldByHandle;
        }
        match self.newest.look().map(|newest| newest.standing()) {
            None => Killing::Dead,
            Some(Standing::Published(when)) if when <= epoch => Killing::Dead,
            // Somebody has changed it since, and let it go again: what it refers to is not what this
            // commit writes.
            Some(_) => {
                self.decided();
                Killing::HeldAnew
            }
        }
    }

    fn decided(&self) {
        self.handles.decided();
    }
}

/// The row of a variant that holds nil. What comes apart from it is what also comes from a variant that
/// holds nothing.
fn held_nil(schema: &Schema, fields: &[(&str, &[u8])]) -> Result<Vec<u8>, Fault> {
    let mut row = Vec::new();
    match fields {
        [(name, [NIL])] if schema.form == Form::Enum => codec::join_held(name, &[NIL], &mut row)?,
        _ => {}
    }
    Ok(row)
}

const NIL: u8 = 0xc0;

impl<T: Class> Cell<T> {
    /// The version that this thread sees, if it did not come from the row that stands there now.
    fn published(&self) -> Result<Option<Look<Version<T>>>> {
        if self.newest.is_empty() && self.objects.captured_state(self.oid_of()).is_none() {
            return Ok(None);
        }
        let version = self.version()?;
        Ok((!version.is_loaded() || version.value().is_none()).then_some(version))
    }

    /// No handle is on it, and nothing of it waits for a commit.
    fn is_unused(&self) -> bool {
        let newest = self.newest.look();
        let is_pending = newest.is_some_and(|newest| newest.standing() == Standing::Pending);
        self.handles.is_empty() && self.dirty_in.load(Ordering::Relaxed) == 0 && !is_pending
    }

    /// The body of the row as which this thread sees the object.
    fn body(&self) -> Result<Vec<u8>> {
        self.objects.follow()?;
        let version = if let Some(version) = self.published()? {
            version
        } else {
            let row = row::stored(&self.objects, self.oid_of())?;
            let row = row.ok_or_else(|| self.error_deleted())?;
            let (_, schema, _) = row::header_of(&self.objects, self.oid_of(), &row)?;
            if schema == self.class().schema() || Untyped::is::<T>() {
                return Ok(row);
            }
            match self.version() {
                Ok(version) => version,
                // The row can be looked at though the Rust type can't read it.
                Err(Error::Evolution { .. }) => return Ok(row),
                Err(error) => return Err(error),
            }
        };
        let value = version.value().ok_or_else(|| self.error_deleted())?;
        let mut body = Vec::new();
        context::encoding(&self.objects, || {
            row::encode_over(&self.objects, self.oid_of(), value, self.class(), &mut body)
        })?;
        Ok(body)
    }

    /// The object with these fields, of which one is new, or why the class can't take that.
    fn typed_with(&self, fields: Fields, name: &str) -> Result<T> {
        let refused = |why: String| Error::Encode { what: self.field_name(name), why };
        let own = Schema::of(T::INFO);
        let named: Vec<_> = if own.form == Form::Fields {
            // The row may have fields of a newer program.
            let find = |name: &str| fields.named.iter().find(|(field, _)| field == name);
            let found = own.fields.iter().filter_map(|field| find(&field.name));
            found.map(|(name, raw)| (&**name, &raw[..])).collect()
        } else {
            fields.named.iter().map(|(name, raw)| (&**name, &raw[..])).collect()
        };
        if own.form == Form::Fields && own.field(name).is_none() {
            return Err(self.error_no_field(&own, name));
        }
        let mut joined = Vec::new();
        own.join(&named, &mut joined).map_err(|fault| refused(fault.to_string()))?;
        let decode = || match own.form {
            Form::Enum | Form::Whole => codec::decode(&joined),
            Form::Fields => codec::decode_fields(&joined),
        };
        let decoded = context::checking(|| context::decoding(&self.objects, decode));
        let read = || context::decoding(&self.objects, || codec::decode(&held_nil(&own, &named)?));
        decoded.or_else(|fault| read().map_err(|_| refused(fault.why)))
    }

    /// As [`typed_with`](Self::typed_with), as far as the catalogue tells what the class can take.
    fn untyped_with(&self, fields: Fields, name: &str) -> Result<T> {
        let refused = |why: String| Error::Encode { what: self.field_name(name), why };
        let raw = fields.named.iter().find(|(field, _)| field == name).map(|(_, raw)| &raw[..]);
        let value = Value::from_bytes(raw.unwrap_or_default())?;
        if let Some(field) = fields.schema.field(name) {
            check_type(&field.rust_type, &value).map_err(refused)?;
        }
        let named: Vec<_> = fields.named.iter().map(|(name, raw)| (&**name, &raw[..])).collect();
        let mut joined = Vec::new();
        fields.schema.join(&named, &mut joined).map_err(|fault| refused(fault.to_string()))?;
        let untyped = Untyped { schema: fields.version, fields: joined.into() };
        Ok(untyped.into_class().unwrap_or_else(|| unreachable!("the same type")))
    }

    fn field_name(&self, name: &str) -> String {
        format!("{}.{name}", self.class().name)
    }

    fn error_no_field(&self, schema: &Schema, name: &str) -> Error {
        let fields: Vec<_> = match schema.form {
            Form::Whole => vec![ONLY],
            _ => schema.fields.iter().map(|field| &*field.name).collect(),
        };
        let fields = if fields.is_empty() { "none".into() } else { fields.join(", ") };
        let class = &self.class().name;
        Error::Invalid(format!("class {class} has no field {name:?}: it has {fields}"))
    }
}
