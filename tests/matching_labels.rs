//! The labelled pairs of `data/matching`: what the matcher must be right of, and every figure that moves.

use std::path::Path;

use maille_importers::labelled::{Evaluation, Figures, Pair, evaluate, folders, read};

use crate::support::DataDirectory;

const LABELLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/matching");

fn folder(name: &str) -> String {
    format!("{LABELLED}/{name}")
}

fn labelled() -> Vec<Pair> {
    folders(Path::new(LABELLED)).unwrap().iter().flat_map(|folder| read(folder).unwrap()).collect()
}

/// The figures of each set.
fn told(evaluation: &Evaluation) -> String {
    let figures = evaluation.sets.iter().map(|(set, of)| {
        let Figures { same, linked, proposed, unmet, different, wrongly_linked, wrongly_proposed } = of;
        format!(
            "{set}: {linked} of {same} linked, {} more proposed, {unmet} never compared; of {different} others \
             {wrongly_linked} linked, {wrongly_proposed} proposed; precision {:.3}, recall {:.3}",
            proposed - linked,
            of.precision(),
            of.recall()
        )
    });
    figures.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_the_same_is_linked_and_what_is_not_is_not() {
    let pairs = labelled();
    assert!(pairs.len() >= 300, "{}", pairs.len());
    let evaluation = evaluate(&pairs);
    for (set, of) in &evaluation.sets {
        // What came after the matcher is harder for it, and says by how much.
        let recall = if set == "new" { 0.8 } else { 0.85 };
        assert!(of.precision() >= 0.99 && of.recall() >= recall, "{set}: {of:?}");
    }
    insta::assert_snapshot!("matching", told(&evaluation));
}

#[test]
fn evaluate_matching_prints_a_table_or_one_document() {
    let data = DataDirectory::new();
    let document = data.json(&["evaluate-matching", "--set", "kept", "--json"]);
    assert!(document["sets"]["kept"]["precision"].as_f64().unwrap() >= 0.99, "{}", document["sets"]);
    assert!(document["sets"]["tuning"].is_null(), "only what was asked for");
    let mistake = &document["mistakes"][0];
    assert!(!mistake["why"].as_str().unwrap().is_empty() && mistake["reasons"].is_array(), "{mistake}");
    let table = String::from_utf8(data.run(&["evaluate-matching", &folder("real")]).stdout).unwrap();
    assert!(table.contains("ensemble") && table.contains("Au moins proposées, parmi les mêmes"), "{table}");

    let output = data.run(&["evaluate-matching", "nulle-part"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("nulle-part"), "{said}");
}
