//! The activity of the desk: what the pages and the file say is what the calls are, and what may be published tells nobody.

use std::time::{Duration, Instant};

use crate::support::postgres::Postgres;
use crate::support::team::{Answer, Person, TERRITORIES};
use crate::support::{DataDirectory, Server, asked_for};

/// In `make test`; `make soak` asks for as many as a large desk takes in years.
const CALLS: u64 = 3000;
/// Longest that the page of 100 000 calls may take.
const LONGEST: Duration = Duration::from_millis(300);

/// A desk in the South, one in Toulouse, and the store behind them.
fn world() -> (Postgres, DataDirectory, Server) {
    let postgres = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&postgres]));
    let territories = data.file("territories.csv", TERRITORIES);
    data.json(&["import", "territories", &territories, "--source", "territoires", "--json"]);
    data.account("alix@dac.example", "Alix Morel", "accueil", Some("dac-sud"));
    data.account("sam@dac.example", "Sam Petit", "administration", None);
    let server = data.serve(&["serve"]);
    (postgres, data, server)
}

/// Answers a call in one sending, as a page without a script does.
fn call(desk: &Person, number: u32, fields: &[(&str, &str)]) {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    let usual =
        [("appel", &*id), ("version", "0"), ("envoi", &*id), ("q", "aide à domicile"), ("faire", "terminer")];
    let form: Vec<(&str, &str)> = usual.into_iter().chain(fields.iter().copied()).collect();
    let answer = desk.post("/accueil", &form);
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// The rows of the file: table, code, number.
fn rows(file: &Answer) -> Vec<(String, String, String)> {
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"), "{}", file.body);
    let lines = file
        .body
        .lines()
        .skip(1)
        .map(|line| line[1..line.len() - 1].split("\";\"").map(str::to_owned).collect());
    lines.map(|cells: Vec<String>| (cells[0].clone(), cells[1].clone(), cells[3].clone())).collect()
}

fn number(rows: &[(String, String, String)], table: &str, code: &str) -> String {
    rows.iter().find(|row| row.0 == table && row.1 == code).map_or(String::new(), |row| row.2.clone())
}

#[test]
fn what_was_answered_is_counted_where_it_was() {
    let (_postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let usual = [("canal", "telephone"), ("reponse", "information"), ("domicile", "92007")];
    call(&alix, 1, &[&usual[..], &[("demandeur", "usager"), ("age", "75-plus")]].concat());
    call(&alix, 2, &[&usual[..], &[("demandeur", "usager"), ("non_couvert", "oui")]].concat());
    call(
        &alix,
        3,
        &[&usual[..2], &[("demandeur", "esms"), ("domicile", "sans-domicile"), ("rappeler", "oui")]].concat(),
    );

    let page = alix.get("/accueil/activite");
    for said in [
        "<dt>Appels terminés</dt><dd>3</dd>",
        "<th scope=\"row\">Bagneux (92)</th><td>2</td><td>66,7\u{a0}%</td><td>1</td>",
        "<th scope=\"row\">Usager ou entourage</th><td>2</td><td>66,7\u{a0}%</td>",
        "100\u{a0}%\u{202f}: 2 sur 2 dont la réponse est connue",
        "DAC du Sud",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let told = rows(&alix.get("/accueil/activite.csv"));
    for (table, code, expected) in [
        ("volume", "appels", "3"),
        ("demandeur", "medecin-generaliste", "0"),
        ("demandeur", "esms", "1"),
        ("age", "non-precise", "2"),
        ("lieu-de-vie", "sans-domicile", "1"),
        ("delai", "a-temps", "2"),
        ("besoin-non-couvert", "oui", "1"),
        ("besoin-non-couvert-par-lieu-de-vie", "92007", "1"),
    ] {
        assert_eq!(number(&told, table, code), expected, "{table} {code}");
    }

    // Whose calls one does not see, and what may not be published, is not told.
    assert_eq!(alix.get("/accueil/activite?territoire=dac-toulouse").status, 403);
    assert_eq!(alix.get("/accueil/activite.csv?territoire=dac-toulouse").status, 403);
    let sam = server.log_in("sam@dac.example");
    let of = |territory: &str| {
        number(&rows(&sam.get(&format!("/accueil/activite.csv?territoire={territory}"))), "volume", "appels")
    };
    assert_eq!(["", "dac-sud", "dac-toulouse", "*"].map(of), ["3", "3", "0", "0"]);
    let year = &page.between("aria-label=\"Périodes\"", "</nav>").split("periode=").nth(3).unwrap()[..4];
    for period in [year.to_owned(), format!("{year}-01"), "2999-T1".to_owned(), "demain".to_owned()] {
        let refused = alix.get(&format!("/accueil/activite.csv?diffusion=1&periode={period}"));
        assert_eq!(refused.status, 400, "{period}");
    }
    assert_eq!(number(&rows(&alix.get("/accueil/activite.csv?diffusion=1")), "volume", "appels"), "0");
    assert_eq!(server.person("").get("/accueil/activite").status, 303);
}

#[test]
fn generated_calls_are_told_as_they_are_at_once_and_published_without_a_small_number() {
    let (postgres, _data, server) = world();
    let calls = asked_for("MAILLE_CALLS", CALLS);
    let account = postgres.ask("select id from account where email = 'sam@dac.example'");
    postgres.ask(&format!(
        "select setseed(0.28); prepare generate as {}; \
         execute generate ('{account}', {calls}, now(), '{{dac-sud,dac-sud,dac-toulouse,null}}'); analyze call",
        include_str!("support/calls.sql")
    ));
    let sam = server.log_in("sam@dac.example");
    let counted = "closed_at is not null and discarded_at is null";
    let years: Vec<String> = postgres
        .ask("select distinct date_part('year', opened_at at time zone 'Europe/Paris') from call order by 1")
        .lines()
        .map(str::to_owned)
        .collect();
    for year in &years {
        let told = rows(&sam.get(&format!("/accueil/activite.csv?periode={year}")));
        let asked = |and: &str| {
            postgres.ask(&format!(
                "select count(*) from call where {counted} and {and} and date_part('year', opened_at at time zone 'Europe/Paris') = {year}"
            ))
        };
        assert_eq!(number(&told, "volume", "appels"), asked("true"));
        assert_eq!(number(&told, "demandeur", "esms"), asked("requester = 'esms'"));
        assert_eq!(number(&told, "parcours", "non-renseigne"), asked("subject is null"));
        assert_eq!(number(&told, "delai", "a-temps"), asked("answered_at <= recall_due"));
        assert_eq!(number(&told, "besoin-non-couvert", "oui"), asked("unmet"));
    }
    let mut took = Duration::ZERO;
    for year in &years {
        let page = format!("/accueil/activite?periode={year}");
        let once = || {
            let started = Instant::now();
            assert_eq!(sam.get(&page).status, 200);
            started.elapsed()
        };
        // The shortest of some: what else the machine does is not measured.
        took = took.max((0..7).map(|_| once()).min().unwrap());
    }
    println!("the page of the activity of a year, of {calls} sheets: {} ms", took.as_millis());
    assert!(calls < 100_000 || took < LONGEST, "{took:?}");

    let mut hidden = 0;
    let mut address = "/accueil/activite?diffusion=1".to_owned();
    for _ in 0..3 {
        let page = sam.get(&address);
        let file = sam.get(&address.replace("activite?", "activite.csv?"));
        assert!(file.header("content-disposition").ends_with("-dac-sud-a-diffuser.csv\""));
        for (table, code, number) in rows(&file) {
            hidden += u32::from(number == "masqué");
            assert!(
                number == "masqué" || !(1..5).contains(&number.parse::<u64>().unwrap()),
                "{table} {code}: {number}"
            );
        }
        assert!(!page.body.contains("Durée médiane"));
        let previous = page.between("aria-label=\"Autres périodes\"", "rel=\"prev\"");
        address = previous.split('"').nth(1).unwrap().replace("&#38;", "&").replace("&amp;", "&");
    }
    assert!(hidden > 0 || calls > CALLS, "some counts of a small desk are small");
}
