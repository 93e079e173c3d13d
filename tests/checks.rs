//! What the team makes sure of: checks, what is hidden or kept, and the board of what is left to check.

use serde_json::Value;

use crate::support::team::{Person, TERRITORIES};
use crate::support::{DataDirectory, Server, wait_until};

/// Ten listings of the South, and one of Toulouse.
fn listings() -> String {
    let head = "id,name,category,phone,commune,coverage,verified_on,cost".to_owned();
    let south = (1..=10).map(|at| {
        let phone = if at == 1 { String::new() } else { format!("01 99 00 00 {at:02}") };
        format!("s-{at},Service numéro {at},ssiad,{phone},92007,commune:92007,2024-01-15,gratuit")
    });
    let toulouse = "t-1,Service de Toulouse,ssiad,05 99 00 00 01,31555,commune:31555,,".to_owned();
    let lines: Vec<String> = [head].into_iter().chain(south).chain([toulouse]).collect();
    lines.join("\n") + "\n"
}

struct House {
    directory: DataDirectory,
    server: Server,
}

impl House {
    fn new() -> House {
        let directory = DataDirectory::new();
        let territories = directory.file("territories.csv", TERRITORIES);
        directory.json(&["import", "territories", &territories, "--source", "territoires", "--json"]);
        let house = |directory: &DataDirectory| directory.file("listings.csv", &listings());
        directory.json(&["import", "csv", &house(&directory), "--source", "annuaire", "--json"]);
        directory.account("accueil@dac.example", "Alix Accueil", "accueil", Some("dac-sud"));
        directory.account("animation@dac.example", "Camille Animation", "animation", Some("dac-sud"));
        let server = directory.serve(&["serve"]);
        House { directory, server }
    }

    /// The id of the listing that a record founded.
    fn id(&self, record: &str) -> String {
        let told = self.directory.json(&["history", &format!("annuaire:{record}"), "--json"]);
        told[0]["listing"].as_str().unwrap().to_owned()
    }

    fn listing(&self, id: &str) -> Value {
        self.server.json(&format!("/api/v1/listings/{id}"))
    }

    /// Until the directory that is read says so.
    fn soon(&self, id: &str, so: impl Fn(&Value) -> bool) -> Value {
        wait_until("the directory says so", || so(&self.listing(id)));
        self.listing(id)
    }

    fn found(&self, name: &str) -> bool {
        let answer = self.server.json("/api/v1/search?category=ssiad&place=commune:92007&limit=50");
        answer["hits"].as_array().unwrap().iter().any(|hit| hit["name"] == name)
    }
}

