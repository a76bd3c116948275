//! How results are shown.

use serde_json::{Map, json};

use crate::row::{Line, Outcome};

/// A table for people.
pub(crate) fn print(outcome: &Outcome) {
    println!("\n{}: {}", outcome.row, outcome.what);
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in outcome.lines.iter().flat_map(|line| &line.others) {
        if !columns.contains(name) {
            columns.push(name);
        }
    }
    print!("  {:<26} {:>12} {:>7}", "contender", "ns/op", "ratio");
    columns.iter().for_each(|column| print!(" {column:>12}"));
    println!();
    for line in &outcome.lines {
        print!("  {:<26} {:>12} {:>7.2}", line.contender, figure(line.ns), line.ratio);
        columns.iter().for_each(|column| print!(" {:>12}", other(line, column)));
        println!();
    }
}

fn other(line: &Line, column: &str) -> String {
    let found = line.others.iter().find(|(name, _)| *name == column);
    found.map_or_else(|| "-".into(), |(_, value)| figure(*value))
}

fn figure(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// A line of JSON for each contender.
pub(crate) fn print_json(outcome: &Outcome) {
    for line in &outcome.lines {
        let others: Map<_, _> =
            line.others.iter().map(|(name, value)| ((*name).into(), json!(value))).collect();
        let object = json!({
            "row": outcome.row,
            "contender": line.contender,
            "ns": line.ns,
            "ratio": line.ratio,
            "others": others,
        });
        println!("{object}");
    }
}
