//! `/animation/fiches/{id}`: a listing field by field, what each source says beside, and what people correct.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::hours::time_zone;
use maille_domain::resolve::Override;
use maille_domain::{Act, Field, Fields, Listing, ListingId};
use maille_store::edit::{FieldEdit, Overtaken};

use super::draft::{Draft, Widget, edited};
use super::fields::{Beside, Group, Told};
use super::hours::Heard;
use super::preview::{self, PreviewPage};
use super::state::StateForm;
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent};
use crate::french;
use crate::page::{Cache, Layout, Page, respond, respond_with};
use crate::pages::animation::head::{Head, Tab, address, shown};
use crate::pages::animation::refusal::refusal;
use crate::pages::animation::{Section, layout, presence, verification};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::views::name_in_a_list;

#[derive(Debug, Template)]
#[template(path = "animation/listings/edit.html")]
pub struct EditPage {
    layout: Layout,
    head: Head,
    said: Option<String>,
    pub faults: Faults,
    /// Whether somebody else changed fields meanwhile.
    overtaken: bool,
    action: String,
    may_correct: bool,
    may_verify: bool,
    groups: Vec<Group>,
    rest: Vec<Rest>,
    reason: String,
    until: String,
    pub state: StateForm,
}

impl Page for EditPage {
    const CACHE: Cache = Cache::Never;
}

