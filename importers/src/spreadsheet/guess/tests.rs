//! Spreadsheets that nobody described, guessed then imported. All are invented.

use maille_domain::Fields;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::mapping::Mapping;
use crate::spreadsheet::COLUMNS;
use crate::testing::{Taken, told};

const MESSY: &str = include_str!("samples/annuaire.csv");
const OURS: &str = include_str!("../../csv/samples/good.csv");

fn guess(text: &[u8]) -> String {
    crate::csv::guess("annuaire.csv", text, &mut |_| {}).unwrap()
}

fn parsed(mapping: &str) -> Mapping {
    Mapping::parse("table.toml", mapping).unwrap_or_else(|error| panic!("{error}\n{mapping}"))
}

fn read(text: &[u8], mapping: Option<&Mapping>) -> Taken {
    Taken::all(Box::new(crate::csv::read("annuaire.csv", text, mapping, &mut |_| {}).unwrap()))
}

#[test]
fn a_messy_spreadsheet_goes_in_by_the_mapping_that_was_guessed() {
    let mapping = guess(MESSY.as_bytes());
    insta::assert_snapshot!("a_messy_spreadsheet", mapping);
    let taken = read(MESSY.as_bytes(), Some(&parsed(&mapping)));
    insta::assert_snapshot!("a_messy_spreadsheet_issues", told(&taken.issues));
    assert_eq!(taken.counts(), (11, 1, 0));
    let emg =
        taken.records.iter().find(|record| record.values[&maille_domain::field::Field::Category] == "emg");
    let fields = Fields::from_values(emg.unwrap().values.clone()).unwrap();
    assert_eq!(fields.commune.as_deref(), Some("92023"));
    assert_eq!(fields.coverage.iter().map(ToString::to_string).collect::<Vec<_>>(), ["departement:92"]);
    assert_eq!(fields.verified_on.map(|day| day.to_string()).as_deref(), Some("2026-09-30"));
    assert_eq!(fields.extra["Horaires"], "du lundi au vendredi, 9h-17h");
    assert_eq!(fields.extra["Fax"], "01 99 00 00 19");
}

#[test]
fn a_column_that_numbers_the_rows_is_their_identifier() {
    let mapping = guess("Clé;Nom;Type\nA1;Un;EHPAD\nA2;Deux;EHPAD\nA3;Trois;SSIAD\n".as_bytes());
    assert!(mapping.contains("\"Clé\" = \"id\"") && !mapping.contains("[templates]"), "{mapping}");
    for text in ["Places;Nom\n12;Un\n13;Deux\n14;Trois\n", "Clé;Nom\nA1;Un\nA1;Deux\nA3;Trois\n"] {
        assert!(guess(text.as_bytes()).contains("[templates]"), "{text}");
    }
}

#[test]
fn words_of_rows_that_cannot_be_read_are_there_to_be_mapped() {
    let mapping = guess(
        "Nom;Type;Public;Tél\nUn;EHPAD;Enfants;15\nDeux;EHPAD;Aidants;15\nTrois;Phare;Marins;15;reste;reste\n".as_bytes(),
    );
    assert!(mapping.contains("\"Phare\"") && mapping.contains("\"Marins\""), "{mapping}");
}

#[test]
fn our_own_format_is_read_as_it_is() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/demo");
    let demonstration = std::fs::read(format!("{folder}/listings.csv")).unwrap();
    for text in [OURS.as_bytes(), &demonstration] {
        let (ours, theirs) = (read(text, None), read(text, Some(&parsed(&guess(text)))));
        assert_eq!((&ours.records, ours.rejected), (&theirs.records, theirs.rejected));
    }
    // A kind or a code that nobody knows costs less through a mapping; what is good stays as it is.
    let messy = include_bytes!("../../csv/samples/messy.csv");
    let mapping = guess(messy);
    let theirs = read(messy, Some(&parsed(&mapping)));
    for record in read(messy, None).records {
        assert!(theirs.records.contains(&record), "{record:?}\n{mapping}");
    }
}

