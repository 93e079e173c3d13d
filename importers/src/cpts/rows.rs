//! Tables of CPTS: rows that follow each other or not become one CPTS each, with all their communes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Read;

use maille_domain::Territory;
use maille_domain::run::Severity;
use maille_territory::{Commune, france};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::cell;
use super::columns::{CODES, COMMUNE_POSTAL_CODE, COMMUNES, Columns, NAMES, POSTAL_CODE};
use crate::excel::with_its_zero;
use crate::issue::Spot;
use crate::register::{Register, Where};
use crate::shelf::Shelf;
use crate::table::{Layout, ReadError, Table};

/// Names of columns by which the separator of a file is told.
const LAYOUT: Layout = Layout {
    required: &[],
    known: &[
        "id",
        "finess",
        "name",
        "nom",
        "cpts",
        "commune",
        "communes",
        "code_insee",
        "insee",
        "telephone",
        "phone",
    ],
};
/// The kind of the territories.
const KIND: &str = "cpts";

/// The CPTS of tables, while they are read.
#[derive(Debug, Default)]
pub(super) struct Rows {
    cpts: Shelf<Cpts>,
    /// The communes of each.
    communes: HashMap<String, BTreeSet<&'static str>>,
    /// The first CPTS of each commune; none once it was said that there are others.
    owners: HashMap<&'static str, Option<String>>,
}

/// What the rows of a CPTS say of it, and where the first of them stands.
#[derive(Debug, Serialize, Deserialize)]
struct Cpts {
    file: String,
    line: u64,
    cells: Map<String, Value>,
}

impl Rows {
    /// Reads a table.
    pub fn read(
        &mut self,
        file: &str,
        input: &mut dyn Read,
        register: &mut Register,
    ) -> Result<(), ReadError> {
        let mut quiet = |_| {};
        let mut table = Table::open(file, input, LAYOUT, &mut quiet)?;
        let columns = Columns::of(file, table.header_line(), table.header(), register)?;
        while let Some(row) = table.next_row()? {
            let spot = Where { file, line: row.line };
            // Postgres keeps no null character in a text.
            let texts: Vec<String> = row.cells.iter().map(|cell| cell.replace('\0', "")).collect();
            let cells = columns.cells(&texts);
            let said =
                |column: &str| cells.iter().find(|(name, _)| *name == column).map_or("", |(_, cell)| *cell);
            if let Some(fault) = row.fault {
                if fault.damaged {
                    register.damage();
                }
                // What stands before the fault can be trusted.
                let before = columns.position("id").is_some_and(|position| position + 1 < fault.column);
                let id = Some(said("id")).filter(|id| before && !id.is_empty());
                register.refuse(spot, id, &fault.found, &fault.expected, payload(&cells).into())?;
                continue;
            }
            let finess = with_its_zero(said("finess"), 9).unwrap_or_else(|| said("finess").to_owned());
            let id = if said("id").is_empty() { &*finess } else { said("id") };
            if id.is_empty() {
                register.refuse(spot, None, "", "un identifiant (id ou finess)", payload(&cells).into())?;
                continue;
            }
            self.row(spot, id, &columns, &cells, register)?;
        }
        for warning in table.into_warnings() {
            register.note(warning);
        }
        Ok(())
    }

