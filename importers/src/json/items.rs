//! Cuts a stream into its items. What an item says is parsed when it is whole, so that a bad one costs itself alone and a
//! file that breaks off keeps what came before.

use std::io::{self, Read};

use serde_json::{Map, Value};

use crate::table::Input;

/// Most bytes of an item: the largest hospital group has some megabytes.
const LONGEST_ITEM: usize = 32 * 1024 * 1024;

/// One item of a stream.
#[derive(Debug)]
pub(crate) struct Item {
    /// The line where it starts, from 1.
    pub line: u64,
    /// The key of the list it is in, when that is one of an envelope.
    pub list: Option<&'static str>,
    /// What it says, or why that cannot be read, in French.
    pub value: Result<Value, String>,
}

/// The items of a stream: those of an array; those of the lists of an envelope (`{"entry": [...]}`); objects one after the
/// other, on lines of their own (NDJSON) or not. What an envelope says besides its lists is in [`Items::envelope`].
pub(crate) struct Items<'a, R> {
    input: Input<'a, R>,
    lists: &'static [&'static str],
    state: State,
    item: Vec<u8>,
    too_long: bool,
    peeked: Option<u8>,
    /// Keys and values of the object that is read, and whether it has one of the lists.
    object: Vec<u8>,
    object_line: u64,
    is_envelope: bool,
    /// What the envelopes said of themselves, the last one winning.
    envelope: Map<String, Value>,
    damaged: Option<Damage>,
    /// What the file is when it does not begin as JSON.
    otherwise: &'static str,
}

/// Where a stream stops making sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// The line, from 1.
    pub line: u64,
    /// What was found there.
    pub found: String,
    /// Whether that is the end of the file, too early.
    pub cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between values.
    Outside,
    /// In an array that is the whole value.
    Array,
    /// In an object, before a key.
    Object,
    /// In a list of an envelope.
    List(&'static str),
    /// Nothing can be read any more.
    Over,
}

