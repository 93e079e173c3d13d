//! Labelled pairs (`data/matching`): two records, and whether a person says that they are the same thing. They measure the
//! matcher.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use maille_domain::Field;
use maille_domain::field::Values;
use maille_domain::matching::{LINKED, Likeness, PROPOSED, Traits, compare};

/// The name of the figures of all sets together.
pub const ALL: &str = "ALL";

/// A record of `records.csv`.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id in the file.
    pub id: String,
    /// The format it is written after.
    pub source: String,
    /// Its name.
    pub name: String,
    /// What is compared of it.
    pub traits: Traits,
}

/// A row of `pairs.tsv`.
#[derive(Debug, Clone)]
pub struct Pair {
    /// One record.
    pub a: Record,
    /// The other.
    pub b: Record,
    /// Whether they are the same thing.
    pub same: bool,
    /// The name of the set it is measured with.
    pub set: String,
    /// Why, in words.
    pub why: String,
}

/// What cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, {place} : « {found} », attendu {expected}")]
pub struct Unreadable {
    /// Which file.
    pub file: String,
    /// The line, and the column.
    pub place: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// The folders in a folder that have labelled pairs, by name.
///
/// # Errors
/// The folder cannot be read.
pub fn folders(of: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(of)? {
        let folder = entry?.path();
        if folder.join("pairs.tsv").is_file() {
            folders.push(folder);
        }
    }
    folders.sort_unstable();
    Ok(folders)
}

/// Reads `records.csv` and `pairs.tsv` in a folder.
///
/// # Errors
/// The first thing that cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Pair>, Unreadable> {
    let records = records(&folder.join("records.csv"))?;
    pairs(&folder.join("pairs.tsv"), &records)
}

/// The cells of a row, by their column.
type Row = HashMap<String, String>;

