//! What to propose while a text is being typed: kinds of resource, needs as people say them, listings by name, places.

use std::collections::HashMap;
use std::sync::LazyLock;

use maille_domain::Category;
use maille_territory::{Place, PlaceKind, fold, france};
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, Term};

use crate::analysis::is_tool;
use crate::answer::{Suggestion, SuggestionGroup, Suggestions};
use crate::coverage::Scope;
use crate::document::name_key;
use crate::error::Error;
use crate::place;
use crate::query::completions;
use crate::segment::{Segment, each_block};
use crate::snapshot::Snapshot;
use crate::standing::{Unknowns, standings};
use crate::thesaurus::{Entry, thesaurus};
use crate::top::Top;

/// Most suggestions of a group.
const MOST: usize = 5;
/// Most listings looked at in one segment: a first letter begins the names of thousands.
const MOST_SEEN: usize = 2_000;
/// Longest text that is read, in characters: nobody types a longer name.
const LONGEST: usize = 80;

/// A name, ready to be compared with what is typed.
struct Name {
    written: String,
    folded: String,
    /// Those that mean something.
    words: Vec<String>,
}

impl Name {
    fn new(written: &str) -> Name {
        let folded = fold(written);
        let words = folded.split(' ').filter(|word| !is_tool(word)).map(str::to_owned).collect();
        Name { written: written.to_owned(), folded, words }
    }
}

struct Kind {
    category: Category,
    acronym: Option<Name>,
    label: Name,
    /// Other sigles and names, those it had included.
    others: Vec<Name>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |category: Category| {
        let entry = thesaurus().kinds.iter().find(|(kind, _)| *kind == category).map(|(_, entry)| entry);
        let others =
            entry.into_iter().flat_map(|entry| [&entry.acronyms, &entry.names, &entry.old]).flatten();
        let own = [Some(category.label()), category.acronym()];
        Kind {
            category,
            acronym: category.acronym().map(Name::new),
            label: Name::new(category.label()),
            others: others
                .filter(|name| !own.contains(&Some(name.as_str())))
                .map(|name| Name::new(name))
                .collect(),
        }
    };
    Category::all().map(kind).collect()
});

/// What people say of a kind, as the thesaurus has it.
struct Need {
    category: Category,
    phrasing: Name,
}

static NEEDS: LazyLock<Vec<Need>> = LazyLock::new(|| {
    let needs = |(category, entry): &(Category, Entry)| {
        let category = *category;
        entry.needs.iter().map(|text| Need { category, phrasing: Name::new(text) }).collect::<Vec<_>>()
    };
    thesaurus().kinds.iter().flat_map(needs).collect()
});

/// What is typed, folded.
struct Typed<'a> {
    folded: &'a str,
    /// Those that mean something; tool words count for nothing, unless nothing else was typed.
    words: Vec<&'a str>,
}

impl<'a> Typed<'a> {
    fn new(folded: &'a str) -> Typed<'a> {
        Typed { folded, words: folded.split(' ').filter(|word| !is_tool(word)).collect() }
    }

    /// Whether each word typed begins a word of a name.
    fn begins_words(&self, name: &Name) -> bool {
        let begins = |word: &&str| name.words.iter().any(|known| known.starts_with(*word));
        !self.words.is_empty() && self.words.iter().all(begins)
    }
}

/// The suggestions for a text; when a commune is given, what serves it comes first.
pub fn suggest(snapshot: &Snapshot, text: &str, commune: Option<&str>) -> Result<Suggestions, Error> {
    let text: String = text.chars().take(LONGEST).collect();
    let folded = fold(&text);
    if folded.is_empty() {
        return Ok(Suggestions::default());
    }
    let here = commune
        .and_then(|commune| france().current_commune(commune))
        .and_then(|commune| france().place(PlaceKind::Commune, &commune.code))
        .map(|place| Scope::of(&place, &snapshot.territories));
    let typed = Typed::new(&folded);
    let groups = [
        SuggestionGroup { kind: "category", items: kinds(&typed) },
        SuggestionGroup { kind: "need", items: needs(&typed) },
        SuggestionGroup { kind: "listing", items: listings(snapshot, &folded, here.as_ref())? },
        SuggestionGroup { kind: "place", items: places(snapshot, &text) },
    ];
    Ok(Suggestions { groups: groups.into_iter().filter(|group| !group.items.is_empty()).collect() })
}

/// By a name in full, by the start of the sigle, of the label, of another name, then by the starts of words; in the order
/// of the vocabulary inside each.
fn kinds(typed: &Typed) -> Vec<Suggestion> {
    let mut found: Vec<(u8, &Kind, Option<&Name>)> = KINDS
        .iter()
        .filter_map(|kind| rank(kind, typed).map(|(rank, answering)| (rank, kind, answering)))
        .collect();
    found.sort_by_key(|(rank, ..)| *rank);
    let suggestion = |(_, kind, answering): (u8, &Kind, Option<&Name>)| Suggestion {
        label: kind.category.label().to_owned(),
        detail: answering.or(kind.acronym.as_ref()).map(|name| name.written.clone()),
        category: Some(kind.category),
        ..Suggestion::default()
    };
    found.into_iter().take(MOST).map(suggestion).collect()
}

/// How well a kind answers what is typed, the least first; and the name that does, when it is neither its label nor its sigle.
fn rank<'a>(kind: &'a Kind, typed: &Typed) -> Option<(u8, Option<&'a Name>)> {
    let own = |is_so: &dyn Fn(&Name) -> bool| kind.acronym.iter().chain([&kind.label]).any(is_so);
    let other = |is_so: &dyn Fn(&Name) -> bool| kind.others.iter().find(|name| is_so(name)).map(Some);
    let is = |name: &Name| name.folded == typed.folded;
    let starts = |name: &Name| name.folded.starts_with(typed.folded);
    let begins = |name: &Name| typed.begins_words(name);
    if own(&is) {
        Some((0, None))
    } else if let Some(name) = other(&is) {
        Some((0, name))
    } else if kind.acronym.as_ref().is_some_and(starts) {
        Some((1, None))
    } else if starts(&kind.label) {
        Some((2, None))
    } else if let Some(name) = other(&starts) {
        Some((3, name))
    } else if begins(&kind.label) {
        Some((4, None))
    } else {
        other(&begins).map(|name| (5, name))
    }
}

