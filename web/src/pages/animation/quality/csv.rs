//! `/animation/qualite.csv`: the board, for a spreadsheet.

use axum::extract::State;
use axum::response::Response;
use maille_store::quality::Quality;

use super::{Asked, LACKS, name, right};
use crate::csv::Csv;
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
    let (reach, today) = (asked.reach(&signed).await?, state.today());
    let rows = signed.store.quality(asked.by, &reach, today).await?;
    let (by, what) = asked.way();
    let head = [what, "Code", "Fiches", "Jour médian de vérification"];
    let mut file = Csv::of(head.into_iter().chain(LACKS.iter().map(|(.., column)| *column)));
    for row in &rows {
        let (name, cells) = (name(asked.by, &row.key), numbers(row));
        file.line([&*name, &*row.key].into_iter().chain(cells.iter().map(String::as_str)));
    }
    Ok(file.respond(&format!("qualite-{by}-{today}")))
}

fn numbers(row: &Quality) -> Vec<String> {
    let median = row.median.map(|day| day.to_string()).unwrap_or_default();
    let right = LACKS.iter().map(|(lack, ..)| right(row, *lack).to_string());
    [row.listings.to_string(), median].into_iter().chain(right).collect()
}
