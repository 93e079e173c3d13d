//! The embedded tables: how each CSV is decoded. They are part of the program, so a broken one is a bug of the build that
//! the first test meets, not a condition of the world.

use std::io::Read;

use csv::StringRecord;
use flate2::read::GzDecoder;

use crate::area::{Departement, Epci, EpciKind, Region};
use crate::commune::{Commune, CommuneKind, Zone};
use crate::point::Point;

const COMMUNES: &[u8] = include_bytes!("../../data/gazetteer/communes.csv.gz");
const DEPARTEMENTS: &[u8] = include_bytes!("../../data/gazetteer/departements.csv");
const REGIONS: &[u8] = include_bytes!("../../data/gazetteer/regions.csv");
const EPCI: &[u8] = include_bytes!("../../data/gazetteer/epci.csv.gz");
const OTHER_NAMES: &[u8] = include_bytes!("../../data/gazetteer/noms_alternatifs.csv.gz");
const USUAL_NAMES: &[u8] = include_bytes!("../../data/gazetteer/noms_usuels.csv");
const FORMER_CODES: &[u8] = include_bytes!("../../data/gazetteer/codes_disparus.csv.gz");

/// A name that is not the current official one, and the commune that bears or holds it now.
pub(crate) struct OtherName {
    pub name: Box<str>,
    pub commune: Box<str>,
    /// A label of La Poste rather than a name that was ever official.
    pub postal_label: bool,
}

/// A name people give to an area whose official name shares no word with it.
pub(crate) struct UsualName {
    pub name: Box<str>,
    /// `epci` or `region`.
    pub kind: Box<str>,
    pub code: Box<str>,
}

/// Communes and arrondissements, by code.
pub(crate) fn communes() -> Vec<Commune> {
    let table = gunzip(COMMUNES);
    // By halves, cut at the end of a line: no cell holds one.
    let middle = table.len() / 2;
    let middle = middle + table[middle..].iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (first, second) = table.split_at(middle);
    let mut communes = std::thread::scope(|scope| {
        let second = scope.spawn(|| rows_after(false, second, commune));
        let mut communes = rows(first, commune);
        communes.append(&mut second.join().expect("the embedded communes decode"));
        communes
    });
    communes.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    communes
}

fn commune(row: &StringRecord) -> Commune {
    let centre = point(row, 7, 8);
    let town_hall = (!row[15].is_empty()).then(|| point(row, 15, 16));
    Commune {
        code: row[0].into(),
        name: row[1].into(),
        postal_codes: list(&row[2]),
        population: number(&row[3]),
        departement: row[4].into(),
        region: row[5].into(),
        epci: option(&row[6]),
        centre,
        kind: if &row[9] == "ARM" { CommuneKind::Arrondissement } else { CommuneKind::Commune },
        zone: match &row[10] {
            "metro" => Zone::Metropole,
            "drom" => Zone::OverseasDepartement,
            _ => Zone::OverseasCollectivity,
        },
        parent: option(&row[11]),
        ept: option(&row[12]),
        has_article: article(&row[14]).is_some(),
        point: town_hall.unwrap_or(centre),
        point_is_town_hall: town_hall.is_some(),
        surface_km2: row[17].parse().unwrap_or(0.0),
    }
}

/// Départements by code: the file puts the collectivities last, this order mixes them in.
pub(crate) fn departements() -> Vec<Departement> {
    let mut departements = rows(DEPARTEMENTS, |row| Departement {
        code: row[0].into(),
        name: row[1].into(),
        region: row[2].into(),
        prefecture: row[3].into(),
        article: article(&row[4]),
        population: number(&row[6]),
        communes: number(&row[7]),
        centre: point(row, 8, 9),
        bounds: (point(row, 10, 11), point(row, 12, 13)),
    });
    departements.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    departements
}

/// Regions, by code.
pub(crate) fn regions() -> Vec<Region> {
    let mut regions = rows(REGIONS, |row| Region {
        code: row[0].into(),
        name: row[1].into(),
        article: article(&row[3]),
        population: number(&row[5]),
        centre: point(row, 7, 8),
        bounds: (point(row, 9, 10), point(row, 11, 12)),
    });
    regions.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    regions
}

/// EPCI and EPT, by SIREN.
pub(crate) fn epcis() -> Vec<Epci> {
    let mut epcis = rows(&gunzip(EPCI), |row| Epci {
        code: row[0].into(),
        name: row[1].into(),
        kind: match &row[2] {
            "CA" => EpciKind::CommunauteDAgglomeration,
            "CU" => EpciKind::CommunauteUrbaine,
            "ME" => EpciKind::Metropole,
            "EPT" => EpciKind::Ept,
            _ => EpciKind::CommunauteDeCommunes,
        },
        population: number(&row[4]),
        departements: list(&row[5]),
        centre: point(row, 7, 8),
        bounds: (point(row, 9, 10), point(row, 11, 12)),
    });
    epcis.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    epcis
}

/// Former names, absorbed communes and postal labels.
pub(crate) fn other_names() -> Vec<OtherName> {
    rows(&gunzip(OTHER_NAMES), |row| OtherName {
        name: row[0].into(),
        commune: row[1].into(),
        postal_label: &row[3] == "acheminement",
    })
}

/// Names of use, written by hand.
pub(crate) fn usual_names() -> Vec<UsualName> {
    rows(USUAL_NAMES, |row| UsualName { name: row[0].into(), kind: row[1].into(), code: row[2].into() })
}

/// Former COG codes and the current one of each, sorted by former code.
pub(crate) fn former_codes() -> Vec<(Box<str>, Box<str>)> {
    let mut codes = rows(&gunzip(FORMER_CODES), |row| (row[0].into(), row[1].into()));
    codes.sort_unstable();
    codes
}

/// The whole of an embedded gzip file.
pub(crate) fn gunzip(file: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(file.len() * 4);
    GzDecoder::new(file).read_to_end(&mut bytes).expect("embedded files are whole");
    bytes
}

fn rows<T>(csv: &[u8], decode: impl Fn(&StringRecord) -> T) -> Vec<T> {
    rows_after(true, csv, decode)
}

fn rows_after<T>(headers: bool, csv: &[u8], decode: impl Fn(&StringRecord) -> T) -> Vec<T> {
    let mut reader = csv::ReaderBuilder::new().has_headers(headers).from_reader(csv);
    let mut row = StringRecord::new();
    let mut decoded = Vec::new();
    while reader.read_record(&mut row).expect("embedded tables are well formed") {
        decoded.push(decode(&row));
    }
    decoded
}

fn point(row: &StringRecord, lat: usize, lon: usize) -> Point {
    let degrees = |column: usize| row[column].parse().expect("embedded coordinates are numbers");
    Point { lat: degrees(lat), lon: degrees(lon) }
}

/// An empty population is that of the places where nobody is counted.
fn number(cell: &str) -> u32 {
    cell.parse().unwrap_or(0)
}

fn option(cell: &str) -> Option<Box<str>> {
    (!cell.is_empty()).then(|| cell.into())
}

fn list(cell: &str) -> Box<[Box<str>]> {
    cell.split(';').filter(|item| !item.is_empty()).map(Box::from).collect()
}

/// The article of INSEE's code of the type of name (`tncc`): 0 and 1 say there is none before the name.
fn article(tncc: &str) -> Option<&'static str> {
    match tncc {
        "2" => Some("le"),
        "3" => Some("la"),
        "4" => Some("les"),
        "5" => Some("l'"),
        "6" => Some("aux"),
        "7" => Some("las"),
        "8" => Some("los"),
        _ => None,
    }
}
