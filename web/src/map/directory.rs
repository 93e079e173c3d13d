//! The maps of the directory: its resources by place, its coordination territories.

use std::fmt::Write as _;

use maille_domain::Territory;
use maille_index::Node;
use maille_territory::{Place, PlaceKind, Point, france};

use super::labels::{Name, Rectangle};
use super::{Area, Drawing, Figure, Frame, Land, Legend, Marker};
use crate::french;
use crate::pages::dac::whole_departement;

/// Communes drawn one by one, at most.
const MOST_COMMUNES: usize = 700;
/// Half the width of a disc, in units: the least, the most.
const DISC: (f64, f64) = (24.0, 44.0);
/// How near discs may come, of the sum of their radii: a wide screen draws them at 0.62.
const OVERLAP: f64 = 0.7;

/// How much of the width of a land its name may take: few are as wide all over.
const WITHIN: f64 = 0.8;

/// A part of a place, with how many resources are there, as a link to the map of it.
#[derive(Debug, Clone)]
pub struct Part {
    /// `departement`, `epci` or `commune`.
    pub kind: PlaceKind,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The map of it.
    pub href: String,
    /// How many.
    pub count: u64,
    /// The middle of what is there.
    pub point: Option<Point>,
}

/// A territory or a commune as a link.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub href: String,
}

/// Resources, named while they are few: dots that lead to their sheets over parts that lead to narrower maps; else counted
/// by part. `None` when there is nothing to draw.
pub fn of_resources(
    node: &Node,
    place: Option<&Place>,
    parts: &[Part],
    named: &[Marker],
    points: &[Point],
) -> Option<Figure> {
    if points.is_empty() {
        return None;
    }
    let land = place.map_or_else(Land::france, |place| Land::of_place(node, place));
    let counted = named.is_empty() && !parts.is_empty();
    let frame = Frame::around(&land)?;
    let outside = points.iter().filter(|point| frame.place(**point).is_none()).count();
    let what = french::counted((points.len() - outside) as u64, "ressource", "ressources");
    let name = place.map_or("France", |place| &*place.name);
    let title = format!("{name}\u{202f}: {what} sur la carte");
    let description = if parts.is_empty() && !named.is_empty() {
        "Chaque point est une ressource, et mène à sa fiche\u{202f}; un disque en réunit plusieurs, et dit combien. La liste qui suit dit la même chose."
    } else if parts.is_empty() {
        "Chaque point est une ressource\u{202f}; un disque en réunit plusieurs, et dit combien."
    } else {
        "Chaque partie mène à sa propre carte et dit combien de ressources y sont. La liste qui suit dit la même chose."
    };
    let areas: Vec<Area> = parts.iter().filter_map(|part| area(part, &land)).collect();
    let has_areas = !areas.is_empty();
    let mut drawing =
        Drawing::new("carte", frame.clone(), &title, description).ground(MOST_COMMUNES).areas(areas);
    if place.is_some() {
        drawing = drawing.outline(&land);
    }
    let unnamed = points.iter().map(|point| Marker {
        point: *point,
        name: "Ressource".to_owned(),
        number: None,
        href: None,
    });
    if !named.is_empty() {
        drawing = drawing.markers(named.to_vec());
    } else if !counted && points.len() <= MOST_COMMUNES {
        drawing = drawing.markers(unnamed.collect());
    }
    let many = counted || (named.is_empty() && points.len() > MOST_COMMUNES);
    let discs = if many {
        let counts: Vec<(Point, u64)> = if counted {
            parts.iter().filter_map(|part| Some((part.point?, part.count))).collect()
        } else {
            points.iter().map(|point| (*point, 1)).collect()
        };
        discs(&frame, &counts)
    } else {
        Vec::new()
    };
    let joined = counted && discs.iter().any(|disc| disc.members.len() > 1);
    drawing = drawing.taken(discs.iter().map(Disc::square).collect());
    if counted {
        let with_point: Vec<&Part> = parts.iter().filter(|part| part.point.is_some()).collect();
        drawing = drawing.labels(discs.iter().filter_map(|disc| disc.named(&with_point)).collect());
    } else {
        drawing = drawing.names(&land);
    }
    let mut svg = drawing.svg();
    let mut legend = Vec::new();
    let mut says = |mark: &'static str, meaning: &str| {
        legend.push(Legend { mark, meaning: meaning.to_owned() });
    };
    if many {
        svg = with_discs(&svg, &discs);
        says("disc", if joined { "nombre de ressources, voisins réunis" } else { "nombre de ressources" });
    } else {
        says("dot", if named.is_empty() { "une ressource" } else { "une ressource, et sa fiche" });
        says("disc", "plusieurs ressources, et leur nombre");
    }
    if has_areas {
        says("area", "une partie du territoire, et sa carte");
    }
    if place.is_some() {
        says("outline", "le territoire choisi");
    }
    let caption = match outside {
        0 => format!("{title}."),
        1 => format!("{title}. 1\u{a0}autre est en dehors du cadre."),
        _ => format!("{title}. {}\u{a0}autres sont en dehors du cadre.", french::number(outside as u64)),
    };
    Some(Figure { svg, caption, legend })
}

