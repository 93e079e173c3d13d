//! Calls of the desk: written once, seen by their desk alone, followed up.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use maille_domain::call::{Answer, Channel, FollowUp, Home, Outcome, Requester, Sheet, SheetText};
use maille_domain::run::Report;
use maille_domain::{Account, Call, Desk, Field, ListingId, Matter, Reach, Role, Territory};
use maille_store::call::{Followed, Sending, Sift, Step};
use maille_store::inbox::{About, Line, Sift as InboxSift};
use maille_store::role::NewRole;
use maille_store::{Error, Store};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{because, begin, day, elsewhere, hills, import, perhaps_hills, waiting};

const SOUTH: &[&str] = &["sud"];
const GARONNE: &[&str] = &["31"];

fn hour(hour: i64) -> DateTime<Utc> {
    // Monday 2 November 2026, and a working week.
    day(2) + TimeDelta::hours(hour)
}

async fn directory(pool: &PgPool) -> Store {
    let store = Store::on(pool.clone());
    let mut run = begin(&store, "territoires", day(1)).await;
    let territory = |code: &str, communes: &[&str]| Territory {
        code: code.to_owned(),
        kind: "dac".to_owned(),
        name: code.to_owned(),
        communes: communes.iter().map(|&commune| commune.to_owned()).collect(),
    };
    let territories =
        [territory("sud", &["92002", "92007"]), territory("31", &["31555"]), territory("nord", &["92036"])];
    run.put_territories(&territories, true).await.unwrap();
    run.finish(Report::of("territoires"), day(1)).await.unwrap();
    import(&store, "a", day(1), &[hills("1", &[(Field::VerifiedOn, "2026-10-01")])]).await;
    import(&store, "b", day(1), &[perhaps_hills("1", &[]), elsewhere("2")]).await;
    store
}

/// Somebody who answers in these territories; in the whole directory, when there are none.
async fn desk(store: &Store, name: &str, territories: &[&str]) -> Desk {
    let role =
        |territory: Option<&str>| NewRole { role: Role::Reception, territory: territory.map(str::to_owned) };
    let mut roles: Vec<NewRole> = territories.iter().map(|code| role(Some(code))).collect();
    if roles.is_empty() {
        roles.push(role(None));
    }
    let email = format!("{}@example.org", name.to_lowercase());
    let id = store.create_account(&email, name, &roles, "Zoé", day(1)).await.unwrap();
    let account: Account = store.account(id).await.unwrap().unwrap();
    Desk::of(&account).unwrap()
}

fn emg() -> ListingId {
    ListingId::founded_by("a", "1")
}

fn twin() -> ListingId {
    ListingId::founded_by("b", "1")
}

fn ccas() -> ListingId {
    ListingId::founded_by("b", "2")
}

fn lives(commune: &str) -> Home {
    Home::Commune(commune.to_owned())
}

/// A sheet that says enough for its call to end.
fn sheet() -> Sheet {
    Sheet {
        query: SheetText::kept("confus bagneux 82 ans".to_owned()),
        need: SheetText::kept("confus à domicile".to_owned()),
        home: Some(lives("92007")),
        requester: Some(Requester::Gp),
        channel: Some(Channel::Phone),
        answer: Some(Answer::Orientation),
        ..Sheet::default()
    }
}

fn unique() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u64_pair(9, NEXT.fetch_add(1, Ordering::Relaxed))
}

fn opening() -> Sending {
    Sending { call: unique(), version: 0, id: unique() }
}

fn next(call: &Call) -> Sending {
    Sending { call: call.id, version: call.version, id: unique() }
}

/// Writes the sheet that a call has, and these steps.
async fn step(store: &Store, call: &Call, steps: &[Step], desk: &Desk, now: DateTime<Utc>) -> Call {
    store.save_call(next(call), &call.sheet, steps, desk, now).await.unwrap()
}

