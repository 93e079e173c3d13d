//! `GET /api/v1/places`: what a place field accepts.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use maille_territory::Place;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::not_stored;
use crate::error::{Error, Problem};
use crate::extract::{FromQuery, Query, Reader, quoted};
use crate::state::WebState;

const DEFAULT_LIMIT: usize = 10;
const MOST_LIMIT: usize = 50;

/// Places that answer a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Places)]
pub struct PlacesView {
    /// Best first.
    pub places: Vec<PlaceView>,
    /// No clear leader: ask, and do not take the first silently.
    pub ambiguous: bool,
}

/// A place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
pub struct PlaceView {
    /// `commune`, `arrondissement`, `departement`, `region`, `epci` or `territory`.
    pub kind: &'static str,
    /// COG code, SIREN of an EPCI, or code of the territory.
    pub code: String,
    /// Official name.
    pub name: String,
    /// Code of the département.
    pub departement: Option<String>,
    /// Legal population.
    pub population: u32,
    /// Latitude where distances start: the town hall of a commune, the centre of an area.
    pub lat: Option<f64>,
    /// Longitude.
    pub lon: Option<f64>,
    /// The alias, former name, postal or former code that answered, when it is not the name itself.
    pub matched: Option<String>,
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> PlaceView {
        PlaceView {
            kind: place.kind.as_str(),
            code: place.code.clone(),
            name: place.name.clone(),
            departement: place.departement.clone(),
            population: place.population,
            lat: place.point.map(|point| point.lat),
            lon: place.point.map(|point| point.lon),
            matched: place.matched.clone(),
        }
    }
}

/// The parameters.
#[derive(Debug)]
pub struct Parameters {
    q: String,
    limit: usize,
}

impl FromQuery for Parameters {
    fn from_query(reader: &mut Reader, _state: &WebState) -> Parameters {
        Parameters {
            q: reader.text("q"),
            limit: reader
                .one("limit", |text| match text.parse() {
                    Ok(limit) if (1..=MOST_LIMIT).contains(&limit) => Ok(limit),
                    _ => Err(format!("{} : attendu, un nombre entier de 1 à {MOST_LIMIT}", quoted(text))),
                })
                .unwrap_or(DEFAULT_LIMIT),
        }
    }
}

/// Which places does this text name?
#[utoipa::path(
    get,
    path = "/api/v1/places",
    tag = "places",
    params(
        ("q" = Option<String>, Query, description = "A name, a former name, a postal code, a COG code, as people type them"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 50, description = "Most places, 10 by default"),
    ),
    responses(
        (status = 200, description = "Best first; empty when nothing answers", body = PlacesView),
        (status = 400, description = "Parameters are wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn places(
    State(state): State<WebState>,
    Query(parameters): Query<Parameters>,
) -> Result<impl IntoResponse, Error> {
    let found = state.ask(move |node| node.places(&parameters.q, parameters.limit)).await?;
    let places = found.places.iter().map(PlaceView::from).collect();
    Ok((not_stored(), Json(PlacesView { places, ambiguous: found.ambiguous })))
}

#[cfg(test)]
mod tests {
    use crate::testing::get;

    #[tokio::test]
    async fn places_have_the_published_shape() {
        insta::assert_json_snapshot!("places", get("/api/v1/places?q=92007&limit=2").await.json());
        let none = get("/api/v1/places?q=").await;
        assert_eq!((none.status.as_u16(), none.json()["places"].as_array().unwrap().len()), (200, 0));
        assert_eq!(get("/api/v1/places?q=a&limit=0").await.wrong(), ["limit"]);
    }
}
