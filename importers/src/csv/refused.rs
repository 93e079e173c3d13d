//! The refused records as a spreadsheet, to be corrected and imported again.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use serde_json::Value;

use crate::shelf::Shelf;
use crate::spreadsheet::ANOMALY;
use crate::staged::RefusedRecord;

/// Writes refused records: their columns, in their order, then `anomalie`, which says what is wrong and which
/// [`read`](super::read) passes over. Values that are no texts are written as JSON.
///
/// A text is written as it is, also when a spreadsheet program would take it for a formula (`=`, `+`, `-`, `@`): what is
/// corrected is imported again, and a mark put before it would come with it.
///
/// Excel in French opens it as a table: it begins with the mark of UTF-8 and its separator is `;`.
pub fn write_refused(
    mut output: impl Write,
    records: impl Iterator<Item = io::Result<RefusedRecord>>,
) -> io::Result<()> {
    let mut shelf: Shelf<RefusedRecord> = Shelf::default();
    let (mut columns, mut seen): (Vec<String>, HashSet<String>) = (Vec::new(), HashSet::new());
    for record in records {
        let record = record?;
        for (name, _) in &record.payload {
            if !seen.contains(name) {
                seen.insert(name.clone());
                columns.push(name.clone());
            }
        }
        shelf.put(&shelf.places().to_string(), &record)?;
    }
    output.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(output);
    // A register may have a key of this name.
    let header = |name: &String| if name == ANOMALY { format!("{name} (2)") } else { name.clone() };
    writer.write_record(columns.iter().map(header).chain([ANOMALY.to_owned()]))?;
    for place in 0..shelf.places() {
        let Some(record) = shelf.at(place)? else { continue };
        let payload: HashMap<String, Value> = record.payload.into_iter().collect();
        let cells = columns.iter().map(|name| match payload.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        });
        writer.write_record(cells.chain([record.reasons.join(" ; ")]))?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spreadsheet::mapping::Mapping;
    use crate::staged::{Rest, Source};
    use crate::testing::Taken;

    fn rest(text: &str, mapping: Option<&Mapping>) -> Rest {
        let mut staged =
            Box::new(crate::csv::read("essai.csv", text.as_bytes(), mapping, &mut |_| {}).unwrap());
        staged.by_ref().for_each(drop);
        staged.rest()
    }

    fn refused(text: &str, mapping: Option<&Mapping>) -> String {
        let mut output = Vec::new();
        write_refused(&mut output, rest(text, mapping).refused.iter()).unwrap();
        String::from_utf8(output).unwrap()
    }

    fn read(text: &str, mapping: Option<&Mapping>) -> Taken {
        let staged = crate::csv::read("essai.csv", text.as_bytes(), mapping, &mut |_| {}).unwrap();
        Taken::all(Box::new(staged))
    }

    #[test]
    fn what_is_corrected_is_imported_as_it_is() {
        let written = refused(
            "id,name,category,phone,Note,finess\n\
             a,Un,emg,appeler,=1+1,\n\
             b,Deux,,15,@ici,\n\
             c,Trois,emg,15,,\n\
             d,Quatre,emg,15,\"deux\nlignes\",\n\
             d,Cinq,emg,15,,,reste\n\
             f,Six,emg,midi,,\n\
             f,Sept,emg,minuit,,\n",
            None,
        );
        insta::assert_snapshot!(written);
        let corrected = written
            .replace("appeler", "01 99 00 00 11")
            .replace("midi", "15")
            .replace("f;Sept;emg;minuit", "g;Sept;emg;15")
            .replace("Deux;;", "Deux;emg;")
            .replace("d;Cinq", "e;Cinq");
        let taken = read(&corrected, None);
        assert_eq!(taken.counts(), (6, 0, 0), "{:?}", taken.issues);
        assert_eq!(taken.fields("a").extra["Note"], "=1+1");
        assert!(taken.records.iter().all(|record| !record.payload.to_string().contains("anomalie")));
        let told: Vec<&str> = taken.issues.iter().filter_map(|issue| issue.field.as_deref()).collect();
        let found: Vec<&str> = taken.issues.iter().map(|issue| &*issue.found).collect();
        assert_eq!((told, found), (vec![], vec!["Note, colonne 7"]), "nothing is said of anomalie");
    }

    #[test]
    fn a_row_of_anybody_s_spreadsheet_comes_back_under_its_own_titles() {
        let mapping = "header_line = 3\n[columns]\n\"N°\" = \"id\"\n\"Nom\" = \"name\"\n\"Tél\" = \"phone\"\n[constants]\ncategory = \"emg\"\n";
        let mapping = Mapping::parse("table.toml", mapping).unwrap();
        let written = refused("Annuaire\n\nN°;Nom;Tél\n1;Équipe;appeler\n", Some(&mapping));
        assert!(written.starts_with("\u{feff}N°;Nom;Tél;anomalie\n1;Équipe;appeler;"), "{written}");
        let taken = read(&written.replace("1;Équipe;appeler", "1;Équipe;15"), Some(&mapping));
        assert_eq!((taken.counts(), taken.issues.len()), ((1, 0, 0), 0), "{:?}", taken.issues);
    }

    #[test]
    fn records_of_registers_are_written_as_json_where_they_are_no_texts() {
        let payload = |value: Value| value.as_object().unwrap().clone().into_iter().collect();
        let record = |value, reasons: &[&str]| RefusedRecord {
            source_id: None,
            payload: payload(value),
            reasons: reasons.iter().map(ToString::to_string).collect(),
        };
        let records = [
            record(json!({ "nom": "Un", "tel": ["15"], "anomalie": 3 }), &["un nom", "un type"]),
            record(json!({ "actif": true, "vide": null }), &[]),
        ];
        let mut output = Vec::new();
        write_refused(&mut output, records.into_iter().map(Ok)).unwrap();
        assert_eq!(
            String::from_utf8(output).unwrap(),
            "\u{feff}anomalie (2);nom;tel;actif;vide;anomalie\n3;Un;\"[\"\"15\"\"]\";;;\"un nom ; un type\"\n;;;true;;\n"
        );
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let records = [Err(io::Error::other("disque"))];
        assert!(write_refused(Vec::new(), records.into_iter()).is_err());
    }
}
