//! `/parcours/{code}`: a path of care: what it is, who helps at each step, whom to call.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use maille_domain::request::PlaceAsked;
use maille_domain::vocabulary::Theme;
use maille_domain::{Category, Parcours, Request};
use maille_index::SearchError;

use super::service::Service;
use crate::error::{Error, Missing};
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::views::hit::Viewpoint;
use crate::views::{Choice, PhoneLink};
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "parcours.html")]
struct ParcoursPage {
    layout: Layout,
    label: &'static str,
    text: &'static str,
    numbers: Vec<Number>,
    place: Option<String>,
    count: String,
    search: String,
    map: String,
    steps: Vec<Step>,
    others: Vec<Choice>,
    dac: Vec<Service>,
    commune_known: bool,
    dac_page: String,
    siblings: Vec<Choice>,
}

impl Page for ParcoursPage {
    const CACHE: Cache = Cache::Ask;
}

#[derive(Debug)]
struct Number {
    phone: PhoneLink,
    label: &'static str,
}

/// A step, and the kinds of resource that do it.
#[derive(Debug)]
struct Step {
    label: &'static str,
    kinds: Vec<Kind>,
}

/// A kind of resource, and how many there are here.
#[derive(Debug)]
struct Kind {
    /// None when there is nothing to find.
    href: Option<String>,
    label: &'static str,
    acronym: Option<&'static str>,
    count: String,
}

/// `GET /parcours`: all of them are on the first page.
pub async fn all(visit: Visit) -> Redirect {
    Redirect::to(&format!("{}#parcours", visit.link("/")))
}

/// `GET /parcours/{code}`.
pub async fn parcours(
    State(state): State<WebState>,
    code: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, Error> {
    let missing = Error::NotFound(Missing::Page);
    let Path(code) = code.map_err(|_| missing.clone())?;
    let theme = code.parse::<Theme>().map_err(|_| missing.clone())?;
    let parcours = Parcours::of(theme).ok_or(missing)?;
    let now = state.now();
    let request = Request {
        themes: vec![theme],
        place: visit.place.as_ref().map(|place| PlaceAsked::Known(place.kind, place.code.clone())),
        limit: 1,
        ..Request::default()
    };
    // Few listings say their parcours: what each kind has here is counted whatever they say.
    let whatever = Request { themes: Vec::new(), ..request.clone() };
    let (answer, whatever) = state
        .ask(move |node| {
            let answer = |request: &Request| node.spots(request, now).map(|spots| spots.answer);
            Ok::<_, SearchError>((answer(&request)?, answer(&whatever)?))
        })
        .await??;
    let facets = answer.facets.unwrap_or_default();
    let of_kinds = whatever.facets.unwrap_or_default().category;
    let found =
        |kind: Category| of_kinds.iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count);
    let search = visit.search().with("theme", theme.code());
    let link = |kind: Category| visit.search().with("category", kind.code()).to_string();
    let steps = parcours.steps.iter().map(|step| Step {
        label: step.label,
        kinds: step
            .kinds
            .iter()
            .map(|kind| Kind {
                href: (found(*kind) > 0).then(|| link(*kind)),
                label: french::kind(*kind),
                acronym: kind.acronym(),
                count: french::number(found(*kind)),
            })
            .collect(),
    });
    let in_a_step = |kind: &Category| parcours.steps.iter().any(|step| step.kinds.contains(kind));
    let others =
        facets.category.iter().filter(|(kind, count)| *count > 0 && !in_a_step(kind)).map(|(kind, count)| {
            Choice {
                href: search.clone().with("category", kind.code()).to_string(),
                label: french::kind(*kind).to_owned(),
                detail: Some(french::number(*count)),
            }
        });
    let view = Viewpoint { now, during: None, place: None, visit: visit.clone() };
    let dac = answer.territory.iter().flat_map(|territory| &territory.dac);
    let siblings = Theme::ALL.iter().filter(|other| **other != theme && **other != Theme::Tous);
    let title = format!("Parcours {}", french::lower_first(theme.label()));
    Ok(respond(&ParcoursPage {
        layout: if visit == Visit::default() {
            Layout::at(&state, &visit, &title, &format!("/parcours/{}", theme.code()))
        } else {
            Layout::new(&state, &visit, &title)
        },
        label: theme.label(),
        text: parcours.text,
        numbers: parcours
            .numbers
            .iter()
            .map(|number| Number { phone: PhoneLink::from(&number.phone), label: number.label })
            .collect(),
        place: visit.place_label(),
        count: match answer.total {
            0 => "Aucune ressource".to_owned(),
            total => french::counted(total, "ressource", "ressources"),
        },
        search: search.to_string(),
        map: visit.link_with("/carte", &[("theme", theme.code())]),
        steps: steps.collect(),
        others: others.collect(),
        dac: dac.map(|hit| Service::of(&hit.listing, &view)).collect(),
        commune_known: visit.commune().is_some(),
        dac_page: visit.link("/dac"),
        siblings: siblings
            .map(|other| Choice {
                href: visit.link(&format!("/parcours/{}", other.code())),
                label: other.label().to_owned(),
                detail: None,
            })
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use maille_domain::vocabulary::Theme;

    use crate::testing::{get, page};

    #[tokio::test]
    async fn each_parcours_says_what_it_is_and_leads_somewhere() {
        for theme in Theme::ALL.iter().filter(|theme| **theme != Theme::Tous) {
            let page = page(&format!("/parcours/{theme}")).await;
            assert_eq!(page.status, 200, "{theme}");
            assert!(page.body.contains("href=\"/dac\""), "{theme}");
            assert!(page.body.contains(&format!("/carte?theme={theme}")), "{theme}");
        }
    }

    #[tokio::test]
    async fn the_place_of_the_visit_counts_and_names_its_dac() {
        let body = page("/parcours/personnes-agees?commune=92023").await.body;
        for said in [
            "pour Clamart (92)",
            "/recherche?commune=92023&#38;category=emg",
            "DAC 92 Sud",
            "01\u{a0}99\u{a0}00\u{a0}00\u{a0}11",
            "ouvert jusqu’à 19\u{a0}h",
            "tel:3977",
            "EHPAD",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
        // No listing of this kind says its parcours; those that serve the place are counted all the same.
        let antony = page("/parcours/personnes-agees?commune=92002").await.body;
        assert!(antony.contains("/recherche?commune=92002&#38;category=ccas"), "{antony}");
        assert!(body.contains("aucune fiche ici") && !body.contains("<span class=\"count\">0<"), "{body}");
        let nowhere = page("/parcours/soins-palliatifs?commune=31555").await.body;
        assert!(nowhere.contains("n’est pas renseigné"), "{nowhere}");
    }

    #[tokio::test]
    async fn all_of_them_are_on_the_first_page() {
        let answered = get("/parcours?commune=92007").await;
        assert_eq!(answered.status, 303);
        assert_eq!(answered.header("location"), "/?commune=92007#parcours");
    }

    #[tokio::test]
    async fn what_is_no_parcours_is_not_found() {
        for code in ["licorne", "tous", "%FF", "<script>"] {
            assert_eq!(
                page(&format!("/parcours/{}", code.replace('<', "%3C").replace('>', "%3E"))).await.status,
                404
            );
        }
    }
}
