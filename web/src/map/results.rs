//! The results of a search on their territory.

use maille_index::answer::Answer;
use maille_index::{Hit, Node};
use maille_territory::{Place, PlaceKind, france};

use super::drawing::Drawing;
use super::frame::Frame;
use super::land::Land;
use super::points::Marker;
use super::{Figure, GROUND, Legend, place_land};
use crate::french;
use crate::visit::Visit;

/// The results of a search on their territory, numbered from `first` as in the list; `None` when none of them is on
/// a map.
pub fn of_results(
    node: &Node,
    place: Option<&Place>,
    first: usize,
    answer: &Answer,
    visit: &Visit,
) -> Option<Figure> {
    let markers: Vec<Marker> = answer
        .hits
        .iter()
        .zip(first..)
        .filter_map(|(hit, number)| {
            let fields = &hit.listing.fields;
            let point = fields.location?.point();
            Some(Marker { point, name: fields.name.clone(), number: Some(number), href: None })
        })
        .collect();
    let without = answer.hits.len() - markers.len();
    let (land, name) = match place.or(visit.place.as_ref()) {
        Some(place) => surroundings(node, place, &markers),
        None => around(&markers),
    };
    let frame = Frame::around(&land)?;
    let title = format!("Carte des ressources : {name}");
    let mut drawing = Drawing::new("carte", frame.small(), &french::typography(&title), "").ground(GROUND);
    let mut legend = Vec::new();
    // The country is all the land there is, and the place asked has a line of its own.
    let outlined = land != Land::france() && place.is_none_or(|place| land != Land::of_place(node, place));
    if outlined {
        drawing = drawing.outline(&land);
    }
    if let Some(place) = place {
        drawing = place_land(drawing, node, place, &mut legend);
    }
    let places = places(&drawing, &answer.hits, first);
    let drawing = drawing.names(&land).markers(markers);
    let outside = drawing.outside();
    let shown = answer.hits.len() - without - outside;
    if shown == 0 {
        return None;
    }
    if outlined {
        legend.push(Legend { mark: "outline", meaning: name.clone() });
    }
    legend.push(Legend { mark: "dot", meaning: "ressource, par son numéro".into() });
    if drawing.has_discs() {
        let meaning = "plusieurs au même endroit : deux numéros, ou leur nombre";
        legend.push(Legend { mark: "disc", meaning: meaning.into() });
    }
    let shown = match shown {
        1 => "1 ressource de cette page est sur la carte.".to_owned(),
        _ => format!("{shown} ressources de cette page sont sur la carte."),
    };
    let outside = match outside {
        0 => String::new(),
        1 => " 1 ressource est hors de la carte.".to_owned(),
        _ => format!(" {outside} ressources sont hors de la carte."),
    };
    let without = match without {
        0 => String::new(),
        1 => " 1 ressource n’a pas d’adresse connue.".to_owned(),
        _ => format!(" {without} ressources n’ont pas d’adresse connue."),
    };
    let caption = format!("{name} : {shown}{outside}{without} {places}.");
    let caption = french::typography(&caption);
    for item in &mut legend {
        item.meaning = french::typography(&item.meaning);
    }
    let svg = drawing.described(&caption).svg();
    Some(Figure { svg, caption, legend })
}

/// The numbers that are on the drawing, by commune: `3 : Bagneux ; 5 et 8 : Antony`.
fn places(drawing: &Drawing, hits: &[Hit], first: usize) -> String {
    let mut places: Vec<(&str, Vec<String>)> = Vec::new();
    for (hit, number) in hits.iter().zip(first..) {
        let fields = &hit.listing.fields;
        let Some(point) = fields.location.map(|location| location.point()).filter(|at| drawing.shows(*at))
        else {
            continue;
        };
        let commune = fields.commune().or_else(|| france().commune_at(point.lat, point.lon));
        let name = commune.map_or("commune non renseignée", |commune| &*commune.name);
        match places.iter_mut().find(|(known, _)| *known == name) {
            Some((_, numbers)) => numbers.push(number.to_string()),
            None => places.push((name, vec![number.to_string()])),
        }
    }
    let said = places.iter().map(|(name, numbers)| format!("{} : {name}", french::list(numbers)));
    said.collect::<Vec<_>>().join(" ; ")
}

/// Communes of a territory from which on the EPCI of the place is shown instead, when the results are all there.
const LARGE: usize = 100;

/// The territory of a place, and its name: that of its DAC, else its EPCI, else its département; itself when it is larger than
/// a commune.
fn surroundings(node: &Node, place: &Place, markers: &[Marker]) -> (Land, String) {
    let commune = match place.kind {
        PlaceKind::Commune | PlaceKind::Arrondissement => france().current_commune(&place.code),
        _ => None,
    };
    let Some(commune) = commune else { return (Land::of_place(node, place), place.name.clone()) };
    let city = commune.parent.as_deref();
    let holds = |code: &String| *code == *commune.code || city == Some(code);
    let dac = node
        .territories()
        .into_iter()
        .find(|territory| territory.kind == "dac" && territory.communes.iter().any(holds));
    let epci = commune.ept.as_deref().or(commune.epci.as_deref()).and_then(|code| france().epci(code));
    let epci = epci.map(|epci| {
        let communes = france().communes_of(PlaceKind::Epci, &epci.code);
        (Land::communes(communes.iter().map(|found| &*found.code)), epci.name.to_string())
    });
    let shown = |land: &Land| {
        let frame = Frame::around(land);
        markers
            .iter()
            .filter(|marker| frame.as_ref().is_some_and(|frame| frame.place(marker.point).is_some()))
            .count()
    };
    match (dac, epci) {
        (Some(territory), epci) => {
            let land = Land::of_territory(&territory);
            let nearer =
                epci.filter(|(near, _)| territory.communes.len() > LARGE && shown(near) == shown(&land));
            nearer.unwrap_or_else(|| (land, territory.name.clone()))
        }
        (None, Some(epci)) => epci,
        (None, None) => match france().departement(&commune.departement) {
            Some(departement) => (Land::departement(&departement.code), departement.name.to_string()),
            None => (Land::of_place(node, place), place.name.clone()),
        },
    }
}

