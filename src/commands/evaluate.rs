//! `evaluate`: how right the order of hits is, on judged requests; and why each miss is one.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use maille_domain::clock::{Clock, SystemClock};
use maille_index::answer::Understood;
use maille_index::judged::{self, ALL, Evaluation, Figures, Miss};
use serde::Serialize;

use crate::cli::{Evaluate, Settings};
use crate::commands::search::fresh_node;
use crate::commands::{print, print_json};

#[derive(Serialize)]
struct Document {
    kinds: BTreeMap<String, FiguresDocument>,
    misses: Vec<MissDocument>,
}

#[derive(Serialize)]
struct FiguresDocument {
    n: usize,
    s1: f64,
    s3: f64,
    ndcg: f64,
    recall: f64,
    mrr: f64,
}

#[derive(Serialize)]
struct MissDocument {
    id: String,
    query: String,
    commune_insee: Option<String>,
    kind: String,
    /// As understood.
    place: Option<String>,
    categories: Vec<String>,
    expected_categories: Vec<String>,
    /// Rank of each right listing, from 1.
    right: Vec<RightDocument>,
    /// The first three.
    first: Vec<FirstDocument>,
    /// What the best right one lost most on.
    lost_on: Option<String>,
}

#[derive(Serialize)]
struct RightDocument {
    id: String,
    rank: Option<usize>,
}

#[derive(Serialize)]
struct FirstDocument {
    name: String,
    category: String,
    why: Vec<String>,
}

pub async fn run(settings: &Settings, options: Evaluate) -> Result<()> {
    let mut judged = Vec::new();
    for file in &options.files {
        let text = tokio::fs::read_to_string(file)
            .await
            .with_context(|| format!("{} ne se lit pas", file.display()))?;
        judged.extend(judged::parse(&text).with_context(|| file.display().to_string())?);
    }
    if judged.is_empty() {
        bail!("aucune requête à évaluer");
    }
    let node = fresh_node(settings).await?;
    let evaluation = judged::evaluate(&node, &judged, SystemClock.now())
        .map_err(|(id, error)| anyhow::Error::new(error).context(format!("requête {id}")))?;
    if options.json.wanted { print_json(&Document::from(&evaluation)) } else { print(&in_words(&evaluation)) }
}

impl From<&Evaluation> for Document {
    fn from(evaluation: &Evaluation) -> Self {
        let figures = |figures: &Figures| FiguresDocument {
            n: figures.n,
            s1: rounded(figures.s1),
            s3: rounded(figures.s3),
            ndcg: rounded(figures.ndcg),
            recall: rounded(figures.recall),
            mrr: rounded(figures.mrr),
        };
        Document {
            kinds: evaluation.kinds.iter().map(|(kind, of)| (kind.clone(), figures(of))).collect(),
            misses: evaluation.misses.iter().map(MissDocument::from).collect(),
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

impl From<&Miss> for MissDocument {
    fn from(miss: &Miss) -> Self {
        let understood = &miss.answer.interpretation;
        let place = understood.place.as_ref();
        MissDocument {
            id: miss.judged.id.clone(),
            query: miss.judged.query.clone(),
            commune_insee: miss.judged.commune.clone(),
            kind: miss.judged.kind.clone(),
            place: place.map(|place| format!("{}:{}", place.place.kind, place.place.code)),
            categories: understood.categories.iter().map(|kind| kind.code.clone()).collect(),
            expected_categories: miss.judged.expected.iter().map(|kind| kind.code().to_owned()).collect(),
            right: miss
                .ranks
                .iter()
                .map(|(id, rank)| RightDocument { id: id.clone(), rank: *rank })
                .collect(),
            first: miss
                .answer
                .hits
                .iter()
                .take(3)
                .map(|hit| FirstDocument {
                    name: hit.listing.fields.name.clone(),
                    category: hit.listing.fields.category.code().to_owned(),
                    why: hit.why.clone(),
                })
                .collect(),
            lost_on: miss.lost.map(|(ground, _)| ground.label().to_owned()),
        }
    }
}

fn in_words(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    let mut line = |args: std::fmt::Arguments| {
        text.write_fmt(args).expect("writing to a string does not fail");
        text.push('\n');
    };
    line(format_args!(
        "{:<14}{:>5}{:>8}{:>8}{:>8}{:>8}{:>8}",
        "", "n", "1er", "3 1ers", "nDCG", "rappel", "MRR"
    ));
    let all = evaluation.kinds.get_key_value(ALL);
    let others = evaluation.kinds.iter().filter(|(kind, _)| *kind != ALL);
    for (kind, of) in others.chain(all) {
        let kind = if kind == ALL { "ensemble" } else { kind };
        line(format_args!(
            "{kind:<14}{:>5}{:>8.3}{:>8.3}{:>8.3}{:>8.3}{:>8.3}",
            of.n, of.s1, of.s3, of.ndcg, of.recall, of.mrr
        ));
    }
    for miss in &evaluation.misses {
        let judged = &miss.judged;
        let understood = &miss.answer.interpretation;
        let commune = judged.commune.as_deref().map(|code| format!(" [{code}]")).unwrap_or_default();
        line(format_args!("\n{} « {} »{commune} ({})", judged.id, judged.query, judged.kind));
        let place = understood.place.as_ref().map_or("aucun lieu", |place| place.place.name.as_str());
        let kinds: Vec<String> = understood
            .categories
            .iter()
            .map(|kind: &Understood| format!("{} ({})", kind.code, kind.by.as_str()))
            .collect();
        line(format_args!("  compris : {place} ; {} ; reste « {} »", kinds.join(", "), understood.text));
        let expected: Vec<&str> = judged.expected.iter().map(|kind| kind.code()).collect();
        line(format_args!("  attendu : {}", expected.join(", ")));
        for hit in miss.answer.hits.iter().take(3) {
            line(format_args!(
                "  répondu : {} ({})",
                hit.listing.fields.name,
                hit.listing.fields.category.code()
            ));
        }
        let ranks: Vec<String> = miss
            .ranks
            .iter()
            .map(|(id, rank)| rank.map_or_else(|| format!("{id} absente"), |rank| format!("{id} {rank}e")))
            .collect();
        line(format_args!("  rangs : {}", ranks.join(", ")));
        if let Some((ground, points)) = miss.lost {
            line(format_args!("  perdu surtout sur : {} ({points:.1} points)", ground.label()));
        }
    }
    text
}
