//! The sheet of a call: it fills itself with what a search understood, but for what somebody said by hand.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{AgeBand, Answer, Channel, Home, Requester, Subject};
use crate::Category;
use crate::codes::codes;
use crate::identity::{Found, Known, scan};
use crate::invisible::is_invisible;

/// Longest need or note, in characters.
pub const LONGEST_TEXT: usize = 1_000;

/// A free text of a sheet: short, and telling nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetText(String);

/// Why a text is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is too long.
    Long,
    /// It may tell who a person is; where, in bytes of the text as [`SheetText::clean`] has it.
    Tells(Vec<Found>),
}

impl SheetText {
    /// Reads a text typed on `today`; `known` are the contacts of resources, which may stand in it.
    ///
    /// # Errors
    /// [`Refused`]: nothing is cut, and nothing that may tell who a person is is kept.
    pub fn read(typed: &str, known: &Known, today: NaiveDate) -> Result<SheetText, Refused> {
        let text = SheetText::clean(typed);
        if text.chars().count() > LONGEST_TEXT {
            return Err(Refused::Long);
        }
        let found = scan(&text, known, today);
        if found.is_empty() { Ok(SheetText(text)) } else { Err(Refused::Tells(found)) }
    }

    /// A text without what is invisible, where a tab is a space.
    pub fn clean(typed: &str) -> String {
        let text = typed.replace("\r\n", "\n");
        let spaced = |c: char| if c.is_control() && c.is_whitespace() && c != '\n' { ' ' } else { c };
        let shown = |c: &char| *c == '\n' || !(c.is_control() || is_invisible(*c));
        text.trim().chars().map(spaced).filter(shown).collect()
    }

    /// A text that was read before it was kept.
    pub fn kept(text: String) -> SheetText {
        SheetText(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

codes! {
    /// What a search fills in by itself, until somebody says otherwise.
    Part {
        Need = "besoin", "Besoin";
        Home = "domicile", "Lieu de vie";
        Subject = "parcours", "Parcours";
        AgeBand = "age", "Âge";
        Answer = "reponse", "Réponse";
    }
}

/// What a sheet says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What was searched last.
    pub query: SheetText,
    /// What is asked.
    pub need: SheetText,
    /// The kinds of resource that were understood.
    pub categories: Vec<Category>,
    /// Where the person lives.
    pub home: Option<Home>,
    /// What it is counted under.
    pub subject: Option<Subject>,
    /// How old the person is.
    pub age_band: Option<AgeBand>,
    /// Who asks.
    pub requester: Option<Requester>,
    /// How the request came.
    pub channel: Option<Channel>,
    /// What was answered.
    pub answer: Option<Answer>,
    /// Whatever else whoever goes on with it should know.
    pub note: SheetText,
    /// Whether nobody on the territory answers the need.
    pub unmet: bool,
    /// Whether whoever called is to be called back.
    pub recall: bool,
    /// What was said by hand: no search changes it any more.
    pub by_hand: BTreeSet<Part>,
}

/// What a search understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The text of the search.
    pub query: SheetText,
    /// Kinds of resource.
    pub categories: Vec<Category>,
    /// Where the person lives.
    pub home: Option<Home>,
    /// What it is about.
    pub subject: Option<Subject>,
    /// How old the person is.
    pub age_band: Option<AgeBand>,
}

impl Sheet {
    /// Takes what a search understood, but for what was said by hand.
    pub fn fill(&mut self, read: Read) {
        let free = |part: Part| !self.by_hand.contains(&part);
        let (need, home, subject, age) = (Part::Need, Part::Home, Part::Subject, Part::AgeBand);
        let [need, home, subject, age] = [need, home, subject, age].map(free);
        if need {
            self.need = read.query.clone();
        }
        if home && read.home.is_some() {
            self.home = read.home;
        }
        if subject && read.subject.is_some() {
            self.subject = read.subject;
        }
        if age && read.age_band.is_some() {
            self.age_band = read.age_band;
        }
        self.query = read.query;
        self.categories = read.categories;
        if self.channel.is_none() {
            self.channel = Some(Channel::Phone);
        }
    }

    /// What is answered as things stand, unless somebody said so: `outside` when the person lives where another desk answers,
    /// `given` how many resources were given.
    pub fn conclude(&mut self, outside: bool, given: usize) {
        if self.by_hand.contains(&Part::Answer) {
            return;
        }
        self.answer = Some(match (outside, given) {
            (true, _) => Answer::Outside,
            (false, 0) => Answer::Information,
            (false, _) => Answer::Orientation,
        });
    }

    /// Notes which parts differ from what was shown: those were said by hand.
    pub fn compare(&mut self, shown: &Sheet) {
        let differs = [
            (Part::Need, self.need != shown.need),
            (Part::Home, self.home != shown.home),
            (Part::Subject, self.subject != shown.subject),
            (Part::AgeBand, self.age_band != shown.age_band),
            (Part::Answer, self.answer != shown.answer),
        ];
        let said = differs.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part);
        self.by_hand = shown.by_hand.iter().copied().chain(said).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> SheetText {
        SheetText::read(text, &Known::default(), NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()).unwrap()
    }

    #[test]
    fn a_text_that_tells_who_is_refused_as_a_whole() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let read = |text: &str| SheetText::read(text, &Known::default(), today);
        assert_eq!(text(" confus, seul\r\nà domicile ").as_str(), "confus, seul\nà domicile");
        assert!(matches!(read("Mme Martin, confuse"), Err(Refused::Tells(found)) if found.len() == 1));
        assert!(matches!(read("Mme\tMartin, confuse"), Err(Refused::Tells(_))));
        assert_eq!(read(&"x".repeat(LONGEST_TEXT + 1)), Err(Refused::Long));
    }

    #[test]
    fn a_search_fills_the_sheet_but_for_what_was_said_by_hand() {
        let mut sheet = Sheet::default();
        let read = |query: &str, age| Read {
            query: text(query),
            home: Some(Home::Commune("92007".to_owned())),
            age_band: Some(age),
            ..Read::default()
        };
        sheet.fill(read("homme confus bagneux 82 ans", AgeBand::Oldest));
        sheet.conclude(false, 0);
        assert_eq!(
            (sheet.need.as_str(), sheet.age_band),
            ("homme confus bagneux 82 ans", Some(AgeBand::Oldest))
        );
        assert_eq!((sheet.channel, sheet.answer), (Some(Channel::Phone), Some(Answer::Information)));
        let shown = sheet.clone();
        sheet.need = text("évaluation gériatrique");
        sheet.answer = Some(Answer::Coordination);
        sheet.compare(&shown);
        sheet.fill(read("emg bagneux 70 ans", AgeBand::Older));
        sheet.conclude(true, 2);
        assert_eq!(
            (sheet.need.as_str(), sheet.query.as_str()),
            ("évaluation gériatrique", "emg bagneux 70 ans")
        );
        assert_eq!((sheet.age_band, sheet.answer), (Some(AgeBand::Older), Some(Answer::Coordination)));
        assert_eq!(sheet.by_hand, BTreeSet::from([Part::Need, Part::Answer]));
    }

    #[test]
    fn a_search_that_understands_less_takes_nothing_away() {
        let mut sheet =
            Sheet { home: Some(Home::Homeless), subject: Some(Subject::Precarity), ..Sheet::default() };
        sheet.fill(Read { query: text("115"), ..Read::default() });
        assert_eq!((sheet.home, sheet.subject), (Some(Home::Homeless), Some(Subject::Precarity)));
    }
}
