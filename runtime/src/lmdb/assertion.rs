//! What LMDB takes for impossible ends the process: the log says so before.

use std::ffi::{CStr, c_char};

use lmdb_sys as ffi;

/// Called by LMDB before it aborts, with what it had asserted.
pub(super) extern "C" fn tell(_: *mut ffi::MDB_env, assertion: *const c_char) {
    // SAFETY: LMDB passes a C string that lasts for this call.
    let assertion = unsafe { CStr::from_ptr(assertion) }.to_string_lossy();
    tracing::error!(
        "LMDB ends the process, since a file is damaged in a way that it does not expect ({assertion}): `db0 verify` reads the files without it, and lists all damage"
    );
}

#[cfg(test)]
mod tests {
    use std::{ptr, sync::Mutex};

    use tracing::{Event, Id, Level, Metadata, Subscriber, field, span};

    use super::*;

    #[derive(Default)]
    struct Listener(Mutex<Vec<(Level, String)>>);

    struct Message(String);

    impl field::Visit for Message {
        fn record_debug(&mut self, _: &field::Field, value: &dyn std::fmt::Debug) {
            self.0 = format!("{value:?}");
        }
    }

    impl Subscriber for Listener {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            let mut message = Message(String::new());
            event.record(&mut message);
            let mut told = self.0.lock().expect("nobody panics with it");
            told.push((*event.metadata().level(), message.0));
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn the_log_tells_what_was_asserted() {
        let listener = std::sync::Arc::new(Listener::default());
        tracing::subscriber::with_default(listener.clone(), || {
            tell(ptr::null_mut(), c"mdb.c:1: Assertion 'IS_LEAF(mp)' failed".as_ptr());
        });
        let told = listener.0.lock().expect("nobody panics with it");
        let [(level, text)] = &told[..] else { panic!("{told:?}") };
        assert_eq!(*level, Level::ERROR);
        assert!(text.contains("IS_LEAF(mp)") && text.contains("db0 verify"), "{text}");
    }
}
