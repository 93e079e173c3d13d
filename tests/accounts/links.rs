//! Links that are mailed, from the invitation to the password.

use std::sync::Barrier;

use crate::support::team::PASSWORD;
use crate::support::{DataDirectory, Server};

const CAMILLE: &str = "camille@dac.example";
const ADMINISTRATOR: &str = "administration@dac.example";
const ANOTHER: &str = "cinq hippopotames chantent faux";

fn choose(server: &Server, secret: &str, password: &str) -> (u16, String) {
    let answer = server.person("").post("/connexion/lien", &[("secret", secret), ("mot_de_passe", password)]);
    (answer.status, answer.to)
}

#[test]
fn whoever_is_invited_chooses_a_password_and_forgets_it() {
    let directory = DataDirectory::of_two_territories();
    directory.account(ADMINISTRATOR, "Zoé Martin", "administration", None);
    let server = directory.serve(&["serve", "--base-url", "https://annuaire.example.org"]);
    // The cookie of a site that is reached over TLS alone.
    let zoe = server.log_in(ADMINISTRATOR);
    let invited = zoe.post(
        "/animation/comptes",
        &[("courriel", CAMILLE), ("nom", "Camille Durand"), ("role", "animation"), ("territoire", "dac-sud")],
    );
    assert_eq!(invited.status, 303, "{}", invited.body);
    assert!(invited.to.ends_with("?dit=invite"), "{}", invited.to);
    assert!(zoe.get(&invited.to).body.contains("n’a pas encore choisi son mot de passe"));

    let first = directory.mailed_secret(CAMILLE, 1);
    let letter = directory.letters(CAMILLE).remove(0);
    for said in [
        "Bonjour Camille Durand,",
        "Zoé Martin vous invite",
        "https://annuaire.example.org/connexion/lien?secret=",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    assert_eq!(server.try_password(CAMILLE, PASSWORD, &[]).0.status, 422, "nobody logs in before");

    // The letter is sent again: the former link opens nothing any more.
    let account = invited.to.trim_end_matches("?dit=invite");
    assert!(zoe.post(&format!("{account}/lien"), &[]).to.ends_with("?dit=invite"));
    let second = directory.mailed_secret(CAMILLE, 2);
    assert_ne!(first, second);
    let former = server.person("").get(&format!("/connexion/lien?secret={first}"));
    assert_eq!(former.status, 410);
    assert!(former.body.contains("/connexion/oubli"), "another is offered: {}", former.body);

    // Whoever was invited and says they forgot is invited again, for as long.
    server.person("").post("/connexion/oubli", &[("courriel", CAMILLE)]);
    let second = directory.mailed_secret(CAMILLE, 3);
    assert!(directory.letters(CAMILLE)[2].contains("7 jours"));

    // Programs that read mail follow links: nothing is used up.
    let page = server.person("").get(&format!("/connexion/lien?secret={second}"));
    let page_again = server.person("").get(&format!("/connexion/lien?secret={second}"));
    assert_eq!((page.status, page_again.status), (200, 200));
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("no-referrer", "no-store"));
    assert_eq!(page.between("name=\"secret\" value=\"", "\""), second);
    let weak =
        server.person("").post("/connexion/lien", &[("secret", &second), ("mot_de_passe", "camilledurand1")]);
    assert_eq!(weak.status, 422);
    assert!(
        weak.body.contains("moins courant")
            && weak.body.contains(&second)
            && !weak.body.contains("camilledurand1")
    );
    assert_eq!(choose(&server, &second, PASSWORD), (303, "/connexion?dit=pret".to_owned()));
    assert_eq!(choose(&server, &second, ANOTHER).0, 410, "once");
    let camille = server.log_in(CAMILLE);
    assert_eq!(camille.get("/animation").status, 200);

    // Forgotten: another letter, and the sessions end with the former password.
    let asked = server.person("").post("/connexion/oubli", &[("courriel", " Camille@DAC.example ")]);
    assert_eq!((asked.status, asked.to.as_str()), (303, "/connexion?dit=lien"));
    let reset = directory.mailed_secret(CAMILLE, 4);
    assert!(directory.letters(CAMILLE)[3].contains("dans l’heure"));
    assert_eq!(camille.get("/animation").status, 200, "what somebody else asks changes nothing");
    assert_eq!(choose(&server, &reset, ANOTHER).0, 303);
    assert_eq!(camille.get("/animation").status, 303, "its sessions end");
    assert_eq!(server.try_password(CAMILLE, PASSWORD, &[]).0.status, 422);
    assert_eq!(server.try_password(CAMILLE, ANOTHER, &[]).0.status, 303);
    assert_eq!(server.try_password(ADMINISTRATOR, PASSWORD, &[]).0.status, 303, "and nobody else’s");
}

