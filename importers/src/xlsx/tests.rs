//! Whole workbooks, as several programs save them. All are invented.

use std::io::{Cursor, Write};
use std::sync::LazyLock;

use maille_domain::Fields;
use maille_domain::run::{Issue, Severity};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::table::ReadError;
use crate::testing::{Taken, shared};

const HEADER: [&str; 3] = ["id", "name", "category"];

fn read_all(bytes: &[u8]) -> Result<Taken, ReadError> {
    super::read("essai.xlsx", bytes, None, &mut |_| {}).map(|staged| Taken::all(Box::new(staged)))
}

fn refused(bytes: &[u8]) -> String {
    read_all(bytes).unwrap_err().to_string()
}

fn fields(staged: &Taken, id: &str) -> Fields {
    let record = staged.records.iter().find(|record| record.source_id == id).unwrap();
    Fields::from_values(record.values.clone()).unwrap()
}

/// Where an issue is, and what it says.
fn said(issue: &Issue) -> (u64, u64, &str, &str) {
    (issue.line.unwrap(), issue.column.unwrap_or(0), issue.field.as_deref().unwrap_or(""), &issue.found)
}

/// A workbook of one sheet.
fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

/// A sheet with these columns after the required ones, and one good row `a`, whose other cells `fill` may write.
fn one_row(columns: &[&str], fill: impl FnOnce(&mut Worksheet)) -> Taken {
    let bytes = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER.iter().chain(columns).copied()).unwrap();
        sheet.write_row(1, 0, ["a", "Équipe", "emg"]).unwrap();
        fill(sheet);
    });
    read_all(&bytes).unwrap()
}

