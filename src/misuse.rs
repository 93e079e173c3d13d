//! A command line that cannot be understood, said in French: clap only speaks English.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is wrong, and where help is; none for what is no error (help, version) and is printed as it is.
pub fn told(error: &clap::Error) -> Option<String> {
    let texts = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    let text = |kind| texts(kind).join(", ");
    let argument = || text(ContextKind::InvalidArg);
    let said = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "une commande est attendue".to_owned()
        }
        ErrorKind::MissingRequiredArgument => format!("il manque : {}", argument()),
        ErrorKind::InvalidSubcommand => {
            format!("commande inconnue : « {} »", text(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("argument inconnu : « {} »", argument()),
        ErrorKind::ArgumentConflict => {
            format!("« {} » ne va pas avec « {} »", argument(), text(ContextKind::PriorArg))
        }
        ErrorKind::NoEquals
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::TooManyValues => {
            format!("mauvais nombre de valeurs pour « {} »", argument())
        }
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_empty() => {
            format!("une valeur est attendue après « {} »", argument())
        }
        _ => {
            let why = std::error::Error::source(error).map(|why| format!(" : {why}")).unwrap_or_default();
            format!("valeur refusée pour « {} » : « {} »{why}", argument(), text(ContextKind::InvalidValue))
        }
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .map(texts)
        .concat();
    let near = if near.is_empty() { String::new() } else { format!(" ; peut-être : {}", near.join(", ")) };
    let known = texts(ContextKind::ValidValue);
    let known = if known.is_empty() { String::new() } else { format!(" ; attendu : {}", known.join(", ")) };
    Some(format!("maille : {said}{near}{known}\nAide : maille --help, ou maille COMMANDE --help"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn misuse_is_said_in_french() {
        for (line, said) in [
            ("maille import csv", "maille : il manque : --source <NOM>, <CHEMIN-OU-ADRESSE>"),
            (
                "maille importe",
                "maille : commande inconnue : « importe » ; peut-être : reports, export, import",
            ),
            ("maille runs --vite", "maille : argument inconnu : « --vite »"),
            ("maille runs douze", "maille : valeur refusée pour « [IMPORT] » : « douze »"),
            (
                "maille import csw f --source x",
                "maille : valeur refusée pour « <FORMAT> » : « csw » : format inconnu",
            ),
            ("maille import csv f --source", "maille : une valeur est attendue après « --source <NOM> »"),
            ("maille import csv f --guess --dry-run", "maille : « --guess » ne va pas avec « --dry-run »"),
            ("maille", "maille : une commande est attendue"),
        ] {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
            let told = told(&error).unwrap();
            assert!(told.starts_with(said), "{line}: {told}");
        }
        assert_eq!(told(&Cli::try_parse_from(["maille", "--help"]).unwrap_err()), None);
    }
}
