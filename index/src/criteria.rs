//! What a request asks of each listing besides words and coverage, ready to be checked thousands of times.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use maille_domain::Request;
use maille_domain::hours::Hours;
use maille_domain::request::Off;
use maille_domain::vocabulary::{Audience, Mode, Theme};
use tantivy::DocId;

use crate::error::Error;
use crate::rank::Fit;
use crate::segment::Segment;
use crate::traits::{Traits, kinds, mask, position};

/// The criteria that have facets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    Category,
    Audience,
    Mode,
    Theme,
}

/// What a listing fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fits,
    /// One criterion alone: it still counts in that criterion's facet.
    FailsOnly(Criterion),
    /// More than that.
    Fails,
}

/// The criteria of a request.
#[derive(Debug, Clone)]
pub struct Criteria {
    /// By position in the vocabulary; empty: any.
    categories: Vec<bool>,
    audiences: u16,
    modes: u16,
    themes: u16,
    age: Option<u8>,
    open_at: Option<DateTime<Utc>>,
}

fn everybody() -> u16 {
    mask(Audience::ALL, &[Audience::Tous])
}

fn every_theme() -> u16 {
    mask(Theme::ALL, &[Theme::Tous])
}

/// Whether a listing of these audiences is for one of those asked: one for all is, and so is one that does not say.
pub fn is_for(audiences: u16, asked: u16) -> bool {
    audiences == 0 || audiences & (asked | everybody()) != 0
}

/// Whether a listing of these parcours belongs to one of those asked.
pub fn is_in(themes: u16, asked: u16) -> bool {
    themes & (asked | every_theme()) != 0
}

impl Criteria {
    /// Those of a request, without what it turned off.
    pub fn of(request: &Request) -> Criteria {
        let obeyed = |off: Off| !request.off.contains(&off);
        let mut categories = Vec::new();
        if obeyed(Off::Category) && !request.categories.is_empty() {
            categories = vec![false; kinds()];
            for category in &request.categories {
                categories[position(*category)] = true;
            }
        }
        Criteria {
            categories,
            audiences: if obeyed(Off::Audience) { mask(Audience::ALL, &request.audiences) } else { 0 },
            modes: if obeyed(Off::Mode) { mask(Mode::ALL, &request.modes) } else { 0 },
            themes: mask(Theme::ALL, &request.themes),
            age: request.age.filter(|_| obeyed(Off::Age)),
            open_at: request.open_at.filter(|_| obeyed(Off::Time)),
        }
    }

    /// Whether a listing fits the criteria that have facets, and the age.
    pub fn verdict(&self, traits: &Traits) -> Verdict {
        if let Some(age) = self.age
            && (traits.age_min.is_some_and(|min| age < min) || traits.age_max.is_some_and(|max| age > max))
        {
            return Verdict::Fails;
        }
        let checks = [
            (Criterion::Category, self.categories.get(traits.category).copied().unwrap_or(true)),
            (Criterion::Audience, self.audiences == 0 || is_for(traits.audiences, self.audiences)),
            (Criterion::Mode, self.modes == 0 || traits.modes & self.modes != 0),
            (Criterion::Theme, self.themes == 0 || is_in(traits.themes, self.themes)),
        ];
        let mut failed = checks.into_iter().filter(|(_, fits)| !fits).map(|(criterion, _)| criterion);
        match (failed.next(), failed.next()) {
            (None, _) => Verdict::Fits,
            (Some(only), None) => Verdict::FailsOnly(only),
            _ => Verdict::Fails,
        }
    }

    /// How well it is for the audience asked.
    pub fn audience(&self, traits: &Traits) -> Fit {
        fit(self.audiences, traits.audiences)
    }

    /// How well it belongs to the parcours asked.
    pub fn theme(&self, traits: &Traits) -> Fit {
        fit(self.themes, traits.themes)
    }

    /// How well it takes the age asked.
    pub fn age(&self, traits: &Traits) -> Fit {
        match (self.age, traits.age_min, traits.age_max) {
            (None, ..) => Fit::NotAsked,
            (_, None, None) => Fit::Unsaid,
            _ => Fit::Said,
        }
    }
}

fn fit(asked: u16, of_listing: u16) -> Fit {
    match (asked, of_listing) {
        (0, _) => Fit::NotAsked,
        (_, 0) => Fit::Unsaid,
        _ if of_listing & asked != 0 => Fit::Said,
        _ => Fit::Everybody,
    }
}

/// Whether listings of one segment are open at the time asked. Equal hours are evaluated once.
#[derive(Default)]
pub struct Opening {
    known: HashMap<u64, bool>,
}

impl Opening {
    /// Whether it is open then; hours that nobody gave are not known to be.
    pub fn is_open(&mut self, criteria: &Criteria, segment: &Segment, doc: DocId) -> Result<bool, Error> {
        let Some(at) = criteria.open_at else { return Ok(true) };
        let Some(hours) = segment.hours(doc) else { return Ok(false) };
        if let Some(open) = self.known.get(&hours) {
            return Ok(*open);
        }
        let text = segment.hours_text(hours)?;
        let open = text.split_once('|').is_some_and(|(departement, hours)| {
            let departement = Some(departement).filter(|code| !code.is_empty());
            hours.parse::<Hours>().is_ok_and(|hours| hours.is_open(at, departement) == Some(true))
        });
        self.known.insert(hours, open);
        Ok(open)
    }
}
