//! The stylesheet, the typeface and the icons, inside the program. Names hold their contents' hash, so that a browser
//! keeps them for ever.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Missing};

/// One asset as served under `/assets/`.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The icons, as one hidden `<svg>` of symbols.
pub const ICONS: &str = include_str!(concat!(env!("OUT_DIR"), "/icons.svg"));

/// `GET /assets/{name}`.
pub async fn get(path: Result<Path<String>, PathRejection>) -> Result<Response, Error> {
    let asset = path
        .ok()
        .and_then(|Path(name)| ASSETS.iter().find(|asset| asset.name == name))
        .ok_or(Error::NotFound(Missing::Page))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    const STYLESHEET: &str = include_str!("../assets/maille.css");

    fn colours(block: &str) -> BTreeMap<&str, [f64; 3]> {
        block
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"))
            .filter(|(_, hex)| hex.len() == 6)
            .map(|(name, hex)| {
                let channel =
                    |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
                (name, [channel(0), channel(2), channel(4)])
            })
            .collect()
    }

    /// WCAG 2.2, relative luminance and contrast ratio.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_holds_seven_to_one_in_light_and_dark() {
        let themes: Vec<_> = STYLESHEET
            .split(":root {")
            .skip(1)
            .take(2)
            .map(|block| colours(block.split('}').next().unwrap()))
            .collect();
        for theme in themes {
            for (text, papers) in [
                ("ink", &["paper", "paper-quiet", "accent-paper", "check-paper", "emergency-paper"][..]),
                ("ink-quiet", &["paper", "paper-quiet", "accent-paper"]),
                ("accent", &["paper", "accent-paper"]),
                ("on-accent", &["accent"]),
                ("open", &["paper"]),
                ("closed", &["paper"]),
                ("check", &["paper", "check-paper"]),
                ("emergency", &["paper", "emergency-paper"]),
            ] {
                for paper in papers {
                    let found = contrast(theme[text], theme[paper]);
                    assert!(found >= 7.0, "{text} on {paper}: {found:.2}");
                }
            }
            assert!(contrast(theme["edge"], theme["paper"]) >= 4.5, "borders of fields");
        }
    }

    #[test]
    fn the_stylesheet_asks_nobody_else() {
        assert!(
            !STYLESHEET.contains("http") || STYLESHEET.matches("http").count() == 1,
            "but for the print of links"
        );
        assert!(!STYLESHEET.contains("@import"));
    }
}