/// A part as a link, as far as it is in the land.
fn area(part: &Part, land: &Land) -> Option<Area> {
    let land = match part.kind {
        PlaceKind::Departement => Land::departement(&part.code),
        PlaceKind::Commune | PlaceKind::Arrondissement => Land::communes([&*part.code]),
        kind => {
            let communes = france().communes_of(kind, &part.code).into_iter();
            Land::communes(communes.map(|commune| &*commune.code).filter(|code| land.holds(code)))
        }
    };
    Frame::around(&land)?;
    let count = french::counted(part.count, "ressource", "ressources");
    let label = format!("{}\u{202f}: {count}", part.name);
    Some(Area { land, label, href: Some(part.href.clone()), class: "", tabbed: true })
}

/// What is counted together: where, in units of the drawing, and how many.
struct Disc {
    at: (f64, f64),
    count: u64,
    /// Positions of what it counts, the first being what most are.
    members: Vec<usize>,
}

impl Disc {
    fn square(&self) -> Rectangle {
        let ((x, y), half) = (self.at, self.radius());
        [x - half, y - half, x + half, y + half]
    }

    /// What it is called: its part; the largest of them and its neighbours.
    fn named(&self, parts: &[&Part]) -> Option<Name> {
        let part = parts.get(*self.members.first()?)?;
        let text =
            if self.members.len() > 1 { format!("{} et voisins", part.name) } else { part.name.clone() };
        let short = if self.members.len() > 1 { part.name.clone() } else { String::new() };
        Some(Name { clear: self.radius(), short, ..Name::over(self.at, &text, "") })
    }

    fn radius(&self) -> f64 {
        // A surface that grows as the number of its digits: a hundred times more is twice as wide.
        let digits = (self.count as f64).log10() / 5.0;
        DISC.0 + (DISC.1 - DISC.0) * digits.min(1.0)
    }
}

/// Counts as discs that do not cover each other: the largest first, smaller ones that would touch it join it.
fn discs(frame: &Frame, counts: &[(Point, u64)]) -> Vec<Disc> {
    let mut cells: std::collections::BTreeMap<(i64, i64), Disc> = std::collections::BTreeMap::new();
    let add = |disc: &mut Disc, at: (f64, f64), count: u64, member: usize| {
        // What is most numerous comes first.
        let most = counts[disc.members[0]].1 >= count;
        disc.members.insert(usize::from(most), member);
        let (mine, all) = (disc.count as f64, (disc.count + count) as f64);
        disc.at.0 += (at.0 - disc.at.0) * (1.0 - mine / all);
        disc.at.1 += (at.1 - disc.at.1) * (1.0 - mine / all);
        disc.count += count;
    };
    for (member, (point, count)) in counts.iter().enumerate() {
        let Some(at) = frame.place(*point) else { continue };
        let cell = ((at.0 / DISC.0) as i64, (at.1 / DISC.0) as i64);
        let alone = || Disc { at, count: *count, members: vec![member] };
        cells.entry(cell).and_modify(|disc| add(disc, at, *count, member)).or_insert_with(alone);
    }
    let mut left: Vec<Disc> = cells.into_values().collect();
    left.sort_by_key(|disc| std::cmp::Reverse(disc.count));
    let mut discs: Vec<Disc> = Vec::new();
    for disc in left {
        let touched = discs.iter_mut().find(|known| {
            (known.at.0 - disc.at.0).hypot(known.at.1 - disc.at.1)
                < (known.radius() + disc.radius()) * OVERLAP
        });
        match touched {
            // Where most are, it stays.
            Some(known) => {
                known.count += disc.count;
                known.members.extend(disc.members);
            }
            None => discs.push(disc),
        }
    }
    discs
}

