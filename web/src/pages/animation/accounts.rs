//! `/animation/comptes`: who works here, and inviting somebody. Whoever administers a territory sees the accounts that have a role in it.

mod one;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maille_domain::account::{self, Held};
use maille_domain::contact::parse_email;
use maille_domain::{AccountId, Act, Reach, Role, Territory};
use maille_store::account::Listed;
use maille_store::role::NewRole;

use super::{Section, layout};
use crate::error::Error;
use crate::extract::{LONGEST_OF_THE_TEAM, Reader, Sent};
use crate::french::date;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::{Curation, Signed};
use crate::state::WebState;
use crate::views::faults::Faults;

/// What the form says of a role in the whole directory: no code of a territory is so.
const EVERYWHERE: &str = "*";

/// The pages of accounts.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/comptes", get(list).post(invite))
        .route("/animation/comptes/{id}", get(one::one))
        .route("/animation/comptes/{id}/droits", post(one::give))
        .route("/animation/comptes/{id}/droits/retirer", post(one::end))
        .route("/animation/comptes/{id}/lien", post(one::mail))
        .route("/animation/comptes/{id}/fermer", post(one::close))
}

#[derive(Debug, Template)]
#[template(path = "animation/accounts.html")]
struct AccountsPage {
    layout: Layout,
    accounts: Vec<AccountLine>,
    email: String,
    name: String,
    choices: RoleChoices,
    faults: Faults,
}

impl Page for AccountsPage {
    const CACHE: Cache = Cache::Never;
}

/// An account among others.
#[derive(Debug)]
struct AccountLine {
    href: String,
    name: String,
    email: String,
    roles: Vec<String>,
    /// Whether it has roles that whoever reads this does not administer.
    elsewhere: bool,
    state: String,
}

/// A role and a territory, to be chosen among those that whoever chooses may give.
#[derive(Debug)]
struct RoleChoices {
    roles: Vec<Choice>,
    territories: Vec<Choice>,
}

/// One of several values.
#[derive(Debug)]
struct Choice {
    value: String,
    label: String,
    selected: bool,
}

async fn list(State(state): State<WebState>, signed: Signed) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let page = AccountsPage::of(&state, &signed, &own, &TypedRole::default()).await?;
    Ok(respond_with(&page, StatusCode::OK))
}

/// `POST /animation/comptes`. Somebody who has an account already is given the role, and no other letter.
async fn invite(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let territories = signed.store.territories().await?;
    let mut faults = Faults::default();
    let (typed_email, typed_name) = (sent.text("courriel"), sent.text("nom"));
    let email = parse_email(&typed_email).map(|email| email.to_lowercase());
    if email.is_err() {
        faults.add("courriel", "Adresse de courriel : attendu une adresse comme prenom.nom@example.org.");
    }
    let name = account::parse_name(&typed_name);
    if let Err(expected) = name {
        faults.add("nom", format!("Nom : attendu {expected}."));
    }
    let typed = TypedRole::read(&mut sent);
    let role = typed.role(&own, &territories, &mut faults)?;
    let invited = match (email, name, role) {
        (Ok(email), Ok(name), Some(role)) => {
            let (by, now) = (&signed.account.name, state.now());
            let given = match signed.store.account_of(&email).await? {
                Some(known) => {
                    let given = signed.store.give_role(known.id, &role, &own, by, now).await;
                    given.map(|()| known.id)
                }
                None => signed.store.create_account(&email, &name, &[role], by, now).await,
            };
            told(given, &mut faults)?
        }
        _ => None,
    };
    let Some(id) = invited else {
        let mut page = AccountsPage::of(&state, &signed, &own, &typed).await?;
        (page.email, page.name, page.faults) = (typed_email, typed_name, faults);
        return Ok(respond_with(&page, StatusCode::UNPROCESSABLE_ENTITY));
    };
    if signed.store.has_password(id).await? {
        return Ok(to(id, "droit"));
    }
    mail_invitation(&state, &curation, &signed, id).await
}

/// Mails an invitation; the page that follows says whether it left.
async fn mail_invitation(
    state: &WebState,
    curation: &Curation,
    signed: &Signed,
    id: AccountId,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let account = one::theirs(signed, id, &own).await?;
    // Whoever reaches further than they do is written to by somebody else.
    if !account.is_within(&own) {
        return Ok(to(id, "droit"));
    }
    let sent = curation.mail_link(state, &account, Some(&signed.account.name)).await?;
    Ok(to(id, if sent.is_ok() { "invite" } else { "nonenvoye" }))
}

fn to(id: AccountId, said: &str) -> Response {
    Redirect::to(&format!("/animation/comptes/{id}?dit={said}")).into_response()
}

