//! A place inside a sentence: "ssiad à Bagneux", "mdph du 92", "orthophoniste paris 13", "dans le Tarn".
//!
//! [`France::find`] reads a text that is a place; here the text is about something else, and most of its words name
//! communes too (Sens, Vif, Lit, Mer). What stands before a name, its capital, its length, its people and what the other
//! words are used for tell a place from a word.

use std::ops::Range;

use crate::cues;
use crate::france::{Entry, France};
use crate::names::{Bond, is_small, key};
use crate::place::PlaceKind;

/// Most words of a name: "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson" has ten, "L’Haÿ-les-Roses" four.
const MOST_WORDS: usize = 10;
/// A name that nothing announces, inside a sentence, is that of a place from so many people on.
const KNOWN_FROM: u32 = 2_000;
/// The same of a name of saint: hospitals and schools bear them.
const KNOWN_SAINT_FROM: u32 = 20_000;
/// A name that is a word of the field too is that of a place, announced and with a capital, from so many people on.
const WORD_TOO_FROM: u32 = 3_000;

/// Names that begin with a word, and have so many people together, let it stand for them: "issy".
const FIRST_WORD_FROM: u32 = 10_000;
/// A lone name without capital at the edge of a sentence is a place whatever its people from so many letters on.
const LONG_NAME: usize = 7;
/// Words from which a name is that of no saint's hospital: "Saint-Rambert-d’Albon".
const MANY_WORDS: usize = 3;

/// Most words that may hold words that run into each other: "saintdenis", "cotesd armor".
const MOST_GLUED: usize = 2;

/// What bears the name of a saint.
const BEARERS: [&str; 26] = [
    "hopital",
    "clinique",
    "polyclinique",
    "ecole",
    "college",
    "lycee",
    "institut",
    "institution",
    "residence",
    "foyer",
    "maison",
    "association",
    "fondation",
    "rue",
    "avenue",
    "place",
    "boulevard",
    "paroisse",
    "chu",
    "ch",
    "chr",
    "groupe",
    "centre",
    "hospitalier",
    "hopitaux",
    "villa",
];
/// First words of many names that sentences use for themselves.
const COMMON: [&str; 24] = [
    "grand", "grande", "petit", "petite", "vieux", "vieille", "haut", "haute", "hauts", "basse", "belle",
    "beau", "neuf", "bonne", "rouge", "blanc", "pont", "port", "mont", "bois", "bourg", "fort", "chateau",
    "ville",
];

/// Numbers that people call: fifteen is the SAMU before it is the Cantal.
const CALLED: [&str; 3] = ["15", "17", "18"];
/// What makes a number a quantity.
const UNITS: [&str; 19] = [
    "ans",
    "an",
    "mois",
    "jours",
    "jour",
    "semaines",
    "semaine",
    "h",
    "heures",
    "heure",
    "km",
    "kg",
    "m2",
    "euros",
    "minutes",
    "mn",
    "seances",
    "fois",
    "personnes",
];

/// A place that a sentence mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Its words among those of the sentence, with what announces it.
    pub words: Range<usize>,
    /// What [`France::find`] is to be asked.
    pub text: String,
    /// Whether the sentence says that it is a place: a preposition, a code, a number of arrondissement.
    pub announced: bool,
}

/// One word of a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Spoken<'a> {
    /// The word as written.
    pub written: &'a str,
    /// Whether it is used in the sentence for something else: a word of the field.
    pub is_word: bool,
}

/// How surely words name a place; the order is that of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sureness {
    Name,
    Announced,
    Code,
}

struct Reading {
    /// Without what announces it.
    core: Range<usize>,
    sureness: Sureness,
    /// "92", "(92)": it may say where the name before it is.
    is_departement: bool,
}