/// The drawing with discs over it. They are not links: what is under them is, and the list says the same numbers.
fn with_discs(svg: &str, discs: &[Disc]) -> String {
    let mut layer = String::from("<g aria-hidden=\"true\" class=\"counts\">");
    for disc in discs {
        let ((x, y), radius) = (disc.at, disc.radius());
        write!(
            layer,
            "<g transform=\"translate({x:.0} {y:.0})\"><g class=\"mark\"><circle class=\"disc\" r=\"{radius:.0}\"/>\
             <text class=\"tally disc\" dy=\".35em\">{}</text></g></g>",
            short(disc.count)
        )
        .expect("writing to a String cannot fail");
    }
    layer.push_str("</g>");
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    format!("{}{layer}{}", &svg[..end], &svg[end..])
}

/// `97`, `1,2k`: three or four characters at most.
fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..10_000 => format!("{}k", french::decimal((count as f64 / 100.0).round() / 10.0)),
        _ => format!("{}k", (count as f64 / 1_000.0).round()),
    }
}

/// Territories as links; `prefix` tells the map from the others of the page, `of` where they are.
pub fn of_territories(node: &Node, prefix: &str, of: &str, shapes: &[Shape]) -> Option<Figure> {
    let territories = node.territories();
    let mut areas = Vec::new();
    let mut middles = Vec::new();
    for shape in shapes {
        let Some(territory) = territories.iter().find(|territory| territory.code == shape.code) else {
            continue;
        };
        // Borders of départements are known without putting their communes together.
        let land = match whole_departement(territory) {
            Some(departement) => Land::departement(departement),
            None => Land::of_territory(territory),
        };
        if Frame::around(&land).is_none() {
            continue;
        }
        let middle = node.place(PlaceKind::Territory, &shape.code).and_then(|place| place.point);
        middles.extend(middle.map(|point| (point, areas.len())));
        areas.push(Area {
            land,
            label: shape.name.clone(),
            href: Some(shape.href.clone()),
            class: "",
            tabbed: true,
        });
    }
    let all = Land::together(areas.iter().map(|area| area.land.clone()));
    let frame = Frame::around(&all)?;
    let label = |(point, area): (Point, usize)| {
        let Area { land, label, .. } = &areas[area];
        let (text, short) = on_the_map(label);
        Some(Name {
            room: frame.width_of(land) * WITHIN,
            short,
            ..Name::over(frame.place(point)?, &text, "first")
        })
    };
    let labels = middles.into_iter().filter_map(label).collect();
    let title = format!("Territoires des DAC\u{202f}: {of}");
    let description = "Chaque territoire est un lien vers ses communes et le numéro de son DAC. La liste dit la même chose.";
    let drawing = Drawing::new(prefix, frame.clone(), &title, description).labels(labels).areas(areas);
    Some(Figure {
        svg: drawing.ground(0).svg(),
        caption: "Choisissez un territoire pour voir ses communes et le numéro de son DAC.".to_owned(),
        legend: Vec::new(),
    })
}

/// The name of a DAC on a map where all are: `82 Tarn-et-Garonne`, and `82` where that has no room.
fn on_the_map(name: &str) -> (String, String) {
    let own = name.strip_prefix("DAC ").unwrap_or(name);
    let own = own.split_once(" (").map_or(own, |(own, _)| own);
    let code = own.split(' ').next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    (own.to_owned(), code.unwrap_or_default().to_owned())
}

