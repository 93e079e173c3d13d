//! What tells the rows of a spreadsheet apart, from one file to the next.

use std::collections::HashMap;

use maille_domain::field::Field;
use maille_territory::fold;

use super::{Cells, Choice, Guess};
use crate::spreadsheet::columns::Column;

/// What an identifier is best made of, first of all.
const BEST: [Column; 10] = [
    Column::Field(Field::RorId),
    Column::Field(Field::Finess),
    Column::Field(Field::Siret),
    Column::Field(Field::Name),
    Column::Field(Field::Organization),
    Column::Field(Field::Category),
    Column::Field(Field::Commune),
    Column::Field(Field::PostalCode),
    Column::Field(Field::Address),
    Column::Field(Field::Phone),
];
/// Rows without which values that differ prove nothing.
const FEWEST: usize = 3;
/// Columns that are combined.
const MOST_COMBINED: usize = 14;
/// Longest value that is part of an identifier.
const LONGEST_PART: usize = 60;

impl Guess<'_> {
    /// Keeps the column that is an identifier, or puts one together from others.
    pub(super) fn identify(&mut self, cells: &Cells) {
        for position in 0..cells.width {
            if self.choices[position].column != Some(Column::Id) || !self.choices[position].active {
                continue;
            }
            let (filled, single) = (cells.of(position).len(), apart(cells, &[position]));
            // A file in our format keeps its column whatever it holds.
            if Column::named(&self.names[position]).is_some() || (single == cells.rows.len()) {
                return;
            }
            self.choices[position].active = false;
            let note = if filled < cells.rows.len() {
                format!("vide dans {} lignes sur {}", cells.rows.len() - filled, cells.rows.len())
            } else {
                format!("{} lignes ont un identifiant qu’une autre a aussi", cells.rows.len() - single)
            };
            self.choices[position].notes.push(note);
        }
        if let Some(position) = (0..cells.width).find(|&position| self.numbers(cells, position)) {
            let notes = vec!["d’après ses valeurs, qui diffèrent toutes".to_owned()];
            self.choices[position] = Choice { column: Some(Column::Id), active: true, notes, behind: None };
            return;
        }
        let short =
            |position: &usize| cells.of(*position).iter().all(|cell| cell.chars().count() <= LONGEST_PART);
        let rank = |position: &usize| {
            let choice = &self.choices[*position];
            BEST.iter().position(|column| choice.active && choice.column == Some(*column))
        };
        let is_date =
            |position: &usize| self.choices[*position].column == Some(Column::Field(Field::VerifiedOn));
        let mut parts: Vec<usize> = (0..cells.width)
            .filter(|position| !fold(&self.names[*position]).is_empty())
            .filter(|position| !cells.of(*position).is_empty() && short(position) && !is_date(position))
            .collect();
        parts.sort_by_key(|position| rank(position).unwrap_or(BEST.len()));
        parts.truncate(MOST_COMBINED);
        let mut best: (usize, Vec<usize>) = (0, Vec::new());
        for parts in combinations(&parts) {
            let told = apart(cells, &parts);
            if told > best.0 {
                best = (told, parts);
            }
        }
        let (told, parts) = best;
        if parts.is_empty() {
            parts_of_nothing(self, cells);
            return;
        }
        let name = |position: &usize| braced(&self.names[*position]);
        let template: Vec<String> = parts.iter().map(name).collect();
        let mut why = "aucune colonne n’est un identifiant : ceci ne doit pas changer d’un fichier à l’autre"
            .to_owned();
        if told < cells.rows.len() {
            why = format!(
                "{why} ; {} lignes sur {} n’en ont pas un à elles",
                cells.rows.len() - told,
                cells.rows.len()
            );
        }
        self.id = Some((template.join("-"), why));
    }

    /// Whether a column that nothing else is made of numbers the rows (A1, REF-2024-07). Figures alone may count anything.
    fn numbers(&self, cells: &Cells, position: usize) -> bool {
        let choice = &self.choices[position];
        let numbers = |cell: &&str| {
            cell.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c))
                && cell.chars().any(char::is_alphabetic)
                && cell.chars().any(|c| c.is_ascii_digit())
                && cell.chars().count() <= LONGEST_PART
        };
        let free = choice.column.is_none() || (choice.column == Some(Column::Id) && !choice.active);
        free && cells.rows.len() >= FEWEST
            && cells.of(position).iter().all(numbers)
            && apart(cells, &[position]) == cells.rows.len()
    }
}

/// A column in a template; a name loses its braces, and is found all the same.
fn braced(name: &str) -> String {
    format!("{{{}}}", name.replace(['{', '}'], " ").trim())
}

/// A spreadsheet without rows has its name for identifier, for want of better.
fn parts_of_nothing(guess: &mut Guess, cells: &Cells) {
    let is_name = |&position: &usize| guess.choices[position].column == Some(Column::Field(Field::Name));
    if let Some(position) = (0..cells.width).find(is_name) {
        guess.id =
            Some((braced(&guess.names[position]), "aucune ligne à distinguer : à corriger".to_owned()));
    }
}

/// Columns alone, by two and by three, the best first.
fn combinations(parts: &[usize]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = parts.iter().map(|part| vec![*part]).collect();
    for (at, one) in parts.iter().enumerate() {
        all.extend(parts[at + 1..].iter().map(|other| vec![*one, *other]));
    }
    for (at, one) in parts.iter().enumerate() {
        for (then, other) in parts.iter().enumerate().skip(at + 1) {
            all.extend(parts[then + 1..].iter().map(|third| vec![*one, *other, *third]));
        }
    }
    all
}

/// How many rows these columns tell apart from all the others.
fn apart(cells: &Cells, parts: &[usize]) -> usize {
    let mut counts: HashMap<Vec<&str>, usize> = HashMap::new();
    for row in &cells.rows {
        let said: Vec<&str> =
            parts.iter().map(|&part| Cells::at(row, part)).filter(|cell| !cell.is_empty()).collect();
        if !said.is_empty() {
            *counts.entry(said).or_default() += 1;
        }
    }
    counts.values().filter(|count| **count == 1).count()
}
