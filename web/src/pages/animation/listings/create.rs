//! `/animation/fiches/nouvelle`: a listing that no source knows. What may be the same already is shown first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::field::Values;
use maille_domain::{Act, Category, Field, Fields, Listing, ListingId, Reach};
use maille_store::creation::{AlikeListing, CREATED};
use maille_territory::france;

use super::draft::{Draft, Widget, edited};
use super::fields::{Group, Told};
use super::hours::Heard;
use super::preview;
use crate::error::Error;
use crate::extract::{LONGEST_OF_THE_TEAM, Sent};
use crate::page::{Cache, Layout, Page, respond, respond_with};
use crate::pages::animation::refusal::refusal;
use crate::pages::animation::{Section, layout};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Says that none of those that exist is the one to be created.
const NONE_OF_THESE: &str = "malgre";

#[derive(Debug, Template)]
#[template(path = "animation/listings/create.html")]
struct CreatePage {
    layout: Layout,
    faults: Faults,
    groups: Vec<Group>,
    reason: String,
    alike: Vec<Alike>,
}

impl Page for CreatePage {
    const CACHE: Cache = Cache::Never;
}

/// A listing that may be the one to be created.
#[derive(Debug)]
struct Alike {
    id: ListingId,
    name: String,
    commune: Option<String>,
    withdrawn: bool,
}

/// The fields of the form: those that are edited, and whom it serves.
fn fields() -> impl Iterator<Item = Field> {
    edited().chain([Field::Coverage])
}

/// `GET /animation/fiches/nouvelle`.
pub async fn form(State(state): State<WebState>, signed: Signed) -> Result<Response, Error> {
    signed.reach(Act::Correct)?;
    Ok(respond(&CreatePage::of(&state, &signed, &Draft::empty(fields())).await?))
}

/// `POST /animation/fiches/nouvelle/relire`: reads again what is typed, says it back, and creates nothing.
pub async fn read_again(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    signed.reach(Act::Correct)?;
    let draft = Draft::read(&mut sent, fields());
    let mut faults = Faults::default();
    draft.edits(&mut faults);
    let page = CreatePage::of(&state, &signed, &draft).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(respond_with(&CreatePage { faults, ..page }, status))
}

/// `POST /animation/fiches/nouvelle`.
pub async fn create(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::Correct)?;
    let draft = Draft::read(&mut sent, fields());
    let mut faults = Faults::default();
    let values = values(&draft, &mut faults);
    let reason = draft.reason(&mut faults);
    let read = check(&values, &reach, &mut faults);
    let refused = async |faults: Faults, status: StatusCode, alike: Vec<AlikeListing>| {
        let mut page = CreatePage::of(&state, &signed, &draft).await?;
        page.layout.title = format!("À corriger – {}", page.layout.title);
        let alike = alike.into_iter().map(Alike::of).collect();
        Ok(respond_with(&CreatePage { faults, alike, ..page }, status))
    };
    if let Err(status) = read {
        return refused(faults, status, Vec::new()).await;
    }
    if sent.text(NONE_OF_THESE) != "1" {
        let alike = signed.store.alike(&values).await?;
        if !alike.is_empty() {
            let said = "Des fiches qui se ressemblent existent déjà : regardez-les avant de créer celle-ci.";
            faults.add("existantes", said);
            return refused(faults, StatusCode::CONFLICT, alike).await;
        }
    }
    match signed.store.create_listing(values, &signed.cause(reason, state.now())).await {
        Ok(id) => Ok(Redirect::to(&format!("/animation/fiches/{id}?dit=creee")).into_response()),
        Err(error) => {
            let status = refusal(error, "champs", &mut faults)?;
            refused(faults, status, Vec::new()).await
        }
    }
}

/// What the texts say; what is missing or cannot be read is a fault.
fn values(draft: &Draft, faults: &mut Faults) -> Values {
    for required in [Field::Name, Field::Category] {
        if draft.text(required).is_empty() {
            faults.add(required.name(), format!("{} : ce champ ne peut pas être vide.", required.label()));
        }
    }
    let said = draft.edits(faults).into_iter();
    said.filter_map(|edit| Some((edit.field, edit.value?))).collect()
}

/// Refuses what does not hold together, is nowhere, or is not within reach.
fn check(values: &Values, reach: &Reach, faults: &mut Faults) -> Result<(), StatusCode> {
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if !values.contains_key(&Field::Commune) && !values.contains_key(&Field::Coverage) && faults.is_empty() {
        faults.add("commune", "Commune : dites où elle est ou, à défaut, sa zone d’intervention.");
    }
    if !faults.is_empty() {
        return Err(wrong);
    }
    let Ok(fields) = Fields::from_values(values.clone()) else { return Err(wrong) };
    if let Err(expected) = fields.check() {
        faults.add("age_max", format!("Âge maximum : attendu {expected}."));
        return Err(wrong);
    }
    if !reach.has(&fields) {
        let at = if fields.commune.is_some() { Field::Commune } else { Field::Coverage };
        faults.add(at.name(), format!("{} : elle n’est pas de votre territoire.", at.label()));
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(())
}

impl CreatePage {
    async fn of(state: &WebState, signed: &Signed, draft: &Draft) -> Result<CreatePage, Error> {
        let told = Told::nothing();
        let mut groups = told.groups(draft);
        groups
            .push(Group { title: "Zone d’intervention", fields: vec![told.field(Field::Coverage, draft)] });
        let today = state.today();
        let drafted = drafted(draft);
        let map = state.ask(move |node| preview::pin(node, drafted)).await?;
        for field in groups.iter_mut().flat_map(|group| &mut group.fields) {
            if field.id == Field::Hours.name() {
                field.heard = Some(Heard::of(&field.text, today));
            } else if field.id == Field::Location.name() {
                field.map.clone_from(&map);
            }
        }
        Ok(CreatePage {
            layout: layout(state, signed, Section::Listings, "Nouvelle fiche"),
            faults: Faults::default(),
            groups,
            reason: draft.reason.clone(),
            alike: Vec::new(),
        })
    }
}

/// The listing that is being typed, for its map.
fn drafted(draft: &Draft) -> Listing {
    let mut values = Fields::new("Nouvelle fiche", Category::other()).to_values();
    let said = draft.edits(&mut Faults::default()).into_iter();
    values.extend(said.filter_map(|edit| Some((edit.field, edit.value?))));
    let fields =
        Fields::from_values(values).unwrap_or_else(|_| Fields::new("Nouvelle fiche", Category::other()));
    Listing {
        id: ListingId::founded_by(CREATED, ""),
        slug: String::new(),
        former_slugs: Vec::new(),
        fields,
        provenance: std::collections::BTreeMap::new(),
        others: std::collections::BTreeMap::new(),
        merged: Vec::new(),
        twin: None,
        sources: Vec::new(),
        presence: None,
        checks: Vec::new(),
        withdrawn_at: None,
    }
}

impl Alike {
    fn of(found: AlikeListing) -> Alike {
        let commune = found.commune.and_then(|code| france().commune(&code));
        Alike {
            id: found.id,
            name: found.name,
            commune: commune.map(|commune| commune.name.to_string()),
            withdrawn: found.withdrawn,
        }
    }
}
