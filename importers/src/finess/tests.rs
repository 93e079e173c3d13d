//! Whole files. The samples of this folder are invented; those of `../shared` are of the register.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::Compression;
use flate2::read::GzEncoder;
use maille_domain::Fields;
use maille_domain::field::{Field, Values};
use maille_domain::location::Precision;
use maille_territory::{Point, france};
use serde_json::{Value, json};

use crate::commune::point_expected;
use crate::parts::{Part, Parts};
use crate::table::ReadError;
use crate::testing::{Taken, file, shared, shared_parts, told};

const STRUCTURES: &str = include_str!("samples/structures.csv");
/// The invented files of the other flows.
const JSON: [(&str, &str); 2] = [
    ("structures.json", include_str!("samples/structures.json")),
    ("activites.json", include_str!("samples/activites.json")),
];
const XML: [(&str, &str); 3] = [
    ("etablissements.xml", include_str!("samples/etablissements.xml")),
    ("entites-juridiques.xml", include_str!("samples/entites-juridiques.xml")),
    ("equipements.xml", include_str!("samples/equipements.xml")),
];

fn read_all(text: impl AsRef<[u8]>) -> Result<Taken, ReadError> {
    super::read(&file("essai.csv", text), &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_all(text).unwrap()
}

fn fields(staged: &Taken, id: &str) -> Fields {
    let record = staged.records.iter().find(|record| record.source_id == id).unwrap();
    Fields::from_values(record.values.clone()).unwrap()
}

/// One structure with these cells.
fn structure(cells: &[(&str, &str)]) -> String {
    let written = super::etalab::STRUCTURE
        .map(|name| cells.iter().find(|(cell, _)| *cell == name).map_or("", |(_, text)| text));
    format!("finess;etalab;111;2026-05-12\nstructureet;{}\n", written.join(";"))
}

fn read_shared(name: &str) -> Option<Taken> {
    shared(&format!("finess/{name}")).map(|path| read(std::fs::read(path).unwrap()))
}

/// Several files, in this order.
fn read_files(files: &[(&str, &str)]) -> Result<Taken, ReadError> {
    let bytes = |(name, text): &(&str, &str)| Part::bytes(name, text.as_bytes().to_vec());
    super::read(&Parts::new(files.iter().map(bytes).collect()), &mut |_| {}).map(Taken::all)
}

/// What the records say, by identifier, whatever their order.
fn values(staged: &Taken) -> BTreeMap<&str, &Values> {
    staged.records.iter().map(|record| (&*record.source_id, &record.values)).collect()
}

/// The one establishment of JSON.
fn ege(ege: &Value) -> Taken {
    let file =
        json!({ "pmej": [{ "informationsGeneralesPMEJ": { "numFinessPm": "929999001" }, "ege": [ege] }] });
    read_files(&[("essai.json", &file.to_string())]).unwrap()
}

/// The one activity of an establishment, with this zone.
fn zone(zone: &Value) -> Taken {
    let place = json!({ "informationsGeneralesEGE": { "numFinessEge": "929999118", "nomEgeLong": "A" } });
    let does = json!({ "numFinessEge": "929999118", "activitesExercees": { "nature": { "codeNature": "AMF" }, "zoneIntervention": zone } });
    let structures =
        json!({ "pmej": [{ "informationsGeneralesPMEJ": { "numFinessPm": "1" }, "ege": [place] }] });
    let activities = json!({ "pmej": [{ "numFiness": "1", "ege": does }] });
    read_files(&[("a.json", &activities.to_string()), ("s.json", &structures.to_string())]).unwrap()
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
    assert!(refused(b"\x1F\x8B\x08").contains("lecture impossible"), "a .gz that is cut");
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

#[test]
fn the_json_of_everything_is_mapped() {
    let staged = read_files(&JSON).unwrap();
    insta::assert_json_snapshot!("json", values(&staged));
    insta::assert_snapshot!("json_issues", told(&staged.issues));
    // A legal person without establishment, and an establishment without number, are counted apart.
    assert_eq!((staged.counts(), staged.damaged), ((4, 3, 2), true));
    assert_eq!(
        (&*staged.rejected_ids, &*staged.skipped_ids),
        (&["929999142".into()][..], &["929999019".into()][..])
    );
    let unmapped: Vec<_> = staged.unmapped.iter().map(|code| (&*code.code, code.label.as_deref())).collect();
    assert_eq!(unmapped, [("205", Some("Foyer Club Restaurant")), ("999", None)]);
    let payload = &staged.records[0].payload;
    assert_eq!(payload["pmej"]["numFinessPm"], "929999001");
    assert_eq!(payload["activites"].as_array().map(Vec::len), Some(2));
    assert_eq!(payload["ege"]["evenement"], json!([{ "codeEvenement": "003" }]));
}

#[test]
fn the_xml_of_everything_is_mapped() {
    let staged = read_files(&XML).unwrap();
    insta::assert_json_snapshot!("xml", values(&staged));
    insta::assert_snapshot!("xml_issues", told(&staged.issues));
    assert_eq!((staged.counts(), staged.damaged), ((2, 2, 0), true));
    assert_eq!(staged.rejected_ids, ["929999183"]);
    assert_eq!(staged.records[0].payload["structureej"]["rslongue"], "CCAS DE LA COMMUNE INVENTEE");
}

#[test]
fn the_order_of_files_means_nothing() {
    for files in [&JSON[..], &XML[..]] {
        let mut turned = files.to_vec();
        turned.reverse();
        let (one, other) = (read_files(files).unwrap(), read_files(&turned).unwrap());
        assert_eq!(values(&one), values(&other));
        assert_eq!(one.counts(), other.counts());
        let twice = read_files(&[files, files].concat()).unwrap();
        assert_eq!(values(&one), values(&twice), "the same file twice says the same");
    }
}

#[test]
fn a_flow_is_completed_by_files_of_another_and_told_by_what_it_holds() {
    let csv = structure(&[
        ("nofinesset", "929999167"),
        ("nofinessej", "929999035"),
        ("rs", "A"),
        ("commune", "050"),
        ("departement", "92"),
    ]);
    let mut compressed = Vec::new();
    GzEncoder::new(XML[1].1.as_bytes(), Compression::fast()).read_to_end(&mut compressed).unwrap();
    let people = Part::bytes("sans-nom", compressed);
    let parts = Parts::new(vec![people, Part::bytes("a.txt", csv.into_bytes())]);
    let staged = super::read(&parts, &mut |_| {}).map(Taken::all).unwrap();
    assert_eq!(staged.fields("929999167").organization.as_deref(), Some("CCAS de la Commune Inventee"));
    assert_eq!((staged.counts(), staged.issues.len()), ((1, 0, 0), 0));
}

#[test]
fn what_describes_establishments_makes_none() {
    for files in [&JSON[1..], &XML[1..2], &XML[2..], &XML[1..]] {
        let error = read_files(files).map(|staged| staged.counts()).unwrap_err().to_string();
        assert!(error.contains("sans les établissements") && error.contains("un dossier"), "{error}");
    }
    for text in ["{\"entry\":[{\"a\":1}]}", "[]", "{}", "[1,2]"] {
        let error =
            read_files(&[("autre.json", text)]).map(|staged| staged.counts()).unwrap_err().to_string();
        assert!(error.contains("aucun établissement"), "{text}: {error}");
    }
    let error = read_files(&[("a.html", "<html></html>")]).map(|staged| staged.counts()).unwrap_err();
    assert!(error.to_string().contains("<html>"), "{error}");
}

#[test]
fn an_establishment_of_several_flows_counts_once() {
    let csv = |date| {
        structure(&[
            ("nofinesset", "929999118"),
            ("rs", "DU CSV"),
            ("commune", "050"),
            ("departement", "92"),
            ("datemaj", date),
        ])
    };
    for (date, name) in [
        ("2020-01-01", "Service de Soins Infirmiers à Domicile Invente"),
        ("2021-10-18", "Service de Soins Infirmiers à Domicile Invente"),
        ("2022-01-01", "DU CSV"),
    ] {
        let csv = csv(date);
        let mut files = [("a.csv", &*csv), JSON[0]];
        for _ in 0..2 {
            let staged = read_files(&files).unwrap();
            assert_eq!(staged.fields("929999118").name.to_lowercase(), name.to_lowercase(), "{date}");
            let said = staged.issues.iter().filter(|issue| issue.found.contains("plusieurs flux")).count();
            assert_eq!((staged.records.len(), said), (4, 1));
            files.reverse();
        }
    }
}

#[test]
fn degrees_are_where_the_flow_put_them() {
    let at = |x: &str, y: &str, lat: &str, lon: &str| {
        let staged = ege(&json!({
            "informationsGeneralesEGE": { "numFinessEge": "929999118", "nomEgeLong": "A" },
            "adresse": [{ "cogCommune": "06088", "coordonneesGeographique": {
                "coordonneeX": x, "coordonneeY": y, "directionLatitude": lat, "directionLongitude": lon, "scoreBAN": "0.71",
            } }],
        }));
        (staged.fields("929999118").location.unwrap(), staged.issues.len())
    };
    for (x, y, lat, lon) in [
        ("7.254944", "43.697073", "N", "E"),
        ("6299000.1", "1043000.2", "43.697073", "7.254944"),
        ("7.254944", "43.697073", "6299000.1", "1043000.2"),
    ] {
        let (location, issues) = at(x, y, lat, lon);
        assert_eq!(
            (location.lat, location.lon, location.precision, issues),
            (43.697_073, 7.254_944, Precision::Address, 0)
        );
    }
    let (location, issues) = at("1043000.2", "6299000.1", "N", "E");
    assert_eq!(
        (location.precision, issues),
        (Precision::Commune, 1),
        "metres, in a projection that is not said"
    );
    assert_eq!(at("", "", "N", "E").1, 0);
}

#[test]
fn a_postal_code_that_is_a_code_of_a_commune_too_is_told() {
    let staged = |line: &str| {
        ege(&json!({
            "informationsGeneralesEGE": { "numFinessEge": "929999118", "nomEgeLong": "A" },
            "adresse": [{ "cogCommune": "59650", "ligneAcheminement": line }],
        }))
    };
    let doubtful = staged("59650 VILLENEUVE D ASCQ");
    assert_eq!(fields(&doubtful, "929999118").commune.as_deref(), Some("59650"));
    let told = told(&doubtful.issues);
    assert!(told.contains("« 59650 VILLENEUVE D ASCQ » attendu : le code de Villeneuve-d'Ascq (59009), ou le nom de Wattrelos"), "{told}");
    assert!(told.contains("le code est suivi : Wattrelos (59650)"), "{told}");
    assert_eq!(staged("59150 WATTRELOS").issues.len(), 0);
}

#[test]
fn a_small_file_that_is_cut_is_said_to_be() {
    let whole = json!({ "pmej": [{ "informationsGeneralesPMEJ": { "numFinessPm": "929999001" },
        "ege": [{ "informationsGeneralesEGE": { "numFinessEge": "929999118", "nomEgeLong": "A" } }] }] });
    let whole = whole.to_string();
    assert_eq!(read(&whole).counts(), (1, 0, 0));
    for length in 1..whole.len() - 3 {
        let error = read_all(&whole[..length]).unwrap_err().to_string();
        assert!(error.contains("tronqué"), "{} : {error}", &whole[..length]);
    }
}

#[test]
fn a_number_that_is_there_twice_is_told() {
    let ege = |name: &str, day: &str| json!({ "informationsGeneralesEGE": { "numFinessEge": "929999118", "nomEgeLong": name }, "dateDerniereMaj": day });
    for (first, second, told_as, name) in [
        (ege("Aa", "2026-01-01"), ege("Aa", "2026-01-01"), None, "Aa"),
        (
            ege("Aa", "2026-01-01"),
            ege("Bb", "2026-01-01"),
            Some("« 929999118 » attendu : une fois chaque identifiant ; celle-ci, la dernière, compte"),
            "Bb",
        ),
        (
            ege("Aa", "2026-01-02"),
            ege("Bb", "2026-01-01"),
            Some(
                "« 1 fiche présente plusieurs fois : 929999118 » attendu : une fois chaque identifiant ; la plus récente compte",
            ),
            "Aa",
        ),
    ] {
        let file = json!({ "pmej": [{ "informationsGeneralesPMEJ": { "numFinessPm": "929999001" }, "ege": [first, second] }] });
        let staged = read(file.to_string());
        let told = told(&staged.issues);
        assert_eq!(told.contains("chaque identifiant"), told_as.is_some(), "{told}");
        assert!(told.contains(told_as.unwrap_or_default()), "{told}");
        assert_eq!(staged.fields("929999118").name, name);
    }
}

#[test]
fn what_closed_is_said_to_be() {
    let closed = |state: Value, date: &str| {
        let staged = ege(&json!({
            "informationsGeneralesEGE": { "numFinessEge": "929999118", "nomEgeLong": "A", "dateFermeture": date },
            "etatObjet": state,
        }));
        (staged.fields("929999118").status.code(), staged.issues.len())
    };
    assert_eq!(closed(json!("A"), ""), ("ouvert", 0));
    assert_eq!(closed(json!("I"), ""), ("ferme", 0));
    assert_eq!(closed(json!({ "code": "I" }), "2019-01-01"), ("ferme", 0));
    assert_eq!(closed(Value::Null, "2019-01-01"), ("ferme", 0));
    // The state is the register's own conclusion: some are active long after a date.
    assert_eq!(closed(json!("A"), "2019-01-01"), ("ouvert", 1));
}

#[test]
fn a_zone_is_read_in_every_shape() {
    let expected = json!(["commune:92025", "commune:92050"]);
    for written in [
        json!(["92050", "92025"]),
        json!([{ "cogCommune": "92025" }, { "cogCommune": "92050" }]),
        json!({ "libelleZI": "Deux", "communeZI": [{ "commune": "92050" }, { "commune": "92025" }] }),
        json!([{ "communeZI": { "commune": "92050" } }, { "communeZI": { "commune": "92025" } }]),
        json!("92050, 92025"),
        json!({ "code": ["92025", 92050, 92050.0] }),
    ] {
        assert_eq!(zone(&written).records[0].values[&Field::Coverage], expected, "{written}");
    }
    for silent in [Value::Null, json!({}), json!([]), json!({ "libelleZI": "Partout" })] {
        assert!(!zone(&silent).records[0].values.contains_key(&Field::Coverage), "{silent}");
    }
    let staged = zone(&json!(["92000", "9205", "93059"]));
    // A commune that was merged is followed; a postal code is none.
    assert_eq!(staged.records[0].values[&Field::Coverage], json!(["commune:09205", "commune:93066"]));
    assert_eq!(staged.issues.len(), 1, "{}", told(&staged.issues));
}

#[test]
fn natures_are_read_under_their_own_key_too() {
    let item = json!({
        "natureAMSR": {
            "caracteristiquesGeneriques": { "etatObjet": { "code": "A" } },
            "caracteristiquesSpecifiquesAMSR": { "activiteSocialeRegulee": "469" },
            "zoneIntervention": ["92050"],
        },
        "natureEML": null,
        "natureAMF": { "caracteristiquesGeneriques": { "etatObjet": "I" } },
    });
    let kept = super::activities::of_item(&item);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["zoneIntervention"], json!(["92050"]));
    assert_eq!(kept[0]["codeNature"], "AMSR");
}

#[test]
fn a_cut_file_of_any_flow_withdraws_nothing() {
    for (name, text) in [JSON[0], XML[0]] {
        let cut = &text[..text.len() * 19 / 20];
        let cut = &cut[..cut.rfind('\n').unwrap()];
        let staged = read_files(&[(name, cut)]).unwrap();
        assert!(staged.damaged, "{name}");
        assert!(
            staged.issues.iter().any(|issue| issue.expected.contains("tronqué")),
            "{}",
            told(&staged.issues)
        );
    }
}

/// Records, rejected, skipped, unmapped codes and issues of files of `../shared`.
fn shared_flows(names: &[&str]) -> Option<Taken> {
    let staged = super::read(&shared_parts(names)?, &mut |_| {}).map(Taken::all).unwrap();
    Some(staged)
}

#[test]
fn the_structures_of_the_new_flow_are_read() {
    let Some(staged) = shared_flows(&["finess/CONVERTED-finess-structures-v1.json"]) else { return };
    assert_eq!((staged.counts(), staged.damaged), ((10, 0, 1), false), "{}", told(&staged.issues));
    let unmapped: Vec<_> =
        staged.unmapped.iter().map(|code| (&*code.code, code.label.as_deref().unwrap())).collect();
    assert_eq!(
        unmapped,
        [("205", "Foyer Club Restaurant"), ("300", "Ecoles Formant aux Professions Sanitaires")]
    );
    let orangers = staged.fields("060786738");
    assert_eq!(
        (&*orangers.name, orangers.commune.as_deref()),
        ("Foyer Restaurant les Orangers", Some("06088"))
    );
    let point = Point { lat: 43.697_073, lon: 7.254_944 };
    assert!(orangers.location.unwrap().point().distance_km(point) < 0.001);
    let ssiad = staged.fields("010007961");
    assert_eq!(
        (ssiad.category.code(), ssiad.organization.as_deref()),
        ("ssiad", Some("Centre Hospitalier du Haut Bugey"))
    );
    assert_eq!(ssiad.email, ["ssiad@ch-hautbugey.fr"]);
    assert_eq!(ssiad.coverage, []);
}

#[test]
fn the_standard_flow_is_read() {
    let names = [
        "finess/flux-standard-cs1400102-etablissements.xml",
        "finess/flux-standard-cs1400101-entites-juridiques.xml",
    ];
    let Some(staged) = shared_flows(&names) else { return };
    assert_eq!((staged.counts(), staged.damaged), ((14, 0, 0), false), "{}", told(&staged.issues));
    let closed = staged.records.iter().filter(|record| record.values.contains_key(&Field::Status)).count();
    assert_eq!(closed, 5);
    let unmapped: Vec<_> = staged.unmapped.iter().map(|code| (&*code.code, code.count)).collect();
    assert_eq!(unmapped, [("300", 1), ("321", 1)]);
    let smur = staged.fields("010787190");
    assert_eq!(
        (&*smur.name, smur.organization.as_deref()),
        ("Smur Polyclinique Amberieu en Bugey", Some("Polyclinique d'Amberieu en Bugey"))
    );
    // The two flows say the same of the same establishments.
    let Some(json) = shared_flows(&["finess/CONVERTED-finess-structures-v1.json"]) else { return };
    let mut compared = 0;
    for (id, mut values) in staged.records.iter().map(|record| (&record.source_id, record.values.clone())) {
        let Some(other) = json.records.iter().find(|record| record.source_id == *id) else { continue };
        // The JSON was made without faxes and main establishments.
        if let Some(extra) = values.get_mut(&Field::Extra).and_then(Value::as_object_mut) {
            extra.retain(|name, _| name == "catégorie FINESS");
        }
        values.retain(|_, value| *value != json!({}));
        assert_eq!(values, other.values, "{id}");
        compared += 1;
    }
    assert_eq!(compared, 9);
}
