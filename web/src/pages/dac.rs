//! `/dac`: whom to call, by territory and by commune.

mod answered;
mod coordination;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maille_domain::Territory;
use maille_index::Node;
use maille_territory::{Commune, Place, PlaceKind, fold, france};

use self::answered::Answered;
use self::coordination::Coordination;
pub use self::coordination::{FURTHEST_KM, kind_label, unknown, who_may_know, whole_departement};
use super::service::Service;
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, Query, Reader, quoted};
use crate::french;
use crate::map::Figure;
use crate::map::directory::{self, Shape};
use crate::page::{Cache, Layout, Page, respond};
use crate::parameters::place_label;
use crate::state::WebState;
use crate::views::Choice;
use crate::views::hit::Viewpoint;
use crate::visit::Visit;

/// More communes than this are listed by their first letter.
const MOST_UNLETTERED: usize = 40;
/// More regions than this share one map.
const MOST_REGIONS: usize = 3;
/// More territories than this are listed under their map.
const MOST_BESIDE: usize = 14;
/// Communes that what was typed may mean as well, at most.
const MOST_MEANT: usize = 5;
/// Communes proposed when a name is shared.
const MOST_PROPOSED: usize = 12;

#[derive(Debug, Template)]
#[template(path = "dac.html")]
struct DacPage {
    layout: Layout,
    heading: String,
    typed: String,
    problem: Option<String>,
    question: Vec<Choice>,
    /// Other communes that what was typed may mean.
    meant: Vec<Choice>,
    /// Whether it says whom to call for a commune.
    is_answer: bool,
    answered: Option<Answered>,
    territory: Option<TerritoryView>,
    map: Option<Figure>,
    all: String,
    regions: Vec<Region>,
    kinds: Vec<Kind>,
}

impl Page for DacPage {
    const CACHE: Cache = Cache::Ask;
}

/// What is asked of this page, beside the visit.
#[derive(Debug, Default)]
pub struct Asked {
    territory: Option<String>,
    commune: String,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        Asked {
            territory: reader.one("territoire", |text| Ok(text.to_owned())),
            commune: reader.text("commune").trim().to_owned(),
        }
    }
}

/// The territories of the DACs of a region, drawn and listed.
#[derive(Debug)]
struct Region {
    id: String,
    name: String,
    map: Option<Figure>,
    /// Whether its list is too long to stand beside the map.
    long: bool,
    lines: Vec<Line>,
}

/// The territories of another kind.
#[derive(Debug)]
struct Kind {
    id: String,
    label: String,
    lines: Vec<Line>,
}

/// A territory in a list.
#[derive(Debug)]
struct Line {
    href: String,
    name: String,
    size: String,
    service: Option<Service>,
}

/// One territory, whole.
#[derive(Debug)]
struct TerritoryView {
    heading: String,
    /// Of its heading of communes.
    level: u8,
    /// Whether its communes have room beside the map.
    short: bool,
    kind: String,
    size: String,
    services: Vec<Service>,
    letters: Vec<Letter>,
}

/// Communes of one first letter.
#[derive(Debug)]
struct Letter {
    letter: String,
    communes: Vec<Choice>,
}

/// What the index says of the page.
struct Found {
    question: Vec<Choice>,
    meant: Vec<Choice>,
    answered: Option<Answered>,
    territory: Option<TerritoryView>,
    map: Option<Figure>,
    regions: Vec<Region>,
    kinds: Vec<Kind>,
}

