//! `maille demo`, as a person and as a program meet it.

use serde_json::Value;

use crate::support::{DataDirectory, Server};

#[test]
fn the_demonstration_answers_who_can_help_in_bagneux() {
    let data = DataDirectory::new();
    let server = data.serve(&["demo"]);
    assert_eq!(server.get("/health/live").0, 200);
    server.wait_until_ready();

    search_gives_teams_that_serve_the_place_with_reasons(&server);
    the_page_shows_what_the_api_says(&server);
    digits_that_people_type_are_a_postal_code_first(&server);
    every_hit_has_a_sheet_and_a_source(&server);
    places_and_territories_answer(&server);
    suggestions_come_from_the_first_letter(&server);
    wrong_parameters_are_named(&server);
    what_does_not_exist_is_said(&server);
    assert!(server.stop(), "a polite stop is a good end");
}

fn search_gives_teams_that_serve_the_place_with_reasons(server: &Server) {
    let answer = server.json("/api/v1/search?q=equipe+mobile+geriatrie&commune=92007");
    assert_eq!(answer["answered"], true);
    assert_eq!(answer["interpretation"]["place"]["code"], "92007");
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(hits[0]["sources"][0]["source_id"], "emg-sud92-1");
    let first: Vec<&Value> = hits.iter().take(3).collect();
    for hit in &first {
        assert_eq!((&hit["category"], &hit["serves"]), (&"emg".into(), &"yes".into()), "{hit}");
        assert!(!hit["why"].as_array().unwrap().is_empty(), "{hit}");
    }
    let serves: Vec<&str> = hits.iter().map(|hit| hit["serves"].as_str().unwrap()).collect();
    assert!(!serves.contains(&"no"), "somebody serves Bagneux: nobody who does not is shown: {serves:?}");
    assert_eq!(answer["territory"]["territories"][0]["kind"], "cpts", "{}", answer["territory"]);
}

fn the_page_shows_what_the_api_says(server: &Server) {
    let answer = server.json("/api/v1/search?q=equipe+mobile+geriatrie&commune=92007");
    let (status, page) = server.get("/recherche?q=equipe+mobile+geriatrie&commune=92007");
    assert_eq!(status, 200);
    let mut from = 0;
    for hit in answer["hits"].as_array().unwrap() {
        let link = format!("/ressources/{}", hit["slug"].as_str().unwrap());
        let at = page[from..]
            .find(&link)
            .unwrap_or_else(|| panic!("{link} is not on the page, or not in its order"));
        from += at;
    }
    assert!(server.get("/").1.contains("démonstration"), "a banner says that it is demonstration data");
}

fn digits_that_people_type_are_a_postal_code_first(server: &Server) {
    let answer = server.json("/api/v1/search?q=pass&commune=31400");
    assert_eq!(answer["interpretation"]["place"]["name"], "Nogaret", "for a program, a COG code first");
    let page = server.get("/recherche?q=pass&commune=31400").1;
    assert!(page.contains("Toulouse"), "for a person, the postal code of Toulouse");
    assert!(
        page.contains("place=commune%3A31400") || page.contains("place=commune:31400"),
        "Nogaret is offered, and can be chosen"
    );
    // What the form shows is read back as the same place, although a territory is named after the commune.
    let again = server.json("/api/v1/search?q=emg&commune=Bagneux+(92)");
    assert_eq!(again["interpretation"]["place"]["code"], "92007");
}

fn every_hit_has_a_sheet_and_a_source(server: &Server) {
    let answer = server.json("/api/v1/search?q=mdph&commune=92007");
    let hit = &answer["hits"][0];
    assert_eq!(hit["category"], "mdph");
    let (status, sheet) = server.get(&format!("/ressources/{}", hit["slug"].as_str().unwrap()));
    assert_eq!(status, 200);
    assert!(sheet.contains("(exemple)"));
    let listing = server.json(&format!("/api/v1/listings/{}", hit["id"].as_str().unwrap()));
    assert_eq!(listing["fields"]["name"]["value"], hit["name"]);
    assert_eq!(listing["fields"]["name"]["origin"]["source"], "demo");
}

fn places_and_territories_answer(server: &Server) {
    let places = server.json("/api/v1/places?q=bagneux");
    assert_eq!((&places["places"][0]["code"], &places["ambiguous"]), (&"92007".into(), &false.into()));
    let territory = server.json("/api/v1/territories/92007");
    let kinds: Vec<&str> =
        territory["territories"].as_array().unwrap().iter().map(|t| t["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"dac") && kinds.contains(&"cpts"), "{kinds:?}");
    assert_eq!(territory["dac"][0]["category"], "dac");
    assert_eq!(territory["mdph"][0]["category"], "mdph");
}

fn suggestions_come_from_the_first_letter(server: &Server) {
    let suggestions = server.json("/api/v1/suggest?q=emg");
    let groups = suggestions["groups"].as_array().unwrap();
    let categories =
        groups.iter().find(|group| group["kind"] == "category").expect("an acronym suggests its kind");
    assert_eq!(categories["items"][0]["category"], "emg");
    assert!(!server.json("/api/v1/suggest?q=b")["groups"].as_array().unwrap().is_empty());
}

fn wrong_parameters_are_named(server: &Server) {
    let (status, text) = server.get("/api/v1/search?category=licorne&limit=1000&commune=99999");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &problem["status"]), (400, &400.into()));
    let named: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["parameter"].as_str().unwrap())
        .collect();
    assert!(named.contains(&"category") && named.contains(&"limit"), "{named:?}");
    let (status, text) = server.get("/api/v1/search?q=ccas&commune=99999");
    assert!(status == 400 && text.contains("commune"), "{text}");
    assert_eq!(server.get("/recherche?commune=99999").0, 400);
}

fn what_does_not_exist_is_said(server: &Server) {
    assert_eq!(server.get("/ressources/personne").0, 404);
    assert_eq!(server.get("/api/v1/listings/personne").0, 404);
    assert_eq!(server.get("/nulle-part").0, 404);
    let nothing = server.json("/api/v1/search?q=zzzzzz+qqqqqq&commune=92007");
    assert_eq!((&nothing["total"], &nothing["answered"]), (&0.into(), &false.into()));
    assert_eq!(server.get("/recherche?q=zzzzzz+qqqqqq&commune=92007").0, 200);
}
