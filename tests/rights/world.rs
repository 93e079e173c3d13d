//! A directory of two territories in which everything of the team can be done once, and what is sent to do it.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write as _;

use maille_domain::ListingId;
use serde_json::{Value, json};

use crate::support::mail::MailServer;
use crate::support::team::{Answer, PASSWORD, Person, Program};
use crate::support::{DataDirectory, Server};

/// Who asks: the columns of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Nobody,
    Reception,
    Facilitator,
    Administrator,
    Everywhere,
}

impl Column {
    pub const ALL: [Column; 5] =
        [Column::Nobody, Column::Reception, Column::Facilitator, Column::Administrator, Column::Everywhere];

    /// Whoever has no account comes with that of the reception, where one logs in.
    const fn email(self) -> &'static str {
        match self {
            Column::Nobody | Column::Reception => "accueil@sud.example",
            Column::Facilitator => "animation@sud.example",
            Column::Administrator => "administration@sud.example",
            Column::Everywhere => "administration@tout.example",
        }
    }
}

/// Where what is asked for is: in the territory of those who have one, or in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Here,
    Elsewhere,
}

impl Place {
    const fn territory(self) -> &'static str {
        ["dac-sud", "dac-toulouse"][self as usize]
    }

    const fn commune(self) -> &'static str {
        ["92007", "31555"][self as usize]
    }

    /// Another commune, which a zone and a territory get.
    const fn beside(self) -> &'static str {
        ["92002", "31069"][self as usize]
    }
}

const TERRITORIES: &str = "\
code,kind,name,commune
dac-sud,dac,DAC du Sud,92007
dac-sud,dac,DAC du Sud,92002
dac-toulouse,dac,DAC de Toulouse,31555
dac-toulouse,dac,DAC de Toulouse,31069
";
const COLUMNS: &str = "id,name,category,phone,commune,coverage,modes,verified_on\n";
/// Listings of each place, of which what is done takes one.
const LISTINGS: usize = 230;
/// Those that a source will disagree about, and those that it will withdraw, in each place.
const CONFLICTS: usize = 7;
const WITHDRAWN: usize = 5;
/// Pairs that look alike, in each place.
const PAIRS: [&str; 5] = ["Coteaux", "Glycines", "Moulin", "Tramway", "Belvédère"];
/// Imports that can be undone: those of here, then those of elsewhere.
const RUNS: [usize; 2] = [4, 2];
/// An identifier that names nothing.
const UNKNOWN: &str = "00000000-0000-0000-0000-00000000cafe";

/// What is asked of an address.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What its numbers and identifiers are, in order.
    ids: Vec<String>,
    query: String,
    form: Vec<(String, String)>,
    /// What a program sends.
    body: Option<Value>,
}

impl Asked {
    fn of(ids: &[&str]) -> Asked {
        Asked { ids: ids.iter().map(|&id| id.to_owned()).collect(), ..Asked::default() }
    }

    fn query(self, query: impl Into<String>) -> Asked {
        Asked { query: query.into(), ..self }
    }

    fn form(mut self, fields: &[(&str, &str)]) -> Asked {
        self.form.extend(fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    fn body(self, body: Value) -> Asked {
        Asked { body: Some(body), ..self }
    }

    /// The same, but for an identifier that names nothing.
    pub fn but_unknown(&self, place: usize) -> Asked {
        let mut asked = self.clone();
        let id = &mut asked.ids[place];
        *id = if id.parse::<i64>().is_ok() { "999999".to_owned() } else { UNKNOWN.to_owned() };
        asked
    }
}

pub struct World {
    _directory: DataDirectory,
    mail: MailServer,
    server: Server,
    people: [Person; 5],
    programs: [Program; 5],
    /// Somebody else, who may do everything and prepares each attempt.
    witness: Person,
    program: Program,
    /// Who answers calls in each place.
    desks: [Person; 2],
    /// How many listings, territories, accounts and calls were taken, in each place.
    taken: [[Cell<usize>; 4]; 2],
    runs: [Vec<i64>; 2],
    /// What was refused, and is still to be done.
    spare: HashMap<(String, Place), Asked>,
}

/// A name that looks like no other.
fn made_up(number: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "do", "fi", "gu", "ja", "ke", "lo", "mi", "nu", "pa", "re", "si", "to", "vu", "za", "xe"];
    let mut bits = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut word = || {
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(SYLLABLES[(bits >> 60) as usize]);
            bits = bits.rotate_left(4);
        }
        word
    };
    format!("{} {}", word(), word())
}

