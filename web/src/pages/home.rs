//! `/`: one box, who coordinates here, the emergency numbers, and what to browse.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use maille_domain::vocabulary::{Sector, Theme};
use maille_domain::{Category, Request};
use maille_index::Node;
use maille_index::answer::{Hit, TerritoryOf};
use maille_territory::{Commune, fold, france};

use crate::error::Error;
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::theme;
use crate::views::{Choice, Form, PhoneLink};
use crate::visit::Visit;

/// The doors of common law that people come to first, from the nearest counter to what is more particular: an order of the
/// field, in which how many listings a kind has plays no part.
const FIRST: [&str; 12] = [
    "ccas",
    "service-social",
    "france-services",
    "clic",
    "ssiad",
    "saad",
    "centre-sante",
    "hopital",
    "cmp",
    "pmi",
    "mdph",
    "mission-locale",
];

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct HomePage {
    layout: Layout,
    size: String,
    /// Whether the directory has nothing yet.
    is_empty: bool,
    form: Form,
    examples: Vec<Choice>,
    /// Who coordinates for the place of the visit, when it is a commune.
    coordination: Option<Coordination>,
    /// Who answers in this territory, when no commune is known.
    contact: Option<Contact>,
    pathways: Vec<Browse>,
    kinds: Vec<Browse>,
    sectors: Vec<OfSector>,
}

impl Page for HomePage {
    const CACHE: Cache = Cache::Ask;
}

/// Something to browse, and how many listings it has.
#[derive(Debug)]
struct Browse {
    href: String,
    label: &'static str,
    count: String,
}

/// All the kinds of a sector, by their names.
#[derive(Debug)]
struct OfSector {
    label: &'static str,
    kinds: Vec<Browse>,
}

/// Who coordinates for a commune: its DAC to call, the others by name.
#[derive(Debug)]
struct Coordination {
    place: String,
    dac: Vec<Service>,
    others: Vec<Choice>,
}

#[derive(Debug)]
struct Service {
    href: String,
    name: String,
    phone: Option<PhoneLink>,
}

#[derive(Debug)]
struct Contact {
    name: String,
    phone: Option<PhoneLink>,
    email: Option<String>,
    hours: Option<String>,
}

/// `GET /`.
pub async fn home(State(state): State<WebState>, visit: Visit) -> Result<Response, Error> {
    let now = state.now();
    let everything = Request { limit: 1, ..Request::default() };
    let commune = visit.commune().map(str::to_owned);
    let (answer, territory, town) = state
        .ask(move |node| {
            let territory = commune.as_deref().and_then(|commune| node.territories_of(commune, now));
            let town = match &territory {
                Some(territory) => Some(territory.commune),
                None => largest_town(node),
            };
            (node.search(&everything, now), territory, town)
        })
        .await?;
    let answer = answer?;
    let facets = answer.facets.unwrap_or_default();
    let browse = |kind: Category| {
        let (_, count) = facets.category.iter().find(|(known, _)| *known == kind)?;
        Some(Browse {
            href: visit.search().with("category", kind.code()).to_string(),
            label: french::kind(kind),
            count: french::number(*count),
        })
    };
    let kinds = FIRST.into_iter().filter_map(Category::from_code).filter_map(browse).collect();
    let sectors = Sector::ALL.iter().map(|sector| {
        let of_sector = Category::all().filter(|kind| kind.sector() == *sector);
        let mut kinds: Vec<Browse> = of_sector.filter_map(browse).collect();
        kinds.sort_by_cached_key(|kind| fold(kind.label));
        OfSector { label: sector.label(), kinds }
    });
    let sectors = sectors.filter(|sector| !sector.kinds.is_empty()).collect();
    let pathways = Theme::ALL.iter().filter(|theme| **theme != Theme::Tous).filter_map(|theme| {
        let (_, count) = facets.theme.iter().find(|(known, _)| known == theme)?;
        Some(Browse {
            href: visit.link(&format!("/parcours/{}", theme.code())),
            label: theme.label(),
            count: french::number(*count),
        })
    });
    let pathways = pathways.collect();
    let coordination = territory.map(|territory| Coordination::new(&territory, &visit));
    Ok(respond(&HomePage {
        layout: Layout::at(&state, &visit, "Qui peut aider ici\u{202f}?", "/"),
        size: french::counted(answer.total, "ressource", "ressources"),
        is_empty: answer.total == 0,
        examples: examples(town, &visit),
        contact: state.theme.contact.as_ref().filter(|_| coordination.is_none()).map(Contact::from),
        coordination,
        form: Form { q: String::new(), visit, large: true },
        pathways,
        kinds,
        sectors,
    }))
}

