//! What a text asks: for whom, where, what, how and when; and what is left for full text.
//!
//! Each part of the text is read once: the place, the people and their age, how and when help must come, national numbers
//! to say first, the kinds that are named, those that the need leads to. All of it comes from the thesaurus
//! ([`crate::thesaurus`]) and the gazetteer; nothing here knows a word of the field.

mod correct;
mod kinds;
mod moment;
mod needs;
mod people;
pub mod phone;
mod phrases;
mod place;

use std::ops::Range;
use std::sync::LazyLock;

use chrono::NaiveDateTime;
use maille_domain::request::{LONGEST_TEXT, Off};
use maille_domain::vocabulary::{Audience, Mode};
use maille_domain::{Category, Request};

use crate::analysis::{Word, all_words, is_tool};
use crate::answer::{Alert, By, Correction, Span};
use crate::query::Asked;
use crate::thesaurus::{Danger, thesaurus};

pub use correct::{Dictionary, NoListing};
pub use moment::Moment;
pub use phrases::Phrases;

/// How surely a danger leads to the kinds that help in it.
const IN_DANGER: f32 = 1.0;
/// What needs weigh beside a danger.
const BESIDE_DANGER: f32 = 0.7;

/// Something read in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Read<T> {
    pub what: T,
    pub by: By,
    pub span: Span,
}

/// A kind read, and how surely: 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct KindRead {
    pub kind: Category,
    pub weight: f32,
    pub by: By,
    pub span: Span,
}

/// All that a text was found to ask.
#[derive(Debug, Default)]
pub struct Reading {
    /// The place, as [`maille_territory::France::find`] is to be asked.
    pub place: Option<Read<String>>,
    /// Likeliest first.
    pub kinds: Vec<KindRead>,
    pub audiences: Vec<Read<Audience>>,
    pub age: Option<Read<u8>>,
    pub modes: Vec<Read<Mode>>,
    /// When help must be open.
    pub moment: Option<Read<Moment>>,
    pub alerts: Vec<Alert>,
    pub corrections: Vec<Correction>,
    /// The words for full text.
    pub asked: Asked,
    /// Those of them that nothing else was read in.
    pub text: String,
}

/// Expressions of the small files of the thesaurus, by all their words.
struct Expressions {
    people: Phrases<(Audience, Option<u8>)>,
    modes: Phrases<Mode>,
    fillers: Phrases<()>,
    /// By position in the thesaurus.
    alerts: Phrases<usize>,
    unless: Phrases<usize>,
}

static EXPRESSIONS: LazyLock<Expressions> = LazyLock::new(|| {
    let thesaurus = thesaurus();
    let mut expressions = Expressions {
        people: Phrases::default(),
        modes: Phrases::default(),
        fillers: Phrases::default(),
        alerts: Phrases::default(),
        unless: Phrases::default(),
    };
    for people in &thesaurus.people {
        for text in &people.words {
            expressions.people.insert(&all_words(text), (people.audience, people.age));
        }
    }
    for manner in &thesaurus.modes {
        manner.words.iter().for_each(|text| expressions.modes.insert(&all_words(text), manner.mode));
    }
    thesaurus.fillers.iter().for_each(|text| expressions.fillers.insert(&all_words(text), ()));
    for (at, danger) in thesaurus.alerts.iter().enumerate() {
        danger.words.iter().for_each(|text| expressions.alerts.insert(&all_words(text), at));
        danger.unless.iter().for_each(|text| expressions.unless.insert(&all_words(text), at));
    }
    expressions
});

