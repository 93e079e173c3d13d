//! The JSON object that a program sends.

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::hours::time_zone;
use maille_domain::{clock, reason};
use serde_json::{Map, Value};

use crate::error::WrongParameter;

/// What was sent, read property by property; those that nobody asked for are ignored.
pub struct Body {
    sent: Map<String, Value>,
    /// What is wrong with those that were read.
    pub wrong: Vec<WrongParameter>,
}

impl Body {
    /// Nothing of it was read yet.
    pub fn of(sent: Map<String, Value>) -> Body {
        Body { sent, wrong: Vec::new() }
    }

    /// Says what is wrong with a property.
    pub fn wrong(&mut self, property: &str, detail: &str) {
        self.wrong.push(WrongParameter::new(property, detail));
    }

    /// A text that must be there, or null, which is an empty one.
    pub fn text(&mut self, property: &str) -> Option<String> {
        match self.sent.get(property) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Null) => Some(String::new()),
            Some(_) => {
                self.wrong(property, "attendu un texte, ou null");
                None
            }
            None => {
                self.wrong(property, "absent, attendu un texte, ou null");
                None
            }
        }
    }

    /// A text, when there is one.
    pub fn given(&mut self, property: &str) -> Option<String> {
        match self.sent.get(property) {
            None | Some(Value::Null) => None,
            Some(_) => self.text(property),
        }
    }

    /// Why.
    pub fn reason(&mut self) -> Option<String> {
        let given = self.sent.get("reason").and_then(Value::as_str).unwrap_or_default();
        reason::parse(given).map_err(|expected| self.wrong("reason", &format!("attendu {expected}"))).ok()
    }

    /// When the correction ends, if it does.
    pub fn until(&mut self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ()> {
        let today = now.with_timezone(&time_zone(None)).date_naive();
        let given = match self.sent.get("until") {
            None | Some(Value::Null) => return Ok(None),
            Some(given) => given.as_str().and_then(|day| day.parse::<NaiveDate>().ok()),
        };
        let end =
            given.filter(|day| (today..=today + clock::LONGEST_HOLD).contains(day)).and_then(clock::end_of);
        if end.is_none() {
            self.wrong("until", "attendu un jour à venir, dans les cinq ans (2026-12-31)");
        }
        end.map(Some).ok_or(())
    }
}
