//! `/animation/fiches/{id}/histoire/{revision}/revenir`: a change is undone, or some of its fields are. What would be lost is said
//! before.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::{Act, Field, Listing, ListingId};
use maille_store::revert::{Revert, Reverted, Way};
use serde_json::Value;

use super::head::{Head, Tab, address, shown};
use super::reason::reason;
use super::refusal::refusal;
use super::told::in_words;
use super::{Section, layout};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent};
use crate::french::{self, date::stamp};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

#[derive(Debug, Template)]
#[template(path = "animation/revert.html")]
struct RevertPage {
    layout: Layout,
    head: Head,
    faults: Faults,
    /// Where the form leads.
    here: String,
    back: String,
    /// Who made the change, when and why.
    author: String,
    when: String,
    why: String,
    /// The import that made it.
    run: Option<i64>,
    /// The fields that were asked for.
    asked: Vec<&'static str>,
    fields: Vec<Told>,
    /// What the fields are, as this page says it.
    seen: String,
    reason: String,
}

impl Page for RevertPage {
    const CACHE: Cache = Cache::Never;
}

/// What becomes of a field.
#[derive(Debug, Clone)]
struct Told {
    label: &'static str,
    now: Option<String>,
    then: Option<String>,
    /// What the change made of it.
    made: Option<String>,
    /// Whether it changed again since.
    changed_since: bool,
    /// Whether the sources say it.
    by_sources: bool,
}

/// The fields that the address asks for.
#[derive(Debug)]
pub struct Fields(Vec<Field>);

impl FromQuery for Fields {
    fn from_query(reader: &mut Reader, _: &WebState) -> Fields {
        Fields(fields(reader))
    }
}

fn fields(reader: &mut Reader) -> Vec<Field> {
    reader.several("champ", |text| text.parse().map_err(|_| "ce n’est pas un champ".to_owned()))
}

/// `GET …/revenir`.
pub async fn ask(
    State(state): State<WebState>,
    signed: Signed,
    Named((id, revision)): Named<(ListingId, i64)>,
    Query(Fields(fields)): Query<Fields>,
) -> Result<Response, Error> {
    let rest = format!("/histoire/{revision}/revenir");
    let listing = match shown(&signed, id, Act::Revert, &rest).await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let typed = Typed { revision, fields, reason: String::new() };
    page(&state, &signed, &listing, typed, Faults::default(), StatusCode::OK).await
}

/// `POST …/revenir`.
pub async fn send(
    State(state): State<WebState>,
    signed: Signed,
    Named((id, revision)): Named<(ListingId, i64)>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Revert).await?;
    let fields = fields(&mut sent);
    let typed = Typed { revision, fields, reason: sent.text("raison") };
    let seen: BTreeMap<Field, Option<Value>> = serde_json::from_str(&sent.text("vu")).unwrap_or_default();
    if sent.wrong_with("champ").is_some() {
        return Err(Error::NotFound(Missing::Page));
    }
    let mut faults = Faults::default();
    let reason = reason(&typed.reason, "raison", &mut faults);
    if !faults.is_empty() {
        return page(&state, &signed, &listing, typed, faults, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let cause = signed.cause(reason, state.now());
    let reach = signed.reach(Act::Revert)?;
    let reverted =
        signed.store.revert(listing.id, &reach, typed.revision, &typed.fields, &seen, &cause).await;
    let (status, fault) = match reverted {
        Ok(()) => {
            return Ok(Redirect::to(&address(&listing, "/histoire?dit=revenu")).into_response());
        }
        Err(maille_store::Error::ChangedSince) => (
            StatusCode::CONFLICT,
            "La fiche a changé depuis ce que vous avez vu : rien n’est encore changé. Relisez ci-dessous ce qui serait perdu, puis confirmez.".to_owned(),
        ),
        Err(error @ (maille_store::Error::Value { .. } | maille_store::Error::Required(_))) => {
            let said = french::upper_first(&error.to_string());
            (StatusCode::UNPROCESSABLE_ENTITY, format!("{said}. La valeur d’alors n’est plus possible ; rien n’a été changé."))
        }
        Err(error @ maille_store::Error::NothingToRevert) => {
            (StatusCode::UNPROCESSABLE_ENTITY, format!("{}.", french::upper_first(&error.to_string())))
        }
        Err(other) => {
            let status = refusal(other, "champs", &mut faults)?;
            return page(&state, &signed, &listing, typed, faults, status).await;
        }
    };
    faults.add("champs", fault);
    page(&state, &signed, &listing, typed, faults, status).await
}

struct Typed {
    revision: i64,
    fields: Vec<Field>,
    reason: String,
}

async fn page(
    state: &WebState,
    signed: &Signed,
    listing: &Listing,
    typed: Typed,
    faults: Faults,
    status: StatusCode,
) -> Result<Response, Error> {
    let Revert { revision, fields } =
        signed.store.reverting(listing.id, typed.revision, &typed.fields, state.now()).await?;
    let lost: Vec<&Reverted> = fields.iter().filter(|field| field.way != Way::Already).collect();
    let seen: BTreeMap<Field, &Option<Value>> = lost.iter().map(|field| (field.field, &field.now)).collect();
    let told = lost.iter().map(|Reverted { field, now, then, way }| {
        let words = |value: &Value| french::typography(&in_words(*field, value));
        let made = revision.after.get(field);
        Told {
            label: field.label(),
            now: now.as_ref().map(words),
            then: then.as_ref().map(words),
            changed_since: made != now.as_ref(),
            made: made.map(words),
            by_sources: *way == Way::Sources,
        }
    });
    let title = format!("Revenir sur un changement – {}", listing.fields.name);
    let page = RevertPage {
        layout: layout(state, signed, Section::Listings, &title),
        head: Head::of(listing, Tab::History),
        here: address(listing, &format!("/histoire/{}/revenir", revision.id)),
        back: address(listing, "/histoire"),
        when: stamp(revision.at),
        asked: typed.fields.iter().map(|field| field.name()).collect(),
        fields: told.collect(),
        seen: serde_json::to_string(&seen).expect("values are plain JSON with text keys"),
        reason: typed.reason,
        faults,
        author: revision.author,
        why: revision.reason,
        run: revision.run,
    };
    Ok(respond_with(&page, status))
}