fn today(house: &House, person: &Person) -> String {
    let page = person.get(&format!("/animation/fiches/{}/verifier", house.id("s-1"))).body;
    let day = page.split("name=\"jour\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
    day.split('"').next().unwrap().to_owned()
}

#[test]
fn ten_are_checked_in_one_gesture_and_a_field_alone() {
    let house = House::new();
    let reception = house.server.log_in("accueil@dac.example");
    let today = today(&house, &reception);
    let ids: Vec<String> = (1..=10).map(|at| house.id(&format!("s-{at}"))).collect();
    let board = reception.get("/animation/qualite").body;
    assert!(board.contains("10\u{a0}fiches") && board.contains("10\u{a0}écarts"), "{board}");
    let list = reception.get("/animation/qualite/fiches?par=type&cle=ssiad&manque=retard").body;
    assert!(ids.iter().all(|id| list.contains(id.as_str())), "{list}");
    let lacking = reception.get("/animation/qualite/fiches?par=commune&cle=92007&manque=contact").body;
    assert!(lacking.contains(&ids[0]) && !lacking.contains(&ids[1]), "{lacking}");

    let back = "/animation/qualite/fiches?par=type&cle=ssiad&manque=retard";
    let mut form: Vec<(&str, &str)> = ids.iter().map(|id| ("fiche", id.as_str())).collect();
    form.push(("retour", back));
    let refused = reception.post("/animation/verifier", &form);
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("Dites comment") && ids.iter().all(|id| refused.body.contains(id.as_str()))
    );
    form.push(("moyen", "telephone"));
    let done = reception.post("/animation/verifier", &form);
    assert_eq!((done.status, done.to), (303, format!("{back}&dit=verifiees-10")), "{}", done.body);
    for id in &ids {
        let listing = house.soon(id, |listing| listing["fields"]["verified_on"]["value"] == today.as_str());
        assert_eq!(listing["checks"][0]["means"], "telephone");
    }
    assert!(reception.get(&format!("{back}&dit=verifiees-10")).body.contains("10\u{a0}fiches vérifiées"));
    let board = reception.get("/animation/qualite?par=source").body;
    assert!(board.contains("annuaire") && board.contains("Conforme"), "{board}");
    let slug = house.listing(&ids[0])["slug"].as_str().unwrap().to_owned();
    let sheet = house.server.get(&format!("/ressources/{slug}")).1;
    assert!(sheet.contains("vérifié aujourd’hui, par téléphone"), "{sheet}");
    let told = house.directory.json(&["history", &ids[0], "--json"]);
    assert_eq!(
        (&told[0]["author"], &told[0]["reason"]),
        (&"Alix Accueil".into(), &"vérifié par téléphone".into())
    );

    // A field alone, on a day that is given.
    let path = format!("/animation/fiches/{}/verifier", ids[1]);
    for (wrong, said) in [
        (&[("moyen", "pigeon")][..], "Dites comment"),
        (&[("moyen", "visite"), ("jour", "2999-01-01")], "pas encore venu"),
        (&[("moyen", "visite"), ("jour", "2019-01-01")], "au plus tôt"),
        (&[("moyen", "visite"), ("jour", "hier")], "Écrivez le jour ainsi"),
        (&[("moyen", "visite"), ("champ", "verified_on")], "Choisissez un champ"),
    ] {
        let refused = reception.post(&path, wrong);
        assert_eq!(refused.status, 422, "{said}");
        assert!(refused.body.contains(said), "{}", refused.body);
    }
    let form = [("moyen", "visite"), ("champ", "cost"), ("retour", "https://evil.example/")];
    let done = reception.post(&path, &form);
    assert_eq!((done.status, done.to.as_str()), (303, "/animation?dit=champ-verifie"), "{}", done.body);
    let of_the_cost =
        |listing: &Value| listing["checks"].as_array().unwrap().iter().any(|check| check["field"] == "cost");
    house.soon(&ids[1], of_the_cost);
    let undo = format!("{path}/annuler");
    assert_eq!(reception.post(&undo, &[("champ", "cost")]).status, 422, "a reason is asked for");
    let done = reception.post(&undo, &[("champ", "cost"), ("raison", "mauvaise fiche")]);
    assert_eq!(done.to, format!("{path}?dit=verification-annulee"));
    house.soon(&ids[1], |listing| !of_the_cost(listing));
    assert_eq!(reception.post(&undo, &[("champ", "cost"), ("raison", "encore")]).status, 422);
}

