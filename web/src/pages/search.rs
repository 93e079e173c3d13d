//! `/recherche`: what was understood, who can help, and why.

pub(crate) mod alert;
mod dac;
mod group;
mod heading;
mod neighbours;
mod refine;
pub(crate) mod understood;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use maille_domain::Request;
use maille_index::Node;
use maille_index::answer::{Answer, PlaceUnderstood};

use self::alert::{Alert, Said, alerts};
use self::dac::Dac;
use self::group::Group;
use self::heading::{Heading, heading, page_title};
use self::neighbours::Around;
use self::refine::{Facet, Sorting};
use self::understood::{Chips, Corrected, choices};

use crate::error::Error;
use crate::extract::Query;
use crate::french;
use crate::map::{self, Figure};
use crate::page::{Cache, Layout, Page, respond};
use crate::parameters::{OpenAt, SearchLink, SearchParameters, place_said};
use crate::state::WebState;
use crate::views::hit::{HitLine, Viewpoint};
use crate::views::{Choice, Form};
use crate::visit::Visit;

/// Other places of the name that are offered when one leads.
const OTHERS: usize = 4;

#[derive(Debug, Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    layout: Layout,
    form: Form,
    alerts: Vec<Alert>,
    question: Option<Question>,
    heading: Heading,
    chips: Chips,
    corrections: Vec<Corrected>,
    elsewhere: Option<Question>,
    widened: Vec<String>,
    advice: Option<String>,
    dac: Option<Dac>,
    empty: Option<Empty>,
    range: String,
    first: usize,
    sorts: Vec<Sorting>,
    grouping: Option<Sorting>,
    groups: Vec<Group>,
    previous: Option<String>,
    next: Option<String>,
    map: Option<Figure>,
    facets: Vec<Facet>,
    /// What the form of the criteria carries.
    carried: Vec<(&'static str, String)>,
    clear: Option<String>,
}

/// What a search found: the answer, and what is drawn and looked up from it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) answer: Answer,
    /// Where else to look, when nothing serves the place.
    pub(super) around: Around,
    pub(super) map: Option<Figure>,
}

impl Page for SearchPage {
    const CACHE: Cache = Cache::Ask;
}

/// A place to choose.
#[derive(Debug)]
struct Question {
    title: String,
    choices: Vec<Choice>,
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
    let asked = parameters.clone();
    let found = state
        .ask(move |node| {
            let answer = node.search(&request, now)?;
            let visit = visit(node, &asked, &answer);
            let unserved = visit.place.as_ref().filter(|_| !answer.answered);
            let around = unserved.map(|place| {
                let text = asked.text_without_place(answer.interpretation.place.as_ref());
                let elsewhere = Request { text, ..request.clone() };
                neighbours::of(node, &elsewhere, place, &answer, now)
            });
            let map = map::of_results(node, visit.place.as_ref(), asked.offset + 1, &answer, &visit);
            Ok::<_, Error>(Found { answer, around: around.unwrap_or_default(), map })
        })
        .await??;
    Ok(respond(&SearchPage::new(&state, &parameters, found)))
}

impl SearchPage {
    /// Whether a criterion has values to choose from a list.
    fn has_choices(&self) -> bool {
        self.facets.iter().any(|facet| !facet.more.is_empty())
    }

