//! `/animation/doublons`: what may be one thing and is two listings; what people decide of it, and the way back.

mod decision;
mod fields;
mod list;
mod one;
mod pair;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::{Category, ListingId};
use maille_store::duplicate::{Card, Decided, Doubt, Event, Filter, Happened};
use maille_territory::france;

use crate::error::{Error, Missing};
use crate::extract::{FromQuery, Reader, encode};
use crate::french::{self, date};
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::views::name_in_a_list;

/// Where the list of pairs is.
const LIST: &str = "/animation/doublons";

/// The pages of duplicates.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(LIST, get(list::list))
        .route("/animation/doublons/{a}", get(one::one))
        .route("/animation/doublons/{a}/separer", post(one::part))
        .route("/animation/doublons/{a}/{b}", get(pair::beside).post(pair::decide))
        .route("/animation/doublons/decisions/{n}/annuler", post(decision::take_back))
}

/// An id in an address.
fn read_id(text: &str) -> Result<ListingId, Error> {
    text.parse().map_err(|_| Error::NotFound(Missing::Listing))
}

/// How long ago.
fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - at).num_minutes();
    match minutes {
        ..=0 => "à l’instant".to_owned(),
        1..60 => format!("il y a {minutes}{}min", french::NO_BREAK),
        _ => {
            let day = |at: DateTime<Utc>| at.with_timezone(&time_zone(None)).date_naive();
            date::ago(day(at), day(now))
        }
    }
}

/// What the list is narrowed to, as its address says it: what follows from pair to pair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Narrowed {
    /// As it was typed.
    commune: String,
    category: String,
    source: String,
}

