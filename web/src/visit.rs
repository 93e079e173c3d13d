//! What follows a person from page to page: the place asked about, and the listings put aside. It lives in the address
//! alone, so that a page can be reloaded, kept, sent and gone back to; nothing is stored anywhere.

use std::convert::Infallible;
use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use maille_domain::ListingId;
use maille_domain::request::PlaceAsked;
use maille_index::Node;
use maille_territory::{Place, PlaceKind, france};

use crate::extract::{Reader, encode};
use crate::parameters::{SearchLink, place_label};
use crate::state::WebState;

/// Most listings in a selection: what an A4 page holds.
pub const MOST_SELECTED: usize = 12;

/// The visit of one person. What cannot be read of it is forgotten: no page fails for that.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Visit {
    /// The place that is asked about, from one page to the next.
    pub place: Option<Place>,
    /// The listings put aside.
    pub selection: Selection,
    /// A place that was typed and is none for sure: the person is told, and chooses.
    pub unsettled: Option<Unsettled>,
}

/// What was typed for a place, when it leads to none for sure.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsettled {
    /// As typed.
    pub typed: String,
    /// The places it could be, likeliest first; none when nobody knows it.
    pub places: Vec<Place>,
}

impl Visit {
    /// The visit that an address tells: `commune` or `place`, and `selection`.
    pub fn read(node: &Node, query: &str) -> Visit {
        let mut reader = Reader::new(query);
        let selection = Selection::read(&reader.text("selection")).led(node);
        let known = reader.text("place");
        let written = reader.text("commune");
        let place = match known.split_once(':') {
            Some((kind, code)) => kind.parse().ok().and_then(|kind| node.place(kind, code)),
            None => None,
        };
        if place.is_some() || written.trim().is_empty() {
            return Visit { place, selection, unsettled: None };
        }
        let unsettled = |places| Some(Unsettled { typed: written.clone(), places });
        match node.place_asked(&PlaceAsked::Typed(written.clone())) {
            Ok(Some(read)) if read.ambiguous => {
                let places = [vec![read.place], read.alternatives].concat();
                Visit { place: None, selection, unsettled: unsettled(places) }
            }
            Ok(Some(read)) => Visit { place: Some(read.place), selection, unsettled: None },
            Ok(None) | Err(_) => Visit { place: None, selection, unsettled: unsettled(Vec::new()) },
        }
    }

    /// The same visit, about another place; about none.
    #[must_use]
    pub fn at(&self, place: Option<&Place>) -> Visit {
        Visit { place: place.cloned(), selection: self.selection.clone(), unsettled: None }
    }

    /// The same visit, with another selection.
    #[must_use]
    pub fn selecting(&self, selection: Selection) -> Visit {
        Visit { selection, ..self.clone() }
    }

    /// The parameters that carry it.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let place = self.place.as_ref().map(place_pair);
        let selection = (!self.selection.is_empty()).then(|| ("selection", self.selection.to_string()));
        place.into_iter().chain(selection).collect()
    }

    /// The address of a page, in this visit. `path` has no query.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// The address of a page with parameters of its own, in this visit. `path` has no query.
    pub fn link_with(&self, path: &str, own: &[(&'static str, &str)]) -> String {
        let mut link = path.to_owned();
        let own = own.iter().map(|(name, value)| (*name, (*value).to_owned()));
        for (position, (name, value)) in own.chain(self.pairs()).enumerate() {
            link.push(if position == 0 { '?' } else { '&' });
            link.push_str(name);
            link.push('=');
            encode(&value, &mut link);
        }
        link
    }

    /// The address of a sheet, in this visit.
    pub fn sheet(&self, slug: &str) -> String {
        let mut path = String::from("/ressources/");
        encode(slug, &mut path);
        self.link(&path)
    }

    /// A search of this visit, to be completed.
    pub fn search(&self) -> SearchLink {
        self.pairs().into_iter().fold(SearchLink::default(), |link, (name, value)| link.with(name, value))
    }

    /// `Bagneux (92)`, when a place is asked about.
    pub fn place_label(&self) -> Option<String> {
        self.place.as_ref().map(place_label)
    }

    /// The COG code of the commune asked about, when it is one.
    pub fn commune(&self) -> Option<&str> {
        let commune = |place: &&Place| matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement);
        self.place.as_ref().filter(commune).map(|place| &*place.code)
    }
}

/// The parameter that names a place without a doubt: a page reads digits as a postal code first.
pub fn place_pair(place: &Place) -> (&'static str, String) {
    let commune = matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement);
    if commune && france().communes_of_postal_code(&place.code).is_empty() {
        ("commune", place.code.clone())
    } else {
        ("place", format!("{}:{}", place.kind, place.code))
    }
}

impl FromRequestParts<WebState> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Visit, Infallible> {
        Ok(Visit::read(&state.node, parts.uri.query().unwrap_or_default()))
    }
}

/// The first twelve hexadecimal digits of a listing's id: enough to tell it in an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShortId(String);

impl ShortId {
    const DIGITS: usize = 12;

    /// The short id of a listing.
    pub fn of(id: ListingId) -> ShortId {
        let mut digits = id.0.simple().to_string();
        digits.truncate(ShortId::DIGITS);
        ShortId(digits)
    }

