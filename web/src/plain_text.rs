//! Text without any form, for a mail: lines that every reader of mail keeps as they are, and nothing in what a source or
//! a person wrote that could pass for a line of ours.

pub use maille_domain::invisible::is_invisible;

/// How long a line is: what mail keeps without folding it.
const COLUMNS: usize = 72;

/// What was written, as one line of at most `most` characters: line breaks are spaces, and what cannot be seen, or
/// turns the reading direction round, is gone.
pub fn one_line(text: &str, most: usize) -> String {
    let seen: String = text
        .chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    // Our own no-break spaces stay: they are not what a text is split at.
    let words: Vec<&str> = seen.split(' ').filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A paragraph folded at spaces: the first line begins with `first`, those that follow with `next`. A word longer than a
/// line, as an address is, stays whole.
pub fn fold(first: &str, next: &str, text: &str) -> String {
    let mut out = first.to_owned();
    let mut column = first.chars().count();
    let mut fresh = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !fresh && column + 1 + length > COLUMNS {
            out.push('\n');
            out.push_str(next);
            column = next.chars().count();
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        fresh = false;
    }
    out.push('\n');
    simple_spaces(&out)
}

/// The no-break space that every alphabet has, and between figures a plain one: a number is copied, and dialled.
fn simple_spaces(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let figure = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
    let simple = |(at, &c): (usize, &char)| match c {
        '\u{a0}' | '\u{202f}' if figure(at.checked_sub(1)) && figure(at.checked_add(1)) => ' ',
        '\u{202f}' => '\u{a0}',
        other => other,
    };
    chars.iter().enumerate().map(simple).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_written_is_one_line() {
        for (written, line) in [
            ("  Appeler \t le\r\nmatin\u{85}\u{2028}tôt ", "Appeler le matin tôt"),
            ("a\u{0}b\u{1b}[31m", "a b [31m"),
            ("\u{202e}revne\u{202c}\u{2066}x\u{2069}\u{200b}\u{feff}", "revnex"),
            ("9\u{a0}h\u{202f}:", "9\u{a0}h\u{202f}:"),
            ("👩🏽\u{200d}⚕️", "👩🏽\u{200d}⚕️"),
            ("", ""),
        ] {
            assert_eq!(one_line(written, 80), line, "{written:?}");
        }
        assert_eq!(one_line("équipe mobile", 7), "équipe…");
        assert_eq!(one_line("équipe", 6), "équipe");
    }

    #[test]
    fn lines_are_folded_at_spaces_and_indented() {
        let text = "mot ".repeat(30);
        let folded = fold("1. ", "     ", &text);
        assert!(folded.lines().count() == 2 && folded.lines().all(|line| line.chars().count() <= COLUMNS));
        assert!(folded.starts_with("1. mot") && folded.contains("\n     mot"));
        let address = format!("https://example.org/{}", "a".repeat(90));
        assert_eq!(fold("   ", "   ", &address), format!("   {address}\n"));
        assert_eq!(fold("", "", "Tél.\u{202f}: 01\u{a0}99\u{a0}00"), "Tél.\u{a0}: 01 99 00\n");
    }
}
