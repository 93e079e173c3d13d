//! Words found in the lists of a segment.
//!
//! A word is looked for as written and by its stem, the last one also as a beginning; the frequency in a list says in
//! which part of a listing the word stands. Each way of being found has a fixed worth, the best one counts, and it
//! counts as much as the word is rare: the share of a match is the part of what was asked that it answers, between 0
//! and 1. Lengths and repetitions play no part: they would put short names first, every day, for no reason that could be
//! told.
//!
//! Listings of a kind that is asked need no word; the words they have count all the same.
//!
//! The rarest words lead: of n words of which so many are required, whoever has enough of them has one of the
//! n − required + 1 rarest. Only documents of those lists, that may serve the place, are looked for in the others.

use maille_domain::Category;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, TERMINATED, Term};

use crate::analysis::Word;
use crate::error::Error;
use crate::query::{Asked, BEGINNING_WORTH, SHORTEST_BEGINNING, STEM_WORTH, completions, worth};
use crate::schema::{Fields, Part};
use crate::segment::{Segment, each_block};
use crate::snapshot::Snapshot;
use crate::standing::Standings;

/// A list this many times longer than the candidates is jumped through; a shorter one is read.
const MUCH_LONGER: usize = 8;
/// Fewer documents than one in so many are sorted; more are put in a table.
const SPARSE: usize = 32;

/// How a word is recognised.
#[derive(Debug, Clone, Copy)]
enum Way {
    Plain,
    Stem,
    Beginning,
}

impl Way {
    /// What a word found so is worth, by its frequency: how many times its part has it written.
    fn worths(self) -> [f32; Part::ALL.len() + 1] {
        let share = match self {
            Way::Plain => 1.0,
            Way::Stem => STEM_WORTH,
            Way::Beginning => BEGINNING_WORTH,
        };
        let mut worths = [0.0; Part::ALL.len() + 1];
        for part in Part::ALL {
            worths[part.times()] = worth(part) * share;
        }
        worths
    }
}

/// The documents of one segment that have a word in one way.
struct List {
    term: TermInfo,
    way: Way,
}

/// One word.
struct Looked {
    /// How much it tells of all that was asked; those of all words add up to 1.
    weight: f32,
    /// The same among the words that some listing has.
    telling: f32,
    /// How many listings have its stem.
    listings: u64,
    /// How long its lists are.
    length: usize,
    /// By segment.
    lists: Vec<Vec<List>>,
}

/// The words of a request in every segment, those of the shortest lists first; and the kinds it asks.
pub struct Matching {
    words: Vec<Looked>,
    kinds: Vec<Category>,
}

/// A document that has enough of the words.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    pub doc: DocId,
    /// The share of the words it answers.
    pub share: f32,
    /// What the word being looked for is worth there, so far.
    best: f32,
    /// How many words it has.
    pub answered: usize,
    /// How much they tell of what any listing could, 0 to 1, wherever they stand.
    pub told: f32,
    /// Whether its kind is asked: it need not have the words.
    pub kept: bool,
    /// What the least of the words it has is worth there.
    pub least: f32,
}

impl Candidate {
    /// One that no word was asked of.
    pub fn unasked(doc: DocId) -> Candidate {
        Candidate { doc, share: 0.0, best: 0.0, answered: 0, told: 0.0, kept: false, least: 1.0 }
    }
}

impl Matching {
    /// Looks up the words in the dictionaries.
    pub fn of(asked: &Asked, kinds: Vec<Category>, snapshot: &Snapshot) -> Result<Matching, Error> {
        let mut words = Vec::new();
        for (position, word) in asked.words().iter().enumerate() {
            let unfinished = asked.unfinished() && position + 1 == asked.len();
            words.push(look(word, unfinished, snapshot)?);
        }
        let all: f32 = words.iter().map(|word| word.weight).sum();
        let known: f32 = words.iter().filter(|word| word.length > 0).map(|word| word.weight).sum();
        for word in &mut words {
            word.telling = if word.length > 0 { word.weight / known } else { 0.0 };
            word.weight /= all;
        }
        words.sort_by_key(|word| word.length);
        Ok(Matching { words, kinds })
    }

