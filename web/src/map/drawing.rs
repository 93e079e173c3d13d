//! One drawing: its layers, from the sea to the names.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use maille_territory::{Commune, CommuneKind, Mesh, Point, france};

use super::areas;
use super::frame::{Frame, Panel, WIDTH};
use super::labels::{self, NARROW, Name, Rectangle};
use super::land::{Detail, Land, departement_mesh};
use super::path;
use super::points::{Cluster, Marker, clusters};
use super::text::{ems, escape, shortened};
use crate::french;

/// Half the width of a disc, in units, where the drawing is shown small.
const DISC: f64 = 24.0;
/// The same of a dot without number.
const DOT: f64 = 13.0;
/// How far around a mark the ring of the focus is.
const RING: f64 = 11.0;
/// Half the width of the mark of a town.
const TOWN: f64 = 4.0;
/// Names at each size, at most: beyond, a map is a list.
const MOST_NAMES: usize = 12;
/// From how many communes on EPCI are too many as well, and départements are drawn; where a drawing is shown small.
const MOST_FOR_EPCI: usize = 6_000;
const MOST_FOR_EPCI_SMALL: usize = 1_000;
/// How much less exact hairlines are than other lines; once more while they weigh too much.
const FAINTER: f64 = 1.5;
const MOST_TIMES_FAINTER: usize = 3;
/// Bytes of hairlines on a large map; of hairlines and borders where it is shown small.
const MOST_HAIRLINES: usize = 4_000;
const MOST_HAIRLINES_SMALL: usize = 2_400;
/// Longest name of a marker, in characters.
const LONGEST_TITLE: usize = 120;

/// An area, which may be a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// What it covers.
    pub land: Land,
    /// Its name.
    pub label: String,
    /// Where it leads, if it does.
    pub href: Option<String>,
    /// Class of the stylesheet beside `area`: `chosen`, or none.
    pub class: &'static str,
    /// Whether the keyboard comes to it; else the list beside the map is the way.
    pub tabbed: bool,
}

/// A drawing under way. The order of the calls does not matter, save that names come first that were given first.
#[derive(Debug, Clone)]
pub struct Drawing {
    prefix: String,
    title: String,
    description: String,
    frame: Frame,
    ground: Option<usize>,
    tint: Option<Land>,
    circle: Option<(Point, f64)>,
    outline: Option<Land>,
    place: Option<Land>,
    areas: Vec<Area>,
    markers: Vec<Marker>,
    labels: Vec<Name>,
    names: Option<Land>,
    named_first: Option<String>,
    taken: Vec<Rectangle>,
}

impl Drawing {
    /// A drawing of a frame. `prefix` tells its ids from those of the page.
    pub fn new(prefix: &str, frame: Frame, title: &str, description: &str) -> Drawing {
        Drawing {
            prefix: prefix.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            frame,
            ground: None,
            tint: None,
            circle: None,
            outline: None,
            place: None,
            areas: Vec::new(),
            markers: Vec::new(),
            labels: Vec::new(),
            names: None,
            named_first: None,
            taken: Vec::new(),
        }
    }

    /// The surroundings in hairlines: communes one by one while the frame shows `most` of them at most, else EPCI, else
    /// départements.
    #[must_use]
    pub fn ground(mut self, most: usize) -> Drawing {
        self.ground = Some(most);
        self
    }

    /// What is covered: a flat tint with its outline.
    #[must_use]
    pub fn tint(mut self, land: &Land) -> Drawing {
        self.tint = Some(land.clone());
        self
    }

    /// What is covered, when it is a circle of kilometres.
    #[must_use]
    pub fn circle(mut self, centre: Point, km: f64) -> Drawing {
        self.circle = Some((centre, km));
        self
    }

    /// The territory that the map is about: a heavier line.
    #[must_use]
    pub fn outline(mut self, land: &Land) -> Drawing {
        self.outline = Some(land.clone());
        self
    }

