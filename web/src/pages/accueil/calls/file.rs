//! `GET /accueil/appels/{id}/fiche.json`: the sheet of a call for the software of a coordinator. `docs/fiche-appel.md` describes it.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use maille_domain::call::{AgeBand, Answer, Channel, Proposed, Requester, Subject};
use maille_domain::hours::time_zone;
use maille_domain::{Call, Listing};
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, Missing};
use crate::extract::Named;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::home;

/// The sheet of a call. Nothing here tells who called, or about whom.
#[derive(Debug, Serialize)]
struct SheetFile {
    /// Which description of this file it follows.
    format: &'static str,
    id: Uuid,
    /// Name of whoever took it.
    taken_by: String,
    /// Code of the territory whose desk it is.
    territory: Option<String>,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    handed_at: Option<DateTime<Utc>>,
    discarded_at: Option<DateTime<Utc>>,
    worked_seconds: u32,
    need: String,
    note: String,
    /// Codes of kinds of resource.
    categories: Vec<&'static str>,
    home: Option<HomeFile>,
    subject: Option<&'static str>,
    age_band: Option<&'static str>,
    requester: Option<&'static str>,
    channel: Option<&'static str>,
    answer: Option<&'static str>,
    unmet: bool,
    recall: Option<RecallFile>,
    /// The resources, those that were given and those that were thought of.
    listings: Vec<ListingFile>,
}

/// Where the person lives.
#[derive(Debug, Serialize)]
struct HomeFile {
    /// A COG code, `sans-domicile` or `inconnu`.
    code: String,
    name: String,
}

/// Whoever called is to be called back.
#[derive(Debug, Serialize)]
struct RecallFile {
    due_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

/// A resource.
#[derive(Debug, Serialize)]
struct ListingFile {
    /// As `GET /api/v1/listings/{id}` takes it.
    id: String,
    name: String,
    category: &'static str,
    /// E.164, or short numbers.
    phones: Vec<String>,
    /// None when it was thought of only.
    given_at: Option<DateTime<Utc>>,
    outcome: Option<&'static str>,
    outcome_at: Option<DateTime<Utc>>,
}

/// `GET /accueil/appels/{id}/fiche.json`.
pub async fn download(
    State(_): State<WebState>,
    signed: Signed,
    Named(id): Named<Uuid>,
) -> Result<Response, Error> {
    let desk = signed.desk()?;
    let call = signed.store.call(id, &desk).await?.ok_or(Error::NotFound(Missing::Page))?;
    let mut listings = Vec::new();
    for proposed in &call.proposed {
        if let Some(listing) = signed.store.listing(proposed.listing).await? {
            listings.push(ListingFile::of(proposed, &listing));
        }
    }
    let headers = [
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(&call))),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Json(SheetFile::of(call, listings))).into_response())
}

/// `appel-2026-11-27-1a2b3c4d.json`.
fn file_name(call: &Call) -> String {
    let day = call.opened_at.with_timezone(&time_zone(None)).date_naive();
    format!("appel-{day}-{}.json", &call.id.simple().to_string()[..8])
}

impl SheetFile {
    fn of(call: Call, listings: Vec<ListingFile>) -> SheetFile {
        let sheet = call.sheet;
        SheetFile {
            format: "maille-appel-1",
            id: call.id,
            taken_by: call.by,
            territory: call.territory,
            opened_at: call.opened_at,
            closed_at: call.closed_at,
            answered_at: call.answered_at,
            handed_at: call.handed_at,
            discarded_at: call.discarded_at,
            worked_seconds: call.seconds,
            need: sheet.need.as_str().to_owned(),
            note: sheet.note.as_str().to_owned(),
            categories: sheet.categories.iter().map(|kind| kind.code()).collect(),
            home: sheet
                .home
                .as_ref()
                .map(|home| HomeFile { code: home.code().to_owned(), name: home::words(home) }),
            subject: sheet.subject.map(Subject::code),
            age_band: sheet.age_band.map(AgeBand::code),
            requester: sheet.requester.map(Requester::code),
            channel: sheet.channel.map(Channel::code),
            answer: sheet.answer.map(Answer::code),
            unmet: sheet.unmet,
            recall: call.recall_due.map(|due_at| RecallFile { due_at, done_at: call.recalled_at }),
            listings,
        }
    }
}

impl ListingFile {
    fn of(proposed: &Proposed, listing: &Listing) -> ListingFile {
        ListingFile {
            id: listing.id.to_string(),
            name: listing.fields.name.clone(),
            category: listing.fields.category.code(),
            phones: listing.fields.phone.iter().map(|phone| phone.as_str().to_owned()).collect(),
            given_at: proposed.given_at,
            outcome: proposed.outcome.map(|(outcome, _)| outcome.code()),
            outcome_at: proposed.outcome.map(|(_, at)| at),
        }
    }
}

#[cfg(test)]
mod tests {
    use maille_domain::ListingId;
    use maille_domain::call::{
        AgeBand, Answer, Channel, Home, Outcome, Requester, Sheet, SheetText, Subject,
    };

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_sheet_is_written_as_the_documentation_says() {
        let category = maille_domain::Category::from_code("emg").unwrap();
        let call = Call {
            id: Uuid::from_u128(0x1a2b_3c4d_0000_4000_8000_0000_0000_0001),
            by: "Alix Morel".to_owned(),
            territory: Some("dac-92-sud".to_owned()),
            opened_at: at("2026-11-26T23:30:00Z"),
            touched_at: at("2026-11-27T09:04:00Z"),
            seconds: 240,
            parked: false,
            closed_at: Some(at("2026-11-27T09:04:00Z")),
            discarded_at: None,
            sheet: Sheet {
                query: SheetText::kept("confus bagneux 82 ans".to_owned()),
                need: SheetText::kept("confus à domicile".to_owned()),
                note: SheetText::kept("vit au 3e étage".to_owned()),
                categories: vec![category],
                home: Some(Home::Commune("92007".to_owned())),
                subject: Some(Subject::Old),
                age_band: Some(AgeBand::Oldest),
                requester: Some(Requester::Gp),
                channel: Some(Channel::Phone),
                answer: Some(Answer::Coordination),
                recall: true,
                ..Sheet::default()
            },
            proposed: Vec::new(),
            recall_due: Some(at("2026-12-01T09:00:00Z")),
            recalled_at: None,
            handed_at: Some(at("2026-11-27T09:04:00Z")),
            answered_at: None,
            version: 4,
        };
        assert_eq!(file_name(&call), "appel-2026-11-27-1a2b3c4d.json", "the day in Paris");
        let listing = ListingFile {
            id: ListingId::founded_by("csv", "emg-1").to_string(),
            name: "Équipe mobile de gériatrie des Coteaux".to_owned(),
            category: "emg",
            phones: vec!["+33199000001".to_owned()],
            given_at: Some(at("2026-11-27T09:03:00Z")),
            outcome: Some(Outcome::Full.code()),
            outcome_at: Some(at("2026-11-30T09:00:00Z")),
        };
        insta::assert_json_snapshot!("sheet_file", SheetFile::of(call, vec![listing]));
    }
}
