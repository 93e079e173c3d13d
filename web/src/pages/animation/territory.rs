//! `/animation/territoires/{code}`: the communes of a territory, drawn and changed, and what was changed before.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::coverage::draft::Draft;
use maille_domain::coverage::extent::{Extent, Ground};
use maille_domain::coverage::mark;
use maille_domain::{Act, Coverage, Reach, Territory};
use maille_index::Node;
use maille_store::Error as StoreError;
use maille_store::territory::{Kept, TerritoryChange};
use maille_territory::{Commune, PlaceKind, france};

use super::draft::Asked;
use super::editor::{Drawn, Editor, Subject, by_name, namer, names};
use super::reason::reason;
use super::refusal::refusal;
use super::territories::{address, may_change, parts};
use super::{Section, layout};
use crate::error::{Error, Missing};
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Query, Sent};
use crate::french::{self, date::stamp};
use crate::map::zone::Around;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::pages::dac::kind_label;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

#[derive(Debug, Template)]
#[template(path = "animation/territory.html")]
struct TerritoryPage {
    layout: Layout,
    address: String,
    name: String,
    kind: String,
    source: String,
    said: Option<&'static str>,
    faults: Faults,
    /// Whether this person may change it; why not, when not.
    may: bool,
    why_not: &'static str,
    overtaken: bool,
    editor: Editor,
    changed: bool,
    reason: String,
    /// Communes that another territory of the kind has too, by territory.
    shared: Vec<Shared>,
    /// Communes of its départements that no territory of the kind has.
    without: Option<(String, String)>,
    history: Vec<Change>,
}

impl Page for TerritoryPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug)]
struct Shared {
    href: String,
    territory: String,
    count: String,
    names: String,
}

/// What was changed at once.
#[derive(Debug)]
struct Change {
    number: i64,
    when: String,
    author: String,
    reason: String,
    added: String,
    removed: String,
    undone: Option<String>,
    /// Why it is to be undone, as typed.
    typed: String,
    /// Whether something of it can be taken back by this person.
    may_undo: bool,
}

/// What somebody typed: why the draft, and why the change of this number is to be undone.
#[derive(Debug, Default)]
struct Typed {
    reason: String,
    undone: Option<(i64, String)>,
}

/// What is known of a territory, for one person.
struct Known {
    kept: Kept,
    reach: Reach,
    all: Vec<Kept>,
}

/// `GET /animation/territoires/{code}`.
pub async fn show(
    State(state): State<WebState>,
    signed: Signed,
    Named(code): Named<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    signed.reach(Act::Consult)?;
    let known = known(&signed, &code).await?;
    page(&state, &signed, known, asked, Faults::default(), Typed::default(), StatusCode::OK).await
}

/// `POST /animation/territoires/{code}`.
pub async fn save(
    State(state): State<WebState>,
    signed: Signed,
    Named(code): Named<String>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    signed.reach(Act::Territory)?;
    let known = known(&signed, &code).await?;
    let asked = Asked::read(&mut sent);
    let mut faults = Faults::default();
    let reason = reason(&sent.text("raison"), "raison", &mut faults);
    let territories = state.node.territories();
    let ground = Ground { site: None, territories: &territories };
    let change = Drafted::of(&known.kept.territory, &asked.draft, &ground);
    let status = if let Err(why_not) = allowed(&known, change.added.iter().chain(&change.removed)) {
        faults.add("zone", why_not);
        StatusCode::FORBIDDEN
    } else if !faults.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else if asked.seen != mark(&parts(&known.kept.territory)) {
        StatusCode::CONFLICT
    } else if change.added.is_empty() && change.removed.is_empty() {
        faults.add("zone", "Aucune commune n’a changé : ajoutez ou retirez-en une d’abord.");
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        let cause = signed.cause(reason.clone(), state.now());
        let seen = &known.kept.territory.communes;
        let Drafted { added, removed } = &change;
        match signed.store.change_territory(&code, seen, added, removed, &cause).await {
            Ok(true) => return Ok(Redirect::to(&format!("{}?dit=communes", address(&code))).into_response()),
            Ok(false) => StatusCode::CONFLICT,
            Err(error) => refusal(error, "zone", &mut faults)?,
        }
    };
    let known = self::known(&signed, &code).await?;
    page(&state, &signed, known, asked, faults, Typed { reason, ..Typed::default() }, status).await
}