    /// The place asked about: the heaviest line.
    #[must_use]
    pub fn place(mut self, land: &Land) -> Drawing {
        self.place = Some(land.clone());
        self
    }

    /// Areas. When some are links, the drawing is a group of links, no image.
    #[must_use]
    pub fn areas(mut self, areas: Vec<Area>) -> Drawing {
        self.areas = areas;
        self
    }

    /// Points, those that stand together in one disc.
    #[must_use]
    pub fn markers(mut self, markers: Vec<Marker>) -> Drawing {
        self.markers = markers;
        self
    }

    /// Names in units of the frame, before those of communes.
    #[must_use]
    pub fn labels(mut self, labels: Vec<Name>) -> Drawing {
        self.labels = labels;
        self
    }

    /// The name of a place that the drawing is about, in strong letters.
    #[must_use]
    pub fn label(mut self, point: Point, text: &str) -> Drawing {
        self.labels.extend(self.frame.place(point).map(|at| Name::over(at, text, "first")));
        self
    }

    /// What names must not cover, beside the markers.
    #[must_use]
    pub fn taken(mut self, taken: Vec<Rectangle>) -> Drawing {
        self.taken = taken;
        self
    }

    /// The commune to name before the others; its city, for an arrondissement.
    #[must_use]
    pub fn named_first(mut self, commune: Option<&Commune>) -> Drawing {
        self.named_first =
            commune.map(|commune| commune.parent.as_ref().unwrap_or(&commune.code).to_string());
        self
    }

    /// Names of communes as room allows: those of a land first, then around it, the most populous first.
    #[must_use]
    pub fn names(mut self, land: &Land) -> Drawing {
        self.names = Some(land.clone());
        self
    }

    /// Its description, in a sentence or two.
    #[must_use]
    pub fn described(mut self, description: &str) -> Drawing {
        description.clone_into(&mut self.description);
        self
    }

    /// Whether the middle of some piece of a land is in the frame.
    pub fn sees(&self, land: &Land) -> bool {
        let middles = land.parts().filter_map(|(_, code)| match land {
            Land::Communes(_) => france().commune(code).map(|commune| commune.centre),
            Land::Departements(_) => france().departement(code).map(|departement| departement.centre),
        });
        middles.into_iter().any(|middle| self.frame.place(middle).is_some())
    }

    /// Whether a point is in the frame.
    pub fn shows(&self, point: Point) -> bool {
        self.frame.place(point).is_some()
    }

    /// Whether some markers stand together.
    pub fn has_discs(&self) -> bool {
        self.clusters().iter().any(|cluster| cluster.members.len() > 1)
    }

    /// How many markers are outside of the frame.
    pub fn outside(&self) -> usize {
        self.markers.iter().filter(|marker| self.frame.place(marker.point).is_none()).count()
    }

    /// The markup, safe to be shown as it is.
    pub fn svg(&self) -> String {
        let links = self.areas.iter().any(|area| area.href.is_some())
            || self.markers.iter().any(|marker| marker.href.is_some());
        let role = if links { "group" } else { "img" };
        let (prefix, height) = (escape(&self.prefix), self.frame.height);
        let mut out = String::with_capacity(16_000);
        write!(
            out,
            "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"{role}\" aria-labelledby=\"{prefix}-title {prefix}-desc\">\
             <title id=\"{prefix}-title\">{}</title><desc id=\"{prefix}-desc\">{}</desc>\
             <g aria-hidden=\"true\"><rect class=\"sea\" width=\"{WIDTH}\" height=\"{height}\"/>",
            escape(&self.title),
            escape(&self.description),
        )
        .expect("writing to a String cannot fail");
        let coarse =
            self.frame.panels().iter().map(|panel| self.draw_ground(panel, &mut out)).collect::<Vec<_>>();
        for (class, land) in [("tint", &self.tint), ("outline", &self.outline), ("place", &self.place)] {
            if class == "outline" {
                self.draw_circle(&mut out);
            }
            let land = land.iter().filter(|land| !land.is_empty());
            let path: String = land.map(|land| self.outline_of(land)).collect();
            draw(class, &path, &mut out);
        }
        self.draw_insets(&mut out);
        out.push_str("</g>");
        self.draw_areas(&mut out);
        let clusters = self.clusters();
        // Communes that are areas are seen one by one.
        let one = |area: &Area| matches!(&area.land, Land::Communes(codes) if codes.len() == 1);
        let by_commune = !self.areas.is_empty() && self.areas.iter().all(one);
        let coarse = coarse.first().copied().unwrap_or(true) && !by_commune;
        self.draw_names(&clusters, coarse, &mut out);
        self.draw_markers(&clusters, &mut out);
        out.push_str("</svg>");
        out
    }

