//! Names on a drawing: none over another, whether it is shown small or large.

use std::fmt::Write as _;

use super::text::{ems, escape, shortened};

/// Height of letters in units: 12 pixels at least when the drawing is 288 pixels wide; `assets/css/map.css` says the same.
pub const NARROW: f64 = 31.0;
/// Height of letters in units where the drawing is 500 pixels wide or more.
pub const WIDE: f64 = 19.0;
/// How much of their width marks keep where the drawing is wide, a little more than the stylesheet says.
const SHRUNK: f64 = 0.65;
/// How far a name goes to stand beside a mark.
const BESIDE: f64 = 26.0;
/// How far above or below the middle of a place its name may stand, best first.
const ASIDE: [f64; 7] = [0.0, -10.0, 10.0, -20.0, 20.0, -30.0, 30.0];
/// What is so near of a mark is hidden by it.
const COVERED: f64 = 8.0;
/// Longest name drawn, in characters.
const MOST: usize = 26;

/// A rectangle of the drawing: left, top, right, bottom.
pub type Rectangle = [f64; 4];

/// A name to be put somewhere around a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// Where what it names is.
    pub at: (f64, f64),
    /// The name.
    pub text: String,
    /// Class of the stylesheet, beside those of every name.
    pub class: &'static str,
    /// A point to keep clear, half so wide; 0: the name stands on the place itself.
    pub clear: f64,
    /// What says the same in fewer letters; empty for nothing.
    pub short: String,
    /// How wide the whole name may be, where it must stay inside of what it names.
    pub room: f64,
}

impl Name {
    /// A name that stands on its place, as wide as it is.
    pub fn over(at: (f64, f64), text: &str, class: &'static str) -> Name {
        Name { at, text: text.to_owned(), class, clear: 0.0, short: String::new(), room: f64::INFINITY }
    }
}

/// A name put.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    x: f64,
    y: f64,
    side: Side,
    text: String,
    class: &'static str,
    /// Where the mark of the town it names is, and half its width.
    mark: Option<((f64, f64), f64)>,
    /// `narrow` or `wide`: shown only where the drawing is so; empty: everywhere.
    only: &'static str,
}

/// Where a name stands from its anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Over,
    Above,
    Below,
    Right,
    Left,
}

impl Label {
    /// What it takes of the drawing with letters of a height, halo included.
    pub fn rectangle(&self, font: f64) -> Rectangle {
        let width = ems(&self.text) * font;
        let left = match self.side {
            Side::Over | Side::Above | Side::Below => self.x - width / 2.0,
            Side::Right => self.x,
            Side::Left => self.x - width,
        };
        let top = match self.side {
            Side::Over | Side::Right | Side::Left => self.y - font * 0.55,
            Side::Above => self.y - font * 0.85,
            Side::Below => self.y,
        };
        [left - 3.0, top, left + width + 3.0, top + font * 1.1]
    }

    /// What its mark takes of the drawing.
    fn marked(&self) -> Option<Rectangle> {
        self.mark.map(|((x, y), half)| [x - half, y - half, x + half, y + half])
    }

    /// Its elements.
    pub fn write(&self, out: &mut String) {
        if let Some(((x, y), half)) = self.mark {
            let only = if self.only.is_empty() { String::new() } else { format!(" {}", self.only) };
            write!(out, "<circle class=\"town{only}\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{half:.0}\"/>")
                .expect("writing to a String cannot fail");
        }
        let (anchor, drop) = match self.side {
            Side::Over => ("", " dy=\".35em\""),
            Side::Above => ("", ""),
            Side::Below => ("", " dy=\".85em\""),
            Side::Right => (" start", " dy=\".35em\""),
            Side::Left => (" end", " dy=\".35em\""),
        };
        let class = format!("{}{anchor} {}", self.class, self.only);
        let class = class.trim();
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        write!(
            out,
            "<text x=\"{:.0}\" y=\"{:.0}\"{drop}{class}>{}</text>",
            self.x,
            self.y,
            escape(&self.text)
        )
        .expect("writing to a String cannot fail");
    }
}

/// Puts names, the first come first, inside of a rectangle and clear of what is `taken`: those that have room with small
/// letters only are for wide drawings, and those that have room in short only are short. Each size takes `most` at most.
pub fn put(names: &[Name], within: Rectangle, taken: &[Rectangle], most: usize) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (font, only, scale) in [(NARROW, "narrow", 1.0), (WIDE, "wide", SHRUNK)] {
        let taken: Vec<Rectangle> = taken.iter().map(|mark| shrunk(*mark, scale)).collect();
        let seen = |label: &&Label| label.only.is_empty() || label.only == only;
        let mut known: Vec<Rectangle> =
            labels.iter().filter(seen).map(|label| label.rectangle(font)).collect();
        known.extend(labels.iter().filter(seen).filter_map(Label::marked));
        let mut left = most;
        for name in names {
            if left == 0 {
                break;
            }
            let text = shortened(&name.text, MOST);
            if text.trim().is_empty() || labels.iter().any(|label| label.text == text) {
                continue;
            }
            let hidden = taken.iter().any(|mark| meet(*mark, around(name.at, COVERED)));
            let whole = ems(&text) * font <= name.room;
            let written =
                [(whole.then_some(&text), if font == NARROW { "" } else { only }), (Some(&name.short), only)];
            let mut candidates = written.into_iter().filter_map(|(text, only)| Some((text?, only))).flat_map(
                |(text, only)| {
                    candidates(&Name { clear: name.clear * scale, ..name.clone() }, text, hidden, only)
                },
            );
            let free = candidates.find(|label| {
                let rectangle = label.rectangle(font);
                !label.text.is_empty()
                    && holds(within, rectangle)
                    && taken.iter().chain(&known).all(|other| !meet(rectangle, *other))
                    && label.marked().is_none_or(|mark| known.iter().all(|other| !meet(mark, *other)))
            });
            if let Some(label) = free {
                known.push(label.rectangle(font));
                known.extend(label.marked());
                labels.push(label);
                left -= 1;
            }
        }
    }
    labels
}

