//! What the store refuses of a form, said on the page that gives it back: nothing that was typed is lost.

use axum::http::StatusCode;

use crate::error::Error;
use crate::french;
use crate::views::faults::Faults;

/// What the store refuses, said at its field, or at `form` when it is of the whole form; with which status. Anything else is no
/// fault of the form.
pub fn refusal(error: maille_store::Error, form: &str, faults: &mut Faults) -> Result<StatusCode, Error> {
    match error {
        maille_store::Error::Required(field) => {
            faults.add(field.name(), format!("{} : ce champ ne peut pas être vide.", field.label()));
        }
        maille_store::Error::Value { field, expected } => {
            faults.add(field.name(), format!("{} : attendu {expected}.", field.label()));
        }
        maille_store::Error::NoOverride(field) => {
            faults.add(field.name(), format!("{} : aucune correction ne tient plus.", field.label()));
        }
        busy @ (maille_store::Error::Busy { .. } | maille_store::Error::SourceDropped(_)) => {
            let said = french::upper_first(&busy.to_string());
            faults.add(form, format!("{said}. Votre saisie est gardée ci-dessous."));
            return Ok(StatusCode::SERVICE_UNAVAILABLE);
        }
        maille_store::Error::BeyondReach => {
            faults.add(form, "La fiche ne serait plus de votre territoire : rien n’a été changé.");
            return Ok(StatusCode::FORBIDDEN);
        }
        other => return Err(other.into()),
    }
    Ok(StatusCode::UNPROCESSABLE_ENTITY)
}
