//! Runs scenarios one after the other, by chance and by few changes of priority.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use shuttle::{
    Config, Runner,
    scheduler::{PctScheduler, RandomScheduler, ReplayScheduler},
};

use crate::scenarios;

/// What is run in many orders.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) run: fn(),
}

/// How often the second way of choosing changes which thread goes first.
const CHANGES: usize = 3;

/// More stack than the scheduler gives by itself: a commit goes deep in a build without optimisation.
const STACK_BYTES: usize = 1 << 20;

/// Leaves at once: at a normal end the engine would take its locks, which have no scheduler any more.
pub(crate) fn all() -> ! {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    for scenario in scenarios::ALL.iter().filter(|scenario| is_wanted(scenario.name)) {
        // What a failed order has left open takes up the address space.
        if !one(scenario) {
            leave(1);
        }
    }
    leave(0)
}

fn number(name: &str, default: u64) -> u64 {
    let text = env::var(name).ok();
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn config() -> Config {
    let mut config = Config::default();
    config.stack_size = STACK_BYTES;
    config.silence_warnings = true;
    config
}

fn one(scenario: &'static Scenario) -> bool {
    let orders = usize::try_from(number("SCHEDULES", 100)).unwrap_or(usize::MAX);
    let seed = number("SCHEDULES_SEED", 0xDB0);
    let began = Instant::now();
    println!("{}:", scenario.name);
    let held = catch_unwind(AssertUnwindSafe(|| {
        if let Ok(order) = env::var("SCHEDULE") {
            let scheduler = ReplayScheduler::new_from_encoded(&order);
            return Runner::new(scheduler, config()).run(scenario.run);
        }
        let random = RandomScheduler::new_from_seed(seed, orders);
        let by_priority = PctScheduler::new_from_seed(seed, CHANGES, orders);
        Runner::new(random, config()).run(scenario.run)
            + Runner::new(by_priority, config()).run(scenario.run)
    }));
    let seconds = began.elapsed().as_secs_f32();
    match held {
        Ok(orders) => println!("    holds in {orders} orders ({seconds:.1} s)"),
        Err(_) => println!("    FAILED (seed {seed}, {seconds:.1} s)"),
    }
    let open = open_files();
    if held.is_ok() && open > 0 {
        println!("    FAILED: {open} files of prefixes are still open, all of which were closed");
    }
    held.is_ok() && open == 0
}

/// How many files of prefixes this process has open.
fn open_files() -> usize {
    let open = fs::read_dir("/proc/self/fd").expect("it is listed").flatten();
    let names = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    names.filter(|name| name.to_string_lossy().contains(".mdb")).count()
}

#[expect(unsafe_code, reason = "the standard library's exit runs the engine's")]
fn leave(code: i32) -> ! {
    // SAFETY: it ends the process, and touches no memory of ours.
    unsafe { libc::_exit(code) }
}
