//! The demonstration directory (`data/demo`), embedded and loaded through the normal pipeline.

use anyhow::Result;
use maille_domain::Role;
use maille_domain::clock::Clock;
use maille_domain::run::Scope;
use maille_importers::format::Format;
use maille_importers::parts::Part;
use maille_importers::pipeline::{ImportOptions, Unwatched, import_parts};
use maille_store::Store;
use maille_store::password::Password;
use maille_store::role::NewRole;
use maille_store::secret::Secret;
use tracing::{info, warn};

/// File, source, format, content. Territories first, so that coverages find them.
const FILES: &[(&str, &str, Format, &[u8])] = &[
    (
        "territories.csv",
        "demo-territoires",
        Format::Territories,
        include_bytes!("../data/demo/territories.csv"),
    ),
    ("listings.csv", "demo", Format::Csv, include_bytes!("../data/demo/listings.csv")),
    ("mairies.csv", "mairies", Format::Csv, include_bytes!("../data/demo/mairies.csv")),
    ("hopitaux.csv", "hopitaux", Format::Csv, include_bytes!("../data/demo/hopitaux.csv")),
];

/// Loads what is not loaded yet; loading again changes nothing.
pub async fn load(store: &Store, clock: &dyn Clock) -> Result<()> {
    for (file, source, format, content) in FILES {
        let options = ImportOptions {
            location: format!("data/demo/{file}"),
            source: (*source).to_owned(),
            dry_run: false,
            partial: false,
            force: false,
            scope: Scope::default(),
            mapping: None,
        };
        let parts = Part::bytes(&options.location, *content).into();
        let outcome = import_parts(store, *format, &options, &parts, clock, &mut Unwatched).await?;
        for issue in
            outcome.report.issues.iter().filter(|issue| issue.severity == maille_domain::run::Severity::Error)
        {
            warn!(
                run.file = file,
                issue.line = issue.line,
                issue.field = issue.field,
                issue.expected = issue.expected,
                "une ligne de la démonstration est refusée"
            );
        }
        info!(
            run.source = source,
            run.read = outcome.report.read,
            run.rejected = outcome.report.rejected,
            "une partie de la démonstration est chargée"
        );
    }
    Ok(())
}

/// Who works on the demonstration: mail address, name, role, territory.
const ACCOUNTS: &[(&str, &str, Role, Option<&str>)] = &[
    ("administration@maille.example", "Administration de démonstration", Role::Administrator, None),
    ("animation@maille.example", "Animation 92 Sud (exemple)", Role::Facilitator, Some("dac-92-sud")),
    ("accueil@maille.example", "Accueil 92 Sud (exemple)", Role::Reception, Some("dac-92-sud")),
];

/// Makes the accounts of the demonstration, and says how to log in: the password is another one at each start.
pub async fn tell_accounts(store: &Store, clock: &impl Clock) -> Result<()> {
    let (now, secret) = (clock.now(), Secret::random()?.text());
    let password = &secret[..20];
    for (email, name, role, territory) in ACCOUNTS {
        let role = NewRole { role: *role, territory: territory.map(str::to_owned) };
        let id = match store.account_of(email).await? {
            Some(account) => account.id,
            None => store.create_account(email, name, &[role], "maille", now).await?,
        };
        store.set_password(id, Password::typed(password), now).await?;
        info!("compte de démonstration : {email}, mot de passe {password}");
    }
    Ok(())
}
