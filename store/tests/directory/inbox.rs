//! What needs somebody is there as long as it is so, for whoever it is in reach of.

use chrono::{DateTime, Utc};
use maille_domain::field::Field;
use maille_domain::reach::Reach;
use maille_domain::report::{Reason, Report, ReportText};
use maille_domain::{Category, LineKey, ListingId, Matter, Territory};
use maille_store::Store;
use maille_store::inbox::{About, Sift};
use maille_store::overrides::Settlement;
use maille_store::run::Incoming;
use maille_store::source::Standing;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{because, correction, day, elsewhere, hills, import, perhaps_hills, record, withdraw};

/// As the mobile team of the hills, with nothing that needs anybody.
fn whole(id: &str, cells: &[(Field, &str)]) -> Incoming {
    hills(id, &[&[(Field::Coverage, "commune:92007"), (Field::VerifiedOn, "2026-10-01")], cells].concat())
}

fn id(source: &str, id: &str) -> ListingId {
    ListingId::founded_by(source, id)
}

async fn lines(store: &Store, matter: Matter, now: DateTime<Utc>) -> Vec<LineKey> {
    let inbox = store.inbox(Some(matter), (50, 0), &Reach::Everywhere, &Sift::default(), now).await.unwrap();
    let keys: Vec<LineKey> = inbox.lines.into_iter().map(|line| line.key).collect();
    assert_eq!(inbox.counts.get(&matter).copied().unwrap_or_default(), keys.len(), "{matter}");
    let listings: Vec<ListingId> = keys.iter().map(|key| key.listing).collect();
    let mut still = store.lines_of(matter, &listings, &Reach::Everywhere, now).await.unwrap();
    let mut sorted = keys.clone();
    sorted.sort();
    still.sort();
    assert_eq!(still, sorted, "each is found again");
    keys
}

async fn set_aside(store: &Store, key: &LineKey, until: Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
    store.set_aside(key, until, &Reach::Everywhere, &because("vu", at)).await.unwrap()
}

#[sqlx::test]
async fn a_report_waits_until_somebody_says_what_was_done(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[whole("1", &[])]).await;
    assert_eq!(lines(&store, Matter::Report, day(2)).await, []);
    let text = ReportText::read("fermé depuis juin").unwrap();
    let report = Report::new(id("csv", "1"), Reason::Closed, None, text, day(2));
    store.keep_report(&report).await.unwrap();
    let key = lines(&store, Matter::Report, day(3)).await.remove(0);
    assert_eq!((key.listing, key.mark.as_str()), (id("csv", "1"), report.id.to_string().as_str()));

    assert!(
        store.settle_report(report.id, &Reach::Everywhere, &because("appelé : fermé", day(3))).await.unwrap()
    );
    assert!(
        !store.settle_report(report.id, &Reach::Everywhere, &because("aussi", day(3))).await.unwrap(),
        "once"
    );
    assert_eq!(lines(&store, Matter::Report, day(3)).await, []);
    assert_eq!(store.waiting_reports().await.unwrap().len(), 0);
    store.keep_report(&report).await.unwrap();
    assert_eq!(lines(&store, Matter::Report, day(4)).await, [key], "said again, it waits again");
}

#[sqlx::test]
async fn a_conflict_is_there_until_it_is_settled_and_again_when_the_source_moves(pool: PgPool) {
    let store = Store::on(pool);
    let cost = |cost| whole("1", &[(Field::Cost, cost)]);
    import(&store, "csv", day(1), &[cost("10 €")]).await;
    store.set_override(correction(id("csv", "1"), Field::Cost, json!("gratuit")), day(2)).await.unwrap();
    assert_eq!(lines(&store, Matter::Conflict, day(3)).await, []);

    import(&store, "csv", day(3), &[cost("12 €")]).await;
    let key = lines(&store, Matter::Conflict, day(4)).await.remove(0);
    assert!(set_aside(&store, &key, None, day(4)).await);
    assert_eq!(lines(&store, Matter::Conflict, day(4)).await, []);
    import(&store, "csv", day(5), &[cost("15 €")]).await;
    let again = lines(&store, Matter::Conflict, day(6)).await.remove(0);
    assert_ne!(key.mark, again.mark, "what was set aside was the other value");

    store
        .settle(
            id("csv", "1"),
            Field::Cost,
            Settlement::Ours,
            &Reach::Everywhere,
            &because("rappelé", day(6)),
        )
        .await
        .unwrap();
    assert_eq!(lines(&store, Matter::Conflict, day(7)).await, []);
}

