//! `GET /api/v1/search`: who can help here?

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maille_index::answer::{Answer, Correction, Facets, Interpretation, PlaceUnderstood, Span, Understood};
use serde::Serialize;
use utoipa::ToSchema;

use super::HitView;
use super::places::PlaceView;
use super::territories::TerritoryView;
use crate::api::not_stored;
use crate::error::{Error, Problem};
use crate::extract::Query;
use crate::parameters::SearchParameters;
use crate::state::WebState;

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Answer)]
pub struct AnswerView<'a> {
    /// How the request was understood.
    pub interpretation: InterpretationView,
    /// False when nothing open serves the place.
    pub answered: bool,
    /// How many listings match.
    pub total: u64,
    /// One page of them, best first.
    pub hits: Vec<HitView<'a>>,
    /// Counts per criterion; null with `facets=false`.
    pub facets: Option<FacetsView>,
    /// What was given up to find these; null when nothing was.
    pub widened: Option<WidenedView>,
    /// National numbers to say first.
    pub alerts: Vec<AlertView>,
    /// Who coordinates care in the commune asked; null when none was, or nobody is known to.
    pub territory: Option<TerritoryView<'a>>,
}

/// A request as understood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Interpretation)]
pub struct InterpretationView {
    /// Where help is needed.
    pub place: Option<PlaceUnderstoodView>,
    /// Kinds of resource.
    pub categories: Vec<UnderstoodView>,
    /// For whom.
    pub audience: Vec<UnderstoodView>,
    /// Age of the person: `code` is the number of years.
    pub age: Option<UnderstoodView>,
    /// How help is given.
    pub modes: Vec<UnderstoodView>,
    /// When.
    pub time: Option<UnderstoodView>,
    /// The words left over, which went to full text.
    pub text: String,
    /// Words read as others.
    pub corrections: Vec<CorrectionView>,
}

/// The place understood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaceUnderstood)]
pub struct PlaceUnderstoodView {
    /// `commune`, `arrondissement`, `departement`, `region`, `epci` or `territory`.
    pub kind: &'static str,
    /// COG code, SIREN of an EPCI, or code of the territory.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the département.
    pub departement: Option<String>,
    /// Where in `q`: first byte and the byte after the last (UTF-8); null when a parameter said it.
    pub span: Option<[usize; 2]>,
    /// No clear leader: no place filter applies, ask first.
    pub ambiguous: bool,
    /// The other places it could be, likeliest first.
    pub alternatives: Vec<PlaceView>,
}

/// One understood item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Understood)]
pub struct UnderstoodView {
    /// Code of the vocabulary.
    pub code: String,
    /// French label.
    pub label: String,
    /// What made it understood: `parameter`, or the way it was read in the text.
    pub by: &'static str,
    /// Where in `q`: first byte and the byte after the last (UTF-8); null when a parameter said it.
    pub span: Option<[usize; 2]>,
}

/// A word read as another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Correction)]
pub struct CorrectionView {
    /// What was typed.
    pub typed: String,
    /// What was read.
    pub read: String,
    /// Where in `q`.
    pub span: Option<[usize; 2]>,
}

/// Counts of what choosing each value would give, most first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Facets)]
pub struct FacetsView {
    /// By kind of resource.
    pub category: Vec<FacetView>,
    /// By audience.
    pub audience: Vec<FacetView>,
    /// By mode.
    pub mode: Vec<FacetView>,
    /// By parcours.
    pub theme: Vec<FacetView>,
}

/// One value of a criterion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Facet)]
pub struct FacetView {
    /// Code, as the parameter takes it.
    pub code: &'static str,
    /// French label.
    pub label: &'static str,
    /// How many listings choosing it would give.
    pub count: u64,
}

/// How the search was widened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Widened)]
pub struct WidenedView {
    /// What was given up, in order.
    pub steps: Vec<StepView>,
}

/// One thing given up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WideningStep)]
pub struct StepView {
    /// A stable word: `words`, `place`…
    pub step: &'static str,
    /// In French, a full sentence.
    pub label: String,
}

/// A national number to say first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertView {
    /// The number, as dialled.
    pub number: &'static str,
    /// Its name.
    pub label: String,
    /// Why it is shown.
    pub why: String,
}

