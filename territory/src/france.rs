//! The embedded country: what is asked by code.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex};

use crate::area::{Departement, Epci, Region};
use crate::commune::{Commune, CommuneKind, Zone};
use crate::contours::CONTOURS;
use crate::mesh::Mesh;
use crate::names::Names;
use crate::place::{Place, PlaceKind};
use crate::point::Point;
use crate::rank::Ranked;
use crate::tables;

/// Beyond this distance of every commune without contour, a point is at sea or abroad.
const REACH_WITHOUT_CONTOUR_KM: f64 = 30.0;

static FRANCE: LazyLock<France> = LazyLock::new(France::load);

/// France as the program carries it: names and codes decoded at the first call, contours at the first need of them.
pub fn france() -> &'static France {
    &FRANCE
}

/// Communes, EPCI, départements and régions, with what finds them.
pub struct France {
    communes: Vec<Commune>,
    /// Their codes as numbers, in the same order.
    codes: Vec<u64>,
    departements: Vec<Departement>,
    regions: Vec<Region>,
    epcis: Vec<Epci>,
    /// Former code, current code; sorted.
    former_codes: Vec<(Box<str>, Box<str>)>,
    /// Positions in `communes`, most populous first.
    postal_codes: HashMap<Box<str>, Vec<usize>>,
    pub(crate) names: Names,
    /// What texts of a letter or two name, once asked.
    pub(crate) short: Mutex<HashMap<String, Arc<Ranked>>>,
}

impl France {
    fn load() -> France {
        // Two threads: a visitor may be waiting for the first answer of a process that just started.
        let (communes, others, usual, former_codes) = std::thread::scope(|scope| {
            let communes = scope.spawn(tables::communes);
            let others = (tables::other_names(), tables::usual_names(), tables::former_codes());
            (communes.join().expect("the embedded communes decode"), others.0, others.1, others.2)
        });
        let departements = tables::departements();
        let regions = tables::regions();
        let epcis = tables::epcis();
        let (names, postal_codes) = std::thread::scope(|scope| {
            let postal_codes = scope.spawn(|| postal_codes(&communes));
            let names = Names::index(&communes, &departements, &regions, &epcis, others, usual);
            (names, postal_codes.join().expect("postal codes are those of the communes"))
        });
        let codes = communes.iter().filter_map(|commune| code_number(&commune.code)).collect();
        France {
            communes,
            codes,
            departements,
            regions,
            epcis,
            former_codes,
            postal_codes,
            names,
            short: Mutex::default(),
        }
    }

    /// Every commune and municipal arrondissement, by code.
    pub fn communes(&self) -> &[Commune] {
        &self.communes
    }

    /// Every département and overseas collectivity, by code.
    pub fn departements(&self) -> &[Departement] {
        &self.departements
    }

    /// Every region and overseas collectivity, by code.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Every EPCI and EPT, by SIREN.
    pub fn epcis(&self) -> &[Epci] {
        &self.epcis
    }

    /// The commune or arrondissement of a current COG code; former codes answer nothing here.
    pub fn commune(&self, code: &str) -> Option<&Commune> {
        self.commune_position(code).map(|position| &self.communes[position])
    }

    /// The commune of a COG code, current or former: a commune that was merged or renumbered gives the one it became.
    pub fn current_commune(&self, code: &str) -> Option<&Commune> {
        self.commune(code).or_else(|| {
            let position = self.former_codes.binary_search_by(|(former, _)| (**former).cmp(code)).ok()?;
            self.commune(&self.former_codes[position].1)
        })
    }

    /// The communes a postal code serves, most populous first. In Paris, Lyon and Marseille the arrondissement, never the
    /// whole city, save for `75000`, `69000` and `13000`, which people write and La Poste does not know.
    pub fn communes_of_postal_code(&self, postal_code: &str) -> Vec<&Commune> {
        self.postal_positions(postal_code).iter().map(|&position| &self.communes[position]).collect()
    }

    /// The département (or overseas collectivity) of a code: `92`, `2A`, `974`.
    pub fn departement(&self, code: &str) -> Option<&Departement> {
        by_code(&self.departements, code, |departement| &departement.code)
            .map(|position| &self.departements[position])
    }

    /// The region of a code: `11`, `04`.
    pub fn region(&self, code: &str) -> Option<&Region> {
        by_code(&self.regions, code, |region| &region.code).map(|position| &self.regions[position])
    }

    /// The EPCI or EPT of a SIREN.
    pub fn epci(&self, code: &str) -> Option<&Epci> {
        by_code(&self.epcis, code, |epci| &epci.code).map(|position| &self.epcis[position])
    }