    pub(super) fn new(state: &WebState, asked: &SearchParameters, found: Found) -> SearchPage {
        let Found { answer, around, map } = found;
        let answer = &answer;
        let link = asked.link();
        let place = answer.interpretation.place.as_ref();
        let settled = place.filter(|place| !place.ambiguous);
        let visit = visit(&state.node, asked, answer);
        let anywhere = asked.anywhere(place);
        let view = Viewpoint {
            now: state.now(),
            during: match asked.open_at {
                Some(OpenAt::Now) => None,
                _ => answer.interpretation.during,
            },
            place: settled.map(|place| place.place.with_article()),
            visit: visit.clone(),
        };
        let found = answer.total > 0;
        let unanswered = settled.is_some() && !answer.answered;
        SearchPage {
            layout: Layout::new(state, &visit, &page_title(asked, place)).keeping(anywhere.pairs().to_vec()),
            form: form(asked, &visit),
            alerts: alerts(answer),
            question: place.filter(|place| place.ambiguous).map(|place| which_place(place, &anywhere)),
            heading: heading(answer, place),
            chips: understood::chips(asked, answer, &link),
            corrections: understood::corrections(answer, &link),
            elsewhere: settled.filter(|place| !place.alternatives.is_empty()).map(|place| Question {
                title: format!("Ce n’est pas {}\u{202f}?", place_said(&place.place)),
                choices: choices(place.alternatives.get(..OTHERS).unwrap_or(&place.alternatives), &anywhere),
            }),
            widened: answer.widened.iter().map(|step| french::typography(&step.label)).collect(),
            advice: (place.is_none() && asked.point.is_none()).then(|| {
                "Indiquez la commune de la personne pour savoir qui intervient chez elle.".to_owned()
            }),
            dac: settled
                .filter(|_| unanswered)
                .map(|place| Dac::of(&visit, &place.place, answer.territory.as_ref(), around, &anywhere)),
            empty: (!found).then(|| Empty { steps: next_steps(asked, place, &link) }),
            range: refine::range(asked, answer),
            first: asked.offset + 1,
            sorts: refine::sorts(asked, settled.is_some() || asked.point.is_some(), &link),
            grouping: (answer.hits.len() > 1).then(|| refine::grouping(asked, &link)),
            groups: group::groups(asked, answer, |hit| {
                HitLine::new(hit, &view)
                    .kept(&asked.selection, |selection| link.clone().selecting(selection).to_string())
            }),
            previous: refine::previous(asked, &link),
            next: refine::next(asked, answer, &link),
            facets: answer
                .facets
                .as_ref()
                .filter(|_| found)
                .map(|facets| refine::criteria(facets, asked, &link))
                .unwrap_or_default(),
            map: map.filter(|_| found),
            carried: link.clone().without("offset").pairs().to_vec(),
            clear: link.has_criteria().then(|| link.clone().without_criteria().to_string()),
        }
    }
}

/// What follows the person from here: the place that was understood, and the selection.
fn visit(node: &Node, asked: &SearchParameters, answer: &Answer) -> Visit {
    let before = asked.visit(node);
    match &answer.interpretation.place {
        // It is asked about, and the place that follows the person is not lost.
        Some(place) if place.ambiguous => before.at(before.place.as_ref()),
        place => before.at(place.as_ref().map(|place| &place.place)),
    }
}

/// The form as asked; a kind chosen without words is written out.
fn form(asked: &SearchParameters, visit: &Visit) -> Form {
    let q = match asked.categories[..] {
        [category] if asked.q.trim().is_empty() => french::kind(category).to_owned(),
        _ => asked.q.clone(),
    };
    Form { q, visit: visit.clone(), large: false }
}

/// The question that comes first when a name is shared and nothing leads.
fn which_place(understood: &PlaceUnderstood, anywhere: &SearchLink) -> Question {
    let mut places = vec![understood.place.clone()];
    places.extend(understood.alternatives.iter().cloned());
    Question { title: "De quel lieu s’agit-il\u{202f}?".to_owned(), choices: choices(&places, anywhere) }
}