impl<'a> From<&'a Answer> for AnswerView<'a> {
    fn from(answer: &'a Answer) -> AnswerView<'a> {
        let steps: Vec<StepView> = answer
            .widened
            .iter()
            .map(|step| StepView { step: step.step, label: step.label.clone() })
            .collect();
        AnswerView {
            interpretation: (&answer.interpretation).into(),
            answered: answer.answered,
            total: answer.total,
            hits: answer.hits.iter().map(HitView::from).collect(),
            facets: answer.facets.as_ref().map(FacetsView::from),
            widened: (!steps.is_empty()).then_some(WidenedView { steps }),
            alerts: answer
                .alerts
                .iter()
                .map(|alert| AlertView {
                    number: alert.number,
                    label: alert.label.clone(),
                    why: alert.why.clone(),
                })
                .collect(),
            territory: answer.territory.as_ref().map(TerritoryView::from),
        }
    }
}

impl From<&Interpretation> for InterpretationView {
    fn from(read: &Interpretation) -> InterpretationView {
        let all = |items: &[Understood]| items.iter().map(UnderstoodView::from).collect();
        InterpretationView {
            place: read.place.as_ref().map(PlaceUnderstoodView::from),
            categories: all(&read.categories),
            audience: all(&read.audience),
            age: read.age.as_ref().map(UnderstoodView::from),
            modes: all(&read.modes),
            time: read.time.as_ref().map(UnderstoodView::from),
            text: read.text.clone(),
            corrections: read.corrections.iter().map(CorrectionView::from).collect(),
        }
    }
}

impl From<&PlaceUnderstood> for PlaceUnderstoodView {
    fn from(understood: &PlaceUnderstood) -> PlaceUnderstoodView {
        let place = &understood.place;
        PlaceUnderstoodView {
            kind: place.kind.as_str(),
            code: place.code.clone(),
            name: place.name.clone(),
            departement: place.departement.clone(),
            span: pair(understood.span),
            ambiguous: understood.ambiguous,
            alternatives: understood.alternatives.iter().map(PlaceView::from).collect(),
        }
    }
}

impl From<&Understood> for UnderstoodView {
    fn from(item: &Understood) -> UnderstoodView {
        UnderstoodView {
            code: item.code.clone(),
            label: item.label.clone(),
            by: item.by.as_str(),
            span: pair(item.span),
        }
    }
}

impl From<&Correction> for CorrectionView {
    fn from(correction: &Correction) -> CorrectionView {
        CorrectionView {
            typed: correction.typed.clone(),
            read: correction.read.clone(),
            span: pair(correction.span),
        }
    }
}

impl From<&Facets> for FacetsView {
    fn from(facets: &Facets) -> FacetsView {
        macro_rules! counts {
            ($values:expr) => {
                $values
                    .iter()
                    .map(|&(value, count)| FacetView { code: value.code(), label: value.label(), count })
                    .collect()
            };
        }
        FacetsView {
            category: counts!(facets.category),
            audience: counts!(facets.audience),
            mode: counts!(facets.mode),
            theme: counts!(facets.theme),
        }
    }
}

fn pair(span: Span) -> Option<[usize; 2]> {
    span.map(|(start, end)| [start, end])
}

