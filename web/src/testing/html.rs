//! What every page must be, read from its text: well formed, without inline script or style, with one title of the
//! first level and no level left out, labelled fields, links to things that exist.

use std::collections::BTreeSet;

const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "source"];

/// Panics with what is wrong.
pub fn check(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
    assert!(html.contains("<html lang=\"fr\">"));
    let tags = tags(html);
    nesting(&tags);
    let mut ids = BTreeSet::new();
    let mut level = 0;
    let mut titles = 0;
    for tag in &tags {
        let ours = |src: &str| src.starts_with("/assets/");
        let data = tag.attribute("type") == Some("application/ld+json");
        let inline = tag.name == "script" && !tag.closing && !tag.attribute("src").is_some_and(ours) && !data;
        assert!(!inline && tag.name != "style", "no inline script, no inline style");
        for (name, value) in &tag.attributes {
            assert!(*name != "style" && !name.starts_with("on"), "{name} in <{}>", tag.name);
            if *name == "href" {
                let safe = ["/", "?", "#", "https://", "http://", "tel:", "mailto:"]
                    .iter()
                    .any(|start| value.starts_with(start));
                assert!(safe, "href={value}");
            }
            if *name == "id" {
                assert!(ids.insert(*value), "id {value} twice");
            }
        }
        if tag.name == "img" {
            assert!(tag.attribute("src").is_some_and(ours), "pictures are ours");
            assert!(tag.attribute("alt").is_some(), "pictures are said in words");
        }
        if let Some(found) =
            tag.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()).filter(|_| !tag.closing)
        {
            // The form and what must be said first may precede the title of the page; nothing skips a level below it.
            titles += u8::from(found == 1);
            assert!(level == 0 || found <= level + 1, "<h{found}> after <h{level}>");
            level = found;
        }
    }
    assert_eq!(titles, 1, "one <h1>");
    for tag in &tags {
        for (name, value) in &tag.attributes {
            let refers = match *name {
                "for" | "aria-labelledby" | "aria-describedby" | "aria-controls" | "list" => Some(*value),
                "href" => value.strip_prefix('#'),
                _ => None,
            };
            for target in refers.into_iter().flat_map(|targets| targets.split(' ')) {
                assert!(ids.contains(target), "{name}={value} refers to nothing");
            }
        }
        let field = ["input", "select", "textarea"].contains(&tag.name) && !tag.closing;
        if field && tag.attribute("type") != Some("hidden") {
            let id = tag.attribute("id").expect("fields have an id");
            let labelled = tags.iter().any(|tag| tag.name == "label" && tag.attribute("for") == Some(id));
            assert!(labelled, "field {id} has no label");
        }
    }
}

struct Tag<'a> {
    name: &'a str,
    closing: bool,
    self_closed: bool,
    attributes: Vec<(&'a str, &'a str)>,
    /// The text between the tag before and this one.
    before: &'a str,
}

impl<'a> Tag<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a bare > in {:?}", &rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag is closed");
        let before = &rest[..start];
        let inside = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if inside.starts_with('!') {
            continue;
        }
        let closing = inside.starts_with('/');
        let inside = inside.trim_start_matches('/');
        let self_closed = inside.ends_with('/');
        let inside = inside.trim_end_matches('/');
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "tag {inside:?}");
        tags.push(Tag { name, closing, self_closed, attributes: read_attributes(attributes), before });
    }
    tags
}

fn read_attributes(mut text: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return attributes;
        }
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let name = &text[..end];
        text = &text[end..];
        let mut value = "";
        if let Some(quoted) = text.strip_prefix("=\"") {
            let close = quoted.find('"').expect("an attribute is closed");
            value = &quoted[..close];
            text = &quoted[close + 1..];
        }
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ':'),
            "attribute {name:?}"
        );
        attributes.push((name, value));
    }
}

fn nesting(tags: &[Tag<'_>]) {
    let mut open: Vec<&str> = Vec::new();
    // Whether each keeps the direction of its text to itself.
    let mut isolating: Vec<bool> = Vec::new();
    for tag in tags {
        typography(tag.before, &open);
        let turned = tag.before.contains(['\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}']);
        let alone = isolating.contains(&true) || open.last() == Some(&"title");
        assert!(!turned || alone, "the direction of {:?} spreads: <bdi>, or dir=\"auto\"", tag.before);
        if tag.closing {
            assert_eq!(open.pop(), Some(tag.name), "</{}> closes something else", tag.name);
            isolating.pop();
        } else if !tag.self_closed && !VOID.contains(&tag.name) {
            let inside_paragraph = open.last() == Some(&"p");
            let block = ["p", "ul", "ol", "dl", "div", "section", "table", "h1", "h2", "h3", "form"]
                .contains(&tag.name);
            assert!(!(inside_paragraph && block), "<{}> inside <p>", tag.name);
            open.push(tag.name);
            isolating.push(tag.name == "bdi" || tag.attribute("dir") == Some("auto"));
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

/// Our own words have the spaces of French typography; what sources wrote, isolated in `<bdi>`, is theirs, and what
/// people type.
fn typography(text: &str, open: &[&str]) {
    if open.iter().any(|open| ["bdi", "textarea"].contains(open)) {
        return;
    }
    let wrong = [" :", " ;", " !", " ?", " »", "« "].into_iter().find(|wrong| text.contains(wrong));
    assert!(wrong.is_none(), "{wrong:?} in {text:?} wants a no-break space");
}
