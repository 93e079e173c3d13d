//! A first mapping of a spreadsheet, guessed from its titles and from what its values look like, to be corrected by whoever
//! knows the spreadsheet. What is sure is said; what is doubtful is there as a comment, with why. The guess is tried on the
//! rows themselves: a column whose cells cannot be read is none.

mod id;
mod looks;
#[cfg(test)]
mod tests;
mod text;
mod titles;
mod words;

use std::collections::HashMap;

use maille_domain::Category;
use maille_domain::field::Field;
use maille_domain::run::{Issue, Severity};
use maille_territory::fold;

use super::Collector;
use super::columns::{ANOMALY, COLUMNS, Column, LAYOUT, own_names};
use super::map::is_words;
use super::mapping::{Mapping, is_coded, key, reads};
use crate::issue::shorten;
use crate::staged::{Source, Staged};
use crate::table::{Headers, ReadError, Row};

/// Rows looked at.
pub(crate) const ROWS: usize = 500;
/// Beyond this share of its cells that cannot be read, a column is something else.
const MOST_UNREADABLE: f64 = 0.1;
/// Below this share of words that are understood, a column says something else than codes.
const LEAST_UNDERSTOOD: f64 = 0.5;
/// What may separate several values of a cell.
const SEPARATORS: [&str; 8] = ["\n", ";", ",", "/", " - ", " et ", " ou ", "&"];

/// The beginning of a spreadsheet.
pub(crate) struct Sample<'a> {
    /// The file, as messages name it.
    pub file: &'a str,
    /// The sheet, where there are several.
    pub sheet: Option<String>,
    /// The line of the titles, from 1.
    pub header_line: u64,
    /// The titles.
    pub header: Vec<String>,
    /// The first rows.
    pub rows: Vec<Row>,
}

/// How the header of a spreadsheet that nobody described is recognised.
pub(crate) fn headers() -> Headers {
    Headers::new(titles::all().chain(COLUMNS), None)
}

/// The column of the format that a word names, whatever its case and accents.
pub(super) fn field_named(name: &str) -> Option<Column> {
    titles::meaning(name).filter(|meaning| meaning.whole).and_then(|meaning| meaning.column)
}

/// What is said of a spreadsheet.
struct Guess<'a> {
    file: &'a str,
    sheet: Option<&'a str>,
    header_line: u64,
    names: Vec<String>,
    /// Whether the titles are those of our format.
    ours: bool,
    choices: Vec<Choice>,
    separators: Vec<&'static str>,
    /// What the identifier is made of when no column is one, and why.
    id: Option<(String, String)>,
    /// Why rows without a kind are `autre`.
    other_kind: Option<&'static str>,
    words: Vec<Words>,
}

/// What is said of a column.
#[derive(Debug, Default)]
struct Choice {
    column: Option<Column>,
    /// Whether it is sure; otherwise it is a comment.
    active: bool,
    notes: Vec<String>,
    /// The column that is preferred to it, for a field of one value.
    behind: Option<usize>,
}

/// The words of a field.
struct Words {
    field: Field,
    active: bool,
    /// Each of them, the most met first.
    known: Vec<Word>,
}

/// A word of the spreadsheet.
struct Word {
    text: String,
    /// How many rows have it.
    rows: usize,
    /// What it means as far as one can guess, and whether that is its very name.
    code: Option<(String, bool)>,
}

/// Writes a mapping that [`Mapping::parse`] reads.
///
/// # Errors
/// The temporary files of a trial.
pub(crate) fn write(sample: &Sample) -> Result<String, ReadError> {
    let names = own_names(&sample.header);
    let cells =
        Cells { width: names.len(), rows: sample.rows.iter().filter(|row| row.fault.is_none()).collect() };
    let all = Cells { width: names.len(), rows: sample.rows.iter().collect() };
    let mut guess = Guess {
        file: sample.file,
        sheet: sample.sheet.as_deref(),
        header_line: sample.header_line,
        choices: choices(&names, &cells),
        ours: LAYOUT.required.iter().all(|column| names.iter().any(|name| name == column)),
        names,
        separators: Vec::new(),
        id: None,
        other_kind: None,
        words: Vec::new(),
    };
    guess.name_something(&cells);
    guess.separators = separators(&guess.choices, &all);
    guess.words = words(&mut guess.choices, guess.ours, &guess.separators, &all);
    guess.identify(&cells);
    guess.say_kind(&cells);
    // Each trial takes at least one column away for good.
    while guess.try_on(sample, &cells)? {}
    Ok(text::mapping(&guess))
}

