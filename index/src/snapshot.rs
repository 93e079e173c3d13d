//! One commit, open for reading: what every question of a search is asked to.

use std::collections::{BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::Arc;

use maille_domain::{Listing, ListingId};
use tantivy::index::SegmentId;
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED, TantivyDocument, Term};

use crate::error::Error;
use crate::generation::Shared;
use crate::recent::Recent;
use crate::schema::{FOUND, Fields, KEPT, twin};
use crate::segment::{Segment, each_of};
use crate::territories::Territories;

/// A commit. Never changes; whoever holds one goes on answering from it while others come.
pub struct Snapshot {
    /// The generation it belongs to.
    pub generation: Shared,
    /// Its position in the change feed.
    pub cursor: i64,
    /// What tells its commit from any other of the generation.
    pub stamp: u64,
    /// Listings, found or kept for their page.
    pub listing_count: u64,
    /// Listings that searches find.
    pub found_count: u64,
    /// Coordination territories.
    pub territories: Arc<Territories>,
    /// Reads stored documents.
    searcher: Searcher,
    parts: Vec<Part>,
    segments: Vec<Arc<Segment>>,
    recent: Arc<Recent>,
    /// A listing supposed to be written so: the only document of the last part.
    supposed: Option<Arc<Listing>>,
}

/// The reader of a segment, of which one document may be put aside.
#[derive(Clone)]
pub struct Part {
    reader: SegmentReader,
    aside: Option<DocId>,
}

impl Part {
    /// A whole segment.
    pub fn new(reader: SegmentReader) -> Part {
        Part { reader, aside: None }
    }

    /// Whether a document counts no more.
    pub fn is_deleted(&self, doc: DocId) -> bool {
        self.aside == Some(doc) || self.reader.is_deleted(doc)
    }

    /// Whether any does.
    pub fn has_deletes(&self) -> bool {
        self.aside.is_some() || self.reader.has_deletes()
    }
}

impl Deref for Part {
    type Target = SegmentReader;

    fn deref(&self) -> &SegmentReader {
        &self.reader
    }
}

impl Snapshot {
    /// The last commit of a generation. What `before` opened of segments they share is not opened again.
    pub fn latest(generation: &Shared, before: Option<&Snapshot>) -> Result<Snapshot, Error> {
        // The commit read and the payload read must be of the same instant: another process may be committing.
        let (cursor, stamp, searcher) = loop {
            let before = generation.last_commit()?;
            generation.reader.reload()?;
            let after = generation.last_commit()?;
            if before == after {
                break (after.0.position().cursor, after.1, generation.reader.searcher());
            }
        };
        let known: HashMap<SegmentId, Arc<Segment>> =
            before.map(|before| before.by_segment_id().collect()).unwrap_or_default();
        let fields = &generation.fields;
        let mut segments = Vec::new();
        for reader in searcher.segment_readers() {
            segments.push(match known.get(&reader.segment_id()) {
                Some(segment) => Arc::clone(segment),
                None => Arc::new(Segment::open(reader, fields)?),
            });
        }
        let parts: Vec<Part> = searcher.segment_readers().iter().cloned().map(Part::new).collect();
        let count = |sort: &str| alive_count(&parts, &Term::from_field_text(fields.sort, sort));
        let found_count = count(FOUND)?;
        let listing_count = found_count + count(KEPT)?;
        let territories = match before {
            Some(before) if before.same_territories(&parts, &segments) => Arc::clone(&before.territories),
            _ => Arc::new(Territories::new(
                alive_territories(&parts, &segments).map(|(_, territory)| territory),
            )),
        };
        Ok(Snapshot {
            generation: Arc::clone(generation),
            cursor,
            stamp,
            listing_count,
            found_count,
            territories,
            searcher,
            parts,
            segments,
            supposed: None,
            recent: before.map_or_else(|| Arc::new(Recent::new()), |before| Arc::clone(&before.recent)),
        })
    }