/// Reads the text of a request. `now` is the local time of the asking; what is in `off` and the kinds set aside are not read,
/// and stay text.
pub fn read(request: &Request, off: &[Off], now: NaiveDateTime, dictionary: &dyn Dictionary) -> Reading {
    let text = request.text.as_str();
    let cut = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
    let text = &text[..cut];
    let mut words = all_words(text);
    phone::join(text, &mut words);
    let mut reading = Reading::default();
    if words.is_empty() {
        return reading;
    }
    let wanted = |what: Off| !off.contains(&what);
    // Words that something was read in, that full text is not asked for.
    let mut taken = vec![false; words.len()];
    // Words of a place: nothing else is read in them.
    let mut elsewhere = vec![false; words.len()];
    let unfinished = crate::query::is_unfinished(text, &words);

    if wanted(Off::Place)
        && let Some((place, range)) = place::read(text, &words)
    {
        reading.place = Some(place);
        elsewhere[range].fill(true);
    }
    if wanted(Off::Correction) {
        reading.corrections = correct::correct(&mut words, &elsewhere, unfinished, dictionary);
    }
    if wanted(Off::Place)
        && reading.place.is_none()
        && let Some((place, range)) = place::corrected(text, &words, &reading.corrections)
            .or_else(|| place::misspelt(&words, dictionary))
    {
        reading.place = Some(place);
        elsewhere[range].fill(true);
    }
    let free = |range: &Range<usize>| !elsewhere[range.clone()].iter().any(|place| *place);
    let span = |range: &Range<usize>| Some((words[range.start].span.start, words[range.end - 1].span.end));
    let said = |range: &Range<usize>, by| (by, span(range));

    for found in EXPRESSIONS.fillers.longest(&words) {
        taken[found.words].fill(true);
    }
    let idle = taken.clone();
    // Words that tell who asks for whom, and lead to no kind by themselves.
    let mut whom = vec![false; words.len()];
    for found in EXPRESSIONS.people.longest(&words).iter().filter(|found| free(&found.words)) {
        let (audience, age) = *found.says;
        if wanted(Off::Audience) {
            whom[found.words.clone()].fill(true);
            if reading.audiences.iter().all(|known| known.what != audience) {
                let (by, span) = said(&found.words, By::Text);
                reading.audiences.push(Read { what: audience, by, span });
            }
        }
        if wanted(Off::Age)
            && let Some(age) = age
            && reading.age.is_none()
        {
            let (by, span) = said(&found.words, By::Text);
            reading.age = Some(Read { what: age, by, span });
        }
    }
    if wanted(Off::Age)
        && let Some((age, range)) = people::age(text, &words).filter(|(_, range)| free(range))
    {
        let (by, span) = said(&range, By::Text);
        taken[range].fill(true);
        reading.age = Some(Read { what: age, by, span });
    }
    if wanted(Off::Mode) {
        for found in EXPRESSIONS.modes.longest(&words).iter().filter(|found| free(&found.words)) {
            taken[found.words.clone()].fill(true);
            if reading.modes.iter().all(|known| known.what != *found.says) {
                let (by, span) = said(&found.words, By::Text);
                reading.modes.push(Read { what: *found.says, by, span });
            }
        }
    }
    if wanted(Off::Time)
        && let Some((moment, range)) = moment::read(&words, now).filter(|(_, range)| free(range))
    {
        let (by, span) = said(&range, By::Text);
        taken[range].fill(true);
        reading.moment = Some(Read { what: moment, by, span });
    }
    let dangers = dangers(&words);

    let heard: Vec<usize> =
        (0..words.len()).filter(|at| !elsewhere[*at] && !is_tool(&words[*at].plain)).collect();
    let content: Vec<Word> = heard.iter().map(|at| words[*at].clone()).collect();
    let mut named = vec![false; words.len()];
    if wanted(Off::Category) {
        // What tells nothing of the need does not count in how much of a request a name is.
        let idle: Vec<bool> = heard.iter().map(|at| idle[*at]).collect();
        let telling: Vec<bool> = heard.iter().map(|at| !taken[*at] && !whom[*at]).collect();
        reading.kinds =
            kinds::read(text, &content, &telling, &idle, &reading.audiences, reading.age.as_ref());
        let helped = dangers.iter().any(|(danger, _)| !danger.kinds.is_empty());
        if helped {
            reading
                .kinds
                .iter_mut()
                .filter(|kind| kind.by == By::Need)
                .for_each(|kind| kind.weight *= BESIDE_DANGER);
        }
        for (danger, range) in &dangers {
            for kind in &danger.kinds {
                let (by, span) = said(range, By::Need);
                kinds::add(&mut reading.kinds, KindRead { kind: *kind, weight: IN_DANGER, by, span });
            }
        }
        reading.kinds.retain(|read| !request.set_aside.contains(&read.kind));
        reading.kinds.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        for kind in &reading.kinds {
            if let Some((start, end)) = kind.span {
                let inside = |word: &Word| word.span.start >= start && word.span.end <= end;
                words
                    .iter()
                    .enumerate()
                    .filter(|(_, word)| inside(word))
                    .for_each(|(at, _)| named[at] = true);
            }
        }
    }
    reading.alerts = dangers.into_iter().map(|(danger, _)| Alert::from(danger)).collect();
    let kept = |at: &usize| !taken[*at] && !elsewhere[*at] && !is_tool(&words[*at].plain);
    let left: Vec<&str> = (0..words.len())
        .filter(kept)
        .filter(|at| !named[*at] && !whom[*at])
        .map(|at| &text[words[at].span.clone()])
        .collect();
    reading.text = left.join(" ");
    let full_text: Vec<Word> = (0..words.len()).filter(kept).map(|at| words[at].clone()).collect();
    let unfinished =
        unfinished && full_text.last().is_some_and(|last| last.span == words[words.len() - 1].span);
    reading.asked = Asked::new(full_text, unfinished);
    reading
}

/// The dangers that words raise, each once, with the words.
fn dangers(words: &[Word]) -> Vec<(&'static Danger, Range<usize>)> {
    let taken_back: Vec<usize> = EXPRESSIONS.unless.all(words).iter().map(|found| *found.says).collect();
    let mut raised: Vec<(usize, Range<usize>)> =
        EXPRESSIONS.alerts.all(words).into_iter().map(|found| (*found.says, found.words)).collect();
    raised.retain(|(at, _)| !taken_back.contains(at));
    raised.sort_by_key(|(at, _)| *at);
    raised.dedup_by_key(|(at, _)| *at);
    raised.into_iter().map(|(at, range)| (&thesaurus().alerts[at], range)).collect()
}

impl From<&'static Danger> for Alert {
    fn from(danger: &'static Danger) -> Self {
        Alert { number: &danger.number, label: danger.label.clone(), why: danger.why.clone() }
    }
}
