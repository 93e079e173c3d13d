//! Whole files, good and bad. The samples are invented.

use std::io::{Read, repeat};

use maille_domain::Fields;
use maille_domain::run::Issue;
use serde_json::json;

use crate::table::{LONGEST_RECORD, ReadError};
use crate::testing::{Taken, told};

const GOOD: &str = include_str!("samples/good.csv");
const MESSY: &str = include_str!("samples/messy.csv");

fn read_all(input: impl Read) -> Result<Taken, ReadError> {
    super::read("essai.csv", input, None, &mut |_| {}).map(|staged| Taken::all(Box::new(staged)))
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_all(text.as_ref()).unwrap()
}

fn fields(staged: &Taken, id: &str) -> Fields {
    let record = staged.records.iter().find(|record| record.source_id == id).unwrap();
    Fields::from_values(record.values.clone()).unwrap()
}

/// A file of one good row and one bad one: the issues of the bad row, which alone is rejected.
fn issues_of(header: &str, row: &str) -> Vec<Issue> {
    let commas = ",".repeat(header.split(',').count());
    let text = format!("id,name,category,{header}\nbon,Bon,emg{commas}\nbad,Mauvais,emg,{row}\n");
    let staged = read(text);
    assert_eq!(staged.records.len(), 1, "{:?}", staged.issues);
    assert_eq!(staged.records[0].source_id, "bon");
    assert_eq!((staged.rejected, &*staged.rejected_ids), (1, &["bad".to_owned()][..]));
    assert!(staged.issues.iter().all(|issue| issue.line == Some(3) && issue.id.as_deref() == Some("bad")));
    staged.issues.clone()
}

#[test]
fn html_becomes_plain_text_and_markdown_stays() {
    let html = "<b>Gras</b> &amp; <script>alert(1)</script> x";
    let markdown = "# Titre\n\n* [site](https://example.org/?a=1&b=2)\n* **gras**";
    let row = format!("a,{html},emg,{html},\"{markdown}\",{html}\nb,<b></b>,emg,,,\n");
    let staged = read(format!("id,name,category,organization,description,Note\n{row}"));
    let said = fields(&staged, "a");
    assert_eq!((&*said.name, said.organization.as_deref()), ("Gras & x", Some("Gras & x")));
    assert_eq!((said.description.as_deref(), &*said.extra["Note"]), (Some(markdown), "Gras & x"));
    assert_eq!(staged.records[0].payload["name"], html);
    assert_eq!(staged.rejected_ids, ["b"], "no name is left");
}

#[test]
fn two_rows_of_one_id_are_one_refused_record() {
    let rows: Vec<String> = (1..=8).map(|number| format!("{number},Nom {number},emg")).collect();
    let staged = read(format!("id,name,category\n{}\n3,Autre nom,emg\n", rows.join("\n")));
    assert_eq!((staged.counts(), &*staged.rejected_ids), ((7, 1, 0), &["3".to_owned()][..]));
    assert_eq!(
        told(&staged.issues),
        "4:1 erreur 3 id « 3 » attendu : un identifiant par ligne ; il est aussi ligne 10\n\
         10:1 erreur 3 id « 3 » attendu : un identifiant par ligne ; il est aussi ligne 4\n"
    );
}

#[test]
fn a_good_file_goes_in_whole() {
    let staged = read(GOOD);
    assert_eq!((staged.records.len(), staged.rejected, staged.damaged), (3, 0, false));
    assert_eq!(
        told(&staged.issues),
        "1:21 avertissement - tutelle « tutelle » attendu : une colonne du format ; celle-ci est gardée comme information annexe\n"
    );
    let first = &staged.records[0];
    assert_eq!(
        json!(first.values),
        json!({
            "name": "Équipe mobile de gériatrie inventée",
            "acronym": "EMG",
            "category": "emg",
            "organization": "Hôpital inventé",
            "phone": ["+33199000011", "15"],
            "address": "1 rue de l'Exemple",
            "postal_code": "92140",
            "commune": "92023",
            "location": {"lat": 48.8007, "lon": 2.2628, "precision": "adresse"},
            "hours": "Mo-Fr 09:00-19:00; Sa 09:00-13:00",
            "coverage": ["commune:92023", "commune:92007"],
            "audiences": ["personnes-agees"],
            "age_min": 75,
            "modes": ["domicile", "etablissement"],
            "referral": "Appel du médecin traitant,\nfiche de demande par MSSanté",
            "verified_on": "2026-09-30",
            "extra": {"tutelle": "ARS"},
        })
    );
    assert_eq!(first.payload["commune"], "Clamart");
    assert_eq!(first.payload.get("finess"), None);
    let second = fields(&staged, "ex-2");
    assert_eq!(second.commune.as_deref(), Some("92007"));
    assert_eq!(json!(second.location)["precision"], "commune");
    assert_eq!(json!(second.status), "ouvert");
    assert!(fields(&staged, "ex-3").location.is_none());
}

