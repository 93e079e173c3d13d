//! Two listings that may be one: where each is.

use maille_domain::Listing;
use maille_domain::location::Precision;

use super::drawing::Drawing;
use super::frame::Frame;
use super::land::Land;
use super::listing::home;
use super::points::Marker;
use super::{Figure, GROUND, Legend};
use crate::french;

/// Closer than this, in kilometres, two points are one place.
const TOUCHING_KM: f64 = 0.01;

/// Where two listings are, numbered 1 and 2; `None` when neither has a point.
pub fn of_pair(one: &Listing, other: &Listing) -> Option<Figure> {
    let both = [one, other];
    let markers: Vec<Marker> = both
        .iter()
        .zip(1..)
        .filter_map(|(listing, number)| {
            let point = listing.fields.location?.point();
            Some(Marker { point, name: listing.fields.name.clone(), number: Some(number), href: None })
        })
        .collect();
    let points: Vec<_> = markers.iter().map(|marker| marker.point).collect();
    points.first()?;
    let homes = both
        .iter()
        .map(|listing| home(&listing.fields, listing.fields.location.map(|location| location.point())));
    let home = Land::together(homes);
    let frame = Frame::holding(&home, &points)?;
    let exact = both.iter().all(|listing| {
        listing.fields.location.is_none_or(|location| location.precision == Precision::Address)
    });
    let caption = match points[..] {
        [one, other] if one.distance_km(other) < TOUCHING_KM => {
            "Les deux fiches sont au même endroit.".to_owned()
        }
        [one, other] => {
            format!(
                "Les deux fiches sont à {} l’une de l’autre.",
                french::distance(one.distance_km(other), exact)
            )
        }
        _ => {
            let known = markers.first().and_then(|marker| marker.number).unwrap_or(1);
            format!("Seule la fiche {known} a une position.")
        }
    };
    let mut drawing = Drawing::new("paire", frame.small(), "Carte des deux fiches", "")
        .ground(GROUND)
        .names(&home)
        .named_first(one.fields.commune().or_else(|| other.fields.commune()));
    drawing = drawing.markers(markers);
    let mut legend = vec![Legend { mark: "dot", meaning: "fiche, par son numéro".into() }];
    if drawing.has_discs() {
        legend.push(Legend {
            mark: "disc",
            meaning: "les deux fiches, trop proches pour être dessinées à part".into(),
        });
    }
    if !exact {
        let vague = both.iter().zip(1..).filter(|(listing, _)| {
            listing.fields.location.is_some_and(|location| location.precision != Precision::Address)
        });
        let vague: Vec<String> = vague.map(|(_, number): (_, usize)| number.to_string()).collect();
        let meaning =
            format!("fiche {} : le centre de la commune, faute d’adresse située", french::list(&vague));
        legend.push(Legend { mark: "dot", meaning: french::typography(&meaning) });
    }
    let caption = french::typography(&caption);
    let svg = drawing.described(&caption).svg();
    Some(Figure { svg, caption, legend })
}

#[cfg(test)]
mod tests {
    use maille_domain::Field::{Category, Commune, Location, Name};

    use super::*;
    use crate::testing::listing;

    fn at(id: &str, location: &str) -> Listing {
        listing(id, &[(Name, id), (Category, "emg"), (Commune, "92007"), (Location, location)])
    }

    #[test]
    fn two_points_are_drawn_and_their_distance_is_said() {
        let figure = of_pair(&at("a", "48.798, 2.309"), &at("b", "48.8012, 2.2628")).unwrap();
        assert_eq!(figure.caption, "Les deux fiches sont à 3,4\u{a0}km l’une de l’autre.");
        assert!(figure.svg.contains("class=\"dot\""));
        let figure = of_pair(&at("a", "48.798, 2.309"), &at("b", "48.798, 2.309")).unwrap();
        assert_eq!(figure.caption, "Les deux fiches sont au même endroit.");
        assert!(figure.legend.iter().any(|item| item.mark == "disc"));
    }

    #[test]
    fn a_point_that_is_missing_is_said() {
        let figure = of_pair(&at("a", ""), &at("b", "48.798, 2.309")).unwrap();
        assert_eq!(figure.caption, "Seule la fiche 2 a une position.");
        assert_eq!(of_pair(&at("a", ""), &at("b", "")), None);
    }
}
