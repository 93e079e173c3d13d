//! What the thesaurus must hold to: kinds in their place, no two said alike, each led to by what is written of it, nothing
//! that serves nothing. All the faults of a check are told at once, as "file: kind: what".

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Display;
use std::sync::LazyLock;

use chrono::{NaiveDateTime, NaiveTime};
use maille_domain::vocabulary::Audience;
use maille_domain::{Category, Request};

use crate::analysis::{Word, all_words, words};
use crate::understand::{self, NoListing, Phrases, Reading};

use super::{Entry, KINDS, parsed, thesaurus};

/// Fewest needs of a kind said without a word of its names.
const FEWEST_PLAIN_NEEDS: usize = 10;
/// A need leads to its kind among this many, and phrasings that do not are this few, in hundredths.
const NEEDS_RANK: usize = 3;
const NEEDS_ASTRAY: usize = 4;
/// The same where the kind comes after others.
const HELPS_RANK: usize = 8;
const HELPS_ASTRAY: usize = 25;
/// Fewest members of a group of words that phrasings say: fewer bring nothing together.
const FEWEST_SAID: usize = 2;

/// Numbers of the whole country (sources: `data/thesaurus/README.md`).
const NATIONAL_NUMBERS: [&str; 12] =
    ["15", "17", "18", "112", "114", "115", "119", "3018", "3114", "3919", "3977", "0 800 360 360"];
/// What a check found, told in one go.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, file: &str, kind: impl Display, what: impl Display) {
        self.0.push(format!("{file}: {kind}: {what}"));
    }

    /// Fails with all of them when there are any.
    fn none(mut self) {
        self.0.sort();
        assert!(self.0.is_empty(), "{} faults in data/thesaurus:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// What a text is understood as, a Wednesday afternoon.
fn read(text: &str) -> Reading {
    let now: NaiveDateTime = "2026-11-25T16:00:00".parse().unwrap();
    understand::read(&Request { text: text.to_owned(), ..Request::default() }, &[], now, &NoListing)
}

/// The place of a kind among those that a text leads to, from 0.
fn rank(text: &str, kind: Category) -> Option<usize> {
    read(text).kinds.iter().position(|read| read.kind == kind)
}

/// Every kind, with the file that is its own.
fn entries() -> impl Iterator<Item = (String, Category, &'static Entry)> {
    thesaurus().kinds.iter().map(|(kind, entry)| (file_of(*kind), *kind, entry))
}

fn file_of(kind: Category) -> String {
    format!("kinds/{}.toml", kind.theme().code())
}

/// The acronyms of a kind, that of the vocabulary first.
fn acronyms(kind: Category, entry: &Entry) -> Vec<&str> {
    let mut acronyms: Vec<&str> = kind.acronym().into_iter().collect();
    acronyms.extend(entry.acronyms.iter().map(String::as_str).filter(|text| kind.acronym() != Some(text)));
    acronyms
}

/// The names of a kind, its label first, former ones included.
fn names(kind: Category, entry: &Entry) -> impl Iterator<Item = &str> {
    [kind.label()].into_iter().chain(entry.names.iter().chain(&entry.old).map(String::as_str))
}

/// The stems of a text, in order.
fn stems(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|word| word.stem).collect()
}

/// Every text that needs are compared with, and its words: several checks ask for them.
static PHRASINGS: LazyLock<HashMap<&'static str, Vec<Word>>> = LazyLock::new(|| {
    let needs = |entry: &'static Entry| entry.needs.iter().chain(&entry.helps).map(String::as_str);
    let texts = entries().flat_map(|(_, kind, entry)| names(kind, entry).chain(needs(entry)));
    texts.map(|text| (text, words(text))).collect()
});

/// What a text says, whatever the order.
fn said(text: &str) -> BTreeSet<String> {
    let stems = |words: &[Word]| words.iter().map(|word| word.stem.clone()).collect();
    PHRASINGS.get(text).map_or_else(|| stems(&words(text)), |words| stems(words))
}

/// Texts of a list that have the same words, the first time aside.
fn repeated<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    let mut known = HashSet::new();
    let plain = |text: &str| all_words(text).into_iter().map(|word| word.plain).collect::<Vec<_>>();
    texts.into_iter().map(String::as_str).filter(|text| !known.insert(plain(text))).collect()
}

