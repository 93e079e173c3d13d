//! `/animation/qualite`: how fresh and how complete the directory is, by kind, source and commune.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDate;
use maille_domain::{Act, Category, Reach};
use maille_store::quality::{By, Lack, Quality};
use maille_territory::france;

use super::{Section, layout};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, Query, Reader, encode};
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond};
use crate::signed::Signed;
use crate::state::WebState;

mod csv;
mod listings;

/// Rows of a table; the file has them all.
const MOST_ROWS: usize = 100;

/// The addresses of the board.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/qualite", get(board))
        .route("/animation/qualite.csv", get(csv::board))
        .route("/animation/qualite/fiches", get(listings::listings))
}

/// What listings are counted by, as addresses and people say it.
const WAYS: [(By, &str, &str, &str); 3] = [
    (By::Category, "type", "Par type", "Type de ressource"),
    (By::Source, "source", "Par source", "Source"),
    (By::Commune, "commune", "Par commune", "Commune"),
];

/// What listings may lack, as addresses and people say it, and what those that do not lack it are.
const LACKS: [(Lack, &str, &str, &str); 7] = [
    (Lack::Check, "retard", "à vérifier", "Vérifiées à temps"),
    (Lack::AnyCheck, "jamais", "jamais vérifiées", "Déjà vérifiées"),
    (Lack::Coverage, "zone", "sans zone d’intervention", "Zone"),
    (Lack::Contact, "contact", "sans téléphone ni courriel", "Contact"),
    (Lack::Hours, "horaires", "sans horaires", "Horaires"),
    (Lack::Referral, "mobiliser", "qui ne disent pas comment les mobiliser", "Comment mobiliser"),
    (Lack::Position, "position", "sans position à l’adresse", "Position"),
];

#[derive(Debug, Template)]
#[template(path = "animation/quality.html")]
struct QualityPage {
    layout: Layout,
    /// The tables there are.
    ways: Vec<Way>,
    /// What a row is.
    what: &'static str,
    /// What each column says.
    columns: Vec<&'static str>,
    all: Option<Row>,
    rows: Vec<Row>,
    /// How many rows are left out.
    left: usize,
    csv: String,
    /// Code of the table.
    by: &'static str,
    /// The territories that may be looked at alone.
    territories: Vec<Territory>,
    /// Whether listings count several times.
    several: bool,
}

impl Page for QualityPage {
    const CACHE: Cache = Cache::Never;
}

/// One of the tables.
#[derive(Debug)]
struct Way {
    href: String,
    label: &'static str,
    current: bool,
}

/// A territory to look at alone.
#[derive(Debug)]
struct Territory {
    code: String,
    name: String,
    chosen: bool,
}

/// A row of a table.
#[derive(Debug)]
struct Row {
    name: String,
    listings: Link,
    cells: Vec<Cell>,
    median: String,
}

/// A number, and the list of what it counts.
#[derive(Debug)]
struct Link {
    href: String,
    label: String,
}

/// What share of the listings are right, and those that are not.
#[derive(Debug)]
struct Cell {
    share: String,
    lacking: Option<Link>,
}

/// What an address asks: which table, of which territory.
#[derive(Debug, Clone)]
struct Asked {
    by: By,
    territory: String,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        let way = reader.text("par");
        let by = WAYS.iter().find(|(_, code, ..)| *code == way).map_or(By::Category, |(by, ..)| *by);
        Asked { by, territory: reader.text("territoire") }
    }
}

impl Asked {
    fn way(&self) -> (&'static str, &'static str) {
        WAYS.iter().find(|(by, ..)| *by == self.by).map_or(("", ""), |(_, code, _, what)| (*code, *what))
    }

    /// An address of the board: `rest` is empty, `.csv` or `/fiches`.
    fn address(&self, rest: &str, pairs: &[(&str, &str)]) -> String {
        let mut address = format!("/animation/qualite{rest}?par={}", self.way().0);
        let territory = (!self.territory.is_empty()).then_some(("territoire", &*self.territory));
        for (name, value) in pairs.iter().copied().chain(territory) {
            address.push('&');
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
        }
        address
    }