    /// What was written, if it can be a short id.
    pub fn read(text: &str) -> Option<ShortId> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == ShortId::DIGITS && text.bytes().all(hexadecimal)).then(|| ShortId(text.to_owned()))
    }

    /// That of the listing which the one of this id was found to be; the same, when it was not.
    pub fn led(self, node: &Node) -> ShortId {
        node.merged_by_beginning(&self.0).map_or(self, |listing| ShortId::of(listing.id))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Listings put aside, in the order chosen, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(Vec<ShortId>);

impl Selection {
    /// Reads `0123456789ab.ba9876543210`; forgets what is no id, and what comes after the twelfth.
    pub fn read(text: &str) -> Selection {
        let mut selection = Selection::default();
        for id in text.split('.').filter_map(ShortId::read) {
            selection = selection.with(id);
        }
        selection
    }

    /// The same listings by their present ids: what was found to be another is that one.
    #[must_use]
    pub fn led(self, node: &Node) -> Selection {
        self.0.into_iter().map(|id| id.led(node)).collect()
    }

    /// With one more, at the end, when there is room.
    #[must_use]
    pub fn with(mut self, id: ShortId) -> Selection {
        if !self.is_full() && !self.contains(&id) {
            self.0.push(id);
        }
        self
    }

    /// Without one.
    #[must_use]
    pub fn without(mut self, id: &ShortId) -> Selection {
        self.0.retain(|known| known != id);
        self
    }

    /// With one before the one above it; the first stays where it is.
    #[must_use]
    pub fn raised(mut self, id: &ShortId) -> Selection {
        if let Some(at) = self.0.iter().position(|known| known == id).filter(|&at| at > 0) {
            self.0.swap(at - 1, at);
        }
        self
    }

    /// With one after the one below it; the last stays where it is.
    #[must_use]
    pub fn lowered(mut self, id: &ShortId) -> Selection {
        if let Some(at) = self.0.iter().position(|known| known == id).filter(|&at| at + 1 < self.0.len()) {
            self.0.swap(at, at + 1);
        }
        self
    }

    /// These, in this order.
    pub fn ids(&self) -> &[ShortId] {
        &self.0
    }

    /// Whether a listing is put aside.
    pub fn contains(&self, id: &ShortId) -> bool {
        self.0.contains(id)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no more can be put aside.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST_SELECTED
    }
}

impl FromIterator<ShortId> for Selection {
    fn from_iter<I: IntoIterator<Item = ShortId>>(ids: I) -> Selection {
        ids.into_iter().fold(Selection::default(), Selection::with)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.0.iter().map(ShortId::as_str).collect();
        f.write_str(&ids.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;

    #[test]
    fn a_visit_is_carried_by_every_link() {
        let node = state().node;
        let visit = Visit::read(&node, "q=x&commune=Bagneux&selection=0123456789ab.nothing.ba9876543210");
        assert_eq!(visit.place_label().as_deref(), Some("Bagneux (92)"));
        assert_eq!(visit.link("/aide"), "/aide?commune=92007&selection=0123456789ab.ba9876543210");
        assert_eq!(Visit::read(&node, visit.link("/").split_once('?').unwrap().1), visit);
        // 31400 is the postal code of Toulouse and the COG code of Nogaret.
        let nogaret = Visit::read(&node, "place=commune:31400");
        assert_eq!(nogaret.link("/dac"), "/dac?place=commune:31400");
        assert_eq!(Visit::read(&node, "commune=31400").place_label().as_deref(), Some("Toulouse (31)"));
    }

    #[test]
    fn what_cannot_be_read_is_forgotten() {
        for query in ["place=licorne:1", "place=commune:0", "selection=%zz", "commune=%FF", "commune=+"] {
            assert_eq!(Visit::read(&state().node, query), Visit::default(), "{query}");
        }
    }

    #[test]
    fn a_place_typed_is_understood_as_a_search_does() {
        let node = state().node;
        let read = |typed: &str| Visit::read(&node, &format!("commune={typed}"));
        for (typed, label) in
            [("92220", "Bagneux (92)"), ("Hauts-de-Seine", "Hauts-de-Seine"), ("dac+92+sud", "DAC 92 Sud")]
        {
            assert_eq!(read(typed).place_label().as_deref(), Some(label), "{typed}");
        }
        let several = read("Saint-Denis").unsettled.unwrap();
        assert!(several.typed == "Saint-Denis" && several.places.iter().any(|place| place.code == "97411"));
        let none = read("zzzzzz");
        assert_eq!((none.place, none.unsettled.unwrap().places), (None, Vec::new()));
    }

    #[test]
    fn a_selection_holds_twelve_each_once() {
        let all: Vec<String> = (0..20).map(|number| format!("{number:012x}")).collect();
        let selection = Selection::read(&all.join("."));
        assert!(selection.is_full() && selection.len() == MOST_SELECTED);
        let first = selection.ids()[0].clone();
        assert_eq!(selection.clone().with(first.clone()), selection);
        assert!(!selection.without(&first).contains(&first));
    }
}
