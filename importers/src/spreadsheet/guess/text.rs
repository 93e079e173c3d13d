//! A guess as the text of a mapping.

use std::fmt::Write;

use maille_domain::field::Field;

use super::{Guess, Word};
use crate::spreadsheet::columns::Column;

/// Words of a field that are written.
const MOST_WORDS: usize = 300;
/// The same for a field that is a comment.
const MOST_DOUBTFUL_WORDS: usize = 10;

/// Writes the mapping.
pub(super) fn mapping(guess: &Guess) -> String {
    let mut text = Text(String::new());
    text.comment(&format!(
        "Table de correspondance de « {} » : une première proposition, à relire et à corriger.",
        guess.file
    ));
    text.comment(
        "À gauche, ce que dit le tableau ; à droite, un champ ou un code de maille (docs/correspondance.md).",
    );
    text.comment("Une ligne qui commence par « # » ne compte pas ; ce qui la suit dit pourquoi.");
    if guess.sheet.is_some() || guess.header_line > 1 || !guess.separators.is_empty() {
        text.line("");
    }
    if let Some(sheet) = guess.sheet {
        text.line(&format!("sheet = {}", quoted(sheet)));
    }
    if guess.header_line > 1 {
        text.line(&format!("header_line = {}", guess.header_line));
    }
    if !guess.separators.is_empty() {
        let separators: Vec<String> = guess.separators.iter().map(|separator| quoted(separator)).collect();
        text.line(&format!("separator = [{}]", separators.join(", ")));
    }
    text.line("\n[columns]");
    for (name, choice) in guess.names.iter().zip(&guess.choices) {
        let (key, why) = (quoted(name), choice.notes.join(" ; "));
        let own = Column::named(name).is_some();
        match choice.column {
            Some(Column::Anomaly) => {}
            Some(Column::Field(Field::Extra)) => {
                text.comment(&format!("{key} : lue comme le format l’écrit"));
            }
            Some(column) if choice.active => text.noted(&format!("{key} = {}", quoted(column.name())), &why),
            // A title of the format is read as such unless the mapping says otherwise.
            _ if own => {
                text.noted(&format!("{key} = \"\""), &format!("gardée comme information annexe ; {why}"));
            }
            Some(column) => text.comment(&format!("{key} = {}  # {why}", quoted(column.name()))),
            None => text.comment(&format!("{key} : gardée comme information annexe")),
        }
    }
    if let Some((template, why)) = &guess.id {
        text.line("\n[templates]");
        text.noted(&format!("id = {}", quoted(template)), why);
    }
    if let Some(why) = guess.other_kind {
        text.line("\n[constants]");
        text.noted("category = \"autre\"", why);
    }
    for words in &guess.words {
        let comment = !words.active;
        let mark = if comment { "# " } else { "" };
        text.line(&format!("\n{mark}[values.{}]", words.field));
        let most = if words.active { MOST_WORDS } else { MOST_DOUBTFUL_WORDS };
        for Word { text: word, rows, code } in words.known.iter().take(most) {
            let many = if *rows > 1 { format!("{rows} lignes") } else { "1 ligne".to_owned() };
            let key = quoted(word);
            match code {
                Some((code, true)) => text.noted(&format!("{mark}{key} = {}", quoted(code)), &many),
                Some((code, false)) => {
                    text.noted(&format!("{mark}{key} = {}", quoted(code)), &format!("à vérifier, {many}"));
                }
                None => text.comment(&format!("{key} = \"\"  # à compléter, {many}")),
            }
        }
        if words.known.len() > most {
            text.comment(&format!("et {} autres", words.known.len() - most));
        }
    }
    text.0
}

struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn comment(&mut self, comment: &str) {
        self.line(&format!("# {}", in_line(comment)));
    }

    fn noted(&mut self, line: &str, note: &str) {
        let note = if note.is_empty() { String::new() } else { format!("  # {}", in_line(note)) };
        self.line(&format!("{line}{note}"));
    }
}

/// What stays on its line of a comment.
fn in_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(c)).expect("a text can be written to");
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
