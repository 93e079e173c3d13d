//! What an operator relies on: the log, the measures, a good end, the unit.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{DataDirectory, Server, TWO_TEAMS, wait_until};

/// A word that only a person who searches would write.
const ASKED: &str = "zygomatique";

fn directory_of_two_teams() -> DataDirectory {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    data
}

#[test]
fn nothing_that_is_searched_is_in_the_log_whatever_its_level() {
    let data = directory_of_two_teams();
    let mut command = data.maille(&["serve", "--log", "json"]);
    command.env("RUST_LOG", "trace");
    let server = Server::start(command);
    server.wait_until_ready();
    server.wait_until_ready();

    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    for (path, status) in [
        ("/recherche?q=ASKED", 200),
        ("/recherche?q=ASKED&commune=92007&age=ASKED", 400),
        ("/recherche?commune=ASKED", 400),
        ("/api/v1/search?q=ASKED+equipe&commune=Bagneux", 200),
        ("/api/v1/search?q=%C3%ASKED", 400),
        ("/api/v1/search?place=commune:ASKED&ASKED=1", 400),
        ("/api/v1/suggest?q=ASKED", 200),
        ("/api/v1/places?q=ASKED", 200),
        ("/inconnue?q=ASKED", 404),
        ("/recherche/ASKED", 404),
    ] {
        let address = format!("{}{}", server.address, path.replace("ASKED", ASKED));
        let answered = agent.get(&address).header("user-agent", ASKED).header("referer", ASKED).call();
        assert_eq!(answered.unwrap().status(), status, "{path}");
    }
    let posted = agent.post(format!("{}/recherche?q={ASKED}", server.address)).send(ASKED).unwrap();
    assert_eq!(posted.status(), 405);
    let is_search = |line: &&String| line.contains(r#""http.path":"/recherche""#);
    wait_until("every request has its line", || {
        let log = server.log();
        let answered = log.iter().filter(|line| line.contains("une requête a eu sa réponse"));
        // Whether it is ready was asked too: that many lines are not yet those of the searches.
        answered.count() >= 11 && log.iter().filter(is_search).count() >= 4
    });

    let lines = server.log();
    for line in &lines {
        assert!(!line.contains(ASKED), "{line}");
        let said: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(said["level"].is_string() && said["timestamp"].is_string(), "{line}");
    }
    assert!(lines.iter().filter(is_search).count() >= 4, "the path is said, without what follows it");
}

#[test]
fn a_failure_is_one_line_of_json_when_the_log_is() {
    let data = DataDirectory::new();
    let mut command = data.maille(&["serve", "--listen", "127.0.0.1:0"]);
    command.args(["--database-url", "postgres://127.0.0.1:1/nobody"]).env("MAILLE_LOG", "json");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8(output.stderr)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let last = lines.last().unwrap();
    assert_eq!(last["level"], "ERROR");
    assert!(last["message"].as_str().unwrap().starts_with("Postgres ne répond pas"), "{last}");
}

#[test]
fn the_measures_are_for_this_machine_alone() {
    let data = directory_of_two_teams();
    let server = data.serve(&["serve"]);
    server.wait_until_found("/api/v1/search?q=geriatrie", "Équipe mobile de gériatrie des Coteaux");
    let measured = |name: &str| -> Option<f64> {
        let (status, text) = server.get("/metrics");
        assert_eq!(status, 200);
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        Some(line.parse().unwrap())
    };
    assert!(
        measured(r#"maille_http_requests_total{route="/api/v1/search",method="GET",status="2xx"}"#)
            >= Some(1.0)
    );
    assert_eq!(measured("maille_index_listings"), Some(2.0));
    assert!(measured("process_resident_memory_bytes") > Some(1e6));
    wait_until("the feed is followed", || {
        measured("maille_feed_head") == measured("maille_index_cursor")
            && measured("maille_feed_age_seconds").is_some_and(|age| age < 60.0)
    });
    wait_until("Postgres is seen", || measured(r#"maille_health_check{check="postgres"}"#) == Some(1.0));

    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let relayed =
        agent.get(format!("{}/metrics", server.address)).header("x-forwarded-for", "192.0.2.1").call();
    assert_eq!(relayed.unwrap().status(), 404);

    data.stop_postgres();
    wait_until("its absence is", || measured(r#"maille_health_check{check="postgres"}"#) == Some(0.0));
}

/// A request whose last line is not sent yet.
fn begun_request(server: &Server) -> TcpStream {
    let mut connection = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    connection.write_all(b"GET /recherche?q=equipe HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    connection
}

#[test]
fn a_stop_waits_for_the_answers_under_way_and_leaves_no_postgres() {
    let data = directory_of_two_teams();
    let mut server = data.serve(&["serve"]);
    server.wait_until_ready();
    // Asked after it: the server has taken the first connection when it answers the second.
    let mut begun = begun_request(&server);
    assert_eq!(server.get("/health/live").0, 200);
    assert!(data.has_postgres());

    server.signal("TERM");
    server.wait_until_logged("arrêt demandé");
    wait_until("nobody new comes in", || {
        TcpStream::connect(server.address.trim_start_matches("http://")).is_err()
    });
    begun.write_all(b"\r\n").unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("</html>"), "{answer}");
    assert_eq!(server.wait().code(), Some(0));
    assert!(!data.has_postgres(), "the last to leave stops it");
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let data = directory_of_two_teams();
    let mut server = data.serve(&["serve"]);
    server.wait_until_ready();
    let mut begun = begun_request(&server);
    assert_eq!(server.get("/health/live").0, 200);

    let asked = Instant::now();
    server.signal("INT");
    assert_eq!(server.wait().code(), Some(0));
    assert!(asked.elapsed() >= Duration::from_secs(9), "it was given time");
    server.wait_until_logged("leurs connexions sont coupées");
    let mut answer = Vec::new();
    let _ = begun.read_to_end(&mut answer);
    assert!(answer.is_empty());
    assert!(!data.has_postgres());
}

#[test]
fn a_second_signal_ends_at_once_and_the_next_program_takes_over() {
    let data = directory_of_two_teams();
    let mut server = data.serve(&["serve"]);
    server.wait_until_ready();
    let begun = begun_request(&server);
    assert_eq!(server.get("/health/live").0, 200);
    server.signal("TERM");
    server.wait_until_logged("arrêt demandé");
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(143));
    drop(begun);
    assert_eq!(data.json(&["search", "geriatrie"])["total"], 2);
    assert!(!data.has_postgres());
}

fn packaged(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)).unwrap()
}

#[test]
fn the_unit_starts_the_program_as_it_is() {
    let unit = packaged("maille.service");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let arguments = line.strip_prefix("/usr/local/bin/maille ").unwrap().split(' ');
    let output = Command::new(env!("CARGO_BIN_EXE_maille")).args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let help = String::from_utf8(output.stdout).unwrap();
    let environment = packaged("maille.env");
    let set = environment.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let variables: Vec<&str> = set.map(|(name, _)| name).filter(|name| !name.contains(' ')).collect();
    assert_eq!(variables.len(), 7, "{variables:?}");
    for variable in variables {
        assert!(variable == "RUST_LOG" || help.contains(variable), "{variable} is no variable of it");
    }
}

#[test]
fn systemd_understands_the_units() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("1 skipped: no systemd-analyze");
        return;
    }
    let data = DataDirectory::new();
    let units: Vec<String> = ["maille.service", "maille-backup.service", "maille-backup.timer"]
        .iter()
        // The program has to be where the unit says.
        .map(|name| {
            data.file(name, &packaged(name).replace("/usr/local/bin/maille", env!("CARGO_BIN_EXE_maille")))
        })
        .collect();
    let verified =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !units.iter().any(|unit| said.contains(unit.as_str())), "{said}");
}
