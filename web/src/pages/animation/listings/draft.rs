//! What somebody types of a listing: the texts of its fields, what they had before them, why, and until when.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::clock;
use maille_domain::field::{SEPARATOR, Values};
use maille_domain::hours::plain;
use maille_domain::{Field, Phone};
use maille_store::edit::FieldEdit;
use maille_territory::france;
use serde_json::Value;

use crate::extract::Reader;
use crate::pages::animation::reason::reason;
use crate::views::faults::Faults;

/// The fields that the form changes, by group. The rest has pages or buttons of its own.
pub const GROUPS: [(&str, &[Field]); 6] = [
    (
        "Identité",
        &[
            Field::Name,
            Field::Acronym,
            Field::Category,
            Field::Organization,
            Field::Finess,
            Field::Siret,
            Field::RorId,
            Field::SourceUrl,
        ],
    ),
    ("Contacts et horaires", &[Field::Phone, Field::Email, Field::Mssante, Field::Website, Field::Hours]),
    ("Lieu", &[Field::Address, Field::PostalCode, Field::Commune, Field::Location]),
    ("Missions", &[Field::Summary, Field::Description]),
    (
        "Pour qui",
        &[Field::Audiences, Field::AgeMin, Field::AgeMax, Field::Themes, Field::Inclusion, Field::Exclusion],
    ),
    (
        "Comment mobiliser",
        &[
            Field::Referral,
            Field::ReferredBy,
            Field::Modes,
            Field::DelayDays,
            Field::Cost,
            Field::Languages,
            Field::Accessibility,
        ],
    ),
];

/// The fields that the form changes.
pub fn edited() -> impl Iterator<Item = Field> {
    GROUPS.into_iter().flat_map(|(_, fields)| fields.iter().copied())
}

/// How a field is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// On one line.
    Line,
    /// In so many lines.
    Text(u8),
    /// One value a line.
    Lines,
    /// In figures.
    Number,
    /// One of a list.
    Choice,
    /// Some of a list.
    Boxes,
}

/// How a field is typed.
pub const fn widget(field: Field) -> Widget {
    match field {
        Field::Category => Widget::Choice,
        Field::Audiences | Field::Themes | Field::Modes | Field::ReferredBy => Widget::Boxes,
        Field::Phone | Field::Email | Field::Mssante | Field::Website | Field::Coverage => Widget::Lines,
        Field::AgeMin | Field::AgeMax | Field::DelayDays => Widget::Number,
        Field::Description => Widget::Text(8),
        Field::Summary | Field::Hours | Field::Inclusion | Field::Exclusion | Field::Referral => {
            Widget::Text(3)
        }
        _ => Widget::Line,
    }
}

/// Which side of a field that two people changed is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What the other wrote.
    Theirs,
    /// What this person types.
    Mine,
}

/// What somebody types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// As typed.
    texts: BTreeMap<Field, String>,
    /// The cell texts that they had before them.
    seen: BTreeMap<Field, String>,
    /// Of the fields that somebody else changed meanwhile, which side is kept; none when they did not say.
    settled: BTreeMap<Field, Option<Side>>,
    /// Why.
    pub reason: String,
    /// Until which day, if it ends.
    pub until: String,
    /// The fields that were damaged on their way.
    damaged: Vec<Field>,
}

/// Name of what they had before them of a field.
fn seen_name(field: Field) -> String {
    format!("vu.{field}")
}

/// Name of the side that is kept of a field.
pub fn side_name(field: Field) -> String {
    format!("choix.{field}")
}

impl Draft {
    /// The fields of a listing as they are.
    pub fn of(values: &Values) -> Draft {
        let cell = |field: Field| values.get(&field).map(|value| field.format(value)).unwrap_or_default();
        Draft {
            texts: edited().map(|field| (field, shown(field, &cell(field)))).collect(),
            seen: edited().map(|field| (field, lines(&cell(field)))).collect(),
            ..Draft::default()
        }
    }

    /// Nothing yet, of these fields.
    pub fn empty(fields: impl Iterator<Item = Field>) -> Draft {
        let nothing: BTreeMap<Field, String> = fields.map(|field| (field, String::new())).collect();
        Draft { texts: nothing.clone(), seen: nothing, ..Draft::default() }
    }

