//! A request: a need and a place, as asked. How it was understood is the index's to say.

use chrono::{DateTime, Utc};
use maille_territory::{PlaceKind, Point};

use crate::Category;
use crate::codes::codes;
use crate::vocabulary::{Audience, Mode, Theme};

/// Hits on a page when nobody says.
pub const DEFAULT_LIMIT: usize = 20;
/// Most hits on a page.
pub const MOST_LIMIT: usize = 100;
/// Furthest first hit.
pub const MOST_OFFSET: usize = 10_000;
/// Longest text that is read, in characters; the rest is ignored.
pub const LONGEST_TEXT: usize = 1_000;

codes! {
    /// The order of hits.
    Sort {
        Relevance = "relevance", "Pertinence";
        Distance = "distance", "Distance";
        Name = "name", "Nom";
        Verified = "verified", "Dernière vérification";
    }
}

codes! {
    /// How the total is counted.
    Total {
        Exact = "exact", "Exact";
        Estimate = "estimate", "Estimé";
    }
}

codes! {
    /// A kind of understood item that the asker does not want obeyed.
    Off {
        Place = "place", "Lieu";
        Category = "category", "Type de ressource";
        Audience = "audience", "Public";
        Age = "age", "Âge";
        Mode = "mode", "Mode d’intervention";
        Time = "time", "Moment";
        Correction = "correction", "Correction";
    }
}

/// A place, as asked.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaceAsked {
    /// A COG code, a postal code or a name, in that order: what programs write.
    Written(String),
    /// The same, but digits are a postal code before they are a COG code (31400 is Toulouse's, and Nogaret's own):
    /// what people type.
    Typed(String),
    /// A place known by its kind and code.
    Known(PlaceKind, String),
}

/// A request as asked, before it is understood. Different criteria are *and*, values of one criterion are *or*.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What was typed.
    pub text: String,
    /// Where help is needed.
    pub place: Option<PlaceAsked>,
    /// Whether a place named in the text goes before `place`, as on pages, where `place` is the one that follows the person.
    /// Then setting aside the place of the text leaves that one.
    pub text_first: bool,
    /// The exact point, when known: distances start here.
    pub point: Option<Point>,
    /// Only sites within so many kilometres of the point.
    pub radius_km: Option<f64>,
    /// Kinds of resource.
    pub categories: Vec<Category>,
    /// For whom.
    pub audiences: Vec<Audience>,
    /// Age of the person, years.
    pub age: Option<u8>,
    /// How help is given.
    pub modes: Vec<Mode>,
    /// Parcours.
    pub themes: Vec<Theme>,
    /// Only what is open then.
    pub open_at: Option<DateTime<Utc>>,
    /// The order.
    pub sort: Sort,
    /// Most hits, [`MOST_LIMIT`] at most.
    pub limit: usize,
    /// First hit, [`MOST_OFFSET`] at most.
    pub offset: usize,
    /// Whether facets are counted.
    pub facets: bool,
    /// How the total is counted.
    pub total: Total,
    /// What is not to be obeyed of what is understood.
    pub off: Vec<Off>,
    /// Kinds that are not to be read in the text.
    pub set_aside: Vec<Category>,
}

impl Default for Request {
    fn default() -> Self {
        Request {
            text: String::new(),
            place: None,
            text_first: false,
            point: None,
            radius_km: None,
            categories: Vec::new(),
            audiences: Vec::new(),
            age: None,
            modes: Vec::new(),
            themes: Vec::new(),
            open_at: None,
            sort: Sort::Relevance,
            limit: DEFAULT_LIMIT,
            offset: 0,
            facets: true,
            total: Total::Exact,
            off: Vec::new(),
            set_aside: Vec::new(),
        }
    }
}
