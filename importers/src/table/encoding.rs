//! Which encoding a file is in, and what is no text at all.

use encoding_rs::WINDOWS_1252;

/// Share of control characters from which a file is no text.
const MOST_CONTROLS: f64 = 0.02;
/// Control characters that any text may have.
const FEW_CONTROLS: usize = 8;

/// Decodes cells: UTF-8, and Windows-1252 in a file that shows no UTF-8.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    seen: Option<Encoding>,
    news: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Windows1252,
}

impl Decoder {
    /// The text of a cell; none when it is in neither encoding, or not in that of the file.
    pub fn decode(&mut self, cell: &[u8]) -> Option<String> {
        if let Ok(text) = std::str::from_utf8(cell) {
            // Windows-1252 that happens to be UTF-8 is a curiosity; UTF-8 pasted into it is not.
            if !text.is_ascii() {
                self.seen.get_or_insert(Encoding::Utf8);
            }
            return Some(text.to_owned());
        }
        if self.seen == Some(Encoding::Utf8) {
            return None;
        }
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(cell);
        // The five bytes that Windows-1252 leaves undefined come out as C1 controls.
        if text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
            return None;
        }
        self.news = self.seen.is_none();
        self.seen = Some(Encoding::Windows1252);
        Some(text.into_owned())
    }

    /// Whether the last cell was the first in Windows-1252.
    pub fn just_found_windows_1252(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }
}

/// What the first bytes of a file look like, when it is no table in text.
pub(crate) fn not_a_table(start: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "un classeur XLSX, un document ODS ou une archive ZIP"),
        (b"%PDF", "un document PDF"),
        (b"\xD0\xCF\x11\xE0", "un ancien classeur XLS"),
        (b"\x1F\x8B", "un fichier compressé (gzip)"),
        (b"\xFF\xFE", "un texte en UTF-16"),
        (b"\xFE\xFF", "un texte en UTF-16"),
        (b"{\\rtf", "un document RTF"),
        (b"SQLite format 3", "une base SQLite"),
    ];
    if let Some((_, what)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Some(what);
    }
    let text = start.trim_ascii_start();
    let first_line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    match text.first() {
        Some(b'<') => Some("un document XML ou HTML"),
        Some(b'{' | b'[') => Some("un document JSON"),
        _ if first_line.contains(&0) => Some("un fichier binaire (octets nuls)"),
        _ if has_controls(start) => Some("un fichier binaire (caractères de commande)"),
        _ => None,
    }
}

/// Whether these are bytes of anything rather than of a text, which has next to no control characters.
fn has_controls(start: &[u8]) -> bool {
    let controls = start.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    controls > FEW_CONTROLS && controls as f64 > MOST_CONTROLS * start.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_anything_are_no_table() {
        let mut bytes = b"A;B\n".to_vec();
        bytes.extend(
            (1..=255u8).cycle().map(|byte| byte.wrapping_mul(83)).take(2_000).filter(|byte| *byte > 0),
        );
        assert_eq!(not_a_table(&bytes), Some("un fichier binaire (caractères de commande)"));
        assert_eq!(
            not_a_table(b"id;name;category\r\na;Un\x07;emg\r\nb;Deux\tTrois;emg\r\nc;Quatre;emg\r\n"),
            None
        );
        assert_eq!(not_a_table(b""), None);
    }

    #[test]
    fn accents_are_read_in_both_encodings() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"ascii").unwrap(), "ascii");
        assert!(!decoder.just_found_windows_1252());
        assert_eq!(decoder.decode(b"\xC9quipe \x80 \x9Cuvre l\x92aide").unwrap(), "Équipe € œuvre l’aide");
        assert!(decoder.just_found_windows_1252());
        assert_eq!(decoder.decode("Équipe".as_bytes()).unwrap(), "Équipe", "pasted UTF-8 stays itself");
        assert_eq!(decoder.decode(b"\xE9").unwrap(), "é");
        assert!(!decoder.just_found_windows_1252(), "said once");
        assert_eq!(decoder.decode(b"\x81"), None);
    }

    #[test]
    fn a_file_in_utf_8_has_no_windows_1252() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode("é".as_bytes()).unwrap(), "é");
        assert_eq!(decoder.decode(b"\xE9"), None);
    }
}