/// `POST /animation/territoires/{code}/histoire/{number}/revenir`.
pub async fn undo(
    State(state): State<WebState>,
    signed: Signed,
    Named((code, number)): Named<(String, i64)>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    signed.reach(Act::Territory)?;
    let known = known(&signed, &code).await?;
    let history = signed.store.territory_history(&code).await?;
    let change = history.into_iter().find(|change| change.number == number);
    let change = change.ok_or(Error::NotFound(Missing::Page))?;
    let mut faults = Faults::default();
    let reason = reason(&sent.text("raison"), "raison", &mut faults);
    let status = if let Err(why_not) = allowed(&known, &change.standing) {
        faults.add("histoire", why_not);
        StatusCode::FORBIDDEN
    } else if !faults.is_empty() {
        // The summary leads to the very field.
        let message = faults.of("raison").unwrap_or_default().to_owned();
        faults = Faults::default();
        faults.add(format!("raison-{number}"), message);
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        let cause = signed.cause(reason.clone(), state.now());
        match signed.store.undo_territory_change(&code, number, &cause).await {
            Ok(()) => return Ok(Redirect::to(&format!("{}?dit=revenu", address(&code))).into_response()),
            Err(StoreError::UnknownDecision(_)) => {
                faults.add("histoire", "Il ne reste rien de ce changement : il n’y a rien à défaire.");
                StatusCode::CONFLICT
            }
            Err(error) => refusal(error, "histoire", &mut faults)?,
        }
    };
    let typed = Typed { undone: Some((number, reason)), ..Typed::default() };
    page(&state, &signed, known, Asked::default(), faults, typed, status).await
}

async fn known(signed: &Signed, code: &str) -> Result<Known, Error> {
    let all = signed.store.territories_kept().await?;
    let kept = all.iter().find(|kept| kept.territory.code == code).cloned();
    let kept = kept.ok_or(Error::NotFound(Missing::Page))?;
    let reach = signed.reach(Act::Territory).unwrap_or_else(|_| Reach::nowhere());
    Ok(Known { kept, reach, all })
}

/// Refuses to change these communes of a territory, and says why.
fn allowed<'a>(
    Known { kept, reach, .. }: &Known,
    communes: impl IntoIterator<Item = &'a String>,
) -> Result<(), String> {
    if !may_change(kept, reach) {
        return Err(why_not(kept, reach).to_owned());
    }
    let beyond: Vec<&'static Commune> = communes
        .into_iter()
        .filter(|code| !reach.has_commune(code))
        .filter_map(|code| france().current_commune(code))
        .collect();
    match beyond.len() {
        0 => Ok(()),
        _ => Err(format!(
            "Hors de votre territoire : {}. Vos droits ne vont pas jusque-là.",
            names(&beyond, &Commune::label)
        )),
    }
}

fn why_not(kept: &Kept, reach: &Reach) -> &'static str {
    if kept.held && *reach != Reach::nowhere() {
        "Des droits sont donnés dans ce territoire : seules les personnes dont les droits valent partout changent ses communes, pour que personne n’étende les siens."
    } else {
        "Vos droits ne vont pas jusqu’à ce territoire."
    }
}

/// The communes that somebody reaches, when these are not all of them.
fn near(reach: &Reach) -> Vec<&'static Commune> {
    let Reach::Within(within) = reach else { return Vec::new() };
    let communes = within.communes.iter().filter_map(|code| france().current_commune(code));
    communes.filter(|commune| commune.parent.is_none()).collect()
}

/// What a draft changes of a territory: codes of communes.
struct Drafted {
    added: Vec<String>,
    removed: Vec<String>,
}

impl Drafted {
    fn of(territory: &Territory, draft: &Draft, ground: &Ground<'_>) -> Drafted {
        let base = parts(territory);
        let after = Extent::of(&draft.settled(&base, ground).over(&base, ground), ground);
        let held: Vec<&str> = after.communes().iter().map(|commune| &*commune.code).collect();
        let known =
            |code: &str| base.iter().any(|part| matches!(part, Coverage::Commune(known) if known == code));
        let stays = |code: &String| {
            france().current_commune(code).is_none_or(|commune| held.contains(&&*commune.code))
        };
        Drafted {
            added: held.iter().filter(|code| !known(code)).map(|code| (*code).to_owned()).collect(),
            // By the codes that it has them by, current or not.
            removed: territory.communes.iter().filter(|code| !stays(code)).cloned().collect(),
        }
    }
}

async fn page(
    state: &WebState,
    signed: &Signed,
    known: Known,
    asked: Asked,
    faults: Faults,
    typed: Typed,
    status: StatusCode,
) -> Result<Response, Error> {
    let history = signed.store.territory_history(&known.kept.territory.code).await?;
    let layout = layout(state, signed, Section::Territories, &known.kept.territory.name);
    let page = state
        .ask(move |node| TerritoryPage::of(node, layout, &known, &asked, faults, typed, &history))
        .await?;
    Ok(respond_with(&page, status))
}

