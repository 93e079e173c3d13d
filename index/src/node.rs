//! Answering. A node holds the last commit it knows; every question takes it and keeps it to the end.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use maille_domain::request::PlaceAsked;
use maille_domain::{Listing, ListingId, Request, Territory};
use maille_territory::{Found, Place, PlaceKind, Point, france};
use tantivy::DocAddress;

use crate::answer::{Answer, Hit, PlaceUnderstood, Suggestions, TerritoryOf};
use crate::coverage::Scope;
use crate::criteria::Criteria;
use crate::error::{Error, SearchError};
use crate::generation::{self, Generation, Shared};
use crate::geo::Window;
use crate::hit::{Answered, Maker, Measure, day, halfway};
use crate::rank::{WEIGHTS, Weights};
use crate::schema::source_term;
use crate::snapshot::Snapshot;
use crate::spots::Spots;
use crate::trial::{LikelyPlaces, Trial};
use crate::{coordination, organization, place, search, suggest, supposed, trial};

/// What answers from an index. Clones share the same commit and move to the next together.
#[derive(Clone)]
pub struct Node {
    shared: Arc<NodeState>,
}

struct NodeState {
    dir: PathBuf,
    weights: Weights,
    snapshot: RwLock<Arc<Snapshot>>,
}

impl Node {
    /// Opens the index of a directory for reading; `None` when there is none yet.
    ///
    /// # Errors
    /// [`Error::Unusable`] when it is damaged or of another version.
    pub fn open(dir: &Path) -> Result<Option<Node>, Error> {
        let Some(name) = generation::current(dir)? else { return Ok(None) };
        let generation = Arc::new(Generation::open(dir, &name)?);
        Node::of(dir, &generation).map(Some)
    }

    pub(crate) fn of(dir: &Path, generation: &Shared) -> Result<Node, Error> {
        let snapshot = RwLock::new(Arc::new(Snapshot::latest(generation, None)?));
        Ok(Node { shared: Arc::new(NodeState { dir: dir.to_owned(), weights: WEIGHTS, snapshot }) })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.shared.dir
    }

    pub(crate) fn generation(&self) -> Shared {
        Arc::clone(&self.snapshot().generation)
    }

