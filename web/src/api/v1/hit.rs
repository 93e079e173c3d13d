//! A listing as a search finds it, the same in `search` and in `territories`.

use chrono::NaiveDate;
use maille_index::answer::Hit;
use serde::Serialize;
use utoipa::ToSchema;

/// A listing found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitView {
    /// Identifier (UUID), for `/api/v1/listings/{id}`.
    pub id: String,
    /// Address of its page: `/ressources/{slug}`.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Sigle.
    pub acronym: Option<String>,
    /// Code of the kind of resource (`emg`); its label is in the facets.
    pub category: &'static str,
    /// Who runs it.
    pub organization: Option<String>,
    /// COG code of the commune of its main site.
    pub commune: Option<String>,
    /// Kilometres, to 0.1, from the point asked or from the centre of the place; null without place or site.
    pub distance_km: Option<f64>,
    /// The part of its coverage that answers.
    pub coverage: CoverageView,
    /// Whether it serves the place asked: `yes`, `no` or `unknown`.
    pub serves: &'static str,
    /// The first number to call, E.164 (`+33146301814`) or short (`15`).
    pub phone: Option<String>,
    /// Whether it is open at `open_at`, or now; null when its hours are unknown.
    pub open_now: Option<bool>,
    /// `ouvert`, `ferme-temporairement` or `sature`.
    pub status: &'static str,
    /// Day of the last human check.
    pub verified_on: Option<NaiveDate>,
    /// The records it is made of.
    pub sources: Vec<SourceView>,
    /// Why it is here, in French sentences, from the numbers that ranked it.
    pub why: Vec<String>,
}

/// A coverage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HitCoverage)]
pub struct CoverageView {
    /// `commune`, `epci`, `departement`, `region`, `territory`, `national`, `radius`, `polygon` or `unknown`.
    pub level: &'static str,
    /// In French: `Bagneux`, `Hauts-de-Seine`, `Zone non renseignée`.
    pub label: String,
}

/// A record of a source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HitSource)]
pub struct SourceView {
    /// Name of the source.
    pub source: String,
    /// Identifier in the source.
    pub source_id: String,
}

impl From<&Hit> for HitView {
    fn from(hit: &Hit) -> HitView {
        let listing = &hit.listing;
        let fields = &listing.fields;
        HitView {
            id: listing.id.to_string(),
            slug: listing.slug.clone(),
            name: fields.name.clone(),
            acronym: fields.acronym.clone(),
            category: fields.category.code(),
            organization: fields.organization.clone(),
            commune: fields.commune.clone(),
            distance_km: hit.distance_km.map(|km| (km * 10.0).round() / 10.0),
            coverage: CoverageView { level: hit.coverage.level.code(), label: hit.coverage.label.clone() },
            serves: hit.serves.as_str(),
            phone: fields.phone.first().map(|phone| phone.as_str().to_owned()),
            open_now: hit.open_now,
            status: fields.status.code(),
            verified_on: fields.verified_on,
            sources: listing
                .sources
                .iter()
                .map(|source| SourceView {
                    source: source.source.clone(),
                    source_id: source.source_id.clone(),
                })
                .collect(),
            why: hit.why.clone(),
        }
    }
}
