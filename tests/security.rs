//! Attacks on whoever is logged in, and on whoever is not: each fails, and is seen to.

use std::process::Command;

use serde_json::json;

use crate::support::team::PASSWORD;
use crate::support::{DataDirectory, Server, wait_until};

const CAMILLE: &str = "camille.durand@dac.example";
const ZOE: &str = "zoe.martin@dac.example";
const ANOTHER: &str = "cinq hippopotames chantent faux";

fn directory_of_two_people() -> DataDirectory {
    let directory = DataDirectory::of_two_territories();
    directory.account(ZOE, "Zoé Martin", "administration", None);
    directory.account(CAMILLE, "Camille Durand", "animation", Some("dac-sud"));
    directory
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().into()
}

#[test]
fn a_planted_cookie_is_not_the_one_after_logging_in() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    let attacker = server.log_in(CAMILLE);
    let planted =
        [attacker.cookie().to_owned(), format!("maille={}", "ab".repeat(32)), "maille=x".to_owned()];
    for cookie in &planted {
        let victim = server.person(cookie);
        let answer = victim.post("/connexion", &[("courriel", ZOE), ("mot_de_passe", PASSWORD)]);
        assert_eq!(answer.status, 303, "{cookie}");
        let given = answer.cookie().unwrap();
        assert_ne!(given, *cookie);
        assert!(server.person(&given).get("/animation").body.contains("Zoé Martin"));
        assert_eq!(victim.get("/animation").status, 303, "what was planted opens nothing: {cookie}");
    }
    assert_eq!(attacker.get("/animation").status, 303, "the session that was there is closed");
}

#[test]
fn a_password_is_not_guessed_and_nobody_else_is_locked_out() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    for guess in 0..10 {
        assert_eq!(server.try_password(CAMILLE, &format!("essai {guess}"), &[]).0.status, 422);
    }
    let refused = server.try_password(CAMILLE, PASSWORD, &[]);
    assert_eq!((refused.0.status, &refused.1), (429, &None), "not even with the right one");
    assert!(refused.0.body.contains("Trop d’essais sans succès"));
    assert_eq!(
        server.try_password(&CAMILLE.to_uppercase(), PASSWORD, &[]).0.status,
        429,
        "however it is written"
    );
    let zoe = server.log_in(ZOE);
    // Nor with a session that was stolen.
    for guess in 0..10 {
        let fields = [("ancien", format!("essai {guess}")), ("nouveau", ANOTHER.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(zoe.post("/animation/compte/motdepasse", &fields).status, 422);
    }
    let fields = [("ancien", PASSWORD), ("nouveau", ANOTHER)];
    assert_eq!(zoe.post("/animation/compte/motdepasse", &fields).status, 429);
}

#[test]
fn a_stolen_session_makes_no_token_and_a_null_character_breaks_nothing() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    let camille = server.log_in(CAMILLE);
    for password in ["", "autre chose"] {
        let token = [("nom", "essai"), ("portee", "lire"), ("mot_de_passe", password)];
        assert_eq!(camille.post("/animation/compte/jetons", &token).status, 422, "{password}");
    }
    let nobody = server.person("");
    for path in ["/connexion", "/connexion/oubli", "/connexion/lien"] {
        let fields = [("courriel", "a\0@b.fr"), ("secret", "\0"), ("mot_de_passe", PASSWORD)];
        let status = nobody.post(path, &fields).status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
}

#[test]
fn nobody_learns_who_has_an_account() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    let unknown = "personne.du.tout@dac.example";
    let about = |email: &str| {
        let (refused, cookie) = server.try_password(email, "autre chose que le bon", &[]);
        let forgotten = server.person("").post("/connexion/oubli", &[("courriel", email)]);
        let body = |body: &str| body.replace(email, "ADRESSE");
        let mut headers =
            vec![forgotten.header("set-cookie").to_owned(), forgotten.header("cache-control").to_owned()];
        headers.push(refused.header("set-cookie").to_owned());
        (
            refused.status,
            body(&refused.body),
            cookie,
            forgotten.status,
            forgotten.to.clone(),
            body(&forgotten.body),
            headers,
        )
    };
    assert_eq!(about(CAMILLE), about(unknown));
    directory.mailed_secret(CAMILLE, 1);
    assert!(directory.letters(unknown).is_empty());
    // Neither by how many letters one may ask for.
    let asked = |email: &str| {
        let answers =
            (0..3).map(|_| server.person("").post("/connexion/oubli", &[("courriel", email)]).status);
        answers.collect::<Vec<u16>>()
    };
    assert_eq!(asked(CAMILLE), [303, 303, 429]);
    assert_eq!(asked(unknown), [303, 303, 429]);
}