fn id(source: &str, record: &str) -> String {
    ListingId::founded_by(source, record).to_string()
}

/// What the source says, before and after it changes its mind.
fn rows(after: bool) -> String {
    let mut rows = COLUMNS.to_owned();
    for place in [Place::Here, Place::Elsewhere] {
        let (at, commune) = (place as usize, place.commune());
        let mut row = |record: String, number: usize, phone: &str| {
            let name = made_up(number + 1000 * at);
            writeln!(rows, "{record},{name},ccas,{phone},{commune},commune:{commune},,").unwrap();
        };
        for number in 0..LISTINGS {
            row(format!("l{at}-{number}"), number, "");
        }
        for number in 0..CONFLICTS {
            row(format!("c{at}-{number}"), 300 + number, if after { "01 99 00 00 08" } else { "" });
        }
        for number in (0..WITHDRAWN).filter(|_| !after) {
            row(format!("w{at}-{number}"), 400 + number, "");
        }
    }
    rows
}

/// What two sources say of the same teams, in other words.
fn pairs(other: bool) -> String {
    let mut rows = COLUMNS.to_owned();
    for place in [Place::Here, Place::Elsewhere] {
        for (number, name) in PAIRS.iter().enumerate() {
            let (at, commune, more) =
                (place as usize, place.commune(), if other { " et du Val" } else { "" });
            let phone = format!("01 99 00 {at}{} {number}0", u8::from(other));
            let name = format!("Équipe mobile de gériatrie {name}{more}");
            writeln!(rows, "p{at}-{number},{name},emg,{phone},{commune},commune:{commune},,2026-10-01")
                .unwrap();
        }
    }
    rows
}

fn import(directory: &DataDirectory, format: &str, source: &str, content: &str) -> i64 {
    let file = directory.file(&format!("{source}.csv"), content);
    let report = directory.json(&["import", format, &file, "--source", source, "--force", "--json"]);
    report["run"].as_i64().unwrap()
}

fn token(server: &Server, of: &Person) -> Program {
    let scopes = ["lire", "corriger", "verifier"].map(|scope| ("portee", scope));
    let made = of.post(
        "/animation/compte/jetons",
        &[&[("nom", "essai"), ("mot_de_passe", PASSWORD)][..], &scopes].concat(),
    );
    server.program(made.between("<code class=\"secret\">", "</code>"))
}

/// The first value of a field of a page, undone of its escapes.
fn field(page: &Answer, name: &str) -> String {
    page.between(&format!("name=\"{name}\" value=\""), "\"").replace("&#34;", "\"").replace("&#38;", "&")
}

impl World {
    pub fn new() -> World {
        let directory = DataDirectory::new();
        let mut territories = TERRITORIES.to_owned();
        for place in [Place::Here, Place::Elsewhere] {
            for number in 0..18 {
                let (at, commune) = (place as usize, place.commune());
                writeln!(territories, "cpts-{at}-{number},cpts,CPTS {at} {number},{commune}").unwrap();
            }
        }
        let mail = MailServer::start();
        let server = directory.serve(&["serve", "--smtp-url", &mail.address]);
        import(&directory, "territories", "territoires", &territories);
        import(&directory, "csv", "fiches", &rows(false));
        import(&directory, "csv", "equipes", &pairs(false));
        import(&directory, "csv", "voisins", &pairs(true));
        for (column, role) in
            Column::ALL.into_iter().zip(["", "accueil", "animation", "administration"]).skip(1)
        {
            directory.account(column.email(), &format!("Qui {role}"), role, Some("dac-sud"));
        }
        directory.account(Column::Everywhere.email(), "Zoé Martin", "administration", None);
        directory.account("temoin@tout.example", "Camille Durand", "administration", None);
        let desks = [Place::Here, Place::Elsewhere].map(|place| {
            let (email, name) =
                (format!("appels@{}.example", place.territory()), made_up(6000 + place as usize));
            directory.account(&email, &name, "accueil", Some(place.territory()));
            server.log_in(&email)
        });
        let log_in = |column| match column {
            Column::Nobody => server.person(""),
            column => server.log_in(column.email()),
        };
        let people = Column::ALL.map(log_in);
        let programs = Column::ALL.map(|column| match column {
            Column::Nobody => server.program(""),
            column => token(&server, &people[column as usize]),
        });
        let witness = server.log_in("temoin@tout.example");
        let program = token(&server, &witness);
        // Somebody corrects, then the source moves under it.
        for place in [0, 1] {
            for number in 0..CONFLICTS {
                let path =
                    format!("/api/v1/listings/{}/fields/phone", id("fiches", &format!("c{place}-{number}")));
                let body = json!({ "value": "01 99 00 00 09", "reason": "appelé", "seen": null });
                assert_eq!(program.put(&path, &body).status, 200);
            }
        }
        import(&directory, "csv", "fiches", &rows(true));
        let runs = [0, 1].map(|place: usize| {
            let commune = [Place::Here, Place::Elsewhere][place].commune();
            let run = |number: usize| {
                let name = made_up(5000 + 10 * place + number);
                let row = format!("{COLUMNS}r,{name},ccas,,{commune},commune:{commune},,\n");
                import(&directory, "csv", &format!("lot-{place}-{number}"), &row)
            };
            (0..RUNS[place]).map(run).collect()
        });
        World {
            _directory: directory,
            mail,
            server,
            people,
            programs,
            witness,
            program,
            desks,
            taken: Default::default(),
            runs,
            spare: HashMap::new(),
        }
    }

