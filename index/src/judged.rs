//! Judged requests: what somebody types, and which listings are right. They measure the order of hits.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_domain::request::{MOST_LIMIT, PlaceAsked};
use maille_domain::{Category, Request};

use crate::answer::{Answer, Hit};
use crate::error::SearchError;
use crate::node::Node;
use crate::rank::Ground;

/// Hits that nDCG looks at.
const FIRST_PAGE: usize = 10;
/// Hits that recall looks at: a page of results.
const PAGE: usize = 20;

/// A judged request: one row of a TSV file, columns `id query commune_insee expected_categories relevant_ids kind`.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Its name in the file.
    pub id: String,
    /// What is typed.
    pub query: String,
    /// The place asked apart, as a COG code.
    pub commune: Option<String>,
    /// The kinds of a right answer.
    pub expected: Vec<Category>,
    /// Right listings, by identifier in their source, slug or id; empty: whatever is of an expected kind is right.
    pub relevant: Vec<String>,
    /// What sort of request it is.
    pub kind: String,
}

/// A row that is not a judged request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ligne {line} : {found}, attendu {expected}")]
pub struct Unreadable {
    /// From 1, the header's.
    pub line: usize,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: &'static str,
}

/// Reads a TSV file: a header, then a request a row. Columns are known by name; others are ignored.
///
/// # Errors
/// The first row that cannot be read.
pub fn parse(text: &str) -> Result<Vec<Judged>, Unreadable> {
    let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let unreadable = |line, found: String, expected| Unreadable { line, found, expected };
    let (_, header) = lines.next().unwrap_or((1, ""));
    let columns: Vec<&str> = header.split('\t').map(str::trim).collect();
    let column = |name: &str| columns.iter().position(|known| *known == name);
    let Some(query) = column("query") else {
        return Err(unreadable(1, format!("« {header} »"), "un en-tête avec une colonne query"));
    };
    let mut judged = Vec::new();
    for (line, row) in lines.filter(|(_, row)| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
        let cell = |name: &str| column(name).and_then(|at| cells.get(at)).copied().unwrap_or_default();
        let list = |name: &str| cell(name).split(',').map(str::trim).filter(|text| !text.is_empty());
        let Some(typed) = cells.get(query).filter(|typed| !typed.is_empty()) else {
            return Err(unreadable(line, "aucune requête".to_owned(), "un texte dans la colonne query"));
        };
        let expected = list("expected_categories")
            .map(|code| {
                Category::from_code(code).ok_or_else(|| {
                    unreadable(line, format!("« {code} »"), "un code de catégorie dans expected_categories")
                })
            })
            .collect::<Result<_, _>>()?;
        judged.push(Judged {
            id: if cell("id").is_empty() { format!("ligne-{line}") } else { cell("id").to_owned() },
            query: (*typed).to_owned(),
            commune: Some(cell("commune_insee")).filter(|commune| !commune.is_empty()).map(str::to_owned),
            expected,
            relevant: list("relevant_ids").map(str::to_owned).collect(),
            kind: if cell("kind").is_empty() { "?".to_owned() } else { cell("kind").to_owned() },
        });
    }
    Ok(judged)
}

impl Judged {
    /// The request it is.
    pub fn request(&self) -> Request {
        Request {
            text: self.query.clone(),
            place: self.commune.clone().map(PlaceAsked::Written),
            limit: MOST_LIMIT,
            facets: false,
            ..Request::default()
        }
    }

    /// Whether a hit is a right answer.
    pub fn is_right(&self, hit: &Hit) -> bool {
        if self.relevant.is_empty() {
            return self.expected.contains(&hit.listing.fields.category);
        }
        self.relevant.iter().any(|id| names(id, hit))
    }
}

fn names(id: &str, hit: &Hit) -> bool {
    let shown = || std::iter::once(&hit.listing).chain(&hit.also);
    hit.sources.iter().any(|source| source.source_id == *id)
        || shown().any(|listing| {
            let mut ids = std::iter::once(&listing.id).chain(&listing.merged);
            listing.slug == *id || ids.any(|own| own.to_string() == *id)
        })
}

/// What requests of a kind score, each between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// How many requests.
    pub n: usize,
    /// Share of those whose first hit is right.
    pub s1: f64,
    /// Share of those that have a right one among the first three.
    pub s3: f64,
    /// Normalised discounted cumulative gain of the first ten, right or not.
    pub ndcg: f64,
    /// Share of the right ones among the first twenty.
    pub recall: f64,
    /// Mean of one over the rank of the first right one.
    pub mrr: f64,
}

/// A request with no right hit among the first three.
#[derive(Debug, Clone)]
pub struct Miss {
    /// The request.
    pub judged: Judged,
    /// What was answered.
    pub answer: Answer,
    /// The rank of each right listing, from 1; `None` when it is not among the first hundred.
    pub ranks: Vec<(String, Option<usize>)>,
    /// What the best right one lost most points on against the first hit, and how many.
    pub lost: Option<(Ground, f64)>,
}

/// What a set of requests scores.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// By kind of request; [`ALL`] is all of them.
    pub kinds: BTreeMap<String, Figures>,
    /// Those without a right answer among the first three.
    pub misses: Vec<Miss>,
    /// By request, in order: the rank of the first right hit.
    pub ranks: Vec<Option<usize>>,
}

/// The name of all kinds together.
pub const ALL: &str = "ALL";