#[sqlx::test]
async fn a_call_is_opened_once_though_it_is_sent_twice_at_the_same_time(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let sending = opening();
    // Somebody holds the account: both wait, each with its own insert.
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select from account for update").execute(&mut *held).await.unwrap();
    let send = || {
        let (store, desk) = (store.clone(), desk.clone());
        let steps = [Step::Propose(emg())];
        tokio::spawn(async move { store.save_call(sending, &sheet(), &steps, &desk, hour(0)).await })
    };
    let both = [send(), send()];
    waiting(&pool, 2).await;
    held.rollback().await.unwrap();
    for sent in both {
        let call = sent.await.unwrap().unwrap();
        assert_eq!((call.id, call.version, call.proposed.len()), (sending.call, 1, 1));
    }
    assert_eq!(store.open_calls(&desk).await.unwrap().len(), 1);
}

#[sqlx::test]
async fn what_is_sent_again_is_taken_once_and_two_windows_see_each_other(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let call = store.save_call(opening(), &sheet(), &[], &desk, hour(0)).await.unwrap();
    let given = next(&call);
    let once = store.save_call(given, &sheet(), &[Step::Give(emg())], &desk, hour(1)).await.unwrap();
    let again = store.save_call(given, &sheet(), &[Step::Give(emg())], &desk, hour(2)).await.unwrap();
    assert_eq!(once, again);
    assert_eq!((once.version, once.given().count()), (2, 1));
    // The other window still shows the sheet of before.
    let stale = store.save_call(next(&call), &Sheet::default(), &[Step::Close], &desk, hour(3)).await;
    assert!(matches!(stale, Err(Error::CallChanged(now)) if *now == once));
    let reopened = Sending { version: 0, ..next(&call) };
    let stale = store.save_call(reopened, &sheet(), &[], &desk, hour(3)).await;
    assert!(matches!(stale, Err(Error::CallChanged(_))), "a blank page of the same call");
    assert_eq!(store.call(call.id, &desk).await.unwrap(), Some(once));
}

#[sqlx::test]
async fn a_call_is_its_own_desks(pool: PgPool) {
    let store = directory(&pool).await;
    let (south, garonne) = (desk(&store, "Alix", SOUTH).await, desk(&store, "Maxime", GARONNE).await);
    let whole = desk(&store, "Zoé", &[]).await;
    let call = store.save_call(opening(), &sheet(), &[], &south, hour(0)).await.unwrap();
    assert_eq!(call.territory.as_deref(), Some("sud"));
    assert_eq!(store.call(call.id, &garonne).await.unwrap(), None);
    for version in [0, 1, 2] {
        let sending = Sending { version, ..next(&call) };
        let theirs = store.save_call(sending, &sheet(), &[Step::Discard], &garonne, hour(1)).await;
        assert!(matches!(theirs, Err(Error::UnknownCall(id)) if id == call.id), "{version}: {theirs:?}");
    }
    let nowhere = Sending { version: 1, ..opening() };
    let unknown = store.save_call(nowhere, &sheet(), &[], &south, hour(1)).await;
    assert!(matches!(unknown, Err(Error::UnknownCall(_))));
    assert_eq!(store.call(call.id, &south).await.unwrap(), Some(call.clone()), "nothing was written");

    // Whoever answers for the whole directory helps, and takes no call away from its desk.
    let helped = step(&store, &call, &[Step::Propose(emg())], &whole, hour(1)).await;
    assert_eq!((helped.by.as_str(), helped.territory.as_deref()), ("Alix", Some("sud")));
    // What that desk takes itself is nobody else's.
    let own = store.save_call(opening(), &sheet(), &[], &whole, hour(1)).await.unwrap();
    assert_eq!(own.territory, None);
    assert_eq!(store.call(own.id, &south).await.unwrap(), None);
}

#[sqlx::test]
async fn a_role_that_ended_leaves_its_calls_to_others(pool: PgPool) {
    let store = directory(&pool).await;
    let both = desk(&store, "Alix", &["sud", "31"]).await;
    let toulouse = Sheet { home: Some(lives("31555")), ..sheet() };
    store.save_call(opening(), &toulouse, &[], &both, hour(0)).await.unwrap();
    assert_eq!(store.open_calls(&both).await.unwrap().len(), 1);
    let account = store.account(both.account).await.unwrap().unwrap();
    let roles = account.roles.into_iter().filter(|held| held.territory.as_deref() == Some("sud")).collect();
    let south = Desk::of(&Account { roles, ..account }).unwrap();
    assert_eq!(store.open_calls(&south).await.unwrap(), []);
}

