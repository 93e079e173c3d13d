//! Records of several sources that describe one thing speak for one listing, and part from it as they were.

use std::collections::BTreeMap;

use maille_domain::field::Field;
use maille_domain::listing::{Provenance, Said};
use maille_domain::reach::Reach;
use maille_domain::run::Report;
use maille_domain::{FeedPosition, Listing, ListingId};
use maille_store::feed::Change;
use maille_store::overrides::Settlement;
use maille_store::run::Incoming;
use maille_store::source::Standing;
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;
use sqlx::types::Uuid;

use crate::support::{
    because, begin, begin_as, correction, day, directory, elsewhere, founded, hills, import, import_as,
    perhaps_hills, waiting, withdraw,
};

fn csv(id: &str) -> ListingId {
    ListingId::founded_by("csv", id)
}

fn ror(id: &str) -> ListingId {
    ListingId::founded_by("ror", id)
}

#[sqlx::test]
async fn what_two_sources_describe_appears_once_with_the_best_of_each(pool: PgPool) {
    let store = Store::on(pool);
    let summary = (Field::Summary, "Établissement de santé");
    import_as(&store, "finess", "finess", day(1), &[hills("f-1", &[summary, (Field::Finess, "130000235")])])
        .await;
    import(&store, "csv", day(2), &[hills("c-1", &[(Field::Summary, "Évalue à domicile")])]).await;

    let listings = directory(&store).await;
    assert_eq!(listings.len(), 1);
    let listing = founded(&store, "finess", "f-1").await;
    assert_eq!(listing.merged, [csv("c-1")]);
    assert_eq!(
        listing.fields.summary.as_deref(),
        Some("Évalue à domicile"),
        "a facilitator's file speaks first"
    );
    assert_eq!(
        listing.fields.finess.as_deref(),
        Some("130000235"),
        "what it does not say, the other one does"
    );
    let sources: Vec<&str> = listing.sources.iter().map(|source| &*source.source).collect();
    assert_eq!(sources, ["csv", "finess"]);
    assert_eq!(
        listing.provenance[&Field::Summary],
        Provenance::Source { source: "csv".into(), source_id: "c-1".into(), at: day(2) }
    );
    assert_eq!(
        listing.others[&Field::Summary],
        [Said {
            source: "finess".into(),
            source_id: "f-1".into(),
            value: json!("Établissement de santé"),
            at: day(1)
        }]
    );
    assert!(!listing.others.contains_key(&Field::Finess), "nobody says otherwise");
}

#[sqlx::test]
async fn an_id_and_an_address_lead_to_the_listing_that_theirs_was_merged_into(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "ror", day(1), &[elsewhere("r-1")]).await;
    import(&store, "csv", day(2), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(3), &[hills("r-1", &[(Field::Name, "EMG des Coteaux")])]).await;
    store
        .decide(ror("r-1"), csv("c-1"), true, &Reach::Everywhere, &because("c’est la même", day(4)))
        .await
        .unwrap();

    let slug = "equipe-mobile-de-geriatrie-des-coteaux-bagneux";
    for name in
        [slug, "c-1", "csv:c-1", &csv("c-1").to_string(), "centre-communal-d-action-sociale-de-toulouse"]
    {
        assert_eq!(store.find_listing(name).await.unwrap(), Some(ror("r-1")), "{name}");
    }
    assert_eq!(store.find_record("c-1").await.unwrap(), Some(csv("c-1")));
    let listing = store.listing(csv("c-1")).await.unwrap().unwrap();
    assert_eq!((listing.id, &listing.merged[..]), (ror("r-1"), &[csv("c-1")][..]));
    assert!(listing.former_slugs.iter().any(|former| former == slug), "{:?}", listing.former_slugs);

    // Nobody else takes the address meanwhile, not even another thing of that name.
    let namesake =
        [(Field::Category, "ccas"), (Field::Phone, "01 99 00 00 77"), (Field::Address, "9 rue d’Ailleurs")];
    import(&store, "autre", day(5), &[hills("x", &namesake)]).await;
    let other = founded(&store, "autre", "x").await;
    assert_eq!(other.id, ListingId::founded_by("autre", "x"));
    assert!(other.slug.starts_with(&format!("{slug}-")), "{}", other.slug);
}