    /// The last commit known. Holding it costs nothing to anybody.
    fn snapshot(&self) -> Arc<Snapshot> {
        // A poisoned lock holds a whole snapshot all the same: it is replaced by one assignment.
        Arc::clone(&self.shared.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, snapshot: Snapshot) {
        *self.shared.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// Moves to the last commit of a generation.
    pub(crate) fn show(&self, generation: &Shared) -> Result<(), Error> {
        let before = self.snapshot();
        self.replace(Snapshot::latest(generation, Some(&before))?);
        Ok(())
    }

    /// Looks for a newer generation or a newer commit, made by another process; true when there was one. The node of an
    /// [`crate::Index`] never needs it.
    pub fn refresh(&self) -> Result<bool, Error> {
        let before = self.snapshot();
        let dir = &self.shared.dir;
        if let Some(name) = generation::current(dir)?
            && name != before.generation.name
        {
            self.show(&Arc::new(Generation::open(dir, &name)?))?;
            return Ok(true);
        }
        if before.generation.last_commit()?.1 == before.stamp {
            return Ok(false);
        }
        self.show(&before.generation)?;
        Ok(true)
    }

    /// The position of the change feed that is answered from.
    pub fn cursor(&self) -> i64 {
        self.snapshot().cursor
    }

    /// How many listings it holds, closed and withdrawn included.
    pub fn listing_count(&self) -> u64 {
        self.snapshot().listing_count
    }

    /// Answers a request. `now` is the instant of the asking.
    ///
    /// # Errors
    /// What was asked wrongly names its parameter ([`SearchError::parameter`]); the rest is [`SearchError::Internal`].
    pub fn search(&self, request: &Request, now: DateTime<Utc>) -> Result<Answer, SearchError> {
        search::search(&self.snapshot(), &self.shared.weights, request, now)
    }

    /// Every match of a request as a point, for a map: those that a search counts here, without hits.
    ///
    /// # Errors
    /// Those of [`Node::search`].
    pub fn spots(&self, request: &Request, now: DateTime<Utc>) -> Result<Spots, SearchError> {
        Spots::of(self.snapshot(), &self.shared.weights, request, now)
    }

    /// What a request makes of a listing, in the answer that everybody gets: `None` when no listing has this id.
    ///
    /// # Errors
    /// Those of [`Node::search`].
    pub fn trial(
        &self,
        id: ListingId,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Option<Trial>, SearchError> {
        let snapshot = self.snapshot();
        let Some(address) = snapshot.address(id)? else { return Ok(None) };
        trial::trial(&snapshot, &self.shared.weights, address, request, now).map(Some)
    }

    /// The same node, at the commit it is at, as if a listing were written so: it answers what it will once that is saved.
    ///
    /// # Errors
    /// When the engine cannot write in memory.
    pub fn supposing(&self, listing: Listing) -> Result<Node, Error> {
        let snapshot = RwLock::new(Arc::new(supposed::supposing(&self.snapshot(), listing)?));
        let state = NodeState { dir: self.shared.dir.clone(), weights: self.shared.weights, snapshot };
        Ok(Node { shared: Arc::new(state) })
    }

    /// Where people who need this listing are likely to be.
    pub fn likely_places(&self, listing: &Listing) -> LikelyPlaces {
        trial::likely_places(listing, &self.snapshot().territories)
    }

    /// The weights of the formula that orders hits.
    pub fn weights(&self) -> &Weights {
        &self.shared.weights
    }

    /// The same node with other weights, at the commit it is at: to see what a weight does.
    #[must_use]
    pub fn weighing(&self, weights: Weights) -> Node {
        let snapshot = RwLock::new(self.snapshot());
        Node { shared: Arc::new(NodeState { dir: self.shared.dir.clone(), weights, snapshot }) }
    }

    /// The listing of an id, or the one that the listing of this id was found to be; closed or withdrawn ones included.
    pub fn listing(&self, id: ListingId) -> Option<Arc<Listing>> {
        let snapshot = self.snapshot();
        read_or_log(snapshot.first(&[snapshot.fields().id, snapshot.fields().merged], &id.to_string()))
    }

    /// The listing whose id, or that of a listing found to be it, begins so (hexadecimal digits, without dashes); closed or
    /// withdrawn ones included. `None` when there is none, or several.
    pub fn listing_by_beginning(&self, digits: &str) -> Option<Arc<Listing>> {
        let snapshot = self.snapshot();
        read_or_log(snapshot.by_beginning(&[snapshot.fields().id, snapshot.fields().merged], digits))
    }

    /// The listing that the one whose id begins so was found to be, if it was.
    pub fn merged_by_beginning(&self, digits: &str) -> Option<Arc<Listing>> {
        let snapshot = self.snapshot();
        read_or_log(snapshot.by_beginning(&[snapshot.fields().merged], digits))
    }

    /// The other listings that may be the same thing as this one, as long as nobody has decided: those that searches find.
    pub fn twins(&self, listing: &Listing) -> Vec<Arc<Listing>> {
        read_or_log(self.snapshot().twins(listing))
    }

    /// The listing of a slug or of a former one, closed or withdrawn ones included.
    pub fn listing_by_slug(&self, slug: &str) -> Option<Arc<Listing>> {
        let snapshot = self.snapshot();
        read_or_log(snapshot.first(&[snapshot.fields().slug, snapshot.fields().former], slug))
    }

    /// The listing that a record of a source is part of.
    pub fn listing_of_source(&self, source: &str, source_id: &str) -> Option<Arc<Listing>> {
        let snapshot = self.snapshot();
        read_or_log(snapshot.first(&[snapshot.fields().source], &source_term(source, source_id)))
    }

    /// The slugs of the listings that searches find, in their order: what a map of the site lists.
    pub fn slugs(&self) -> Result<Vec<String>, Error> {
        self.snapshot().slugs()
    }

    /// The other listings of the organization that runs this one, nearest to it first, those whose site nobody gave last.
    pub fn of_same_organization(&self, listing: &Listing, most: usize) -> Vec<Arc<Listing>> {
        read_or_log(organization::others(&self.snapshot(), listing, most))
    }

    /// What to propose while a text is being typed, from the first letter; for a commune, what serves it first.
    pub fn suggest(&self, text: &str, commune: Option<&str>) -> Suggestions {
        suggest::suggest(&self.snapshot(), text, commune).unwrap_or_else(|error| {
            tracing::error!(error.message = %error, "les propositions n’ont pas pu être préparées");
            Suggestions::default()
        })
    }

    /// The places that a text names, coordination territories of this directory included.
    pub fn places(&self, text: &str, limit: usize) -> Found {
        place::find(text, limit, &self.snapshot().territories)
    }

    /// The place of a kind and a code, coordination territories of this directory included.
    pub fn place(&self, kind: PlaceKind, code: &str) -> Option<Place> {
        place::known(kind, code, &self.snapshot().territories)
    }

    /// The place that a field of its own means, as a search would understand it.
    ///
    /// # Errors
    /// [`SearchError::UnknownPlace`].
    pub fn place_asked(&self, asked: &PlaceAsked) -> Result<Option<PlaceUnderstood>, SearchError> {
        place::asked_apart(asked, &self.snapshot().territories).map(|here| here.understood)
    }

    /// The coordination territories of this directory, by code.
    pub fn territories(&self) -> Vec<Arc<Territory>> {
        self.snapshot().territories.iter().cloned().collect()
    }

    /// Who coordinates care in a commune; `None` when no commune has this code.
    pub fn territories_of(&self, commune: &str, now: DateTime<Utc>) -> Option<TerritoryOf> {
        let commune = france().current_commune(commune)?;
        coordination::territory_of(&self.snapshot(), commune, &self.shared.weights, now)
            .inspect_err(|error| {
                tracing::error!(error.message = %error, "les territoires d’une commune ne se lisent pas");
            })
            .ok()
    }

    /// A listing as a hit of a search for a place, for its page.
    pub fn hit(&self, listing: Arc<Listing>, place: Option<&Place>, now: DateTime<Utc>) -> Hit {
        let snapshot = self.snapshot();
        let scope = place.map(|place| Scope::of(place, &snapshot.territories));
        let criteria = Criteria::default();
        let origin = place.and_then(|place| place.point);
        let measure = Measure {
            scope: scope.as_ref(),
            origin,
            halfway_km: halfway(origin),
            criteria: &criteria,
            kinds: &[],
            telling: 0.0,
            weights: &self.shared.weights,
        };
        let maker =
            Maker { measure, place, territories: &snapshot.territories, during: (now, now), today: day(now) };
        maker.hit(listing, Answered::default())
    }

    /// The listings nearest to a point, with their distances in kilometres.
    pub fn nearest(&self, point: Point, count: usize) -> Result<Vec<(Arc<Listing>, f64)>, Error> {
        let snapshot = self.snapshot();
        let mut found: Vec<(DocAddress, f64)> = Vec::new();
        for (ordinal, reader, segment) in snapshot.segments() {
            let alive = segment.points.nearest(point).filter(|(doc, _)| !reader.is_deleted(*doc));
            found.extend(alive.take(count).map(|(doc, km)| (DocAddress::new(ordinal, doc), km)));
        }
        read(&snapshot, found, count)
    }

    /// The listings within a radius, nearest first, with their distances in kilometres.
    pub fn within(&self, point: Point, km: f64) -> Result<Vec<(Arc<Listing>, f64)>, Error> {
        let snapshot = self.snapshot();
        let mut found: Vec<(DocAddress, f64)> = Vec::new();
        for (ordinal, reader, segment) in snapshot.segments() {
            let alive = segment.points.within(point, km).filter(|(doc, _)| !reader.is_deleted(*doc));
            found.extend(alive.map(|(doc, km)| (DocAddress::new(ordinal, doc), km)));
        }
        read(&snapshot, found, usize::MAX)
    }

    /// The listings of a window of the map, `most` of them at most.
    pub fn in_window(&self, window: Window, most: usize) -> Result<Vec<Arc<Listing>>, Error> {
        let snapshot = self.snapshot();
        let mut found = Vec::new();
        for (ordinal, reader, segment) in snapshot.segments() {
            let alive = segment.points.in_window(window).filter(|(doc, _)| !reader.is_deleted(*doc));
            found.extend(alive.map(|(doc, _)| DocAddress::new(ordinal, doc)).take(most - found.len()));
        }
        found.into_iter().map(|address| snapshot.listing(address)).collect()
    }
}

/// What was read of the index; nothing, and a line in the log, when it is damaged.
fn read_or_log<T: Default>(found: Result<T, Error>) -> T {
    found.unwrap_or_else(|error| {
        tracing::error!(error.message = %error, "une fiche de l’index ne se lit pas");
        T::default()
    })
}

fn read(
    snapshot: &Snapshot,
    mut found: Vec<(DocAddress, f64)>,
    most: usize,
) -> Result<Vec<(Arc<Listing>, f64)>, Error> {
    found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    found.truncate(most);
    found.into_iter().map(|(address, km)| Ok((snapshot.listing(address)?, km))).collect()
}
