//! FINESS, the register of health and social establishments, as its open CSV: `etalab-cs1100502` (structures) and
//! `etalab-cs1100507` (structures, then their points). What each column becomes is in the README of this folder.

mod address;
mod category;
mod lines;
mod map;
mod name;
mod projection;
mod register;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Read;

use maille_domain::run::Unmapped;

use crate::staged::Staged;
use crate::table::ReadError;
use map::Mapped;
use register::Register;

/// Reads a file of the register. `file_name` is the name that messages give; `progress` is told how many bytes were read so
/// far.
pub fn read(file_name: &str, input: impl Read, progress: &mut dyn FnMut(u64)) -> Result<Staged, ReadError> {
    let mut register = Register::read(file_name, input, progress)?;
    let mut staged = Staged {
        rejected: register.rejected,
        rejected_ids: std::mem::take(&mut register.rejected_ids),
        damaged: register.damaged,
        issues: std::mem::take(&mut register.issues),
        ..Staged::default()
    };
    let mut unmapped: BTreeMap<String, Unmapped> = BTreeMap::new();
    for structure in register.structures() {
        let Mapped { record, issues, category } = map::map(file_name, &structure);
        staged.issues.extend(issues);
        if let Some(record) = record {
            staged.records.push_back(record);
        } else {
            staged.rejected += 1;
            staged.rejected_ids.push(structure.id.to_owned());
        }
        if let Some((code, label)) = category {
            let system = "finess".to_owned();
            let label = Some(label).filter(|label| !label.is_empty());
            let new = || Unmapped { system, code: code.clone(), label, count: 0 };
            unmapped.entry(code.clone()).or_insert_with(new).count += 1;
        }
    }
    staged.issues.sort_by_key(|issue| (issue.line, issue.column));
    staged.rejected_ids.sort();
    staged.unmapped = unmapped.into_values().collect();
    Ok(staged)
}
