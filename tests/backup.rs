//! A backup gives back the whole directory. The commands are those of docs/exploitation.md, read from it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{DataDirectory, Server, TWO_TEAMS, wait_until};

const TERRITORIES: &str = "\
code,kind,name,commune
cpts-coteaux,cpts,CPTS des Coteaux,92007
cpts-coteaux,cpts,CPTS des Coteaux,92002
";

/// Runs the block of the guide that has this word, on this data directory.
fn as_the_guide_says(word: &str, data: &DataDirectory) -> std::process::Output {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exploitation.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let block = guide
        .split("\n\n")
        .find(|block| block.starts_with("    ") && block.contains(word))
        .unwrap_or_else(|| panic!("the guide has no command {word}"));
    let path = data.path().to_str().unwrap();
    let commands = block.replace("sudo -u maille ", "").replace("/var/lib/maille", path);
    Command::new("bash").args(["-c", &commands]).env_remove("DATABASE_URL").output().unwrap()
}

fn must(output: &std::process::Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn back_up(data: &DataDirectory) {
    must(&as_the_guide_says("pg_dump", data));
}

fn restore(backup: &DataDirectory, into: &DataDirectory) {
    let name = "sauvegarde.dump";
    if backup.path() != into.path() {
        std::fs::copy(backup.path().join(name), into.path().join(name)).unwrap();
    }
    must(&as_the_guide_says("pg_restore", into));
}

/// A directory that was lived in: a territory, a correction over a source that moved since, a listing that its source
/// took back.
fn lived_in() -> DataDirectory {
    let data = DataDirectory::new();
    let territories = data.file("territories.csv", TERRITORIES);
    data.json(&["import", "territories", &territories, "--source", "territoires", "--json"]);
    let third = "emg-3,Équipe mobile de gériatrie des Sources,emg,01 99 00 00 03,92071,territory:cpts-coteaux,domicile,2026-10-01\n";
    let file = data.file("teams.csv", &format!("{TWO_TEAMS}{third}"));
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    data.json(&[
        "set",
        "emg-1",
        "phone",
        "01 99 00 00 77",
        "--reason",
        "appelée",
        "--author",
        "Ada",
        "--json",
    ]);
    let moved = TWO_TEAMS.replace("01 99 00 00 01", "01 99 00 00 55");
    let file = data.file("teams.csv", &moved);
    data.json(&["import", "csv", &file, "--source", "essai", "--force", "--json"]);
    data
}

/// Everything that a server and the commands beside it say of its directory.
fn said(server: &Server, data: &DataDirectory) -> Vec<(String, String)> {
    let ids =
        ["emg-1", "emg-2", "emg-3"].map(|id| maille_domain::ListingId::founded_by("essai", id).to_string());
    let slugs = [
        "equipe-mobile-de-geriatrie-des-coteaux-bagneux",
        "equipe-mobile-de-geriatrie-du-nord-nanterre",
        "equipe-mobile-de-geriatrie-des-sources-sceaux",
    ];
    let paths = [
        "/api/v1/search?q=equipe+mobile&commune=92007",
        "/api/v1/search?q=geriatrie&commune=Nanterre",
        "/api/v1/search?q=geriatrie",
        "/api/v1/search?q=des+sources",
        "/api/v1/suggest?q=equ",
        "/api/v1/territories/92007",
        "/recherche?q=equipe+mobile&commune=92007",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(ids.iter().map(|id| format!("/api/v1/listings/{id}")))
    .chain(slugs.iter().map(|slug| format!("/ressources/{slug}")));
    let mut said: Vec<(String, String)> = paths
        .map(|path| {
            let (status, text) = server.get(&path);
            (path, format!("{status} {text}"))
        })
        .collect();
    for command in
        [&["runs", "--json"][..], &["runs", "2", "--json"], &["conflicts", "--json"], &["export", "csv"]]
    {
        let output = data.run(command);
        must(&output);
        said.push((command.join(" "), String::from_utf8(output.stdout).unwrap()));
    }
    said
}

fn head(server: &Server) -> Value {
    server.json("/api/v1/search?q=equipe+mobile&commune=92007")["hits"][0].clone()
}

#[test]
fn a_restored_backup_gives_the_same_answers_as_the_original() {
    let original = lived_in();
    let here = original.serve(&["serve"]);
    here.wait_until_found("/api/v1/search?q=geriatrie", "Équipe mobile de gériatrie des Coteaux");
    wait_until("the correction is served", || head(&here)["phone"] == "+33199000077");
    wait_until("what was taken back is gone", || here.json("/api/v1/search?q=geriatrie")["total"] == 2);
    let before = said(&here, &original);
    assert!(
        before.iter().any(|(path, text)| path == "/ressources/equipe-mobile-de-geriatrie-des-sources-sceaux"
            && text.starts_with("410"))
    );
    assert!(
        before.iter().any(|(command, text)| command == "conflicts --json" && text.contains("+33199000055"))
    );
    back_up(&original);

    let elsewhere = DataDirectory::new();
    let there = elsewhere.serve(&["serve"]);
    restore(&original, &elsewhere);
    wait_until("the restored directory is served", || there.json("/api/v1/search?q=geriatrie")["total"] == 2);
    assert_eq!(said(&there, &elsewhere), before);
    assert!(there.stop());

    let there = elsewhere.serve(&["serve"]);
    assert_eq!(said(&there, &elsewhere), before, "and after a restart");
    elsewhere.json(&["set", "emg-2", "name", "Équipe mobile renommée", "--reason", "essai", "--json"]);
    there.wait_until_found("/api/v1/search?q=renommee", "Équipe mobile renommée");
    assert_eq!(said(&here, &original), before, "the original knows nothing of it");
}

#[test]
fn an_older_backup_replaces_a_directory_that_went_on_while_it_serves() {
    let data = lived_in();
    let server = data.serve(&["serve"]);
    wait_until("the correction is served", || head(&server)["phone"] == "+33199000077");
    wait_until("what was taken back is gone", || server.json("/api/v1/search?q=geriatrie")["total"] == 2);
    let before = said(&server, &data);
    back_up(&data);

    data.json(&["set", "emg-1", "name", "Équipe mobile regrettée", "--reason", "essai", "--json"]);
    server.wait_until_found("/api/v1/search?q=regrettee", "Équipe mobile regrettée");
    restore(&data, &data);
    wait_until("the regret is gone", || server.json("/api/v1/search?q=regrettee")["total"] == 0);
    assert_eq!(said(&server, &data), before);
    data.json(&["set", "emg-1", "name", "Équipe mobile retrouvée", "--reason", "essai", "--json"]);
    server.wait_until_found("/api/v1/search?q=retrouvee", "Équipe mobile retrouvée");
}

/// `tests/backup/schema-1.dump` is [`lived_in`] under the first migration, as Postgres 15 writes it.
#[test]
fn a_backup_of_the_first_schema_is_still_restored() {
    let data = DataDirectory::new();
    let server = data.serve(&["serve"]);
    let backup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backup/schema-1.dump");
    std::fs::copy(backup, data.path().join("sauvegarde.dump")).unwrap();
    restore(&data, &data);
    assert!(server.stop());
    let server = data.serve(&["serve"]);
    server.wait_until_found("/api/v1/search?q=geriatrie", "Équipe mobile de gériatrie du Nord");
    assert_eq!(head(&server)["phone"], "+33199000077", "the correction stands");
    assert_eq!(data.json(&["conflicts", "--json"])[0]["theirs"][0], "+33199000055");
    assert_eq!(data.json(&["runs", "--json"]).as_array().unwrap().len(), 3);
}

#[test]
fn a_backup_that_is_not_whole_changes_nothing() {
    let data = lived_in();
    let server = data.serve(&["serve"]);
    wait_until("the correction is served", || head(&server)["phone"] == "+33199000077");
    wait_until("what was taken back is gone", || server.json("/api/v1/search?q=geriatrie")["total"] == 2);
    let before = said(&server, &data);
    back_up(&data);
    let backup = data.path().join("sauvegarde.dump");
    let whole = std::fs::read(&backup).unwrap();
    for kept in [0, whole.len() / 2, whole.len() - 100] {
        std::fs::write(&backup, &whole[..kept]).unwrap();
        assert!(!as_the_guide_says("pg_restore", &data).status.success(), "{kept} of {} bytes", whole.len());
    }
    assert_eq!(said(&server, &data), before);
}

#[test]
fn a_restored_directory_that_passes_the_old_position_is_noticed() {
    let data = lived_in();
    let server = data.serve(&["serve"]);
    wait_until("the correction is served", || head(&server)["phone"] == "+33199000077");
    back_up(&data);
    data.json(&["set", "emg-1", "name", "Équipe mobile regrettée", "--reason", "essai", "--json"]);
    server.wait_until_found("/api/v1/search?q=regrettee", "Équipe mobile regrettée");

    // Nobody follows while the backup comes back and the feed grows past where the index is.
    server.kill();
    restore(&data, &data);
    for summary in ["Une", "Deux", "Trois"] {
        data.json(&["set", "emg-2", "summary", summary, "--reason", "essai", "--json"]);
    }
    let server = data.serve(&["serve"]);
    wait_until("the regret is gone", || server.json("/api/v1/search?q=regrettee")["total"] == 0);
    server.wait_until_found("/api/v1/search?q=coteaux", "Équipe mobile de gériatrie des Coteaux");
}
