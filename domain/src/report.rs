//! What somebody says is wrong with a sheet. Nobody is asked who they are.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::ListingId;
use crate::codes::codes;
use crate::hours::time_zone;

codes! {
    /// What is wrong.
    Reason {
        Closed = "ferme", "Le service a fermé";
        NoAnswer = "ne-repond-plus", "Le service ne répond plus";
        Hours = "horaires", "Les horaires sont faux";
        Territory = "territoire", "Le territoire desservi est inexact";
        Criteria = "criteres", "Le public ou les critères sont inexacts";
        Full = "sature", "Le service est saturé";
        Other = "autre", "Autre chose";
    }
}

impl Reason {
    /// Whether the reason says nothing without a text.
    pub const fn needs_words(self) -> bool {
        matches!(self, Reason::Other)
    }
}

codes! {
    /// On which side of the service the reporter is, for who cares to say.
    Reporter {
        Professional = "professionnel", "Un professionnel qui oriente vers ce service";
        Concerned = "personne", "Une personne concernée ou un proche";
        Service = "service", "Le service lui-même";
    }
}

/// The text of a report: as typed, without what only a machine sees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReportText(String);

/// A text longer than a report takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{found} caractères au lieu de {} au plus", ReportText::MOST)]
pub struct TooLong {
    /// How many characters there are.
    pub found: usize,
}

impl ReportText {
    /// Most characters.
    pub const MOST: usize = 2_000;

    /// Reads what was typed. Browsers write two characters for the end of a line; it counts as one.
    ///
    /// # Errors
    /// [`TooLong`]: nothing is cut behind anybody's back.
    pub fn read(typed: &str) -> Result<ReportText, TooLong> {
        let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = lines.chars().filter(|c| *c == '\n' || !is_control(*c)).collect();
        let text = text.trim().to_owned();
        let found = text.chars().count();
        if found > ReportText::MOST { Err(TooLong { found }) } else { Ok(ReportText(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What commands a screen rather than writes: control characters, and those that turn the direction of what follows.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The same for the same words about the same listing on the same day: sent twice, it is one report.
    pub id: Uuid,
    /// The listing.
    pub listing: ListingId,
    /// What is wrong.
    pub reason: Reason,
    /// Who says so, if they said.
    pub reporter: Option<Reporter>,
    /// In their words.
    pub text: ReportText,
    /// When it was sent.
    pub at: DateTime<Utc>,
}

impl Report {
    const NAMESPACE: Uuid = Uuid::from_u128(0x6d61_696c_6c65_4d4c_9a31_7265_706f_7274);

    /// What was sent at this instant.
    pub fn new(
        listing: ListingId,
        reason: Reason,
        reporter: Option<Reporter>,
        text: ReportText,
        at: DateTime<Utc>,
    ) -> Report {
        let day = at.with_timezone(&time_zone(None)).date_naive();
        let by = reporter.map_or("", Reporter::code);
        let said = format!("{listing}\0{day}\0{reason}\0{by}\0{}", text.as_str());
        Report { id: Uuid::new_v5(&Self::NAMESPACE, said.as_bytes()), listing, reason, reporter, text, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_as_typed_without_what_commands_a_screen() {
        let typed = " Fermé\r\ndepuis\rjuin\u{0}\u{1b}[2J \u{202e}à l’envers\u{9b}, <b>3 < 5</b> ";
        assert_eq!(
            ReportText::read(typed).unwrap().as_str(),
            "Fermé\ndepuis\njuin[2J à l’envers, <b>3 < 5</b>"
        );
        assert!(ReportText::read(" \r\n\u{0} ").unwrap().is_empty());
    }

    #[test]
    fn a_text_is_refused_whole_when_it_is_too_long() {
        let longest = format!("{}\r\n", "é\r\n".repeat(999) + "é🙂");
        assert_eq!(ReportText::read(&longest).unwrap().as_str().chars().count(), ReportText::MOST);
        assert_eq!(ReportText::read(&format!("{longest}éé")), Err(TooLong { found: 2_003 }));
    }

    #[test]
    fn the_same_words_on_one_day_are_one_report() {
        let listing = ListingId::founded_by("demo", "emg");
        let at = |instant: &str| {
            let text = ReportText::read("fermé").unwrap();
            Report::new(listing, Reason::Closed, None, text, instant.parse().unwrap())
        };
        let first = at("2026-11-20T10:00:00Z");
        assert_eq!(first.id, at("2026-11-20T22:59:00Z").id, "the day is that of Paris");
        assert_ne!(first.id, at("2026-11-20T23:00:00Z").id);
        let other =
            Report::new(listing, Reason::Closed, Some(Reporter::Service), first.text.clone(), first.at);
        assert_ne!(first.id, other.id);
    }
}