#[test]
fn no_address_leads_out_of_the_house_and_no_letter_either() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    let logged_in = server.log_in(ZOE);
    for evil in [
        "https://evil.example/animation",
        "//evil.example",
        "/\\evil.example",
        "/animation/\\evil.example",
        "javascript:alert(1)",
        "/animationevil",
        "/animation\r\nLocation: https://evil.example",
        "/recherche",
    ] {
        let (after, cookie) = server.try_password(ZOE, PASSWORD, &[("vers", evil)]);
        assert_eq!((after.status, after.to.as_str()), (303, "/animation"), "{evil}");
        assert!(cookie.is_some());
        let encoded: Vec<String> = evil.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = encoded.concat();
        let there = logged_in.get(&format!("/connexion?vers={query}"));
        assert_eq!((there.status, there.to.as_str()), (303, "/animation"), "{evil}");
        // What is kept of a form goes to the team's pages alone.
        let draft = [("brouillon_vers", evil), ("brouillon", "a=b")];
        let (kept, _) = server.try_password(ZOE, PASSWORD, &draft);
        assert_eq!((kept.status, kept.to.as_str()), (303, "/animation"), "{evil}");
    }
    let evil = agent().post(format!("{}/connexion/oubli", server.address)).header("host", "evil.example");
    let evil = evil.header("x-forwarded-host", "evil.example").send_form([("courriel", CAMILLE)]).unwrap();
    assert_eq!(evil.status(), 303);
    directory.mailed_secret(CAMILLE, 1);
    let letter = directory.letters(CAMILLE).remove(0);
    assert!(letter.contains(&format!("{}/connexion/lien?secret=", server.address)), "{letter}");
    assert!(!letter.contains("evil"), "{letter}");
}

#[test]
fn a_session_opens_pages_a_token_opens_the_api_and_other_sites_neither() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    let zoe = server.log_in(ZOE);
    let made = zoe.post(
        "/animation/compte/jetons",
        &[("nom", "essai"), ("portee", "lire"), ("portee", "corriger"), ("mot_de_passe", PASSWORD)],
    );
    let token = made.between("<code class=\"secret\">", "</code>").to_owned();
    let secret = token.strip_prefix("maille_").unwrap();
    let session = zoe.cookie().strip_prefix("maille=").unwrap();
    let id = server.json("/api/v1/search?q=coteaux")["hits"][0]["id"].as_str().unwrap().to_owned();
    let history = format!("/api/v1/listings/{id}/history");
    assert_eq!(server.program(&token).get(&history).status, 200);
    assert_eq!(zoe.get(&history).status, 401, "a cookie says nothing here");
    for wrong in [session, secret, &format!("maille_{session}"), "", "x"] {
        assert_eq!(server.program(wrong).get(&history).status, 401, "{wrong}");
    }
    for cookie in [format!("maille={secret}"), format!("maille={token}"), format!("__Host-maille={session}")]
    {
        assert_eq!(server.person(&cookie).get("/animation").status, 303, "{cookie}");
    }
    let page = agent()
        .get(format!("{}/animation", server.address))
        .header("authorization", &format!("Bearer {token}"));
    assert_eq!(page.call().unwrap().status(), 303);
    // A form of another site, with the browser of whoever is logged in.
    for path in
        ["/animation/comptes", "/animation/compte/jetons", "/connexion", "/connexion/lien", "/deconnexion"]
    {
        let forged = agent().post(format!("{}{path}", server.address)).header("cookie", zoe.cookie());
        let forged = forged.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
        assert_eq!(forged.send_form([("nom", "x")]).unwrap().status(), 403, "{path}");
    }
    // Nor does one write by reading.
    for path in [
        "/animation/compte/jetons?nom=x&portee=lire",
        "/deconnexion",
        "/animation/compte/sessions?autres=oui",
    ] {
        assert_eq!(zoe.get(path).status, 405, "{path}");
    }
    assert_eq!(zoe.get("/animation").status, 200);
}

#[test]
fn a_cookie_is_for_the_server_alone_and_over_tls_when_there_is_tls() {
    let directory = directory_of_two_people();
    let flags = |arguments: &[&str]| {
        let server = directory.serve(arguments);
        let given = server.try_password(ZOE, PASSWORD, &[]).0.header("set-cookie").to_owned();
        let (secret, flags) =
            given.split_once("; ").map(|(pair, flags)| (pair.to_owned(), flags.to_owned())).unwrap();
        let name = secret.split('=').next().unwrap().to_owned();
        (name, flags)
    };
    let plain = flags(&["serve"]);
    assert_eq!(plain, ("maille".to_owned(), "Path=/; HttpOnly; SameSite=Lax".to_owned()));
    let secure = flags(&["serve", "--base-url", "https://annuaire.example.org"]);
    assert_eq!(secure, ("__Host-maille".to_owned(), "Path=/; HttpOnly; SameSite=Lax; Secure".to_owned()));
}

