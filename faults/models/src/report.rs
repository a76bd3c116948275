//! Runs scenarios one after the other, and says how many orders each had.

use std::{
    io::{Write, stdout},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Something to be run in every order.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// How many times at most a thread is stopped that did not ask for it.
    pub(crate) preemptions: usize,
    pub(crate) run: fn(),
}

/// Runs the scenarios whose names have one of `wanted` in them, or all; false if one failed.
pub(crate) fn run(scenarios: &'static [Scenario], wanted: &[String]) -> bool {
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    let mut failed = Vec::new();
    for Scenario { name, preemptions, run } in
        scenarios.iter().filter(|scenario| is_wanted(scenario.name))
    {
        static ORDERS: AtomicU64 = AtomicU64::new(0);
        ORDERS.store(0, Ordering::Relaxed);
        let began = Instant::now();
        // Before it runs: a failure may end the process.
        print!("{name}: ");
        let _ = stdout().flush();
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound.get_or_insert(*preemptions);
        let work = move || {
            ORDERS.fetch_add(1, Ordering::Relaxed);
            run();
        };
        let held = catch_unwind(AssertUnwindSafe(|| builder.check(work))).is_ok();
        let result = if held { "holds in all of" } else { "FAILED after" };
        let (orders, seconds) = (ORDERS.load(Ordering::Relaxed), began.elapsed().as_secs_f32());
        println!("{result} {orders} orders ({seconds:.1} s)");
        if !held {
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    failed.is_empty()
}
