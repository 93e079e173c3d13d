//! The kinds that a text names, and those its need leads to.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use maille_domain::Category;
use maille_domain::vocabulary::Audience;

use crate::analysis::{Word, all_words, words};
use crate::answer::{By, Span};
use crate::thesaurus::{Entry, Sigle, thesaurus};

use super::needs::{Lead, leads};
use super::phrases::Phrases;
use super::{KindRead, Read};

/// Most kinds that a need leads to.
const MOST_LEADS: usize = 8;
/// A need that is no nearer than this to anything known leads nowhere.
const FAINTEST: f32 = 0.16;
/// A kind is led to when it scores this much of the best.
const OF_THE_BEST: f32 = 0.5;
/// The same when names are all that is asked; beside a sigle alone, none is.
const OF_THE_BEST_BESIDE_NAMES: f32 = 0.6;
/// What a need weighs at most, when names are all that is asked.
const BESIDE_NAMES: f32 = 0.7;
/// A score that is as good as certain.
const CERTAIN: f32 = 0.62;
/// What a name weighs that is a small part of what is asked; it weighs 1 when it is all of it.
const IN_PASSING: f32 = 0.3;
/// The same of a sigle: nobody writes one in passing.
const SIGLE_IN_PASSING: f32 = 0.8;
/// Sigles this short are words of everybody, unless written in capitals or alone.
const SHORT_SIGLE: usize = 2;
/// Younger than this, a person is a child or an adolescent.
const OF_AGE: u8 = 18;

/// What a kind weighs of itself that is only where the person is.
const WHERE: f32 = 0.6;
/// A kind read this surely is what is asked.
const SOMETHING_ELSE: f32 = 0.45;
/// What a kind weighs that is for others than those asked for, or for other ages.
const OTHER_PEOPLE: f32 = 0.8;
const OTHER_AGES: f32 = 0.5;

struct Names {
    entries: HashMap<Category, &'static Entry>,
    expressions: Phrases<(Category, By)>,
    /// By their words as written: the stem of a misspelling may be that of another word.
    misspelt: Phrases<Category>,
    /// By the word as written.
    sigles: HashMap<String, Vec<Category>>,
    settled: HashMap<String, &'static Sigle>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names {
        entries: HashMap::new(),
        expressions: Phrases::default(),
        misspelt: Phrases::default(),
        sigles: HashMap::new(),
        settled: HashMap::new(),
    };
    for (kind, entry) in &thesaurus().kinds {
        names.entries.insert(*kind, entry);
        let mut add = |text: &str, by: By| names.expressions.insert(&words(text), (*kind, by));
        add(kind.label(), By::Label);
        // "Centre d'accueil thérapeutique et hôpital de jour (CATTP)": what is in brackets is said apart.
        if let Some((label, _)) = kind.label().split_once('(') {
            add(label, By::Label);
        }
        entry.names.iter().for_each(|text| add(text, By::Synonym));
        entry.old.iter().for_each(|text| add(text, By::OldName));
        for text in &entry.misspelt {
            names.misspelt.insert(&as_written(&words(text)), *kind);
        }
        for sigle in entry.acronyms.iter().map(String::as_str).chain(kind.acronym()) {
            match &words(sigle)[..] {
                [word] => {
                    let kinds = names.sigles.entry(word.plain.clone()).or_default();
                    if !kinds.contains(kind) {
                        kinds.push(*kind);
                    }
                }
                several => names.expressions.insert(several, (*kind, By::Acronym)),
            }
        }
    }
    for sigle in &thesaurus().sigles {
        if let [word] = &words(&sigle.written)[..] {
            names.settled.insert(word.plain.clone(), sigle);
        }
    }
    names
});

struct Named {
    kind: Category,
    by: By,
    words: Range<usize>,
}

/// The kinds of the words that mean something, likeliest first. `telling` says which of them tell what is asked, `idle` which
/// tell nothing at all.
pub fn read(
    text: &str,
    words: &[Word],
    telling: &[bool],
    idle: &[bool],
    audiences: &[Read<Audience>],
    age: Option<&Read<u8>>,
) -> Vec<KindRead> {
    let named = named(text, words, audiences, age);
    let told = telling.iter().filter(|telling| **telling).count().max(1) as f32;
    let span = |range: &Range<usize>| -> Span {
        Some((words[range.start].span.start, words[range.end - 1].span.end))
    };
    let mut read: Vec<KindRead> = Vec::new();
    let mut all_named = 0.0_f32;
    for Named { kind, by, words } in &named {
        let covered = words.clone().filter(|at| telling[*at]).count() as f32;
        let least = if *by == By::Acronym { SIGLE_IN_PASSING } else { IN_PASSING };
        let share = (covered / told).min(1.0);
        all_named = all_named.max(if *by == By::Acronym { share.max(SIGLE_IN_PASSING) } else { share });
        let weight = least + (1.0 - least) * share;
        add(&mut read, KindRead { kind: *kind, weight, by: *by, span: span(words) });
    }
    let asking: Vec<usize> = (0..words.len()).filter(|at| !idle[*at]).collect();
    let heard: Vec<Word> = asking.iter().map(|at| words[*at].clone()).collect();
    let leads = leads(&heard);
    let best = leads.first().map_or(0.0, |lead| lead.score);
    let most = 1.0 - (1.0 - BESIDE_NAMES) * all_named;
    let sigle_alone = all_named >= 1.0 && named.iter().any(|named| named.by == By::Acronym);
    let of_the_best = match all_named {
        _ if sigle_alone => f32::INFINITY,
        1.0.. => OF_THE_BEST_BESIDE_NAMES,
        _ => OF_THE_BEST,
    };
    for Lead { kind, score, words: led } in leads.into_iter().take(MOST_LEADS) {
        if best < FAINTEST || score < of_the_best * best {
            break;
        }
        let (Some(first), Some(last)) = (led.first(), led.last()) else { continue };
        let weight = most * (score / CERTAIN).min(1.0);
        add(
            &mut read,
            KindRead { kind, weight, by: By::Need, span: span(&(asking[*first]..asking[*last] + 1)) },
        );
    }
    // What is named is asked, whomever it is for.
    for kind in read.iter_mut().filter(|kind| kind.by == By::Need) {
        kind.weight *= suits(kind.kind, audiences, age);
    }
    // "dentiste qui passe en EHPAD", "sort de l'hôpital": where the person is, when something else is asked.
    for Named { kind, words: where_it_stands, .. } in &named {
        let span = span(where_it_stands);
        let stands_in_place = span.is_some_and(|(start, _)| is_where(&text[..start]));
        let other =
            read.iter().any(|read| read.kind != *kind && read.span != span && read.weight >= SOMETHING_ELSE);
        if let Some(read) = read.iter_mut().find(|read| read.kind == *kind && read.span == span)
            && stands_in_place
            && other
        {
            read.weight *= WHERE;
        }
    }
    read.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    read
}

