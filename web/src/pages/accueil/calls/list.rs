//! `GET /accueil/appels`: what is to be done of calls, list by list.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::Call;
use maille_domain::call::{FollowUp, Requester};
use maille_store::call::{Followed, Sift};

use super::super::{Tab, layout};
use super::{gesture, told};
use crate::error::Error;
use crate::extract::{FromQuery, Query, Reader, encode, quoted};
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::{Fact, home, name_in_a_list};

/// Calls of a page.
const PAGE: usize = 50;

const HERE: &str = "/accueil/appels";
const LIST: &str = "liste";
const DAY: &str = "jour";
const REQUESTER: &str = "demandeur";
const UNMET: &str = "non_couvert";
const NUMBER: &str = "page";

#[derive(Debug, Template)]
#[template(path = "accueil/calls.html")]
struct CallsPage {
    layout: Layout,
    tab: Tab,
    said: Option<String>,
    list: FollowUp,
    lists: Vec<ListLink>,
    /// What one does of this list.
    purpose: &'static str,
    calls: Vec<CallLine>,
    /// What is said when there are none.
    nothing: &'static str,
    day: String,
    requester: Option<Requester>,
    unmet: bool,
    sifted: bool,
    pages: Option<Pages>,
    /// Where one comes back to.
    back: String,
}

impl Page for CallsPage {
    const CACHE: Cache = Cache::Never;
}

/// A list, and how many calls it has.
#[derive(Debug)]
struct ListLink {
    href: String,
    label: &'static str,
    count: String,
    current: bool,
}

/// Where one is among the pages.
#[derive(Debug)]
struct Pages {
    previous: Option<String>,
    next: Option<String>,
    told: String,
}

/// A call, as a line of a list.
#[derive(Debug)]
struct CallLine {
    href: String,
    need: String,
    /// Who asked, where the person lives, what it is counted under.
    about: String,
    /// When, by whom it was taken, how things stand.
    taken: String,
    recall: Option<Fact>,
    handed: Option<String>,
    /// What was answered, and how it stands.
    marks: Vec<Fact>,
    note: String,
    given: Vec<Given>,
    version: i32,
    /// Whether somebody is to be called back.
    due: bool,
}

/// A resource that was given.
#[derive(Debug)]
struct Given {
    name: String,
    href: String,
    outcome: Option<&'static str>,
}

/// What an address asks.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    list: Option<FollowUp>,
    day: Option<NaiveDate>,
    requester: Option<Requester>,
    unmet: bool,
    page: usize,
    said: Option<String>,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        Asked {
            list: reader.one(LIST, |code| code.parse().map_err(|error| format!("{error}"))),
            day: reader.one(DAY, |day| day.parse().map_err(|_| format!("{} n’est pas un jour", quoted(day)))),
            requester: reader.one(REQUESTER, |code| code.parse().map_err(|error| format!("{error}"))),
            unmet: reader.text(UNMET) == "oui",
            page: reader
                .one(NUMBER, |text| {
                    text.parse::<u32>().map_err(|_| format!("{} n’est pas une page", quoted(text)))
                })
                .map_or(1, |page| (page as usize).max(1)),
            said: gesture::said(&reader.text("dit")),
        }
    }
}

impl Asked {
    fn address(&self) -> String {
        let day = self.day.map(|day| day.to_string()).unwrap_or_default();
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let pairs = [
            (LIST, self.list.map(FollowUp::code).unwrap_or_default()),
            (DAY, &day),
            (REQUESTER, self.requester.map(Requester::code).unwrap_or_default()),
            (UNMET, if self.unmet { "oui" } else { "" }),
            (NUMBER, &page),
        ];
        let mut address = HERE.to_owned();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
        }
        address
    }
}

