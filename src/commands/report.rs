//! The report of a run, as people read it.

use std::collections::HashMap;

use maille_domain::run::{ChangeAction, Issue, ListingChange, Report, Severity};
use maille_store::duplicate::Kinship;
use serde::Serialize;

/// Kinds of issue printed for people; all issues are kept with the run.
const MOST_ISSUES: usize = 50;
/// Changes printed for people; `--json` has them all.
const MOST_CHANGES: usize = 200;

/// What a run is of: the words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Listings.
    Listings,
    /// Coordination territories.
    Territories,
}

impl Of {
    /// By the name of the format.
    pub fn format(format: &str) -> Of {
        if format == "territories" { Of::Territories } else { Of::Listings }
    }
}

/// A count and its noun, in the plural from two on.
pub fn count(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number < 2 { one } else { several })
}

/// The report: what happened or, where nothing was applied, what would have.
pub fn in_words(report: &Report, of: Of) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    match (report.run, report.applied) {
        (Some(run), _) => line(format!("Import n° {run} de la source « {} »", report.source)),
        (None, _) => {
            line(format!("Source « {} » : rien n’a été changé. Ce qui aurait lieu :", report.source));
        }
    }
    line(counts(report, of));
    let changes = report.changes.as_deref().unwrap_or_default();
    for change in changes.iter().take(MOST_CHANGES) {
        change_in_words(change).for_each(&mut line);
    }
    if changes.len() > MOST_CHANGES {
        let more = count((changes.len() - MOST_CHANGES) as u64, "autre changement", "autres changements");
        line(format!("… et {more} (tous avec --json)"));
    }
    let kinds = kinds_of(&report.issues);
    for (issue, times) in kinds.iter().take(MOST_ISSUES) {
        line(issue_in_words(issue, *times));
    }
    if kinds.len() > MOST_ISSUES {
        let more = kinds[MOST_ISSUES..].iter().map(|(_, times)| times).sum();
        line(format!("… et {} (toutes avec --json)", count(more, "autre anomalie", "autres anomalies")));
    }
    for unmapped in &report.unmapped {
        let label = unmapped.label.as_deref().map(|label| format!(" « {label} »")).unwrap_or_default();
        let listings = count(unmapped.count, "fiche", "fiches");
        line(format!("sans équivalent ici : {} {}{label}, {listings}", unmapped.system, unmapped.code));
    }
    text.trim_end().to_owned()
}

/// Issues that say the same of the same field, in the order of the first of each, errors before the rest; and how many there
/// are of each.
fn kinds_of(issues: &[Issue]) -> Vec<(&Issue, u64)> {
    let mut places: HashMap<_, usize> = HashMap::new();
    let mut kinds: Vec<(&Issue, u64)> = Vec::new();
    for issue in issues {
        // What is in brackets, or after a colon, is of the one record.
        let expected = issue.expected.split(['(', ':']).next();
        let kind = (issue.severity == Severity::Error, &issue.field, expected);
        let place = *places.entry(kind).or_insert(kinds.len());
        match kinds.get_mut(place) {
            Some((_, times)) => *times += 1,
            None => kinds.push((issue, 1)),
        }
    }
    kinds.sort_by_key(|(issue, _)| issue.severity != Severity::Error);
    kinds
}

/// The counts of a report in one sentence.
pub fn counts(report: &Report, of: Of) -> String {
    let (read, new, changed) = match of {
        Of::Listings => (["fiche lue", "fiches lues"], ["nouvelle", "nouvelles"], ["modifiée", "modifiées"]),
        Of::Territories => {
            (["territoire lu", "territoires lus"], ["nouveau", "nouveaux"], ["modifié", "modifiés"])
        }
    };
    let agreed = |stem: &str| match of {
        Of::Listings => [format!("{stem}e"), format!("{stem}es")],
        Of::Territories => [stem.to_owned(), format!("{stem}s")],
    };
    let mut said = vec![count(report.created, new[0], new[1]), count(report.updated, changed[0], changed[1])];
    for (number, stem) in
        [(report.unchanged, "inchangé"), (report.rejected, "refusé"), (report.withdrawn, "retiré")]
    {
        let [one, several] = agreed(stem);
        said.push(count(number, &one, &several));
    }
    let aside = if report.skipped > 0 {
        let [one, several] = agreed("laissé").map(|stem| format!("{stem} de côté"));
        format!(" ; {}", count(report.skipped, &one, &several))
    } else {
        String::new()
    };
    format!("{} : {}{aside}", count(report.read, read[0], read[1]), said.join(", "))
}

/// What a run leaves to people.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Left {
    /// Corrections to be settled, of listings that the source speaks of.
    pub conflicts: u64,
    /// What the source has to do with others.
    pub matching: Matching,
}

/// What the records of a source have to do with those of others, and what the run changed of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Matching {
    #[serde(flatten)]
    pub kinship: Kinship,
    /// Listings that lost a record in this run.
    pub parted: u64,
}