#[sqlx::test]
async fn what_was_published_of_a_call_does_not_change_any_more(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let call = store.save_call(opening(), &sheet(), &[Step::Give(emg())], &desk, hour(0)).await.unwrap();
    let call = step(&store, &call, &[Step::Close], &desk, hour(1)).await;
    let published = "2027-01-10T23:00:00Z".parse().unwrap();
    let other = Sheet { answer: Some(Answer::Coordination), ..sheet() };
    for (sheet, step) in [
        (&call.sheet, Step::Discard),
        (&call.sheet, Step::Reopen),
        (&call.sheet, Step::Restore),
        (&other, Step::Hand),
    ] {
        let refused = store.save_call(next(&call), sheet, &[step], &desk, published).await.unwrap_err();
        assert!(matches!(refused, Error::CallPublished), "{step:?}: {refused}");
    }
    let told = step(&store, &call, &[Step::Tell(emg(), Some(Outcome::Full))], &desk, published).await;
    assert!(told.proposed[0].outcome.is_some(), "what became of it is not published");
    let before = published - TimeDelta::seconds(1);
    assert!(step(&store, &told, &[Step::Discard], &desk, before).await.discarded_at.is_some());
}

#[sqlx::test]
async fn a_call_goes_where_the_person_lives_until_it_ends(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", &["nord", "sud"]).await;
    let at = |home| Sheet { home, ..sheet() };
    let mut call = store.save_call(opening(), &at(None), &[], &desk, hour(0)).await.unwrap();
    assert_eq!(call.territory.as_deref(), Some("nord"), "the first desk of whoever answers");
    for (home, expected) in [
        (Some(lives("92007")), "sud"),
        (Some(Home::Unknown), "sud"),
        (Some(lives("31555")), "sud"),
        (Some(lives("92036")), "nord"),
        (Some(lives("92002")), "sud"),
    ] {
        call = store.save_call(next(&call), &at(home.clone()), &[], &desk, hour(1)).await.unwrap();
        assert_eq!(call.territory.as_deref(), Some(expected), "{home:?}");
    }
    call = step(&store, &call, &[Step::Close], &desk, hour(2)).await;
    call = store.save_call(next(&call), &at(Some(lives("92036"))), &[], &desk, hour(3)).await.unwrap();
    assert_eq!(call.territory.as_deref(), Some("sud"), "where it was counted");
}

#[sqlx::test]
async fn a_call_ends_when_its_sheet_says_who_asked_and_what_was_answered(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let unsaid = |requester, answer| Sheet { requester, answer, ..sheet() };
    let sending = opening();
    let lacking = [unsaid(None, Some(Answer::Information)), unsaid(Some(Requester::Gp), None)];
    for sheet in &lacking {
        let refused = store.save_call(sending, sheet, &[Step::Close], &desk, hour(0)).await;
        assert!(matches!(refused, Err(Error::CallUnfinished)), "{refused:?}");
    }
    assert_eq!(store.call(sending.call, &desk).await.unwrap(), None, "nothing was opened");

    let call = store.save_call(sending, &sheet(), &[Step::Close], &desk, hour(0)).await.unwrap();
    assert_eq!((call.closed_at, call.answered_at), (Some(hour(0)), Some(hour(0))));
    for sheet in &lacking {
        let refused = store.save_call(next(&call), sheet, &[], &desk, hour(1)).await;
        assert!(
            matches!(refused, Err(Error::CallUnfinished)),
            "one that ended unlearns nothing: {refused:?}"
        );
    }
    assert_eq!(store.call(call.id, &desk).await.unwrap(), Some(call.clone()));
    let reopened = store.save_call(next(&call), &lacking[0], &[Step::Reopen], &desk, hour(2)).await.unwrap();
    assert_eq!((reopened.closed_at, reopened.answered_at), (None, None));
    assert_eq!(reopened.sheet.requester, None);
}