#[sqlx::test]
async fn two_records_of_one_source_are_never_one_listing_by_themselves(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[]), hills("c-2", &[])]).await;
    assert_eq!(directory(&store).await.len(), 2);
    import(&store, "ror", day(2), &[hills("r-1", &[])]).await;
    let listings = directory(&store).await;
    assert_eq!(listings.len(), 2, "the third joins one of the two, and does not bring them together");

    store
        .decide(csv("c-1"), csv("c-2"), true, &Reach::Everywhere, &because("saisie deux fois", day(3)))
        .await
        .unwrap();
    let listing = founded(&store, "csv", "c-2").await;
    assert_eq!(directory(&store).await.len(), 1);
    assert_eq!(listing.sources.len(), 3, "a person puts them together");
}

/// A source that shows some records in the stead of others, in one run.
async fn replace(store: &Store, source: &str, at: u32, shown: &[Incoming], gone: &[Incoming]) {
    let mut run = begin(store, source, day(at)).await;
    run.put(shown).await.unwrap();
    let gone: Vec<String> = gone.iter().map(|record| record.source_id.clone()).collect();
    run.withdraw(&gone).await.unwrap();
    run.finish(Report::of(source), day(at)).await.unwrap();
}

#[sqlx::test]
async fn a_file_that_is_numbered_anew_describes_the_same_listings(pool: PgPool) {
    let store = Store::on(pool);
    let rows = |letter: &str| -> Vec<Incoming> {
        let trees = ["Tilleuls", "Platanes", "Charmes", "Ormes", "Frênes", "Cèdres", "Noyers", "Saules"];
        let grounds = ["Coteaux", "Vallons", "Berges", "Collines", "Plaines"];
        let things = trees.iter().flat_map(|tree| grounds.iter().map(move |ground| (tree, ground)));
        let row = |(number, (tree, ground)): (usize, (&&str, &&str))| {
            let cells = [
                (Field::Name, &*format!("Équipe mobile des {tree} et des {ground}")),
                (Field::Phone, &format!("01 99 00 00 {number:02}")),
                (Field::Address, &format!("{} rue des {tree}", number + 1)),
            ];
            hills(&format!("{letter}-{number}"), &cells)
        };
        things.enumerate().map(row).collect()
    };
    let (old, new) = (rows("c"), rows("n"));
    import(&store, "csv", day(1), &old).await;
    import(&store, "ror", day(2), &rows("r")).await;
    store.set_override(correction(csv("c-7"), Field::Cost, json!("gratuit")), day(3)).await.unwrap();
    let before = directory(&store).await;
    assert_eq!(before.len(), 40);

    for (at, shown, gone) in [(4, &new, &old), (5, &old, &new)] {
        replace(&store, "csv", at, shown, gone).await;
        let after = directory(&store).await;
        assert_eq!(store.kinship("csv").await.unwrap().shared, 40);
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        for (id, listing) in &after {
            assert_eq!((&listing.slug, &listing.fields), (&before[id].slug, &before[id].fields));
            let made_of = (listing.sources.len(), listing.merged.len());
            assert_eq!((listing.withdrawn_at, made_of), (None, (2, 2)), "two speak: {}", listing.slug);
        }
        assert_eq!(founded(&store, "csv", "n-7").await.fields.cost.as_deref(), Some("gratuit"));
        store.match_again(&because("pour voir", day(6))).await.unwrap();
        assert_eq!(directory(&store).await, after);
    }
}

#[sqlx::test]
async fn a_seat_that_is_left_is_taken_and_is_given_back(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "ror", day(1), &[hills("r-1", &[])]).await;
    import(&store, "csv", day(2), &[hills("c-1", &[]), hills("c-2", &[])]).await;
    let before = directory(&store).await;
    let seated = before[&ror("r-1")].merged[0];
    let (seated, standing) = if seated == csv("c-1") { ("c-1", "c-2") } else { ("c-2", "c-1") };

    withdraw(&store, "csv", day(3), &[seated]).await;
    let listing = founded(&store, "csv", standing).await;
    assert_eq!((listing.id, listing.merged.len(), directory(&store).await.len()), (ror("r-1"), 2, 1));
    import(&store, "csv", day(4), &[hills(seated, &[])]).await;
    let after = directory(&store).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert_eq!(founded(&store, "csv", seated).await.id, ror("r-1"));
}