#[test]
fn the_same_rows_say_the_same_in_both_formats() {
    let rows: [[&str; 8]; 12] = [
        ["id", "name", "category", "phone", "commune", "verified_on", "Tutelle", "phone"],
        ["a", "Équipe « mobile », à 10 €", "emg", "01 99 00 00 11 | 15", "Clamart", "2026-09-30", "ARS", ""],
        ["b", "Équipe", "EMG", "", "93059", "", "", "15"],
        ["bad-category", "Équipe", "licorne", "", "", "", "", ""],
        ["bad-cells", "", "emg", "01 99", "Bagneux", "30/09/2026", "", ""],
        ["twice", "Équipe", "emg", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["twice", "Équipe", "emg", "", "", "", "", ""],
        ["", "Sans identifiant", "emg", "", "", "", "", ""],
        ["c", " Espaces  doubles ", "emg", "2,601E+13", "92023", "", "", ""],
        ["d", "Équipe", "Équipe mobile de gériatrie", "3114", "2A004", "", "a\u{a0}b", ""],
        ["e", "\u{a0}", "emg", "", "", "", "", ""],
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in &rows {
        writer.write_record(row).unwrap();
    }
    let from_csv =
        crate::csv::read("essai.xlsx", &writer.into_inner().unwrap()[..], None, &mut |_| {}).unwrap();
    let from_csv = Taken::all(Box::new(from_csv));
    let bytes = workbook(|sheet| {
        for (line, row) in rows.iter().enumerate() {
            sheet.write_row(line as u32, 0, row.iter().copied()).unwrap();
        }
    });
    let from_xlsx = read_all(&bytes).unwrap();
    assert_eq!((from_csv.records.len(), from_csv.rejected), (3, 6));
    assert_eq!(from_xlsx.records, from_csv.records);
    assert_eq!((from_xlsx.rejected, &from_xlsx.issues), (from_csv.rejected, &from_csv.issues));
}

#[test]
fn numbers_and_dates_are_read_as_they_are_shown() {
    let columns = [
        "phone",
        "postal_code",
        "commune",
        "age_min",
        "delay_days",
        "verified_on",
        "lat",
        "lon",
        "siret",
        "note",
    ];
    let staged = one_row(&columns, |sheet| {
        for (column, number) in [
            (3, 146_301_814.0),
            (4, 92_140.0),
            (5, 92_023.0),
            (6, 75.0),
            (7, 7.0),
            (9, 48.8007),
            (10, 2.2628),
        ] {
            sheet.write_number(1, column, number).unwrap();
        }
        let date = Format::new().set_num_format("dd/mm/yyyy hh:mm");
        sheet
            .write_datetime_with_format(
                1,
                8,
                ExcelDateTime::parse_from_str("2026-09-30T14:30:00").unwrap(),
                &date,
            )
            .unwrap();
        sheet.write_number(1, 11, 26_010_004_500_012.0).unwrap();
        sheet.write_boolean(1, 12, true).unwrap();
    });
    let found: Vec<_> = staged.issues.iter().map(said).collect();
    assert_eq!(found, [(1, 13, "note", "note"), (2, 4, "phone", "146301814")]);
    assert!(staged.issues[1].expected.contains("« 0146301814 »"), "{}", staged.issues[1].expected);
    assert_eq!(staged.issues[1].id.as_deref(), Some("a"));
    assert_eq!(
        json!(staged.records[0].values),
        json!({
            "name": "Équipe", "category": "emg", "phone": ["+33146301814"], "postal_code": "92140", "commune": "92023",
            "location": { "lat": 48.8007, "lon": 2.2628, "precision": "adresse" }, "age_min": 75, "delay_days": 7,
            "siret": "26010004500012", "verified_on": "2026-09-30", "extra": { "note": "VRAI" },
        })
    );
}

#[test]
fn codes_get_their_zero_back_with_a_warning() {
    let staged = one_row(&["finess", "postal_code", "commune"], |sheet| {
        for (column, number) in [(3, 10_000_024.0), (4, 1_500.0), (5, 1_004.0)] {
            sheet.write_number(1, column, number).unwrap();
        }
    });
    let listing = fields(&staged, "a");
    assert_eq!(
        (listing.finess.as_deref(), listing.postal_code.as_deref(), listing.commune.as_deref()),
        (Some("010000024"), Some("01500"), Some("01004"))
    );
    assert_eq!(staged.issues.len(), 3);
    assert!(staged.issues.iter().all(|issue| issue.severity == Severity::Warning && issue.line == Some(2)));
}

#[test]
fn numbers_written_as_texts_are_texts() {
    let staged = one_row(&["phone", "postal_code", "siret"], |sheet| {
        sheet.write_row(1, 3, ["01 46 30 18 14", "1500", "2,601E+13"]).unwrap();
    });
    let found: Vec<_> = staged.issues.iter().map(said).collect();
    assert_eq!(found, [(2, 5, "postal_code", "1500"), (2, 6, "siret", "2,601E+13")], "nothing is made up");
    assert!(staged.issues[1].expected.contains("format Texte"), "{}", staged.issues[1].expected);
    assert_eq!((staged.records.len(), staged.rejected), (0, 1));
}

#[test]
fn errors_and_formulas_without_result_reject_their_row() {
    let bytes = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER.iter().chain(&["summary"]).copied()).unwrap();
        for (line, id) in ["good", "error", "none", "empty"].into_iter().enumerate() {
            sheet.write_row(line as u32 + 1, 0, [id, "Équipe", "emg"]).unwrap();
        }
        sheet.write_formula(1, 3, Formula::new("=CONCAT(\"De \",B2)").set_result("De Équipe")).unwrap();
    });
    // What the writer cannot write: an error, a formula that no program has computed, one whose result is empty.
    let bytes = replace_in_sheet(&bytes, |xml| {
        let row = |line: u32| format!("<c r=\"C{line}\" t=\"s\"><v>");
        let after = |xml: &str, line: u32, cell: &str| {
            let start = xml.find(&row(line)).unwrap();
            let end = start + xml[start..].find("</c>").unwrap() + 4;
            format!("{}{cell}{}", &xml[..end], &xml[end..])
        };
        let xml = after(xml, 3, "<c r=\"D3\" t=\"e\"><f>A99</f><v>#REF!</v></c>");
        let xml = after(&xml, 4, "<c r=\"D4\"><f>B4</f><v></v></c>");
        after(&xml, 5, "<c r=\"D5\" t=\"str\"><f>IF(TRUE,\"\",1)</f><v></v></c>")
    });
    let staged = read_all(&bytes).unwrap();
    let found: Vec<_> = staged.issues.iter().map(said).collect();
    assert_eq!(found, [(3, 4, "summary", "#REF!"), (4, 4, "summary", "formule sans résultat")]);
    assert!(staged.issues[1].expected.contains("enregistrez-le"));
    assert_eq!((staged.records.len(), staged.rejected, staged.damaged), (2, 2, false));
    assert_eq!(fields(&staged, "good").summary.as_deref(), Some("De Équipe"));
    assert_eq!(fields(&staged, "empty").summary, None);
}