/// The cells of a sample, by column.
struct Cells<'a> {
    width: usize,
    rows: Vec<&'a Row>,
}

impl Cells<'_> {
    /// A cell; nothing from where its row cannot be trusted.
    fn at(row: &Row, position: usize) -> &str {
        if row.fault.as_ref().is_some_and(|fault| fault.column <= position + 1) {
            return "";
        }
        row.cells.get(position).map_or("", |cell| cell.trim())
    }

    /// The cells of a column that hold something.
    fn of(&self, position: usize) -> Vec<&str> {
        let cells = self.rows.iter().map(|row| Cells::at(row, position));
        cells.filter(|cell| !cell.is_empty()).collect()
    }
}

/// Whether any text is a value of it, so that its values prove nothing.
fn is_free(column: Column) -> bool {
    match column {
        Column::Id => true,
        Column::Field(field) => is_words(field) || matches!(field, Field::RorId | Field::Accessibility),
        _ => false,
    }
}

/// What each column is, from its title, else from its values.
fn choices(names: &[String], cells: &Cells) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    // How well each is known: the lower, the better.
    let mut ranks: Vec<u8> = Vec::new();
    for (position, name) in names.iter().enumerate() {
        let values = cells.of(position);
        let meaning = titles::meaning(name);
        let (column, rank, note) = match meaning {
            _ if fold(name) == ANOMALY => (Some(Column::Anomaly), 9, String::new()),
            _ if Column::named(name).is_some() => (Column::named(name), 0, String::new()),
            Some(meaning) if !meaning.doubt.is_empty() => (meaning.column, 9, meaning.doubt.to_owned()),
            Some(meaning) if meaning.whole => (meaning.column, 1, String::new()),
            Some(meaning) if meaning.column.is_some_and(is_free) => {
                (meaning.column, 9, "le titre n’est pas tout à fait celui d’un champ".to_owned())
            }
            Some(meaning) => (meaning.column, 2, String::new()),
            None => match looks::column(&values) {
                Some((column, "")) => (Some(column), 3, "d’après ses valeurs".to_owned()),
                Some((column, doubt)) => (Some(column), 9, doubt.to_owned()),
                None => (None, 9, String::new()),
            },
        };
        let secure = values.iter().filter(|value| looks::is_secure(value)).count();
        let column = match column {
            Some(Column::Field(Field::Email)) if rank > 0 && secure > 0 && secure * 2 > values.len() => {
                Some(Column::Field(Field::Mssante))
            }
            column => column,
        };
        let notes = if note.is_empty() || column.is_none() { Vec::new() } else { vec![note] };
        choices.push(Choice { column, active: column.is_some() && rank < 9, notes, behind: None });
        // A code of a commune is surer than its name.
        let coded = column == Some(Column::Field(Field::Commune))
            && !values.is_empty()
            && values.iter().all(|value| value.bytes().any(|byte| byte.is_ascii_digit()));
        ranks.push(rank * 2 + u8::from(!coded));
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&position| ranks[position]);
    let mut taken: Vec<(Column, usize)> = Vec::new();
    for position in order {
        let Choice { column: Some(column), active: true, .. } = choices[position] else { continue };
        if column.has_several() {
            continue;
        }
        match taken.iter().find(|(other, _)| *other == column) {
            Some((_, first)) => {
                choices[position].active = false;
                choices[position].behind = Some(*first);
                choices[position].notes.push(format!("« {} » le donne déjà", shorten(&names[*first])));
            }
            None => taken.push((column, position)),
        }
    }
    choices
}

