//! Where a listing is and whom it serves.

use maille_domain::location::Precision;
use maille_domain::{Coverage, Fields, Listing};
use maille_index::Node;
use maille_territory::{PlaceKind, Point, france};

use super::drawing::Drawing;
use super::frame::Frame;
use super::land::Land;
use super::points::Marker;
use super::{Figure, GROUND, Legend, with_place};
use crate::french;
use crate::visit::Visit;

/// Kilometres of a degree of latitude.
const DEGREE_KM: f64 = 111.2;
/// Names of areas in a caption, at most.
const MOST_NAMED: usize = 3;

/// Where a listing is and whom it serves; `None` when nobody said either, or no outline is known there.
pub fn of_listing(node: &Node, listing: &Listing, visit: &Visit) -> Option<Figure> {
    let fields = &listing.fields;
    let site = fields.location.map(|location| location.point());
    let covered = Covered::of(node, fields, site);
    let home = home(fields, site);
    let (frame, about) = match &covered {
        Covered { nation: true, .. } => (Frame::around(&Land::france())?, Land::france()),
        Covered { radius: Some((centre, km)), land, .. } => {
            let (north, east) = (km / DEGREE_KM, km / DEGREE_KM / centre.lat.to_radians().cos());
            let edges = [
                Point { lat: centre.lat + north, ..*centre },
                Point { lat: centre.lat - north, ..*centre },
                Point { lon: centre.lon + east, ..*centre },
                Point { lon: centre.lon - east, ..*centre },
            ];
            let about = Land::together([land.clone(), home.clone()]);
            (Frame::holding(&about, &edges)?, about)
        }
        Covered { land, .. } if !land.is_empty() => {
            // A site next door is shown; one at the other end of the country is said.
            let near = site.filter(|site| Frame::around(land).is_some_and(|frame| frame.nearly_holds(*site)));
            (Frame::holding(land, &near.into_iter().collect::<Vec<_>>())?, land.clone())
        }
        Covered { .. } => {
            site?;
            (Frame::around(&home)?, home.clone())
        }
    };
    let marker = site.map(|point| Marker { point, name: fields.name.clone(), number: None, href: None });
    let shown = if covered.is_known() { "la zone d’intervention" } else { "l’adresse" };
    let title = format!("Carte de {shown} de {}", fields.name);
    let mut legend = Vec::new();
    let mut sentences = vec![covered.words.clone()];
    let mut drawing = Drawing::new("carte", frame.small(), &title, "")
        .ground(GROUND)
        .names(&about)
        .named_first(fields.commune());
    if covered.nation {
        drawing = drawing.tint(&Land::france());
    } else if !covered.land.is_empty() {
        drawing = drawing.tint(&covered.land);
    }
    if let (Some((centre, km)), false) = (covered.radius, covered.nation) {
        drawing = drawing.circle(centre, km);
    }
    if covered.is_known() {
        legend.push(Legend { mark: "tint", meaning: "zone d’intervention".into() });
    }
    if let Some(marker) = marker {
        drawing = drawing.markers(vec![marker]);
        if drawing.outside() == 0 {
            let exact = fields.location.is_some_and(|location| location.precision == Precision::Address);
            let meaning = if exact { "adresse" } else { "centre de la commune du site" };
            legend.push(Legend { mark: "dot", meaning: meaning.into() });
        } else if let Some(commune) = fields.commune() {
            sentences.push(format!("L’adresse, à {}, est hors de la carte.", commune.label()));
        }
    }
    let drawing = with_place(drawing, node, visit, &mut legend);
    let caption = french::typography(&sentences.join(" "));
    let svg = drawing.described(&caption).svg();
    Some(Figure { svg, caption, legend })
}

/// What surrounds a site of which no more is known: its EPCI, else its commune.
pub(super) fn home(fields: &Fields, site: Option<Point>) -> Land {
    let located = || site.and_then(|point| france().commune_at(point.lat, point.lon));
    let Some(commune) = fields.commune().or_else(located) else { return Land::communes([]) };
    match commune.ept.as_deref().or(commune.epci.as_deref()) {
        Some(epci) => {
            Land::communes(france().communes_of(PlaceKind::Epci, epci).iter().map(|found| &*found.code))
        }
        None => Land::communes([&*commune.code]),
    }
}

