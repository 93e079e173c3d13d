//! `/accueil/activite`: what the desk did, in numbers. Exact for whoever answers there; in the version to publish, without any count of fewer
//! than five.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{Days, NaiveDate};
use maille_domain::clock::MONTHS;
use maille_domain::{Desk, Period, Territory};
use maille_store::activity::{Activity, Whose};

use self::tables::{HIDDEN, Row, Table, Told};
use super::{Tab, layout};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, Query, Reader, encode};
use crate::french::{self, NO_BREAK, date};
use crate::page::{Cache, Layout, Page, respond};
use crate::signed::Signed;
use crate::state::WebState;

mod csv;
mod tables;

/// The addresses of the activity.
pub fn routes() -> Router<WebState> {
    Router::new().route("/accueil/activite", get(page)).route("/accueil/activite.csv", get(csv::file))
}

/// How an address asks for the calls of no territory: no territory has such a code.
const NO_TERRITORY: &str = "*";

#[derive(Debug, Template)]
#[template(path = "accueil/activity.html")]
struct ActivityPage {
    layout: Layout,
    tab: Tab,
    /// The period, in words.
    period: String,
    /// Its first and last days, in words.
    days: (String, String),
    /// Periods of other lengths, and which is shown.
    lengths: Vec<Link>,
    previous: Link,
    next: Option<Link>,
    /// Whose calls may be looked at alone.
    choices: Vec<Choice>,
    /// Whose calls these are.
    whose: String,
    /// The period, as the form of the choices sends it.
    code: String,
    /// Whether this is what may be published.
    published: bool,
    /// The other version: what may be published, or all.
    other: String,
    csv: String,
    told: Told,
    /// All calls, if they are not too few to be published.
    all: Option<String>,
    /// What is said of the delay.
    delay: Option<String>,
    /// How long somebody worked on the call in the middle.
    median: Option<String>,
}

impl Page for ActivityPage {
    const CACHE: Cache = Cache::Never;
}

/// A link to another period.
#[derive(Debug)]
struct Link {
    href: String,
    label: String,
    current: bool,
}

/// Calls that may be looked at alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    /// As addresses have it; empty for all that a desk sees.
    code: String,
    name: String,
    chosen: bool,
}

/// What an address asks: which period, whose calls, and whether to publish it.
#[derive(Debug, Clone)]
struct Asked {
    period: Period,
    territory: String,
    published: bool,
    today: NaiveDate,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, state: &WebState) -> Asked {
        let today = state.today();
        let published = reader.one("diffusion", |text| match text {
            "1" => Ok(true),
            _ => Err("attendu 1, ou rien".to_owned()),
        });
        let published = published.unwrap_or_default();
        let usual = if published { Period::last_published(today) } else { Period::all_of(today)[0] };
        let asked = reader.one("periode", |text| text.parse().map_err(str::to_owned));
        let period: Period = asked.unwrap_or(usual);
        if published && period.published_from().is_none_or(|from| today < from) {
            reader.wrong("periode", "un trimestre, dix jours après sa fin, pour la version à diffuser");
        }
        Asked { period, territory: reader.text("territoire"), published, today }
    }
}

impl Asked {
    /// An address of the activity: `rest` is empty or `.csv`.
    fn address(&self, rest: &str) -> String {
        let mut address = format!("/accueil/activite{rest}?periode={}", self.period);
        if !self.territory.is_empty() {
            address.push_str("&territoire=");
            encode(&self.territory, &mut address);
        }
        if self.published {
            address.push_str("&diffusion=1");
        }
        address
    }

    fn link(&self, period: Period, label: impl Into<String>) -> Link {
        let href = Asked { period, ..self.clone() }.address("");
        Link { href, label: label.into(), current: period == self.period }
    }