#[sqlx::test]
async fn what_is_not_heard_is_nobodys_twin(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[perhaps_hills("r-1", &[])]).await;
    let twin = async || founded(&store, "csv", "c-1").await.twin;
    assert_eq!(twin().await, Some(csv("c-1")));
    store.stand("ror", Standing::Dropped, &because("échue", day(3))).await.unwrap();
    assert_eq!(twin().await, None);
    store.stand("ror", Standing::Kept, &because("signée", day(4))).await.unwrap();
    assert_eq!(twin().await, Some(csv("c-1")));
    withdraw(&store, "ror", day(5), &["r-1"]).await;
    assert_eq!(twin().await, None);
    import(&store, "ror", day(6), &[perhaps_hills("r-1", &[])]).await;
    assert_eq!(twin().await, Some(csv("c-1")));
}

/// Whoever holds the listing is waited for when everything is found again, and when a source is read in another format.
#[sqlx::test]
async fn a_run_that_waits_for_a_listing_in_vain_says_so(pool: PgPool) {
    let store = Store::on(pool.clone()).with_patience(std::time::Duration::from_millis(30));
    import_as(&store, "ror", "ror-fhir", day(1), &[hills("r-1", &[])]).await;
    import(&store, "csv", day(2), &[hills("c-1", &[])]).await;
    let mut edit = pool.begin().await.unwrap();
    sqlx::query("select from listing for update").execute(&mut *edit).await.unwrap();
    let mut run = begin_as(&store, "ror", "finess", day(3)).await;
    run.seen("r-1".into());
    let waited = run.finish(Report::of("ror"), day(3)).await;
    assert!(matches!(waited, Err(Error::Busy { .. })), "{waited:?}");
    edit.rollback().await.unwrap();

    sqlx::raw_sql("delete from matched; update listing set twin = id").execute(&pool).await.unwrap();
    let mut edit = pool.begin().await.unwrap();
    sqlx::query("select from listing for update").execute(&mut *edit).await.unwrap();
    let waited = begin(&store, "csv", day(4)).await.put(&[elsewhere("c-2")]).await;
    assert!(matches!(waited, Err(Error::Busy { .. })), "{waited:?}");
}

/// The whole listings, slugs and corrections included.
#[sqlx::test]
async fn what_was_put_together_parts_as_it_was(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[(Field::Summary, "Du tableur")]), elsewhere("c-2")]).await;
    import_as(&store, "ror", "ror-fhir", day(2), &[perhaps_hills("r-1", &[(Field::Summary, "Du ROR")])])
        .await;
    let phone = |listing, phone: &str| correction(listing, Field::Phone, json!([phone]));
    store.set_override(phone(csv("c-1"), "+33199000051"), day(3)).await.unwrap();
    store.set_override(phone(ror("r-1"), "+33199000052"), day(4)).await.unwrap();
    store.set_override(correction(ror("r-1"), Field::Cost, json!("gratuit")), day(4)).await.unwrap();
    let before = directory(&store).await;
    assert_eq!(before.len(), 3);
    assert_ne!(before[&csv("c-1")].slug, before[&ror("r-1")].slug);

    store
        .decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &because("c’est la même", day(5)))
        .await
        .unwrap();
    let merged = founded(&store, "ror", "r-1").await;
    assert_eq!(directory(&store).await.len(), 2);
    assert_eq!(merged.fields.phone[0].as_str(), "+33199000052", "the latest decision wins");
    assert_eq!(merged.fields.cost.as_deref(), Some("gratuit"), "what was decided of either holds");
    let decision = store.pair_decisions().await.unwrap().remove(0);
    store.take_back(&[decision.id], &Reach::Everywhere, &because("je me trompais", day(6))).await.unwrap();
    assert_eq!(directory(&store).await, before);
    assert_eq!(store.conflicts(day(7)).await.unwrap().len(), 0);
}

#[sqlx::test]
async fn a_source_that_changes_its_mind_gives_back_what_was_there(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[elsewhere("r-1")]).await;
    let before = directory(&store).await;
    import(&store, "ror", day(3), &[hills("r-1", &[])]).await;
    assert_eq!(directory(&store).await.len(), 1);
    import(&store, "ror", day(4), &[elsewhere("r-1")]).await;
    let after = directory(&store).await;
    assert_eq!(after[&csv("c-1")], before[&csv("c-1")]);
    // Its values are read since another day.
    let (was, is) = (&before[&ror("r-1")], &after[&ror("r-1")]);
    assert_eq!((&is.fields, &is.slug, &is.former_slugs), (&was.fields, &was.slug, &was.former_slugs));
}

