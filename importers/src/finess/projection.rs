//! From the legal projections of France to WGS 84.
//!
//! The projections are those of the decree of 2000 on positions, as amended; their parameters are EPSG's. All stand on
//! the GRS 80 ellipsoid and on references that WGS 84 meets within the metre.

use std::sync::LazyLock;

use maille_territory::{Point, fold};
use proj4rs::Proj;
use proj4rs::adaptors::transform_vertex_2d;

/// How the register names each projection, folded, and what it is.
const SYSTEMS: [(&[&str], &str); 6] = [
    // RGF93 / Lambert-93, EPSG 2154.
    (
        &["lambert 93", "l93"],
        "+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80 +units=m +no_defs",
    ),
    // Guadeloupe, Martinique, Saint-Barthélemy, Saint-Martin: RGAF09 / UTM 20N, EPSG 5490.
    (&["utm n20", "utm zone 20n", "utm20n"], "+proj=utm +zone=20 +ellps=GRS80 +units=m +no_defs"),
    // Saint-Pierre-et-Miquelon: RGSPM06 / UTM 21N, EPSG 4467.
    (&["utm n21", "utm zone 21n", "utm21n"], "+proj=utm +zone=21 +ellps=GRS80 +units=m +no_defs"),
    // Guyane: RGFG95 / UTM 22N, EPSG 2972.
    (&["utm n22", "utm zone 22n", "utm22n"], "+proj=utm +zone=22 +ellps=GRS80 +units=m +no_defs"),
    // Mayotte: RGM04 / UTM 38S, EPSG 4471.
    (&["utm s38", "utm zone 38s", "utm38s"], "+proj=utm +zone=38 +south +ellps=GRS80 +units=m +no_defs"),
    // La Réunion: RGR92 / UTM 40S, EPSG 2975.
    (&["utm s40", "utm zone 40s", "utm40s"], "+proj=utm +zone=40 +south +ellps=GRS80 +units=m +no_defs"),
];

static PROJECTIONS: LazyLock<(Vec<Proj>, Proj)> = LazyLock::new(|| {
    let proj = |definition| Proj::from_proj_string(definition).expect("the definitions above are PROJ's");
    let degrees = proj("+proj=longlat +ellps=GRS80 +no_defs");
    (SYSTEMS.iter().map(|(_, definition)| proj(definition)).collect(), degrees)
});

/// A projection of the register.
#[derive(Clone, Copy)]
pub(super) struct Projection(&'static Proj);

impl Projection {
    /// The projection that a text names: `LAMBERT_93`, `EPSG:5490 RGAF09/UTM Zone 20N (Antilles)`.
    pub fn named(text: &str) -> Option<Projection> {
        let text = fold(text);
        let known = SYSTEMS.iter().position(|(names, _)| names.iter().any(|name| text.contains(name)))?;
        Some(Projection(&PROJECTIONS.0[known]))
    }

    /// The point of a position in metres, to six decimals of a degree: ten centimetres, as the register.
    pub fn point(self, x: f64, y: f64) -> Option<Point> {
        let (lon, lat) = transform_vertex_2d(self.0, &PROJECTIONS.1, (x, y)).ok()?;
        let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let (lat, lon) = (rounded(lat.to_degrees()), rounded(lon.to_degrees()));
        (lat.is_finite() && lon.is_finite()).then_some(Point { lat, lon })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Positions of the register, and what PROJ makes of them, to five decimals: about a metre.
    #[test]
    fn points_are_where_proj_puts_them() {
        for (name, x, y, lat, lon) in [
            ("LAMBERT_93", 700_000.0, 6_600_000.0, 46.5, 3.0),
            ("1,ATLASANTE,96,BAN,L93_METROPOLE", 870_262.2, 6_571_540.8, 46.22229, 5.20918),
            ("EPSG:2154 RGF93 / Lambert-93 (Métropole)", 870_262.2, 6_571_540.8, 46.22229, 5.20918),
            ("EPSG:5490 RGAF09/UTM Zone 20N (Antilles)", 657_242.9, 1_795_384.4, 16.234, -61.52874),
            ("UTM_N20", 657_242.9, 1_795_384.4, 16.234, -61.52874),
            ("WGS84/UTM zone 21N (St-Pierre-et-Miquelon)", 563_213.8, 5_180_306.8, 46.77332, -56.17201),
            ("UTM_N22", 353_672.8, 544_349.1, 4.92347, -52.31973),
            ("UTM_S38", 524_819.9, 8_587_194.7, -12.77989, 45.22868),
            ("UTM_S40", 323_086.6, 7_679_599.8, -20.97571, 55.29821),
        ] {
            let point = Projection::named(name).unwrap().point(x, y).unwrap();
            let off = (point.lat - lat).abs().max((point.lon - lon).abs());
            assert!(off < 0.000_01, "{name}: {point:?}");
        }
        assert!(Projection::named("UTM_N31").is_none());
    }

    #[test]
    fn what_is_no_position_is_no_point() {
        let lambert = Projection::named("LAMBERT_93").unwrap();
        for (x, y) in [(f64::NAN, 0.0), (f64::INFINITY, 1.0), (1e300, -1e300)] {
            assert!(lambert.point(x, y).is_none_or(|point| point.lat.abs() <= 90.0), "{x} {y}");
        }
    }
}
