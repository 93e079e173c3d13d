//! The tables of the format, whose rows name each other by identifiers: kept by identifier and by what they belong to, and
//! put together again around each service.

use std::collections::HashMap;
use std::io::{self, Read};

use maille_domain::run::Severity;
use serde_json::{Map, Value};

use super::owner;
use crate::issue::Spot;
use crate::json::{is_blank, text};
use crate::register::{Register, Where};
use crate::shelf::Shelf;
use crate::table::{Layout, ReadError, Table as Csv};

/// A table of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Table {
    Organization,
    OrganizationIdentifier,
    Program,
    Service,
    ServiceAtLocation,
    Location,
    Address,
    Phone,
    Contact,
    Schedule,
    ServiceArea,
    Language,
    Accessibility,
    CostOption,
    RequiredDocument,
    Attribute,
    TaxonomyTerm,
    Taxonomy,
    /// One that says nothing of a listing.
    Apart,
}

/// The names of files, singular, with what people call the rows.
const NAMES: [(Table, &str, &str); 21] = [
    (Table::Organization, "organization", "des organisations"),
    (Table::OrganizationIdentifier, "organization_identifier", "des identifiants d’organisations"),
    (Table::Program, "program", "des programmes"),
    (Table::Service, "service", "des services"),
    (Table::ServiceAtLocation, "service_at_location", "des services par lieu"),
    (Table::Location, "location", "des lieux"),
    (Table::Address, "address", "des adresses"),
    (Table::Phone, "phone", "des téléphones"),
    (Table::Contact, "contact", "des contacts"),
    (Table::Schedule, "schedule", "des horaires"),
    (Table::ServiceArea, "service_area", "des zones d’intervention"),
    (Table::Language, "language", "des langues"),
    (Table::Accessibility, "accessibility", "des accessibilités"),
    (Table::CostOption, "cost_option", "des tarifs"),
    (Table::RequiredDocument, "required_document", "des documents à fournir"),
    (Table::Attribute, "attribute", "des attributs"),
    (Table::TaxonomyTerm, "taxonomy_term", "des termes de taxonomie"),
    (Table::Taxonomy, "taxonomy", "des taxonomies"),
    (Table::Apart, "funding", "d’autres tables"),
    (Table::Apart, "metadata", "d’autres tables"),
    (Table::Apart, "meta_table_description", "d’autres tables"),
];

/// Columns by which the separator of a file is told.
const LAYOUT: Layout = Layout {
    required: &[],
    known: &[
        "id",
        "name",
        "description",
        "organization_id",
        "service_id",
        "location_id",
        "service_at_location_id",
        "contact_id",
        "link_id",
        "taxonomy_id",
        "number",
        "status",
        "email",
        "uri",
        "resource_id",
    ],
};

/// The lists of a service, each with its table and the column that names the service.
const OF_SERVICES: [(&str, Table, &str); 9] = [
    ("phones", Table::Phone, "service_id"),
    ("contacts", Table::Contact, "service_id"),
    ("schedules", Table::Schedule, "service_id"),
    ("service_areas", Table::ServiceArea, "service_id"),
    ("languages", Table::Language, "service_id"),
    ("cost_options", Table::CostOption, "service_id"),
    ("required_documents", Table::RequiredDocument, "service_id"),
    ("attributes", Table::Attribute, "link_id"),
    ("service_at_locations", Table::ServiceAtLocation, "service_id"),
];
const OF_SERVICES_AT_LOCATIONS: [(&str, Table, &str); 3] = [
    ("phones", Table::Phone, "service_at_location_id"),
    ("contacts", Table::Contact, "service_at_location_id"),
    ("schedules", Table::Schedule, "service_at_location_id"),
];
const OF_LOCATIONS: [(&str, Table, &str); 6] = [
    ("addresses", Table::Address, "location_id"),
    ("phones", Table::Phone, "location_id"),
    ("contacts", Table::Contact, "location_id"),
    ("schedules", Table::Schedule, "location_id"),
    ("languages", Table::Language, "location_id"),
    ("accessibility", Table::Accessibility, "location_id"),
];
const OF_CONTACTS: [(&str, Table, &str); 1] = [("phones", Table::Phone, "contact_id")];
const OF_ORGANIZATIONS: [(&str, Table, &str); 2] = [
    ("phones", Table::Phone, "organization_id"),
    ("organization_identifiers", Table::OrganizationIdentifier, "organization_id"),
];

impl Table {
    /// The table that a file is named after.
    pub fn named(file: &str) -> Option<Table> {
        let name = file.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let name = name.strip_suffix(".csv").or_else(|| name.strip_suffix(".txt"))?.replace('-', "_");
        let found = NAMES.iter().find(|(_, singular, _)| {
            let stem = singular.strip_suffix('y').unwrap_or(singular);
            let plurals = [format!("{singular}s"), format!("{singular}es"), format!("{stem}ies")];
            name == *singular
                || (name.starts_with(stem) && plurals.contains(&name))
                || name == plural_inside(singular)
        });
        found.map(|(table, ..)| *table)
    }