    fn row(
        &mut self,
        spot: Where,
        id: &str,
        columns: &Columns,
        cells: &[(&'static str, &str)],
        register: &mut Register,
    ) -> Result<(), ReadError> {
        let aside = |source| ReadError::Aside { source };
        let mut known = self.cpts.get(id).map_err(aside)?;
        let mut changed = known.is_none();
        let cpts = known.get_or_insert_with(|| Cpts {
            file: spot.file.to_owned(),
            line: spot.line,
            cells: Map::new(),
        });
        for (column, cell) in cells.iter().filter(|(column, _)| !columns.is_of_communes(column)) {
            match cpts.cells.get(*column).and_then(Value::as_str) {
                None => {
                    cpts.cells.insert((*column).to_owned(), Value::from(*cell));
                    changed = true;
                }
                Some(first) if first == *cell => {}
                Some(first) => {
                    let expected = format!(
                        "« {first} », comme à une ligne précédente de cette CPTS ; la première compte"
                    );
                    warn(register, spot, id, columns, column, cell, &expected);
                }
            }
        }
        if changed {
            self.cpts.put(id, cpts).map_err(aside)?;
        }
        for commune in communes(spot, id, columns, cells, register) {
            self.communes.entry(id.to_owned()).or_default().insert(&commune.code);
            let owner = self.owners.entry(&commune.code).or_insert_with(|| Some(id.to_owned()));
            if let Some(other) = owner.take_if(|owner| owner != id) {
                let found = format!("{} ({})", commune.name, commune.code);
                let expected =
                    format!("une commune d’une seule CPTS ; elle est aussi de {other} ; les deux la gardent");
                register.warn(spot, Some(id), &found, &expected);
            }
        }
        Ok(())
    }

    /// Gives the register all the CPTS, and their territories.
    pub fn finish(mut self, register: &mut Register) -> Result<(), ReadError> {
        let mut codes = HashSet::new();
        for place in 0..self.cpts.places() {
            let Some(Cpts { file, line, mut cells }) =
                self.cpts.at(place).map_err(|source| ReadError::Aside { source })?
            else {
                continue;
            };
            let said = |name: &str| cells.get(name).and_then(Value::as_str).unwrap_or_default();
            let finess = with_its_zero(said("finess"), 9).unwrap_or_else(|| said("finess").to_owned());
            let id = if said("id").is_empty() { finess } else { said("id").to_owned() };
            let communes = self.communes.remove(&id).unwrap_or_default();
            let (name, code) = (said("name").to_owned(), code(said("territory"), &id));
            let spot = Where { file: &file, line };
            if !communes.is_empty() && !name.is_empty() {
                if codes.insert(code.clone()) {
                    let communes = communes.iter().map(|&code| code.to_owned()).collect();
                    register.territory(Territory { code, kind: KIND.to_owned(), name, communes });
                } else {
                    let expected = "un code de territoire par CPTS ; celui-ci est déjà pris, ce territoire n’est pas créé";
                    register.warn(spot, Some(&id), &code, expected);
                }
            }
            cells.insert(COMMUNES.to_owned(), json!(communes));
            register.take(spot, &Value::from(id), None, Value::Object(cells))?;
        }
        Ok(())
    }
}

/// The code of the territory of a CPTS: what the table calls it, else its identifier, which says that it is a CPTS.
fn code(said: &str, id: &str) -> String {
    if !said.is_empty() {
        said.to_owned()
    } else if id.to_lowercase().starts_with(KIND) {
        id.to_owned()
    } else {
        format!("{KIND}-{id}")
    }
}

/// The communes of a row.
fn communes(
    spot: Where,
    id: &str,
    columns: &Columns,
    cells: &[(&'static str, &str)],
    register: &mut Register,
) -> Vec<&'static Commune> {
    let said = |column: &str| cells.iter().find(|(name, _)| *name == column).map(|(_, cell)| *cell);
    let (of_commune, other) = (said(COMMUNE_POSTAL_CODE), said(POSTAL_CODE));
    let postal_code = of_commune.or_else(|| other.filter(|_| columns.is_of_communes(POSTAL_CODE)));
    // The communes of a CPTS are around its seat, whose postal code tells which of two homonyms is meant.
    let commune = |part: &str, postal_code: Option<&str>| {
        let settled = cell::commune(part, postal_code);
        if settled.is_ok() || of_commune.is_some() { settled } else { cell::commune(part, other).or(settled) }
    };
    // Codes come first: names help where there is none.
    let Some((column, cell)) =
        [CODES, COMMUNES, NAMES].into_iter().find_map(|column| Some((column, said(column)?)))
    else {
        return Vec::new();
    };
    let parts = cell::parts(cell);
    let name = [COMMUNES, NAMES].into_iter().filter_map(said).find(|name| column == CODES && *name != cell);
    let mut found = Vec::new();
    for part in &parts {
        let whole = with_its_zero(part, 5).filter(|code| france().current_commune(code).is_some());
        let settled = commune(whole.as_deref().unwrap_or(part), postal_code);
        // With the code of a postal code, or a code of nowhere, the name of the commune may do.
        let by_name = name.filter(|_| parts.len() == 1).map(|name| commune(name, postal_code.or(Some(part))));
        match (settled, by_name) {
            (Ok(settled), by_name) => {
                if let Some(remark) = settled.remark {
                    warn(register, spot, id, columns, column, part, &remark);
                }
                if let Some(Ok(other)) = by_name.filter(|_| part.len() == 5)
                    && other.commune.code != settled.commune.code
                {
                    let expected = format!(
                        "le code de {} ({}) ; le code est suivi : {}",
                        other.commune.name, other.commune.code, settled.commune.name
                    );
                    warn(register, spot, id, columns, column, part, &expected);
                }
                found.push(settled.commune);
            }
            (Err(expected), Some(Ok(named))) => {
                let expected = format!(
                    "{expected} ; lu d’après le nom : {} ({})",
                    named.commune.name, named.commune.code
                );
                warn(register, spot, id, columns, column, part, &expected);
                found.push(named.commune);
            }
            (Err(expected), _) => {
                warn(
                    register,
                    spot,
                    id,
                    columns,
                    column,
                    part,
                    &format!("{expected} ; commune laissée de côté"),
                );
            }
        }
    }
    found
}

fn warn(
    register: &mut Register,
    spot: Where,
    id: &str,
    columns: &Columns,
    column: &str,
    found: &str,
    expected: &str,
) {
    let position = columns.position(column).map(|position| position as u64 + 1);
    let spot = Spot { file: spot.file, line: spot.line, column: position, id: Some(id), field: Some(column) };
    register.note(spot.issue(Severity::Warning, found, expected));
}

fn payload(cells: &[(&'static str, &str)]) -> Map<String, Value> {
    cells.iter().map(|(name, cell)| ((*name).to_owned(), Value::from(*cell))).collect()
}
