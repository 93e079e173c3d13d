//! Words in a drawing: harmless whatever a source wrote, and as wide as they will be.

use crate::plain_text::is_invisible;

/// Text for the content of an element or a value between double quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| harmless(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What XML may hold, but for the characters that turn the direction of what follows: nothing closes them in a drawing.
fn harmless(c: char) -> bool {
    !c.is_control() && !is_invisible(c) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// At most so many characters, the last an ellipsis when some are left out.
pub fn shortened(text: &str, most: usize) -> String {
    let mut chars = text.chars().filter(|c| harmless(*c));
    let mut short: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        short.pop();
        short.truncate(short.trim_end().len());
        short.push('…');
    }
    short
}

/// Width of a text in ems of the typeface of the pages, rather too wide than too narrow: another may stand in for it.
pub fn ems(text: &str) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | '’' | '·' | '|' | ' ' | '\u{a0}' => 0.33,
        'f' | 'r' | 't' | '-' | '(' | ')' => 0.42,
        'm' | 'w' | 'M' | 'W' | '…' | 'Œ' | 'œ' => 0.95,
        c if c.is_ascii() && !c.is_uppercase() => 0.6,
        c if c.is_uppercase() => 0.74,
        c if c < '\u{2000}' => 0.62,
        _ => 1.1,
    };
    text.chars().filter(|c| harmless(*c)).map(em).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::HOSTILE;

    #[test]
    fn hostile_text_is_harmless() {
        let escaped = escape(HOSTILE);
        assert!(!escaped.contains(['<', '>', '"', '\'', '\u{202e}']), "{escaped}");
        assert_eq!(escape("a\u{0}\u{b}b\nc"), "abc");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shortened("Bagneux", 7), "Bagneux");
        assert_eq!(shortened("Fontenay-aux-Roses", 9), "Fontenay…");
        assert_eq!(shortened(&"é".repeat(10_000), 20).chars().count(), 20);
    }
}
