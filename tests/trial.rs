//! "Sortirait-elle pour…": the page that says whether a search finds a listing, as it is and as it is being edited.

use crate::support::team::Person;
use crate::support::{DataDirectory, Server};

/// The page of a listing, by the name under which its search finds it.
fn page(server: &Server, name: &str) -> String {
    let found = server.json(&format!("/api/v1/search?q={}", name.replace(' ', "+")));
    format!("/animation/fiches/{}/essai", found["hits"][0]["id"].as_str().unwrap())
}

/// What a page says, without its markup.
fn said(person: &Person, path: &str) -> String {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    words(&answer.body)
}

fn words(page: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in page.replace("&#8239;", "\u{202f}").replace("&#39;", "'").chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

#[test]
fn it_says_whether_a_search_finds_a_listing_and_what_would_change_that() {
    let directory = DataDirectory::of_two_territories();
    directory.account("animation@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    directory.account("accueil@dac.example", "Sacha Petit", "accueil", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    let camille = server.log_in("animation@dac.example");
    let own = page(&server, "Équipe mobile de gériatrie des Coteaux");
    let clic = page(&server, "CLIC de l’Orme");

    let first = said(&camille, &own);
    for likely in ["EMG, Bagneux (92)", "EMG, Antony (92)", "1re sur 1"] {
        assert!(first.contains(likely), "{likely}: {first}");
    }
    let found = said(&camille, &format!("{own}?q=emg&commune=Bagneux"));
    for words in ["1re sur 1", "Couvre Bagneux", "Zone desservie", "Recherches d’essai"] {
        assert!(found.contains(words), "{words}: {found}");
    }
    let elsewhere = said(&camille, &format!("{own}?q=clic&commune=92002"));
    assert!(elsewhere.contains("Ne sort pas\u{202f}: rien de la demande ne la désigne"), "{elsewhere}");
    assert!(elsewhere.contains("Corriger son type"), "{elsewhere}");
    // The only team there is, when nobody serves the place.
    let widened = said(&camille, &format!("{own}?q=emg&commune=Lille"));
    assert!(widened.contains("Elle ne couvre pas Lille") && widened.contains("Revoir sa zone"), "{widened}");
    let kept = camille.get(&format!("{own}?q=clic&commune=Antony&essai=q%3Demg%26commune%3D92007"));
    for carried in ["name=\"essai\" value=\"q=emg&#38;commune=92007\"", "essai=q%3Dclic%26commune%3DAntony"] {
        assert!(kept.body.contains(carried), "{carried}: {}", kept.body);
    }

    // What is being edited, and is not saved.
    let sceaux =
        camille.post(&clic, &[("champ.coverage", "commune:92071"), ("q", "clic"), ("commune", "Sceaux")]);
    assert_eq!(sceaux.status, 200, "{}", sceaux.body);
    let sceaux = words(&sceaux.body);
    assert!(
        sceaux.contains("Avec vos changements\u{202f}: 1re sur 1") && sceaux.contains("Aujourd’hui"),
        "{sceaux}"
    );
    let form = [
        ("phone", "01 99 00 00 09"),
        ("vu.phone", "01 99 00 00 03"),
        ("commune", "92002"),
        ("vu.commune", "92002"),
    ];
    let form = camille.post(&clic, &form);
    assert!(
        form.body.contains("name=\"champ.phone\"") && !form.body.contains("name=\"champ.commune\""),
        "{}",
        form.body
    );
    // As the form of fields says things.
    let spoken = [
        ("commune", "Bagneux (92007)"),
        ("vu.commune", "92002"),
        ("hours", "lundi au vendredi 9h-12h"),
        ("vu.hours", ""),
    ];
    let spoken = camille.post(&clic, &spoken);
    assert_eq!(spoken.status, 200, "{}", spoken.body);
    assert!(spoken.body.contains("name=\"champ.commune\" value=\"92007\""), "{}", spoken.body);
    assert!(spoken.body.contains("name=\"champ.hours\""), "{}", spoken.body);
    let wrong = camille.post(&clic, &[("champ.age_min", "cent"), ("q", "clic")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("value=\"cent\""), "what was typed is kept: {}", wrong.body);
    let unknown = camille.get(&format!("{own}?q=emg&commune=Zzzzzz"));
    assert_eq!(unknown.status, 422, "{}", unknown.body);

    // Text is text, wherever it comes from.
    let hostile = "<script>alert(1)</script>\" onfocus=\"alert(2)";
    let shown = camille.post(&clic, &[("champ.name", hostile), ("q", hostile), ("commune", "92002")]);
    assert_eq!(shown.status, 200);
    let listed = camille.get(&format!(
        "{own}?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22+onfocus%3D%22alert(2)&essai=q%3D%3Cimg+src%3Dx%3E"
    ));
    for page in [shown, listed] {
        for markup in ["<script>alert", "<img src", "\" onfocus=\""] {
            assert!(!page.body.contains(markup), "{markup}: {}", page.body);
        }
    }

    // Whoever answers the phone may look too; nobody may look elsewhere.
    assert_eq!(server.log_in("accueil@dac.example").get(&own).status, 200);
    let toulouse = page(&server, "Équipe mobile de gériatrie de la Garonne");
    assert_eq!(camille.get(&toulouse).status, 403);
    assert_eq!(camille.post(&toulouse, &[("champ.name", "x")]).status, 403);
    assert_eq!(camille.get("/animation/fiches/rien/essai").status, 404);
    assert_eq!(server.person("").get(&own).status, 303);
}
