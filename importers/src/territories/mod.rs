//! Coordination territories: rows `code,kind,name,commune`, one for each commune of a territory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use maille_domain::run::{Issue, Severity};
use maille_domain::territory::Territory;
use maille_territory::fold;

use crate::commune::{Hints, settle};
use crate::issue::Spot;
use crate::table::{Layout, ReadError, Table, is_column};

const COLUMNS: [&str; 4] = ["code", "kind", "name", "commune"];
const LAYOUT: Layout = Layout { required: &COLUMNS, known: &COLUMNS };
/// Longest text of a cell, in characters.
const LONGEST_CELL: usize = 200;

/// A file of territories, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StagedTerritories {
    /// The territories that have a commune, by code, each once.
    pub territories: Vec<Territory>,
    /// Rows of the file that say something.
    pub rows_read: u64,
    /// Territories of which no row could be kept, and rows that name no territory.
    pub rejected: u64,
    /// The file breaks off or breaks in two somewhere: territories may lack communes.
    pub damaged: bool,
    /// Everything wrong, in the order of the file.
    pub issues: Vec<Issue>,
}

/// Reads a CSV file. `file_name` is the name that messages give; `progress` is told how many bytes were read so far.
pub fn read(
    file_name: &str,
    input: impl Read,
    progress: &mut dyn FnMut(u64),
) -> Result<StagedTerritories, ReadError> {
    let mut table = Table::open(file_name, input, LAYOUT, progress)?;
    let mut reader =
        Reader { file: file_name, territories: BTreeMap::new(), staged: StagedTerritories::default() };
    let positions = reader.header(table.header_line(), table.header());
    while let Some(row) = table.next_row()? {
        reader.staged.rows_read += 1;
        if let Some(fault) = row.fault {
            let spot = Spot {
                file: file_name,
                line: row.line,
                column: Some(fault.column as u64),
                ..Spot::default()
            };
            reader.staged.issues.push(spot.issue(Severity::Error, &fault.found, fault.expected));
            reader.staged.damaged |= fault.damaged;
            let code = row.cells.get(positions[0]).filter(|_| positions[0] + 1 < fault.column);
            reader.reject(code.map_or("", |code| code.trim()));
        } else {
            reader.row(row.line, &positions, positions.map(|position| row.cells[position].trim()));
        }
    }
    let mut staged = reader.finish();
    staged.issues.extend(table.into_warnings());
    staged.issues.sort_by_key(|issue| issue.line);
    Ok(staged)
}

struct Reader<'a> {
    file: &'a str,
    territories: BTreeMap<String, Gathered>,
    staged: StagedTerritories,
}

/// A territory as its rows tell it; without kind and name when none of them could be kept.
#[derive(Default)]
struct Gathered {
    kind: String,
    name: String,
    communes: BTreeSet<String>,
}

