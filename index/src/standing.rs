//! How the listings of one segment stand to a place: found once per question from the lists of the tokens that hold the
//! place, so that whatever else is asked is only asked of who may help here.

use std::sync::{Mutex, PoisonError};

use maille_domain::CoverageLevel;
use maille_territory::Point;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Term};

use crate::coverage::{Match, Scope};
use crate::error::Error;
use crate::rank::UNKNOWN_WITHIN_KM;
use crate::schema::Fields;
use crate::segment::{Segment, each_block};
use crate::snapshot::Snapshot;

/// How a listing stands to the place asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It serves it, so.
    Serves(Match),
    /// Nobody said whom it serves.
    Unknown,
    /// It serves other places.
    Elsewhere,
}

/// Which listings of unknown coverage stand in question.
#[derive(Debug, Clone, Copy)]
pub enum Unknowns {
    /// Those near a point, a little farther than [`UNKNOWN_WITHIN_KM`] too: measuring decides. All, without a point.
    Around(Option<Point>),
    /// All.
    All,
    /// None.
    None,
}

/// The standing of every document of a segment, in a byte each; and those that do not serve elsewhere, in no order.
pub struct Standings {
    /// [`ELSEWHERE`] beyond the segment.
    codes: Vec<u8>,
    /// Who serves the place, or may.
    pub here: Vec<DocId>,
}

/// What past questions were answered with, every code [`ELSEWHERE`] again: making one anew costs as much as filling it.
static SPARE: Mutex<Vec<(Vec<u8>, Vec<DocId>)>> = Mutex::new(Vec::new());
/// As many as are in use at once on two cores: a byte per document each.
const MOST_SPARE: usize = 8;

const ELSEWHERE: u8 = 0;
const UNKNOWN: u8 = u8::MAX;

impl Standings {
    /// The standings of the documents of a segment.
    pub fn of(
        segment: &Segment,
        fields: &Fields,
        scope: &Scope,
        unknowns: Unknowns,
    ) -> Result<Standings, Error> {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (mut codes, here) = spare.unwrap_or_default();
        codes.resize(codes.len().max(segment.len()), ELSEWHERE);
        let mut standings = Standings { codes, here };
        let mut tokens: Vec<(Match, u64)> =
            scope.tokens().iter().map(|(token, found)| (*found, token.0)).collect();
        tokens.sort_unstable();
        // The best way of serving comes first, and stays.
        for (found, token) in tokens {
            let code = encode(found);
            let reached = found.level == CoverageLevel::Radius;
            let (field, lists) =
                if reached { (fields.reach, &segment.reach) } else { (fields.coverage, &segment.coverage) };
            let Some(term) = lists.get_term_info(&Term::from_field_u64(field, token))? else { continue };
            standings.here.reserve(term.doc_freq as usize);
            let mut list = lists.read_block_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
            each_block(&mut list, |docs, _| docs.iter().for_each(|doc| standings.mark(*doc, code)));
        }
        match unknowns {
            Unknowns::None => {}
            Unknowns::Around(Some(point)) => {
                segment.unknown.around(point, UNKNOWN_WITHIN_KM).for_each(|doc| standings.mark(doc, UNKNOWN));
            }
            Unknowns::Around(None) | Unknowns::All => {
                segment.unknown.all().for_each(|doc| standings.mark(doc, UNKNOWN));
            }
        }
        Ok(standings)
    }

    fn mark(&mut self, doc: DocId, code: u8) {
        if let Some(known @ &mut ELSEWHERE) = self.codes.get_mut(doc as usize) {
            *known = code;
            self.here.push(doc);
        }
    }

    /// Whether a document serves the place, or may.
    pub fn is_here(&self, doc: DocId) -> bool {
        self.codes[doc as usize] != ELSEWHERE
    }

    /// The standing of a document.
    pub fn get(&self, doc: DocId) -> Standing {
        match self.codes[doc as usize] {
            ELSEWHERE => Standing::Elsewhere,
            UNKNOWN => Standing::Unknown,
            code => Standing::Serves(decode(code)),
        }
    }
}

impl Drop for Standings {
    fn drop(&mut self) {
        let (mut codes, mut here) = (std::mem::take(&mut self.codes), std::mem::take(&mut self.here));
        here.drain(..).for_each(|doc| codes[doc as usize] = ELSEWHERE);
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MOST_SPARE {
            spare.push((codes, here));
        }
    }
}

/// How every document stands to a place, by segment.
pub fn standings(snapshot: &Snapshot, scope: &Scope, unknowns: Unknowns) -> Result<Vec<Standings>, Error> {
    snapshot
        .segments()
        .map(|(_, _, segment)| Standings::of(segment, snapshot.fields(), scope, unknowns))
        .collect()
}

/// A level and a bit, from 1.
fn encode(found: Match) -> u8 {
    1 + (found.level as u8) * 2 + u8::from(found.part)
}

fn decode(code: u8) -> Match {
    let (level, part) = ((code - 1) / 2, (code - 1) % 2 == 1);
    Match { part, level: CoverageLevel::ALL[usize::from(level)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_serving_has_a_code_of_its_own() {
        for level in CoverageLevel::ALL {
            for part in [false, true] {
                let found = Match { part, level: *level };
                assert!(![ELSEWHERE, UNKNOWN].contains(&encode(found)));
                assert_eq!(decode(encode(found)), found);
            }
        }
    }
}