#[sqlx::test]
async fn a_step_done_twice_is_done_once(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let mut call = store.save_call(opening(), &sheet(), &[], &desk, hour(0)).await.unwrap();
    let told = |call: &Call| -> Vec<(ListingId, Option<DateTime<Utc>>, Option<Outcome>)> {
        call.proposed
            .iter()
            .map(|one| (one.listing, one.given_at, one.outcome.map(|(outcome, _)| outcome)))
            .collect()
    };
    let failed = Step::Tell(emg(), Some(Outcome::Full));
    for (now, steps, expected) in [
        (
            1,
            vec![Step::Propose(emg()), Step::Propose(ccas())],
            vec![(emg(), None, None), (ccas(), None, None)],
        ),
        (2, vec![Step::Give(emg())], vec![(emg(), Some(hour(2)), None), (ccas(), None, None)]),
        (
            3,
            vec![Step::Give(emg()), Step::Propose(emg())],
            vec![(emg(), Some(hour(2)), None), (ccas(), None, None)],
        ),
        (
            4,
            vec![Step::Tell(ccas(), Some(Outcome::Full))],
            vec![(emg(), Some(hour(2)), None), (ccas(), None, None)],
        ),
        (5, vec![Step::TakeBack(emg())], vec![(emg(), None, None), (ccas(), None, None)]),
        (6, vec![Step::Drop(ccas()), Step::Drop(ccas())], vec![(emg(), None, None)]),
        (7, vec![Step::Give(emg()), failed, failed], vec![(emg(), Some(hour(7)), Some(Outcome::Full))]),
        (
            8,
            vec![failed, Step::Drop(emg()), Step::TakeBack(emg())],
            vec![(emg(), Some(hour(7)), Some(Outcome::Full))],
        ),
    ] {
        call = step(&store, &call, &steps, &desk, hour(now)).await;
        assert_eq!(told(&call), expected, "{steps:?}");
    }
    assert_eq!(call.proposed[0].outcome, Some((Outcome::Full, hour(7))), "said once");
    let ends = [Step::Close, Step::Hand, Step::Discard];
    let ended = step(&store, &call, &ends, &desk, hour(9)).await;
    let again = step(&store, &ended, &ends, &desk, hour(10)).await;
    let when = |call: &Call| [call.closed_at, call.handed_at, call.discarded_at, call.answered_at];
    assert_eq!((when(&ended), when(&again)), ([Some(hour(9)); 4], [Some(hour(9)); 4]));
    let back = [Step::Restore, Step::Restore, Step::Keep, Step::Tell(emg(), None)];
    let back = step(&store, &again, &back, &desk, hour(11)).await;
    assert_eq!((back.discarded_at, back.handed_at, back.proposed[0].outcome), (None, None, None));
}

#[sqlx::test]
async fn nothing_of_a_writing_is_kept_when_a_step_of_it_cannot_be(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let nowhere = ListingId(Uuid::from_u128(7));
    let sending = opening();
    let steps = [Step::Give(emg()), Step::Give(nowhere)];
    let refused = store.save_call(sending, &sheet(), &steps, &desk, hour(0)).await;
    assert!(matches!(refused, Err(Error::UnknownListing(_))));
    assert_eq!(store.call(sending.call, &desk).await.unwrap(), None);
    let call = store.save_call(sending, &sheet(), &[Step::Propose(emg())], &desk, hour(0)).await.unwrap();
    assert_eq!(call.version, 1, "what was refused can be sent again");
    let other = Sheet { unmet: true, ..sheet() };
    assert!(store.save_call(next(&call), &other, &steps, &desk, hour(1)).await.is_err());
    assert_eq!(store.call(call.id, &desk).await.unwrap(), Some(call));
}

