//! Whole files. The samples of this folder are invented; those of `../shared` are of the register.

use maille_domain::Fields;
use maille_domain::field::Field;
use maille_domain::location::Precision;
use maille_territory::{Point, france};
use proptest::prelude::*;
use serde_json::json;

use crate::commune::point_expected;
use crate::staged::Staged;
use crate::table::ReadError;
use crate::testing::{shared, told};

const STRUCTURES: &str = include_str!("samples/structures.csv");

fn read_all(text: impl AsRef<[u8]>) -> Result<Staged, ReadError> {
    super::read("essai.csv", text.as_ref(), &mut |_| {})
}

fn read(text: impl AsRef<[u8]>) -> Staged {
    read_all(text).unwrap()
}

fn fields(staged: &Staged, id: &str) -> Fields {
    let record = staged.records.iter().find(|record| record.source_id == id).unwrap();
    Fields::from_values(record.values.clone()).unwrap()
}

/// One structure with these cells.
fn structure(cells: &[(&str, &str)]) -> String {
    let written = super::register::STRUCTURE
        .map(|name| cells.iter().find(|(cell, _)| *cell == name).map_or("", |(_, text)| text));
    format!("finess;etalab;111;2026-05-12\nstructureet;{}\n", written.join(";"))
}

fn read_shared(name: &str) -> Option<Staged> {
    shared(&format!("finess/{name}")).map(|path| read(std::fs::read(path).unwrap()))
}

#[test]
fn a_file_of_everything_is_mapped() {
    let staged = read(STRUCTURES);
    let records =
        staged.records.iter().map(|record| json!({ "id": record.source_id, "values": record.values }));
    insta::assert_json_snapshot!("mapped", records.collect::<Vec<_>>());
    insta::assert_snapshot!("issues", told(&staged.issues));
    assert_eq!((staged.records.len(), staged.rejected, staged.skipped), (8, 3, 0));
    assert_eq!(staged.rejected_ids, ["929999068", "939999082"]);
    assert!(staged.damaged, "a structure without a readable number may be any of them");
    let unmapped: Vec<_> = staged.unmapped.iter().map(|code| (&*code.code, code.count)).collect();
    assert_eq!(unmapped, [("241", 1), ("462", 1)]);
    assert_eq!(
        staged.records[1].payload,
        json!({ "structureet": {
            "nofinesset": "19999028", "rs": "LIEU DE VIE \"L'EXEMPLE\"", "numvoie": "4", "typvoie": "R",
            "voie": "DES INVENTIONS", "compvoie": "B", "commune": "4", "departement": "1", "libdepartement": "AIN",
            "ligneacheminement": "1500 AMBERIEU EN BUGEY", "telephone": "199000003", "categetab": "462",
            "libcategetab": "Lieux de Vie et d'Accueil", "categagretab": "4605", "libcategagretab": "Multi-clientèles",
            "datemaj": "2019-02-15",
        } })
    );
}

#[test]
fn what_is_no_register_is_named() {
    let refused = |text: &[u8]| read_all(text).unwrap_err().to_string();
    assert!(refused(b"").contains("fichier vide"));
    assert!(refused(b"PK\x03\x04\x14\0").contains("XLSX"));
    assert!(refused(b"\x1F\x8B\x08").contains("gzip"));
    let error = refused(b"id;name;category\na;b;c\n");
    assert!(error.contains("« id »") && error.contains("finess;etalab"), "{error}");
    let only = read("finess;etalab;111;2026-05-12\n");
    assert_eq!((only.records.len(), only.issues.len()), (0, 1));
    let headless = STRUCTURES.split_once('\n').unwrap().1;
    assert_eq!(read(headless).records.len(), 8, "the first line may be missing");
}

#[test]
fn windows_1252_is_converted_and_said() {
    let text = structure(&[
        ("nofinesset", "019999010"),
        ("rs", "HÔPITAL DE L’ÉTÉ"),
        ("commune", "053"),
        ("departement", "01"),
    ]);
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let staged = read(latin);
    assert_eq!(fields(&staged, "019999010").name, "Hôpital de l’Été");
    assert!(staged.issues[0].expected.contains("Windows-1252"));
    assert_eq!(staged.issues.len(), 1);
}

#[test]
fn a_truncated_file_withdraws_nothing() {
    let whole =
        structure(&[("nofinesset", "019999010"), ("rs", "A"), ("commune", "053"), ("departement", "01")]);
    assert!(!read(&whole).damaged && !read(whole.trim_end()).damaged);
    for cut in ["struct", "structureet;019999028;;B", "structureet;0100"] {
        let staged = read(format!("{whole}{cut}"));
        assert_eq!((staged.records.len(), staged.damaged), (1, true), "{cut}");
    }
    let almost = whole.trim_end().strip_suffix(';').unwrap();
    assert!(read(almost).damaged, "only the last cell is missing");
}

