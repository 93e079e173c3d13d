//! Contours of communes, kept as the topology they come in: arcs shared by neighbours, put together when asked for.

use std::collections::HashMap;
use std::sync::LazyLock;

use geo::{Coord, Intersects, LineString, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde::Deserialize;

use crate::tables::gunzip;

/// Decoded at the first point or outline asked for: most uses of the gazetteer need neither.
pub(crate) static CONTOURS: LazyLock<Contours> = LazyLock::new(Contours::load);

const COMMUNES: [&[u8]; 6] = [
    include_bytes!("../../data/gazetteer/contours/communes-metro.topojson.gz"),
    include_bytes!("../../data/gazetteer/contours/communes-971.topojson.gz"),
    include_bytes!("../../data/gazetteer/contours/communes-972.topojson.gz"),
    include_bytes!("../../data/gazetteer/contours/communes-973.topojson.gz"),
    include_bytes!("../../data/gazetteer/contours/communes-974.topojson.gz"),
    include_bytes!("../../data/gazetteer/contours/communes-976.topojson.gz"),
];
const ARRONDISSEMENTS: &[u8] = include_bytes!("../../data/gazetteer/contours/communes-plm.topojson.gz");

/// A bounding box and the position of its shape.
type Boxed = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Every contour, and the trees of their bounding boxes.
pub(crate) struct Contours {
    topologies: Vec<Topology>,
    shapes: Vec<Shape>,
    by_code: HashMap<Box<str>, usize>,
    communes: RTree<Boxed>,
    arrondissements: RTree<Boxed>,
}

/// The arcs of one file, in degrees.
struct Topology {
    arcs: Vec<Vec<Coord<f64>>>,
}

/// What a commune is made of: polygons, made of rings, made of arcs of its topology (`!i` is arc `i` reversed).
struct Shape {
    code: Box<str>,
    topology: usize,
    polygons: Vec<Vec<Vec<i32>>>,
}

impl Contours {
    fn load() -> Contours {
        let mut contours = Contours {
            topologies: Vec::new(),
            shapes: Vec::with_capacity(35_000),
            by_code: HashMap::with_capacity(35_000),
            communes: RTree::new(),
            arrondissements: RTree::new(),
        };
        let boxes = COMMUNES.iter().flat_map(|file| contours.read(file)).collect();
        contours.communes = RTree::bulk_load(boxes);
        contours.arrondissements = RTree::bulk_load(contours.read(ARRONDISSEMENTS));
        contours
    }

    /// Adds a file and gives the bounding boxes of its shapes.
    fn read(&mut self, file: &[u8]) -> Vec<Boxed> {
        let document: Document =
            serde_json::from_slice(&gunzip(file)).expect("embedded topologies are well formed");
        let arcs: Vec<Vec<Coord<f64>>> =
            document.arcs.iter().map(|arc| document.transform.degrees(arc)).collect();
        let arc_boxes: Vec<AABB<[f64; 2]>> = arcs
            .iter()
            .map(|arc| AABB::from_points(arc.iter().map(|c| [c.x, c.y]).collect::<Vec<_>>().iter()))
            .collect();
        let topology = self.topologies.len();
        self.topologies.push(Topology { arcs });
        let mut boxes = Vec::new();
        for geometry in document.objects.into_values().flat_map(|object| object.geometries) {
            let (code, polygons) = match geometry {
                Geometry::Polygon { id, arcs } => (id, vec![arcs]),
                Geometry::MultiPolygon { id, arcs } => (id, arcs),
            };
            let around = polygons.iter().flatten().flatten().map(|&arc| arc_boxes[position(arc)]);
            let around = around.reduce(|a, b| rstar::Envelope::merged(&a, &b)).expect("a shape has arcs");
            boxes.push(GeomWithData::new(Rectangle::from_aabb(around), self.shapes.len()));
            self.by_code.insert(code.clone(), self.shapes.len());
            self.shapes.push(Shape { code, topology, polygons });
        }
        boxes
    }

    /// Code of the commune whose contour holds the point.
    pub fn commune_at(&self, lat: f64, lon: f64) -> Option<&str> {
        self.shape_at(&self.communes, lat, lon)
    }

    /// Code of the arrondissement whose contour holds the point.
    pub fn arrondissement_at(&self, lat: f64, lon: f64) -> Option<&str> {
        self.shape_at(&self.arrondissements, lat, lon)
    }

    /// On a shared border, the lowest code: the answer does not depend on the order of the tree.
    fn shape_at(&self, tree: &RTree<Boxed>, lat: f64, lon: f64) -> Option<&str> {
        let point = Coord { x: lon, y: lat };
        tree.locate_all_at_point([lon, lat])
            .map(|boxed| &self.shapes[boxed.data])
            .filter(|shape| self.assemble(shape).intersects(&point))
            .map(|shape| &*shape.code)
            .min()
    }

    /// The outline of a code.
    pub fn outline(&self, code: &str) -> Option<MultiPolygon<f64>> {
        self.by_code.get(code).map(|&position| self.assemble(&self.shapes[position]))
    }

    fn assemble(&self, shape: &Shape) -> MultiPolygon<f64> {
        let topology = &self.topologies[shape.topology];
        let polygon = |rings: &Vec<Vec<i32>>| {
            let mut rings = rings.iter().map(|ring| topology.ring(ring));
            let exterior = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
            Polygon::new(exterior, rings.collect())
        };
        MultiPolygon::new(shape.polygons.iter().map(polygon).collect())
    }
}

impl Topology {
    /// Arcs end to end: each starts where the one before ended, so that point is kept once.
    fn ring(&self, arcs: &[i32]) -> LineString<f64> {
        let mut coords: Vec<Coord<f64>> = Vec::new();
        for &arc in arcs {
            coords.pop();
            let points = &self.arcs[position(arc)];
            if arc < 0 {
                coords.extend(points.iter().rev());
            } else {
                coords.extend(points);
            }
        }
        LineString::new(coords)
    }
}

/// `!i` stands for arc `i` walked backwards.
fn position(arc: i32) -> usize {
    if arc < 0 { !arc as usize } else { arc as usize }
}

/// The part of TopoJSON these files use (specification: <https://github.com/topojson/topojson-specification>).
#[derive(Deserialize)]
struct Document {
    arcs: Vec<Vec<[i32; 2]>>,
    transform: Transform,
    objects: HashMap<String, Object>,
}

/// From the grid of a file to degrees.
#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

impl Transform {
    /// Each point of an arc is written as its difference with the one before.
    fn degrees(&self, arc: &[[i32; 2]]) -> Vec<Coord<f64>> {
        let (mut x, mut y) = (0, 0);
        arc.iter()
            .map(|[dx, dy]| {
                x += dx;
                y += dy;
                Coord {
                    x: f64::from(x) * self.scale[0] + self.translate[0],
                    y: f64::from(y) * self.scale[1] + self.translate[1],
                }
            })
            .collect()
    }
}

#[derive(Deserialize)]
struct Object {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon { id: Box<str>, arcs: Vec<Vec<i32>> },
    MultiPolygon { id: Box<str>, arcs: Vec<Vec<Vec<i32>>> },
}