    /// What people call its rows.
    pub fn label(self) -> &'static str {
        NAMES.iter().find(|(table, ..)| *table == self).map_or("", |(.., label)| label)
    }
}

/// `services_at_location`, as some write it.
fn plural_inside(singular: &str) -> String {
    singular.replacen("service_at", "services_at", 1)
}

/// Reads a table. A row that cannot be read is refused when it is a service, else left out with a warning.
pub(super) fn read(
    table: Table,
    file: &str,
    input: &mut dyn Read,
    register: &mut Register,
    mut each: impl FnMut(&mut Register, Where, Map<String, Value>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if table == Table::Apart {
        return Ok(());
    }
    let mut quiet = |_| {};
    let mut csv = Csv::open(file, input, LAYOUT, &mut quiet)?;
    let header: Vec<String> = csv.header().iter().map(|name| name.to_ascii_lowercase()).collect();
    while let Some(row) = csv.next_row()? {
        let spot = Where { file, line: row.line };
        let cells =
            header.iter().cloned().zip(row.cells.iter().map(|cell| Value::from(cell.replace('\0', ""))));
        let cells: Map<String, Value> = cells.filter(|(_, cell)| !is_blank(cell)).collect();
        match row.fault {
            None => each(register, spot, cells)?,
            Some(fault) if table == Table::Service => {
                if fault.damaged {
                    register.damage();
                }
                // What stands before the fault can be trusted.
                let position = header.iter().position(|name| name == "id");
                let known = position.is_some_and(|position| position + 1 < fault.column);
                let id = cells.get("id").map(text).filter(|_| known).unwrap_or_default().into_owned();
                let id = Some(&*id).filter(|id| !id.is_empty());
                register.refuse(spot, id, &fault.found, &fault.expected, cells.into())?;
            }
            Some(fault) => {
                let column = Some(fault.column as u64);
                let spot = Spot { file, line: row.line, column, ..Spot::default() };
                let expected = format!("{} ; ligne laissée de côté", fault.expected);
                register.note(spot.issue(Severity::Warning, &fault.found, expected));
            }
        }
    }
    for warning in csv.into_warnings() {
        register.note(warning);
    }
    Ok(())
}

/// Rows by what they belong to: the table, the column that names the owner, and its identifier.
type Links = HashMap<(Table, &'static str), HashMap<Box<str>, Vec<u32>>>;

/// The rows of the tables that describe services.
#[derive(Debug, Default)]
pub(super) struct Rows {
    shelves: HashMap<Table, Shelf<Value>>,
    links: Links,
    files: HashMap<Table, String>,
    /// The last organisation that was asked for: services follow each other by organisation.
    last: Option<(String, Value)>,
}

impl Rows {
    /// Keeps a row.
    pub fn put(&mut self, table: Table, spot: Where, row: Map<String, Value>) -> Result<(), ReadError> {
        let shelf = self.shelves.entry(table).or_default();
        let key = row.get("id").map(text).unwrap_or_default().into_owned();
        let key = if key.is_empty() { format!("\0{}", shelf.places()) } else { key };
        let row = Value::Object(row);
        shelf.put(&key, &row).map_err(|source| ReadError::Aside { source })?;
        let place = shelf.place(&key).unwrap_or_default() as u32;
        let columns =
            [&OF_SERVICES[..], &OF_SERVICES_AT_LOCATIONS, &OF_LOCATIONS, &OF_CONTACTS, &OF_ORGANIZATIONS];
        for (_, _, column) in columns.into_iter().flatten().filter(|(_, of, _)| *of == table) {
            let parent = text(&row[*column]);
            if !parent.is_empty() {
                let places =
                    self.links.entry((table, column)).or_default().entry((*parent).into()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        self.files.entry(table).or_insert_with(|| spot.file.to_owned());
        Ok(())
    }

    /// Whether there is a row of this table.
    pub fn has(&self, table: Table) -> bool {
        self.shelves.contains_key(&table)
    }

    /// Says which rows belong to services that are not there.
    pub fn orphans(&self, register: &mut Register) {
        for (_, table, column) in OF_SERVICES.iter().filter(|(_, _, column)| *column == "service_id") {
            let Some(links) = self.links.get(&(*table, *column)) else { continue };
            let mut lost: Vec<&str> = links.keys().map(|id| &**id).filter(|id| !register.knows(id)).collect();
            lost.sort_unstable();
            if let (Some(first), Some(file)) = (lost.first(), self.files.get(table)) {
                let found = format!("{} service_id inconnus, dont {first}", lost.len());
                let found = if lost.len() == 1 { format!("service_id {first}") } else { found };
                register.warn(
                    Where { file, line: 1 },
                    None,
                    &found,
                    "un service du fichier ; laissé de côté",
                );
            }
        }
    }

    /// A service with all that the rows say of it and that it does not say itself.
    pub fn complete(&mut self, service: &Value) -> io::Result<Value> {
        let mut whole = service.clone();
        if self.shelves.is_empty() {
            return Ok(whole);
        }
        self.lists(&mut whole, &OF_SERVICES)?;
        for attribute in elements(&mut whole, "attributes") {
            self.one(attribute, "taxonomy_term", Table::TaxonomyTerm, "taxonomy_term_id")?;
            if let Some(term) = attribute.get_mut("taxonomy_term") {
                self.one(term, "taxonomy_detail", Table::Taxonomy, "taxonomy_id")?;
            }
        }
        for contact in elements(&mut whole, "contacts") {
            self.lists(contact, &OF_CONTACTS)?;
        }
        for place in elements(&mut whole, "service_at_locations") {
            self.lists(place, &OF_SERVICES_AT_LOCATIONS)?;
            for contact in elements(place, "contacts") {
                self.lists(contact, &OF_CONTACTS)?;
            }
            self.one(place, "location", Table::Location, "location_id")?;
            if let Some(location) = place.get_mut("location").filter(|location| location.is_object()) {
                self.lists(location, &OF_LOCATIONS)?;
                for contact in elements(location, "contacts") {
                    self.lists(contact, &OF_CONTACTS)?;
                }
            }
        }
        self.one(&mut whole, "program", Table::Program, "program_id")?;
        self.organization(&mut whole)?;
        Ok(whole)
    }

    fn organization(&mut self, service: &mut Value) -> io::Result<()> {
        let id = text(&service["organization_id"]).into_owned();
        if id.is_empty() || !is_blank(&service["organization"]) {
            return Ok(());
        }
        if self.last.as_ref().is_none_or(|(last, _)| *last != id) {
            let mut found = self.row(Table::Organization, &id)?.unwrap_or_default();
            if found.is_object() {
                self.lists(&mut found, &OF_ORGANIZATIONS)?;
                found = owner::used(&found);
            }
            self.last = Some((id, found));
        }
        if let Some((_, found)) = self.last.as_ref().filter(|(_, found)| found.is_object()) {
            service["organization"] = found.clone();
        }
        Ok(())
    }

    /// Adds the lists that an object does not have itself.
    fn lists(&self, object: &mut Value, lists: &[(&str, Table, &'static str)]) -> io::Result<()> {
        let id = text(&object["id"]).into_owned();
        let Value::Object(members) = object else { return Ok(()) };
        for (key, table, column) in lists {
            if members.get(*key).is_some_and(|known| !is_blank(known)) {
                continue;
            }
            let places = self.links.get(&(*table, *column)).and_then(|links| links.get(&*id));
            let (Some(places), Some(shelf)) = (places, self.shelves.get(table)) else { continue };
            let rows = places.iter().filter_map(|&place| shelf.at(place as usize).transpose());
            let rows = rows.collect::<io::Result<Vec<_>>>()?;
            if !rows.is_empty() {
                members.insert((*key).to_owned(), Value::Array(rows));
            }
        }
        Ok(())
    }

    /// Adds the object that another names by its identifier.
    fn one(&self, object: &mut Value, key: &str, table: Table, column: &str) -> io::Result<()> {
        let id = text(&object[column]).into_owned();
        let Value::Object(members) = object else { return Ok(()) };
        if id.is_empty() || members.get(key).is_some_and(|known| !is_blank(known)) {
            return Ok(());
        }
        if let Some(found) = self.row(table, &id)? {
            members.insert(key.to_owned(), found);
        }
        Ok(())
    }

    fn row(&self, table: Table, id: &str) -> io::Result<Option<Value>> {
        self.shelves.get(&table).map_or(Ok(None), |shelf| shelf.get(id))
    }
}

/// The objects of a list of an object; the object itself where one stands in the place of a list.
fn elements<'a>(object: &'a mut Value, key: &str) -> Vec<&'a mut Value> {
    match object.get_mut(key) {
        Some(Value::Array(items)) => items.iter_mut().filter(|item| item.is_object()).collect(),
        Some(one) if one.is_object() => vec![one],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_tables() {
        for (file, table) in [
            ("paquet/services.csv", Some(Table::Service)),
            ("paquet.zip/data/Service.CSV", Some(Table::Service)),
            ("addresses.csv", Some(Table::Address)),
            ("taxonomies.csv", Some(Table::Taxonomy)),
            ("service_at_location.csv", Some(Table::ServiceAtLocation)),
            ("service-at-locations.csv.gz", Some(Table::ServiceAtLocation)),
            ("accessibility.csv", Some(Table::Accessibility)),
            ("metadata.csv", Some(Table::Apart)),
            ("lisezmoi.txt", None),
            ("servicesx.csv", None),
            ("services.json", None),
        ] {
            assert_eq!(Table::named(file), table, "{file}");
        }
    }
}
