//! `/carte`: the resources of a kind on a territory, drawn and listed: what the map shows, the list says.

mod units;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maille_domain::vocabulary::Sector;
use maille_domain::{Category, Listing};
use maille_index::answer::{Facets, PlaceUnderstood};
use maille_index::{Node, SearchError, Spot, Spots};
use maille_territory::{Place, PlaceKind, fold, france};

use self::units::{Whereabouts, units};
use crate::error::Error;
use crate::extract::Query;
use crate::french;
use crate::map::directory::{self, Part};
use crate::map::{Figure, Marker};
use crate::page::{Cache, Layout, Page, respond};
use crate::parameters::{SearchLink, SearchParameters, place_label};
use crate::state::WebState;
use crate::views::{Choice, PhoneLink};
use crate::visit::{Visit, place_pair};

/// Beyond so many, resources are counted, not named: a narrower place or kind names them.
const MOST_NAMED: usize = 150;
/// Beyond so many rows, the list of a place unfolds.
const MOST_UNFOLDED: usize = 12;

#[derive(Debug, Template)]
#[template(path = "carte.html")]
struct CartePage {
    layout: Layout,
    kinds: Vec<Group<KindOption>>,
    places: Vec<Group<PlaceOption>>,
    /// What else was asked, kept by the form.
    kept: Vec<(&'static str, String)>,
    /// The same map without it.
    fewer: Option<String>,
    words: String,
    question: Vec<Choice>,
    heading: String,
    summary: Vec<String>,
    map: Option<Figure>,
    /// What comes after the map, when the keyboard goes through the map.
    after_map: &'static str,
    search: String,
    up: Option<Choice>,
    parts: Vec<Part>,
    parts_label: &'static str,
    places_named: Vec<Named>,
    by_kind: ByKind,
}

/// Too many resources to be named, as narrower maps: the kinds that have most, and the others.
#[derive(Debug, Default)]
struct ByKind {
    first: Vec<Choice>,
    others: Vec<Choice>,
}

impl Page for CartePage {
    const CACHE: Cache = Cache::Ask;
}

/// Options under one title.
#[derive(Debug)]
struct Group<T> {
    label: &'static str,
    options: Vec<T>,
}

#[derive(Debug)]
struct KindOption {
    code: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Debug)]
struct PlaceOption {
    value: String,
    label: String,
    chosen: bool,
}

/// The resources of one commune, by name.
#[derive(Debug)]
struct Named {
    title: String,
    count: String,
    folded: bool,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    kind: &'static str,
    phone: Option<PhoneLink>,
    unknown: bool,
}

/// What the index says of a map.
struct Found {
    spots: Spots,
    whereabouts: Whereabouts,
    units: Vec<Part>,
    /// Those shown by name; empty when they are too many.
    named: Vec<(Spot, Arc<Listing>)>,
    places: Vec<Group<PlaceOption>>,
    map: Option<Figure>,
}

/// `GET /carte`.
pub async fn carte(
    State(state): State<WebState>,
    Query(asked): Query<SearchParameters>,
) -> Result<Response, Error> {
    let now = state.now();
    let question = asked.clone();
    let found = state.ask(move |node| find(node, &question, now)).await??;
    Ok(respond(&CartePage::new(&state, &asked, found)))
}

fn settled(spots: &Spots) -> Option<&PlaceUnderstood> {
    spots.answer.interpretation.place.as_ref().filter(|place| !place.ambiguous)
}

fn visit_of(asked: &SearchParameters, place: Option<&Place>) -> Visit {
    Visit { place: place.cloned(), selection: asked.selection.clone(), unsettled: None }
}

fn find(node: &Node, asked: &SearchParameters, now: DateTime<Utc>) -> Result<Found, Error> {
    let mut request = asked.typed_request(now);
    request.facets = true;
    let spots = node.spots(&request, now)?;
    let place = settled(&spots).map(|understood| understood.place.clone());
    let place = place.as_ref();
    let visit = visit_of(asked, place);
    let whereabouts = Whereabouts::of(node, place, &spots.all);
    let link = link(asked);
    let units = units(&whereabouts, place, &spots.all, &link);
    let mut named = Vec::new();
    if spots.all.len() <= MOST_NAMED {
        for spot in &spots.all {
            let read = spots.listing(spot).map_err(SearchError::Internal);
            named.push((*spot, read?));
        }
        named.sort_by_cached_key(|(_, listing)| fold(&listing.fields.name));
    }
    let markers = named.iter().filter_map(|(spot, listing)| {
        let fields = &listing.fields;
        Some(Marker {
            point: spot.point?,
            name: format!("{} – {}", fields.name, french::kind(fields.category)),
            number: None,
            href: Some(visit.sheet(&listing.slug)),
        })
    });
    let points: Vec<_> = spots.all.iter().filter_map(|spot| spot.point).collect();
    let map = directory::of_resources(node, place, &units, &markers.collect::<Vec<_>>(), &points);
    let places = places(node, place);
    Ok(Found { spots, whereabouts, units, named, places, map })
}

