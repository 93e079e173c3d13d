//! The link to a selection, and its QR code.

use std::fmt::Write as _;

use axum::http::{HeaderMap, header};
use qrcode::{Color, EcLevel, QrCode};

use super::shortlist::Shortlist;
use crate::state::WebState;

/// The longest address made a QR code, in bytes: 77 squares a side, which a phone reads from paper at 30 mm.
const LONGEST_QR: usize = 400;
/// The white squares around a code, without which it is not found.
const QUIET: usize = 4;

/// How a selection is given to somebody.
#[derive(Debug)]
pub struct Share {
    /// The address, whole.
    pub link: String,
    /// The address that the code holds: without the words when they make it too long.
    pub short: String,
    /// Whether the words were left out of it.
    pub words_left_out: bool,
    /// The code.
    pub qr: Option<Qr>,
}

impl Share {
    /// How the selection is given, from where the site is.
    pub fn new(origin: &str, shortlist: &Shortlist) -> Share {
        let link = format!("{origin}{}", shortlist.address("/selection"));
        let words_left_out = shortlist.has_words() && link.len() > LONGEST_QR;
        let short = if words_left_out {
            format!("{origin}{}", shortlist.without_words().address("/selection"))
        } else {
            link.clone()
        };
        let qr = Qr::of(&short);
        Share { link, short, words_left_out, qr }
    }
}

/// Where people reach this site: as configured, else by the name it was asked under.
pub fn origin(state: &WebState, headers: &HeaderMap) -> Option<String> {
    if let Some(base_url) = &state.base_url {
        return Some(base_url.to_string());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    is_host(host).then(|| format!("http://{host}"))
}

/// `host`, `host:port` or `[::1]:port`, and nothing more.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (text, None),
    };
    let named = match name.strip_prefix('[') {
        Some(address) => {
            address.strip_suffix(']').is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
        }
        None => {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        }
    };
    named && text.len() <= 255 && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// A QR code, drawn as one path.
#[derive(Debug)]
pub struct Qr {
    /// Squares a side, the white around included.
    pub side: usize,
    /// The dark squares.
    pub path: String,
}

impl Qr {
    /// The code of a text; `None` when it is too long.
    pub fn of(text: &str) -> Option<Qr> {
        if text.len() > LONGEST_QR {
            return None;
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run[0] == Color::Dark {
                    let (left, top, length) = (x + QUIET, y + QUIET, run.len());
                    write!(path, "M{left} {top}h{length}v1h-{length}z")
                        .expect("writing to a String cannot fail");
                }
                x += run.len();
            }
        }
        Some(Qr { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::encode;
    use crate::testing::state;

    /// What a phone would read of the path, drawn at eight dots a square.
    fn read(qr: &Qr) -> String {
        const DOTS: usize = 8;
        let mut dark = vec![false; qr.side * qr.side];
        for run in qr.path.split('M').skip(1) {
            let (start, rest) = run.split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            dark[y * qr.side + x..][..length].fill(true);
        }
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(qr.side * DOTS, qr.side * DOTS, |x, y| {
            if dark[y / DOTS * qr.side + x / DOTS] { 0 } else { 255 }
        });
        let grids = seen.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_code_is_read_back() {
        let twelve = (0..12).map(|number| format!("{number:012x}")).collect::<Vec<_>>().join(".");
        for text in [
            "http://localhost/selection".to_owned(),
            format!("https://annuaire.dac-92-sud.example.org/selection?commune=92007&selection={twelve}"),
            format!("https://example.org/{}", "a%C3%A9".repeat(50)),
        ] {
            assert_eq!(read(&Qr::of(&text).unwrap()), text);
        }
        assert!(Qr::of(&"a".repeat(LONGEST_QR)).is_some() && Qr::of(&"a".repeat(LONGEST_QR + 1)).is_none());
    }

    #[test]
    fn words_that_are_too_long_are_left_out_of_the_code() {
        let of = |note: &str| {
            let mut query = "selection=0123456789ab&note.0123456789ab=".to_owned();
            encode(note, &mut query);
            Share::new("https://example.org", &Shortlist::read(&state().node, &query))
        };
        let short = of("Le matin");
        assert!(!short.words_left_out && short.link == short.short && short.link.contains("Le+matin"));
        let long = of(&"é".repeat(200));
        assert!(long.words_left_out && long.link.contains("%C3%A9"));
        assert_eq!(long.short, "https://example.org/selection?selection=0123456789ab");
        assert_eq!(read(&long.qr.unwrap()), long.short);
    }

    #[test]
    fn the_site_is_where_it_was_asked() {
        let asked = |host: &str| {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            origin(&state(), &headers)
        };
        for host in ["localhost", "maille.example.org:8080", "127.0.0.1:3000", "[::1]", "[::1]:80"] {
            assert_eq!(asked(host), Some(format!("http://{host}")));
        }
        for host in ["", "a/b", "a b", "a:b", "a:0", "a:99999", "[x]", "user@host", "a\"b", "a:1:2", ":80"] {
            assert_eq!(asked(host), None, "{host}");
        }
        assert_eq!(origin(&state(), &HeaderMap::new()), None);
        let configured = state().base_url(Some("https://example.org/".to_owned()));
        let headers = HeaderMap::from_iter([(header::HOST, "other".parse().unwrap())]);
        assert_eq!(origin(&configured, &headers).as_deref(), Some("https://example.org"));
    }
}
