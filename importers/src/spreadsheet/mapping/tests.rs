//! Mappings, good and bad, and the rows read by them. All are invented.

use maille_domain::Fields;
use maille_domain::field::Field;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::json;

use super::Mapping;
use crate::testing::{Taken, told};

const MAPPING: &str = include_str!("samples/table.toml");
const ROWS: &str = include_str!("samples/tableau.csv");

fn parsed(text: &str) -> Mapping {
    Mapping::parse("table.toml", text).unwrap()
}

fn read(text: impl AsRef<[u8]>, mapping: &Mapping) -> Taken {
    let staged = crate::csv::read("tableau.csv", text.as_ref(), Some(mapping), &mut |_| {}).unwrap();
    Taken::all(Box::new(staged))
}

/// One row `1` of a file, whose column `x` is a field: settings come before the columns of the mapping, tables after.
fn one(settings: &str, field: &str, tables: &str, cell: &str) -> Taken {
    let mapping = format!(
        "{settings}\n[columns]\n\"Numéro\" = \"id\"\n\"Intitulé\" = \"name\"\n\"x\" = \"{field}\"\n{tables}"
    );
    let (mut header, mut row) = (vec!["Numéro", "Intitulé", "x"], vec!["1", "Équipe", cell]);
    if field != "category" {
        header.push("category");
        row.push("emg");
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    writer.write_record(row).unwrap();
    read(writer.into_inner().unwrap(), &parsed(&mapping))
}

#[test]
fn a_spreadsheet_of_anybody_goes_in() {
    let taken = read(ROWS, &parsed(MAPPING));
    assert_eq!(taken.counts(), (4, 1, 0), "{}", told(&taken.issues));
    insta::assert_json_snapshot!("records", taken.records);
    insta::assert_snapshot!("issues", told(&taken.issues));
    let unmapped: Vec<_> = taken.unmapped.iter().map(|one| (&*one.system, &*one.code, one.count)).collect();
    assert_eq!(unmapped, [("Type", "Bibliothèque de rue", 2)]);
}

#[test]
fn the_example_of_the_guide_can_be_followed() {
    let guide = include_str!("../../../../docs/correspondance.md");
    let example = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    parsed(example);
}

#[test]
fn several_columns_are_one_field_of_several_values() {
    let mapping = "[columns]\nid = \"id\"\nname = \"name\"\n\"Tél 2\" = \"phone\"\n\"Tel 1\" = \"phone\"\n[constants]\ncategory = \"emg\"\n";
    let taken = read("id,name,tel 1,TEL 2,phone\na,Équipe,15,3114 | 15,0199000011\n", &parsed(mapping));
    assert_eq!(
        taken.records[0].values[&Field::Phone],
        json!(["15", "3114", "+33199000011"]),
        "in the order of the file"
    );
    assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
}

#[test]
fn a_title_of_the_format_is_read_as_such_unless_the_mapping_says_otherwise() {
    let mapping = parsed("[columns]\n\"Intitulé\" = \"name\"\n\"address\" = \"\"\n");
    let taken = read("id,name,category,Intitulé,address\na,Interne,emg,Équipe,ici\n", &mapping);
    let fields = taken.fields("a");
    assert_eq!(
        (&*fields.name, &*fields.extra["name"], &*fields.extra["address"]),
        ("Équipe", "Interne", "ici")
    );
    let said: Vec<_> = taken.issues.iter().map(|issue| issue.column).collect();
    assert_eq!(said, [Some(2)], "what the mapping keeps is not said: {}", told(&taken.issues));
}

#[test]
fn cells_are_read_as_people_fill_them() {
    for (settings, name, cell, field, value) in [
        ("", "verified_on", "30/09/2026", Field::VerifiedOn, json!("2026-09-30")),
        ("", "verified_on", "1.9.2026 14:30", Field::VerifiedOn, json!("2026-09-01")),
        ("", "verified_on", "2026-09-30", Field::VerifiedOn, json!("2026-09-30")),
        ("", "phone", "+33 (0)1 99 00 00 11", Field::Phone, json!(["+33199000011"])),
        ("", "postal_code", "1500", Field::PostalCode, json!("01500")),
        ("", "finess", "10000024", Field::Finess, json!("010000024")),
        ("", "commune", "1004", Field::Commune, json!("01004")),
        ("", "audiences", "PERSONNES AGEES", Field::Audiences, json!(["personnes-agees"])),
        (
            "separator = [\"/\", \" et \"]\n",
            "phone",
            "15 / 3114 et 115",
            Field::Phone,
            json!(["15", "3114", "115"]),
        ),
        (
            "separator = \"/\"\n",
            "website",
            "https://example.org/a",
            Field::Website,
            json!(["https://example.org/a"]),
        ),
        ("separator = \",\"\n", "accessibility", "PMR, LSF", Field::Accessibility, json!(["pmr", "lsf"])),
    ] {
        let taken = one(settings, name, "", cell);
        assert_eq!(taken.rejected, 0, "{cell}: {}", told(&taken.issues));
        assert_eq!(taken.records[0].values[&field], value, "{cell}");
    }
    for (field, cell) in [("commune", "1004"), ("postal_code", "1500"), ("finess", "10000024")] {
        let issues = one("", field, "", cell).issues.clone();
        assert!(
            issues[0].found == cell && issues[0].expected.contains(&format!("« 0{cell} »")),
            "{issues:?}"
        );
    }
    for (field, cell) in [
        ("verified_on", "30/09/26"),
        ("verified_on", "09/30/2026"),
        ("age_min", "60 ans et plus"),
        ("hours", "le matin"),
        ("phone", "appeler"),
    ] {
        let taken = one("", field, "", cell);
        assert_eq!(taken.counts(), (0, 1, 0), "{cell}");
        let issue = &taken.issues[0];
        assert_eq!(
            (issue.line, issue.column, issue.field.as_deref(), &*issue.found),
            (Some(2), Some(3), Some("x"), cell)
        );
    }
}

#[test]
fn words_that_no_table_knows_cost_no_row() {
    let taken = one("", "audiences", "", "aidants | marins");
    assert_eq!(taken.records[0].values[&Field::Audiences], json!(["aidants"]));
    assert!(told(&taken.issues).contains("2:3 avertissement 1 x « marins »"), "{}", told(&taken.issues));
    let taken = one("", "category", "", "Phare");
    assert_eq!(taken.records[0].values[&Field::Category], "autre");
    assert_eq!(taken.records[0].values[&Field::Extra], json!({ "type dans la source": "Phare" }));
    assert!(taken.issues.is_empty(), "it is counted: {:?}", taken.unmapped);
    let table = "[values.category]\n\"Phare\" = \"pass\"\n\"*\" = \"ccas\"\n";
    for (cell, kind) in [("PHARE ", "pass"), ("phâre", "pass"), ("Sémaphore", "ccas"), ("EHPAD", "ehpad")] {
        assert_eq!(one("", "category", table, cell).records[0].values[&Field::Category], kind, "{cell}");
    }
    let table = "[values.status]\n\"✗\" = \"ferme\"\n\"NC\" = \"\"\n";
    assert_eq!(one("", "status", table, "✗").records[0].values[&Field::Status], "ferme");
    let silent = one("", "status", table, "nc");
    assert!(!silent.records[0].values.contains_key(&Field::Status) && silent.issues.is_empty());
}

#[test]
fn constants_are_for_rows_that_say_nothing() {
    let constants = "[constants]\ncoverage = \"departement:92\"\nage_min = 60\n";
    assert_eq!(
        one("", "coverage", constants, "").records[0].values[&Field::Coverage],
        json!(["departement:92"])
    );
    assert_eq!(
        one("", "coverage", constants, "national").records[0].values[&Field::Coverage],
        json!(["national"])
    );
    let unknown = one("", "coverage", constants, "par ici");
    assert!(!unknown.records[0].values.contains_key(&Field::Coverage), "what was said is not replaced");
    assert_eq!(unknown.records[0].values[&Field::AgeMin], 60);
}

#[test]
fn templates_make_identifiers_and_names() {
    let mapping = parsed(
        "ignore = [\"Interne\"]\n[templates]\nid = \"{FINESS}-{Service}\"\nname = \"{Service} – {Établissement}\"\n\
         [columns]\n\"FINESS\" = \"finess\"\n[constants]\ncategory = \"emg\"\n",
    );
    let taken = read(
        "FINESS;Service;Etablissement;Interne\n130000235;Accueil\nde jour;x\n"
            .replace("Accueil\nde jour", "\"Accueil\nde jour\";Hôpital")
            + ";Consultation;;y\n;;;z\n",
        &mapping,
    );
    assert_eq!(taken.counts(), (2, 1, 0), "{}", told(&taken.issues));
    assert_eq!(taken.fields("130000235-Accueil de jour").name, "Accueil de jour – Hôpital");
    let fields = taken.fields("Consultation");
    assert_eq!((&*fields.name, fields.extra.contains_key("Interne")), ("Consultation", false));
    let errors = told(&taken.issues);
    assert!(
        errors.contains("5:- erreur - id « » attendu : un identifiant")
            || errors.contains("erreur - id «  » attendu"),
        "{errors}"
    );
}

#[test]
fn columns_that_the_file_lacks_are_said_with_the_nearest() {
    let mapping = parsed(
        "[columns]\n\"Identifiant\" = \"id\"\n\"Nom\" = \"name\"\n\n\"Telephonne\" = \"phone\"\n[templates]\nsummary = \"{Objet}\"\n[constants]\ncategory = \"emg\"\n",
    );
    let taken = read("Identifiant,Nom,Téléphone\na,Équipe,15\n", &mapping);
    insta::assert_snapshot!("absent_columns", told(&taken.issues));
    let error =
        crate::csv::read("x.csv", &b"Identifiant,Titre\na,b\n"[..], Some(&mapping), &mut |_| {}).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.csv, ligne 1 : colonne obligatoire absente : name ; trouvé : Identifiant, Titre."
    );
}

