//! What to propose while a text is being typed: kinds of resource, needs in words that anybody may read, listings by name,
//! places.

use std::collections::HashSet;
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
/// Most needs, and fewest letters from which they are proposed: fewer begin anything.
const MOST_NEEDS: usize = 3;
const FEWEST_LETTERS_OF_A_NEED: usize = 4;
/// Most listings looked at in one segment: a first letter begins the names of thousands.
const MOST_SEEN: usize = 2_000;
/// Most words of a place that is named after something else, and fewest letters from which one is looked for.
const MOST_WORDS_OF_A_PLACE: usize = 4;
const FEWEST_LETTERS_OF_A_PLACE: usize = 2;
/// Most digits of the code of a place.
const MOST_DIGITS: usize = 5;
/// Most places among which those of the directory are looked for.
const MOST_PLACES_SEEN: usize = 40;
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

/// A need that may be proposed, and the kind that the thesaurus says it of.
struct Need {
    category: Category,
    phrasing: Name,
}

static NEEDS: LazyLock<Vec<Need>> = LazyLock::new(|| {
    let kind_of = |text: &str| {
        let says = |(_, entry): &&(Category, Entry)| {
            entry.needs.iter().chain(&entry.helps).any(|phrasing| phrasing == text)
        };
        thesaurus().kinds.iter().find(says).map(|(category, _)| *category)
    };
    let need = |text: &&str| Some(Need { category: kind_of(text)?, phrasing: Name::new(text) });
    thesaurus().proposed.iter().filter_map(need).collect()
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

    /// Whether each word typed is one of a name, or begins one with so many letters that it can hardly begin another.
    fn tells_words(&self, name: &Name) -> bool {
        let tells = |word: &&str| {
            let is_long = word.len() >= FEWEST_LETTERS_OF_A_NEED;
            name.words.iter().any(|known| known == word || is_long && known.starts_with(*word))
        };
        !self.words.is_empty() && self.words.iter().all(tells)
    }
}

/// Prepares the names of kinds and needs.
pub fn warm() {
    LazyLock::force(&KINDS);
    LazyLock::force(&NEEDS);
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
    // Digits are a code: of a place, or a number that is a name ("115"); ages and dates of phrasings are none of it.
    let is_code = folded.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ');
    let mut kinds = if is_code { kinds_called(&typed) } else { kinds(&typed) };
    let needs = if is_code { Vec::new() } else { needs(&typed) };
    let listings = if is_code { Vec::new() } else { listings(snapshot, &folded, here.as_ref())? };
    // The last words are those of a kind or of a need before they are those of a place.
    let at_the_end =
        if !is_code && kinds.is_empty() && needs.is_empty() { places_at_the_end(&text) } else { None };
    let places = match at_the_end {
        Some(AtTheEnd { before, places }) => {
            kinds.extend(places.first().into_iter().flat_map(|place| kinds_at(before, place)));
            places.into_iter().map(|place| after(before, place)).collect()
        }
        // More digits than those of a postal code are a phone number.
        None if is_code && folded.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS => Vec::new(),
        None => places(snapshot, &text),
    };
    let is_place_first = is_covered_place(snapshot, &folded, &places) && kinds_called(&typed).is_empty();
    let mut groups = vec![
        SuggestionGroup { kind: "category", items: kinds },
        SuggestionGroup { kind: "need", items: needs },
        SuggestionGroup { kind: "listing", items: listings },
        SuggestionGroup { kind: "place", items: places },
    ];
    if is_place_first {
        groups.rotate_right(1);
    }
    groups.retain(|group| !group.items.is_empty());
    Ok(Suggestions { groups })
}

/// Whether the first place begins as typed, by two letters at least, and is of those that the directory coordinates.
fn is_covered_place(snapshot: &Snapshot, folded: &str, places: &[Suggestion]) -> bool {
    let place = places.first().filter(|place| place.q.is_none());
    let begins = |place: &&Suggestion| fold(&place.label).starts_with(folded);
    let code = place.filter(begins).and_then(|place| place.commune.as_deref());
    folded.len() >= FEWEST_LETTERS_OF_A_PLACE
        && code.is_some_and(|code| place::covers(code, &snapshot.territories))
}

/// Kinds that bear the very name typed.
fn kinds_called(typed: &Typed) -> Vec<Suggestion> {
    kinds_until(typed, 0)
}

/// Kinds for the words before a place, to be searched there.
fn kinds_at(before: &str, place: &Suggestion) -> Vec<Suggestion> {
    let found = kinds(&Typed::new(&fold(before)));
    let there = |kind: Suggestion| Suggestion {
        label: format!("{}, {}", kind.label, place.label),
        q: place.q.clone(),
        commune: place.commune.clone(),
        ..kind
    };
    found.into_iter().map(there).collect()
}

/// By a name in full, by the start of the sigle, of the label, of another name, then by the starts of words; in the order
/// of the vocabulary inside each.
fn kinds(typed: &Typed) -> Vec<Suggestion> {
    kinds_until(typed, u8::MAX)
}

/// The same, of these ranks alone.
fn kinds_until(typed: &Typed, last: u8) -> Vec<Suggestion> {
    let mut found: Vec<(u8, &Kind, Option<&Name>)> = KINDS
        .iter()
        .filter_map(|kind| rank(kind, typed).map(|(rank, answering)| (rank, kind, answering)))
        .filter(|(rank, ..)| *rank <= last)
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

/// Phrasings that begin as typed, then those that have the words, short ones first; one of each kind.
fn needs(typed: &Typed) -> Vec<Suggestion> {
    if typed.folded.len() < FEWEST_LETTERS_OF_A_NEED {
        return Vec::new();
    }
    let mut found: Vec<(bool, usize, &Need)> = NEEDS
        .iter()
        .filter_map(|need| {
            let starts = need.phrasing.folded.starts_with(typed.folded);
            let length = need.phrasing.folded.len();
            (starts || typed.tells_words(&need.phrasing)).then_some((!starts, length, need))
        })
        .collect();
    found.sort_by_key(|(later, length, _)| (*later, *length));
    let mut of_kind = HashSet::new();
    let suggestion = |need: &Need| Suggestion {
        label: need.phrasing.written.clone(),
        detail: Some(need.category.label().to_owned()),
        q: Some(need.phrasing.written.clone()),
        ..Suggestion::default()
    };
    let first_of_kind = found.into_iter().filter(|(.., need)| of_kind.insert(need.category));
    first_of_kind.take(MOST_NEEDS).map(|(.., need)| suggestion(need)).collect()
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

/// Places that a text names or begins; those that the directory coordinates and that begin so come first.
fn places(snapshot: &Snapshot, text: &str) -> Vec<Suggestion> {
    let folded = fold(text);
    let is_here = |place: &Place| {
        let is_commune = matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement);
        is_commune
            && fold(&place.name).starts_with(&folded)
            && place::covers(&place.code, &snapshot.territories)
    };
    let mut found = place::find(text, MOST_PLACES_SEEN, &snapshot.territories).places;
    // The very name typed stays first, wherever it is.
    let named = usize::from(found.first().is_some_and(|place| fold(&place.name) == folded));
    found[named..].sort_by_key(|place| !is_here(place));
    found.truncate(MOST);
    found.iter().map(place_suggestion).collect()
}

/// What is looked for, and the places that the last words begin.
struct AtTheEnd<'a> {
    before: &'a str,
    places: Vec<Suggestion>,
}

/// The places that begin as the last words, after what is looked for: choosing one keeps what is before. "ssiad à bagn".
fn places_at_the_end(text: &str) -> Option<AtTheEnd<'_>> {
    let text = text.trim();
    if place::is_all_place(text) {
        return None;
    }
    let starts: Vec<usize> =
        text.match_indices(char::is_whitespace).map(|(at, space)| at + space.len()).collect();
    let last = &starts[starts.len().saturating_sub(MOST_WORDS_OF_A_PLACE)..];
    last.iter().map(|start| text.split_at(*start)).find_map(|(before, end)| {
        let begun = fold(end);
        if begun.len() < FEWEST_LETTERS_OF_A_PLACE || begun.split(' ').next().is_none_or(is_tool) {
            return None;
        }
        let begins = |name: &str| format!(" {}", fold(name)).contains(&format!(" {begun}"));
        let found = france().find(end, MOST).places.into_iter();
        let found = found.filter(|place| begins(&place.name) || place.matched.as_deref().is_some_and(begins));
        let places: Vec<Suggestion> = found.map(|place| place_suggestion(&place)).collect();
        (!places.is_empty()).then_some(AtTheEnd { before: without_last_tools(before), places })
    })
}