    /// What was sent of these fields. One that was not shown is not read, whatever was sent of it.
    pub fn read(sent: &mut Reader, fields: impl Iterator<Item = Field>) -> Draft {
        let mut draft =
            Draft { reason: sent.text("raison"), until: sent.text("jusqu_au"), ..Draft::default() };
        for field in fields {
            if !sent.was_sent(&seen_name(field)) {
                continue;
            }
            let text = match widget(field) {
                Widget::Boxes => sent.several(field.name(), |code| Ok(code.to_owned())).join(SEPARATOR),
                _ => lines(&sent.text(field.name())),
            };
            if sent.wrong_with(field.name()).is_some() {
                draft.damaged.push(field);
            }
            draft.texts.insert(field, text);
            draft.seen.insert(field, lines(&sent.text(&seen_name(field))));
            if sent.was_sent(&format!("conflit.{field}")) {
                let side = match sent.text(&side_name(field)).as_str() {
                    "autre" => Some(Side::Theirs),
                    "mien" => Some(Side::Mine),
                    _ => None,
                };
                draft.settled.insert(field, side);
            }
        }
        draft
    }

    /// The text of a field, as typed.
    pub fn text(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", String::as_str)
    }

    /// The cell text that they had before them.
    pub fn seen(&self, field: Field) -> &str {
        self.seen.get(&field).map_or("", String::as_str)
    }

    /// Everything, to be sent again.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (field, text) in &self.texts {
            match widget(*field) {
                Widget::Boxes => {
                    pairs.extend(parts(text).map(|code| (field.name().to_owned(), code.to_owned())));
                }
                _ => pairs.push((field.name().to_owned(), text.clone())),
            }
            pairs.push((seen_name(*field), self.seen(*field).to_owned()));
        }
        for (field, side) in &self.settled {
            pairs.push((format!("conflit.{field}"), "1".to_owned()));
            let side = side.map(|side| if side == Side::Mine { "mien" } else { "autre" });
            pairs.extend(side.map(|side| (side_name(*field), side.to_owned())));
        }
        pairs.push(("raison".to_owned(), self.reason.clone()));
        pairs.push(("jusqu_au".to_owned(), self.until.clone()));
        pairs
    }

    /// What is to be changed: the fields that say something else than what was seen. What cannot be read is a fault.
    pub fn edits(&self, faults: &mut Faults) -> Vec<FieldEdit> {
        let mut edits = Vec::new();
        for (&field, text) in &self.texts {
            if self.damaged.contains(&field) {
                faults
                    .add(field.name(), format!("{} : le texte a été abîmé pendant l’envoi.", field.label()));
                continue;
            }
            let seen = self.seen(field);
            if *text == shown(field, seen) {
                continue;
            }
            if self.settled.get(&field) == Some(&None) {
                let said = "choisissez ce que vous gardez, l’autre a changé ce champ aussi";
                faults.add(field.name(), format!("{} : {said}.", field.label()));
                continue;
            }
            match parse(field, text) {
                Ok(None) if matches!(field, Field::Name | Field::Category) => {
                    faults.add(field.name(), format!("{} : ce champ ne peut pas être vide.", field.label()));
                }
                Ok(value) if same(field, value.as_ref(), seen) => {}
                Ok(value) => edits.push(FieldEdit { field, value, seen: Some(seen.to_owned()) }),
                Err(fault) => faults.add(field.name(), format!("{} : {fault}.", field.label())),
            }
        }
        edits
    }

    /// Notes what the fields that somebody else changed say now: they are what was seen from now on, once a side is chosen.
    pub fn overtaken(&mut self, fields: impl Iterator<Item = (Field, String)>) {
        for (field, now) in fields {
            self.seen.insert(field, now);
            self.settled.insert(field, None);
        }
    }

    /// Takes the side of the other in fields where it was chosen: what is shown is what they wrote. Says whether it was in any.
    pub fn take_theirs(&mut self) -> bool {
        let theirs = self.settled.iter().filter(|(_, side)| **side == Some(Side::Theirs));
        let theirs: Vec<Field> = theirs.map(|(field, _)| *field).collect();
        for field in &theirs {
            let now = shown(*field, self.seen(*field));
            self.texts.insert(*field, now);
            self.settled.remove(field);
        }
        !theirs.is_empty()
    }

    /// Puts a field back to what it says now.
    pub fn renew(&mut self, field: Field, values: &Values) {
        let now = values.get(&field).map(|value| field.format(value)).unwrap_or_default();
        self.texts.insert(field, shown(field, &now));
        self.seen.insert(field, now);
    }

    /// The fields where a side is to be chosen, or was.
    pub fn settled(&self) -> &BTreeMap<Field, Option<Side>> {
        &self.settled
    }

    /// Why; a fault when nobody says.
    pub fn reason(&self, faults: &mut Faults) -> String {
        reason(&self.reason, "raison", faults)
    }

    /// The instant until which it holds, if it ends.
    pub fn until(&self, today: NaiveDate, faults: &mut Faults) -> Option<DateTime<Utc>> {
        until(&self.until, today, "jusqu_au", faults)
    }
}

