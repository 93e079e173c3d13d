//! What was understood of hours that somebody types, said back in words.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use maille_domain::Act;
use maille_domain::hours::{Hours, plain};
use serde::Serialize;

use crate::error::Error;
use crate::extract::{FromQuery, Query, Reader};
use crate::french::{self, hours};
use crate::signed::Signed;
use crate::state::WebState;

/// What was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// The days and their hours.
    lines: Vec<Said>,
    /// What is said instead, when nothing was typed, or understood.
    note: Option<String>,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The days.
    pub days: String,
    /// The hours.
    pub hours: String,
}

impl Heard {
    /// What is understood of this text.
    pub fn of(text: &str, today: NaiveDate) -> Heard {
        if text.trim().is_empty() {
            return Heard::note("Rien : les horaires ne sont pas renseignés.");
        }
        match plain::read(text) {
            Ok(read) => Heard::read(&read, today),
            Err(found) => Heard::note(&format!("Ces mots ne sont pas compris : {found}.")),
        }
    }

    fn read(read: &Hours, today: NaiveDate) -> Heard {
        let table = hours::table(read.as_str());
        // What no table says is said of the days to come.
        let (lines, note) = match table {
            Some(lines) => (Some(lines), None),
            None => (hours::coming_days(read, today, None), Some("Les sept jours qui viennent :")),
        };
        let Some(lines) = lines else {
            return Heard::note("Ces horaires sont gardés tels quels : ils ne se disent pas en un tableau.");
        };
        let said = lines.into_iter().map(|line| Said { days: line.days, hours: line.hours });
        Heard { lines: said.collect(), note: note.map(french::typography) }
    }

    fn note(note: &str) -> Heard {
        Heard { lines: Vec::new(), note: Some(french::typography(note)) }
    }

    /// The lines of the table.
    pub fn lines(&self) -> &[Said] {
        &self.lines
    }

    /// What is said beside them, or instead.
    pub fn said_besides(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// What is asked of the words of hours.
#[derive(Debug)]
pub struct Asked(String);

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        Asked(reader.text("texte"))
    }
}

/// `GET /animation/horaires?texte=`: for the script, while one types.
pub async fn heard(
    State(state): State<WebState>,
    signed: Signed,
    Query(Asked(text)): Query<Asked>,
) -> Result<Response, Error> {
    signed.reach(Act::Correct)?;
    let today = state.today();
    Ok(Json(Heard::of(&text, today)).into_response())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A week as a sign says it: for each day, and public holidays, nothing, closed, or openings in half hours.
    fn week() -> impl Strategy<Value = Vec<Option<Vec<(u32, u32)>>>> {
        let span = (0_u32..10, 1_u32..10).prop_map(|(wait, length)| (wait, length));
        let openings = prop::collection::vec(span, 1..4).prop_map(|spans| {
            let mut at = 12;
            let mut openings = Vec::new();
            for (wait, length) in spans {
                let (from, to) = (at + wait + 1, at + wait + 1 + length);
                if to <= 48 {
                    openings.push((from, to));
                }
                at = to;
            }
            openings
        });
        let openings = openings.prop_filter("opens", |openings| !openings.is_empty());
        // Few of them, so that days are alike.
        prop::collection::vec(openings, 1..3).prop_flat_map(|few| {
            let day = prop_oneof![Just(None), prop::sample::select(few).prop_map(Some)];
            prop::collection::vec(day, 8)
        })
    }

    fn written(week: &[Option<Vec<(u32, u32)>>]) -> String {
        const CODES: [&str; 8] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH"];
        let clock = |half: u32| format!("{:02}:{:02}", half / 2, half % 2 * 30);
        let rules = week.iter().zip(CODES).filter_map(|(openings, code)| {
            let spans = openings.as_ref()?.iter();
            let spans: Vec<String> =
                spans.map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect();
            Some(format!("{code} {}", spans.join(",")))
        });
        rules.collect::<Vec<_>>().join("; ")
    }

    proptest! {
        /// What the sheet says of hours is read back as the same hours.
        #[test]
        fn words_are_read_back(week in week()) {
            let hours: Option<Hours> = written(&week).parse().ok();
            prop_assume!(hours.is_some() && week[..7].iter().any(Option::is_some));
            let hours = hours.unwrap();
            let lines = hours::table(hours.as_str()).unwrap();
            let words: Vec<String> =
                lines.iter().map(|line| format!("{} : {}", line.days, line.hours)).collect();
            for words in [words.join("\n"), words.join("; ")] {
                let back = plain::read(&words).map_err(TestCaseError::fail)?;
                // A week without a public holiday, and one with two.
                for first in ["2026-11-16", "2026-12-21"] {
                    let first: NaiveDate = first.parse().unwrap();
                    for day in first.iter_days().take(14) {
                        prop_assert_eq!(
                            back.openings(day, Some("92")), hours.openings(day, Some("92")), "{} → {}", words, back.as_str()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn hours_are_said_back() {
        let today = "2026-11-20".parse().unwrap();
        let heard = Heard::of("lundi au vendredi 9h-12h", today);
        assert_eq!(heard.lines()[0].days, "Du lundi au vendredi");
        assert!(Heard::of("le matin", today).said_besides().unwrap().contains("matin"));
        assert_eq!(Heard::of("Mo[1] 09:00-12:00", today).lines().len(), 7);
        assert!(Heard::of(" ", today).lines().is_empty());
    }
}
