//! Many who edit while imports run and people search: every edit that was accepted is in the history of its listing, upon
//! what its author saw, and everybody is answered. `make soak` asks fifty of them for two minutes, of a release program, and
//! that searches take twice their idle time at most.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use maille_domain::ListingId;
use serde_json::Value;

use crate::support::team::Person;
use crate::support::{DataDirectory, Dice, Server, asked_for, wait_until};

/// From this many seconds on, times are measured too.
const LONG: u64 = 60;
/// Longest that anybody waits for an answer: an edit may wait for an import that changes the same listing.
const LONGEST: Duration = Duration::from_secs(20);
/// What is edited. Imports change the phone too, of one row in [`MOVED`].
const FIELDS: [&str; 3] = ["phone", "summary", "referral"];
/// Of the rows, one in so many is another in the next file.
const MOVED: usize = 33;
/// Who edits has the whole directory, or this territory, where all that is edited is.
const TERRITORY: [Option<&str>; 2] = [None, Some("dac")];
const TERRITORIES: &str = "code,kind,name,commune
dac,dac,DAC,92007
dac,dac,DAC,92002
dac,dac,DAC,92071
dac,dac,DAC,31555
";
/// What people search meanwhile.
const SEARCHES: [&str; 4] = [
    "/api/v1/search?q=equipe+mobile&commune=92007",
    "/api/v1/search?q=aide+%C3%A0+domicile&commune=Antony",
    "/recherche?q=ssiad&commune=92071",
    "/api/v1/search?q=elle+range+ses+lunettes+dans+le+frigo&commune=31555",
];

/// How much of everything.
struct Size {
    seconds: u64,
    people: usize,
    /// Listings that everybody edits; each edits one of their own beside.
    shared: usize,
    rows: usize,
    invented: usize,
    /// How long one thinks between two edits, in milliseconds: half of it to one and a half.
    thinking: u64,
}

/// An edit that was accepted.
struct Edit {
    listing: ListingId,
    field: &'static str,
    seen: String,
    typed: String,
    reason: String,
    sent: Instant,
    answered: Instant,
}

/// What was answered.
#[derive(Default)]
struct Told {
    accepted: Vec<Edit>,
    /// By status.
    refused: BTreeMap<u16, usize>,
    /// How long each form and each answer to one took.
    took: Vec<Duration>,
}

/// How long things took: `part` in a hundred took this many milliseconds at most. They are in order.
fn centile(took: &[Duration], part: usize) -> f64 {
    took[(took.len() * part).div_ceil(100) - 1].as_secs_f64() * 1e3
}

/// The same, to be read.
fn centiles(took: &[Duration]) -> String {
    let [half, most, nearly_all, all] = [50, 95, 99, 100].map(|part| centile(took, part));
    format!("p50 {half:.1} ms, p95 {most:.1}, p99 {nearly_all:.1}, longest {all:.0} ({})", took.len())
}

fn row_id(row: usize) -> String {
    format!("t-{row}")
}

/// The file of a turn: each turn, other rows have another phone.
fn file(rows: usize, turn: usize) -> String {
    const KINDS: [&str; 4] = ["emg", "ssiad", "clic", "ccas"];
    const COMMUNES: [&str; 4] = ["92007", "92002", "92071", "31555"];
    let mut file = "id,name,category,phone,commune,coverage\n".to_owned();
    for row in 0..rows {
        let moves = (0..=turn).filter(|turn| (row + turn).is_multiple_of(MOVED)).count();
        let (kind, commune) = (KINDS[row % 4], COMMUNES[row / 4 % 4]);
        let phone = 1_000_000 + (row * 97 + moves * 13) % 9_000_000;
        let (id, name) = (row_id(row), format!("Service n{row}x"));
        let row =
            [id, name, kind.into(), format!("019{phone}"), commune.into(), format!("commune:{commune}")];
        file.push_str(&row.join(","));
        file.push('\n');
    }
    file
}

/// What a form says was seen of a field.
fn seen(page: &str, field: &str) -> String {
    let named = format!("name=\"vu.{field}\"");
    let at = page.find(&named).unwrap_or_else(|| panic!("{named} in {page}"));
    let start = page[..at].rfind('<').unwrap();
    let tag = &page[start..start + page[start..].find('>').unwrap()];
    let value = tag.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"'));
    value.map_or("", |(value, _)| value).to_owned()
}

/// A value as it is compared: a phone by its digits, however it is written.
fn bare(field: &str, value: &str) -> String {
    if field != "phone" {
        return value.to_owned();
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(9)..].to_owned()
}

fn bare_json(field: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => bare(field, text),
        other => bare(field, &other.to_string()),
    }
}