#[test]
fn a_score_says_how_well_a_point_is_known() {
    let whole =
        structure(&[("nofinesset", "019999010"), ("rs", "A"), ("commune", "053"), ("departement", "01")]);
    for (score, precision) in [
        ("100", Precision::Address),
        ("70", Precision::Address),
        ("69.9", Precision::Commune),
        ("", Precision::Commune),
    ] {
        let point = format!(
            "geolocalisation;019999010;871000;6570000;1,ATLASANTE,{score},BAN,LAMBERT_93;2020-03-06\n"
        );
        let location = fields(&read(whole.clone() + &point), "019999010").location.unwrap();
        assert_eq!(location.precision, precision, "{score}");
        assert!((location.lat - 46.208).abs() < 0.001, "{location:?}");
    }
}

#[test]
fn only_the_extracts_own_structures_are_counted() {
    let Some(staged) = read_shared("etalab-cs1100502-extract-20260512.csv") else { return };
    assert_eq!((staged.records.len(), staged.rejected, staged.skipped, staged.damaged), (14, 0, 0, false));
    let unmapped: Vec<_> = staged.unmapped.iter().map(|code| (&*code.code, code.count)).collect();
    assert_eq!(unmapped, [("146", 1), ("241", 1), ("462", 1), ("699", 1)]);
    assert!(staged.unmapped.iter().all(|code| code.system == "finess" && code.label.is_some()));
    let communes: Vec<_> =
        staged.records.iter().map(|record| record.values[&Field::Commune].as_str().unwrap()).collect();
    assert_eq!(
        communes,
        [
            "01451", "97701", "97801", "97801", "97207", "97302", "97411", "97410", "97408", "97606",
            "97610", "98613", "97302", "97209"
        ]
    );
    let first = fields(&staged, "010000024");
    assert_eq!(first.name, "Centre Hospitalier de Bourg-en-Bresse Fleyriat");
    assert_eq!((first.category.code(), first.address.as_deref()), ("hopital", Some("900 route de Paris")));
    assert_eq!(first.siret.as_deref(), Some("26010004500012"));
    assert_eq!((first.verified_on, first.organization), (None, None));
    assert_eq!(first.location.unwrap().precision, Precision::Commune);
    assert_eq!(fields(&staged, "980501506").name, "Lieu de Vie et d'Accueil \"Mavouna Mema 1\"");
    assert_eq!(fields(&staged, "970405767").extra["catégorie FINESS"], "241 Etablissement de Placement");
}

#[test]
fn points_follow_their_structures() {
    let Some(staged) = read_shared("etalab-cs1100507-geoloc-extract-2016.csv") else { return };
    assert_eq!((staged.records.len(), staged.rejected, staged.skipped, staged.unmapped.len()), (3, 0, 0, 0));
    for record in &staged.records {
        let fields = Fields::from_values(record.values.clone()).unwrap();
        assert_eq!((fields.category.code(), fields.commune.as_deref()), ("pharmacie", Some("01004")));
        let location = fields.location.unwrap();
        assert_eq!(location.precision, Precision::Address);
        assert_eq!(&*france().commune_at(location.lat, location.lon).unwrap().code, "01004");
    }
    assert_eq!(fields(&staged, "010002335").name, "Pharmacie de Flaugergues");
}

/// 1 114 hospitals whose points Eurostat publishes in WGS 84.
#[test]
fn a_thousand_points_are_in_their_commune() {
    let Some(staged) = read_shared("RECONSTRUCTED-etalab-cs1100507-hospitals.csv") else { return };
    assert_eq!((staged.records.len(), staged.rejected, staged.skipped, staged.damaged), (1114, 0, 0, false));
    let mut outside = 0;
    for record in &staged.records {
        let fields = Fields::from_values(record.values.clone()).unwrap();
        let commune = france().commune(fields.commune.as_deref().unwrap()).unwrap();
        outside += u64::from(point_expected(commune, fields.location.unwrap().point()).is_some());
    }
    let said = staged.issues.iter().filter(|issue| issue.field.as_deref() == Some("coordxet")).count();
    assert_eq!((outside, said), (5, 5), "{}", told(&staged.issues));
    let published =
        std::fs::File::open(shared("finess/eurostat-hospitals-FR-10-departements.csv").unwrap()).unwrap();
    let mut compared = 0;
    for row in csv::Reader::from_reader(published).records().map(Result::unwrap) {
        let id = format!("{:0>9}", &row[0]);
        let (Ok(lat), Ok(lon)) = (row[3].parse(), row[4].parse()) else { continue };
        if staged.records.iter().any(|record| record.source_id == id) {
            let km = fields(&staged, &id).location.unwrap().point().distance_km(Point { lat, lon });
            assert!(km < 0.01, "{id}: {km} km");
            compared += 1;
        }
    }
    assert!(compared > 1_000, "{compared} compared");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_mutated_file_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3, any::<u8>()), 1..12),
    ) {
        let mut text = STRUCTURES.as_bytes().to_vec();
        for (index, change, byte) in changes {
            if text.is_empty() {
                break;
            }
            let at = index.index(text.len());
            match change {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ if byte < 16 => text.truncate(at.max(1)),
                _ => { text.remove(at); }
            }
        }
        if let Ok(staged) = read_all(&text) {
            for record in &staged.records {
                prop_assert!(Fields::from_values(record.values.clone()).is_ok());
                prop_assert!(!staged.rejected_ids.contains(&record.source_id));
            }
            prop_assert!(staged.rejected as usize <= staged.issues.len());
        }
    }
}
