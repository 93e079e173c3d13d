//! The sections of the XML flow, `<fluxfiness>`, one by one: a legal person, an establishment, an equipment.

use std::io::{self, BufReader, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use serde_json::{Map, Value};

use crate::issue::shorten;
use crate::register::Where;
use crate::table::ReadError;

/// The element of the whole file.
const ROOT: &str = "fluxfiness";
/// Most bytes of one tag or text: those of the flow have a hundred characters.
const LONGEST: usize = 1 << 20;
/// Most bytes kept of a field.
const LONGEST_FIELD: usize = 64 * 1024;
/// Most fields of a section: those of the flow have fifty.
const MOST_FIELDS: usize = 500;

/// A section of the flow.
#[derive(Debug)]
pub(super) struct Section {
    /// Its element.
    pub name: String,
    /// The line where it starts, from 1.
    pub line: u64,
    /// Its fields that are not empty, by element.
    pub fields: Map<String, Value>,
    /// What was found where its form breaks, if it does: its fields may be those of others.
    pub broken: Option<String>,
}

/// Reads a file: `each` is given its sections. Gives back the line where it breaks off, and what was found there, if it does.
///
/// Nothing is looked up outside of the file: a document type is passed over, and an entity that XML does not define stays as it is
/// written.
pub(super) fn read(
    file: &str,
    input: impl Read,
    mut each: impl FnMut(Where, Section) -> Result<(), ReadError>,
) -> Result<Option<(u64, String)>, ReadError> {
    let mut reader = Reader::from_reader(BufReader::new(Clean::new(input)));
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    // Which element ends is told by its name, below.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let (mut root, mut section, mut field) = (None, None::<Section>, None::<(String, String)>);
    let (mut line, mut buffer) = (1, Vec::new());
    loop {
        buffer.clear();
        reader.get_mut().get_mut().allowed = LONGEST;
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) if error.kind() != io::ErrorKind::FileTooLarge => {
                let source = io::Error::new(error.kind(), error.to_string());
                return Err(ReadError::Io { file: file.to_owned(), source });
            }
            Err(_) => return Ok(Some((line, "une balise ou un texte sans fin".to_owned()))),
        };
        match &event {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                match (&root, &mut section, &field) {
                    (None, ..) if name != ROOT => return Err(not_the_flow(file, &format!("<{name}>"))),
                    (None, ..) => root = Some(name),
                    (_, None, _) => {
                        section = Some(Section { name, line, fields: Map::new(), broken: None });
                    }
                    (_, Some(_), None) => field = Some((name, String::new())),
                    (_, Some(section), Some((outer, _))) => {
                        section.broken.get_or_insert_with(|| format!("<{name}> dans <{outer}>"));
                    }
                }
            }
            Event::Text(text) => add(&mut field, &text.xml10_content()),
            Event::CData(text) => add(&mut field, &text.xml10_content()),
            Event::GeneralRef(reference) => add(&mut field, &resolved(reference)),
            Event::End(end) => {
                let name = end.local_name();
                let name = name.as_ref();
                if let Some((ended, text)) = field.take_if(|(open, _)| open == name) {
                    let fields = section.as_mut().map(|section| &mut section.fields);
                    if let Some(fields) = fields
                        && !text.trim().is_empty()
                        && fields.len() < MOST_FIELDS
                    {
                        fields.insert(ended, text.trim().into());
                    }
                } else if let Some(ended) = section.take_if(|section| section.name == name) {
                    field = None;
                    each(Where { file, line: ended.line }, ended)?;
                } else if name == ROOT && section.is_none() {
                    return Ok(None);
                } else if let Some(section) = &mut section {
                    section.broken.get_or_insert_with(|| format!("</{name}>"));
                }
            }
            Event::Eof => {
                let Some(_) = root else { return Err(not_the_flow(file, "du XML sans élément")) };
                if let Some(mut cut) = section {
                    cut.broken = Some("la fin du fichier".to_owned());
                    each(Where { file, line: cut.line }, cut)?;
                }
                return Ok(Some((line, format!("la fin du fichier, avant </{ROOT}>"))));
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        line += event.bytes().filter(|&byte| byte == b'\n').count() as u64;
    }
}

fn not_the_flow(file: &str, found: &str) -> ReadError {
    let expected = format!("du XML du flux standard FINESS, un élément <{ROOT}>");
    ReadError::NotATable { file: file.to_owned(), found: shorten(found), expected }
}

fn add(field: &mut Option<(String, String)>, text: &str) {
    if let Some((_, known)) = field
        && known.len() + text.len() <= LONGEST_FIELD
    {
        known.push_str(text);
    }
}

/// The character of a reference; an entity that is not one of XML's five stays as it is written.
fn resolved(reference: &BytesRef) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    resolve_predefined_entity(reference).map_or_else(|| format!("&{};", &**reference), str::to_owned)
}

/// Bytes as UTF-8, whatever they are: those that are not are read as Windows-1252. No more of them come than are allowed until more
/// are, so that a tag without end does not fill the memory.
struct Clean<R> {
    inner: R,
    /// How many bytes may still come.
    allowed: usize,
    /// Read, but the end of a character may be missing.
    raw: Vec<u8>,
    /// Ready to be taken, and how many were.
    ready: Vec<u8>,
    taken: usize,
}

impl<R: Read> Clean<R> {
    fn new(inner: R) -> Self {
        Clean { inner, allowed: LONGEST, raw: Vec::new(), ready: Vec::new(), taken: 0 }
    }

