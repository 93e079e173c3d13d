//! `precedence`: the order in which sources speak.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::{Field, Precedence};
use maille_importers::format::Format;
use maille_importers::synthetic;
use maille_store::creation::CREATED;
use serde_json::json;

use crate::cli::{self, Settings, Why};
use crate::commands::report::{Of, count};
use crate::commands::{print, print_json};
use crate::database::Database;

/// More than this is not an order of sources.
const LARGEST: u64 = 64 * 1024;

pub async fn run(settings: &Settings, options: cli::Precedence) -> Result<()> {
    let json = options.json.wanted;
    let Some(path) = options.file else {
        let order = Database::with(settings, async |store| Ok(store.precedence().await?)).await?;
        if json {
            return print_json(&order);
        }
        let text = toml::to_string(&order).context("l’ordre ne s’écrit pas en TOML")?;
        return print(text.trim_end());
    };
    let why = Why { reason: options.reason.unwrap_or_default(), author: options.author };
    let cause = why.cause(SystemClock.now())?;
    let order = read(&path)?;
    let changed = Database::with(settings, async |store| {
        let sources = store.sources().await?;
        let sources = sources.iter().filter(|source| Of::format(&source.format) == Of::Listings);
        let sources: BTreeSet<&str> = sources.map(|source| &*source.name).collect();
        check(&order, &sources).with_context(|| format!("{} : rien n’a été changé", path.display()))?;
        Ok(store.set_precedence(&order, &cause).await?)
    })
    .await?;
    if json {
        let (changed, listings) = (changed.is_some(), changed.unwrap_or_default());
        return print_json(&json!({ "changed": changed, "listings": listings, "precedence": order }));
    }
    let Some(listings) = changed else {
        return print("C’est déjà l’ordre qui vaut : rien n’a été changé.");
    };
    let listings = count(
        listings,
        "fiche de plusieurs origines a été revue",
        "fiches de plusieurs origines ont été revues",
    );
    print(&format!("L’ordre est changé : {listings}."))
}

/// Reads the file: what is wrong with it, where, and what was expected.
fn read(path: &Path) -> Result<Precedence> {
    let name = path.display();
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => anyhow!("{name} : fichier absent"),
        ErrorKind::PermissionDenied => anyhow!("{name} : accès refusé"),
        ErrorKind::IsADirectory => anyhow!("{name} : trouvé un dossier, attendu un fichier TOML"),
        _ => anyhow!("{name} : le fichier ne se lit pas"),
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        bail!("{name} : trouvé plus de {} Kio, attendu un ordre de sources", LARGEST / 1024);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        anyhow!("{name}, ligne {line} : trouvé un texte qui n’est pas en UTF-8, attendu de l’UTF-8")
    })?;
    text.parse().map_err(|error| anyhow!("{name}{}", wrong(&text, &error)))
}

/// The line of a byte, from 1.
fn line_of(text: &[u8], at: usize) -> usize {
    text.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// Where, what was found, what was expected. What the reader of TOML says of it is in English.
fn wrong(text: &str, error: &toml::de::Error) -> String {
    const EXPECTED: &str =
        "attendu default = [\"…\"] puis, sous [fields], des champs du format CSV (phone = [\"…\"])";
    if text.trim().is_empty() {
        return format!(" : trouvé un fichier vide, {EXPECTED}");
    }
    let Some(span) = error.span().filter(|_| !error.message().starts_with("missing field")) else {
        return format!(" : « default » n’y est pas, {EXPECTED}");
    };
    let line = line_of(text.as_bytes(), span.start);
    let found = match text.lines().nth(line - 1).unwrap_or_default().trim() {
        "" => "rien".to_owned(),
        found => format!("« {found} »"),
    };
    if error.message().starts_with("duplicate key") {
        return format!(", ligne {line} : trouvé {found}, attendu chaque clé une seule fois");
    }
    format!(", ligne {line} : trouvé {found}, {EXPECTED}")
}

/// The formats that listings come in.
fn formats() -> BTreeSet<&'static str> {
    let formats = Format::ALL.into_iter().filter(|format| *format != Format::Territories).map(Format::code);
    formats.chain([synthetic::FORMAT, CREATED]).collect()
}

