//! Whatever the calls are, their activity is a recount of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::{Desk, Period, Role};
use maille_store::Store;
use maille_store::activity::{Activity, By, Count, Whose};
use maille_store::role::NewRole;
use sqlx::{FromRow, PgPool};

use crate::accounts::two_territories;
use crate::dice::{Dice, asked_for};
use crate::support::day;

const SEED: u64 = 20_261_128;
/// In `make test`; `make soak` asks for as many as a large desk takes in years.
const CALLS: u64 = 2000;
/// Longest that the activity of 100 000 calls may take: a page holds little else.
const LONGEST: Duration = Duration::from_millis(250);

/// Somebody who answers there.
async fn desk(store: &Store, name: &str, territories: &[Option<&str>]) -> Desk {
    let role =
        |territory: Option<&str>| NewRole { role: Role::Reception, territory: territory.map(str::to_owned) };
    let roles: Vec<NewRole> = territories.iter().copied().map(role).collect();
    let email = format!("{name}@example.org");
    let id = store.create_account(&email, name, &roles, "Zoé", day(1)).await.unwrap();
    Desk::of(&store.account(id).await.unwrap().unwrap()).unwrap()
}

/// Makes so many calls of the year that ends with November 2026, of two territories and of none, with all that a sheet may say.
async fn generate(pool: &PgPool, desk: &Desk, calls: u64, dice: &mut Dice) {
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("select setseed($1)")
        .bind(dice.roll(1000) as f64 / 1000.0)
        .execute(&mut *connection)
        .await
        .unwrap();
    sqlx::query(include_str!("../../../tests/support/calls.sql"))
        .bind(desk.account.0)
        .bind(calls as i32)
        .bind(day(30) + TimeDelta::hours(13))
        .bind([Some("sud"), Some("sud"), Some("31"), None].as_slice())
        .execute(&mut *connection)
        .await
        .unwrap();
    sqlx::query("analyze call").execute(&mut *connection).await.unwrap();
}

/// A row of `call`, as whoever recounts reads it.
#[derive(Debug, FromRow)]
struct Row {
    territory: Option<String>,
    opened_at: DateTime<Utc>,
    seconds: i32,
    closed_at: Option<DateTime<Utc>>,
    discarded_at: Option<DateTime<Utc>>,
    home: Option<String>,
    subject: Option<String>,
    age_band: Option<String>,
    requester: Option<String>,
    channel: Option<String>,
    answer: Option<String>,
    unmet: bool,
    recall_due: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
}

/// The activity of these calls, counted one by one.
fn recount<'a>(rows: impl Iterator<Item = &'a Row>, now: DateTime<Utc>) -> Activity {
    let mut activity = Activity::default();
    let mut seconds: Vec<u64> = Vec::new();
    let mut by: BTreeMap<(By, Option<String>), Count> = BTreeMap::new();
    for row in rows {
        let codes = [
            (By::Requester, &row.requester),
            (By::Answer, &row.answer),
            (By::Subject, &row.subject),
            (By::AgeBand, &row.age_band),
            (By::Home, &row.home),
            (By::Channel, &row.channel),
        ];
        let counts = codes.map(|(list, code)| (list, code.clone()));
        for counted in counts {
            let count = by.entry(counted).or_default();
            count.calls += 1;
            count.unmet += u64::from(row.unmet);
        }
        activity.all.calls += 1;
        activity.all.unmet += u64::from(row.unmet);
        activity.due += u64::from(row.answered_at.is_some() || row.recall_due < now);
        activity.in_time += u64::from(row.answered_at.is_some_and(|at| at <= row.recall_due));
        seconds.push(row.seconds as u64);
    }
    seconds.sort_unstable();
    activity.median = seconds.get(seconds.len().saturating_sub(1) / 2).copied();
    Activity { by, ..activity }
}

#[sqlx::test]
async fn the_activity_of_a_desk_is_a_recount_of_its_calls(pool: PgPool) {
    let store = two_territories(pool.clone()).await;
    let south = desk(&store, "alix", &[Some("sud")]).await;
    let both = desk(&store, "camille", &[Some("31"), Some("sud")]).await;
    let all = desk(&store, "sam", &[None]).await;
    let (calls, mut dice) = (asked_for("MAILLE_CALLS", CALLS), Dice(SEED));
    generate(&pool, &all, calls, &mut dice).await;
    let rows: Vec<Row> = sqlx::query_as("select * from call").fetch_all(&pool).await.unwrap();
    let now = day(29);

    let periods = ["2026", "2026-T3", "2026-11", "2026-02", "2025-12", "2025"];
    let own = |desk: &Desk, row: &Row| desk.sees(row.territory.as_deref());
    for period in periods.map(|period| period.parse::<Period>().unwrap()) {
        for (desk, whose) in [
            (&south, Whose::Desk),
            (&both, Whose::Desk),
            (&both, Whose::Territory("31")),
            (&all, Whose::Desk),
            (&all, Whose::Territory("sud")),
            (&all, Whose::NoTerritory),
            (&south, Whose::Territory("31")),
            (&south, Whose::NoTerritory),
        ] {
            for ended_before in [None, Some(day(20))] {
                let counted = rows.iter().filter(|row| {
                    own(desk, row)
                        && match whose {
                            Whose::Desk => true,
                            Whose::Territory(code) => row.territory.as_deref() == Some(code),
                            Whose::NoTerritory => row.territory.is_none(),
                        }
                        && (period.starts_at()..period.ends_at()).contains(&row.opened_at)
                        && row.closed_at.is_some_and(|at| ended_before.is_none_or(|before| at < before))
                        && row.discarded_at.is_none()
                });
                let told = store.activity(period, whose, ended_before, desk, now).await.unwrap();
                assert_eq!(told, recount(counted, now), "{period} {whose:?} {:?}", desk.territories());
            }
        }
    }

    let year = Period::Year(2026);
    // The shortest of some: what else the machine does is not measured.
    let (mut told, mut took) = (Activity::default(), Duration::MAX);
    for _ in 0..5 {
        let started = Instant::now();
        told = store.activity(year, Whose::Desk, None, &all, now).await.unwrap();
        took = took.min(started.elapsed());
    }
    println!("the activity of {} calls, of {calls} sheets: {} ms", told.all.calls, took.as_millis());
    assert!(calls < 100_000 || took < LONGEST, "{took:?}");
    assert!(told.all.calls > calls / 2 && told.all.unmet > 0 && told.in_time < told.due);
}
