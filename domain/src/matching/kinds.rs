//! The kind of resource of a record: what its category says, and what its name says (`data/matching/kinds.toml`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::Category;

use super::keys::hash;
use super::words::{Word, words};

/// A kind, by its position in [`TABLE`].
type Kind = u16;

/// The stems of a phrase, and the kinds it may be.
type Phrase = (Vec<u64>, Vec<Kind>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    neighbours: Vec<(String, String)>,
    by_public: Vec<(String, String)>,
    hosts: Vec<String>,
    bearers: Vec<String>,
    large: Vec<String>,
    practices: Vec<String>,
    single: Vec<String>,
    children: Vec<String>,
    adults: Vec<String>,
    both: Vec<String>,
    phrases: BTreeMap<String, Vec<String>>,
}

struct Table {
    codes: Vec<String>,
    by_code: HashMap<String, Kind>,
    neighbours: HashSet<(Kind, Kind)>,
    by_public: HashSet<(Kind, Kind)>,
    /// For each kind, the first of those that neighbours lead to.
    family: Vec<Kind>,
    hosts: HashSet<Kind>,
    bearers: HashSet<Kind>,
    large: HashSet<Kind>,
    practices: HashSet<Kind>,
    single: HashSet<Kind>,
    children: HashSet<Kind>,
    adults: HashSet<Kind>,
    both: HashSet<Kind>,
    /// By the first word of a phrase, the longest first: the stems of its words, and the kinds it may be.
    phrases: HashMap<u64, Vec<Phrase>>,
    /// For each kind, the stems of its phrases.
    words: Vec<HashSet<u64>>,
    /// The long words of phrases, by each of them with a letter missing.
    misspelt: HashMap<u64, Word>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let written: Written = toml::from_str(include_str!("../../../data/matching/kinds.toml"))
        .expect("the embedded kinds are read by a test");
    let categories = Category::all().map(|category| category.code().to_owned());
    let mut codes: Vec<String> = categories.chain(written.phrases.keys().cloned()).collect();
    codes.sort_unstable();
    codes.dedup();
    let by_code: HashMap<String, Kind> = codes.iter().cloned().zip(0..).collect();
    let set = |codes: &[String]| codes.iter().map(|code| by_code[code]).collect::<HashSet<Kind>>();

    let pairs = |pairs: &[(String, String)]| -> Vec<(Kind, Kind)> {
        pairs.iter().map(|(one, other)| (by_code[one], by_code[other])).collect()
    };
    let both_ways = |pairs: &[(Kind, Kind)]| -> HashSet<(Kind, Kind)> {
        pairs.iter().flat_map(|&(one, other)| [(one, other), (other, one)]).collect()
    };
    let (neighbours, by_public) = (pairs(&written.neighbours), pairs(&written.by_public));
    let mut family: Vec<Kind> = (0..).take(codes.len()).collect();
    for &(one, other) in neighbours.iter().chain(&by_public) {
        let (one, other) = (family[usize::from(one)], family[usize::from(other)]);
        let (kept, gone) = (one.min(other), one.max(other));
        family.iter_mut().filter(|kind| **kind == gone).for_each(|kind| *kind = kept);
    }

