//! What part of the globe a drawing shows, and how large: kilometres around a centre, then units of the drawing.

use maille_territory::{Point, france};

use super::land::{Detail, Land, is_collectivity};

/// Units across a drawing: shown on 288 to 720 pixels, a unit is 0.4 to 1 pixel.
pub const WIDTH: f64 = 720.0;
/// Kilometres across, at least: a small commune is seen among its neighbours.
const LEAST_KM: f64 = 12.0;
/// Height of the insets of overseas départements.
const INSET: f64 = 144.0;
/// What the name of one takes of it.
const INSET_NAME: f64 = 30.0;
/// How far outside of a frame something is still drawn: the stroke of a line, the corner of an area.
pub const MARGIN: f64 = 12.0;
/// How much coarser lines may be where a drawing is shown small.
const COARSER: f64 = 2.2;
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// A frame: a panel, and one more for each overseas département beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Height of the drawing, in units.
    pub height: f64,
    panels: Vec<Panel>,
}

/// A piece of the globe in a rectangle of the drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The overseas département it shows, alone in its box; `None`: metropolitan France.
    pub overseas: Option<&'static str>,
    /// Corners of the rectangle: left, top, right, bottom.
    pub edges: [f64; 4],
    projection: Conic,
    units_per_km: f64,
    /// Whether it is shown on some 336 pixels rather than on twice as many.
    pub small: bool,
    /// Where the centre of the projection is drawn.
    origin: (f64, f64),
}

impl Frame {
    /// A land whole, with a margin; `None` when it has no contour. An overseas département beside others has an inset.
    pub fn around(land: &Land) -> Option<Frame> {
        Frame::holding(land, &[])
    }

