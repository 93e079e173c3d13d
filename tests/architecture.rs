//! Rules of the house, read from the tree itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every room may use territory and domain; besides, each may use only these.
const EDGES: &[(&str, &[&str])] = &[
    ("maille-territory", &[]),
    ("maille-domain", &["maille-territory"]),
    ("maille-store", &["maille-territory", "maille-domain"]),
    ("maille-importers", &["maille-territory", "maille-domain", "maille-store"]),
    ("maille-index", &["maille-territory", "maille-domain"]),
    // The store is for the pages of the team; those that read the directory do not see it (`web/src/state.rs`).
    ("maille-web", &["maille-territory", "maille-domain", "maille-store", "maille-index"]),
    (
        "maille",
        &[
            "maille-territory",
            "maille-domain",
            "maille-store",
            "maille-importers",
            "maille-index",
            "maille-web",
        ],
    ),
    // Nobody uses it: it measures them.
    (
        "maille-bench",
        &[
            "maille-territory",
            "maille-domain",
            "maille-store",
            "maille-importers",
            "maille-index",
            "maille-web",
        ],
    ),
];

#[test]
fn rooms_depend_only_on_what_they_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let uses = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
            .filter(|name| name.starts_with("maille"));
        found.insert(package["name"].as_str().unwrap().to_owned(), uses.collect());
    }
    assert_eq!(found.len(), EDGES.len(), "a room is missing here or in the workspace");
    for (room, may_use) in EDGES {
        for used in &found[*room] {
            assert!(may_use.contains(&used.as_str()), "{room} may not use {used}: see ARCHITECTURE.md");
        }
    }
}

#[test]
fn outside_libraries_stay_in_their_room() {
    for (library, room) in [
        ("sqlx", "store"),
        ("tantivy", "index bench"),
        ("rstar", "index territory"),
        ("askama", "web"),
        ("calamine", "importers"),
        ("proj4rs", "importers"),
    ] {
        for other in ["territory", "domain", "store", "importers", "index", "web", "bench"] {
            let manifest = std::fs::read_to_string(root().join(other).join("Cargo.toml")).unwrap();
            let uses = manifest.lines().any(|line| line.starts_with(&format!("{library}.workspace")));
            assert!(
                !uses || room.split(' ').any(|room| room == other),
                "{library} belongs in {room}, not in {other}"
            );
        }
    }
}

/// Only the resolver's writer may write what the resolver decides.
#[test]
fn listings_are_written_by_the_resolver_alone() {
    let tables = ["listing", "site", "contact", "coverage", "organization", "revision"];
    for file in sources() {
        let relative = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        if relative == "store/src/listing.rs"
            || relative.starts_with("store/tests")
            || relative.starts_with("tests/")
        {
            continue;
        }
        let words = std::fs::read_to_string(&file).unwrap().to_lowercase();
        let words: Vec<&str> = words
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        for window in words.windows(3) {
            let written = match window {
                ["insert", "into", table] | ["delete", "from", table] | ["update", table, "set"] => {
                    Some(*table)
                }
                _ => None,
            };
            if let Some(table) = written {
                assert!(!tables.contains(&table), "{relative} writes {table}: only store/src/listing.rs may");
            }
        }
    }
}

#[test]
fn rooms_can_be_read_in_one_sitting() {
    for file in sources() {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 700, "{} has {lines} lines: split it by concept", file.display());
    }
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for room in [
        "src",
        "territory/src",
        "domain/src",
        "store/src",
        "importers/src",
        "index/src",
        "web/src",
        "bench/src",
    ] {
        walk(&root().join(room), &mut found);
    }
    assert!(found.len() > 50, "the tree was not read");
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
