//! `POST /accueil/appels/{id}`: what one does of a call after it was answered.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::ListingId;
use maille_domain::call::{Answer, Outcome, Part, Sheet};
use maille_store::call::{Sending, Step};
use uuid::Uuid;

use super::sheet::CallPage;
use crate::error::{Error, Missing, WrongParameter};
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Reader, Sent};
use crate::french;
use crate::page::respond_with;
use crate::pages::animation::back::{back, saying};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// The field that says what is done.
const DONE: &str = "faire";

/// What is done of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// Whoever called was called back.
    Recall,
    /// What became of a resource that was given.
    Tell(ListingId, Outcome),
    /// Nobody knows what became of it after all.
    Untell(ListingId),
    /// It was no call.
    Discard,
    /// It was one.
    Restore,
    /// It goes on.
    Reopen,
    /// A coordinator goes on with it.
    Hand,
    /// The desk goes on with it after all.
    Keep,
}

impl Gesture {
    /// As the buttons send it: `rappele`, `issue:UUID:complet`, `sans-issue:UUID`.
    fn parse(text: &str) -> Option<Gesture> {
        let (verb, object) = text.split_once(':').map_or((text, None), |(verb, object)| (verb, Some(object)));
        Some(match (verb, object) {
            ("rappele", None) => Gesture::Recall,
            ("ecarter", None) => Gesture::Discard,
            ("retablir", None) => Gesture::Restore,
            ("rouvrir", None) => Gesture::Reopen,
            ("niveau-2", None) => Gesture::Hand,
            ("niveau-1", None) => Gesture::Keep,
            ("issue", Some(object)) => {
                let (listing, outcome) = object.split_once(':')?;
                Gesture::Tell(listing.parse().ok()?, outcome.parse().ok()?)
            }
            ("sans-issue", Some(listing)) => Gesture::Untell(listing.parse().ok()?),
            _ => return None,
        })
    }

    const fn step(self) -> Step {
        match self {
            Gesture::Recall => Step::Recall,
            Gesture::Tell(listing, outcome) => Step::Tell(listing, Some(outcome)),
            Gesture::Untell(listing) => Step::Tell(listing, None),
            Gesture::Discard => Step::Discard,
            Gesture::Restore => Step::Restore,
            Gesture::Reopen => Step::Reopen,
            Gesture::Hand => Step::Hand,
            Gesture::Keep => Step::Keep,
        }
    }

    /// What it changes of the sheet.
    fn write(self, sheet: &mut Sheet) {
        if self == Gesture::Hand {
            sheet.answer = Some(Answer::Coordination);
            sheet.by_hand.insert(Part::Answer);
        }
    }

    /// The code of what is said once it is done.
    const fn said(self) -> &'static str {
        match self {
            Gesture::Recall => "rappele",
            Gesture::Tell(_, outcome) if outcome.is_failure() => "echec",
            Gesture::Tell(..) => "issue",
            Gesture::Untell(_) => "sans-issue",
            Gesture::Discard => "ecarte",
            Gesture::Restore => "retabli",
            Gesture::Reopen => "rouvert",
            Gesture::Hand => "niveau-2",
            Gesture::Keep => "niveau-1",
        }
    }
}

/// What was just done, by its code.
pub fn said(code: &str) -> Option<String> {
    let said = match code {
        "rappele" => "C’est noté : la personne a été rappelée.",
        "echec" => "C’est noté. L’échec est signalé à l’équipe d’animation.",
        "issue" => "C’est noté : la ressource a répondu au besoin.",
        "sans-issue" => "Cette réponse est retirée.",
        "ecarte" => "L’appel est écarté : il ne compte plus nulle part.",
        "retabli" => "L’appel est rétabli : il compte de nouveau.",
        "rouvert" => "L’appel est rouvert.",
        "niveau-2" => "L’appel est confié au niveau\u{a0}2. Sa fiche s’imprime ou se télécharge ci-dessous.",
        "niveau-1" => "L’appel reste à l’accueil.",
        _ => return None,
    };
    Some(french::typography(said))
}