    let mut phrases: HashMap<u64, Vec<Phrase>> = HashMap::new();
    let mut of_kind = vec![HashSet::new(); codes.len()];
    let mut known: Vec<Word> = Vec::new();
    for (code, texts) in &written.phrases {
        let kind = by_code[code];
        for text in texts {
            let said = words(text);
            let stems: Vec<u64> = said.iter().map(|word| word.stem).collect();
            known.extend(said);
            of_kind[usize::from(kind)].extend(stems.iter().copied());
            let Some(&first) = stems.first() else { continue };
            let starting = phrases.entry(first).or_default();
            match starting.iter_mut().find(|(known, _)| *known == stems) {
                Some((_, kinds)) if !kinds.contains(&kind) => kinds.push(kind),
                Some(_) => {}
                None => starting.push((stems, vec![kind])),
            }
        }
    }
    for starting in phrases.values_mut() {
        starting.sort_by_key(|(stems, _)| std::cmp::Reverse(stems.len()));
    }
    for category in Category::all() {
        let kind = by_code[category.code()];
        of_kind[usize::from(kind)].extend(words(category.label()).iter().map(|word| word.stem));
    }
    let mut misspelt = HashMap::new();
    for word in known.into_iter().filter(|word| word.text.len() >= SHORTEST_MISSPELT) {
        for spelling in one_letter_less(&word.text) {
            misspelt.insert(hash(&spelling), word.clone());
        }
        misspelt.insert(hash(&word.text), word);
    }
    Table {
        misspelt,
        neighbours: both_ways(&neighbours),
        by_public: both_ways(&by_public),
        family,
        hosts: set(&written.hosts),
        bearers: set(&written.bearers),
        large: set(&written.large),
        practices: set(&written.practices),
        single: set(&written.single),
        children: set(&written.children),
        adults: set(&written.adults),
        both: set(&written.both),
        phrases,
        words: of_kind,
        codes,
        by_code,
    }
});

/// Between the name of a hospital and that of one of its places.
const SITE: &str = "site";

/// Shorter words are not mended: another letter is another word.
const SHORTEST_MISSPELT: usize = 8;

/// A word without each of its letters in turn.
fn one_letter_less(word: &str) -> impl Iterator<Item = String> {
    word.char_indices().map(|(at, c)| format!("{}{}", &word[..at], &word[at + c.len_utf8()..]))
}

impl Table {
    /// The word of a kind that a word nobody knows is, but for a letter.
    fn meant(&self, word: &Word) -> Option<&Word> {
        if !word.is_naming() || word.text.len() < SHORTEST_MISSPELT {
            return None;
        }
        let known = |spelling: &str| self.misspelt.get(&hash(spelling));
        let like = |meant: &&Word| meant.stem != word.stem && meant.is_like(word);
        let exactly = known(&word.text).filter(|meant| meant.stem == word.stem);
        if exactly.is_some() {
            return None;
        }
        known(&word.text)
            .filter(like)
            .or_else(|| one_letter_less(&word.text).find_map(|less| known(&less).filter(like)))
    }
}

/// What is known of a record's kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Kinds {
    /// Its category; nothing when it says "autre".
    stated: Option<Kind>,
    /// The kinds its name has, in order.
    named: Vec<Kind>,
    /// What it is.
    head: Option<Kind>,
}

/// What the kinds of two records say of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// At least one is not known.
    Unknown,
    Same,
    /// At least one is not known, and the name of one says it.
    OneNames,
    /// The same, if one source was approximate.
    Neighbours,
    /// Neighbours, but both names say their own.
    NamedNeighbours,
    /// One name has the kind of the other too, after its own.
    Contained,
    /// A service, and what hosts it.
    Host,
    Different,
}

impl Kinds {
    /// The kinds of a record; takes out of the words of its name those that say them.
    pub fn of(category: Option<&str>, name: &mut Vec<Word>) -> Kinds {
        let table = &*TABLE;
        let stated =
            category.filter(|code| *code != "autre").and_then(|code| table.by_code.get(code)).copied();
        let mut named: Vec<Kind> = Vec::new();
        for word in name.iter_mut() {
            if let Some(meant) = table.meant(word) {
                *word = Word { optional: word.optional, former: word.former, ..meant.clone() };
            }
        }
        let mut rest: Vec<(Word, Option<Kind>)> = Vec::with_capacity(name.len());
        let mut begins = false;
        let mut at = 0;
        while at < name.len() {
            let starting = table.phrases.get(&name[at].stem).map_or(&[][..], Vec::as_slice);
            let says = |stems: &[u64]| {
                name[at..].len() >= stems.len()
                    && name[at..].iter().zip(stems).all(|(word, stem)| word.stem == *stem)
            };
            if let Some((stems, kinds)) = starting.iter().find(|(stems, _)| says(stems)) {
                begins |= at == 0;
                let kind = *kinds.iter().find(|kind| Some(**kind) == stated).unwrap_or(&kinds[0]);
                // What hosts it may be said in brackets.
                let aside = name[at].optional && (!named.is_empty() || table.hosts.contains(&kind));
                if !(aside && stated.is_some()) {
                    named.push(kind);
                }
                at += stems.len();
            } else {
                rest.push((name[at].clone(), named.last().copied()));
                at += 1;
            }
        }
        let head = head(table, stated, &named, begins);
        let is_large = |kind: Option<Kind>| kind.is_some_and(|kind| table.large.contains(&kind));
        let site = if is_large(head) { rest.iter().position(|(word, _)| &*word.text == SITE) } else { None };
        *name = rest
            .into_iter()
            .enumerate()
            .filter(|(at, _)| site != Some(*at))
            .map(|(at, (word, after))| Word {
                of_host: (!is_large(head) && after.is_some() && after != head)
                    || site.is_some_and(|site| at < site),
                ..word
            })
            .collect();
        Kinds { stated, named, head }
    }

