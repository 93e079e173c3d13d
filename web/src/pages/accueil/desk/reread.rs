//! `POST /accueil/relire`: what a text says of somebody, while it is typed. Nothing of it is kept.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use maille_domain::call::{Home, LONGEST_TEXT, Part};
use maille_domain::identity::{Known, scan};
use maille_domain::request::{Request, Total};
use serde_json::json;
use uuid::Uuid;

use super::look;
use super::look::Asked;
use super::others;
use crate::error::{Error, WrongParameter};
use crate::extract::{LONGEST_OF_THE_TEAM, Reader, Sent};
use crate::french;
use crate::signed::Signed;
use crate::state::WebState;

/// `POST /accueil/relire`: `texte`; `appel`, `q` and `domicile` as the form has them: the resources that they lead to are nobody's
/// identity.
pub async fn reread(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let text = sent.text("texte");
    if text.chars().count() > LONGEST_TEXT {
        let detail = format!("{LONGEST_TEXT} caractères au plus");
        return Err(Error::Parameters(vec![WrongParameter::new("texte", detail)]));
    }
    let known = known(&state, &signed, &mut sent).await?;
    let found = scan(&text, &known, state.today());
    let units = |bytes: usize| text[..bytes].encode_utf16().count();
    let said: Vec<_> = found
        .iter()
        .map(|found| {
            json!({
                "kind": found.kind.code(),
                "label": found.kind.label(),
                "start": units(found.span.start),
                "end": units(found.span.end),
            })
        })
        .collect();
    let (asked, now) = (text.clone(), state.now());
    let answer = state.ask(move |node| {
        let total = Total::Estimate;
        node.search(&Request { text: asked, limit: 1, facets: false, total, ..Request::default() }, now)
    });
    let alerts: Vec<_> = answer
        .await??
        .alerts
        .iter()
        .map(|alert| {
            json!({
                "number": alert.number,
                "label": french::typography(&alert.label),
                "why": french::typography(&alert.why),
            })
        })
        .collect();
    let body = json!({ "found": said, "alerts": alerts });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// The same resources as when the form is saved: those of the call, of the others under way, and of the search.
async fn known(state: &WebState, signed: &Signed, sent: &mut Reader) -> Result<Known, Error> {
    let desk = signed.desk()?;
    let id = sent.one("appel", |text| text.parse::<Uuid>().map_err(|_| String::new()));
    let call = match id {
        Some(id) => signed.store.call(id, &desk).await?,
        None => None,
    };
    let query = sent.text("q");
    let home = sent.text("domicile").parse::<Home>().ok();
    let others = others(signed, id.unwrap_or_default()).await?;
    let by_hand = call.as_ref().is_some_and(|call| call.sheet.by_hand.contains(&Part::Home))
        || home.as_ref() != call.as_ref().and_then(|call| call.sheet.home.as_ref());
    let asked = Asked::new(&query, home.as_ref(), by_hand, call.as_ref(), &others);
    Ok(look(state, asked).await?.known())
}