#[sqlx::test]
async fn only_work_is_measured(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let minute = |minutes: i64| hour(0) + TimeDelta::minutes(minutes);
    let mut call = store.save_call(opening(), &sheet(), &[], &desk, minute(0)).await.unwrap();
    for (now, steps, seconds) in [
        (2, vec![], 120),
        (3, vec![Step::Park], 180),
        (9, vec![], 180),
        (10, vec![Step::Resume], 180),
        (12, vec![Step::Close], 300),
        (20, vec![Step::Recall], 300),
        (30, vec![Step::Reopen], 300),
        (31, vec![Step::Close], 360),
    ] {
        call = step(&store, &call, &steps, &desk, minute(now)).await;
        assert_eq!(call.seconds, seconds, "minute {now}: {steps:?}");
    }
    assert!(!call.parked);
}

#[sqlx::test]
async fn a_request_is_answered_when_whoever_called_was_called_back(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let recall = |recall| Sheet { recall, ..sheet() };
    let mut call = store.save_call(opening(), &recall(true), &[Step::Close], &desk, hour(0)).await.unwrap();
    assert_eq!((call.closed_at, call.answered_at), (Some(hour(0)), None));
    assert_eq!(call.recall_due, Some(hour(48)));
    call = step(&store, &call, &[Step::Recall], &desk, hour(5)).await;
    call = step(&store, &call, &[Step::Recall], &desk, hour(6)).await;
    assert_eq!((call.recalled_at, call.answered_at), (Some(hour(5)), Some(hour(5))));
    // Called back, and then the call ends.
    call = step(&store, &call, &[Step::Reopen], &desk, hour(7)).await;
    assert_eq!((call.recalled_at, call.answered_at), (None, None), "nobody called back after all");
    call = step(&store, &call, &[Step::Recall], &desk, hour(8)).await;
    assert_eq!(call.answered_at, None);
    call = step(&store, &call, &[Step::Close], &desk, hour(9)).await;
    assert_eq!(call.answered_at, Some(hour(9)));
    // To be called back no more, then again.
    call = store.save_call(next(&call), &recall(false), &[], &desk, hour(10)).await.unwrap();
    assert_eq!((call.recall_due, call.answered_at), (None, Some(hour(9))));
    call = store.save_call(next(&call), &recall(true), &[], &desk, hour(11)).await.unwrap();
    assert_eq!((call.recalled_at, call.answered_at), (None, None));
}

async fn failures(store: &Store, reach: &Reach) -> Vec<Line> {
    let sift = InboxSift::default();
    let inbox = store.inbox(Some(Matter::Failure), (50, 0), reach, &sift, hour(99)).await.unwrap();
    assert_eq!(inbox.counts.get(&Matter::Failure).copied().unwrap_or_default(), inbox.lines.len());
    inbox.lines
}

#[sqlx::test]
async fn a_failure_needs_somebody_until_it_is_settled(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let given = [Step::Give(emg()), Step::Give(twin()), Step::Close];
    let mut call = store.save_call(opening(), &sheet(), &given, &desk, hour(0)).await.unwrap();
    let tell = |outcome| Step::Tell(emg(), outcome);
    let all = Reach::Everywhere;
    call = step(&store, &call, &[tell(Some(Outcome::Answered))], &desk, hour(50)).await;
    assert_eq!(failures(&store, &all).await.len(), 0);
    call = step(&store, &call, &[tell(Some(Outcome::Full))], &desk, hour(51)).await;
    let line = failures(&store, &all).await.remove(0);
    assert_eq!((line.key.listing, line.since), (emg(), Some(hour(51))));
    assert!(matches!(&line.about, About::Failure { outcome: Outcome::Full, by } if by == "Alix"));
    let found = store.lines_of(Matter::Failure, &[emg()], &all, hour(99)).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&line.key));
    let garonne = store.territories().await.unwrap().into_iter().find(|one| one.code == "31").unwrap();
    let garonne = Reach::of(&[garonne], &[]);
    assert_eq!(failures(&store, &garonne).await.len(), 0, "of another territory");

    // Taken back, discarded, set aside: each time it goes, and comes back with its cause.
    call = step(&store, &call, &[tell(None)], &desk, hour(52)).await;
    assert_eq!(failures(&store, &all).await.len(), 0);
    call = step(&store, &call, &[tell(Some(Outcome::Full)), Step::Discard], &desk, hour(53)).await;
    assert_eq!(failures(&store, &all).await.len(), 0);
    call = step(&store, &call, &[Step::Restore], &desk, hour(54)).await;
    let key = failures(&store, &all).await.remove(0).key;
    assert!(store.set_aside(&key, None, &all, &because("délai corrigé", hour(55))).await.unwrap());
    assert_eq!(failures(&store, &all).await.len(), 0);
    assert!(store.put_back(&key, &all, &because("pas encore", hour(56))).await.unwrap());
    assert_eq!(failures(&store, &all).await.len(), 1);
    assert!(store.set_aside(&key, None, &all, &because("délai corrigé", hour(57))).await.unwrap());
    step(&store, &call, &[tell(Some(Outcome::Unreachable))], &desk, hour(58)).await;
    assert_eq!(failures(&store, &all).await.len(), 1, "it failed in another way");
}

