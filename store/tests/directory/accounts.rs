//! Who works here: roles, links, tokens, sessions.

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::api_token::Scope;
use maille_domain::run::Report;
use maille_domain::{AccountId, Act, Field, ListingId, Reach, Role, Territory};
use maille_store::edit::FieldEdit;
use maille_store::listing::Cause;
use maille_store::mailed_link::Purpose;
use maille_store::password::Password;
use maille_store::role::NewRole;
use maille_store::secret::Secret;
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{begin, day, import, team};

const BY: &str = "Zoé";
const PASSWORD: &str = "quatre girafes boivent dehors";

fn territory(code: &str, communes: &[&str]) -> Territory {
    Territory {
        code: code.to_owned(),
        kind: "dac".to_owned(),
        name: code.to_owned(),
        communes: communes.iter().map(|&commune| commune.to_owned()).collect(),
    }
}

pub async fn two_territories(pool: PgPool) -> Store {
    let store = Store::on(pool);
    let mut import = begin(&store, "territoires", day(1)).await;
    let territories = [territory("sud", &["92002", "92007"]), territory("31", &["31555"])];
    import.put_territories(&territories, true).await.unwrap();
    import.finish(Report::of("territoires"), day(1)).await.unwrap();
    store
}

fn role(role: Role, territory: Option<&str>) -> NewRole {
    NewRole { role, territory: territory.map(str::to_owned) }
}

async fn account(store: &Store, name: &str, given: &[NewRole]) -> AccountId {
    let email = format!("{}@example.org", name.to_lowercase());
    let id = store.create_account(&email, name, given, BY, day(1)).await.unwrap();
    store.set_password(id, Password::typed(PASSWORD), day(1)).await.unwrap();
    id
}

async fn log_in(store: &Store, name: &str, agent: &str, now: DateTime<Utc>) -> Secret {
    let email = format!("{name}@example.org");
    store.log_in(&email, Password::typed(PASSWORD), agent, now).await.unwrap().unwrap()
}

/// How far whoever administers this territory goes.
async fn reach(store: &Store, code: &str) -> Reach {
    let all = store.territories().await.unwrap();
    let own: Vec<Territory> = all.iter().filter(|territory| territory.code == code).cloned().collect();
    Reach::of(&own, &all)
}

/// Reaches are kept between two requests, never beyond a change of a territory, by whichever process.
#[sqlx::test]
async fn a_right_follows_its_territory_at_once(pool: PgPool) {
    let store = two_territories(pool.clone()).await;
    let ada = account(&store, "Ada", &[role(Role::Facilitator, Some("sud"))]).await;
    store.set_password(ada, Password::typed(PASSWORD), day(1)).await.unwrap();
    let email = store.account(ada).await.unwrap().unwrap().email;
    let session = store.log_in(&email, Password::typed(PASSWORD), "Firefox", day(2)).await.unwrap().unwrap();
    let has = async |commune: &str| {
        let (account, _) = store.session(&session, day(2)).await.unwrap().unwrap();
        account.reach(Act::Correct).unwrap().has_commune(commune)
    };
    assert!(has("92007").await && !has("31555").await);
    let cause = Cause { author: BY.into(), reason: "accord".into(), run: None, at: day(2) };
    let [bagneux, antony, toulouse] = ["92007", "92002", "31555"].map(|code| [code.to_owned()]);
    let seen = [antony, bagneux.clone()].concat();
    let other = Store::on(pool.clone());
    assert!(other.change_territory("sud", &seen, &toulouse, &bagneux, &cause).await.unwrap());
    assert!(!has("92007").await && has("31555").await);
    let mut import = begin(&store, "territoires", day(3)).await;
    import.put_territories(&[territory("31", &["31555"])], true).await.unwrap();
    assert!(has("31555").await, "not before it is committed");
    import.finish(Report::of("territoires"), day(3)).await.unwrap();
    assert!(!has("31555").await, "withdrawn");
}

