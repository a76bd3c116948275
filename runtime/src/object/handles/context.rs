//! What handles need to know while values are cloned, encoded and decoded on this thread.

use std::{
    cell::Cell,
    ptr,
    sync::{Arc, Weak},
};

use super::inside::{Home, Keep};
use crate::{
    Error, Result,
    object::{objects::Objects, shared::Shared},
    store::Oid,
    sync::{lasting, thread_local},
};

/// What becomes of a handle when the value around it is cloned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cloning {
    /// The clone is for the user: it keeps its object alive.
    User,
    /// The clone is a draft: handles stay as they are.
    Draft,
    /// The clone will be published: handles become parts of the value, and hold nothing.
    Publish,
}

/// What is gathered while a value is encoded.
#[derive(Debug)]
pub(in crate::object) struct Encoding {
    /// Where the value is going to be stored.
    objects: Arc<Objects>,
    /// The objects and collections that it refers to, as often as it does.
    references: Vec<Oid>,
    /// Handles that are alive by themselves: the value must be cloned before it is published.
    live: usize,
    /// Collections that a field has by default, as long as the object is not written.
    defaults: Vec<Oid>,
    /// Serde's errors carry text only; the real one waits here.
    error: Option<Box<Error>>,
    /// Keys are being written, in which handles count; those of declared fields don't.
    keys: bool,
}

thread_local! {
    static CLONING: Cell<Cloning> = const { Cell::new(Cloning::User) };
    /// Counts handles that became parts of values.
    static STRIPPED: Cell<usize> = const { Cell::new(0) };
    /// Collections that are decoded have to be of the kind that they are decoded as.
    static CHECKING: Cell<bool> = const { Cell::new(false) };
}

lasting! {
    /// Where the value that is being cloned is published.
    static PUBLISHED: Option<Arc<Objects>> = None;
    static DRAFT: Option<Arc<Keep>> = None;
    static ENCODING: Vec<Encoding> = Vec::new();
    static DECODING: Vec<Decoding> = Vec::new();
    /// Whose handles are met in a key that is asked for, while one is made.
    static ASKED: Option<Vec<Arc<Objects>>> = None;
}

/// Puts the former way of cloning back, also when a user's `Clone` panics.
struct Restore {
    cloning: Cloning,
    draft: Option<Arc<Keep>>,
}

impl Restore {
    fn after(cloning: Cloning, draft: Option<Arc<Keep>>) -> Self {
        Self { cloning: CLONING.replace(cloning), draft: DRAFT.replace(draft) }
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        CLONING.set(self.cloning);
        drop(DRAFT.replace(self.draft.take()));
    }
}

/// Clones a published value as a draft, whose handles share `keep`.
pub(in crate::object) fn clone_for_draft<T: Clone>(value: &T, keep: &Arc<Keep>) -> T {
    let _restore = Restore::after(Cloning::Draft, Some(keep.clone()));
    value.clone()
}

/// Clones a draft as a value to be published among these objects. None if fewer than `live` handles in it
/// were cloned: then some are in an `Arc`, and would be alive in what is published.
pub(in crate::object) fn clone_for_publish<T: Clone>(
    objects: &Arc<Objects>,
    value: &T,
    live: usize,
) -> Option<T> {
    let _restore = Restore::after(Cloning::Publish, None);
    let _published = RestorePublished(PUBLISHED.replace(Some(objects.clone())));
    let before = STRIPPED.get();
    let clone = value.clone();
    (STRIPPED.get().wrapping_sub(before) >= live).then_some(clone)
}

/// A handle that is alive by itself was cloned as part of a value that is published.
pub(in crate::object) fn note_stripped() {
    STRIPPED.set(STRIPPED.get().wrapping_add(1));
}

struct RestorePublished(Option<Arc<Objects>>);

impl Drop for RestorePublished {
    fn drop(&mut self) {
        drop(PUBLISHED.replace(self.0.take()));
    }
}

