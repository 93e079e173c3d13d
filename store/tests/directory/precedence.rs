//! The order in which sources speak.

use maille_domain::Precedence;
use maille_domain::field::Field;
use maille_domain::run::Report;
use maille_store::Store;
use sqlx::PgPool;

use crate::support::{because, begin, day, elsewhere, founded, hills, import, import_as};

async fn cost(store: &Store) -> Option<String> {
    founded(store, "csv", "c-1").await.fields.cost
}

fn order(order: &str) -> Precedence {
    order.parse().unwrap()
}

#[sqlx::test]
async fn another_order_lets_another_source_speak(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[(Field::Cost, "gratuit")]), elsewhere("c-2")]).await;
    import_as(&store, "ror", "ror-fhir", day(2), &[hills("r-1", &[(Field::Cost, "10 €")])]).await;
    assert_eq!(cost(&store).await.as_deref(), Some("gratuit"));
    let ror_first = order(r#"default = ["ror-fhir", "csv"]"#);
    let resolved = store.set_precedence(&ror_first, &because("convention", day(3))).await.unwrap();
    assert_eq!(resolved, Some(1), "of what one record speaks for, nothing changes");
    assert_eq!(store.precedence().await.unwrap(), ror_first);
    let again = store.set_precedence(&ror_first, &because("convention", day(3))).await.unwrap();
    assert_eq!(again, None, "it is the one in force");
    assert_eq!(cost(&store).await.as_deref(), Some("10 €"));
    let but_for_the_cost = order("default = [\"ror-fhir\", \"csv\"]\n[fields]\ncost = [\"csv\"]");
    store.set_precedence(&but_for_the_cost, &because("ils ne le savent pas", day(4))).await.unwrap();
    assert_eq!(cost(&store).await.as_deref(), Some("gratuit"));
}

/// It is read when the import writes, not when it begins to read its files.
#[sqlx::test]
async fn an_import_under_way_takes_the_order_that_is_in_force_when_it_writes(pool: PgPool) {
    let store = Store::on(pool);
    import_as(&store, "ror", "ror-fhir", day(1), &[hills("r-1", &[(Field::Cost, "10 €")])]).await;
    let mut run = begin(&store, "csv", day(2)).await;
    let ror_first = order(r#"default = ["ror-fhir", "csv"]"#);
    store.set_precedence(&ror_first, &because("convention", day(2))).await.unwrap();
    run.put(&[hills("c-1", &[(Field::Cost, "gratuit")])]).await.unwrap();
    run.finish(Report::of("csv"), day(2)).await.unwrap();
    assert_eq!(cost(&store).await.as_deref(), Some("10 €"));
}
