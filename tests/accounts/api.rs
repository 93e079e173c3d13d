//! Writing through the API.

use serde_json::json;

use crate::support::team::{PASSWORD, Person, Program};
use crate::support::{DataDirectory, Server};

fn token(server: &Server, of: &Person, scopes: &[&str]) -> Program {
    let scopes = scopes.iter().map(|scope| ("portee", *scope));
    let named = [("nom", "essai"), ("mot_de_passe", PASSWORD)];
    let fields: Vec<(&str, &str)> = named.into_iter().chain(scopes).collect();
    let made = of.post("/animation/compte/jetons", &fields);
    server.program(made.between("<code class=\"secret\">", "</code>"))
}

#[test]
fn a_program_corrects_what_its_owner_may_and_never_over_somebody_else() {
    let directory = DataDirectory::of_two_territories();
    directory.account("camille@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    directory.account("accueil@dac.example", "Noé Accueil", "accueil", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    let (camille, desk) = (server.log_in("camille@dac.example"), server.log_in("accueil@dac.example"));
    let writes = token(&server, &camille, &["lire", "corriger"]);
    let id = |text: &str| {
        server.json(&format!("/api/v1/search?q={text}"))["hits"][0]["id"].as_str().unwrap().to_owned()
    };
    let (south, other) = (id("coteaux"), id("garonne"));
    let field = |listing: &str, field: &str| format!("/api/v1/listings/{listing}/fields/{field}");
    let phone = field(&south, "phone");
    let body = json!({ "value": "01 99 00 00 77", "reason": "appelé ce matin", "seen": "01 99 00 00 01" });

    let written = writes.put(&phone, &body);
    assert_eq!(written.status, 200, "{}", written.body);
    let document = written.json();
    assert_eq!(
        document,
        json!({ "listing": south, "field": "phone", "value": ["+33199000077"], "cell": "+33199000077" })
    );
    server.wait_until_found("/api/v1/search?q=0199000077", "Équipe mobile de gériatrie des Coteaux");
    let history = writes.get(&format!("/api/v1/listings/{south}/history")).json();
    assert_eq!(
        (&history[0]["author"], &history[0]["reason"]),
        (&"Camille Durand".into(), &"appelé ce matin".into())
    );
    assert_eq!(
        history[0]["changes"][0],
        json!({ "field": "phone", "before": ["+33199000001"], "after": ["+33199000077"] })
    );

    // Who had read something else is told what it is.
    let late = json!({ "value": "01 99 00 00 78", "reason": "appelé", "seen": "01 99 00 00 01" });
    let late = writes.put(&phone, &late);
    assert_eq!((late.status, late.header("content-type")), (409, "application/problem+json"));
    assert_eq!(
        (&late.json()["type"], &late.json()["present"]),
        (&"urn:maille:problem:moved".into(), &"+33199000077".into())
    );
    let emptied =
        writes.put(&phone, &json!({ "value": null, "reason": "plus de ligne", "seen": "+33199000077" }));
    assert_eq!((emptied.status, &emptied.json()["value"]), (200, &json!(null)));

    // All that is wrong is said, and nothing is written.
    let wrong = writes.put(&phone, &json!({ "value": "01 99", "until": "hier", "reason": " " }));
    assert_eq!(wrong.status, 422);
    let problem = wrong.json();
    let named: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["parameter"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["value", "until", "reason", "seen"]);
    let nameless = writes.put(
        &field(&south, "name"),
        &json!({ "value": "", "reason": "x", "seen": "Équipe mobile de gériatrie des Coteaux" }),
    );
    assert_eq!((nameless.status, &nameless.json()["errors"][0]["parameter"]), (422, &"value".into()));
    for (path, status) in [
        (field(&south, "extra"), 404),
        (field(&south, "licorne"), 404),
        (field("00000000-0000-0000-0000-000000000000", "phone"), 404),
        (field("x", "phone"), 404),
        (field(&other, "phone"), 403),
    ] {
        assert_eq!(writes.put(&path, &body).status, status, "{path}");
    }
    assert_eq!(writes.get(&format!("/api/v1/listings/{other}/history")).status, 403);

    // The sources speak again.
    let no = writes.delete(&phone, &json!({ "reason": "rappelé", "seen": "01 99 00 00 77" }));
    assert_eq!((no.status, &no.json()["present"]), (409, &"".into()));
    let back = writes.delete(&phone, &json!({ "reason": "rappelé", "seen": null }));
    assert_eq!((back.status, &back.json()["cell"]), (200, &"+33199000001".into()), "{}", back.body);
    assert_eq!(writes.delete(&phone, &json!({ "reason": "encore", "seen": "01 99 00 00 01" })).status, 404);

    // A token does what it is for, and no more than its owner.
    let reads = token(&server, &camille, &["lire"]);
    let refused = reads.put(&phone, &body);
    assert_eq!((refused.status, &refused.json()["type"]), (403, &"urn:maille:problem:out-of-scope".into()));
    let of_desk = token(&server, &desk, &["lire", "corriger", "verifier"]);
    let refused = of_desk.put(&phone, &body);
    assert_eq!((refused.status, &refused.json()["type"]), (403, &"urn:maille:problem:forbidden".into()));
    assert_eq!(of_desk.get(&format!("/api/v1/listings/{south}/history")).status, 200);

    // What nobody asked for changes nothing: neither who signs, nor which listing.
    let more = json!({ "value": "gratuit", "reason": "affiche", "seen": "", "author": "Zoé", "listing": other, "account": "x", "role": "administration" });
    assert_eq!(writes.put(&field(&south, "cost"), &more).json()["listing"], json!(south));
    let history = writes.get(&format!("/api/v1/listings/{south}/history")).json();
    assert_eq!(history[0]["author"], "Camille Durand");
}

#[test]
fn a_program_checks_listings_and_reads_what_needs_somebody() {
    let directory = DataDirectory::of_two_territories();
    directory.account("accueil@dac.example", "Noé Accueil", "accueil", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    let desk = server.log_in("accueil@dac.example");
    let program = token(&server, &desk, &["lire", "verifier"]);

    // Of the three listings, one of theirs was not checked for long.
    let inbox = program.get("/api/v1/inbox");
    assert_eq!((inbox.status, inbox.header("cache-control")), (200, "no-store"));
    let inbox = inbox.json();
    assert_eq!((&inbox["kind"], &inbox["counts"]["verification"]), (&"verification".into(), &1.into()));
    let line = &inbox["lines"][0];
    assert_eq!(
        (&line["listing"]["name"], &line["verified_on"], &line["listing"]["sources"]),
        (&"CLIC de l’Orme".into(), &"2024-01-15".into(), &json!(["annuaire"]))
    );
    let clic = line["listing"]["id"].as_str().unwrap().to_owned();
    let lines = |query: &str| {
        let found = program.get(&format!("/api/v1/inbox?kind=verification{query}")).json();
        (found["counts"]["verification"].as_u64().unwrap(), found["lines"].as_array().unwrap().len())
    };
    for (query, expected) in [
        ("&commune=Antony&category=clic&source=annuaire", (1, 1)),
        ("&commune=92007", (0, 0)),
        ("&category=emg", (0, 0)),
        ("&source=personne", (0, 0)),
        ("&set_aside=true", (0, 0)),
        ("&offset=1", (1, 0)),
    ] {
        assert_eq!(lines(query), expected, "{query}");
    }
    let wrong = "kind=tout&category=x&limit=0&offset=-1&set_aside=peut-être";
    let wrong = program.get(&format!("/api/v1/inbox?{wrong}"));
    let named = |answer: &serde_json::Value| {
        let errors = answer["errors"].as_array().unwrap().iter();
        let mut named: Vec<String> =
            errors.map(|error| error["parameter"].as_str().unwrap().to_owned()).collect();
        named.sort();
        named
    };
    assert_eq!(wrong.status, 400);
    assert_eq!(named(&wrong.json()), ["category", "kind", "limit", "offset", "set_aside"]);
    assert_eq!(named(&program.get("/api/v1/inbox?commune=Zorglub").json()), ["commune"]);

    // What is wrong is said, and nothing is written.
    let checks = format!("/api/v1/listings/{clic}/checks");
    for (body, wrong) in [
        (json!({}), vec!["means"]),
        (json!({ "means": "pigeon", "field": "licorne", "day": "hier" }), vec!["day", "field", "means"]),
        (json!({ "means": "visite", "field": "verified_on", "day": "2999-01-01" }), vec!["day", "field"]),
        (json!({ "means": "visite", "day": "2001-01-01" }), vec!["day"]),
        (json!({ "means": 3, "field": ["phone"] }), vec!["field", "means"]),
    ] {
        let refused = program.post(&checks, &body);
        assert_eq!(
            (refused.status, named(&refused.json())),
            (422, wrong.iter().map(|&name| name.to_owned()).collect()),
            "{body}"
        );
    }
    assert_eq!(lines(""), (1, 1));

    let field = program.post(&checks, &json!({ "means": "courriel", "field": "phone" })).json();
    assert_eq!((&field["field"], &field["new"]), (&"phone".into(), &true.into()));
    assert_eq!(lines(""), (1, 1), "a field is not the whole");
    let more = json!({ "means": "telephone", "author": "Zoé", "listing": "x" });
    let written = program.post(&checks, &more).json();
    assert_eq!(
        (&written["listing"], &written["field"], &written["new"]),
        (&clic.as_str().into(), &json!(null), &true.into())
    );
    assert_eq!(lines(""), (0, 0), "it needs nobody any more");
    let history = program.get(&format!("/api/v1/listings/{clic}/history")).json();
    assert_eq!(
        (&history[0]["author"], &history[0]["reason"]),
        (&"Noé Accueil".into(), &"vérifié par téléphone".into())
    );
    assert_eq!(program.post(&checks, &more).json()["new"], false, "said twice, kept once");

    let reads = token(&server, &desk, &["lire"]);
    assert_eq!(reads.post(&checks, &more).json()["type"], "urn:maille:problem:out-of-scope");
    let verifies = token(&server, &desk, &["verifier"]);
    assert_eq!(verifies.get("/api/v1/inbox").json()["type"], "urn:maille:problem:out-of-scope");
    assert_eq!(server.program("").get("/api/v1/inbox").status, 401);
}
