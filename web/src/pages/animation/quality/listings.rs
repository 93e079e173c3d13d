//! `/animation/qualite/fiches`: the listings that a number of the board counts, to be checked in one gesture.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use maille_store::quality::{By, Lack, Lacking};

use super::{Asked, LACKS, name};
use crate::error::Error;
use crate::extract::{FromQuery, Query, Reader};
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond};
use crate::pages::animation::verification::{self, CheckForm};
use crate::pages::animation::{Section, layout};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Listings of a page.
const A_PAGE: u64 = 50;

#[derive(Debug, Template)]
#[template(path = "animation/quality_listings.html")]
struct ListingsPage {
    layout: Layout,
    title: String,
    said: Option<String>,
    board: String,
    count: String,
    listings: Vec<Line>,
    /// This very page.
    here: String,
    before: Option<String>,
    after: Option<String>,
    form: CheckForm,
    faults: Faults,
}

impl Page for ListingsPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug)]
struct Line {
    id: String,
    name: String,
    kind: String,
    commune: String,
    checked: String,
}

/// What the address asks: which number of the board, which page of it.
#[derive(Debug)]
pub struct Wanted {
    asked: Asked,
    all: bool,
    key: String,
    lack: Option<(Lack, &'static str, &'static str)>,
    page: u64,
    said: Option<String>,
}

impl FromQuery for Wanted {
    fn from_query(reader: &mut Reader, state: &WebState) -> Wanted {
        let lack = reader.text("manque");
        let lack = LACKS.iter().find(|(_, code, ..)| *code == lack);
        Wanted {
            asked: Asked::from_query(reader, state),
            all: reader.text("tout") == "1",
            key: reader.text("cle").replace('\0', ""),
            lack: lack.map(|(lack, code, said, _)| (*lack, *code, *said)),
            page: reader
                .one("page", |page| {
                    let number = page.parse().ok().filter(|page| (1..=100_000).contains(page));
                    number.ok_or_else(|| "un numéro de page, à partir de 1".to_owned())
                })
                .unwrap_or(1),
            said: verification::said(&reader.text("dit")),
        }
    }
}

impl Wanted {
    fn address(&self, page: u64) -> String {
        let page = page.to_string();
        let of = if self.all { ("tout", "1") } else { ("cle", &*self.key) };
        let lack = self.lack.map_or("", |(_, code, _)| code);
        self.asked.address("/fiches", &[of, ("manque", lack), ("page", &page)])
    }
}

impl Line {
    fn of(known: Lacking, today: NaiveDate) -> Line {
        Line {
            id: known.listing.to_string(),
            kind: name(By::Category, &known.category),
            commune: name(By::Commune, known.commune.as_deref().unwrap_or_default()),
            checked: known.verified_on.map_or_else(
                || "jamais vérifiée".to_owned(),
                |day| format!("vérifiée {}", date::ago(day, today)),
            ),
            name: known.name,
        }
    }
}

/// `GET /animation/qualite/fiches`.
pub async fn listings(
    State(state): State<WebState>,
    signed: Signed,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let (reach, today) = (wanted.asked.reach(&signed).await?, state.today());
    let by = if wanted.all { By::All } else { wanted.asked.by };
    let lack = wanted.lack.map(|(lack, ..)| lack);
    let page = ((wanted.page - 1) * A_PAGE, A_PAGE);
    let (found, all) = signed.store.lacking((by, &wanted.key), lack, &reach, today, page).await?;
    let title = match wanted.lack {
        Some((_, _, said)) => format!("{}\u{202f}: fiches {said}", name(by, &wanted.key)),
        None => name(by, &wanted.key),
    };
    Ok(respond(&ListingsPage {
        layout: layout(&state, &signed, Section::Quality, &title),
        title,
        said: wanted.said.clone(),
        board: wanted.asked.address("", &[]),
        count: french::counted(all, "fiche", "fiches"),
        listings: found.into_iter().map(|known| Line::of(known, today)).collect(),
        here: wanted.address(wanted.page),
        before: (wanted.page > 1).then(|| wanted.address(wanted.page - 1)),
        after: (wanted.page * A_PAGE < all).then(|| wanted.address(wanted.page + 1)),
        form: CheckForm::new(today),
        faults: Faults::default(),
    }))
}