#[sqlx::test]
async fn a_name_that_is_borrowed_changes_no_address(pool: PgPool) {
    let store = Store::on(pool);
    import_as(&store, "ror", "ror-fhir", day(1), &[hills("r-1", &[])]).await;
    import(&store, "csv", day(2), &[elsewhere("c-1")]).await;
    let before = directory(&store).await;
    let decision = store
        .decide(ror("r-1"), csv("c-1"), true, &Reach::Everywhere, &because("ils ont déménagé", day(3)))
        .await
        .unwrap();
    let together = founded(&store, "ror", "r-1").await;
    assert!(together.fields.name.starts_with("Centre communal"), "{}", together.fields.name);
    assert_eq!(together.slug, before[&ror("r-1")].slug, "the other's address leads here as well");
    assert_eq!(together.former_slugs, [before[&csv("c-1")].slug.clone()]);
    store.take_back(&[decision], &Reach::Everywhere, &because("non", day(4))).await.unwrap();
    assert_eq!(directory(&store).await, before);
}

#[sqlx::test]
async fn corrections_of_a_merged_listing_stand_over_the_other_and_may_differ(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "ror", day(1), &[hills("r-1", &[])]).await;
    import(&store, "csv", day(2), &[perhaps_hills("c-1", &[])]).await;
    let cost = |listing, cost: &str| correction(listing, Field::Cost, json!(cost));
    for (settlement, kept) in [(Settlement::Ours, "sur devis"), (Settlement::Theirs, "gratuit")] {
        store.set_override(cost(ror("r-1"), "gratuit"), day(3)).await.unwrap();
        store.set_override(cost(csv("c-1"), "sur devis"), day(4)).await.unwrap();
        store
            .decide(ror("r-1"), csv("c-1"), true, &Reach::Everywhere, &because("la même", day(5)))
            .await
            .unwrap();
        let listing = founded(&store, "csv", "c-1").await;
        assert_eq!((listing.id, listing.fields.cost.as_deref()), (ror("r-1"), Some("sur devis")));
        let conflicts = store.conflicts(day(6)).await.unwrap();
        assert_eq!(conflicts.len(), 1, "{conflicts:?}");
        assert_eq!(conflicts[0].listing, ror("r-1"));
        assert_eq!(conflicts[0].conflict.ours, Some(json!("sur devis")));
        assert_eq!(conflicts[0].conflict.theirs, Some(json!("gratuit")));
        assert!(matches!(conflicts[0].conflict.their_origin, Some(Provenance::Override { .. })));

        store
            .settle(csv("c-1"), Field::Cost, settlement, &Reach::Everywhere, &because("tranché", day(7)))
            .await
            .unwrap();
        assert_eq!(store.conflicts(day(8)).await.unwrap().len(), 0);
        assert_eq!(founded(&store, "csv", "c-1").await.fields.cost.as_deref(), Some(kept));

        let decision = store.pair_decisions().await.unwrap().remove(0);
        store
            .take_back(&[decision.id], &Reach::Everywhere, &because("pour recommencer", day(9)))
            .await
            .unwrap();
        assert_eq!(directory(&store).await.len(), 2);
    }
}

#[sqlx::test]
async fn history_tells_who_moved_what_and_why(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[perhaps_hills("r-1", &[])]).await;
    store
        .decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &because("même standard", day(3)))
        .await
        .unwrap();
    let decision = store.pair_decisions().await.unwrap().remove(0);
    store.take_back(&[decision.id], &Reach::Everywhere, &because("deux standards", day(4))).await.unwrap();
    import(&store, "ror", day(5), &[hills("r-1", &[])]).await;

    let moves = |listing: ListingId| {
        sqlx::query_as::<_, (String, String, bool, serde_json::Value, serde_json::Value)>(
            "select author, reason, run is not null, before, after from revision
             where listing = $1 and (before ? 'records' or after ? 'records') order by id",
        )
        .bind(listing.0)
        .fetch_all(&pool)
    };
    let said = |reason: &str| ("animation".to_owned(), reason.to_owned(), false);
    let run = || ("import ror".to_owned(), "import n° 3".to_owned(), true);
    let (none, record) = (json!({}), json!({ "records": ["ror:r-1"] }));
    let told = |told: Vec<(String, String, bool, serde_json::Value, serde_json::Value)>| -> Vec<_> {
        told.into_iter()
            .map(|(author, reason, run, before, after)| ((author, reason, run), before, after))
            .collect()
    };
    assert_eq!(
        told(moves(csv("c-1")).await.unwrap()),
        [
            (said("même standard"), none.clone(), record.clone()),
            (said("deux standards"), record.clone(), none.clone()),
            (run(), none.clone(), record.clone()),
        ]
    );
    assert_eq!(
        told(moves(ror("r-1")).await.unwrap()),
        [
            (said("même standard"), record.clone(), none.clone()),
            (said("deux standards"), none.clone(), record.clone()),
            (run(), record, none),
        ]
    );
}