#[test]
fn a_cell_merged_over_rows_is_repeated_with_a_warning() {
    let bytes = workbook(|sheet| {
        let plain = Format::new();
        sheet.merge_range(0, 0, 0, 3, "Annuaire du secteur", &plain).unwrap();
        sheet.write_row(2, 0, HEADER.iter().chain(&["organization", "note"]).copied()).unwrap();
        for (line, id) in ["a", "b", "c"].into_iter().enumerate() {
            sheet.write_row(line as u32 + 3, 0, [id, "Équipe", "emg"]).unwrap();
        }
        sheet.merge_range(3, 3, 4, 3, "Hôpital inventé", &plain).unwrap();
        sheet.merge_range(5, 3, 5, 4, "Clinique inventée", &plain).unwrap();
        sheet.merge_range(6, 0, 9, 0, "   ", &plain).unwrap();
    });
    let staged = read_all(&bytes).unwrap();
    let organizations = ["a", "b", "c"].map(|id| fields(&staged, id).organization.unwrap());
    assert_eq!(organizations, ["Hôpital inventé", "Hôpital inventé", "Clinique inventée"]);
    let found: Vec<_> = staged.issues.iter().map(said).collect();
    assert_eq!(found, [(3, 5, "note", "note"), (4, 4, "organization", "Hôpital inventé")]);
    assert!(staged.issues[1].expected.contains("ligne 5"), "{}", staged.issues[1].expected);
}

#[test]
fn the_first_sheet_of_listings_is_read_and_the_others_are_named() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Mode d’emploi").unwrap().write(0, 0, "Bonjour").unwrap();
    for (name, id) in [("Cachée", "hidden"), ("Équipes", "a"), ("Archives", "old")] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.write_row(0, 0, HEADER).unwrap();
        sheet.write_row(1, 0, [id, "Équipe", "licorne"]).unwrap();
        sheet.write_row(2, 0, [&format!("{id}-2"), "Équipe", "emg"]).unwrap();
        sheet.set_hidden(name == "Cachée");
    }
    let staged = read_all(&workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(staged.records[0].source_id, "a-2");
    let found: Vec<_> =
        staged.issues.iter().map(|issue| (issue.file.as_str(), issue.found.as_str())).collect();
    assert_eq!(
        found,
        [
            ("essai.xlsx, feuille « Cachée »", "une feuille masquée de ressources"),
            ("essai.xlsx, feuille « Archives »", "une autre feuille de ressources"),
            ("essai.xlsx, feuille « Équipes »", "licorne"),
        ]
    );

    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    let sheet = workbook.add_worksheet().set_name("Cachée").unwrap();
    sheet.write_row(0, 0, HEADER).unwrap();
    sheet.set_hidden(true);
    assert!(refused(&workbook.save_to_buffer().unwrap()).contains("feuille masquée « Cachée »"));
}

#[test]
fn blank_rows_and_titles_are_no_rows() {
    let bytes = workbook(|sheet| {
        let bold = Format::new().set_bold();
        sheet.write(1, 1, "Annuaire 2026").unwrap();
        sheet.write_row(4, 1, ["ID", " Name ", "category"]).unwrap();
        sheet.write_row(6, 1, ["a", "Équipe", "emg"]).unwrap();
        sheet.write_row(7, 1, ["", " ", ""]).unwrap();
        sheet.write_row(8, 1, ["b", "Équipe", "licorne"]).unwrap();
        for line in 9..200 {
            sheet.write_blank(line, 1, &bold).unwrap();
        }
    });
    let staged = read_all(&bytes).unwrap();
    assert_eq!((staged.records.len(), staged.rejected), (1, 1));
    let found: Vec<_> = staged.issues.iter().map(said).collect();
    assert_eq!(
        found,
        [(5, 1, "colonne 1", "colonne 1"), (9, 4, "category", "licorne")],
        "as the program numbers them"
    );
    let only = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER).unwrap();
    });
    assert_eq!(read_all(&only).unwrap().issues[0].found, "un en-tête sans aucune ligne");
}

#[test]
fn a_cell_beyond_the_header_is_kept() {
    let staged = one_row(&[], |sheet| {
        sheet.write(1, 4, "à vérifier").unwrap();
    });
    assert_eq!(fields(&staged, "a").extra["colonne 5"], "à vérifier");
    let found: Vec<&str> = staged.issues.iter().map(|issue| &*issue.found).collect();
    assert_eq!(found, ["colonne 4, colonne 5"]);
}

