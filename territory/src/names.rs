//! The index of names: every way a place is named, folded and sorted, so that exact names and prefixes are binary searches.

use crate::area::{Departement, Epci, Region};
use crate::commune::{Commune, CommuneKind};
use crate::fold::fold;
use crate::france::Entry;
use crate::place::PlaceKind;
use crate::tables::{OtherName, UsualName};

/// How a name belongs to its place. The order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bond {
    /// The current official name, whole: with its article, or without its brackets.
    Current,
    /// The current name without its article.
    WithoutArticle,
    /// A former name, an absorbed commune, a postal label, a name of use.
    Other,
}

/// One key of the index.
pub(crate) struct Name {
    pub key: Box<str>,
    pub entry: Entry,
    pub bond: Bond,
    /// The name as written, when it is not the current one.
    pub label: Option<Box<str>>,
}

/// Every name, by key; and by the words that carry meaning.
pub(crate) struct Names {
    names: Vec<Name>,
    /// Key without its small words, position in `names`; only where they differ.
    loose: Vec<(Box<str>, usize)>,
    /// Whole keys of the EPCI, in the order of their table.
    epcis: Vec<String>,
}

/// Words people leave out, put in or exchange without meaning another place.
const SMALL_WORDS: [&str; 17] = [
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "las", "le", "les", "los", "sous", "sur",
];

impl Names {
    /// Indexes the current names of every table, then the other names of communes and the usual names of areas.
    pub fn index(
        communes: &[Commune],
        departements: &[Departement],
        regions: &[Region],
        epcis: &[Epci],
        others: Vec<OtherName>,
        usual: Vec<UsualName>,
    ) -> Names {
        let mut names = Vec::with_capacity(60_000);
        for (position, commune) in communes.iter().enumerate() {
            // Arrondissements are recognised by their number: as names they would hide the city they share.
            if commune.kind == CommuneKind::Commune {
                add_commune(&mut names, commune, Entry { kind: PlaceKind::Commune, position });
            }
        }
        for (position, departement) in departements.iter().enumerate() {
            let entry = Entry { kind: PlaceKind::Departement, position };
            add_area(&mut names, &departement.name, departement.article, entry);
        }
        for (position, region) in regions.iter().enumerate() {
            add_area(&mut names, &region.name, region.article, Entry { kind: PlaceKind::Region, position });
        }
        for (position, epci) in epcis.iter().enumerate() {
            add_epci(&mut names, epci, Entry { kind: PlaceKind::Epci, position });
        }
        for name in usual {
            let (kind, position) = match &*name.kind {
                "region" => (PlaceKind::Region, regions.binary_search_by(|region| region.code.cmp(&name.code))),
                _ => (PlaceKind::Epci, epcis.binary_search_by(|epci| epci.code.cmp(&name.code))),
            };
            let entry = Entry { kind, position: position.expect("usual names are of known areas") };
            add_other(&mut names, name.name, entry);
        }
        names.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let current = names.len();
        for other in others {
            let position = communes.binary_search_by(|commune| commune.code.cmp(&other.commune));
            let position = position.expect("other names are of current communes");
            let entry = Entry { kind: PlaceKind::Commune, position };
            let key = key(&other.name);
            // La Poste labels a locality by the town that delivers its mail: no name of that locality.
            let known = range(&names[..current], &key).any(|name| name.entry == entry || other.postal_label);
            if !known {
                add_other(&mut names, other.name, entry);
            }
        }
        names.sort_by(|a, b| a.key.cmp(&b.key).then(a.bond.cmp(&b.bond)));
        let mut loose: Vec<(Box<str>, usize)> = Vec::with_capacity(20_000);
        for (position, name) in names.iter().enumerate() {
            let key = loosen(&name.key);
            if *key != *name.key && name.bond != Bond::WithoutArticle {
                loose.push((key.into(), position));
            }
        }
        loose.sort_unstable();
        Names { names, loose, epcis: epcis.iter().map(|epci| key(&epci.name)).collect() }
    }

    /// The keys of the official names of the EPCI, in the order of their table.
    pub fn epcis(&self) -> impl Iterator<Item = &str> {
        self.epcis.iter().map(String::as_str)
    }

    /// The names that are exactly this key, by preference.
    pub fn exact<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Name> {
        range(&self.names, key)
    }

    /// The names that start with this key, itself included.
    pub fn starting_with<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Name> {
        let start = self.names.partition_point(|name| *name.key < *key);
        self.names[start..].iter().take_while(move |name| name.key.starts_with(key))
    }