/// Whose a handle is that becomes a part of the value which is being cloned: one of a past state
/// stands for the object as it goes on, where the value does.
pub(in crate::object) fn home_inside(objects: &Arc<Objects>) -> Home {
    note_stripped();
    PUBLISHED.with_borrow(|published| match published {
        Some(here) if here.is_same_prefix(objects) => Home::within(here),
        _ => Home::of(objects),
    })
}

/// As [`home_inside`], of a weak reference to any prefix of a workspace: it is looked for from where the
/// value is. None if that is in another workspace.
pub(in crate::object) fn weak_home_inside(workspace: &Weak<Shared>) -> Option<Home> {
    note_stripped();
    PUBLISHED.with_borrow(|published| {
        let here = published.as_ref()?;
        ptr::eq(Arc::as_ptr(here.shared()), workspace.as_ptr()).then(|| Home::within(here))
    })
}

/// What the handles of the draft that is being cloned share.
pub(in crate::object) fn draft_keep() -> Option<Arc<Keep>> {
    DRAFT.with_borrow(Clone::clone)
}

/// A handle within a value stays one when the value is cloned now.
pub(in crate::object) fn stays_inside() -> bool {
    CLONING.get() != Cloning::User
}

/// A live handle becomes a part of the value when it is cloned now.
pub(in crate::object) fn goes_inside() -> bool {
    CLONING.get() == Cloning::Publish
}

/// What an encoding came to, beside its bytes.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) references: Vec<Oid>,
    /// How many handles in it are alive by themselves.
    pub(crate) live: usize,
    /// Those among the references that the row of the object lacks.
    pub(crate) defaults: Vec<Oid>,
}

/// Takes the context off again, also when a user's `Serialize` panics.
struct PopEncoding;

impl Drop for PopEncoding {
    fn drop(&mut self) {
        ENCODING.with_borrow_mut(Vec::pop);
    }
}

/// Runs `encode` with handles knowing that they are being stored among `objects`.
pub(crate) fn encoding<R>(
    objects: &Arc<Objects>,
    encode: impl FnOnce() -> Result<R>,
) -> Result<(R, Gathered)> {
    encoding_as(objects, false, Vec::new(), encode)
}

/// As [`encoding`]; what is gathered stands in memory that the caller had.
pub(in crate::object) fn encoding_into<R>(
    objects: &Arc<Objects>,
    references: Vec<Oid>,
    encode: impl FnOnce() -> Result<R>,
) -> Result<(R, Gathered)> {
    encoding_as(objects, false, references, encode)
}

/// As [`encoding`], for the key of a collection's element.
pub(in crate::object) fn encoding_key<R>(
    objects: &Arc<Objects>,
    encode: impl FnOnce() -> R,
) -> Result<(R, Gathered)> {
    encoding_as(objects, true, Vec::new(), || Ok(encode()))
}

fn encoding_as<R>(
    objects: &Arc<Objects>,
    keys: bool,
    references: Vec<Oid>,
    encode: impl FnOnce() -> Result<R>,
) -> Result<(R, Gathered)> {
    let objects = objects.clone();
    let (live, defaults, error) = (0, Vec::new(), None);
    let context = Encoding { objects, references, live, defaults, error, keys };
    ENCODING.with_borrow_mut(|stack| stack.push(context));
    let pop = PopEncoding;
    let result = encode();
    let context = ENCODING.with_borrow_mut(Vec::pop);
    std::mem::forget(pop);
    let Some(context) = context else { unreachable!("it was pushed above") };
    match context.error {
        Some(error) => Err(*error),
        None => result.map(|result| {
            let Encoding { references, live, defaults, .. } = context;
            (result, Gathered { references, live, defaults })
        }),
    }
}

/// Tells the value that is being encoded of a reference in it.
///
/// `None` when nothing is being encoded: somebody serialises a handle for purposes of their own.
pub(in crate::object) fn refer<R>(
    tell: impl FnOnce(&mut Encoding) -> Result<R>,
) -> Option<Result<R, String>> {
    ENCODING.with_borrow_mut(|stack| {
        let context = stack.last_mut()?;
        Some(tell(context).map_err(|error| {
            let text = error.to_string();
            context.error = Some(Box::new(error));
            text
        }))
    })
}

