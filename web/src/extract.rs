//! Reads the query of an address, and a form that was sent: repeated parameters and commas are several values, and *every*
//! wrong parameter is named, not the first one only. Parameters nobody asked for are ignored.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;

use axum::body::HttpBody;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header;
use axum::http::request::Parts;
use maille_domain::{AccountId, ListingId};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Error, Missing, WrongParameter};
use crate::state::WebState;

/// The query of a request, read as `T`; rejects with [`Error::Parameters`].
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

/// What a query can be read as.
pub trait FromQuery: Sized {
    /// Takes its parameters from `reader`, which collects what is wrong. The value is dropped if anything is.
    fn from_query(reader: &mut Reader, state: &WebState) -> Self;
}

impl<T: FromQuery> FromRequestParts<WebState> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Error> {
        let mut reader = Reader::new(parts.uri.query().unwrap_or_default());
        let value = T::from_query(&mut reader, state);
        if reader.wrong.is_empty() { Ok(Query(value)) } else { Err(Error::Parameters(reader.wrong)) }
    }
}

/// What an address names; rejects with [`Error::NotFound`] when it can be the name of nothing.
#[derive(Debug, Clone)]
pub struct Named<T>(pub T);

/// What can be named in an address.
pub trait Name: DeserializeOwned + Send {
    /// What is not there when nothing can have that name.
    const MISSING: Missing = Missing::Page;
}

impl Name for ListingId {
    const MISSING: Missing = Missing::Listing;
}

impl Name for (ListingId, ListingId) {
    const MISSING: Missing = Missing::Listing;
}

impl Name for (ListingId, i64) {}
impl Name for AccountId {}
impl Name for String {}
impl Name for Uuid {}
impl Name for (String, i64) {}
impl Name for i64 {}

impl<T: Name> FromRequestParts<WebState> for Named<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Error> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Named(name)).map_err(|_| Error::NotFound(T::MISSING))
    }
}

/// A form that was sent (`application/x-www-form-urlencoded`), of so many bytes at most, to be read field by field; rejects with
/// [`Error::NotAForm`], [`Error::TooLong`] and, for a null character, [`Error::Parameters`].
#[derive(Debug)]
pub struct Sent<const LONGEST: usize = LONGEST_OF_ANYBODY>(pub Reader);

/// Longest form of a visitor, in bytes.
const LONGEST_OF_ANYBODY: usize = 32 * 1024;
/// Longest form of the team, in bytes: a whole listing, twice.
pub const LONGEST_OF_THE_TEAM: usize = 512 * 1024;
/// What is wrong with a text that no database keeps.
const NUL: &str = "contient un caractère nul, qui n’est pas admis";
/// What is read of a longer one and thrown away: a browser that is still sending does not read our answer.
const LONGEST_THROWN_AWAY: usize = 1024 * 1024;

impl<S: Sync, const LONGEST: usize> FromRequest<S> for Sent<LONGEST> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Sent<LONGEST>, Error> {
        let reader = Reader::new(&form_text(request, LONGEST).await?);
        // What the team sends goes to the database. No browser sends such a character for somebody who types.
        let nul = |(_, value): &&(String, String)| value.contains('\0');
        if LONGEST != LONGEST_OF_ANYBODY
            && let Some((name, _)) = reader.pairs.iter().find(nul)
        {
            return Err(Error::Parameters(vec![WrongParameter::new(name, NUL)]));
        }
        Ok(Sent(reader))
    }
}

/// A form as it was sent, still encoded.
pub(crate) async fn form_text(request: Request, longest: usize) -> Result<String, Error> {
    if !is_of_kind(&request, "application/x-www-form-urlencoded") {
        return Err(Error::NotAForm);
    }
    String::from_utf8(body(request, longest).await?).map_err(|_| Error::NotAForm)
}

/// A JSON object that a program sent, to be read property by property; rejects with [`Error::NotJson`] and [`Error::TooLong`].
#[derive(Debug)]
pub struct Json(pub serde_json::Map<String, serde_json::Value>);