/// The same map, to be changed into the address of another.
fn link(asked: &SearchParameters) -> SearchLink {
    asked.link().without("limit").without("offset").without("sort")
}

/// The address of a map of these parameters.
fn to_map(link: &SearchLink) -> String {
    link.to_string().replacen("/recherche", "/carte", 1)
}

impl CartePage {
    fn new(state: &WebState, asked: &SearchParameters, found: Found) -> CartePage {
        let Found { spots, whereabouts, units, named, places, map } = found;
        let answer = &spots.answer;
        let understood = answer.interpretation.place.as_ref();
        let place = settled(&spots).map(|understood| &understood.place);
        let visit = visit_of(asked, place);
        let link = link(asked);
        let own = ["category", "place", "commune", "selection"];
        let kept: Vec<_> = link.pairs().iter().filter(|(name, _)| !own.contains(name)).cloned().collect();
        let fewer = (!kept.is_empty())
            .then(|| to_map(&kept.iter().fold(link.clone(), |link, (name, _)| link.without(name))));
        let question = understood.filter(|place| place.ambiguous).map(|understood| {
            let places = std::iter::once(&understood.place).chain(&understood.alternatives);
            places
                .map(|place| Choice {
                    href: to_map(&link.clone().about(place)),
                    label: place_label(place),
                    detail: None,
                })
                .collect()
        });
        let facets = answer.facets.clone().unwrap_or_default();
        let too_many = named.is_empty() && !spots.all.is_empty();
        let by_kind =
            if too_many && asked.categories.is_empty() { by_kind(&facets, &link) } else { ByKind::default() };
        let mut summary = summary(&spots.all, &whereabouts, place);
        if too_many && by_kind.first.is_empty() {
            summary.push("Elles sont trop nombreuses pour être nommées ici.".to_owned());
        }
        CartePage {
            layout: Layout::new(state, &visit, &title(asked, place)),
            kinds: kinds(&facets, &asked.categories),
            places,
            words: asked.q.trim().to_owned(),
            kept: kept
                .into_iter()
                .chain((!asked.selection.is_empty()).then(|| ("selection", asked.selection.to_string())))
                .collect(),
            fewer,
            question: question.unwrap_or_default(),
            heading: heading(asked, answer.total, understood),
            summary,
            map,
            after_map: match (units.is_empty(), named.is_empty()) {
                (false, _) => "parties",
                (true, false) => "nommees",
                (true, true) => "",
            },
            search: link.to_string(),
            up: up(place, &link),
            parts_label: units::label(&units),
            parts: units,
            by_kind,
            places_named: by_commune(&named, &whereabouts, place, &visit),
        }
    }
}

fn title(asked: &SearchParameters, place: Option<&Place>) -> String {
    let kind = asked.categories.first().map(|kind| french::kind(*kind).to_owned());
    let parts: Vec<String> =
        [kind, place.map(place_label), Some("Carte".to_owned())].into_iter().flatten().collect();
    parts.join(" – ")
}

fn heading(asked: &SearchParameters, total: u64, place: Option<&PlaceUnderstood>) -> String {
    let count = match total {
        0 => "Aucune ressource".to_owned(),
        total => french::counted(total, "ressource", "ressources"),
    };
    let kind = match asked.categories[..] {
        [kind] => format!("{}\u{202f}: ", french::kind(kind)),
        _ => String::new(),
    };
    let count = if kind.is_empty() { count } else { french::lower_first(&count) };
    match place {
        Some(place) if place.ambiguous => format!("{kind}{count}, tous lieux confondus"),
        Some(place) => format!("{kind}{count} pour {}", place_label(&place.place)),
        None => format!("{kind}{count} dans tout l’annuaire"),
    }
}

