//! `/recherche`: what was understood, who can help, and why.

mod refine;
mod understood;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use maille_domain::Phone;
use maille_index::answer::{Answer, PlaceUnderstood, TerritoryOf};
use maille_territory::{Place, PlaceKind};

use self::refine::{Facet, Sorting};
use self::understood::{Chips, Corrected, choices};

use crate::error::Error;
use crate::extract::Query;
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::parameters::{OpenAt, SearchLink, SearchParameters};
use crate::state::WebState;
use crate::views::hit::{HitLine, Viewpoint, sheet};
use crate::views::{Choice, Form, PhoneLink};

#[derive(Debug, Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    layout: Layout,
    form: Form,
    alerts: Vec<Alert>,
    question: Option<Question>,
    heading: String,
    chips: Chips,
    corrections: Vec<Corrected>,
    elsewhere: Option<Question>,
    warning: Option<String>,
    widened: Vec<String>,
    advice: Option<String>,
    dac: Option<Dac>,
    empty: Option<Empty>,
    range: String,
    first: usize,
    sorts: Vec<Sorting>,
    hits: Vec<HitLine>,
    previous: Option<String>,
    next: Option<String>,
    facets: Vec<Facet>,
}

impl Page for SearchPage {
    const CACHE: Cache = Cache::Ask;
}

/// A national number to say first.
#[derive(Debug)]
struct Alert {
    number: &'static str,
    spoken: String,
    label: String,
    why: String,
}

/// A place to choose.
#[derive(Debug)]
struct Question {
    title: String,
    choices: Vec<Choice>,
}

/// Who to call when nothing serves the place.
#[derive(Debug)]
struct Dac {
    services: Vec<Service>,
    unknown: String,
}

#[derive(Debug)]
struct Service {
    href: String,
    name: String,
    phone: Option<PhoneLink>,
}

/// What to do when nothing was found.
#[derive(Debug)]
struct Empty {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    label: String,
    href: Option<String>,
}

/// `GET /recherche`.
pub async fn search(
    State(state): State<WebState>,
    Query(parameters): Query<SearchParameters>,
) -> Result<Response, Error> {
    let now = state.now();
    let request = parameters.typed_request(now);
    let answer = state.ask(move |node| node.search(&request, now)).await??;
    Ok(respond(&SearchPage::new(&state, &parameters, &answer)))
}

impl SearchPage {
    pub(super) fn new(state: &WebState, asked: &SearchParameters, answer: &Answer) -> SearchPage {
        let link = asked.link();
        let place = answer.interpretation.place.as_ref();
        let settled = place.filter(|place| !place.ambiguous);
        let view = Viewpoint {
            now: state.now(),
            during: match asked.open_at {
                Some(OpenAt::Now) => None,
                _ => answer.interpretation.during,
            },
            place: settled.map(|place| place.place.name.clone()),
            commune: settled.filter(|place| is_commune(&place.place)).map(|place| place.place.code.clone()),
        };
        let found = answer.total > 0;
        let unanswered = settled.is_some() && !answer.answered;
        SearchPage {
            layout: Layout::new(state, &title(asked, place)),
            form: form(asked, place),
            alerts: alerts(answer),
            question: place.filter(|place| place.ambiguous).map(|place| which_place(place, &link)),
            heading: heading(answer.total, place),
            chips: understood::chips(asked, answer, &link),
            corrections: understood::corrections(answer, &link),
            elsewhere: settled.filter(|place| !place.alternatives.is_empty()).map(|place| Question {
                title: format!("Ce n’est pas {}\u{202f}?", place_label(&place.place)),
                choices: choices(&place.alternatives, &link),
            }),
            // The widening says it in its own words.
            warning: view.place.as_ref().filter(|_| unanswered && found && !elsewhere_too(answer)).map(
                |place| {
                    format!(
                        "Aucune ressource ouverte de cet annuaire ne dit couvrir {place} pour cette demande."
                    )
                },
            ),
            widened: answer.widened.iter().map(|step| french::typography(&step.label)).collect(),
            advice: (place.is_none() && asked.point.is_none()).then(|| {
                "Indiquez la commune de la personne pour savoir qui intervient chez elle.".to_owned()
            }),
            dac: settled.filter(|_| unanswered).map(|place| dac(&place.place, answer.territory.as_ref())),
            empty: (!found).then(|| Empty { steps: next_steps(asked, &link) }),
            range: refine::range(asked, answer),
            first: asked.offset + 1,
            sorts: refine::sorts(asked, settled.is_some() || asked.point.is_some(), &link),
            hits: answer.hits.iter().map(|hit| HitLine::new(hit, &view)).collect(),
            previous: refine::previous(asked, &link),
            next: refine::next(asked, answer, &link),
            facets: answer
                .facets
                .as_ref()
                .filter(|_| found)
                .map(|facets| refine::criteria(facets, asked, &link))
                .unwrap_or_default(),
        }
    }
}