/// A coverage as it is drawn and said.
struct Covered {
    nation: bool,
    land: Land,
    radius: Option<(Point, f64)>,
    words: String,
}

impl Covered {
    fn of(node: &Node, fields: &Fields, site: Option<Point>) -> Covered {
        let france = france();
        let mut lands = Vec::new();
        let mut names = Vec::new();
        let mut communes = Vec::new();
        let mut radius = None;
        let mut nation = false;
        for part in &fields.coverage {
            match part {
                Coverage::National => nation = true,
                Coverage::Region(code) => {
                    lands.push(Land::region(code));
                    names.extend(france.region(code).map(|region| region.name.to_string()));
                }
                Coverage::Departement(code) => {
                    lands.push(Land::departement(code));
                    names.extend(france.departement(code).map(|found| format!("{} ({code})", found.name)));
                }
                Coverage::Epci(code) => {
                    let inside = france.communes_of(PlaceKind::Epci, code);
                    names.extend(france.epci(code).map(|epci| with_communes(&epci.name, inside.len())));
                    lands.push(Land::communes(inside.into_iter().map(|commune| &*commune.code)));
                }
                Coverage::Territory(code) => {
                    let territory = node.territories().into_iter().find(|known| known.code == *code);
                    if let Some(territory) = territory {
                        names.push(with_communes(&territory.name, territory.communes.len()));
                        lands.push(Land::of_territory(&territory));
                    }
                }
                Coverage::Commune(code) => communes.extend(france.current_commune(code)),
                Coverage::Radius(km) => {
                    let centre = site.or_else(|| fields.commune().map(|commune| commune.point));
                    radius = radius.or(centre.map(|centre| (centre, *km)));
                    names.push(format!("{} km à la ronde", french::decimal(*km)));
                }
            }
        }
        names.extend(match communes.len() {
            count if count > MOST_NAMED => vec![french::counted(count as u64, "commune", "communes")],
            _ => communes.iter().map(|commune| commune.label()).collect(),
        });
        lands.push(Land::communes(communes.iter().map(|commune| &*commune.code)));
        let words = if nation {
            "Zone d’intervention : toute la France.".to_owned()
        } else if names.is_empty() {
            "Zone non renseignée : seule l’adresse est montrée.".to_owned()
        } else {
            let left = names.len().saturating_sub(MOST_NAMED + 1);
            if left > 0 {
                names.truncate(MOST_NAMED);
                names.push(format!("{} autres zones", left + 1));
            }
            format!("Zone d’intervention : {}.", french::list(&names))
        };
        Covered { nation, land: Land::together(lands), radius, words }
    }

    fn is_known(&self) -> bool {
        self.nation || self.radius.is_some() || !self.land.is_empty()
    }
}

/// `DAC 92 Sud (14 communes)`.
fn with_communes(name: &str, count: usize) -> String {
    format!("{name} ({})", french::counted(count as u64, "commune", "communes"))
}

#[cfg(test)]
mod tests {
    use maille_domain::Field::{self, Category, Commune, Coverage, Location, Name};
    use maille_index::Node;
    use maille_territory::PlaceKind;

    use super::*;
    use crate::testing::{HOSTILE, listing, state};

    /// Bytes of a map in a page, at most.
    const LIGHT: usize = 9_000;

    fn node() -> Node {
        state().node
    }

    fn drawn(cells: &[(Field, &str)]) -> Option<Figure> {
        let cells = [&[(Name, "Service"), (Category, "ssiad")], cells].concat();
        of_listing(&node(), &listing("x", &cells), &Visit::default())
    }