#[sqlx::test]
async fn a_failure_goes_where_its_listing_goes_as_one_line(pool: PgPool) {
    let store = directory(&pool).await;
    let desk = desk(&store, "Alix", SOUTH).await;
    let all = Reach::Everywhere;
    let steps = [
        Step::Give(emg()),
        Step::Give(twin()),
        Step::Tell(emg(), Some(Outcome::Full)),
        Step::Tell(twin(), Some(Outcome::Unreachable)),
    ];
    let call = store.save_call(opening(), &sheet(), &steps, &desk, hour(0)).await.unwrap();
    let mut other =
        store.save_call(opening(), &sheet(), &[Step::Give(twin())], &desk, hour(1)).await.unwrap();
    other = step(&store, &other, &[Step::Tell(twin(), Some(Outcome::NotEligible))], &desk, hour(2)).await;
    let lines = failures(&store, &all).await;
    assert_eq!(lines.len(), 3);
    let aside = lines.into_iter().find(|line| line.key.mark.starts_with(&other.id.to_string())).unwrap().key;
    assert!(store.set_aside(&aside, None, &all, &because("appelé", hour(3))).await.unwrap());

    let cause = because("la même équipe", hour(4));
    let decision = store.decide(emg(), twin(), true, &all, &cause).await.unwrap();
    let [line] = &failures(&store, &all).await[..] else { panic!("one line for one call") };
    let leads = store.listing(twin()).await.unwrap().unwrap().id;
    assert_eq!(line.key.listing, leads);
    assert!(line.key.mark.starts_with(&call.id.to_string()));
    let sift = InboxSift { set_aside: true, ..InboxSift::default() };
    let mut set = store.inbox(Some(Matter::Failure), (50, 0), &all, &sift, hour(5)).await.unwrap().lines;
    let key = set.remove(0).key;
    assert_eq!((key.listing, set.len()), (leads, 0), "what was set aside came along");
    assert!(store.put_back(&key, &all, &because("à revoir", hour(6))).await.unwrap());
    assert_eq!(failures(&store, &all).await.len(), 2);
    assert!(store.set_aside(&line.key, None, &all, &because("appelé", hour(7))).await.unwrap());
    assert_eq!(failures(&store, &all).await.len(), 1);
    store.take_back(&[decision], &all, &cause).await.unwrap();
    assert!(failures(&store, &all).await.iter().any(|line| line.key.listing == twin()));
}

/// The calls of a list, with how many it says there are.
async fn listed(store: &Store, list: FollowUp, sift: Sift, desk: &Desk, now: DateTime<Utc>) -> Vec<Uuid> {
    let Followed { counts, before, calls, names } =
        store.follow_up(list, (50, 900), sift, desk, now).await.unwrap();
    assert_eq!((counts.get(&list).copied().unwrap_or_default(), before), (calls.len(), 0), "{list}");
    let given = calls.iter().flat_map(|call| &call.proposed);
    assert!(given.clone().all(|one| names.contains_key(&one.listing)));
    calls.into_iter().map(|call| call.id).collect()
}