impl TerritoryPage {
    fn of(
        node: &Node,
        layout: Layout,
        known: &Known,
        asked: &Asked,
        mut faults: Faults,
        Typed { reason, undone }: Typed,
        history: &[TerritoryChange],
    ) -> TerritoryPage {
        let Known { kept: Kept { territory, source, .. }, reach, all } = known;
        let may = may_change(&known.kept, reach);
        let base = parts(territory);
        let territories = node.territories();
        let ground = Ground { site: None, territories: &territories };
        let seen = mark(&base);
        let draft = asked.over(&base, &mut faults);
        if asked.unread {
            faults.add("zone", "Une partie de l’adresse n’a pas pu être lue : elle est laissée de côté.");
        }
        let overtaken = !asked.seen.is_empty() && asked.seen != seen && !draft.is_empty();
        let reached = |code: &str| may && reach.has_commune(code);
        let subject = Subject {
            base: &base,
            draft,
            ground,
            around: Around { of: format!("de {}", territory.name), ..Around::default() },
            beside: if may { near(reach) } else { Vec::new() },
            typed: &asked.typed,
            may: &reached,
        };
        let Drawn { editor, draft, extent, .. } = Drawn::of(node, &subject, &seen);
        let held = extent.communes();
        let name = namer(&held);
        let of_kind: Vec<(&Territory, Extent)> = all
            .iter()
            .map(|other| &other.territory)
            .filter(|other| other.kind == territory.kind && other.code != territory.code)
            .map(|other| (other, Extent::of(&parts(other), &Ground::default())))
            .collect();
        let shared = of_kind.iter().filter_map(|(other, communes)| {
            let both: Vec<&'static Commune> =
                held.iter().copied().filter(|commune| communes.holds(&commune.code)).collect();
            (!both.is_empty()).then(|| Shared {
                href: address(&other.code),
                territory: other.name.clone(),
                count: french::counted(both.len() as u64, "commune", "communes"),
                names: names(&by_name(both), &name),
            })
        });
        let mut departements: BTreeMap<&str, usize> = BTreeMap::new();
        for commune in &held {
            *departements.entry(&commune.departement).or_default() += 1;
        }
        let nobody = departements.keys().flat_map(|code| france().communes_of(PlaceKind::Departement, code));
        let nobody: Vec<&'static Commune> = nobody
            .filter(|commune| {
                let inside = |extent: &Extent| {
                    extent.holds(&commune.code)
                        || france()
                            .arrondissements_of(&commune.code)
                            .iter()
                            .any(|found| extent.holds(&found.code))
                };
                !inside(&extent) && !of_kind.iter().any(|(_, other)| inside(other))
            })
            .collect();
        let without = (!nobody.is_empty()).then(|| {
            let count = french::counted(nobody.len() as u64, "commune", "communes");
            (count, names(&by_name(nobody), &Commune::label))
        });
        TerritoryPage {
            address: address(&territory.code),
            name: territory.name.clone(),
            kind: kind_label(&territory.kind).0,
            source: source.clone(),
            said: match asked.said.as_str() {
                "communes" => {
                    Some("Le territoire est enregistré. Les recherches le suivent dans la seconde.")
                }
                "revenu" => {
                    Some("Le changement est défait : ses communes sont ce qu’elles étaient avant lui.")
                }
                _ => None,
            },
            why_not: why_not(&known.kept, reach),
            may,
            overtaken,
            changed: !draft.is_empty(),
            reason,
            shared: shared.collect(),
            without,
            history: history.iter().map(|change| change_view(change, known, undone.as_ref())).collect(),
            layout,
            faults,
            editor,
        }
    }
}

fn change_view(change: &TerritoryChange, known: &Known, typed: Option<&(i64, String)>) -> Change {
    let said = |codes: &[String]| {
        let communes = codes.iter().filter_map(|code| france().current_commune(code)).collect();
        names(&by_name(communes), &Commune::label)
    };
    let undone = change.undone.as_ref().filter(|_| change.standing.is_empty());
    Change {
        number: change.number,
        typed: typed
            .filter(|(number, _)| *number == change.number)
            .map(|(_, typed)| typed.clone())
            .unwrap_or_default(),
        when: stamp(change.at),
        author: change.author.clone(),
        reason: change.reason.clone(),
        added: said(&change.added),
        removed: said(&change.removed),
        undone: undone.map(|(by, at, reason)| format!("{by}, {}\u{202f}: {reason}", stamp(*at))),
        may_undo: !change.standing.is_empty() && allowed(known, &change.standing).is_ok(),
    }
}
