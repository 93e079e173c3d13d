//! What is read of one immutable segment, opened once: columns, points, territories.

use std::ops::Range;
use std::sync::Arc;

use maille_domain::Territory;
use tantivy::columnar::{ColumnValues, StrColumn, TermOrdHit};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, TantivyDocument, Term};

use crate::coverage::{Match, Scope, Token};
use crate::error::Error;
use crate::geo::PointTree;
use crate::hit::Standing;
use crate::schema::{FOUND, Fields, TERRITORY};
use crate::traits::{Site, Traits, Upkeep};

/// Columns of a segment, and what was built from it.
pub struct Segment {
    traits: Arc<dyn ColumnValues<u64>>,
    upkeep: Arc<dyn ColumnValues<u64>>,
    site: Arc<dyn ColumnValues<u64>>,
    identity: Arc<dyn ColumnValues<u64>>,
    coverage: Option<tantivy::columnar::Column<u64>>,
    reach: Option<tantivy::columnar::Column<u64>>,
    name_key: Option<StrColumn>,
    hours: Option<StrColumn>,
    /// Sites of what searches find, deleted since or not.
    pub points: PointTree,
    /// Territories, deleted since or not.
    pub territories: Vec<(DocId, Arc<Territory>)>,
}

impl Segment {
    /// Opens the columns, and builds the tree of points.
    pub fn open(reader: &SegmentReader, fields: &Fields) -> Result<Segment, Error> {
        let columns = reader.fast_fields();
        let number = |name: &str| -> Result<Option<_>, Error> { Ok(columns.column_opt::<u64>(name)?) };
        let single = |name: &str, default: u64| -> Result<Arc<dyn ColumnValues<u64>>, Error> {
            let column = number(name)?
                .unwrap_or_else(|| tantivy::columnar::Column::build_empty_column(reader.max_doc()));
            Ok(column.first_or_default_col(default))
        };
        let site = single("site", Site::pack(None))?;
        let mut sites = Vec::new();
        each_of(reader, &Term::from_field_text(fields.sort, FOUND), |doc| {
            sites.extend(Site::unpack(site.get_val(doc)).map(|site| (doc, site.point)));
            Ok(())
        })?;
        let mut territories = Vec::new();
        each_of(reader, &Term::from_field_text(fields.sort, TERRITORY), |doc| {
            let store = reader.get_store_reader(1)?;
            let document: TantivyDocument = store.get(doc)?;
            let json = document.get_first(fields.stored).and_then(|value| value.as_str()).unwrap_or_default();
            let territory: Territory = serde_json::from_str(json).map_err(Error::unusable)?;
            territories.push((doc, Arc::new(territory)));
            Ok(())
        })?;
        Ok(Segment {
            traits: single("traits", 0)?,
            upkeep: single("upkeep", 0)?,
            identity: single("identity", 0)?,
            coverage: number("coverage")?,
            reach: number("reach")?,
            name_key: columns.str("name_key")?,
            hours: columns.str("hours")?,
            site,
            points: PointTree::new(sites),
            territories,
        })
    }

    /// What a document is and whom it is for.
    pub fn traits(&self, doc: DocId) -> Traits {
        Traits::unpack(self.traits.get_val(doc))
    }

    /// Its delay and its last check.
    pub fn upkeep(&self, doc: DocId) -> Upkeep {
        Upkeep::unpack(self.upkeep.get_val(doc))
    }

    /// Where it is.
    pub fn site(&self, doc: DocId) -> Option<Site> {
        Site::unpack(self.site.get_val(doc))
    }

    /// What ties are broken with.
    pub fn identity(&self, doc: DocId) -> u64 {
        self.identity.get_val(doc)
    }

    /// How it stands to a place.
    pub fn standing(&self, doc: DocId, scope: &Scope) -> Standing {
        let mut unknown = false;
        let mut best: Option<Match> = None;
        for token in values(self.coverage.as_ref(), doc) {
            unknown |= token == Token::UNKNOWN;
            best = best.into_iter().chain(scope.get(token)).min();
        }
        best = best.into_iter().chain(scope.best(values(self.reach.as_ref(), doc))).min();
        match best {
            Some(found) => Standing::Serves(found),
            None if unknown => Standing::Unknown,
            None => Standing::Elsewhere,
        }
    }

    /// The rank of its name among those of the segment.
    pub fn name_rank(&self, doc: DocId) -> u64 {
        self.name_key.as_ref().and_then(|column| column.ords().first(doc)).unwrap_or(u64::MAX)
    }

    /// The ranks of the names that begin so.
    pub fn name_ranks_from(&self, beginning: &str) -> Result<Range<u64>, Error> {
        let Some(column) = &self.name_key else { return Ok(0..0) };
        let rank_of_first_at_least = |key: &str| -> Result<u64, Error> {
            Ok(match column.dictionary().term_ord_or_next(key)? {
                TermOrdHit::Exact(rank) | TermOrdHit::Next(rank) => rank,
            })
        };
        // No folded name has this character: it comes after all that begin so.
        let after = format!("{beginning}\u{10ffff}");
        Ok(rank_of_first_at_least(beginning)?..rank_of_first_at_least(&after)?)
    }

    /// The folded name of a rank.
    pub fn name_of_rank(&self, rank: u64) -> Result<String, Error> {
        let mut name = String::new();
        if let Some(column) = &self.name_key {
            column.ord_to_str(rank, &mut name)?;
        }
        Ok(name)
    }

    /// Its hours, as a number that stands for their text, which equal hours share.
    pub fn hours(&self, doc: DocId) -> Option<u64> {
        self.hours.as_ref().and_then(|column| column.ords().first(doc))
    }

    /// The text of hours.
    pub fn hours_text(&self, hours: u64) -> Result<String, Error> {
        let mut text = String::new();
        if let Some(column) = &self.hours {
            column.ord_to_str(hours, &mut text)?;
        }
        Ok(text)
    }
}

fn values(column: Option<&tantivy::columnar::Column<u64>>, doc: DocId) -> impl Iterator<Item = Token> + '_ {
    column.into_iter().flat_map(move |column| column.values_for_doc(doc)).map(Token)
}

/// Calls with every document that carries a term, deleted ones included.
pub fn each_of(
    reader: &SegmentReader,
    term: &Term,
    mut call: impl FnMut(DocId) -> Result<(), Error>,
) -> Result<(), Error> {
    let postings = reader.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)?;
    let Some(mut postings) = postings else { return Ok(()) };
    while postings.doc() != TERMINATED {
        call(postings.doc())?;
        postings.advance();
    }
    Ok(())
}