    /// The communes of a département, a region, an EPCI or an EPT, by code; the arrondissements of a city. A commune without
    /// arrondissements and an arrondissement are themselves; a territory, known elsewhere, gives nothing.
    pub fn communes_of(&self, kind: PlaceKind, code: &str) -> Vec<&Commune> {
        let is = |field: &Option<Box<str>>| field.as_deref() == Some(code);
        let whole = |commune: &&Commune| commune.kind == CommuneKind::Commune;
        let communes = self.communes.iter();
        match kind {
            PlaceKind::Departement => {
                communes.filter(whole).filter(|commune| *commune.departement == *code).collect()
            }
            PlaceKind::Region => communes.filter(whole).filter(|commune| *commune.region == *code).collect(),
            PlaceKind::Epci => {
                communes.filter(whole).filter(|commune| is(&commune.epci) || is(&commune.ept)).collect()
            }
            PlaceKind::Commune | PlaceKind::Arrondissement => {
                let arrondissements: Vec<_> = communes.filter(|commune| is(&commune.parent)).collect();
                if arrondissements.is_empty() {
                    self.commune(code).into_iter().collect()
                } else {
                    arrondissements
                }
            }
            PlaceKind::Territory => Vec::new(),
        }
    }

    /// The place of a kind and a code. Former commune codes are followed: `matched` then holds the code that was asked.
    pub fn place(&self, kind: PlaceKind, code: &str) -> Option<Place> {
        match kind {
            PlaceKind::Commune | PlaceKind::Arrondissement => {
                let commune = self.current_commune(code)?;
                let position = self.commune_position(&commune.code)?;
                let matched = (*commune.code != *code).then(|| code.to_owned());
                Some(self.place_at(Entry::commune(commune, position), matched))
            }
            PlaceKind::Departement => {
                let position = by_code(&self.departements, code, |departement| &departement.code)?;
                Some(self.place_at(Entry { kind, position }, None))
            }
            PlaceKind::Region => {
                let position = by_code(&self.regions, code, |region| &region.code)?;
                Some(self.place_at(Entry { kind, position }, None))
            }
            PlaceKind::Epci => {
                let position = by_code(&self.epcis, code, |epci| &epci.code)?;
                Some(self.place_at(Entry { kind, position }, None))
            }
            PlaceKind::Territory => None,
        }
    }

