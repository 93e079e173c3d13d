//! The one colour a house chooses, and what is derived from it so that it can be read everywhere.

use crate::colour::{Colour, Scheme};

/// The least contrast of a text with its paper.
const LEAST: f64 = 7.0;
/// Most hundredths of the accent in the paper that bears its tint.
const TINT: u8 = 12;

/// The accent in light and dark, each with the paper that bears its tint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accents {
    light: Shades,
    dark: Shades,
}

/// The accent of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shades {
    accent: Colour,
    tinted: Colour,
}

/// A colour that people could not read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// Where it cannot be read.
    pub scheme: Scheme,
    /// Its contrast with the paper there.
    pub contrast: f64,
    /// The nearest shade of it that can be.
    pub instead: Colour,
}

impl Accents {
    /// The colours that come of an accent; the dark one is derived where it is not chosen.
    ///
    /// # Errors
    /// An accent that does not hold 7:1 on the papers of its scheme.
    pub fn new(light: Colour, dark: Option<Colour>) -> Result<Accents, Unreadable> {
        Ok(Accents {
            light: chosen(light, Scheme::Light)?,
            dark: match dark {
                Some(dark) => chosen(dark, Scheme::Dark)?,
                None => nearest(light, Scheme::Dark),
            },
        })
    }

    /// The accent on light paper.
    pub fn light(&self) -> Colour {
        self.light.accent
    }

    /// The custom properties that it changes, on a screen: paper keeps its black.
    pub fn stylesheet(&self) -> String {
        let root = |Shades { accent, tinted }: &Shades| {
            format!(":root {{ --accent: {accent}; --accent-paper: {tinted}; }}")
        };
        format!(
            "@media screen {{ {} }}\n@media screen and (prefers-color-scheme: dark) {{ {} }}\n",
            root(&self.light),
            root(&self.dark)
        )
    }
}

fn chosen(accent: Colour, scheme: Scheme) -> Result<Shades, Unreadable> {
    shades(accent, scheme).ok_or_else(|| Unreadable {
        scheme,
        contrast: accent.contrast(scheme.palette()["paper"]),
        instead: nearest(accent, scheme).accent,
    })
}

/// The accent with the strongest tint of paper that everything written on it can be read on; none when there is none.
fn shades(accent: Colour, scheme: Scheme) -> Option<Shades> {
    let palette = scheme.palette();
    let reads = |text: Colour, paper: Colour| text.contrast(paper) >= LEAST;
    if !reads(accent, palette["paper"]) || !reads(palette["on-accent"], accent) {
        return None;
    }
    let on_tint = [accent, palette["ink"], palette["ink-quiet"]];
    (3..=TINT)
        .rev()
        .map(|hundredths| palette["paper"].mixed(accent, hundredths))
        .find(|tinted| on_tint.iter().all(|text| reads(*text, *tinted)))
        .map(|tinted| Shades { accent, tinted })
}

/// The shade of a colour that is nearest to it and can be read: darker on light paper, lighter on dark paper.
fn nearest(colour: Colour, scheme: Scheme) -> Shades {
    let end = match scheme {
        Scheme::Light => Colour::BLACK,
        Scheme::Dark => Colour::WHITE,
    };
    (0..=100)
        .find_map(|hundredths| shades(colour.mixed(end, hundredths), scheme))
        .expect("black reads on light paper, white on dark paper: a test asks them")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    /// Every colour that `nearest` could be given comes to an end, and what is derived reads on what it lies on.
    #[test]
    fn whatever_the_accent_what_is_derived_can_be_read() {
        for step in 0..=5 * 5 * 5 {
            let channel = |of: u32| format!("{:02x}", (step / of % 5) * 63);
            let any = colour(&format!("#{}{}{}", channel(25), channel(5), channel(1)));
            for scheme in Scheme::ALL {
                let Shades { accent, tinted } = nearest(any, scheme);
                let palette = scheme.palette();
                for (text, paper) in [
                    (accent, palette["paper"]),
                    (accent, tinted),
                    (palette["on-accent"], accent),
                    (palette["ink"], tinted),
                    (palette["ink-quiet"], tinted),
                ] {
                    let found = text.contrast(paper);
                    assert!(found >= LEAST, "{any} {scheme:?}: {text} on {paper}: {found:.2}");
                }
            }
        }
    }

    #[test]
    fn one_accent_suffices() {
        let accents = Accents::new(colour("#5b1a6b"), None).unwrap();
        let css = accents.stylesheet();
        assert!(css.starts_with("@media screen { :root { --accent: #5b1a6b; --accent-paper: #"), "{css}");
        assert!(
            css.contains("@media screen and (prefers-color-scheme: dark) { :root { --accent: #"),
            "{css}"
        );
        assert_eq!(css.matches('{').count(), css.matches('}').count());
        assert!(!css.contains("url("), "custom properties only");
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_one_that_can() {
        let refused = Accents::new(colour("#e30613"), None).unwrap_err();
        assert_eq!(refused.scheme, Scheme::Light);
        assert!((4.0..5.0).contains(&refused.contrast), "{}", refused.contrast);
        assert!(Accents::new(refused.instead, None).is_ok());
        let refused = Accents::new(colour("#5b1a6b"), Some(colour("#5b1a6b"))).unwrap_err();
        assert_eq!(refused.scheme, Scheme::Dark);
        assert!(Accents::new(colour("#5b1a6b"), Some(refused.instead)).is_ok());
    }
}