/// Where they are, in sentences: what the drawing cannot show is said.
fn summary(spots: &[Spot], whereabouts: &Whereabouts, place: Option<&Place>) -> Vec<String> {
    let counted = |count: usize, one: &str, many: &str| french::counted(count as u64, one, many);
    let mut said = Vec::new();
    if spots.is_empty() {
        return said;
    }
    if let Some(place) = place {
        let name = place_label(place);
        said.push(match whereabouts.inside {
            0 => format!("Aucune n’a son adresse à l’intérieur\u{202f}: {name} est couvert depuis ailleurs."),
            1 => "1\u{a0}a son adresse à l’intérieur.".to_owned(),
            count => format!("{}\u{a0}ont leur adresse à l’intérieur.", french::number(count as u64)),
        });
        if whereabouts.elsewhere > 0 {
            let said_so = counted(whereabouts.elsewhere, "vient", "viennent");
            said.push(format!("{said_so} d’ailleurs."));
        }
    }
    let nowhere = spots.iter().filter(|spot| spot.point.is_none()).count();
    if nowhere > 0 {
        said.push(format!(
            "{} pas sur la carte\u{202f}: aucune adresse n’est renseignée (lignes téléphoniques, services itinérants).",
            counted(nowhere, "n’est", "ne sont")
        ));
    }
    let approximate = spots.iter().filter(|spot| spot.approximate).count();
    if approximate > 0 {
        said.push(format!(
            "{} au centre de {} commune, faute d’adresse précise.",
            counted(approximate, "est placée", "sont placées"),
            if approximate < 2 { "sa" } else { "leur" },
        ));
    }
    let unknown = spots.iter().filter(|spot| !spot.serves).count();
    if unknown > 0 {
        said.push(format!(
            "{} pas quelle zone {}\u{202f}: à vérifier avant d’orienter.",
            counted(unknown, "ne dit", "ne disent"),
            if unknown < 2 { "elle couvre" } else { "elles couvrent" },
        ));
    }
    said
}

/// The kinds, by sector, with what choosing each would give.
fn kinds(facets: &Facets, chosen: &[Category]) -> Vec<Group<KindOption>> {
    let count = |kind: Category| {
        facets.category.iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count)
    };
    let groups = Sector::ALL.iter().map(|sector| {
        let of_sector = Category::all().filter(|kind| kind.sector() == *sector);
        let mut options: Vec<KindOption> = of_sector
            .map(|kind| (kind, count(kind), chosen.contains(&kind)))
            .filter(|(_, count, chosen)| *count > 0 || *chosen)
            .map(|(kind, count, chosen)| KindOption {
                code: kind.code(),
                label: format!("{} ({})", french::kind(kind), french::number(count)),
                chosen,
            })
            .collect();
        options.sort_by_cached_key(|option| fold(&option.label));
        Group { label: sector.label(), options }
    });
    groups.filter(|group| !group.options.is_empty()).collect()
}

/// The territories to choose from: those of this directory, then départements and régions; the place asked first.
fn places(node: &Node, asked: Option<&Place>) -> Vec<Group<PlaceOption>> {
    let option = |kind: PlaceKind, code: &str, label: String| PlaceOption {
        value: format!("{kind}:{code}"),
        label,
        chosen: asked.is_some_and(|place| place.kind == kind && place.code == code),
    };
    let territories = node.territories();
    let mut coordination: Vec<PlaceOption> = territories
        .iter()
        .filter(|territory| territory.kind == "dac")
        .map(|territory| option(PlaceKind::Territory, &territory.code, territory.name.clone()))
        .collect();
    coordination.sort_by_cached_key(|option| fold(&option.label));
    let departements = france().departements().iter().map(|departement| {
        let label = format!("{} – {}", departement.code, departement.name);
        option(PlaceKind::Departement, &departement.code, label)
    });
    let regions = france()
        .regions()
        .iter()
        .map(|region| option(PlaceKind::Region, &region.code, region.name.to_string()));
    let mut groups = vec![
        Group { label: "Territoires de coordination (DAC)", options: coordination },
        Group { label: "Départements", options: departements.collect() },
        Group { label: "Régions", options: regions.collect() },
    ];
    if let Some(place) =
        asked.filter(|_| groups.iter().flat_map(|group| &group.options).all(|option| !option.chosen))
    {
        let (_, value) = match place_pair(place) {
            ("place", value) => ("place", value),
            (_, code) => ("place", format!("{}:{code}", place.kind)),
        };
        let here = PlaceOption { value, label: place_label(place), chosen: true };
        groups.insert(0, Group { label: "Lieu demandé", options: vec![here] });
    }
    groups.retain(|group| !group.options.is_empty());
    groups
}