/// Edits until it is over.
fn edit(person: &Person, number: usize, listings: &[ListingId], size: &Size, is_over: &AtomicBool) -> Told {
    let mut dice = Dice(number as u64);
    let mut told = Told::default();
    for turn in 0.. {
        let think = size.thinking / 2 + dice.roll(size.thinking.max(1));
        std::thread::park_timeout(Duration::from_millis(think));
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let own = listings[size.shared + number];
        let shared = listings[dice.roll(size.shared as u64) as usize];
        let listing = if dice.roll(4) == 0 { own } else { shared };
        let field = FIELDS[dice.roll(3) as usize];
        let typed = match field {
            "phone" => format!("0199{:02}{:04}", number % 100, turn % 10_000),
            _ => format!("Dit par {number} au tour {turn}"),
        };
        let (reason, path) = (format!("raison {number}-{turn}"), format!("/animation/fiches/{listing}"));
        let opened = Instant::now();
        let page = person.get(&path);
        let sent = Instant::now();
        told.took.push(sent - opened);
        if page.status != 200 {
            *told.refused.entry(page.status).or_default() += 1;
            continue;
        }
        let seen = seen(&page.body, field);
        let seen_name = format!("vu.{field}");
        let fields = [(field, typed.as_str()), (seen_name.as_str(), &seen), ("raison", &reason)];
        let answer = person.post(&path, &fields);
        let answered = Instant::now();
        told.took.push(answered - sent);
        if answer.status == 303 {
            told.accepted.push(Edit { listing, field, seen, typed, reason, sent, answered });
        } else {
            *told.refused.entry(answer.status).or_default() += 1;
        }
    }
    told
}

/// Searches until it is over; how long each took, in order.
fn search(server: &Server, is_over: &AtomicBool) -> Vec<Duration> {
    let mut times: Vec<Duration> = Vec::new();
    for path in SEARCHES.iter().cycle() {
        if is_over.load(Ordering::Relaxed) && !times.is_empty() {
            break;
        }
        let asked = Instant::now();
        assert_eq!(server.get(path).0, 200, "{path}");
        times.push(asked.elapsed());
        std::thread::park_timeout(Duration::from_millis(20));
    }
    times.sort_unstable();
    times
}

/// What history says of the edits of one listing: each upon what its author saw, in the order they were answered.
fn check(data: &DataDirectory, listing: ListingId, edits: &[&Edit]) -> BTreeMap<&'static str, String> {
    let history = data.json(&["history", &listing.to_string(), "--json"]);
    let mut revisions: Vec<&Value> = history.as_array().unwrap().iter().collect();
    if revisions.first().map(|first| first["at"].as_str()) > revisions.last().map(|last| last["at"].as_str())
    {
        revisions.reverse();
    }
    let mut last = BTreeMap::new();
    for field in FIELDS {
        let changes: Vec<(&str, String, String)> = revisions
            .iter()
            .flat_map(|revision| {
                let reason = revision["reason"].as_str().unwrap();
                revision["changes"].as_array().unwrap().iter().map(move |change| (reason, change))
            })
            .filter(|(_, change)| change["field"] == field)
            .map(|(reason, change)| {
                (reason, bare_json(field, &change["before"]), bare_json(field, &change["after"]))
            })
            .collect();
        for pair in changes.windows(2) {
            assert_eq!(pair[0].2, pair[1].1, "{listing}: something changed {field} out of history: {pair:?}");
        }
        let mut placed: Vec<(usize, &Edit)> = Vec::new();
        for edit in edits.iter().filter(|edit| edit.field == field) {
            let at = changes.iter().position(|(reason, ..)| *reason == edit.reason);
            let at = at.unwrap_or_else(|| panic!("{listing}: {field} by « {} » is lost", edit.reason));
            let (_, before, after) = &changes[at];
            assert_eq!(*after, bare(field, &edit.typed), "{listing}: what « {} » wrote", edit.reason);
            assert_eq!(*before, bare(field, &edit.seen), "{listing}: what « {} » saw", edit.reason);
            placed.push((at, edit));
        }
        for (at, edit) in &placed {
            for (other_at, other) in &placed {
                let in_order = edit.answered > other.sent || at < other_at;
                assert!(in_order, "{listing}: « {} » was answered before « {} »", edit.reason, other.reason);
            }
        }
        if let Some((.., after)) = changes.last() {
            last.insert(field, after.clone());
        }
    }
    last
}