/// The départements of the points, when no place was asked.
fn around(markers: &[Marker]) -> (Land, String) {
    let found = markers.iter().filter_map(|marker| france().commune_at(marker.point.lat, marker.point.lon));
    let mut departements: Vec<&str> = found.map(|commune| &*commune.departement).collect();
    departements.sort_unstable();
    departements.dedup();
    match departements[..] {
        [] => (Land::communes([]), String::new()),
        [only] => {
            let name = france().departement(only).map_or_else(String::new, |found| found.name.to_string());
            (Land::departement(only), name)
        }
        _ => (Land::france(), "France".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use maille_domain::Field::{Category, Commune, Coverage, Location, Name};
    use maille_domain::Request;

    use super::*;
    use crate::testing::{listing, now, state_of};

    fn drawn(name: &str, sites: &[&str], place: Option<(PlaceKind, &str)>) -> Option<Figure> {
        let listings: Vec<_> = sites
            .iter()
            .enumerate()
            .map(|(number, site)| {
                let id = format!("ssiad-{number}");
                let cells = [
                    (Name, &*id),
                    (Category, "ssiad"),
                    (Commune, "92007"),
                    (Coverage, "national"),
                    (Location, site),
                ];
                listing(&id, &cells)
            })
            .collect();
        let node = state_of(name, &listings).node;
        let answer = node.search(&Request::default(), now()).unwrap();
        assert_eq!(answer.hits.len(), sites.len());
        let place = place.and_then(|(kind, code)| node.place(kind, code));
        of_results(&node, place.as_ref(), 1, &answer, &Visit::default())
    }

    #[test]
    fn results_are_on_the_territory_of_the_place() {
        let sites = ["48.798, 2.309", "48.8012, 2.2628", "", "43.6, 1.44", "48.798, 2.309"];
        let figure = drawn("map-results", &sites, Some((PlaceKind::Commune, "92007"))).unwrap();
        let (said, places) = figure.caption.split_at(figure.caption.find("connue.").unwrap() + 7);
        assert_eq!(
            said,
            "DAC 92 Sud\u{202f}: 3 ressources de cette page sont sur la carte. 1 ressource est hors de la carte. \
             1 ressource n’a pas d’adresse connue."
        );
        let numbers = places.strip_suffix("\u{202f}: Bagneux.").unwrap();
        assert_eq!(numbers.split([',', 't']).count(), 3, "{places}");
        for class in ["\"outline\"", "\"place\"", "\"dot\"", "\"disc\""] {
            assert!(figure.svg.contains(class), "{class}");
        }
        assert!(figure.svg.contains(" et "), "{}", figure.svg);
        assert_eq!(figure.legend[0].meaning, "Bagneux, lieu demandé");
    }

    #[test]
    fn without_a_place_the_points_say_where() {
        let one = drawn("map-around", &["43.6, 1.44", "42.79, 0.595"], None).unwrap();
        assert!(one.caption.starts_with("Haute-Garonne\u{202f}: 2 ressources"), "{}", one.caption);
        let two = drawn("map-nation", &["43.6, 1.44", "48.798, 2.309"], None).unwrap();
        assert!(two.caption.starts_with("France\u{202f}: 2 ressources"), "{}", two.caption);
    }

    #[test]
    fn every_map_of_results_is_light() {
        let sites: Vec<String> = (0_u8..20)
            .map(|number| {
                (f64::from(number % 5) * 0.03, f64::from(number % 4) * 0.02, usize::from(number % 2))
            })
            .map(|(north, east, city)| {
                let (lat, lon) = [(43.6, 1.44), (48.798, 2.309)][city];
                format!("{}, {}", lat + north, lon + east)
            })
            .collect();
        let sites: Vec<&str> = sites.iter().map(String::as_str).collect();
        for (name, place) in [
            ("map-light-france", None),
            ("map-light-idf", Some((PlaceKind::Region, "11"))),
            ("map-light-occitanie", Some((PlaceKind::Region, "76"))),
            ("map-light-31", Some((PlaceKind::Departement, "31"))),
            ("map-light-92", Some((PlaceKind::Departement, "92"))),
            ("map-light-paris", Some((PlaceKind::Commune, "75056"))),
            ("map-light-toulouse", Some((PlaceKind::Commune, "31555"))),
            ("map-light-bagneux", Some((PlaceKind::Commune, "92007"))),
        ] {
            let figure = drawn(name, &sites, place).unwrap();
            assert!(figure.svg.len() < 9_000, "{name}: {} bytes", figure.svg.len());
        }
    }

    #[test]
    fn no_point_no_map() {
        assert_eq!(drawn("map-none", &[""], Some((PlaceKind::Commune, "92007"))), None);
        assert_eq!(drawn("map-abroad", &["43.6, 1.44"], Some((PlaceKind::Commune, "92007"))), None);
    }
}
