//! What a search answers: how the request was understood, what was found, why each hit is there, what was widened.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::rank::Ground;
use maille_domain::listing::SourceRef;
use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_domain::{Category, CoverageLevel, Listing};
use maille_territory::{Commune, Place};

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How the request was understood.
    pub interpretation: Interpretation,
    /// Whether something open serves the place.
    pub answered: bool,
    /// How many listings match.
    pub total: u64,
    /// One page of them, best first.
    pub hits: Vec<Hit>,
    /// Counts per criterion, when asked for.
    pub facets: Option<Facets>,
    /// What was given up to find these, in order; empty when nothing was.
    pub widened: Vec<WideningStep>,
    /// National numbers to say first.
    pub alerts: Vec<Alert>,
    /// Who coordinates care in the commune asked, when one is.
    pub territory: Option<TerritoryOf>,
}

/// A request as understood.
#[derive(Debug, Clone, Default)]
pub struct Interpretation {
    /// Where help is needed.
    pub place: Option<PlaceUnderstood>,
    /// Kinds of resource.
    pub categories: Vec<Understood>,
    /// For whom.
    pub audience: Vec<Understood>,
    /// Age of the person: the code is the number of years.
    pub age: Option<Understood>,
    /// How help is given.
    pub modes: Vec<Understood>,
    /// When.
    pub time: Option<Understood>,
    /// The instants of it; the same twice, for an instant.
    pub during: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The words left over, which went to full text.
    pub text: String,
    /// Words read as others.
    pub corrections: Vec<Correction>,
}

/// Where in the text something was read: a range of UTF-8 bytes. `None`: it came from a parameter.
pub type Span = Option<(usize, usize)>;

/// One understood item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// Code of the vocabulary.
    pub code: String,
    /// French label.
    pub label: String,
    /// What made it understood.
    pub by: By,
    /// Where.
    pub span: Span,
}

/// What made an item understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A parameter of the request.
    Parameter,
    /// The acronym of a kind.
    Acronym,
    /// The label of a kind.
    Label,
    /// Another name of a kind.
    Synonym,
    /// A name that a kind had, or that of what it replaced.
    OldName,
    /// A need, as people say it.
    Need,
    /// Words of the text that say so themselves.
    Text,
}

impl By {
    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            By::Parameter => "parameter",
            By::Acronym => "acronym",
            By::Label => "label",
            By::Synonym => "synonym",
            By::OldName => "old_name",
            By::Need => "need",
            By::Text => "text",
        }
    }
}

/// The place understood, and what else it could have been.
#[derive(Debug, Clone)]
pub struct PlaceUnderstood {
    /// The place.
    pub place: Place,
    /// Where in the text.
    pub span: Span,
    /// Whether there is no clear leader: then no place filter applies and the question comes first.
    pub ambiguous: bool,
    /// The other places it could be, likeliest first.
    pub alternatives: Vec<Place>,
}

/// A word read as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// What was typed.
    pub typed: String,
    /// What was read.
    pub read: String,
    /// Where.
    pub span: Span,
}

/// One listing found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The listing.
    pub listing: Arc<Listing>,
    /// Kilometres from the point asked, or from the place's centre; `None` without place or site.
    pub distance_km: Option<f64>,
    /// The part of its coverage that answers: level and name ("Bagneux", "Hauts-de-Seine").
    pub coverage: CoverageOf,
    /// Whether it serves the place.
    pub serves: Serves,
    /// Whether it is open at the time asked; `None` when nobody said.
    pub open_now: Option<bool>,
    /// Who describes it: the sources of the listing, and of those that were folded into it.
    pub sources: Vec<SourceRef>,
    /// The listings that were folded into it, best first: they may be the same thing, and nobody has decided.
    pub also: Vec<Arc<Listing>>,
    /// The points that ranked it, in the order of [`Ground::ALL`].
    pub points: [f64; Ground::ALL.len()],
    /// Why it is here, in French, from those points.
    pub why: Vec<String>,
}

impl Hit {
    /// Takes in a listing that may be the same thing.
    pub fn fold(&mut self, twin: Arc<Listing>) {
        self.sources.extend(twin.sources.iter().cloned());
        self.also.push(twin);
    }
}

/// A coverage in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageOf {
    /// Its level.
    pub level: CoverageLevel,
    /// Its name, or "Zone non renseignée".
    pub label: String,
    /// The same as it follows "couvre": with its article.
    pub said: String,
}

/// Whether a listing serves the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Serves {
    /// Its coverage holds the place, or part of it when the place is larger.
    Yes,
    /// Its coverage does not hold the place.
    No,
    /// Nobody said whom it serves, or no place was asked.
    Unknown,
}

impl Serves {
    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Serves::Yes => "yes",
            Serves::No => "no",
            Serves::Unknown => "unknown",
        }
    }
}

/// Counts of what choosing each value would give, most first.
#[derive(Debug, Clone, Default)]
pub struct Facets {
    /// By kind.
    pub category: Vec<(Category, u64)>,
    /// By audience.
    pub audience: Vec<(Audience, u64)>,
    /// By mode.
    pub mode: Vec<(Mode, u64)>,
    /// By parcours.
    pub theme: Vec<(Theme, u64)>,
}

/// Something given up to find an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideningStep {
    /// `words`, `place`…
    pub step: &'static str,
    /// In French, a full sentence.
    pub label: String,
}

/// A national number to say first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The number.
    pub number: &'static str,
    /// Its name.
    pub label: String,
    /// Why it is shown.
    pub why: String,
}

/// Who coordinates care in a commune.
#[derive(Debug, Clone)]
pub struct TerritoryOf {
    /// The commune.
    pub commune: &'static Commune,
    /// The coordination territories that hold it.
    pub territories: Vec<TerritoryName>,
    /// The DAC listings that serve it.
    pub dac: Vec<Hit>,
    /// The CPTS listings that serve it.
    pub cpts: Vec<Hit>,
    /// The MDPH listings that serve it.
    pub mdph: Vec<Hit>,
}

/// A coordination territory by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerritoryName {
    /// Its code.
    pub code: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Suggestions while typing.
#[derive(Debug, Clone, Default)]
pub struct Suggestions {
    /// Groups that have items, in the order to show.
    pub groups: Vec<SuggestionGroup>,
}

/// Suggestions of one kind.
#[derive(Debug, Clone)]
pub struct SuggestionGroup {
    /// `category`, `need`, `listing` or `place`.
    pub kind: &'static str,
    /// Best first.
    pub items: Vec<Suggestion>,
}

/// One suggestion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestion {
    /// What to show.
    pub label: String,
    /// What to show beside it.
    pub detail: Option<String>,
    /// The text to search for, when choosing it searches.
    pub q: Option<String>,
    /// The kind to filter on.
    pub category: Option<Category>,
    /// The COG code of the commune to search in.
    pub commune: Option<String>,
    /// The listing to open.
    pub slug: Option<String>,
}
