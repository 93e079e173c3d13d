//! HSDS 3, the Human Services Data Specification of Open Referral: services in the JSON of its API, or in the CSV tables of
//! its packages. What each property becomes is in the README of this folder.

mod area;
mod kind;
mod map;
mod owner;
mod schedule;
mod tables;

#[cfg(test)]
mod tests;

use std::io::Read;

use chrono::DateTime;
use serde_json::Value;

use crate::json::{each, is_blank, shape, shape_of, text};
use crate::parts::{Parts, peeked};
use crate::register::{Register, Where, read_items_of};
use crate::staged::Source;
use crate::table::ReadError;
use kind::Kind;
use tables::{Rows, Table};

/// The list of a page of the API.
const LISTS: &[&str] = &["contents"];
const EXPECTED: &str = "des services HSDS 3 : une page de l’API (contents), un tableau, une organisation et ses services, ou un dossier de tables CSV (services.csv…)";

/// Reads files of the format. `progress` is told how many bytes were read so far.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut reading = Reading::default();
    parts.each(progress, |file, input| {
        let io = |source| ReadError::Io { file: file.to_owned(), source };
        let (first, mut input) = peeked(input).map_err(io)?;
        match (first, Table::named(file)) {
            (Some(b'{' | b'['), _) => reading.json(file, &mut input),
            (Some(_), Some(table)) => reading.csv(table, file, &mut input),
            _ => {
                reading.aside(file);
                Ok(())
            }
        }
    })?;
    reading.finish(parts)
}

/// Files being read.
#[derive(Default)]
struct Reading {
    register: Register,
    rows: Rows,
    /// What is no service in what was read, each kind once.
    others: Vec<&'static str>,
    /// Files that were not read.
    aside: Vec<String>,
    /// Pages of each kind of object: how many they hold, and how many the API has.
    pages: Vec<(Kind, u64, u64)>,
}

impl Reading {
    fn json(&mut self, file: &str, input: &mut dyn Read) -> Result<(), ReadError> {
        let Reading { register, rows, others, pages, .. } = self;
        let mut page = None;
        let envelope = read_items_of(file, input, LISTS, register, |register, spot, list, value| {
            for value in nested_lists(value) {
                let kind = kind::kind(&value);
                if list.is_some() {
                    page.get_or_insert((kind, 0)).1 += 1;
                }
                item(register, rows, others, spot, kind, value)?;
            }
            Ok(())
        })?;
        let total = envelope.get("total_items").and_then(Value::as_u64);
        if let (Some(total), Some((kind, held))) = (total, page) {
            match pages.iter_mut().find(|(known, ..)| *known == kind) {
                Some((_, before, most)) => (*before, *most) = (*before + held, total.max(*most)),
                None => pages.push((kind, held, total)),
            }
        }
        Ok(())
    }

    fn csv(&mut self, table: Table, file: &str, input: &mut dyn Read) -> Result<(), ReadError> {
        let Reading { register, rows, others, .. } = self;
        tables::read(table, file, input, register, |register, spot, row| {
            if table == Table::Service {
                return service(register, spot, row.into());
            }
            if !others.contains(&table.label()) {
                others.push(table.label());
            }
            rows.put(table, spot, row)
        })
    }

    /// Notes a file that is neither JSON nor a table of the format.
    fn aside(&mut self, file: &str) {
        self.aside.push(file.to_owned());
    }

