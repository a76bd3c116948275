//! Several real processes on one prefix: who writes, who reads along, who dies.

mod bank;
mod child;
mod deletions;
mod forked;
mod handover;
mod latecomers;
mod limits;
mod neighbours;
mod openings;
mod overlays;
mod pairs;
mod polls;
mod soak;
mod subscribers;
mod travellers;
mod two_places;
mod waits;

use std::path::Path;

/// What another process may be asked to play, and who plays it.
const ROLES: [(&str, fn(&Path)); 27] = [
    ("waits", waits::waits),
    ("is told", waits::is_told),
    ("reads before there is anything", latecomers::reads_before_there_is_anything),
    ("holds what is deleted", deletions::holds_what_is_deleted),
    ("queues", handover::queues),
    ("follows", handover::follows),
    ("writes until it is killed", neighbours::writes_until_it_is_killed),
    ("reads", neighbours::reads),
    ("opens", openings::opens),
    ("holds the lease", openings::holds_the_lease),
    ("lives on an overlay", overlays::lives_on_an_overlay),
    ("uses a number again", openings::uses_a_number_again),
    ("reads with a small map", limits::reads_with_a_small_map),
    ("writes until there is no room", limits::writes_until_there_is_no_room),
    ("prunes a full disk", limits::prunes_a_full_disk),
    ("opens on a full disk", limits::opens_on_a_full_disk),
    ("forks", forked::forks),
    ("writes two prefixes", pairs::writes_two_prefixes),
    ("writes one of two", pairs::writes_one_of_two),
    ("reads two prefixes", pairs::reads_two_prefixes),
    ("polls", polls::polls),
    ("travels", travellers::travels),
    ("listens", subscribers::listens),
    ("streams", subscribers::streams),
    ("is slow", subscribers::is_slow),
    ("soaks reading", soak::soaks_reading),
    ("soaks writing", soak::soaks_writing),
];

#[test]
fn plays_its_role() {
    let Some((role, folder)) = child::role() else { return };
    let (_, play) = ROLES.iter().find(|(name, _)| *name == role).expect("a role");
    play(&folder);
}