/// `GET /dac`.
pub async fn dac(
    State(state): State<WebState>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Result<Response, Error> {
    let now = state.now();
    let (meant, question) = (visit.clone(), asked.commune.clone());
    let wanted = asked.territory.clone();
    let found = state.ask(move |node| find(node, &meant, wanted.as_deref(), &question, now)).await??;
    let unread = visit.place.is_none() && !asked.commune.is_empty();
    let problem = unread.then(|| match found.question[..] {
        [] => format!(
            "Aucune commune n’a ce nom ni ce code postal\u{202f}: {}. Vérifiez l’orthographe, ou essayez le code postal.",
            french::typography(&quoted(&asked.commune))
        ),
        _ => "Plusieurs communes portent ce nom\u{202f}: choisissez la bonne.".to_owned(),
    });
    let label = found.answered.as_ref().map(|answered| answered.place.clone());
    let title = match (label, &found.territory) {
        (Some(label), _) => format!("Qui appeler pour {label}"),
        (None, Some(territory)) => territory.heading.clone(),
        (None, None) if unread && found.question.is_empty() => {
            "Commune inconnue – Qui coordonne ici".to_owned()
        }
        (None, None) if unread => "Plusieurs communes – Qui coordonne ici".to_owned(),
        (None, None) => "Qui coordonne ici".to_owned(),
    };
    let heading = match &found.territory {
        Some(territory) if found.answered.is_none() => territory.heading.clone(),
        _ => "Qui coordonne ici\u{202f}?".to_owned(),
    };
    let plain = asked.territory.is_none() && asked.commune.is_empty() && visit == Visit::default();
    let typed = match (&visit.place, unread) {
        (_, true) => asked.commune,
        (Some(place), _) if visit.commune().is_some() => place.name.clone(),
        _ => String::new(),
    };
    // The field of this page says what is unsettled: that of the header does not say it again.
    let settled = visit.at(visit.place.as_ref());
    Ok(respond(&DacPage {
        layout: if plain {
            Layout::at(&state, &settled, &title, "/dac")
        } else {
            Layout::new(&state, &settled, &title)
        },
        heading,
        typed,
        problem,
        question: found.question,
        meant: found.meant,
        is_answer: found.answered.is_some(),
        answered: found.answered,
        territory: found.territory,
        map: found.map,
        all: visit.at(None).link("/dac"),
        regions: found.regions,
        kinds: found.kinds,
    }))
}

fn find(
    node: &Node,
    visit: &Visit,
    wanted: Option<&str>,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Found, Error> {
    let view = Viewpoint { now, during: None, place: None, visit: visit.clone() };
    let coordination = Coordination::of(node, &view)?;
    let commune = visit.commune().and_then(|code| france().current_commune(code));
    let of_commune = commune.and_then(|commune| node.territories_of(&commune.code, now));
    let named_by_visit = visit.place.as_ref().filter(|place| place.kind == PlaceKind::Territory);
    let own = of_commune.as_ref().and_then(|found| {
        found.territories.iter().find(|territory| territory.kind == "dac").map(|territory| &*territory.code)
    });
    let code = wanted.or(own).or(named_by_visit.map(|place| &*place.code));
    let chosen = match code {
        Some(code) => Some(coordination.territory(code).ok_or(Error::NotFound(Missing::Page))?),
        None => None,
    };
    // Somebody who looks at another territory is not answered for the commune they came with.
    let elsewhere = wanted.is_some_and(|wanted| {
        of_commune.as_ref().is_none_or(|found| found.territories.iter().all(|known| known.code != wanted))
    });
    let answered = of_commune.filter(|_| !elsewhere).map(|found| Answered::new(&found, &coordination, &view));
    let ambiguous = visit.unsettled.as_ref().is_some_and(|typed| !typed.places.is_empty());
    let map = chosen.and_then(|territory| {
        let here = commune.filter(|_| !elsewhere).map(|commune| &*commune.code);
        directory::of_communes(territory, &communes_as_links(territory, visit), here)
    });
    let lists = chosen.is_none();
    Ok(Found {
        question: if ambiguous { proposed(node, typed, visit) } else { Vec::new() },
        meant: meant(node, typed, visit),
        territory: chosen
            .map(|territory| territory_view(territory, answered.is_some(), &coordination, visit)),
        answered,
        map,
        regions: if lists { regions(node, &coordination, visit) } else { Vec::new() },
        kinds: if lists { kinds(&coordination, visit) } else { Vec::new() },
    })
}

/// The page of a territory, in the visit; its commune stays.
fn to_territory(visit: &Visit, territory: &Territory) -> String {
    visit.link_with("/dac", &[("territoire", &territory.code)])
}

/// The page that says whom to call for a commune.
fn to_commune(visit: &Visit, commune: &Commune) -> Option<String> {
    let place = france().place(PlaceKind::Commune, &commune.code)?;
    Some(visit.at(Some(&place)).link("/dac"))
}

/// The communes of a territory, by name.
fn communes(territory: &Territory) -> Vec<&'static Commune> {
    let mut communes: Vec<&Commune> =
        territory.communes.iter().filter_map(|code| france().current_commune(code)).collect();
    communes.sort_by_cached_key(|commune| (fold(&commune.name), &commune.code));
    communes.dedup_by_key(|commune| &commune.code);
    communes
}

fn communes_as_links(territory: &Territory, visit: &Visit) -> Vec<Shape> {
    let link = |commune: &'static Commune| {
        let (code, name) = (commune.code.to_string(), commune.name.to_string());
        Some(Shape { code, name, href: to_commune(visit, commune)? })
    };
    communes(territory).into_iter().filter_map(link).collect()
}