    fn finish(mut self, parts: &Parts) -> Result<Box<dyn Source>, ReadError> {
        if self.register.is_empty() {
            let file = parts.names().next().unwrap_or_default().to_owned();
            let found = match (&self.others[..], self.aside.is_empty()) {
                ([], true) => "aucun service".to_owned(),
                ([], false) => "ni du JSON, ni une table du format".to_owned(),
                (others, _) => format!("aucun service : {}", others.join(", ")),
            };
            return Err(ReadError::NotATable { file, found, expected: EXPECTED.to_owned() });
        }
        for file in &self.aside {
            let spot = Where { file, line: 1 };
            let expected = "du JSON, ou un CSV au nom d’une table du format (services.csv, phones.csv…) ; fichier non lu";
            self.register.warn(spot, None, "un autre fichier", expected);
        }
        let listings = [Kind::Service, Kind::ServiceAtLocation, Kind::Organization];
        for (kind, held, total) in &self.pages {
            if listings.contains(kind) && held < total {
                let file = parts.names().next().unwrap_or_default();
                let expected =
                    format!("{total}, comme annoncé (total_items) : il manque des pages, rien n’est retiré");
                self.register.warn(Where { file, line: 1 }, None, &format!("éléments : {held}"), &expected);
                self.register.damage();
            }
        }
        self.rows.orphans(&mut self.register);
        let mut rows = self.rows;
        Ok(self.register.mapped(move |record| map::map(record, &mut rows)))
    }
}

/// What an item says, the elements of a list in its place being items of their own.
fn nested_lists(value: Value) -> Vec<Value> {
    match value {
        Value::Object(mut members) if members.contains_key("contents") => {
            let contents = members.remove("contents").unwrap_or_default();
            each(&contents).to_vec()
        }
        Value::Array(values) => values,
        other => vec![other],
    }
}

/// Takes what an item of JSON is.
fn item(
    register: &mut Register,
    rows: &mut Rows,
    others: &mut Vec<&'static str>,
    spot: Where,
    kind: Kind,
    value: Value,
) -> Result<(), ReadError> {
    let Value::Object(mut members) = value else {
        return register.refuse(spot, None, &shape(&value), "un objet : un service HSDS", value);
    };
    let mut note = |label| {
        if !others.contains(&label) {
            others.push(label);
        }
    };
    match kind {
        Kind::Service => service(register, spot, members.into()),
        Kind::ServiceAtLocation => {
            let of = members.remove("service").unwrap_or_default();
            members.insert("service_id".to_owned(), of["id"].clone());
            rows.put(Table::ServiceAtLocation, spot, members)?;
            service(register, spot, of)
        }
        Kind::Organization => {
            let services = members.remove("services").unwrap_or_default();
            let organization = Value::Object(members);
            let known = !is_blank(&organization["id"]);
            for value in each(&services) {
                let mut value = value.clone();
                if let Value::Object(members) = &mut value
                    && members.get("organization").is_none_or(is_blank)
                {
                    if known {
                        members.insert("organization_id".to_owned(), organization["id"].clone());
                    } else if !is_blank(&owner::used(&organization)) {
                        members.insert("organization".to_owned(), owner::used(&organization));
                    }
                }
                service(register, spot, value)?;
            }
            if is_blank(&services) {
                note(Table::Organization.label());
            }
            match owner::used(&organization) {
                Value::Object(members) if known => rows.put(Table::Organization, spot, members),
                _ => Ok(()),
            }
        }
        Kind::Location => {
            note(Table::Location.label());
            rows.put(Table::Location, spot, members)
        }
        Kind::Other(label) => {
            note(label);
            Ok(())
        }
        Kind::Unknown => {
            let id = text(members.get("id").unwrap_or(&Value::Null)).into_owned();
            let id = Some(&*id).filter(|id| !id.is_empty());
            let found = shape_of(&members);
            register.refuse(spot, id, &found, "un service HSDS (id, name, status…)", members.into())
        }
    }
}

/// Takes a service.
fn service(register: &mut Register, spot: Where, value: Value) -> Result<(), ReadError> {
    if !value.is_object() {
        return register.refuse(spot, None, &shape(&value), "un objet : un service HSDS", value);
    }
    let changed = DateTime::parse_from_rfc3339(&text(&value["last_modified"])).ok();
    let id = value["id"].clone();
    register.take(spot, &id, changed.map(|time| time.timestamp_millis()), value)
}