/// The separators without which cells of several values cannot be read.
fn separators(choices: &[Choice], cells: &Cells) -> Vec<&'static str> {
    let mut needed = Vec::new();
    for (position, choice) in choices.iter().enumerate() {
        let Choice { column: Some(Column::Field(field)), active: true, .. } = choice else { continue };
        if !field.has_several() {
            continue;
        }
        for part in cells.of(position).into_iter().flat_map(|cell| cell.split('|')) {
            let mut pieces = vec![part];
            for separator in SEPARATORS {
                pieces = pieces.into_iter().flat_map(|piece| piece.split(separator)).collect();
            }
            let pieces: Vec<&str> =
                pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect();
            if pieces.len() > 1 && !reads(*field, part) && pieces.iter().all(|piece| reads(*field, piece)) {
                needed.extend(SEPARATORS.into_iter().filter(|separator| part.contains(separator)));
            }
        }
    }
    SEPARATORS.into_iter().filter(|separator| needed.contains(separator)).collect()
}

/// The words of each field of codes. A column whose words are mostly not understood is no column of codes, but for kinds.
fn words(choices: &mut [Choice], ours: bool, separators: &[&str], cells: &Cells) -> Vec<Words> {
    let mut all: Vec<Words> = Vec::new();
    for field in Field::ALL.iter().copied().filter(|field| is_coded(*field)) {
        let is_of = |choice: &Choice| choice.column == Some(Column::Field(field)) && choice.active;
        let positions: Vec<usize> = (0..cells.width).filter(|&position| is_of(&choices[position])).collect();
        let mut order: Vec<String> = Vec::new();
        let mut counts: HashMap<String, (String, usize)> = HashMap::new();
        let mut total = 0;
        for cell in positions.iter().flat_map(|&position| cells.of(position)) {
            let mut pieces = vec![cell];
            if field.has_several() && !reads(field, cell) {
                pieces = cell.split('|').collect();
                for separator in separators {
                    pieces = pieces.into_iter().flat_map(|piece| piece.split(separator)).collect();
                }
            }
            for piece in pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()) {
                total += 1;
                let word = counts.entry(key(piece).into_owned()).or_insert_with(|| {
                    order.push(key(piece).into_owned());
                    (piece.to_owned(), 0)
                });
                word.1 += 1;
            }
        }
        let is_code = |word: &str| match field {
            Field::Category => Category::from_code(word).is_some(),
            field => field.parse(word).is_ok(),
        };
        let (mut understood, mut known) = (0, Vec::new());
        for (text, rows) in order.iter().filter_map(|key| counts.remove(key)) {
            let code = words::code(field, &text);
            if is_code(&text) {
                understood += rows;
            } else if text != "*" {
                understood += if code.is_some() { rows } else { 0 };
                known.push(Word { text, rows, code });
            }
        }
        known.sort_by_key(|word| std::cmp::Reverse(word.rows));
        let titled = positions.iter().any(|&position| choices[position].notes.is_empty());
        let sure = ours
            || understood as f64 >= LEAST_UNDERSTOOD * total as f64
            || (field == Field::Category && titled);
        if !sure {
            let unknown = known.iter().find(|word| word.code.is_none());
            let example = unknown.map(|word| format!(", par exemple « {} »", shorten(&word.text)));
            for position in positions {
                choices[position].active = false;
                let example = example.as_deref().unwrap_or_default();
                let note = format!("{} mots sur {total} ne sont pas des codes{example}", total - understood);
                choices[position].notes.push(note);
            }
        }
        if !known.is_empty() {
            all.push(Words { field, active: sure, known });
        }
    }
    all
}

