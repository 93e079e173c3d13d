//! `/animation/fiches/{id}/verifier`: say that a listing, or one of its fields, was checked; and whether it is in the directory.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::NaiveDate;
use maille_domain::{Act, Check, Field, Listing, ListingId, Means};

use super::back::{back, saying};
use super::head::{Head, Tab, address, shown};
use super::presence::PresenceForm;
use super::reason::reason;
use super::refusal::refusal;
use super::{Section, layout};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent};
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::Fact;
use crate::views::faults::Faults;
use crate::views::hit;

/// The addresses of this page.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/fiches/{id}/verifier", get(form).post(verify))
        .route("/animation/fiches/{id}/verifier/annuler", post(take_back))
}

/// The page of a listing's checks, and of its presence.
#[derive(Debug, Template)]
#[template(path = "animation/verification.html")]
pub struct CheckPage {
    layout: Layout,
    head: Head,
    faults: Faults,
    said: Option<String>,
    /// When it was last checked.
    when: Fact,
    /// The checks that stand.
    checks: Vec<Made>,
    action: String,
    undo: String,
    retour: String,
    form: CheckForm,
    fields: Vec<Choice>,
    /// Why the last check is taken back.
    why: String,
    /// The form of its presence, for whoever may decide of it.
    presence: Option<PresenceForm>,
}

impl Page for CheckPage {
    const CACHE: Cache = Cache::Never;
}

/// A check that stands.
#[derive(Debug)]
struct Made {
    /// Code of the field; empty for the whole.
    code: &'static str,
    what: &'static str,
    words: String,
}

/// One of several things to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub code: &'static str,
    /// What is read.
    pub label: &'static str,
    /// Whether it is the one chosen.
    pub chosen: bool,
}

/// How and when something was checked, as typed.
#[derive(Debug, Clone)]
pub struct CheckForm {
    /// How.
    pub means: Vec<Choice>,
    /// The day.
    pub day: String,
    /// The first day that may be given.
    pub first: String,
    /// Today.
    pub last: String,
}

impl CheckForm {
    /// By phone, today.
    pub fn new(today: NaiveDate) -> CheckForm {
        CheckForm::typed(Means::Phone.code(), today.to_string(), today)
    }

    fn typed(means: &str, day: String, today: NaiveDate) -> CheckForm {
        let choice = |of: &Means| Choice { code: of.code(), label: of.label(), chosen: of.code() == means };
        CheckForm {
            means: Means::ALL.iter().map(choice).collect(),
            day,
            first: Check::first_day(today).to_string(),
            last: today.to_string(),
        }
    }

    /// Reads `moyen` and `jour`; what is wrong goes to `faults`.
    pub fn read(sent: &mut Reader, today: NaiveDate, faults: &mut Faults) -> (CheckForm, Option<Check>) {
        let (typed, day) = (sent.text("moyen"), sent.text("jour"));
        let means: Option<Means> = typed.parse().ok();
        if means.is_none() {
            faults.add("moyen", "Dites comment la vérification a été faite.");
        }
        let read = match day.trim() {
            "" => Some(today),
            day => match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
                Err(_) => {
                    faults.add("jour", format!("Écrivez le jour ainsi : {today}."));
                    None
                }
                Ok(day) if day > today => {
                    faults.add("jour", "Ce jour n’est pas encore venu.");
                    None
                }
                Ok(day) if day < Check::first_day(today) => {
                    let first = date::words(Check::first_day(today));
                    faults.add(
                        "jour",
                        format!("Une vérification si ancienne n’apprend plus rien : le {first} au plus tôt."),
                    );
                    None
                }
                Ok(day) => Some(day),
            },
        };
        let check = means.zip(read).map(|(means, day)| Check { field: None, day, means });
        (CheckForm::typed(&typed, day, today), check)
    }
}

/// What just happened, by its code.
pub fn said(code: &str) -> Option<String> {
    let said = match code {
        "verifiee" => "C’est noté : la fiche est vérifiée.".to_owned(),
        "champ-verifie" => "C’est noté : ce champ est vérifié.".to_owned(),
        "verification-annulee" => "La vérification est annulée : celle d’avant compte de nouveau.".to_owned(),
        _ => {
            let count = code.strip_prefix("verifiees-")?.parse().ok()?;
            format!("C’est noté : {}.", french::counted(count, "fiche vérifiée", "fiches vérifiées"))
        }
    };
    Some(french::typography(&said))
}

/// What the address asks.
#[derive(Debug)]
pub struct Asked {
    said: Option<String>,
    retour: String,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        let code = reader.text("dit");
        Asked { said: said(&code).or_else(|| super::presence::said(&code)), retour: back(reader, "") }
    }
}

