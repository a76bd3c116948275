//! What handles need to know while values are cloned, encoded and decoded on this thread.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, Weak},
};

use super::objects::Objects;
use crate::{Error, Result, store::Oid};

/// What becomes of a handle when the value around it is cloned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cloning {
    /// The clone is for the user: it keeps its object alive.
    ForUser,
    /// The clone is a draft: handles stay as they are.
    ForDraft,
    /// The clone will be published: handles become parts of the value, and hold nothing.
    ForPublish,
}

/// What is gathered while a value is encoded.
#[derive(Debug)]
pub(super) struct Encoding {
    /// Where the value is going to be stored.
    objects: Arc<Objects>,
    /// The objects and collections that it refers to, as often as it does.
    references: Vec<Oid>,
    /// A handle that is alive by itself was met: the value must be cloned before it is published.
    saw_live: bool,
    /// Serde's errors carry text only; the real one waits here.
    error: Option<Error>,
}

thread_local! {
    static CLONING: Cell<Cloning> = const { Cell::new(Cloning::ForUser) };
    static ENCODING: RefCell<Vec<Encoding>> = const { RefCell::new(Vec::new()) };
    static DECODING: RefCell<Vec<Weak<Objects>>> = const { RefCell::new(Vec::new()) };
}

/// Puts the former way of cloning back, also when a user's `Clone` panics.
struct Restore(Cloning);

impl Drop for Restore {
    fn drop(&mut self) {
        CLONING.set(self.0);
    }
}

/// Clones a published value as a draft.
pub(super) fn clone_for_draft<T: Clone>(value: &T) -> T {
    let _restore = Restore(CLONING.replace(Cloning::ForDraft));
    value.clone()
}

/// Clones a draft as a value to be published.
pub(super) fn clone_for_publish<T: Clone>(value: &T) -> T {
    let _restore = Restore(CLONING.replace(Cloning::ForPublish));
    value.clone()
}

/// A handle within a value stays one when the value is cloned now.
pub(super) fn stays_inside() -> bool {
    CLONING.get() != Cloning::ForUser
}

/// A live handle becomes a part of the value when it is cloned now.
pub(super) fn goes_inside() -> bool {
    CLONING.get() == Cloning::ForPublish
}

/// What an encoding came to, beside its bytes.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) references: Vec<Oid>,
    pub(crate) saw_live: bool,
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
    let context = Encoding { objects: objects.clone(), references: Vec::new(), saw_live: false, error: None };
    ENCODING.with_borrow_mut(|stack| stack.push(context));
    let pop = PopEncoding;
    let result = encode();
    let context = ENCODING.with_borrow_mut(Vec::pop);
    std::mem::forget(pop);
    let Some(context) = context else { unreachable!("it was pushed above") };
    match context.error {
        Some(error) => Err(error),
        None => result.map(|r| (r, Gathered { references: context.references, saw_live: context.saw_live })),
    }
}

/// Tells the value that is being encoded of a reference in it.
///
/// `None` when nothing is being encoded: somebody serialises a handle for purposes of their own.
pub(super) fn refer<R>(tell: impl FnOnce(&mut Encoding) -> Result<R>) -> Option<Result<R, String>> {
    ENCODING.with_borrow_mut(|stack| {
        let context = stack.last_mut()?;
        Some(tell(context).map_err(|error| {
            let text = error.to_string();
            context.error = Some(error);
            text
        }))
    })
}

/// Refuses to write from inside a value's own `Serialize`.
pub(crate) fn refuse_in_encode() -> Result<()> {
    let busy = ENCODING.with_borrow(|stack| !stack.is_empty());
    if busy {
        let situation = "while a value is being encoded (from its Serialize or Drop)".into();
        return Err(Error::Misuse { operation: "writing", situation });
    }
    Ok(())
}

impl Encoding {
    /// Where the value is going.
    pub(super) fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    pub(super) fn add(&mut self, oid: Oid, live: bool) {
        self.references.push(oid);
        self.saw_live |= live;
    }

    /// A handle that holds nothing durably, but must not be alive inside a value.
    pub(super) fn note_live(&mut self) {
        self.saw_live = true;
    }
}

struct PopDecoding;

impl Drop for PopDecoding {
    fn drop(&mut self) {
        DECODING.with_borrow_mut(Vec::pop);
    }
}

/// Runs `decode` with handles knowing whose they are.
pub(crate) fn decoding<R>(objects: &Arc<Objects>, decode: impl FnOnce() -> R) -> R {
    DECODING.with_borrow_mut(|stack| stack.push(Arc::downgrade(objects)));
    let _pop = PopDecoding;
    decode()
}

/// Whose values are being decoded on this thread.
pub(super) fn decoded_for() -> Option<Weak<Objects>> {
    DECODING.with_borrow(|stack| stack.last().cloned())
}
