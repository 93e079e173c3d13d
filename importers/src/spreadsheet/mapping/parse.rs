//! A mapping from its text, with everything that is wrong in it.

use std::ops::Range;

use maille_domain::Category;
use maille_domain::field::Field;
use maille_domain::location::Precision;
use maille_domain::run::{Issue, Severity};
use maille_territory::fold;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::read::{key, labels};
use super::{Entry, Mapping, MappingError, Template, Word, nearest};
use crate::issue::Spot;
use crate::spreadsheet::columns::{COLUMNS, Column};
use crate::spreadsheet::guess::field_named;

/// What a mapping may say, at its top.
const KEYS: [&str; 8] =
    ["columns", "values", "constants", "templates", "ignore", "separator", "header_line", "sheet"];
/// What an operator who forgot a bracket, a quote or the order of things is told.
const SETTINGS_FIRST: &str = "un texte entre guillemets ; ignore, separator, header_line et sheet s’écrivent avant le premier [crochet]";
/// The word for all the others.
const OTHERS: &str = "*";

pub(super) fn parse(name: &str, text: &str) -> Result<Mapping, MappingError> {
    let mapping = Mapping { name: name.to_owned(), ..Mapping::default() };
    let mut parser = Parser { name, text, mapping, issues: Vec::new() };
    match DeTable::parse(text) {
        Ok(root) => parser.root(root.get_ref()),
        Err(error) => {
            let span = error.span().unwrap_or_default();
            let found = text.get(span.clone()).unwrap_or_default().to_owned();
            let expected =
                format!("du TOML, par exemple « \"Téléphone\" = \"phone\" » ({})", error.message());
            parser.error(span, &found, expected);
        }
    }
    parser.issues.sort_by_key(|issue| issue.line);
    if parser.issues.is_empty() { Ok(parser.mapping) } else { Err(MappingError { issues: parser.issues }) }
}

struct Parser<'a> {
    name: &'a str,
    text: &'a str,
    mapping: Mapping,
    issues: Vec<Issue>,
}

/// A key of a table and its value, with where they are.
struct Line<'a> {
    key: &'a str,
    at: Range<usize>,
    value: &'a Spanned<DeValue<'a>>,
}

/// The lines of a table, in the order of the file.
fn lines<'a>(table: &'a DeTable<'a>) -> Vec<Line<'a>> {
    let line = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
        let text: &'a std::borrow::Cow<'a, str> = key.get_ref();
        Line { key: text, at: key.span(), value }
    };
    let mut lines: Vec<Line> = table.iter().map(line).collect();
    lines.sort_by_key(|line| line.at.start);
    lines
}

/// A text, or a number that stands for one.
fn text_of(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.trim().to_owned()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}

