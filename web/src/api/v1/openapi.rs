//! `GET /api/v1/openapi.json`: the contract, from the types that keep it. Its snapshot is committed: a change of shape
//! is a change somebody reads.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{checks, fields, history, inbox, listings, places, search, suggest, territories};
use crate::health;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "maille",
        description = "Annuaire territorial des ressources en santé et social : qui peut aider ici ?",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        search::search,
        suggest::suggest,
        places::places,
        territories::territories,
        listings::listing,
        fields::correct,
        fields::end_correction,
        checks::check,
        history::history,
        inbox::inbox,
        openapi,
        health::live,
        health::ready,
    ),
    tags(
        (name = "search", description = "Chercher une ressource"),
        (name = "listings", description = "Lire une fiche, champ par champ, avec sa source"),
        (name = "curation", description = "Corriger et vérifier une fiche, lire son histoire et ce qui est à traiter : avec un jeton"),
        (name = "places", description = "Lieux et territoires de coordination"),
        (name = "health", description = "Santé du service"),
    ),
    modifiers(&Token)
)]
struct Contract;

/// How programs of the team say who they are.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Un jeton de l’API, fait à la page « Votre compte »."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    Contract::openapi().to_pretty_json().expect("the contract is made of texts and maps with text keys")
});

/// The contract of this API (OpenAPI 3.1).
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn openapi() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, DOCUMENT.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_locked() {
        insta::assert_snapshot!("openapi", DOCUMENT.as_str());
    }
}