    /// Sends it to an address as the sources write it.
    pub fn send(&self, method: &str, address: &str, asked: &Asked, column: Column) -> Answer {
        let mut ids = asked.ids.iter();
        let segments: Vec<&str> = address
            .split('/')
            .map(|segment| if segment.starts_with('{') { ids.next().expect(address) } else { segment })
            .collect();
        let path = format!("{}{}", segments.join("/"), asked.query);
        let (person, program) = (&self.people[column as usize], &self.programs[column as usize]);
        let form: Vec<(&str, &str)> =
            asked.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match (method, &asked.body) {
            ("GET", None) if address.starts_with("/api/") => program.get(&path),
            ("GET", None) => person.get(&path),
            ("POST", None) => person.post(&path, &form),
            ("POST", Some(body)) => program.post(&path, body),
            ("PUT", Some(body)) => program.put(&path, body),
            ("DELETE", Some(body)) => program.delete(&path, body),
            other => panic!("{path}: {other:?}"),
        }
    }

    /// Whoever logged in or out, or changed a password, is back.
    pub fn comes_back(&mut self, row: &str, column: Column) {
        let ended = [
            "POST /connexion",
            "POST /connexion/lien",
            "POST /deconnexion",
            "POST /animation/compte/motdepasse",
        ];
        if column != Column::Nobody && ended.contains(&row) {
            self.people[column as usize] = self.server.log_in(column.email());
        }
    }

    /// What does it, once, of things that are there; what may not be done stays for who may do it.
    pub fn asked(&mut self, row: &str, place: Place, column: Column, may: bool) -> Asked {
        // Sessions and tokens are those of who asks.
        if row.contains(" /animation/compte/") {
            return self.made(row, place, column);
        }
        let of = (row.to_owned(), place);
        let asked = self.spare.remove(&of).unwrap_or_else(|| self.made(row, place, column));
        if !may {
            self.spare.insert(of, asked.clone());
        }
        asked
    }

    fn made(&mut self, row: &str, place: Place, column: Column) -> Asked {
        let why = ("raison", "essai");
        let none = Asked::of(&[]);
        let (method, address) = row.split_once(' ').expect("a method and an address");
        if let Some(gesture) = address.strip_prefix("/animation/traiter geste=") {
            return none.form(&[("geste", gesture), why, ("ligne", &self.line(gesture, place))]);
        }
        if address.starts_with("/animation/comptes/{id}") {
            let account = self.account(place).0;
            let role = field(&self.witness.get(&format!("/animation/comptes/{account}")), "droit");
            let given = [("role", "animation"), ("territoire", place.territory()), ("droit", &role)];
            return Asked::of(&[&account]).form(&given);
        }
        if let Some(address) = address.strip_prefix("/accueil") {
            return self.asked_of_call(method, address, place);
        }
        match (method, address) {
            ("GET", "/reponse") => none.query(format!("?lien={}", self.answer(place))),
            (_, "/connexion/lien") => {
                let email = self.account(place).1;
                let secret = self.mail.mailed_secret(&email);
                none.query(if method == "GET" { format!("?secret={secret}") } else { String::new() })
                    .form(&[("secret", &secret), ("mot_de_passe", PASSWORD)])
            }
            ("POST", "/connexion") => none.form(&[("courriel", column.email()), ("mot_de_passe", PASSWORD)]),
            ("POST", "/connexion/oubli") => {
                none.form(&[("courriel", &format!("personne-{}@ailleurs.example", column as usize))])
            }
            ("POST", "/animation/compte/motdepasse") => {
                none.form(&[("ancien", PASSWORD), ("nouveau", PASSWORD)])
            }
            _ => self.asked_of_things(method, address, place, column),
        }
    }