#[sqlx::test]
async fn a_link_is_used_once_and_in_time(pool: PgPool) {
    let store = Store::on(pool);
    let id = store.create_account("A@example.org", "Ada", &[], BY, day(1)).await.unwrap();
    store.set_password(id, Password::typed(PASSWORD), day(1)).await.unwrap();
    let first = store.make_link(id, Purpose::Invitation, day(1)).await.unwrap();
    let second = store.make_link(id, Purpose::Invitation, day(2)).await.unwrap();
    let password = || Password::typed(PASSWORD);
    assert_eq!(store.link(&first, day(2)).await.unwrap(), None, "a new one ends the former");
    assert_eq!(store.link(&second, day(2)).await.unwrap().unwrap().email, "a@example.org");
    assert_eq!(store.link(&second, day(9)).await.unwrap(), None, "seven days");
    assert_eq!(store.use_link(&second, password(), day(9)).await.unwrap(), None);
    let session = store.log_in("a@example.org", password(), "Firefox", day(8)).await.unwrap().unwrap();
    let token = store.make_token(id, "essai", &[Scope::Read], None, day(8)).await.unwrap();
    assert_eq!(store.use_link(&second, password(), day(8)).await.unwrap(), Some(id));
    assert_eq!(store.use_link(&second, password(), day(8)).await.unwrap(), None, "once");
    assert!(store.session(&session, day(8)).await.unwrap().is_none(), "the sessions of before end");
    assert!(store.token(&token, day(8)).await.unwrap().is_none(), "and the tokens");
    assert!(store.log_in("a@example.org", password(), "", day(8)).await.unwrap().is_some());

    let reset = store.make_link(id, Purpose::Reset, day(10)).await.unwrap();
    let late = day(10) + TimeDelta::minutes(60);
    assert_eq!(store.link(&reset, late).await.unwrap(), None, "an hour");
    store.set_password(id, password(), day(10)).await.unwrap();
    assert_eq!(store.link(&reset, day(10)).await.unwrap(), None, "a password that is changed ends it too");
}