#[sqlx::test]
async fn a_pair_is_there_until_it_is_decided(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "a", day(1), &[whole("1", &[])]).await;
    import(&store, "b", day(1), &[perhaps_hills("1", &[])]).await;
    let found = store.inbox(None, (50, 0), &Reach::Everywhere, &Sift::default(), day(2)).await.unwrap().lines;
    let [line] = &found[..] else { panic!("one pair, once: {found:?}") };
    let About::Duplicate { other, reasons } = &line.about else { panic!("{line:?}") };
    let mut both = [line.key.listing, other.id];
    both.sort();
    let mut expected = [id("a", "1"), id("b", "1")];
    expected.sort();
    assert_eq!((both, other.id.to_string()), (expected, line.key.mark.clone()));
    assert!(!reasons.is_empty());
    // The same as the command tells.
    assert_eq!(store.duplicates(maille_store::duplicate::Asked::Proposed).await.unwrap().len(), 1);

    let cause = because("ce sont deux équipes", day(2));
    let decision = store.decide(both[0], both[1], false, &Reach::Everywhere, &cause).await.unwrap();
    assert_eq!(lines(&store, Matter::Duplicate, day(3)).await, []);
    store.take_back(&[decision], &Reach::Everywhere, &cause).await.unwrap();
    assert_eq!(lines(&store, Matter::Duplicate, day(3)).await.len(), 1);
    store.decide(both[0], both[1], true, &Reach::Everywhere, &cause).await.unwrap();
    assert_eq!(lines(&store, Matter::Duplicate, day(3)).await, []);
}

#[sqlx::test]
async fn a_pair_set_aside_stays_so_when_one_of_it_is_merged(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "a", day(1), &[hills("1", &[])]).await;
    import(&store, "b", day(1), &[perhaps_hills("1", &[])]).await;
    import(&store, "c", day(1), &[elsewhere("1")]).await;
    let key = lines(&store, Matter::Duplicate, day(2)).await.remove(0);
    // Whichever of the two speaks for a third, or is spoken for by it.
    for side in [key.listing, key.mark.parse().unwrap()] {
        assert!(set_aside(&store, &key, None, day(2)).await);
        assert_eq!(lines(&store, Matter::Duplicate, day(2)).await, []);
        let cause = because("la même", day(3));
        let decision = store.decide(id("c", "1"), side, true, &Reach::Everywhere, &cause).await.unwrap();
        assert_eq!(lines(&store, Matter::Duplicate, day(3)).await, []);
        let aside = Sift { set_aside: true, ..Sift::default() };
        let mut inbox = store
            .inbox(Some(Matter::Duplicate), (50, 300), &Reach::Everywhere, &aside, day(3))
            .await
            .unwrap();
        assert_eq!((inbox.counts[&Matter::Duplicate], inbox.before), (1, 0));
        let line = inbox.lines.remove(0);
        assert!(store.put_back(&line.key, &Reach::Everywhere, &because("rappelés", day(4))).await.unwrap());
        assert_eq!(lines(&store, Matter::Duplicate, day(4)).await, [line.key]);
        store.take_back(&[decision], &Reach::Everywhere, &cause).await.unwrap();
    }
}

#[sqlx::test]
async fn what_a_source_withdrew_is_there_until_it_is_confirmed_and_again_when_it_leaves_again(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[whole("1", &[]), elsewhere("2")]).await;
    withdraw(&store, "csv", day(2), &["1"]).await;
    let key = lines(&store, Matter::Withdrawn, day(3)).await.remove(0);
    assert_eq!(key.listing, id("csv", "1"));
    assert!(set_aside(&store, &key, None, day(3)).await);
    assert!(!set_aside(&store, &key, None, day(3)).await, "once");
    assert_eq!(lines(&store, Matter::Withdrawn, day(3)).await, []);

    import(&store, "csv", day(4), &[whole("1", &[]), elsewhere("2")]).await;
    withdraw(&store, "csv", day(5), &["1"]).await;
    assert_eq!(lines(&store, Matter::Withdrawn, day(6)).await.len(), 1, "it is another withdrawal");

    // Who hides a listing, and who drops a source, decided already.
    sqlx::query("insert into presence (listing, presence, author, reason, at) values ($1, 'masquee', 'Zoé', 'fermé', now())")
        .bind(id("csv", "1").0)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(lines(&store, Matter::Withdrawn, day(6)).await, []);
    store.stand("csv", Standing::Dropped, &because("plus tenue", day(7))).await.unwrap();
    assert_eq!(lines(&store, Matter::Withdrawn, day(8)).await, []);
}

