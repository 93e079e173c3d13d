//! The answer of a call leaves, and tells nothing else of it.

use std::path::Path;

use crate::support::mail::MailServer;
use crate::support::team::Person;
use crate::support::{DataDirectory, Server};

const ALIX: &str = "alix@dac.example";
const CAMILLE: &str = "camille@dac.example";
const ELSEWHERE: &str = "garonne@dac.example";
const CALL: &str = "11111111-1111-4111-8111-111111111111";
/// Whoever is answered.
const ASKER: &str = "cabinet.des-tilleuls@medecins.example";
const SEARCHED: &str = "équipe mobile bagneux chute avant-hier";
const NOTED: &str = "refuse les soins, clé chez la gardienne";

fn directory_with_a_desk() -> DataDirectory {
    let directory = DataDirectory::of_two_territories();
    directory.account(ALIX, "Alix Morel", "accueil", Some("dac-sud"));
    directory.account(CAMILLE, "Camille Durand", "animation", Some("dac-sud"));
    directory.account(ELSEWHERE, "Gaël Riquet", "accueil", Some("dac-toulouse"));
    directory
}

/// Does that in the call, as the page that shows it sends it.
fn take(person: &Person, gesture: &str) {
    let seen = person.get(&format!("/accueil?appel={CALL}"));
    let named = |name: &str| seen.between(&format!("name=\"{name}\" value=\""), "\"").to_owned();
    let (version, sending) = if seen.status == 404 {
        ("0".to_owned(), "22222222-2222-4222-8222-222222222222".to_owned())
    } else {
        (named("version"), named("envoi"))
    };
    let fields = [
        ("appel", CALL),
        ("version", &version),
        ("envoi", &sending),
        ("q", SEARCHED),
        ("besoin", SEARCHED),
        ("note", NOTED),
        ("domicile", "92007"),
        ("faire", gesture),
    ];
    let taken = person.post("/accueil", &fields);
    assert_eq!(taken.status, 303, "{gesture}: {}", taken.body);
}

fn id_of(server: &Server, query: &str) -> String {
    server.json(&format!("/api/v1/search?q={query}"))["hits"][0]["id"].as_str().unwrap().to_owned()
}

fn answer() -> String {
    format!("/accueil/appels/{CALL}/reponse")
}

