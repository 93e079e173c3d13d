//! Several sources, one listing, and what people decide: each command of curation, beside a server that answers.

use serde_json::{Value, json};

use crate::support::postgres::Postgres;
use crate::support::{DataDirectory, Server, TEAMS_OF_BAGNEUX, TWO_TEAMS, wait_until};

const COTEAUX: &str = "equipe-mobile-de-geriatrie-des-coteaux-bagneux";
/// The ids that the records of the first source found.
const COTEAUX_ID: &str = "68759131-8789-57ca-af10-65dfd176ece3";
const NORTH: &str = "e636e2cc-0e4d-5afe-a879-9675b3186478";

/// The same team as one of [`TWO_TEAMS`], a team that may be the other, and a service that nobody else has.
const NEIGHBOUR: &str = "\
id,name,category,phone,commune,modes
v-1,Équipe mobile de gériatrie des Coteaux,emg,01 99 00 00 01,92007,domicile
v-2,Équipe mobile de gériatrie du Nord,emg,01 99 00 00 08,92050,domicile
v-3,Accueil de jour des Lilas,accueil-jour,01 99 00 00 03,92007,
";

fn directory_of_two_sources() -> DataDirectory {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "equipes", "--json"]);
    let file = data.file("neighbour.csv", NEIGHBOUR);
    let report = data.json(&["import", "csv", &file, "--source", "voisins", "--json"]);
    assert_eq!(report["matching"], json!({ "shared": 1, "proposed": 1, "parted": 0 }));
    data
}