/// Where a name may stand, best first; farther too when a mark hides what it names.
fn candidates(name: &Name, text: &str, hidden: bool, only: &'static str) -> Vec<Label> {
    let (x, y) = (name.at.0.round(), name.at.1.round());
    let mark = (name.clear > 0.0 && !hidden).then_some(((x, y), name.clear));
    let label = |x, y, side| Label { x, y, side, text: text.to_owned(), class: name.class, mark, only };
    let beside = |far: f64| {
        [
            label(x, y - far - 2.0, Side::Above),
            label(x + far + 4.0, y, Side::Right),
            label(x - far - 4.0, y, Side::Left),
            label(x, y + far + 2.0, Side::Below),
        ]
    };
    // Among discs that crowd, the corners are left.
    let aslant = |far: f64| {
        let (above, below) = (y - far - 20.0, y + far + 20.0);
        [(above, Side::Left), (above, Side::Right), (below, Side::Left), (below, Side::Right)]
            .map(|(y, side)| label(x, y, side))
    };
    let near = match name.clear {
        0.0 => ASIDE.iter().map(|aside| label(x, y + aside, Side::Over)).collect(),
        clear if hidden => [beside(clear), aslant(clear)].concat(),
        clear => beside(clear).to_vec(),
    };
    let far = if hidden { beside(BESIDE).to_vec() } else { Vec::new() };
    [near, far].concat()
}

/// A mark as it is drawn at another scale.
fn shrunk([left, top, right, bottom]: Rectangle, scale: f64) -> Rectangle {
    let (x, y) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    let (half, high) = ((right - left) / 2.0 * scale, (bottom - top) / 2.0 * scale);
    [x - half, y - high, x + half, y + high]
}

/// A square around a place, half so wide.
fn around((x, y): (f64, f64), half: f64) -> Rectangle {
    [x - half, y - half, x + half, y + half]
}

fn holds(outer: Rectangle, inner: Rectangle) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

/// Whether two rectangles share more than an edge.
pub fn meet(a: Rectangle, b: Rectangle) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_never_cover_each_other_nor_what_is_taken(
            names in prop::collection::vec(((0.0..720.0, 0.0..600.0), "\\PC{0,40}", prop::bool::ANY), 0..60),
            dots in prop::collection::vec((0.0..720.0, 0.0..600.0), 0..20),
        ) {
            let names: Vec<Name> = names
                .into_iter()
                .map(|(at, text, clear)| Name { clear: if clear { 6.0 } else { 0.0 }, ..Name::over(at, &text, "") })
                .collect();
            let taken: Vec<Rectangle> =
                dots.into_iter().map(|(x, y)| [x - 20.0, y - 20.0, x + 20.0, y + 20.0]).collect();
            let within = [0.0, 0.0, 720.0, 600.0];
            let labels = put(&names, within, &taken, 20);
            for (font, hidden, scale) in [(NARROW, "wide", 1.0), (WIDE, "narrow", SHRUNK)] {
                let taken: Vec<Rectangle> = taken.iter().map(|mark| shrunk(*mark, scale)).collect();
                let shown: Vec<Rectangle> = labels
                    .iter()
                    .filter(|label| label.only != hidden)
                    .map(|label| label.rectangle(font))
                    .collect();
                for (position, one) in shown.iter().enumerate() {
                    prop_assert!(holds(within, *one));
                    prop_assert!(shown[position + 1..].iter().chain(&taken).all(|other| !meet(*one, *other)));
                }
            }
        }
    }

    #[test]
    fn the_first_name_has_its_place() {
        let name = |text: &str, y| Name::over((300.0, y), text, "");
        let labels = put(
            &[name("Bagneux", 300.0), name("Cachan", 300.0), name("Arcueil", 500.0)],
            [0.0, 0.0, 720.0, 600.0],
            &[],
            2,
        );
        let texts: Vec<&str> = labels.iter().map(|label| &*label.text).collect();
        assert_eq!(texts[0], "Bagneux");
        assert!(texts.contains(&"Arcueil"));
    }
    #[test]
    fn a_name_without_room_is_short_and_whole_where_letters_are_small() {
        let name = Name {
            short: "82".into(),
            room: 10.0 + ems("82 Tarn-et-Garonne") * WIDE,
            ..Name::over((300.0, 300.0), "82 Tarn-et-Garonne", "")
        };
        let labels = put(std::slice::from_ref(&name), [0.0, 0.0, 720.0, 600.0], &[], 5);
        let said: Vec<_> = labels.iter().map(|label| (&*label.text, label.only)).collect();
        assert_eq!(said, [("82", "narrow"), ("82 Tarn-et-Garonne", "wide")]);
        let labels = put(&[Name { room: 10.0, ..name }], [0.0, 0.0, 720.0, 600.0], &[], 5);
        let said: Vec<_> = labels.iter().map(|label| (&*label.text, label.only)).collect();
        assert_eq!(said, [("82", "narrow"), ("82", "wide")]);
    }
}