#[sqlx::test]
async fn a_check_goes_stale_after_the_cadence_of_its_kind(pool: PgPool) {
    let store = Store::on(pool);
    let at = |id: &str, name: &str, category: &str, verified: &str| {
        let cells = [
            (Field::Name, name),
            (Field::Category, category),
            (Field::Commune, "92007"),
            (Field::VerifiedOn, verified),
        ];
        record(id, &cells)
    };
    let records = [
        at("lits", "Lits halte soins santé du Port", "lhss", "2026-05-01"),
        at("equipe", "Équipe mobile des Coteaux", "emg", "2026-05-01"),
        at("hopital", "Hôpital de l’Orme", "hopital", "2025-05-01"),
        at("jamais", "CLIC de la Garonne", "clic", ""),
        at("ferme", "Accueil de jour fermé", "accueil-jour", "2020-01-01"),
    ];
    import(&store, "csv", day(1), &records).await;
    store.set_override(correction(id("csv", "ferme"), Field::Status, json!("ferme")), day(1)).await.unwrap();
    let stale = lines(&store, Matter::Stale, day(20)).await;
    let told: Vec<(ListingId, &str)> = stale.iter().map(|key| (key.listing, key.mark.as_str())).collect();
    assert_eq!(told, [(id("csv", "jamais"), "jamais"), (id("csv", "lits"), "2026-05-01")]);
    assert_eq!(lines(&store, Matter::Stale, day(1)).await.len(), 1, "the last of its six months is good");
    assert_eq!(lines(&store, Matter::Stale, day(2)).await.len(), 2);
    let spring: DateTime<Utc> = "2027-05-02T09:00:00Z".parse().unwrap();
    assert_eq!(lines(&store, Matter::Stale, spring).await.len(), 4, "all but what is closed");
}

#[sqlx::test]
async fn what_was_put_off_comes_back_at_its_day_and_can_be_taken_back_before(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[elsewhere("1")]).await;
    let key = lines(&store, Matter::NoCoverage, day(2)).await.remove(0);
    assert!(set_aside(&store, &key, Some(day(10)), day(2)).await);
    let aside = Sift { set_aside: true, ..Sift::default() };
    let found = store
        .inbox(Some(Matter::NoCoverage), (50, 0), &Reach::Everywhere, &aside, day(9))
        .await
        .unwrap()
        .lines
        .remove(0);
    let told = found.set_aside.unwrap();
    assert_eq!((told.author.as_str(), told.reason.as_str(), told.until), ("animation", "vu", Some(day(10))));
    assert_eq!(lines(&store, Matter::NoCoverage, day(9)).await, []);
    assert_eq!(lines(&store, Matter::NoCoverage, day(10)).await.len(), 1);

    assert!(set_aside(&store, &key, None, day(11)).await, "its time is done: it can be set aside again");
    assert_eq!(lines(&store, Matter::NoCoverage, day(12)).await, []);
    assert!(store.put_back(&key, &Reach::Everywhere, &because("", day(12))).await.unwrap());
    assert!(!store.put_back(&key, &Reach::Everywhere, &because("", day(12))).await.unwrap());
    assert_eq!(lines(&store, Matter::NoCoverage, day(12)).await, [key]);
}