impl Coordination {
    fn new(territory: &TerritoryOf, visit: &Visit) -> Coordination {
        let service = |hit: &Hit| Service {
            href: visit.sheet(&hit.listing.slug),
            name: hit.listing.fields.name.clone(),
            phone: hit.listing.fields.phone.first().map(PhoneLink::from),
        };
        let other = |hit: &Hit| Choice {
            href: visit.sheet(&hit.listing.slug),
            label: hit.listing.fields.name.clone(),
            detail: Some(french::kind(hit.listing.fields.category).to_owned()),
        };
        Coordination {
            place: visit.place_label().unwrap_or_else(|| territory.commune.name.to_string()),
            dac: territory.dac.iter().map(service).collect(),
            others: territory.cpts.iter().chain(&territory.mdph).map(other).collect(),
        }
    }
}

impl From<&theme::Contact> for Contact {
    fn from(contact: &theme::Contact) -> Contact {
        Contact {
            name: contact.name.clone(),
            phone: contact.phone.as_ref().map(PhoneLink::from),
            email: contact.email.clone(),
            hours: contact.hours.clone(),
        }
    }
}

/// The commune with the most people among those that this directory coordinates and that one postal code names.
fn largest_town(node: &Node) -> Option<&'static Commune> {
    let territories = node.territories();
    let codes = territories.iter().flat_map(|territory| &territory.communes);
    let communes = codes.filter_map(|code| france().current_commune(code));
    communes.filter(|commune| commune.postal_codes.len() == 1).max_by_key(|commune| commune.population)
}