fn territory_view(
    territory: &Territory,
    is_answer: bool,
    coordination: &Coordination,
    visit: &Visit,
) -> TerritoryView {
    let links = communes_as_links(territory, visit);
    let lettered = links.len() > MOST_UNLETTERED;
    let mut letters: Vec<Letter> = Vec::new();
    for link in links {
        let first = fold(&link.name).chars().next().map(|letter| letter.to_uppercase().to_string());
        let letter = first.filter(|_| lettered).unwrap_or_default();
        if letters.last().is_none_or(|last| last.letter != letter) {
            letters.push(Letter { letter, communes: Vec::new() });
        }
        if let Some(last) = letters.last_mut() {
            last.communes.push(Choice { href: link.href, label: link.name, detail: None });
        }
    }
    TerritoryView {
        heading: if territory.name.starts_with("DAC ") {
            format!("Territoire du {}", territory.name)
        } else {
            territory.name.clone()
        },
        level: if is_answer { 3 } else { 2 },
        short: !lettered,
        kind: coordination::kind_label(&territory.kind).0,
        size: size(territory),
        services: coordination.services(territory),
        letters,
    }
}

fn size(territory: &Territory) -> String {
    french::counted(communes(territory).len() as u64, "commune", "communes")
}

fn line(territory: &Territory, coordination: &Coordination, visit: &Visit) -> Line {
    Line {
        href: to_territory(visit, territory),
        name: territory.name.clone(),
        size: size(territory),
        service: coordination.services(territory).into_iter().next(),
    }
}

/// The territories of the DACs, region by region while the regions are few: each map is then large enough to be read.
fn regions(node: &Node, coordination: &Coordination, visit: &Visit) -> Vec<Region> {
    let region_of = |territory: &Territory| {
        let commune = territory.communes.iter().find_map(|code| france().current_commune(code));
        let region = commune.and_then(|commune| france().region(&commune.region));
        region.map_or_else(|| "Ailleurs".to_owned(), |region| region.name.to_string())
    };
    let mut by_region: BTreeMap<String, Vec<&Territory>> = BTreeMap::new();
    for territory in coordination.of_kind("dac") {
        by_region.entry(region_of(territory)).or_default().push(territory);
    }
    if by_region.len() > MOST_REGIONS {
        let all = std::mem::take(&mut by_region).into_values().flatten().collect();
        by_region.insert("France".to_owned(), all);
    }
    let regions = by_region.into_iter().enumerate().map(|(position, (name, territories))| {
        let shapes: Vec<Shape> = territories
            .iter()
            .map(|territory| Shape {
                code: territory.code.clone(),
                name: territory.name.clone(),
                href: to_territory(visit, territory),
            })
            .collect();
        let id = format!("region-{position}");
        Region {
            map: directory::of_territories(node, &format!("carte-{position}"), &name, &shapes),
            long: territories.len() > MOST_BESIDE,
            lines: territories.iter().map(|territory| line(territory, coordination, visit)).collect(),
            id,
            name,
        }
    });
    regions.collect()
}

