//! Where else to look when nothing serves the place: the coordination territories beside it.

use chrono::{DateTime, Utc};
use maille_domain::Request;
use maille_domain::request::{Off, PlaceAsked, Total};
use maille_index::Node;
use maille_index::answer::Answer;
use maille_territory::{Commune, Place, PlaceKind, france};

use crate::pages::dac::FURTHEST_KM;
use crate::views::PhoneLink;

/// Territories asked, the nearest ones.
const ASKED: usize = 4;
/// Territories named.
const SHOWN: usize = 2;
/// What is around a place that nothing serves.
#[derive(Debug, Default)]
pub struct Around {
    /// The nearest territory that somebody answers for, and how far it is.
    pub nearest: Option<(String, f64)>,
    /// Where to look too.
    pub neighbours: Vec<Neighbour>,
}

/// A coordination territory beside a place.
#[derive(Debug)]
pub struct Neighbour {
    pub place: Place,
    /// How many resources answer the same request there, when some do.
    pub found: Option<u64>,
    /// Whom to call there.
    pub phone: Option<PhoneLink>,
}

/// The nearest territories of a DAC but those that hold the place, by their nearest commune; first those where something
/// answers. `request` is one that names no place in its text.
pub fn of(node: &Node, request: &Request, here: &Place, answer: &Answer, now: DateTime<Utc>) -> Around {
    let Some(from) = here.point else { return Around::default() };
    let own: Vec<&str> = answer
        .territory
        .iter()
        .flat_map(|of| &of.territories)
        .map(|territory| &*territory.code)
        .chain((here.kind == PlaceKind::Territory).then_some(&*here.code))
        .collect();
    let mut beside: Vec<(f64, &'static Commune, Place)> = node
        .territories()
        .iter()
        .filter(|territory| territory.kind == "dac" && !own.contains(&&*territory.code))
        .filter_map(|territory| {
            let communes = territory.communes.iter().filter_map(|code| france().current_commune(code));
            let nearest = communes
                .map(|commune| (from.distance_km(commune.point), commune))
                .min_by(|(one, _), (other, _)| one.total_cmp(other))?;
            Some((nearest.0, nearest.1, node.place(PlaceKind::Territory, &territory.code)?))
        })
        .filter(|(km, ..)| *km <= FURTHEST_KM)
        .collect();
    beside.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
    beside.truncate(ASKED);
    let mut around = Around::default();
    for (km, commune, place) in beside {
        let dac = node.territories_of(&commune.code, now).and_then(|of| of.dac.into_iter().next());
        if dac.is_some() && around.nearest.is_none() {
            around.nearest = Some((place.name.clone(), km));
        }
        around.neighbours.push(Neighbour {
            found: count(node, request, &place, now),
            phone: dac.and_then(|hit| hit.listing.fields.phone.first().map(PhoneLink::from)),
            place,
        });
    }
    around.neighbours.sort_by_key(|neighbour| neighbour.found.is_none());
    around.neighbours.truncate(SHOWN);
    around
}

/// How many resources that serve a place answer a request made elsewhere; `None` when something must be given up for that.
fn count(node: &Node, request: &Request, place: &Place, now: DateTime<Utc>) -> Option<u64> {
    let mut there = Request {
        place: Some(PlaceAsked::Known(place.kind, place.code.clone())),
        point: None,
        radius_km: None,
        limit: 1,
        offset: 0,
        facets: false,
        total: Total::Exact,
        ..request.clone()
    };
    there.off.retain(|off| *off != Off::Place);
    let answer = node.search(&there, now).ok()?;
    (answer.answered && answer.widened.is_empty()).then_some(answer.total)
}

#[cfg(test)]
mod tests {
    use crate::testing::page;

    #[tokio::test]
    async fn the_territory_beside_is_offered_when_nothing_serves_the_place() {
        // Meudon is beside the four communes of the territory.
        let body = page("/recherche?q=emg&commune=92048&selection=0123456789ab").await.body;
        let beside = "href=\"/recherche?q=emg&#38;selection=0123456789ab&#38;place=territory:dac-92-sud\"";
        assert!(body.contains(beside), "{body}");
        assert!(
            body.contains(
                "voisin&#8239;: <bdi>DAC 92 Sud</bdi></a> <span class=\"count\">(1\u{a0}ressource)"
            ),
            "{body}"
        );
        assert!(body.contains("tel:+33199000011") && body.contains("href=\"/dac?commune=92048"));
        let there = page("/recherche?q=emg&place=territory:dac-92-sud").await.body;
        assert!(
            there.contains("1\u{a0}ressource pour DAC 92 Sud"),
            "the count is that of the page it leads to"
        );
    }

    /// A link that changes the place leaves out the place that was typed, which would win.
    #[tokio::test]
    async fn the_territory_beside_wins_over_the_town_typed() {
        let body = page("/recherche?q=emg+%C3%A0+Meudon").await.body;
        let beside = body.split("Chercher dans le territoire voisin").next().unwrap();
        let href = beside[beside.rfind("href=\"").unwrap() + 6..].split('"').next().unwrap();
        let there = page(&href.replace("&#38;", "&")).await.body;
        assert!(there.contains("1\u{a0}ressource pour DAC 92 Sud"), "{href}");
        assert!(
            body.contains("<bdi>DAC 92 Sud</bdi></a> <span class=\"count\">(1\u{a0}ressource)"),
            "{body}"
        );
    }

    #[tokio::test]
    async fn what_is_far_or_serves_the_place_is_not_beside() {
        for query in ["q=emg&commune=29019", "q=zzqqxx&commune=92007&mode=rue", "q=emg&commune=92007"] {
            let body = page(&format!("/recherche?{query}")).await.body;
            assert!(!body.contains("territoire voisin"), "{query}");
        }
    }
}