#[test]
fn what_people_write_of_themselves_is_shown_as_text() {
    let directory = directory_of_two_people();
    let server = directory.serve(&["serve"]);
    let zoe = server.log_in(ZOE);
    let hostile = "<script>alert(1)</script>\" onload='x' {{7*7}}";
    let fields =
        [("courriel", "x@dac.example"), ("nom", hostile), ("role", "administration"), ("territoire", "*")];
    let invited = zoe.post("/animation/comptes", &fields);
    assert_eq!(invited.status, 303, "{}", invited.body);
    let secret = directory.mailed_secret("x@dac.example", 1);
    let chosen =
        server.person("").post("/connexion/lien", &[("secret", &secret), ("mot_de_passe", PASSWORD)]);
    assert_eq!(chosen.status, 303);
    let hostile_one = server.log_in("x@dac.example");
    let token = [("nom", hostile), ("portee", "lire"), ("mot_de_passe", PASSWORD)];
    assert_eq!(hostile_one.post("/animation/compte/jetons", &token).status, 200);
    let refused = [
        ("courriel", "\"><script>alert(2)</script>"),
        ("nom", hostile),
        ("role", "\"><b>"),
        ("territoire", "<b>"),
    ];
    for page in [
        zoe.get("/animation/comptes"),
        zoe.get(&invited.to),
        zoe.post("/animation/comptes", &refused),
        hostile_one.get("/animation"),
        hostile_one.get("/animation/compte"),
    ] {
        assert!(!page.body.contains("<script>alert") && !page.body.contains("\"><b>"), "{}", page.body);
        assert!(page.body.contains("&#60;script&#62;alert(1)"), "{}", page.body);
    }
}

#[test]
fn no_secret_is_in_the_log_nor_readable_in_the_database() {
    let directory = directory_of_two_people();
    let mut command = directory.maille(&["serve"]);
    command.env("RUST_LOG", "trace");
    let server = Server::start(command);
    server.wait_until_ready();
    let zoe = server.log_in(ZOE);
    assert_eq!(server.try_password(CAMILLE, "mot de passe tapé de travers", &[]).0.status, 422);
    let fields = [
        ("courriel", "noe@dac.example"),
        ("nom", "Noé Petit"),
        ("role", "accueil"),
        ("territoire", "dac-sud"),
    ];
    assert_eq!(zoe.post("/animation/comptes", &fields).status, 303);
    let invitation = directory.mailed_secret("noe@dac.example", 1);
    let page = server.person("").get(&format!("/connexion/lien?secret={invitation}"));
    assert_eq!(page.status, 200);
    assert_eq!(
        server.person("").get(&format!("/connexion/lien/{invitation}")).status,
        404,
        "never in a path"
    );
    let chosen =
        server.person("").post("/connexion/lien", &[("secret", &invitation), ("mot_de_passe", ANOTHER)]);
    assert_eq!(chosen.status, 303);
    assert_eq!(server.person("").post("/connexion/oubli", &[("courriel", CAMILLE)]).status, 303);
    let reset = directory.mailed_secret(CAMILLE, 1);
    let made = zoe.post(
        "/animation/compte/jetons",
        &[("nom", "essai"), ("portee", "corriger"), ("mot_de_passe", PASSWORD)],
    );
    let token = made.between("<code class=\"secret\">maille_", "</code>").to_owned();
    let id = server.json("/api/v1/search?q=coteaux")["hits"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "value": "gratuit pour tous", "reason": "affichage vu", "seen": null });
    let written =
        server.program(&format!("maille_{token}")).put(&format!("/api/v1/listings/{id}/fields/cost"), &body);
    assert_eq!(written.status, 200, "{}", written.body);
    let session = zoe.cookie().strip_prefix("maille=").unwrap();

    let secrets = [PASSWORD, ANOTHER, "tapé de travers", &invitation, &reset, &token, session];
    server.wait_until_logged("/connexion/oubli");
    let said = ["Noé Petit", "noe@dac.example", CAMILLE, ZOE, "gratuit pour tous", "affichage vu"];
    for line in server.log() {
        for kept in secrets.iter().chain(&said) {
            assert!(!line.contains(kept), "{line}");
        }
    }
    for letter in directory.letters("noe@dac.example").iter().chain(&directory.letters(CAMILLE)) {
        assert!(!letter.contains(PASSWORD) && !letter.contains(ANOTHER), "{letter}");
    }

    // The private Postgres says its address.
    let log = server.log();
    let address = log
        .iter()
        .find_map(|line| line.split_once("database.url="))
        .unwrap()
        .1
        .split_whitespace()
        .next()
        .unwrap();
    let dump = Command::new("pg_dump").arg("--data-only").arg(address).output().unwrap();
    let dump = String::from_utf8(dump.stdout).unwrap();
    for table in ["account", "session", "mailed_link", "api_token"] {
        assert!(dump.contains(&format!("COPY public.{table} ")), "{table}");
    }
    assert!(dump.contains("$argon2id$") && dump.contains("noe@dac.example"));
    for secret in secrets {
        assert!(!dump.contains(secret), "{secret}");
    }
    wait_until("the server answers", || zoe.get("/animation").status == 200);
}