#[sqlx::test]
async fn calls_are_followed_up_by_their_desk(pool: PgPool) {
    let store = directory(&pool).await;
    let (south, garonne) = (desk(&store, "Alix", SOUTH).await, desk(&store, "Maxime", GARONNE).await);
    let whole = desk(&store, "Zoé", &[]).await;
    let recall = Sheet { recall: true, requester: Some(Requester::Hospital), ..sheet() };
    let open = async |sheet: &Sheet, steps: &[Step], desk: &Desk, now| {
        store.save_call(opening(), sheet, steps, desk, now).await.unwrap()
    };
    let given = [Step::Give(emg()), Step::Give(ccas()), Step::Close];
    let late = open(&recall, &[], &south, hour(0)).await;
    let later = open(&recall, &[Step::Close], &south, hour(1)).await;
    let handed = open(&sheet(), &[Step::Hand], &south, hour(2)).await;
    let asked = open(&sheet(), &given, &south, hour(3)).await;
    let none = open(&sheet(), &[Step::Propose(emg()), Step::Close], &south, hour(4)).await;
    let far = open(&Sheet { home: Some(lives("31555")), ..recall.clone() }, &given, &garonne, hour(5)).await;
    let list = async |list, desk: &Desk, now| listed(&store, list, Sift::default(), desk, now).await;

    let now = hour(5);
    assert_eq!(list(FollowUp::Recall, &south, now).await, [late.id, later.id]);
    assert_eq!(list(FollowUp::Recall, &garonne, now).await, [far.id]);
    assert_eq!(list(FollowUp::Recall, &whole, now).await, [late.id, later.id, far.id]);
    assert_eq!(list(FollowUp::Handed, &south, now).await, [handed.id]);
    let all = [none.id, asked.id, handed.id, later.id, late.id];
    assert_eq!(list(FollowUp::All, &south, now).await, all);

    // Two working days after its end, until a month after.
    for (now, expected) in [
        (hour(50), vec![]),
        (hour(51), vec![asked.id]),
        (hour(3 + 30 * 24), vec![asked.id]),
        (hour(4 + 30 * 24), vec![]),
    ] {
        assert_eq!(list(FollowUp::Ask, &south, now).await, expected, "{now}");
    }
    let asked = step(&store, &asked, &[Step::Tell(emg(), Some(Outcome::Answered))], &south, hour(52)).await;
    assert_eq!(list(FollowUp::Ask, &south, hour(53)).await, [asked.id], "of the other one nobody asked");
    step(&store, &asked, &[Step::Tell(ccas(), Some(Outcome::Full))], &south, hour(53)).await;
    assert!(list(FollowUp::Ask, &south, hour(54)).await.is_empty());

    step(&store, &late, &[Step::Recall], &south, hour(6)).await;
    step(&store, &later, &[Step::Discard], &south, hour(6)).await;
    assert!(list(FollowUp::Recall, &south, hour(7)).await.is_empty());
    assert_eq!(list(FollowUp::All, &south, hour(7)).await, all, "what was discarded can be restored");

    let sift = Sift { requester: Some(Requester::Hospital), ..Sift::default() };
    assert_eq!(listed(&store, FollowUp::All, sift, &south, now).await, [later.id, late.id]);
    let on = |day| Sift { day: NaiveDate::from_ymd_opt(2026, 11, day), requester: None, unmet: false };
    assert_eq!(listed(&store, FollowUp::All, on(2), &south, now).await, all);
    assert!(listed(&store, FollowUp::All, on(3), &south, now).await.is_empty());
    let unmet = Sift { unmet: true, ..Sift::default() };
    assert!(listed(&store, FollowUp::All, unmet, &south, now).await.is_empty());
    let mut sheet = late.sheet.clone();
    sheet.unmet = true;
    let last = store.call(late.id, &south).await.unwrap().unwrap();
    let sending = Sending { call: late.id, version: last.version, id: Uuid::from_u128(0xbeef) };
    store.save_call(sending, &sheet, &[], &south, hour(7)).await.unwrap();
    assert_eq!(listed(&store, FollowUp::All, unmet, &south, now).await, [late.id]);
}
