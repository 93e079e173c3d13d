//! Whom a listing serves and which communes a territory has, redrawn by the team: found at once, within what each may touch.

use std::time::{Duration, Instant};

use maille_domain::ListingId;

use crate::support::team::{Answer, Person};
use crate::support::{DataDirectory, Server, wait_until};

/// Written is found within.
const SOON: Duration = Duration::from_secs(1);

fn zone(id: &str) -> String {
    format!("/animation/fiches/{}/zone", ListingId::founded_by("annuaire", id))
}

/// The value of a hidden field; none for whoever may not send any.
fn field(page: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = page.body.split_once(&start).and_then(|(_, rest)| rest.split_once('"'));
    rest.map_or_else(String::new, |(value, _)| value.to_owned())
}

/// Whether a search from a commune finds that this listing serves it.
fn serves(server: &Server, name: &str, commune: &str) -> bool {
    let found = server.json(&format!("/api/v1/search?q=g%C3%A9riatrie&commune={commune}"));
    let hits = found["hits"].as_array().unwrap();
    hits.iter().any(|hit| hit["name"] == name && hit["serves"] == "yes")
}

/// Looks until it is so: within a second, unless the machine is so busy that twenty looks take longer.
fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    if is_so() {
        return;
    }
    let bound = SOON.max(started.elapsed() * 20);
    wait_until(what, is_so);
    assert!(started.elapsed() < bound, "{what}: {:?}", started.elapsed());
}

/// Opens a draft and sends it.
fn send(person: &Person, path: &str, draft: &str, more: &[(&str, &str)]) -> Answer {
    let page = person.get(&format!("{path}?{draft}"));
    assert_eq!(page.status, 200, "{draft}");
    let seen = field(&page, "vu");
    let mut fields = vec![("vu", seen.as_str())];
    fields.extend(draft.split('&').filter_map(|pair| pair.split_once('=')).filter(|(name, _)| *name != "vu"));
    fields.extend(more);
    person.post(path, &fields)
}

