//! Tables for a spreadsheet set in French.

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// A table that is being written.
#[derive(Debug)]
pub struct Csv(String);

impl Csv {
    /// One of these columns.
    pub fn of<'a>(columns: impl IntoIterator<Item = &'a str>) -> Csv {
        // Spreadsheets take a file for UTF-8 by this mark.
        let mut csv = Csv(String::from('\u{feff}'));
        csv.line(columns);
        csv
    }

    /// Writes a line.
    pub fn line<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (position, cell) in cells.into_iter().enumerate() {
            if position > 0 {
                self.0.push(';');
            }
            self.0.push('"');
            // What a spreadsheet would take for a formula is text.
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                self.0.push('\'');
            }
            self.0.push_str(&cell.replace('"', "\"\""));
            self.0.push('"');
        }
        self.0.push_str("\r\n");
    }

    /// Sends it as a file of this name, which has no extension; nobody keeps it on the way.
    pub fn respond(self, name: &str) -> Response {
        let admitted = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let name: String = name.chars().map(admitted).collect();
        let headers = [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
            (CACHE_CONTROL, "no-store".to_owned()),
        ];
        (headers, self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let mut csv = Csv::of(["Nom", "Nombre"]);
        csv.line(["=HYPERLINK(\"x\")", "-2+3", "@a", "+1", "\tx", "Équipe; du \"Sud\"", "92007", ""]);
        let expected = "\u{feff}\"Nom\";\"Nombre\"\r\n\
            \"'=HYPERLINK(\"\"x\"\")\";\"'-2+3\";\"'@a\";\"'+1\";\"'\tx\";\"Équipe; du \"\"Sud\"\"\";\"92007\";\"\"\r\n";
        assert_eq!(csv.0, expected);
    }

    #[test]
    fn the_name_of_a_file_is_plain() {
        let response = Csv::of([]).respond("activite-2026-T4-\"é\"; x");
        assert_eq!(
            response.headers()[CONTENT_DISPOSITION],
            "attachment; filename=\"activite-2026-T4-_____x.csv\""
        );
    }
}