    /// How far the board goes: as far as one's rights, or a territory within.
    async fn reach(&self, signed: &Signed) -> Result<Reach, Error> {
        let own = signed.reach(Act::Consult)?;
        if self.territory.is_empty() {
            return Ok(own);
        }
        let all = signed.store.territories().await?;
        let chosen = all.iter().find(|known| known.code == self.territory);
        let chosen = chosen.ok_or(Error::NotFound(Missing::Page))?;
        let reach = Reach::of(std::slice::from_ref(chosen), &all);
        if reach.is_within(&own) { Ok(reach) } else { Err(Error::Elsewhere) }
    }
}

/// The name of what a row is of.
fn name(by: By, key: &str) -> String {
    match by {
        By::All => "Toutes les fiches".to_owned(),
        By::Source => key.to_owned(),
        By::Category => {
            Category::from_code(key).map_or_else(|| key.to_owned(), |kind| french::kind(kind).to_owned())
        }
        By::Commune if key.is_empty() => "Commune non renseignée".to_owned(),
        By::Commune => france()
            .current_commune(key)
            .map_or_else(|| key.to_owned(), |commune| format!("{} ({})", commune.name, commune.departement)),
    }
}

/// How many of these listings do not lack it.
fn right(quality: &Quality, lack: Lack) -> u64 {
    match lack {
        Lack::Check => quality.checked,
        Lack::AnyCheck => quality.listings - quality.never,
        Lack::Coverage => quality.coverage,
        Lack::Contact => quality.contact,
        Lack::Hours => quality.hours,
        Lack::Referral => quality.referral,
        Lack::Position => quality.position,
    }
}

impl Row {
    fn of(asked: &Asked, by: By, quality: &Quality, today: NaiveDate) -> Row {
        let list = |lack: &str| {
            let (all, of) = (("tout", "1"), ("cle", &*quality.key));
            asked.address("/fiches", &[if by == By::All { all } else { of }, ("manque", lack)])
        };
        let cells = LACKS.iter().map(|(lack, code, ..)| {
            let right = right(quality, *lack);
            let lacking = quality.listings - right;
            Cell {
                // All of them is said of all of them alone.
                share: format!("{}{}%", right * 100 / quality.listings.max(1), french::NO_BREAK),
                lacking: (lacking > 0)
                    .then(|| Link { href: list(code), label: french::counted(lacking, "écart", "écarts") }),
            }
        });
        Row {
            name: name(by, &quality.key),
            listings: Link { href: list(""), label: french::counted(quality.listings, "fiche", "fiches") },
            cells: cells.collect(),
            median: quality.median.map_or_else(|| "aucune".to_owned(), |day| date::ago(day, today)),
        }
    }
}

/// `GET /animation/qualite`.
async fn board(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (reach, today) = (asked.reach(&signed).await?, state.today());
    let own = signed.reach(Act::Consult)?;
    let all = signed.store.quality(By::All, &reach, today).await?;
    let rows = signed.store.quality(asked.by, &reach, today).await?;
    let within = |known: &maille_domain::Territory| known.communes.iter().all(|code| own.has_commune(code));
    let territories = signed.store.territories().await?.into_iter().filter(within);
    let (by, what) = asked.way();
    Ok(respond(&QualityPage {
        layout: layout(&state, &signed, Section::Quality, "Qualité"),
        ways: WAYS
            .iter()
            .map(|(by, _, label, _)| Way {
                href: Asked { by: *by, ..asked.clone() }.address("", &[]),
                label,
                current: *by == asked.by,
            })
            .collect(),
        what,
        columns: LACKS.iter().map(|(.., column)| *column).collect(),
        all: all.first().map(|all| Row::of(&asked, By::All, all, today)),
        left: rows.len().saturating_sub(MOST_ROWS),
        rows: rows.iter().take(MOST_ROWS).map(|row| Row::of(&asked, asked.by, row, today)).collect(),
        csv: asked.address(".csv", &[]),
        by,
        territories: territories
            .map(|known| Territory {
                chosen: known.code == asked.territory,
                code: known.code,
                name: known.name,
            })
            .collect(),
        several: asked.by == By::Source,
    }))
}