/// What can be typed, in a few words: a service and a town, a need as people say it, an acronym, a postal code.
fn examples(town: Option<&Commune>, visit: &Visit) -> Vec<Choice> {
    let service = town.map_or("ssiad".to_owned(), |town| format!("ssiad {}", town.name));
    let postal_code = town.and_then(|town| town.postal_codes.first()).map(ToString::to_string);
    let texts = [Some(service), Some("papy perdu la nuit".to_owned()), Some("mdph".to_owned()), postal_code];
    let example = |text: String| Choice {
        href: visit.search().with("q", text.as_str()).to_string(),
        label: text,
        detail: None,
    };
    texts.into_iter().flatten().map(example).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use super::FIRST;
    use crate::testing::{HOSTILE, ask, html, page, state, state_of};
    use crate::theme::{Contact, Theme};

    #[tokio::test]
    async fn the_first_page_has_one_box_and_what_to_browse() {
        let page = page("/").await;
        assert_eq!(page.status, 200);
        for said in [
            "Que cherchez-vous, et où&#8239;?",
            "47\u{a0}ressources pour informer",
            "Lieu non précisé",
            "tel:15",
            "tel:3114",
            "/recherche?category=ccas",
            "href=\"/parcours/personnes-agees\"",
            "href=\"/dac\">Trouver le DAC d’une commune",
            // The town is one of the directory's own.
            "href=\"/recherche?q=ssiad+Antony\">ssiad Antony</a>",
            "href=\"/recherche?q=papy+perdu+la+nuit\"",
            "href=\"/recherche?q=92160\"",
        ] {
            assert!(page.body.contains(said), "{said} in {}", page.body);
        }
        assert!(!page.body.contains("Données de démonstration"));
        assert_eq!(page.body.matches("id=\"urgences\"").count(), 1);
        assert_eq!(page.body.matches("type=\"hidden\"").count(), 0);
    }

    /// What has the most listings is no more useful for that: a town hall comes by its name.
    #[tokio::test]
    async fn no_kind_is_first_for_its_number() {
        let common_law = include_str!("../../../data/thesaurus/common-law.txt");
        for kind in FIRST {
            assert!(common_law.lines().any(|line| line == kind), "{kind}");
        }
        let body = page("/").await.body;
        let (first, all) = body.split_once("Tous les types").unwrap();
        let browsed = first.split("id=\"types\"").nth(1).unwrap();
        let kinds: Vec<&str> =
            browsed.split("category=").skip(1).map(|link| link.split('"').next().unwrap()).collect();
        let order: Vec<&str> = FIRST.into_iter().filter(|kind| kinds.contains(kind)).collect();
        assert_eq!(kinds, order);
        assert!(kinds.len() > 1, "{kinds:?}");
        for said in ["<h3>Coordination</h3>", "category=dac\"", "category=emg\"", "Dispositif d’appui"] {
            assert!(all.contains(said), "{said} in {all}");
        }
    }

    #[tokio::test]
    async fn a_place_already_chosen_is_kept_and_its_dac_named() {
        let body = page("/?commune=Bagneux&selection=0123456789ab").await.body;
        for said in [
            "/recherche?commune=92007&#38;selection=0123456789ab&#38;category=ccas",
            "Lieu&#8239;: <strong><bdi>Bagneux (92)</bdi></strong>",
            "href=\"?selection=0123456789ab\">Retirer",
            "Qui coordonne pour Bagneux (92)",
            "DAC 92 Sud",
            "tel:+33199000011",
            "ssiad Bagneux",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
        let brest = page("/?commune=29019").await.body;
        assert!(brest.contains("Le DAC de cette commune n’est pas renseigné"), "{brest}");
        let departement = page("/?place=departement:92").await.body;
        assert!(departement.contains("<bdi>Hauts-de-Seine</bdi>") && departement.contains("Trouver le DAC"));
    }

    #[tokio::test]
    async fn a_place_that_is_none_for_sure_is_asked() {
        let several = page("/?commune=Saint-Denis&selection=0123456789ab").await.body;
        assert!(several.contains("plusieurs lieux portent ce nom"), "{several}");
        assert!(several.contains("href=\"?selection=0123456789ab&#38;commune=93066\""), "{several}");
        let unknown = page("/?commune=%3Cb%3Ezz%22").await.body;
        assert!(several.contains("<title>Quel lieu\u{202f}? – Qui peut aider ici"), "{several}");
        assert!(unknown.contains("<title>Lieu inconnu – Qui peut aider ici"), "{unknown}");
        assert!(unknown.contains("aria-describedby=\"visite-question\" aria-invalid=\"true\""), "{unknown}");
        assert!(unknown.contains("aucun lieu de ce nom") && unknown.contains("value=\"&#60;b&#62;zz&#34;\""));
    }

    #[tokio::test]
    async fn without_a_place_the_coordination_of_the_site_answers() {
        let contact = Contact {
            name: HOSTILE.into(),
            phone: "01 99 00 00 11".parse().ok(),
            email: Some("dac@example.org".into()),
            hours: Some("du lundi au vendredi de 9 h à 19 h".into()),
        };
        let state = state().theme(Theme { contact: Some(contact), ..Theme::default() });
        let body = ask(state, Request::get("/").body(Body::empty()).unwrap()).await.body;
        html::check(&body);
        for said in ["tel:+33199000011", "mailto:dac@example.org", "de 9 h à 19 h", "Qui coordonne ailleurs"]
        {
            assert!(body.contains(said), "{said} in {body}");
        }
    }

    #[tokio::test]
    async fn an_empty_directory_says_so() {
        let empty = state_of("empty-home", &[]);
        let body = ask(empty, Request::get("/").body(Body::empty()).unwrap()).await.body;
        html::check(&body);
        assert!(body.contains("ne contient encore aucune ressource") && body.contains("tel:15"), "{body}");
        assert!(!body.contains("role=\"search\""), "there is nothing to search");
    }

    #[tokio::test]
    async fn a_demonstration_says_so() {
        let state = state()
            .demo(true)
            .theme(Theme { territory: Some("Sud des Hauts-de-Seine".into()), ..Theme::default() })
            .base_url(Some("https://annuaire.example.org/".into()));
        let page = ask(state, Request::get("/").body(Body::empty()).unwrap()).await;
        html::check(&page.body);
        for said in [
            "Données de démonstration",
            "Sud des Hauts-de-Seine",
            "href=\"https://annuaire.example.org/\"",
            "noindex",
        ] {
            assert!(page.body.contains(said), "{said}");
        }
    }
}