#[test]
fn a_zone_is_redrawn_and_the_listing_found_from_there() {
    let directory = DataDirectory::of_two_territories();
    directory.account("sud@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    directory.account("accueil@dac.example", "Dominique Petit", "accueil", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    server.wait_until_ready();
    let (camille, page) = (server.log_in("sud@dac.example"), zone("emg-1"));
    let name = "Équipe mobile de gériatrie des Coteaux";
    assert!(serves(&server, name, "92002") && !serves(&server, name, "92032"));

    let shown = camille.get(&page);
    assert!(shown.body.contains("Tout le territoire\u{202f}: DAC du Sud"), "{}", shown.body);
    assert!(shown.body.contains("name=\"plus\" value=\"92032\">Fontenay-aux-Roses</button>"));
    assert!(shown.body.contains("plus=92032#carte-zone"), "the map is links");
    let homonyms = camille.get(&format!("{page}?ajouter=Saint-Denis"));
    assert!(homonyms.body.matches(">Ajouter<").count() > 2, "each is proposed");

    // Nothing is written without a reason, and nothing typed is lost.
    let refused =
        send(&camille, &page, "plus=92032&moins=92002", &[("raison", " "), ("jusqu_au", "2020-01-01")]);
    assert_eq!(refused.status, 422);
    assert_eq!(field(&refused, "plus"), "92032");
    assert!(refused.body.contains("href=\"#raison\"") && refused.body.contains("value=\"2020-01-01\""));
    let written = send(&camille, &page, "plus=92032&moins=92002", &[("raison", "avenant de novembre")]);
    assert_eq!(
        (written.status, written.to.as_str()),
        (303, format!("{page}?dit=zone").as_str()),
        "{}",
        written.body
    );
    soon("the commune added is served", || serves(&server, name, "92032"));
    soon("the commune removed is not", || !serves(&server, name, "92002"));
    let after = camille.get(&page);
    assert!(after.body.contains("Décidée par Camille Durand") && after.body.contains("avenant de novembre"));
    assert!(
        after.body.contains("<dd><bdi>Bagneux (92) et Antony (92)</bdi>"),
        "what the source says stays beside"
    );

    // Holes and what is said twice.
    let ring =
        camille.get(&format!("{page}?plus=92014,92071,92020,92049,94003,94016,departement:92&hors=92007"));
    assert!(ring.body.contains("id=\"trous\"") && ring.body.contains("class=\"area hole\""), "{}", ring.body);
    let twice = camille.get(&format!("{page}?plus=departement:92"));
    assert!(twice.body.contains("est déjà dans <bdi>Hauts-de-Seine (92)</bdi>"));
    assert!(twice.body.contains("name=\"moins\" value=\"92007,92032\">Retirer ce qui est dit deux fois"));

    // Somebody else was faster: their zone is shown, the draft is kept.
    let stale = field(&camille.get(&format!("{page}?plus=92071")), "vu");
    assert_eq!(send(&camille, &page, "plus=92014", &[("raison", "encore")]).status, 303);
    let late = camille.post(&page, &[("vu", &stale), ("plus", "92071"), ("raison", "la mienne")]);
    assert_eq!(late.status, 409);
    assert!(late.body.contains("Camille Durand l’a changée") && late.body.contains("la mienne"));
    assert_eq!((field(&late, "plus").as_str(), field(&late, "vu") != stale), ("92071", true));

    // The sources speak again.
    let seen = field(&camille.get(&page), "vu");
    let back = camille.post(&page, &[("vu", &seen), ("faire", "sources"), ("raison", "erreur")]);
    assert_eq!(back.to, format!("{page}?dit=sources"), "{}", back.body);
    soon("the source speaks again", || serves(&server, name, "92002") && !serves(&server, name, "92032"));

    // Whoever receives reads, and writes nothing.
    let dominique = server.log_in("accueil@dac.example");
    let read = dominique.get(&page);
    assert!(read.status == 200 && !read.body.contains("id=\"ajouter\"") && !read.body.contains("plus=92032"));
    assert_eq!(dominique.post(&page, &[("plus", "92032"), ("raison", "x")]).status, 403);
}

#[test]
fn a_territory_is_redrawn_by_those_who_may_and_its_listings_follow() {
    let directory = DataDirectory::of_two_territories();
    let territories = "\
code,kind,name,commune
cpts-sud,cpts,CPTS des Coteaux,92007
cpts-val,cpts,CPTS du Val,92007
cpts-garonne,cpts,CPTS de la Garonne,31555
";
    let file = directory.file("cpts.csv", territories);
    let import = || directory.json(&["import", "territories", &file, "--source", "cpts", "--json"]);
    import();
    let listings = "\
id,name,category,coverage
cpts-1,Équipe de gériatrie de la CPTS,equipe-mobile,territory:cpts-sud
";
    let listings = listings.replace("equipe-mobile", "emg");
    let file_of_listings = directory.file("cpts-listings.csv", &listings);
    directory.json(&["import", "csv", &file_of_listings, "--source", "equipes", "--json"]);
    directory.account("sud@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    directory.account("partout@dac.example", "Alix Martin", "animation", None);
    directory.account("accueil@dac.example", "Dominique Petit", "accueil", Some("dac-sud"));
    let server = directory.serve(&["serve"]);
    server.wait_until_ready();
    let camille = server.log_in("sud@dac.example");
    let (cpts, name) = ("/animation/territoires/cpts-sud", "Équipe de gériatrie de la CPTS");

    let list = camille.get("/animation/territoires").body;
    let (own, others) = list.split_once("id=\"les-autres\"").unwrap();
    assert!(
        own.contains("CPTS des Coteaux")
            && others.contains("DAC du Sud")
            && others.contains("CPTS de la Garonne")
    );
    let shown = camille.get(cpts).body;
    assert!(shown.contains("CPTS du Val</bdi></a>&#8239;: 1\u{a0}commune (Bagneux)"), "{shown}");
    assert!(shown.contains("id=\"sans\"") && shown.contains("plus=92002#carte-zone"));
    assert!(!shown.contains("plus=92032"), "it is out of her reach");

    let written = send(&camille, cpts, "plus=92002&hors=92007", &[("raison", "convention signée")]);
    assert_eq!(written.to, format!("{cpts}?dit=communes"), "{}", written.body);
    soon("what the territory covers follows it", || {
        serves(&server, name, "92002") && !serves(&server, name, "92007")
    });
    import();
    assert!(serves(&server, name, "92002"), "another import takes nothing back");
    let after = camille.get(cpts).body;
    assert!(after.contains("convention signée") && after.contains("Ajout&#8239;: Antony (92)"), "{after}");
    let undo = after.split_once("/histoire/").unwrap().1.split_once('/').unwrap().0;
    let undo = format!("{cpts}/histoire/{undo}/revenir");
    assert_eq!(camille.post(&undo, &[("raison", "")]).status, 422);

    // Beyond what she reaches: another commune, another territory, the one of her own role.
    let garonne = "/animation/territoires/cpts-garonne";
    for (path, draft, why) in [
        (cpts, "plus=92032", "Hors de votre territoire\u{202f}: Fontenay-aux-Roses (92)"),
        (cpts, "plus=departement:92", "Hors de votre territoire"),
        (garonne, "hors=31555", "Vos droits ne vont pas jusqu’à ce territoire"),
        (garonne, "plus=92002", "Vos droits ne vont pas jusqu’à ce territoire"),
        ("/animation/territoires/dac-sud", "plus=92032", "pour que personne n’étende les siens"),
        ("/animation/territoires/dac-toulouse", "plus=92002", "Vos droits"),
    ] {
        let refused = send(&camille, path, draft, &[("raison", "essai")]);
        assert_eq!(refused.status, 403, "{path} {draft}");
        assert!(refused.body.contains(why) || path.ends_with("toulouse"), "{path} {draft}: {}", refused.body);
    }
    let foreign = undo.replace("cpts-sud", "cpts-garonne");
    assert_eq!(camille.post(&foreign, &[("raison", "x")]).status, 404, "it is a change of another territory");
    let toulouse = zone("emg-31");
    assert_eq!(camille.get(&toulouse).status, 403);
    assert_eq!(camille.post(&toulouse, &[("plus", "92007"), ("raison", "x")]).status, 403);
    let dominique = server.log_in("accueil@dac.example");
    assert_eq!(dominique.get(cpts).status, 200);
    assert_eq!(dominique.post(cpts, &[("hors", "92002"), ("raison", "x")]).status, 403);
    assert_eq!(dominique.post(&undo, &[("raison", "x")]).status, 403);

    assert_eq!(camille.post(&undo, &[("raison", "signée trop tôt")]).to, format!("{cpts}?dit=revenu"));
    soon("the change is taken back", || serves(&server, name, "92007") && !serves(&server, name, "92002"));
    assert_eq!(camille.post(&undo, &[("raison", "encore")]).status, 409);

    // Whoever reaches everywhere changes that of a role; whose reach follows.
    let alix = server.log_in("partout@dac.example");
    let written = send(&alix, "/animation/territoires/dac-sud", "plus=92032", &[("raison", "avenant")]);
    assert_eq!(written.status, 303, "{}", written.body);
    assert_eq!(send(&camille, cpts, "plus=92032", &[("raison", "avenant")]).status, 303);

    hostile(
        &alix,
        &[cpts, &zone("emg-1"), "/animation/territoires/nulle-part", "/animation/territoires/%00"],
    );
}

/// Whatever an address or a form holds is answered, and is no fault of ours.
fn hostile(person: &Person, paths: &[&str]) {
    let long = "92007,".repeat(400);
    let everything = "plus=national,region:11,departement:31,radius:1000";
    for path in paths {
        for query in [
            "plus=%00&moins=%FF",
            "plus=commune:&moins=territory:&hors=,,,",
            "plus=territory:%3Cscript%3E&vu=%27%22%3E%3Cscript%3E",
            "plus=national&hors=92007,75056,75101,97411,98818",
            "rayon=1e309",
            "rayon=NaN&rayon=1",
            "rayon=-1&ajouter=%3Cscript%3Ealert(1)%3C/script%3E",
            "ajouter=%F0%9F%99%82%E2%80%AE&dit=x",
            "plus=radius:inf&moins=radius:NaN",
            "vu=a&vu=b&plus",
            everything,
            &format!("plus={long}&hors={long}"),
        ] {
            let answer = person.get(&format!("{path}?{query}"));
            assert!(answer.status < 500, "{path}?{query}: {}", answer.status);
            assert!(
                !answer.body.contains("<script>alert") && !answer.body.contains("\"><script>"),
                "{query}"
            );
            let fields: Vec<(&str, &str)> =
                query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
            let answer = person.post(path, &fields);
            assert!(answer.status < 500 && answer.status != 303, "{path} {query}: {}", answer.status);
        }
    }
}