/// The same map of what is around: the département of a commune, the region of a département.
fn up(place: Option<&Place>, link: &SearchLink) -> Option<Choice> {
    let place = place?;
    let wider = match (place.kind, &place.departement) {
        (PlaceKind::Departement, _) => {
            let region = france().departement(&place.code)?.region.as_ref();
            france().place(PlaceKind::Region, region)
        }
        (_, Some(departement)) => france().place(PlaceKind::Departement, departement),
        _ => None,
    };
    let (href, label) = match wider {
        Some(wider) => (to_map(&link.clone().about(&wider)), format!("Élargir\u{202f}: {}", wider.name)),
        None => (
            to_map(&link.clone().without("commune").without("place")),
            "Élargir\u{202f}: tout l’annuaire".to_owned(),
        ),
    };
    Some(Choice { href, label, detail: None })
}

fn by_kind(facets: &Facets, link: &SearchLink) -> ByKind {
    let choices = facets.category.iter().map(|(kind, count)| Choice {
        href: to_map(&link.clone().with("category", kind.code())),
        label: french::kind(*kind).to_owned(),
        detail: Some(french::number(*count)),
    });
    let mut first: Vec<Choice> = choices.collect();
    let others = first.split_off(first.len().min(MOST_UNFOLDED));
    ByKind { first, others }
}

