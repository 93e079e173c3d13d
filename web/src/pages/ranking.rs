//! `/classement`: how results are ordered, from the very weights that order them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use maille_index::{
    AROUND_KM, FOR_EVERYBODY, Ground, HALF_FRESH_DAYS, HALF_PROMPT_DAYS, HALFWAY_KM, LEAST_HALFWAY_KM,
    MOST_HALFWAY_KM, PART, PEOPLE_AROUND, STEP, UNKNOWN_WITHIN_KM, UNSAID, Weights,
};

use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "ranking.html")]
struct RankingPage {
    layout: Layout,
    criteria: Vec<Criterion>,
    points: Points,
    /// Kilometres, days and shares, as people say them.
    figures: Figures,
}

impl Page for RankingPage {
    const CACHE: Cache = Cache::Ask;
}

/// A row of the table.
#[derive(Debug)]
struct Criterion {
    label: &'static str,
    explains: String,
    most: String,
}

/// The weights of a node, in French figures.
#[derive(Debug)]
struct Points {
    kind: String,
    words: String,
    serves: String,
    part: String,
    level: String,
    unknown: String,
    distance: String,
    audience: String,
    age: String,
    mode: String,
    theme: String,
    common_law: String,
    prompt: String,
    checked: String,
    saturated: String,
    paused: String,
}

impl From<&Weights> for Points {
    fn from(weights: &Weights) -> Points {
        Points {
            kind: french::decimal(weights.kind),
            words: french::decimal(weights.words),
            serves: french::decimal(weights.serves),
            part: french::decimal(weights.serves * PART),
            level: french::decimal(weights.level),
            unknown: french::decimal(weights.unknown),
            distance: french::decimal(weights.distance),
            audience: french::decimal(weights.audience),
            age: french::decimal(weights.age),
            mode: french::decimal(weights.mode),
            theme: french::decimal(weights.theme),
            common_law: french::decimal(weights.common_law),
            prompt: french::decimal(weights.prompt),
            checked: french::decimal(weights.checked),
            saturated: french::decimal(weights.saturated),
            paused: french::decimal(weights.paused),
        }
    }
}

/// The constants of the formula.
#[derive(Debug)]
struct Figures {
    around: String,
    people: String,
    halfway: String,
    least_halfway: String,
    most_halfway: String,
    unknown_within: String,
    half_fresh: String,
    half_prompt: String,
    part: String,
    everybody: String,
    unsaid: String,
    step: String,
}

impl Figures {
    fn new() -> Figures {
        let km = |km: f64| format!("{}{}km", french::decimal(km), french::NO_BREAK);
        let days = |days: f64| format!("{}{}jours", french::decimal(days), french::NO_BREAK);
        let share = |share: f64| format!("{}{}%", french::decimal(share * 100.0), french::NO_BREAK);
        Figures {
            around: km(AROUND_KM),
            people: french::counted(PEOPLE_AROUND, "habitant", "habitants"),
            halfway: km(HALFWAY_KM),
            least_halfway: km(LEAST_HALFWAY_KM),
            most_halfway: km(MOST_HALFWAY_KM),
            unknown_within: km(UNKNOWN_WITHIN_KM),
            half_fresh: days(HALF_FRESH_DAYS),
            half_prompt: days(HALF_PROMPT_DAYS),
            part: share(PART),
            everybody: share(FOR_EVERYBODY),
            unsaid: share(UNSAID),
            step: french::decimal(STEP),
        }
    }
}

