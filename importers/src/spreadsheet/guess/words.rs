//! Which code a word of a spreadsheet most likely means.

use maille_domain::Category;
use maille_domain::field::{Field, SEPARATOR};
use maille_territory::{PlaceKind, fold, france};

use crate::commune::{Hints, settle};
use crate::spreadsheet::mapping::labels;

/// How much of their words two names share at least, for one to be offered for the other.
const SHARED: f64 = 0.7;
/// How alike two words are that count as one: a kind and its adjective, a plural.
const SAME_WORD: f64 = 0.9;
/// Words that tell nothing apart.
const SMALL: [&str; 18] = [
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par", "pour", "sur",
    "un",
];
/// What stands between two words that are two values.
const BETWEEN: [&str; 8] = [" et ", " ou ", ",", ";", "/", "+", "\n", "&"];
/// Languages most met, by their ISO 639-1 code.
const LANGUAGES: [(&str, &str); 18] = [
    ("allemand", "de"),
    ("anglais", "en"),
    ("arabe", "ar"),
    ("armenien", "hy"),
    ("bengali", "bn"),
    ("chinois", "zh"),
    ("espagnol", "es"),
    ("francais", "fr"),
    ("georgien", "ka"),
    ("italien", "it"),
    ("pachto", "ps"),
    ("polonais", "pl"),
    ("portugais", "pt"),
    ("roumain", "ro"),
    ("russe", "ru"),
    ("tamoul", "ta"),
    ("turc", "tr"),
    ("ukrainien", "uk"),
];

/// What a word means, and whether that is its very name.
pub(super) fn code(field: Field, word: &str) -> Option<(String, bool)> {
    if let Some(found) = one(field, word) {
        return Some(found);
    }
    if !field.has_several() {
        return None;
    }
    let mut parts = vec![word];
    for between in BETWEEN {
        parts = parts.into_iter().flat_map(|part| part.split(between)).collect();
    }
    let parts: Vec<&str> = parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return None;
    }
    let codes: Option<Vec<(String, bool)>> = parts.into_iter().map(|part| one(field, part)).collect();
    let (codes, sure): (Vec<String>, Vec<bool>) = codes?.into_iter().unzip();
    Some((codes.join(SEPARATOR), sure.into_iter().all(|sure| sure)))
}

fn one(field: Field, word: &str) -> Option<(String, bool)> {
    match field {
        Field::Category => category(word).map(|(kind, sure)| (kind.code().to_owned(), sure)),
        Field::Coverage => coverage(word).map(|code| (code, true)),
        Field::Languages => {
            let folded = fold(word);
            let known = LANGUAGES.iter().find(|(name, code)| *name == folded || *code == folded);
            known.map(|(_, code)| ((*code).to_owned(), true))
        }
        field => {
            let labels = labels(field);
            let folded = fold(word);
            let exact = labels.iter().find(|(code, label)| fold(code) == folded || fold(label) == folded);
            let near = || nearest(word, labels.iter().map(|(code, label)| (*code, *label)));
            exact
                .map(|(code, _)| ((*code).to_owned(), true))
                .or_else(|| near().map(|code| (code.to_owned(), false)))
        }
    }
}

fn category(word: &str) -> Option<(Category, bool)> {
    let named = |name: &str| {
        let code = fold(name).replace(' ', "-");
        Category::from_name(name).or_else(|| Category::from_code(&code))
    };
    if let Some(kind) = named(word) {
        return Some((kind, true));
    }
    // A label, and its acronym in brackets or before a dash.
    let mut parts = word.split(['(', ')', '–', '—', ':', '/']).chain(word.split(" - ")).map(str::trim);
    let by_part = parts.find_map(named);
    let is_sigle = |token: &&str| token.len() >= 3 && token.chars().all(char::is_uppercase);
    let mut sigles = word.split(|c: char| !c.is_alphanumeric()).filter(is_sigle);
    let near = || nearest(word, Category::all().map(|kind| (kind.code(), kind.label())));
    by_part
        .or_else(|| sigles.find_map(Category::from_name))
        .or_else(|| near().and_then(Category::from_code))
        .map(|kind| (kind, false))
}