#[test]
fn each_kind_has_its_table_in_the_file_of_its_parcours() {
    let mut faults = Faults::default();
    let mut known: HashSet<Category> = HashSet::new();
    for (parcours, text) in KINDS {
        let file = format!("kinds/{parcours}.toml");
        let written: Vec<&str> =
            text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']')).collect();
        let entries: BTreeMap<String, Entry> = parsed(&file, text);
        assert_eq!(written.len(), entries.len(), "{file}: a title of a table is a line `[code]`");
        let mut last = None;
        for code in written {
            let Some(position) = Category::all().position(|kind| kind.code() == code) else {
                faults.add(&file, code, "no kind of data/vocabulary/categories.tsv has this code");
                continue;
            };
            let kind = crate::traits::kind_at(position).expect("positions are those of the vocabulary");
            if kind.theme().code() != parcours {
                faults.add(&file, code, format!("its table goes in {}", file_of(kind)));
            }
            if last.is_some_and(|last| last > position) {
                faults.add(&file, code, "out of the order of data/vocabulary/categories.tsv");
            }
            last = Some(position);
            known.insert(kind);
        }
    }
    for kind in Category::all().filter(|kind| !known.contains(kind)) {
        faults.add(&file_of(kind), kind.code(), "no table: nothing leads to it");
    }
    faults.none();
}

#[test]
fn no_name_is_of_two_kinds() {
    let mut faults = Faults::default();
    let mut owners: HashMap<Vec<String>, Category> = HashMap::new();
    for (file, kind, entry) in entries() {
        for text in names(kind, entry).chain(entry.misspelt.iter().map(String::as_str)) {
            let stems = stems(words(text));
            if stems.is_empty() {
                faults.add(&file, kind.code(), format!("{text:?} has no word that tells"));
                continue;
            }
            let owner = *owners.entry(stems).or_insert(kind);
            if owner != kind {
                faults.add(&file, kind.code(), format!("the name {text:?} is of {} too", owner.code()));
            }
        }
    }
    faults.none();
}

#[test]
fn an_acronym_of_two_kinds_is_settled() {
    let mut faults = Faults::default();
    let mut owners: BTreeMap<String, Vec<(String, Category)>> = BTreeMap::new();
    for (file, kind, entry) in entries() {
        for text in acronyms(kind, entry) {
            let plain: Vec<String> = words(text).into_iter().map(|word| word.plain).collect();
            let owners = owners.entry(plain.join(" ")).or_default();
            if owners.iter().all(|(_, owner)| *owner != kind) {
                owners.push((file.clone(), kind));
            }
        }
    }
    for (acronym, owners) in owners {
        let settled = thesaurus()
            .sigles
            .iter()
            .find(|sigle| words(&sigle.written).first().is_some_and(|word| word.plain == acronym));
        for (file, kind) in &owners {
            let acronym = acronym.to_uppercase();
            match settled {
                None if owners.len() > 1 => {
                    let others: Vec<&str> = owners.iter().map(|(_, owner)| owner.code()).collect();
                    let others = others.join(", ");
                    faults.add(
                        file,
                        kind.code(),
                        format!("{acronym} is of {others}: settle it in sigles.toml"),
                    );
                }
                Some(sigle)
                    if !sigle.otherwise.contains(kind)
                        && !sigle.senses.iter().any(|(sense, _)| *sense == Some(*kind)) =>
                {
                    faults.add(file, kind.code(), format!("{acronym} is settled without it in sigles.toml"));
                }
                _ => {}
            }
        }
    }
    faults.none();
}

#[test]
fn a_need_is_of_one_kind() {
    let mut faults = Faults::default();
    let mut owners: HashMap<BTreeSet<String>, (Category, &str)> = HashMap::new();
    for (file, kind, entry) in entries() {
        for text in &entry.needs {
            let (owner, first) = *owners.entry(said(text)).or_insert((kind, text));
            if owner != kind {
                let what = format!("the need {text:?} is of {} too ({first:?})", owner.code());
                faults.add(&file, kind.code(), what);
            } else if !std::ptr::eq(first, text.as_str()) {
                faults.add(&file, kind.code(), format!("{text:?} says the same as {first:?}"));
            }
        }
    }
    faults.none();
}