/// A field that is changed elsewhere.
#[derive(Debug)]
struct Rest {
    label: &'static str,
    beside: Beside,
    /// Where it is changed.
    link: Option<(String, &'static str)>,
}

/// What just happened.
#[derive(Debug)]
pub struct Said(Option<String>);

impl FromQuery for Said {
    fn from_query(reader: &mut Reader, _: &WebState) -> Said {
        let code = reader.text("dit");
        let said = match code.as_str() {
            "corrigee" => Some("La fiche est corrigée. La recherche la trouve ainsi."),
            "autre" => Some("Rien n’a été changé : ce que l’autre a écrit est gardé."),
            "sources" => Some("Les sources parlent de nouveau."),
            "etat" => Some("L’état de la fiche est changé."),
            "creee" => Some("La fiche est créée. La recherche la trouve."),
            _ => None,
        };
        let elsewhere = || verification::said(&code).or_else(|| presence::said(&code));
        Said(said.map(french::typography).or_else(elsewhere))
    }
}

/// `GET /animation/fiches/{id}`.
pub async fn form(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Query(Said(said)): Query<Said>,
) -> Result<Response, Error> {
    let listing = match shown(&signed, id, Act::Consult, "").await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let draft = Draft::of(&listing.fields.to_values());
    let page = EditPage::of(&state, &signed, &listing, &draft).await?;
    Ok(respond(&EditPage { said, ..page }))
}

/// `POST /animation/fiches/{id}`: what is accepted is committed, all of it at once; what is not is given back as it was typed.
pub async fn save(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let mut draft = Draft::read(&mut sent, edited());
    let followed = draft.take_theirs();
    let mut faults = Faults::default();
    let edits = draft.edits(&mut faults);
    if followed && edits.is_empty() && faults.is_empty() {
        return Ok(Redirect::to(&address(&listing, "?dit=autre")).into_response());
    }
    if edits.is_empty() && faults.is_empty() {
        faults.add("champs", "Rien n’a changé : modifiez au moins un champ.");
    }
    let reason = draft.reason(&mut faults);
    let now = state.now();
    let until = draft.until(now.with_timezone(&time_zone(None)).date_naive(), &mut faults);
    if !faults.is_empty() {
        return EditPage::refuse(&state, &signed, &listing, &draft, faults, StatusCode::UNPROCESSABLE_ENTITY)
            .await;
    }
    let reach = signed.reach(Act::Correct)?;
    match signed.store.edit(listing.id, &reach, &edits, until, &signed.cause(reason, now)).await {
        Ok(_) => Ok(Redirect::to(&address(&listing, "?dit=corrigee")).into_response()),
        Err(maille_store::Error::Overtaken(overtaken)) => {
            conflict(&state, &signed, listing.id, draft, &overtaken).await
        }
        Err(error) => {
            let form = if matches!(error, maille_store::Error::BeyondReach) { "commune" } else { "champs" };
            let status = refusal(error, form, &mut faults)?;
            EditPage::refuse(&state, &signed, &listing, &draft, faults, status).await
        }
    }
}

/// `POST /animation/fiches/{id}/relire`: reads again what is typed, says it back, and changes nothing.
pub async fn read_again(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let mut draft = Draft::read(&mut sent, edited());
    draft.take_theirs();
    let mut faults = Faults::default();
    draft.edits(&mut faults);
    let page = EditPage::of(&state, &signed, &listing, &draft).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(respond_with(&EditPage { faults, ..page }, status))
}

/// `POST /animation/fiches/{id}/apercu`: the sheet as it would be, before anything is written.
pub async fn preview(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let mut draft = Draft::read(&mut sent, edited());
    draft.take_theirs();
    let mut faults = Faults::default();
    let edits = draft.edits(&mut faults);
    if !faults.is_empty() {
        return EditPage::refuse(&state, &signed, &listing, &draft, faults, StatusCode::UNPROCESSABLE_ENTITY)
            .await;
    }
    let drafted = with(&listing, &edits);
    let page = PreviewPage::of(&state, &signed, drafted, &draft, address(&listing, "")).await?;
    Ok(respond(&page))
}

/// `POST /animation/fiches/{id}/sources`: one field returns to its sources; what is typed in the others is kept.
pub async fn return_to_sources(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let Some(field) = sent.text("champ").parse().ok().filter(|field| edited().any(|own| own == *field))
    else {
        return Err(Error::NotFound(Missing::Page));
    };
    let mut draft = Draft::read(&mut sent, edited());
    draft.take_theirs();
    let mut faults = Faults::default();
    let reason = draft.reason(&mut faults);
    if !faults.is_empty() {
        return EditPage::refuse(&state, &signed, &listing, &draft, faults, StatusCode::UNPROCESSABLE_ENTITY)
            .await;
    }
    let cause = signed.cause(reason, state.now());
    let reach = signed.reach(Act::Correct)?;
    match signed.store.return_to_sources(listing.id, &reach, field, draft.seen(field), &cause).await {
        Ok(()) => {}
        Err(maille_store::Error::Overtaken(overtaken)) => {
            return conflict(&state, &signed, listing.id, draft, &overtaken).await;
        }
        Err(error) => {
            let form = if field == Field::Commune { "commune" } else { "champs" };
            let status = refusal(error, form, &mut faults)?;
            return EditPage::refuse(&state, &signed, &listing, &draft, faults, status).await;
        }
    }
    let listing = signed.listing(listing.id, Act::Consult).await?;
    draft.renew(field, &listing.fields.to_values());
    let mut faults = Faults::default();
    if draft.edits(&mut faults).is_empty() && faults.is_empty() {
        return Ok(Redirect::to(&address(&listing, "?dit=sources")).into_response());
    }
    let page = EditPage::of(&state, &signed, &listing, &draft).await?;
    let said = "Les sources parlent de nouveau de ce champ. Le reste de votre saisie est gardé, et n’est pas encore enregistré.";
    Ok(respond(&EditPage { said: Some(french::typography(said)), ..page }))
}

/// Shows what others wrote in fields that this person changes, and asks which side is kept.
async fn conflict(
    state: &WebState,
    signed: &Signed,
    listing: ListingId,
    mut draft: Draft,
    overtaken: &[Overtaken],
) -> Result<Response, Error> {
    let listing = signed.listing(listing, Act::Consult).await?;
    let cell = |overtaken: &Overtaken| {
        let now = overtaken.now.as_ref().map(|value| overtaken.field.format(value));
        (overtaken.field, now.unwrap_or_default())
    };
    draft.overtaken(overtaken.iter().map(cell));
    let mut page = EditPage::of(state, signed, &listing, &draft).await?;
    for group in &mut page.groups {
        group.remember(overtaken);
    }
    Ok(respond_with(&EditPage { overtaken: true, ..page }, StatusCode::CONFLICT))
}

/// The listing with these changes.
fn with(listing: &Listing, edits: &[FieldEdit]) -> Listing {
    let mut values = listing.fields.to_values();
    for edit in edits {
        match &edit.value {
            Some(value) => values.insert(edit.field, value.clone()),
            None => values.remove(&edit.field),
        };
    }
    let fields = Fields::from_values(values).unwrap_or_else(|_| listing.fields.clone());
    Listing { fields, ..listing.clone() }
}

impl EditPage {
    /// The page of a listing with what is typed.
    pub async fn of(
        state: &WebState,
        signed: &Signed,
        listing: &Listing,
        draft: &Draft,
    ) -> Result<EditPage, Error> {
        let now = state.now();
        let overrides = signed.store.overrides(listing.id, now).await?;
        let may_correct = may(signed, listing, Act::Correct).await?;
        let may_verify = may(signed, listing, Act::Verify).await?;
        let drafted = with(listing, &draft.edits(&mut Faults::default()));
        let map = state.ask(move |node| preview::pin(node, drafted)).await?;
        let today = now.with_timezone(&time_zone(None)).date_naive();
        let state_form = StateForm::of(listing, overrides.get(&Field::Status));
        let rest = rest(listing, &overrides);
        let mut groups = Told::of(listing, overrides).groups(draft);
        for field in groups.iter_mut().flat_map(|group| &mut group.fields) {
            if field.id == Field::Hours.name() {
                field.heard = Some(Heard::of(&field.text, today));
            } else if field.id == Field::Location.name() {
                field.map.clone_from(&map);
            }
        }
        let mut head = Head::of(listing, Tab::Fields);
        head.name = name_in_a_list(&listing.fields.name);
        Ok(EditPage {
            layout: layout(state, signed, Section::Listings, &listing.fields.name),
            head,
            said: None,
            faults: Faults::default(),
            overtaken: false,
            action: address(listing, ""),
            may_correct,
            may_verify,
            groups,
            rest,
            reason: draft.reason.clone(),
            until: draft.until.clone(),
            state: state_form,
        })
    }