impl France {
    /// The place that a sentence mentions, the surest and longest of them; none when no words are surely a place.
    pub fn mention(&self, spoken: &[Spoken]) -> Option<Mention> {
        let folded: Vec<String> = spoken.iter().map(|word| key(word.written)).collect();
        let words: Vec<&str> = folded.iter().map(String::as_str).collect();
        let mut readings: Vec<Reading> = Vec::new();
        let mut names_from = 0;
        for start in 0..words.len() {
            readings.extend(self.number_at(&words, start));
            if start < names_from {
                continue;
            }
            match self.name_at(spoken, &words, start) {
                At::Place(reading) => readings.push(reading),
                // The words of the saint's name are no places either.
                At::Saint(end) => names_from = end,
                At::Nothing => readings.extend(self.first_word_at(spoken, &words, start)),
            }
        }
        let within = |small: &Reading, large: &Reading| {
            large.core.start <= small.core.start
                && small.core.end <= large.core.end
                && small.core.len() < large.core.len()
        };
        let whole = |reading: &&Reading| {
            reading.sureness == Sureness::Code || readings.iter().all(|other| !within(reading, other))
        };
        let best = readings
            .iter()
            .filter(whole)
            .max_by_key(|reading| (reading.sureness, reading.core.len(), reading.core.start))?;
        let core = joined(best, &readings);
        let (start, text) = with_cue(&words, core.clone());
        Some(Mention { words: start..core.end, text, announced: best.sureness > Sureness::Name })
    }

    /// A postal code, the number of a département or of an arrondissement.
    fn number_at(&self, words: &[&str], start: usize) -> Option<Reading> {
        let reading = |length: usize, is_departement| Reading {
            core: start..start + length,
            sureness: Sureness::Code,
            is_departement,
        };
        let word = words[start];
        if cues::is_five_digits(word) {
            return (!self.postal_positions(word).is_empty()).then(|| reading(1, false));
        }
        for length in (2..=4).rev().filter(|length| start + length <= words.len()) {
            let some = &words[start..start + length];
            let whole = !is_small(some[0]) && !is_small(some[length - 1]);
            if whole && cues::arrondissements(some).is_some() && !is_quantity(words, start + length) {
                return Some(reading(length, false));
            }
        }
        if let [first, second, ..] = words[start..]
            && first.len() == 2
            && second.len() == 3
            && cues::joined_digits(&[first, second])
                .is_some_and(|code| !self.postal_positions(&code).is_empty())
        {
            return Some(reading(2, false));
        }
        let known = cues::departement_codes(word).iter().any(|code| self.departement(code).is_some());
        if !known || is_quantity(words, start + 1) {
            return None;
        }
        let before = start.checked_sub(1).map_or("", |at| words[at]);
        let two_before = start.checked_sub(2).map_or("", |at| words[at]);
        let announced = matches!(before, "dans" | "du" | "departement" | "dept" | "dpt")
            || (before == "le" && matches!(two_before, "dans" | "sur"));
        let counts = matches!(before, "a" | "de" | "moins" | "plus" | "depuis" | "entre" | "et" | "les");
        let called = CALLED.contains(&word);
        // "24h/24", "7 à 8 12".
        let counts = counts || before.starts_with(|c: char| c.is_ascii_digit());
        (announced || (!counts && !called)).then(|| reading(1, true))
    }

