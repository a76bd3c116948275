//! How near to each other the rows are that are looked for: whether the next one is worth a try.

/// How many searches at most go by until it is tried again whether one is for the row behind the last.
const UNTRIED_MAX: u8 = 63;

/// Rows are often looked for in their order, and a step to the next one costs a sixth of a search. Where
/// steps are in vain, they are tried ever less often.
#[derive(Clone, Copy)]
pub(super) struct Nearness {
    /// For so many searches it is not tried whether they are for the row behind the last.
    untried: u8,
    /// So many it was not the last time, since the try before it was in vain.
    in_vain: u8,
}

impl Nearness {
    pub(super) const NEW: Self = Self { untried: 0, in_vain: 0 };

    /// The search that begins should try the next row first, and [`tell`](Self::tell) what came of it.
    #[inline]
    pub(super) fn is_worth_a_step(&mut self) -> bool {
        match self.untried.checked_sub(1) {
            Some(untried) => {
                self.untried = untried;
                false
            }
            None => true,
        }
    }

    /// The next row was the one that was looked for, or was not.
    #[inline]
    pub(super) fn tell(&mut self, found: bool) {
        self.in_vain = if found { 0 } else { (2 * self.in_vain + 1).min(UNTRIED_MAX) };
        self.untried = self.in_vain;
    }

    /// What is looked for is hardly ever near the last row: a search does better without that.
    pub(super) fn is_lost(self) -> bool {
        self.in_vain == UNTRIED_MAX
    }
}
