//! `evaluate-matching`: how right the matcher is on labelled pairs, and why it is wrong of each it is wrong of.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use maille_domain::matching::Reason;
use maille_importers::labelled::{self, ALL, Evaluation, Figures, Mistake, Record};
use serde::Serialize;

use crate::cli::EvaluateMatching;
use crate::commands::{print, print_json};

/// Where the folders of labelled pairs are, in that of the program's source.
const LABELLED: &str = "data/matching";

#[derive(Serialize)]
struct Document {
    sets: BTreeMap<String, FiguresDocument>,
    mistakes: Vec<MistakeDocument>,
}

#[derive(Serialize)]
struct FiguresDocument {
    same: usize,
    linked: usize,
    proposed: usize,
    without_a_key: usize,
    different: usize,
    wrongly_linked: usize,
    wrongly_proposed: usize,
    precision: f64,
    recall: f64,
    found: f64,
}

#[derive(Serialize)]
struct MistakeDocument {
    a: RecordDocument,
    b: RecordDocument,
    same: bool,
    set: String,
    why: String,
    score: f32,
    key_in_common: bool,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct RecordDocument {
    id: String,
    source: String,
    name: String,
}

pub async fn run(options: EvaluateMatching) -> Result<()> {
    let mut folders = options.folders;
    if folders.is_empty() {
        folders = labelled::folders(Path::new(LABELLED))
            .with_context(|| format!("{LABELLED} ne se lit pas : nommez les dossiers à évaluer"))?;
    }
    let mut pairs = Vec::new();
    for folder in folders {
        let read = tokio::task::spawn_blocking(move || labelled::read(&folder)).await;
        pairs.extend(read.context("la lecture s’est arrêtée")??);
    }
    pairs.retain(|pair| options.set.as_ref().is_none_or(|set| pair.set == *set));
    if pairs.is_empty() {
        bail!("aucune paire à évaluer");
    }
    let evaluation = labelled::evaluate(&pairs);
    if options.json.wanted { print_json(&Document::from(&evaluation)) } else { print(&in_words(&evaluation)) }
}

impl From<&Evaluation<'_>> for Document {
    fn from(evaluation: &Evaluation) -> Self {
        Document {
            sets: evaluation.sets.iter().map(|(set, of)| (set.clone(), of.into())).collect(),
            mistakes: evaluation.mistakes.iter().map(MistakeDocument::from).collect(),
        }
    }
}

impl From<&Figures> for FiguresDocument {
    fn from(of: &Figures) -> Self {
        FiguresDocument {
            same: of.same,
            linked: of.linked,
            proposed: of.proposed - of.linked,
            without_a_key: of.unmet,
            different: of.different,
            wrongly_linked: of.wrongly_linked,
            wrongly_proposed: of.wrongly_proposed,
            precision: of.precision(),
            recall: of.recall(),
            found: of.found(),
        }
    }
}

impl From<&Mistake<'_>> for MistakeDocument {
    fn from(mistake: &Mistake) -> Self {
        let record = |record: &Record| RecordDocument {
            id: record.id.clone(),
            source: record.source.clone(),
            name: record.name.clone(),
        };
        MistakeDocument {
            a: record(&mistake.pair.a),
            b: record(&mistake.pair.b),
            same: mistake.pair.same,
            set: mistake.pair.set.clone(),
            why: mistake.pair.why.clone(),
            score: mistake.score(),
            key_in_common: mistake.met,
            reasons: mistake.likeness.reasons.iter().map(Reason::in_words).collect(),
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
        "{:<10}{:>8}{:>8}{:>10}{:>8}{:>10}{:>12}{:>8}{:>10}",
        "", "mêmes", "liées", "proposées", "autres", "liées", "proposées", "précis.", "rappel"
    ));
    let all = evaluation.sets.get_key_value(ALL);
    let others = evaluation.sets.iter().filter(|(set, _)| *set != ALL);
    for (set, of) in others.chain(all) {
        let set = if set == ALL { "ensemble" } else { set };
        line(format_args!(
            "{set:<10}{:>8}{:>8}{:>10}{:>8}{:>10}{:>12}{:>8.3}{:>10.3}",
            of.same,
            of.linked,
            of.proposed - of.linked,
            of.different,
            of.wrongly_linked,
            of.wrongly_proposed,
            of.precision(),
            of.recall()
        ));
    }
    if let Some((_, of)) = all {
        line(format_args!(
            "Au moins proposées, parmi les mêmes : {:.3} ; jamais comparées : {}",
            of.found(),
            of.unmet
        ));
    }
    for mistake in &evaluation.mistakes {
        let pair = mistake.pair;
        let label = if pair.same { "la même" } else { "deux fiches" };
        let met = if mistake.met { "" } else { ", jamais comparées" };
        line(format_args!(
            "\n{} / {} ({}) : {label}, score {:.2}{met}",
            pair.a.id,
            pair.b.id,
            pair.set,
            mistake.score()
        ));
        for record in [&pair.a, &pair.b] {
            line(format_args!("  {} ({})", record.name, record.source));
        }
        line(format_args!("  attendu : {}", pair.why));
        let reasons: Vec<String> = mistake.likeness.reasons.iter().map(Reason::in_words).collect();
        line(format_args!("  trouvé : {}", reasons.join(" ; ")));
    }
    text
}