impl CheckPage {
    /// The page of a listing, with empty forms.
    pub fn of(state: &WebState, signed: &Signed, listing: &Listing) -> CheckPage {
        let made = |check: &Check| Made {
            code: check.field.map_or("", Field::name),
            what: check.field.map_or("Toute la fiche", Field::label),
            words: format!("le {}{}", date::words(check.day), hit::by_means(Some(*check))),
        };
        let choice = |field: &Field| Choice { code: field.name(), label: field.label(), chosen: false };
        let fields = Field::ALL.iter().filter(|field| Check::is_of(**field)).map(choice);
        let decides = signed.account.may(Act::Correct);
        CheckPage {
            layout: layout(
                state,
                signed,
                Section::Listings,
                &format!("Vérification : {}", listing.fields.name),
            ),
            head: Head::of(listing, Tab::Checks),
            faults: Faults::default(),
            said: None,
            when: hit::verified(listing, state.now()),
            checks: listing.checks.iter().map(made).collect(),
            action: address(listing, "/verifier"),
            undo: address(listing, "/verifier/annuler"),
            retour: String::new(),
            form: CheckForm::new(state.today()),
            fields: fields.collect(),
            why: String::new(),
            presence: decides.then(|| PresenceForm::of(listing)),
        }
    }

    /// The same, with what was typed of its presence, and what is wrong with it.
    #[must_use]
    pub fn with_presence(self, presence: PresenceForm, retour: String, faults: Faults) -> CheckPage {
        CheckPage { presence: Some(presence), retour, faults, ..self }
    }

    fn choose(&mut self, code: &str) {
        for field in &mut self.fields {
            field.chosen = field.code == code;
        }
    }
}

/// `GET /animation/fiches/{id}/verifier`.
pub async fn form(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let listing = match shown(&signed, id, Act::Verify, "/verifier").await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let page = CheckPage::of(&state, &signed, &listing);
    Ok(respond(&CheckPage { said: asked.said, retour: asked.retour, ..page }))
}

/// `POST /animation/fiches/{id}/verifier`: `moyen`, `jour`, `champ`, `retour`.
pub async fn verify(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Verify).await?;
    let mut faults = Faults::default();
    let (form, check) = CheckForm::read(&mut sent, state.today(), &mut faults);
    let code = sent.text("champ");
    let field = match code.as_str() {
        "" => Some(None),
        code => code.parse().ok().filter(|field| Check::is_of(*field)).map(Some),
    };
    if field.is_none() {
        faults.add("champ", "Choisissez un champ de la liste, ou toute la fiche.");
    }
    let retour = back(&mut sent, "");
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(field), Some(check), true) = (field, check, faults.is_empty()) {
        let cause = signed.cause(check.means.done(), state.now());
        match signed
            .store
            .verify(listing.id, Check { field, ..check }, &signed.reach(Act::Verify)?, &cause)
            .await
        {
            Ok(_) => {
                let to = if retour.is_empty() { address(&listing, "/verifier") } else { retour };
                let code = if field.is_some() { "champ-verifie" } else { "verifiee" };
                return Ok(Redirect::to(&saying(&to, code)).into_response());
            }
            Err(error) => status = refusal(error, "verifier", &mut faults)?,
        }
    }
    let mut page = CheckPage { faults, retour, form, ..CheckPage::of(&state, &signed, &listing) };
    page.choose(&code);
    Ok(respond_with(&page, status))
}

/// `POST /animation/fiches/{id}/verifier/annuler`: `champ`, `raison`, `retour`.
pub async fn take_back(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Verify).await?;
    let mut faults = Faults::default();
    let why = reason(&sent.text("raison"), "raison", &mut faults);
    let field = match sent.text("champ").as_str() {
        "" => None,
        code => Some(code.parse::<Field>().map_err(|_| Error::NotFound(Missing::Page))?),
    };
    let retour = back(&mut sent, "");
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if faults.is_empty() {
        let cause = signed.cause(why.as_str(), state.now());
        match signed.store.take_check_back(listing.id, field, &signed.reach(Act::Verify)?, &cause).await {
            Ok(()) => {
                let to = if retour.is_empty() { address(&listing, "/verifier") } else { retour };
                return Ok(Redirect::to(&saying(&to, "verification-annulee")).into_response());
            }
            Err(maille_store::Error::NoCheck(_)) => {
                faults.add("annuler", "Cette vérification n’est plus là : quelqu’un l’a annulée.");
            }
            Err(error) => status = refusal(error, "annuler", &mut faults)?,
        }
    }
    let page = CheckPage { faults, retour, why, ..CheckPage::of(&state, &signed, &listing) };
    Ok(respond_with(&page, status))
}