#[test]
fn a_header_is_found_below_titles() {
    let mapping = "[columns]\n\"N°\" = \"id\"\n\"Nom\" = \"name\"\n[constants]\ncategory = \"emg\"\n";
    let text = "Annuaire des partenaires\n\nN°;Nom\na;Équipe\n";
    assert_eq!(read(text, &parsed(mapping)).counts(), (1, 0, 0));
    let twice = "N°;Nom\nancien;titre\nN°;Nom\na;Équipe\n";
    assert_eq!(read(twice, &parsed(&format!("header_line = 3\n{mapping}"))).counts(), (1, 0, 0));
    let beyond = parsed(&format!("header_line = 30\n{mapping}"));
    let error = crate::csv::read("x.csv", twice.as_bytes(), Some(&beyond), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("la ligne des titres, ligne 30"), "{error}");
    let tabs = "N°\tNom\na\tÉquipe\n";
    let error = crate::csv::read("x.csv", tabs.as_bytes(), Some(&parsed(mapping)), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("tabulation"), "{error}");
}

#[test]
fn a_workbook_is_read_by_its_mapping() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Vide").unwrap();
    for name in ["2025", "2026"] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        sheet.write_string(0, 0, "Annuaire").unwrap();
        sheet.write_row(2, 0, ["N°", "Nom", "Tél", "Vérifié"]).unwrap();
        sheet.write_row(3, 0, [name, "Équipe"]).unwrap();
        sheet.write_number(3, 2, 199_000_011.0).unwrap();
        let date = Format::new().set_num_format("dd/mm/yyyy hh:mm");
        let noon = ExcelDateTime::parse_from_str("2026-09-30T12:00:00").unwrap();
        sheet.write_datetime_with_format(3, 3, noon, &date).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let mapping = "[columns]\n\"N°\" = \"id\"\n\"Nom\" = \"name\"\n\"Tél\" = \"phone\"\n\"Vérifié\" = \"verified_on\"\n[constants]\ncategory = \"emg\"\n";
    let all = |text: &str| {
        let staged = crate::xlsx::read("x.xlsx", &bytes[..], Some(&parsed(text)), &mut |_| {});
        staged.map(|staged| Taken::all(Box::new(staged)))
    };
    let taken = all(&format!("sheet = \"2026\"\n{mapping}")).unwrap();
    let fields = taken.fields("2026");
    assert_eq!(json!(fields.phone), json!(["+33199000011"]));
    assert_eq!(fields.verified_on.unwrap().to_string(), "2026-09-30");
    assert!(
        told(&taken.issues).starts_with("4:3 avertissement 2026 Tél « 199000011 »"),
        "{}",
        told(&taken.issues)
    );
    let first = all(mapping).unwrap();
    assert_eq!(first.records[0].source_id, "2025");
    assert!(told(&first.issues).contains("une autre feuille aux mêmes titres"), "{}", told(&first.issues));
    let error = all(&format!("sheet = \"2027\"\n{mapping}")).unwrap_err().to_string();
    assert!(error.contains("« 2025 », « 2026 »") && error.contains("la feuille « 2027 »"), "{error}");
    let error = all(&format!("header_line = 99\n{mapping}")).unwrap_err().to_string();
    assert!(error.contains("ligne 99"), "{error}");
}