    #[test]
    fn every_level_of_coverage_is_tinted_and_said() {
        for (coverage, words) in [
            ("territory:dac-92-sud", "DAC 92 Sud (4\u{a0}communes)"),
            ("commune:92007", "Bagneux (92)"),
            ("commune:75056", "Paris (75)"),
            ("commune:75115 | commune:92007", "Paris 15e Arrondissement (75) et Bagneux (92)"),
            ("epci:243100518", "Toulouse Métropole (37\u{a0}communes)"),
            ("departement:31", "Haute-Garonne (31)"),
            ("departement:974", "La Réunion (974)"),
            ("region:94", "Corse"),
            ("region:11", "Île-de-France"),
            ("region:75", "Nouvelle-Aquitaine"),
            ("national", "toute la France"),
        ] {
            let figure = drawn(&[(Coverage, coverage)]).unwrap_or_else(|| panic!("{coverage} is not drawn"));
            assert_eq!(figure.caption, format!("Zone d’intervention\u{202f}: {words}."));
            assert!(figure.svg.contains("class=\"tint\"") && figure.svg.contains(words), "{coverage}");
            assert_eq!(figure.legend, [Legend { mark: "tint", meaning: "zone d’intervention".into() }]);
            assert!(figure.svg.len() < LIGHT, "{coverage}: {} bytes", figure.svg.len());
        }
    }

    #[test]
    fn a_radius_is_a_circle_around_the_site() {
        let cells = [(Coverage, "radius:15"), (Commune, "31042"), (Location, "42.79, 0.595")];
        let figure = drawn(&cells).unwrap();
        assert_eq!(figure.caption, "Zone d’intervention\u{202f}: 15 km à la ronde.");
        assert!(figure.svg.contains("<circle class=\"tint\""));
        assert_eq!(figure.legend.iter().map(|item| item.mark).collect::<Vec<_>>(), ["tint", "dot"]);
    }

    #[test]
    fn without_coverage_the_site_alone_is_shown() {
        let figure = drawn(&[(Commune, "92007"), (Location, "48.798, 2.309")]).unwrap();
        assert_eq!(figure.caption, "Zone non renseignée\u{202f}: seule l’adresse est montrée.");
        assert!(!figure.svg.contains("class=\"tint\"") && figure.svg.contains("class=\"dot\""));
        assert_eq!(drawn(&[]), None);
        assert_eq!(
            drawn(&[(Commune, "98818"), (Location, "-22.27, 166.44")]),
            None,
            "no outline is known there"
        );
    }

    #[test]
    fn the_commune_of_the_site_is_named() {
        for (commune, point, name) in
            [("31555", "43.6045, 1.444", "Toulouse"), ("92007", "48.798, 2.309", "Bagneux")]
        {
            for coverage in ["departement:31", "region:11", "commune:31555 | commune:92007", ""] {
                let figure = drawn(&[(Coverage, coverage), (Commune, commune), (Location, point)]).unwrap();
                let shown = figure.svg.contains("class=\"dot\"");
                assert!(
                    !shown || figure.svg.contains(&format!(">{name}</text>")),
                    "{name}, {coverage}: {}",
                    figure.svg
                );
            }
        }
    }

    #[test]
    fn a_site_far_from_its_coverage_is_said() {
        let cells = [(Coverage, "commune:92007"), (Commune, "31555"), (Location, "43.6, 1.44")];
        let figure = drawn(&cells).unwrap();
        assert!(
            figure.caption.ends_with("L’adresse, à Toulouse (31), est hors de la carte."),
            "{}",
            figure.caption
        );
        assert!(!figure.svg.contains("class=\"dot\""));
    }

    #[test]
    fn the_place_of_the_visit_is_outlined() {
        let listing =
            listing("x", &[(Name, HOSTILE), (Category, "ssiad"), (Coverage, "territory:dac-92-sud")]);
        let node = node();
        let at = |kind, code| {
            let visit = Visit::default().at(node.place(kind, code).as_ref());
            of_listing(&node, &listing, &visit).unwrap()
        };
        let bagneux = at(PlaceKind::Commune, "92007");
        assert!(bagneux.svg.contains("class=\"place\""));
        assert_eq!(bagneux.legend.last().unwrap().meaning, "Bagneux, lieu demandé");
        assert!(!at(PlaceKind::Commune, "31555").svg.contains("class=\"place\""), "it is not on the map");
    }
}