    /// The names that are this key once small words are left out on both sides.
    pub fn loosely<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Name> {
        let key = loosen(key);
        let start = self.loose.partition_point(|(loose, _)| **loose < *key);
        let same = key.clone();
        let loose = self.loose[start..].iter().take_while(move |(loose, _)| **loose == *same);
        let start = self.names.partition_point(|name| *name.key < *key);
        let whole = self.names[start..].iter().take_while(move |name| *name.key == *key);
        loose.map(|(_, position)| &self.names[*position]).chain(whole)
    }
}

/// The key of a name, typed or official: folded, with the spellings that only addresses know opened.
pub(crate) fn key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(folded.len());
    let mut words = folded.split(' ').peekable();
    while let Some(word) = words.next() {
        let word = match word {
            "lez" => "les",
            "hte" => "haute",
            "hts" => "hauts",
            // "Clichy s/s Bois", "Neuilly s/ Seine": between two words only.
            "s" if !key.is_empty() && words.peek() == Some(&"s") => {
                words.next();
                "sous"
            }
            "s" if !key.is_empty() && words.peek().is_some() => "sur",
            word => word,
        };
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// The key without its small words; the key itself when it has no other.
pub(crate) fn loosen(key: &str) -> String {
    let words: Vec<&str> = key.split(' ').filter(|word| !is_small(word)).collect();
    if words.is_empty() { key.to_owned() } else { words.join(" ") }
}

/// Whether a word is one that people leave out.
pub(crate) fn is_small(word: &str) -> bool {
    SMALL_WORDS.contains(&word)
}

fn range<'a>(names: &'a [Name], key: &'a str) -> impl Iterator<Item = &'a Name> {
    let start = names.partition_point(|name| *name.key < *key);
    names[start..].iter().take_while(move |name| *name.key == *key)
}

fn add(names: &mut Vec<Name>, key: &str, entry: Entry, bond: Bond) {
    names.push(Name { key: key.into(), entry, bond, label: None });
}

fn add_commune(names: &mut Vec<Name>, commune: &Commune, entry: Entry) {
    let whole = key(&commune.name);
    if commune.has_article
        && let Some((_, rest)) = whole.split_once(' ')
    {
        add(names, rest, entry, Bond::WithoutArticle);
    }
    if let Some((name, _)) = commune.name.split_once(" (") {
        add(names, &key(name), entry, Bond::Current);
    }
    add(names, &whole, entry, Bond::Current);
}

fn add_area(names: &mut Vec<Name>, name: &str, article: Option<&str>, entry: Entry) {
    let whole = key(name);
    if let Some(article) = article {
        add(names, &key(&format!("{article} {name}")), entry, Bond::Current);
    } else if let Some(rest) = whole.strip_prefix("la ") {
        add(names, rest, entry, Bond::WithoutArticle);
    }
    add(names, &whole, entry, Bond::Current);
}

/// Official name, name without its legal form ("Cergy-Pontoise"), acronym in brackets.
fn add_epci(names: &mut Vec<Name>, epci: &Epci, entry: Entry) {
    add(names, &key(&epci.name), entry, Bond::Current);
    let name = match epci.name.split_once(" (") {
        Some((name, acronym)) => {
            let acronym = acronym.trim_end_matches(')');
            if !acronym.contains(' ') {
                add_other(names, acronym.into(), entry);
            }
            name
        }
        None => &epci.name,
    };
    let whole = key(name);
    let forms = ["communaute de communes ", "communaute d agglomeration ", "communaute urbaine ", "metropole "];
    let short = forms.iter().find_map(|form| whole.strip_prefix(form));
    let short = short.map(|short| short.trim_start_matches("d ").trim_start_matches("de ").trim_start_matches("du "));
    if let Some(short) = short.map(|short| short.trim_start_matches("des ").trim_start_matches("la ")) {
        add(names, short, entry, Bond::Current);
    } else if name.len() < epci.name.len() {
        add(names, &whole, entry, Bond::Current);
    }
}

/// Postal labels put the article last, in brackets ("EPINE (L')"): the key leaves brackets out.
fn add_other(names: &mut Vec<Name>, name: Box<str>, entry: Entry) {
    let bare = name.split('(').next().unwrap_or_default();
    let whole = key(bare);
    if whole.is_empty() {
        return;
    }
    for article in ["le ", "la ", "les ", "l "] {
        if let Some(rest) = whole.strip_prefix(article) {
            names.push(Name { key: rest.into(), entry, bond: Bond::Other, label: Some(name.clone()) });
        }
    }
    names.push(Name { key: whole.into(), entry, bond: Bond::Other, label: Some(name) });
}
