//! A spreadsheet from listings: what [`read`](super::read) reads back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use maille_domain::Fields;
use maille_domain::field::{Field, Values};
use maille_domain::location::Precision;
use maille_territory::{fold, france};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::shelf::Shelf;
use crate::spreadsheet::{ANOMALY, COLUMNS, Column};

/// Most columns besides those of the format: a spreadsheet with more is not read by anybody. Other information is in `extra`.
const MOST_EXTRA: usize = 200;

/// Listings on their way to a spreadsheet: put aside on disk, since the columns are known only once the last is seen.
#[derive(Debug, Default)]
pub struct Export {
    listings: Shelf<Listing>,
    /// How many listings have each name of the extra information that can be a title.
    titles: BTreeMap<String, u64>,
    /// Whether another name is there.
    untitled: bool,
    precision: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    id: String,
    fields: Fields,
}

impl Export {
    /// Adds a listing, in the place of the one that has its id.
    pub fn add(&mut self, id: &str, fields: &Fields) -> io::Result<()> {
        for name in fields.extra.keys() {
            if is_title(name) {
                *self.titles.entry(name.clone()).or_default() += 1;
            } else {
                self.untitled = true;
            }
        }
        self.precision |= point(fields).is_some_and(|(_, _, precision)| precision == Precision::Commune);
        self.listings.put(id, &Listing { id: id.to_owned(), fields: fields.clone() })
    }

    /// Writes them all: the columns of the format, then one for each name of the extra information. `precision` and `extra`
    /// are there only when a listing needs them.
    ///
    /// A point at the centre of its commune is left out, since the commune gives it again.
    pub fn write(self, output: impl Write) -> io::Result<()> {
        let mut titles: Vec<(&str, u64)> =
            self.titles.iter().map(|(name, count)| (&**name, *count)).collect();
        titles.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let extra = self.untitled || titles.len() > MOST_EXTRA;
        let titles: BTreeSet<&str> = titles.into_iter().take(MOST_EXTRA).map(|(name, _)| name).collect();
        let needed = |column: &&str| match *column {
            "precision" => self.precision,
            "extra" => extra,
            _ => true,
        };
        let columns: Vec<&str> = COLUMNS.into_iter().filter(needed).collect();
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(columns.iter().chain(&titles))?;
        for place in 0..self.listings.places() {
            let Some(Listing { id, fields }) = self.listings.at(place)? else { continue };
            let values = fields.to_values();
            let cells = columns.iter().map(|column| match *column {
                "id" => id.clone(),
                "extra" => untitled(&fields, &titles),
                column => cell(column, &fields, &values),
            });
            let others = titles.iter().map(|name| fields.extra.get(*name).cloned().unwrap_or_default());
            writer.write_record(cells.chain(others))?;
        }
        writer.flush()
    }
}

/// Whether a name can be the title of a column that is read under the same name.
fn is_title(name: &str) -> bool {
    !name.is_empty()
        && name.trim() == name
        && !name.chars().any(char::is_control)
        && Column::named(&name.to_ascii_lowercase()).is_none()
        && fold(name) != ANOMALY
}

/// The extra information that has no column, as a JSON object.
fn untitled(fields: &Fields, titles: &BTreeSet<&str>) -> String {
    let others: BTreeMap<_, _> =
        fields.extra.iter().filter(|(name, _)| !titles.contains(name.as_str())).collect();
    if others.is_empty() { String::new() } else { json!(others).to_string() }
}

/// The point to write: none where the commune gives it again.
fn point(fields: &Fields) -> Option<(f64, f64, Precision)> {
    let location = fields.location?;
    let commune = fields.commune.as_deref().and_then(|code| france().current_commune(code));
    let given = location.precision == Precision::Commune
        && commune.is_some_and(|commune| commune.point == location.point());
    (!given).then_some((location.lat, location.lon, location.precision))
}

