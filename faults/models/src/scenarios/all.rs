//! Every scenario there is, with its bound.

use super::{handles, resting, slots, turn, versions};
use crate::report::Scenario;

macro_rules! scenarios {
    ($($module:ident::$name:ident within $preemptions:literal,)+) => {[$(Scenario {
        name: concat!(stringify!($module), "::", stringify!($name)),
        preemptions: $preemptions,
        run: $module::$name,
    },)+]};
}

pub(crate) static ALL: [Scenario; 15] = scenarios![
    slots::what_is_looked_at_is_not_dropped within 5,
    slots::a_share_is_of_what_was_there within 5,
    slots::of_two_who_replace_each_sees_the_other within 4,
    slots::one_of_two_fills_an_empty_place within 5,
    slots::a_look_outlives_the_thread_that_began_it within 5,
    slots::who_has_no_slot_left_gets_a_share within 2,
    turn::one_thread_at_a_time_and_nobody_sleeps_for_ever within 4,
    turn::of_three_each_is_woken within 3,
    versions::what_an_atomic_published_is_seen_together within 3,
    versions::an_inner_atomic_waits_for_the_outer_one within 3,
    versions::what_is_undone_leaves_what_was_below within 3,
    versions::the_way_back_is_cut_while_somebody_walks_it within 3,
    handles::none_is_taken_while_it_is_decided within 5,
    handles::the_last_one_is_told_of_once within 5,
    resting::none_is_taken_that_is_older_than_the_last_commit within 5,
];
