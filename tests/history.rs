//! The history of a listing, changes that are undone, and imports that are: in the pages of the team.

use serde_json::Value;

use crate::support::DataDirectory;
use crate::support::team::{LISTINGS, Person};

/// The ids that the records of [`LISTINGS`] found.
fn listing(data: &DataDirectory, source_id: &str) -> String {
    history(data, source_id)[0]["listing"].as_str().unwrap().to_owned()
}

fn history(data: &DataDirectory, source_id: &str) -> Vec<Value> {
    data.json(&["history", source_id, "--json"]).as_array().unwrap().clone()
}

/// What the latest change made of a field.
fn latest(data: &DataDirectory, source_id: &str, field: &str) -> String {
    let history = history(data, source_id);
    let changes = history.iter().flat_map(|revision| revision["changes"].as_array().unwrap());
    let mut changes = changes.filter(|change| change["field"] == field);
    changes.next().unwrap()["after"].as_str().unwrap().to_owned()
}

fn correct(data: &DataDirectory, field: &str, value: &str) {
    let done = data.run(&["set", "emg-1", field, value, "--reason", "appelé ce matin", "--author", "Zoé"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn import(data: &DataDirectory, name: &str, rows: &str) -> i64 {
    let file = data.file(name, rows);
    let report = data.json(&["import", "csv", &file, "--source", "annuaire", "--force", "--json"]);
    report["run"].as_i64().unwrap()
}

/// What stands between two texts, undone of its escapes.
fn between(page: &str, before: &str, after: &str) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).unwrap().0.replace("&#34;", "\"").replace("&#38;", "&").replace("&quot;", "\"")
}

/// The first address of the page that ends so.
fn link(page: &str, end: &str) -> String {
    let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut links = links.map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
    links.find(|href| href.ends_with(end)).unwrap_or_else(|| panic!("no link to …{end} in {page}"))
}

fn on_the_page(person: &Person, path: &str, says: &[&str]) -> String {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    for words in says {
        assert!(answer.body.contains(words), "{path} does not say {words}: {}", answer.body);
    }
    answer.body
}

#[test]
fn a_field_and_a_change_of_several_have_again_what_they_had() {
    let data = DataDirectory::of_two_territories();
    data.account("animation@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    data.account("accueil@dac.example", "Alex Petit", "accueil", Some("dac-sud"));
    let (id, other) = (listing(&data, "emg-1"), listing(&data, "emg-31"));
    let server = data.serve(&["serve"]);
    let camille = server.log_in("animation@dac.example");
    let path = format!("/animation/fiches/{id}/histoire");
    correct(&data, "phone", "01 99 00 00 41");

    // A field.
    let said = ["Zoé", "appelé ce matin", "« 01 99 00 00 01 » → « 01 99 00 00 41 »", "Import n°"];
    let page = on_the_page(
        &camille,
        &path,
        &said
            .map(|said| said.replace("« ", "«\u{202f}").replace(" »", "\u{202f}»"))
            .each_ref()
            .map(|said| &**said),
    );
    let revert = link(&page, "/revenir?champ=phone");
    let asked = on_the_page(&camille, &revert, &["C’est ce que disent les sources", "01 99 00 00 01"]);
    let seen = between(&asked, "name=\"vu\" value=\"", "\"");
    let (to, _) = revert.split_once('?').unwrap();
    let without = camille.post(to, &[("champ", "phone"), ("vu", &seen), ("raison", " ")]);
    assert_eq!(without.status, 422);
    assert!(without.body.contains("en quelques mots"), "{}", without.body);
    let sent = [("champ", "phone"), ("vu", &*seen), ("raison", "C’était <b>juste</b>")];
    assert_eq!(camille.post(to, &sent).to, format!("{path}?dit=revenu"));
    assert_eq!(latest(&data, "emg-1", "phone"), "+33199000001");
    let page = on_the_page(&camille, &format!("{path}?dit=revenu"), &["Camille Durand", "C’est fait"]);
    assert!(page.contains("C’était &#60;b&#62;juste") && !page.contains("<b>juste"), "{page}");
    let again = camille.post(to, &sent);
    assert_eq!(again.status, 422, "{}", again.body);

    // A change of three fields, which its author made in a file.
    let changed =
        LISTINGS.replace("01 99 00 00 01", "01 99 00 00 51").replace("2026-10-01\nclic", "2026-11-01\nclic");
    let changed = changed.replace("92007 | commune:92002", "92007");
    import(&data, "changed.csv", &changed);
    let before = history(&data, "emg-1").len();
    let page = on_the_page(&camille, &path, &["Annuler ce changement"]);
    let whole = link(&page, "/revenir");
    assert_eq!(camille.post(&whole, &[("raison", "le fichier se trompe")]).status, 303);
    assert_eq!(history(&data, "emg-1").len(), before + 1);
    assert_eq!(latest(&data, "emg-1", "phone"), "+33199000001");
    assert_eq!(latest(&data, "emg-1", "coverage"), "commune:92007 | commune:92002");
    assert_eq!(latest(&data, "emg-1", "verified_on"), "2026-10-01");

    // What changed since is not lost unseen.
    correct(&data, "phone", "01 99 00 00 61");
    let asks = camille.post(&whole, &[("champ", "phone"), ("raison", "encore")]);
    assert_eq!(asks.status, 409);
    assert!(asks.body.contains("01 99 00 00 61") && asks.body.contains("sera perdue"), "{}", asks.body);
    assert_eq!(latest(&data, "emg-1", "phone"), "+33199000061");
    let seen = between(&asks.body, "name=\"vu\" value=\"", "\"");
    assert_eq!(camille.post(&whole, &[("champ", "phone"), ("raison", "encore"), ("vu", &seen)]).status, 303);

    // What is another listing's, another territory's, another role's.
    let elsewhere = format!("/animation/fiches/{other}/histoire");
    assert_eq!(camille.get(&elsewhere).status, 403);
    let number = whole.rsplit('/').nth(1).unwrap();
    assert_eq!(camille.post(&format!("{elsewhere}/{number}/revenir"), &[("raison", "x")]).status, 403);
    let clic = listing(&data, "clic-1");
    assert_eq!(
        camille
            .post(&format!("/animation/fiches/{clic}/histoire/{number}/revenir"), &[("raison", "x")])
            .status,
        404
    );
    for missing in ["999999", "x", "-1"] {
        assert_eq!(camille.get(&format!("{path}/{missing}/revenir")).status, 404);
    }
    let alex = server.log_in("accueil@dac.example");
    assert!(!on_the_page(&alex, &path, &["Zoé"]).contains("/revenir"), "nothing is offered");
    assert_eq!(alex.get(&whole).status, 403);
    assert_eq!(alex.post(&whole, &[("raison", "x")]).status, 403);

    // Filters.
    let people = on_the_page(&camille, &format!("{path}?auteur=personnes&champ=phone"), &["Camille Durand"]);
    assert!(!people.contains("Import n°"), "{people}");
    assert_eq!(camille.get(&format!("{path}?champ=rien")).status, 400);
}

#[test]
fn an_import_is_undone_by_whoever_may_touch_all_that_it_touched() {
    let data = DataDirectory::of_two_territories();
    data.account("animation@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    data.account("admin@dac.example", "Dominique Roux", "administration", None);
    let id = listing(&data, "emg-1");
    let server = data.serve(&["serve"]);
    let (camille, admin) = (server.log_in("animation@dac.example"), server.log_in("admin@dac.example"));

    // One listing changes, one leaves, one comes: two territories.
    let lines: Vec<&str> = LISTINGS.lines().collect();
    let changed = lines[1].replace("01 99 00 00 01", "01 99 00 00 51");
    let new = "ccas-1,CCAS de l’Orme,ccas,01 99 00 00 09,92002,commune:92002,sur-place,2026-10-01";
    let wrong = import(&data, "wrong.csv", &[lines[0], &changed, lines[2], new, ""].join("\n"));
    let path = format!("/animation/imports/{wrong}");
    let page =
        on_the_page(&camille, &path, &["1\u{a0}fiche touchée hors de vos territoires", "CCAS de l’Orme"]);
    assert!(!page.contains("Garonne") && !page.contains("/annuler\""), "{page}");
    let undo = format!("{path}/annuler");
    let refused = camille.post(&undo, &[("raison", "mauvais fichier")]);
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("1 des fiches touchées"), "{}", refused.body);
    assert_eq!(latest(&data, "emg-1", "phone"), "+33199000051");

    on_the_page(&admin, "/animation/imports", &[&format!("href=\"{path}\""), "1\u{a0}retirée"]);
    on_the_page(&admin, &path, &["Garonne", "sort de l’annuaire", &format!("action=\"{undo}\"")]);
    assert_eq!(admin.post(&undo, &[]).status, 422);
    assert_eq!(admin.post(&undo, &[("raison", "mauvais fichier")]).to, format!("{path}?dit=annule"));
    assert_eq!(latest(&data, "emg-1", "phone"), "+33199000001");
    on_the_page(&admin, &path, &["Annulé le", "Dominique Roux", "mauvais fichier"]);
    let told = format!("import n° {wrong} annulé\u{a0}: mauvais fichier").replace('\u{a0}', " ");
    on_the_page(&camille, &format!("/animation/fiches/{id}/histoire"), &[&told, "Dominique Roux"]);
    assert_eq!(admin.post(&undo, &[("raison", "encore")]).status, 422);
    assert_eq!(admin.post("/animation/imports/999/annuler", &[("raison", "x")]).status, 404);
    for missing in ["999", "x"] {
        assert_eq!(admin.get(&format!("/animation/imports/{missing}")).status, 404);
    }

    // On the command line: the former import is the last again.
    let first = data.json(&["runs", "--json"]).as_array().unwrap().last().unwrap()["run"].as_i64().unwrap();
    let territories = data.run(&["runs", "--undo", &first.to_string(), "--reason", "essai"]);
    assert!(String::from_utf8_lossy(&territories.stderr).contains("territoires"), "{territories:?}");
    let second = (first + 1).to_string();
    let undone = data.json(&["runs", "--undo", &second, "--reason", "essai", "--json"]);
    assert_eq!(undone["records"], 3);
    assert!(data.json(&["runs", &second, "--json"])["undone_at"].is_string());
}

#[test]
fn an_import_and_its_undoing_come_one_after_the_other() {
    let data = DataDirectory::of_two_territories();
    data.account("admin@dac.example", "Dominique Roux", "administration", None);
    let server = data.serve(&["serve"]);
    let admin = server.log_in("admin@dac.example");
    let wrong = import(&data, "wrong.csv", &LISTINGS.replace("01 99 00 00 01", "01 99 00 00 51"));
    let good = data.file("good.csv", &LISTINGS.replace("01 99 00 00 01", "01 99 00 00 61"));
    let arguments = ["import", "csv", &good, "--source", "annuaire", "--json"];
    let (undone, imported) = std::thread::scope(|scope| {
        let import = scope.spawn(|| data.run(&arguments));
        let undone = admin.post(&format!("/animation/imports/{wrong}/annuler"), &[("raison", "mauvais")]);
        (undone, import.join().unwrap())
    });
    // Whoever comes second is told why: the other writes, or stands over what was to be undone.
    assert!([303, 422, 503].contains(&undone.status), "{} {}", undone.status, undone.body);
    if !imported.status.success() {
        assert_eq!(undone.status, 303);
        assert!(String::from_utf8_lossy(&imported.stderr).contains("annuaire"), "{imported:?}");
        data.json(&arguments);
    }
    assert_eq!(latest(&data, "emg-1", "phone"), "+33199000061");
    let runs = data.json(&["runs", "--json"]);
    let undone_runs = runs.as_array().unwrap().iter().filter(|run| run["undone_at"].is_string()).count();
    assert_eq!(undone_runs, usize::from(undone.status == 303));
}
