//! `/animation/comptes/{id}`: one account: its roles, who gave them and when, its link, its end.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::{Account, AccountId, Act, Reach};

use super::{RoleChoices, TypedRole, mail_invitation, role_in_words, to, told};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent};
use crate::french::date;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::pages::animation::{Section, layout};
use crate::signed::{Curation, Signed};
use crate::state::WebState;
use crate::views::faults::Faults;

#[derive(Debug, Template)]
#[template(path = "animation/account.html")]
struct AccountPage {
    layout: Layout,
    here: String,
    name: String,
    email: String,
    has_password: bool,
    /// Whether whoever reads this may close it and write to it.
    within: bool,
    /// Whether it is their own.
    own: bool,
    roles: Vec<RoleLine>,
    choices: RoleChoices,
    said: Option<Told>,
    faults: Faults,
}

impl Page for AccountPage {
    const CACHE: Cache = Cache::Never;
}

/// A role that the account has or had.
#[derive(Debug)]
struct RoleLine {
    id: i64,
    words: String,
    given: String,
    ended: Option<String>,
}

/// What just happened; whether it went well.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    text: &'static str,
    well: bool,
}

/// What the address says just happened.
pub struct Said(Option<Told>);

impl FromQuery for Said {
    fn from_query(reader: &mut Reader, _: &WebState) -> Said {
        let well = |text| Some(Told { text, well: true });
        Said(match reader.text("dit").as_str() {
            "invite" => well("L’invitation est partie par courriel. Elle vaut 7 jours."),
            "lien" => well("Un lien est parti par courriel. Il vaut une heure."),
            "droit" => {
                well("Le droit est donné. Cette personne avait déjà un compte : aucun courriel n’est parti.")
            }
            "donne" => well("Le droit est donné."),
            "retire" => well("Le droit est retiré. L’effet est immédiat."),
            "nonenvoye" => Some(Told {
                text: "Le courriel n’est pas parti. Le compte est bien là : envoyez le lien de nouveau, plus bas.",
                well: false,
            }),
            _ => None,
        })
    }
}

/// `GET /animation/comptes/{id}`.
pub async fn one(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<AccountId>,
    Query(Said(said)): Query<Said>,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let account = theirs(&signed, id, &own).await?;
    let page = AccountPage {
        said,
        ..AccountPage::of(&state, &signed, &account, &own, &TypedRole::default()).await?
    };
    Ok(respond_with(&page, StatusCode::OK))
}

/// `POST /animation/comptes/{id}/droits`.
pub async fn give(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<AccountId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let account = theirs(&signed, id, &own).await?;
    let typed = TypedRole::read(&mut sent);
    let mut faults = Faults::default();
    let role = typed.role(&own, &signed.store.territories().await?, &mut faults)?;
    if let Some(role) = role {
        let given = signed.store.give_role(account.id, &role, &own, &signed.account.name, state.now()).await;
        if told(given, &mut faults)?.is_some() {
            return Ok(to(account.id, "donne"));
        }
    }
    Ok(refused(AccountPage::of(&state, &signed, &account, &own, &typed).await?, faults))
}

/// `POST /animation/comptes/{id}/droits/retirer`.
pub async fn end(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<AccountId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let account = theirs(&signed, id, &own).await?;
    let role = sent.text("droit").parse().map_err(|_| Error::NotFound(Missing::Page))?;
    let mut faults = Faults::default();
    let ended = signed.store.end_role(account.id, role, &own, &signed.account.name, state.now()).await;
    if told(ended, &mut faults)?.is_some() {
        // Who ended their own last right to see this page is led away from it.
        let sees = theirs(&signed, account.id, &own).await.is_ok() && account.id != signed.account.id;
        return Ok(if sees { to(account.id, "retire") } else { home() });
    }
    Ok(refused(AccountPage::of(&state, &signed, &account, &own, &TypedRole::default()).await?, faults))
}

/// `POST /animation/comptes/{id}/lien`: an invitation, or a link to choose another password.
pub async fn mail(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    signed: Signed,
    Named(id): Named<AccountId>,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let account = theirs(&signed, id, &own).await?;
    if !account.is_within(&own) {
        return Err(Error::Elsewhere);
    }
    if !signed.store.has_password(account.id).await? {
        return mail_invitation(&state, &curation, &signed, account.id).await;
    }
    let sent = curation.mail_link(&state, &account, None).await?;
    Ok(to(account.id, if sent.is_ok() { "lien" } else { "nonenvoye" }))
}

/// `POST /animation/comptes/{id}/fermer`.
pub async fn close(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<AccountId>,
) -> Result<Response, Error> {
    let own = signed.reach(Act::Accounts)?;
    let account = theirs(&signed, id, &own).await?;
    let mut faults = Faults::default();
    if account.id == signed.account.id {
        faults.add(
            "acces",
            "On ne ferme pas son propre compte : demandez-le à une autre personne qui administre.",
        );
    } else {
        let closed = signed.store.close_account(account.id, &own, &signed.account.name, state.now()).await;
        if told(closed, &mut faults)?.is_some() {
            return Ok(home());
        }
    }
    Ok(refused(AccountPage::of(&state, &signed, &account, &own, &TypedRole::default()).await?, faults))
}

/// An account that is among those that whoever is logged in administers.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Elsewhere`].
pub async fn theirs(signed: &Signed, id: AccountId, own: &Reach) -> Result<Account, Error> {
    let account = signed.store.account(id).await?.ok_or(Error::NotFound(Missing::Page))?;
    if account.is_among(own) { Ok(account) } else { Err(Error::Elsewhere) }
}

fn home() -> Response {
    Redirect::to("/animation/comptes").into_response()
}

fn refused(page: AccountPage, faults: Faults) -> Response {
    respond_with(&AccountPage { faults, ..page }, StatusCode::UNPROCESSABLE_ENTITY)
}

impl AccountPage {
    async fn of(
        state: &WebState,
        signed: &Signed,
        account: &Account,
        own: &Reach,
        typed: &TypedRole,
    ) -> Result<AccountPage, Error> {
        let territories = signed.store.territories().await?;
        let given = signed.store.role_history(account.id, own).await?;
        let roles = given.into_iter().map(|given| RoleLine {
            id: given.id,
            words: role_in_words(&given.held, &territories),
            given: format!("donné par {} le {}", given.given_by, date::stamp(given.given_at)),
            ended: given.ended.map(|(by, at)| format!("retiré par {by} le {}", date::stamp(at))),
        });
        Ok(AccountPage {
            layout: layout(state, signed, Section::Accounts, &account.name),
            here: format!("/animation/comptes/{}", account.id),
            name: account.name.clone(),
            email: account.email.clone(),
            has_password: signed.store.has_password(account.id).await?,
            within: account.is_within(own),
            own: account.id == signed.account.id,
            roles: roles.collect(),
            choices: RoleChoices::of(own, &territories, typed),
            said: None,
            faults: Faults::default(),
        })
    }
}