impl Guess<'_> {
    /// Without a name there is no listing: the first column that may be one is taken for it.
    fn name_something(&mut self, cells: &Cells) {
        let name = Column::Field(Field::Name);
        if self.choices.iter().any(|choice| choice.column == Some(name) && choice.active) {
            return;
        }
        let share = |position: &usize| cells.of(*position).len();
        let meant = (0..cells.width).find(|&position| self.choices[position].column == Some(name));
        let free = (0..cells.width).filter(|&position| self.choices[position].column.is_none());
        // The fullest, the first of those as full.
        let fullest = || free.max_by_key(|position| (share(position), std::cmp::Reverse(*position)));
        let any = || (0..cells.width).max_by_key(|position| (share(position), std::cmp::Reverse(*position)));
        if let Some(position) = meant.or_else(fullest).or_else(any) {
            let note = "aucun titre n’annonce le nom : à vérifier".to_owned();
            let column = Some(name);
            self.choices[position] = Choice { column, active: true, notes: vec![note], behind: None };
        }
    }

    /// Kinds that nobody said are `autre`.
    fn say_kind(&mut self, cells: &Cells) {
        let kind = Column::Field(Field::Category);
        let position = (0..cells.width)
            .find(|&position| self.choices[position].column == Some(kind) && self.choices[position].active);
        self.other_kind = match position {
            None => Some("aucune colonne ne dit le type : à corriger"),
            Some(position) if Column::named(&self.names[position]).is_some() => None,
            Some(position) if cells.of(position).len() < cells.rows.len() => {
                Some("quand la cellule est vide")
            }
            Some(_) => None,
        };
    }

    /// Reads the sample by the guess, and takes away the columns that cannot be read: whether there were any.
    fn try_on(&mut self, sample: &Sample, cells: &Cells) -> Result<bool, ReadError> {
        let Ok(mapping) = Mapping::parse(sample.file, &text::mapping(self)) else { return Ok(false) };
        let mut collector = Collector::new(sample.file, sample.header_line, &sample.header, Some(&mapping))?;
        collector.rows(cells.rows.iter().map(|row| (*row).clone()).collect())?;
        let staged: Box<Staged> = Box::new(collector.finish(Vec::new()));
        let issues = staged.rest().issues;
        let mut changed = false;
        for position in 0..cells.width {
            let here = |issue: &&Issue| {
                issue.severity == Severity::Error && issue.column == Some(position as u64 + 1)
            };
            let wrong: Vec<&Issue> = issues.iter().filter(here).collect();
            let Some(column) = self.choices[position].column.filter(|_| self.choices[position].active) else {
                continue;
            };
            let Some(first) = wrong.first() else { continue };
            let Issue { found, expected, .. } =
                wrong.iter().find(|issue| !issue.found.is_empty()).unwrap_or(first);
            let filled = cells.of(position).len();
            let note = format!(
                "ne se lit pas dans {} cas sur {filled}, par exemple « {found} » ; attendu : {expected}",
                wrong.len()
            );
            let choice = &mut self.choices[position];
            // What is in our format stays so, and its bad rows are refused.
            let needed =
                self.ours || matches!(column, Column::Id | Column::Field(Field::Name | Field::Category));
            if !needed && wrong.len() as f64 > MOST_UNREADABLE * filled as f64 {
                choice.active = false;
                changed = true;
                choice.notes = vec![note];
                // Its turn comes for the next best.
                let next = (0..cells.width).find(|&other| self.choices[other].behind == Some(position));
                for other in 0..cells.width {
                    if self.choices[other].behind == Some(position) {
                        self.choices[other].behind = next.filter(|next| *next != other);
                    }
                }
                if let Some(next) = next {
                    self.choices[next].active = true;
                    self.choices[next].notes.clear();
                }
            } else if !needed {
                choice.notes = vec![note];
            }
        }
        let gone = |choices: &[Choice], column| {
            !choices.iter().any(|choice| choice.column == Some(column) && choice.active)
        };
        for (one, other) in [(Column::Lat, Column::Lon), (Column::Lon, Column::Lat)] {
            if !self.ours && gone(&self.choices, one) {
                for choice in &mut self.choices {
                    if choice.active
                        && matches!(choice.column, Some(column) if column == other || column == Column::Precision)
                    {
                        choice.active = false;
                        choice.notes = vec!["lat et lon vont ensemble".to_owned()];
                        changed = true;
                    }
                }
            }
        }
        Ok(changed)
    }
}
