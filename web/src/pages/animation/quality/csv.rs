//! `/animation/qualite.csv`: the board, for a spreadsheet.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maille_store::quality::Quality;

use super::{Asked, LACKS, name, right, today};
use crate::error::Error;
use crate::extract::Query;
use crate::signed::Signed;
use crate::state::WebState;

/// `GET /animation/qualite.csv`.
pub async fn board(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (reach, today) = (asked.reach(&signed).await?, today(&state));
    let rows = signed.store.quality(asked.by, &reach, today).await?;
    let (by, what) = asked.way();
    let head = [what, "Code", "Fiches", "Jour médian de vérification"];
    let mut file = String::from('\u{feff}');
    line(&mut file, head.into_iter().chain(LACKS.iter().map(|(.., column)| *column)));
    for row in &rows {
        let (name, cells) = (name(asked.by, &row.key), numbers(row));
        line(&mut file, [&*name, &*row.key].into_iter().chain(cells.iter().map(String::as_str)));
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"qualite-{by}-{today}.csv\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}

fn numbers(row: &Quality) -> Vec<String> {
    let median = row.median.map(|day| day.to_string()).unwrap_or_default();
    let right = LACKS.iter().map(|(lack, ..)| right(row, *lack).to_string());
    [row.listings.to_string(), median].into_iter().chain(right).collect()
}

/// Writes a line, for a spreadsheet set in French.
fn line<'a>(file: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            file.push(';');
        }
        file.push('"');
        // What a spreadsheet would take for a formula is text.
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            file.push('\'');
        }
        file.push_str(&cell.replace('"', "\"\""));
        file.push('"');
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn no_cell_is_a_formula() {
        let mut file = String::new();
        let cells = ["=HYPERLINK(\"x\")", "-2+3", "@a", "+1", "\tx", "Équipe; du \"Sud\"", "92007", ""];
        line(&mut file, cells.into_iter());
        let expected = "\"'=HYPERLINK(\"\"x\"\")\";\"'-2+3\";\"'@a\";\"'+1\";\"'\tx\";\"Équipe; du \"\"Sud\"\"\";\"92007\";\"\"\r\n";
        assert_eq!(file, expected);
    }
}