/// A text without the words that link it to what follows: "ssiad à ", "ssiad sur la ".
fn without_last_tools(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some(last) = text.split_whitespace().next_back().filter(|last| is_tool(&fold(last))) {
        text = text[..text.len() - last.len()].trim_end();
    }
    text
}

/// A place after what is looked for.
fn after(before: &str, place: Suggestion) -> Suggestion {
    let words = [Some(before).filter(|before| !before.is_empty()), place.q.as_deref()];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    Suggestion { q: (!words.is_empty()).then(|| words.join(" ")), ..place }
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
    fn needs_are_proposed_by_their_own_words_in_few() {
        let found = needs_of("demander l'a");
        assert_eq!(found[0].label, "demander l'AAH");
        let mdph = Category::from_code("mdph").unwrap();
        assert_eq!(
            (found[0].detail.as_deref(), found[0].q.as_deref()),
            (Some(mdph.label()), Some("demander l'AAH"))
        );
        // Words in any order, the last one unfinished.
        assert_eq!(needs_of("vitale perd")[0].label, "carte vitale perdue ou volée");
        assert!((1..=MOST_NEEDS).contains(&needs_of("deman").len()));
        for nothing in ["zzqqxx", "m", "pip", "papy", "bagnole", "frapp"] {
            assert!(needs_of(nothing).is_empty(), "{nothing}: {:?}", needs_of(nothing));
        }
    }

    #[test]
    fn whatever_is_typed_the_needs_are_those_of_the_list_one_of_each_kind() {
        for (_, entry) in &thesaurus().kinds {
            for text in entry.needs.iter().chain(&entry.helps) {
                for length in [4, 6, 9] {
                    let typed: String = text.chars().take(length).collect();
                    let found = needs_of(&typed);
                    let kinds: HashSet<_> = found.iter().map(|item| &item.detail).collect();
                    assert!(found.len() <= MOST_NEEDS && kinds.len() == found.len(), "{typed}");
                    assert!(found.iter().all(|item| thesaurus().proposed.contains(&&*item.label)), "{typed}");
                }
            }
        }
    }

    #[test]
    fn digits_are_no_need() {
        assert!(kinds_called(&Typed::new("92")).is_empty());
        assert_eq!(kinds_called(&Typed::new("115"))[0].category, Category::from_code("siao"));
    }
}