    /// The longest name that starts at a word.
    fn name_at(&self, spoken: &[Spoken], words: &[&str], start: usize) -> At {
        let longest = (words.len() - start).min(MOST_WORDS);
        let found = (1..=longest).rev().find_map(|length| {
            let entries = self.entries_of(spoken, words, start..start + length);
            (!entries.is_empty()).then_some((length, entries))
        });
        let Some((length, entries)) = found else { return At::Nothing };
        let people = entries.iter().map(|entry| self.population(*entry)).max().unwrap_or(0);
        let is_departement = entries
            .iter()
            .all(|entry| matches!(entry.kind, PlaceKind::Departement | PlaceKind::Region | PlaceKind::Epci));
        let core = start..start + length;
        let telling = || core.clone().filter(|at| !is_small(words[*at]));
        let capital = telling().all(|at| spoken[at].written.starts_with(char::is_uppercase));
        let all_capitals = spoken.iter().all(|word| !word.written.chars().any(char::is_lowercase));
        // "Bourg-la-Reine": two words of the field are a town all the same.
        let many = telling().count() > 1 && people >= WORD_TOO_FROM;
        let is_word = !many && telling().all(|at| spoken[at].is_word);
        let inside = start >= 2 && words[start - 2] == "dans" && is_small(words[start - 1]);
        let cue = cue_before(words, start);
        let is_saint = matches!(words[start], "st" | "ste");
        let borne = is_saint && (1..=3).any(|back| start >= back && BEARERS.contains(&words[start - back]));
        let at_edge = core.end == words.len() || start == 0;
        let short = !is_saint && telling().all(|at| words[at].len() < 3);
        let long = words[start].len() >= LONG_NAME && self.is_current_or_glued(words[start]);
        let located = self.is_located(&entries, words, &core);
        let named = match cue {
            _ if located || (inside && is_departement) => true,
            Some(Cue::Place) if is_word || short => capital && !all_capitals && people >= WORD_TOO_FROM,
            Some(Cue::Place) => true,
            _ if is_word || short => false,
            _ if is_saint => {
                people >= KNOWN_SAINT_FROM
                    || (!borne
                        && (telling().count() >= MANY_WORDS
                            || at_edge
                            || (cue.is_none() && people >= KNOWN_FROM)))
            }
            Some(Cue::Link) => true,
            None if telling().count() > 1 => at_edge || people >= KNOWN_FROM,
            None => {
                (at_edge && (capital || long || people >= KNOWN_FROM))
                    || (people >= KNOWN_FROM && !is_departement)
            }
        };
        let sureness = if cue == Some(Cue::Place) { Sureness::Announced } else { Sureness::Name };
        match named {
            true => At::Place(Reading { core, sureness, is_departement }),
            false if is_saint => At::Saint(core.end),
            false => At::Nothing,
        }
    }

    /// The places whose name these words are, also when they run into each other or lost an apostrophe.
    fn entries_of(&self, spoken: &[Spoken], words: &[&str], core: Range<usize>) -> Vec<Entry> {
        let some = &words[core.clone()];
        let exact = |key: &str| -> Vec<Entry> {
            self.names.exact(key).filter(|name| name.bond <= Bond::Other).map(|name| name.entry).collect()
        };
        let entries = exact(&some.join(" "));
        if !entries.is_empty() || spoken[core.clone()].iter().all(|word| word.is_word) {
            return entries;
        }
        for (at, word) in some.iter().enumerate() {
            if let Some((elided, rest)) = word.split_at_checked(1)
                && matches!(elided, "d" | "l")
                && rest.len() > 1
                && (some.len() > 1 || elided == "l")
            {
                let split = [&some[..at], &[elided, rest], &some[at + 1..]].concat();
                let entries = exact(&split.join(" "));
                if !entries.is_empty() {
                    return entries;
                }
            }
        }
        let letters: usize = some.iter().map(|word| word.len()).sum();
        let edges_tell = some.first().is_some_and(|word| !is_small(word)) && !is_small(some[some.len() - 1]);
        let is_word = spoken[core].iter().any(|word| word.is_word);
        if is_word || some.len() > MOST_GLUED || letters < LONG_NAME || (some.len() > 1 && !edges_tell) {
            return Vec::new();
        }
        self.glued(&some.join(" "), &[]).into_iter().map(|hit| hit.entry).collect()
    }

    /// Whether a lone word, which names a place, is its whole current name: "chambre" is more often a room than La Chambre.
    fn is_current_or_glued(&self, word: &str) -> bool {
        let mut names = self.names.exact(word).peekable();
        names.peek().is_none() || names.any(|name| name.bond == Bond::Current)
    }

    /// Whether a code beside a name is that of its département or one of its postal codes: "lerrain (88)", "70110 Oricourt".
    fn is_located(&self, entries: &[Entry], words: &[&str], core: &Range<usize>) -> bool {
        let beside = [core.start.checked_sub(1).map(|at| words[at]), words.get(core.end).copied()];
        beside.into_iter().flatten().any(|code| {
            if cues::is_five_digits(code) {
                let served = self.postal_positions(code);
                return entries
                    .iter()
                    .any(|entry| entry.kind == PlaceKind::Commune && served.contains(&entry.position));
            }
            let within = cues::departement_codes(code);
            let lies = |entry: &Entry| entry.kind == PlaceKind::Commune && self.lies_within(*entry, &within);
            !within.is_empty() && entries.iter().any(lies)
        })
    }