impl Reader<'_> {
    /// Where each column is; says what the format does not know.
    fn header(&mut self, line: u64, header: &[String]) -> [usize; 4] {
        let positions =
            COLUMNS.map(|column| header.iter().position(|name| is_column(name, column)).unwrap_or_default());
        for (position, name) in
            header.iter().enumerate().filter(|(position, _)| !positions.contains(position))
        {
            let spot = Spot {
                file: self.file,
                line,
                column: Some(position as u64 + 1),
                field: Some(name),
                id: None,
            };
            let expected = "une colonne code, kind, name ou commune, une seule fois ; celle-ci n’est pas lue";
            self.staged.issues.push(spot.issue(Severity::Warning, name, expected));
        }
        positions
    }

    fn row(&mut self, line: u64, positions: &[usize; 4], [code, kind, name, commune]: [&str; 4]) {
        let file = self.file;
        let id = Some(code).filter(|code| !code.is_empty());
        let spot = |column: usize| Spot {
            file,
            line,
            column: Some(positions[column] as u64 + 1),
            id,
            field: Some(COLUMNS[column]),
        };
        let mut good = true;
        let expected =
            ["un code de territoire", "un genre de territoire : dac, cpts…", "un nom de territoire"];
        for (column, (cell, expected)) in [code, kind, name].into_iter().zip(expected).enumerate() {
            if cell.is_empty() || cell.chars().count() > LONGEST_CELL || cell.contains(char::is_control) {
                self.staged.issues.push(spot(column).issue(Severity::Error, cell, expected));
                good = false;
            }
        }
        let settled = match settle(commune, &Hints::default()) {
            Ok(settled) => {
                if let Some(remark) = settled.remark {
                    self.staged.issues.push(spot(3).issue(Severity::Warning, commune, remark));
                }
                settled.commune
            }
            Err(expected) => {
                self.staged.issues.push(spot(3).issue(Severity::Error, commune, expected));
                return self.reject(code);
            }
        };
        if !good {
            return self.reject(code);
        }
        let kind = fold(kind).replace(' ', "-");
        let territory = self.territories.entry(code.to_owned()).or_default();
        if territory.communes.is_empty() {
            (territory.kind, territory.name) = (kind, name.to_owned());
        } else {
            for (column, found, first) in [(1, &*kind, &territory.kind), (2, name, &territory.name)] {
                if found != first {
                    let expected = format!("« {first} », comme à la première ligne de ce territoire");
                    self.staged.issues.push(spot(column).issue(Severity::Warning, found, expected));
                }
            }
        }
        territory.communes.insert(settled.code.to_string());
    }

    /// Notes that a row of this territory could not be kept.
    fn reject(&mut self, code: &str) {
        if code.is_empty() {
            self.staged.rejected += 1;
        } else {
            self.territories.entry(code.to_owned()).or_default();
        }
    }

    fn finish(mut self) -> StagedTerritories {
        for (code, Gathered { kind, name, communes }) in self.territories {
            if communes.is_empty() {
                self.staged.rejected += 1;
            } else {
                let communes = communes.into_iter().collect();
                self.staged.territories.push(Territory { code, kind, name, communes });
            }
        }
        self.staged
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = include_str!("samples/good.csv");
    const MESSY: &str = include_str!("samples/messy.csv");

    fn read_all(text: &[u8]) -> StagedTerritories {
        read("territoires.csv", text, &mut |_| {}).unwrap()
    }

    fn territory(code: &str, kind: &str, name: &str, communes: &[&str]) -> Territory {
        let communes = communes.iter().map(ToString::to_string).collect();
        Territory { code: code.into(), kind: kind.into(), name: name.into(), communes }
    }

    #[test]
    fn a_territory_is_the_communes_of_its_rows() {
        let staged = read_all(GOOD.as_bytes());
        assert_eq!(
            staged.territories,
            [
                territory("cpts-invente", "cpts", "CPTS inventée", &["75115"]),
                territory("dac-invente", "dac", "DAC inventé", &["92007", "92023"]),
                territory("secteur-1", "secteur-psychiatrie", "Secteur 1", &["92023"]),
            ]
        );
        assert_eq!((staged.rows_read, staged.rejected, staged.issues.len()), (5, 0, 0));
    }

    #[test]
    fn a_bad_row_leaves_the_others() {
        let staged = read_all(MESSY.as_bytes());
        assert_eq!(staged.territories, [territory("dac", "dac", "DAC inventé", &["92023", "93066"])]);
        assert_eq!((staged.rows_read, staged.rejected, staged.damaged), (9, 3, false));
        let told: Vec<_> = staged
            .issues
            .iter()
            .map(|issue| (issue.line.unwrap(), issue.column.unwrap(), issue.severity, issue.found.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (1, 5, Severity::Warning, "source"),
                (3, 4, Severity::Error, "Trifouilly-les-Oies"),
                (4, 4, Severity::Warning, "93059"),
                (5, 3, Severity::Warning, "Autre nom"),
                (6, 4, Severity::Error, "Bagneux"),
                (7, 1, Severity::Error, ""),
                (8, 2, Severity::Error, ""),
                (9, 4, Severity::Error, ""),
                (10, 3, Severity::Error, "2 cellules"),
            ]
        );
        assert!(staged.issues[4].expected.contains("Bagneux (92007)"));
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let error = read("f.csv", "id,name\n1,a\n".as_bytes(), &mut |_| {}).unwrap_err();
        assert_eq!(
            error.to_string(),
            "f.csv, ligne 1 : colonne obligatoire absente : code, kind, commune ; trouvé : id, name."
        );
    }

    #[test]
    fn the_demonstration_goes_in() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/demo/territories.csv");
        let staged = read_all(&std::fs::read(path).unwrap());
        assert_eq!((staged.rejected, &*staged.issues), (0, &[][..]));
        assert!(staged.territories.iter().any(|territory| territory.code == "dac-92-sud"));
    }

    proptest! {
        #[test]
        fn a_mutated_file_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut text = MESSY.as_bytes().to_vec();
            let at = at.index(text.len());
            text[at] = byte;
            text.truncate(cut.index(text.len()) + 1);
            if let Ok(staged) = read("f.csv", &text[..], &mut |_| {}) {
                prop_assert!(staged.territories.iter().all(|territory| !territory.communes.is_empty()));
            }
        }
    }
}