/// The rows of a file, with the number of the line of each.
fn rows(file: &Path, delimiter: u8) -> Result<Vec<(usize, Row)>, Unreadable> {
    let wrong = |error: csv::Error| Unreadable {
        file: file.display().to_string(),
        place: "lecture".to_owned(),
        found: error.to_string(),
        expected: "un tableau en UTF-8".to_owned(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(delimiter == b',')
        .from_path(file)
        .map_err(wrong)?;
    let rows = reader.deserialize().map(|row| row.map_err(wrong)).collect::<Result<Vec<_>, _>>()?;
    Ok((2..).zip(rows).collect())
}

fn records(file: &Path) -> Result<HashMap<String, Record>, Unreadable> {
    let mut records = HashMap::new();
    for (line, row) in rows(file, b',')? {
        let cell = |name: &str| row.get(name).map(|text| text.trim()).unwrap_or_default();
        let mut values = Values::new();
        let point = match (cell("lat"), cell("lon")) {
            ("", "") => String::new(),
            (lat, lon) => format!("{lat}, {lon}"),
        };
        for &field in Field::ALL {
            let text = if field == Field::Location { point.as_str() } else { cell(field.name()) };
            if field == Field::Extra || text.is_empty() {
                continue;
            }
            let parsed = field.parse(text).map_err(|expected| Unreadable {
                file: file.display().to_string(),
                place: format!("ligne {line}, {}, {field}", cell("id")),
                found: text.to_owned(),
                expected: expected.to_string(),
            })?;
            values.extend(parsed.map(|value| (field, value)));
        }
        let record = Record {
            id: cell("id").to_owned(),
            source: cell("source").to_owned(),
            name: cell("name").to_owned(),
            traits: Traits::of(&values),
        };
        records.insert(record.id.clone(), record);
    }
    Ok(records)
}

fn pairs(file: &Path, records: &HashMap<String, Record>) -> Result<Vec<Pair>, Unreadable> {
    let mut pairs = Vec::new();
    for (line, row) in rows(file, b'\t')? {
        let cell = |name: &str| row.get(name).map(|text| text.trim()).unwrap_or_default();
        let wrong = |column: &str, expected: &str| Unreadable {
            file: file.display().to_string(),
            place: format!("ligne {line}, {column}"),
            found: cell(column).to_owned(),
            expected: expected.to_owned(),
        };
        let record = |column: &str| {
            records
                .get(cell(column))
                .cloned()
                .ok_or_else(|| wrong(column, "l’identifiant d’une ligne de records.csv"))
        };
        let same = match cell("label") {
            "same" => true,
            "different" => false,
            _ => return Err(wrong("label", "same ou different")),
        };
        let set = match cell("set") {
            "" | ALL => return Err(wrong("set", "le nom d’un ensemble")),
            set => set.to_owned(),
        };
        pairs.push(Pair { a: record("a")?, b: record("b")?, same, set, why: cell("why").to_owned() });
    }
    Ok(pairs)
}

/// What a set of pairs comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Pairs that are the same.
    pub same: usize,
    /// Of them, linked without anybody's word.
    pub linked: usize,
    /// Of them, linked or proposed.
    pub proposed: usize,
    /// Of them, never compared: no key in common.
    pub unmet: usize,
    /// Pairs that are not.
    pub different: usize,
    /// Of them, linked all the same.
    pub wrongly_linked: usize,
    /// Of them, proposed.
    pub wrongly_proposed: usize,
}

impl Figures {
    /// The share of what is linked that is the same.
    pub fn precision(&self) -> f64 {
        share(self.linked, self.linked + self.wrongly_linked)
    }

    /// The share of what is the same that is linked.
    pub fn recall(&self) -> f64 {
        share(self.linked, self.same)
    }

    /// The share of what is the same that is at least proposed.
    pub fn found(&self) -> f64 {
        share(self.proposed, self.same)
    }

    fn add(&mut self, same: bool, met: bool, score: f32) {
        let (linked, proposed) = (usize::from(score >= LINKED), usize::from(score >= PROPOSED));
        if same {
            self.same += 1;
            self.linked += linked;
            self.proposed += proposed;
            self.unmet += usize::from(!met);
        } else {
            self.different += 1;
            self.wrongly_linked += linked;
            self.wrongly_proposed += proposed - linked;
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A pair that is not linked though it is the same, or linked or proposed though it is not.
#[derive(Debug, Clone)]
pub struct Mistake<'a> {
    /// Which.
    pub pair: &'a Pair,
    /// What was found, nothing when the two have no key in common.
    pub likeness: Likeness,
    /// Whether they have a key in common.
    pub met: bool,
}

impl Mistake<'_> {
    /// The score as it counts: two that never meet are not alike.
    pub fn score(&self) -> f32 {
        if self.met { self.likeness.score } else { 0.0 }
    }
}

/// What the matcher makes of labelled pairs.
#[derive(Debug, Clone)]
pub struct Evaluation<'a> {
    /// By set, and of all.
    pub sets: BTreeMap<String, Figures>,
    /// The most wrong first.
    pub mistakes: Vec<Mistake<'a>>,
}

/// Compares the two records of each pair, as the store does when they share a key.
pub fn evaluate(pairs: &[Pair]) -> Evaluation<'_> {
    let mut sets: BTreeMap<String, Figures> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for pair in pairs {
        let keys: BTreeSet<i64> = pair.a.traits.keys().into_iter().collect();
        let met = pair.b.traits.keys().iter().any(|key| keys.contains(key));
        let mistake = Mistake { pair, likeness: compare(&pair.a.traits, &pair.b.traits), met };
        let score = mistake.score();
        for set in [&pair.set, ALL] {
            sets.entry(set.to_owned()).or_default().add(pair.same, met, score);
        }
        if (pair.same && score < LINKED) || (!pair.same && score >= PROPOSED) {
            mistakes.push(mistake);
        }
    }
    let wrong =
        |mistake: &Mistake| if mistake.pair.same { LINKED - mistake.score() } else { 1.0 + mistake.score() };
    mistakes.sort_by(|one, other| wrong(other).total_cmp(&wrong(one)));
    Evaluation { sets, mistakes }
}