#[test]
fn of_two_who_use_a_link_at_once_one_has_the_account() {
    let directory = DataDirectory::of_two_territories();
    let added = directory.json(&["account", "add", CAMILLE, "--name", "Camille Durand", "--json"]);
    let link = added["link"].as_str().unwrap();
    let secret = link.strip_prefix("http://127.0.0.1:8080/connexion/lien?secret=").unwrap();
    let server = directory.serve(&["serve"]);
    let racers = 6;
    let together = Barrier::new(racers);
    let outcomes: Vec<(String, u16)> = std::thread::scope(|scope| {
        let racing: Vec<_> = (0..racers)
            .map(|racer| {
                let (together, server) = (&together, &server);
                scope.spawn(move || {
                    let password = format!("{racer} hippopotames chantent faux");
                    together.wait();
                    let status = choose(server, secret, &password).0;
                    (password, status)
                })
            })
            .collect();
        racing.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let won: Vec<&String> =
        outcomes.iter().filter(|(_, status)| *status == 303).map(|(password, _)| password).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|(_, status)| [303, 410].contains(status)), "{outcomes:?}");
    for (password, _) in &outcomes {
        let opens = server.try_password(CAMILLE, password, &[]).0.status == 303;
        assert_eq!(opens, password == won[0], "{password}");
    }
}

#[test]
fn a_letter_that_does_not_leave_is_said_and_sent_again() {
    let directory = DataDirectory::of_two_territories();
    directory.account(ADMINISTRATOR, "Zoé Martin", "administration", None);
    // Nobody listens there.
    let mut command = directory.maille(&["serve"]);
    command.env("MAILLE_SMTP_URL", "smtp://poste:secret-du-poste@127.0.0.1:1");
    let server = Server::start(command);
    server.wait_until_ready();
    let zoe = server.log_in(ADMINISTRATOR);
    let fields = [("courriel", CAMILLE), ("nom", "Camille Durand"), ("role", "accueil"), ("territoire", "*")];
    let invited = zoe.post("/animation/comptes", &fields);
    assert!(invited.to.ends_with("?dit=nonenvoye"), "{}", invited.to);
    let page = zoe.get(&invited.to);
    assert!(
        page.body.contains("Le courriel n’est pas parti")
            && page.body.contains("Envoyer l’invitation de nouveau")
    );
    let again = format!("{}/lien", invited.to.trim_end_matches("?dit=nonenvoye"));
    assert!(zoe.post(&again, &[]).to.ends_with("?dit=nonenvoye"));
    server.wait_until_logged("un courriel n’est pas parti");
    for line in server.log() {
        assert!(!line.contains("secret-du-poste") && !line.contains(CAMILLE), "{line}");
    }
    let help = directory
        .maille(&["serve", "--help"])
        .env("MAILLE_SMTP_URL", "smtp://a:secret-du-poste@b")
        .output()
        .unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("secret-du-poste"));
}

#[test]
fn the_command_line_tells_lists_and_closes() {
    let directory = DataDirectory::of_two_territories();
    let fails = |arguments: &[&str], says: &str| {
        let output = directory.run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(says), "{arguments:?}: {said}");
    };
    let base = ["--base-url", "https://annuaire.example.org"];
    let add = directory.run(&[&["account", "add", CAMILLE, "--name", "Camille Durand"], &base[..]].concat());
    let told = String::from_utf8(add.stdout).unwrap();
    assert!(
        told.lines().last().unwrap().starts_with("https://annuaire.example.org/connexion/lien?secret="),
        "{told}"
    );
    let secret = told.trim_end().split_once("secret=").unwrap().1;
    assert!(!String::from_utf8(add.stderr).unwrap().contains(secret), "a result is no line of the log");
    fails(&["account", "add", CAMILLE, "--name", "Autre"], "un compte a déjà l’adresse");
    fails(&["account", "add", "b@dac.example", "--name", "camille durand"], "un compte signe déjà");
    fails(&["account", "link", "nobody@dac.example"], "aucun compte « nobody@dac.example »");

    directory.account(ADMINISTRATOR, "Zoé Martin", "administration", None);
    let listed = directory.json(&["account", "list", "--json"]);
    assert_eq!(listed[0]["email"], CAMILLE);
    assert_eq!((&listed[0]["has_password"], &listed[1]["has_password"]), (&false.into(), &true.into()));
    let link = directory.json(&["account", "link", CAMILLE, "--json"]);
    assert!(link["link"].as_str().unwrap().contains("/connexion/lien?secret="));

    assert_eq!(directory.json(&["account", "close", CAMILLE, "--json"])["closed"], true);
    assert_eq!(directory.json(&["account", "list", "--json"]).as_array().unwrap().len(), 1);
    fails(&["account", "close", ADMINISTRATOR], "c’est le dernier compte qui administre tout l’annuaire");
    // Whoever comes back has the name that history knows.
    let back =
        directory.json(&["account", "add", CAMILLE, "--name", "Camille D.", "--role", "accueil", "--json"]);
    assert_eq!((&back["name"], &back["roles"][0]["role"]), (&"Camille Durand".into(), &"accueil".into()));
    assert_eq!(back["roles"].as_array().unwrap().len(), 1);
}