/// Keeps the listings that a reader of the feed knows.
#[derive(Default)]
struct Reader {
    position: FeedPosition,
    listings: BTreeMap<ListingId, Listing>,
}

impl Reader {
    async fn follow(&mut self, store: &Store) {
        loop {
            let batch =
                store.feed_after(&self.position, 3).await.unwrap().expect("the feed holds the position");
            self.position = batch.position;
            for change in batch.changes {
                match change {
                    Change::Listing(listing) => _ = self.listings.insert(listing.id, *listing),
                    Change::ListingGone(id) => _ = self.listings.remove(&id),
                    _ => {}
                }
            }
            if !batch.more {
                return;
            }
        }
    }
}

#[sqlx::test]
async fn who_follows_the_feed_knows_what_a_snapshot_holds(pool: PgPool) {
    let store = Store::on(pool);
    let mut reader = Reader::default();
    for step in 0..9 {
        match step {
            0 => import(&store, "csv", day(1), &[hills("c-1", &[]), elsewhere("c-2")]).await,
            1 => import(&store, "ror", day(2), &[perhaps_hills("r-1", &[]), elsewhere("r-2")]).await,
            2 => {
                _ = store
                    .decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &because("la même", day(3)))
                    .await
                    .unwrap();
            }
            3 => store.set_override(correction(ror("r-1"), Field::Cost, json!("0 €")), day(4)).await.unwrap(),
            4 => {
                _ = store
                    .decide(csv("c-1"), ror("r-1"), false, &Reach::Everywhere, &because("non", day(5)))
                    .await
                    .unwrap();
            }
            5 => {
                _ = store
                    .decide(csv("c-2"), ror("r-2"), false, &Reach::Everywhere, &because("non", day(6)))
                    .await
                    .unwrap();
            }
            6 => withdraw(&store, "csv", day(7), &["c-2"]).await,
            7 => import(&store, "ror", day(8), &[elsewhere("r-1"), hills("r-2", &[])]).await,
            _ => store.match_again(&because("pour voir", day(9))).await.unwrap(),
        }
        reader.follow(&store).await;
        // When a record was last seen is no change, and wakes nobody.
        let unseen = |mut listings: BTreeMap<ListingId, Listing>| {
            for source in listings.values_mut().flat_map(|listing| &mut listing.sources) {
                source.last_seen = day(1);
            }
            listings
        };
        assert_eq!(unseen(reader.listings.clone()), unseen(directory(&store).await), "after step {step}");
    }
}

/// The import holds the listing, which it merges into another, when the edit comes.
#[sqlx::test]
async fn an_edit_that_waited_for_a_merge_stands_over_the_merged_listing(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "ror", day(1), &[hills("r-1", &[])]).await;
    import(&store, "csv", day(2), &[elsewhere("c-1")]).await;
    let mut run = begin(&store, "csv", day(3)).await;
    run.put(&[hills("c-1", &[])]).await.unwrap();
    let edit = tokio::spawn({
        let store = store.clone();
        async move { store.set_override(correction(csv("c-1"), Field::Cost, json!("gratuit")), day(4)).await }
    });
    waiting(&pool, 1).await;
    run.finish(maille_domain::run::Report::of("csv"), day(3)).await.unwrap();
    edit.await.unwrap().unwrap();

    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.id, listing.fields.cost.as_deref()), (ror("r-1"), Some("gratuit")));
}

/// The edit holds the listing when the import comes to merge it: it waits at its commit, whose lock the test has.
#[sqlx::test]
async fn a_merge_that_waited_for_an_edit_takes_it_along(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "ror", day(1), &[hills("r-1", &[])]).await;
    import(&store, "csv", day(2), &[elsewhere("c-1")]).await;
    let mut commit = pool.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(hashtext('maille.feed'))").execute(&mut *commit).await.unwrap();
    let edit = tokio::spawn({
        let store = store.clone();
        async move { store.set_override(correction(csv("c-1"), Field::Cost, json!("gratuit")), day(3)).await }
    });
    waiting(&pool, 1).await;
    let merge = tokio::spawn({
        let store = store.clone();
        async move { import(&store, "csv", day(4), &[hills("c-1", &[])]).await }
    });
    waiting(&pool, 2).await;
    commit.rollback().await.unwrap();
    edit.await.unwrap().unwrap();
    merge.await.unwrap();

    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.id, listing.fields.cost.as_deref()), (ror("r-1"), Some("gratuit")));
}

