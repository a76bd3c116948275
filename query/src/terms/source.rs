//! What a query looks at: a view, or one that is found by its name whenever the query runs.

use std::sync::Arc;

use db0_runtime::{Error, Result, default_workspace, object::Objects};

/// A view, or how one is found.
#[derive(Clone)]
pub(crate) enum Source {
    /// The view, or why there is none.
    View(Result<Arc<Objects>>),
    /// What was not there when the query was read from a field: it may be opened by now.
    Named(ViewName),
}

/// The name of a prefix, and its past state, if it is seen as of one.
pub(crate) type ViewName = (String, Option<u64>);

impl Source {
    /// What is looked at: what this thread holds still, if it does.
    pub(crate) fn objects(&self) -> Result<Arc<Objects>> {
        let view = self.view()?;
        view.refuse_closed()?;
        Ok(view.seen())
    }

    pub(crate) fn view(&self) -> Result<Arc<Objects>> {
        match self {
            Self::View(view) => view.clone(),
            Self::Named(name) => find_view(name),
        }
    }

    pub(crate) fn name(&self) -> Result<ViewName> {
        match self {
            Self::View(_) => self.objects().map(|objects| name_of(&objects)),
            Self::Named(name) => Ok(name.clone()),
        }
    }
}

/// What a view is called, also while this thread holds it still.
pub(crate) fn name_of(objects: &Arc<Objects>) -> ViewName {
    (objects.name().into(), objects.lasting().past_state())
}

/// A view of an open prefix of the thread's workspace.
pub(crate) fn find_view((name, state): &ViewName) -> Result<Arc<Objects>> {
    let workspace = default_workspace()?;
    let missing = || Error::NoPrefix { prefix: name.clone(), root: workspace.path().into() };
    let prefixes = workspace.open_prefixes();
    let prefix = prefixes.iter().find(|prefix| prefix.name() == name).ok_or_else(missing)?;
    match state {
        Some(state) => prefix.objects().at_state(*state),
        None => Ok(prefix.objects().clone()),
    }
}