    fn asked_of_things(&mut self, method: &str, address: &str, place: Place, column: Column) -> Asked {
        let why = ("raison", "essai");
        let none = Asked::of(&[]);
        match (method, address) {
            (_, "/animation/horaires") => none.query("?texte=lundi+9h-12h"),
            (_, "/animation/qualite" | "/animation/qualite.csv" | "/animation/qualite/fiches") => {
                none.query(format!("?territoire={}", place.territory()))
            }
            ("POST", "/animation/fiches/nouvelle" | "/animation/fiches/nouvelle/relire") => {
                let name = made_up(9000 + 10 * column as usize + place as usize);
                let sent = [("name", &*name), ("category", "ccas"), ("commune", place.commune())];
                let seen = ["vu.name", "vu.category", "vu.commune"].map(|field| (field, ""));
                none.form(&sent).form(&seen).form(&[why, ("malgre", "1")])
            }
            ("POST", "/animation/verifier") => {
                none.form(&[("fiche", &self.listing(place)), ("moyen", "visite")])
            }
            ("POST", "/animation/comptes") => {
                let name = made_up(8000 + 10 * column as usize + place as usize);
                let email = format!("{}@invite.example", name.replace(' ', "."));
                none.form(&[
                    ("courriel", &email),
                    ("nom", &name),
                    ("role", "accueil"),
                    ("territoire", place.territory()),
                ])
            }
            ("POST", "/animation/compte/jetons") => {
                none.form(&[("nom", "essai"), ("portee", "lire"), ("mot_de_passe", PASSWORD)])
            }
            ("POST", "/animation/compte/sessions" | "/animation/compte/jetons/revoquer") => {
                let email = if place == Place::Here { column.email() } else { "temoin@tout.example" };
                token(&self.server, &self.server.log_in(email));
                // The page of one browser lets the other be closed.
                let page = if (place, column == Column::Nobody) == (Place::Here, false) {
                    self.people[column as usize].get("/animation/compte")
                } else {
                    self.server.log_in(email).get("/animation/compte")
                };
                none.form(&[("session", &field(&page, "session")), ("jeton", &field(&page, "jeton"))])
            }
            (_, "/animation/imports/{run}" | "/animation/imports/{run}/annuler") => {
                let runs = &mut self.runs[place as usize];
                let run = *runs.last().expect("imports are left");
                if address.ends_with("/annuler") {
                    runs.pop();
                }
                Asked::of(&[&run.to_string()]).form(&[why])
            }
            (_, "/animation/territoires/{code}") => {
                let code = self.territory(place);
                let form = self.drawn(&format!("/animation/territoires/{code}"), place);
                Asked::of(&[&code]).form(&form.each_ref().map(|(name, value)| (*name, &**value)))
            }
            (_, "/animation/territoires/{code}/histoire/{number}/revenir") => {
                let code = self.territory(place);
                let path = format!("/animation/territoires/{code}");
                let form = self.drawn(&path, place);
                let changed =
                    self.witness.post(&path, &form.each_ref().map(|(name, value)| (*name, &**value)));
                let page = self.witness.get(&changed.to);
                let number = page.between(&format!("action=\"{path}/histoire/"), "/revenir");
                Asked::of(&[&code, number]).form(&[why])
            }
            (_, "/animation/doublons/{a}") => Asked::of(&[&self.listing(place)]),
            (_, "/animation/doublons/{a}/{b}") => {
                let (a, b) = (self.listing(place), self.listing(place));
                let seen = self.seen_pair(&a, &b);
                Asked::of(&[&a, &b]).form(&[("vu", &seen), ("decision", "distinct"), why])
            }
            (_, "/animation/doublons/{a}/separer") => {
                let (a, b) = (self.listing(place), self.listing(place));
                self.decide(&a, &b, "meme");
                let one = self.program.get(&format!("/api/v1/listings/{a}")).json()["id"].to_string();
                let record = if one.contains(&*a) { &b } else { &a };
                Asked::of(&[&a]).form(&[("fiche", record), why])
            }
            (_, "/animation/doublons/decisions/{n}/annuler") => {
                let (a, b) = (self.listing(place), self.listing(place));
                self.decide(&a, &b, "distinct");
                let page = self.witness.get(&format!("/animation/doublons/{a}/{b}"));
                Asked::of(&[page.between("/animation/doublons/decisions/", "/annuler")]).form(&[why])
            }
            _ if address.contains("/{id}") => self.asked_of_listing(method, address, place),
            _ => none,
        }
    }

