//! Duplicates, as facilitators decide of them in a browser.

use maille_domain::ListingId;

use crate::support::team::{Answer, Person};
use crate::support::{DataDirectory, Server};

/// What another source says of two listings of the South and of one of Toulouse, in other words.
const OTHERS: &str = "\
id,name,category,phone,commune,coverage,cost
d-1,Équipe mobile de gériatrie des Coteaux et du Val,emg,01 99 00 00 02,92007,commune:92007,
d-2,CLIC de l’Orme et du Pin,clic,01 99 00 00 04,92002,commune:92002,
d-31,Équipe mobile de gériatrie de la Garonne,emg,05 99 00 00 02,31555,commune:31555,
";

/// A reason as somebody wicked writes it.
const REASON: &str = "appelées ce matin <script>alert(3)</script>";

/// A directory of two territories and two sources, and who works there.
fn directory() -> DataDirectory {
    let directory = DataDirectory::of_two_territories();
    import(&directory, OTHERS);
    for (field, value) in
        [("name", "CLIC du Pin <script>alert(1)</script>"), ("cost", "\"><img src=x onerror=alert(1)>")]
    {
        let set =
            directory.run(&["set", "departement:d-2", field, value, "--reason", "<script>alert(2)</script>"]);
        assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    }
    directory.account("camille@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    directory.account("lea@dac.example", "Léa Martin", "animation", Some("dac-sud"));
    directory.account("accueil@dac.example", "Accueil du Sud", "accueil", Some("dac-sud"));
    directory.account("tous@dac.example", "Sacha Petit", "administration", None);
    directory
}

fn import(directory: &DataDirectory, rows: &str) {
    let file = directory.file("others.csv", rows);
    directory.json(&["import", "csv", &file, "--source", "departement", "--json"]);
}

fn annuaire(id: &str) -> String {
    ListingId::founded_by("annuaire", id).to_string()
}

fn departement(id: &str) -> String {
    ListingId::founded_by("departement", id).to_string()
}

/// The page of two listings.
fn pair(one: &str, other: &str) -> String {
    format!("/animation/doublons/{}/{}", annuaire(one), departement(other))
}

/// What a page says that it was of.
fn seen(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{}", page.body);
    let (_, rest) = page.body.split_once("name=\"vu\" value=\"").expect("the page says what it shows");
    rest.split('"').next().unwrap().to_owned()
}

/// Decides of two listings as the page shows them.
fn decide(person: &Person, path: &str, decision: &str, more: &[(&str, &str)]) -> Answer {
    let seen = seen(&person.get(path));
    let fields = [("vu", seen.as_str()), ("decision", decision), ("raison", REASON)];
    person.post(path, &[&fields[..], more].concat())
}

/// The numbers of the tabs of the list: to decide, doubted, straddling, decided.
fn counts(person: &Person) -> Vec<String> {
    let page = person.get("/animation/doublons");
    assert_eq!(page.status, 200, "{}", page.body);
    let tabs = page.body.split("<span class=\"count\">(").skip(1);
    let counts =
        tabs.filter_map(|tab| tab.split_once(")</span></a></li>")).map(|(count, _)| count.to_owned());
    counts.filter(|count| count.chars().all(char::is_numeric)).collect()
}

#[test]
fn facilitators_decide_of_what_may_be_one_and_come_back_on_it() {
    let directory = directory();
    let server = directory.serve(&["serve"]);
    let camille = server.log_in("camille@dac.example");
    what_is_theirs_is_listed_and_nothing_else(&server, &camille);
    two_are_merged_and_parted(&camille);
    what_is_no_duplicate_is_remembered(&directory, &camille);
    who_does_not_know_says_so(&camille);
    two_who_decide_at_once_are_both_answered(&server, &camille);
}

fn what_is_theirs_is_listed_and_nothing_else(server: &Server, camille: &Person) {
    assert_eq!(counts(camille), ["2", "0", "0", "0"]);
    let list = camille.get("/animation/doublons");
    assert!(list.body.contains("des Coteaux et du Val") && !list.body.contains("Garonne"), "{}", list.body);
    assert!(!list.body.contains("<script>alert"), "{}", list.body);
    let orme = camille.get(&pair("clic-1", "d-2"));
    assert_eq!(orme.status, 200, "{}", orme.body);
    assert!(orme.body.contains("du Pin &#60;script&#62;alert(1)"), "{}", orme.body);
    assert!(!orme.body.contains("<script>alert") && !orme.body.contains("<img src=x"), "{}", orme.body);

    for (filter, coteaux, orme) in [
        ("commune=Bagneux", true, false),
        ("type=clic", false, true),
        ("source=departement", true, true),
        ("source=personne&commune=92007", false, false),
    ] {
        let body = camille.get(&format!("/animation/doublons?{filter}")).body;
        assert_eq!((body.contains("des Coteaux et"), body.contains("du Pin")), (coteaux, orme), "{filter}");
    }
    assert!(camille.get("/animation/doublons?commune=Nullepart").body.contains("Attendu"));

    // Another territory's, whatever is asked of it.
    let garonne = pair("emg-31", "d-31");
    let mixed = pair("emg-1", "d-31");
    for path in [&garonne, &mixed] {
        assert_eq!(camille.get(path).status, 403, "{path}");
        for decision in ["meme", "distinct", "nesaispas", "reprendre"] {
            let fields = [("decision", decision), ("raison", "essai"), ("vu", "x")];
            assert_eq!(camille.post(path, &fields).status, 403, "{path} {decision}");
        }
    }
    let one = format!("/animation/doublons/{}", annuaire("emg-31"));
    assert_eq!(camille.get(&one).status, 403);
    let theirs = departement("d-31");
    for (of, record) in [(&annuaire("emg-31"), &theirs), (&annuaire("emg-1"), &theirs)] {
        let path = format!("/animation/doublons/{of}/separer");
        assert_eq!(camille.post(&path, &[("fiche", record.as_str()), ("raison", "essai")]).status, 403);
    }
    let nobody = ListingId::founded_by("annuaire", "personne").to_string();
    for path in [format!("/animation/doublons/{nobody}"), format!("{one}/{nobody}"), format!("{one}x")] {
        assert_ne!(camille.get(&path).status, 200, "{path}");
    }
    let sacha = server.log_in("tous@dac.example");
    assert_eq!(counts(&sacha)[0], "3");
    decide(&sacha, &garonne, "distinct", &[]);
    let decided = sacha.get("/animation/doublons?vue=decisions");
    let number = number_of(&decided);
    let path = format!("/animation/doublons/decisions/{number}/annuler");
    assert_eq!(camille.post(&path, &[("raison", "essai")]).status, 403, "another territory's decision");
    assert!(!camille.get("/animation/doublons?vue=decisions").body.contains("Garonne"));
    assert_eq!(camille.post("/animation/doublons/decisions/999/annuler", &[("raison", "essai")]).status, 404);

    // Who welcomes reads, and decides nothing.
    let accueil = server.log_in("accueil@dac.example");
    let path = pair("emg-1", "d-1");
    let page = accueil.get(&path);
    assert!(page.status == 200 && !page.body.contains("name=\"decision\""), "{}", page.body);
    for decision in ["meme", "distinct", "nesaispas", "reprendre"] {
        let fields = [("decision", decision), ("raison", "essai"), ("vu", "x")];
        assert_eq!(accueil.post(&path, &fields).status, 403, "{decision}");
    }
    assert_eq!(server.person("").get(&path).status, 303);
}

/// The number of the first decision of a page.
fn number_of(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("/animation/doublons/decisions/").expect("a decision to take back");
    rest.split('/').next().unwrap().to_owned()
}

fn two_are_merged_and_parted(camille: &Person) {
    let path = pair("emg-1", "d-1");
    let page = camille.get(&path);
    for said in [
        "01 99 00 00 01",
        "01 99 00 00 02",
        "différents",
        "champs identiques",
        "même commune",
        "pèse",
        "Réunies",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    // Nothing without a reason, and what was chosen is kept.
    let token = seen(&page);
    let fields = [("vu", token.as_str()), ("decision", "meme"), ("raison", "  "), ("garder.phone", "2")];
    let refused = camille.post(&path, &fields);
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("id=\"garder.phone-2\" name=\"garder.phone\" value=\"2\" checked"),
        "{}",
        refused.body
    );
    let long = "é".repeat(501);
    let fields = [("vu", token.as_str()), ("decision", "distinct"), ("raison", long.as_str())];
    let refused = camille.post(&path, &fields);
    assert!(refused.status == 422 && refused.body.contains(&long));
    assert_eq!(counts(camille)[0], "2");

    // What was checked last would speak: the other phone is chosen.
    let merged = decide(camille, &path, "meme", &[("garder.phone", "2")]);
    assert_eq!(merged.status, 303, "{}", merged.body);
    assert!(merged.to.contains("/animation/doublons/") && merged.to.contains("dit=meme"), "{}", merged.to);
    let next = camille.get(&merged.to);
    assert!(next.body.contains("n’en font plus qu’une") && next.body.contains("l’Orme"), "{}", next.body);
    assert!(camille.get(&path).to.ends_with("?dit=une"), "they are one listing");
    let one = format!("/animation/doublons/{}", annuaire("emg-1"));
    let page = camille.get(&one);
    assert!(
        page.body.contains("Réunie par une décision") && page.body.contains("appelées ce matin"),
        "{}",
        page.body
    );
    assert_eq!(camille.get(&format!("/animation/doublons/{}", departement("d-1"))).status, 200);

    let part = format!("{one}/separer");
    let record = departement("d-1");
    assert_eq!(camille.post(&part, &[("fiche", record.as_str()), ("raison", "")]).status, 422);
    let parted = camille.post(&part, &[("fiche", record.as_str()), ("raison", "deux équipes")]);
    assert_eq!((parted.status, parted.to.ends_with("?dit=separee")), (303, true), "{}", parted.body);
    let again = camille.post(&part, &[("fiche", record.as_str()), ("raison", "deux équipes")]);
    assert!(again.to.ends_with("?dit=deja-separee"), "{}", again.to);
    let page = camille.get(&path);
    assert!(page.status == 200 && !page.body.contains("corrigé par"), "the choice went with the merge");
    assert_eq!(counts(camille)[0], "2");
}

fn what_is_no_duplicate_is_remembered(directory: &DataDirectory, camille: &Person) {
    let path = pair("emg-1", "d-1");
    let answer = decide(camille, &path, "distinct", &[]);
    assert!(answer.status == 303 && answer.to.contains("dit=distinct"), "{}", answer.body);
    import(directory, &OTHERS.replace("92007,commune:92007,", "92007,commune:92007,gratuit"));
    assert_eq!(counts(camille), ["1", "0", "0", "1"]);
    let page = camille.get("/animation/doublons?vue=decisions");
    assert!(
        page.body.contains("ce matin &#60;script&#62;") && !page.body.contains("<script>alert"),
        "{}",
        page.body
    );
    assert!(page.body.contains("Deux choses") && page.body.contains("Camille Durand"), "{}", page.body);
    let undo = format!("/animation/doublons/decisions/{}/annuler", number_of(&page));
    assert_eq!(camille.post(&undo, &[("raison", "")]).status, 422);
    let undone = camille.post(&undo, &[("raison", "rappelées")]);
    assert!(undone.status == 303 && undone.to.ends_with("dit=annulee"), "{}", undone.to);
    assert!(camille.post(&undo, &[("raison", "rappelées")]).to.ends_with("dit=deja-annulee"));
    assert_eq!(counts(camille), ["2", "0", "0", "0"]);
    assert!(camille.get(&path).body.contains("Annulée par"), "it stays told");
}

fn who_does_not_know_says_so(camille: &Person) {
    let path = pair("emg-1", "d-1");
    let answer = decide(camille, &path, "nesaispas", &[]);
    assert!(answer.status == 303 && answer.to.contains("dit=nesaispas"), "{}", answer.body);
    assert_eq!(counts(camille), ["1", "1", "0", "0"]);
    let page = camille.get("/animation/doublons?vue=doute");
    assert!(page.body.contains("Camille Durand</bdi> ne sait pas"), "{}", page.body);
    let answer = camille.post(&path, &[("decision", "reprendre")]);
    assert!(answer.status == 303 && answer.to.ends_with("dit=repris"), "{}", answer.to);
    assert!(camille.post(&path, &[("decision", "reprendre")]).to.ends_with("dit=deja-repris"));
    assert_eq!(counts(camille), ["2", "0", "0", "0"]);
}

/// One decides that it is the same thing while the other decides that it is not; then both that it is.
fn two_who_decide_at_once_are_both_answered(server: &Server, camille: &Person) {
    let lea = server.log_in("lea@dac.example");
    let path = pair("emg-1", "d-1");
    for decisions in [["meme", "distinct"], ["meme", "meme"], ["distinct", "nesaispas"]] {
        let token = seen(&camille.get(&path));
        let send = |person: &Person, decision: &str| {
            person.post(&path, &[("vu", &token), ("decision", decision), ("raison", "vu avec eux")])
        };
        let [one, other] = std::thread::scope(|scope| {
            let threads = [(camille, decisions[0]), (&lea, decisions[1])]
                .map(|(person, decision)| scope.spawn(move || send(person, decision)));
            threads.map(|thread| thread.join().unwrap())
        });
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        // Who does not know holds nobody up, when they come first.
        let both = decisions[1] == "nesaispas" && statuses == [303, 303];
        assert!(statuses == [303, 409] || both, "{decisions:?}: {}{}", one.body, other.body);
        for told in [&one, &other].into_iter().filter(|answer| answer.status == 409) {
            assert!(told.body.contains("a décidé que") && told.body.contains("vu avec eux"), "{}", told.body);
        }
        let page = camille.get("/animation/doublons?vue=decisions");
        let undo = format!("/animation/doublons/decisions/{}/annuler", number_of(&page));
        assert_eq!(camille.post(&undo, &[("raison", "pour voir")]).status, 303);
    }
}
