//! What a value is, for the messages about one that is not of the format.

use serde_json::{Map, Value};

use crate::issue::shorten;

/// Keys named in a message.
const MOST_KEYS: usize = 4;

/// A value in words: its first keys, or its beginning.
pub(crate) fn shape(value: &Value) -> String {
    match value {
        Value::Object(members) => shape_of(members),
        Value::Array(_) => "un tableau".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            format!("la valeur {}", shorten(&value.to_string()))
        }
    }
}

/// An object in words.
pub(crate) fn shape_of(members: &Map<String, Value>) -> String {
    if members.is_empty() {
        return "un objet vide".to_owned();
    }
    let keys: Vec<String> =
        members.keys().take(MOST_KEYS).map(|key| format!("« {} »", shorten(key))).collect();
    let more = if members.len() > MOST_KEYS { "…" } else { "" };
    format!("un objet de clés {}{more}", keys.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_told_by_their_keys() {
        for (value, told) in [
            (json!({ "a": 1, "b": 2 }), "un objet de clés « a », « b »"),
            (
                json!({ "a": 1, "b": 2, "c": 3, "d": 4, "e": 5 }),
                "un objet de clés « a », « b », « c », « d »…",
            ),
            (json!({}), "un objet vide"),
            (json!([1]), "un tableau"),
            (json!("texte"), "la valeur \"texte\""),
            (json!(null), "null"),
        ] {
            assert_eq!(shape(&value), told);
        }
    }
}
