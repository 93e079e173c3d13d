//! What happens when the disk of the index is full, refuses to be written, or has lost some of it.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::postgres::{Postgres, is_root};
use crate::support::{DataDirectory, Server, TEAMS_OF_BAGNEUX, TWO_TEAMS, wait_until};

fn with_two_teams() -> (Postgres, DataDirectory) {
    let postgres = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&postgres]));
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    (postgres, data)
}

fn started(command: Command) -> Server {
    let server = Server::start(command);
    server.wait_until_ready();
    server
}

/// The index of before goes on answering, and the server says why it does not move.
fn answers_from_before(server: &Server, data: &DataDirectory, why: &str) {
    data.json(&["set", "emg-1", "name", "Équipe mobile renommée", "--reason", "essai", "--json"]);
    wait_until("the trouble is said", || server.json("/health/ready")["checks"]["index"] == why);
    let ready = server.json("/health/ready");
    assert_eq!((&ready["status"], &ready["checks"]["postgres"]), (&"degraded".into(), &"ok".into()));
    let found = server.json(TEAMS_OF_BAGNEUX);
    assert_eq!(found["hits"][0]["name"], "Équipe mobile de gériatrie des Coteaux");
}

fn follows_again(server: &Server) {
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile renommée");
    wait_until("all is well", || server.json("/health/ready")["status"] == "ok");
}

#[test]
fn a_full_disk_stops_the_index_and_not_the_search() {
    if !is_root() {
        println!("1 skipped: only root may make a small disk");
        return;
    }
    let (_postgres, data) = with_two_teams();
    let index = data.path().join("index");
    fs::create_dir_all(&index).unwrap();
    // A disk of one megabyte, seen by this server alone and gone with it.
    let maille = data.maille(&["serve"]);
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", "mount -t tmpfs -o size=1m maille \"$0\" && exec \"$@\""])
        .arg(&index);
    command.arg(maille.get_program()).args(maille.get_args());
    command.envs(maille.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let server = started(command);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");

    let there = format!("/proc/{}/root{}", server.id(), index.display());
    let filler = format!("{there}/filler");
    let mut file = File::create(&filler).unwrap();
    while file.write_all(&[0; 1_024]).is_ok() {}
    drop(file);
    answers_from_before(&server, &data, "disk_full");
    fs::remove_file(filler).unwrap();
    follows_again(&server);
}

#[test]
fn a_folder_that_refuses_to_be_written_stops_the_index_and_not_the_search() {
    let (_postgres, data) = with_two_teams();
    data.json(&["reindex", "--json"]);
    let index = data.path().join("index");
    let generation = index.join(fs::read_to_string(index.join("current")).unwrap().trim());
    let close = |mode: u32| {
        for folder in [&index, &generation] {
            fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        }
    };
    let serve = || {
        let maille = data.maille(&["serve"]);
        if !is_root() {
            return started(maille);
        }
        // Root without the right to pass over permissions.
        let mut command = Command::new("setpriv");
        command.args([
            "--bounding-set",
            "-dac_override,-dac_read_search",
            "--inh-caps",
            "-dac_override,-dac_read_search",
        ]);
        command.arg(maille.get_program()).args(maille.get_args());
        command.envs(maille.get_envs().filter_map(|(name, value)| Some((name, value?))));
        started(command)
    };
    let server = serve();
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    close(0o555);
    answers_from_before(&server, &data, "read_only");

    // It starts so, too.
    server.kill();
    let locks = ["maille.lock", ".tantivy-writer.lock"].map(|lock| generation.join(lock));
    for lock in &locks {
        let _ = fs::set_permissions(lock, Permissions::from_mode(0o444));
    }
    let server = serve();
    let found = server.json(TEAMS_OF_BAGNEUX);
    assert_eq!(found["hits"][0]["name"], "Équipe mobile de gériatrie des Coteaux");
    wait_until("the trouble is said", || server.json("/health/ready")["checks"]["index"] == "read_only");

    for lock in &locks {
        let _ = fs::set_permissions(lock, Permissions::from_mode(0o644));
    }
    close(0o755);
    follows_again(&server);
}

#[test]
fn a_damaged_index_is_seen_at_the_start_and_rebuilt() {
    let (_postgres, data) = with_two_teams();
    data.json(&["reindex", "--json"]);
    let index = data.path().join("index");
    let generation = index.join(fs::read_to_string(index.join("current")).unwrap().trim());
    let store = fs::read_dir(&generation).unwrap().map(|entry| entry.unwrap().path());
    let store = store.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "store")).unwrap();
    let mut bytes = fs::read(&store).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&store, bytes).unwrap();

    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    let now = fs::read_to_string(index.join("current")).unwrap();
    assert!(!generation.ends_with(now.trim()), "another generation serves");
}