/// Phrasings that begin as typed, then those with words that do: one of each kind before a second of any, short ones first.
fn needs(typed: &Typed) -> Vec<Suggestion> {
    let mut found: Vec<(bool, usize, &Need)> = NEEDS
        .iter()
        .filter_map(|need| {
            let starts = need.phrasing.folded.starts_with(typed.folded);
            (starts || typed.begins_words(&need.phrasing)).then_some((
                !starts,
                need.phrasing.folded.len(),
                need,
            ))
        })
        .collect();
    found.sort_by_key(|(later, length, _)| (*later, *length));
    let mut of_kind: HashMap<Category, usize> = HashMap::new();
    let mut ordered: Vec<(bool, usize, &Need)> = found
        .into_iter()
        .map(|(later, _, need)| {
            let before = of_kind.entry(need.category).or_default();
            *before += 1;
            (later, *before, need)
        })
        .collect();
    ordered.sort_by_key(|(later, before, _)| (*later, *before));
    let suggestion = |need: &Need| Suggestion {
        label: need.phrasing.written.clone(),
        detail: Some(need.category.label().to_owned()),
        q: Some(need.phrasing.written.clone()),
        ..Suggestion::default()
    };
    ordered.into_iter().take(MOST).map(|(.., need)| suggestion(need)).collect()
}

