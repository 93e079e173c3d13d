//! Who invites, gives rights and closes accounts, and how far.

use crate::support::DataDirectory;
use crate::support::team::{Answer, Person};

const CAMILLE: &str = "camille@dac.example";

/// The page of an account, as whoever administers everything finds it.
fn address(list: &Answer, name: &str) -> String {
    // The menu has one's own name first.
    let (before, _) = list.body.rsplit_once(&format!("<bdi>{name}</bdi></a>")).expect(name);
    let (_, rest) = before.rsplit_once("href=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn invite(by: &Person, email: &str, name: &str, role: &str, territory: &str) -> Answer {
    let fields = [("courriel", email), ("nom", name), ("role", role), ("territoire", territory)];
    by.post("/animation/comptes", &fields)
}

#[test]
fn nobody_gives_nor_ends_what_goes_further_than_their_own() {
    let directory = DataDirectory::of_two_territories();
    directory.account("tout@dac.example", "Zoé Martin", "administration", None);
    directory.account("sud@dac.example", "Ali Sud", "administration", Some("dac-sud"));
    directory.account("31@dac.example", "Léa Toulouse", "administration", Some("dac-toulouse"));
    directory.account(CAMILLE, "Camille Durand", "animation", Some("dac-sud"));
    directory.account("accueil@dac.example", "Noé Accueil", "accueil", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    let [all, south, toulouse, camille, desk] =
        ["tout", "sud", "31", "camille", "accueil"].map(|who| server.log_in(&format!("{who}@dac.example")));

    // The pages are for administrators.
    let list = all.get("/animation/comptes");
    let [zoe, lea, of_camille] =
        ["Zoé Martin", "Léa Toulouse", "Camille Durand"].map(|name| address(&list, name));
    for person in [&camille, &desk] {
        assert_eq!(person.get("/animation/comptes").status, 403);
        assert_eq!(person.get(&of_camille).status, 403);
        assert_eq!(invite(person, "x@dac.example", "Intrus Un", "accueil", "dac-sud").status, 403);
        for action in ["droits", "droits/retirer", "lien", "fermer"] {
            let fields = [("role", "administration"), ("territoire", "dac-sud"), ("droit", "1")];
            assert_eq!(person.post(&format!("{of_camille}/{action}"), &fields).status, 403, "{action}");
        }
    }

    // An administrator of the South sees the South.
    let seen = south.get("/animation/comptes");
    assert!(seen.body.contains("Camille Durand") && seen.body.contains("Noé Accueil"));
    for other in ["Zoé Martin", "Léa Toulouse", "31@dac.example", "dac-toulouse", "Tout l’annuaire"] {
        assert!(!seen.body.contains(other), "{other}");
    }
    for (who, page) in [("another territory", &lea), ("the whole directory", &zoe)] {
        assert_eq!(south.get(page).status, 403, "{who}");
        for (action, fields) in [
            ("droits", vec![("role", "accueil"), ("territoire", "dac-sud")]),
            ("droits/retirer", vec![("droit", "1")]),
            ("lien", vec![]),
            ("fermer", vec![]),
        ] {
            assert_eq!(south.post(&format!("{page}/{action}"), &fields).status, 403, "{action} of {who}");
        }
    }
    // …and gives the South, to others or to themselves.
    for territory in ["dac-toulouse", "*"] {
        assert_eq!(
            invite(&south, "x@dac.example", "Intrus Un", "accueil", territory).status,
            403,
            "{territory}"
        );
        let fields = [("role", "administration"), ("territoire", territory)];
        assert_eq!(south.post(&format!("{of_camille}/droits"), &fields).status, 403);
        assert_eq!(invite(&south, "sud@dac.example", "Ali Sud", "administration", territory).status, 403);
    }
    for territory in ["", "dac-inconnu"] {
        assert_eq!(
            invite(&south, "x@dac.example", "Intrus Un", "accueil", territory).status,
            422,
            "{territory}"
        );
    }
    assert_eq!(directory.json(&["account", "list", "--json"]).as_array().unwrap().len(), 5, "nobody came in");

    // What the form does not ask for changes nothing.
    let given = south.post(
        &format!("{of_camille}/droits"),
        &[
            ("role", "accueil"),
            ("territoire", "dac-sud"),
            ("territory", "dac-toulouse"),
            ("account", "x"),
            ("compte", "x"),
            ("password", "x"),
            ("given_by", "x"),
            ("courriel", "pirate@evil.example"),
        ],
    );
    assert_eq!((given.status, given.to.as_str()), (303, format!("{of_camille}?dit=donne").as_str()));
    let page = south.get(&of_camille);
    assert!(
        page.body.contains("<bdi>Accueil, DAC du Sud</bdi>") && page.body.contains(CAMILLE),
        "{}",
        page.body
    );
    assert!(page.body.contains("Ancien droit") && page.body.contains("retiré par Ali Sud"), "{}", page.body);
    assert_eq!(camille.get("/animation/comptes").status, 403);

    // Who has rights elsewhere too is seen, and not closed; and their other rights are not shown.
    assert!(
        invite(&toulouse, CAMILLE, "Camille Durand", "animation", "dac-toulouse").to.ends_with("?dit=droit")
    );
    let page = south.get(&of_camille);
    assert!(
        page.body.contains("hors de vos territoires") && !page.body.contains("DAC de Toulouse"),
        "{}",
        page.body
    );
    assert_eq!(south.post(&format!("{of_camille}/fermer"), &[]).status, 403);
    assert_eq!(south.post(&format!("{of_camille}/lien"), &[]).status, 403, "nor given a link");
    let of_toulouse = toulouse.get(&of_camille);
    let theirs = of_toulouse.between("name=\"droit\" value=\"", "\"");
    assert_eq!(south.post(&format!("{of_camille}/droits/retirer"), &[("droit", theirs)]).status, 403);
    assert_eq!(toulouse.post(&format!("{of_camille}/droits/retirer"), &[("droit", theirs)]).status, 303);

    // A right that is ended is ended at once.
    let own = page.between("name=\"droit\" value=\"", "\"");
    assert_eq!(camille.get("/animation").status, 200);
    assert_eq!(
        all.post(&format!("{lea}/droits/retirer"), &[("droit", own)]).status,
        404,
        "of another account"
    );
    assert_eq!(south.post(&format!("{of_camille}/droits/retirer"), &[("droit", own)]).status, 303);
    assert_eq!(camille.get("/animation").status, 403);
    assert_eq!(camille.get("/animation/compte").status, 200, "one’s own account stays one’s own");

    // The last who administers everything stays.
    assert_eq!(all.post(&format!("{zoe}/fermer"), &[]).status, 422, "one does not close oneself");
    let whole = all.get(&zoe);
    let role = whole.between("name=\"droit\" value=\"", "\"");
    let last = all.post(&format!("{zoe}/droits/retirer"), &[("droit", role)]);
    assert_eq!(last.status, 422);
    assert!(last.body.contains("C’est le dernier compte qui administre tout l’annuaire"), "{}", last.body);
    let fields = [("role", "accueil"), ("territoire", "*")];
    assert_eq!(all.post(&format!("{zoe}/droits"), &fields).status, 422, "nor is it demoted");
    assert_eq!(all.get("/animation/comptes").status, 200);

    // What is closed is closed at once.
    assert_eq!(all.post(&format!("{lea}/fermer"), &[]).to, "/animation/comptes");
    assert_eq!(toulouse.get("/animation").status, 303);
    assert_eq!(all.get(&lea).status, 404);
}
