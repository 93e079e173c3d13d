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
use crate::understand::Reading;

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

/// The criteria of a request. Those chosen apart are required; what a text says of people and manner only orders, and its
/// age and moment are required as long as something answers ([`Ease`]).
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    /// By position in the vocabulary; empty: any.
    categories: Vec<bool>,
    audiences: u16,
    modes: u16,
    themes: u16,
    wished_audiences: u16,
    wished_modes: u16,
    age: Option<u8>,
    age_required: bool,
    open: Option<Open>,
}

/// When something must be open.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Open {
    during: (DateTime<Utc>, DateTime<Utc>),
    /// Whether hours that nobody gave, or that say they do not know, will do.
    unknown_too: bool,
}

/// What of a text is no longer required, in the order in which it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ease {
    Nothing,
    Time,
    Age,
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
    /// Those of a request, without what it turned off; and those of its text, `moment` being the time it tells.
    pub fn of(
        request: &Request,
        reading: &Reading,
        moment: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Criteria {
        let obeyed = |off: Off| !request.off.contains(&off);
        let mut categories = Vec::new();
        if obeyed(Off::Category) && !request.categories.is_empty() {
            categories = vec![false; kinds()];
            for category in &request.categories {
                categories[position(*category)] = true;
            }
        }
        let wished_audiences: Vec<Audience> = reading.audiences.iter().map(|read| read.what).collect();
        let wished_modes: Vec<Mode> = reading.modes.iter().map(|read| read.what).collect();
        let asked_age = request.age.filter(|_| obeyed(Off::Age));
        let asked_moment = request.open_at.filter(|_| obeyed(Off::Time));
        Criteria {
            categories,
            audiences: if obeyed(Off::Audience) { mask(Audience::ALL, &request.audiences) } else { 0 },
            modes: if obeyed(Off::Mode) { mask(Mode::ALL, &request.modes) } else { 0 },
            themes: mask(Theme::ALL, &request.themes),
            wished_audiences: mask(Audience::ALL, &wished_audiences),
            wished_modes: mask(Mode::ALL, &wished_modes),
            age: asked_age.or(reading.age.as_ref().map(|read| read.what)),
            age_required: true,
            open: asked_moment
                .map(|at| Open { during: (at, at), unknown_too: false })
                .or(moment.map(|during| Open { during, unknown_too: true })),
        }
    }

    /// The same with less of the text required; `None` when that changes nothing. What was chosen apart stays.
    pub fn eased(&self, request: &Request, ease: Ease) -> Option<Criteria> {
        let mut eased = self.clone();
        if ease >= Ease::Time && self.open.is_some_and(|open| open.unknown_too) {
            eased.open = None;
        }
        if ease >= Ease::Age && self.age.is_some() && request.age.is_none() {
            eased.age_required = false;
        }
        let changes = (eased.open, eased.age_required) != (self.open, self.age_required);
        (changes || ease == Ease::Nothing).then_some(eased)
    }

    fn takes(&self, traits: &Traits) -> bool {
        let outside = |age: u8| {
            traits.age_min.is_some_and(|min| age < min) || traits.age_max.is_some_and(|max| age > max)
        };
        !self.age.is_some_and(outside)
    }

    /// Whether a listing fits the criteria that have facets, and the age.
    pub fn verdict(&self, traits: &Traits) -> Verdict {
        if self.age_required && !self.takes(traits) {
            return Verdict::Fails;
        }
        let mut failed = self.failed(traits);
        match (failed.next(), failed.next()) {
            (None, _) => Verdict::Fits,
            (Some(only), None) => Verdict::FailsOnly(only),
            _ => Verdict::Fails,
        }
    }

    /// The age that is asked and that a listing does not take, while it is required.
    pub fn refused_age(&self, traits: &Traits) -> Option<u8> {
        self.age.filter(|_| self.age_required && !self.takes(traits))
    }

    /// Which criteria that were chosen apart a listing fails.
    pub fn failed(&self, traits: &Traits) -> impl Iterator<Item = Criterion> + use<> {
        let checks = [
            (Criterion::Category, self.categories.get(traits.category).copied().unwrap_or(true)),
            (Criterion::Audience, self.audiences == 0 || is_for(traits.audiences, self.audiences)),
            (Criterion::Mode, self.modes == 0 || traits.modes & self.modes != 0),
            (Criterion::Theme, self.themes == 0 || is_in(traits.themes, self.themes)),
        ];
        checks.into_iter().filter(|(_, fits)| !fits).map(|(criterion, _)| criterion)
    }

    /// How well it is for the audience asked.
    pub fn audience(&self, traits: &Traits) -> Fit {
        fit(self.audiences | self.wished_audiences, traits.audiences, everybody())
    }

    /// How well it comes in the mode asked.
    pub fn mode(&self, traits: &Traits) -> Fit {
        fit(self.modes | self.wished_modes, traits.modes, 0)
    }

    /// How well it belongs to the parcours asked.
    pub fn theme(&self, traits: &Traits) -> Fit {
        fit(self.themes, traits.themes, every_theme())
    }

    /// How well it takes the age asked.
    pub fn age(&self, traits: &Traits) -> Fit {
        match (self.age, traits.age_min, traits.age_max) {
            (None, ..) => Fit::NotAsked,
            (_, None, None) => Fit::Unsaid,
            _ if self.takes(traits) => Fit::Said,
            _ => Fit::Otherwise,
        }
    }
}

fn fit(asked: u16, of_listing: u16, all: u16) -> Fit {
    match (asked, of_listing) {
        (0, _) => Fit::NotAsked,
        (_, 0) => Fit::Unsaid,
        _ if of_listing & asked != 0 => Fit::Said,
        _ if of_listing & all != 0 => Fit::Everybody,
        _ => Fit::Otherwise,
    }
}

/// Whether listings of one segment are open at the time asked. Equal hours are evaluated once.
#[derive(Default)]
pub struct Opening {
    known: HashMap<u64, Option<bool>>,
}

impl Opening {
    /// Whether it is open then; hours that nobody gave, or that say they do not know, will do for a text only.
    pub fn is_open(&mut self, criteria: &Criteria, segment: &Segment, doc: DocId) -> Result<bool, Error> {
        let Some(Open { during: (from, until), unknown_too }) = criteria.open else { return Ok(true) };
        let Some(hours) = segment.hours(doc) else { return Ok(unknown_too) };
        if let Some(open) = self.known.get(&hours) {
            return Ok(open.unwrap_or(unknown_too));
        }
        let text = segment.hours_text(hours)?;
        let open = text.split_once('|').and_then(|(departement, hours)| {
            let departement = Some(departement).filter(|code| !code.is_empty());
            hours.parse::<Hours>().ok().and_then(|hours| hours.is_open_during(from, until, departement))
        });
        self.known.insert(hours, open);
        Ok(open.unwrap_or(unknown_too))
    }
}
