//! What counts as a change between two readings of a record, and how it is told.
//!
//! Spacing, case and the order of things without an order are noise: a register that writes its names in capitals one day, or
//! lists its publics the other way round, has said nothing new.

use std::collections::BTreeMap;

use maille_territory::{Point, france};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::Digest;

use crate::Category;
use crate::contact::RestrictedContact;
use crate::coverage::Coverage;
use crate::field::{Field, Values};
use crate::location::Location;
use crate::phone::Phone;
use crate::vocabulary::{Audience, Mode, ReferredBy, Status, Theme};

/// Words shown around what changes in a long text.
const WORDS_AROUND: usize = 3;
/// Texts shown whole up to this length, in characters.
const SHORT: usize = 80;

/// The fingerprint of what a record says: SHA-256 of its normal form, so that noise changes nothing. Contacts that are not
/// for everybody are part of what it says.
pub fn fingerprint(values: &Values, restricted: &[RestrictedContact]) -> [u8; 32] {
    let normal: BTreeMap<Field, Value> =
        values.iter().map(|(&field, value)| (field, normal(field, value))).collect();
    let mut text =
        serde_json::to_vec(&normal).expect("values are plain JSON with text keys, in the order of fields");
    if !restricted.is_empty() {
        text.extend(serde_json::to_vec(restricted).expect("contacts are plain JSON"));
    }
    sha2::Sha256::digest(text).into()
}

/// A value without its noise.
fn normal(field: Field, value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            Value::from(words.join(" ").to_lowercase())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| normal(field, item)).collect();
            if !has_order(field) {
                items.sort_by_key(ToString::to_string);
            }
            Value::Array(items)
        }
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, member)| (key.clone(), normal(field, member))).collect())
        }
        other => other.clone(),
    }
}

/// Whether two values of a field say the same thing, noise left out.
pub fn same(field: Field, one: &Value, other: &Value) -> bool {
    one == other || normal(field, one) == normal(field, other)
}

/// Whether the order of the values of a field says something: the first number is the one to call first.
fn has_order(field: Field) -> bool {
    matches!(field, Field::Phone | Field::Email | Field::Mssante | Field::Website)
}

/// One field of a record, before and after, in storage form; none when unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// Before.
    pub before: Option<Value>,
    /// After.
    pub after: Option<Value>,
}

/// What changes from one reading to the next, noise left out.
pub fn diff(before: &Values, after: &Values) -> Vec<FieldChange> {
    let unchanged = |field: Field| match (before.get(&field), after.get(&field)) {
        (None, None) => true,
        (Some(before), Some(after)) => same(field, before, after),
        _ => false,
    };
    let changed = Field::ALL.iter().copied().filter(|&field| !unchanged(field));
    changed
        .map(|field| FieldChange {
            field,
            before: before.get(&field).cloned(),
            after: after.get(&field).cloned(),
        })
        .collect()
}

/// Makes these changes: what they were found from becomes what they were found to, but for noise.
pub fn apply(values: &mut Values, changes: &[FieldChange]) {
    for change in changes {
        match &change.after {
            Some(after) => values.insert(change.field, after.clone()),
            None => values.remove(&change.field),
        };
    }
}

/// What is kept of a record that is read again: what it says now, but for noise, which leaves what was there.
pub fn renewed(before: &Values, after: &Values) -> Values {
    let mut values = before.clone();
    apply(&mut values, &diff(before, after));
    values
}

impl Serialize for FieldChange {
    /// As cell texts, empty when unknown, and in words.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told {
            field: Field,
            before: String,
            after: String,
            words: String,
        }
        let cell =
            |value: &Option<Value>| value.as_ref().map(|value| self.field.format(value)).unwrap_or_default();
        Told {
            field: self.field,
            before: cell(&self.before),
            after: cell(&self.after),
            words: self.in_words(),
        }
        .serialize(serializer)
    }
}

