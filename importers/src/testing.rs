//! What the tests of several formats use.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use maille_domain::Fields;
use maille_domain::run::{Issue, Severity};

use crate::parts::{Part, Parts};
use crate::staged::{Rest, Source, StagedRecord};

/// All that a reader handed on.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The records, in order.
    pub records: Vec<StagedRecord>,
    rest: Rest,
}

impl Taken {
    /// Takes everything of a source.
    pub fn all(mut source: Box<dyn Source>) -> Taken {
        let records = source.by_ref().map(Result::unwrap).collect();
        Taken { records, rest: source.rest() }
    }

    /// The fields of a record.
    pub fn fields(&self, id: &str) -> Fields {
        let record = self.records.iter().find(|record| record.source_id == id);
        let record = record.unwrap_or_else(|| panic!("{id} among {:?}", self.records));
        Fields::from_values(record.values.clone()).unwrap()
    }

    /// Counts in the order of the report: good, rejected, skipped.
    pub fn counts(&self) -> (usize, u64, u64) {
        (self.records.len(), self.rejected, self.skipped)
    }
}

impl Deref for Taken {
    type Target = Rest;

    fn deref(&self) -> &Rest {
        &self.rest
    }
}

/// One file of this text.
pub(crate) fn file(name: &str, text: impl AsRef<[u8]>) -> Parts {
    Part::bytes(name, text.as_ref().to_vec()).into()
}

/// Files of `../shared/samples`, where they are.
pub(crate) fn shared_parts(names: &[&str]) -> Option<Parts> {
    let parts = names.iter().map(|name| {
        let path = shared(name)?;
        let size = path.metadata().unwrap().len();
        Some(Part::path((*name).to_owned(), path, size))
    });
    parts.collect::<Option<Vec<_>>>().map(Parts::new)
}

/// A file of `../shared/samples`, where it is: the tests of real files are skipped elsewhere, and fail in CI.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    println!("1 skipped: no ../shared");
    None
}

/// Issues, one a line.
pub(crate) fn told(issues: &[Issue]) -> String {
    let told = issues.iter().map(|issue| {
        let severity = if issue.severity == Severity::Error { "erreur" } else { "avertissement" };
        let at = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
        let (id, field) = (issue.id.as_deref().unwrap_or("-"), issue.field.as_deref().unwrap_or("-"));
        let (line, column) = (at(issue.line), at(issue.column));
        format!("{line}:{column} {severity} {id} {field} « {} » attendu : {}\n", issue.found, issue.expected)
    });
    told.collect()
}
