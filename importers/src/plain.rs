//! Texts of sources as plain text: some write HTML, some only its entities.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Ends of blocks, after which a line begins.
const BLOCKS: [&str; 9] = ["</p>", "<br>", "<br/>", "<br />", "</div>", "</li>", "</ul>", "</h2>", "</h3>"];

/// Rounds after which a text that still hides something is nobody's text.
const ROUNDS: usize = 8;

/// Takes all elements away. Made once: its lists of what HTML has take longer than a text.
static NO_ELEMENT: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder.tags(HashSet::new());
    builder
});

/// The text of something that may be HTML: no element, no script, entities as the characters they are; paragraphs and items
/// stay on lines of their own, and runs of spaces are one. A plain text is its own: what is exported is read back as it was.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = once(text);
    for _ in 0..ROUNDS {
        if !plain.contains(['<', '&']) {
            return plain;
        }
        // What was written twice as HTML is HTML again.
        let next = once(&plain);
        if next == plain {
            return plain;
        }
        plain = Cow::Owned(next.into_owned());
    }
    Cow::Owned(tidy(&plain.replace(['<', '&'], " ")).into_owned())
}

fn once(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return tidy(text);
    }
    if !text.contains('<') {
        return Cow::Owned(tidy(&html_escape::decode_html_entities(text)).into_owned());
    }
    let mut broken = without_brackets(text);
    for block in BLOCKS {
        broken = broken.replace(block, "\n");
    }
    let broken = broken.replace("<li>", "- ");
    let cleaned = NO_ELEMENT.clean(&broken).to_string();
    Cow::Owned(tidy(&html_escape::decode_html_entities(&cleaned)).into_owned())
}

/// A text whose links in angle brackets (`<https://…>`, in Markdown) have none, and whose last signs « less than » open nothing.
fn without_brackets(text: &str) -> String {
    let mut parts = text.split('<');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let closed = text.rfind('>').unwrap_or_default();
    let mut at = out.len();
    for part in parts {
        let link = part.split_once('>').filter(|(link, _)| is_link(link));
        match link {
            Some((link, rest)) => out.extend([link, rest]),
            None => out.extend([if at > closed { "&lt;" } else { "<" }, part]),
        }
        at += 1 + part.len();
    }
    out
}

fn is_link(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !"\"'=".contains(c);
    let address = text.contains('@') && text.chars().all(plain);
    (address || text.starts_with("http://") || text.starts_with("https://"))
        && !text.contains(char::is_whitespace)
}

/// Without control characters, spaces at the ends of lines and empty lines at both ends.
fn tidy(text: &str) -> Cow<'_, str> {
    let untidy = |c: char| (c.is_control() && c != '\n') || c == '\u{a0}';
    if !text.contains(untidy)
        && !text.contains("  ")
        && text.trim() == text
        && !text.contains(" \n")
        && !text.contains("\n\n\n")
    {
        return Cow::Borrowed(text);
    }
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = line.collect::<Vec<_>>().join(" ");
        // One empty line between paragraphs is enough.
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    Cow::Owned(lines.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_text_is_its_own(text in "(<b>|</p>|<li|<|>|&|&amp;|amp;|lt;|&#60;|#38;|nbsp;|[a-z]|[ \n\t\r]|\\PC|<https://|@){0,30}") {
            let once = plain(&text).into_owned();
            prop_assert_eq!(plain(&once), once.as_str());
        }
    }

    #[test]
    fn what_hides_in_itself_for_ever_is_told_from_nothing() {
        let deep = format!("{}{}", "<".repeat(1_000), "b>".repeat(1_000));
        assert!(!plain(&deep).contains('<'));
        let deep = format!("&{}lt;", "amp;".repeat(1_000));
        assert!(!plain(&deep).contains(['<', '&']));
    }

    #[test]
    fn elements_go_and_lines_stay() {
        for (written, read) in [
            ("Accueil  de jour ", "Accueil de jour"),
            ("<p>Un &amp; deux</p><p>Trois&nbsp;:</p>", "Un & deux\nTrois :"),
            ("<ul><li>douche</li><li>café</li></ul>", "- douche\n- café"),
            ("a<br />b", "a\nb"),
            ("<script>alert(1)</script>Bonjour <b onclick='x'>vous</b>", "Bonjour vous"),
            ("< 18 ans & plus", "< 18 ans & plus"),
            ("L&#39;accueil", "L'accueil"),
            ("caf&eacute; &amp;lt; th&eacute;", "café < thé"),
            ("&amp;lt;b&amp;gt;Gras&lt;/b&gt;", "Gras"),
            ("<b>Gras</b> &amp; <script>alert(1)</script> x", "Gras & x"),
            ("revenus <plafond, jusqu’à la fin", "revenus <plafond, jusqu’à la fin"),
            (
                "# Un\n\n* a\n* [b](https://example.org/?x=1&y=2)",
                "# Un\n\n* a\n* [b](https://example.org/?x=1&y=2)",
            ),
            ("<https://example.org/?x=1>, <a@example.org>", "https://example.org/?x=1, a@example.org"),
            ("un\u{0}deux\ttrois", "un deux trois"),
            ("a\n\n\n\nb", "a\n\nb"),
        ] {
            assert_eq!(plain(written), read, "{written}");
        }
    }
}
