//! The header of anybody's table: below titles and blank lines, under names that are not ours.

use std::collections::HashSet;

use maille_territory::fold;

use crate::spreadsheet::ANOMALY;

use super::encoding::Decoder;
use super::input::Input;
use super::records::Records;

/// How far down a header is looked for, in rows.
pub(crate) const FARTHEST: usize = 100;

/// The names by which a header is recognised, and where it is when that is known.
#[derive(Debug)]
pub(crate) struct Headers {
    /// Folded.
    known: HashSet<String>,
    /// Its line, from 1.
    pub line: Option<u64>,
}

/// How the rows of a table are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub separator: u8,
    /// Line of the header, from 1; none: the first that is not blank.
    pub line: Option<u64>,
}

impl Headers {
    /// Names in any case, with or without accents.
    pub fn new<'a>(known: impl IntoIterator<Item = &'a str>, line: Option<u64>) -> Headers {
        let known = known.into_iter().map(fold).filter(|name| !name.is_empty()).collect();
        Headers { known, line }
    }

    /// Whether a row is the header of refused rows that come back: theirs is the first, wherever it was in the file that they
    /// were in.
    pub fn comes_back(&self, names: &[String]) -> bool {
        names.iter().any(|name| fold(name) == ANOMALY) && self.count(names.iter().map(String::as_str)) > 0
    }

    /// How many of the names of a row are known ones.
    pub fn count<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> usize {
        let folded: HashSet<String> = names.into_iter().map(fold).collect();
        folded.iter().filter(|name| self.known.contains(*name)).count()
    }

    /// The line that names most columns, under the separator with which it does; the first of those that name as many.
    pub(super) fn find(&self, start: &[u8]) -> Start {
        let mut best = (Start { separator: b',', line: self.line }, (0, 0));
        for separator in *b",;\t|" {
            let mut quiet = |_| {};
            let mut records = Records::new(Input::new(start, &mut quiet), separator);
            let mut position = 0;
            // Bytes in memory are read without fault.
            while let Ok(Some(record)) = records.next() {
                position += 1;
                if position > FARTHEST || (position > 1 && self.line.is_some_and(|line| record.line > line)) {
                    break;
                }
                let mut decoder = Decoder::default();
                let names: Vec<String> = record
                    .cells()
                    .map(|cell| {
                        decoder.decode(cell).unwrap_or_else(|| String::from_utf8_lossy(cell).into_owned())
                    })
                    .collect();
                if position == 1 && self.comes_back(&names) {
                    return Start { separator, line: Some(record.line) };
                }
                if self.line.is_some_and(|line| record.line != line) {
                    continue;
                }
                let known = self.count(names.iter().map(String::as_str));
                // Cells alone count for the two separators of the format only: a text with tabs is no table.
                let first = position == 1 || self.line.is_some();
                let counts = matches!(separator, b',' | b';') && (known > 0 || first);
                let score = (known, if counts { names.len() } else { 0 });
                if score > best.1 {
                    best = (Start { separator, line: Some(record.line) }, score);
                }
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, line: Option<u64>) -> (char, Option<u64>) {
        let start = Headers::new(["Nom", "Téléphone", "Ville"], line).find(text.as_bytes());
        (start.separator.into(), start.line)
    }

    #[test]
    fn a_header_is_the_line_that_names_most_columns() {
        for (text, line, expected) in [
            ("Nom;Ville\na;b", None, (';', Some(1))),
            ("Annuaire 2026\n\nNOM,telephone,ville\nVille,b,c", None, (',', Some(3))),
            ("Annuaire;;\nNom;x;y\na;Nom;Ville", Some(2), (';', Some(2))),
            ("a;b;c\nd,e", None, (';', Some(1))),
            ("Nom,Anomalie\na,b\nNom,Ville", Some(3), (',', Some(1))),
            ("Nom\tVille", None, ('\t', Some(1))),
            ("un texte\tsans titres", None, (',', Some(1))),
        ] {
            assert_eq!(found(text, line), expected, "{text}");
        }
    }
}