#[test]
fn needs_are_said_without_the_names_of_their_kind() {
    let mut faults = Faults::default();
    for (file, kind, entry) in entries() {
        let own: BTreeSet<String> = names(kind, entry).chain(acronyms(kind, entry)).flat_map(said).collect();
        let plain = entry.needs.iter().filter(|text| said(text).is_disjoint(&own)).count();
        if plain < FEWEST_PLAIN_NEEDS {
            let what = format!("{plain} needs share no word with its names: {FEWEST_PLAIN_NEEDS} at least");
            faults.add(&file, kind.code(), what);
        }
    }
    faults.none();
}

#[test]
fn lists_repeat_nothing() {
    let mut faults = Faults::default();
    for (file, kind, entry) in entries() {
        let lists = [
            ("acronyms", &entry.acronyms),
            ("names", &entry.names),
            ("old", &entry.old),
            ("misspelt", &entry.misspelt),
            ("needs", &entry.needs),
            ("helps", &entry.helps),
        ];
        for (list, texts) in lists {
            for text in repeated(texts) {
                faults.add(&file, kind.code(), format!("{list} repeat {text:?}"));
            }
        }
        for text in repeated(entry.names.iter().chain(&entry.old).chain(&entry.misspelt)) {
            faults.add(&file, kind.code(), format!("{text:?} is a name twice"));
        }
        let needs: HashSet<BTreeSet<String>> = entry.needs.iter().map(|text| said(text)).collect();
        for text in entry.helps.iter().filter(|text| needs.contains(&said(text))) {
            faults.add(&file, kind.code(), format!("{text:?} is one of its needs already"));
        }
    }
    let fillers: Vec<String> = thesaurus().fillers.iter().map(|text| (*text).to_owned()).collect();
    for text in repeated(&fillers) {
        faults.add("fillers.txt", text, "twice");
    }
    let mut common = HashSet::new();
    for line in include_str!("../../../data/thesaurus/common-law.txt").lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') && !common.insert(line) {
            faults.add("common-law.txt", line, "twice");
        }
    }
    faults.none();
}

#[test]
fn names_alone_lead_to_their_kind() {
    let mut faults = Faults::default();
    for (file, kind, entry) in entries() {
        let capitals: Vec<String> = acronyms(kind, entry).into_iter().map(str::to_uppercase).collect();
        for text in names(kind, entry).chain(capitals.iter().map(String::as_str)) {
            let shared = thesaurus()
                .sigles
                .iter()
                .any(|sigle| sigle.otherwise.len() > 1 && sigle.written.to_uppercase() == text);
            let last = usize::from(shared);
            let read = read(text);
            let rank = read.kinds.iter().position(|read| read.kind == kind);
            if rank.is_none_or(|rank| rank > last) {
                let kinds: Vec<&str> = read.kinds.iter().take(3).map(|read| read.kind.code()).collect();
                let place = read.place.map_or(String::new(), |place| format!(", place {:?}", place.what));
                let kinds = if kinds.is_empty() { "no kind".to_owned() } else { kinds.join(", ") };
                faults.add(&file, kind.code(), format!("{text:?} alone reads {kinds}{place}"));
            }
        }
    }
    faults.none();
}