    /// The page with what is to be corrected in what is typed, which is kept.
    pub async fn refuse(
        state: &WebState,
        signed: &Signed,
        listing: &Listing,
        draft: &Draft,
        faults: Faults,
        status: StatusCode,
    ) -> Result<Response, Error> {
        let mut page = EditPage::of(state, signed, listing, draft).await?;
        page.layout.title = format!("À corriger – {}", page.layout.title);
        Ok(respond_with(&EditPage { faults, ..page }, status))
    }
}

/// Whether this person may do that to this listing.
async fn may(signed: &Signed, listing: &Listing, act: Act) -> Result<bool, Error> {
    match signed.account.reach(act) {
        Some(reach) => Ok(signed.store.is_within(listing.id, &reach).await? == Some(true)),
        None => Ok(false),
    }
}

/// The fields that are changed elsewhere, with what each source says of them.
fn rest(listing: &Listing, overrides: &BTreeMap<Field, Override>) -> Vec<Rest> {
    let told = Told::of(listing, overrides.clone());
    [Field::Coverage, Field::Status, Field::VerifiedOn, Field::Extra]
        .into_iter()
        .map(|field| Rest {
            label: field.label(),
            beside: told.beside(field),
            link: (field == Field::Coverage).then(|| (address(listing, "/zone"), "Voir et modifier la zone")),
        })
        .filter(|rest| rest.link.is_some() || rest.beside.value.is_some() || !rest.beside.said.is_empty())
        .collect()
}
