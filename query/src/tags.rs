//! Putting tags on objects and looking at them.

use std::{collections::BTreeSet, fmt};

use db0_runtime::{
    AnyMemo, Memo, OrPanic, Result,
    class::{Class, TagName},
    derived::{self, Few, Hold, Tagging, Target},
};

use crate::{query::Query, tag::TagList};

/// One object or many, to be tagged.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be tagged",
    label = "not an object, several of them, or a query"
)]
pub trait Targets {
    /// Adds the objects.
    fn targets(&self, into: &mut Few<Target>) -> Result<()>;
}

impl<M: Targets + ?Sized> Targets for &M {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        (**self).targets(into)
    }
}

impl<T: Class> Targets for Memo<T> {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        into.push(Target::of(self)?);
        Ok(())
    }
}

impl Targets for AnyMemo {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        into.push(Target::of_any(self)?);
        Ok(())
    }
}

impl<M: Targets> Targets for [M] {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        into.reserve(self.len());
        self.iter().try_for_each(|memo| memo.targets(into))
    }
}

impl<M: Targets, const N: usize> Targets for [M; N] {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        self.as_slice().targets(into)
    }
}

impl<M: Targets> Targets for Vec<M> {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        self.as_slice().targets(into)
    }
}

impl<T: Class> Targets for Query<T> {
    fn targets(&self, into: &mut Few<Target>) -> Result<()> {
        let objects = self.core.objects()?;
        into.extend(
            self.core.all()?.into_iter().map(|oid| Target::of_number(objects.clone(), oid)),
        );
        Ok(())
    }
}

/// The tags of objects: made by [`tags`].
pub struct Tagger {
    targets: Result<Few<Target>>,
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
pub fn tags(objects: impl Targets) -> Tagger {
    let mut targets = Few::default();
    let found = objects.targets(&mut targets);
    Tagger { targets: found.map(|()| targets), hold: Hold::Alive }
}

impl Tagger {
    fn targets(&self) -> Result<&[Target]> {
        match &self.targets {
            Ok(targets) => Ok(targets),
            Err(error) => Err(error.clone()),
        }
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
        let mut rest = self.targets()?;
        while !rest.is_empty() {
            rest = &rest[derived::tag(rest, tagging, &names, self.hold)?..];
        }
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
        for target in self.targets()? {
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
        for target in self.targets()? {
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

impl fmt::Debug for Tagger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tagger").field(&self.try_list().unwrap_or_default()).finish()
    }
}
