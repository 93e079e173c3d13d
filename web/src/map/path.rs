//! Lines of the drawing as path data: whole units, each point from the one before.

use std::fmt::Write as _;

use maille_territory::Mesh;

use super::frame::{MARGIN, Panel};

/// The least surface of an island, in square units.
const LEAST_AREA: f64 = 9.0;

/// The borders of a mesh as a panel shows them.
pub fn drawn(mesh: &Mesh, panel: &Panel) -> Mesh {
    // What is far outside comes to the edge: it still closes what it closes, in fewer points.
    let [left, top, right, bottom] = panel.edges;
    let near = |value: f64, least: f64, most: f64| value.clamp(least - 1.5 * MARGIN, most + 1.5 * MARGIN);
    mesh.projected(|lon, lat| {
        let (x, y) = panel.project(lon, lat);
        (near(x, left, right), near(y, top, bottom))
    })
    .simplified(panel.tolerance())
}

/// What surrounds some areas of a drawn mesh, as closed rings.
pub fn rings(mesh: &Mesh, panel: &Panel, holds: impl Fn(usize) -> bool, out: &mut String) {
    let rings = mesh.rings(holds);
    let rings: Vec<Vec<(i32, i32)>> =
        rings.iter().map(|ring| rounded(ring.coords().map(|c| (c.x, c.y)))).collect();
    // The largest stays however small it is: a land must be seen.
    let largest = rings.iter().map(|ring| area(ring)).fold(0.0, f64::max).min(LEAST_AREA);
    for ring in rings.iter().filter(|ring| ring.len() > 3 && area(ring) >= largest) {
        if ring.iter().any(|point| panel.contains(as_place(*point), MARGIN)) || area(ring) > 10_000.0 {
            write_run(&ring[..ring.len() - 1], out);
            out.push('z');
        }
    }
}

/// Some pieces of border of a drawn mesh, where a panel shows them.
pub fn lines(
    mesh: &Mesh,
    panel: &Panel,
    chosen: impl Fn(Option<usize>, Option<usize>) -> bool,
    out: &mut String,
) {
    for line in mesh.lines(chosen) {
        let points = rounded(line.coords().map(|c| (c.x, c.y)));
        // Only the stretches that are seen, each with the points before and after it.
        let seen: Vec<bool> = points.iter().map(|point| panel.contains(as_place(*point), MARGIN)).collect();
        let kept =
            |at: usize| seen[at] || (at > 0 && seen[at - 1]) || seen.get(at + 1).is_some_and(|seen| *seen);
        let mut start = 0;
        while start < points.len() {
            let end = (start..points.len()).find(|at| !kept(*at)).unwrap_or(points.len());
            if end - start > 1 {
                write_run(&points[start..end], out);
            }
            start = end + 1;
        }
    }
}

fn as_place((x, y): (i32, i32)) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

fn rounded(points: impl Iterator<Item = (f64, f64)>) -> Vec<(i32, i32)> {
    let mut rounded: Vec<(i32, i32)> = points.map(|(x, y)| (x.round() as i32, y.round() as i32)).collect();
    rounded.dedup();
    rounded
}

/// Surface of a ring, in square units.
fn area(ring: &[(i32, i32)]) -> f64 {
    let twice: i64 = ring
        .windows(2)
        .map(|pair| i64::from(pair[0].0) * i64::from(pair[1].1) - i64::from(pair[1].0) * i64::from(pair[0].1))
        .sum();
    twice.abs() as f64 / 2.0
}

/// `M12 34l5-6 7 8`.
fn write_run(points: &[(i32, i32)], out: &mut String) {
    let Some((&(mut x, mut y), rest)) = points.split_first() else { return };
    write!(out, "M{x} {y}").expect("writing to a String cannot fail");
    for (position, &(next_x, next_y)) in rest.iter().enumerate() {
        let (dx, dy) = (next_x - x, next_y - y);
        (x, y) = (next_x, next_y);
        let before = if position == 0 {
            "l"
        } else if dx < 0 {
            ""
        } else {
            " "
        };
        let between = if dy < 0 { "" } else { " " };
        write!(out, "{before}{dx}{between}{dy}").expect("writing to a String cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_from_the_one_before() {
        let mut out = String::new();
        write_run(&[(10, 20), (13, 15), (5, 15), (6, 16)], &mut out);
        assert_eq!(out, "M10 20l3-5-8 0 1 1");
    }

    #[test]
    fn a_ring_has_a_surface() {
        assert!((area(&[(0, 0), (4, 0), (4, 3), (0, 3), (0, 0)]) - 12.0).abs() < 1e-9);
    }
}
