//! `GET /api/v1/listings/{id}`: a listing with, for every field, who said it and when.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::hours::time_zone;
use maille_domain::listing::{Provenance, Said};
use maille_domain::{Check, Field, Listing, Presence};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::not_stored;
use crate::error::{Error, Missing, Problem};
use crate::state::WebState;

/// A listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Listing)]
pub struct ListingView {
    /// Identifier (UUID); another than the one asked, when that listing was found to be this one.
    pub id: String,
    /// Address of its page: `/ressources/{slug}`.
    pub slug: String,
    /// Day no source knew it any more, or a person hid it; it is then found by no search.
    pub withdrawn_on: Option<NaiveDate>,
    /// Its last checks by people of the directory: of the whole, and of fields that still say what they said then.
    pub checks: Vec<CheckView>,
    /// The records it is made of.
    pub sources: Vec<RecordView>,
    /// Its fields by name; those of which nobody says anything are absent.
    pub fields: BTreeMap<&'static str, FieldView>,
}

/// A check by a person of the directory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCheck)]
pub struct CheckView {
    /// The field that was checked alone; null for the whole listing.
    pub field: Option<&'static str>,
    /// The day.
    pub day: NaiveDate,
    /// How: `telephone`, `courriel` or `visite`.
    pub means: &'static str,
}

/// A record of a source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingSource)]
pub struct RecordView {
    /// Name of the source.
    pub source: String,
    /// Identifier in the source.
    pub source_id: String,
    /// When the source was last read with this record in it.
    pub last_seen: DateTime<Utc>,
}

/// A field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingField)]
pub struct FieldView {
    /// French label of the field.
    pub label: &'static str,
    /// The value: a text, a number, a list of texts (phones in E.164, coverages as `commune:92007`), or
    /// `{lat, lon, precision}` for `location`. Null when a decision emptied the field, or when what records say of it goes with
    /// another place or another age than those kept.
    pub value: Option<serde_json::Value>,
    /// Where it came from; null when nobody said it and it is the default (`status`).
    pub origin: Option<OriginView>,
    /// What the other records say, the same thing or another, the next to be believed first.
    pub others: Vec<SaidView>,
}

/// What a record says of a field besides the value kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingSaid)]
pub struct SaidView {
    /// Name of the source.
    pub source: String,
    /// Identifier of the record in the source.
    pub source_id: String,
    /// When the source was first read saying it.
    pub at: DateTime<Utc>,
    /// What it says, in the form of the field's value.
    pub value: serde_json::Value,
}

/// Where a value came from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Origin)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OriginView {
    /// A source said it.
    Source {
        /// Name of the source.
        source: String,
        /// Identifier of the record in the source.
        source_id: String,
        /// When the source was first read saying it.
        at: DateTime<Utc>,
    },
    /// A person decided it here. Who and why stay with the team: this is read by anybody.
    Override {
        /// When.
        at: DateTime<Utc>,
    },
}

impl From<&Listing> for ListingView {
    fn from(listing: &Listing) -> ListingView {
        let departement = listing.fields.commune().map(|commune| &*commune.departement);
        // What the team hid is not told by another door.
        let hidden = listing.presence == Some(Presence::Hidden);
        ListingView {
            id: listing.id.to_string(),
            slug: listing.slug.clone(),
            withdrawn_on: listing
                .withdrawn_at
                .map(|at| at.with_timezone(&time_zone(departement)).date_naive()),
            checks: listing.checks.iter().filter(|_| !hidden).map(CheckView::from).collect(),
            sources: listing
                .sources
                .iter()
                .filter(|_| !hidden)
                .map(|record| RecordView {
                    source: record.source.clone(),
                    source_id: record.source_id.clone(),
                    last_seen: record.last_seen,
                })
                .collect(),
            fields: if hidden { BTreeMap::new() } else { fields(listing) },
        }
    }
}