    /// The first word of a longer name, alone at the edge of a sentence: "ssiad issy", "ehpad le plessis".
    fn first_word_at(&self, spoken: &[Spoken], words: &[&str], start: usize) -> Option<Reading> {
        let word = words[start];
        let at_edge = start + 1 == words.len() || start == 0;
        let other = spoken[start].is_word || is_small(word) || COMMON.contains(&word);
        if !at_edge || other || word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let begun = format!("{word} ");
        let mut entries: Vec<Entry> = self
            .names
            .starting_with(&begun)
            .filter(|name| name.bond != Bond::Other && name.entry.kind == PlaceKind::Commune)
            .map(|name| name.entry)
            .collect();
        entries.sort_unstable();
        entries.dedup();
        let people: u32 = entries.iter().map(|entry| self.population(*entry)).sum();
        let core = start..start + 1;
        (people >= FIRST_WORD_FROM).then_some(Reading {
            core,
            sureness: Sureness::Name,
            is_departement: false,
        })
    }
}

/// What stands at a word.
enum At {
    Place(Reading),
    /// A saint, who gave the name to something else than a place, up to this word.
    Saint(usize),
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    /// Says that a place comes: "à", "dans le", "habite".
    Place,
    /// May bind anything: "de", "la".
    Link,
}

fn cue_before(words: &[&str], start: usize) -> Option<Cue> {
    let before = |back: usize| start.checked_sub(back).map_or("", |at| words[at]);
    match before(1) {
        "a" | "sur" | "vers" | "dans" | "au" | "aux" | "secteur" | "commune" | "ville" | "habite"
        | "habitant" | "domicilie" | "domiciliee" | "vit" | "departement" | "region" | "canton" | "agglo" => {
            Some(Cue::Place)
        }
        "le" | "la" | "les" | "l" if matches!(before(2), "dans" | "sur" | "vers" | "a") => Some(Cue::Place),
        "de" | "d" | "du" | "des"
            if matches!(
                before(2),
                "pres" | "autour" | "proche" | "commune" | "ville" | "mairie" | "departement"
            ) =>
        {
            Some(Cue::Place)
        }
        "de" | "d" | "du" | "des" | "la" | "le" | "les" | "l" | "en" => Some(Cue::Link),
        _ => None,
    }
}

/// "5 ans", "12 à 15 séances".
fn is_quantity(words: &[&str], after: usize) -> bool {
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let bounds = || words.get(after + 1).is_some_and(is_number) && is_quantity(words, after + 2);
    match words.get(after) {
        Some(&("a" | "et" | "ou")) => bounds(),
        Some(word) => UNITS.contains(word),
        None => false,
    }
}

/// The best reading, with what stands beside it and says more of it: "Bagneux 92", "92220 Bagneux".
fn joined(best: &Reading, readings: &[Reading]) -> Range<usize> {
    let mut core = best.core.clone();
    loop {
        let beside = readings.iter().find(|other| {
            let code = best.sureness == Sureness::Code;
            let says_more = other.sureness == Sureness::Code || other.is_departement;
            let after = other.core.start == core.end && (code || says_more);
            let before = other.core.end == core.start && code;
            after || before
        });
        match beside {
            Some(other) => core = core.start.min(other.core.start)..core.end.max(other.core.end),
            None => return core,
        }
    }
}