/// `GET /accueil/appels`.
pub async fn calls(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (desk, now) = (signed.desk()?, state.now());
    let list = asked.list.unwrap_or(FollowUp::Recall);
    let window = (PAGE, (asked.page - 1).saturating_mul(PAGE));
    let sift = Sift { day: asked.day, requester: asked.requester, unmet: asked.unmet };
    let sifted = sift != Sift::default();
    let followed = signed.store.follow_up(list, window, sift, &desk, now).await?;
    let count = |list: FollowUp| followed.counts.get(&list).copied().unwrap_or_default();
    let here = Asked { list: Some(list), page: followed.before / PAGE + 1, said: None, ..asked.clone() };
    let last = count(list).div_ceil(PAGE).max(1);
    let at = |page: usize| Asked { page, ..here.clone() }.address();
    let (purpose, nothing) = words(list, sifted);
    Ok(respond(&CallsPage {
        layout: layout(&state, &signed, list.label()),
        tab: Tab::Calls,
        said: asked.said,
        list,
        lists: FollowUp::ALL
            .iter()
            .map(|&one| ListLink {
                href: Asked { list: Some(one), page: 1, ..here.clone() }.address(),
                label: one.label(),
                count: french::number(count(one) as u64),
                current: one == list,
            })
            .collect(),
        purpose,
        calls: followed.calls.iter().map(|call| CallLine::of(call, &followed, now)).collect(),
        nothing,
        day: asked.day.map(|day| day.to_string()).unwrap_or_default(),
        requester: asked.requester,
        unmet: asked.unmet,
        sifted,
        pages: (last > 1).then(|| Pages {
            previous: (here.page > 1).then(|| at(here.page - 1)),
            next: (here.page < last).then(|| at(here.page + 1)),
            told: format!("Page {} sur {}", french::number(here.page as u64), french::number(last as u64)),
        }),
        back: here.address(),
    }))
}

/// What one does of a list, and what is said when it is empty.
const fn words(list: FollowUp, sifted: bool) -> (&'static str, &'static str) {
    match list {
        FollowUp::Recall => (
            "Dans les 48\u{a0}heures ouvrées de l’appel, le plus en retard d’abord. Aucun numéro n’est gardé ici\u{202f}: celui de la personne qui a appelé est dans le journal du téléphone de l’accueil, à l’heure de l’appel.",
            "Personne n’est à rappeler.",
        ),
        FollowUp::Ask => (
            "Appels terminés depuis deux jours ouvrés au moins et un mois au plus, le plus ancien d’abord. Un échec est signalé à l’équipe d’animation, qui tient la fiche à jour.",
            "Rien à demander\u{202f}: chaque ressource donnée a sa réponse, ou l’a été trop récemment.",
        ),
        FollowUp::Handed => (
            "Appels confiés au niveau\u{a0}2, le dernier d’abord. La fiche s’imprime, ou se télécharge pour le logiciel de la coordination.",
            "Aucun appel n’a été confié au niveau\u{a0}2.",
        ),
        FollowUp::All if sifted => ("Le dernier d’abord.", "Aucun appel avec ces filtres."),
        FollowUp::All => (
            "Le dernier d’abord.",
            "Aucun appel encore. Le premier s’ouvre de lui-même, à la première recherche de l’onglet «\u{202f}Répondre\u{202f}».",
        ),
    }
}

impl CallLine {
    fn of(call: &Call, followed: &Followed, now: DateTime<Utc>) -> CallLine {
        let sheet = &call.sheet;
        let subject = sheet.subject.map(|subject| subject.label().to_owned());
        let about: Vec<String> = [told::requester(sheet).to_owned()]
            .into_iter()
            .chain(sheet.home.as_ref().map(home::words))
            .chain(subject)
            .collect();
        let taken = format!("{}, par {}, {}", told::moment(call.opened_at, now), call.by, told::state(call));
        let given = call.given().filter_map(|given| {
            let named = followed.names.get(&given.listing)?;
            Some(Given {
                name: name_in_a_list(&named.name),
                href: format!("/ressources/{}", named.slug),
                outcome: given.outcome.map(|(outcome, _)| outcome.label()),
            })
        });
        CallLine {
            href: format!("{HERE}/{}", call.id),
            need: name_in_a_list(&told::need(sheet)),
            about: about.join(" · "),
            taken: french::typography(&french::upper_first(&taken)),
            recall: told::recall(call, now),
            handed: call.handed_at.map(|at| format!("Confié au niveau\u{a0}2 {}", told::moment(at, now))),
            marks: sheet
                .answer
                .map(|answer| Fact::new("", "information", french::typography(answer.label())))
                .into_iter()
                .chain(sheet.unmet.then(|| Fact::new("check", "check", "Besoin non couvert".to_owned())))
                .collect(),
            note: sheet.note.as_str().to_owned(),
            given: given.collect(),
            version: call.version,
            due: call.recall_due.is_some() && call.recalled_at.is_none() && call.discarded_at.is_none(),
        }
    }
}
