//! What values of sources say, whatever the type they gave it: a code as a float, one thing where a list is due, JSON in a
//! string.

use std::borrow::Cow;

use serde_json::Value;

/// The value at a path of keys, `a.b.c`; null where there is none. Where a list comes on the way, its first element counts.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| match value {
        Value::Array(items) => items.first().map_or(&Value::Null, |item| &item[key]),
        value => &value[key],
    })
}

/// The elements of a list; the thing itself where one stands in the place of a list; nothing of null.
pub(crate) fn each(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// The text of a string, a number or a truth, trimmed; empty for the rest. `59350.0` is `59350`: a spreadsheet made it.
pub(crate) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text.trim()),
        Value::Bool(truth) => Cow::Owned(truth.to_string()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                Cow::Owned(format!("{float:.0}"))
            }
            _ => Cow::Owned(number.to_string()),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

/// The texts of a list that say something; several in one string are apart by commas, as spreadsheets write them.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let split = |text: Cow<str>| match value {
        Value::Array(_) => vec![text.into_owned()],
        _ => text.split(',').map(|part| part.trim().to_owned()).collect(),
    };
    each(value).iter().flat_map(|item| split(text(item))).filter(|text| !text.is_empty()).collect()
}

/// JSON that was put in a string, as the API of data.gouv.fr does.
pub(crate) fn nested(value: &Value) -> Cow<'_, Value> {
    if let Value::String(text) = value
        && text.trim_start().starts_with(['[', '{'])
        && let Ok(inner) = serde_json::from_str(text)
    {
        return Cow::Owned(inner);
    }
    Cow::Borrowed(value)
}

/// Whether a value says nothing.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_whatever_their_type() {
        let value = json!({
            "code": 59350.0, "half": 1.5, "one": { "x": 1 }, "list": [{ "x": 2 }, { "x": 3 }], "no": null,
            "both": "a, b,", "many": ["a, b", 3], "inner": "[{\"x\": 4}]", "open": "[pas du JSON",
        });
        assert_eq!(
            (&*text(&value["code"]), &*text(&value["half"]), &*text(&value["no"])),
            ("59350", "1.5", "")
        );
        assert_eq!(
            (each(&value["one"]).len(), each(&value["list"]).len(), each(&value["no"]).len()),
            (1, 2, 0)
        );
        assert_eq!(
            (at(&value, "one.x"), at(&value, "list.x"), at(&value, "no.x.y")),
            (&json!(1), &json!(2), &Value::Null)
        );
        assert_eq!(
            (texts(&value["both"]), texts(&value["many"])),
            (vec!["a".into(), "b".into()], vec!["a, b".into(), "3".into()])
        );
        assert_eq!(
            (nested(&value["inner"]).into_owned(), nested(&value["open"]).is_string()),
            (json!([{ "x": 4 }]), true)
        );
        assert!(is_blank(&json!({ "a": ["", null] })) && !is_blank(&json!([0])));
    }
}