/// What the store refuses and whoever sent it can mend, as faults; the rest as errors.
fn told<T>(outcome: Result<T, maille_store::Error>, faults: &mut Faults) -> Result<Option<T>, Error> {
    use maille_store::Error as Refused;
    let sentence = |error: &Refused| {
        let mut words = error.to_string();
        if let Some(first) = words.get(..1) {
            words = first.to_uppercase() + &words[1..];
        }
        format!("{words}.")
    };
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(error @ Refused::EmailTaken(_)) => {
            faults.add("courriel", sentence(&error));
            Ok(None)
        }
        Err(error @ Refused::NameTaken(_)) => {
            faults.add("nom", sentence(&error));
            Ok(None)
        }
        Err(error @ Refused::LastAdministrator) => {
            faults.add("role", sentence(&error));
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}

/// What was typed of a role.
#[derive(Debug, Default)]
struct TypedRole {
    role: String,
    territory: String,
}

impl TypedRole {
    fn read(sent: &mut Reader) -> TypedRole {
        TypedRole { role: sent.text("role"), territory: sent.text("territoire") }
    }

    /// The role, if whoever chose it may give it.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] when it goes further than theirs: no form of theirs offers it.
    fn role(
        &self,
        own: &Reach,
        territories: &[Territory],
        faults: &mut Faults,
    ) -> Result<Option<NewRole>, Error> {
        let role = self.role.parse::<Role>();
        if role.is_err() {
            faults.add("role", "Choisissez un rôle.");
        }
        let territory = match self.territory.as_str() {
            "" => None,
            EVERYWHERE => Some(None),
            code => territories.iter().find(|known| known.code == code).map(|known| Some(known.clone())),
        };
        let Some(territory) = territory else {
            faults.add("territoire", "Choisissez un territoire.");
            return Ok(None);
        };
        if !territory.as_ref().map_or(*own == Reach::Everywhere, |territory| holds(own, territory)) {
            return Err(Error::Elsewhere);
        }
        Ok(role.ok().map(|role| NewRole { role, territory: territory.map(|territory| territory.code) }))
    }
}

/// Whether a role in this territory goes no further than `own`.
fn holds(own: &Reach, territory: &Territory) -> bool {
    let inside = territory.communes.iter().all(|code| own.has_commune(code));
    *own == Reach::Everywhere || (inside && !territory.communes.is_empty())
}

impl RoleChoices {
    fn of(own: &Reach, territories: &[Territory], typed: &TypedRole) -> RoleChoices {
        let everywhere =
            (*own == Reach::Everywhere).then(|| Choice::new(EVERYWHERE, "Tout l’annuaire", &typed.territory));
        let theirs = territories.iter().filter(|territory| holds(own, territory));
        let theirs = theirs.map(|known| Choice::new(&known.code, &known.name, &typed.territory));
        RoleChoices {
            roles: Role::ALL.iter().map(|role| Choice::new(role.code(), role.label(), &typed.role)).collect(),
            territories: theirs.chain(everywhere).collect(),
        }
    }
}

impl Choice {
    fn new(value: &str, label: &str, typed: &str) -> Choice {
        Choice { value: value.to_owned(), label: label.to_owned(), selected: value == typed }
    }
}

/// A role and where it holds: `Animation, DAC 92 Sud`.
pub fn role_in_words(held: &Held, territories: &[Territory]) -> String {
    let place = match &held.territory {
        None => "tout l’annuaire",
        Some(code) => territories
            .iter()
            .find(|territory| territory.code == *code)
            .map_or(code.as_str(), |territory| territory.name.as_str()),
    };
    format!("{}, {place}", held.role.label())
}

impl AccountsPage {
    async fn of(
        state: &WebState,
        signed: &Signed,
        own: &Reach,
        typed: &TypedRole,
    ) -> Result<AccountsPage, Error> {
        let territories = signed.store.territories().await?;
        let accounts = signed.store.accounts(own).await?;
        Ok(AccountsPage {
            layout: layout(state, signed, Section::Accounts, "Comptes"),
            accounts: accounts.iter().map(|listed| AccountLine::of(listed, own, &territories)).collect(),
            email: String::new(),
            name: String::new(),
            choices: RoleChoices::of(own, &territories, typed),
            faults: Faults::default(),
        })
    }
}

impl AccountLine {
    fn of(
        Listed { account, has_password, seen_at }: &Listed,
        own: &Reach,
        territories: &[Territory],
    ) -> AccountLine {
        let within = account.roles.iter().filter(|held| held.is_within(own));
        AccountLine {
            href: format!("/animation/comptes/{}", account.id),
            name: account.name.clone(),
            email: account.email.clone(),
            roles: within.map(|held| role_in_words(held, territories)).collect(),
            elsewhere: account.roles.iter().any(|held| !held.is_within(own)),
            state: match (has_password, seen_at) {
                (false, _) => "Invité, n’a pas encore choisi son mot de passe".to_owned(),
                (true, None) => "Ne s’est pas encore connecté".to_owned(),
                (true, Some(at)) => format!("Connecté pour la dernière fois le {}", date::stamp(*at)),
            },
        }
    }
}
