//! `docs/droits.md` says who may do what, for people; here the server is asked, for each role, here and elsewhere.

mod world;

use std::collections::BTreeSet;
use std::path::Path;

use self::world::{Column, Place, World};
use crate::support::team::Answer;

/// The titles of the columns of the table.
const TITLES: [&str; 5] = ["Sans compte", "Accueil", "Animation", "Administration", "Tout l’annuaire"];

/// A row of the table: what is done, and for each column whether it may be done here, and elsewhere.
struct Row {
    method: String,
    /// As the sources write it: `/animation/fiches/{id}`.
    address: String,
    /// Which gesture, where an address has several.
    gesture: String,
    cells: [[bool; 2]; 5],
}

impl Row {
    fn name(&self) -> String {
        format!("{} {} {}", self.method, self.address, self.gesture).trim_end().to_owned()
    }

    /// Where it is asked: an address that names nothing, and is the same everywhere, once.
    fn places(&self) -> &'static [Place] {
        let same = self.cells.iter().all(|[here, elsewhere]| here == elsewhere);
        if same && !self.address.contains('{') { &[Place::Here] } else { &[Place::Here, Place::Elsewhere] }
    }
}

fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/droits.md")).unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = text.lines().filter(|line| line.starts_with('|'));
    let titles = cells(lines.next().expect("a table"));
    assert_eq!(titles[2..], TITLES);
    let word = |word: &str| match word.trim() {
        "oui" => true,
        "non" => false,
        other => panic!("« {other} » is neither oui nor non"),
    };
    lines
        .skip(1)
        .map(|line| {
            let cells = cells(line);
            let mut asked = cells[1].trim_matches('`').splitn(3, ' ').map(str::to_owned);
            let may: Vec<[bool; 2]> = cells[2..]
                .iter()
                .map(|cell| cell.split_once('/').unwrap_or((cell, cell)))
                .map(|(here, elsewhere)| [word(here), word(elsewhere)])
                .collect();
            Row {
                method: asked.next().expect("a method"),
                address: asked.next().expect("an address"),
                gesture: asked.next().unwrap_or_default(),
                cells: may.try_into().unwrap_or_else(|_| panic!("five cells: {line}")),
            }
        })
        .collect()
}

/// Whether what was asked was done; nothing when the answer says neither that it was, nor that it may not be.
fn outcome(row: &Row, column: Column, answer: &Answer) -> Option<bool> {
    match (answer.status, column) {
        (200, _) => Some(true),
        // Of several lines, those that were not to be done any more are left out.
        (303, _) if row.address == "/animation/traiter" => answer.to.contains("faites=1").then_some(true),
        (303, Column::Nobody) if answer.to.starts_with("/connexion?vers=") => Some(false),
        (303, _) => (!answer.to.starts_with("/connexion?vers=")).then_some(true),
        (401, Column::Nobody) => Some(false),
        // Somebody else's sessions and tokens are not there.
        (404, _) if row.address.starts_with("/animation/compte/") => Some(false),
        // Nor are the calls of another desk.
        (404, _) if row.address.starts_with("/accueil") => Some(false),
        (403, column) => (column != Column::Nobody).then_some(false),
        _ => None,
    }
}

#[test]
fn the_server_does_what_the_table_of_rights_says() {
    let mut world = World::new();
    let mut wrong = Vec::new();
    for row in table() {
        let name = row.name();
        // What is nowhere is found by nobody, whoever may do it here.
        let numbers = row.address.matches('{').count();
        let may = Column::ALL.into_iter().zip(row.cells).filter(|(_, [here, _])| *here);
        for (column, _) in may.filter(|_| numbers > 0) {
            let asked = world.asked(&name, Place::Here, column, false);
            for unknown in 0..numbers {
                let answer = world.send(&row.method, &row.address, &asked.but_unknown(unknown), column);
                if answer.status != 404 {
                    wrong.push(format!("{name} {column:?}, unknown: {} {}", answer.status, answer.to));
                }
            }
        }
        for (column, cell) in Column::ALL.into_iter().zip(row.cells) {
            for &place in row.places() {
                let may = cell[place as usize];
                let asked = world.asked(&name, place, column, may);
                let answer = world.send(&row.method, &row.address, &asked, column);
                if outcome(&row, column, &answer) != Some(may) {
                    let body = answer.body.split_once("<main").map_or(&*answer.body, |(_, body)| body);
                    let body: String = body.chars().take(1500).collect();
                    wrong.push(format!(
                        "{name} {column:?} {place:?}: {} {} instead of {}\n{body}",
                        answer.status,
                        answer.to,
                        if may { "oui" } else { "non" }
                    ));
                }
                world.comes_back(&name, column);
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The methods and addresses of the team that a file of `web/src` routes.
fn routes(path: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(".nest("), "{}: this test reads whole addresses", path.display());
        let of_programs = path.ends_with("api/v1/mod.rs");
        for route in text.split(".route(").skip(1) {
            let mut depth = 1;
            let end = route.find(|c| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            });
            let (address, handlers) = route[..end.expect("a route ends")].split_once(',').unwrap();
            let address = if let Some(address) = address.trim().strip_prefix('"') {
                address.trim_end_matches('"').to_owned()
            } else {
                let constant = format!("const {}: &str = \"", address.trim());
                let value = text.split_once(&constant).expect("the constant is beside").1;
                value.split('"').next().unwrap().to_owned()
            };
            let prefixes = ["/animation", "/accueil", "/connexion", "/deconnexion", "/reponse"];
            if of_programs || prefixes.iter().any(|prefix| address.starts_with(prefix)) {
                let named: Vec<&str> = ["get", "post", "put", "delete", "patch", "any", "on"]
                    .into_iter()
                    .filter(|method| {
                        let called = format!("{method}(");
                        handlers.match_indices(&called).any(|(at, _)| {
                            !handlers[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                        })
                    })
                    .collect();
                assert!(!named.is_empty(), "{address}: {handlers}");
                found.extend(named.iter().map(|method| format!("{} {address}", method.to_uppercase())));
            }
        }
    }
}

#[test]
fn the_table_of_rights_has_every_address_of_the_team() {
    let mut served = BTreeSet::new();
    routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src"), &mut served);
    let table: BTreeSet<String> =
        table().iter().map(|row| format!("{} {}", row.method, row.address)).collect();
    assert!(served.len() > 50, "{served:?}");
    let missing: Vec<&String> = served.difference(&table).collect();
    let gone: Vec<&String> = table.difference(&served).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not in docs/droits.md: {missing:?}; only there: {gone:?}"
    );
}
