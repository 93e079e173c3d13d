//! Calls of the desk, followed up over HTTP: called back, asked about, handed to a coordinator, by their desk alone.

use maille_domain::ListingId;

use crate::support::team::{Answer, PASSWORD, Person};
use crate::support::{DataDirectory, Server};

const ONE: &str = "00000000-0000-4000-8000-000000000001";
const TWO: &str = "1a2b3c4d-0000-4000-8000-000000000002";

fn emg() -> String {
    ListingId::founded_by("annuaire", "emg-1").to_string()
}

/// Writes the sheet of a call as the desk's form does; which version it is then.
fn answer(person: &Person, call: &str, version: u32, done: &str, sheet: &[(&str, &str)]) -> u32 {
    let writing = format!("{}{version:04x}", &call[..32]);
    let seen = version.to_string();
    let fields = [("appel", call), ("version", &seen), ("envoi", &writing), ("faire", done)];
    let answer = person.post("/accueil", &[&fields[..], sheet].concat());
    assert_eq!(answer.status, 303, "{done}: {}", answer.body);
    version + 1
}

/// Does something of a call that was seen in this version.
fn follow(person: &Person, call: &str, version: u32, done: &str) -> Answer {
    let version = version.to_string();
    person.post(&format!("/accueil/appels/{call}"), &[("version", &version), ("faire", done)])
}

/// Does it, which must be good; what is said of it.
fn followed(person: &Person, call: &str, version: u32, done: &str) -> String {
    let answer = follow(person, call, version, done);
    assert_eq!(answer.status, 303, "{done}: {}", answer.body);
    let page = person.get(&answer.to);
    assert_eq!(page.status, 200, "{}", page.body);
    let (_, said) = page.body.split_once("class=\"said\"").unwrap_or_else(|| panic!("{done}: {}", page.body));
    said.split_once("<span>").unwrap().1.split_once("</span>").unwrap().0.replace('\u{202f}', " ")
}

/// A list, and how many calls its tab says that it has.
fn list(person: &Person, code: &str) -> (String, usize) {
    let page = person.get(&format!("/accueil/appels?liste={code}"));
    assert_eq!(page.status, 200, "{}", page.body);
    // After the menu and the tabs of the desk.
    let current = page.body.split("aria-current=\"page\">").last();
    let count = current.unwrap().split_once('(').unwrap().1.split_once(')').unwrap().0.parse().unwrap();
    (page.body.replace(['\u{a0}', '\u{202f}'], " "), count)
}