#[test]
fn no_edit_is_lost_while_imports_run_and_people_search() {
    let seconds = asked_for("MAILLE_TOGETHER_SECONDS", 5);
    let is_long = seconds >= LONG;
    let size = if is_long {
        Size { seconds, people: 50, shared: 60, rows: 5_000, invented: 15_000, thinking: 2_000 }
    } else {
        Size { seconds, people: 6, shared: 4, rows: 200, invented: 0, thinking: 100 }
    };
    let data = DataDirectory::new();
    if size.invented > 0 {
        data.json(&["generate", "--listings", &size.invented.to_string(), "--seed", "1", "--json"]);
    }
    let first = data.file("0.csv", &file(size.rows, 0));
    data.json(&["import", "csv", &first, "--source", "annuaire", "--json"]);
    let territories = data.file("territories.csv", TERRITORIES);
    data.json(&["import", "territories", &territories, "--source", "territoires", "--json"]);
    let server = data.serve(&["serve"]);
    let address = |number: usize| format!("animation-{number}@dac.example");
    for number in 0..size.people {
        data.account(&address(number), &format!("Personne {number}"), "animation", TERRITORY[number % 2]);
    }
    let people: Vec<Person> = (0..size.people).map(|number| server.log_in(&address(number))).collect();
    let listings: Vec<ListingId> =
        (0..size.shared + size.people).map(|row| ListingId::founded_by("annuaire", &row_id(row))).collect();

    let idle = {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let searching = scope.spawn(|| search(&server, &is_over));
            std::thread::park_timeout(Duration::from_secs(if is_long { 15 } else { 1 }));
            is_over.store(true, Ordering::Relaxed);
            searching.join().unwrap()
        })
    };

    let (is_over, told) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let (mut imports, mut busy) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let searching = scope.spawn(|| search(&server, &is_over));
        let (size, listings, is_over, told) = (&size, &listings, &is_over, &told);
        for (number, person) in people.iter().enumerate() {
            scope.spawn(move || {
                let own = edit(person, number, listings, size, is_over);
                told.lock().unwrap().push(own);
            });
        }
        let until = Instant::now() + Duration::from_secs(size.seconds);
        let mut outcome = Ok(());
        for turn in 1.. {
            if Instant::now() >= until {
                break;
            }
            let path = data.file("next.csv", &file(size.rows, turn));
            let began = Instant::now();
            let output = data.run(&["import", "csv", &path, "--source", "annuaire", "--json"]);
            if !output.status.success() {
                outcome = Err(String::from_utf8_lossy(&output.stderr).into_owned());
                break;
            }
            imports.push(began.elapsed());
        }
        is_over.store(true, Ordering::Relaxed);
        busy = searching.join().unwrap();
        assert_eq!(outcome, Ok(()), "an import was refused");
    });

    let told = told.into_inner().unwrap();
    let mut refused = BTreeMap::<u16, usize>::new();
    let mut answers: Vec<Duration> = told.iter().flat_map(|one| one.took.iter().copied()).collect();
    answers.sort_unstable();
    for one in &told {
        one.refused.iter().for_each(|(status, count)| *refused.entry(*status).or_default() += count);
    }
    let accepted: Vec<&Edit> = told.iter().flat_map(|one| &one.accepted).collect();
    let touched: BTreeSet<ListingId> = accepted.iter().map(|edit| edit.listing).collect();
    println!("{} people, {} listings edited, {} s", size.people, touched.len(), size.seconds);
    println!("edits accepted      {}", accepted.len());
    println!("refused, by status  {refused:?}");
    println!("forms and answers   {}", centiles(&answers));
    println!(
        "imports             {}, the longest {:.1} s",
        imports.len(),
        imports.iter().max().map_or(0.0, Duration::as_secs_f64)
    );
    println!("searches, idle      {}", centiles(&idle));
    println!("searches meanwhile  {}", centiles(&busy));

    assert!(!accepted.is_empty() && !imports.is_empty());
    // A form that was overtaken is given back; a listing that an import holds may make one wait in vain.
    let unexpected: Vec<&u16> = refused.keys().filter(|status| ![409, 422, 503].contains(*status)).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    for listing in touched {
        let edits: Vec<&Edit> = accepted.iter().copied().filter(|edit| edit.listing == listing).collect();
        for (field, value) in check(&data, listing, &edits) {
            wait_until("the listing says what its history ends with", || {
                let shown = server.json(&format!("/api/v1/listings/{listing}"));
                bare_json(field, &shown["fields"][field]["value"]) == value
            });
        }
    }
    // On a machine that tests share, times say nothing; who is never answered is told by the patience of the requests.
    if is_long {
        assert!(centile(&answers, 100) < LONGEST.as_secs_f64() * 1e3, "{}", centiles(&answers));
        let (idle, busy) = (centile(&idle, 95), centile(&busy, 95));
        assert!(busy <= idle * 2.0, "searches took {busy:.1} ms, {idle:.1} ms when idle");
    }
}