/// The fields of which somebody says or decided something.
fn fields(listing: &Listing) -> BTreeMap<&'static str, FieldView> {
    let mut values = listing.fields.to_values();
    let view = |field: Field| {
        let value = values.remove(&field);
        let origin = listing.provenance.get(&field).map(OriginView::from);
        let others = listing.others.get(&field).into_iter().flatten().map(SaidView::from).collect::<Vec<_>>();
        let said = value.is_some() || origin.is_some() || !others.is_empty();
        said.then(|| (field.name(), FieldView { label: field.label(), value, origin, others }))
    };
    Field::ALL.iter().copied().filter_map(view).collect()
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> CheckView {
        CheckView { field: check.field.map(Field::name), day: check.day, means: check.means.code() }
    }
}

impl From<&Said> for SaidView {
    fn from(said: &Said) -> SaidView {
        let Said { source, source_id, value, at } = said.clone();
        SaidView { source, source_id, at, value }
    }
}

impl From<&Provenance> for OriginView {
    fn from(provenance: &Provenance) -> OriginView {
        match provenance.clone() {
            Provenance::Source { source, source_id, at } => OriginView::Source { source, source_id, at },
            Provenance::Override { at, .. } => OriginView::Override { at },
        }
    }
}

/// A listing with, for every field, who said it and when, and what the other sources say of it.
#[utoipa::path(
    get,
    path = "/api/v1/listings/{id}",
    tag = "listings",
    params(("id" = String, Path, description = "Identifier (UUID), from a search; that of a listing found to be another leads to the other")),
    responses(
        (status = 200, description = "The listing, withdrawn or not", body = ListingView),
        (status = 404, description = "No such listing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn listing(
    State(state): State<WebState>,
    id: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, Error> {
    let missing = Error::NotFound(Missing::Listing);
    let id = id.ok().and_then(|Path(id)| id.parse().ok()).ok_or_else(|| missing.clone())?;
    let listing = state.ask(move |node| node.listing(id)).await?.ok_or(missing)?;
    Ok((not_stored(), Json(ListingView::from(&*listing))))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::{Field, ListingId};

    use crate::testing::{ask, besides, decided, get, listing, state_of};

    #[tokio::test]
    async fn a_listing_says_who_said_each_field() {
        let id = ListingId::founded_by("demo", "emg");
        insta::assert_json_snapshot!("listing", get(&format!("/api/v1/listings/{id}")).await.json());
    }

    #[tokio::test]
    async fn each_field_says_what_the_other_records_say() {
        let said = [
            (Field::Name, "Équipe mobile"),
            (Field::Category, "emg"),
            (Field::Phone, "01 99 00 00 01"),
            (Field::Cost, "payant"),
        ];
        let others =
            [(Field::Name, "EQUIPE MOBILE"), (Field::Phone, "01 99 00 00 09"), (Field::AgeMax, "99")];
        let mut several = decided(besides(listing("several", &said), "920000001", &others), Field::Cost, "");
        let merged = ListingId::founded_by("finess", "920000001");
        several.merged = vec![merged];
        let state = state_of("api-several", &[several.clone()]);
        let asked = |id: ListingId| {
            let path = format!("/api/v1/listings/{id}");
            ask(state.clone(), Request::get(path).body(Body::empty()).unwrap())
        };
        let told = asked(several.id).await.json();
        insta::assert_json_snapshot!("several", told);
        assert_eq!(asked(merged).await.json(), told, "the id of a merged listing leads to the one it is");
    }

    #[tokio::test]
    async fn a_withdrawn_listing_says_since_when() {
        let id = ListingId::founded_by("demo", "withdrawn");
        let answered = get(&format!("/api/v1/listings/{id}")).await;
        assert_eq!(answered.status, 200);
        assert_eq!(answered.json()["withdrawn_on"], "2026-09-01");
    }

    #[tokio::test]
    async fn no_listing_is_a_problem() {
        for id in ["00000000-0000-0000-0000-000000000000", "emg", "%FF"] {
            let answered = get(&format!("/api/v1/listings/{id}")).await;
            assert_eq!(answered.status, 404, "{id}");
            insta::allow_duplicates! { insta::assert_json_snapshot!("no_listing", answered.json()); }
        }
    }
}