impl<S: Sync> FromRequest<S> for Json {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Json, Error> {
        if !is_of_kind(&request, "application/json") {
            return Err(Error::NotJson);
        }
        let body = body(request, LONGEST_OF_THE_TEAM).await?;
        serde_json::from_slice(&body).map(Json).map_err(|_| Error::NotJson)
    }
}

/// Whether what was sent says that it is of this kind.
fn is_of_kind(request: &Request, wanted: &str) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// What was sent, of so many bytes at most.
async fn body(request: Request, longest: usize) -> Result<Vec<u8>, Error> {
    let mut body = request.into_body();
    let (mut read, mut length) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        // Whoever left in the middle reads no answer.
        let frame = frame.map_err(|_| Error::NotAForm)?;
        let Ok(bytes) = frame.into_data() else { continue };
        length += bytes.len();
        if length <= longest {
            read.extend_from_slice(&bytes);
        } else if length > LONGEST_THROWN_AWAY {
            break;
        }
    }
    if length > longest { Err(Error::TooLong) } else { Ok(read) }
}

/// Most parameters of a query or a form: the rest is not read.
const MOST_PAIRS: usize = 10_000;
/// Most values of one parameter.
const MOST_VALUES: usize = 2_000;

/// The decoded parameters of a query, and what is wrong with those read so far.
#[derive(Debug, Clone)]
pub struct Reader {
    pairs: Vec<(String, String)>,
    wrong: Vec<WrongParameter>,
}

impl Reader {
    /// Names what was sent after one of its parameters: the same form sent again has the same name, another one has not.
    pub fn name_after(&self, id: Uuid) -> Uuid {
        let pairs = serde_json::to_vec(&self.pairs).expect("texts are JSON");
        Uuid::new_v5(&id, &pairs)
    }

    /// Decodes `a=b&c=d` (`application/x-www-form-urlencoded`).
    pub fn new(query: &str) -> Reader {
        let mut reader = Reader { pairs: Vec::new(), wrong: Vec::new() };
        let mut parts = query.split('&').filter(|part| !part.is_empty());
        for part in parts.by_ref().take(MOST_PAIRS) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name).unwrap_or_else(|_| name.to_owned());
            match decode(value) {
                Ok(value) => reader.pairs.push((name, value)),
                Err(detail) => reader.wrong.push(WrongParameter::new(name, detail)),
            }
        }
        if let Some(part) = parts.next() {
            let name = part.split('=').next().unwrap_or_default();
            let detail = format!("{MOST_PAIRS} valeurs au plus, tous paramètres compris");
            reader.wrong.push(WrongParameter::new(decode(name).unwrap_or_else(|_| name.to_owned()), detail));
        }
        reader
    }

    /// Every parameter, as it was sent.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.pairs
    }

    /// Says that `parameter` is wrong.
    pub fn wrong(&mut self, parameter: &str, detail: impl Into<String>) {
        self.wrong.push(WrongParameter::new(parameter, detail));
    }

    /// Whether anything read so far is wrong.
    pub fn anything_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// What is wrong with a parameter, if anything was so far.
    pub fn wrong_with(&self, parameter: &str) -> Option<&str> {
        let wrong = self.wrong.iter().find(|wrong| wrong.parameter == parameter);
        wrong.map(|wrong| wrong.detail.as_str())
    }

    /// Whether a parameter has a value, readable or not.
    pub fn is_given(&self, parameter: &str) -> bool {
        self.pairs.iter().any(|(name, value)| name == parameter && !value.trim().is_empty())
            || self.wrong.iter().any(|wrong| wrong.parameter == parameter)
    }

    /// Whether a parameter was sent, with a value or without.
    pub fn was_sent(&self, parameter: &str) -> bool {
        self.pairs.iter().any(|(name, _)| name == parameter)
            || self.wrong.iter().any(|wrong| wrong.parameter == parameter)
    }

    /// The parameter as it was sent, empty when absent. Sent twice with different values, it is wrong.
    pub fn text(&mut self, parameter: &str) -> String {
        let mut values = self.pairs.iter().filter(|(name, _)| name == parameter).map(|(_, value)| value);
        let text = values.next().cloned().unwrap_or_default();
        if values.any(|value| *value != text) {
            self.wrong(parameter, "donné plusieurs fois, une seule valeur est admise");
        }
        text
    }

    /// Every value of a parameter, as it was sent.
    pub fn every(&self, parameter: &str) -> Vec<String> {
        self.pairs.iter().filter(|(name, _)| name == parameter).map(|(_, value)| value.clone()).collect()
    }

    /// The parameter, trimmed and parsed; `None` when absent or empty.
    pub fn one<T>(&mut self, parameter: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(parameter);
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        parse(text).map_err(|detail| self.wrong(parameter, detail)).ok()
    }

    /// The values of a parameter, repeated or separated by commas, each once. Too many of them are wrong, and none is read.
    pub fn several<T: PartialEq>(
        &mut self,
        parameter: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut known = HashSet::new();
        let sent = self.pairs.iter().filter(|(name, _)| name == parameter);
        let parts = sent.flat_map(|(_, text)| text.split(',')).map(str::trim).filter(|part| !part.is_empty());
        let parts: Vec<&str> = parts.filter(|part| known.insert(*part)).take(MOST_VALUES + 1).collect();
        if parts.len() > MOST_VALUES {
            self.wrong(parameter, format!("{MOST_VALUES} valeurs au plus"));
            return Vec::new();
        }
        let mut values = Vec::new();
        let mut details = Vec::new();
        for part in parts {
            match parse(part) {
                // Two ways to write one value.
                Ok(value) if values.contains(&value) => {}
                Ok(value) => values.push(value),
                Err(detail) => details.push(detail),
            }
        }
        for detail in details {
            self.wrong(parameter, detail);
        }
        values
    }
}

