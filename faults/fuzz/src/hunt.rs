//! One target, called with inputs that the fuzzer makes.

use std::sync::LazyLock;

use crate::targets::{self, Target};

/// The one that `FUZZ_TARGET` names.
static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    // Damage may be told by a panic where a short name is used; what escapes a target is a find, and
    // aborts as it is.
    std::panic::set_hook(Box::new(|panic| {
        if std::env::var_os("FUZZ_PANICS").is_some() {
            eprintln!("{panic}");
        }
    }));
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
    targets::of(&name).unwrap_or_else(|| panic!("there is no target {name}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| CHOSEN(bytes));