    /// A land and points, whole.
    pub fn holding(land: &Land, points: &[Point]) -> Option<Frame> {
        let mut groups: Vec<(Option<&'static str>, Vec<Point>)> = Vec::new();
        for (departement, code) in land.parts().filter(|(departement, _)| !is_collectivity(departement)) {
            let overseas = departement.starts_with("97").then_some(departement);
            let bounds = match land {
                Land::Departements(_) => france().departement(code).map(|found| found.bounds),
                Land::Communes(_) => france().bounds([code]),
            };
            let Some((south_west, north_east)) = bounds else { continue };
            let corners = [
                south_west,
                north_east,
                Point { lat: south_west.lat, lon: north_east.lon },
                Point { lat: north_east.lat, lon: south_west.lon },
            ];
            match groups.iter_mut().find(|(known, _)| *known == overseas) {
                Some((_, known)) => known.extend(corners),
                None => groups.push((overseas, corners.to_vec())),
            }
        }
        groups.sort_by_key(|(overseas, _)| *overseas);
        let ((overseas, mut corners), insets) = {
            let mut groups = groups.into_iter();
            (groups.next()?, groups)
        };
        corners.extend(points);
        let main = Panel::fitting(overseas, &corners, [0.0, 0.0, WIDTH, 0.0], LEAST_KM);
        let mut frame = Frame { height: main.edges[3], panels: vec![main] };
        let insets: Vec<_> = insets.collect();
        if !insets.is_empty() {
            let across = WIDTH / insets.len().max(5) as f64;
            let top = frame.height;
            for (position, (overseas, corners)) in insets.into_iter().enumerate() {
                let left = position as f64 * across;
                frame.panels.push(Panel::fitting(
                    overseas,
                    &corners,
                    [left, top, left + across, top + INSET],
                    0.0,
                ));
            }
            frame.height += INSET;
        }
        Some(frame)
    }

    /// The same, shown small: its lines need not be as fine.
    #[must_use]
    pub fn small(mut self) -> Frame {
        for panel in &mut self.panels {
            panel.small = true;
        }
        self
    }

    /// The panels, the largest first.
    pub fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// How wide a land is drawn, in units.
    pub fn width_of(&self, land: &Land) -> f64 {
        let main = &self.panels[0];
        let bounds = land.parts().filter_map(|(departement, code)| match land {
            Land::Departements(_) => france().departement(departement).map(|found| found.bounds),
            Land::Communes(_) => france().bounds([code]),
        });
        let sides = bounds.flat_map(|(south_west, north_east)| {
            let lat = f64::midpoint(south_west.lat, north_east.lat);
            [south_west.lon, north_east.lon].map(|lon| main.project(lon, lat).0)
        });
        let (west, east) = range(sides);
        (east - west).max(0.0)
    }

    /// Whether a point is in the frame or beside it, no farther than the frame is wide.
    pub fn nearly_holds(&self, point: Point) -> bool {
        let main = &self.panels[0];
        main.contains(main.project(point.lon, point.lat), WIDTH)
    }

    /// Where a point is drawn; `None`: nowhere.
    pub fn place(&self, point: Point) -> Option<(f64, f64)> {
        self.panels.iter().find_map(|panel| {
            let (x, y) = panel.project(point.lon, point.lat);
            let [left, top, right, bottom] = panel.edges;
            ((left..=right).contains(&x) && (top..=bottom).contains(&y)).then_some((x, y))
        })
    }
}

impl Panel {
    /// The panel of a rectangle where these points all are; a bottom of 0 is left to their shape.
    fn fitting(overseas: Option<&'static str>, points: &[Point], edges: [f64; 4], least_km: f64) -> Panel {
        let middle = |of: fn(&Point) -> f64| {
            let (least, most) = range(points.iter().map(of));
            f64::midpoint(least, most)
        };
        let projection =
            Conic::around(Point { lat: middle(|point| point.lat), lon: middle(|point| point.lon) });
        let placed: Vec<(f64, f64)> =
            points.iter().map(|point| projection.km(point.lon, point.lat)).collect();
        let (west, east) = range(placed.iter().map(|(x, _)| *x));
        let (north, south) = range(placed.iter().map(|(_, y)| *y));
        let [left, top, right, bottom] = edges;
        let margin = (right - left) * 0.05;
        let (width, height) = ((east - west).max(least_km), (south - north).max(least_km * 0.6));
        let across = right - left - 2.0 * margin;
        // As high as wide at most, so that a screen holds it.
        let bottom = if bottom > 0.0 {
            bottom
        } else {
            let high = (across / width * height).min(across).max(across * 0.5);
            top + (high + 2.0 * margin).round()
        };
        let floor = if top > 0.0 { bottom - INSET_NAME } else { bottom };
        let units_per_km = (across / width).min((floor - top - 2.0 * margin) / height);
        let origin = (
            f64::midpoint(left, right) - f64::midpoint(west, east) * units_per_km,
            f64::midpoint(top, floor) - f64::midpoint(north, south) * units_per_km,
        );
        Panel { overseas, edges: [left, top, right, bottom], projection, units_per_km, small: false, origin }
    }

    /// Where a longitude and a latitude are drawn, be it outside.
    pub fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (x, y) = self.projection.km(lon, lat);
        (self.origin.0 + x * self.units_per_km, self.origin.1 + y * self.units_per_km)
    }

    /// Units of a length.
    pub fn units(&self, km: f64) -> f64 {
        km * self.units_per_km
    }

    /// How fine borders must be. What is beside a country is drawn as it is.
    pub(super) fn detail(&self) -> Detail {
        match self.units(1.0) {
            _ if self.edges[1] > 0.0 => Detail::Country,
            ..1.5 => Detail::Country,
            ..6.7 => Detail::Departements,
            _ => Detail::Communes,
        }
    }

    /// Whether a département may be drawn here: what is overseas has a panel of its own.
    pub fn shows(&self, departement: &str) -> bool {
        match self.overseas {
            Some(overseas) => overseas == departement,
            None => !departement.starts_with("97") && !departement.starts_with("98"),
        }
    }

    /// Whether a place of the drawing is in it, give or take.
    pub fn contains(&self, (x, y): (f64, f64), margin: f64) -> bool {
        let [left, top, right, bottom] = self.edges;
        (left - margin..=right + margin).contains(&x) && (top - margin..=bottom + margin).contains(&y)
    }

    /// Whether something of a commune that has its centre here may be seen: none reaches farther than 25 km.
    pub fn sees(&self, centre: Point) -> bool {
        self.contains(self.project(centre.lon, centre.lat), self.units(25.0).min(WIDTH))
    }