impl FieldChange {
    /// The change as a facilitator would say it: `Téléphone : 01 99 00 00 01 → 01 99 00 00 02`.
    pub fn in_words(&self) -> String {
        let label = self.field.label();
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("{label} : {} (n’était pas dit)", in_words(self.field, after)),
            (Some(before), None) => {
                format!("{label} : n’est plus dit (était : {})", in_words(self.field, before))
            }
            (Some(Value::Array(before)), Some(Value::Array(after))) if after.len() + before.len() > 2 => {
                format!("{label} : {}", of_lists(self.field, before, after))
            }
            (Some(Value::Object(before)), Some(Value::Object(after))) if self.field == Field::Extra => {
                format!("{label} : {}", of_extra(before, after))
            }
            (Some(before), Some(after)) if self.field == Field::Location => moved(label, before, after),
            (Some(before), Some(after)) => {
                let (before, after) = (in_words(self.field, before), in_words(self.field, after));
                let (before, after) = around_the_change(&before, &after);
                format!("{label} : {before} → {after}")
            }
            (None, None) => label.to_owned(),
        }
    }
}

/// A value as people read it: labels instead of codes, numbers as they are spoken.
pub fn in_words(field: Field, value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Array(items) => {
            return items.iter().map(|item| in_words(field, item)).collect::<Vec<_>>().join(", ");
        }
        Value::Object(members) if field == Field::Extra => {
            let told =
                members.iter().map(|(name, text)| format!("{name} : {}", text.as_str().unwrap_or_default()));
            return told.collect::<Vec<_>>().join(" ; ");
        }
        other => return field.format(other),
    };
    let label = match field {
        Field::Category => Category::from_code(text).map(|category| category.label().to_owned()),
        Field::Phone => text.parse().ok().map(|phone: Phone| phone.spoken()),
        Field::Commune => france().commune(text).map(|commune| format!("{} ({text})", commune.name)),
        Field::Coverage => text.parse().ok().map(|coverage: Coverage| coverage_in_words(&coverage)),
        Field::Audiences => text.parse().ok().map(|code: Audience| code.label().to_owned()),
        Field::Themes => text.parse().ok().map(|code: Theme| code.label().to_owned()),
        Field::Modes => text.parse().ok().map(|code: Mode| code.label().to_owned()),
        Field::ReferredBy => text.parse().ok().map(|code: ReferredBy| code.label().to_owned()),
        Field::Status => text.parse().ok().map(|code: Status| code.label().to_owned()),
        _ => None,
    };
    label.unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn coverage_in_words(coverage: &Coverage) -> String {
    let name = match coverage {
        Coverage::Commune(code) => france().commune(code).map(|commune| commune.name.to_string()),
        Coverage::Epci(code) => france().epci(code).map(|epci| epci.name.to_string()),
        Coverage::Departement(code) => {
            france().departement(code).map(|departement| departement.name.to_string())
        }
        Coverage::Region(code) => france().region(code).map(|region| region.name.to_string()),
        Coverage::National => Some("toute la France".to_owned()),
        Coverage::Radius(km) => return format!("à {km} km autour"),
        Coverage::Territory(code) => return format!("territoire {code}"),
    };
    match (name, coverage) {
        (Some(name), Coverage::National) => name,
        (Some(name), coverage) => {
            let written = coverage.to_string();
            format!("{name} ({})", written.split_once(':').map_or(&*written, |(_, code)| code))
        }
        (None, coverage) => coverage.to_string(),
    }
}

fn of_lists(field: Field, before: &[Value], after: &[Value]) -> String {
    let missing_from = |others: &[Value], one: &Value| {
        let one = normal(field, one);
        !others.iter().any(|other| normal(field, other) == one)
    };
    let told = |items: &[Value], others: &[Value]| {
        let only = items.iter().filter(|item| missing_from(others, item));
        only.map(|item| in_words(field, item)).collect::<Vec<_>>().join(", ")
    };
    let (added, removed) = (told(after, before), told(before, after));
    match (added.is_empty(), removed.is_empty()) {
        (false, false) => format!("ajouté : {added} ; ôté : {removed}"),
        (false, true) => format!("ajouté : {added}"),
        (true, false) => format!("ôté : {removed}"),
        (true, true) => {
            let all = |items: &[Value]| {
                items.iter().map(|item| in_words(field, item)).collect::<Vec<_>>().join(", ")
            };
            format!("dans un autre ordre : {}", all(after))
        }
    }
}

