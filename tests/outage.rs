//! What happens when something is taken away.

use crate::support::{DataDirectory, TWO_TEAMS, wait_until};

const TEAMS_OF_BAGNEUX: &str = "/api/v1/search?q=equipe+mobile&commune=92007";

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

    let rebuilt = data.json(&["reindex", "--json"]);
    assert_eq!(rebuilt["listings"], 2);
    data.json(&["set", "emg-1", "name", "Équipe mobile encore renommée", "--reason", "essai", "--json"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile encore renommée");
    let found = data.json(&["search", "equipe mobile", "--commune", "92007", "--json"]);
    assert_eq!(
        found["hits"][0]["name"], "Équipe mobile encore renommée",
        "the command sees what the server sees"
    );
}
