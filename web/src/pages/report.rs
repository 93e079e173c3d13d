//! `/ressources/{slug}/signaler`: say that a sheet is wrong, without saying who one is. The first page that writes.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::hours::time_zone;
use maille_domain::report::{Reason, Report, ReportText, Reporter};
use maille_domain::{Listing, ListingId};

use crate::error::{Error, Missing};
use crate::extract::{Reader, Sent, encode};
use crate::french::{self, date};
use crate::inbox::Writing;
use crate::page::{Cache, Layout, Page, respond};
use crate::requester::{MOST_OF_ONE, Requester, TooMany, WINDOW_MINUTES};
use crate::state::WebState;
use crate::theme::Theme;
use crate::views::PhoneLink;
use crate::visit::Visit;

/// After how many seconds to try again when nothing can be written.
const RETRY_SECONDS: i64 = 60;

/// The fields of the form. The last one is shown to nobody: whoever fills it is a program.
const REASON: &str = "motif";
const TEXT: &str = "texte";
const REPORTER: &str = "qualite";
const TRAP: &str = "site_web";

#[derive(Debug, Template)]
#[template(path = "report.html")]
struct ReportPage {
    layout: Layout,
    sheet: String,
    action: String,
    name: String,
    status: StatusCode,
    trouble: Option<Trouble>,
    errors: Errors,
    reasons: Vec<Radio>,
    reporters: Vec<Radio>,
    text: String,
}

impl Page for ReportPage {
    // The way back to a form that was left keeps what was typed there.
    const CACHE: Cache = Cache::Ask;

    fn status(&self) -> StatusCode {
        self.status
    }
}

/// Why what was sent is not kept, although nothing is wrong with it.
#[derive(Debug)]
struct Trouble {
    title: &'static str,
    paragraph: String,
    contact: Option<Contact>,
}

/// Whom to call meanwhile.
#[derive(Debug)]
struct Contact {
    name: String,
    phone: PhoneLink,
}

/// What is to be corrected, beside each field.
#[derive(Debug, Default)]
struct Errors {
    reason: Option<String>,
    text: Option<String>,
}

/// One answer among several.
#[derive(Debug)]
struct Radio {
    id: String,
    value: &'static str,
    label: &'static str,
    checked: bool,
}

/// What was typed.
#[derive(Debug, Default)]
struct Typed {
    reason: Option<Reason>,
    reporter: Option<Reporter>,
    text: String,
}

#[derive(Debug, Template)]
#[template(path = "report_thanks.html")]
struct ThanksPage {
    layout: Layout,
    name: String,
    sheet: String,
}

impl Page for ThanksPage {
    const CACHE: Cache = Cache::Ask;
}

#[derive(Debug, Template)]
#[template(path = "report_gone.html")]
struct GonePage {
    layout: Layout,
    name: String,
    withdrawn: String,
    sheet: String,
    contact: Option<Contact>,
}

impl Page for GonePage {
    const CACHE: Cache = Cache::Ask;

    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}