    /// The periods of each length that hold the last day of this one, but for days to come.
    fn lengths(&self) -> Vec<Link> {
        if self.published {
            return Vec::new();
        }
        let last = (self.period.end() - Days::new(1)).min(self.today).max(self.period.first());
        let [month, quarter, year] = Period::all_of(last);
        vec![self.link(month, "Mois"), self.link(quarter, "Trimestre"), self.link(year, "Année")]
    }

    fn previous(&self) -> Link {
        let previous = self.period.previous();
        self.link(previous, words(previous))
    }

    /// The period after this one, unless it is to come, or not to be published yet.
    fn next(&self) -> Option<Link> {
        let next = self.period.next();
        let from = if self.published { next.published_from()? } else { next.first() };
        (from <= self.today).then(|| self.link(next, words(next)))
    }

    /// The other version of the same: what may be published of the last quarter in it that may be, or all.
    fn other(&self) -> String {
        let last = Period::last_published(self.today);
        let period = match self.period {
            own if self.published => own,
            own => Period::all_of(own.end() - Days::new(1))[1].min(last),
        };
        Asked { period, published: !self.published, ..self.clone() }.address("")
    }
}

/// A period in words: `novembre 2026`, `4e trimestre 2026`, `année 2026`.
fn words(period: Period) -> String {
    match period {
        Period::Month(year, _) => {
            format!("{}{NO_BREAK}{year}", MONTHS[chrono::Datelike::month0(&period.first()) as usize])
        }
        Period::Quarter(year, quarter) => {
            format!("{quarter}{}{NO_BREAK}trimestre {year}", if quarter == 1 { "er" } else { "e" })
        }
        Period::Year(year) => format!("année{NO_BREAK}{year}"),
    }
}

/// Whose calls one may look at, one of them chosen.
#[derive(Debug)]
struct Chosen {
    choices: Vec<Choice>,
}

impl Chosen {
    fn of(desk: &Desk, all: &[Territory], asked: &Asked) -> Result<Chosen, Error> {
        let choice =
            |code: &str, name: &str| Choice { code: code.to_owned(), name: name.to_owned(), chosen: false };
        let named = |code: &String| {
            let known = all.iter().find(|territory| territory.code == *code);
            choice(code, known.map_or(code, |territory| &territory.name))
        };
        let mut choices: Vec<Choice> = if let Some(own) = desk.territories() {
            own.iter().map(named).collect()
        } else {
            let none = choice(NO_TERRITORY, "Appels d’aucun territoire");
            all.iter().map(|territory| choice(&territory.code, &territory.name)).chain([none]).collect()
        };
        // What is published is of one territory: all of them would tell each by subtraction.
        if !asked.published && choices.len() > 1 {
            choices.insert(0, choice("", "Tous les appels que vous voyez"));
        }
        let position = match asked.territory.as_str() {
            "" => 0,
            code => {
                let missing = if all.iter().any(|territory| territory.code == code) {
                    Error::Elsewhere
                } else {
                    Error::NotFound(Missing::Page)
                };
                choices.iter().position(|choice| choice.code == code).ok_or(missing)?
            }
        };
        choices[position].chosen = true;
        Ok(Chosen { choices })
    }

    fn choice(&self) -> &Choice {
        self.choices.iter().find(|choice| choice.chosen).expect("one of them was chosen")
    }

    fn whose(&self) -> Whose<'_> {
        match self.choice().code.as_str() {
            "" => Whose::Desk,
            NO_TERRITORY => Whose::NoTerritory,
            code => Whose::Territory(code),
        }
    }

    /// The territory, in the name of a file.
    fn code(&self) -> Option<&str> {
        match self.choice().code.as_str() {
            "" => None,
            NO_TERRITORY => Some("aucun-territoire"),
            code => Some(code),
        }
    }
}

