//! Putting tags on objects and looking at them.

use std::{collections::BTreeSet, fmt, slice::Iter, sync::Arc};

use db0_runtime::{
    AnyMemo, Error, Memo, OrPanic, Result,
    class::{Class, TagName},
    derived::{self, Few, Hold, Tagging, Target},
    object::Objects,
};

use crate::{
    queries::query::Query,
    terms::{core::Core, dyn_memo::DynMemo, findable::Findable, tag::TagList, tuples::each_tuple},
};

/// One object or many, to be tagged: handles, queries, and arrays, slices, `Vec`s and tuples of those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be tagged",
    label = "not an object, several of them, or a query"
)]
pub trait Targets {
    /// Asks the queries among them.
    #[doc(hidden)]
    fn ask(&self, _: &mut Vec<Asked>) -> Result<()> {
        Ok(())
    }

    /// Adds the objects. Unless it is said otherwise they are what the next query has answered.
    #[doc(hidden)]
    fn targets<'m>(
        &'m self,
        asked: &mut Iter<'m, Asked>,
        into: &mut Few<Target<'m>>,
    ) -> Result<()> {
        if let Some(Asked { objects, oids }) = asked.next() {
            into.reserve(oids.len());
            into.extend(oids.iter().map(|oid| Target::of_number(objects, *oid)));
        }
        Ok(())
    }
}

/// What a query has answered: it stays so, whatever tags its results get or lose.
#[derive(Debug)]
#[doc(hidden)]
pub struct Asked {
    objects: Arc<Objects>,
    oids: Vec<u64>,
}

impl Asked {
    pub(crate) fn of(core: &Core) -> Result<Self> {
        Ok(Self { objects: core.objects()?, oids: core.all()? })
    }
}

impl<M: Targets + ?Sized> Targets for &M {
    fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
        (**self).ask(into)
    }

    fn targets<'m>(
        &'m self,
        asked: &mut Iter<'m, Asked>,
        into: &mut Few<Target<'m>>,
    ) -> Result<()> {
        (**self).targets(asked, into)
    }
}

impl<T: Class> Targets for Memo<T> {
    fn targets<'m>(&'m self, _: &mut Iter<'m, Asked>, into: &mut Few<Target<'m>>) -> Result<()> {
        into.push(Target::of(self)?);
        Ok(())
    }
}

impl Targets for AnyMemo {
    fn targets<'m>(&'m self, _: &mut Iter<'m, Asked>, into: &mut Few<Target<'m>>) -> Result<()> {
        into.push(Target::of_any(self)?);
        Ok(())
    }
}

impl<D: ?Sized> Targets for DynMemo<D> {
    fn targets<'m>(
        &'m self,
        asked: &mut Iter<'m, Asked>,
        into: &mut Few<Target<'m>>,
    ) -> Result<()> {
        (**self).targets(asked, into)
    }
}

impl<M: Targets> Targets for [M] {
    fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
        self.iter().try_for_each(|memo| memo.ask(into))
    }

    fn targets<'m>(
        &'m self,
        asked: &mut Iter<'m, Asked>,
        into: &mut Few<Target<'m>>,
    ) -> Result<()> {
        into.reserve(self.len());
        self.iter().try_for_each(|memo| memo.targets(asked, into))
    }
}

impl<M: Targets, const N: usize> Targets for [M; N] {
    fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
        self.as_slice().ask(into)
    }

    fn targets<'m>(
        &'m self,
        asked: &mut Iter<'m, Asked>,
        into: &mut Few<Target<'m>>,
    ) -> Result<()> {
        self.as_slice().targets(asked, into)
    }
}

impl<M: Targets> Targets for Vec<M> {
    fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
        self.as_slice().ask(into)
    }

    fn targets<'m>(
        &'m self,
        asked: &mut Iter<'m, Asked>,
        into: &mut Few<Target<'m>>,
    ) -> Result<()> {
        self.as_slice().targets(asked, into)
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<$($name: Targets),*> Targets for ($($name,)*) {
            fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
                $(self.$index.ask(into)?;)*
                Ok(())
            }

            fn targets<'m>(
                &'m self,
                asked: &mut Iter<'m, Asked>,
                into: &mut Few<Target<'m>>,
            ) -> Result<()> {
                $(self.$index.targets(asked, into)?;)*
                Ok(())
            }
        }
    )*};
}

each_tuple!(tuples);

impl<T: Findable> Targets for Query<T> {
    fn ask(&self, into: &mut Vec<Asked>) -> Result<()> {
        into.push(Asked::of(&self.core)?);
        Ok(())
    }
}

/// The tags of objects: made by [`tags`].
pub struct Tagger<M> {
    objects: M,
    asked: Result<Vec<Asked>>,
    hold: Hold,
}

