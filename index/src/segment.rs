//! What is read of one immutable segment, opened once: lists, columns, points, territories.

use std::ops::Range;
use std::sync::Arc;

use maille_domain::Territory;
use maille_territory::Commune;
use tantivy::columnar::{StrColumn, TermOrdHit};
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, TantivyDocument, Term};

use crate::coverage::Token;
use crate::error::Error;
use crate::geo::PointTree;
use crate::schema::{FOUND, Fields, TERRITORY};
use crate::traits::{Site, Traits, Upkeep, commune_numbered};
use crate::unknown::Unknown;

/// What the formula and the filters read of a document, unpacked from the columns once.
#[derive(Clone, Copy)]
struct Card {
    traits: u64,
    upkeep: u64,
    site: u64,
    identity: u64,
    /// Zero: nobody takes it for another.
    twin: u64,
    /// What a map counts by.
    commune: Option<&'static Commune>,
}

/// Lists and columns of a segment, and what was built from it: 48 bytes of memory per listing, and its points.
pub struct Segment {
    cards: Vec<Card>,
    name_key: Option<StrColumn>,
    hours: Option<StrColumn>,
    /// Lists of [`Fields::plain`].
    pub plain: Arc<InvertedIndexReader>,
    /// Lists of [`Fields::stem`].
    pub stem: Arc<InvertedIndexReader>,
    /// Lists of [`Fields::name`].
    pub name: Arc<InvertedIndexReader>,
    /// Lists of [`Fields::category`].
    pub category: Arc<InvertedIndexReader>,
    /// Lists of [`Fields::coverage`].
    pub coverage: Arc<InvertedIndexReader>,
    /// Lists of [`Fields::reach`].
    pub reach: Arc<InvertedIndexReader>,
    /// Sites of what searches find, deleted since or not.
    pub points: PointTree,
    /// Those of unknown coverage, deleted since or not.
    pub unknown: Unknown,
    /// Territories, deleted since or not.
    pub territories: Vec<(DocId, Arc<Territory>)>,
}

impl Segment {
    /// Opens the lists, reads the columns, and builds the tree of points.
    pub fn open(reader: &SegmentReader, fields: &Fields) -> Result<Segment, Error> {
        let columns = reader.fast_fields();
        let number = |name: &str, default: u64| -> Result<Vec<u64>, Error> {
            let column = columns
                .column_opt::<u64>(name)?
                .unwrap_or_else(|| tantivy::columnar::Column::build_empty_column(reader.max_doc()));
            let mut values = vec![default; reader.max_doc() as usize];
            column.first_or_default_col(default).get_range(0, &mut values);
            Ok(values)
        };
        let (traits, upkeep) = (number("traits", 0)?, number("upkeep", 0)?);
        let (site, identity) = (number("site", Site::pack(None))?, number("identity", 0)?);
        let (twin, commune) = (number("twin", 0)?, number("commune", 0)?);
        let cards: Vec<Card> = (0..reader.max_doc() as usize)
            .map(|doc| Card {
                traits: traits[doc],
                upkeep: upkeep[doc],
                site: site[doc],
                identity: identity[doc],
                twin: twin[doc],
                commune: Some(commune[doc]).filter(|number| *number != 0).and_then(commune_numbered),
            })
            .collect();
        let point = |doc: DocId| Site::unpack(cards[doc as usize].site).map(|site| site.point);
        let mut sites = Vec::new();
        each_of(reader, &Term::from_field_text(fields.sort, FOUND), |doc| {
            sites.extend(point(doc).map(|point| (doc, point)));
            Ok(())
        })?;
        let mut unknown = Vec::new();
        each_of(reader, &Term::from_field_u64(fields.coverage, Token::UNKNOWN.0), |doc| {
            unknown.push((doc, point(doc)));
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
            cards,
            name_key: columns.str("name_key")?,
            hours: columns.str("hours")?,
            plain: reader.inverted_index(fields.plain)?,
            stem: reader.inverted_index(fields.stem)?,
            name: reader.inverted_index(fields.name)?,
            category: reader.inverted_index(fields.category)?,
            coverage: reader.inverted_index(fields.coverage)?,
            reach: reader.inverted_index(fields.reach)?,
            points: PointTree::new(sites),
            unknown: Unknown::new(unknown),
            territories,
        })
    }

    /// How many documents it has, deleted or not.
    pub fn len(&self) -> usize {
        self.cards.len()
    }

    /// What a document is and whom it is for.
    pub fn traits(&self, doc: DocId) -> Traits {
        Traits::unpack(self.cards[doc as usize].traits)
    }

    /// Its delay and its last check.
    pub fn upkeep(&self, doc: DocId) -> Upkeep {
        Upkeep::unpack(self.cards[doc as usize].upkeep)
    }

    /// Where it is.
    pub fn site(&self, doc: DocId) -> Option<Site> {
        Site::unpack(self.cards[doc as usize].site)
    }

    /// The commune it is in.
    pub fn commune(&self, doc: DocId) -> Option<&'static Commune> {
        self.cards[doc as usize].commune
    }

    /// What ties are broken with.
    pub fn identity(&self, doc: DocId) -> u64 {
        self.cards[doc as usize].identity
    }

    /// What it shares with the listings that may be the same thing, if there are any.
    pub fn twin(&self, doc: DocId) -> Option<u64> {
        Some(self.cards[doc as usize].twin).filter(|twin| *twin != 0)
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

/// Calls with each block of a list: documents in order, and their frequencies when they are read.
pub fn each_block(list: &mut BlockSegmentPostings, mut call: impl FnMut(&[DocId], &[u32])) {
    while !list.docs().is_empty() {
        call(list.docs(), list.freqs());
        list.advance();
    }
}
