//! What to propose while a text is being typed: kinds of resource, listings by name, places.

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
use crate::top::Top;

/// Most suggestions of a group.
const MOST: usize = 5;
/// Most listings looked at in one segment: a first letter begins the names of thousands.
const MOST_SEEN: usize = 2_000;
/// Longest text that is read, in characters: nobody types a longer name.
const LONGEST: usize = 80;

struct Kind {
    category: Category,
    acronym: Option<String>,
    label: String,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |category: Category| Kind {
        category,
        acronym: category.acronym().map(fold),
        label: fold(category.label()),
    };
    Category::all().map(kind).collect()
});

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
    let groups = [
        SuggestionGroup { kind: "category", items: kinds(&folded) },
        SuggestionGroup { kind: "listing", items: listings(snapshot, &folded, here.as_ref())? },
        SuggestionGroup { kind: "place", items: places(snapshot, &text) },
    ];
    Ok(Suggestions { groups: groups.into_iter().filter(|group| !group.items.is_empty()).collect() })
}

/// By acronym, by the start of the label, by the starts of its words; in the order of the vocabulary inside each.
fn kinds(folded: &str) -> Vec<Suggestion> {
    let rank = |kind: &Kind| {
        let acronym = kind.acronym.as_deref().unwrap_or_default();
        if acronym == folded {
            Some(0)
        } else if acronym.starts_with(folded) {
            Some(1)
        } else if kind.label.starts_with(folded) {
            Some(2)
        } else if all_begin(folded, &kind.label) {
            Some(3)
        } else {
            None
        }
    };
    let mut found: Vec<(u8, &Kind)> = KINDS.iter().filter_map(|kind| Some((rank(kind)?, kind))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    let suggestion = |kind: &Kind| Suggestion {
        label: kind.category.label().to_owned(),
        detail: kind.category.acronym().map(str::to_owned),
        category: Some(kind.category),
        ..Suggestion::default()
    };
    found.into_iter().take(MOST).map(|(_, kind)| suggestion(kind)).collect()
}

/// Whether each word typed begins a word of a name; tool words count for nothing, unless nothing else was typed.
fn all_begin(folded: &str, name: &str) -> bool {
    let begins = |word: &str| name.split(' ').any(|known| !is_tool(known) && known.starts_with(word));
    let mut meaningful = folded.split(' ').filter(|word| !is_tool(word)).peekable();
    meaningful.peek().is_some() && meaningful.all(begins)
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
