//! The whole state of the page, which is its address: the visit, a title, a note for each listing.

use maille_index::Node;

use crate::extract::{Reader, encode};
use crate::plain_text::one_line;
use crate::views::entry::anchor;
use crate::visit::{Selection, ShortId, Visit};

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 80;
/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 200;

/// What the address of `/selection` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shortlist {
    /// The place, and the listings in their order.
    pub visit: Visit,
    /// What it is for, never for whom.
    pub title: String,
    notes: Vec<(ShortId, String)>,
}

/// What a button of the page asks for (`faire=…`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Keep what was typed, and read the page again.
    Keep,
    /// Keep what was typed, and go on to what sends it.
    KeepAndShare,
    /// Put a listing before the one above it.
    Up(ShortId),
    /// Put a listing after the one below it.
    Down(ShortId),
    /// Take a listing out.
    Remove(ShortId),
}

impl Step {
    /// The step that an address asks for.
    pub fn read(query: &str) -> Option<Step> {
        let asked = Reader::new(query).text("faire");
        match asked.split_once('.') {
            None if asked == "garder" => Some(Step::Keep),
            None if asked == "partager" => Some(Step::KeepAndShare),
            None => None,
            Some((what, id)) => {
                let id = ShortId::read(id)?;
                match what {
                    "monter" => Some(Step::Up(id)),
                    "descendre" => Some(Step::Down(id)),
                    "retirer" => Some(Step::Remove(id)),
                    _ => None,
                }
            }
        }
    }
}

impl Shortlist {
    /// What an address says. A text that is not one line becomes one; a note of no listing of the selection is dropped.
    pub fn read(node: &Node, query: &str) -> Shortlist {
        let visit = Visit::read(node, query);
        let mut reader = Reader::new(query);
        let title = one_line(&reader.text("titre"), LONGEST_TITLE);
        // A note was put on a listing by the id that it had then.
        let written = Selection::read(&reader.text("selection"));
        let notes = written
            .ids()
            .iter()
            .map(|id| (id.clone().led(node), one_line(&reader.text(&format!("note.{id}")), LONGEST_NOTE)))
            .filter(|(_, note)| !note.is_empty())
            .collect();
        Shortlist { visit, title, notes }
    }

    /// The note of a listing, empty when there is none.
    pub fn note(&self, id: &ShortId) -> &str {
        self.notes.iter().find(|(known, _)| known == id).map_or("", |(_, note)| note)
    }

    /// Whether it has words of its own, besides the listings.
    pub fn has_words(&self) -> bool {
        !self.title.is_empty() || !self.notes.is_empty()
    }

    /// The listings alone, without a word.
    #[must_use]
    pub fn without_words(&self) -> Shortlist {
        Shortlist { visit: self.visit.clone(), ..Shortlist::default() }
    }

    /// With these listings, and the notes on them.
    #[must_use]
    pub fn selecting(mut self, selection: Selection) -> Shortlist {
        self.notes.retain(|(id, _)| selection.contains(id));
        self.visit = self.visit.selecting(selection);
        self
    }

    /// The address of the page, or of the text (`path`), in this state.
    pub fn address(&self, path: &str) -> String {
        let title = (!self.title.is_empty()).then_some(("titre", self.title.as_str()));
        let mut address = self.visit.link_with(path, title.as_slice());
        for id in self.visit.selection.ids() {
            let note = self.note(id);
            if !note.is_empty() {
                // There is a query already: a selection.
                address.push_str("&note.");
                address.push_str(id.as_str());
                address.push('=');
                encode(note, &mut address);
            }
        }
        address
    }