/// `GET /classement`.
pub async fn ranking(State(state): State<WebState>, visit: Visit) -> Response {
    let weights = state.node.weights();
    let criteria = Ground::ALL
        .into_iter()
        .map(|ground| {
            let (given, taken) = ground.bounds(weights);
            Criterion {
                label: ground.label(),
                explains: french::typography(ground.explains()),
                // U+2212, the sign: it is read as "moins".
                most: if taken > 0.0 {
                    format!("−{}", french::decimal(taken))
                } else {
                    french::decimal(given)
                },
            }
        })
        .collect();
    respond(&RankingPage {
        layout: Layout::at(&state, &visit, "Pourquoi cet ordre\u{202f}?", "/classement"),
        criteria,
        points: Points::from(weights),
        figures: Figures::new(),
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::request::PlaceAsked;
    use maille_domain::vocabulary::Audience;
    use maille_index::answer::Hit;
    use maille_index::{Ground, Node, WEIGHTS, Weights};

    use crate::french;
    use crate::state::WebState;
    use crate::testing::{ask, html, now, page};

    /// The points of each row of the table, by criterion.
    fn table(body: &str) -> Vec<(String, String)> {
        let rows = body.split("<tr><th scope=\"row\">").skip(1);
        let cell = |row: &str, start: &str, end: &str| {
            let from = row.find(start).unwrap() + start.len();
            row[from..from + row[from..].find(end).unwrap()].to_owned()
        };
        rows.map(|row| {
            (row[..row.find('<').unwrap()].to_owned(), cell(row, "<td class=\"points\">", "</td>"))
        })
        .collect()
    }

    async fn of(state: &WebState) -> String {
        let page = ask(state.clone(), Request::get("/classement").body(Body::empty()).unwrap()).await;
        html::check(&page.body);
        page.body
    }

    #[tokio::test]
    async fn the_order_is_explained_with_the_figures_that_make_it() {
        let page = page("/classement").await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-cache"));
        let rows = table(&page.body);
        assert_eq!(rows.len(), Ground::ALL.len());
        for (ground, (label, points)) in Ground::ALL.into_iter().zip(&rows) {
            assert_eq!(label, ground.label());
            let (given, taken) = ground.bounds(&WEIGHTS);
            let most =
                if taken > 0.0 { format!("−{}", french::decimal(taken)) } else { french::decimal(given) };
            assert_eq!(*points, most, "{label}");
        }
        for said in [
            "<caption",
            "<th scope=\"col\">",
            "Qui dessert le lieu",
            "dont personne n’a dit la zone",
            "chaque jour",
            "pour tout le monde",
            "Aucun paiement",
            "droit commun",
            "Quand rien ne répond",
            "La formule",
            "365\u{a0}jours",
            "14\u{a0}jours",
            "100\u{a0}000\u{a0}habitants",
        ] {
            assert!(page.body.contains(said), "{said}");
        }
    }

    #[test]
    fn no_figure_is_typed_in_the_template() {
        let template = include_str!("../../templates/ranking.html");
        let mut words = String::new();
        let mut rest = template;
        // What is said, without tags, expressions and character references.
        while let Some(at) = rest.find(['<', '{', '&']) {
            words.push_str(&rest[..at]);
            let close = match rest.as_bytes()[at] {
                b'<' => '>',
                b'{' => '}',
                _ => ';',
            };
            let end = at + rest[at..].find(close).unwrap();
            rest = rest[end + 1..].trim_start_matches('}');
        }
        words.push_str(rest);
        assert!(!words.contains(|c: char| c.is_ascii_digit()), "{words}");
    }

    #[tokio::test]
    async fn results_and_every_page_lead_to_it() {
        for path in ["/", "/recherche?category=ccas", "/ressources/dac-92-sud-bagneux", "/nulle-part"] {
            assert!(page(path).await.body.contains("href=\"/classement\""), "{path}");
        }
        assert!(page("/recherche?category=ccas").await.body.contains(">Pourquoi cet ordre&#8239;?</a>"));
    }

    fn weighing(state: &WebState, weights: Weights) -> WebState {
        let mut state = state.clone();
        state.node = state.node.weighing(weights);
        state
    }

    fn search(node: &Node, audiences: &[Audience]) -> Vec<Hit> {
        let place = Some(PlaceAsked::Written("92007".into()));
        let (text, audiences) = ("ssiad".into(), audiences.to_vec());
        let request = maille_domain::Request { text, place, audiences, ..maille_domain::Request::default() };
        node.search(&request, now()).unwrap().hits
    }

    fn names(hits: &[Hit]) -> Vec<&str> {
        hits.iter().map(|hit| hit.listing.fields.name.as_str()).collect()
    }

    /// The reasons of a listing that say how far it is.
    fn said<'a>(hits: &'a [Hit], name: &str, start: &str) -> Option<(usize, &'a str)> {
        let hit = hits.iter().find(|hit| hit.listing.fields.name == name).unwrap();
        hit.why.iter().map(String::as_str).enumerate().find(|(_, why)| why.starts_with(start))
    }

    /// Three home-care services that nothing tells apart but where they are, how soon they answer and for whom they are.
    fn services() -> WebState {
        use maille_domain::Field::{Audiences, Category, Commune, Coverage, DelayDays, Location, Name};
        let service = |id: &str, cells: &[(maille_domain::Field, &str)]| {
            let common = [(Category, "ssiad"), (Coverage, "departement:92")];
            crate::testing::listing(id, &[&common[..], cells].concat())
        };
        crate::testing::state_of(
            "ranking",
            &[
                service("near", &[(Name, "SSIAD proche"), (Commune, "92007"), (Location, "48.7980, 2.3090")]),
                service(
                    "soon",
                    &[
                        (Name, "SSIAD rapide"),
                        (Commune, "92025"),
                        (Location, "48.9226, 2.2529"),
                        (DelayDays, "0"),
                    ],
                ),
                service(
                    "whom",
                    &[
                        (Name, "SSIAD dédié"),
                        (Commune, "92036"),
                        (Location, "48.9300, 2.2950"),
                        (Audiences, "personnes-handicapees"),
                    ],
                ),
            ],
        )
    }

    #[tokio::test]
    async fn a_weight_moves_the_order_the_reasons_and_this_page_together() {
        let state = services();
        let as_is = search(&state.node, &[]);
        assert_eq!(names(&as_is)[0], "SSIAD proche");
        let (before, _) =
            said(&as_is, "SSIAD proche", "À ").or(said(&as_is, "SSIAD proche", "Sur place")).unwrap();
        assert!(before < as_is[0].why.len());
        let row = |rows: &[(String, String)], ground: Ground| {
            rows.iter().find(|(label, _)| label == ground.label()).unwrap().1.clone()
        };
        assert_eq!(row(&table(&of(&state).await), Ground::Distance), french::decimal(WEIGHTS.distance));

        // Nearness counts for nothing: it is no reason any more, and who answers soon comes first.
        let no_distance = weighing(&state, Weights { distance: 0.0, ..WEIGHTS });
        let hits = search(&no_distance.node, &[]);
        assert_eq!(names(&hits)[0], "SSIAD rapide");
        assert_eq!(said(&hits, "SSIAD proche", "À ").or(said(&hits, "SSIAD proche", "Sur place")), None);
        assert_eq!(row(&table(&of(&no_distance).await), Ground::Distance), "0");

        // The delay counts most of all: it is the first reason.
        let hurried = weighing(&state, Weights { prompt: 99.5, ..WEIGHTS });
        let hits = search(&hurried.node, &[]);
        assert_eq!(names(&hits)[0], "SSIAD rapide");
        assert_eq!(said(&hits, "SSIAD rapide", "Répond le jour même").unwrap().0, 0);
        assert_ne!(said(&as_is, "SSIAD rapide", "Répond le jour même").unwrap().0, 0);
        let body = of(&hurried).await;
        assert_eq!(row(&table(&body), Ground::Delay), "99,5");
        assert_eq!(body.matches("99,5").count(), 3, "in the table, in words, in the formula");

        // The audience counts for nothing, then for much.
        let asked = [Audience::PersonnesHandicapees];
        let for_them = weighing(&state, Weights { audience: 60.0, ..WEIGHTS });
        assert_eq!(names(&search(&for_them.node, &asked))[0], "SSIAD dédié");
        let for_anybody = weighing(&state, Weights { audience: 0.0, ..WEIGHTS });
        let hits = search(&for_anybody.node, &asked);
        assert_ne!(names(&hits)[0], "SSIAD dédié");
        assert_eq!(said(&hits, "SSIAD dédié", "Public"), None);
    }
}
