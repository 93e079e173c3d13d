//! The index of names: every way a place is named, folded and sorted, so that exact names and prefixes are binary searches.

use std::cmp::Ordering;

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
    /// The first bytes of the key, in its order: most comparisons of a sort end here, without following a pointer.
    head: u64,
    pub key: Box<str>,
    pub entry: Entry,
    pub bond: Bond,
    /// The name as written, when it is not the current one.
    pub label: Option<Box<str>>,
}

/// Words of the legal form of an EPCI: typed or not, they do not tell one from another.
const LEGAL_FORMS: [&str; 16] = [
    "agglo",
    "agglomeration",
    "ca",
    "cc",
    "communaute",
    "communautes",
    "commune",
    "communes",
    "cu",
    "ept",
    "eurometropole",
    "grand",
    "interco",
    "intercommunalite",
    "metropole",
    "urbaine",
];

impl Name {
    fn new(key: &str, entry: Entry, bond: Bond, label: Option<Box<str>>) -> Name {
        let mut head = [0; 8];
        let length = key.len().min(head.len());
        head[..length].copy_from_slice(&key.as_bytes()[..length]);
        Name { head: u64::from_be_bytes(head), key: key.into(), entry, bond, label }
    }

    fn order(&self, other: &Name) -> Ordering {
        self.head.cmp(&other.head).then_with(|| self.key.cmp(&other.key))
    }
}

/// Every name, by key; and by the words that carry meaning.
pub(crate) struct Names {
    sorted: Vec<Name>,
    /// Key without its small words, position in `sorted`; only where they differ.
    loose: Vec<(Box<str>, usize)>,
    /// A word of the official name of an EPCI that tells it from others, position in their table; sorted.
    epci_words: Vec<(Box<str>, usize)>,
    /// The same words, by position.
    words_of_epcis: Vec<Vec<Box<str>>>,
}

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
                "region" => {
                    (PlaceKind::Region, regions.binary_search_by(|region| region.code.cmp(&name.code)))
                }
                _ => (PlaceKind::Epci, epcis.binary_search_by(|epci| epci.code.cmp(&name.code))),
            };
            let entry = Entry { kind, position: position.expect("usual names are of known areas") };
            add_other(&mut names, name.name, entry);
        }
        names.sort_unstable_by(Name::order);
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
        names.sort_by(|a, b| a.order(b).then(a.bond.cmp(&b.bond)));
        let mut loose: Vec<(Box<str>, usize)> = Vec::with_capacity(20_000);
        for (position, name) in names.iter().enumerate() {
            if name.bond != Bond::WithoutArticle && name.key.split(' ').any(is_small) {
                let key = loosen(&name.key);
                if *key != *name.key {
                    loose.push((key.into(), position));
                }
            }
        }
        loose.sort_unstable();
        let words_of_epcis: Vec<Vec<Box<str>>> =
            epcis.iter().map(|epci| telling_words(&key(&epci.name)).map(Box::from).collect()).collect();
        let positions = words_of_epcis.iter().enumerate();
        let mut epci_words: Vec<(Box<str>, usize)> = positions
            .flat_map(|(position, words)| words.iter().map(move |word| (word.clone(), position)))
            .collect();
        epci_words.sort_unstable();
        Names { sorted: names, loose, epci_words, words_of_epcis }
    }

    /// The EPCI that have every word of the key, in any order, the last one maybe unfinished: position in their table, and
    /// how many of their words are not in the key.
    pub fn epcis_with_words(&self, key: &str) -> Vec<(usize, usize)> {
        let typed: Vec<&str> = telling_words(key).collect();
        let Some((last, whole)) = typed.split_last().filter(|(last, _)| last.len() >= 3) else {
            return Vec::new();
        };
        let start = self.epci_words.partition_point(|(word, _)| **word < **last);
        let candidates = self.epci_words[start..].iter().take_while(|(word, _)| word.starts_with(last));
        let mut epcis = Vec::new();
        for &(_, position) in candidates {
            let words = &self.words_of_epcis[position];
            if whole.iter().all(|word| words.iter().any(|known| **known == **word)) {
                epcis.push((position, words.iter().filter(|known| !typed.contains(&&***known)).count()));
            }
        }
        epcis
    }

    /// The names that are exactly this key, by preference.
    pub fn exact<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Name> {
        range(&self.sorted, key)
    }

    /// The names that start with this key, itself included.
    pub fn starting_with<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Name> {
        let start = self.sorted.partition_point(|name| *name.key < *key);
        self.sorted[start..].iter().take_while(move |name| name.key.starts_with(key))
    }

    /// The names that are this key once small words are left out on both sides. A key that ends with one is unfinished, and
    /// is none.
    pub fn loosely<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Name> {
        let unfinished = key.rsplit(' ').next().is_none_or(is_small);
        let key = if unfinished { String::new() } else { loosen(key) };
        let start = self.loose.partition_point(|(loose, _)| **loose < *key);
        let same = key.clone();
        let loose = self.loose[start..].iter().take_while(move |(loose, _)| **loose == *same);
        let start = self.sorted.partition_point(|name| *name.key < *key);
        let whole = self.sorted[start..].iter().take_while(move |name| *name.key == *key);
        loose.map(|(_, position)| &self.sorted[*position]).chain(whole)
    }
}

/// The key of a name, typed or official: folded, with the spellings that only addresses know opened.
pub(crate) fn key(text: &str) -> String {
    let folded = fold(text);
    if !folded.split(' ').any(|word| matches!(word, "lez" | "hte" | "hts" | "s")) {
        return folded;
    }
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

/// Whether a word is one that people leave out, put in or exchange without meaning another place.
pub(crate) fn is_small(word: &str) -> bool {
    // A pattern, not a table: it is asked two hundred thousand times while loading.
    matches!(
        word,
        "a" | "au"
            | "aux"
            | "d"
            | "de"
            | "des"
            | "du"
            | "en"
            | "et"
            | "l"
            | "la"
            | "las"
            | "le"
            | "les"
            | "los"
            | "sous"
            | "sur"
    )
}

/// The words that tell an EPCI from another.
fn telling_words(key: &str) -> impl Iterator<Item = &str> {
    key.split(' ').filter(|word| !is_small(word) && !LEGAL_FORMS.contains(word))
}

fn range<'a>(names: &'a [Name], key: &'a str) -> impl Iterator<Item = &'a Name> {
    let start = names.partition_point(|name| *name.key < *key);
    names[start..].iter().take_while(move |name| *name.key == *key)
}

fn add(names: &mut Vec<Name>, key: &str, entry: Entry, bond: Bond) {
    names.push(Name::new(key, entry, bond, None));
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
    let forms =
        ["communaute de communes ", "communaute d agglomeration ", "communaute urbaine ", "metropole "];
    if let Some(short) = forms.iter().find_map(|form| whole.strip_prefix(form)) {
        let linked = ["d ", "de ", "du ", "des "].iter().find_map(|link| short.strip_prefix(link));
        let short = linked.unwrap_or(short);
        add(names, short, entry, Bond::Current);
        for article in ["le ", "la ", "les ", "l "] {
            if let Some(rest) = short.strip_prefix(article) {
                add(names, rest, entry, Bond::WithoutArticle);
            }
        }
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
            names.push(Name::new(rest, entry, Bond::Other, Some(name.clone())));
        }
    }
    names.push(Name::new(&whole, entry, Bond::Other, Some(name)));
}