/// `POST /accueil/appels/{id}`: `faire`, `version`, `retour`.
pub async fn take(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<Uuid>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let desk = signed.desk()?;
    let call = signed.store.call(id, &desk).await?.ok_or(Error::NotFound(Missing::Page))?;
    let done = sent.text(DONE);
    let (gesture, version) = read(&done, &mut sent)?;
    let to = back(&mut sent, &format!("/accueil/appels/{id}"));
    let mut sheet = call.sheet.clone();
    gesture.write(&mut sheet);
    let sending = Sending { call: id, version, id: writing(id, version, &done) };
    let mut faults = Faults::default();
    let (call, status) = match signed
        .store
        .save_call(sending, &sheet, &[gesture.step()], &desk, state.now())
        .await
    {
        Ok(_) => return Ok(Redirect::to(&saying(&to, gesture.said())).into_response()),
        Err(maille_store::Error::CallChanged(present)) => {
            faults.add(
                "appel",
                "Cet appel a changé entre-temps : rien n’a été noté. Le voici tel qu’il est ; recommencez si c’est encore à faire.",
            );
            (*present, StatusCode::CONFLICT)
        }
        Err(published @ maille_store::Error::CallPublished) => {
            faults.add("appel", format!("{}.", french::upper_first(&published.to_string())));
            (call, StatusCode::CONFLICT)
        }
        Err(busy @ maille_store::Error::Busy { .. }) => {
            faults.add("appel", format!("{}.", french::upper_first(&busy.to_string())));
            (call, StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(other) => return Err(other.into()),
    };
    let page = CallPage::of(&state, &signed, &call).await?.with_faults(faults);
    Ok(respond_with(&page, status))
}

fn read(done: &str, sent: &mut Reader) -> Result<(Gesture, i32), Error> {
    let wrong = |name: &str, detail: &str| Error::Parameters(vec![WrongParameter::new(name, detail)]);
    let gesture = Gesture::parse(done).ok_or_else(|| wrong(DONE, "un des boutons de la page"))?;
    // The first writing opens a call: no page shows one before.
    let version = sent.text("version").parse().ok().filter(|version| *version > 0);
    Ok((gesture, version.ok_or_else(|| wrong("version", "celle que dit la page"))?))
}

/// Names a writing: the same gesture upon the same version of a call, however often it is sent, and by whom.
fn writing(call: Uuid, version: i32, done: &str) -> Uuid {
    Uuid::new_v5(&call, format!("{version} {done}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_are_read() {
        let listing = ListingId::founded_by("csv", "emg-1");
        let told = format!("issue:{listing}:non-eligible");
        assert_eq!(Gesture::parse(&told), Some(Gesture::Tell(listing, Outcome::NotEligible)));
        assert_eq!(Gesture::parse(&format!("sans-issue:{listing}")), Some(Gesture::Untell(listing)));
        for refused in
            ["", "terminer", "rappele:x", "issue:x:complet", &format!("issue:{listing}:fini"), "issue"]
        {
            assert_eq!(Gesture::parse(refused), None, "{refused}");
        }
        for code in ["rappele", "ecarter", "retablir", "rouvrir", "niveau-2", "niveau-1"] {
            assert!(said(Gesture::parse(code).unwrap().said()).is_some(), "{code}");
        }
    }

    #[test]
    fn the_same_button_pressed_twice_is_one_writing() {
        let call = Uuid::from_u128(7);
        assert_eq!(writing(call, 3, "rappele"), writing(call, 3, "rappele"));
        assert_ne!(writing(call, 3, "rappele"), writing(call, 4, "rappele"));
        assert_ne!(writing(call, 3, "rappele"), writing(call, 3, "ecarter"));
    }
}