/// Reads the day through which a change holds, if one is given.
pub fn until(typed: &str, today: NaiveDate, id: &str, faults: &mut Faults) -> Option<DateTime<Utc>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok();
    let ahead = day.filter(|day| (today..=today + clock::LONGEST_HOLD).contains(day));
    let end = ahead.and_then(clock::end_of);
    if end.is_none() {
        faults.add(id, "Jusqu’au : attendu aujourd’hui ou un jour à venir, dans les cinq ans.");
    }
    end
}

/// The text of a cell as the form shows it.
fn shown(field: Field, cell: &str) -> String {
    let cell = lines(cell);
    match field {
        Field::Phone => {
            let spoken =
                |part: &str| part.parse().map_or_else(|_| part.to_owned(), |phone: Phone| phone.spoken());
            parts(&cell).map(spoken).collect::<Vec<_>>().join("\n")
        }
        Field::Commune => france()
            .current_commune(&cell)
            .map_or_else(|| cell.clone(), |commune| format!("{} ({})", commune.name, commune.code)),
        _ if widget(field) == Widget::Lines => parts(&cell).collect::<Vec<_>>().join("\n"),
        _ => cell,
    }
}

/// What a text says of a field.
pub fn parse(field: Field, text: &str) -> Result<Option<Value>, String> {
    let cell = match field {
        Field::Hours if text.trim().is_empty() => return Ok(None),
        Field::Hours => {
            return match plain::read(text) {
                Ok(hours) => Ok(Some(Value::from(hours.as_str()))),
                Err(found) => Err(format!(
                    "ces mots ne sont pas compris : {found} ; écrivez par exemple « lundi au vendredi 9h-12h et 14h-17h, samedi 9h-12h »"
                )),
            };
        }
        Field::Commune => code_in_brackets(text).unwrap_or(text).to_owned(),
        Field::Languages | Field::Accessibility => text.replace([',', '\n'], "|"),
        _ if widget(field) == Widget::Lines => text.replace('\n', "|"),
        _ => text.to_owned(),
    };
    field.parse(&cell).map_err(|expected| format!("attendu {expected}"))
}

/// `Bagneux (92007)`.
fn code_in_brackets(text: &str) -> Option<&str> {
    let (_, code) = text.trim().strip_suffix(')')?.rsplit_once('(')?;
    (code.len() == 5).then_some(code)
}

/// Whether a value is what a cell says, the order of codes left out: boxes have one of their own.
fn same(field: Field, value: Option<&Value>, cell: &str) -> bool {
    let sorted = |cell: &str| {
        let mut codes: Vec<String> = parts(cell).map(str::to_owned).collect();
        codes.sort();
        codes
    };
    let written = value.map(|value| field.format(value)).unwrap_or_default();
    match widget(field) {
        Widget::Boxes => sorted(&written) == sorted(cell),
        _ => lines(&written) == lines(cell),
    }
}

/// The values of a cell that holds several.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('|').map(str::trim).filter(|part| !part.is_empty())
}