    /// What is asked of `/accueil` and what follows it.
    fn asked_of_call(&self, method: &str, address: &str, place: Place) -> Asked {
        let (address, gesture) = address.split_once(" faire=").unwrap_or((address, ""));
        let done = ("faire", gesture);
        match (method, address) {
            ("POST", "") => {
                let call = self.call(place);
                // The call names its writing as well as anything.
                Asked::of(&[]).form(&[
                    ("appel", &call),
                    ("version", "1"),
                    ("envoi", &call),
                    done,
                    ("q", "mdph"),
                ])
            }
            ("POST", "/relire") => Asked::of(&[]).form(&[("texte", "mme Martin"), ("champ", "note")]),
            ("POST", "/appels/{id}") => {
                Asked::of(&[&self.call(place)]).form(&[("version", "1"), ("faire", "rappele")])
            }
            ("POST", "/appels/{id}/reponse") => {
                Asked::of(&[&self.call(place)]).form(&[done, ("adresse", "cabinet@ville.example")])
            }
            (_, "/activite" | "/activite.csv") => {
                Asked::default().query(format!("?territoire={}", place.territory()))
            }
            (_, address) if address.contains("{id}") => Asked::of(&[&self.call(place)]),
            _ => Asked::default(),
        }
    }

    fn asked_of_listing(&self, method: &str, address: &str, place: Place) -> Asked {
        let why = ("raison", "essai");
        let listing = self.listing(place);
        let one = Asked::of(&[&listing]);
        let cost = [("vu.cost", ""), ("cost", "gratuit"), why];
        match (method, address.trim_start_matches("/animation/fiches/{id}")) {
            ("POST", "" | "/relire" | "/apercu" | "/essai") => one.form(&cost),
            ("POST", "/sources") => {
                self.correct(&listing);
                one.form(&[("champ", "cost"), ("vu.cost", "gratuit"), ("cost", "gratuit"), why])
            }
            ("POST", "/etat") => one.form(&[("etat", "sature"), why]),
            ("POST", "/presence") => one.form(&[("presence", "masquee"), why]),
            ("POST", "/zone") => {
                let form = self.drawn(&format!("/animation/fiches/{listing}/zone"), place);
                one.form(&form.each_ref().map(|(name, value)| (*name, &**value)))
            }
            ("POST", "/verifier") => one.form(&[("moyen", "telephone")]),
            ("POST", "/verifier/annuler") => {
                let checked = json!({ "means": "courriel" });
                assert_eq!(
                    self.program.post(&format!("/api/v1/listings/{listing}/checks"), &checked).status,
                    200
                );
                one.form(&[why])
            }
            (_, "/histoire/{revision}/revenir") => {
                self.correct(&listing);
                let path = format!("/animation/fiches/{listing}/histoire");
                let page = self.witness.get(&path);
                let revision = page.between(&format!("{path}/"), "/revenir");
                let asked = self.witness.get(&format!("{path}/{revision}/revenir"));
                Asked::of(&[&listing, revision]).form(&[("vu", &field(&asked, "vu")), why])
            }
            ("PUT", _) => Asked::of(&[&listing, "cost"])
                .body(json!({ "value": "gratuit", "reason": "essai", "seen": null })),
            ("DELETE", _) => {
                self.correct(&listing);
                Asked::of(&[&listing, "cost"]).body(json!({ "reason": "essai", "seen": "gratuit" }))
            }
            ("POST", "/api/v1/listings/{id}/checks") => one.body(json!({ "means": "telephone" })),
            ("GET", _) => one,
            other => panic!("nothing is sent to {other:?} yet"),
        }
    }

    /// One more of what is numbered.
    fn take(&self, place: Place, what: usize) -> usize {
        let taken = &self.taken[place as usize][what];
        taken.replace(taken.get() + 1)
    }

    /// A listing that nobody touched.
    fn listing(&self, place: Place) -> String {
        let number = self.take(place, 0);
        assert!(number < LISTINGS, "more listings are needed");
        id("fiches", &format!("l{}-{number}", place as usize))
    }

    /// A territory that nobody touched, in which nobody has a role.
    fn territory(&self, place: Place) -> String {
        format!("cpts-{}-{}", place as usize, self.take(place, 1))
    }