    /// How far, in units, a line may stand from the true one: less where it is drawn large.
    pub fn tolerance(&self) -> f64 {
        let fine = match self.units(1.0) {
            // Insets are small.
            _ if self.edges[1] > 0.0 => 1.1,
            ..6.0 => 2.2,
            ..12.0 => 1.7,
            _ => 1.1,
        };
        if self.small { fine * COARSER } else { fine }
    }

    /// South-west and north-east corners of a window that holds all that it shows.
    pub fn window(&self) -> (Point, Point) {
        let [left, top, right, bottom] = self.edges;
        let centre = self.projection.centre;
        let degrees = |km: f64| (km / EARTH_RADIUS_KM).to_degrees();
        let reach = |edge: f64, origin: f64| (edge - origin) / self.units_per_km;
        let south = centre.lat - degrees(reach(bottom, self.origin.1).max(0.0)) - 0.01;
        let north = centre.lat + degrees(-reach(top, self.origin.1).min(0.0)) + 0.01;
        // Meridians come together towards the poles.
        let narrowest = south.abs().max(north.abs()).min(80.0).to_radians().cos();
        let west = centre.lon + degrees(reach(left, self.origin.0)) / narrowest - 0.01;
        let east = centre.lon + degrees(reach(right, self.origin.0)) / narrowest + 0.01;
        (Point { lat: south, lon: west }, Point { lat: north, lon: east })
    }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
}

/// Lambert's conformal conic projection on a sphere, touching at the latitude of its centre: what IGN uses for the country
/// (with an ellipsoid); shapes and bearings hold, and lengths to a few thousandths across it.
#[derive(Debug, Clone, PartialEq)]
struct Conic {
    centre: Point,
    /// Sine of the latitude.
    n: f64,
    /// Kilometres from the apex of the cone to the centre.
    apex: f64,
    /// The tangent of half the colatitude of the centre, to the power `n`.
    power: f64,
}

impl Conic {
    fn around(centre: Point) -> Conic {
        // On the equator the cone would be a cylinder: no land of ours is there.
        let lat = if centre.lat.abs() < 0.5 { 0.5 } else { centre.lat }.to_radians();
        let n = lat.sin();
        Conic { centre, n, apex: EARTH_RADIUS_KM / lat.tan(), power: half_tangent(lat).powf(n) }
    }

    /// Kilometres to the east and to the south of the centre.
    fn km(&self, lon: f64, lat: f64) -> (f64, f64) {
        let from_apex = self.apex * self.power / half_tangent(lat.to_radians()).powf(self.n);
        let angle = self.n * (lon - self.centre.lon).to_radians();
        (from_apex * angle.sin(), from_apex * angle.cos() - self.apex)
    }
}

fn half_tangent(lat: f64) -> f64 {
    f64::midpoint(std::f64::consts::FRAC_PI_2, lat).tan()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilometres_are_kilometres() {
        for (lat, lon) in [(48.8, 2.3), (4.0, -53.0), (-21.1, 55.5)] {
            let centre = Point { lat, lon };
            let conic = Conic::around(centre);
            for (dlat, dlon) in [(0.5, 0.0), (0.0, 0.5), (-0.4, 0.3)] {
                let other = Point { lat: lat + dlat, lon: lon + dlon };
                let (x, y) = conic.km(other.lon, other.lat);
                assert!((x.hypot(y) / centre.distance_km(other) - 1.0).abs() < 1e-3, "{other:?}");
                assert!(y * dlat <= 0.0 || dlat == 0.0, "north is up: {other:?}");
            }
        }
    }

    #[test]
    fn a_frame_holds_its_land_whole() {
        for land in
            [Land::france(), Land::departement("31"), Land::departement("973"), Land::communes(["75115"])]
        {
            let frame = Frame::around(&land).unwrap();
            assert!(frame.height >= WIDTH * 0.5 && frame.height <= WIDTH + INSET, "{land:?}");
            for (departement, _) in land.parts() {
                let departement = france().departement(departement).unwrap();
                assert!(frame.place(departement.centre).is_some() || land == Land::communes(["75115"]));
                assert_eq!(frame.panels().iter().filter(|panel| panel.shows(&departement.code)).count(), 1);
            }
        }
        assert_eq!(Frame::around(&Land::departement("988")), None);
        assert_eq!(Frame::around(&Land::communes([])), None);
    }
}