/// The code whose label shares most words with a name; none when two share as many.
fn nearest(name: &str, labels: impl Iterator<Item = (&'static str, &'static str)>) -> Option<&'static str> {
    let said = words(name);
    let mut best: (f64, Option<&'static str>) = (0.0, None);
    for (code, label) in labels {
        let label = words(label.split(" (").next().unwrap_or_default());
        let shared = said.iter().filter(|word| label.iter().any(|other| same(word, other))).count();
        let score = 2.0 * shared as f64 / (said.len() + label.len()).max(1) as f64;
        if score > best.0 {
            best = (score, Some(code));
        } else if score >= best.0 {
            best.1 = None;
        }
    }
    best.1.filter(|_| best.0 >= SHARED)
}

fn words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let telling = folded.split(' ').filter(|word| !word.is_empty() && !SMALL.contains(word));
    telling.map(|word| word.trim_end_matches(['s', 'x']).to_owned()).collect()
}

fn same(one: &str, other: &str) -> bool {
    one == other || (one.len() > 4 && other.len() > 4 && strsim::jaro_winkler(one, other) >= SAME_WORD)
}

/// The place that a word names whole, and no other.
fn coverage(word: &str) -> Option<String> {
    let folded = fold(word);
    if ["national", "nationale", "france", "france entiere", "toute la france"].contains(&&*folded) {
        return Some("national".to_owned());
    }
    let upper = word.trim().to_ascii_uppercase();
    if france().departement(&upper).is_some() {
        return Some(format!("departement:{upper}"));
    }
    let found = france().find(word, 5);
    let clear = found.places.first().filter(|place| {
        !found.ambiguous && (fold(&place.name) == folded || place.kind == PlaceKind::Arrondissement)
    });
    if let Some(place) = clear {
        let level = match place.kind {
            PlaceKind::Commune | PlaceKind::Arrondissement => "commune",
            PlaceKind::Departement => "departement",
            PlaceKind::Region => "region",
            PlaceKind::Epci => "epci",
            PlaceKind::Territory => "territory",
        };
        return Some(format!("{level}:{}", place.code));
    }
    // Vienne is a town and a département.
    let is_larger = france().departements().iter().any(|one| fold(&one.name) == folded)
        || france().regions().iter().any(|one| fold(&one.name) == folded);
    let commune = settle(word, &Hints::default()).ok().filter(|_| !is_larger)?.commune;
    Some(format!("commune:{}", commune.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_or_near_or_left() {
        for (field, word, expected) in [
            (Field::Category, "EHPAD", Some(("ehpad", true))),
            (Field::Category, "Equipe mobile de gériatrie", Some(("emg", true))),
            (Field::Category, "Equipes mobiles gériatriques", Some(("emg", false))),
            (Field::Category, "EMG - Sud 92", Some(("emg", false))),
            (Field::Category, "Service de soins infirmiers à domicile (SSIAD)", Some(("ssiad", false))),
            (Field::Category, "Equipe mobile", None),
            (Field::Category, "Gardien de phare", None),
            (Field::Audiences, "Personne agée", Some(("personnes-agees", false))),
            (Field::Audiences, "Enfants et adolescents", Some(("enfants | adolescents", true))),
            (Field::Audiences, "Marins", None),
            (Field::Coverage, "Hauts-de-Seine", Some(("departement:92", true))),
            (Field::Coverage, "92", Some(("departement:92", true))),
            (Field::Coverage, "Clamart, Meudon", Some(("commune:92023 | commune:92048", true))),
            (Field::Coverage, "Bagneux (92)", Some(("commune:92007", true))),
            (Field::Coverage, "Saint-Denis", None),
            (Field::Coverage, "le sud du département", None),
            (Field::Languages, "Français / Anglais", Some(("fr | en", true))),
        ] {
            let found = code(field, word);
            assert_eq!(found.as_ref().map(|(code, sure)| (&**code, *sure)), expected, "{field} {word}");
            assert!(found.is_none_or(|(code, _)| field.parse(&code).is_ok()));
        }
    }
}