#[test]
fn a_workbook_is_guessed_likewise() {
    let mut workbook = Workbook::new();
    let notes = workbook.add_worksheet();
    notes.set_name("Lisez-moi").unwrap();
    notes.write_string(0, 0, "Pour toute question, appeler").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Annuaire").unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(b';')
        .from_reader(MESSY.as_bytes());
    for (line, record) in reader.records().map(Result::unwrap).enumerate() {
        for (column, cell) in record.iter().enumerate() {
            sheet.write_string(line as u32, column as u16, cell).unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let mapping = crate::xlsx::guess("annuaire.xlsx", &bytes[..], &mut |_| {}).unwrap();
    assert!(mapping.contains("sheet = \"Annuaire\""), "{mapping}");
    let from_csv = guess(MESSY.as_bytes());
    let columns = |text: &str| text[text.find("[columns]").unwrap()..].to_owned();
    assert_eq!(columns(&mapping), columns(&from_csv));
    let mapping = parsed(&mapping);
    let staged = crate::xlsx::read("annuaire.xlsx", &bytes[..], Some(&mapping), &mut |_| {}).unwrap();
    let taken = Taken::all(Box::new(staged));
    assert_eq!(taken.counts(), (11, 1, 0), "{}", told(&taken.issues));
}

#[test]
fn an_identifier_is_put_together_when_no_column_is_one() {
    for (text, id) in [
        ("Identifiant;Nom;Type\na;Un;EHPAD\nb;Un;EHPAD\n", "\"Identifiant\" = \"id\""),
        ("N° FINESS;Nom\n130000235;Un\n010000024;Un\n", "id = \"{N° FINESS}\""),
        ("Nom;Ville\nUn;Clamart\nUn;Meudon\nDeux;Clamart\n", "id = \"{Nom}-{Ville}\""),
        ("Nom {usuel};Ville\nUn;Clamart\nDeux;Meudon\n", "id = \"{Nom  usuel}\""),
    ] {
        let mapping = guess(text.as_bytes());
        assert!(mapping.contains(id), "{mapping}");
        let taken = read(text.as_bytes(), Some(&parsed(&mapping)));
        assert_eq!(taken.rejected, 0, "{}\n{mapping}", told(&taken.issues));
    }
}

#[test]
fn a_spreadsheet_without_titles_of_ours_says_what_its_values_show() {
    let text = "Quoi;Qui;Où;Joindre\n\
                EHPAD;Les Ormes;92140;a@example.org\n\
                SSIAD;Les Tilleuls;75015;b@example.org\n\
                HAD;Les Érables;69003;c@example.org\n";
    let mapping = guess(text.as_bytes());
    for line in ["\"Quoi\" = \"category\"", "\"Où\" = \"postal_code\"", "\"Joindre\" = \"email\""] {
        assert!(mapping.contains(&format!("{line}  # d’après ses valeurs")), "{line}\n{mapping}");
    }
    assert!(mapping.contains("\"Qui\" = \"name\"  # aucun titre n’annonce le nom : à vérifier"), "{mapping}");
    assert_eq!(read(text.as_bytes(), Some(&parsed(&mapping))).counts(), (3, 0, 0));
}

#[test]
fn a_column_that_cannot_be_read_is_left_with_the_reason() {
    let text = "Nom;Commune;lat;lon\nUn;ici;a;b\nDeux;là;48.8;2.26\nTrois;ailleurs;;\n";
    let mapping = guess(text.as_bytes());
    assert!(
        mapping.contains(
            "\"commune\" = \"\"  # gardée comme information annexe ; ne se lit pas dans 3 cas sur 3"
        ),
        "{mapping}"
    );
    let taken = read(text.as_bytes(), Some(&parsed(&mapping)));
    assert_eq!(taken.counts(), (3, 0, 0), "{}", told(&taken.issues));
    assert_eq!(taken.records[0].values[&maille_domain::field::Field::Extra]["commune"], "ici");
}

#[test]
fn the_next_best_column_takes_its_turn() {
    let text = "Nom;Horaires été;Ouverture hiver\nUn;le matin;24/7\nDeux;le soir;Mo-Fr 09:00-12:00\n";
    let mapping = guess(text.as_bytes());
    assert!(
        mapping.contains("\n# \"Horaires été\" = \"hours\"  # ne se lit pas dans 2 cas sur 2"),
        "{mapping}"
    );
    assert!(mapping.contains("\n\"Ouverture hiver\" = \"hours\"\n"), "{mapping}");
}

#[test]
fn nothing_and_what_is_no_table_are_said() {
    let error = crate::csv::guess("vide.csv", &b""[..], &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("fichier vide"), "{error}");
    let error = crate::csv::guess("x.csv", &b"%PDF-1.7"[..], &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("PDF"), "{error}");
    parsed(&guess(b"Nom;Type\n"));
}

/// Cells as people fill them.
fn cell() -> impl Strategy<Value = String> {
    let real = [
        "EHPAD",
        "Clamart",
        "92140",
        "01 99 00 00 11",
        "a@example.org",
        "2026-09-30",
        "oui",
        "*",
        "x; y",
        "130000235",
    ];
    prop_oneof![
        Just(String::new()),
        prop::sample::select(real.to_vec()).prop_map(str::to_owned),
        "\\PC{0,8}",
        "[a-z\"{}\n\\\\\t#=]{0,6}"
    ]
}

fn title() -> impl Strategy<Value = String> {
    let real = [
        "Nom",
        "Type",
        "Téléphone",
        "Public",
        "Zone",
        "Ville",
        "CP",
        "lat",
        "lon",
        "N°",
        "extra",
        "anomalie",
        "",
    ];
    prop_oneof![
        prop::sample::select(real.to_vec()).prop_map(str::to_owned),
        prop::sample::select(COLUMNS.to_vec()).prop_map(str::to_owned),
        "[a-zé][a-zé\"{}\n\\\\#=.]{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_guess_can_be_followed(
        titles in prop::collection::vec(title(), 2..6),
        rows in prop::collection::vec(prop::collection::vec(cell(), 6), 0..6),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&titles).unwrap();
        for row in &rows {
            writer.write_record(&row[..titles.len()]).unwrap();
        }
        let text = writer.into_inner().unwrap();
        if let Ok(mapping) = crate::csv::guess("essai.csv", &text[..], &mut |_| {}) {
            let mapping = Mapping::parse("table.toml", &mapping);
            prop_assert!(mapping.is_ok(), "{}", mapping.unwrap_err());
            let staged = crate::csv::read("essai.csv", &text[..], mapping.as_ref().ok(), &mut |_| {});
            prop_assert!(staged.is_ok(), "{}", staged.unwrap_err());
            for record in Taken::all(Box::new(staged.unwrap())).records {
                prop_assert!(Fields::from_values(record.values).is_ok());
            }
        }
    }
}