/// The activity that an address asks: whose, in numbers, and as it is told.
async fn look(state: &WebState, signed: &Signed, asked: &Asked) -> Result<(Chosen, Activity, Told), Error> {
    let desk = signed.desk()?;
    let territories = signed.store.territories().await?;
    let chosen = Chosen::of(&desk, &territories, asked)?;
    let ended_before = asked.period.settled_at().filter(|_| asked.published);
    let found = signed.store.activity(asked.period, chosen.whose(), ended_before, &desk, state.now());
    let activity = found.await?;
    let told = if asked.published {
        let own = territories.iter().find(|territory| territory.code == chosen.choice().code);
        Told::published(&activity, own.map(|territory| &territory.communes[..]))
    } else {
        Told::exact(&activity)
    };
    Ok((chosen, activity, told))
}

/// `GET /accueil/activite`.
async fn page(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (chosen, activity, told) = look(&state, &signed, &asked).await?;
    let title = if asked.published { "Activité à diffuser" } else { "Activité de l’accueil" };
    let (first, last) = (asked.period.first(), asked.period.end() - Days::new(1));
    Ok(respond(&ActivityPage {
        layout: layout(&state, &signed, title),
        tab: Tab::Activity,
        period: words(asked.period),
        days: (date::words(first), date::words(last)),
        lengths: asked.lengths(),
        previous: asked.previous(),
        next: asked.next(),
        whose: chosen.choice().name.clone(),
        code: asked.period.to_string(),
        published: asked.published,
        other: asked.other(),
        csv: asked.address(".csv"),
        all: told.all.map(french::number),
        told,
        delay: (!asked.published && activity.due > 0).then(|| delay(&activity)),
        median: activity.median.filter(|_| !asked.published).map(duration),
        choices: chosen.choices,
    }))
}

/// The share answered within the delay, in words, with both numbers.
fn delay(activity: &Activity) -> String {
    let share = share(activity.in_time * 1000 / activity.due);
    let (in_time, due) = (french::number(activity.in_time), french::number(activity.due));
    let pending = activity.all.calls - activity.due;
    let rest = match pending {
        0 => String::new(),
        _ => format!(
            " {} encore dans le délai : on ne sait pas.",
            french::counted(pending, "attend une réponse et est", "attendent une réponse et sont")
        ),
    };
    french::typography(&format!(
        "{share} : {in_time} sur {due} dont la réponse est connue, ou le délai passé.{rest}"
    ))
}

/// Tenths of a hundredth, as people say them.
fn share(tenths: u64) -> String {
    format!("{}{NO_BREAK}%", french::decimal(tenths as f64 / 10.0))
}

/// A number of calls, or what stands in its place.
fn shown(calls: Option<u64>) -> String {
    calls.map_or_else(|| HIDDEN.to_owned(), french::number)
}

impl Table {
    /// The share of a row, as people say it; nothing where there is none.
    fn said_share(&self, row: &Row) -> String {
        self.share(row).map(share).unwrap_or_default()
    }
}

impl Row {
    /// How many calls, or what stands in its place.
    fn said_calls(&self) -> String {
        shown(self.calls)
    }

    /// How many needs that nobody answers, or what stands in its place.
    fn said_unmet(&self) -> String {
        shown(self.unmet)
    }
}

/// `45 s`, `3 min`, `3 min 20 s`.
fn duration(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}{NO_BREAK}s"),
        (minutes, 0) => format!("{minutes}{NO_BREAK}min"),
        (minutes, seconds) => format!("{minutes}{NO_BREAK}min {seconds}{NO_BREAK}s"),
    }
}

#[cfg(test)]
mod tests {
    use maille_domain::account::Held;
    use maille_domain::{Account, AccountId, Reach, Role};

    use super::*;

    fn asked(period: &str, territory: &str, published: bool) -> Asked {
        let (period, today) = (period.parse().unwrap(), "2026-11-28".parse().unwrap());
        Asked { period, territory: territory.to_owned(), published, today }
    }

