//! What can go wrong with a request: one enum, two renderings. Handlers return it; [`render`] turns it into a problem
//! document (RFC 9457) under `/api/` and `/health/`, into a French page elsewhere.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maille_index::SearchError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::pages;
use crate::state::WebState;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Parameters cannot be read; every one of them is named.
    Parameters(Vec<WrongParameter>),
    /// Nothing is there.
    NotFound(Missing),
    /// The address exists, not for this method.
    MethodNotAllowed,
    /// A form sent from a page of another site.
    SentFromElsewhere,
    /// What was sent is not a form.
    NotAForm,
    /// A form longer than any of ours.
    TooLong,
    /// The directory is not searchable yet.
    NotReady,
    /// Our fault; the log says more.
    Internal,
}

/// What was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No such address.
    Page,
    /// No such listing.
    Listing,
    /// No such commune.
    Commune,
    /// Several communes of this name, none of them leading.
    OneCommune,
}

/// A parameter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WrongParameter {
    /// Name of the parameter.
    pub parameter: String,
    /// What was found and what was expected, in French.
    pub detail: String,
}

impl WrongParameter {
    /// `parameter` is wrong because of `detail`, a French phrase without a final stop.
    pub fn new(parameter: impl Into<String>, detail: impl Into<String>) -> WrongParameter {
        WrongParameter { parameter: parameter.into(), detail: detail.into() }
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable identifier of the kind of problem; a URN, not an address.
    #[serde(rename = "type")]
    #[schema(example = "urn:maille:problem:wrong-parameters")]
    pub kind: &'static str,
    /// The kind of problem, in French.
    pub title: &'static str,
    /// The HTTP status again.
    #[schema(example = 400)]
    pub status: u16,
    /// This problem, in French.
    pub detail: String,
    /// The parameters that are wrong; empty for other problems.
    pub errors: Vec<WrongParameter>,
}

impl Error {
    /// Logs the cause of an internal error, and forgets it: it is nobody's business outside.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Error {
        let mut causes = cause.to_string();
        let mut source = cause.source();
        while let Some(cause) = source {
            causes = format!("{causes}: {cause}");
            source = cause.source();
        }
        tracing::error!(error.message = causes, "une réponse n’a pas pu être préparée");
        Error::Internal
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Error::Parameters(_) => StatusCode::BAD_REQUEST,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::SentFromElsewhere => StatusCode::FORBIDDEN,
            Error::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Error::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The problem document of the API.
    pub fn problem(&self) -> Problem {
        let (kind, title, detail) = match self {
            Error::Parameters(errors) => {
                let names: Vec<&str> = errors.iter().map(|error| error.parameter.as_str()).collect();
                (
                    "urn:maille:problem:wrong-parameters",
                    "Paramètres incorrects",
                    format!("À corriger : {}.", names.join(", ")),
                )
            }
            Error::NotFound(missing) => (
                "urn:maille:problem:not-found",
                "Introuvable",
                match missing {
                    Missing::Page => "Cette adresse n’existe pas ; voir /api/v1/openapi.json.",
                    Missing::Listing => "Aucune fiche n’a cet identifiant.",
                    Missing::Commune => "Aucune commune n’a ce code, ce code postal ou ce nom.",
                    Missing::OneCommune => {
                        "Plusieurs communes portent ce nom ; donner un code, voir /api/v1/places."
                    }
                }
                .to_owned(),
            ),
            Error::MethodNotAllowed => (
                "urn:maille:problem:method-not-allowed",
                "Méthode non admise",
                "L’en-tête Allow dit celles que cette adresse admet.".to_owned(),
            ),
            Error::SentFromElsewhere => (
                "urn:maille:problem:sent-from-elsewhere",
                "Envoi refusé",
                "Un navigateur l’envoie depuis une page d’un autre site.".to_owned(),
            ),
            Error::NotAForm => (
                "urn:maille:problem:not-a-form",
                "Contenu non admis",
                "Cette adresse attend application/x-www-form-urlencoded, en UTF-8.".to_owned(),
            ),
            Error::TooLong => (
                "urn:maille:problem:too-long",
                "Contenu trop long",
                "Cette adresse reçoit 32 ko au plus.".to_owned(),
            ),
            Error::NotReady => (
                "urn:maille:problem:not-ready",
                "Pas encore prêt",
                "L’annuaire se charge ; réessayer dans quelques secondes.".to_owned(),
            ),
            Error::Internal => (
                "urn:maille:problem:internal",
                "Erreur interne",
                "La réponse n’a pas pu être préparée ; l’incident est consigné.".to_owned(),
            ),
        };
        let errors = match self {
            Error::Parameters(errors) => errors.clone(),
            _ => Vec::new(),
        };
        Problem { kind, title, status: self.status().as_u16(), detail, errors }
    }
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Error {
        match error.parameter() {
            Some(parameter) => Error::Parameters(vec![WrongParameter::new(parameter, error.to_string())]),
            None => Error::internal(&error),
        }
    }
}

impl IntoResponse for Error {
    /// The bare status: [`render`] gives it a body.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Gives the errors that handlers return their body: a problem document for programs, a page for people.
pub async fn render(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let mut bare = next.run(request).await;
    let Some(error) = bare.extensions_mut().remove::<Error>() else { return bare };
    let for_programs = ["/api/", "/health/"].iter().any(|prefix| uri.path().starts_with(prefix));
    let mut response = if for_programs {
        error.problem().into_response()
    } else {
        pages::error::response(&state, &error, &uri)
    };
    if let Some(allowed) = bare.headers_mut().remove(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    if error == Error::NotReady {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
