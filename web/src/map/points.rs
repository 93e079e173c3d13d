//! Points of a map and those that stand together: plain data, whatever draws them.

use maille_territory::Point;

/// A point with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// Where it is.
    pub point: Point,
    /// Its name.
    pub name: String,
    /// Its number in the list beside the map.
    pub number: Option<usize>,
    /// Its sheet.
    pub href: Option<String>,
}

/// Markers that stand together on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Where, in units of the drawing.
    pub at: (f64, f64),
    /// Positions of the markers, in order.
    pub members: Vec<usize>,
}

/// Puts together what would be drawn over another, `space` being half the width and half the height that markers need.
pub fn clusters(places: &[(usize, (f64, f64))], space: impl Fn(&[usize]) -> (f64, f64)) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    let overlap = |one: &Cluster, other: &Cluster| {
        let (a, b) = (space(&one.members), space(&other.members));
        (one.at.0 - other.at.0).abs() < a.0 + b.0 && (one.at.1 - other.at.1).abs() < a.1 + b.1
    };
    for (marker, at) in places {
        let mut new = Cluster { at: *at, members: vec![*marker] };
        // A cluster that grows moves, and may meet the next one.
        while let Some(position) = clusters.iter().position(|known| overlap(known, &new)) {
            let met = clusters.swap_remove(position);
            let (here, there) = (new.members.len() as f64, met.members.len() as f64);
            let mean = |new: f64, met: f64| (new * here + met * there) / (here + there);
            new.at = (mean(new.at.0, met.at.0), mean(new.at.1, met.at.1));
            new.members.extend(met.members);
            new.members.sort_unstable();
        }
        clusters.push(new);
    }
    clusters.sort_unstable_by(|a, b| a.members.cmp(&b.members));
    clusters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_point_is_in_one_cluster_and_no_two_overlap(points in prop::collection::vec((0.0..700.0, 0.0..500.0), 0..300)) {
            let places: Vec<(usize, (f64, f64))> = points.into_iter().enumerate().collect();
            let space = |members: &[usize]| (20.0 + members.len().min(5) as f64, 20.0);
            let found = clusters(&places, space);
            let mut members: Vec<usize> = found.iter().flat_map(|cluster| cluster.members.clone()).collect();
            members.sort_unstable();
            prop_assert_eq!(members, (0..places.len()).collect::<Vec<_>>());
            for (position, one) in found.iter().enumerate() {
                for other in &found[position + 1..] {
                    let reach = space(&one.members).0 + space(&other.members).0;
                    prop_assert!((one.at.0 - other.at.0).abs() >= reach || (one.at.1 - other.at.1).abs() >= 40.0);
                }
            }
        }
    }
}