    /// How much having every word tells, 0 to 1: all, when one listing has the rarest; nothing, when all have.
    pub fn telling(&self, snapshot: &Snapshot) -> f32 {
        let known = self.words.iter().filter(|word| word.length > 0);
        let rarest = known.map(|word| word.listings).min();
        let all = (1.0 + snapshot.found_count as f32).ln();
        rarest.filter(|_| all > 0.0).map_or(0.0, |listings| 1.0 - (listings.max(1) as f32).ln() / all)
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.kinds.is_empty()
    }

    /// The documents of a segment whose kind is asked, or that have at least `required` of the words, by number, among
    /// those that may serve the place.
    pub fn candidates(
        &self,
        ordinal: usize,
        segment: &Segment,
        fields: &Fields,
        required: usize,
        standings: Option<&Standings>,
    ) -> Result<Vec<Candidate>, Error> {
        let mut candidates = self.of_kinds(segment, fields, standings)?;
        for (at, word) in self.words.iter().enumerate() {
            let lists = &word.lists[ordinal];
            if at + required <= self.words.len() {
                candidates = united(candidates, gather(lists, segment, standings)?);
            } else {
                for list in lists {
                    find(list, segment, &mut candidates)?;
                }
            }
            let left = self.words.len() - at - 1;
            candidates.retain_mut(|candidate| {
                candidate.answered += usize::from(candidate.best > 0.0);
                candidate.least =
                    if candidate.best > 0.0 { candidate.least.min(candidate.best) } else { candidate.least };
                candidate.share += candidate.best * word.weight;
                candidate.told += if candidate.best > 0.0 { word.telling } else { 0.0 };
                candidate.best = 0.0;
                candidate.kept || candidate.answered + left >= required
            });
        }
        Ok(candidates)
    }

    fn of_kinds(
        &self,
        segment: &Segment,
        fields: &Fields,
        standings: Option<&Standings>,
    ) -> Result<Vec<Candidate>, Error> {
        let mut found: Vec<DocId> = Vec::new();
        for kind in &self.kinds {
            let term = Term::from_field_text(fields.category, kind.code());
            let Some(term) = segment.category.get_term_info(&term)? else { continue };
            let mut list =
                segment.category.read_block_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
            each_block(&mut list, |docs, _| {
                let here =
                    docs.iter().filter(|doc| standings.is_none_or(|standings| standings.is_here(**doc)));
                found.extend(here);
            });
        }
        // A listing has one kind: nothing is there twice.
        found.sort_unstable();
        Ok(found.into_iter().map(|doc| Candidate { kept: true, ..Candidate::unasked(doc) }).collect())
    }
}

fn look(word: &Word, unfinished: bool, snapshot: &Snapshot) -> Result<Looked, Error> {
    let fields = snapshot.fields();
    let (plain, stem) =
        (Term::from_field_text(fields.plain, &word.plain), Term::from_field_text(fields.stem, &word.stem));
    let unfinished = unfinished && word.plain.chars().count() >= SHORTEST_BEGINNING;
    let mut lists = Vec::new();
    let mut listings = 0;
    for (_, _, segment) in snapshot.segments() {
        let mut of_segment = Vec::new();
        let mut add = |term: Option<TermInfo>, way| of_segment.extend(term.map(|term| List { term, way }));
        add(segment.plain.get_term_info(&plain)?, Way::Plain);
        let stem = segment.stem.get_term_info(&stem)?;
        listings += stem.as_ref().map_or(0, |term| u64::from(term.doc_freq));
        add(stem, Way::Stem);
        if unfinished {
            for term in completions(&segment.plain, &word.plain)? {
                add(Some(term), Way::Beginning);
            }
        }
        lists.push(of_segment);
    }
    // How much a word tells: the logarithm of how few listings have it, never quite nothing.
    let (with, all) = (listings as f32, snapshot.found_count.max(listings) as f32);
    Ok(Looked {
        telling: 0.0,
        listings,
        weight: 1.0 + ((all + 1.0) / (with + 1.0)).ln(),
        length: lists.iter().flatten().map(|list| list.term.doc_freq as usize).sum(),
        lists,
    })
}

