//! Whole files. The samples of this folder are invented; the bundle of `../shared` is an example of the ANS.

use maille_domain::field::Field;
use serde_json::{Value, json};

use crate::table::ReadError;
use crate::testing::{Taken, file, shared_parts, told};

const COMMUNES: &str = include_str!("samples/communes.csv");
const LISTS: &str = include_str!("samples/lists.csv");

fn read_all(text: impl AsRef<[u8]>) -> Result<Taken, ReadError> {
    super::read(&file("cpts.csv", text), &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_all(text).unwrap()
}

fn values(taken: &Taken) -> Vec<Value> {
    taken.records.iter().map(|record| json!({ "id": record.source_id, "values": record.values })).collect()
}

#[test]
fn one_row_a_commune() {
    let taken = read(COMMUNES);
    insta::assert_json_snapshot!(
        "communes",
        json!({ "records": values(&taken), "territories": taken.territories })
    );
    insta::assert_snapshot!("communes_issues", told(&taken.issues));
    assert_eq!(taken.counts(), (4, 3, 0));
    assert_eq!(taken.rejected_ids, ["court", "sansnom"]);
    assert!(taken.unmapped.is_empty());
    assert_eq!(taken.records[0].payload["communes"], json!(["92023", "92032"]));
    let mut rows: Vec<&str> = COMMUNES.lines().collect();
    rows[1..].reverse();
    let coverage = |taken: &Taken, id: &str| taken.fields(id).coverage;
    let reversed = read(rows.join("\n"));
    for id in ["coteaux", "cpts-plaine", "019999010"] {
        assert_eq!(coverage(&reversed, id), coverage(&taken, id));
    }
}

#[test]
fn one_row_a_cpts() {
    let taken = read(LISTS);
    insta::assert_json_snapshot!(
        "lists",
        json!({ "records": values(&taken), "territories": taken.territories })
    );
    insta::assert_snapshot!("lists_issues", told(&taken.issues));
    assert_eq!((taken.counts(), taken.damaged), ((3, 0, 0), false));
}

#[test]
fn a_table_of_something_else_is_refused() {
    for (text, found) in [
        ("nom,ville\nA,Bagneux\n", "colonne obligatoire absente : id (ou finess)"),
        ("code;territoire\n1;2\n", "id (ou finess), name (ou nom)"),
        ("", "fichier vide"),
        ("{}", "aucune CPTS"),
        ("id,nom_cpts,communes\n", "aucune CPTS"),
        ("id,name\n1,CPTS muette\n", "une colonne communes"),
        ("id,name,commune\n1,MDPH,92007\n", "un tableau de colonnes id, name, commune"),
        ("id,name,category,commune\n1,MDPH,mdph,92007\n", "sans colonne category"),
        ("id,nom_cpts,categorie,communes\n1,A,mdph,92007\n", "sans colonne category"),
        ("PK\u{3}\u{4}xx", "XLSX"),
    ] {
        match read_all(text) {
            Err(error) => assert!(error.to_string().contains(found), "{error}"),
            Ok(taken) => assert!(text == "{}" && taken.counts() == (0, 1, 0), "{text}"),
        }
    }
    for header in ["id,name,communes", "id,cpts,commune", "id,Nom CPTS,Code INSEE", "id_cpts,nom,ville"] {
        assert_eq!(read(format!("{header}\n1,CPTS A,92007\n")).counts(), (1, 0, 0), "{header}");
    }
    let silent = read("id,name,communes\n1,CPTS muette,\n");
    assert_eq!((silent.counts(), silent.territories.len()), ((1, 0, 0), 0));
}

#[test]
fn postal_codes_settle_homonyms() {
    for table in [
        "id,nom_cpts,commune,code_postal\n1,CPTS A,Bagneux,92220\n",
        "id,nom_cpts,commune,code_postal,adresse\n1,CPTS A,Bagneux,92220,3 rue des Essais\n",
        "id,nom_cpts,commune,code_postal,siege\n1,CPTS A,Bagneux,92220,Bagneux\n",
        "id,nom_cpts,commune,code_postal_commune\n1,CPTS A,Bagneux,92220\n",
        "id,nom_cpts,nom_commune,cp\n1,CPTS A,Bagneux,92220\n",
        "id,nom_cpts,insee,ville,cp\n1,CPTS A,92220,Bagneux,92220\n",
    ] {
        let taken = read(table);
        assert_eq!(taken.records[0].values[&Field::Coverage], json!(["commune:92007"]), "{table}");
        let postal =
            taken.issues.iter().filter(|issue| issue.expected.contains("92220 est celui de Bagneux, 92007"));
        assert_eq!(
            (taken.issues.len(), postal.count()),
            if table.contains("insee") { (1, 1) } else { (0, 0) }
        );
    }
}

#[test]
fn a_truncated_table_withdraws_nothing() {
    let taken = read("id,cpts,commune\n1,CPTS A,92007\n2,\"CPTS B,92023\n");
    assert_eq!((taken.counts(), taken.damaged), ((1, 1, 0), true));
    let taken = read("id,cpts,commune\n1,CPTS A,92007\n1,CPTS A\n");
    assert_eq!((taken.counts(), taken.territories.len()), ((1, 0, 0), 1), "the CPTS has another row");
}

#[test]
fn organisations_of_the_ans_are_cpts() {
    let Some(parts) = shared_parts(&["ror/official/sas-bundle-cpts.json"]) else { return };
    let taken = super::read(&parts, &mut |_| {}).map(Taken::all).unwrap();
    assert_eq!((taken.counts(), taken.damaged, taken.territories.len()), ((2, 0, 0), false, 0));
    let fields = taken.fields("950047225");
    assert_eq!((&*fields.name, fields.finess.as_deref()), ("CPTS AXE MAJEUR", Some("950047225")));
    assert_eq!((fields.category.code(), fields.coverage.len()), ("cpts", 0));
    assert_eq!(taken.fields("950046227").phone[0].as_str(), "+33139599280");
    assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
}

#[test]
fn other_resources_are_no_cpts() {
    let organization =
        |name: &str| json!({ "resource": { "resourceType": "Organization", "id": name, "name": name } });
    let bundle = |entries: &[Value]| json!({ "resourceType": "Bundle", "entry": entries }).to_string();
    let error = read_all(bundle(&[organization("CHU inventé")])).unwrap_err().to_string();
    assert!(error.contains("dont aucune n’est une CPTS"), "{error}");
    let mut seat = organization("CPTS inventée");
    seat["resource"]["address"] =
        json!([{ "line": ["3 rue des Essais"], "city": "Bagneux", "postalCode": "92220" }]);
    let taken = read(bundle(&[organization("CHU inventé"), seat]));
    assert_eq!((taken.counts(), taken.issues.len()), ((1, 0, 0), 1));
    assert_eq!(taken.fields("CPTS inventée").commune.as_deref(), Some("92007"));
}