#[test]
fn a_mapping_that_cannot_be_followed_says_everything() {
    let text = include_str!("samples/fautive.toml");
    let error = Mapping::parse("fautive.toml", text).unwrap_err();
    insta::assert_snapshot!("faults", error.to_string());
    assert!(error.issues().iter().all(|issue| issue.line.is_some()));
    for (text, line, expected) in [
        ("[columns]\n\"Nom\" = \"name\n", 2, "du TOML"),
        ("[columns]\n\"Nom\" = \"name\"\n\"Nom\" = \"acronym\"\n", 3, "du TOML"),
        ("columns = 3\n", 1, "[columns]"),
        ("header_line = 0\n", 1, "à partir de 1"),
        ("[columns]\n\"Nom\" = \"name\"\nignore = [\"x\"]\n", 3, "avant le premier"),
    ] {
        let error = Mapping::parse("x.toml", text).unwrap_err();
        assert_eq!(error.issues()[0].line, Some(line), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_mutated_mapping_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[\"\\[\\]{}=.#a\n*]"), 1..6),
    ) {
        let mut text: Vec<char> = MAPPING.chars().collect();
        for (index, change) in changes {
            let at = index.index(text.len());
            text[at] = change.chars().next().unwrap();
        }
        let text: String = text.into_iter().collect();
        if let Ok(mapping) = Mapping::parse("x.toml", &text)
            && let Ok(staged) = crate::csv::read("x.csv", ROWS.as_bytes(), Some(&mapping), &mut |_| {})
        {
            for record in Taken::all(Box::new(staged)).records {
                prop_assert!(Fields::from_values(record.values).is_ok());
            }
        }
    }
}