/// Whether any file below holds this text: tables, logs of writes, everything.
fn is_written(below: &Path, text: &str) -> bool {
    std::fs::read_dir(below).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return is_written(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn an_answer_leaves_by_mail_and_its_address_is_kept_nowhere() {
    let (directory, mail) = (directory_with_a_desk(), MailServer::start());
    let server = directory.serve(&["serve", "--smtp-url", &mail.address]);
    let alix = server.log_in(ALIX);
    take(&alix, "chercher");
    let nothing = alix.get(&answer());
    assert_eq!(nothing.status, 200);
    assert!(nothing.body.contains("aucune ressource à donner"), "{}", nothing.body);
    for query in ["coteaux", "orme"] {
        take(&alix, &format!("proposer:{}", id_of(&server, query)));
    }
    let page = alix.get(&answer());
    for said in
        ["Rien n’est encore noté comme donné", "Deux ressources", "01 99 00 00 01", "pour Bagneux (92)"]
    {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }

    for wrong in ["", "cabinet", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"] {
        let refused = alix.post(&answer(), &[("faire", "courriel"), ("adresse", wrong)]);
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.body.contains("Écrivez une seule adresse"), "{wrong}");
    }
    let kept = alix.post(&answer(), &[("faire", "courriel"), ("adresse", "cabinet des tilleuls")]);
    assert!(kept.body.contains("value=\"cabinet des tilleuls\""), "what was typed is given back");
    assert!(alix.get(&answer()).body.contains("Rien n’est encore noté"), "nothing has left");

    let sent = alix.post(&answer(), &[("faire", "courriel"), ("adresse", ASKER)]);
    assert_eq!((sent.status, sent.to.clone()), (303, format!("{}?dit=envoyee", answer())), "{}", sent.body);
    let after = alix.get(&sent.to);
    assert!(!after.body.contains("Rien n’est encore noté") && !after.body.contains(ASKER), "{}", after.body);
    let letters = mail.taken();
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(letter.to, [ASKER]);
    let letter = &letter.text;
    let whole = page.between("rows=\"12\" spellcheck=\"false\">", "</textarea>").replace("&#39;", "'");
    assert!(letter.contains(whole.trim()), "{whole}\n{letter}");
    for said in [
        "1. CLIC de l’Orme",
        "2. Équipe mobile de gériatrie des Coteaux",
        "01 99 00 00 01",
        "Pour Bagneux (92)",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    for kept in ["gardienne", "avant-hier", CALL, "Alix"] {
        assert!(!letter.contains(kept), "{kept}: {letter}");
    }
    // Given: the sheet counts an orientation.
    assert!(alix.get(&format!("/accueil?appel={CALL}")).body.contains("dont 2 données"));

    for more in 0..30 {
        let status = alix.post(&answer(), &[("faire", "courriel"), ("adresse", ASKER)]).status;
        assert_eq!(status, if more < 19 { 303 } else { 429 }, "{more}");
    }
    assert_eq!(mail.taken().len(), 20);
    assert!(is_written(directory.path(), "gardienne"), "the database is where one looks");
    assert!(!is_written(directory.path(), ASKER), "in no table, and no folder");
    assert!(!server.log().iter().any(|line| line.contains(ASKER)));
}

#[test]
fn without_a_mail_server_nothing_is_mailed_and_no_address_is_asked_for() {
    let directory = directory_with_a_desk();
    let server = directory.serve(&["serve"]);
    let alix = server.log_in(ALIX);
    take(&alix, "chercher");
    take(&alix, &format!("proposer:{}", id_of(&server, "coteaux")));
    let page = alix.get(&answer());
    assert!(
        page.body.contains("n’envoie pas de courriels") && !page.body.contains("name=\"adresse\""),
        "{}",
        page.body
    );
    let refused = alix.post(&answer(), &[("faire", "courriel"), ("adresse", ASKER)]);
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("href=\"#texte\">Rien n’est parti"), "{}", refused.body);
    assert!(!refused.body.contains(ASKER) && directory.letters(ASKER).is_empty());
    assert!(alix.get(&answer()).body.contains("Rien n’est encore noté"), "nothing has left");
    assert!(is_written(directory.path(), "gardienne") && !is_written(directory.path(), ASKER));
}

#[test]
fn a_link_shows_the_resources_and_nothing_else_to_whoever_has_it() {
    let directory = directory_with_a_desk();
    let server = directory.serve(&["serve"]);
    let alix = server.log_in(ALIX);
    take(&alix, "chercher");
    let (given, hidden) = (id_of(&server, "coteaux"), id_of(&server, "orme"));
    for listing in [&given, &hidden] {
        take(&alix, &format!("donner:{listing}"));
    }

    let made = alix.post(&answer(), &[("faire", "lien")]);
    assert_eq!(made.status, 200, "{}", made.body);
    let link = made.between("id=\"lien\" type=\"text\" readonly value=\"", "\"").to_owned();
    let path = link.strip_prefix(&server.address).unwrap();
    let (address, secret) = path.split_once("?lien=").unwrap();
    assert_eq!((address, secret.len()), ("/reponse", 64), "the secret is not in the path");
    assert!(!alix.get(&answer()).body.contains(secret), "shown once");

    let nobody = server.person("");
    let page = nobody.get(path);
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    for said in ["CLIC de l’Orme", "Coteaux", "pour Bagneux (92)", "noindex", "Par ordre alphabétique"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    for kept in ["gardienne", "avant-hier", CALL, "Alix", secret] {
        assert!(!page.body.contains(kept), "{kept}: {}", page.body);
    }

    // As they are now.
    let camille = server.log_in(CAMILLE);
    let hide = [("presence", "masquee"), ("raison", "fermé, dit la mairie")];
    assert_eq!(camille.post(&format!("/animation/fiches/{hidden}/presence"), &hide).status, 303);
    crate::support::wait_until("it is hidden", || {
        nobody.get(path).body.contains("n’est plus dans l’annuaire")
    });

    // Another desk knows nothing of the call; whoever is not logged in logs in first.
    let elsewhere = server.log_in(ELSEWHERE);
    assert_eq!(elsewhere.get(&answer()).status, 404);
    for fields in [&[("faire", "lien")][..], &[("faire", "courriel"), ("adresse", ASKER)]] {
        assert_eq!(elsewhere.post(&answer(), fields).status, 404);
        assert_eq!(nobody.post(&answer(), fields).status, 401);
    }

    let other = format!("/reponse?lien={}", "0f".repeat(32));
    assert_eq!(nobody.get(&other).status, 404);
    assert!(!is_written(&directory.cluster(), secret));
    assert!(!server.log().iter().any(|line| line.contains(secret)));
    directory.stop_postgres();
    crate::support::wait_until("the link is away", || nobody.get(path).status == 503);
    assert!(nobody.get(path).body.contains("n’est pas perdu"));
}
