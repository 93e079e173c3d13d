//! `account`: who works here. The first administrator is made on the machine itself.

use std::io::Read;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::{Account as Known, AccountId, Reach, account, contact};
use maille_store::Store;
use maille_store::account::Listed;
use maille_store::mailed_link::Purpose;
use maille_store::password::Password;
use maille_store::role::NewRole;
use serde_json::{Value, json};

use crate::cli::{Account, AccountAdd, AccountCommand, AccountLink, AccountNamed, Json, Settings, Site};
use crate::commands::{print, print_json};
use crate::database::Database;

/// Who did it from the machine, as the rows say.
const BY: &str = "maille account";

pub async fn run(settings: &Settings, options: Account) -> Result<()> {
    match options.command {
        AccountCommand::Add(options) => add(settings, options).await,
        AccountCommand::List(json) => list(settings, json).await,
        AccountCommand::Link(options) => link(settings, options).await,
        AccountCommand::Close(options) => close(settings, options).await,
    }
}

async fn add(settings: &Settings, options: AccountAdd) -> Result<()> {
    let AccountAdd { email, name, role, territory, password_stdin, site, json } = options;
    let Ok(email) = contact::parse_email(&email) else {
        bail!("« {email} » : attendu une adresse de courriel");
    };
    let name = match account::parse_name(&name) {
        Ok(name) => name,
        Err(expected) => bail!("--name : trouvé « {name} », attendu {expected}"),
    };
    let password = if password_stdin {
        let mut typed = String::new();
        std::io::stdin().read_to_string(&mut typed).context("l’entrée standard ne se lit pas")?;
        let typed = typed.trim_end_matches(['\r', '\n']);
        match Password::choose(typed, &[&email, &name]) {
            Ok(password) => Some(password),
            Err(weak) => bail!("mot de passe : attendu {weak}"),
        }
    } else {
        None
    };
    let now = SystemClock.now();
    Database::with(settings, async |store| {
        let given = NewRole { role, territory: territory.clone() };
        let id = store.create_account(&email, &name, &[given], BY, now).await?;
        let link = match password {
            Some(password) => {
                store.set_password(id, password, now).await?;
                None
            }
            None => Some(invitation(store, id, Purpose::Invitation, &site, now).await?),
        };
        // One that was closed keeps the name that history knows.
        let account = store.account(id).await?.context("le compte a disparu entre-temps")?;
        if json.wanted {
            let mut document = document(&account);
            document["link"] = json!(link);
            return print_json(&document);
        }
        let place =
            territory.map_or_else(|| "tout l’annuaire".to_owned(), |code| format!("le territoire {code}"));
        let told = format!("« {} » ({email}) : {}, pour {place}", account.name, role.label().to_lowercase());
        print(&match link {
            None => told,
            Some(link) => format!("{told}\n{}\n{link}", how_long(Purpose::Invitation)),
        })
    })
    .await
}

async fn list(settings: &Settings, json: Json) -> Result<()> {
    let accounts =
        Database::with(settings, async |store| Ok(store.accounts(&Reach::Everywhere).await?)).await?;
    if json.wanted {
        let documents = accounts.iter().map(|Listed { account, has_password, seen_at }| {
            let mut document = document(account);
            document["has_password"] = json!(has_password);
            document["seen_at"] = json!(seen_at);
            document
        });
        return print_json(&documents.collect::<Vec<Value>>());
    }
    if accounts.is_empty() {
        return print("Aucun compte : « maille account add COURRIEL --name NOM » crée le premier.");
    }
    let lines = accounts.iter().map(|Listed { account, has_password, .. }| {
        let roles: Vec<String> = account
            .roles
            .iter()
            .map(|held| {
                let place = held.territory.as_deref().unwrap_or("tout l’annuaire");
                format!("{} ({place})", held.role.label().to_lowercase())
            })
            .collect();
        let roles = if roles.is_empty() { "aucun droit".to_owned() } else { roles.join(", ") };
        let invited = if *has_password { "" } else { " ; n’a pas encore choisi son mot de passe" };
        format!("{} « {} » : {roles}{invited}", account.email, account.name)
    });
    print(&lines.collect::<Vec<String>>().join("\n"))
}

async fn link(settings: &Settings, options: AccountLink) -> Result<()> {
    let AccountLink { of: AccountNamed { email, json }, site } = options;
    let now = SystemClock.now();
    Database::with(settings, async |store| {
        let account = named(store, &email).await?;
        let purpose =
            if store.has_password(account.id).await? { Purpose::Reset } else { Purpose::Invitation };
        let link = invitation(store, account.id, purpose, &site, now).await?;
        if json.wanted {
            return print_json(&json!({ "account": account.id, "email": account.email, "link": link }));
        }
        print(&format!("« {} » ({})\n{}\n{link}", account.name, account.email, how_long(purpose)))
    })
    .await
}

async fn close(settings: &Settings, options: AccountNamed) -> Result<()> {
    let AccountNamed { email, json } = options;
    Database::with(settings, async |store| {
        let account = named(store, &email).await?;
        store.close_account(account.id, &Reach::Everywhere, BY, SystemClock.now()).await?;
        if json.wanted {
            return print_json(&json!({ "account": account.id, "email": account.email, "closed": true }));
        }
        print(&format!("« {} » ({}) : compte fermé", account.name, account.email))
    })
    .await
}

async fn named(store: &Store, email: &str) -> Result<Known> {
    store
        .account_of(email)
        .await?
        .with_context(|| format!("aucun compte « {email} » (« maille account list »)"))
}

/// The address that whoever has it chooses the password with: a result, for standard output alone.
async fn invitation(
    store: &Store,
    account: AccountId,
    purpose: Purpose,
    site: &Site,
    now: DateTime<Utc>,
) -> Result<String> {
    let secret = store.make_link(account, purpose, now).await?;
    Ok(format!("{}/connexion/lien?secret={}", site.base_url, secret.text()))
}

fn how_long(purpose: Purpose) -> String {
    let lasts = match purpose {
        Purpose::Invitation => format!("dans les {} jours", purpose.lasts().num_days()),
        Purpose::Reset => "dans l’heure".to_owned(),
    };
    format!("Mot de passe à choisir {lasts}, une seule fois, à cette adresse :")
}

fn document(account: &Known) -> Value {
    let roles: Vec<Value> =
        account.roles.iter().map(|held| json!({ "role": held.role, "territory": held.territory })).collect();
    json!({ "account": account.id, "email": account.email, "name": account.name, "roles": roles })
}
