//! Every match of a request as a point: what a map shows and counts. Nothing is read from disk for it; the few that are
//! shown one by one are read after, from the same commit.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use maille_domain::{Category, Listing, Request};
use maille_territory::{Commune, Point};
use tantivy::DocAddress;

use crate::answer::Answer;
use crate::error::{Error, SearchError};
use crate::rank::Weights;
use crate::search::{self, Keep};
use crate::snapshot::Snapshot;
use crate::traits::kind_at;

/// The matches of a request, from one commit.
pub struct Spots {
    /// How the request was understood, its total and its facets; no hit.
    pub answer: Answer,
    /// Every match, those without a point too, in no order.
    pub all: Vec<Spot>,
    snapshot: Arc<Snapshot>,
}

/// A match.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    /// Where it is; `None` when nobody said.
    pub point: Option<Point>,
    /// Whether the point is that of its commune.
    pub approximate: bool,
    /// The commune it is in.
    pub commune: Option<&'static Commune>,
    /// What it is.
    pub category: Category,
    /// Whether it says that it serves the place asked; true without a place.
    pub serves: bool,
    address: DocAddress,
}

impl Spots {
    pub(crate) fn of(
        snapshot: Arc<Snapshot>,
        weights: &Weights,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Spots, SearchError> {
        let search::Found { answer, all, .. } = search::find(&snapshot, weights, request, Keep::All, now)?;
        let spot = |found: search::Matched| {
            let (_, segment) = snapshot.segment(found.address.segment_ord as usize);
            let doc = found.address.doc_id;
            let site = segment.site(doc);
            Spot {
                point: site.map(|site| site.point),
                approximate: site.is_some_and(|site| site.approximate),
                commune: segment.commune(doc),
                category: kind_at(segment.traits(doc).category).unwrap_or_else(Category::other),
                serves: found.serves,
                address: found.address,
            }
        };
        let all = all.into_iter().map(spot).collect();
        Ok(Spots { answer, all, snapshot })
    }

    /// The listing of one of these.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn listing(&self, spot: &Spot) -> Result<Arc<Listing>, Error> {
        self.snapshot.listing(spot.address)
    }
}
