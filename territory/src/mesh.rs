//! The borders between areas, each drawn once: what neighbours share stays shared when it is simplified or projected.

use std::collections::HashMap;

use geo::{Coord, LineString, Simplify};

/// Borders of areas. An area is a position in the list that the mesh was made of.
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    borders: Vec<Border>,
}

/// A piece of border, from where three areas meet to where three meet again, or all around an island.
#[derive(Clone, Debug)]
struct Border {
    line: LineString<f64>,
    /// The areas that walk it forwards and backwards; `None` is what the mesh does not hold: sea, abroad, other areas.
    sides: [Option<usize>; 2],
}

impl Mesh {
    /// Joins arcs, whose two sides differ, where nothing else meets.
    pub(crate) fn of<'a>(arcs: impl IntoIterator<Item = (&'a [Coord<f64>], [Option<usize>; 2])>) -> Mesh {
        let arcs: Vec<_> = arcs.into_iter().filter(|(line, _)| !line.is_empty()).collect();
        let mut meeting: HashMap<Node, Vec<usize>> = HashMap::with_capacity(arcs.len());
        for (position, (line, _)) in arcs.iter().enumerate() {
            for end in ends(line) {
                meeting.entry(end).or_default().push(position);
            }
        }
        let mut used = vec![false; arcs.len()];
        // The arc that goes on from a node, when it is the only one.
        let follow = |node: Node, used: &mut Vec<bool>| match meeting[&node][..] {
            [one, other] => {
                let next = if used[one] { other } else { one };
                (!std::mem::replace(&mut used[next], true)).then_some(next)
            }
            _ => None,
        };
        let mut borders = Vec::new();
        for start in 0..arcs.len() {
            if std::mem::replace(&mut used[start], true) {
                continue;
            }
            let (line, sides) = arcs[start];
            let mut line = line.to_vec();
            // Forwards as far as it goes, then the other way round.
            for _ in 0..2 {
                while let Some(next) = follow(node(line[line.len() - 1]), &mut used) {
                    let joined = node(line[line.len() - 1]);
                    let (more, _) = arcs[next];
                    if node(more[0]) == joined {
                        line.extend(&more[1..]);
                    } else {
                        line.extend(more.iter().rev().skip(1));
                    }
                }
                line.reverse();
            }
            borders.push(Border { line: LineString::new(line), sides });
        }
        Mesh { borders }
    }

    /// The borders of some of the areas: what they share with others stays a border of two.
    #[must_use]
    pub fn only(&self, holds: impl Fn(usize) -> bool) -> Mesh {
        let held = |border: &&Border| border.sides.iter().flatten().any(|area| holds(*area));
        Mesh { borders: self.borders.iter().filter(held).cloned().collect() }
    }

    /// The same borders, without the points that stand less than `tolerance` away from the line without them. Where areas
    /// meet, the points stay: neighbours still meet.
    #[must_use]
    pub fn simplified(&self, tolerance: f64) -> Mesh {
        self.mapped(|line| line.simplify(tolerance))
    }

    /// The same borders with each point, longitude and latitude, put elsewhere.
    #[must_use]
    pub fn projected(&self, place: impl Fn(f64, f64) -> (f64, f64)) -> Mesh {
        self.mapped(|line| line.coords().map(|coord| place(coord.x, coord.y)).collect())
    }

    fn mapped(&self, change: impl Fn(&LineString<f64>) -> LineString<f64>) -> Mesh {
        let change = |border: &Border| Border { line: change(&border.line), sides: border.sides };
        Mesh { borders: self.borders.iter().map(change).collect() }
    }

    /// What surrounds these areas taken as one: closed rings, to be filled by the even-odd rule.
    pub fn rings(&self, holds: impl Fn(usize) -> bool) -> Vec<LineString<f64>> {
        let inside = |side: Option<usize>| side.is_some_and(&holds);
        // Each piece in the direction in which these areas walk it: every node then has as many pieces in as out.
        let mut pieces: Vec<Option<(&Border, bool)>> = Vec::new();
        let mut leaving: HashMap<Node, Vec<usize>> = HashMap::new();
        for border in &self.borders {
            let [forwards, backwards] = border.sides.map(inside);
            if forwards != backwards {
                let [first, last] = ends(&border.line.0);
                leaving.entry(if forwards { first } else { last }).or_default().push(pieces.len());
                pieces.push(Some((border, forwards)));
            }
        }
        let mut rings = Vec::new();
        for start in 0..pieces.len() {
            let mut next = Some(start);
            let mut ring: Vec<Coord<f64>> = Vec::new();
            while let Some((border, forwards)) = next.and_then(|position| pieces[position].take()) {
                let line = &border.line.0;
                ring.pop();
                if forwards {
                    ring.extend(line);
                } else {
                    ring.extend(line.iter().rev());
                }
                let end = node(ring[ring.len() - 1]);
                if end == node(ring[0]) {
                    break;
                }
                next = leaving
                    .get(&end)
                    .and_then(|here| here.iter().copied().find(|&position| pieces[position].is_some()));
            }
            if !ring.is_empty() {
                rings.push(LineString::new(ring));
            }
        }
        rings
    }

    /// The pieces of border that `chosen` tells by the areas on their two sides, each once.
    pub fn lines(
        &self,
        chosen: impl Fn(Option<usize>, Option<usize>) -> bool,
    ) -> impl Iterator<Item = &LineString<f64>> {
        self.borders
            .iter()
            .filter(move |border| chosen(border.sides[0], border.sides[1]))
            .map(|border| &border.line)
    }
}

/// A point where borders meet: arcs of one file end at the very same coordinates.
type Node = (u64, u64);

fn node(coord: Coord<f64>) -> Node {
    (coord.x.to_bits(), coord.y.to_bits())
}

fn ends(line: &[Coord<f64>]) -> [Node; 2] {
    [node(line[0]), node(line[line.len() - 1])]
}