/// Whether what comes before a name says that it is where somebody is, or comes from.
fn is_where(before: &str) -> bool {
    let words = all_words(before);
    let back = |at: usize| words.len().checked_sub(at).map_or("", |at| words[at].plain.as_str());
    match back(1) {
        "en" | "au" => true,
        "un" | "une" | "le" | "la" | "l" | "son" | "sa" => {
            matches!(back(2), "dans" | "a" | "de" | "depuis" | "quitte")
        }
        "d" | "du" => matches!(back(2), "sort" | "sortie" | "sortir" | "sortant" | "retour"),
        _ => false,
    }
}

/// How well a kind suits the people asked for: 1, or less.
fn suits(kind: Category, audiences: &[Read<Audience>], age: Option<&Read<u8>>) -> f32 {
    let Some(entry) = NAMES.entries.get(&kind) else { return 1.0 };
    let outside = |(min, max): (u8, u8)| age.is_some_and(|age| age.what < min || age.what > max);
    let others = !audiences.is_empty()
        && !entry.audiences.is_empty()
        && !entry.audiences.contains(&Audience::Tous)
        && !audiences.iter().any(|read| entry.audiences.contains(&read.what));
    let of_age = if entry.ages.is_some_and(outside) { OTHER_AGES } else { 1.0 };
    of_age * if others { OTHER_PEOPLE } else { 1.0 }
}

/// Keeps the surest reading of each kind.
pub fn add(read: &mut Vec<KindRead>, new: KindRead) {
    match read.iter_mut().find(|known| known.kind == new.kind) {
        Some(known) if known.weight >= new.weight => {}
        Some(known) => *known = new,
        None => read.push(new),
    }
}

/// The names that stand in the words; a name inside a longer one is not said.
fn named(text: &str, words: &[Word], audiences: &[Read<Audience>], age: Option<&Read<u8>>) -> Vec<Named> {
    let mut named: Vec<Named> = NAMES
        .expressions
        .all(words)
        .into_iter()
        .map(|found| Named { kind: found.says.0, by: found.says.1, words: found.words })
        .collect();
    for found in NAMES.misspelt.all(&as_written(words)) {
        named.push(Named { kind: *found.says, by: By::Synonym, words: found.words });
    }
    for (at, word) in words.iter().enumerate() {
        let written = &text[word.span.clone()];
        let capitals = written.chars().all(|c| !c.is_lowercase());
        if word.plain.len() <= SHORT_SIGLE && !capitals && words.len() > 1 {
            continue;
        }
        let kinds = match NAMES.settled.get(&word.plain) {
            Some(sigle) => settle(sigle, words, at, audiences, age),
            None => NAMES.sigles.get(&word.plain).cloned().unwrap_or_default(),
        };
        named.extend(kinds.into_iter().map(|kind| Named { kind, by: By::Acronym, words: at..at + 1 }));
    }
    let spans: Vec<Range<usize>> = named.iter().map(|named| named.words.clone()).collect();
    let inside = |inner: &Range<usize>, outer: &Range<usize>| {
        outer.start <= inner.start && inner.end <= outer.end && inner.len() < outer.len()
    };
    named.retain(|named| !spans.iter().any(|outer| inside(&named.words, outer)));
    named
}

/// Words that are known by all their letters.
fn as_written(words: &[Word]) -> Vec<Word> {
    words.iter().map(|word| Word { stem: word.plain.clone(), ..word.clone() }).collect()
}

/// The kinds of a sigle among these words: those of the sense that most of them settle, else all it may mean.
fn settle(
    sigle: &Sigle,
    words: &[Word],
    at: usize,
    audiences: &[Read<Audience>],
    age: Option<&Read<u8>>,
) -> Vec<Category> {
    let minor = age.is_some_and(|age| age.what < OF_AGE);
    let says = |context: &String| {
        let beside =
            |stem: &str| words.iter().enumerate().any(|(other, word)| other != at && word.stem == stem);
        let whom = audiences.iter().any(|audience| audience.what.code() == context);
        let young = minor && (context == "enfants" || context == "adolescents");
        whom || young || crate::analysis::words(context).first().is_some_and(|word| beside(&word.stem))
    };
    let settled = sigle
        .senses
        .iter()
        .map(|(kind, contexts)| (contexts.iter().filter(|context| says(context)).count(), *kind))
        .max_by_key(|(count, _)| *count);
    match settled {
        Some((count, kind)) if count > 0 => kind.into_iter().collect(),
        _ => sigle.otherwise.clone(),
    }
}