/// The communes of a territory as links, one of them chosen. The list beside is what the keyboard goes through.
pub fn of_communes(territory: &Territory, shapes: &[Shape], chosen: Option<&str>) -> Option<Figure> {
    let land = Land::of_territory(territory);
    let frame = Frame::around(&land)?;
    let is_chosen = |code: &str| chosen == Some(code);
    let areas = shapes.iter().filter_map(|shape| {
        let land = Land::communes([&*shape.code]);
        Frame::around(&land)?;
        let class = if is_chosen(&shape.code) { "chosen" } else { "" };
        Some(Area { land, label: shape.name.clone(), href: Some(shape.href.clone()), class, tabbed: false })
    });
    let title = format!("Communes de {}", territory.name);
    let description = "Chaque commune est un lien qui dit qui appeler pour elle. La liste dit la même chose.";
    let drawing = Drawing::new("communes", frame, &title, description)
        .ground(0)
        .areas(areas.collect())
        .outline(&land)
        .names(&land);
    let mut legend =
        vec![Legend { mark: "area", meaning: "une commune, et qui appeler pour elle".to_owned() }];
    if shapes.iter().any(|shape| is_chosen(&shape.code)) {
        legend.push(Legend { mark: "chosen", meaning: "la commune choisie".to_owned() });
    }
    Some(Figure { svg: drawing.svg(), caption: "Choisissez la commune de la personne.".to_owned(), legend })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discs_hold_every_count_and_do_not_cover_each_other() {
        let frame = Frame::around(&Land::departement("92")).unwrap();
        let communes = france().communes_of(PlaceKind::Departement, "92");
        let counts: Vec<(Point, u64)> =
            (1..).zip(communes).map(|(count, commune)| (commune.point, count * 7)).collect();
        let discs = discs(&frame, &counts);
        assert!(discs.len() > 1);
        let sum: u64 = counts.iter().map(|(_, count)| count).sum();
        assert_eq!(discs.iter().map(|disc| disc.count).sum::<u64>(), sum);
        for (position, one) in discs.iter().enumerate() {
            for other in &discs[position + 1..] {
                let apart = (one.at.0 - other.at.0).hypot(one.at.1 - other.at.1);
                assert!(apart >= OVERLAP * (one.radius() + other.radius()) * 0.8, "{apart}");
            }
        }
    }

    #[test]
    fn discs_are_named_after_what_is_most_numerous() {
        let part = |code: &str, count| {
            let place = france().place(PlaceKind::Departement, code).unwrap();
            Part {
                kind: place.kind,
                code: place.code,
                name: place.name,
                href: "/carte".into(),
                count,
                point: place.point,
            }
        };
        let node = crate::testing::state().node;
        let parts = [part("75", 9_000), part("92", 2_000), part("31", 5_000)];
        let points = vec![parts[0].point.unwrap(); 16_000];
        let figure = of_resources(&node, None, &parts, &[], &points).unwrap();
        for said in ["Paris et voisins</text>", "Haute-Garonne</text>", ">11k</text>", ">5k</text>"] {
            assert!(figure.svg.contains(said), "{said} in {}", figure.svg);
        }
    }

    #[test]
    fn every_commune_of_a_small_territory_is_named() {
        let codes = [
            "92002", "92007", "92014", "92019", "92020", "92023", "92032", "92040", "92046", "92048",
            "92049", "92060", "92071", "92075",
        ];
        let territory = Territory {
            code: "dac-92-sud".into(),
            kind: "dac".into(),
            name: "DAC 92 Sud".into(),
            communes: codes.map(String::from).to_vec(),
        };
        let shape = |code: &str| {
            let name = france().commune(code).unwrap().name.to_string();
            Shape { code: code.into(), name, href: "/dac".into() }
        };
        let shapes = codes.map(shape);
        let figure = of_communes(&territory, &shapes, Some("92007")).unwrap();
        for shape in &shapes {
            assert!(
                figure.svg.contains(&format!(">{}</text>", shape.name)),
                "{} in {}",
                shape.name,
                figure.svg
            );
        }
    }

    #[test]
    fn a_territory_is_short_on_the_map_of_all() {
        for (name, said, shorter) in [
            ("DAC 82 Tarn-et-Garonne (exemple)", "82 Tarn-et-Garonne", "82"),
            ("DAC 2A Corse-du-Sud", "2A Corse-du-Sud", "2A"),
            ("Grand Lyon", "Grand Lyon", ""),
        ] {
            assert_eq!(on_the_map(name), (said.to_owned(), shorter.to_owned()));
        }
    }

    #[test]
    fn large_numbers_are_short() {
        for (count, said) in [(7, "7"), (999, "999"), (1_240, "1,2k"), (9_990, "10k"), (98_700, "99k")] {
            assert_eq!(short(count), said);
        }
    }
}
