//! Coordination territories come in, change, go, and come back.

use maille_domain::Territory;
use maille_domain::run::Report;
use maille_store::Store;
use maille_store::territory::TerritoriesWritten;
use sqlx::PgPool;

use crate::support::{begin, day};

fn territory(code: &str, communes: &[&str]) -> Territory {
    Territory {
        code: code.into(),
        kind: "dac".into(),
        name: code.to_uppercase(),
        communes: communes.iter().map(|code| (*code).to_owned()).collect(),
    }
}

async fn write(store: &Store, d: u32, territories: &[Territory]) -> TerritoriesWritten {
    let mut run = begin(store, "territoires", day(d)).await;
    let written = run.put_territories(territories, true).await.unwrap();
    run.finish(Report::of("territoires"), day(d)).await.unwrap();
    written
}

#[sqlx::test]
async fn a_territory_is_kept_as_it_was_given(pool: PgPool) {
    let store = Store::on(pool);
    let sud = territory("dac-92-sud", &["92002", "92007"]);
    let nord = territory("dac-92-nord", &["92004"]);
    let written = write(&store, 1, &[sud.clone(), nord.clone()]).await;
    assert_eq!(written, TerritoriesWritten { created: 2, ..Default::default() });
    assert_eq!(store.territories().await.unwrap(), [nord, sud.clone()]);
    let written = write(&store, 2, &[territory("dac-92-sud", &["92002"])]).await;
    assert_eq!(written, TerritoriesWritten { updated: 1, withdrawn: 1, ..Default::default() });
    assert_eq!(store.territories().await.unwrap(), [territory("dac-92-sud", &["92002"])]);
    let written =
        write(&store, 3, &[territory("dac-92-sud", &["92002"]), territory("dac-92-nord", &["92004"])]).await;
    assert_eq!(
        (written.unchanged, written.created + written.updated),
        (1, 1),
        "what comes back is read again"
    );
    assert_eq!(store.territories().await.unwrap().len(), 2);
}
