//! Rules on pages: links lead somewhere, and every page can be reached.

use crate::findings::{Findings, hold};
use crate::tree::{Text, Tree, has_extension};

/// Where a reader begins: a guide page must be linked from one of these.
const DOORS: [&str; 2] = ["README.md", "docs/guide/README.md"];

pub(crate) fn links_lead_somewhere(tree: &Tree, found: &mut Findings) {
    for page in tree.texts.iter().filter(|text| has_extension(&text.path, "md")) {
        for (line, target) in links(page) {
            if !tree.has(&target) {
                found.at(&page.path, line, format_args!("no {target:?} here: mend the link"));
            }
        }
    }
}

pub(crate) fn guide_pages_are_linked(tree: &Tree, found: &mut Findings) {
    let linked: Vec<String> = DOORS
        .iter()
        .filter_map(|door| tree.text(door))
        .flat_map(|door| links(door).into_iter().map(|(_, target)| target))
        .collect();
    for page in &tree.texts {
        let is_page = page.path.starts_with("docs/guide/") && has_extension(&page.path, "md");
        if is_page && !linked.contains(&page.path) {
            found.at(&page.path, 1, format_args!("link the page from {}", DOORS.join(" or ")));
        }
    }
}

/// The files that a page links to, from the repository's root, with their lines.
fn links(page: &Text) -> Vec<(usize, String)> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut links = Vec::new();
    let mut in_code = false;
    for (index, line) in page.text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                links.push((index + 1, resolve(folder, target)));
            }
        }
    }
    links
}

fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_somewhere() {
    hold(links_lead_somewhere);
}

#[test]
fn every_guide_page_can_be_reached() {
    hold(guide_pages_are_linked);
}
