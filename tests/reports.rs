//! "Signaler une erreur": from the form to the command that curation reads, whatever happens to Postgres.

use std::process::Output;

use crate::support::postgres::Postgres;
use crate::support::{DataDirectory, Server, TEAMS_OF_BAGNEUX, TWO_TEAMS, kill_all, wait_until};

const FORM: &str = "/ressources/equipe-mobile-de-geriatrie-des-coteaux-bagneux/signaler";

/// Sends a form as a browser does; the status, where it leads, and the text.
fn post(server: &Server, form: &str) -> (u16, String, String) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().into();
    let mut response = agent
        .post(format!("{}{FORM}", server.address))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", &server.address)
        .send(form)
        .unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let location = header("location").unwrap_or_default();
    (response.status().as_u16(), location, response.body_mut().read_to_string().unwrap())
}

fn accepted(server: &Server, form: &str) -> bool {
    let (status, location, _) = post(server, form);
    (status, location) == (303, format!("{FORM}/merci"))
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The texts that wait, the newest first.
fn waiting(data: &DataDirectory) -> Vec<String> {
    let reports = data.json(&["reports", "--json"]);
    reports.as_array().unwrap().iter().map(|report| report["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_reported_waits_for_curation() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    assert_eq!(waiting(&data), [] as [String; 0]);
    assert_eq!(printed(&data.run(&["reports"])), "Aucun signalement n’attend.\n");

    let server = data.serve(&["serve"]);
    let (status, page) = server.get(FORM);
    assert!(status == 200 && page.contains("name=\"motif\""), "{page}");
    let form = "motif=ferme&qualite=professionnel&texte=Ferm%C3%A9e+depuis%0D%0Ajuin+%3Cb%3E%1B%5B2J";
    assert!(accepted(&server, form) && accepted(&server, form), "sent twice");
    let reports = data.json(&["reports", "--json"]);
    assert_eq!(reports.as_array().unwrap().len(), 1, "kept once");
    for (field, expected) in [
        ("slug", "equipe-mobile-de-geriatrie-des-coteaux-bagneux"),
        ("name", "Équipe mobile de gériatrie des Coteaux"),
        ("reason", "ferme"),
        ("reporter", "professionnel"),
        ("text", "Fermée depuis\njuin <b>[2J"),
    ] {
        assert_eq!(reports[0][field], expected, "{field}");
    }
    let told = printed(&data.run(&["reports"]));
    assert!(told.contains("des Coteaux") && told.contains("\n    juin <b>[2J\n"), "{told}");
    assert!(server.log().iter().all(|line| !line.contains("depuis")), "the text is not logged");

    // Whatever was accepted outlives the program and the database.
    assert!(accepted(&server, "motif=sature&texte=avant"));
    server.kill();
    kill_all(data.postgres_process());
    assert_eq!(waiting(&data), ["avant", "Fermée depuis\njuin <b>[2J"]);
}

#[test]
fn without_postgres_nothing_is_accepted_and_nothing_typed_is_lost() {
    let postgres = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&postgres]));
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let server = data.serve(&["serve"]);
    server.wait_until_found(TEAMS_OF_BAGNEUX, "Équipe mobile de gériatrie des Coteaux");
    assert!(accepted(&server, "motif=horaires&texte=d%27avant"));

    // What Postgres says when its disk is full.
    postgres.ask(
        "create function full_disk() returns trigger language plpgsql as $$ begin
             raise exception 'could not extend file' using errcode = '53100';
         end $$;
         create trigger full_disk before insert on report execute function full_disk()",
    );
    let (status, _, page) = post(&server, "motif=autre&texte=disque+plein");
    assert!(status == 503 && page.contains("disque plein</textarea>"), "{status}: {page}");
    server.wait_until_logged("un signalement n’est pas encore enregistré");
    postgres.ask("drop trigger full_disk on report");
    assert!(accepted(&server, "motif=autre&texte=disque+plein"), "sent again, it is taken");

    postgres.stop();
    let (status, _, page) = post(&server, "motif=autre&texte=pendant+%3Cla+panne%3E");
    assert_eq!(status, 503, "{page}");
    assert!(
        page.contains("n’a pas été enregistré") && page.contains("pendant &#60;la panne&#62;</textarea>")
    );
    assert!(page.contains("value=\"autre\" checked"), "the reason is kept too");
    assert_eq!(server.get("/recherche?q=equipe+mobile&commune=92007").0, 200);
    assert_eq!(server.get(FORM).0, 200, "the form itself asks for no database");
    wait_until("the absence is noticed", || server.json("/health/ready")["status"] == "degraded");
    assert_eq!(post(&server, "motif=autre&texte=pendant").0, 503, "the store is gone by now");

    postgres.start();
    wait_until("reports are taken again", || accepted(&server, "motif=autre&texte=d%27apr%C3%A8s"));
    assert_eq!(waiting(&data), ["d'après", "disque plein", "d'avant"]);
}

/// Both ways to lose a server: the copy takes over, and the form goes to it.
#[test]
fn a_report_goes_to_the_copy_that_takes_over() {
    let first = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&first]));
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
    let second = Postgres::copy_of(&first);
    let data = DataDirectory::on(Postgres::address(&[&first, &second]));
    let server = data.serve(&["serve"]);
    assert!(accepted(&server, "motif=ferme&texte=au+premier"));
    wait_until("the copy has it all", || second.has_all_of(&first));
    first.crash();
    second.promote();
    wait_until("the copy takes reports", || accepted(&server, "motif=ferme&texte=au+second"));
    assert_eq!(waiting(&data), ["au second", "au premier"]);
}
