//! Dates of the year that a rule of `opening_hours` begins with: `Jul-Aug`, `Dec 24-Jan 01`, `Dec 25,Jan 01`.

use maille_domain::clock::MONTHS;

use crate::french::{NO_BREAK, list};

/// The months of the syntax, in their order.
const CODES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Some dates of every year, or of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season(Vec<Period>);

/// From and to, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Period {
    from: Date,
    to: Date,
}

/// A month, or a day of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Date {
    year: Option<u32>,
    month: usize,
    day: Option<u32>,
}

impl Season {
    /// The dates that a rule begins with, if any, and the rest of it. `None` when they are more than words here can say.
    pub fn read(rule: &str) -> Option<(Option<Season>, &str)> {
        let Some((mut from, mut rest)) = Date::read(rule) else { return Some((None, rule)) };
        let mut periods = Vec::new();
        loop {
            let mut to = from;
            if let Some(after) = rest.strip_prefix('-') {
                (to, rest) = if let Some(read) = Date::read(after) {
                    read
                } else {
                    let (day, after) = day(after)?;
                    (Date { day: Some(day), ..from }, after)
                };
            }
            if from.day.is_some() != to.day.is_some() {
                return None;
            }
            periods.push(Period { from, to });
            match rest.strip_prefix(',') {
                Some(after) => (from, rest) = Date::read(after.trim_start())?,
                None => break,
            }
        }
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        (rest.is_empty() || rest.starts_with(' ')).then(|| (Some(Season(periods)), rest.trim_start()))
    }

    /// Whether two may share a date: they do share a month.
    pub fn meets(&self, other: &Season) -> bool {
        let months = |season: &Season| season.0.iter().fold(0_u16, |months, period| months | period.months());
        months(self) & months(other) != 0
    }

    /// `en juillet et août`, `du 24 décembre au 1er janvier`.
    pub fn words(&self) -> String {
        list(&self.0.iter().map(Period::words).collect::<Vec<_>>())
    }
}

impl Period {
    /// Its months, a bit for each.
    fn months(&self) -> u16 {
        let length = (self.to.month + 12 - self.from.month) % 12;
        (0..=length).map(|step| 1 << ((self.from.month + step) % 12)).sum()
    }

    fn words(&self) -> String {
        let Period { from, to } = self;
        let month = |date: &Date| format!("{}{}", MONTHS[date.month], year(date));
        match (from.day, to.day) {
            (Some(_), Some(_)) if from == to => format!("le {}", from.words()),
            (Some(first), Some(_)) if (from.year, from.month) == (to.year, to.month) => {
                format!("du {} au {}", ordinal(first), to.words())
            }
            (Some(_), Some(_)) => format!("du {} au {}", from.words(), to.words()),
            _ if from == to => format!("en {}", month(from)),
            _ if (from.month + 1) % 12 == to.month => format!("en {} et {}", month(from), month(to)),
            _ => {
                let from = month(from);
                let of = if from.starts_with(['a', 'o']) { "d’" } else { "de " };
                format!("{of}{from} à {}", month(to))
            }
        }
    }
}

impl Date {
    /// A date at the beginning of a text, and the rest: `Dec`, `Dec 24`, `2026 Dec 24`.
    fn read(text: &str) -> Option<(Date, &str)> {
        let (year, text) = match text.split_once(' ') {
            Some((year, rest)) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
                (year.parse().ok(), rest)
            }
            _ => (None, text),
        };
        let month = CODES.iter().position(|code| text.starts_with(code))?;
        let rest = &text[CODES[month].len()..];
        match rest.strip_prefix(' ').and_then(day) {
            Some((day, rest)) => Some((Date { year, month, day: Some(day) }, rest)),
            None => Some((Date { year, month, day: None }, rest)),
        }
    }

    fn words(&self) -> String {
        let day = self.day.map(ordinal).unwrap_or_default();
        format!("{day}{NO_BREAK}{}{}", MONTHS[self.month], year(self))
    }
}

fn year(date: &Date) -> String {
    date.year.map(|year| format!("{NO_BREAK}{year}")).unwrap_or_default()
}

fn ordinal(day: u32) -> String {
    if day == 1 { "1er".to_owned() } else { day.to_string() }
}

/// The day of a month at the beginning of a text, and the rest; the hour of a time is none.
fn day(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let day = digits.parse().ok().filter(|day| (1..=31).contains(day))?;
    let is_time = rest.strip_prefix(':').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    (!is_time).then_some((day, rest))
}