#[test]
fn a_messy_file_says_everything_and_keeps_the_good_rows() {
    let staged = read(MESSY);
    let ids: Vec<&str> = staged.records.iter().map(|record| &*record.source_id).collect();
    assert_eq!(ids, ["ok-1", "ok-2", "ok-3"]);
    assert_eq!(staged.rejected, 19);
    assert!(staged.damaged);
    insta::assert_snapshot!(told(&staged.issues));
}

#[test]
fn each_bad_cell_says_line_column_value_and_expectation() {
    for (header, row, column, field, found, expected) in [
        ("finess", "123456789", 4, "finess", "123456789", "numéro FINESS"),
        ("commune", "Trifouilly-les-Oies", 4, "commune", "Trifouilly-les-Oies", "code COG"),
        ("commune", "99999", 4, "commune", "99999", "code COG"),
        ("lat,lon", "0,0", 4, "lat", "0, 0", "un point en France"),
        ("lat,lon", "1e999,2", 4, "lat", "1e999", "une latitude"),
        ("hours", "tous les matins", 4, "hours", "tous les matins", "opening_hours"),
        ("age_max,age_min", "60,80", 5, "age_min", "80", "age_max (60)"),
    ] {
        let issues = issues_of(header, row);
        assert_eq!(issues.len(), 1, "{header}");
        let issue = &issues[0];
        assert_eq!((issue.column, issue.field.as_deref(), &*issue.found), (Some(column), Some(field), found));
        assert!(issue.expected.contains(expected), "{}", issue.expected);
    }
    let issues = read("id,name,category\nbad,Nom,gardien-de-phare").issues.clone();
    assert_eq!((issues[0].column, &*issues[0].found), (Some(3), "gardien-de-phare"));
    let issues = issues_of("cost", "b\0");
    assert_eq!((issues[0].column, &*issues[0].found), (Some(4), "b"));
    let issues = read("id,name,category,note\nbad,Nom,emg,b\0").issues.clone();
    assert_eq!((issues[1].column, issues[1].field.as_deref()), (Some(4), Some("note")));
}

#[test]
fn an_enormous_cell_rejects_its_row_only() {
    let before = "id,name,category,note\nbon-1,Bon,emg,\nbad,Mauvais,emg,\"".as_bytes();
    let after = "\"\nbon-2,Bon,emg,\n".as_bytes();
    let staged = read_all(before.chain(repeat(b'x').take(50_000_000)).chain(after)).unwrap();
    assert_eq!(staged.records.len(), 2);
    let issue = &staged.issues[1];
    assert_eq!((issue.line, issue.column, issue.id.as_deref()), (Some(3), Some(4), Some("bad")));
    assert_eq!(issue.found.chars().count(), 81);
    assert!(issue.expected.contains("1 Mo"), "{}", issue.expected);
    let unquoted = "id,name,category\nbad,".as_bytes();
    let rest = ",emg\nbon,Bon,emg".as_bytes();
    let staged = read_all(unquoted.chain(repeat(b',').take(3 * LONGEST_RECORD as u64)).chain(rest)).unwrap();
    assert_eq!((staged.records.len(), staged.rejected), (1, 1));
}

#[test]
fn a_truncated_file_loses_its_last_row_only() {
    for cut in ["b,\"Équipe", "b,Équi", "b,Équipe,\"emg"] {
        let staged = read(format!("id,name,category\na,Équipe,emg\n{cut}"));
        assert_eq!((staged.records.len(), staged.rejected, staged.damaged), (1, 1, true), "{cut}");
        assert_eq!(staged.issues[0].line, Some(3));
        assert!(staged.issues[0].expected.contains("tronqué"), "{}", staged.issues[0].expected);
        assert_eq!(staged.rejected_ids, ["b"]);
    }
    // In the middle of a character.
    let text = "id,name,category\na,Équipe,emg\nb,É".as_bytes();
    let staged = read(&text[..text.len() - 1]);
    assert_eq!((staged.records.len(), staged.issues.len()), (1, 1), "and nothing is said of the encoding");
}

#[test]
fn a_short_row_is_not_a_damaged_file() {
    let staged = read("id,name,category\na,Un\nb,Deux,emg\nc,\"Trois\" fois,emg\nd,Quatre,emg,\n");
    assert_eq!((staged.records.len(), staged.rejected, staged.damaged), (1, 3, false));
    assert_eq!(staged.rejected_ids, ["a", "c", "d"]);
}