    /// Reads on: whether there was something.
    fn refill(&mut self) -> io::Result<bool> {
        self.ready.clear();
        self.taken = 0;
        let more = (&mut self.inner).take(64 * 1024).read_to_end(&mut self.raw)?;
        let mut rest = &self.raw[..];
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.ready.extend_from_slice(text.as_bytes());
                    rest = &[];
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.ready.extend_from_slice(good);
                    rest = bad;
                    let length = match error.error_len() {
                        // The rest of the character comes with what is read next.
                        None if more > 0 => break,
                        None => rest.len(),
                        Some(length) => length,
                    };
                    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&rest[..length]);
                    self.ready.extend_from_slice(text.as_bytes());
                    rest = &rest[length..];
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        self.raw = rest.to_vec();
        Ok(more > 0 || !self.ready.is_empty())
    }
}

impl<R: Read> Read for Clean<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() {
            if !self.refill()? {
                return Ok(0);
            }
        }
        let ready = &self.ready[self.taken..];
        if self.allowed == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = ready.len().min(buffer.len()).min(self.allowed);
        buffer[..count].copy_from_slice(&ready[..count]);
        self.taken += count;
        self.allowed -= count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = (u64, String, String, Option<String>);

    fn sections(text: &[u8]) -> (Vec<Told>, Option<(u64, String)>) {
        let mut sections = Vec::new();
        let broken = read("essai.xml", text, |_, section| {
            let fields = serde_json::to_string(&section.fields).unwrap();
            sections.push((section.line, section.name, fields, section.broken));
            Ok(())
        });
        (sections, broken.unwrap())
    }

    fn one(text: &str) -> (String, Option<String>) {
        let (mut sections, broken) = sections(format!("<fluxfiness><a>{text}</a></fluxfiness>").as_bytes());
        assert_eq!((sections.len(), broken), (1, None), "{text}");
        let (_, _, fields, broken) = sections.remove(0);
        (fields, broken)
    }

    #[test]
    fn texts_are_read_as_xml_writes_them() {
        for (written, read) in [
            ("<rs>M &amp; Mme &#233;&#xE9; &lt;b&gt;</rs>", r#"{"rs":"M & Mme éé <b>"}"#),
            ("<rs><![CDATA[A & <B>]]></rs><!-- <x/> --><voie/>", r#"{"rs":"A & <B>"}"#),
            ("<rs xsi:nil=\"true\"/><voie xsi:nil='true'></voie><x:y> \n </x:y>", "{}"),
            ("<rs>&secret; & co</rs>", r#"{"rs":"&secret; & co"}"#),
        ] {
            assert_eq!(one(written), (read.to_owned(), None), "{written}");
        }
    }

    #[test]
    fn no_entity_is_looked_up() {
        let text = "<!DOCTYPE fluxfiness [<!ENTITY f SYSTEM \"file:///etc/hostname\"><!ENTITY g \"gg\">]>\
            <fluxfiness><a><rs>&f;&g;</rs></a></fluxfiness>";
        assert_eq!(sections(text.as_bytes()).0[0].2, r#"{"rs":"&f;&g;"}"#);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text =
            "<?xml version=\"1.0\"?>\n<fluxfiness>\n<a\n><b>1</b></a>\n\n<a><b>2\n3</b></a><a/></fluxfiness>";
        let lines: Vec<_> = sections(text.as_bytes()).0.into_iter().map(|(line, ..)| line).collect();
        assert_eq!(lines, [3, 6]);
    }

    #[test]
    fn elements_that_do_not_end_break_their_section_alone() {
        let (fields, broken) = one("<rs>A <voie>B</voie>");
        assert_eq!((&*fields, broken.as_deref()), ("{}", Some("<voie> dans <rs>")));
        let (_, broken) = one("<rs>A</voie></rs>");
        assert_eq!(broken.as_deref(), Some("</voie>"));
        let (sections, _) = sections(b"<fluxfiness><a><rs>A</a><a><rs>B</rs></a></fluxfiness>");
        assert_eq!(sections[1].2, r#"{"rs":"B"}"#);
    }

    #[test]
    fn what_is_cut_is_told() {
        let whole = "<fluxfiness><a><rs>A</rs></a><a><rs>B</rs></a></fluxfiness>";
        assert_eq!(sections(whole.as_bytes()).1, None);
        for cut in 12..whole.len() {
            let (sections, broken) = sections(&whole.as_bytes()[..cut]);
            assert!(
                broken.is_some() && sections.iter().filter(|section| section.3.is_none()).count() < 3,
                "{cut}"
            );
        }
    }

    #[test]
    fn windows_1252_is_read_and_a_text_without_end_is_not() {
        assert_eq!(
            sections(b"<fluxfiness><a><rs>\xC9t\xE9 \xC3\xA9t\xC3\xA9</rs></a>").0[0].2,
            r#"{"rs":"Été été"}"#
        );
        let bomb =
            b"<fluxfiness><a><rs>A</rs></a><a><rs>".chain(io::Read::take(io::repeat(b'x'), 50_000_000));
        let mut count = 0;
        let broken = read("essai.xml", bomb, |_, _| {
            count += 1;
            Ok(())
        });
        assert_eq!((broken.unwrap().map(|(line, _)| line), count), (Some(1), 1));
    }

    #[test]
    fn what_is_not_the_flow_is_refused() {
        for text in ["<html></html>", "<?xml version=\"1.0\"?>"] {
            let error = read("essai.xml", text.as_bytes(), |_, _| Ok(())).unwrap_err().to_string();
            assert!(error.contains("fluxfiness"), "{error}");
        }
    }
}