/// Who can help here?
#[utoipa::path(
    get,
    path = "/api/v1/search",
    tag = "search",
    description = "A parameter repeated, or a list with commas, is *or*; different parameters are *and*. Unknown \
        parameters are ignored, wrong values are refused, all of them named.",
    params(
        ("q" = Option<String>, Query, description = "The need, in one's own words; the first 1 000 characters are read"),
        ("commune" = Option<String>, Query, description = "A COG code, a postal code or a name"),
        ("place" = Option<String>, Query, description = "KIND:CODE, KIND being commune, arrondissement, departement, region, epci or territory; not with `commune`", example = "departement:92"),
        ("lat" = Option<f64>, Query, minimum = -90, maximum = 90, description = "Latitude, WGS 84, with `lon`: distances start there"),
        ("lon" = Option<f64>, Query, minimum = -180, maximum = 180, description = "Longitude, WGS 84, with `lat`"),
        ("radius_km" = Option<f64>, Query, description = "Only sites within so many kilometres, 1 000 at most"),
        ("category" = Option<Vec<String>>, Query, description = "Codes of kinds of resource"),
        ("audience" = Option<Vec<String>>, Query, description = "Codes of audiences"),
        ("age" = Option<u8>, Query, minimum = 0, maximum = 130, description = "Age of the person, years"),
        ("mode" = Option<Vec<String>>, Query, description = "Codes of modes"),
        ("theme" = Option<Vec<String>>, Query, description = "Codes of parcours"),
        ("open_at" = Option<String>, Query, description = "Only what is open then: RFC 3339, or `now`"),
        ("sort" = Option<String>, Query, description = "relevance, distance, name or verified"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "Hits on a page, 20 by default"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 10000, description = "First hit, from 0"),
        ("facets" = Option<bool>, Query, description = "Whether facets are counted, true by default"),
        ("total" = Option<String>, Query, description = "exact (default) or estimate"),
        ("off" = Option<Vec<String>>, Query, description = "What was understood and must not be obeyed: place, category, audience, age, mode, time, correction; or one kind read in the text, category:CODE", example = "category:ssiad"),
    ),
    responses(
        (status = 200, description = "An answer, even when nothing was found", body = AnswerView),
        (status = 400, description = "Parameters are wrong", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The directory is being loaded", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn search(
    State(state): State<WebState>,
    Query(parameters): Query<SearchParameters>,
) -> Result<Response, Error> {
    let now = state.now();
    let request = parameters.request(now);
    let answer = state.ask(move |node| node.search(&request, now)).await??;
    Ok((not_stored(), Json(AnswerView::from(&answer))).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::get;

    #[tokio::test]
    async fn an_answer_has_the_published_shape() {
        let answered = get("/api/v1/search?q=gériatrie&commune=92007&age=82&limit=1").await;
        assert_eq!(answered.status, 200);
        assert_eq!(answered.header("content-type"), "application/json");
        insta::assert_json_snapshot!("search", answered.json());
    }

    #[tokio::test]
    async fn nothing_found_is_an_answer_too() {
        let answered = get("/api/v1/search?q=zzqqxx&commune=92007&mode=rue&facets=false").await;
        assert_eq!(answered.status, 200);
        let answer = answered.json();
        assert_eq!(answer["total"], 0);
        assert_eq!(answer["answered"], false);
        assert_eq!(answer["facets"], serde_json::Value::Null);
        assert_eq!(answer["territory"]["dac"][0]["name"], "DAC 92 Sud");
    }

    #[tokio::test]
    async fn repeated_values_and_commas_are_or() {
        for path in ["/api/v1/search?category=emg&category=dac", "/api/v1/search?category=emg,dac"] {
            assert_eq!(get(path).await.json()["total"], 2, "{path}");
        }
    }

    #[tokio::test]
    async fn every_wrong_parameter_is_named() {
        for (query, named) in [
            ("category=inconnue", "category"),
            ("audience=martiens", "audience"),
            ("mode=fusee", "mode"),
            ("theme=x", "theme"),
            ("limit=abc", "limit"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("offset=10001", "offset"),
            ("offset=-1", "offset"),
            ("age=-3", "age"),
            ("age=131", "age"),
            ("lat=48.8", "lon"),
            ("lon=2.3", "lat"),
            ("lat=999&lon=2", "lat"),
            ("lat=NaN&lon=2", "lat"),
            ("lat=0&lon=0", "lat"),
            ("radius_km=-1&commune=92007", "radius_km"),
            ("radius_km=5", "radius_km"),
            ("open_at=demain", "open_at"),
            ("sort=prix", "sort"),
            ("total=peut-etre", "total"),
            ("facets=oui", "facets"),
            ("off=place,tout", "off"),
            ("off=category:inconnue", "off"),
            ("off=mode:emg", "off"),
            ("commune=zzzzzz", "commune"),
            ("place=ville:92007", "place"),
            ("place=departement:999", "place"),
            ("place=departement:92&commune=92007", "place"),
            ("q=%E9", "q"),
            ("q=100%", "q"),
            ("limit=1&limit=2", "limit"),
        ] {
            let answered = get(&format!("/api/v1/search?{query}")).await;
            assert_eq!(answered.status, 400, "{query}: {}", answered.body);
            assert_eq!(answered.header("content-type"), "application/problem+json");
            assert!(
                answered.wrong().iter().any(|parameter| parameter == named),
                "{query}: {}",
                answered.body
            );
        }
        let mut wrong = get("/api/v1/search?limit=abc&commune=zzzzzz&category=a,b&age=x").await.wrong();
        wrong.dedup();
        assert_eq!(wrong, ["category", "age", "limit", "commune"], "all at once");
    }

    #[tokio::test]
    async fn what_is_right_is_accepted() {
        for query in [
            "",
            "q=",
            "commune=92220",
            "commune=Sceaux",
            "place=departement:92",
            "place=territory:dac-92-sud",
            "lat=48.79&lon=2.31&radius_km=5",
            "open_at=now",
            "open_at=2026-11-20T15:00:00%2B01:00",
            "open_at=2026-11-20T15:00:00+01:00",
            "off=place,category&off=time",
            "q=emg&off=category:emg,age&off=category:ssiad",
            "sort=verified&limit=100&offset=10000&total=estimate",
            "utm_source=ailleurs",
            "limit=&age=",
        ] {
            let answered = get(&format!("/api/v1/search?{query}")).await;
            assert_eq!(answered.status, 200, "{query}: {}", answered.body);
        }
    }
}