/// A value found where something else was expected, as error messages quote it: short, and without control characters.
pub fn quoted(found: &str) -> String {
    let mut short: String = found.chars().filter(|c| !c.is_control()).take(60).collect();
    if found.chars().count() > 60 {
        short.push('…');
    }
    format!("« {short} »")
}

/// Undoes percent-encoding, strictly.
fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(rest.next()), digit(rest.next())) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => {
                        return Err(
                            "mal encodé : « % » doit être suivi de deux chiffres hexadécimaux".to_owned()
                        );
                    }
                }
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| "mal encodé : ce n’est pas de l’UTF-8".to_owned())
}

/// Encodes a value for a query; the inverse of what [`Reader`] decodes.
pub fn encode(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => write!(out, "%{byte:02X}").expect("writing to a String cannot fail"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u8, String> {
        text.parse().map_err(|_| format!("{} n’est pas un nombre", quoted(text)))
    }

    #[test]
    fn repeated_parameters_and_commas_are_several_values() {
        let mut reader = Reader::new("a=1&b=x&a=2,3&a=&a=1");
        assert_eq!(reader.several("a", number), [1, 2, 3]);
        assert!(reader.wrong.is_empty());
    }

    #[test]
    fn too_many_values_are_wrong_and_cost_nothing() {
        let many = (0..40_000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let mut reader = Reader::new(&format!("a={many}"));
        let read =
            reader.several("a", |text| if text.len() > 9 { Err(String::new()) } else { Ok(text.to_owned()) });
        assert_eq!(read, Vec::<String>::new());
        assert!(reader.wrong_with("a").is_some());
        let reader = Reader::new(&"b=1&".repeat(10_001));
        assert!(reader.wrong_with("b").is_some());
        assert_eq!(reader.every("b").len(), 10_000);
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let mut reader = Reader::new("a=z&b=1&b=2&c=%zz&d=%FF&limit&e=1");
        reader.several("a", number);
        reader.one("b", number);
        reader.one("limit", number);
        assert_eq!(reader.one("e", number), Some(1));
        let mut named: Vec<&str> = reader.wrong.iter().map(|wrong| wrong.parameter.as_str()).collect();
        named.sort_unstable();
        assert_eq!(named, ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for text in ["", "d’Issy & de Sceaux", "100 % à + b", "🙂=?", "a\u{0}b"] {
            let mut encoded = String::new();
            encode(text, &mut encoded);
            assert_eq!(decode(&encoded).unwrap(), text);
            assert!(encoded.is_ascii() && !encoded.contains(['&', '=', '"', '<']));
        }
        assert_eq!(decode("a+b%20c").unwrap(), "a b c");
    }
}
