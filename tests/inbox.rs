//! What needs somebody, settled over HTTP: each kind of line, by whom it may be, once.

use crate::support::team::{Answer, LISTINGS, Person};
use crate::support::{DataDirectory, Server};

const SOUTH: &str = "animation@dac.example";
const SLUG: &str = "equipe-mobile-de-geriatrie-des-coteaux-bagneux";

/// A source that says of some listings of the South what needs somebody, and of one of Toulouse.
fn neighbours(rows: &[&str]) -> String {
    format!("id,name,category,phone,commune,coverage,modes,verified_on\n{}\n", rows.join("\n"))
}
const PERHAPS: &str =
    "v-1,Équipe mobile de gériatrie des Coteaux et du Val,emg,01 99 00 00 02,92007,commune:92007,,2026-10-01";
const BARE: &str = "v-2,Accueil de jour des Lilas,accueil-jour,,92002,,,2026-10-01";
const GOES: &str =
    "v-3,Portage de repas du Moulin,portage-repas,01 99 00 00 07,92007,commune:92007,,2026-10-01";
const FAR: &str = "v-4,Accueil de jour de la Garonne,accueil-jour,,31555,,,2020-01-01";

fn import(directory: &DataDirectory, source: &str, content: &str) {
    let file = directory.file(&format!("{source}.csv"), content);
    directory.json(&["import", "csv", &file, "--source", source, "--force", "--json"]);
}

/// A line of a list for each kind, in the territory of the South.
fn directory() -> (DataDirectory, Server) {
    let directory = DataDirectory::of_two_territories();
    let reason = ["--reason", "appelé", "--author", "Zoé"];
    let corrected =
        directory.run(&[&["set", "annuaire:emg-1", "phone", "01 99 00 00 09"][..], &reason].concat());
    assert!(corrected.status.success(), "{corrected:?}");
    import(&directory, "annuaire", &LISTINGS.replace("01 99 00 00 01", "01 99 00 00 08"));
    import(&directory, "voisins", &neighbours(&[PERHAPS, BARE, GOES, FAR]));
    import(&directory, "voisins", &neighbours(&[PERHAPS, BARE, FAR]));
    directory.account(SOUTH, "Camille Durand", "animation", Some("dac-sud"));
    directory.account("autre@dac.example", "Dominique Petit", "animation", Some("dac-sud"));
    directory.account("accueil@dac.example", "Alix Morel", "accueil", Some("dac-sud"));
    directory.account("garonne@dac.example", "Maxime Roux", "animation", Some("dac-toulouse"));
    let server = directory.serve(&["serve"]);
    let report = format!("/ressources/{SLUG}/signaler");
    let anybody = server.person("");
    let sent = anybody.post(&report, &[("motif", "horaires"), ("texte", "fermé <b>le midi</b>")]);
    assert_eq!(sent.status, 303, "{}", sent.body);
    (directory, server)
}

fn list(person: &Person, matter: &str) -> String {
    let page = person.get(&format!("/animation?type={matter}"));
    assert_eq!(page.status, 200, "{matter}: {}", page.body);
    page.body
}

/// How many lines the menu says that there are.
fn count(page: &str, label: &str) -> usize {
    let after = page.split_once(&format!("{label}&nbsp;<span class=\"count\">(")).expect(label).1;
    after.split_once(')').unwrap().0.parse().unwrap()
}