impl Parser<'_> {
    fn error(&mut self, at: Range<usize>, found: &str, expected: impl Into<String>) {
        let spot = Spot { file: self.name, line: self.line(at.start), ..Spot::default() };
        self.issues.push(spot.issue(Severity::Error, found, expected));
    }

    fn line(&self, at: usize) -> u64 {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() as u64 + 1
    }

    fn written(&self, at: Range<usize>) -> String {
        self.text.get(at).unwrap_or_default().to_owned()
    }

    /// The lines of a value that is a table.
    fn table<'a>(&mut self, value: &'a Spanned<DeValue<'a>>, name: &str) -> Vec<Line<'a>> {
        if let DeValue::Table(table) = value.get_ref() {
            return lines(table);
        }
        let found = self.written(value.span());
        self.error(value.span(), &found, format!("[{name}], puis une ligne par réglage"));
        Vec::new()
    }

    /// The text of a value that is one.
    fn said(&mut self, value: &Spanned<DeValue>) -> Option<String> {
        let text = text_of(value.get_ref());
        if text.is_none() {
            let found = self.written(value.span());
            self.error(value.span(), &found, SETTINGS_FIRST);
        }
        text
    }

    fn root(&mut self, root: &DeTable) {
        for Line { key, at, value } in lines(root) {
            match key {
                "columns" => self.columns(value),
                "values" => self.values(value),
                "constants" => self.constants(value),
                "templates" => self.templates(value),
                "ignore" => {
                    for (text, at) in self.texts(value) {
                        let line = self.line(at.start);
                        self.mapping.ignored.push(Entry { name: text, line, said: () });
                    }
                }
                "separator" => {
                    let texts = self.texts(value);
                    self.mapping.separators = texts.into_iter().map(|(text, _)| text).collect();
                }
                "header_line" => match value.get_ref() {
                    DeValue::Integer(number) if number.as_str().parse().is_ok_and(|line: u64| line > 0) => {
                        self.mapping.header_line = number.as_str().parse().ok();
                    }
                    _ => {
                        let found = self.written(value.span());
                        self.error(at, &found, "le numéro de la ligne des titres, à partir de 1");
                    }
                },
                "sheet" => self.mapping.sheet = self.said(value),
                key => {
                    let near = nearest(key, KEYS.into_iter());
                    let near = near.map(|near| format!(" ; le plus proche : « {near} »")).unwrap_or_default();
                    self.error(at, key, format!("{}{near}", KEYS.join(", ")));
                }
            }
        }
        self.check_once();
    }

    /// Texts, or the one that stands alone; never empty ones.
    fn texts(&mut self, value: &Spanned<DeValue>) -> Vec<(String, Range<usize>)> {
        let values = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        let mut texts = Vec::new();
        for value in values {
            match value.get_ref() {
                DeValue::String(text) if !text.is_empty() => {
                    texts.push((text.clone().into_owned(), value.span()));
                }
                _ => {
                    let found = self.written(value.span());
                    self.error(
                        value.span(),
                        &found,
                        "un texte entre guillemets, ou plusieurs entre crochets",
                    );
                }
            }
        }
        texts
    }

    fn columns(&mut self, value: &Spanned<DeValue>) {
        for Line { key, at, value } in self.table(value, "columns") {
            let Some(name) = self.said(value) else { continue };
            let said = if name.is_empty() { Some(Column::Extra) } else { self.column(&name, value.span()) };
            if let Some(said) = said {
                let line = self.line(at.start);
                self.mapping.columns.push(Entry { name: key.to_owned(), line, said });
            }
        }
    }

    /// A column of the format, by its name.
    fn column(&mut self, name: &str, at: Range<usize>) -> Option<Column> {
        let column = Column::named(name).filter(|column| *column != Column::Field(Field::Extra));
        if column.is_none() {
            let expected = match name {
                "extra" => {
                    "un champ ; une colonne que la table ne nomme pas est gardée sous son nom".to_owned()
                }
                name => format!("un champ du format{}", near_field(name)),
            };
            self.error(at, name, expected);
        }
        column
    }

    fn values(&mut self, value: &Spanned<DeValue>) {
        for Line { key: name, at, value } in self.table(value, "values.CHAMP") {
            let column = self.column(name, at.clone());
            let field = match column {
                Some(Column::Field(field)) => field,
                Some(_) => {
                    self.error(at, name, "un champ dont les mots ont un sens ; celui-ci est repris tel quel");
                    continue;
                }
                None => continue,
            };
            for Line { key: word, value, .. } in self.table(value, "values.CHAMP") {
                let Some(text) = self.said(value) else { continue };
                let Some(meaning) = self.meaning(field, text, value.span()) else { continue };
                let words = self.mapping.values.entry(field).or_default();
                if word == OTHERS {
                    words.other = Some(meaning);
                } else {
                    words.known.insert(key(word).into_owned(), meaning);
                }
            }
        }
    }

    fn constants(&mut self, value: &Spanned<DeValue>) {
        for Line { key: name, at, value } in self.table(value, "constants") {
            let Some(column) = self.column(name, at.clone()) else { continue };
            let Some(text) = self.said(value) else { continue };
            let good = match column {
                Column::Field(field) => self.meaning(field, text.clone(), value.span()).is_some(),
                Column::Precision => {
                    let good = text.parse::<Precision>().is_ok();
                    if !good {
                        self.error(value.span(), &text, "adresse ou commune");
                    }
                    good
                }
                _ => {
                    self.error(at, name, "un champ qui peut être le même pour toutes les lignes");
                    false
                }
            };
            if good {
                self.mapping.constants.push((column, text));
            }
        }
    }

    fn templates(&mut self, value: &Spanned<DeValue>) {
        for Line { key: name, at, value } in self.table(value, "templates") {
            let Some(column) = self.column(name, at.clone()) else { continue };
            let Some(text) = self.said(value) else { continue };
            match Template::parse(&text) {
                Ok(said) => {
                    let line = self.line(at.start);
                    self.mapping.templates.push((column, Entry { name: String::new(), line, said }));
                }
                Err(expected) => self.error(value.span(), &text, expected),
            }
        }
    }

    /// What a text of our format says of a field.
    fn meaning(&mut self, field: Field, text: String, at: Range<usize>) -> Option<Word> {
        match field.parse(&text) {
            Ok(value) => Some(Word { text, value }),
            Err(expected) => {
                self.error(at, &text, format!("{}{}", expected.0, near_code(field, &text)));
                None
            }
        }
    }

    /// A field that has one value comes from one place, and a column goes to one.
    fn check_once(&mut self) {
        let spot = |line| Spot { file: self.name, line, ..Spot::default() };
        let mut issues = Vec::new();
        for (position, entry) in self.mapping.columns.iter().enumerate() {
            let before = &self.mapping.columns[..position];
            let name = entry.said.name();
            if !(entry.said.has_several() || entry.said == Column::Extra)
                && let Some(other) = before.iter().find(|other| other.said == entry.said)
            {
                let expected = format!(
                    "une seule colonne pour {name}, déjà donné par « {} » ; pour les réunir : [templates]",
                    other.name
                );
                issues.push(spot(entry.line).issue(Severity::Error, &entry.name, expected));
            }
            if self.mapping.ignored.iter().any(|ignored| fold(&ignored.name) == fold(&entry.name)) {
                let given = if name.is_empty() { "gardée" } else { name };
                let expected = format!("une colonne pour {given}, ou dans ignore, pas les deux");
                issues.push(spot(entry.line).issue(Severity::Error, &entry.name, expected));
            }
        }
        for (column, entry) in &self.mapping.templates {
            if let Some(other) = self.mapping.columns.iter().find(|other| other.said == *column) {
                let name = column.name();
                let expected = format!("{name} donné par un modèle, ou par la colonne « {} »", other.name);
                issues.push(spot(entry.line).issue(Severity::Error, name, expected));
            }
        }
        self.issues.extend(issues);
    }
}

/// The field that somebody may have meant, to follow what was expected.
fn near_field(name: &str) -> String {
    let synonym = field_named(name).map(Column::name);
    let near = synonym.or_else(|| nearest(name, COLUMNS.into_iter()));
    near.map(|near| format!(" ; le plus proche : « {near} »")).unwrap_or_default()
}

/// The code that somebody may have meant, likewise.
fn near_code(field: Field, text: &str) -> String {
    let near = if field == Field::Category {
        let names = Category::all().flat_map(|kind| [kind.code(), kind.label()]);
        nearest(text, names)
            .and_then(|name| Category::from_code(name).or_else(|| Category::from_name(name)))
            .map(Category::code)
    } else {
        let labels = labels(field);
        let near = nearest(text, labels.iter().flat_map(|(code, label)| [*code, *label]));
        near.and_then(|near| labels.iter().find(|(code, label)| *code == near || *label == near))
            .map(|(code, _)| *code)
    };
    near.map(|near| format!(" ; le plus proche : « {near} »")).unwrap_or_default()
}