#[test]
fn what_is_hidden_comes_back_and_what_is_kept_outlives_its_source() {
    let house = House::new();
    let facilitator = house.server.log_in("animation@dac.example");
    let (id, name) = (house.id("s-2"), "Service numéro 2");
    let path = format!("/animation/fiches/{id}/presence");
    assert!(house.found(name));
    let refused = facilitator.post(&path, &[("presence", "masquee")]);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"masquee\" checked"), "what was chosen is kept: {}", refused.body);
    let done = facilitator.post(&path, &[("presence", "masquee"), ("raison", "fermé, on l’a vu")]);
    assert_eq!((done.status, done.to), (303, format!("/animation/fiches/{id}/verifier?dit=masquee")));
    let hidden = house.soon(&id, |listing| !listing["withdrawn_on"].is_null());
    assert!(!house.found(name));
    assert_eq!(hidden["fields"], serde_json::json!({}), "nothing is told by another door");
    let address = format!("/ressources/{}", hidden["slug"].as_str().unwrap());
    let sheet = house.server.get(&address);
    assert_eq!(sheet.0, 410);
    assert!(sheet.1.contains("L’équipe de l’annuaire a retiré cette fiche"), "{}", sheet.1);

    // An import changes nothing of it.
    let again = house.directory.file("again.csv", &listings().replace("gratuit", "payant"));
    house.directory.json(&["import", "csv", &again, "--source", "annuaire", "--json"]);
    assert_eq!(house.server.get(&address).0, 410);
    facilitator.post(&path, &[("presence", "sources"), ("raison", "rouvert")]);
    house.soon(&id, |listing| {
        listing["withdrawn_on"].is_null() && listing["fields"]["cost"]["value"] == "payant"
    });
    wait_until("it is found again", || house.found(name));

    // Kept, then gone from its source, then imported once more without it.
    facilitator.post(&path, &[("presence", "gardee"), ("raison", "appelé : toujours là")]);
    let all = listings();
    let without: Vec<&str> = all.lines().filter(|line| !line.starts_with("s-2,")).collect();
    let without = without.join("\n");
    for cost in ["gratuit", "10 €"] {
        let file = house.directory.file("without.csv", &without.replace("gratuit", cost));
        house.directory.json(&["import", "csv", &file, "--source", "annuaire", "--json"]);
        let other = house.id("s-3");
        house.soon(&other, |listing| listing["fields"]["cost"]["value"] == cost);
        assert!(house.found(name), "{cost}");
    }
    let told = house.directory.json(&["history", &id, "--json"]);
    let reasons: Vec<&str> =
        told.as_array().unwrap().iter().filter_map(|told| told["reason"].as_str()).collect();
    assert!(
        ["fermé, on l’a vu", "rouvert", "appelé : toujours là"].iter().all(|why| reasons.contains(why)),
        "{reasons:?}"
    );
    facilitator.post(&path, &[("presence", "sources"), ("raison", "finalement non")]);
    house.soon(&id, |listing| !listing["withdrawn_on"].is_null());
}

#[test]
fn each_gesture_asks_the_right_of_whoever_makes_it() {
    let house = House::new();
    let reception = house.server.log_in("accueil@dac.example");
    let facilitator = house.server.log_in("animation@dac.example");
    let (own, other) = (house.id("s-1"), house.id("t-1"));
    let (hide, check) = ([("presence", "masquee"), ("raison", "essai")], [("moyen", "telephone")]);
    let to = |id: &str, rest: &str| format!("/animation/fiches/{id}/{rest}");
    assert_eq!(reception.post(&to(&own, "presence"), &hide).status, 403, "reception hides nothing");
    assert_eq!(reception.post(&to(&own, "verifier"), &check).status, 303);
    assert!(!reception.get(&to(&own, "verifier")).body.contains("Présence dans l’annuaire"));
    assert!(facilitator.get(&to(&own, "verifier")).body.contains("Présence dans l’annuaire"));
    for path in ["verifier", "verifier/annuler", "presence"] {
        let form = [&check[..], &hide[..]].concat();
        assert_eq!(facilitator.post(&to(&other, path), &form).status, 403, "{path}");
        let nothing = to("00000000-0000-0000-0000-000000000000", path);
        assert_eq!(facilitator.post(&nothing, &form).status, 404, "{path}");
    }
    assert_eq!(facilitator.get(&to(&other, "verifier")).status, 403);
    let form = [("fiche", &*own), ("fiche", &*other), ("moyen", "visite")];
    assert_eq!(facilitator.post("/animation/verifier", &form).status, 403);
    // One of another territory stops all.
    house.soon(&own, |listing| listing["checks"][0]["means"] == "telephone");
    for wrong in
        [&[("fiche", "x"), ("moyen", "visite")][..], &[("fiche", "00000000-0000-0000-0000-000000000000")]]
    {
        assert_eq!(facilitator.post("/animation/verifier", wrong).status, 404);
    }
    assert_eq!(facilitator.post("/animation/verifier", &[("moyen", "visite")]).status, 422);

    // The board and its file stop where rights do.
    for path in [
        "/animation/qualite?par=commune",
        "/animation/qualite.csv?par=commune",
        "/animation/qualite/fiches?tout=1",
    ] {
        let page = reception.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("Toulouse"), "{path}: {}", page.body);
    }
    assert_eq!(reception.get("/animation/qualite?territoire=dac-toulouse").status, 403);
    assert_eq!(reception.get("/animation/qualite?territoire=inconnu").status, 404);
    assert_eq!(reception.get("/animation/qualite?territoire=dac-sud").status, 200);
    let file = reception.get("/animation/qualite.csv?par=commune").body;
    assert!(file.contains("\"Bagneux (92)\";\"92007\";\"10\""), "{file}");
}
