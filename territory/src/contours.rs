//! Contours of communes, kept as the topology they come in: arcs shared by neighbours, put together when asked for.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use geo::{Coord, Intersects, LineString, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde::Deserialize;

use crate::mesh::Mesh;
use crate::point::Point;
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
    /// The arcs of every file, in degrees.
    arcs: Vec<Vec<Coord<f64>>>,
    shapes: Vec<Shape>,
    by_code: HashMap<Box<str>, usize>,
    communes: RTree<Boxed>,
    arrondissements: RTree<Boxed>,
    neighbours: OnceLock<Neighbours>,
}

/// Which shapes touch which, by their positions.
pub(crate) struct Neighbours {
    /// Those that share a piece of border with each.
    pub touching: Vec<Vec<usize>>,
    /// Whether the sea, or another country, touches it.
    pub open: Vec<bool>,
}

/// What a commune is made of: polygons, made of rings, made of arcs (`!i` is arc `i` reversed). Two neighbours of one
/// file share the arcs between them, each walking them its own way.
struct Shape {
    code: Box<str>,
    around: AABB<[f64; 2]>,
    polygons: Vec<Vec<Vec<i32>>>,
}

impl Contours {
    fn load() -> Contours {
        let mut contours = Contours {
            arcs: Vec::with_capacity(110_000),
            shapes: Vec::with_capacity(35_000),
            by_code: HashMap::with_capacity(35_000),
            communes: RTree::new(),
            arrondissements: RTree::new(),
            neighbours: OnceLock::new(),
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
        let first = i32::try_from(self.arcs.len()).expect("arcs are counted in 32 bits");
        self.arcs.extend(document.arcs.iter().map(|arc| document.transform.degrees(arc)));
        let mut boxes = Vec::new();
        for geometry in document.objects.into_values().flat_map(|object| object.geometries) {
            let (code, mut polygons) = match geometry {
                Geometry::Polygon { id, arcs } => (id, vec![arcs]),
                Geometry::MultiPolygon { id, arcs } => (id, arcs),
            };
            for arc in polygons.iter_mut().flatten().flatten() {
                *arc += if *arc < 0 { -first } else { first };
            }
            let coords = polygons.iter().flatten().flatten().flat_map(|&arc| &self.arcs[position(arc)]);
            let coords: Vec<[f64; 2]> = coords.map(|coord| [coord.x, coord.y]).collect();
            let around = AABB::from_points(&coords);
            boxes.push(GeomWithData::new(Rectangle::from_aabb(around), self.shapes.len()));
            self.by_code.insert(code.clone(), self.shapes.len());
            self.shapes.push(Shape { code, around, polygons });
        }
        boxes
    }

    /// The position of a code among the shapes.
    pub fn shape(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// The code of a shape.
    pub fn code(&self, shape: usize) -> &str {
        &self.shapes[shape].code
    }

    /// Which shapes touch which.
    pub fn neighbours(&self) -> &Neighbours {
        self.neighbours.get_or_init(|| {
            let arcs =
                |shape: &Shape| shape.polygons.iter().flatten().flatten().map(|&arc| position(arc)).collect();
            Neighbours::of(&self.shapes.iter().map(arcs).collect::<Vec<_>>())
        })
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

    /// South-west and north-east corners of what has a contour among these.
    pub fn bounds<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Option<(Point, Point)> {
        let boxes = codes.into_iter().filter_map(|code| self.by_code.get(code));
        let around = boxes.map(|&shape| self.shapes[shape].around);
        let around = around.reduce(|a, b| rstar::Envelope::merged(&a, &b))?;
        let corner = |[lon, lat]: [f64; 2]| Point { lat, lon };
        Some((corner(around.lower()), corner(around.upper())))
    }

    /// Codes of the communes whose bounding boxes meet these corners', in their order.
    pub fn communes_around(&self, south_west: Point, north_east: Point) -> Vec<&str> {
        let window = AABB::from_corners([south_west.lon, south_west.lat], [north_east.lon, north_east.lat]);
        let found = self.communes.locate_in_envelope_intersecting(window);
        let mut codes: Vec<&str> = found.map(|boxed| &*self.shapes[boxed.data].code).collect();
        codes.sort_unstable();
        codes
    }

    /// The borders of these areas, each made of communes or arrondissements; what has no contour is left out, and what
    /// stands in several areas is in the first.
    pub fn mesh<'a, A: IntoIterator<Item = &'a str>>(&self, areas: impl IntoIterator<Item = A>) -> Mesh {
        let mut taken: HashSet<usize> = HashSet::new();
        let mut sides: HashMap<usize, [Option<usize>; 2]> = HashMap::new();
        for (area, codes) in areas.into_iter().enumerate() {
            let shapes = codes.into_iter().filter_map(|code| self.by_code.get(code));
            for &shape in shapes {
                if !taken.insert(shape) {
                    continue;
                }
                for &arc in self.shapes[shape].polygons.iter().flatten().flatten() {
                    sides.entry(position(arc)).or_default()[usize::from(arc < 0)] = Some(area);
                }
            }
        }
        let mut arcs: Vec<(usize, [Option<usize>; 2])> = sides.into_iter().collect();
        arcs.retain(|(_, [one, other])| one != other);
        arcs.sort_unstable_by_key(|(arc, _)| *arc);
        Mesh::of(arcs.into_iter().map(|(arc, sides)| (&*self.arcs[arc], sides)))
    }

    fn assemble(&self, shape: &Shape) -> MultiPolygon<f64> {
        let polygon = |rings: &Vec<Vec<i32>>| {
            let mut rings = rings.iter().map(|ring| self.ring(ring));
            let exterior = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
            Polygon::new(exterior, rings.collect())
        };
        MultiPolygon::new(shape.polygons.iter().map(polygon).collect())
    }

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