#[sqlx::test]
async fn a_listing_without_coverage_or_contact_is_there_until_it_has_one(pool: PgPool) {
    let store = Store::on(pool);
    let bare =
        record("1", &[(Field::Name, "CLIC de l’Orme"), (Field::Category, "clic"), (Field::Commune, "92002")]);
    import(&store, "csv", day(1), &[bare]).await;
    assert_eq!(lines(&store, Matter::NoCoverage, day(2)).await.len(), 1);
    assert_eq!(lines(&store, Matter::NoContact, day(2)).await.len(), 1);
    let correct = async |field, value| {
        store.set_override(correction(id("csv", "1"), field, value), day(2)).await.unwrap();
    };
    correct(Field::Coverage, json!(["commune:92002"])).await;
    assert_eq!(lines(&store, Matter::NoCoverage, day(3)).await, []);
    correct(Field::Website, json!(["https://clic.example"])).await;
    assert_eq!(lines(&store, Matter::NoContact, day(3)).await.len(), 1, "nobody answers there");
    correct(Field::Phone, json!(["+33199000009"])).await;
    assert_eq!(lines(&store, Matter::NoContact, day(3)).await, []);
}

fn reach_of(communes: &[&str]) -> Reach {
    let territory = Territory {
        code: "t".to_owned(),
        kind: "dac".to_owned(),
        name: "t".to_owned(),
        communes: communes.iter().map(|&code| code.to_owned()).collect(),
    };
    Reach::of(std::slice::from_ref(&territory), std::slice::from_ref(&territory))
}

#[sqlx::test]
async fn one_sees_what_one_reaches_and_what_one_asks_for(pool: PgPool) {
    let store = Store::on(pool);
    let nowhere = |id: &str, coverage: &str| {
        record(
            id,
            &[(Field::Name, "Ligne d’écoute"), (Field::Category, "autre"), (Field::Coverage, coverage)],
        )
    };
    let records = [
        hills("bagneux", &[]),
        elsewhere("toulouse"),
        nowhere("ecoute-bagneux", "commune:92007"),
        nowhere("ecoute-france", "national"),
    ];
    import(&store, "csv", day(1), &records).await;
    import(&store, "autre", day(1), &[perhaps_hills("1", &[(Field::Commune, "92007")])]).await;

    let south = reach_of(&["92007", "92002"]);
    let of = |reach: Reach, sift: Sift| {
        let store = store.clone();
        async move {
            let inbox = store.inbox(Some(Matter::Stale), (50, 0), &reach, &sift, day(2)).await.unwrap();
            let mut found: Vec<ListingId> = inbox.lines.into_iter().map(|line| line.key.listing).collect();
            assert_eq!(inbox.counts.get(&Matter::Stale).copied().unwrap_or_default(), found.len());
            found.sort();
            found
        }
    };
    let sorted = |mut ids: Vec<ListingId>| {
        ids.sort();
        ids
    };
    let own = sorted(vec![id("csv", "bagneux"), id("csv", "ecoute-bagneux"), id("autre", "1")]);
    assert_eq!(of(south.clone(), Sift::default()).await, own);
    assert_eq!(of(Reach::nowhere(), Sift::default()).await, []);
    assert_eq!(of(Reach::Everywhere, Sift::default()).await.len(), 5);

    // The set that lists are made with, and the question asked of one listing, agree.
    let all = of(Reach::Everywhere, Sift::default()).await;
    for reach in [south.clone(), Reach::nowhere(), Reach::Everywhere, reach_of(&["31555"])] {
        let within = store.within(&all, &reach).await.unwrap();
        let reached: Vec<ListingId> = all.iter().copied().filter(|id| within[id]).collect();
        assert_eq!(of(reach, Sift::default()).await, reached);
    }

    let kind = Sift { category: Category::from_code("emg"), ..Sift::default() };
    assert_eq!(of(south.clone(), kind).await.len(), 2);
    let source = Sift { source: Some("autre".to_owned()), ..Sift::default() };
    assert_eq!(of(south.clone(), source).await, [id("autre", "1")]);
    let commune = Sift { commune: Some("31555".to_owned()), ..Sift::default() };
    assert_eq!(of(south.clone(), commune.clone()).await, []);
    assert_eq!(of(Reach::Everywhere, commune).await, [id("csv", "toulouse")]);

    // Of a pair, one reaches both.
    let pairs = async |reach: &Reach| {
        store
            .inbox(Some(Matter::Duplicate), (50, 0), reach, &Sift::default(), day(2))
            .await
            .unwrap()
            .lines
            .len()
    };
    assert_eq!((pairs(&south).await, pairs(&reach_of(&["31555"])).await), (1, 0));
    let line = store.lines_of(Matter::Stale, &[id("csv", "toulouse")], &south, day(2)).await.unwrap();
    assert_eq!(line, [], "not even when it is named");
}