    /// An account that was just invited there: its id and its address.
    fn account(&self, place: Place) -> (String, String) {
        let number = self.take(place, 2);
        let name = made_up(7000 + 500 * place as usize + number);
        let email = format!("invite-{number}@{}.example", place.territory());
        let fields =
            [("courriel", &*email), ("nom", &*name), ("role", "accueil"), ("territoire", place.territory())];
        let invited = self.witness.post("/animation/comptes", &fields);
        let id = invited.to.strip_prefix("/animation/comptes/").and_then(|to| to.strip_suffix("?dit=invite"));
        (id.unwrap_or_else(|| panic!("{invited:?}")).to_owned(), email)
    }

    /// A call in which a resource was given, as its first writing left it.
    fn call(&self, place: Place) -> String {
        let call = format!("00000000-0000-4000-8000-{:08x}{:04x}", place as usize, self.take(place, 3));
        let given = format!("donner:{}", self.listing(place));
        let fields = [
            ("appel", &*call),
            ("version", "0"),
            ("envoi", UNKNOWN),
            ("q", "aide"),
            ("domicile", place.commune()),
            ("demandeur", "social"),
            ("faire", &given),
        ];
        let opened = self.desks[place as usize].post("/accueil", &fields);
        assert_eq!(opened.status, 303, "{}", opened.body);
        call
    }

    /// The secret of a link to what was answered.
    fn answer(&self, place: Place) -> String {
        let path = format!("/accueil/appels/{}/reponse", self.call(place));
        let made = self.desks[place as usize].post(&path, &[("faire", "lien")]);
        let secret = made.between("/reponse?lien=", "\"");
        secret.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()
    }

    /// A line of the inbox that this gesture is for.
    fn line(&self, gesture: &str, place: Place) -> String {
        let kind = match gesture {
            "traite" => {
                let slug = self.program.get(&format!("/api/v1/listings/{}", self.listing(place))).json();
                let path = format!("/ressources/{}/signaler", slug["slug"].as_str().unwrap());
                let sent = self.people[0].post(&path, &[("motif", "horaires"), ("texte", "fermé le midi")]);
                assert_eq!(sent.status, 303, "{}", sent.body);
                "signalement"
            }
            "echec-traite" => {
                let call = self.call(place);
                let path = format!("/accueil/appels/{call}");
                let desk = &self.desks[place as usize];
                let told = format!("issue:{}:complet", desk.get(&path).between("value=\"issue:", ":"));
                assert_eq!(desk.post(&path, &[("version", "1"), ("faire", &told)]).status, 303);
                "echec"
            }
            "garder" | "suivre" => "conflit",
            "distinct" => "doublon",
            "confirmer" => "retrait",
            _ => "sans-contact",
        };
        let path = format!("/api/v1/inbox?kind={kind}&commune={}&limit=1", place.commune());
        let inbox = self.program.get(&path).json();
        let key = inbox["lines"][0]["key"].as_str().unwrap_or_else(|| panic!("{path}: {inbox}"));
        if gesture == "reprendre" {
            let aside = [("geste", "cote"), ("raison", "essai"), ("ligne", key)];
            assert_eq!(self.witness.post("/animation/traiter", &aside).status, 303);
        }
        key.to_owned()
    }

    /// Says what a listing costs.
    fn correct(&self, listing: &str) {
        let body = json!({ "value": "gratuit", "reason": "affiche", "seen": null });
        let written = self.program.put(&format!("/api/v1/listings/{listing}/fields/cost"), &body);
        assert_eq!(written.status, 200, "{}", written.body);
    }

    /// The form of a zone or a territory that gets another commune.
    fn drawn(&self, path: &str, place: Place) -> [(&'static str, String); 3] {
        let page = self.witness.get(&format!("{path}?plus={}", place.beside()));
        [("vu", field(&page, "vu")), ("plus", place.beside().to_owned()), ("raison", "essai".to_owned())]
    }

    fn seen_pair(&self, a: &str, b: &str) -> String {
        field(&self.witness.get(&format!("/animation/doublons/{a}/{b}")), "vu")
    }

    fn decide(&self, a: &str, b: &str, decision: &str) {
        let seen = self.seen_pair(a, b);
        let fields = [("vu", &*seen), ("decision", decision), ("raison", "essai")];
        let decided = self.witness.post(&format!("/animation/doublons/{a}/{b}"), &fields);
        assert_eq!(decided.status, 303, "{}", decided.body);
    }
}
