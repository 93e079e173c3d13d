//! What can go wrong with a request: one enum, two renderings. Handlers return it; [`render`] turns it into a problem
//! document (RFC 9457) under `/api/` and `/health/`, into a French page elsewhere.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maille_domain::{Act, Field};
use maille_index::SearchError;
use maille_store::edit::Overtaken;
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
    /// What was sent is not a JSON object.
    NotJson,
    /// What was sent cannot be taken; every property that is wrong is named.
    Unacceptable(Vec<WrongParameter>),
    /// A field is not what whoever changes it had read; what it is, as the text of a cell.
    Moved(Field, String),
    /// Nobody says whose program asks, or the token opens nothing.
    Unauthorized,
    /// The token is not for that.
    OutOfScope(Act),
    /// A form longer than any of ours.
    TooLong,
    /// The directory is not searchable yet.
    NotReady,
    /// Nothing can be curated: the database does not answer.
    Unavailable,
    /// Somebody else writes what is to be written; who, in French.
    Busy(String),
    /// No role of this account is for that.
    Forbidden(Act),
    /// It is another territory's.
    Elsewhere,
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
    /// No such field, or none that people write.
    Field,
    /// No correction of the field.
    Correction,
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
    /// What a field is now, as the text of a cell, when it is not what was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<String>,
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
            Error::NotAForm | Error::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::Unacceptable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Moved(..) => StatusCode::CONFLICT,
            Error::Unauthorized => StatusCode::UNAUTHORIZED,
            Error::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Error::NotReady | Error::Unavailable | Error::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::SentFromElsewhere | Error::Forbidden(_) | Error::OutOfScope(_) | Error::Elsewhere => {
                StatusCode::FORBIDDEN
            }
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
            Error::Unacceptable(errors) => {
                let names: Vec<&str> = errors.iter().map(|error| error.parameter.as_str()).collect();
                (
                    "urn:maille:problem:unacceptable",
                    "Valeurs non admises",
                    format!("À corriger : {}. Rien n’a été changé.", names.join(", ")),
                )
            }
            Error::NotJson => (
                "urn:maille:problem:not-json",
                "Contenu non admis",
                "Cette adresse attend un objet JSON (application/json).".to_owned(),
            ),
            Error::Moved(field, _) => (
                "urn:maille:problem:moved",
                "Changé entre-temps",
                format!(
                    "Le champ {field} n’est plus ce que dit « seen » ; « present » dit ce qu’il est. Rien n’a été changé."
                ),
            ),
            Error::Unauthorized => (
                "urn:maille:problem:unauthorized",
                "Jeton absent ou sans effet",
                "Cette adresse attend Authorization: Bearer et un jeton qui n’est ni révoqué ni expiré."
                    .to_owned(),
            ),
            Error::OutOfScope(act) => (
                "urn:maille:problem:out-of-scope",
                "Hors de ce que permet le jeton",
                format!("Ce jeton ne permet pas de : {}.", act.label().to_lowercase()),
            ),
            Error::NotFound(missing) => (
                "urn:maille:problem:not-found",
                "Introuvable",
                match missing {
                    Missing::Page => "Cette adresse n’existe pas ; voir /api/v1/openapi.json.",
                    Missing::Listing => "Aucune fiche n’a cet identifiant.",
                    Missing::Field => "Aucun champ de ce nom ne se corrige ; voir le format CSV.",
                    Missing::Correction => "Aucune correction de ce champ n’est en cours.",
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
                "Cette adresse ne reçoit pas autant : 512 ko au plus pour une correction.".to_owned(),
            ),
            Error::NotReady => (
                "urn:maille:problem:not-ready",
                "Pas encore prêt",
                "L’annuaire se charge ; réessayer dans quelques secondes.".to_owned(),
            ),
            Error::Unavailable => (
                "urn:maille:problem:unavailable",
                "Écriture impossible",
                "La base de données ne répond pas ; la recherche, elle, répond.".to_owned(),
            ),
            Error::Busy(holder) => ("urn:maille:problem:busy", "Écriture en cours", format!("{holder}.")),
            Error::Forbidden(act) => (
                "urn:maille:problem:forbidden",
                "Droit absent",
                format!("Aucun de vos droits ne permet de : {}.", act.label().to_lowercase()),
            ),
            Error::Elsewhere => (
                "urn:maille:problem:elsewhere",
                "Hors de votre territoire",
                "Vos droits ne vont pas jusque-là.".to_owned(),
            ),
            Error::Internal => (
                "urn:maille:problem:internal",
                "Erreur interne",
                "La réponse n’a pas pu être préparée ; l’incident est consigné.".to_owned(),
            ),
        };
        let errors = match self {
            Error::Parameters(errors) | Error::Unacceptable(errors) => errors.clone(),
            _ => Vec::new(),
        };
        let present = match self {
            Error::Moved(_, present) => Some(present.clone()),
            _ => None,
        };
        Problem { kind, title, status: self.status().as_u16(), detail, errors, present }
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

impl From<maille_store::Error> for Error {
    fn from(error: maille_store::Error) -> Error {
        match error {
            maille_store::Error::UnknownListing(_) => Error::NotFound(Missing::Listing),
            maille_store::Error::UnknownAccount(_)
            | maille_store::Error::UnknownTerritory(_)
            | maille_store::Error::UnknownRole(_)
            | maille_store::Error::UnknownRun(_)
            | maille_store::Error::UnknownDecision(_)
            | maille_store::Error::UnknownCall(_)
            | maille_store::Error::UnknownRevision(_) => Error::NotFound(Missing::Page),
            maille_store::Error::CallUnfinished => Error::Parameters(vec![WrongParameter::new(
                "demandeur",
                "attendu tant que l’appel est terminé, comme la réponse",
            )]),
            maille_store::Error::NoOverride(_) => Error::NotFound(Missing::Correction),
            maille_store::Error::BeyondReach => Error::Elsewhere,
            maille_store::Error::Overtaken(overtaken) if !overtaken.is_empty() => {
                let Overtaken { field, now, .. } = &overtaken[0];
                Error::Moved(*field, now.as_ref().map(|now| field.format(now)).unwrap_or_default())
            }
            maille_store::Error::Value { expected, .. } => {
                Error::Unacceptable(vec![WrongParameter::new("value", format!("attendu {expected}"))])
            }
            maille_store::Error::Required(_) => {
                Error::Unacceptable(vec![WrongParameter::new("value", "ce champ ne peut pas être vide")])
            }
            busy @ (maille_store::Error::Busy { .. } | maille_store::Error::ImportUnderWay(_)) => {
                Error::Busy(busy.to_string())
            }
            away if away.is_absence() => {
                tracing::warn!(error.message = %away, "l’animation attend la base de données");
                Error::Unavailable
            }
            other => Error::internal(&other),
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
    if error == Error::Unauthorized {
        let scheme = HeaderValue::from_static("Bearer realm=\"maille\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    if error == Error::NotReady {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