#[test]
fn a_call_is_followed_up_by_its_desk() {
    let directory = DataDirectory::of_two_territories();
    directory.account("accueil@sud.example", "Alix Morel", "accueil", Some("dac-sud"));
    directory.account("animation@sud.example", "Camille Durand", "animation", Some("dac-sud"));
    directory.account("accueil@garonne.example", "Maxime Roux", "accueil", Some("dac-toulouse"));
    let mut command = directory.maille(&["serve"]);
    command.env("RUST_LOG", "trace");
    let server = Server::start(command);
    server.wait_until_ready();
    let [alix, camille, maxime] = ["accueil@sud.example", "animation@sud.example", "accueil@garonne.example"]
        .map(|email| server.log_in(email));
    for code in ["a-rappeler", "a-demander", "niveau-2", "tous"] {
        let (page, count) = list(&alix, code);
        assert!(count == 0 && page.contains("class=\"empty\""), "{page}");
    }

    // Somebody is to be called back, and is.
    let sheet = [
        ("q", "equipe mobile geriatrie bagneux"),
        ("besoin", "confus à domicile"),
        ("note", "vit au 3e étage <b>sans ascenseur</b>"),
        ("demandeur", "medecin-generaliste"),
        ("rappeler", "oui"),
    ];
    let version = answer(&alix, ONE, 0, &format!("donner:{}", emg()), &sheet);
    let version = answer(&alix, ONE, version, "terminer", &sheet);
    let (page, count) = list(&camille, "a-rappeler");
    assert_eq!(count, 1, "the whole desk sees it: {page}");
    for told in [
        "confus à domicile",
        "Médecin généraliste · Bagneux (92)",
        "par Alix Morel, terminé",
        ", encore ",
        "Aucun numéro n’est gardé ici",
        "Équipe mobile de gériatrie des Coteaux",
        "&#60;b&#62;sans ascenseur&#60;/b&#62;",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let back = [
        ("version", &*version.to_string()),
        ("faire", "rappele"),
        ("retour", "/accueil/appels?liste=a-rappeler"),
    ];
    for time in ["once", "sent again because its answer was lost"] {
        let recalled = camille.post(&format!("/accueil/appels/{ONE}"), &back);
        assert_eq!(
            (recalled.status, &*recalled.to),
            (303, "/accueil/appels?liste=a-rappeler&dit=rappele"),
            "{time}"
        );
    }
    assert!(
        camille
            .get("/accueil/appels?liste=a-rappeler&dit=rappele")
            .body
            .contains("la personne a été rappelée")
    );
    assert_eq!((list(&alix, "a-rappeler").1, list(&alix, "tous").1), (0, 1));

    // Another window still shows what was before.
    let stale = follow(&alix, ONE, version, "ecarter");
    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("a changé entre-temps") && stale.body.contains("Rappelé "), "{}", stale.body);
    let version = version + 1;
    assert!(stale.body.contains(&format!("name=\"version\" value=\"{version}\"")), "{}", stale.body);

    // It did not work: whoever keeps the sheet true is told, once, until it is settled.
    let page = alix.get(&format!("/accueil/appels/{ONE}"));
    for told in [
        "tel:+33199000001",
        &format!("value=\"issue:{}:non-eligible\"", emg()),
        "Médecin généraliste",
        "fiche.json",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let said = followed(&alix, ONE, version, &format!("issue:{}:complet", emg()));
    assert_eq!(said, "C’est noté. L’échec est signalé à l’équipe d’animation.");
    let token = camille.post(
        "/animation/compte/jetons",
        &[("nom", "essai"), ("mot_de_passe", PASSWORD), ("portee", "lire")],
    );
    let program = server.program(token.between("<code class=\"secret\">", "</code>"));
    let inbox = program.get("/api/v1/inbox?kind=echec").json();
    assert_eq!(
        (&inbox["counts"]["echec"], &inbox["lines"][0]["outcome"]),
        (&1.into(), &"complet".into()),
        "{inbox}"
    );
    let line = inbox["lines"][0]["key"].as_str().unwrap();
    let page = camille.get("/animation?type=echec").body;
    assert!(page.contains("Service complet") && page.contains("Alix Morel a demandé"), "{page}");
    assert_eq!(
        camille.post("/animation/traiter", &[("geste", "echec-traite"), ("ligne", line)]).status,
        422,
        "why?"
    );
    let settle = [("geste", "echec-traite"), ("ligne", line), ("raison", "délai corrigé")];
    assert_eq!(alix.post("/animation/traiter", &settle).status, 403);
    let settled = camille.post("/animation/traiter", &settle);
    assert!(settled.status == 303 && settled.to.contains("faites=1"), "{settled:?}");
    assert!(camille.get(&settled.to).body.contains("1\u{a0}échec traité."));
    assert_eq!(program.get("/api/v1/inbox").json()["counts"]["echec"], 0);
    let said = followed(&alix, ONE, version + 1, &format!("sans-issue:{}", emg()));
    assert_eq!(said, "Cette réponse est retirée.");

    // A coordinator goes on with another one.
    let note = [("q", "aide à domicile bagneux"), ("note", "situation complexe")];
    let version = answer(&alix, TWO, 0, "chercher", &note);
    assert!(followed(&alix, TWO, version, "niveau-2").contains("est confié au niveau"));
    assert_eq!(list(&alix, "niveau-2").1, 1);
    let file = alix.get(&format!("/accueil/appels/{TWO}/fiche.json"));
    let named = file.header("content-disposition");
    assert!(
        named.starts_with("attachment; filename=\"appel-20") && named.ends_with("-1a2b3c4d.json\""),
        "{named}"
    );
    let sheet = file.json();
    assert_eq!(
        (&sheet["answer"], &sheet["note"]),
        (&"appui-coordination".into(), &"situation complexe".into())
    );
    assert!(sheet["handed_at"].is_string() && sheet["home"]["name"] == "Bagneux (92)", "{sheet}");
    assert_eq!(followed(&alix, TWO, version + 1, "niveau-1"), "L’appel reste à l’accueil.");
    assert_eq!(list(&alix, "niveau-2").1, 0);
    assert!(followed(&alix, TWO, version + 2, "ecarter").contains("il ne compte plus nulle part"));
    let (page, count) = list(&alix, "tous");
    assert!(count == 2 && page.contains("écarté : ce n’était pas un appel"), "{page}");
    assert!(followed(&alix, TWO, version + 3, "retablir").contains("il compte de nouveau"));
    assert!(
        alix.get("/accueil/appels?liste=tous&demandeur=usager").body.contains("Aucun appel avec ces filtres")
    );

    // For another desk, neither is there.
    for code in ["a-rappeler", "a-demander", "niveau-2", "tous"] {
        assert_eq!(list(&maxime, code).1, 0, "{code}");
    }
    for path in ["", "/fiche.json"] {
        assert_eq!(maxime.get(&format!("/accueil/appels/{ONE}{path}")).status, 404, "{path}");
    }
    assert_eq!(follow(&maxime, ONE, version, "ecarter").status, 404);

    // What no page sends.
    for (done, seen) in
        [("terminer", "1"), ("issue:x:complet", "1"), ("", "1"), ("rappele", "0"), ("rappele", "x")]
    {
        let wrong = alix.post(&format!("/accueil/appels/{ONE}"), &[("faire", done), ("version", seen)]);
        assert_eq!(wrong.status, 400, "{done} {seen}");
    }
    for (path, status) in [
        ("/accueil/appels/x", 404),
        ("/accueil/appels/00000000-0000-0000-0000-000000000000", 404),
        ("/accueil/appels?liste=autre", 400),
        ("/accueil/appels?page=x", 400),
        ("/accueil/appels?page=999", 200),
        ("/accueil/appels?liste=tous&jour=hier", 400),
        ("/accueil/appels?liste=tous&jour=%2B262142-12-31", 200),
        ("/accueil/appels?dit=%3Cb%3E", 200),
    ] {
        let answer = alix.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.body.contains("<b>"), "{path}");
    }

    // What was said in calls is nobody's business who reads the log.
    server.wait_until_logged("/accueil/appels");
    for line in server.log() {
        for said in ["confus", "ascenseur", "complexe"] {
            assert!(!line.contains(said), "{line}");
        }
    }
}