    /// The same commit as if a listing were written so, in a segment of its own: `part` and `segment`. What it is now is put
    /// aside.
    pub fn supposing(&self, listing: Arc<Listing>, part: Part, segment: Segment) -> Result<Snapshot, Error> {
        let mut parts = self.parts.clone();
        let (mut listing_count, mut found_count) = (self.listing_count + 1, self.found_count);
        if let Some(address) = self.address(listing.id)? {
            parts[address.segment_ord as usize].aside = Some(address.doc_id);
            listing_count -= 1;
            found_count -= u64::from(self.listing(address)?.searchable());
        }
        found_count += u64::from(listing.searchable());
        parts.push(part);
        let mut segments = self.segments.clone();
        segments.push(Arc::new(segment));
        Ok(Snapshot {
            generation: Arc::clone(&self.generation),
            cursor: self.cursor,
            stamp: self.stamp,
            listing_count,
            found_count,
            territories: Arc::clone(&self.territories),
            searcher: self.searcher.clone(),
            parts,
            segments,
            recent: Arc::clone(&self.recent),
            supposed: Some(listing),
        })
    }

    fn by_segment_id(&self) -> impl Iterator<Item = (SegmentId, Arc<Segment>)> + '_ {
        self.parts
            .iter()
            .zip(&self.segments)
            .map(|(reader, segment)| (reader.segment_id(), Arc::clone(segment)))
    }

    fn same_territories(&self, parts: &[Part], segments: &[Arc<Segment>]) -> bool {
        // Both come from the same documents when the values are the same allocations.
        let ours =
            alive_territories(&self.parts, &self.segments).map(|(_, territory)| Arc::as_ptr(&territory));
        let theirs = alive_territories(parts, segments).map(|(_, territory)| Arc::as_ptr(&territory));
        ours.eq(theirs)
    }

    /// The fields of the index.
    pub fn fields(&self) -> &Fields {
        &self.generation.fields
    }

    /// Every segment: its position, its reader, and what was opened of it.
    pub fn segments(&self) -> impl Iterator<Item = (u32, &Part, &Segment)> {
        (0..)
            .zip(self.parts.iter().zip(&self.segments))
            .map(|(ordinal, (reader, segment))| (ordinal, reader, &**segment))
    }

    /// The segment of a position.
    pub fn segment(&self, ordinal: usize) -> (&Part, &Segment) {
        (&self.parts[ordinal], &self.segments[ordinal])
    }

    /// The document of a listing, if there is one.
    pub fn address(&self, id: ListingId) -> Result<Option<DocAddress>, Error> {
        self.only(self.fields().id, &id.to_string())
    }

    /// The live document of an exact term, if there is one.
    fn only(&self, field: Field, value: &str) -> Result<Option<DocAddress>, Error> {
        let term = Term::from_field_text(field, value);
        for (ordinal, reader) in (0..).zip(&self.parts) {
            if let Some(doc) = first_alive(reader, &term)? {
                return Ok(Some(DocAddress::new(ordinal, doc)));
            }
        }
        Ok(None)
    }

    /// The live listing that has an exact term in the first of these fields where one has.
    pub fn first(&self, among: &[Field], value: &str) -> Result<Option<Arc<Listing>>, Error> {
        for &field in among {
            if let Some(address) = self.only(field, value)? {
                return self.listing(address).map(Some);
            }
        }
        Ok(None)
    }

    /// The only live listing that has, in one of these fields, an id that begins with these hexadecimal digits.
    pub fn by_beginning(&self, among: &[Field], digits: &str) -> Result<Option<Arc<Listing>>, Error> {
        let beginning = dashed(digits);
        let mut found = BTreeSet::new();
        for (ordinal, reader) in (0..).zip(&self.parts) {
            for &field in among {
                let docs = alive_beginning(reader, field, &beginning)?;
                found.extend(docs.into_iter().map(|doc| DocAddress::new(ordinal, doc)));
            }
        }
        match found.into_iter().collect::<Vec<_>>()[..] {
            [only] => self.listing(only).map(Some),
            _ => Ok(None),
        }
    }

    /// The other listings that may be the same thing as this one, by name: those that searches find.
    pub fn twins(&self, listing: &Listing) -> Result<Vec<Arc<Listing>>, Error> {
        let Some(group) = twin(listing) else { return Ok(Vec::new()) };
        let term = Term::from_field_u64(self.fields().twin, group);
        let mut found = Vec::new();
        for (ordinal, reader, _) in self.segments() {
            each_of(reader, &term, |doc| {
                if !reader.is_deleted(doc) {
                    found.push(self.listing(DocAddress::new(ordinal, doc))?);
                }
                Ok(())
            })?;
        }
        found.retain(|other| other.id != listing.id && other.twin == listing.twin);
        found.sort_by(|a, b| a.fields.name.cmp(&b.fields.name).then(a.id.cmp(&b.id)));
        Ok(found)
    }

    /// The slugs of the listings that searches find, in their order. Reads the list of slugs, and no listing.
    pub fn slugs(&self) -> Result<Vec<String>, Error> {
        let found = Term::from_field_text(self.fields().sort, FOUND);
        let mut slugs = Vec::new();
        for reader in &self.parts {
            let mut shown = vec![false; reader.max_doc() as usize];
            each_of(reader, &found, |doc| {
                shown[doc as usize] = !reader.is_deleted(doc);
                Ok(())
            })?;
            let list = reader.inverted_index(self.fields().slug)?;
            let mut terms = list.terms().stream()?;
            while terms.advance() {
                let mut docs = list.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
                while docs.doc() != TERMINATED && !shown[docs.doc() as usize] {
                    docs.advance();
                }
                if docs.doc() != TERMINATED {
                    slugs.push(String::from_utf8_lossy(terms.key()).into_owned());
                }
            }
        }
        slugs.sort_unstable();
        Ok(slugs)
    }

    /// The listing of a document.
    pub fn listing(&self, address: DocAddress) -> Result<Arc<Listing>, Error> {
        if let Some(supposed) = &self.supposed
            && address.segment_ord as usize + 1 == self.parts.len()
        {
            return Ok(Arc::clone(supposed));
        }
        let segment = self.searcher.segment_reader(address.segment_ord).segment_id();
        self.recent.get(segment, address.doc_id, || {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let json =
                document.get_first(self.fields().stored).and_then(|value| value.as_str()).unwrap_or_default();
            serde_json::from_str(json).map_err(|error| Error::unusable(format!("une fiche gardée : {error}")))
        })
    }
}