/// As [`refer`], from a key: nothing, unless the key of an element is being encoded.
pub(in crate::object) fn refer_in_key(tell: impl FnOnce(&mut Encoding) -> Result<()>) {
    ENCODING.with_borrow_mut(|stack| {
        if let Some(context) = stack.last_mut().filter(|context| context.keys)
            && let Err(error) = tell(context)
        {
            context.error = Some(Box::new(error));
        }
    });
}

/// Makes a key that is asked for; tells of which prefixes the handles in it are, too: a key by itself says
/// no more than their numbers.
#[doc(hidden)]
pub fn asking<R>(make: impl FnOnce() -> R) -> (R, Vec<Arc<Objects>>) {
    let outer = RestoreAsked(ASKED.replace(Some(Vec::new())));
    let key = make();
    let met = ASKED.take().unwrap_or_default();
    drop(outer);
    (key, met)
}

struct RestoreAsked(Option<Vec<Arc<Objects>>>);

impl Drop for RestoreAsked {
    fn drop(&mut self) {
        drop(ASKED.replace(self.0.take()));
    }
}

/// A handle of these objects is met in a key.
pub(in crate::object) fn meet_in_key(objects: Option<&Arc<Objects>>) {
    let (Some(objects), true) = (objects, ASKED.with_borrow(Option::is_some)) else { return };
    ASKED.with_borrow_mut(|asked| {
        if let Some(met) =
            asked.as_mut().filter(|met| !met.iter().any(|m| m.is_same_prefix(objects)))
        {
            met.push(objects.clone());
        }
    });
}

/// A value's own code runs on this thread: it is being cloned, encoded or decoded.
pub(crate) fn runs_users_code() -> bool {
    CLONING.get() != Cloning::User
        || ENCODING.with_borrow(|stack| !stack.is_empty())
        || DECODING.with_borrow(|stack| !stack.is_empty())
}

/// Refuses to write from inside a value's own `Serialize`.
pub(crate) fn refuse_in_encode() -> Result<()> {
    let encodes = ENCODING.with_borrow(|stack| !stack.is_empty());
    let changes = |decoding: &Decoding| decoding.reader == DecodingFor::UserOfChange;
    if encodes || DECODING.with_borrow(|stack| stack.last().is_some_and(changes)) {
        let situation = "from a value's own Serialize, Deserialize or Drop".into();
        return Err(Error::Misuse { operation: "writing", situation });
    }
    Ok(())
}

impl Encoding {
    /// Where the value is going.
    pub(in crate::object) fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    pub(in crate::object) fn add(&mut self, oid: Oid, live: bool) {
        self.references.push(oid);
        self.live += usize::from(live);
    }

    /// A collection that a field has by default.
    pub(in crate::object) fn add_default(&mut self, oid: Oid) {
        self.add(oid, true);
        self.defaults.push(oid);
    }

    /// A handle that holds nothing durably, but must not be alive inside a value.
    pub(in crate::object) fn note_live(&mut self) {
        self.live += 1;
    }
}

/// Whose values are being decoded, and for whom.
#[derive(Clone, Debug)]
struct Decoding {
    home: Home,
    reader: DecodingFor,
    /// The object whose fields these are, and how many collections they have by default so far.
    fields_of: Option<(Stored, u32)>,
}