/// The other territories, by kind.
fn kinds(coordination: &Coordination, visit: &Visit) -> Vec<Kind> {
    let others = coordination.kinds().into_iter().filter(|kind| kind != "dac").enumerate();
    others
        .map(|(position, kind)| Kind {
            id: format!("territoires-{position}"),
            label: coordination::kind_label(&kind).1,
            lines: coordination.of_kind(&kind).map(|found| line(found, coordination, visit)).collect(),
        })
        .collect()
}

/// The communes of a shared name.
fn proposed(node: &Node, typed: &str, visit: &Visit) -> Vec<Choice> {
    let found = node.places(typed, MOST_PROPOSED).places;
    found.iter().filter(|place| is_commune(place)).map(|place| commune_choice(place, visit)).collect()
}

/// The communes that begin as what was typed does, of its very name or larger than the one that it names: "clam" names
/// Clam, and may mean Clamart.
fn meant(node: &Node, typed: &str, visit: &Visit) -> Vec<Choice> {
    let begun = fold(typed);
    let Some(here) = visit.place.as_ref().filter(|place| is_commune(place) && !begun.is_empty()) else {
        return Vec::new();
    };
    let found = node.places(typed, MOST_PROPOSED).places;
    let may_be = |place: &&Place| {
        let name = fold(&place.name);
        let larger = name == begun || place.population > here.population;
        is_commune(place) && place.code != here.code && name.starts_with(&begun) && larger
    };
    found.iter().filter(may_be).take(MOST_MEANT).map(|place| commune_choice(place, visit)).collect()
}

fn is_commune(place: &Place) -> bool {
    matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement)
}

