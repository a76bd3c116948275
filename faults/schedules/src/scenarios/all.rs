//! Every scenario there is.

use super::{atomics, commits, lives, rows};
use crate::run::Scenario;

macro_rules! scenarios {
    ($($module:ident::$name:ident,)+) => {[$(Scenario {
        name: concat!(stringify!($module), "::", stringify!($name)),
        run: $module::$name,
    },)+]};
}

pub(crate) static ALL: [Scenario; 11] = scenarios![
    commits::no_update_is_lost,
    commits::who_asks_for_a_commit_has_it,
    commits::what_was_committed_by_itself_is_there_after_closing,
    atomics::both_halves_are_seen_or_none,
    atomics::what_is_undone_is_never_seen,
    atomics::two_prefixes_change_together,
    lives::holders_are_counted_once,
    lives::what_the_cache_lets_go_is_loaded_as_it_was,
    lives::an_object_without_handles_dies_or_is_found,
    rows::tags_come_with_their_objects,
    rows::a_list_has_what_everybody_pushed,
];