/// Listings whose name has the words typed, the last as a beginning: what serves the commune first, then names that begin
/// as typed, then by name.
fn listings(snapshot: &Snapshot, folded: &str, here: Option<&Scope>) -> Result<Vec<Suggestion>, Error> {
    let mut serving = Vec::new();
    let mut all = Vec::new();
    let standings = here.map(|scope| standings(snapshot, scope, Unknowns::None)).transpose()?;
    for (ordinal, _, segment) in snapshot.segments() {
        let named = named(snapshot, segment, folded)?;
        if let Some(standings) = &standings {
            let here = standings[ordinal as usize].here.iter().copied().filter(|doc| named[*doc as usize]);
            serving.extend(first_by_name(snapshot, ordinal, here, folded)?);
        }
        let all_named = (0..).zip(&named).filter(|(_, named)| **named).map(|(doc, _)| doc);
        all.extend(first_by_name(snapshot, ordinal, all_named, folded)?);
    }
    let mut addresses = Vec::new();
    for mut found in [serving, all] {
        found.sort();
        for (.., address) in found {
            if addresses.len() < MOST && !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    let mut suggestions = Vec::new();
    for address in addresses {
        let listing = snapshot.listing(address)?;
        let category = listing.fields.category;
        let kind = category.acronym().unwrap_or(category.label());
        let detail = match listing.fields.commune() {
            Some(commune) => format!("{kind} · {}", commune.name),
            None => kind.to_owned(),
        };
        suggestions.push(Suggestion {
            label: listing.fields.name.clone(),
            detail: Some(detail),
            slug: Some(listing.slug.clone()),
            ..Suggestion::default()
        });
    }
    Ok(suggestions)
}

/// The first of some documents of a segment: names that begin as typed, then by name.
fn first_by_name(
    snapshot: &Snapshot,
    ordinal: u32,
    docs: impl Iterator<Item = DocId>,
    folded: &str,
) -> Result<Vec<(u64, String, DocAddress)>, Error> {
    let (reader, segment) = snapshot.segment(ordinal as usize);
    let begin_so = segment.name_ranks_from(&name_key(folded))?;
    let mut top = Top::new(MOST);
    for doc in docs.filter(|doc| !reader.is_deleted(*doc)).take(MOST_SEEN) {
        let rank = segment.name_rank(doc);
        top.push((u64::from(!begin_so.contains(&rank)), rank), doc);
    }
    let best = top.into_best().into_iter();
    best.map(|((tier, rank), doc)| Ok((tier, segment.name_of_rank(rank)?, DocAddress::new(ordinal, doc))))
        .collect()
}

/// For every document of a segment, whether its name has the words typed, the last as a beginning.
fn named(snapshot: &Snapshot, segment: &Segment, folded: &str) -> Result<Vec<bool>, Error> {
    let typed: Vec<&str> = folded.split(' ').collect();
    let mut words: Vec<&str> = typed.iter().copied().filter(|word| !is_tool(word)).collect();
    if words.is_empty() {
        // "l", "de": the beginning of something, perhaps.
        words = typed;
    }
    let nobody = || vec![false; segment.len()];
    let Some((last, before)) = words.split_last() else { return Ok(nobody()) };
    let lists = &segment.name;
    let exact = |word: &str| lists.get_term_info(&Term::from_field_text(snapshot.fields().name, word));
    let having = |terms: &[TermInfo]| -> Result<Vec<bool>, Error> {
        let mut having = nobody();
        for term in terms {
            let mut list = lists.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
            each_block(&mut list, |docs, _| docs.iter().for_each(|doc| having[*doc as usize] = true));
        }
        Ok(having)
    };
    let mut beginnings = completions(lists, last)?;
    beginnings.extend(exact(last)?);
    let mut named = having(&beginnings)?;
    for word in before {
        let Some(term) = exact(word)? else { return Ok(nobody()) };
        let with = having(&[term])?;
        named.iter_mut().zip(with).for_each(|(named, with)| *named &= with);
    }
    Ok(named)
}

fn places(snapshot: &Snapshot, text: &str) -> Vec<Suggestion> {
    place::find(text, MOST, &snapshot.territories).places.iter().map(place_suggestion).collect()
}

fn place_suggestion(place: &Place) -> Suggestion {
    let is_commune = matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement);
    let detail = match place.kind {
        PlaceKind::Commune | PlaceKind::Arrondissement => place
            .departement
            .as_deref()
            .and_then(|code| france().departement(code))
            .map(|departement| format!("{} ({})", departement.name, departement.code)),
        PlaceKind::Departement => Some(format!("Département ({})", place.code)),
        PlaceKind::Region => Some("Région".to_owned()),
        PlaceKind::Epci => Some("Intercommunalité".to_owned()),
        PlaceKind::Territory => Some("Territoire de coordination".to_owned()),
    };
    Suggestion {
        label: place.name.clone(),
        detail,
        q: (!is_commune).then(|| place.name.clone()),
        commune: is_commune.then(|| place.code.clone()),
        ..Suggestion::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds_of(text: &str) -> Vec<(String, Option<String>)> {
        let found = kinds(&Typed::new(&fold(text)));
        found.into_iter().map(|item| (item.category.unwrap().code().to_owned(), item.detail)).collect()
    }

    fn needs_of(text: &str) -> Vec<Suggestion> {
        needs(&Typed::new(&fold(text)))
    }

    #[test]
    fn a_kind_answers_to_every_name_it_has_or_had() {
        for (typed, code, detail) in [
            ("EMG", "emg", "EMG"),
            ("maia", "dac", "MAIA"),
            ("kiné", "kinesitherapeute", "kiné"),
            ("planning familial", "centre-sante-sexuelle", "planning familial"),
            ("maison des ado", "maison-ados", "MDA"),
        ] {
            let (found, said) = &kinds_of(typed)[0];
            assert_eq!((found.as_str(), said.as_deref()), (code, Some(detail)), "{typed}");
        }
    }

    #[test]
    fn needs_are_proposed_as_people_say_them() {
        let found = needs_of("je suis dep");
        let first = found.iter().find(|item| item.label == "je suis dépassé par cette situation").unwrap();
        assert_eq!(first.q.as_deref(), Some(first.label.as_str()));
        let dac = Category::from_code("dac").unwrap();
        assert_eq!((first.detail.as_deref(), first.category), (Some(dac.label()), None));
        // Words in any order, the last one unfinished, without those that mean nothing by themselves.
        assert!(needs_of("la situation depass").iter().any(|item| item.label == first.label));
        assert!(needs_of("zzqqxx").is_empty());
    }

    #[test]
    fn from_the_first_letter_needs_of_several_kinds_and_few_of_them() {
        for letter in ('a'..='z').filter(|letter| !['k', 'w', 'x', 'y', 'z'].contains(letter)) {
            let found = needs_of(&letter.to_string());
            assert!((1..=MOST).contains(&found.len()), "{letter}: {}", found.len());
            let mut kinds: Vec<_> = found.iter().map(|item| item.detail.clone()).collect();
            kinds.sort();
            kinds.dedup();
            assert_eq!(kinds.len(), found.len(), "{letter}: one of each kind before a second of any");
        }
    }
}