fn next_steps(asked: &SearchParameters, place: Option<&PlaceUnderstood>, link: &SearchLink) -> Vec<Step> {
    let step = |label: &str, href: Option<SearchLink>| Step {
        label: label.to_owned(),
        href: href.map(|href| href.to_string()),
    };
    let mut steps = Vec::new();
    if link.has_criteria() && !asked.q.trim().is_empty() {
        steps.push(step("Chercher sans les critères choisis", Some(link.clone().without_criteria())));
    }
    if !asked.q.trim().is_empty() {
        steps.push(step("Employer d’autres mots\u{202f}: le besoin plutôt que le nom du service", None));
    }
    if place.is_some() {
        steps.push(step("Chercher dans tout l’annuaire, sans le lieu", Some(asked.anywhere(place))));
    }
    steps
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use maille_domain::request::Off;
    use maille_index::answer::{Alert, Answer, By, Correction, Interpretation, Understood, WideningStep};

    use super::{Around, Found, SearchPage};
    use crate::parameters::SearchParameters;
    use crate::testing::{get, html, page, state};

    fn alone(answer: Answer) -> Found {
        Found { answer, around: Around::default(), map: None }
    }

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
        let page = SearchPage::new(&state(), &asked, alone(answer)).render().unwrap();
        html::check(&page);
        for said in [
            "tel:3114",
            "<span>3114</span>",
            "off=category:emg",
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
    fn two_items_are_in_sight_and_the_others_unfold() {
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
        let page = SearchPage::new(&state(), &asked, alone(answer)).render().unwrap();
        html::check(&page);
        let (in_sight, folded) = page.split_once("<details class=\"more\">").unwrap();
        for (said, times) in
            [("<bdi>emg</bdi>", 1), ("<bdi>ccas</bdi>", 0), ("Moment&#8239;:", 1), ("<bdi>clic</bdi>", 0)]
        {
            assert_eq!(in_sight.matches(said).count(), times, "{said}");
        }
        assert!(folded.contains("et 5\u{a0}autres critères compris") && folded.contains("<bdi>dac</bdi>"));
        assert_eq!(folded.matches("Type possible&#8239;:").count(), 4, "a need leads to kinds");
        // Each goes alone; or none is read.
        for (link, times) in [("off=category:ccas\"", 1), ("off=category:dac\"", 1), ("off=category\"", 1)] {
            assert_eq!(page.matches(link).count(), times, "{link}");
        }
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
        let line = page.body.split("<li class=\"hit\"").nth(1).unwrap();
        let mut at = 0;
        for part in [
            "Équipe mobile de gériatrie Sud 92",
            "EMG",
            "<p class=\"what\">personnes âgées, 75\u{a0}ans et plus",
            "couvre Bagneux\u{202f}: DAC 92 Sud",
            "\u{a0}km",
            "vient à domicile, aussi en établissement",
            "ouvert jusqu’à 17\u{a0}h",
            "tel:+33199000001",
            "01\u{a0}99\u{a0}00\u{a0}00\u{a0}01",
            "</span> <bdi>Appel du médecin traitant",
            "<bdi>demo</bdi>",
            "vérifié il y a 3\u{a0}semaines",
            "Ajouter à la sélection",
        ] {
            at += line[at..].find(part).unwrap_or_else(|| panic!("{part} is missing or too early in {line}"));
        }
        assert!(page.body.contains("value=\"gériatrie\""), "what was typed is kept");
        assert!(page.body.contains("name=\"commune\" value=\"92007\""), "and the place goes along");
    }

    /// What every line costs, with as many links as a visit can have. The map weighs 12 kB more at most.
    #[tokio::test]
    async fn results_are_light() {
        let elsewhere: Vec<String> = (0..12).map(|number| format!("{number:012x}")).collect();
        let hits = get("/api/v1/search?category=ccas&commune=92002").await.json();
        let ids = hits["hits"].as_array().unwrap().iter();
        let here: Vec<String> =
            ids.map(|hit| hit["id"].as_str().unwrap().replace('-', "")[..12].to_owned()).collect();
        for selection in [&elsewhere[..11], &elsewhere, &here[..12]] {
            let visit = format!("commune=92002&selection={}", selection.join("."));
            for query in
                ["", "&category=ccas,emg,ssiad,autre,dac&group=category", "&q=aide+pour+ma+mère+de+82+ans"]
            {
                let body = page(&format!("/recherche?{visit}{query}")).await.body;
                assert!(body.len() < 48_000, "{} bytes for {query}", body.len());
            }
        }
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
            "?commune=92007&group=category",
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
        assert!(question > body.find("<h1 id=\"resultats\">").unwrap());
        assert!(question < body.find("class=\"hit\"").unwrap());
        assert!(body.contains("q=ccas&#38;commune=93066"), "a link chooses the place and keeps the need");
    }

    /// What the forms of a page carry along.
    fn carried(page: &str, name: &str) -> Vec<String> {
        let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
        page.split(&start).skip(1).map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
    }

    #[tokio::test]
    async fn a_town_typed_wins_and_is_kept() {
        let antony = page("/recherche?q=ssiad+Antony&commune=92007&selection=0123456789ab").await.body;
        assert!(antony.contains("Lieu&#8239;: <strong><bdi>Antony (92)</bdi></strong>"), "{antony}");
        assert_eq!(carried(&antony, "commune"), ["92002"]);
        // Changing or dropping the place takes the town away from what was typed.
        assert_eq!(carried(&antony, "q"), ["ssiad"]);
        assert!(antony.contains("href=\"?q=ssiad&#38;selection=0123456789ab\""), "{antony}");
        // Setting the town aside is to come back to the place that follows.
        assert!(antony.contains(
            "/recherche?q=ssiad+Antony&#38;commune=92007&#38;selection=0123456789ab&#38;off=place"
        ));
        let edited = page("/recherche?q=emg&commune=92002").await.body;
        assert!(edited.contains("<strong><bdi>Antony (92)</bdi></strong>"));
        let moved = page("/recherche?q=emg+Bagneux&commune=92002").await.body;
        assert_eq!(carried(&moved, "commune"), ["92007"]);
        // The same place twice: taken away, it does not come back.
        let twice = page("/recherche?q=ssiad+Antony&commune=92002").await.body;
        assert!(twice.contains("href=\"/recherche?q=ssiad+Antony&#38;off=place\""), "{twice}");
        let back = page("/recherche?q=ssiad+Antony&commune=92007&off=place").await.body;
        assert!(back.contains("<strong><bdi>Bagneux (92)</bdi></strong>"));
    }

    #[tokio::test]
    async fn a_name_that_several_share_does_not_lose_the_place_that_follows() {
        let body = page("/recherche?q=ssiad+Saint-Denis&commune=92007").await.body;
        assert!(body.contains("De quel lieu s’agit-il") && body.contains("tous lieux confondus"));
        assert_eq!(carried(&body, "commune"), ["92007"], "{body}");
        assert!(body.contains("href=\"/recherche?q=ssiad&#38;commune=93066\""), "{body}");
    }

    #[tokio::test]
    async fn a_kind_set_aside_goes_alone_and_comes_back() {
        let asked = "/recherche?q=emg+ssiad&commune=92007";
        let both = page(asked).await.body;
        assert!(both.contains("off=category:emg") && both.contains("off=category:ssiad"));
        let one = page(&format!("{asked}&off=category:emg")).await.body;
        assert!(one.contains("Mis de côté&#8239;:</span> <bdi>Équipe mobile de gériatrie</bdi>"), "{one}");
        assert!(
            one.contains("off=category:emg&#38;off=category:ssiad"),
            "the other kind is still read: {one}"
        );
        assert!(one.contains(&format!("href=\"{}\"", asked.replace('&', "&#38;"))), "and it comes back");
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
        assert!(elsewhere.contains("Le DAC de Brest (29) n’est pas renseigné"), "{elsewhere}");
    }

    #[tokio::test]
    async fn wrong_parameters_are_named_and_the_form_is_kept() {
        let page =
            page("/recherche?q=aide à domicile&commune=zzzzzz&limit=x".replace(' ', "+").as_str()).await;
        assert_eq!(page.status, 400);
        for said in [
            "limit",
            "<strong>Lieu</strong>",
            "lieu inconnu",
            "type=\"text\" value=\"aide à domicile\"",
            "type=\"hidden\" name=\"q\" value=\"aide à domicile\"",
            "value=\"zzzzzz\"",
            "aucun lieu de ce nom",
        ] {
            assert!(page.body.contains(said), "{said}");
        }
    }

    #[tokio::test]
    async fn a_chosen_criterion_can_be_taken_away() {
        let body = page("/recherche?category=emg&commune=92007").await.body;
        assert!(body.contains("value=\"Équipe mobile de gériatrie\""), "the kind is written in the field");
        assert!(body.contains("href=\"/recherche?commune=92007\""), "and its link takes it away");
        assert!(body.contains("Effacer tous les critères"));
        assert!(!page("/recherche?commune=92007").await.body.contains("Effacer tous les critères"));
    }
}