#[test]
fn too_much_is_refused() {
    let staged = one_row(&["note"], |sheet| {
        for column in 3..60 {
            sheet.write(1, column, "x".repeat(32_000)).unwrap();
        }
    });
    assert!(staged.issues.iter().any(|issue| issue.expected.contains("1 Mo")), "{:?}", staged.issues.len());
    let wide = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER).unwrap();
        sheet.write(1, 2_000, "loin").unwrap();
    });
    assert!(refused(&wide).contains("au plus 1000 colonnes"), "{}", refused(&wide));
    let header =
        "<row><c t=\"str\"><v>id</v></c><c t=\"str\"><v>name</v></c><c t=\"str\"><v>category</v></c></row>";
    let rows = "<row><c><v>1</v></c></row>".repeat(100_001);
    let long = minimal(
        &format!("<worksheet><sheetData>{header}{rows}</sheetData></worksheet>"),
        "<styleSheet/>",
        "",
    );
    assert!(refused(&long).contains("plus de 100000 lignes"), "{}", refused(&long));
}

#[test]
fn what_is_no_workbook_is_named() {
    assert!(refused(b"").contains("fichier vide"));
    assert!(refused(b"id,name,category\n").contains("maille import csv"));
    assert!(refused(b"%PDF-1.7").contains("PDF"));
    assert!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").contains("ancien classeur XLS"));
    assert!(refused(b"PK\x03\x04 broken").contains("abîmé"));
    let good = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER).unwrap();
    });
    assert!(refused(&good[..good.len() / 2]).contains("abîmé"), "cut");
    let error = refused(&archive(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]));
    assert!(error.contains("ODS"), "{error}");
    assert!(refused(&archive(&[("a.txt", "a")])).contains("abîmé"));
    assert!(refused(&workbook(|_| {})).contains("fichier vide"));
    let other = workbook(|sheet| {
        sheet.write_row(3, 0, ["id", "nom", "tel"]).unwrap();
    });
    assert_eq!(
        refused(&other),
        "essai.xlsx, ligne 4 : colonne obligatoire absente : name, category ; trouvé : id, nom, tel."
    );
}

/// A workbook without shared strings, cell addresses or styles, in the epoch of old Macintoshes.
#[test]
fn a_minimal_workbook_is_read() {
    let sheet = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
        <row><c t=\"inlineStr\"><is><t>id</t></is></c><c t=\"inlineStr\"><is><t>name</t></is></c>\
        <c t=\"inlineStr\"><is><r><t>cate</t></r><r><t>gory</t></r></is></c>\
        <c t=\"inlineStr\"><is><t>verified_on</t></is></c><c t=\"inlineStr\"><is><t>age_min</t></is></c></row>\
        <row/><row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>Équipe &amp; Cie</v></c><c t=\"str\"><v>emg</v></c>\
        <c s=\"1\"><v>44833</v></c><c t=\"n\"><v>7.5E1</v></c></row>\
        <row><c><v>17</v></c><c t=\"str\"><v>Équipe</v></c><c t=\"str\"><v>emg</v></c>\
        <c t=\"d\"><v>2026-09-30</v></c></row></sheetData></worksheet>";
    let styles = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
        <cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let staged = read_all(&minimal(sheet, styles, "<workbookPr date1904=\"1\"/>")).unwrap();
    assert_eq!((staged.records.len(), staged.issues.len()), (2, 0), "{:?}", staged.issues);
    let first = fields(&staged, "a");
    assert_eq!((&*first.name, first.age_min), ("Équipe & Cie", Some(75)));
    assert_eq!(first.verified_on.unwrap().to_string(), "2026-09-30");
    assert_eq!(fields(&staged, "17").verified_on, first.verified_on);
    let disorder =
        sheet.replace("<row/>", "<row r=\"9\"/>").replace("<row><c><v>17", "<row r=\"2\"><c><v>17");
    let error = refused(&minimal(&disorder, styles, ""));
    assert!(error.contains("abîmé"), "{error}");
    let unknown = sheet.replace("<c t=\"n\"><v>7.5E1</v>", "<c t=\"e\"><v>#SPILL!</v>");
    assert!(refused(&minimal(&unknown, styles, "")).contains("#SPILL!"));
}

/// As openpyxl saves it: formulas without results, dates, numbers.
#[test]
fn a_workbook_that_no_spreadsheet_program_saved_is_read() {
    let staged = read_all(include_bytes!("samples/openpyxl.xlsx")).unwrap();
    let found: Vec<_> = staged.issues.iter().map(said).collect();
    assert_eq!(found, [(2, 4, "summary", "formule sans résultat"), (2, 6, "phone", "146301814")]);
    assert_eq!((staged.records.len(), staged.rejected_ids.clone()), (1, vec!["a".to_owned()]));
    let values = &staged.records[0].values;
    assert_eq!(json!(values)["verified_on"], "2026-09-30");
}

#[test]
fn a_password_is_said() {
    let error = refused(include_bytes!("samples/protected.xlsx"));
    assert!(error.contains("protégé par un mot de passe"), "{error}");
}