/// A key that too many share says nothing; when it was found to be so must not matter.
#[sqlx::test]
async fn a_name_that_becomes_commonplace_is_forgotten_and_remembered(pool: PgPool) {
    let store = Store::on(pool.clone());
    let all: Vec<_> = (0..150)
        .map(|at| {
            perhaps_hills(
                &format!("n-{at}"),
                &[(Field::Phone, &format!("01 99 00 {:02} {:02}", at / 100, at % 100))],
            )
        })
        .collect();
    let gone: Vec<_> = (60..150).map(|at| elsewhere(&format!("n-{at}"))).collect();
    let steps = [(&all[..90], true), (&all[90..], false), (&gone[..], true), (&all[60..], false)];
    for (step, (records, told_apart)) in (1..).zip(steps) {
        import(&store, "csv", day(step), records).await;
        let of_hills = || {
            sqlx::query_as::<_, (Uuid, Uuid)>(
                "select a, b from match_pair join link on link.record = a join source_record using (source, source_id)
                 where \"values\" ->> 'commune' = '92007' order by a, b",
            )
            .fetch_all(&pool)
        };
        let (found, listings) = (of_hills().await.unwrap(), directory(&store).await);
        assert_eq!(!found.is_empty(), told_apart, "at step {step}");
        store.match_again(&because("pour voir", day(20))).await.unwrap();
        assert_eq!(of_hills().await.unwrap(), found, "at step {step}");
        assert_eq!(directory(&store).await, listings, "at step {step}");
    }
}

/// Each may be the next one: five thousand listings, of which a search shows as one no more than two.
#[sqlx::test]
async fn a_long_chain_of_doubts_is_looked_at_whole(pool: PgPool) {
    const LONG: i32 = 5_000;
    let store = Store::on(pool.clone());
    sqlx::query(
        r#"with source as (insert into source (name, format, created_at) values ('csv', 'csv', now())),
           numbers as (
               select number, md5(number::text)::uuid as id, md5((number + 1)::text)::uuid as next from generate_series(1, $1) as number
           ), listing as (
               insert into listing (id, slug, name, category, audiences, themes, modes, referred_by, languages, accessibility,
                   status, provenance, created_at, updated_at)
               select id, 'fiche-' || number, 'Fiche ' || number, 'emg', '{}', '{}', '{}', '{}', '{}', '{}', 'ouvert', '{}', now(), now()
               from numbers
           ), record as (
               insert into source_record (source, source_id, payload, "values", since, hash, first_seen, last_seen)
               select 'csv', number::text, '{}', jsonb_build_object('name', 'Fiche ' || number, 'category', 'emg'), '{}', '\x00',
                   timestamptz '2026-10-01' + number * interval '1 second', now()
               from numbers
           ), link as (
               insert into link (source, source_id, record, listing) select 'csv', number::text, id, id from numbers
           )
           insert into match_pair (a, b, score, reasons)
           select least(id, next), greatest(id, next), 0.95, '[]' from numbers where number < $1"#,
    )
    .bind(LONG)
    .execute(&pool)
    .await
    .unwrap();
    let named = async |name: &str| store.find_listing(name).await.unwrap().unwrap();
    let (first, last) = (named("fiche-1").await, named("fiche-5000").await);
    store.decide(first, last, true, &Reach::Everywhere, &because("la même", day(3))).await.unwrap();
    let twins: Vec<(Option<Uuid>, i64)> = sqlx::query_as(
        "select twin, count(*) from listing join link on link.record = listing.id and not merged group by twin",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let (folded, alone): (Vec<_>, Vec<_>) = twins.into_iter().partition(|(twin, _)| twin.is_some());
    assert!(folded.iter().all(|(_, listings)| *listings == 2), "{folded:?}");
    // Of three that follow each other, two are shown as one.
    assert!(alone.iter().all(|(_, listings)| *listings <= i64::from(LONG) / 3 + 1), "{alone:?}");
}