    /// Land, hairlines and borders of a panel; whether it is drawn too coarsely to see communes.
    fn draw_ground(&self, panel: &Panel, out: &mut String) -> bool {
        let Some(most) = self.ground else { return true };
        let (south_west, north_east) = panel.window();
        let communes: Vec<&Commune> = if panel.detail() == Detail::Country {
            Vec::new()
        } else {
            let found = france().communes_around(south_west, north_east).into_iter();
            found.filter(|commune| panel.shows(&commune.departement) && panel.sees(commune.centre)).collect()
        };
        let few = !communes.is_empty() && communes.len() <= most;
        let (mesh, holds, groups): (Mesh, Vec<bool>, Vec<&str>) = if communes.is_empty()
            || communes.len() > if panel.small { MOST_FOR_EPCI_SMALL } else { MOST_FOR_EPCI }
        {
            let departements = france().departements();
            let shown: Vec<bool> =
                departements.iter().map(|departement| panel.shows(&departement.code)).collect();
            let regions = departements.iter().map(|departement| &*departement.region).collect();
            (departement_mesh(panel.detail()).only(|area| shown[area]), shown, regions)
        } else {
            let mut areas: BTreeMap<&str, Vec<&Commune>> = BTreeMap::new();
            for commune in communes {
                let area =
                    if few { &commune.code } else { commune.epci.as_ref().unwrap_or(&commune.departement) };
                areas.entry(area).or_default().push(commune);
            }
            let mesh = france().mesh(areas.values().map(|area| area.iter().map(|commune| &*commune.code)));
            // EPCI that cross the border of a département hide it, as they do on the ground.
            let departements = areas.values().map(|area| &*area[0].departement).collect();
            (mesh, vec![true; areas.len()], departements)
        };
        let mesh = path::drawn(&mesh, panel);
        self.draw_mesh(&mesh, panel, &holds, &groups, out);
        if few {
            draw_arrondissements(panel, out);
        }
        !few
    }

    fn draw_mesh(&self, mesh: &Mesh, panel: &Panel, holds: &[bool], groups: &[&str], out: &mut String) {
        // The country tinted is all the land there is.
        if self.tint.as_ref() != Some(&Land::france()) {
            let mut land = String::new();
            path::rings(mesh, panel, |area| holds[area], &mut land);
            draw("land", &land, out);
        }
        let (mut hairlines, mut borders) = (String::new(), String::new());
        // Areas draw their own.
        if self.areas.is_empty() {
            let inside = |one: Option<usize>, other: Option<usize>| {
                one.zip(other).filter(|(one, other)| holds[*one] && holds[*other])
            };
            let same = |(one, other): (usize, usize)| groups[one] == groups[other];
            let most = if panel.small { MOST_HAIRLINES_SMALL } else { MOST_HAIRLINES };
            let mut tolerance = panel.tolerance();
            for _ in 0..MOST_TIMES_FAINTER {
                hairlines.clear();
                tolerance *= FAINTER;
                let faint = mesh.simplified(tolerance);
                path::lines(&faint, panel, |one, other| inside(one, other).is_some_and(same), &mut hairlines);
                borders.clear();
                let bordering = |one, other| inside(one, other).is_some_and(|both| !same(both));
                path::lines(if panel.small { &faint } else { mesh }, panel, bordering, &mut borders);
                if hairlines.len() + if panel.small { borders.len() } else { 0 } < most {
                    break;
                }
            }
        }
        // Of a small country, regions are enough.
        if !(panel.small && panel.detail() == Detail::Country) {
            draw("hair", &hairlines, out);
        }
        draw("border", &borders, out);
    }