/// References that end before they begin: the library subtracts them, which panics where overflows are checked.
#[test]
fn a_workbook_that_makes_the_library_panic_is_damaged() {
    let sheet = "<worksheet><dimension ref=\"C3:A1\"/><sheetData/></worksheet>";
    let error = refused(&minimal(sheet, "<styleSheet/>", ""));
    assert!(error.contains("abîmé") || error.contains("fichier vide"), "{error}");
}

#[test]
fn bytes_of_anything_are_no_text() {
    let bytes: Vec<u8> = (0..4_000u32).map(|number| (number * number / 7 % 251) as u8).collect();
    assert!(refused(&bytes).contains("un fichier binaire"), "{}", refused(&bytes));
    let guessed = crate::csv::guess("essai.csv", &bytes[1..], &mut |_| {}).unwrap_err().to_string();
    assert!(guessed.contains("un fichier binaire"), "{guessed}");
}

#[test]
fn a_real_workbook_of_something_else_is_refused_politely() {
    let Some(path) = shared("data-inclusion/valideur-dataset.xlsx") else { return };
    let error = read_all(&std::fs::read(path).unwrap()).unwrap_err();
    assert!(matches!(error, ReadError::MissingColumns { .. }), "{error}");
    assert!(error.to_string().contains("feuille «"), "{error}");
}

#[test]
fn progress_is_told() {
    let bytes = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER).unwrap();
    });
    let mut last = 0;
    super::read("essai.xlsx", &bytes[..], None, &mut |read| last = read).unwrap();
    assert_eq!(last, bytes.len() as u64);
}

/// A ZIP archive of these files, uncompressed.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in files {
        archive.start_file(*name, stored).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The least that a workbook of one sheet can be.
fn minimal(sheet: &str, styles: &str, properties: &str) -> Vec<u8> {
    const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = format!(
        "<Relationships xmlns=\"{RELATIONSHIPS}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let workbook = format!(
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{OFFICE}\">{properties}\
         <sheets><sheet name=\"Feuille1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let parts = format!(
        "<Relationships xmlns=\"{RELATIONSHIPS}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    archive(&[
        ("_rels/.rels", &package),
        ("xl/workbook.xml", &workbook),
        ("xl/_rels/workbook.xml.rels", &parts),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// The same workbook with another text in its first sheet, and its parts uncompressed.
fn replace_in_sheet(bytes: &[u8], change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut workbook = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts: Vec<(String, String)> = (0..workbook.len())
        .map(|part| {
            let mut part = workbook.by_index(part).unwrap();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut part, &mut text).unwrap();
            (part.name().unwrap().into_owned(), text)
        })
        .collect();
    let sheet = parts.iter_mut().find(|(name, _)| name.ends_with("sheet1.xml")).unwrap();
    sheet.1 = change(&sheet.1);
    archive(&parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

/// Good rows, a merged cell, a formula: compressed as programs write it, and uncompressed, where a byte changed is a
/// character changed.
static SAMPLES: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let compressed = workbook(|sheet| {
        sheet.write_row(0, 0, HEADER.iter().chain(&["phone", "verified_on"]).copied()).unwrap();
        for line in 1..6 {
            sheet.write_row(line, 0, [&format!("id-{line}"), "Équipe", "emg"]).unwrap();
            sheet.write_number(line, 3, 146_301_814.0).unwrap();
        }
        sheet.merge_range(1, 5, 3, 5, "fusion", &Format::new()).unwrap();
        sheet.write_formula(1, 6, Formula::new("=A2").set_result("id-1")).unwrap();
        let date = Format::new().set_num_format("dd/mm/yyyy");
        sheet.write_datetime_with_format(1, 4, ExcelDateTime::from_ymd(2026, 9, 30).unwrap(), &date).unwrap();
    });
    let stored = replace_in_sheet(&compressed, str::to_owned);
    [compressed, stored]
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_mutated_workbook_never_panics(
        which in 0..2_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3, any::<u8>()), 1..6),
    ) {
        let mut bytes = SAMPLES[which].clone();
        for (index, change, byte) in changes {
            let at = index.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes[at] = byte % 10 + b'0',
                _ if byte < 16 => bytes.truncate(at.max(1)),
                _ => bytes[at] ^= 1,
            }
        }
        if let Ok(staged) = read_all(&bytes) {
            for record in &staged.records {
                prop_assert!(Fields::from_values(record.values.clone()).is_ok());
            }
            prop_assert!(staged.rejected as usize <= staged.issues.len());
        }
    }
}