fn open(list: &List, segment: &Segment, option: IndexRecordOption) -> Result<BlockSegmentPostings, Error> {
    let lists = match list.way {
        Way::Plain | Way::Beginning => &segment.plain,
        Way::Stem => &segment.stem,
    };
    Ok(lists.read_block_postings_from_terminfo(&list.term, option)?)
}

/// The documents that hold a leading word and may serve the place, in order, with what it is worth there.
fn gather(lists: &[List], segment: &Segment, standings: Option<&Standings>) -> Result<Vec<Candidate>, Error> {
    let mut found: Vec<(DocId, f32)> = Vec::new();
    for list in lists {
        let worths = list.way.worths();
        let mut postings = open(list, segment, IndexRecordOption::WithFreqs)?;
        each_block(&mut postings, |docs, frequencies| {
            let here = docs
                .iter()
                .zip(frequencies)
                .filter(|(doc, _)| standings.is_none_or(|standings| standings.is_here(**doc)));
            found.extend(
                here.map(|(doc, frequency)| (*doc, worths.get(*frequency as usize).copied().unwrap_or(0.0))),
            );
        });
    }
    let candidate = |(doc, best)| Candidate { best, ..Candidate::unasked(doc) };
    if found.len() * SPARSE < segment.len() || lists.len() <= 2 {
        // One or two runs that are in order already: what this sort is quick with.
        found.sort_by_key(|(doc, _)| *doc);
        found.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 = if same { kept.1.max(next.1) } else { kept.1 };
            same
        });
        return Ok(found.into_iter().map(candidate).collect());
    }
    let mut best = vec![0.0_f32; segment.len()];
    for (doc, worth) in found {
        best[doc as usize] = best[doc as usize].max(worth);
    }
    Ok((0..).zip(best).filter(|(_, worth)| *worth > 0.0).map(candidate).collect())
}

/// Two lists of candidates as one, in order; those of both have what each knows.
fn united(known: Vec<Candidate>, found: Vec<Candidate>) -> Vec<Candidate> {
    if known.is_empty() {
        return found;
    }
    let mut all = known;
    all.extend(found);
    all.sort_by_key(|candidate| candidate.doc);
    all.dedup_by(|next, kept| {
        let same = next.doc == kept.doc;
        if same {
            // The one that was known has been answered before, the other is worth something now.
            kept.best = kept.best.max(next.best);
            kept.share += next.share;
            kept.answered += next.answered;
            kept.told += next.told;
            kept.least = kept.least.min(next.least);
            kept.kept |= next.kept;
        }
        same
    });
    all
}

/// Raises the candidates that a list holds to what the word is worth there.
fn find(list: &List, segment: &Segment, candidates: &mut [Candidate]) -> Result<(), Error> {
    let worths = list.way.worths();
    let raise = |candidate: &mut Candidate, frequency: u32| {
        let worth = worths.get(frequency as usize).copied().unwrap_or(0.0);
        candidate.best = candidate.best.max(worth);
    };
    let mut postings = open(list, segment, IndexRecordOption::WithFreqs)?;
    if list.term.doc_freq as usize > candidates.len() * MUCH_LONGER {
        for candidate in candidates {
            let at = postings.seek(candidate.doc);
            let found = postings.doc(at);
            if found == candidate.doc {
                raise(candidate, postings.freq(at));
            } else if found == TERMINATED {
                break;
            }
        }
        return Ok(());
    }
    let mut rest = candidates;
    each_block(&mut postings, |docs, frequencies| {
        for (doc, frequency) in docs.iter().zip(frequencies) {
            let ahead = gallop(rest, *doc);
            rest = &mut std::mem::take(&mut rest)[ahead..];
            match rest.first_mut() {
                Some(candidate) if candidate.doc == *doc => raise(candidate, *frequency),
                Some(_) => {}
                None => return,
            }
        }
    });
    Ok(())
}

/// How many candidates come before a document; quick when they are few.
fn gallop(candidates: &[Candidate], doc: DocId) -> usize {
    let mut step = 1;
    while candidates.get(step - 1).is_some_and(|candidate| candidate.doc < doc) {
        step *= 2;
    }
    let (start, end) = (step / 2, candidates.len().min(step));
    start + candidates[start..end].partition_point(|candidate| candidate.doc < doc)
}