#[sqlx::test]
async fn of_many_who_use_a_link_at_once_one_wins(pool: PgPool) {
    let store = Store::on(pool);
    let id = store.create_account("a@example.org", "Ada", &[], BY, day(1)).await.unwrap();
    for round in 0..5 {
        let link = store.make_link(id, Purpose::Invitation, day(2)).await.unwrap();
        let racers: Vec<_> = (0..4)
            .map(|racer| {
                let (store, link) = (store.clone(), link.clone());
                tokio::spawn(async move {
                    store.use_link(&link, Password::typed(&format!("{racer} {round}")), day(2)).await.unwrap()
                })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            won += usize::from(racer.await.unwrap().is_some());
        }
        assert_eq!(won, 1);
        // Made and used at once: neither waits for the other for ever.
        let link = store.make_link(id, Purpose::Invitation, day(2)).await.unwrap();
        let (made, used) = tokio::join!(
            store.make_link(id, Purpose::Reset, day(2)),
            store.use_link(&link, Password::typed(PASSWORD), day(2))
        );
        made.unwrap();
        used.unwrap();
    }
}

#[sqlx::test]
async fn roles_are_given_and_ended_within_ones_reach(pool: PgPool) {
    let store = two_territories(pool).await;
    let ada = account(&store, "Ada", &[role(Role::Administrator, None)]).await;
    let bob = account(&store, "Bob", &[role(Role::Facilitator, Some("sud"))]).await;
    let (south, everywhere) = (reach(&store, "sud").await, Reach::Everywhere);
    for further in [role(Role::Reception, Some("31")), role(Role::Reception, None)] {
        let given = store.give_role(bob, &further, &south, BY, day(2)).await;
        assert!(matches!(given, Err(Error::BeyondReach)), "{given:?}");
    }
    let unknown = store.give_role(bob, &role(Role::Reception, Some("x")), &everywhere, BY, day(2)).await;
    assert!(matches!(unknown, Err(Error::UnknownTerritory(_))));
    store.give_role(bob, &role(Role::Reception, Some("sud")), &south, "Ali", day(2)).await.unwrap();
    store.give_role(bob, &role(Role::Reception, Some("31")), &everywhere, BY, day(3)).await.unwrap();

    let history = store.role_history(bob, &everywhere).await.unwrap();
    let told: Vec<String> = history
        .iter()
        .map(|given| {
            format!(
                "{} {:?} {} {:?}",
                given.held.role,
                given.held.territory,
                given.given_by,
                given.ended.as_ref().map(|(by, _)| by)
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "accueil Some(\"31\") Zoé None",
            "accueil Some(\"sud\") Ali None",
            "animation Some(\"sud\") Zoé Some(\"Ali\")",
        ]
    );
    let of_south = store.role_history(bob, &south).await.unwrap();
    assert_eq!(of_south.len(), 2, "what is elsewhere is nobody’s business");
    let elsewhere = history[0].id;
    assert!(matches!(store.end_role(bob, elsewhere, &south, BY, day(4)).await, Err(Error::BeyondReach)));
    assert!(matches!(
        store.end_role(ada, elsewhere, &everywhere, BY, day(4)).await,
        Err(Error::UnknownRole(_))
    ));
    assert!(matches!(store.close_account(bob, &south, BY, day(4)).await, Err(Error::BeyondReach)));
    assert_eq!(store.accounts(&south).await.unwrap().len(), 1, "Ada is not of the South");
    store.end_role(bob, elsewhere, &everywhere, BY, day(4)).await.unwrap();
    assert!(matches!(
        store.end_role(bob, elsewhere, &everywhere, BY, day(4)).await,
        Err(Error::UnknownRole(_))
    ));

    let session = log_in(&store, "bob", "", day(5)).await;
    let token = store.make_token(bob, "essai", &[Scope::Read], None, day(5)).await.unwrap();
    let link = store.make_link(bob, Purpose::Reset, day(5)).await.unwrap();
    store.close_account(bob, &south, BY, day(5)).await.unwrap();
    assert!(store.session(&session, day(5)).await.unwrap().is_none());
    assert!(store.token(&token, day(5)).await.unwrap().is_none());
    assert!(store.link(&link, day(5)).await.unwrap().is_none());
    assert!(store.account(bob).await.unwrap().is_none());
    let gone = store.make_token(bob, "essai", &[Scope::Read], None, day(5)).await;
    assert!(matches!(gone, Err(Error::UnknownAccount(_))));
    assert!(matches!(
        store.give_role(bob, &role(Role::Reception, None), &everywhere, BY, day(5)).await,
        Err(Error::UnknownAccount(_))
    ));

    let back = store.create_account("bob@example.org", "Robert", &[], BY, day(6)).await.unwrap();
    let again = store.account(back).await.unwrap().unwrap();
    assert_eq!((back, again.name.as_str(), again.roles.len()), (bob, "Bob", 0));
    assert!(store.log_in("bob@example.org", Password::typed(PASSWORD), "", day(6)).await.unwrap().is_none());
}

#[sqlx::test]
async fn somebody_always_administers_the_whole_directory(pool: PgPool) {
    let store = two_territories(pool).await;
    let whole = || role(Role::Administrator, None);
    let ada = account(&store, "Ada", &[whole()]).await;
    let everywhere = Reach::Everywhere;
    let last = |outcome: Result<(), Error>| matches!(outcome, Err(Error::LastAdministrator));
    // Who was invited and never came cannot take over.
    store.create_account("cleo@example.org", "Cléo", &[whole()], BY, day(1)).await.unwrap();
    account(&store, "Local", &[role(Role::Administrator, Some("sud"))]).await;
    let own = store.role_history(ada, &everywhere).await.unwrap()[0].id;
    assert!(last(store.close_account(ada, &everywhere, BY, day(2)).await));
    assert!(last(store.end_role(ada, own, &everywhere, BY, day(2)).await));
    assert!(last(store.give_role(ada, &role(Role::Facilitator, None), &everywhere, BY, day(2)).await));
    assert_eq!(store.account(ada).await.unwrap().unwrap().roles.len(), 1, "nothing was changed");

    // Two who close each other at once: one stays.
    for round in 0..4 {
        let bob = account(&store, &format!("Bob{round}"), &[whole()]).await;
        let (one, other) = tokio::join!(
            store.end_role(
                ada,
                store.role_history(ada, &everywhere).await.unwrap()[0].id,
                &everywhere,
                BY,
                day(3)
            ),
            store.close_account(bob, &everywhere, BY, day(3))
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        if one.is_ok() {
            store.give_role(ada, &whole(), &everywhere, BY, day(3)).await.unwrap();
            store.close_account(bob, &everywhere, BY, day(3)).await.unwrap();
        }
    }
}

#[sqlx::test]
async fn tokens_and_sessions_are_their_owners(pool: PgPool) {
    let store = two_territories(pool).await;
    let ada = account(&store, "Ada", &[]).await;
    let bob = account(&store, "Bob", &[]).await;
    let ends = day(10);
    let token =
        store.make_token(ada, "essai", &[Scope::Correct, Scope::Read], Some(ends), day(2)).await.unwrap();
    let (of, scopes) = store.token(&token, day(3)).await.unwrap().unwrap();
    assert_eq!((of.id, scopes), (ada, vec![Scope::Correct, Scope::Read]));
    assert!(store.token(&token, ends).await.unwrap().is_none());
    let kept = store.tokens(ada).await.unwrap();
    assert_eq!((kept[0].name.as_str(), kept[0].used_at), ("essai", Some(day(3))));
    assert!(!store.revoke_token(bob, kept[0].id, day(4)).await.unwrap(), "of somebody else");
    assert!(store.revoke_token(ada, kept[0].id, day(4)).await.unwrap());
    assert!(store.token(&token, day(4)).await.unwrap().is_none());
    assert!(store.tokens(ada).await.unwrap().is_empty());

    let mut secrets = Vec::new();
    for agent in ["Firefox", "Chrome", "Safari"] {
        secrets.push(log_in(&store, "ada", agent, day(5)).await);
    }
    let others = log_in(&store, "bob", "Firefox", day(5)).await;
    let (_, kept) = store.session(&secrets[1], day(5)).await.unwrap().unwrap();
    assert_eq!(store.close_other_sessions(ada, kept, day(5)).await.unwrap(), 2);
    let left = store.sessions(ada, day(5)).await.unwrap();
    assert_eq!(left.iter().map(|session| session.agent.as_str()).collect::<Vec<_>>(), ["Chrome"]);
    assert!(store.session(&others, day(5)).await.unwrap().is_some());
    assert!(!store.close_session(bob, kept, day(5)).await.unwrap(), "of somebody else");
}

#[sqlx::test]
async fn a_former_password_opens_nothing_however_late_it_comes(pool: PgPool) {
    let store = Store::on(pool);
    let ada = account(&store, "Ada", &[]).await;
    let prove = |password: &'static str| store.prove("ada@example.org", Password::typed(password));
    let (proof, other) = (prove(PASSWORD).await.unwrap().unwrap(), prove(PASSWORD).await.unwrap().unwrap());
    let another = "cinq hippopotames chantent faux";
    let kept = store.change_password(&other, Password::typed(another), "", day(2)).await.unwrap().unwrap();
    assert!(store.open_session(&proof, "", day(2)).await.unwrap().is_none());
    let again = store.change_password(&proof, Password::typed(PASSWORD), "", day(2)).await.unwrap();
    assert!(again.is_none(), "nor does it choose the next one");
    assert!(store.session(&kept, day(2)).await.unwrap().is_some());
    assert_eq!(store.sessions(ada, day(2)).await.unwrap().len(), 1);
    assert!(prove(PASSWORD).await.unwrap().is_none());

    let proof = prove(another).await.unwrap().unwrap();
    store.close_account(ada, &Reach::Everywhere, BY, day(3)).await.unwrap();
    assert!(store.open_session(&proof, "", day(3)).await.unwrap().is_none(), "nor is a closed account open");
    assert!(!format!("{proof:?}").contains("argon2"));
}

#[sqlx::test]
async fn of_sessions_few_are_open_and_none_is_kept_for_ever(pool: PgPool) {
    let store = Store::on(pool.clone());
    let ada = account(&store, "Ada", &[]).await;
    let proof = store.prove("ada@example.org", Password::typed(PASSWORD)).await.unwrap().unwrap();
    let mut secrets = Vec::new();
    for minute in 0..22 {
        let now = day(2) + TimeDelta::minutes(minute);
        secrets.push(store.open_session(&proof, "", now).await.unwrap().unwrap());
    }
    let now = day(2) + TimeDelta::minutes(22);
    assert_eq!(store.sessions(ada, now).await.unwrap().len(), 20);
    for (secret, open) in secrets[..3].iter().zip([false, false, true]) {
        assert_eq!(store.session(secret, now).await.unwrap().is_some(), open, "the oldest close");
    }
    store.make_link(ada, Purpose::Reset, day(2)).await.unwrap();
    let count = |what: &'static str| sqlx::query_scalar::<_, i64>(what).fetch_one(&pool);
    store.forget_ended(day(20)).await.unwrap();
    assert_eq!(count("select count(*) from session").await.unwrap(), 22);
    store.forget_ended(day(2) + TimeDelta::days(40)).await.unwrap();
    assert_eq!(count("select count(*) from session").await.unwrap(), 1, "when somebody last came is known");
    assert_eq!(count("select count(*) from mailed_link").await.unwrap(), 0);
}

#[sqlx::test]
async fn a_short_link_does_not_end_a_long_one(pool: PgPool) {
    let store = Store::on(pool);
    let id = store.create_account("a@example.org", "Ada", &[], BY, day(1)).await.unwrap();
    let invitation = store.make_link(id, Purpose::Invitation, day(1)).await.unwrap();
    store.make_link(id, Purpose::Reset, day(1)).await.unwrap();
    assert!(store.link(&invitation, day(2)).await.unwrap().is_some());
}

#[sqlx::test]
async fn nobody_writes_over_what_they_did_not_read(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("t-1", "01 99 00 00 01")]).await;
    let listing = ListingId::founded_by("csv", "t-1");
    let cause = |d| Cause { author: BY.to_owned(), reason: "appelé".to_owned(), run: None, at: day(d) };
    let set = |seen: &'static str, phone: &'static str| {
        let store = store.clone();
        let edit =
            FieldEdit { field: Field::Phone, value: Some(json!([phone])), seen: Some(seen.to_owned()) };
        async move { store.edit(listing, &Reach::Everywhere, &[edit], None, &cause(2)).await }
    };
    match set("01 99 00 00 09", "+33199000002").await {
        Err(Error::Overtaken(by)) => assert_eq!(by[0].now, Some(json!(["+33199000001"]))),
        other => panic!("{other:?}"),
    }
    assert!(matches!(set("", "+33199000002").await, Err(Error::Overtaken(_))));
    set("01.99.00.00.01", "+33199000002").await.unwrap();
    // Two at once, who read the same thing: one writes.
    let (one, other) = tokio::join!(set("+33199000002", "+33199000003"), set("+33199000002", "+33199000004"));
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    let late =
        store.return_to_sources(listing, &Reach::Everywhere, Field::Phone, "+33199000002", &cause(3)).await;
    assert!(matches!(late, Err(Error::Overtaken(_))));
    let none = store.return_to_sources(listing, &Reach::Everywhere, Field::Cost, "", &cause(3)).await;
    assert!(matches!(none, Err(Error::NoOverride(Field::Cost))));
}
