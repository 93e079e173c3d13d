//! A listing as a search finds it, the same in `search` and in `territories`.

use chrono::NaiveDate;
use maille_domain::ListingId;
use maille_index::answer::Hit;
use serde::Serialize;
use utoipa::ToSchema;

/// A listing found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitView<'a> {
    /// Identifier (UUID), for `/api/v1/listings/{id}`.
    #[schema(value_type = String)]
    pub id: ListingId,
    /// Address of its page: `/ressources/{slug}`.
    pub slug: &'a str,
    /// Name.
    pub name: &'a str,
    /// Sigle.
    pub acronym: Option<&'a str>,
    /// Code of the kind of resource (`emg`); its label is in the facets.
    pub category: &'static str,
    /// Who runs it.
    pub organization: Option<&'a str>,
    /// COG code of the commune of its main site.
    pub commune: Option<&'a str>,
    /// Kilometres, to 0.1, from the point asked or from the centre of the place; null without place or site.
    pub distance_km: Option<f64>,
    /// The part of its coverage that answers.
    pub coverage: CoverageView<'a>,
    /// Whether it serves the place asked: `yes`, `no` or `unknown`.
    pub serves: &'static str,
    /// The first number to call, E.164 (`+33146301814`) or short (`15`).
    pub phone: Option<&'a str>,
    /// Whether it is open at `open_at`, or now; null when its hours are unknown.
    pub open_now: Option<bool>,
    /// `ouvert`, `ferme-temporairement` or `sature`.
    pub status: &'static str,
    /// Day of the last human check.
    pub verified_on: Option<NaiveDate>,
    /// The records it is made of, and those of the listings in `also`.
    pub sources: Vec<SourceView<'a>>,
    /// The listings that may be the same thing, which nobody has decided yet: they match too, and are folded into this one.
    pub also: Vec<AlsoView<'a>>,
    /// Why it is here, in French sentences, from the numbers that ranked it.
    pub why: Vec<&'a str>,
}

/// A coverage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HitCoverage)]
pub struct CoverageView<'a> {
    /// `commune`, `epci`, `departement`, `region`, `territory`, `national`, `radius`, `polygon` or `unknown`.
    pub level: &'static str,
    /// In French: `Bagneux`, `Hauts-de-Seine`, `Zone non renseignée`.
    pub label: &'a str,
}

/// A record of a source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HitSource)]
pub struct SourceView<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// Identifier in the source.
    pub source_id: &'a str,
}

/// A listing that may be the same thing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HitAlso)]
pub struct AlsoView<'a> {
    /// Identifier (UUID), for `/api/v1/listings/{id}`.
    #[schema(value_type = String)]
    pub id: ListingId,
    /// Address of its page: `/ressources/{slug}`.
    pub slug: &'a str,
    /// Name.
    pub name: &'a str,
}

impl<'a> From<&'a Hit> for HitView<'a> {
    fn from(hit: &'a Hit) -> HitView<'a> {
        let listing = &hit.listing;
        let fields = &listing.fields;
        HitView {
            id: listing.id,
            slug: &listing.slug,
            name: &fields.name,
            acronym: fields.acronym.as_deref(),
            category: fields.category.code(),
            organization: fields.organization.as_deref(),
            commune: fields.commune.as_deref(),
            distance_km: hit.distance_km.map(|km| (km * 10.0).round() / 10.0),
            coverage: CoverageView { level: hit.coverage.level.code(), label: &hit.coverage.label },
            serves: hit.serves.as_str(),
            phone: fields.phone.first().map(maille_domain::Phone::as_str),
            open_now: hit.open_now,
            status: fields.status.code(),
            verified_on: fields.verified_on,
            sources: hit
                .sources
                .iter()
                .map(|source| SourceView { source: &source.source, source_id: &source.source_id })
                .collect(),
            also: hit
                .also
                .iter()
                .map(|twin| AlsoView { id: twin.id, slug: &twin.slug, name: &twin.fields.name })
                .collect(),
            why: hit.why.iter().map(String::as_str).collect(),
        }
    }
}