fn cell(column: &str, fields: &Fields, values: &Values) -> String {
    match column {
        "lat" => point(fields).map(|(lat, _, _)| lat.to_string()).unwrap_or_default(),
        "lon" => point(fields).map(|(_, lon, _)| lon.to_string()).unwrap_or_default(),
        "precision" => point(fields).map(|(_, _, precision)| precision.to_string()).unwrap_or_default(),
        column => {
            let field: Option<Field> = column.parse().ok();
            field.map(|field| field.format(values.get(&field).unwrap_or(&Value::Null))).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use maille_domain::location::Location;
    use maille_domain::{Category, Coverage};
    use maille_territory::Point;
    use proptest::prelude::*;

    use super::*;
    use crate::commune::point_expected;
    use crate::plain::plain;
    use crate::testing::{Taken, told};

    fn read(text: &[u8]) -> Vec<(String, Fields)> {
        let staged = crate::csv::read("essai.csv", text, None, &mut |_| {}).unwrap();
        let staged = Taken::all(Box::new(staged));
        let silly = |issue: &&maille_domain::run::Issue| !issue.expected.contains("du format ; celle");
        let issues: Vec<_> = staged.issues.iter().filter(silly).cloned().collect();
        assert!(issues.is_empty(), "{}\n{}", told(&issues), String::from_utf8_lossy(text));
        let fields = staged.records.into_iter().map(|record| {
            (record.source_id, Fields::from_values(record.values).expect("values of a record are fields"))
        });
        fields.collect()
    }

    fn written(listings: &[(String, Fields)]) -> Vec<u8> {
        let mut export = Export::default();
        for (id, fields) in listings {
            export.add(id, fields).unwrap();
        }
        let mut text = Vec::new();
        export.write(&mut text).unwrap();
        text
    }

    fn several(codes: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::subsequence(codes, 0..=codes.len()).prop_shuffle().prop_map(|codes| codes.join("|"))
    }

    fn one(codes: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::select(codes).prop_map(str::to_owned)
    }

    /// A text as any source may have it, plain as the importers make it.
    fn text() -> impl Strategy<Value = String> {
        let text = prop_oneof![
            Just(String::new()),
            "[a-zé '’\",;=+@\n\r\t-]{0,30}\\PC{0,10}",
            "\\PC{0,20}",
            Just("=1+1".to_owned()),
            Just("\"".to_owned()),
            "(<b>|<|>|&amp;|lt;|a|@| ){0,8}",
        ];
        text.prop_map(|text| plain(&text).into_owned())
    }

    /// What a source may say of a field.
    fn said(field: Field) -> BoxedStrategy<String> {
        match field {
            Field::Category => one(&["emg", "ssiad", "mdph", "autre"]).boxed(),
            Field::Finess => one(&["", "130000235"]).boxed(),
            Field::Siret => one(&["", "26010004500012"]).boxed(),
            Field::Phone => {
                several(&["01 99 00 00 11", "15", "3114", "0590 27 60 27", "+41 44 668 18 00"]).boxed()
            }
            Field::Email | Field::Mssante => several(&["a+b@example.org", "b@example.org"]).boxed(),
            Field::Website => several(&["https://example.org/x?y=1,2;3", "example.com"]).boxed(),
            Field::SourceUrl => one(&["", "https://example.org/"]).boxed(),
            Field::Hours => one(&["", "24/7", "Mo-Fr 09:00-19:00; PH off"]).boxed(),
            Field::Coverage => {
                several(&["commune:92023", "radius:2.5", "national", "territory:dac-x", "epci:200054781"])
                    .boxed()
            }
            Field::Audiences => several(&["enfants", "aidants"]).boxed(),
            Field::Themes => several(&["handicap", "tous"]).boxed(),
            Field::Modes => several(&["domicile", "rue"]).boxed(),
            Field::ReferredBy => several(&["medecin", "tous"]).boxed(),
            Field::AgeMin => (0..60u8).prop_map(|age| age.to_string()).boxed(),
            Field::AgeMax => (60..=130u8).prop_map(|age| age.to_string()).boxed(),
            Field::DelayDays => one(&["", "0", "365"]).boxed(),
            Field::Languages => several(&["fr", "ar"]).boxed(),
            Field::Accessibility => several(&["PMR, portes larges", "lsf"]).boxed(),
            Field::Status => one(&["", "ouvert", "sature"]).boxed(),
            Field::VerifiedOn => one(&["", "2026-09-30"]).boxed(),
            Field::PostalCode | Field::Commune | Field::Location | Field::Extra => {
                Just(String::new()).boxed()
            }
            _ => text().boxed(),
        }
    }

    /// Where a listing may be: postal code and commune, former ones already current, then a point.
    fn place() -> impl Strategy<Value = (Option<String>, Option<String>, Option<Location>)> {
        let degrees = (-0.008..0.008f64, -0.008..0.008f64);
        let point = prop::option::of((degrees, any::<bool>(), any::<bool>()));
        (any::<prop::sample::Index>(), any::<bool>(), any::<bool>(), point).prop_map(
            |(commune, named, coded, point)| {
                let commune = commune.get(france().communes());
                let centre = commune.point;
                let location = point.map(|((lat, lon), near, sure)| {
                    let (lat, lon) = if near { (lat, lon) } else { (0.0, 0.0) };
                    let precision = if sure { Precision::Address } else { Precision::Commune };
                    Location { lat: centre.lat + lat, lon: centre.lon + lon, precision }
                });
                // A point far from its commune is a warning in any file; and the importers give every commune a point.
                let near = location.filter(|point| point_expected(commune, point.point()).is_none());
                let location = near.or_else(|| {
                    let Point { lat, lon } = centre;
                    named.then_some(Location { lat, lon, precision: Precision::Commune })
                });
                let postal_code = commune.postal_codes.first().filter(|_| coded).map(ToString::to_string);
                (postal_code, named.then(|| commune.code.to_string()), location)
            },
        )
    }

    fn name_of_extra() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,12}",
            "[a-zA-Z é:;,\"|{}\n\t-]{1,8}",
            one(&[
                "phone",
                "Phone",
                "extra",
                "id",
                "lat",
                "anomalie",
                "Anomalie",
                "phone (2)",
                "colonne 3",
                "",
                " ",
                "\u{feff}a"
            ]),
        ]
    }

    prop_compose! {
        fn fields()(
            said in Field::ALL.iter().map(|field| said(*field)).collect::<Vec<_>>(),
            (postal_code, commune, location) in place(),
            extra in prop::collection::btree_map(name_of_extra(), text().prop_filter("said", |text| !text.is_empty()), 0..4),
        ) -> Fields {
            let mut values = Values::from([(Field::Name, json!("Équipe")), (Field::Category, json!("emg"))]);
            for (field, text) in Field::ALL.iter().zip(said) {
                if *field != Field::Extra
                    && let Some(value) = field.parse(&text).unwrap()
                {
                    values.insert(*field, value);
                }
            }
            let mut fields = Fields::from_values(values).unwrap();
            fields.postal_code = postal_code;
            fields.commune = commune;
            fields.location = location;
            fields.extra = extra;
            fields
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_written_is_read_back(fields in prop::collection::vec(fields(), 1..5)) {
            let listings: Vec<(String, Fields)> =
                fields.into_iter().enumerate().map(|(place, fields)| (format!("ligne-{place}"), fields)).collect();
            prop_assert_eq!(read(&written(&listings)), listings);
        }
    }

    fn listing(change: impl FnOnce(&mut Fields)) -> (String, Fields) {
        let mut fields = Fields::new("Équipe", Category::other());
        change(&mut fields);
        ("a".to_owned(), fields)
    }

    fn header(text: &[u8]) -> Vec<&str> {
        std::str::from_utf8(text).unwrap().lines().next().unwrap().split(',').collect()
    }

    #[test]
    fn columns_that_nobody_needs_are_not_written() {
        let text = written(&[listing(|_| {})]);
        assert_eq!(header(&text).len(), COLUMNS.len() - 2);
        assert!(!header(&text).contains(&"precision") && !header(&text).contains(&"extra"));
    }

    #[test]
    fn an_approximate_point_that_is_no_centre_keeps_its_precision() {
        let precision = Precision::Commune;
        let near = listing(|fields| fields.location = Some(Location { lat: 48.8, lon: 2.26, precision }));
        let text = written(std::slice::from_ref(&near));
        assert!(header(&text).contains(&"precision"));
        assert_eq!(read(&text), [near]);
    }

    #[test]
    fn a_name_of_extra_information_never_takes_a_column() {
        let odd = listing(|fields| {
            for name in ["Phone", "extra", "Anomalie", "", " a ", "b"] {
                fields.extra.insert(name.into(), "poste 12".into());
            }
        });
        let text = written(std::slice::from_ref(&odd));
        assert_eq!(header(&text)[37..], ["extra", "b"]);
        assert_eq!(read(&text), [odd]);
    }

    #[test]
    fn thousands_of_names_and_of_communes_go_through() {
        let communes = france().communes().iter().filter(|commune| commune.parent.is_none());
        let served =
            communes.take(3_000).map(|commune| Coverage::Commune(commune.code.to_string())).collect();
        let large = listing(|fields| {
            fields.coverage = served;
            fields.extra = (0..2_000).map(|name| (format!("nom {name}"), "oui".to_owned())).collect();
        });
        let text = written(std::slice::from_ref(&large));
        assert!(text.split(|&byte| byte == b'\n').next().unwrap().len() < 5_000);
        assert_eq!(read(&text), [large]);
    }
}
