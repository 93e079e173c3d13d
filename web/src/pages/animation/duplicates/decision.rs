//! `POST /animation/doublons/decisions/{n}/annuler`: a decision is taken back.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::Act;

use super::{Typed, address, one_address, pair_address};
use crate::error::{Error, Missing};
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Sent};
use crate::pages::animation::duplicates::{one, pair};
use crate::pages::animation::reason::reason;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// `POST /animation/doublons/decisions/{n}/annuler`.
pub async fn take_back(
    State(state): State<WebState>,
    signed: Signed,
    Named(number): Named<i64>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::Match)?;
    let missing = Error::NotFound(Missing::Page);
    let decided = signed.store.decision(number).await?.ok_or(missing)?;
    let one = signed.listing(decided.a.0, Act::Match).await?;
    let other = signed.listing(decided.b.0, Act::Match).await?;
    let field = format!("raison-{number}");
    let mut faults = Faults::default();
    let typed = reason(&sent.text("raison"), &field, &mut faults);
    let mut trouble = None;
    if faults.is_empty() {
        let cause = signed.cause(typed.clone(), state.now());
        let said = match signed.store.take_back(&[number], &reach, &cause).await {
            Ok(()) => "annulee",
            Err(maille_store::Error::UnknownDecision(_)) => "deja-annulee",
            Err(busy @ maille_store::Error::Busy { .. }) => {
                trouble = Some(busy.to_string());
                ""
            }
            Err(error) => return Err(error.into()),
        };
        if trouble.is_none() {
            // Where the two are now: one, or side by side.
            let (a, b) =
                signed.store.decision(number).await?.map_or((one.id, other.id), |decided| decided.listings);
            let to = if a == b { one_address(a) } else { pair_address(a, b) };
            return Ok(Redirect::to(&address(&to, &[("dit", said.to_owned())])).into_response());
        }
    }
    // The form comes back on the page of what was decided of, as it was typed.
    let kept = Typed { field, reason: typed, faults, trouble };
    if one.id == other.id {
        one::with(&state, &signed, one.id, kept).await
    } else {
        pair::with_undo(&state, &signed, (one.id, other.id), kept).await
    }
}
