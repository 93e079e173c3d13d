//! A spreadsheet from listings: what [`read`](super::read) reads back.

use std::collections::BTreeSet;
use std::io::Write;

use maille_domain::Fields;
use maille_domain::field::{Field, Values};
use maille_domain::location::Precision;
use serde_json::Value;

use crate::spreadsheet::COLUMNS;

/// Writes listings with their ids: the columns of the format, then one for each name of the extra information.
///
/// A point at the centre of a commune is left out, since the commune gives it again.
pub fn write(output: impl Write, listings: &[(&str, &Fields)]) -> Result<(), csv::Error> {
    let extra: BTreeSet<&str> =
        listings.iter().flat_map(|(_, fields)| fields.extra.keys().map(String::as_str)).collect();
    let mut writer = csv::WriterBuilder::new().from_writer(output);
    writer.write_record(
        COLUMNS.iter().copied().map(str::to_owned).chain(extra.iter().map(|name| header(name))),
    )?;
    for (id, fields) in listings {
        let values = fields.to_values();
        let cells = COLUMNS.iter().map(|column| cell(column, id, fields, &values));
        let others = extra.iter().map(|name| fields.extra.get(*name).cloned().unwrap_or_default());
        writer.write_record(cells.chain(others))?;
    }
    writer.flush()?;
    Ok(())
}

fn cell(column: &str, id: &str, fields: &Fields, values: &Values) -> String {
    let location = fields.location.filter(|location| location.precision == Precision::Address);
    match column {
        "id" => id.to_owned(),
        "lat" => location.map(|location| location.lat.to_string()).unwrap_or_default(),
        "lon" => location.map(|location| location.lon.to_string()).unwrap_or_default(),
        column => {
            let field: Option<Field> = column.parse().ok();
            field.map(|field| field.format(values.get(&field).unwrap_or(&Value::Null))).unwrap_or_default()
        }
    }
}

/// The header of an extra column: never that of a column of the format.
fn header(name: &str) -> String {
    let taken = COLUMNS.iter().any(|column| column.eq_ignore_ascii_case(name.trim()));
    if taken { format!("{name} (2)") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn several(codes: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::subsequence(codes, 0..=codes.len()).prop_map(|codes| codes.join(" | "))
    }

    fn one(codes: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::select(codes).prop_map(str::to_owned)
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), "[a-zé '’\",;\n]{0,30}\\PC{0,10}"]
    }

    /// A good cell of a column.
    fn cell(column: &str) -> BoxedStrategy<String> {
        match column {
            "name" => "[A-Zé][a-z ,;\"-]{0,20}".boxed(),
            "category" => one(&["emg", "ssiad", "mdph", "autre"]).boxed(),
            "finess" => one(&["", "130000235"]).boxed(),
            "siret" => one(&["", "26010004500012"]).boxed(),
            "phone" => several(&["01 99 00 00 11", "15", "3114"]).boxed(),
            "email" | "mssante" => several(&["a@example.org", "b@example.org"]).boxed(),
            "website" => several(&["https://example.org/x?y=1", "example.com"]).boxed(),
            "source_url" => one(&["", "https://example.org/"]).boxed(),
            "postal_code" => one(&["", "92140", "75015"]).boxed(),
            "commune" => one(&["", "92023", "Clamart", "75115", "2A004"]).boxed(),
            "hours" => one(&["", "24/7", "Mo-Fr 09:00-19:00; PH off"]).boxed(),
            "coverage" => several(&["commune:92023", "radius:2.5", "national", "territory:dac-x"]).boxed(),
            "audiences" => several(&["enfants", "aidants"]).boxed(),
            "themes" => several(&["handicap", "tous"]).boxed(),
            "modes" => several(&["domicile", "rue"]).boxed(),
            "referred_by" => several(&["medecin", "tous"]).boxed(),
            "age_min" => (0..60u8).prop_map(|age| age.to_string()).boxed(),
            "age_max" => (60..=130u8).prop_map(|age| age.to_string()).boxed(),
            "delay_days" => one(&["", "0", "365"]).boxed(),
            "languages" => several(&["fr", "ar"]).boxed(),
            "accessibility" => several(&["pmr", "lsf"]).boxed(),
            "status" => one(&["", "ouvert", "sature"]).boxed(),
            "verified_on" => one(&["", "2026-09-30"]).boxed(),
            "lat" | "lon" | "id" => Just(String::new()).boxed(),
            _ => text().boxed(),
        }
    }

    prop_compose! {
        fn row()(
            mut cells in COLUMNS.iter().map(|column| cell(column)).collect::<Vec<_>>(),
            point in prop::option::of((48.79..48.81f64, 2.25..2.27f64)),
            note in text(),
        ) -> Vec<String> {
            if let Some((lat, lon)) = point {
                let column = |name| COLUMNS.iter().position(|column| *column == name).unwrap();
                cells[column("lat")] = lat.to_string();
                cells[column("lon")] = lon.to_string();
            }
            cells.push(note);
            cells
        }
    }

    fn read(text: &[u8]) -> Vec<(String, Fields)> {
        let staged = crate::csv::read("essai.csv", text, &mut |_| {}).unwrap();
        assert_eq!(staged.rejected, 0, "{:?}", staged.issues);
        let fields = staged.records.into_iter().map(|record| {
            (record.source_id, Fields::from_values(record.values).expect("values of a record are fields"))
        });
        fields.collect()
    }

    fn written(listings: &[(String, Fields)]) -> Vec<u8> {
        let listings: Vec<(&str, &Fields)> = listings.iter().map(|(id, fields)| (&**id, fields)).collect();
        let mut text = Vec::new();
        write(&mut text, &listings).unwrap();
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_back(rows in prop::collection::vec(row(), 1..5)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(COLUMNS.iter().copied().chain(["Remarque"])).unwrap();
            for (position, mut row) in rows.into_iter().enumerate() {
                row[0] = format!("ligne-{position}");
                writer.write_record(row).unwrap();
            }
            let listings = read(&writer.into_inner().unwrap());
            prop_assert_eq!(read(&written(&listings)), listings);
        }
    }

    #[test]
    fn a_name_of_extra_information_never_takes_a_column() {
        let mut fields = Fields::new("Équipe", maille_domain::Category::other());
        fields.extra.insert("Phone".into(), "poste 12".into());
        let listings = read(&written(&[("a".into(), fields)]));
        assert_eq!(listings[0].1.extra["Phone (2)"], "poste 12");
    }
}