/// The tags of an object, of several, or of a query's results.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
/// db0::tags(&emma).add("lent"); // one
/// db0::tags([&emma, &waves]).add("mine"); // several
/// db0::tags(db0::find::<Book>("lent")).add("gone"); // a query's results
/// assert_eq!(db0::find::<Book>(("mine", "gone")).count(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn tags<M: Targets>(objects: M) -> Tagger<M> {
    let mut asked = Vec::new();
    let done = objects.ask(&mut asked);
    Tagger { objects, asked: done.map(|()| asked), hold: Hold::Alive }
}

impl<M: Targets> Tagger<M> {
    fn targets(&self) -> Result<Few<Target<'_>>> {
        let asked = self.asked.as_ref().map_err(Error::clone)?;
        let mut targets = Few::default();
        self.objects.targets(&mut asked.iter(), &mut targets)?;
        Ok(targets)
    }

    /// From here on puts tags on that keep nothing alive. One that an object bears already becomes
    /// such a tag.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo] struct Draft { title: String, year: u16 }
    /// let emma = db0::Memo::new(Draft { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).passive().add("seen");
    /// assert_eq!((db0::find::<Draft>("seen").count(), emma.refcount()), (1, 0));
    /// drop(emma);
    /// db0::commit()?;
    /// assert_eq!(db0::find::<Draft>("seen").count(), 0);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn passive(self) -> Self {
        Self { hold: Hold::Nothing, ..self }
    }

    #[track_caller]
    fn change(self, tagging: Tagging, tags: &impl TagList) -> Result<Self> {
        let names = names(tags)?;
        let targets = self.targets()?;
        let mut rest = &targets[..];
        while !rest.is_empty() {
            rest = &rest[derived::tag(rest, tagging, &names, self.hold)?..];
        }
        drop(targets);
        Ok(self)
    }

    /// Puts one tag or many on the objects.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).add("lent").add(["signed", "old"]);
    /// assert!(db0::tags(&emma).contains(("lent", "old")));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// On misuse (an empty tag, a view that only reads); see [`try_add`](Self::try_add).
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "tags are added; there is no sum")]
    pub fn add(self, tags: impl TagList) -> Self {
        self.try_add(tags).or_panic()
    }

    /// As [`add`](Self::add), with the failure as a value.
    #[track_caller]
    pub fn try_add(self, tags: impl TagList) -> Result<Self> {
        self.change(Tagging::Add, &tags)
    }

    /// Takes one tag or many off the objects.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).add(["lent", "old"]).remove("lent");
    /// assert!(!db0::tags(&emma).contains("lent"));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// As [`add`](Self::add); see [`try_remove`](Self::try_remove).
    #[track_caller]
    pub fn remove(self, tags: impl TagList) -> Self {
        self.try_remove(tags).or_panic()
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(self, tags: impl TagList) -> Result<Self> {
        self.change(Tagging::Remove, &tags)
    }

    /// Lets the objects have these tags and no others.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).add("lent").set(["old", "signed"]);
    /// assert!(!db0::tags(&emma).contains("lent"));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// As [`add`](Self::add); see [`try_set`](Self::try_set).
    #[track_caller]
    pub fn set(self, tags: impl TagList) -> Self {
        self.try_set(tags).or_panic()
    }

    /// As [`set`](Self::set), with the failure as a value.
    #[track_caller]
    pub fn try_set(self, tags: impl TagList) -> Result<Self> {
        self.change(Tagging::Set, &tags)
    }

    /// The tags that at least one of the objects has.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// db0::tags(&emma).add("old");
    /// db0::tags(&waves).add(["old", "lent"]);
    /// let tags = db0::tags([&emma, &waves]).list();
    /// assert_eq!(tags.len(), 2);
    /// assert!(tags.iter().any(|tag| tag.to_string() == "lent"));
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn list(&self) -> Vec<TagName> {
        self.try_list().or_panic()
    }

    /// As [`list`](Self::list), with the failure as a value.
    pub fn try_list(&self) -> Result<Vec<TagName>> {
        let mut all = BTreeSet::new();
        for target in &*self.targets()? {
            all.extend(derived::tags_of(target.objects(), target.number())?);
        }
        Ok(all.into_iter().collect())
    }

    /// Whether all of the objects have all of these tags.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// db0::tags([&emma, &waves]).add("old");
    /// db0::tags(&emma).add("lent");
    /// assert!(db0::tags([&emma, &waves]).contains("old"));
    /// assert!(!db0::tags([&emma, &waves]).contains("lent"));
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn contains(&self, tags: impl TagList) -> bool {
        self.try_contains(tags).or_panic()
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, tags: impl TagList) -> Result<bool> {
        let names = names(&tags)?;
        for target in &*self.targets()? {
            let has = derived::tags_of(target.objects(), target.number())?;
            if !names.iter().all(|name| has.contains(name)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn names(tags: &impl TagList) -> Result<Few<TagName>> {
    let mut names = Few::default();
    tags.collect(&mut names)?;
    Ok(names)
}

impl<M: Targets> fmt::Debug for Tagger<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tagger").field(&self.try_list().unwrap_or_default()).finish()
    }
}