impl<'a, R: Read> Items<'a, R> {
    /// Starts to read. `lists` are the keys of the lists of envelopes.
    pub fn new(
        reader: R,
        lists: &'static [&'static str],
        progress: &'a mut dyn FnMut(u64),
    ) -> io::Result<Self> {
        let mut input = Input::new(reader, progress);
        let otherwise = otherwise(input.open()?);
        Ok(Items {
            input,
            lists,
            state: State::Outside,
            item: Vec::new(),
            too_long: false,
            peeked: None,
            object: Vec::new(),
            object_line: 1,
            is_envelope: false,
            envelope: Map::new(),
            damaged: None,
            otherwise,
        })
    }

    /// What envelopes said besides their lists, so far.
    pub fn envelope(&self) -> &Map<String, Value> {
        &self.envelope
    }

    /// Where the stream broke off or stopped being JSON, if it did: items may be missing.
    pub fn damage(&self) -> Option<&Damage> {
        self.damaged.as_ref()
    }

    /// The next item.
    pub fn next(&mut self) -> io::Result<Option<Item>> {
        loop {
            let Some(byte) = self.next_byte_past_space()? else {
                if self.state != State::Outside && self.state != State::Over {
                    self.cut("la fin du fichier, au milieu du texte");
                }
                self.state = State::Over;
                return Ok(None);
            };
            match (self.state, byte) {
                (State::Over, _) => return Ok(None),
                (State::Outside, b'[') => self.state = State::Array,
                (State::Outside, b'{') => {
                    self.object.clear();
                    self.object_line = self.input.line();
                    self.is_envelope = false;
                    self.too_long = false;
                    self.state = State::Object;
                }
                (State::Array, b']') => self.state = State::Outside,
                (State::List(_), b']') => self.state = State::Object,
                (State::Outside | State::Array | State::Object | State::List(_), b',') => {}
                (State::Object, b'}') => {
                    self.state = State::Outside;
                    if let Some(item) = self.object() {
                        return Ok(Some(item));
                    }
                }
                (State::Object, b'"') => self.member()?,
                (State::Array, _) => return self.element(byte, None),
                (State::List(key), _) => return self.element(byte, Some(key)),
                (State::Outside | State::Object, _) => {
                    self.break_off(self.otherwise, false);
                }
            }
        }
    }

    /// An element of an array or of a list.
    fn element(&mut self, first: u8, list: Option<&'static str>) -> io::Result<Option<Item>> {
        let line = self.input.line();
        self.item.clear();
        self.too_long = false;
        if !self.copy(first)? {
            self.cut("la fin du fichier, au milieu d’un élément");
        }
        let value = if self.damaged.is_some() {
            Err("un élément entier ; le fichier semble tronqué".to_owned())
        } else if self.too_long {
            Err(format!("un élément d’au plus {} Mo", LONGEST_ITEM / 1024 / 1024))
        } else {
            parse(&self.item)
        };
        Ok(Some(Item { line, list, value }))
    }

    /// A key, and what it holds unless that is a list to go through.
    fn member(&mut self) -> io::Result<()> {
        self.item.clear();
        let whole = self.copy(b'"')?;
        let key = parse(&self.item).ok();
        let after = self.next_byte_past_space()?;
        let colon = after == Some(b':');
        let start = if whole && colon { self.next_byte_past_space()? } else { None };
        let (Some(Value::String(key)), Some(start)) = (key, start) else {
            let cut = !whole || after.is_none() || (colon && start.is_none());
            self.break_off("une clé sans valeur", cut);
            return Ok(());
        };
        let list = self.lists.iter().find(|list| **list == key);
        if let (b'[', Some(list)) = (start, list) {
            self.is_envelope = true;
            self.state = State::List(list);
            return Ok(());
        }
        if !self.object.is_empty() {
            self.object.push(b',');
        }
        let name = std::mem::take(&mut self.item);
        self.object.extend_from_slice(&name);
        self.object.push(b':');
        if !self.copy(start)? {
            self.cut("la fin du fichier, au milieu d’un objet");
        }
        let value = std::mem::take(&mut self.item);
        if self.object.len() + value.len() > LONGEST_ITEM {
            self.too_long = true;
            self.object.extend_from_slice(b"null");
        } else {
            self.object.extend_from_slice(&value);
        }
        Ok(())
    }

    /// The object that ended: an item, unless it was an envelope.
    fn object(&mut self) -> Option<Item> {
        let mut whole = Vec::with_capacity(self.object.len() + 2);
        whole.push(b'{');
        whole.append(&mut self.object);
        whole.push(b'}');
        let value = if self.too_long {
            Err(format!("un objet d’au plus {} Mo", LONGEST_ITEM / 1024 / 1024))
        } else {
            parse(&whole)
        };
        if !self.is_envelope {
            return Some(Item { line: self.object_line, list: None, value });
        }
        if let Ok(Value::Object(members)) = value {
            self.envelope.extend(members);
        }
        None
    }

    /// Copies the value that starts with this byte to `item`: whether it is whole. Beyond the longest, it is read but not kept.
    fn copy(&mut self, first: u8) -> io::Result<bool> {
        self.item.clear();
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        let mut byte = first;
        loop {
            if self.item.len() < LONGEST_ITEM {
                self.item.push(byte);
            } else {
                self.too_long = true;
            }
            if quoted {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => quoted = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => quoted = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 && !quoted && matches!(byte, b'"' | b'}' | b']') {
                return Ok(true);
            }
            let Some(next) = self.input.next()? else { return Ok(false) };
            // A number or a word ends before what follows it.
            if depth == 0 && !quoted && (matches!(next, b',' | b'}' | b']') || next.is_ascii_whitespace()) {
                self.peeked = Some(next);
                return Ok(true);
            }
            byte = next;
        }
    }

    fn next_byte_past_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            let byte = match self.peeked.take() {
                Some(byte) => Some(byte),
                None => self.input.next()?,
            };
            match byte {
                Some(byte) if byte.is_ascii_whitespace() => {}
                byte => return Ok(byte),
            }
        }
    }

    fn cut(&mut self, found: &str) {
        self.break_off(found, true);
    }

    fn break_off(&mut self, found: &str, cut: bool) {
        self.state = State::Over;
        let line = self.input.line();
        self.damaged.get_or_insert(Damage { line, found: found.to_owned(), cut });
    }
}