/// A stored object.
#[derive(Clone, Copy, Debug)]
pub(in crate::object) struct Stored {
    pub(in crate::object) oid: Oid,
    /// Writes it as this program reads it, with what its fields have by default.
    pub(in crate::object) rewrite: fn(&Arc<Objects>, Oid) -> Result<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DecodingFor {
    /// An object's cell: handles are parts of the value, and keep nothing alive.
    Cell,
    /// The user: handles keep their objects alive.
    User,
    /// The user, in the midst of a change that knows what the rows are.
    UserOfChange,
}

struct PopDecoding;

impl Drop for PopDecoding {
    fn drop(&mut self) {
        DECODING.with_borrow_mut(Vec::pop);
    }
}

fn decoding_as<R>(
    objects: &Arc<Objects>,
    reader: DecodingFor,
    fields_of: Option<Stored>,
    decode: impl FnOnce() -> R,
) -> R {
    // What is in a cell is kept by whoever looks at it, and must not keep its own view.
    let home = match reader {
        DecodingFor::Cell => Home::within(objects),
        DecodingFor::User | DecodingFor::UserOfChange => Home::of(objects),
    };
    let decoding = Decoding { home, reader, fields_of: fields_of.map(|object| (object, 0)) };
    DECODING.with_borrow_mut(|stack| stack.push(decoding));
    let _pop = PopDecoding;
    decode()
}

/// Runs `decode` with handles knowing whose they are: parts of the value, which keep nothing alive.
pub(crate) fn decoding<R>(objects: &Arc<Objects>, decode: impl FnOnce() -> R) -> R {
    decoding_as(objects, DecodingFor::Cell, None, decode)
}

/// As [`decoding`], of the fields of a stored object.
pub(in crate::object) fn decoding_object<R>(
    objects: &Arc<Objects>,
    object: Stored,
    decode: impl FnOnce() -> R,
) -> R {
    decoding_as(objects, DecodingFor::Cell, Some(object), decode)
}

/// Something is being decoded on this thread.
pub(in crate::object) fn decodes() -> bool {
    DECODING.with_borrow(|stack| !stack.is_empty())
}

/// Of a collection that is made while the fields of an object are decoded, which lack it: the object, and
/// the collection's number among those.
pub(in crate::object) fn next_default() -> Option<(Home, Stored, u32)> {
    DECODING.with_borrow_mut(|stack| {
        let decoding = stack.last_mut()?;
        let (object, count) = decoding.fields_of.as_mut()?;
        *count += 1;
        Some((decoding.home.clone(), *object, *count))
    })
}

/// As [`decoding`], for a value that goes to the user: handles in it keep their objects alive.
pub(crate) fn decoding_for_user<R>(objects: &Arc<Objects>, decode: impl FnOnce() -> R) -> R {
    decoding_as(objects, DecodingFor::User, None, decode)
}

/// As [`decoding_for_user`], while rows are being changed: the value's own code may not write.
pub(crate) fn decoding_in_change<R>(objects: &Arc<Objects>, decode: impl FnOnce() -> R) -> R {
    decoding_as(objects, DecodingFor::UserOfChange, None, decode)
}

struct RestoreChecking(bool);

impl Drop for RestoreChecking {
    fn drop(&mut self) {
        CHECKING.set(self.0);
    }
}

/// Has collections that `decode` meets looked at: somebody else has chosen the types.
pub(in crate::object) fn checking<R>(decode: impl FnOnce() -> R) -> R {
    let _before = RestoreChecking(CHECKING.replace(true));
    decode()
}

/// A collection that is decoded on this thread is to be looked at, whether it is one of its kind.
#[doc(hidden)]
pub fn is_checking() -> bool {
    CHECKING.get()
}

/// Whose values are being decoded on this thread.
pub(in crate::object) fn decoded_for() -> Option<Home> {
    DECODING.with_borrow(|stack| stack.last().map(|decoding| decoding.home.clone()))
}

/// The view that a value is being decoded for on this thread, for parts of it that look into it.
#[doc(hidden)]
pub fn decoding_for() -> Option<Arc<Objects>> {
    decoded_for()?.objects()
}

/// The objects that handles have to be made for, if the value being decoded goes to the user.
pub(in crate::object) fn handed_out_from() -> Option<Arc<Objects>> {
    DECODING.with_borrow(|stack| {
        let decoding = stack.last().filter(|decoding| decoding.reader != DecodingFor::Cell)?;
        decoding.home.objects()
    })
}