fn elsewhere_too(answer: &Answer) -> bool {
    answer.widened.iter().any(|step| step.step == "place")
}

fn is_commune(place: &Place) -> bool {
    matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement)
}

/// `Bagneux (92)`.
fn place_label(place: &Place) -> String {
    match (&place.departement, is_commune(place)) {
        (Some(departement), true) => format!("{} ({departement})", place.name),
        _ => place.name.clone(),
    }
}

fn title(asked: &SearchParameters, place: Option<&PlaceUnderstood>) -> String {
    let need: String = asked.q.chars().take(60).collect();
    let parts: Vec<String> = [
        Some(need.trim().to_owned()).filter(|need| !need.is_empty()),
        asked
            .categories
            .first()
            .map(|category| category.label().to_owned())
            .filter(|_| asked.q.trim().is_empty()),
        place.map(|place| place_label(&place.place)),
        Some("Recherche".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(" – ")
}

/// The form as asked; a kind chosen without words is written out, and a code is shown by its name.
fn form(asked: &SearchParameters, place: Option<&PlaceUnderstood>) -> Form {
    let q = match asked.categories[..] {
        [category] if asked.q.trim().is_empty() => category.label().to_owned(),
        _ => asked.q.clone(),
    };
    let is_code = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() >= 4 && text.len() == 5;
    let commune = match (&asked.commune, place) {
        (Some(written), Some(place)) if is_code(written) && !place.ambiguous => place_label(&place.place),
        (Some(written), _) => written.clone(),
        (None, Some(place)) if asked.place.is_some() => place_label(&place.place),
        (None, _) => String::new(),
    };
    Form { q, commune, large: false }
}

fn alerts(answer: &Answer) -> Vec<Alert> {
    answer
        .alerts
        .iter()
        .map(|alert| Alert {
            number: alert.number,
            spoken: alert.number.parse::<Phone>().map_or(alert.number.to_owned(), |phone| phone.spoken()),
            label: french::typography(&alert.label),
            why: french::typography(&alert.why),
        })
        .collect()
}

/// The question that comes first when a name is shared and nothing leads.
fn which_place(understood: &PlaceUnderstood, link: &SearchLink) -> Question {
    let mut places = vec![understood.place.clone()];
    places.extend(understood.alternatives.iter().cloned());
    Question { title: "De quel lieu s’agit-il\u{202f}?".to_owned(), choices: choices(&places, link) }
}

fn heading(total: u64, place: Option<&PlaceUnderstood>) -> String {
    let count = if total == 0 {
        "Aucune ressource".to_owned()
    } else {
        french::counted(total, "ressource", "ressources")
    };
    match place {
        Some(place) if place.ambiguous => format!("{count}, tous lieux confondus"),
        Some(place) => format!("{count} pour {}", place_label(&place.place)),
        None => count,
    }
}

/// The DAC of a place: when nothing serves it, there is still somebody to call.
fn dac(place: &Place, territory: Option<&TerritoryOf>) -> Dac {
    let commune = is_commune(place).then_some(place.code.as_str());
    let services = territory
        .map(|territory| {
            territory
                .dac
                .iter()
                .map(|hit| Service {
                    href: sheet(&hit.listing.slug, commune),
                    name: hit.listing.fields.name.clone(),
                    phone: hit.listing.fields.phone.first().map(PhoneLink::from),
                })
                .collect()
        })
        .unwrap_or_default();
    Dac {
        services,
        unknown: format!("Celui de {} n’est pas renseigné dans cet annuaire.", place_label(place)),
    }
}

fn next_steps(asked: &SearchParameters, link: &SearchLink) -> Vec<Step> {
    let step = |label: &str, href: Option<SearchLink>| Step {
        label: label.to_owned(),
        href: href.map(|href| href.to_string()),
    };
    let mut steps = Vec::new();
    let criteria = ["category", "audience", "age", "mode", "theme", "open_at", "radius_km"];
    let chosen = link.pairs().iter().any(|(name, _)| criteria.contains(name));
    if chosen && !asked.q.trim().is_empty() {
        let without = criteria.into_iter().fold(link.clone(), SearchLink::without);
        steps.push(step("Chercher sans les critères choisis", Some(without)));
    }
    if !asked.q.trim().is_empty() {
        steps.push(step("Employer d’autres mots\u{202f}: le besoin plutôt que le nom du service", None));
    }
    if asked.commune.is_some() || asked.place.is_some() {
        let everywhere = link.clone().without("commune").without("place").without("radius_km");
        steps.push(step("Chercher dans tout l’annuaire, sans le lieu", Some(everywhere)));
    }
    steps
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use maille_domain::request::Off;
    use maille_index::answer::{Alert, Answer, By, Correction, Interpretation, Understood, WideningStep};

    use super::SearchPage;
    use crate::parameters::SearchParameters;
    use crate::testing::{html, page, state};

    /// What the engine does not say yet, or seldom says.
    #[test]
    fn everything_an_answer_can_say_is_shown() {
        let understood = |code: &str, label: &str, span| Understood {
            code: code.into(),
            label: label.into(),
            by: By::Parameter,
            span,
        };
        let answer = Answer {
            interpretation: Interpretation {
                categories: vec![understood("emg", "Équipe mobile de gériatrie", Some((0, 3)))],
                audience: vec![understood("aidants", "Aidants", None)],
                age: Some(understood("82", "82 ans", Some((4, 6)))),
                time: Some(understood("now", "Maintenant", Some((7, 10)))),
                corrections: vec![Correction {
                    typed: "geriatrei".into(),
                    read: "geriatrie".into(),
                    span: None,
                }],
                ..Interpretation::default()
            },
            answered: false,
            total: 0,
            hits: Vec::new(),
            facets: None,
            widened: vec![WideningStep { step: "words", label: "Sans le mot : « soir »".into() }],
            alerts: vec![Alert {
                number: "3114",
                label: "Prévention du suicide".into(),
                why: "Le texte parle de mourir.".into(),
            }],
            territory: None,
        };
        let asked =
            SearchParameters { q: "emg 82 soir".into(), off: vec![Off::Mode], ..SearchParameters::default() };
        let page = SearchPage::new(&state(), &asked, &answer).render().unwrap();
        html::check(&page);
        for said in [
            "tel:3114",
            "31 14",
            "off=category",
            "off=age",
            "off=time",
            "82 ans",
            "Recherche pour «&#8239;<bdi>geriatrie</bdi>&#8239;» au lieu de «&#8239;<bdi>geriatrei</bdi>&#8239;»",
            "Chercher exactement ce que j’ai écrit",
            "off=correction",
            "Sans le mot\u{202f}: «\u{202f}soir\u{202f}»",
            "Mis de côté",
            "Indiquez la commune",
        ] {
            assert!(page.contains(said), "{said} in {page}");
        }
    }

    #[test]
    fn three_kinds_read_are_in_sight_and_the_others_unfold() {
        let at = |text: &str| text.parse().ok();
        let read =
            |code: &str, by| Understood { code: code.into(), label: code.into(), by, span: Some((0, 3)) };
        let chosen = Understood { code: "emg".into(), label: "emg".into(), by: By::Parameter, span: None };
        let mut categories = vec![chosen, read("ccas", By::Acronym)];
        categories.extend(["ssiad", "saad", "clic", "dac"].map(|code| read(code, By::Need)));
        let interpretation = Interpretation {
            categories,
            time: Some(Understood {
                code: "2026-11-20T19:00:00Z".into(),
                label: "Ouvert le 20/11/2026 à 20:00".into(),
                by: By::Text,
                span: Some((4, 7)),
            }),
            during: at("2026-11-20T19:00:00Z").zip(at("2026-11-20T21:00:00Z")),
            ..Interpretation::default()
        };
        let answer = Answer {
            interpretation,
            answered: true,
            total: 0,
            hits: Vec::new(),
            facets: None,
            widened: Vec::new(),
            alerts: Vec::new(),
            territory: None,
        };
        let asked = SearchParameters {
            q: "aide soir".into(),
            categories: vec![maille_domain::Category::from_code("emg").unwrap()],
            ..SearchParameters::default()
        };
        let page = SearchPage::new(&state(), &asked, &answer).render().unwrap();
        html::check(&page);
        let (in_sight, folded) = page.split_once("<details class=\"more\">").unwrap();
        for (said, times) in [
            ("<bdi>emg</bdi>", 1),
            ("<bdi>ccas</bdi>", 1),
            ("Besoin compris&#8239;:", 2),
            ("<bdi>clic</bdi>", 0),
        ] {
            assert_eq!(in_sight.matches(said).count(), times, "{said}");
        }
        assert!(folded.contains("et 2\u{a0}autres types de ressource") && folded.contains("<bdi>dac</bdi>"));
        // What was chosen goes alone, what was read goes together.
        assert_eq!(page.matches("off=category").count(), 5);
        assert!(page.contains("href=\"/recherche?q=aide+soir\""));
        assert!(
            page.contains("ouvert le 20\u{a0}novembre\u{a0}2026 entre 20\u{a0}h et 22\u{a0}h"),
            "the moment in words, in Paris"
        );
    }

    #[tokio::test]
    async fn a_result_reads_from_left_to_right() {
        let page = page("/recherche?q=gériatrie&commune=Bagneux").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("cache-control"), "no-cache");
        let line = page.body.split("<li class=\"hit\">").nth(1).unwrap();
        let mut at = 0;
        for part in [
            "Équipe mobile de gériatrie Sud 92",
            "EMG",
            "personnes âgées, 75\u{a0}ans et plus · à domicile et en établissement",
            "couvre ",
            "\u{a0}km",
            "ouvert jusqu’à 17\u{a0}h",
            "tel:+33199000001",
            "01\u{a0}99\u{a0}00\u{a0}00\u{a0}01",
            "Appel du médecin traitant",
            "<bdi>demo</bdi>",
            "vérifié il y a 3\u{a0}semaines",
        ] {
            at += line[at..].find(part).unwrap_or_else(|| panic!("{part} is missing or too early in {line}"));
        }
        assert!(
            page.body.contains("value=\"gériatrie\"") && page.body.contains("value=\"Bagneux\""),
            "prefilled"
        );
    }

    #[tokio::test]
    async fn results_of_every_size_are_pages() {
        for query in [
            "",
            "?q=&commune=",
            "?q=%3Cscript%3Ealert(1)%3C/script%3E%22%27&commune=92007",
            "?category=ccas",
            "?category=ccas&limit=100",
            "?category=emg",
            "?category=accueil-jour&commune=92007",
            "?category=ssiad&place=departement:92",
            "?category=autre",
            "?category=prevention-suicide&open_at=now",
            "?open_at=2026-11-22T03:00:00Z&commune=92007",
            "?lat=48.79&lon=2.31&radius_km=3&mode=domicile,telephone&theme=personnes-agees&age=80",
            "?commune=Saint-Denis&q=aide",
            "?commune=92007&off=place,category,age",
            "?sort=distance&commune=92071&total=estimate&facets=false",
        ] {
            assert_eq!(page(&format!("/recherche{query}")).await.status, 200, "{query}");
        }
    }

    #[tokio::test]
    async fn listings_of_every_kind_are_lines() {
        let body =
            page("/recherche?category=prevention-suicide,ssiad,autre,accueil-jour&limit=100").await.body;
        for said in [
            "tel:3114",
            "ouvert 24 heures sur 24",
            "saturé, à vérifier avant d’orienter",
            "fermé temporairement",
            "téléphone non renseigné",
            "zone non renseignée, à vérifier",
            "date de vérification non renseignée",
            "&#60;script&#62;",
        ] {
            assert!(body.contains(said), "{said}");
        }
        assert!(!body.contains("Service retiré"));
    }

    #[tokio::test]
    async fn pages_follow_one_another() {
        let first = page("/recherche?category=ccas&commune=92002").await.body;
        assert!(first.contains("Résultats 1 à 20 sur 40"));
        assert!(
            first.contains("href=\"/recherche?commune=92002&#38;category=ccas&#38;offset=20\""),
            "{first}"
        );
        let last = page("/recherche?category=ccas&commune=92002&offset=20").await.body;
        assert!(last.contains("Résultats 21 à 40 sur 40") && last.contains("start=\"21\""));
        assert!(last.contains("Résultats précédents") && !last.contains("Résultats suivants"));
    }

    #[tokio::test]
    async fn an_ambiguous_place_is_asked_first() {
        let body = page("/recherche?q=ccas&commune=Saint-Denis").await.body;
        let question = body.find("De quel lieu s’agit-il").unwrap();
        assert!(question < body.find("<h1>").unwrap());
        assert!(body.contains("q=ccas&#38;commune=93066"), "a link chooses the place and keeps the need");
    }

    #[tokio::test]
    async fn nothing_found_names_the_dac() {
        let body = page("/recherche?q=zzqqxx&commune=92007&mode=rue").await.body;
        for said in
            ["Aucune ressource pour Bagneux (92)", "DAC 92 Sud", "tel:+33199000011", "Que faire ensuite"]
        {
            assert!(body.contains(said), "{said}");
        }
        let elsewhere = page("/recherche?q=zzqqxx&commune=29019&mode=rue").await.body;
        assert!(elsewhere.contains("Celui de Brest (29) n’est pas renseigné"), "{elsewhere}");
    }

    #[tokio::test]
    async fn wrong_parameters_are_named_and_the_form_is_kept() {
        let page =
            page("/recherche?q=aide à domicile&commune=zzzzzz&limit=x".replace(' ', "+").as_str()).await;
        assert_eq!(page.status, 400);
        for said in ["limit", "Où", "lieu inconnu", "value=\"aide à domicile\"", "value=\"zzzzzz\""] {
            assert!(page.body.contains(said), "{said}");
        }
    }

    #[tokio::test]
    async fn a_chosen_criterion_can_be_taken_away() {
        let body = page("/recherche?category=emg&commune=92007").await.body;
        assert!(body.contains("value=\"Équipe mobile de gériatrie\""), "the kind is written in the field");
        assert!(body.contains("href=\"/recherche?commune=92007\""), "and its link takes it away");
    }
}