    /// The commune of a point: by contour, then the arrondissement inside Paris, Lyon and Marseille. Contours are good to 100
    /// or 200 m: near a border, the commune of an address is surer. The overseas collectivities have no contour: there, the
    /// nearest commune within 30 km. Nothing abroad, at sea, or for what is no position.
    pub fn commune_at(&self, lat: f64, lon: f64) -> Option<&Commune> {
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            return None;
        }
        let Some(code) = CONTOURS.commune_at(lat, lon) else {
            return self.nearest_without_contour(Point { lat, lon });
        };
        // The arrondissement must be one of this city: the two sets of contours were simplified apart.
        CONTOURS
            .arrondissement_at(lat, lon)
            .and_then(|arrondissement| self.commune(arrondissement))
            .filter(|arrondissement| arrondissement.parent.as_deref() == Some(code))
            .or_else(|| self.commune(code))
    }

    /// The outline of a commune or an arrondissement, `x` the longitude and `y` the latitude, simplified to about 100 m. None
    /// for the overseas collectivities.
    pub fn outline(&self, code: &str) -> Option<geo::MultiPolygon<f64>> {
        CONTOURS.outline(code)
    }

    /// South-west and north-east corners of the outlines of these communes and arrondissements; `None` when none has any.
    pub fn bounds<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Option<(Point, Point)> {
        CONTOURS.bounds(codes)
    }

    /// The communes whose outlines may be seen between these corners, by code; never an arrondissement.
    pub fn communes_around(&self, south_west: Point, north_east: Point) -> Vec<&Commune> {
        let codes = CONTOURS.communes_around(south_west, north_east);
        codes.into_iter().filter_map(|code| self.commune(code)).collect()
    }

    /// The borders of areas, each made of communes or arrondissements, by code. Areas are numbered in their order. What
    /// stands in several is in the first; a city and its arrondissements come from two sets of outlines, simplified apart,
    /// and belong in no mesh together.
    pub fn mesh<'a, A: IntoIterator<Item = &'a str>>(&self, areas: impl IntoIterator<Item = A>) -> Mesh {
        CONTOURS.mesh(areas)
    }

    /// The borders of the départements, numbered as [`France::departements`], to about 150 m: for a map of several.
    pub fn departement_mesh(&self) -> &'static Mesh {
        static MESH: LazyLock<Mesh> = LazyLock::new(|| {
            let france = france();
            let mut areas: Vec<Vec<&str>> = vec![Vec::new(); france.departements.len()];
            for commune in france.communes.iter().filter(|commune| commune.kind == CommuneKind::Commune) {
                if let Some(area) = by_code(&france.departements, &commune.departement, |found| &found.code) {
                    areas[area].push(&commune.code);
                }
            }
            CONTOURS.mesh(areas).simplified(0.0015)
        });
        &MESH
    }

    fn nearest_without_contour(&self, point: Point) -> Option<&Commune> {
        self.communes
            .iter()
            .filter(|commune| commune.zone == Zone::OverseasCollectivity)
            .map(|commune| (commune.point.distance_km(point), commune))
            .filter(|(distance, _)| *distance <= REACH_WITHOUT_CONTOUR_KM)
            .min_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, commune)| commune)
    }

    pub(crate) fn commune_position(&self, code: &str) -> Option<usize> {
        self.codes.binary_search(&code_number(code)?).ok()
    }

    pub(crate) fn postal_positions(&self, postal_code: &str) -> &[usize] {
        self.postal_codes.get(postal_code).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn place_at(&self, entry: Entry, matched: Option<String>) -> Place {
        let (code, name, population, point) = match entry.kind {
            PlaceKind::Departement => {
                let departement = &self.departements[entry.position];
                (&departement.code, &departement.name, departement.population, departement.centre)
            }
            PlaceKind::Region => {
                let region = &self.regions[entry.position];
                (&region.code, &region.name, region.population, region.centre)
            }
            PlaceKind::Epci => {
                let epci = &self.epcis[entry.position];
                (&epci.code, &epci.name, epci.population, epci.centre)
            }
            PlaceKind::Commune | PlaceKind::Arrondissement | PlaceKind::Territory => {
                let commune = &self.communes[entry.position];
                (&commune.code, &commune.name, commune.population, commune.point)
            }
        };
        let departement = match entry.kind {
            PlaceKind::Departement | PlaceKind::Region => None,
            _ => match self.departements_of(entry) {
                [departement] => Some(departement.to_string()),
                _ => None,
            },
        };
        Place {
            kind: entry.kind,
            code: code.to_string(),
            name: name.to_string(),
            departement,
            population,
            point: Some(point),
            matched,
        }
    }

    /// Codes of the départements an entry lies in; a region gives none, nobody places a region by its département.
    pub(crate) fn departements_of(&self, entry: Entry) -> &[Box<str>] {
        match entry.kind {
            PlaceKind::Epci => &self.epcis[entry.position].departements,
            PlaceKind::Departement => std::slice::from_ref(&self.departements[entry.position].code),
            PlaceKind::Region => &[],
            _ => std::slice::from_ref(&self.communes[entry.position].departement),
        }
    }
}

/// A place by its position in the table of its kind; communes and arrondissements share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub kind: PlaceKind,
    pub position: usize,
}

impl Entry {
    pub fn commune(commune: &Commune, position: usize) -> Entry {
        let kind = match commune.kind {
            CommuneKind::Commune => PlaceKind::Commune,
            CommuneKind::Arrondissement => PlaceKind::Arrondissement,
        };
        Entry { kind, position }
    }
}

/// A COG code as a number, in the order of codes: compared without following a pointer. All have five characters.
fn code_number(code: &str) -> Option<u64> {
    let code: [u8; 5] = code.as_bytes().try_into().ok()?;
    Some(code.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

fn by_code<T>(table: &[T], code: &str, key: impl Fn(&T) -> &str) -> Option<usize> {
    table.binary_search_by(|row| key(row).cmp(code)).ok()
}

fn postal_codes(communes: &[Commune]) -> HashMap<Box<str>, Vec<usize>> {
    let cities: HashSet<&str> = communes.iter().filter_map(|commune| commune.parent.as_deref()).collect();
    let mut index: HashMap<Box<str>, Vec<usize>> = HashMap::with_capacity(6_400);
    for (position, commune) in communes.iter().enumerate() {
        if cities.contains(&*commune.code) {
            index.insert(format!("{}000", commune.departement).into(), vec![position]);
            continue;
        }
        for postal_code in &commune.postal_codes {
            index.entry(postal_code.clone()).or_default().push(position);
        }
    }
    for positions in index.values_mut() {
        positions.sort_by_key(|&position| std::cmp::Reverse(communes[position].population));
    }
    index
}