/// Where what announces a place starts, and the text to look for: "sur le 92" → "dans le 92".
fn with_cue(words: &[&str], core: Range<usize>) -> (usize, String) {
    let name = words[core.clone()].join(" ");
    let before = |back: usize| core.start.checked_sub(back).map_or("", |at| words[at]);
    let article = matches!(before(1), "le" | "la" | "les" | "l");
    let preposition = if article { before(2) } else { before(1) };
    let number = words[core.start].starts_with(|c: char| c.is_ascii_digit());
    let width = usize::from(article);
    match preposition {
        "dans" | "en" => (core.start - width - 1, format!("dans {}{name}", if article { "le " } else { "" })),
        "sur" | "vers" if article => (core.start - 2, if number { name } else { format!("dans le {name}") }),
        "pres" | "autour" | "proche" => (core.start - width - 1, name),
        "a" | "sur" | "vers" | "de" | "d" | "du" | "des" | "au" | "aux" => {
            let far = matches!(
                before(width + 2),
                "pres" | "autour" | "proche" | "ville" | "commune" | "departement"
            );
            let start = core.start - width - 1 - usize::from(far);
            // "du Tarn" is the département, "de Vienne" the town: an article with nothing before it is part of neither.
            let text = match preposition {
                _ if number => name,
                "du" | "des" => format!("dans le {name}"),
                "de" | "d" if article => format!("dans la {name}"),
                _ => name,
            };
            (start, text)
        }
        _ if article => (core.start - 1, name),
        _ => (core.start, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use crate::france::france;

    /// What a sentence is found to mention, these words being of the field.
    fn mention(sentence: &str) -> Option<String> {
        const FIELD: [&str; 15] = [
            "aide", "hopital", "soins", "vif", "lit", "cours", "domicile", "enfant", "pass", "nord",
            "equipe", "garde", "bus", "port", "sens",
        ];
        let written: Vec<&str> =
            sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let spoken: Vec<Spoken> = written
            .iter()
            .map(|written| Spoken { written, is_word: FIELD.contains(&fold(written).as_str()) })
            .collect();
        france().mention(&spoken).map(|mention| mention.text)
    }

    #[test]
    fn places_are_heard_in_sentences() {
        for (sentence, place) in [
            ("ssiad à bagneux", "bagneux"),
            ("SSIAD Bagneux", "bagneux"),
            ("mdph du 92", "92"),
            ("qui intervient sur le 92", "92"),
            ("un CLIC dans le 31 svp", "dans le 31"),
            ("patient ald sans médecin traitant tarn", "tarn"),
            ("soins palliatifs dans le Tarn", "dans le tarn"),
            ("orthophoniste paris 13", "paris 13"),
            ("orthophoniste 13e arrondissement paris", "13e arrondissement paris"),
            ("aide a domicile personne agée L'Hay les roses", "l hay les roses"),
            ("portage de repas saint denis", "st denis"),
            ("ccas 92220", "92220"),
            ("ccas Bagneux (92)", "bagneux 92"),
            ("ccas 92220 bagneux", "92220 bagneux"),
            ("papy de 82 ans qui vit à Antony", "antony"),
            ("emg issy les moulineaux", "issy les moulineaux"),
            ("pass sans sécu creteil", "creteil"),
            ("ssiad issy", "issy"),
            ("ehpad le plessis", "plessis"),
            ("portage de repas st lô", "st lo"),
            ("ssiad villeneuveloubet", "villeneuveloubet"),
            ("soins orée danjou", "oree danjou"),
            ("soins oricourt 70110", "oricourt 70110"),
            ("ehpad saint jean de maurienne", "st jean de maurienne"),
        ] {
            assert_eq!(mention(sentence).as_deref(), Some(place), "{sentence}");
        }
    }

    #[test]
    fn words_and_numbers_of_the_field_are_no_places() {
        for sentence in [
            "aide à domicile",
            "enfant de 5 ans",
            "appeler le 15",
            "un lit médicalisé",
            "équipe de soins en bus",
            "24h/24 7j/7",
            "12 à 15 séances",
            "de 60 à 75 ans",
            "CPTS Tarn Nord équipe",
            "hôpital saint vincent de paul",
            "clinique saint paul de vence",
            "une aide plus grande",
            "cherche une chambre",
        ] {
            assert_eq!(mention(sentence), None, "{sentence}");
        }
    }
}