    /// The address after a step, with the place of the page where one goes on reading.
    pub fn after(self, step: &Step) -> String {
        let before = self.visit.selection.clone();
        let (selection, anchor) = match step {
            Step::Keep => (before, None),
            Step::KeepAndShare => (before, Some("partager".to_owned())),
            Step::Up(id) => (before.raised(id), Some(anchor(id))),
            Step::Down(id) => (before.lowered(id), Some(anchor(id))),
            Step::Remove(id) => {
                let at = before.ids().iter().position(|known| known == id).unwrap_or_default();
                let left = before.without(id);
                let next = left.ids().get(at).or_else(|| left.ids().last()).map(anchor);
                (left, next)
            }
        };
        let mut address = self.selecting(selection).address("/selection");
        if let Some(anchor) = anchor {
            address.push('#');
            address.push_str(&anchor);
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, state};

    const A: &str = "0123456789ab";
    const B: &str = "ba9876543210";

    fn read(query: &str) -> Shortlist {
        Shortlist::read(&state().node, query)
    }

    fn query(words: &[(&str, &str)]) -> String {
        let mut query = format!("commune=92007&selection={A}.{B}");
        for (name, value) in words {
            query.push('&');
            query.push_str(name);
            query.push('=');
            encode(value, &mut query);
        }
        query
    }

    #[test]
    fn an_address_says_it_all_and_is_read_back() {
        let list = read(&query(&[
            ("titre", "Sortie : & suite"),
            ("note.ba9876543210", "Le matin, 9 h"),
            ("note.x", "y"),
        ]));
        assert_eq!(list.note(&ShortId::read(B).unwrap()), "Le matin, 9 h");
        assert_eq!(list.note(&ShortId::read(A).unwrap()), "");
        let address = list.address("/selection");
        assert_eq!(
            address,
            "/selection?titre=Sortie+:+%26+suite&commune=92007&selection=0123456789ab.ba9876543210\
             &note.ba9876543210=Le+matin%2C+9+h"
        );
        assert_eq!(read(address.split_once('?').unwrap().1), list);
        assert_eq!(
            list.without_words().address("/selection"),
            format!("/selection?commune=92007&selection={A}.{B}")
        );
        assert!(list.has_words() && !list.without_words().has_words());
    }

    #[test]
    fn words_are_one_short_line() {
        let long = "é".repeat(500);
        let list = read(&query(&[("titre", &long), ("note.0123456789ab", &format!("a\n\u{0}b {HOSTILE}"))]));
        assert_eq!(list.title.chars().count(), LONGEST_TITLE);
        let note = list.note(&ShortId::read(A).unwrap());
        assert!(note.starts_with("a b <script>") && !note.contains(['\u{202e}', '\n']), "{note}");
        assert_eq!(read("titre=%zz&selection=%FF"), Shortlist::default());
    }

    #[test]
    fn a_step_leads_to_where_one_goes_on_reading() {
        let words = [("note.0123456789ab", "n")];
        let step = |what: &str| {
            let query = query(&words);
            read(&query).after(&Step::read(&format!("faire={what}")).unwrap())
        };
        let ordered = format!("/selection?commune=92007&selection={A}.{B}&note.{A}=n");
        let turned = format!("/selection?commune=92007&selection={B}.{A}&note.{A}=n");
        assert_eq!(step("garder"), ordered);
        assert_eq!(step("partager"), format!("{ordered}#partager"));
        assert_eq!(step(&format!("monter.{B}")), format!("{turned}#r-{B}"));
        assert_eq!(step(&format!("descendre.{A}")), format!("{turned}#r-{A}"));
        // The first does not go higher, nor the last lower.
        assert_eq!(step(&format!("monter.{A}")), format!("{ordered}#r-{A}"));
        assert_eq!(step(&format!("descendre.{B}")), format!("{ordered}#r-{B}"));
        assert_eq!(step(&format!("retirer.{A}")), format!("/selection?commune=92007&selection={B}#r-{B}"));
        assert_eq!(
            step(&format!("retirer.{B}")),
            format!("/selection?commune=92007&selection={A}&note.{A}=n#r-{A}")
        );
        let alone = read(&format!("selection={A}")).after(&Step::Remove(ShortId::read(A).unwrap()));
        assert_eq!(alone, "/selection");
        for nothing in ["faire=", "faire=monter", "faire=monter.x", "faire=voler.0123456789ab", "faire=%zz"] {
            assert_eq!(Step::read(nothing), None, "{nothing}");
        }
    }
}