    /// Whether its name says what it is.
    fn is_named(&self) -> bool {
        self.head.is_some_and(|head| self.named.contains(&head))
    }

    /// What two kinds say of two records.
    pub fn relation(&self, other: &Kinds) -> Relation {
        let table = &*TABLE;
        let (Some(one), Some(another)) = (self.head, other.head) else {
            let says_more = self.is_named() != other.is_named();
            return if says_more { Relation::OneNames } else { Relation::Unknown };
        };
        if one == another || table.by_public.contains(&(one, another)) {
            return Relation::Same;
        }
        let hospital = table.by_code["hopital"];
        let hosts = (table.hosts.contains(&one), table.hosts.contains(&another));
        if table.neighbours.contains(&(one, another)) {
            // "Clinique" says less than the category of both.
            if (one == hospital || another == hospital)
                && self.stated == other.stated
                && self.stated.is_some_and(|stated| stated != hospital)
            {
                return Relation::Same;
            }
            let contained = self.named.contains(&another) || other.named.contains(&one);
            let both_say = self.is_named() && other.is_named() && !contained;
            return if both_say { Relation::NamedNeighbours } else { Relation::Neighbours };
        }
        // The category "hopital" is said of whatever a register of health has no word for.
        if !self.is_named() && !other.is_named() && (one == hospital || another == hospital) {
            return Relation::Neighbours;
        }
        if hosts == (false, false) && (self.stated == other.stated && self.stated.is_some()) {
            return Relation::Neighbours;
        }
        if hosts.0 == hosts.1 && (self.named.contains(&another) || other.named.contains(&one)) {
            return Relation::Contained;
        }
        if hosts.0 == hosts.1 { Relation::Different } else { Relation::Host }
    }

    /// Whether one name has a kind that the other has not, hosts and bearers apart.
    pub fn only_one_names(&self, other: &Kinds) -> bool {
        let all = |kinds: &Kinds, kind: &Kind| kinds.named.contains(kind) || kinds.head == Some(*kind);
        let only = |one: &Kinds, other: &Kinds| {
            one.named.iter().any(|kind| {
                let bears = TABLE.bearers.contains(kind) && one.head != Some(*kind);
                let known = all(other, kind) || all(other, &TABLE.family[usize::from(*kind)]);
                !(bears || known || TABLE.hosts.contains(kind))
            })
        };
        let both = !self.named.is_empty() && !other.named.is_empty();
        both && (only(self, other) || only(other, self))
    }

    /// Whether a word is one of those that say this kind.
    pub fn says(&self, word: &Word) -> bool {
        let kinds = self.head.iter().chain(&self.stated).chain(&self.named);
        kinds.into_iter().any(|kind| TABLE.words[usize::from(*kind)].contains(&word.stem))
    }

