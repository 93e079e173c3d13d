//! How fresh and how complete listings are, within a reach.

use maille_domain::reach::{Reach, Within};
use maille_domain::{Field, ListingId, Presence};
use maille_store::Store;
use maille_store::quality::{By, Lack, Quality};
use sqlx::PgPool;

use crate::support::{because, day, elsewhere, hills, import, import_as, record};

#[sqlx::test]
async fn each_listing_counts_once_where_it_is_and_once_for_each_of_its_sources(pool: PgPool) {
    let store = Store::on(pool);
    let today = day(28).date_naive();
    let team = |id: &str, name: &str, verified_on: &str| {
        hills(
            id,
            &[(Field::Name, name), (Field::VerifiedOn, verified_on), (Field::Coverage, "commune:92007")],
        )
    };
    let nowhere = record("5", &[(Field::Name, "Ligne d’écoute"), (Field::Category, "prevention-suicide")]);
    let closed = team("6", "Maison close", "2026-11-01");
    let records = [
        team("1", "Équipe mobile de gériatrie des Coteaux", "2026-11-01"),
        team("2", "Équipe du Val", "2024-01-01"),
        team("3", "Équipe du Lac", ""),
        elsewhere("4"),
        nowhere,
        closed,
    ];
    import(&store, "ville", day(1), &records).await;
    import_as(&store, "finess", "finess", day(2), &[hills("1", &[])]).await;
    let id = |id: &str| ListingId::founded_by("ville", id);
    store
        .set_presence(id("6"), Some(Presence::Hidden), &Reach::Everywhere, &because("fermé", day(3)))
        .await
        .unwrap();

    let told = async |by, reach: &Reach| -> Vec<(String, u64, u64, u64)> {
        let rows = store.quality(by, reach, today).await.unwrap();
        rows.into_iter().map(|row| (row.key, row.listings, row.checked, row.never)).collect()
    };
    let all = Reach::Everywhere;
    assert_eq!(told(By::All, &all).await, [(String::new(), 5, 1, 3)]);
    assert_eq!(told(By::Source, &all).await, [("ville".into(), 5, 1, 3), ("finess".into(), 1, 1, 0)]);
    let communes = told(By::Commune, &all).await;
    assert_eq!(communes[0], ("92007".into(), 3, 1, 1));
    assert_eq!(communes.len(), 3, "one of them is nowhere: {communes:?}");
    let kinds = told(By::Category, &all).await;
    assert_eq!(kinds[0], ("emg".into(), 3, 1, 1), "the most to check first");

    let row: Quality = store.quality(By::Category, &all, today).await.unwrap().remove(0);
    assert_eq!((row.coverage, row.contact, row.hours, row.referral, row.position), (3, 3, 0, 0, 0));
    assert_eq!(row.median, "2024-01-01".parse().ok(), "of those that were checked");

    let lacking = async |of: (By, &str), lack, reach: &Reach, page| {
        let (found, all) = store.lacking(of, lack, reach, today, page).await.unwrap();
        (found.into_iter().map(|found| found.listing).collect::<Vec<_>>(), all)
    };
    let teams = (By::Category, "emg");
    assert_eq!(lacking(teams, Some(Lack::Check), &all, (0, 10)).await, (vec![id("3"), id("2")], 2));
    assert_eq!(lacking(teams, Some(Lack::Check), &all, (1, 1)).await, (vec![id("2")], 2));
    assert_eq!(lacking(teams, Some(Lack::AnyCheck), &all, (0, 10)).await, (vec![id("3")], 1));
    assert_eq!(lacking((By::Source, "finess"), None, &all, (0, 10)).await, (vec![id("1")], 1));
    assert_eq!(lacking((By::Commune, ""), Some(Lack::Contact), &all, (0, 10)).await, (vec![id("5")], 1));
    assert_eq!(lacking((By::All, ""), Some(Lack::Coverage), &all, (0, 10)).await.1, 2);
    for (lack, count) in [(Lack::Hours, 5), (Lack::Referral, 5), (Lack::Position, 5)] {
        assert_eq!(lacking((By::All, ""), Some(lack), &all, (0, 10)).await.1, count);
    }

    let south = Reach::Within(Within { communes: ["92007".to_owned()].into(), ..Within::default() });
    assert_eq!(told(By::All, &south).await, [(String::new(), 3, 1, 1)]);
    assert_eq!(lacking((By::All, ""), None, &south, (0, 10)).await.1, 3);
    assert_eq!(told(By::All, &Reach::nowhere()).await, []);
}