/// Runs a command of somebody who decides, which must be good; what it printed.
fn decide(data: &DataDirectory, arguments: &[&str]) -> String {
    let output = data.run(&[arguments, &["--reason", "appelé", "--author", "Zoé"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn printed(data: &DataDirectory, arguments: &[&str]) -> String {
    let output = data.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // A day is a day, whichever.
    let apart = [' ', ',', ')', '\n'];
    let words = text.split_inclusive(apart).map(|word| match word.trim_end_matches(apart) {
        day if day.len() == 10 && day.starts_with("20") => word.replace(day, "JOUR"),
        _ => word.to_owned(),
    });
    words.collect()
}

/// How much two records are alike is the matcher's business.
fn scoreless(told: &str) -> String {
    let line = |line: &str| match line.split_once("Ressemblance ") {
        Some((before, score)) if score.len() == 4 => format!("{before}Ressemblance SCORE"),
        _ => line.to_owned(),
    };
    told.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn refused(data: &DataDirectory, arguments: &[&str], status: i32, says: &str) {
    let output = data.run(arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(says), "{arguments:?}: {stderr}");
}

/// A document without its instants, nor how much two records are alike, which is the matcher's business.
fn timeless(mut document: Value) -> Value {
    match &mut document {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = timeless(item.take())),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                *member = match name.as_str() {
                    _ if member.is_null() => Value::Null,
                    "score" => "SCORE".into(),
                    name if name == "at" || name.ends_with("_at") => "INSTANT".into(),
                    _ => timeless(member.take()),
                };
            }
        }
        _ => {}
    }
    document
}

/// The names that a search finds, sorted.
fn names(server: &Server, path: &str) -> Vec<String> {
    let found = server.json(path);
    let hits = found["hits"].as_array().unwrap().iter();
    let mut names: Vec<String> = hits.map(|hit| hit["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn phone(server: &Server) -> Value {
    server.json("/api/v1/search?q=coteaux")["hits"][0]["phone"].clone()
}

#[test]
fn a_correction_holds_until_it_is_taken_away_and_a_conflict_is_settled_either_way() {
    let data = DataDirectory::new();
    let import = |phone: &str| {
        let file = data.file("teams.csv", &TWO_TEAMS.replace("01 99 00 00 01", phone));
        data.json(&["import", "csv", &file, "--source", "equipes", "--json"])
    };
    assert_eq!(import("01 99 00 00 01")["conflicts"], 0);
    let server = data.serve(&["serve"]);
    let says = |number: &str| wait_until(number, || phone(&server) == number);

    let set = ["set", "emg-1", "phone", "01 99 00 00 77", "--until", "2126-03-31"];
    assert_eq!(
        decide(&data, &set),
        "« Équipe mobile de gériatrie des Coteaux » : Téléphone est, jusqu’au 2126-03-31 inclus, « 01 99 00 00 77 »\n"
    );
    says("+33199000077");
    let json = decide(&data, &[&set[..], &["--json"]].concat());
    assert!(json.contains(r#""until": "2126-03-31T"#), "{json}");
    assert_eq!(
        decide(&data, &["unset", "emg-1", "phone"]),
        "« Équipe mobile de gériatrie des Coteaux » : Téléphone est de nouveau « 01 99 00 00 01 »\n"
    );
    says("+33199000001");
    let why = ["--reason", "essai"];
    let with_reason = |arguments: &[&'static str]| [arguments, &why[..]].concat();
    refused(&data, &with_reason(&["unset", "emg-1", "phone"]), 1, "aucune correction du champ « phone »");
    let past = with_reason(&["set", "emg-1", "phone", "", "--until", "2026-01-31"]);
    refused(&data, &past, 1, "--until : le 2026-01-31 est passé");
    let unread = with_reason(&["set", "emg-1", "phone", "", "--until", "demain"]);
    refused(&data, &unread, 2, "attendu : un jour, année-mois-jour");
    refused(&data, &["unset", "emg-1", "phone", "--reason", " "], 1, "dites pourquoi");
    refused(&data, &with_reason(&["settle", "emg-1", "phone", "garder"]), 1, "aucun conflit");
    let neither = with_reason(&["settle", "emg-1", "phone", "ici"]);
    refused(&data, &neither, 2, "attendu : garder, suivre");

    // The source moves under the correction: both are shown, and either may be right.
    decide(&data, &set);
    import("01 99 00 00 55");
    says("+33199000077");
    insta::assert_snapshot!("conflicts", printed(&data, &["conflicts"]));
    insta::assert_json_snapshot!("conflicts_json", timeless(data.json(&["conflicts", "--json"])));
    decide(&data, &["settle", COTEAUX, "phone", "garder"]);
    assert_eq!(data.json(&["conflicts", "--json"]), json!([]));
    says("+33199000077");

    let report = import("01 99 00 00 66");
    assert_eq!(report["conflicts"], 1, "the report says what is to be settled");
    let conflicts = data.json(&["conflicts", "--json"]);
    assert!(conflicts[0]["until"].is_string(), "what holds on ends when it was to: {conflicts}");
    let followed = decide(&data, &["settle", COTEAUX, "phone", "suivre", "--json"]);
    let followed: Value = serde_json::from_str(&followed).unwrap();
    assert_eq!(followed["value"], json!(["+33199000066"]));
    assert_eq!(data.json(&["conflicts", "--json"]), json!([]));
    says("+33199000066");
}

#[test]
fn what_was_said_of_two_listings_that_become_one_is_settled_too() {
    let data = directory_of_two_sources();
    decide(&data, &["set", "equipes:emg-2", "delay_days", "3"]);
    let three = decide(&data, &["set", "voisins:v-2", "delay_days", "5"]);
    assert!(three.ends_with("« 5 »\n"), "{three}");
    decide(&data, &["link", "equipes:emg-2", "voisins:v-2"]);
    let conflicts = data.json(&["conflicts", "--json"]);
    assert_eq!(
        (&conflicts[0]["ours"], &conflicts[0]["theirs"], &conflicts[0]["their_origin"]["kind"]),
        (&json!(5), &json!(3), &json!("override"))
    );
    let told = printed(&data, &["conflicts"]);
    assert!(told.contains("autre décision : « 3 », par Zoé le JOUR : appelé"), "{told}");
    assert!(told.contains("pour suivre l’autre décision : maille settle"), "{told}");
    let settled = decide(&data, &["settle", "voisins:v-2", "delay_days", "suivre"]);
    assert!(settled.ends_with("« 3 »\n"), "{settled}");
    assert_eq!(data.json(&["conflicts", "--json"]), json!([]));
}

#[test]
fn what_may_be_one_thing_is_proposed_decided_and_decided_otherwise() {
    let data = directory_of_two_sources();
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    // A search may fold what is alike: the listing itself says what it is made of.
    let of = |id: &str| {
        let listing = server.json(&format!("/api/v1/listings/{id}"));
        listing["sources"].as_array().unwrap().len()
    };

    insta::assert_snapshot!("duplicates", scoreless(&printed(&data, &["duplicates"])));
    insta::assert_json_snapshot!("duplicates_json", timeless(data.json(&["duplicates", "--json"])));
    insta::assert_snapshot!("duplicates_linked", scoreless(&printed(&data, &["duplicates", "--linked"])));
    assert_eq!(printed(&data, &["duplicates", "--decisions"]), "Aucune décision encore.\n");
    assert_eq!(data.json(&["duplicates", "--json", "--limit", "0"]), json!([]));
    let cut = printed(&data, &["duplicates", "--limit", "0"]);
    assert_eq!(cut, "… et 1 autre (--limit 1, ou tout avec --json)\n");

    // One thing.
    let linked = decide(&data, &["link", "equipes:emg-2", "voisins:v-2"]);
    assert!(linked.starts_with("C’est une seule fiche : « Équipe mobile de gériatrie du Nord »"), "{linked}");
    assert!(linked.contains(", faite de equipes:emg-2, voisins:v-2\n"), "{linked}");
    assert!(linked.ends_with("maille undo 1 --reason \"…\"\n"), "{linked}");
    wait_until("the two are one", || of(NORTH) == 2);
    let found = server.json("/api/v1/search?q=equipe+mobile+du+nord&commune=92050");
    assert_eq!(found["hits"][0]["sources"][1]["source"], "voisins");
    assert_eq!(data.json(&["duplicates", "--json"]), json!([]));
    insta::assert_snapshot!("decisions", printed(&data, &["duplicates", "--decisions"]));
    let decided = data.json(&["duplicates", "--decisions", "--json"]);
    insta::assert_json_snapshot!("decisions_json", timeless(decided));

    // Taken back: nobody said anything.
    let undone = decide(&data, &["undo", "1"]);
    assert!(undone.starts_with("La décision n° 1 ne vaut plus. Ce sont deux fiches : "), "{undone}");
    wait_until("the two are two", || of(NORTH) == 1);
    assert_eq!(data.json(&["duplicates", "--json"]).as_array().unwrap().len(), 1);
    refused(&data, &["undo", "1", "--reason", "essai"], 1, "aucune décision n° 1 en cours");

    // Two things, for ever.
    let parted = decide(&data, &["unlink", "equipes:emg-2", "voisins:v-2", "--json"]);
    let parted: Value = serde_json::from_str(&parted).unwrap();
    assert_eq!((&parted["same"], &parted["decision"]), (&json!(false), &json!(2)));
    assert_eq!(printed(&data, &["duplicates"]), "Aucune paire n’attend de décision.\n");
    let file = data.file("again.csv", &NEIGHBOUR.replace("01 99 00 00 08", "01 99 00 00 02"));
    let report = data.json(&["import", "csv", &file, "--source", "voisins", "--json"]);
    assert_eq!(report["matching"], json!({ "shared": 1, "proposed": 0, "parted": 0 }), "alike as they are");
    assert_eq!(of(NORTH), 1);

    // What was put together by itself comes apart.
    let parted = decide(&data, &["unlink", "equipes:emg-1", "voisins:v-1"]);
    assert!(parted.starts_with("Ce sont deux fiches"), "{parted}");
    wait_until("the two are two", || of(COTEAUX_ID) == 1);

    // A person may know better than any likeness.
    decide(&data, &["link", "equipes:emg-2", "voisins:v-3"]);
    let brought = decide(&data, &["link", "equipes:emg-1", "equipes:emg-2", "--json"]);
    let brought: Value = serde_json::from_str(&brought).unwrap();
    assert_eq!(brought["a"]["records"], json!(["equipes:emg-1", "equipes:emg-2", "voisins:v-3"]));
    assert_eq!(brought["moved"][0]["record"], "voisins:v-3", "a third came along: {brought}");
    decide(&data, &["undo", &brought["decision"].to_string()]);
    let linked = printed(&data, &["duplicates", "--linked"]);
    assert!(linked.starts_with("Réunies par une décision"), "{linked}");

    let why = ["--reason", "essai"];
    let link = |a, b| [["link", a, b], ["--reason", "essai", "--json"]].concat();
    refused(&data, &link("emg-1", "emg-9"), 1, "aucune fiche « emg-9 »");
    refused(
        &data,
        &link("emg-1", "equipes:emg-1"),
        1,
        "deux fois la même fiche : « emg-1 », « equipes:emg-1 »",
    );
    refused(&data, &["link", "emg-1", "--reason", "essai"], 2, "il manque : <AUTRE>");
    refused(&data, &[&["duplicates", "--linked", "--decisions"][..]].concat(), 2, "ne va pas avec");
    refused(&data, &[&["undo"][..], &why].concat(), 2, "il manque : <NUMÉRO>");
}

/// As much alike as what is linked by itself.
#[test]
fn what_a_source_tells_apart_is_proposed_and_why_is_said() {
    let data = directory_of_two_sources();
    let twice = NEIGHBOUR.replace(
        "v-2,Équipe mobile de gériatrie du Nord,emg,01 99 00 00 08,92050",
        "v-4,Équipe mobile de gériatrie des Coteaux,emg,01 99 00 00 01,92007",
    );
    let file = data.file("twice.csv", &twice);
    data.json(&["import", "csv", &file, "--source", "voisins", "--partial", "--json"]);
    let pairs = data.json(&["duplicates", "--json"]);
    let apart: Vec<&str> =
        pairs.as_array().unwrap().iter().filter_map(|pair| pair["apart"].as_str()).collect();
    assert!(apart.len() == 1 && apart[0].starts_with("« voisins » en fait deux"), "{pairs}");
    let told = printed(&data, &["duplicates"]);
    assert!(told.contains("\n    pas réunies d’office : « voisins » en fait deux"), "{told}");
}

#[test]
fn a_source_is_dropped_and_comes_back_as_it_was() {
    let data = directory_of_two_sources();
    let server = data.serve(&["serve"]);
    let day_care = "/api/v1/search?q=accueil+de+jour&commune=92007";
    server.wait_until_found(day_care, "Accueil de jour des Lilas");
    let before = server.json(day_care);

    insta::assert_snapshot!("sources", printed(&data, &["sources"]));
    insta::assert_json_snapshot!("sources_json", timeless(data.json(&["sources", "--json"])));
    let dropped = decide(&data, &["sources", "--drop", "voisins"]);
    assert!(dropped.contains("ce qu’elle disait de 3 fiches ne compte plus"), "{dropped}");
    wait_until("it is gone", || !names(&server, day_care).contains(&"Accueil de jour des Lilas".to_owned()));
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    assert!(printed(&data, &["sources"]).contains(" · écartée le JOUR\n"));
    let again = decide(&data, &["sources", "--drop", "voisins"]);
    assert_eq!(again, "La source « voisins » est déjà écartée : rien n’a été changé.\n");
    let file = data.file("neighbour.csv", NEIGHBOUR);
    let import = ["import", "csv", &file, "--source", "voisins"];
    refused(&data, &import, 1, "est écartée : reprenez-la d’abord (« maille sources --restore voisins");

    let restored = decide(&data, &["sources", "--restore", "voisins"]);
    assert!(restored.contains("compte de nouveau"), "{restored}");
    server.wait_until_found(day_care, "Accueil de jour des Lilas");
    assert_eq!(server.json(day_care)["hits"], before["hits"]);
    let again = decide(&data, &["sources", "--restore", "voisins"]);
    assert_eq!(again, "La source « voisins » n’est pas écartée : rien n’a été changé.\n");

    let why = ["--reason", "essai"];
    refused(
        &data,
        &[&["sources", "--drop", "voisin"][..], &why].concat(),
        1,
        "aucune source « voisin » ; sources connues : equipes, voisins",
    );
    refused(&data, &["sources", "--drop", "voisins"], 2, "il manque : --reason");
    let both = [&["sources", "--drop", "voisins", "--restore", "voisins"][..], &why].concat();
    refused(&data, &both, 2, "ne va pas avec");
    let territories = data.file("t.csv", "code,kind,name,commune\ndac-x,dac,DAC du Nord,92050\n");
    data.json(&["import", "territories", &territories, "--source", "dac", "--json"]);
    let drop = [&["sources", "--drop", "dac"][..], &why].concat();
    refused(&data, &drop, 1, "donne des territoires, pas des fiches");
}

#[test]
fn the_order_of_sources_is_printed_changed_and_applied() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "equipes", "--json"]);
    let others = TWO_TEAMS.replace("2026-10-01", "").replace("domicile", "sur-place");
    let file = data.file("others.csv", &others);
    data.json(&["import", "csv", &file, "--source", "voisins", "--json"]);
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    let has_mode = |mode: &str| {
        let found = server.json(&format!("/api/v1/search?q=coteaux&mode={mode}"));
        found["hits"].as_array().unwrap().iter().any(|hit| hit["slug"] == COTEAUX)
    };

    let order = printed(&data, &["precedence"]);
    assert!(order.starts_with("default = [\"saisie\", \"csv\", \"xlsx\""), "{order}");
    let own = |first: &str| {
        data.file("ordre.toml", &order.replace("default = [", &format!("default = [\"{first}\", ")))
    };
    for (first, mode) in [("equipes", "domicile"), ("voisins", "sur-place")] {
        let file = own(first);
        let changed = decide(&data, &["precedence", &file]);
        assert_eq!(changed, "L’ordre est changé : 2 fiches de plusieurs origines ont été revues.\n");
        wait_until(mode, || has_mode(mode));
        assert_eq!(data.json(&["precedence", "--json"])["default"][0], first);
    }

    let again = decide(&data, &["precedence", &own("voisins")]);
    assert_eq!(again, "C’est déjà l’ordre qui vaut : rien n’a été changé.\n");

    let (wrong, why) = (own("voisin"), ["--reason", "essai"]);
    let arguments = [&["precedence", &wrong][..], &why].concat();
    refused(&data, &arguments, 1, "« voisin » : ni un format, ni une source");
    refused(&data, &arguments, 1, "Sources : equipes, voisins");
    let broken = data.file("ordre.toml", "default = [\"csv\"]\n[fields]\ntelephone = [\"csv\"]\n");
    refused(&data, &[&["precedence", &broken][..], &why].concat(), 1, "ordre.toml, ligne");
    let folder = data.path().display().to_string();
    let long = data.file("long.toml", &"#\n".repeat(40_000));
    for (path, says) in [
        ("nulle-part.toml", "nulle-part.toml : fichier absent"),
        (&*folder, "trouvé un dossier"),
        (&*long, "trouvé plus de 64 Kio"),
    ] {
        refused(&data, &[&["precedence", path][..], &why].concat(), 1, says);
    }
    refused(&data, &["precedence", &broken], 2, "il manque : --reason");
    assert_eq!(data.json(&["precedence", "--json"])["default"][0], "voisins", "nothing was changed");
}

/// The server ends what is due without anybody's asking.
#[test]
fn a_correction_that_is_over_ends_by_itself() {
    let postgres = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&postgres]));
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "equipes", "--json"]);
    decide(&data, &["set", "emg-1", "phone", "01 99 00 00 77", "--until", "2126-03-31"]);
    // A hundred years go by.
    postgres.ask("update listing_override set until = at");
    let server = data.serve(&["serve"]);
    wait_until("the source speaks again", || phone(&server) == "+33199000001");
    server.wait_until_logged("des corrections sont arrivées à leur terme");
}

#[test]
fn every_command_of_curation_explains_itself_in_french() {
    let data = DataDirectory::new();
    for command in [
        "set",
        "unset",
        "conflicts",
        "settle",
        "duplicates",
        "link",
        "unlink",
        "undo",
        "sources",
        "precedence",
    ] {
        let help = printed(&data, &[command, "--help"]);
        assert!(help.contains("--json"), "{command}: {help}");
        assert!(!help.contains("possible values") && !help.contains("Possible values"), "{command}: {help}");
        let speaks = ["set", "unset", "settle", "link", "unlink", "undo", "sources", "precedence"];
        assert_eq!(help.contains("--reason"), speaks.contains(&command), "{command}: {help}");
    }
}