    /// The name of its family, for keys.
    pub fn family(&self) -> Option<&'static str> {
        self.head.map(|head| TABLE.codes[usize::from(TABLE.family[usize::from(head)])].as_str())
    }

    /// Its code.
    pub fn code(&self) -> &'static str {
        self.head.map_or("autre", |head| TABLE.codes[usize::from(head)].as_str())
    }

    fn is_in(&self, set: &HashSet<Kind>) -> bool {
        self.head.is_some_and(|head| set.contains(&head))
    }

    /// Whether a commune has one at most.
    pub fn is_single(&self) -> bool {
        self.is_in(&TABLE.single)
    }

    /// Whether it holds many things, parts of itself among them.
    pub fn is_large(&self) -> bool {
        self.is_in(&TABLE.large)
    }

    /// Whether many of its kind may be at one door.
    pub fn is_practice(&self) -> bool {
        self.is_in(&TABLE.practices)
    }

    pub fn is_of_children(&self) -> bool {
        self.is_in(&TABLE.children)
    }

    pub fn is_of_adults(&self) -> bool {
        self.is_in(&TABLE.adults)
    }

    /// Whether there are such things for children, and others for adults.
    pub fn is_of_everybody(&self) -> bool {
        self.is_in(&TABLE.both)
    }
}

/// What a record is: what its category says if its name says it too, else what its name says first, before where that is.
fn head(table: &Table, stated: Option<Kind>, named: &[Kind], begins: bool) -> Option<Kind> {
    let is_host = |kind: &Kind| table.hosts.contains(kind);
    let service = named.iter().find(|kind| !is_host(kind)).copied();
    let hospital = table.by_code["hopital"];
    if let Some(stated) = stated {
        if named.contains(&stated) && (stated != hospital || service.is_none()) {
            return Some(stated);
        }
        let neighbour = |kind: &Kind| table.neighbours.contains(&(stated, *kind));
        // After other words, a kind is that of what it belongs to.
        let after = !begins && stated != hospital;
        if (service.is_none() || after) && !is_host(&stated) && !named.iter().any(neighbour) {
            return Some(stated);
        }
    }
    service.or_else(|| named.first().copied()).or(stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(category: &str, name: &str) -> Kinds {
        Kinds::of(Some(category), &mut words(name))
    }

    #[test]
    fn a_name_says_its_kind_and_where_it_is() {
        for (category, name, code) in [
            ("autre", "Équipe mobile de gériatrie du CH de Bligny", "emg"),
            ("hopital", "CH de Bligny - EMG", "emg"),
            ("hopital", "CTRE HOSP DE BLIGNY", "hopital"),
            ("ehpad", "EHPAD Les Lilas et accueil de jour", "ehpad"),
            ("autre", "Accueil de jour de l’EHPAD Les Lilas", "accueil-jour"),
            ("accueil-jour", "EHPAD Les Lilas", "accueil-jour"),
            ("accueil-jour-precarite", "Accueil de jour La Halte", "accueil-jour-precarite"),
            ("autre", "HDJ psy", "hopital-de-jour"),
            ("cattp", "HDJ Les Saules", "hopital-de-jour"),
            ("cmp", "C.M.P. enfants", "cmp-enfant"),
            ("hopital", "CH D'ALLAUCH SLD", "usld"),
            ("hopital", "HOSPITALITSATION A DOMICILE", "had"),
            ("ssiad", "Les Tilleuls", "ssiad"),
            ("autre", "Les Tilleuls", "autre"),
        ] {
            assert_eq!(kinds(category, name).code(), code, "{category} {name}");
        }
    }

    #[test]
    fn a_service_is_not_its_host() {
        let hospital = kinds("hopital", "CH de Bligny");
        assert_eq!(kinds("emg", "EMG du CH de Bligny").relation(&hospital), Relation::Host);
        assert_eq!(kinds("smr", "CH de Bligny").relation(&hospital), Relation::Same);
        assert_eq!(kinds("autre", "Hôpital").relation(&kinds("autre", "Les Tilleuls")), Relation::OneNames);
        assert_eq!(kinds("ssiad", "SSIAD").relation(&kinds("saad", "SAAD")), Relation::Different);
        assert_eq!(
            kinds("autre", "Les Tilleuls").relation(&kinds("ehpad", "Les Tilleuls")),
            Relation::Unknown
        );
    }
}