    fn outline_of(&self, land: &Land) -> String {
        let mut out = String::new();
        for panel in self.frame.panels() {
            let (mesh, areas) = match land {
                Land::Departements(codes) => {
                    let shown = codes.iter().copied().filter(|code| panel.shows(code)).collect();
                    Land::Departements(shown).mesh(panel.detail())
                }
                Land::Communes(codes) => {
                    let here = |code: &&&str| {
                        france().commune(code).is_some_and(|found| panel.shows(&found.departement))
                    };
                    Land::Communes(codes.iter().filter(here).copied().collect()).mesh(Detail::Communes)
                }
            };
            path::rings(&path::drawn(&mesh, panel), panel, |area| areas.contains(&area), &mut out);
        }
        out
    }

    fn draw_circle(&self, out: &mut String) {
        let Some((centre, km)) = self.circle else { return };
        let panel = self
            .frame
            .panels()
            .iter()
            .find(|panel| panel.contains(panel.project(centre.lon, centre.lat), 0.0));
        if let Some(panel) = panel {
            let (x, y) = panel.project(centre.lon, centre.lat);
            let radius = panel.units(km);
            write!(out, "<circle class=\"tint\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.0}\"/>")
                .expect("writing to a String cannot fail");
        }
    }

    /// The boxes of what is shown apart, each with its name where there is room for letters.
    fn draw_insets(&self, out: &mut String) {
        let (mut boxes, mut names) = (String::new(), String::new());
        for panel in &self.frame.panels()[1..] {
            let [left, top, right, bottom] = panel.edges;
            write!(boxes, "M{left:.0} {top:.0}h{:.0}v{:.0}h-{0:.0}z", right - left, bottom - top)
                .expect("writing to a String cannot fail");
            if let Some(departement) = panel.overseas.and_then(|code| france().departement(code)) {
                let (x, y, name) = (f64::midpoint(left, right), bottom - 10.0, escape(&departement.name));
                write!(names, "<text class=\"wide\" x=\"{x:.0}\" y=\"{y:.0}\">{name}</text>")
                    .expect("writing to a String cannot fail");
            }
        }
        draw("inset", &boxes, out);
        out.push_str(&names);
    }

    fn draw_areas(&self, out: &mut String) {
        let lands: Vec<&Land> = self.areas.iter().map(|area| &area.land).collect();
        for (area, path) in self.areas.iter().zip(areas::paths(&self.frame, &lands)) {
            let space = if area.class.is_empty() { "" } else { " " };
            let label = escape(&shortened(&area.label, LONGEST_TITLE));
            let shape = format!(
                "<path class=\"area{space}{}\" d=\"{path}\"><title>{label}</title></path>",
                area.class
            );
            let Some(href) = &area.href else {
                out.push_str(&shape);
                continue;
            };
            let tabbed = if area.tabbed { "" } else { " tabindex=\"-1\"" };
            write!(out, "<a href=\"{}\"{tabbed} aria-label=\"{label}\">{shape}</a>", escape(href))
                .expect("writing to a String cannot fail");
        }
    }

    fn clusters(&self) -> Vec<Cluster> {
        let placed = self.markers.iter().map(|marker| self.frame.place(marker.point));
        let placed: Vec<(usize, (f64, f64))> =
            placed.enumerate().filter_map(|(position, at)| at.map(|at| (position, at))).collect();
        clusters(&placed, |members| self.space(members))
    }

