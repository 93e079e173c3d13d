//! `/accueil/activite.csv`: the tables, in long form.

use axum::extract::State;
use axum::response::Response;

use super::tables::HIDDEN;
use super::{Asked, Told, look};
use crate::csv::Csv;
use crate::error::Error;
use crate::extract::Query;
use crate::french;
use crate::signed::Signed;
use crate::state::WebState;

/// `GET /accueil/activite.csv`.
pub async fn file(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (chosen, activity, told) = look(&state, &signed, &asked).await?;
    let mut name = format!("activite-{}", asked.period);
    if let Some(code) = chosen.code() {
        name = format!("{name}-{code}");
    }
    if asked.published {
        name.push_str("-a-diffuser");
    }
    Ok(written(&told, activity.median.filter(|_| !asked.published)).respond(&name))
}

fn written(told: &Told, median: Option<u64>) -> Csv {
    let mut file = Csv::of(["Table", "Code", "Libellé", "Nombre", "Part (%)"]);
    let number = |number: Option<u64>| number.map_or_else(|| HIDDEN.to_owned(), |number| number.to_string());
    file.line(["volume", "appels", "Appels terminés", &number(told.all), ""]);
    for table in &told.tables {
        for row in &table.rows {
            let share =
                table.share(row).map(|share| french::decimal(share as f64 / 10.0)).unwrap_or_default();
            file.line([table.code, &row.code, &row.name, &number(row.calls), &share]);
        }
    }
    for table in told.tables.iter().filter(|table| table.unmet) {
        let code = format!("besoin-non-couvert-par-{}", table.code);
        for row in &table.rows {
            file.line([&*code, &row.code, &row.name, &number(row.unmet), ""]);
        }
    }
    if let Some(median) = median {
        file.line(["duree", "mediane", "Durée médiane (secondes)", &median.to_string(), ""]);
    }
    file
}