impl Left {
    /// A line for each thing that there is; nothing when there is none.
    pub fn in_words(self) -> Option<String> {
        let Left { conflicts, matching: Matching { kinship: Kinship { shared, proposed }, parted } } = self;
        let line = |number: u64, one: &str, several: &str, command: &str| {
            (number > 0).then(|| format!("{} (« maille {command} »)", count(number, one, several)))
        };
        let lines = [
            line(
                shared.unsigned_abs(),
                "fiche partagée avec d’autres sources",
                "fiches partagées avec d’autres sources",
                "duplicates --linked",
            ),
            (parted > 0).then(|| {
                let lost = count(parted, "fiche a perdu", "fiches ont perdu");
                format!("{lost} une source, qui décrit maintenant autre chose")
            }),
            line(
                proposed.unsigned_abs(),
                "paire attend une décision",
                "paires attendent une décision",
                "duplicates",
            ),
            line(conflicts, "correction à trancher", "corrections à trancher", "conflicts"),
        ];
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

fn change_in_words(change: &ListingChange) -> impl Iterator<Item = String> + '_ {
    let action = match change.action {
        ChangeAction::Created => "serait créée",
        ChangeAction::Updated => "serait modifiée",
        ChangeAction::Withdrawn if change.hidden => {
            "serait retirée : sa source demande de ne plus la montrer"
        }
        ChangeAction::Withdrawn => "serait retirée",
        ChangeAction::Restored => "reviendrait",
    };
    let heading = format!("{} « {} » {action}", change.source_id, change.name);
    let fields = if change.action == ChangeAction::Created { &[][..] } else { &change.fields[..] };
    let aside = if change.action == ChangeAction::Updated && change.fields.is_empty() {
        Some("    contacts à accès restreint (non publiés)".to_owned())
    } else {
        None
    };
    let fields = fields.iter().map(|field| format!("    {}", field.in_words()));
    let conflicts = change.conflicts.iter().map(|standing| {
        let first = if standing.shared { ", si cette source y parle la première" } else { "" };
        format!(
            "    {} : corrigé ici par {}, « {} » reste ; à trancher avec « maille conflicts »{first}",
            standing.field.label(),
            standing.author,
            standing.words
        )
    });
    std::iter::once(heading).chain(fields).chain(aside).chain(conflicts)
}

fn issue_in_words(issue: &Issue, times: u64) -> String {
    let kind = match issue.severity {
        Severity::Error => "refusé",
        Severity::Warning => "à noter",
    };
    let kind = if times > 1 { format!("{kind} ({times} fois, d’abord ici)") } else { kind.to_owned() };
    let mut place = issue.file.clone();
    if let Some(line) = issue.line {
        place = format!("{place}, ligne {line}");
    }
    if let Some(column) = issue.column {
        place = format!("{place}, colonne {column}");
    }
    if let Some(id) = &issue.id {
        place = format!("{place}, fiche {id}");
    }
    if let Some(field) = issue.field.as_deref().filter(|field| !field.is_empty()) {
        place = format!("{place} ({field})");
    }
    let found =
        if issue.found.is_empty() { "vide".to_owned() } else { format!("trouvé « {} »", issue.found) };
    format!("{kind} : {place} : {found}, attendu {}", issue.expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_that_say_the_same_are_told_once() {
        let issue = |line, severity, expected: &str| Issue {
            severity,
            file: "f.csv".into(),
            line: Some(line),
            column: None,
            id: None,
            field: Some("phone".into()),
            found: "x".into(),
            expected: expected.into(),
        };
        let issues = vec![
            issue(1, Severity::Warning, "un numéro"),
            issue(2, Severity::Warning, "un numéro"),
            issue(3, Severity::Error, "un nom"),
        ];
        let told = in_words(&Report { read: 3, rejected: 1, issues, ..Report::of("essai") }, Of::Listings);
        let lines: Vec<&str> = told.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "refusé : f.csv, ligne 3 (phone) : trouvé « x », attendu un nom",
                "à noter (2 fois, d’abord ici) : f.csv, ligne 1 (phone) : trouvé « x », attendu un numéro"
            ]
        );
    }

    #[test]
    fn what_a_run_leaves_to_people_is_said_line_by_line() {
        let left = |shared, proposed, parted, conflicts| {
            let matching = Matching { kinship: Kinship { shared, proposed }, parted };
            Left { conflicts, matching }.in_words()
        };
        assert_eq!(left(0, 0, 0, 0), None);
        assert_eq!(
            left(2, 1, 1, 2).unwrap().lines().collect::<Vec<_>>(),
            [
                "2 fiches partagées avec d’autres sources (« maille duplicates --linked »)",
                "1 fiche a perdu une source, qui décrit maintenant autre chose",
                "1 paire attend une décision (« maille duplicates »)",
                "2 corrections à trancher (« maille conflicts »)",
            ]
        );
    }

    #[test]
    fn counts_agree() {
        let report = Report { read: 3, created: 1, unchanged: 2, ..Report::of("essai") };
        assert_eq!(
            counts(&report, Of::Listings),
            "3 fiches lues : 1 nouvelle, 0 modifiée, 2 inchangées, 0 refusée, 0 retirée"
        );
        let report = Report { read: 1, created: 1, skipped: 2, ..Report::of("essai") };
        assert_eq!(
            counts(&report, Of::Territories),
            "1 territoire lu : 1 nouveau, 0 modifié, 0 inchangé, 0 refusé, 0 retiré ; 2 laissés de côté"
        );
    }
}