/// The resources by commune: those of the place first, then those that come from elsewhere, then those that are nowhere.
fn by_commune(
    named: &[(Spot, Arc<Listing>)],
    whereabouts: &Whereabouts,
    place: Option<&Place>,
    visit: &Visit,
) -> Vec<Named> {
    let mut groups: Vec<((u8, String), Named)> = Vec::new();
    for (spot, listing) in named {
        let (rank, title) = match spot.commune {
            Some(commune) => {
                let label = format!("{} ({})", commune.name, commune.departement);
                let outside = place.is_some() && !whereabouts.is_inside(commune);
                let title = if outside { format!("{label}, hors du territoire choisi") } else { label };
                (u8::from(outside), title)
            }
            None => (2, "Sans commune renseignée".to_owned()),
        };
        let fields = &listing.fields;
        let row = Row {
            href: visit.sheet(&listing.slug),
            name: fields.name.clone(),
            kind: french::kind(fields.category),
            phone: fields.phone.first().map(PhoneLink::from),
            unknown: !spot.serves,
        };
        let key = (rank, fold(&title));
        if let Some((_, group)) = groups.iter_mut().find(|(known, _)| *known == key) {
            group.rows.push(row);
        } else {
            let group = Named { title, count: String::new(), folded: false, rows: vec![row] };
            groups.push((key, group));
        }
    }
    groups.sort_by(|(a, _), (b, _)| a.cmp(b));
    let long = named.len() > MOST_UNFOLDED * 3;
    let groups = groups.into_iter().map(|(_, group)| Named {
        count: french::counted(group.rows.len() as u64, "ressource", "ressources"),
        folded: long && group.rows.len() > MOST_UNFOLDED,
        ..group
    });
    groups.collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::{Field, Listing};

    use crate::testing::{HOSTILE, ask, html, listing, page, state_of};

    async fn page_of(name: &str, listings: &[Listing], path: &str) -> String {
        let answered = ask(state_of(name, listings), Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answered.status, 200);
        html::check(&answered.body);
        answered.body
    }

    #[tokio::test]
    async fn what_the_map_shows_the_list_says() {
        let body = page("/carte?category=ccas&place=territory:dac-92-sud").await.body;
        for said in [
            "40\u{a0}ressources pour DAC 92 Sud",
            "<svg",
            "<option value=\"ccas\" selected>",
            "<option value=\"territory:dac-92-sud\" selected>",
            "href=\"/recherche?place=territory:dac-92-sud&#38;category=ccas\"",
            "Antony (92)",
            "CCAS numéro 40",
            "téléphone non renseigné",
            "40\u{a0}sont placées au centre de leur commune",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
    }

    #[tokio::test]
    async fn who_comes_from_elsewhere_or_says_nothing_is_told() {
        let body = page("/carte?commune=92071").await.body;
        for said in [
            "Aucune n’a son adresse à l’intérieur",
            "hors du territoire choisi",
            "pas sur la carte",
            "Sans commune renseignée",
            "zone non renseignée, à vérifier",
            "/ressources/hostile?commune=92071",
            "Élargir\u{202f}: Hauts-de-Seine",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
        assert!(!body.contains("<script>alert"));
    }

    #[tokio::test]
    async fn nothing_one_and_all_are_shown() {
        let nothing = page("/carte?category=usld&commune=92007").await.body;
        assert!(nothing.contains("aucune ressource pour Bagneux (92)"), "{nothing}");
        assert!(!nothing.contains("class=\"map\""));
        let one = page("/carte?category=emg").await.body;
        assert!(one.contains("1\u{a0}ressource dans tout l’annuaire"), "{one}");
        let all = page("/carte").await.body;
        assert!(all.contains("Par type de ressource") || all.contains("Clamart (92)"), "{all}");
    }

    #[tokio::test]
    async fn many_are_counted_by_part_and_not_named() {
        let of = |number: usize, commune: &str| {
            let name = format!("Service {number}");
            let cells = [
                (Field::Name, &*name),
                (Field::Category, "ccas"),
                (Field::Commune, commune),
                (Field::Coverage, "departement:92"),
            ];
            listing(&name, &cells)
        };
        let listings: Vec<Listing> =
            (0..200).map(|number| of(number, ["92007", "92071", "92023", "31555"][number % 4])).collect();
        let body = page_of("many", &listings, "/carte?place=departement:92").await;
        for said in [
            "200\u{a0}ressources pour Hauts-de-Seine",
            "150\u{a0}ont leur adresse à l’intérieur",
            "50\u{a0}viennent d’ailleurs",
            "Par commune",
            "href=\"/carte?commune=92007\">Bagneux</a> <span class=\"count\">50</span>",
            "aria-label=\"Bagneux\u{202f}: 50\u{a0}ressources\"",
            "/carte?place=departement:92&#38;category=ccas",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
        assert!(!body.contains("Service 1<"));
        // In one commune there is no part: the points are no links, and kinds lead on.
        let all_in_one: Vec<Listing> = (0..200).map(|number| of(number, "92007")).collect();
        let alone = page_of("many-alone", &all_in_one, "/carte?commune=92007").await;
        for said in ["une ressource</li>", "href=\"/carte?commune=92007&#38;category=ccas\"", "map-list"] {
            assert!(alone.contains(said), "{said} in {alone}");
        }
        assert!(!alone.contains("et sa fiche") && !alone.contains("Passer la carte"), "{alone}");
        let of_kind = page_of("many-kind", &all_in_one, "/carte?commune=92007&category=ccas").await;
        assert!(of_kind.contains("trop nombreuses pour être nommées"), "{of_kind}");
        assert!(body.contains("href=\"#parties\">Passer la carte"), "{body}");
        let france = page_of("many-france", &listings, "/carte").await;
        assert!(france.contains("Par département") && france.contains("Haute-Garonne"), "{france}");
        let one = page_of("many-one", &listings, "/carte?commune=31555").await;
        assert!(one.contains("aucune") || one.contains("Aucune"), "{one}");
    }

    #[tokio::test]
    async fn criteria_of_a_search_are_kept_and_can_be_left() {
        let body = page("/carte?q=ccas&audience=tous&commune=Antony&selection=0123456789ab").await.body;
        for said in [
            "<input type=\"hidden\" name=\"q\" value=\"ccas\">",
            "<input type=\"hidden\" name=\"audience\" value=\"tous\">",
            "<input type=\"hidden\" name=\"selection\" value=\"0123456789ab\">",
            "Voir la carte sans eux",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
        let ambiguous = page("/carte?commune=Saint-Denis").await.body;
        assert!(ambiguous.contains("De quel lieu s’agit-il"), "{ambiguous}");
        assert_eq!(page("/carte?commune=99999").await.status, 400);
        let hostile = page(&format!("/carte?q={}", "%3Cscript%3Ealert(1)%3C/script%3E")).await;
        assert!(!hostile.body.contains("<script>alert") && HOSTILE.contains("<script>"));
    }
}
