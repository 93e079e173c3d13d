//! One's own account: password, sessions, tokens.

use crate::support::DataDirectory;
use crate::support::team::PASSWORD;

const CAMILLE: &str = "camille@dac.example";
const ANOTHER: &str = "cinq hippopotames chantent faux";

#[test]
fn one_changes_a_password_and_closes_what_one_does_not_know() {
    let directory = DataDirectory::of_two_territories();
    directory.account(CAMILLE, "Camille Durand", "animation", Some("dac-sud"));
    directory.account("zoe@dac.example", "Zoé Martin", "animation", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    let (camille, elsewhere, lost) = (server.log_in(CAMILLE), server.log_in(CAMILLE), server.log_in(CAMILLE));
    let zoe = server.log_in("zoe@dac.example");
    let page = camille.get("/animation/compte");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Animation, DAC du Sud") && page.body.contains("(celui-ci)"), "{}", page.body);
    assert_eq!(page.body.matches("name=\"session\"").count(), 2);

    // Nobody closes what is somebody else's, and what is revoked is closed at once.
    let session = lost.get("/animation/compte");
    let one = session.between("name=\"session\" value=\"", "\"");
    assert_eq!(zoe.post("/animation/compte/sessions", &[("session", one)]).status, 404);
    assert_eq!(zoe.post("/animation/compte/sessions", &[("session", "x")]).status, 404);
    let said = lost.post("/animation/compte/sessions", &[("session", one)]);
    assert_eq!(said.to, "/animation/compte?dit=session&navigateur=Autre+navigateur");
    assert!(
        lost.get("/animation/compte?dit=session&navigateur=Firefox")
            .body
            .contains("L’autre navigateur (Firefox)")
    );
    assert_eq!(lost.get("/animation/compte").body.matches("name=\"session\"").count(), 1);
    let still = [&camille, &elsewhere].iter().filter(|person| person.get("/animation").status == 200).count();
    assert_eq!(still, 1, "at once");
    assert_eq!(
        lost.post("/animation/compte/sessions", &[("autres", "oui")]).to,
        "/animation/compte?dit=sessions"
    );
    for (person, status) in [(&camille, 303), (&elsewhere, 303), (&lost, 200), (&zoe, 200)] {
        assert_eq!(person.get("/animation").status, status);
    }

    let camille = server.log_in(CAMILLE);
    let other = server.log_in(CAMILLE);
    let wrong =
        camille.post("/animation/compte/motdepasse", &[("ancien", "autre chose"), ("nouveau", ANOTHER)]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("Ce n’est pas votre mot de passe actuel") && !wrong.body.contains(ANOTHER));
    let weak =
        camille.post("/animation/compte/motdepasse", &[("ancien", PASSWORD), ("nouveau", "motdepasse123")]);
    assert_eq!(weak.status, 422);
    let changed = camille.post("/animation/compte/motdepasse", &[("ancien", PASSWORD), ("nouveau", ANOTHER)]);
    assert_eq!((changed.status, changed.to.as_str()), (303, "/animation/compte?dit=motdepasse"));
    let rotated = changed.cookie().unwrap();
    assert_ne!(rotated, camille.cookie());
    assert_eq!(camille.get("/animation").status, 303, "the former secret opens nothing");
    assert_eq!((other.get("/animation").status, lost.get("/animation").status), (303, 303));
    assert_eq!(server.person(&rotated).get("/animation").status, 200);
    assert_eq!(zoe.get("/animation").status, 200, "nobody else’s session ends");
    assert_eq!(server.try_password(CAMILLE, PASSWORD, &[]).0.status, 422);
}

#[test]
fn a_token_is_shown_once_and_revoked_at_once() {
    let directory = DataDirectory::of_two_territories();
    directory.account(CAMILLE, "Camille Durand", "animation", Some("dac-sud"));
    directory.account("zoe@dac.example", "Zoé Martin", "animation", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    let camille = server.log_in(CAMILLE);
    let wrong = camille.post("/animation/compte/jetons", &[("nom", ""), ("jusqu_au", "2020-01-01")]);
    assert_eq!(wrong.status, 422);
    for said in ["attendu un nom", "Choisissez ce que le jeton permet", "attendu un jour à venir"] {
        assert!(wrong.body.contains(said), "{said}: {}", wrong.body);
    }
    let fields = [
        ("nom", "Tableur <b>"),
        ("portee", "lire"),
        ("portee", "corriger"),
        ("jusqu_au", "2099-12-31"),
        ("mot_de_passe", PASSWORD),
    ];
    let made = camille.post("/animation/compte/jetons", &fields);
    assert_eq!((made.status, made.header("cache-control")), (200, "no-store"));
    let token = made.between("<code class=\"secret\">", "</code>");
    assert_eq!(token.len(), "maille_".len() + 64);
    let page = camille.get("/animation/compte");
    assert!(!page.body.contains(token), "once");
    assert!(
        page.body.contains("Tableur &#60;b&#62;") && page.body.contains("jamais utilisé"),
        "{}",
        page.body
    );
    assert!(page.body.contains("jusqu’au 31\u{a0}décembre\u{a0}2099"), "{}", page.body);

    let listing = server.json("/api/v1/search?q=clic")["hits"][0]["id"].as_str().unwrap().to_owned();
    let history = format!("/api/v1/listings/{listing}/history");
    let program = server.program(token);
    let read = program.get(&history);
    assert_eq!(read.status, 200, "{}", read.body);
    let own = camille.get("/animation/compte?dit=motdepasse").body;
    assert!(own.contains("utilisé à l’instant") && own.contains("reste valable"), "{own}");
    let id = page.between("name=\"jeton\" value=\"", "\"");
    assert_eq!(
        server.log_in("zoe@dac.example").post("/animation/compte/jetons/revoquer", &[("jeton", id)]).status,
        404
    );
    assert_eq!(program.get(&history).status, 200);
    assert_eq!(
        camille.post("/animation/compte/jetons/revoquer", &[("jeton", id)]).to,
        "/animation/compte?dit=revoque"
    );
    let after = program.get(&history);
    assert_eq!((after.status, after.header("www-authenticate")), (401, "Bearer realm=\"maille\""));
    assert!(camille.get("/animation/compte").body.contains("Aucun jeton"));
}
