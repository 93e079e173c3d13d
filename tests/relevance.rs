//! The judged requests of `data/relevance`, asked to the demonstration: what they must score, and every rank that moves.

use std::path::Path;

use chrono::{DateTime, Utc};
use maille_index::Node;
use maille_index::judged::{ALL, Evaluation, Figures, Judged, evaluate, parse};

use crate::support::DataDirectory;

/// Equals take turns by the day, and "ce soir" depends on the hour: a Wednesday, at four in the afternoon in Paris.
const NOW: &str = "2026-11-25T15:00:00Z";

fn judged(file: &str) -> Vec<Judged> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/relevance").join(file);
    parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn ask(node: &Node, judged: &[Judged]) -> Evaluation {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    evaluate(node, judged, now).unwrap()
}

/// Each request with the rank of its first right answer.
fn ranks(judged: &[Judged], evaluation: &Evaluation) -> String {
    let rank = |rank: &Option<usize>| rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
    let lines = judged.iter().zip(&evaluation.ranks).map(|(judged, first)| {
        let commune = judged.commune.as_deref().unwrap_or_default();
        format!("{:>3} {} {} {commune}", rank(first), judged.id, judged.query)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is tried of a listing is what everybody finds: each hit of some requests, at its place, for its reasons; and the right
/// ones that are not hits, kept away by something.
fn a_trial_says_what_the_search_does(node: &Node, judged: &[Judged]) {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    for judged in judged.iter().step_by(8) {
        let answer = node.search(&judged.request(), now).unwrap();
        for (at, hit) in (1..).zip(&answer.hits) {
            let trial = node.trial(hit.listing.id, &judged.request(), now).unwrap().unwrap();
            let told = (trial.out, trial.followed.position, &trial.followed.hit.why);
            assert_eq!(told, (None, Some(at), &hit.why), "{}: {}", judged.query, hit.listing.fields.name);
            assert!(trial.followed.lacks.is_empty() && trial.followed.under.is_none());
        }
        if answer.total as usize > answer.hits.len() {
            continue;
        }
        for right in judged.relevant.iter().filter_map(|slug| node.listing_by_slug(slug)) {
            let found = answer.hits.iter().any(|hit| hit.listing.id == right.id || hit.also.contains(&right));
            let trial = node.trial(right.id, &judged.request(), now).unwrap().unwrap();
            assert_eq!(trial.followed.lacks.is_empty(), found, "{}: {:?}", judged.query, trial.followed);
        }
    }
}

#[test]
fn judged_requests_find_who_can_help() {
    let data = DataDirectory::new();
    let server = data.serve(&["demo"]);
    let node = Node::open(&data.path().join("index")).unwrap().unwrap();

    let founders = judged("founders.tsv");
    // Written by somebody who saw the listings and nothing else.
    let blind = judged("blind.tsv");
    let all: Vec<Judged> = founders.iter().chain(&blind).cloned().collect();
    let evaluation = ask(&node, &all);
    let of_all = evaluation.kinds[ALL];
    assert!(of_all.s3 >= 0.93 && of_all.s1 >= 0.82 && of_all.ndcg >= 0.86, "{of_all:?}");
    for (kind, Figures { s3, .. }) in &evaluation.kinds {
        assert!(*s3 >= 0.75, "{kind}: {s3}");
    }
    let of_blind = ask(&node, &blind).kinds[ALL];
    assert!(of_blind.s3 >= 0.93, "{of_blind:?}");
    insta::assert_snapshot!("judged", ranks(&all, &evaluation));

    a_trial_says_what_the_search_does(&node, &all);

    let public = judged("public.tsv");
    let evaluation = ask(&node, &public);
    assert!(evaluation.kinds[ALL].s3 >= 0.93, "{:?}", evaluation.kinds[ALL]);
    insta::assert_snapshot!("public", ranks(&public, &evaluation));
    for request in public.iter().filter(|request| request.relevant.is_empty()) {
        let answer = node.search(&request.request(), NOW.parse().unwrap()).unwrap();
        let read = answer.interpretation.categories;
        let expected = |code: &str| request.expected.iter().any(|kind| kind.code() == code);
        assert!(read.iter().take(3).any(|kind| expected(&kind.code)), "{}: {read:?}", request.query);
    }
    assert!(server.stop());
}

#[test]
fn evaluate_prints_a_table_or_one_document() {
    let data = DataDirectory::new();
    let server = data.serve(&["demo"]);
    let file = data.file(
        "requests.tsv",
        "id\tquery\tcommune_insee\texpected_categories\trelevant_ids\tkind\n\
         r1\temg\t92007\temg\temg-sud92-1\tacronym\n\
         r2\taxolotl chevelu\t92007\temg\temg-sud92-1\tneed\n",
    );
    let document = data.json(&["evaluate", &file, "--json"]);
    assert_eq!(document["kinds"]["acronym"]["s3"], 1.0, "{document}");
    assert_eq!((&document["kinds"]["ALL"]["n"], &document["kinds"]["ALL"]["s3"]), (&2.into(), &0.5.into()));
    let miss = &document["misses"][0];
    assert_eq!((&miss["id"], &miss["right"][0]["id"]), (&"r2".into(), &"emg-sud92-1".into()), "{miss}");
    let table = String::from_utf8(data.run(&["evaluate", &file]).stdout).unwrap();
    assert!(table.contains("r2 « axolotl chevelu » [92007] (need)"), "{table}");

    let wrong = data.file("wrong.tsv", "query\texpected_categories\nssiad\tinconnue\n");
    let output = data.run(&["evaluate", &wrong]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("ligne 2 : « inconnue », attendu un code de catégorie"), "{said}");
    assert!(server.stop());
}
