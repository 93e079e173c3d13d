//! What the tests of several formats use.

use std::path::{Path, PathBuf};

use maille_domain::run::{Issue, Severity};

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
