//! How a reader says what is wrong: where, what was found, what was expected.

use maille_domain::run::{Issue, Severity};

/// Longest text quoted from a source, in characters.
const LONGEST_FOUND: usize = 80;

/// A place in a file of lines and columns, for the issues it gets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spot<'a> {
    /// The file, as the operator named it.
    pub file: &'a str,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: Option<u64>,
    /// Identifier of the record.
    pub id: Option<&'a str>,
    /// Name of the column.
    pub field: Option<&'a str>,
}

impl Spot<'_> {
    /// An issue here.
    pub fn issue(&self, severity: Severity, found: &str, expected: impl Into<String>) -> Issue {
        Issue {
            severity,
            file: self.file.to_owned(),
            line: Some(self.line),
            column: self.column,
            id: self.id.map(shorten),
            field: self.field.filter(|field| !field.is_empty()).map(shorten),
            found: shorten(found),
            expected: expected.into(),
        }
    }
}

/// A text as a message quotes it: one line, no control characters, its beginning when it is long.
pub(crate) fn shorten(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = chars.by_ref().take(LONGEST_FOUND).collect();
    if chars.next().is_some() { short + "…" } else { short }
}
