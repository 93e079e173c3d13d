//! The text of a cell: what the person who filled the sheet sees, as far as the file knows it.

use calamine::{CellErrorType, Data, ExcelDateTime};

use crate::excel::with_its_zero;

/// Columns whose codes Excel takes for numbers, and how many digits they have.
const CODES: [(&str, usize); 5] =
    [("phone", 10), ("postal_code", 5), ("commune", 5), ("finess", 9), ("siret", 14)];

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// A value, typed or computed.
    Value(Data),
    /// A formula that no program has computed.
    NotComputed,
}

/// A cell, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// Its text.
    pub text: String,
    /// What should be there instead, when the row can go in all the same.
    pub remark: Option<String>,
    /// What should be there instead, when the row cannot.
    pub error: Option<String>,
}

impl Cell {
    /// Whether nothing is seen in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Value(Data::Empty) => true,
            Cell::Value(Data::String(text)) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Reads the cell of a column, by its name in lower case.
    pub fn read(&self, column: &str) -> Reading {
        let (mut text, mut remark, mut error) = (String::new(), None, None);
        match self {
            Cell::Value(Data::Error(kind)) => {
                text = shown(kind);
                error = Some("une valeur, pas une erreur de calcul".to_owned());
            }
            Cell::NotComputed => {
                "formule sans résultat".clone_into(&mut text);
                error = Some(
                    "une valeur : ouvrez le classeur dans un tableur et enregistrez-le, la formule sera calculée"
                        .to_owned(),
                );
            }
            Cell::Value(Data::Int(number)) => text = number.to_string(),
            Cell::Value(Data::Float(number)) => text = number_shown(*number),
            Cell::Value(Data::Bool(truth)) => (if *truth { "VRAI" } else { "FAUX" }).clone_into(&mut text),
            Cell::Value(Data::DateTime(date)) => text = date_shown(*date, column),
            Cell::Value(Data::DateTimeIso(date)) => text = iso_date(date, column),
            Cell::Value(Data::String(written) | Data::DurationIso(written)) => text.clone_from(written),
            Cell::Value(Data::Empty) => {}
        }
        if let Cell::Value(Data::Int(_) | Data::Float(_)) = self
            && let Some((_, length)) = CODES.iter().find(|(name, _)| *name == column)
            && let Some(whole) = with_its_zero(&text, *length)
        {
            remark = Some(format!(
                "« {whole} », lu ainsi : le tableur a ôté le zéro de gauche ; mettez la colonne au format Texte"
            ));
            text = whole;
        }
        Reading { text, remark, error }
    }
}

/// A number as spreadsheet programs show it: fifteen significant digits, which hides the noise of binary fractions.
fn number_shown(number: f64) -> String {
    let rounded = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    // Zero may have a sign.
    (rounded + 0.0).to_string()
}

/// A date in ISO 8601, with the hour when it has one and its column is not one of days; an hour, or a duration, alone.
fn date_shown(date: ExcelDateTime, column: &str) -> String {
    if date.is_duration() {
        let minutes = (date.as_f64() * 24.0 * 60.0).round() as i64;
        return format!("{:02}:{:02}", minutes / 60, (minutes % 60).abs());
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let hour = match (hour, minute, second) {
        (0, 0, 0) => String::new(),
        (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
        (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    if (0.0..1.0).contains(&date.as_f64()) {
        return if hour.is_empty() { "00:00".to_owned() } else { hour };
    }
    let day = format!("{year:04}-{month:02}-{day:02}");
    if hour.is_empty() || is_of_days(column) { day } else { format!("{day} {hour}") }
}

fn iso_date(date: &str, column: &str) -> String {
    match date.split_once('T') {
        Some((day, hour))
            if is_of_days(column) || hour.trim_end_matches('Z').trim_matches(['0', ':', '.']).is_empty() =>
        {
            day.to_owned()
        }
        _ => date.replace('T', " "),
    }
}

fn is_of_days(column: &str) -> bool {
    column == "verified_on"
}

/// An error as French programs show it.
fn shown(kind: &CellErrorType) -> String {
    match kind {
        CellErrorType::NA => "#N/A".to_owned(),
        CellErrorType::Name => "#NOM?".to_owned(),
        CellErrorType::Null => "#NUL!".to_owned(),
        CellErrorType::Num => "#NOMBRE!".to_owned(),
        CellErrorType::Value => "#VALEUR!".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn text(cell: Data, column: &str) -> String {
        let reading = Cell::Value(cell).read(column);
        assert_eq!((reading.remark, reading.error), (None, None));
        reading.text
    }

    fn date(serial: f64, kind: ExcelDateTimeType) -> Data {
        Data::DateTime(ExcelDateTime::new(serial, kind, false))
    }

    #[test]
    fn cells_read_as_they_are_seen() {
        for (number, seen) in [
            (75.0, "75"),
            (-0.0, "0"),
            (48.7964, "48.7964"),
            (0.1 + 0.2, "0.3"),
            (26_010_004_500_012.0, "26010004500012"),
        ] {
            assert_eq!(text(Data::Float(number), "age_min"), seen);
        }
        assert_eq!(text(Data::Bool(true), "note"), "VRAI");
        assert_eq!(text(Data::String("0146301814".into()), "phone"), "0146301814");
        for (serial, column, seen) in [
            (46_295.0, "verified_on", "2026-09-30"),
            (46_295.6, "verified_on", "2026-09-30"),
            (46_295.5, "note", "2026-09-30 12:00"),
            (0.375, "note", "09:00"),
        ] {
            assert_eq!(text(date(serial, ExcelDateTimeType::DateTime), column), seen);
        }
        assert_eq!(text(date(1.0625, ExcelDateTimeType::TimeDelta), "note"), "25:30");
        assert_eq!(text(Data::DateTimeIso("2026-09-30T00:00:00".into()), "note"), "2026-09-30");
        assert_eq!(text(Data::DateTimeIso("2026-09-30T09:30:00".into()), "note"), "2026-09-30 09:30:00");
    }

    #[test]
    fn a_zero_that_was_eaten_is_given_back_and_said() {
        for (column, number, whole) in [
            ("phone", 146_301_814.0, "0146301814"),
            ("postal_code", 1_000.0, "01000"),
            ("commune", 1_004.0, "01004"),
            ("finess", 10_000_024.0, "010000024"),
        ] {
            let reading = Cell::Value(Data::Float(number)).read(column);
            assert_eq!(reading.text, whole, "{column}");
            assert!(reading.remark.unwrap().contains(whole), "{column}");
        }
        assert_eq!(text(Data::Float(15.0), "phone"), "15", "a short number is whole");
        assert_eq!(text(Data::Float(92_140.0), "postal_code"), "92140");
        assert_eq!(text(Data::Float(146_301_814.0), "note"), "146301814");
    }

    #[test]
    fn what_has_no_value_says_so() {
        let reading = Cell::Value(Data::Error(CellErrorType::Value)).read("name");
        assert_eq!(reading.text, "#VALEUR!");
        assert!(reading.error.unwrap().contains("erreur de calcul"));
        assert!(Cell::NotComputed.read("name").error.unwrap().contains("enregistrez-le"));
    }
}