fn commune_choice(place: &Place, visit: &Visit) -> Choice {
    let departement = place.departement.as_deref().and_then(|code| france().departement(code));
    Choice {
        href: visit.at(Some(place)).link("/dac"),
        label: place_label(place),
        detail: departement.map(|departement| departement.name.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::Field;

    use crate::testing::{HOSTILE, ask, html, listing, page, state_of};

    #[tokio::test]
    async fn a_commune_says_whom_to_call() {
        for path in ["/dac?commune=Bagneux", "/dac?commune=92220", "/dac?commune=92007"] {
            let body = page(path).await.body;
            for said in [
                "Pour Bagneux (92)",
                "DAC 92 Sud",
                "01\u{a0}99\u{a0}00\u{a0}00\u{a0}11",
                "ouvert jusqu’à 19\u{a0}h",
                "aria-label=\"Bagneux\"",
                "class=\"area chosen\"",
                "/recherche?commune=92007",
            ] {
                assert!(body.contains(said), "{said} in {path}: {body}");
            }
        }
    }

    #[tokio::test]
    async fn territories_are_links_on_a_map_and_in_a_list() {
        let body = page("/dac?selection=0123456789ab").await.body;
        for said in [
            "<svg",
            "href=\"/dac?territoire=dac-92-sud&amp;selection=0123456789ab\" aria-label=\"DAC 92 Sud\"",
            "href=\"/dac?territoire=dac-92-sud&#38;selection=0123456789ab\"",
            "4\u{a0}communes",
            "name=\"selection\" value=\"0123456789ab\"",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
        let territory = page("/dac?territoire=dac-92-sud").await.body;
        for said in ["href=\"/dac?commune=92002\"", "Antony", "Sceaux", "Voir tous les territoires"] {
            assert!(territory.contains(said), "{said} in {territory}");
        }
        assert_eq!(page("/dac?territoire=licorne").await.status, 404);
    }

    #[tokio::test]
    async fn what_was_typed_is_kept_and_asked_again() {
        let unknown = page("/dac?commune=Zzzzville").await;
        assert_eq!(unknown.status, 200);
        for said in [
            "value=\"Zzzzville\"",
            "aria-invalid=\"true\" autofocus",
            "Aucune commune n’a ce nom",
            "<title>Commune inconnue – Qui coordonne ici",
        ] {
            assert!(unknown.body.contains(said), "{said} in {}", unknown.body);
        }
        assert!(!unknown.body.contains("aucun lieu de ce nom"), "it is said once");
        let several = page("/dac?commune=Saint-Denis").await.body;
        for said in
            ["De quelle commune", "Plusieurs communes portent ce nom", "/dac?commune=93066", "La Réunion"]
        {
            assert!(several.contains(said), "{said} in {several}");
        }
        let hostile = page("/dac?commune=%3Cscript%3Ealert(1)%3C/script%3E&territoire=").await;
        assert!(!hostile.body.contains("<script>alert"));
    }

    #[tokio::test]
    async fn what_was_typed_may_mean_a_larger_commune() {
        let clam = page("/dac?commune=clam").await.body;
        for said in
            ["Pour Clam (17)", "Vous cherchiez une autre commune", "/dac?commune=92023\">Clamart (92)"]
        {
            assert!(clam.contains(said), "{said} in {clam}");
        }
        for sure in ["/dac?commune=Toulouse", "/dac?commune=92220", "/dac?commune=92007", "/dac"] {
            assert!(!page(sure).await.body.contains("Vous cherchiez"), "{sure}");
        }
    }

    #[tokio::test]
    async fn a_territory_is_named_once_and_its_list_alone_is_for_the_keyboard() {
        let body = page("/dac?territoire=dac-92-sud").await.body;
        assert!(body.contains("<h1><bdi>Territoire du DAC 92 Sud</bdi></h1>"), "{body}");
        assert!(body.contains("<title>Territoire du DAC 92 Sud – "), "{body}");
        assert_eq!(body.matches("Territoire du DAC 92 Sud</bdi></h").count(), 1);
        let (map, list) = body.split_once("</svg>").unwrap();
        assert_eq!(map.matches("tabindex=\"-1\" aria-label=").count(), 4);
        assert!(!list.contains("tabindex=\"-1\" aria-label="));
    }

    #[tokio::test]
    async fn a_commune_without_dac_is_told_who_may_know() {
        // Meudon is beside the territory, Toulouse far from everything; a search says the same.
        let near =
            ["Le DAC de Meudon (92) n’est pas renseigné", "«\u{202f}DAC 92 Sud\u{202f}», à ", "réoriente"];
        let far = ["Le DAC de Toulouse (31) n’est pas renseigné", "à moins de 100\u{a0}km", "(ARS)"];
        for (commune, said, other) in [("92048", near, far), ("31555", far, near)] {
            for path in ["/dac?", "/recherche?q=emg&"] {
                let body = page(&format!("{path}commune={commune}")).await.body;
                for said in said {
                    assert!(body.contains(said), "{said} in {body}");
                }
                assert!(!body.contains(other[2]), "{} in {body}", other[2]);
            }
        }
        let call = page("/dac?commune=92048").await.body;
        assert!(call.contains("tel:+33199000011"), "{call}");
    }

    #[tokio::test]
    async fn hostile_names_are_harmless_and_an_empty_directory_says_so() {
        let mut hostile = listing(
            "x",
            &[(Field::Name, HOSTILE), (Field::Category, "dac"), (Field::Coverage, "territory:dac-92-sud")],
        );
        hostile.fields.referral = Some(HOSTILE.into());
        let state = state_of("dac-hostile", &[hostile]);
        for path in ["/dac", "/dac?territoire=dac-92-sud", "/dac?commune=92007"] {
            let answered = ask(state.clone(), Request::get(path).body(Body::empty()).unwrap()).await;
            html::check(&answered.body);
            assert!(!answered.body.contains("<script>alert"), "{path}");
        }
        let none =
            ask(state_of("dac-none", &[]), Request::get("/dac?commune=92007").body(Body::empty()).unwrap())
                .await;
        html::check(&none.body);
        assert!(none.body.contains("aucun numéro de son DAC n’est renseigné"), "{}", none.body);
    }
}