/// What a file is, by its beginning, when it is no JSON.
fn otherwise(start: &[u8]) -> &'static str {
    let mut lines = start.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let opens = first.starts_with(b"{") || first.starts_with(b"[");
    if start.contains(&0) {
        "un fichier binaire, pas du JSON"
    } else if !opens && first.iter().any(|byte| b",;".contains(byte)) {
        "un tableau CSV"
    } else {
        "du texte qui n’est pas du JSON"
    }
}

/// What is wrong in a value, in French.
fn wrong(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "un texte coupé".to_owned();
    }
    // Of no category of its own.
    if error.to_string().starts_with("recursion limit exceeded") {
        return "plus de 128 niveaux".to_owned();
    }
    match error.line() {
        0 | 1 => format!("une erreur d’écriture à la colonne {}", error.column()),
        line => format!("une erreur d’écriture à la ligne {line} de l’élément, colonne {}", error.column()),
    }
}

/// Reads a value. Its text is UTF-8, as JSON must be (RFC 8259, section 8.1), or else Windows-1252, which some write.
fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    let mut value = serde_json::from_str(&text).map_err(|error| format!("du JSON ({})", wrong(&error)))?;
    if text.contains("\\u0000") {
        without_nul(&mut value);
    }
    Ok(value)
}

/// Takes away the null characters, which Postgres keeps in no text.
fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|c| c != '\0'),
        Value::Array(items) => items.iter_mut().for_each(without_nul),
        Value::Object(members) => {
            if members.keys().any(|key| key.contains('\0')) {
                let named = std::mem::take(members).into_iter();
                *members = named.map(|(key, value)| (key.replace('\0', ""), value)).collect();
            }
            members.values_mut().for_each(without_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const LISTS: &[&str] = &["entry", "items"];

    type Cut = (u64, Option<&'static str>, Option<Value>);

    /// The lines, the lists and the values of a text; then whether it broke off.
    fn read(text: &[u8]) -> (Vec<Cut>, bool) {
        let mut progress = |_| {};
        let mut items = Items::new(text, LISTS, &mut progress).unwrap();
        let mut read = Vec::new();
        while let Some(item) = items.next().unwrap() {
            read.push((item.line, item.list, item.value.ok()));
        }
        let broken = items.damage().is_some();
        (read, broken)
    }

    #[test]
    fn every_shape_gives_its_items() {
        let (one, two) = (json!({ "id": 1 }), json!({ "id": 2, "x": ["]", "}", "\"" ] }));
        let second = r#"{"id":2,"x":["]","}","\""]}"#;
        for (text, list) in [
            (format!("[{{\"id\":1}},\n{second}]"), None),
            (format!("{{\"id\":1}}\n{second}\n"), None),
            (format!("\u{feff}{{\"id\":1}}{second}"), None),
            (format!("{{\"total\":2,\"items\":[{{\"id\":1}},\n{second}],\"page\":1}}"), Some("items")),
        ] {
            let (items, broken) = read(text.as_bytes());
            let values: Vec<_> = items.iter().map(|(_, list, value)| (*list, value.clone())).collect();
            assert_eq!(values, [(list, Some(one.clone())), (list, Some(two.clone()))], "{text}");
            assert!(!broken, "{text}");
        }
    }

    #[test]
    fn envelopes_are_known_and_lists_inside_items_are_theirs() {
        let text = r#"{"resourceType":"Bundle","entry":[{"items":[1]}]} {"items":[],"page":2}"#;
        let mut progress = |_| {};
        let mut items = Items::new(text.as_bytes(), LISTS, &mut progress).unwrap();
        let item = items.next().unwrap().unwrap();
        assert_eq!((item.list, item.value.unwrap()), (Some("entry"), json!({ "items": [1] })));
        assert!(items.next().unwrap().is_none());
        assert_eq!(Value::from(items.envelope().clone()), json!({ "resourceType": "Bundle", "page": 2 }));
    }

    #[test]
    fn a_bad_item_costs_itself_alone() {
        let (items, broken) = read(b"[{\"a\":1},\n{\"a\":NaN},\n{\"a\":1,},\n7,{\"a\":2}]");
        let values: Vec<_> = items.into_iter().map(|(line, _, value)| (line, value)).collect();
        let expected = [
            (1, Some(json!({ "a": 1 }))),
            (2, None),
            (3, None),
            (4, Some(json!(7))),
            (4, Some(json!({ "a": 2 }))),
        ];
        assert_eq!(values, expected);
        assert!(!broken);
    }

    #[test]
    fn a_file_that_breaks_off_says_so() {
        for text in
            ["[{\"a\":1},{\"b\":", "{\"items\":[{\"a\":1}", "[{\"a\":1}", "{\"entry\":[{\"a\":1},{\"b\":\"x"]
        {
            let (items, broken) = read(text.as_bytes());
            assert_eq!(items[0].2, Some(json!({ "a": 1 })), "{text}");
            assert!(items[1..].iter().all(|item| item.2.is_none()) && broken, "{text}");
        }
        assert!(read(b"<html>").1 && read(b"id;name").1);
        assert_eq!(read(b" \n"), (vec![], false));
    }

    #[test]
    fn what_is_wrong_is_said_in_french() {
        let deep = format!("[{}1{}]", "[".repeat(200), "]".repeat(200));
        for (text, expected) in [
            ("[{\"a\":1,}]", "du JSON (une erreur d’écriture à la colonne 8)"),
            ("[{\"a\":\n1,}]", "du JSON (une erreur d’écriture à la ligne 2 de l’élément, colonne 3)"),
            (&deep, "du JSON (plus de 128 niveaux)"),
        ] {
            let mut progress = |_| {};
            let item = Items::new(text.as_bytes(), LISTS, &mut progress).unwrap().next().unwrap().unwrap();
            assert_eq!(item.value, Err(expected.to_owned()), "{text}");
        }
        for (text, found, cut) in [
            ("id;nom\n1;a", "un tableau CSV", false),
            ("bonjour", "du texte qui n’est pas du JSON", false),
            ("{\"a\":1,\"b\":2}\nbonjour", "du texte qui n’est pas du JSON", false),
            ("\u{89}PNG\r\n\0", "un fichier binaire, pas du JSON", false),
            ("{\"a\"}", "une clé sans valeur", false),
            ("{\"a\":", "une clé sans valeur", true),
            ("{\"a", "une clé sans valeur", true),
        ] {
            let mut progress = |_| {};
            let mut items = Items::new(text.as_bytes(), LISTS, &mut progress).unwrap();
            while items.next().unwrap().is_some() {}
            let damage = items.damage().unwrap();
            assert_eq!((&*damage.found, damage.cut), (found, cut), "{text}");
        }
    }

    #[test]
    fn windows_1252_is_read_too() {
        assert_eq!(read(b"[{\"a\":\"\xC9t\xE9\"}]").0[0].2, Some(json!({ "a": "Été" })));
    }

    #[test]
    fn null_characters_go() {
        let text = br#"[{"a\u0000b":["x\u0000y", {"c": "\u0000"}], "d": "\\u0000"}]"#;
        assert_eq!(read(text).0[0].2, Some(json!({ "ab": ["xy", { "c": "" }], "d": "\\u0000" })));
    }

    proptest! {
        #[test]
        fn any_values_come_back(numbers in prop::collection::vec((any::<i64>(), "[^\0]{0,8}"), 0..6), lines in any::<bool>()) {
            let values: Vec<Value> = numbers.iter().map(|(number, text)| json!({ "n": number, "t": [text] })).collect();
            let text = if lines {
                values.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            } else {
                serde_json::to_string_pretty(&values).unwrap()
            };
            let (items, broken) = read(text.as_bytes());
            prop_assert!(!broken);
            prop_assert_eq!(items.into_iter().map(|item| item.2.unwrap()).collect::<Vec<_>>(), values);
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(prop::sample::select(b"[]{}\",:\\ 1ae\n\xC9".to_vec()), 0..40)) {
            let _ = read(&bytes);
        }
    }
}