/// The lines that the page has, as its forms name them.
fn keys(page: &str) -> Vec<String> {
    let named = page.split("name=\"ligne\" value=\"").skip(1);
    let mut keys: Vec<String> = named.map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn settle(person: &Person, lines: &[String], gesture: &str, reason: &str) -> Answer {
    let mut fields = vec![("geste", gesture), ("raison", reason), ("retour", "/animation?type=signalement")];
    fields.extend(lines.iter().map(|line| ("ligne", line.as_str())));
    person.post("/animation/traiter", &fields)
}

/// Settles lines, which must be good; what is said of it.
fn settled(person: &Person, lines: &[String], gesture: &str) -> String {
    let answer = settle(person, lines, gesture, "appelé ce matin");
    assert_eq!(answer.status, 303, "{gesture}: {}", answer.body);
    let page = person.get(&answer.to).body;
    let said = page.split_once("class=\"said\"").expect("something is said").1;
    let said = said.split_once("<span>").unwrap().1.split_once("</span>").unwrap().0;
    said.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn one_of_each_is_settled() {
    let (directory, server) = directory();
    let camille = server.log_in(SOUTH);

    let first = camille.get("/animation").body;
    assert!(first.contains("fermé &#60;b&#62;le midi&#60;/b&#62;"), "the most consequential first: {first}");
    let labels = [
        "Signalements",
        "Conflits",
        "Doublons probables",
        "Retraits",
        "À vérifier",
        "Sans zone",
        "Sans contact",
    ];
    assert_eq!(labels.map(|label| count(&first, label)), [1, 1, 1, 1, 1, 1, 1]);
    assert!(!list(&camille, "sans-zone").contains("Garonne"), "what is elsewhere is not shown");

    assert_eq!(settled(&camille, &keys(&first), "traite"), "1 signalement traité.");
    assert_eq!(directory.json(&["reports", "--json"]).as_array().unwrap().len(), 0);

    let page = list(&camille, "conflit");
    for told in ["01 99 00 00 09", "01 99 00 00 08", "décidé par Zoé", "annuaire, depuis le"] {
        assert!(page.replace('\u{a0}', " ").contains(told), "{told}: {page}");
    }
    assert_eq!(settled(&camille, &keys(&page), "garder"), "1 correction gardée.");
    assert_eq!(directory.json(&["conflicts", "--json"]).as_array().unwrap().len(), 0);

    let page = list(&camille, "doublon");
    assert!(page.contains("/animation/doublons/"), "{page}");
    assert_eq!(settled(&camille, &keys(&page), "distinct"), "1 paire séparée.");
    assert_eq!(directory.json(&["duplicates", "--json"]).as_array().unwrap().len(), 0);

    let page = list(&camille, "retrait");
    assert!(page.contains("Portage de repas du Moulin") && page.contains("/presence"), "{page}");
    assert_eq!(settled(&camille, &keys(&page), "confirmer"), "1 retrait confirmé.");

    let page = list(&camille, "verification");
    assert!(page.contains("CLIC de l’Orme") && page.contains("formaction=\"/animation/verifier\""), "{page}");
    assert_eq!(settled(&camille, &keys(&page), "cote"), "1 ligne mise de côté.");
    for matter in ["sans-zone", "sans-contact"] {
        let answer = camille.post(
            "/animation/traiter",
            &[
                ("geste", "cote"),
                ("raison", "demandé au service"),
                ("jusqu_au", "2035-01-01"),
                ("ligne", &keys(&list(&camille, matter))[0]),
                ("retour", "https://evil.example/"),
            ],
        );
        assert!(answer.status == 303 && answer.to.starts_with("/animation?"), "{answer:?}");
    }
    let nothing = camille.get("/animation").body;
    assert!(nothing.contains("Rien à traiter ici."), "{nothing}");
    assert_eq!(labels.map(|label| count(&nothing, label)), [0; 7]);

    // What was set aside is still to be seen, with who did it, and comes back when it is put back.
    let aside = camille.get("/animation?type=sans-zone&etat=mis-de-cote").body;
    assert!(
        aside.contains("Mise de côté par Camille Durand") && aside.contains("demandé au service"),
        "{aside}"
    );
    assert_eq!(settled(&camille, &keys(&aside), "reprendre"), "1 ligne remise dans la liste.");
    assert_eq!(count(&camille.get("/animation").body, "Sans zone"), 1);
}

#[test]
fn nobody_settles_what_is_not_theirs_nor_what_is_done() {
    let (_directory, server) = directory();
    let [camille, dominique, alix, maxime] =
        [SOUTH, "autre@dac.example", "accueil@dac.example", "garonne@dac.example"]
            .map(|email| server.log_in(email));

    // Who receives people reads, and says that a listing was checked.
    let page = list(&alix, "signalement");
    assert!(page.contains("le midi") && !page.contains("/animation/traiter"), "{page}");
    assert!(list(&alix, "verification").contains("/animation/verifier"));
    let report = keys(&list(&camille, "signalement"));
    for gesture in ["traite", "garder", "suivre", "distinct", "confirmer", "cote", "reprendre"] {
        assert_eq!(settle(&alix, &report, gesture, "essai").status, 403, "{gesture}");
        let matter = match gesture {
            "traite" => "signalement",
            "garder" | "suivre" => "conflit",
            "distinct" => "doublon",
            "confirmer" => "retrait",
            _ => "sans-zone",
        };
        let theirs = keys(&list(&camille, matter));
        assert!(!theirs.is_empty(), "{matter}");
        assert_eq!(settle(&maxime, &theirs, gesture, "essai").status, 403, "{gesture} of another territory");
    }
    // One line of another territory, and none of them is touched.
    let far = keys(&list(&maxime, "sans-zone"));
    let both: Vec<String> = far.iter().cloned().chain(keys(&list(&camille, "sans-zone"))).collect();
    assert_eq!(settle(&camille, &both, "cote", "essai").status, 403);
    assert_eq!(count(&camille.get("/animation").body, "Sans zone"), 1);
    let pair = keys(&list(&camille, "doublon")).remove(0);
    let far_id = far[0].split(':').nth(1).unwrap().to_owned();
    let mixed = format!("{}:{far_id}", pair.rsplit_once(':').unwrap().0);
    assert_eq!(settle(&camille, &[mixed], "distinct", "essai").status, 403, "the other one of a pair too");
    let nobody = "retrait:00000000-0000-0000-0000-000000000000:".to_owned();
    assert_eq!(settle(&camille, &[nobody], "confirmer", "essai").status, 404);
    for (line, gesture) in [("x", "cote"), (report[0].as_str(), "garder"), (report[0].as_str(), "tout")] {
        assert_eq!(settle(&camille, &[line.to_owned()], gesture, "essai").status, 400, "{line} {gesture}");
    }

    // Whatever is missing is said, and what was typed is kept.
    let refused = settle(&camille, &report, "traite", " ");
    assert!(refused.status == 422 && refused.body.contains("href=\"#l1-raison\""), "{}", refused.body);
    let aside = camille.post(
        "/animation/traiter",
        &[
            ("geste", "cote"),
            ("raison", "à <revoir>"),
            ("jusqu_au", "hier"),
            ("ligne", &report[0]),
            ("lot", "1"),
        ],
    );
    assert!(aside.status == 422 && aside.body.contains("value=\"à &#60;revoir&#62;\""), "{}", aside.body);
    assert!(
        aside.body.contains("href=\"#lot-jusqu_au\"") && aside.body.contains(" checked"),
        "{}",
        aside.body
    );
    assert_eq!(settle(&camille, &[], "traite", "essai").status, 422);

    // Two people at one line: the second is told.
    for (matter, gesture) in [
        ("signalement", "traite"),
        ("conflit", "suivre"),
        ("doublon", "distinct"),
        ("retrait", "confirmer"),
        ("sans-contact", "cote"),
    ] {
        let theirs = keys(&list(&camille, matter));
        settled(&camille, &theirs, gesture);
        let late = settled(&dominique, &theirs, gesture);
        assert!(late.starts_with("1 ligne n’était plus à traiter"), "{matter}: {late}");
    }

    // Filters, and what cannot be read.
    let none = camille.get("/animation?type=verification&commune=Bagneux").body;
    assert!(none.contains("Rien à traiter"), "{none}");
    let some =
        camille.get("/animation?type=verification&commune=92002&categorie=clic&source=annuaire&page=99").body;
    assert!(some.contains("CLIC de l’Orme"), "{some}");
    assert_eq!(camille.get("/animation?type=autre").status, 400);
    let unknown = camille.get("/animation?commune=Zorglub").body;
    assert!(unknown.contains("Aucune commune n’a ce nom"), "{unknown}");
}