/// Without the line ends of browsers, nor what surrounds it.
fn lines(text: &str) -> String {
    text.trim().replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(cells: &[(Field, &str)]) -> Values {
        cells.iter().map(|(field, cell)| (*field, field.parse(cell).unwrap().unwrap())).collect()
    }

    /// Sends the draft as a browser does.
    fn sent(draft: &Draft, changes: &[(&str, &str)]) -> Draft {
        let changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
        let kept = draft.pairs().into_iter().filter(|(name, _)| !changed(name));
        let pairs = kept.chain(changes.iter().map(|(name, text)| (name.to_string(), text.to_string())));
        let form = pairs.map(|(name, text)| {
            let mut pair = String::new();
            crate::extract::encode(&name, &mut pair);
            pair.push('=');
            crate::extract::encode(&text.replace('\n', "\r\n"), &mut pair);
            pair
        });
        Draft::read(&mut Reader::new(&form.collect::<Vec<_>>().join("&")), edited())
    }

    fn listing() -> Values {
        values(&[
            (Field::Name, "Équipe"),
            (Field::Category, "emg"),
            (Field::Phone, "01 99 00 00 01 | 15"),
            (Field::Commune, "92007"),
            (Field::Audiences, "personnes-agees | aidants"),
            (Field::Description, "Deux\r\nlignes | et une barre"),
            (Field::Hours, "Mo-Fr 09:00-12:00"),
        ])
    }

    #[test]
    fn what_is_not_touched_is_not_changed() {
        let draft = Draft::of(&listing());
        assert_eq!(draft.text(Field::Phone), "01 99 00 00 01\n15");
        assert_eq!(draft.text(Field::Commune), "Bagneux (92007)");
        let mut faults = Faults::default();
        assert_eq!(sent(&draft, &[]).edits(&mut faults), vec![]);
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn what_is_typed_becomes_values() {
        let changes = [
            ("phone", "01 99 00 00 02\n15"),
            ("hours", "lundi 9h-12h"),
            ("commune", "Clamart"),
            ("description", ""),
            ("audiences", "aidants"),
        ];
        let mut faults = Faults::default();
        let edits = sent(&Draft::of(&listing()), &changes).edits(&mut faults);
        let found: BTreeMap<Field, Option<Value>> =
            edits.into_iter().map(|edit| (edit.field, edit.value)).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let expected = [
            (Field::Phone, Some(json!(["+33199000002", "15"]))),
            (Field::Hours, Some(json!("Mo 09:00-12:00"))),
            (Field::Commune, Some(json!("92023"))),
            (Field::Description, None),
            (Field::Audiences, Some(json!(["aidants"]))),
        ];
        assert_eq!(found, BTreeMap::from(expected));
    }

    #[test]
    fn what_cannot_be_read_is_said_at_its_field_and_kept() {
        let changes = [("phone", "zéro"), ("hours", "le matin"), ("name", " "), ("audiences", "martiens")];
        let draft = sent(&Draft::of(&listing()), &changes);
        let mut faults = Faults::default();
        assert_eq!(draft.edits(&mut faults), vec![]);
        for (field, text) in [("phone", "zéro"), ("hours", "le matin"), ("audiences", "martiens")] {
            assert!(faults.of(field).is_some(), "{field}");
            assert_eq!(draft.text(field.parse().unwrap()), text);
        }
        assert!(faults.of("name").is_some());
    }

    #[test]
    fn a_field_that_was_not_shown_is_not_read() {
        let mut sent = Reader::new(
            "name=X&vu.name=Y&phone=15&extra=x&vu.extra=&provenance=y&status=ferme&vu.status=ouvert",
        );
        let draft = Draft::read(&mut sent, edited());
        let edits = draft.edits(&mut Faults::default());
        assert_eq!(edits.iter().map(|edit| edit.field).collect::<Vec<_>>(), [Field::Name]);
    }

    #[test]
    fn a_side_is_chosen_before_anything_is_written() {
        let mut draft = sent(&Draft::of(&listing()), &[("phone", "15")]);
        draft.overtaken([(Field::Phone, "18".to_owned())].into_iter());
        let mut faults = Faults::default();
        assert_eq!(sent(&draft, &[]).edits(&mut faults), vec![]);
        assert!(faults.of("phone").is_some(), "nobody chose");
        let mut faults = Faults::default();
        let mine = sent(&draft, &[("choix.phone", "mien")]).edits(&mut faults);
        assert_eq!(mine[0].seen.as_deref(), Some("18"));
        assert!(faults.is_empty());
        let mut theirs = sent(&draft, &[("choix.phone", "autre")]);
        assert!(theirs.take_theirs());
        assert_eq!(theirs.edits(&mut Faults::default()), vec![]);
        assert_eq!(theirs.text(Field::Phone), "18");
    }

    #[test]
    fn a_day_that_is_over_is_refused() {
        let today: NaiveDate = "2026-11-20".parse().unwrap();
        for (typed, right) in
            [("2026-11-20", true), ("2026-11-19", false), ("demain", false), ("2999-01-01", false)]
        {
            let mut faults = Faults::default();
            assert_eq!(until(typed, today, "jusqu_au", &mut faults).is_some(), right, "{typed}");
            assert_eq!(faults.is_empty(), right);
        }
        let mut faults = Faults::default();
        assert_eq!(until("", today, "jusqu_au", &mut faults), None);
        assert!(faults.is_empty());
    }
}
