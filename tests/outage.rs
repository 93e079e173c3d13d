//! What happens when Postgres is taken away, comes back, or is another one.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use maille_store::Store;
use maille_store::connection::parse_address;
use tokio::runtime::Runtime;

use crate::support::postgres::Postgres;
use crate::support::{
    DataDirectory, Server, TEAMS_OF_BAGNEUX, TWO_TEAMS, asked_for, kill_all, twin, under_load, wait_until,
};

#[test]
fn search_answers_while_postgres_is_stopped_and_after_a_restart_without_it() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    wait_until("all is well", || server.json("/health/ready")["status"] == "ok");

    data.stop_postgres();
    let before = server.json(TEAMS_OF_BAGNEUX);
    let slug = before["hits"][0]["slug"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&format!("/ressources/{slug}")).0, 200);
    assert_eq!(server.get("/recherche?q=equipe+mobile&commune=92007").0, 200);
    wait_until("the absence is noticed", || {
        let (status, text) = server.get("/health/ready");
        assert_eq!(status, 200, "search still answers");
        text.contains("degraded")
    });
    server.kill();

    // Another address where nobody answers: the saved index is enough to start.
    let server = data.serve(&["serve", "--database-url", "postgres://127.0.0.1:1/nobody"]);
    assert_eq!(server.json(TEAMS_OF_BAGNEUX)["hits"], before["hits"]);
    assert_eq!(server.json("/health/ready")["status"], "degraded");
}

#[test]
fn a_killed_server_leaves_nothing_behind_that_stops_the_next() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    let server = data.serve(&["serve"]);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    server.kill();
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
}

/// Nobody else would start it: it ended without being asked to.
#[test]
fn a_private_postgres_that_died_is_started_again_by_the_server() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let server = data.serve(&["serve"]);
    wait_until("all is well", || server.json("/health/ready")["status"] == "ok");
    under_load(&server, || {
        let before = data.postgres_process();
        kill_all(before);
        wait_until("another one runs", || {
            data.postgres_process() != before && server.json("/health/ready")["status"] == "ok"
        });
    });
    set(&data, "emg-1", "Équipe mobile d’après");
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile d’après");
}

#[test]
fn an_edit_is_searchable_at_once_and_a_new_index_is_followed() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");

    data.json(&["set", "emg-1", "name", "Équipe mobile renommée", "--reason", "appelée ce matin", "--json"]);
    let waited = server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile renommée");
    println!(
        "an edit committed by another process was searchable {} ms after that process ended",
        waited.as_millis()
    );

    under_load(&server, || {
        let rebuilt = data.json(&["reindex", "--json"]);
        assert_eq!(rebuilt["listings"], 2);
    });
    data.json(&["set", "emg-1", "name", "Équipe mobile encore renommée", "--reason", "essai", "--json"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile encore renommée");
    let found = data.json(&["search", "equipe mobile", "--commune", "92007", "--json"]);
    assert_eq!(
        found["hits"][0]["name"], "Équipe mobile encore renommée",
        "the command sees what the server sees"
    );
}

/// How long Postgres stays away under load, in seconds: ten minutes in `make soak`.
const ABSENCE: u64 = 5;

fn set(data: &DataDirectory, id: &str, name: &str) {
    data.json(&["set", id, "name", name, "--reason", "essai", "--json"]);
}

/// Holds a server to what a full reindex of the database answers.
fn is_true_to(server: &Server, address: &str) {
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(&parse_address(address).unwrap())).unwrap();
    twin::wait_until_true(server, &store, &runtime);
    runtime.block_on(store.close());
}

#[test]
fn a_long_absence_under_load_fails_no_search_and_the_feed_resumes() {
    let postgres = Postgres::new();
    let address = Postgres::address(&[&postgres]);
    let data = DataDirectory::on(&address);
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    wait_until("all is well", || server.json("/health/ready")["status"] == "ok");

    let absence = Duration::from_secs(asked_for("MAILLE_ABSENCE_SECONDS", ABSENCE));
    under_load(&server, || {
        set(&data, "emg-1", "Équipe mobile d’avant");
        postgres.stop();
        let until = Instant::now() + absence;
        wait_until("the absence is noticed", || server.json("/health/ready")["status"] == "degraded");
        let refused = data.run(&["set", "emg-1", "name", "Équipe mobile pendant", "--reason", "essai"]);
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("maille : Postgres ne répond pas à l’adresse de DATABASE_URL"), "{said}");

        let (_nobody, never) = mpsc::channel::<()>();
        let _ = never.recv_timeout(until.saturating_duration_since(Instant::now()));
        postgres.start();
        for number in 0..5 {
            set(&data, ["emg-1", "emg-2"][number % 2], &format!("Équipe mobile d’après {number}"));
        }
        wait_until("all is well again", || server.json("/health/ready")["status"] == "ok");
    });
    is_true_to(&server, &address);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile d’après 4");
}

/// A Postgres with two teams, its copy, and a data directory that knows both.
fn two_teams_and_their_copy() -> (Postgres, Postgres, DataDirectory) {
    let first = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&first]));
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let second = Postgres::copy_of(&first);
    let data = DataDirectory::on(Postgres::address(&[&first, &second]));
    (first, second, data)
}

#[test]
fn a_copy_that_takes_over_is_followed_from_where_the_first_one_was() {
    let (first, second, data) = two_teams_and_their_copy();
    let server = data.serve(&["serve"]);
    under_load(&server, || {
        set(&data, "emg-1", "Équipe mobile du premier serveur");
        server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile du premier serveur");
        wait_until("the copy has it all", || second.has_all_of(&first));
        first.crash();
        second.promote();
        set(&data, "emg-1", "Équipe mobile du second serveur");
        server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile du second serveur");
    });
    // Said once the feed was read to its end, a moment after what it brought is found.
    wait_until("all is well again", || server.json("/health/ready")["status"] == "ok");
    is_true_to(&server, &Postgres::address(&[&second]));
}

/// The worst failover: the copy lacks the last writes, and goes on from there. The index has what nobody has any more.
#[test]
fn a_copy_without_the_last_writes_is_followed_all_the_same() {
    let (first, second, data) = two_teams_and_their_copy();
    let server = data.serve(&["serve"]);
    second.stop();
    set(&data, "emg-1", "Équipe mobile que personne ne gardera");
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile que personne ne gardera");
    first.crash();
    second.start();
    second.promote();
    for number in 0..3 {
        set(&data, "emg-2", &format!("Équipe mobile de l’autre histoire {number}"));
    }
    is_true_to(&server, &Postgres::address(&[&second]));
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
}

#[test]
fn two_nodes_on_one_postgres_see_each_others_edits_and_do_without_each_other() {
    let postgres = Postgres::new();
    let address = Postgres::address(&[&postgres]);
    let (here, there) = (DataDirectory::on(&address), DataDirectory::on(&address));
    let file = here.file("teams.csv", TWO_TEAMS);
    here.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let (one, other) = (here.serve(&["serve"]), there.serve(&["serve"]));
    for (data, name) in [(&here, "Équipe mobile vue d’ici"), (&there, "Équipe mobile vue de là")] {
        set(data, "emg-1", name);
        let waited = [&one, &other].map(|server| server.wait_until_found(TEAMS_OF_BAGNEUX, name).as_millis());
        println!("an edit was searchable on both nodes {waited:?} ms after its command ended");
    }
    under_load(&other, || {
        one.kill();
        set(&here, "emg-1", "Équipe mobile de celui qui reste");
        other.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de celui qui reste");
    });
    let back = here.serve(&["serve"]);
    back.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de celui qui reste");
    is_true_to(&back, &address);
}