fn alive_territories<'a>(
    parts: &'a [Part],
    segments: &'a [Arc<Segment>],
) -> impl Iterator<Item = (DocId, Arc<maille_domain::Territory>)> + 'a {
    parts.iter().zip(segments).flat_map(|(reader, segment)| {
        let alive = segment.territories.iter().filter(|(doc, _)| !reader.is_deleted(*doc));
        alive.map(|(doc, territory)| (*doc, Arc::clone(territory)))
    })
}

fn alive_count(parts: &[Part], term: &Term) -> Result<u64, Error> {
    let mut count = 0;
    for reader in parts {
        if !reader.has_deletes() {
            count += u64::from(reader.inverted_index(term.field())?.doc_freq(term)?);
            continue;
        }
        each_of(reader, term, |doc| {
            count += u64::from(!reader.is_deleted(doc));
            Ok(())
        })?;
    }
    Ok(count)
}

fn first_alive(reader: &Part, term: &Term) -> Result<Option<DocId>, Error> {
    let postings = reader.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)?;
    let Some(mut postings) = postings else { return Ok(None) };
    while postings.doc() != TERMINATED && reader.is_deleted(postings.doc()) {
        postings.advance();
    }
    Ok(Some(postings.doc()).filter(|doc| *doc != TERMINATED))
}

/// The live documents that have, in a field, an id that begins so: one for each id.
fn alive_beginning(reader: &Part, field: Field, beginning: &str) -> Result<Vec<DocId>, Error> {
    let ids = reader.inverted_index(field)?;
    // A dash comes before every digit: whatever begins so is before the last digit and more.
    let after = format!("{beginning}g");
    let mut terms = ids.terms().range().ge(beginning.as_bytes()).lt(after.as_bytes()).into_stream()?;
    let mut found = Vec::new();
    while terms.advance() {
        let id = String::from_utf8_lossy(terms.key());
        found.extend(first_alive(reader, &Term::from_field_text(field, &id))?);
    }
    Ok(found)
}

/// The beginning of a UUID as it is written: `0123456789ab` → `01234567-89ab`.
fn dashed(digits: &str) -> String {
    let mut dashed = String::with_capacity(digits.len() + 4);
    for (position, digit) in digits.chars().enumerate() {
        if matches!(position, 8 | 12 | 16 | 20) {
            dashed.push('-');
        }
        dashed.push(digit);
    }
    dashed
}