/// Refuses an order that says nothing, an entry that is twice in one, or that names nothing: a mistake in a name would silence
/// a source without a word.
fn check(order: &Precedence, sources: &BTreeSet<&str>) -> Result<()> {
    for (field, entries) in order.orders() {
        let name = field.map_or("default", Field::name);
        if field.is_none() && entries.is_empty() {
            bail!("« default » est vide, attendu au moins un format ou une source");
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = entries.iter().find(|entry| !seen.insert(*entry)) {
            bail!("« {twice} » est deux fois dans « {name} », attendu une seule");
        }
    }
    let formats = formats();
    let unknown: Vec<String> = order
        .entries()
        .filter(|entry| !formats.contains(entry) && !sources.contains(entry))
        .map(|entry| format!("« {entry} »"))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
    let sources = if sources.is_empty() { "aucune encore".to_owned() } else { list(sources) };
    bail!(
        "{} : ni un format, ni une source.\nFormats : {}\nSources : {sources}",
        unknown.join(", "),
        list(&formats)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_order_names_every_format_of_listings_and_nothing_else() {
        let built_in: BTreeSet<String> = Precedence::default().entries().map(str::to_owned).collect();
        assert_eq!(built_in.iter().map(String::as_str).collect::<BTreeSet<_>>(), formats());
    }

    #[test]
    fn a_file_that_is_no_order_is_told_in_french() {
        for (text, told) in [
            ("", " : trouvé un fichier vide, attendu default = "),
            ("[fields]\nphone = [\"csv\"]", " : « default » n’y est pas, attendu default = "),
            ("default = 3", ", ligne 1 : trouvé « default = 3 », attendu default = "),
            ("default = [\"csv\"", ", ligne 1 : trouvé « default = [\"csv\" », attendu default = "),
            (
                "default = [\"csv\"]\n\ndefault = [\"xlsx\"]",
                ", ligne 3 : trouvé « default = [\"xlsx\"] », attendu chaque clé",
            ),
            ("default = [\"csv\"]\nordre = []", ", ligne 2 : trouvé « ordre = [] », attendu default = "),
            (
                "default = [\"csv\"]\n[fields]\ntelephone = [\"csv\"]",
                ", ligne 3 : trouvé « telephone = [\"csv\"] », attendu default = ",
            ),
        ] {
            let error = text.parse::<Precedence>().unwrap_err();
            let said = wrong(text, &error);
            assert!(said.starts_with(told), "{text}: {said} ({error})");
        }
    }

    #[test]
    fn an_order_that_says_nothing_or_twice_the_same_is_refused() {
        for (order, said) in [
            ("default = []", "« default » est vide"),
            ("default = [\"csv\", \"xlsx\", \"csv\"]", "« csv » est deux fois dans « default »"),
            (
                "default = [\"csv\"]\n[fields]\nphone = [\"xlsx\", \"xlsx\"]",
                "« xlsx » est deux fois dans « phone »",
            ),
        ] {
            let refused = check(&order.parse().unwrap(), &BTreeSet::new()).unwrap_err().to_string();
            assert!(refused.starts_with(said), "{refused}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let order = Precedence::default();
        let text = toml::to_string(&order).unwrap();
        assert!(text.starts_with("default = [\"saisie\""), "{text}");
        assert_eq!(text.parse::<Precedence>().unwrap(), order);
    }

    #[test]
    fn a_name_that_is_nothing_is_said_with_those_there_are() {
        let order: Precedence = "default = [\"mdph-92\", \"csw\", \"csv\"]".parse().unwrap();
        let said = check(&order, &BTreeSet::from(["mdph-92"])).unwrap_err().to_string();
        assert!(
            said.starts_with("« csw » : ni un format, ni une source.") && said.ends_with("Sources : mdph-92"),
            "{said}"
        );
        assert!(check(&order, &BTreeSet::from(["mdph-92", "csw"])).is_ok());
    }
}