    /// Half the width and half the height that markers take together.
    fn space(&self, members: &[usize]) -> (f64, f64) {
        let text = self.disc(members);
        if text.is_empty() {
            return (DOT, DOT);
        }
        (DISC.max(ems(&text) * NARROW / 2.0 + 8.0), DISC)
    }

    /// What a disc says: its number, two numbers, else how many it stands for.
    fn disc(&self, members: &[usize]) -> String {
        match (members, self.numbers(members)) {
            ([_], Some(number)) => number,
            ([_], None) => String::new(),
            ([_, _], Some(numbers)) => numbers,
            (several, Some(_)) => format!("{} fiches", several.len()),
            (several, None) => several.len().to_string(),
        }
    }

    /// `5 et 8`, when markers have numbers.
    fn numbers(&self, members: &[usize]) -> Option<String> {
        let numbers =
            members.iter().map(|&member| self.markers[member].number.map(|number| number.to_string()));
        Some(french::list(&numbers.collect::<Option<Vec<_>>>()?))
    }

    fn draw_markers(&self, clusters: &[Cluster], out: &mut String) {
        for cluster in clusters {
            let text = self.disc(&cluster.members);
            let single = match cluster.members[..] {
                [only] => Some(&self.markers[only]),
                _ => None,
            };
            let title = self.title_of(cluster);
            let link = single.and_then(|marker| marker.href.as_ref());
            if let Some(href) = link {
                write!(out, "<a href=\"{}\" aria-label=\"{}\">", escape(href), escape(&title))
                    .expect("writing to a String cannot fail");
            }
            let (x, y) = cluster.at;
            write!(
                out,
                "<g transform=\"translate({x:.0} {y:.0})\"><g class=\"mark\"><title>{}</title>",
                escape(&title)
            )
            .expect("writing to a String cannot fail");
            let (half, high) = self.space(&cluster.members);
            let class = if single.is_some() { "dot" } else { "disc" };
            if half > high {
                write!(
                    out,
                    "<rect class=\"{class}\" x=\"-{half:.0}\" y=\"-{high:.0}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"{high:.0}\"/>",
                    half.round() * 2.0,
                    high * 2.0
                )
                .expect("writing to a String cannot fail");
            } else {
                write!(out, "<circle class=\"{class}\" r=\"{half:.0}\"/>")
                    .expect("writing to a String cannot fail");
            }
            if link.is_some() {
                let ring = half + RING;
                write!(out, "<circle class=\"ring\" r=\"{ring:.0}\"/>")
                    .expect("writing to a String cannot fail");
            }
            if !text.is_empty() {
                write!(out, "<text class=\"tally {class}\" dy=\".35em\">{text}</text>")
                    .expect("writing to a String cannot fail");
            }
            out.push_str("</g></g>");
            if link.is_some() {
                out.push_str("</a>");
            }
        }
    }

    /// `3. Équipe mobile`; the first ones of several.
    fn title_of(&self, cluster: &Cluster) -> String {
        const FIRST: usize = 8;
        let name = |member: &usize| {
            let marker = &self.markers[*member];
            let name = shortened(&marker.name, LONGEST_TITLE);
            marker.number.map_or_else(|| name.clone(), |number| format!("{number}. {name}"))
        };
        let mut names: Vec<String> = cluster.members.iter().take(FIRST).map(name).collect();
        let left = cluster.members.len() - names.len();
        if left > 0 {
            names.push(format!("et {left} autres"));
        }
        names.join(", ")
    }

    fn draw_names(&self, clusters: &[Cluster], coarse: bool, out: &mut String) {
        let mut names = self.labels.clone();
        let first = names.len();
        if let Some(land) = &self.names {
            names.extend(self.communes_named(land, coarse));
        }
        if names.is_empty() {
            return;
        }
        let mut taken = self.taken.clone();
        taken.extend(clusters.iter().map(|cluster| {
            let (half, high) = self.space(&cluster.members);
            let (x, y) = cluster.at;
            [x - half, y - high, x + half, y + high]
        }));
        let [left, top, right, bottom] = self.frame.panels()[0].edges;
        let within = [left + 2.0, top + 2.0, right - 2.0, bottom - 2.0];
        let labels = labels::put(&names, within, &taken, MOST_NAMES + first);
        out.push_str("<g class=\"names\" aria-hidden=\"true\">");
        for label in &labels {
            label.write(out);
        }
        out.push_str("</g>");
    }