impl Narrowed {
    fn read(reader: &mut Reader) -> Narrowed {
        let text = |reader: &mut Reader, name: &str| reader.text(name).trim().replace('\0', "");
        Narrowed {
            commune: text(reader, "commune"),
            category: text(reader, "type"),
            source: text(reader, "source"),
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        [("commune", &self.commune), ("type", &self.category), ("source", &self.source)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect()
    }

    /// The filter, and what is wrong with the commune.
    fn filter(&self) -> (Filter, Option<String>) {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let (commune, wrong) = match maille_domain::Field::Commune.parse(&self.commune) {
            Ok(code) => (code.and_then(|code| code.as_str().map(str::to_owned)), None),
            Err(expected) => (None, Some(french::typography(&format!("Attendu : {expected}.")))),
        };
        let filter = Filter {
            commune,
            category: given(&self.category),
            source: given(&self.source),
            ..Filter::default()
        };
        (filter, wrong)
    }
}

/// An address with these parameters.
fn address(path: &str, pairs: &[(&str, String)]) -> String {
    let mut address = path.to_owned();
    for (position, (name, value)) in pairs.iter().enumerate() {
        address.push(if position == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        encode(value, &mut address);
    }
    address
}

/// The page of two listings.
fn pair_address(a: ListingId, b: ListingId) -> String {
    format!("{LIST}/{}/{}", a.min(b), a.max(b))
}

/// The page of one.
fn one_address(listing: ListingId) -> String {
    format!("{LIST}/{listing}")
}

/// What just happened, said on the page where one is led.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    text: String,
    /// Where to see it.
    link: Option<(String, &'static str)>,
}

impl FromQuery for Option<Said> {
    fn from_query(reader: &mut Reader, _: &WebState) -> Option<Said> {
        let decided = || Some((format!("{LIST}?vue=decisions"), "Voir les décisions, ou revenir dessus"));
        let (text, link) = match reader.text("dit").as_str() {
            "meme" => {
                let listing = reader.text("fiche").parse().ok().map(one_address);
                (
                    "C’est noté : les deux fiches n’en font plus qu’une.",
                    listing.map(|link| (link, "La voir, ou séparer")),
                )
            }
            "distinct" => (
                "C’est noté : ce n’est pas un doublon. Ce sera retenu, même si les sources changent.",
                decided(),
            ),
            "nesaispas" => (
                "Gardé : la paire est rangée parmi celles dont personne ne sait, avec votre nom.",
                Some((format!("{LIST}?vue=doute"), "Les voir")),
            ),
            "repris" => ("La paire attend de nouveau une décision.", None),
            "deja-repris" => ("Quelqu’un l’avait déjà remise parmi celles qui attendent.", None),
            "annulee" => {
                ("La décision ne vaut plus : les fiches sont comme si elle n’avait pas été prise.", None)
            }
            "deja-annulee" => {
                ("Cette décision ne valait déjà plus : quelqu’un l’a annulée avant vous.", None)
            }
            "separee" => {
                ("C’est séparé : la fiche est de retour, avec son adresse et ses corrections.", None)
            }
            "deja-separee" => {
                ("Ce n’était déjà plus la même fiche : quelqu’un les a séparées avant vous.", None)
            }
            "une" => ("Ces deux fiches n’en font qu’une.", None),
            _ => return None,
        };
        Some(Said { text: french::typography(text), link })
    }
}

/// One of two listings, as a list names it.
#[derive(Debug, Clone)]
struct CardView {
    name: String,
    /// Kind and commune.
    about: String,
    href: String,
    within: bool,
}

impl From<&Card> for CardView {
    fn from(card: &Card) -> CardView {
        let kind = Category::from_code(&card.category).map(french::kind).unwrap_or_default();
        let commune = card.commune.as_deref().and_then(|code| france().commune(code));
        let commune = commune.map_or_else(|| "sans commune".to_owned(), maille_territory::Commune::label);
        let mut href = String::from("/ressources/");
        encode(&card.slug, &mut href);
        CardView {
            name: name_in_a_list(&card.name),
            about: format!("{kind} · {commune}"),
            href,
            within: card.within,
        }
    }
}

/// Who does not know, and since when.
#[derive(Debug, Clone)]
struct DoubtView {
    author: String,
    ago: String,
    reason: String,
}

impl DoubtView {
    fn of(doubt: &Doubt, now: DateTime<Utc>) -> DoubtView {
        DoubtView { author: doubt.author.clone(), ago: ago(doubt.at, now), reason: doubt.reason.clone() }
    }
}

/// A form with a reason that was sent and is given back: nothing typed is lost.
#[derive(Debug, Default)]
struct Typed {
    /// The id of its reason.
    field: String,
    /// What was typed.
    reason: String,
    faults: Faults,
    /// Why it could not be written, although nothing is wrong with it.
    trouble: Option<String>,
}

impl Typed {
    /// What was typed in the input of this id, if it is the one.
    fn of(&self, field: &str) -> String {
        if self.field == field { self.reason.clone() } else { String::new() }
    }

    /// With what status the page is answered.
    fn status(&self) -> StatusCode {
        if self.trouble.is_some() {
            StatusCode::SERVICE_UNAVAILABLE
        } else if self.faults.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

/// A decision, as lists tell it.
#[derive(Debug, Clone)]
struct DecisionView {
    id: i64,
    a: String,
    b: String,
    same: bool,
    author: String,
    reason: String,
    ago: String,
    /// Who took it back, when and why.
    ended: Option<DoubtView>,
    /// The page of what was decided of.
    href: String,
    /// Whether it may be taken back by whoever reads it.
    undo: bool,
    /// The id of the reason to take it back.
    field: String,
    /// Why, as it was typed.
    typed: String,
}

impl DecisionView {
    fn of(decided: &Decided, now: DateTime<Utc>, may: bool, typed: &Typed) -> DecisionView {
        let (a, b) = decided.listings;
        let field = format!("raison-{}", decided.id);
        DecisionView {
            id: decided.id,
            a: name_in_a_list(&decided.a.1),
            b: name_in_a_list(&decided.b.1),
            same: decided.same,
            author: decided.author.clone(),
            reason: decided.reason.clone(),
            ago: ago(decided.at, now),
            href: if a == b { one_address(a) } else { pair_address(a, b) },
            undo: may && decided.ended.is_none(),
            typed: typed.of(&field),
            field,
            ended: decided.ended.as_ref().map(|ended| DoubtView {
                author: ended.author.clone(),
                ago: ago(ended.at, now),
                reason: ended.reason.clone(),
            }),
        }
    }
}

/// What somebody else did meanwhile: who, what, when; and why, as they wrote it.
fn told(event: &Event, now: DateTime<Utc>) -> (String, String) {
    let what = match event.happened {
        Happened::Same => "a décidé que c’est la même chose",
        Happened::Distinct => "a décidé que ce sont deux choses",
        Happened::TakenBack => "a annulé une décision",
        Happened::Changed => "a changé une des fiches",
    };
    (format!("{} {what} ({})", event.author, ago(event.at, now)), event.reason.clone())
}