/// The phrasings of a list that do not lead to their kind early enough may be a few hundredths; they are
/// printed by kind.
fn lead_to_their_kind(list: impl Fn(&'static Entry) -> &'static [String], among: usize, astray: usize) {
    let mut counts: Vec<(Vec<&str>, usize, Category)> = Vec::new();
    for (_, kind, entry) in entries() {
        let texts = list(entry);
        let leads_elsewhere = |text: &&String| rank(text, kind).is_none_or(|rank| rank >= among);
        let lost: Vec<&str> = texts.iter().filter(leads_elsewhere).map(String::as_str).collect();
        counts.push((lost, texts.len(), kind));
    }
    let lost: usize = counts.iter().map(|(lost, ..)| lost.len()).sum();
    let all: usize = counts.iter().map(|(_, all, _)| all).sum();
    counts.retain(|(lost, ..)| !lost.is_empty());
    counts.sort_by_key(|(lost, ..)| std::cmp::Reverse(lost.len()));
    let told: Vec<String> = counts
        .iter()
        .map(|(lost, all, kind)| {
            format!("{}: {}: {} of {all}: {lost:?}", file_of(*kind), kind.code(), lost.len())
        })
        .collect();
    let told =
        format!("{lost} phrasings of {all} do not lead to their kind among {among}:\n{}", told.join("\n"));
    println!("{told}");
    assert!(lost * 100 <= all * astray, "more than {astray} %: {told}");
}

#[test]
fn needs_lead_to_their_kind() {
    lead_to_their_kind(|entry| &entry.needs, NEEDS_RANK, NEEDS_ASTRAY);
}

#[test]
fn helps_lead_to_their_kind_after_others() {
    lead_to_their_kind(|entry| &entry.helps, HELPS_RANK, HELPS_ASTRAY);
}

#[test]
fn groups_bring_together_words_that_phrasings_say() {
    let mut faults = Faults::default();
    let mut members: Phrases<(usize, usize)> = Phrases::default();
    let mut owners: HashMap<Vec<String>, usize> = HashMap::new();
    for (at, group) in thesaurus().groups.iter().enumerate() {
        let name = &group[0];
        for text in repeated(group) {
            faults.add("words.toml", name, format!("repeats {text:?}"));
        }
        for (member, text) in group.iter().enumerate() {
            let all = words(text);
            if all.is_empty() {
                faults.add("words.toml", name, format!("{text:?} has no word that tells"));
            }
            members.insert(&all, (at, member));
            let owner = *owners.entry(stems(all)).or_insert(at);
            if owner != at {
                faults.add(
                    "words.toml",
                    name,
                    format!("{text:?} is in {:?} too", thesaurus().groups[owner][0]),
                );
            }
        }
    }
    let mut heard: Vec<HashSet<usize>> = vec![HashSet::new(); thesaurus().groups.len()];
    for phrasing in PHRASINGS.values() {
        for found in members.all(phrasing) {
            let (group, member) = *found.says;
            heard[group].insert(member);
        }
    }
    for (group, heard) in thesaurus().groups.iter().zip(heard) {
        if heard.len() < FEWEST_SAID {
            let silent: Vec<&str> = (0..group.len())
                .filter(|member| !heard.contains(member))
                .map(|member| group[member].as_str())
                .collect();
            faults.add("words.toml", &group[0], format!("no phrasing says {}", silent.join(", ")));
        }
    }
    faults.none();
}

#[test]
fn words_that_settle_a_sigle_are_of_the_field() {
    let mut faults = Faults::default();
    let mut known: HashSet<String> = PHRASINGS.values().flatten().map(|word| word.stem.clone()).collect();
    known.extend(thesaurus().groups.iter().flatten().flat_map(|text| said(text)));
    for (_, kind, entry) in entries() {
        known.extend(acronyms(kind, entry).into_iter().flat_map(said));
    }
    known.extend(thesaurus().sigles.iter().flat_map(|sigle| said(&sigle.written)));
    let is_audience = |text: &str| Audience::ALL.iter().any(|audience| audience.code() == text);
    for sigle in &thesaurus().sigles {
        for (kind, contexts) in &sigle.senses {
            for text in repeated(contexts) {
                faults.add("sigles.toml", &sigle.written, format!("repeats {text:?}"));
            }
            for text in contexts.iter().filter(|text| !is_audience(text)) {
                match &stems(words(text))[..] {
                    [_] if kind.is_none() => {}
                    [stem] if known.contains(stem) => {}
                    [_] => faults.add("sigles.toml", &sigle.written, format!("no phrasing says {text:?}")),
                    _ => faults.add("sigles.toml", &sigle.written, format!("{text:?} is not one word")),
                }
            }
        }
    }
    faults.none();
}

#[test]
fn fillers_are_no_name_and_no_need() {
    let mut faults = Faults::default();
    let fillers: HashSet<Vec<String>> =
        thesaurus().fillers.iter().map(|text| stems(all_words(text))).collect();
    for (file, kind, entry) in entries() {
        let texts = names(kind, entry).chain(acronyms(kind, entry));
        let texts = texts.chain(entry.needs.iter().chain(&entry.helps).map(String::as_str));
        for text in texts.filter(|text| fillers.contains(&stems(all_words(text)))) {
            faults.add("fillers.txt", text, format!("{file} has it for {}", kind.code()));
        }
    }
    faults.none();
}

/// No expression is in two entries of a file, nor twice in one.
fn said_once<'a>(
    faults: &mut Faults,
    file: &str,
    entries: impl IntoIterator<Item = (String, &'a Vec<String>)>,
) {
    let mut owners: HashMap<Vec<String>, String> = HashMap::new();
    for (entry, texts) in entries {
        for text in repeated(texts) {
            faults.add(file, &entry, format!("repeats {text:?}"));
        }
        for text in texts {
            let owner = owners.entry(stems(all_words(text))).or_insert_with(|| entry.clone());
            if *owner != entry {
                faults.add(file, &entry, format!("{text:?} is in {owner} too"));
            }
        }
    }
}

#[test]
fn expressions_say_one_thing() {
    let mut faults = Faults::default();
    let people = thesaurus().people.iter().map(|people| {
        let age = people.age.map_or(String::new(), |age| format!(", {age}"));
        (format!("{}{age}", people.audience.code()), &people.words)
    });
    said_once(&mut faults, "people.toml", people);
    let modes = thesaurus().modes.iter().map(|manner| (manner.mode.code().to_owned(), &manner.words));
    said_once(&mut faults, "modes.toml", modes);
    let moments = thesaurus().moments.iter().map(|moment| {
        let from = moment.from.as_deref().unwrap_or("now");
        (format!("{:?} {from}", moment.day), &moment.words)
    });
    said_once(&mut faults, "moments.toml", moments);
    let alerts = thesaurus().alerts.iter().map(|danger| (danger.number.clone(), &danger.words));
    said_once(&mut faults, "alerts.toml", alerts);
    for moment in &thesaurus().moments {
        let day = format!("{:?}", moment.day);
        for at in [&moment.from, &moment.until].into_iter().flatten() {
            if NaiveTime::parse_from_str(at, "%H:%M").is_err() {
                faults.add("moments.toml", &day, format!("{at:?} is no hour such as 20:00"));
            }
        }
        if moment.from > moment.until {
            faults.add("moments.toml", &day, "ends before it begins".to_owned());
        }
    }
    faults.none();
}

#[test]
fn alerts_are_raised_by_their_words() {
    let mut faults = Faults::default();
    for danger in &thesaurus().alerts {
        for text in &danger.words {
            if read(text).alerts.iter().all(|alert| alert.number != danger.number) {
                faults.add("alerts.toml", &danger.number, format!("{text:?} does not raise it"));
            }
        }
    }
    faults.none();
}

#[test]
fn numbers_are_national_ones() {
    let mut faults = Faults::default();
    for danger in &thesaurus().alerts {
        // "le 15", "le 114": what follows "le" in an explanation is a number to call.
        let why = all_words(&danger.why);
        let told = why.windows(2).filter(|pair| pair[0].plain == "le").map(|pair| pair[1].plain.as_str());
        let told = told.filter(|word| word.chars().all(|c| c.is_ascii_digit()));
        for number in told.chain([danger.number.as_str()]) {
            if !NATIONAL_NUMBERS.contains(&number) {
                faults.add(
                    "alerts.toml",
                    &danger.number,
                    format!("{number} is not a number of the whole country"),
                );
            }
        }
    }
    faults.none();
}

/// Most characters of a need that is proposed, and the words of those who speak of themselves.
const LONGEST_PROPOSED: usize = 45;
const ONESELF: [&str; 19] = [
    "j", "je", "m", "ma", "me", "mes", "moi", "mon", "nos", "notre", "nous", "on", "ta", "te", "tes", "toi",
    "ton", "tu", "vous",
];

#[test]
fn needs_that_are_proposed_are_phrasings_that_anybody_may_read() {
    let file = "proposed.txt";
    let mut faults = Faults::default();
    let mut seen = HashSet::new();
    for text in &thesaurus().proposed {
        let says = |entry: &Entry| entry.needs.iter().chain(&entry.helps).any(|phrasing| phrasing == text);
        if !thesaurus().kinds.iter().any(|(_, entry)| says(entry)) {
            faults.add(file, text, "a phrasing of no kind");
        }
        if text.chars().count() > LONGEST_PROPOSED {
            faults.add(file, text, format!("longer than {LONGEST_PROPOSED} characters"));
        }
        if all_words(text).iter().any(|word| ONESELF.contains(&word.plain.as_str())) {
            faults.add(file, text, "somebody speaks of themselves");
        }
        if !seen.insert(text) {
            faults.add(file, text, "written twice");
        }
    }
    faults.none();
}