    /// The communes to name, in their order: those of the land, then around. On a coarse map each has the mark of a town.
    fn communes_named(&self, land: &Land, coarse: bool) -> Vec<Name> {
        const MOST_TRIED: usize = 250;
        let main = &self.frame.panels()[0];
        let (south_west, north_east) = main.window();
        let seen = |commune: &&Commune| {
            let Point { lat, lon } = commune.point;
            commune.kind == CommuneKind::Commune
                && (south_west.lat..=north_east.lat).contains(&lat)
                && (south_west.lon..=north_east.lon).contains(&lon)
                && main.shows(&commune.departement)
        };
        let communes: Vec<&Commune> = france().communes().iter().filter(seen).collect();
        let (inside, around): (Vec<&Commune>, Vec<&Commune>) =
            communes.into_iter().partition(|commune| land.holds(&commune.code));
        let mut names = Vec::new();
        for (mut communes, class) in [(inside, ""), (around, "around")] {
            communes.sort_by_key(|commune| Reverse(commune.population));
            communes.truncate(MOST_TRIED);
            let placed: Vec<(&Commune, (f64, f64))> = communes
                .into_iter()
                .map(|commune| (commune, if coarse { commune.point } else { commune.centre }))
                .map(|(commune, point)| (commune, main.project(point.lon, point.lat)))
                .filter(|(_, at)| main.contains(*at, 0.0))
                .collect();
            let clear = if coarse { TOWN } else { 0.0 };
            for (commune, at) in by_prominence(&placed) {
                let name = Name { clear, ..Name::over(at, &commune.name, class) };
                if self.named_first.as_deref() == Some(&*commune.code) {
                    names.insert(0, name);
                } else {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// Of communes, the most populous first: those that one would name first. A small town far from any larger one is worth the
/// suburb of a city.
fn by_prominence<'a>(communes: &[(&'a Commune, (f64, f64))]) -> Vec<(&'a Commune, (f64, f64))> {
    const FAR: f64 = 250.0;
    let prominence = |(rank, (commune, (x, y))): (usize, &(&'a Commune, (f64, f64)))| {
        let larger = communes[..rank].iter().map(|(_, (other_x, other_y))| (x - other_x).hypot(y - other_y));
        f64::from(commune.population) * larger.fold(FAR, f64::min)
    };
    let mut ranked: Vec<_> = communes.iter().enumerate().map(|found| (prominence(found), *found.1)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().map(|(_, commune)| commune).collect()
}

/// The borders between the arrondissements of a city: they come from outlines simplified apart, so that only those inside
/// the city are drawn.
fn draw_arrondissements(panel: &Panel, out: &mut String) {
    let (south_west, north_east) = panel.window();
    let arrondissements = france().communes().iter().filter(|commune| {
        commune.kind == CommuneKind::Arrondissement
            && (south_west.lat..=north_east.lat).contains(&commune.centre.lat)
            && (south_west.lon..=north_east.lon).contains(&commune.centre.lon)
    });
    let mesh = france().mesh(arrondissements.map(|commune| [&*commune.code]));
    let mut inside = String::new();
    path::lines(
        &path::drawn(&mesh, panel),
        panel,
        |one, other| one.is_some() && other.is_some(),
        &mut inside,
    );
    draw("hair", &inside, out);
}

fn draw(class: &str, path: &str, out: &mut String) {
    if !path.is_empty() {
        write!(out, "<path class=\"{class}\" d=\"{path}\"/>").expect("writing to a String cannot fail");
    }
}

#[cfg(test)]
mod tests;