#[test]
fn another_separator_is_named() {
    let error = read_all("id\tname\tcategory\na\tÉquipe\temg\n".as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "essai.csv, ligne 1 : séparateur trouvé : tabulation ; attendu : « , » ou « ; »."
    );
    assert_eq!((error.issue().line, &*error.issue().found), (Some(1), "tabulation"));
    let staged = read("id;name;category\na,Équipe,emg\nb;Équipe;emg\n");
    assert_eq!((staged.records.len(), staged.rejected), (1, 1));
    assert!(staged.issues[0].expected.contains("séparées par « ; »"), "{}", staged.issues[0].expected);
}

#[test]
fn windows_1252_is_converted_and_said() {
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode("id;name;category\na;Équipe d’Été à 10 €;emg\n");
    let staged = read(latin);
    assert_eq!(fields(&staged, "a").name, "Équipe d’Été à 10 €");
    assert_eq!((staged.rejected, staged.issues.len()), (0, 1));
    assert_eq!((staged.issues[0].line, staged.issues[0].column), (Some(2), Some(2)));
    assert!(staged.issues[0].expected.contains("Windows-1252"));
    // In a file that shows UTF-8, it is a bad cell.
    let mut text = "id,name,category\na,Équipe,emg\n".as_bytes().to_vec();
    text.extend(b"b,\xC9quipe,emg\n");
    let staged = read(text);
    assert_eq!((staged.records.len(), staged.rejected_ids.clone()), (1, vec!["b".to_owned()]));
    assert_eq!(staged.issues[0].column, Some(2));
}

#[test]
fn an_id_is_there_once() {
    let staged = read("id,name,category\na,Un,emg\nb,Deux,emg\na,Trois,emg\na,Quatre,rien\n");
    assert_eq!((staged.records.len(), staged.rejected, &*staged.rejected_ids), (1, 1, &["a".to_owned()][..]));
    let lines: Vec<_> = staged.issues.iter().filter_map(|issue| issue.line).collect();
    assert_eq!(lines, [2, 4, 5, 5]);
    assert!(staged.issues[0].expected.contains("ligne 4") && staged.issues[1].expected.contains("ligne 2"));
}

#[test]
fn what_is_no_table_is_named() {
    let refused = |text: &[u8]| read_all(text).unwrap_err().to_string();
    assert!(refused(b"").contains("fichier vide"));
    assert!(refused(b"\xEF\xBB\xBF \r\n").contains("fichier vide"));
    assert!(refused(b"PK\x03\x04\x14\0").contains("XLSX"));
    assert!(refused(b"%PDF-1.7").contains("PDF"));
    assert!(refused(b"\xFF\xFEi\0d\0").contains("UTF-16"));
    assert!(refused(b"\x7FELF\0\0").contains("binaire"));
    assert!(refused(b"<!DOCTYPE html>").contains("HTML"));
    assert!(refused(b"[{\"id\": 1}]").contains("JSON"));
    let error = refused(b"id,nom,tel\n1,a,b\n");
    assert_eq!(
        error,
        "essai.csv, ligne 1 : colonne obligatoire absente : name, category ; trouvé : id, nom, tel."
    );
    assert!(refused(b"id,name,\"category\n1,a,b\n").contains("ligne 1, colonne 3"));
    assert!(
        refused(format!("id,name,category{}", ",x".repeat(2_000)).as_bytes())
            .contains("au plus 1000 colonnes")
    );
    let only = read("\u{feff}\nid;name;category\n");
    assert_eq!((only.records.len(), only.issues.len(), only.issues[0].line), (0, 1, Some(2)));
}

#[test]
fn the_example_of_the_format_goes_in() {
    let staged = read(
        "id,name,acronym,category,organization,phone,commune,hours,coverage,audiences,age_min,modes,referral,\
         referred_by,delay_days,languages,verified_on\n\
         osm-017,Équipe mobile de gériatrie Sud 92,EMG,emg,Hôpital X,01 46 30 18 14,Clamart,\
         Mo-Fr 09:00-19:00; Sa 09:00-13:00,commune:92023 | commune:92007,personnes-agees,75,domicile | etablissement,\
         \"Appel du médecin traitant, fiche de demande par MSSanté\",professionnel,7,fr | ar,2026-09-30\n",
    );
    assert_eq!((staged.records.len(), staged.issues.len()), (1, 0), "{:?}", staged.issues);
}

#[test]
fn the_demonstration_goes_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/demo");
    for name in ["mairies.csv", "hopitaux.csv", "listings.csv"] {
        let staged = read(std::fs::read(format!("{folder}/{name}")).unwrap());
        println!("{name}: {} records\n{}", staged.records.len(), told(&staged.issues));
        assert_eq!(staged.rejected, 0, "{name}: {}", told(&staged.issues));
        assert!(!staged.records.is_empty(), "{name}");
    }
}

#[test]
fn progress_is_told() {
    let mut last = 0;
    super::read("essai.csv", GOOD.as_bytes(), None, &mut |bytes| last = bytes).unwrap();
    assert_eq!(last, GOOD.len() as u64);
}