/// `GET /ressources/{slug}/signaler`.
pub async fn form(
    State(state): State<WebState>,
    slug: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, Error> {
    let listing = asked(&state, slug).await?;
    Ok(match GonePage::of(&state, &visit, &listing) {
        Some(gone) => respond(&gone),
        None => respond(&ReportPage::new(&state, &visit, &listing, &Typed::default())),
    })
}

/// `POST /ressources/{slug}/signaler`. What is accepted is committed; what is not is given back as it was typed.
pub async fn send(
    State(state): State<WebState>,
    State(writing): State<Writing>,
    slug: Result<Path<String>, PathRejection>,
    visit: Visit,
    requester: Requester,
    Sent(mut sent): Sent,
) -> Result<Response, Error> {
    let listing = asked(&state, slug).await?;
    if let Some(gone) = GonePage::of(&state, &visit, &listing) {
        return Ok(respond(&gone));
    }
    let thanks = || to(&visit.link(&path(&listing, "/signaler/merci")));
    if sent.is_given(TRAP) {
        return Ok(thanks());
    }
    let (typed, read) = Typed::read(&mut sent, listing.id, &state);
    let page = ReportPage::new(&state, &visit, &listing, &typed);
    let report = match read {
        Ok(report) => report,
        Err(errors) => return Ok(respond(&page.with_errors(errors))),
    };
    if let Err(too_many) = writing.limits.take(requester, state.now()) {
        let trouble = Trouble::of_many(too_many);
        return Ok(later(&page.refused(StatusCode::TOO_MANY_REQUESTS, trouble), too_many.seconds));
    }
    if writing.keep(report).await.is_err() {
        let trouble = Trouble::of_storage(&state.theme);
        return Ok(later(&page.refused(StatusCode::SERVICE_UNAVAILABLE, trouble), RETRY_SECONDS));
    }
    Ok(thanks())
}

/// `GET /ressources/{slug}/signaler/merci`.
pub async fn thanks(
    State(state): State<WebState>,
    slug: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, Error> {
    let listing = asked(&state, slug).await?;
    Ok(respond(&ThanksPage {
        layout: Layout::new(&state, &visit, "Signalement enregistré"),
        name: listing.fields.name.clone(),
        sheet: visit.sheet(&listing.slug),
    }))
}

async fn asked(state: &WebState, slug: Result<Path<String>, PathRejection>) -> Result<Arc<Listing>, Error> {
    let missing = Error::NotFound(Missing::Listing);
    let Path(slug) = slug.map_err(|_| missing.clone())?;
    state.ask(move |node| node.listing_by_slug(&slug)).await?.ok_or(missing)
}

/// `/ressources/{slug}` and what follows.
fn path(listing: &Listing, rest: &str) -> String {
    let mut path = String::from("/ressources/");
    encode(&listing.slug, &mut path);
    path + rest
}

/// Elsewhere, by `GET`: reloading what is there sends nothing again.
fn to(link: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(link)).into_response()
}

/// A page that says after how many seconds to try again.
fn later(page: &ReportPage, seconds: i64) -> Response {
    let mut response = respond(page);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

impl Typed {
    /// What was typed, and the report it makes or what is to be corrected.
    fn read(sent: &mut Reader, listing: ListingId, state: &WebState) -> (Typed, Result<Report, Errors>) {
        let parse = |text: &str| text.parse::<Reason>().map_err(|error| error.to_string());
        let typed = Typed {
            reason: sent.one(REASON, parse),
            // Not worth a question: an unknown answer is none.
            reporter: sent.text(REPORTER).parse().ok(),
            text: sent.text(TEXT),
        };
        let mut errors = Errors::default();
        if typed.reason.is_none() || sent.wrong_with(REASON).is_some() {
            errors.reason = Some("Choisissez ce qui est faux.".to_owned());
        }
        let text = match (sent.wrong_with(TEXT), ReportText::read(&typed.text)) {
            (Some(_), _) => {
                errors.text =
                    Some("Écrivez votre texte de nouveau : il a été abîmé pendant l’envoi.".to_owned());
                ReportText::default()
            }
            (None, Err(too_long)) => {
                let (found, most) = (too_long.found as u64, ReportText::MOST as u64);
                errors.text = Some(format!(
                    "Raccourcissez le texte : il a {}, {} au plus sont admis.",
                    french::counted(found, "caractère", "caractères"),
                    french::number(most)
                ));
                ReportText::default()
            }
            (None, Ok(text)) => {
                if text.is_empty() && typed.reason.is_some_and(Reason::needs_words) {
                    errors.text = Some("Écrivez ce qui est faux, en quelques mots.".to_owned());
                }
                text
            }
        };
        let read = match typed.reason {
            Some(reason) if errors.reason.is_none() && errors.text.is_none() => {
                Ok(Report::new(listing, reason, typed.reporter, text, state.now()))
            }
            _ => Err(errors),
        };
        (typed, read)
    }
}

impl ReportPage {
    fn new(state: &WebState, visit: &Visit, listing: &Listing, typed: &Typed) -> ReportPage {
        let reasons = Reason::ALL.iter().map(|reason| Radio {
            id: format!("{REASON}-{reason}"),
            value: reason.code(),
            label: reason.label(),
            checked: typed.reason == Some(*reason),
        });
        let reporters = Reporter::ALL.iter().map(|reporter| Radio {
            id: format!("{REPORTER}-{reporter}"),
            value: reporter.code(),
            label: reporter.label(),
            checked: typed.reporter == Some(*reporter),
        });
        // One cannot go back on a choice among these without an answer that says nothing.
        let nobody = Radio {
            id: format!("{REPORTER}-aucune"),
            value: "",
            label: "Je préfère ne pas le dire",
            checked: typed.reporter.is_none(),
        };
        ReportPage {
            layout: Layout::new(state, visit, &format!("Signaler une erreur, {}", listing.fields.name)),
            sheet: visit.sheet(&listing.slug),
            action: visit.link(&path(listing, "/signaler")),
            name: listing.fields.name.clone(),
            status: StatusCode::OK,
            trouble: None,
            errors: Errors::default(),
            reasons: reasons.collect(),
            reporters: reporters.chain([nobody]).collect(),
            text: typed.text.clone(),
        }
    }

    fn with_errors(self, errors: Errors) -> ReportPage {
        let typographic = |text: String| french::typography(&text);
        let errors = Errors { reason: errors.reason.map(typographic), text: errors.text.map(typographic) };
        ReportPage { status: StatusCode::UNPROCESSABLE_ENTITY, errors, ..self }.titled("À corriger")
    }

    fn refused(self, status: StatusCode, trouble: Trouble) -> ReportPage {
        ReportPage { status, trouble: Some(trouble), ..self }.titled("Non enregistré")
    }

    /// The title is what a screen reader says first.
    fn titled(mut self, first: &str) -> ReportPage {
        self.layout.title = format!("{first} – {}", self.layout.title);
        self
    }

    fn anything_wrong(&self) -> bool {
        self.errors.reason.is_some() || self.errors.text.is_some()
    }

    /// The first radio, where the summary of what is to be corrected leads.
    fn first_reason(&self) -> &str {
        self.reasons.first().map_or("", |radio| &radio.id)
    }
}

impl Trouble {
    fn of_storage(theme: &Theme) -> Trouble {
        let contact = Contact::of(theme);
        let then = if contact.is_some() { ", ou appelez" } else { "" };
        Trouble {
            title: "Votre signalement n’a pas été enregistré",
            paragraph: french::typography(&format!(
                "L’annuaire ne peut rien enregistrer en ce moment ; la recherche, elle, répond. Ce que vous avez \
                 écrit est gardé ci-dessous : envoyez-le de nouveau dans quelques minutes{then}"
            )),
            contact,
        }
    }

    fn of_many(TooMany { alone, seconds }: TooMany) -> Trouble {
        let minutes = seconds.unsigned_abs().div_ceil(60);
        let who = if alone {
            format!("{MOST_OF_ONE} signalements sont venus de votre réseau en {WINDOW_MINUTES} minutes, et")
        } else {
            "L’annuaire reçoit beaucoup de signalements, et".to_owned()
        };
        Trouble {
            title: "Votre signalement n’a pas été enregistré",
            paragraph: french::typography(&format!(
                "{who} les suivants doivent attendre. Ce que vous avez écrit est gardé ci-dessous : envoyez-le \
                 de nouveau dans {}",
                french::counted(minutes, "minute", "minutes")
            )),
            contact: None,
        }
    }
}

impl Contact {
    fn of(theme: &Theme) -> Option<Contact> {
        let contact = theme.contact.as_ref()?;
        let phone = contact.phone.as_ref()?;
        Some(Contact { name: contact.name.clone(), phone: PhoneLink::from(phone) })
    }
}

impl GonePage {
    /// The page of a listing that was withdrawn, if it was.
    fn of(state: &WebState, visit: &Visit, listing: &Listing) -> Option<GonePage> {
        let day = listing.withdrawn_at?.with_timezone(&time_zone(None)).date_naive();
        Some(GonePage {
            layout: Layout::new(state, visit, "Cette fiche a déjà été retirée"),
            name: listing.fields.name.clone(),
            withdrawn: format!("le {}", date::words(day)),
            sheet: visit.sheet(&listing.slug),
            contact: Contact::of(&state.theme),
        })
    }
}

#[cfg(test)]
mod tests;