/// Asks every request, and scores the answers.
///
/// # Errors
/// A request that cannot be asked: an unknown place.
pub fn evaluate(
    node: &Node,
    judged: &[Judged],
    now: DateTime<Utc>,
) -> Result<Evaluation, (String, SearchError)> {
    let mut kinds: BTreeMap<String, Figures> = BTreeMap::new();
    let (mut misses, mut ranks) = (Vec::new(), Vec::new());
    for judged in judged {
        let answer = node.search(&judged.request(), now).map_err(|error| (judged.id.clone(), error))?;
        let right: Vec<bool> = answer.hits.iter().map(|hit| judged.is_right(hit)).collect();
        let first = right.iter().position(|right| *right);
        ranks.push(first.map(|at| at + 1));
        for kind in [ALL, &judged.kind] {
            kinds.entry(kind.to_owned()).or_default().add(&right, judged.relevant.len());
        }
        if first.is_none_or(|at| at >= 3) {
            misses.push(miss(judged.clone(), answer, first));
        }
    }
    for figures in kinds.values_mut() {
        let n = figures.n as f64;
        for sum in
            [&mut figures.s1, &mut figures.s3, &mut figures.ndcg, &mut figures.recall, &mut figures.mrr]
        {
            *sum /= n;
        }
    }
    Ok(Evaluation { kinds, misses, ranks })
}

impl Figures {
    fn add(&mut self, right: &[bool], relevant: usize) {
        let found = right.iter().filter(|right| **right).count();
        let all = if relevant == 0 { found } else { relevant };
        let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
        let gain: f64 = right
            .iter()
            .take(FIRST_PAGE)
            .enumerate()
            .filter(|(_, right)| **right)
            .map(|(rank, _)| discount(rank))
            .sum();
        let ideal: f64 = (0..all.min(FIRST_PAGE)).map(discount).sum();
        let first = right.iter().position(|right| *right);
        let share = |is: bool| f64::from(u8::from(is));
        self.n += 1;
        self.s1 += share(first == Some(0));
        self.s3 += share(first.is_some_and(|at| at < 3));
        self.ndcg += if all == 0 { 0.0 } else { gain / ideal };
        self.recall += if all == 0 {
            0.0
        } else {
            right.iter().take(PAGE).filter(|right| **right).count() as f64 / all as f64
        };
        self.mrr += first.map_or(0.0, |at| 1.0 / (at as f64 + 1.0));
    }
}

fn miss(judged: Judged, answer: Answer, first_right: Option<usize>) -> Miss {
    let rank = |id: &String| answer.hits.iter().position(|hit| names(id, hit)).map(|at| at + 1);
    let ranks = judged.relevant.iter().map(|id| (id.clone(), rank(id))).collect();
    let lost = first_right.zip(answer.hits.first()).and_then(|(at, first)| {
        let right = &answer.hits[at];
        let losses = Ground::ALL.into_iter().zip(first.points.iter().zip(&right.points));
        losses.map(|(ground, (first, right))| (ground, first - right)).max_by(|a, b| a.1.total_cmp(&b.1))
    });
    Miss { judged, answer, ranks, lost }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use super::*;
    use crate::analysis::words;
    use crate::thesaurus::thesaurus;

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let text = "id\tquery\tcommune_insee\texpected_categories\trelevant_ids\tkind\na1\temg à domicile\t92007\temg, dac\tx, y\tmode\n\n";
        let judged = parse(text).unwrap();
        assert_eq!(judged.len(), 1);
        assert_eq!(judged[0].commune.as_deref(), Some("92007"));
        assert_eq!(judged[0].relevant, ["x", "y"]);
        assert_eq!(parse("query\nssiad").unwrap()[0].id, "ligne-2");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        let said = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(said("a\tb"), "ligne 1 : « a\tb », attendu un en-tête avec une colonne query");
        assert_eq!(
            said("query\texpected_categories\nssiad\tinconnue"),
            "ligne 2 : « inconnue », attendu un code de catégorie dans expected_categories"
        );
    }

    /// What is measured must not be what was written down beforehand.
    #[test]
    fn no_judged_request_repeats_a_phrasing() {
        let said =
            |text: &str| -> BTreeSet<String> { words(text).into_iter().map(|word| word.stem).collect() };
        let kinds = thesaurus().kinds.iter();
        let phrasings: HashMap<BTreeSet<String>, &str> = kinds
            .flat_map(|(_, entry)| entry.needs.iter().chain(&entry.helps))
            .map(|text| (said(text), text.as_str()))
            .collect();
        for file in ["founders", "blind"] {
            let path = format!("{}/../data/relevance/{file}.tsv", env!("CARGO_MANIFEST_DIR"));
            for judged in parse(&std::fs::read_to_string(path).unwrap()).unwrap() {
                let repeated = phrasings.get(&said(&judged.query));
                assert!(repeated.is_none(), "{} {}: {repeated:?}", judged.id, judged.query);
            }
        }
    }

    #[test]
    fn figures_are_those_of_the_definitions() {
        let mut figures = Figures::default();
        figures.add(&[false, true, false, true], 3);
        let ideal = 1.0 + 1.0 / 3_f64.log2() + 0.5;
        let gain = 1.0 / 3_f64.log2() + 1.0 / 5_f64.log2();
        assert!((figures.ndcg - gain / ideal).abs() < 1e-9);
        assert!((figures.recall - 2.0 / 3.0).abs() < 1e-9);
        assert!((figures.s1, figures.s3, figures.mrr) == (0.0, 1.0, 0.5));
    }
}
