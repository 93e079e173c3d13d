//! Colours as the stylesheet writes them, and whether one can be read on another.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The part of the stylesheet where every colour is given its name, light first, then dark.
const BASE: &str = include_str!("../assets/css/base.css");

/// A colour of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    pub(crate) const BLACK: Colour = Colour([0; 3]);
    pub(crate) const WHITE: Colour = Colour([255; 3]);

    /// WCAG 2.2: the contrast ratio, from 1 to 21.
    pub fn contrast(self, other: Colour) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// WCAG 2.2: the relative luminance.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// This colour with so many hundredths of another.
    #[must_use]
    pub fn mixed(self, other: Colour, hundredths: u8) -> Colour {
        let share = u32::from(hundredths.min(100));
        let channel = |at: usize| {
            let sum = u32::from(self.0[at]) * (100 - share) + u32::from(other.0[at]) * share;
            ((sum + 50) / 100) as u8
        };
        Colour([channel(0), channel(1), channel(2)])
    }
}

impl FromStr for Colour {
    type Err = ();

    /// `#0b4a50`, as the stylesheet writes it.
    fn from_str(text: &str) -> Result<Colour, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(());
        }
        let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| ());
        Ok(Colour([channel(0)?, channel(2)?, channel(4)?]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// What the person's device asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

impl Scheme {
    /// Both.
    pub const ALL: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

    /// The colours of the stylesheet, by their names.
    pub fn palette(self) -> BTreeMap<&'static str, Colour> {
        palette(BASE, self)
    }
}

/// The colours that a stylesheet names in its first `:root`, or in its second, the dark one.
fn palette(stylesheet: &str, scheme: Scheme) -> BTreeMap<&str, Colour> {
    let block = stylesheet.split(":root {").nth(1 + scheme as usize).unwrap_or_default();
    let block = block.split('}').next().unwrap_or_default();
    block
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "))
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written_as_the_stylesheet_does() {
        assert_eq!("#0b4A50".parse::<Colour>().unwrap().to_string(), "#0b4a50");
        for wrong in ["0b4a50", "#0b4a5", "#0b4a500", "#0b4g50", "teal", "", "#é12345", "#+1+2+3"] {
            assert_eq!(wrong.parse::<Colour>(), Err(()), "{wrong}");
        }
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 50).to_string(), "#808080");
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        let grey: Colour = "#767676".parse().unwrap();
        assert!((grey.contrast(Colour::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_holds_seven_to_one_in_light_and_dark() {
        for scheme in Scheme::ALL {
            let colours = scheme.palette();
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
                    let found = colours[text].contrast(colours[paper]);
                    assert!(found >= 7.0, "{scheme:?}: {text} on {paper}: {found:.2}");
                }
            }
            let edge = colours["edge"].contrast(colours["paper"]);
            assert!(edge >= 4.5, "{scheme:?}: borders of fields: {edge:.2}");
        }
    }
}
