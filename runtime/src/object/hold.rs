//! What all of a user's handles on one object share, and what keeps the workspace open.

use std::sync::Arc;

use super::cell::Cell;

/// Shared by the handles of a workspace: when the last one goes, the workspace closes.
pub(crate) struct Token {
    close: Box<dyn Fn() + Send + Sync>,
}

impl Token {
    pub(crate) fn new(close: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { close: Box::new(close) })
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        (self.close)();
    }
}

/// One for each object that the user has handles on.
pub(super) struct Hold<T> {
    pub(super) cell: Arc<Cell<T>>,
    _token: Option<Arc<Token>>,
}

impl<T> Hold<T> {
    pub(super) fn new(cell: Arc<Cell<T>>) -> Self {
        let token = cell.objects.shared().token.lock().upgrade();
        Self { cell, _token: token }
    }
}

impl<T> Drop for Hold<T> {
    fn drop(&mut self) {
        self.cell.dropped();
    }
}
