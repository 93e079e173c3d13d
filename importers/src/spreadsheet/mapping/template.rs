//! A text put together from columns: `{Service} – {Établissement}`.

/// Between two columns, what goes when the first of them is the first that is filled.
const SEPARATORS: &[char] = &['-', '–', '—', ',', ';', ':', '/', '|', '·', '_', '.', '+'];
/// What closes a text, and goes with the column it closes.
const CLOSING: &[char] = &[')', ']', '}', '»', '”', '"'];

/// A template. The text before a column goes with it when it is empty, and so does what closes it just after: a bracket, a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// Before the first column; there as soon as one column is filled.
    start: String,
    parts: Vec<Part>,
    /// After the last column, likewise.
    end: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Part {
    before: String,
    column: String,
    closing: String,
}

impl Template {
    /// Reads a template; `{{` and `}}` are braces of the text. A name has none: a column is found without them too.
    ///
    /// # Errors
    /// What was expected, in French.
    pub fn parse(text: &str) -> Result<Template, String> {
        let (mut texts, mut columns): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut current = String::new();
        let mut inside = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if !inside && chars.peek() == Some(&c) => {
                    chars.next();
                    current.push(c);
                }
                '{' if !inside => {
                    inside = true;
                    texts.push(std::mem::take(&mut current));
                }
                '}' if inside => {
                    inside = false;
                    columns.push(std::mem::take(&mut current));
                }
                '{' | '}' => {
                    let expected =
                        "des accolades qui s’ouvrent puis se ferment ; « {{ » et « }} » en écrivent une";
                    return Err(expected.to_owned());
                }
                c => current.push(c),
            }
        }
        if inside {
            return Err("une accolade fermante après le nom de la colonne".to_owned());
        }
        texts.push(current);
        if columns.iter().any(|column| column.trim().is_empty()) {
            return Err("le nom d’une colonne entre les accolades".to_owned());
        }
        if columns.is_empty() {
            return Err("au moins une colonne entre accolades ; ce qui est le même pour toutes les lignes va dans [constants]".to_owned());
        }
        let mut texts = texts.into_iter();
        let start = texts.next().unwrap_or_default();
        let mut before = String::new();
        let mut parts = Vec::new();
        for (column, text) in columns.into_iter().zip(texts) {
            let (closing, rest) = text.split_at(closing(&text));
            let before = std::mem::replace(&mut before, rest.to_owned());
            parts.push(Part { before, column: column.trim().to_owned(), closing: closing.to_owned() });
        }
        Ok(Template { start, parts, end: before })
    }

    /// The columns it is made of, in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.column.as_str())
    }

    /// The text for a row, trimmed; empty when all its columns are. `positions` are those of [`Template::columns`], none
    /// for a column that the file lacks.
    pub fn fill(&self, positions: &[Option<usize>], cells: &[String]) -> String {
        let mut text = String::new();
        for (part, position) in self.parts.iter().zip(positions) {
            let cell = position.and_then(|position| cells.get(position)).map_or("", |cell| cell.trim());
            if cell.is_empty() {
                continue;
            }
            let separator = |c: char| c.is_whitespace() || SEPARATORS.contains(&c);
            let before =
                if text.is_empty() { part.before.trim_start_matches(separator) } else { &part.before };
            text.push_str(before);
            text.push_str(cell);
            text.push_str(&part.closing);
        }
        if text.is_empty() {
            return text;
        }
        format!("{}{text}{}", self.start, self.end).trim().to_owned()
    }
}

/// Where what closes the column before a text ends.
fn closing(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if CLOSING.contains(&c) {
            end = at + c.len_utf8();
        } else if !c.is_whitespace() {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(template: &str, cells: &[&str]) -> String {
        let template = Template::parse(template).unwrap();
        let positions: Vec<_> = (0..template.parts.len()).map(Some).collect();
        template.fill(&positions, &cells.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn an_empty_column_takes_its_separator_with_it() {
        for (template, cells, text) in [
            ("{A} – {B}", &["Accueil", "Hôpital"][..], "Accueil – Hôpital"),
            ("{A} – {B}", &["Accueil", ""], "Accueil"),
            ("{A} – {B}", &["", "Hôpital"], "Hôpital"),
            ("{A} – {B}", &["", ""], ""),
            ("{A} ({B})", &["Accueil", ""], "Accueil"),
            ("{A} ({B})", &["", "Clamart"], "(Clamart)"),
            ("{A} – {B} ({C})", &["a", "", "c"], "a (c)"),
            ("{A} ({B}) – {C}", &["a", "", "c"], "a – c"),
            ("{A} « {B} » – {C}", &["a", "", "c"], "a – c"),
            ("Service {A} {B}", &["", "Sud"], "Service Sud"),
            ("Service {A}", &[""], ""),
            ("{A}-92", &["17"], "17-92"),
            ("{{{A}}}", &["x"], "{x}"),
            ("{A}{B}", &["x", "y"], "xy"),
        ] {
            assert_eq!(filled(template, cells), text, "{template} {cells:?}");
        }
    }

    #[test]
    fn a_column_that_is_not_there_is_empty() {
        let template = Template::parse("{A}-{B}").unwrap();
        assert_eq!(template.fill(&[None, Some(0)], &["b".to_owned()]), "b");
        assert_eq!(template.fill(&[Some(4), Some(0)], &["b".to_owned()]), "b");
    }

    #[test]
    fn a_template_that_cannot_be_read_says_why() {
        for (template, expected) in [
            ("{A", "fermante"),
            ("A}", "s’ouvrent"),
            ("{A{B}}", "s’ouvrent"),
            ("{ }", "le nom"),
            ("Clamart", "au moins une colonne"),
        ] {
            let error = Template::parse(template).unwrap_err();
            assert!(error.contains(expected), "{template} : {error}");
        }
    }

    proptest! {
        #[test]
        fn any_template_is_read_or_refused(template in "[{}a (–»]{0,12}", cells in prop::collection::vec("[ab ]{0,2}", 0..4)) {
            if let Ok(template) = Template::parse(&template) {
                let positions: Vec<_> = template.columns().enumerate().map(|(at, _)| Some(at)).collect();
                let text = template.fill(&positions, &cells);
                prop_assert_eq!(text.trim(), &text);
                let nothing = cells.iter().take(positions.len()).all(|cell| cell.trim().is_empty());
                prop_assert!(!nothing || text.is_empty());
            }
        }
    }
}
