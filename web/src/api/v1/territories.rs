//! `GET /api/v1/territories/{commune}`: who coordinates care there?

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maille_index::answer::TerritoryOf;
use serde::Serialize;
use utoipa::ToSchema;

use super::HitView;
use crate::api::not_stored;
use crate::error::{Error, Missing, Problem};
use crate::place::{CommuneMeant, commune_meant};
use crate::state::WebState;

/// Who coordinates care in a commune; empty lists mean unknown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TerritoryOf)]
pub struct TerritoryView<'a> {
    /// COG code of the commune.
    pub commune: String,
    /// The coordination territories that hold it.
    pub territories: Vec<TerritoryNameView>,
    /// Its DAC.
    pub dac: Vec<HitView<'a>>,
    /// Its CPTS.
    pub cpts: Vec<HitView<'a>>,
    /// Its MDPH.
    pub mdph: Vec<HitView<'a>>,
}

/// A coordination territory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TerritoryName)]
pub struct TerritoryNameView {
    /// Code, for `place=territory:CODE`.
    pub code: String,
    /// Whose territory it is: `dac`, `cpts`…
    pub kind: String,
    /// Name.
    pub name: String,
}

impl<'a> From<&'a TerritoryOf> for TerritoryView<'a> {
    fn from(of: &'a TerritoryOf) -> TerritoryView<'a> {
        let hits = |hits: &'a [maille_index::answer::Hit]| hits.iter().map(HitView::from).collect();
        TerritoryView {
            commune: of.commune.code.to_string(),
            territories: of
                .territories
                .iter()
                .map(|territory| TerritoryNameView {
                    code: territory.code.clone(),
                    kind: territory.kind.clone(),
                    name: territory.name.clone(),
                })
                .collect(),
            dac: hits(&of.dac),
            cpts: hits(&of.cpts),
            mdph: hits(&of.mdph),
        }
    }
}

/// Who coordinates care in this commune?
#[utoipa::path(
    get,
    path = "/api/v1/territories/{commune}",
    tag = "places",
    params(("commune" = String, Path, description = "A COG code, a postal code or a name")),
    responses(
        (status = 200, description = "Its territories, DAC, CPTS and MDPH", body = TerritoryView),
        (status = 404, description = "No such commune, or several", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn territories(
    State(state): State<WebState>,
    commune: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(commune) = commune.map_err(|_| Error::NotFound(Missing::Commune))?;
    let now = state.now();
    let of = state
        .ask(move |node| match commune_meant(node, &commune) {
            CommuneMeant::One(place) => node.territories_of(&place.code, now).ok_or(Missing::Commune),
            CommuneMeant::Several => Err(Missing::OneCommune),
            CommuneMeant::Unknown => Err(Missing::Commune),
        })
        .await?
        .map_err(Error::NotFound)?;
    Ok((not_stored(), Json(TerritoryView::from(&of))).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::get;

    #[tokio::test]
    async fn a_territory_has_the_published_shape() {
        insta::assert_json_snapshot!("territory", get("/api/v1/territories/92007").await.json());
    }

    #[tokio::test]
    async fn a_commune_is_a_code_a_postal_code_or_a_name() {
        for (asked, code) in
            [("92007", "92007"), ("92220", "92007"), ("Sceaux%20(92)", "92071"), ("31555", "31555")]
        {
            assert_eq!(get(&format!("/api/v1/territories/{asked}")).await.json()["commune"], code, "{asked}");
        }
        for asked in ["zzzzzz", "99999", "%FF", "Saint-Denis"] {
            let answered = get(&format!("/api/v1/territories/{asked}")).await;
            assert_eq!(answered.status, 404, "{asked}");
            assert_eq!(answered.header("content-type"), "application/problem+json");
        }
    }

    #[tokio::test]
    async fn nobody_known_is_empty_lists() {
        let territory = get("/api/v1/territories/29019").await.json();
        assert_eq!(territory["dac"], serde_json::json!([]));
        assert_eq!(territory["territories"], serde_json::json!([]));
    }
}