    #[test]
    fn periods_lead_to_one_another_and_never_to_what_is_to_come() {
        let month = asked("2026-11", "dac-sud", false);
        let hrefs: Vec<String> = month.lengths().into_iter().map(|link| link.href).collect();
        let of = |period: &str| format!("/accueil/activite?periode={period}&territoire=dac-sud");
        assert_eq!(hrefs, ["2026-11", "2026-T4", "2026"].map(of));
        assert!(month.next().is_none() && month.lengths()[0].current);
        assert_eq!(asked("2026-09", "", false).next().unwrap().label, "octobre\u{a0}2026");
        assert_eq!(asked("2026", "", false).lengths()[0].href, "/accueil/activite?periode=2026-11");
        assert_eq!(asked("2025", "", false).lengths()[1].href, "/accueil/activite?periode=2025-T4");
        assert_eq!(month.other(), "/accueil/activite?periode=2026-T3&territoire=dac-sud&diffusion=1");
        assert_eq!(asked("2026-02", "", false).other(), "/accueil/activite?periode=2026-T1&diffusion=1");
        let published = asked("2026-T3", "", true);
        assert!(published.next().is_none() && published.lengths().is_empty());
        assert_eq!(published.previous().href, "/accueil/activite?periode=2026-T2&diffusion=1");
        assert_eq!(published.other(), "/accueil/activite?periode=2026-T3");
    }

    #[test]
    fn what_is_published_is_of_one_territory() {
        let territory = |code: &str| Territory {
            code: code.to_owned(),
            kind: "dac".to_owned(),
            name: format!("DAC {code}"),
            communes: Vec::new(),
        };
        let all = ["sud", "nord"].map(territory);
        let desk = |held: &[Option<&str>]| {
            let roles = held.iter().map(|territory| Held {
                role: Role::Reception,
                territory: territory.map(str::to_owned),
                reach: Reach::Everywhere,
            });
            let (id, email, name) = (AccountId(uuid::Uuid::nil()), String::new(), String::new());
            Desk::of(&Account { id, email, name, roles: roles.collect() }).unwrap()
        };
        let chosen = |desk: &Desk, territory: &str, published| {
            Chosen::of(desk, &all, &asked("2026-T3", territory, published))
                .map(|chosen| chosen.choice().code.clone())
        };
        let (one, two, whole) = (desk(&[Some("sud")]), desk(&[Some("sud"), Some("nord")]), desk(&[None]));
        assert_eq!([&one, &two, &whole].map(|desk| chosen(desk, "", false).unwrap()), ["sud", "", ""]);
        for desk in [&one, &two, &whole] {
            assert_eq!(chosen(desk, "", true).unwrap(), "sud");
        }
        assert_eq!(chosen(&whole, NO_TERRITORY, true).unwrap(), NO_TERRITORY);
        assert!(matches!(chosen(&one, "nord", false), Err(Error::Elsewhere)));
        assert!(matches!(chosen(&one, NO_TERRITORY, false), Err(Error::NotFound(_))));
        assert!(matches!(chosen(&whole, "est", true), Err(Error::NotFound(_))));
    }

    #[test]
    fn numbers_are_said_in_words() {
        assert_eq!([45, 180, 200].map(duration), ["45\u{a0}s", "3\u{a0}min", "3\u{a0}min 20\u{a0}s"]);
        assert_eq!(words(Period::Quarter(2026, 1)), "1er\u{a0}trimestre 2026");
        let mut told = Activity { due: 8, in_time: 7, ..Activity::default() };
        told.all.calls = 10;
        assert_eq!(
            delay(&told),
            "87,5\u{a0}%\u{202f}: 7 sur 8 dont la réponse est connue, ou le délai passé. 2\u{a0}attendent une réponse et sont encore dans le délai\u{202f}: on ne sait pas."
        );
        assert_eq!((shown(None), shown(Some(1200))), ("masqué".to_owned(), "1\u{a0}200".to_owned()));
    }
}