fn of_extra(before: &serde_json::Map<String, Value>, after: &serde_json::Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told = Vec::new();
    for (name, new) in after {
        match before.get(name) {
            None => told.push(format!("{name} : {} (n’était pas dit)", shown(&text(new)))),
            Some(old) if normal(Field::Extra, old) != normal(Field::Extra, new) => {
                let (old, new) = (text(old), text(new));
                let (old, new) = around_the_change(&old, &new);
                told.push(format!("{name} : {old} → {new}"));
            }
            Some(_) => {}
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        told.push(format!("{name} : n’est plus dit"));
    }
    told.join(" ; ")
}

fn moved(label: &str, before: &Value, after: &Value) -> String {
    let location = |value: &Value| serde_json::from_value::<Location>(value.clone()).ok();
    let (Some(old), Some(new)) = (location(before), location(after)) else { return label.to_owned() };
    let Point { lat, lon } = new.point();
    let precision = if old.precision == new.precision {
        String::new()
    } else {
        format!(", {}", new.precision.label().to_lowercase())
    };
    let metres = old.point().distance_km(new.point()) * 1000.0;
    let distance = if metres < 1000.0 {
        format!("{metres:.0} m")
    } else {
        format!("{:.1} km", metres / 1000.0).replace('.', ",")
    };
    format!("{label} : à {distance} de l’ancienne ({lat}, {lon}{precision})")
}

/// Two texts without most of what they share.
fn around_the_change(before: &str, after: &str) -> (String, String) {
    if before.chars().count() <= SHORT && after.chars().count() <= SHORT {
        return (shown(before), shown(after));
    }
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_whitespace().collect(), after.split_whitespace().collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    let part = |words: &[&str]| {
        let (from, to) =
            (start.saturating_sub(WORDS_AROUND), (words.len() - end + WORDS_AROUND).min(words.len()));
        let (before, after) = (if from > 0 { "…" } else { "" }, if to < words.len() { "…" } else { "" });
        format!("« {before}{}{after} »", words[from..to].join(" "))
    };
    (part(&old), part(&new))
}

fn shown(text: &str) -> String {
    format!("« {text} »")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values(fields: &[(Field, Value)]) -> Values {
        fields.iter().cloned().collect()
    }

    #[test]
    fn noise_is_no_change() {
        let one = values(&[
            (Field::Name, json!("Clinique des  Lilas")),
            (Field::Audiences, json!(["aidants", "adultes"])),
            (Field::Extra, json!({ "note": "Sur  rendez-vous" })),
        ]);
        let same = values(&[
            (Field::Name, json!("CLINIQUE DES LILAS")),
            (Field::Audiences, json!(["adultes", "aidants"])),
            (Field::Extra, json!({ "note": "sur rendez-vous" })),
        ]);
        assert_eq!((diff(&one, &same), fingerprint(&one, &[]) == fingerprint(&same, &[])), (vec![], true));
        for (field, other) in [
            (Field::Name, json!("Clinique du Lilas")),
            (Field::Name, json!("Clinique des Lilas é")),
            (Field::Audiences, json!(["aidants"])),
            (Field::Extra, json!({ "note": "sans rendez-vous" })),
        ] {
            let mut changed = one.clone();
            changed.insert(field, other);
            assert_eq!(diff(&one, &changed).len(), 1);
            assert_ne!(fingerprint(&one, &[]), fingerprint(&changed, &[]));
        }
        let (first, last) =
            (values(&[(Field::Phone, json!(["15", "18"]))]), values(&[(Field::Phone, json!(["18", "15"]))]));
        assert_ne!(
            fingerprint(&first, &[]),
            fingerprint(&last, &[]),
            "the first number is the one to call first"
        );
    }

    #[test]
    fn changes_are_told_in_words() {
        let long = "Équipe pluridisciplinaire qui intervient à domicile sur demande du médecin traitant, du lundi au vendredi, pour évaluer la situation.";
        for (field, before, after, words) in [
            (
                Field::Phone,
                json!(["+33199000001"]),
                json!(["+33199000002"]),
                "Téléphone : « 01 99 00 00 01 » → « 01 99 00 00 02 »",
            ),
            (
                Field::Audiences,
                json!(["adultes", "aidants"]),
                json!(["aidants", "personnes-agees"]),
                "Publics : ajouté : Personnes âgées ; ôté : Adultes",
            ),
            (
                Field::Coverage,
                json!(["commune:92007"]),
                json!(["commune:92007", "departement:92"]),
                "Zone d’intervention : ajouté : Hauts-de-Seine (92)",
            ),
            (
                Field::Commune,
                json!("92007"),
                json!("92023"),
                "Commune : « Bagneux (92007) » → « Clamart (92023) »",
            ),
            (Field::Status, json!("ouvert"), json!("sature"), "État : « Ouvert » → « Saturé »"),
            (Field::AgeMin, json!(60), json!(75), "Âge minimum : « 60 » → « 75 »"),
            (
                Field::Phone,
                json!(["15", "18"]),
                json!(["18", "15"]),
                "Téléphone : dans un autre ordre : 18, 15",
            ),
            (
                Field::Summary,
                json!(long),
                json!(long.replace("vendredi", "samedi")),
                "En bref : « …du lundi au vendredi, pour évaluer la… » → « …du lundi au samedi, pour évaluer la… »",
            ),
            (
                Field::Extra,
                json!({ "a": "1", "b": "2" }),
                json!({ "a": "3", "c": "4" }),
                "Autres informations : a : « 1 » → « 3 » ; c : « 4 » (n’était pas dit) ; b : n’est plus dit",
            ),
            (
                Field::Location,
                json!({ "lat": 48.8, "lon": 2.3, "precision": "commune" }),
                json!({ "lat": 48.801, "lon": 2.3, "precision": "adresse" }),
                "Position : à 111 m de l’ancienne (48.801, 2.3, à l’adresse)",
            ),
        ] {
            let change = FieldChange { field, before: Some(before), after: Some(after) };
            assert_eq!(change.in_words(), words);
        }
        let new = FieldChange { field: Field::Hours, before: None, after: Some(json!("24/7")) };
        assert_eq!(new.in_words(), "Horaires : 24/7 (n’était pas dit)");
        let gone = FieldChange { field: Field::Hours, before: Some(json!("24/7")), after: None };
        assert_eq!(gone.in_words(), "Horaires : n’est plus dit (était : 24/7)");
    }

    fn any_values() -> impl Strategy<Value = Values> {
        let value = prop_oneof![
            "[a-cA-C ]{0,6}".prop_map(Value::from),
            prop::collection::vec("[a-b]{1,2}", 0..3).prop_map(Value::from),
            (0..3_u8).prop_map(Value::from),
        ];
        let field = prop::sample::select(vec![
            Field::Name,
            Field::Phone,
            Field::Audiences,
            Field::AgeMin,
            Field::Extra,
        ]);
        prop::collection::btree_map(field, value, 0..5)
    }

    proptest! {
        #[test]
        fn a_diff_applied_gives_the_other(before in any_values(), after in any_values()) {
            let changes = diff(&before, &after);
            let mut made = before.clone();
            apply(&mut made, &changes);
            prop_assert_eq!(fingerprint(&made, &[]), fingerprint(&after, &[]), "the same but for noise");
            prop_assert_eq!(diff(&made, &after), vec![]);
            prop_assert_eq!(&renewed(&before, &after), &made);
            prop_assert_eq!(changes.is_empty(), fingerprint(&before, &[]) == fingerprint(&after, &[]));
            for change in &changes {
                prop_assert_eq!(made.get(&change.field), after.get(&change.field));
                prop_assert!(change.in_words().starts_with(change.field.label()));
            }
        }
    }
}
