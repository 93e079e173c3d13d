//! The command line: a flag is its environment variable and its help line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use maille_importers::format::Format;

use crate::log;

/// Annuaire territorial de ressources et moteur de recherche : qui peut aider ici ?
#[derive(Debug, Parser)]
#[command(
    name = "maille",
    version,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_help_heading = "Commandes",
    subcommand_value_name = "COMMANDE"
)]
pub struct Cli {
    #[command(flatten)]
    pub settings: Settings,
    #[command(subcommand)]
    pub command: Command,
    /// Affiche cette aide
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Affiche la version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// What every command needs.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Dossier de l’index et, sans DATABASE_URL, de la base de données
    #[arg(long, global = true, value_name = "DOSSIER", default_value = ".maille")]
    pub data_dir: PathBuf,
    /// Serveur Postgres à utiliser (postgres://…, plusieurs hôtes séparés par des virgules) ; sans lui, maille tient le sien dans le dossier de données
    #[arg(long, global = true, value_name = "ADRESSE", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Forme du journal, sur la sortie d’erreur : text, ou json (un objet par ligne)
    #[arg(
        long,
        global = true,
        value_name = "FORME",
        env = "MAILLE_LOG",
        default_value = "text",
        hide_possible_values = true
    )]
    pub log: log::Form,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sert l’annuaire de démonstration (92 Sud et Haute-Garonne)
    Demo(Serve),
    /// Sert l’annuaire : pages et API
    Serve(Serve),
    /// Importe un fichier dans l’annuaire
    Import(Import),
    /// Montre les imports, ou un import et ses anomalies
    Runs(Runs),
    /// Cherche, comme l’API
    Search(Search),
    /// Propose en cours de frappe, comme l’API
    Suggest(Search),
    /// Corrige un champ d’une fiche : la correction l’emporte sur les sources
    Set(Set),
    /// Montre les corrections dont la source a changé depuis
    Conflicts(Json),
    /// Montre les erreurs signalées sur les fiches, que personne n’a encore traitées
    Reports(Json),
    /// Mesure les réponses sur des requêtes jugées, et explique les échecs
    Evaluate(Evaluate),
    /// Reconstruit l’index à côté, puis bascule
    Reindex(Json),
    /// Écrit les fiches sur la sortie standard, dans un format que « import » relit
    Export(Export),
    /// Remplit l’annuaire de fiches inventées, pour mesurer et essayer
    Generate(Generate),
}

#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Adresse et port d’écoute
    #[arg(long, value_name = "ADRESSE:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Adresse publique du site (https:… et un nom d’hôte), pour les liens absolus
    #[arg(long, value_name = "ADRESSE", env = "MAILLE_BASE_URL", value_parser = base_url)]
    pub base_url: Option<String>,
    /// À qui est ce site : nom, couleurs, contact, mentions légales (TOML, voir docs/portail.md)
    #[arg(long, value_name = "FICHIER.toml", env = "MAILLE_THEME")]
    pub theme: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = formats())]
pub struct Import {
    /// Format du fichier
    #[arg(value_name = "FORMAT")]
    pub format: Format,
    /// Chemin du fichier (d’un dossier pour les registres en plusieurs fichiers), ou adresse http(s)
    #[arg(value_name = "CHEMIN-OU-ADRESSE")]
    pub location: String,
    /// Nom de la source : ses fiches sont reconnues d’un fichier au suivant
    #[arg(long, value_name = "NOM", required_unless_present = "guess")]
    pub source: Option<String>,
    /// Dit ce qui changerait, sans rien changer
    #[arg(long)]
    pub dry_run: bool,
    /// Le fichier n’est pas complet : ce qu’il ne contient pas n’est pas retiré
    #[arg(long)]
    pub partial: bool,
    /// Applique malgré plus de la moitié de refus ou plus de 20 % de retraits
    #[arg(long)]
    pub force: bool,
    /// Écrit les fiches refusées dans un tableau CSV, avec la raison dans la colonne « anomalie »
    #[arg(long, value_name = "FICHIER.csv")]
    pub rejected: Option<PathBuf>,
    /// csv, xlsx : correspondance entre les colonnes du fichier et celles du format (TOML)
    #[arg(long, value_name = "FICHIER.toml")]
    pub mapping: Option<PathBuf>,
    /// csv, xlsx : n’importe rien ; écrit une première correspondance, à corriger, sur la sortie standard
    #[arg(long, conflicts_with_all = ["mapping", "dry_run", "wanted"])]
    pub guess: bool,
    /// ror-fhir : ne lit que cette région (code INSEE, 11), et ne retire que ce qui en manque
    #[arg(long, value_name = "CODE", value_parser = region)]
    pub region: Option<String>,
    /// ror-fhir : profil d’accès avec lequel les fichiers ont été obtenus (0 à 5)
    #[arg(long, value_name = "PROFIL", value_parser = clap::value_parser!(u8).range(0..=5))]
    pub profile: Option<u8>,
    #[command(flatten)]
    pub json: Json,
}

/// An address that links can begin with: a scheme and a host, as the pages are at its root.
fn base_url(address: &str) -> Result<String, String> {
    let host = ["https://", "http://"].iter().find_map(|scheme| address.strip_prefix(scheme));
    let host = host.map(|host| host.strip_suffix('/').unwrap_or(host));
    let readable = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    match host {
        Some(host)
            if host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
                && host.chars().all(readable) =>
        {
            Ok(address.trim_end_matches('/').to_owned())
        }
        _ => Err("attendu : https:// et un nom d’hôte, sans chemin (https://annuaire.exemple.fr)".to_owned()),
    }
}

/// A region of the COG, by its code.
fn region(code: &str) -> Result<String, String> {
    let known = format!("region:{code}").parse::<maille_domain::Coverage>();
    known.map(|_| code.to_owned()).map_err(|_| "attendu : le code INSEE d’une région (11, 76…)".to_owned())
}

/// The formats, one a line, under the help of `import`.
fn formats() -> String {
    let lines = Format::ALL.map(|format| format!("  {:15} {}", format.code(), format.help()));
    format!("Formats :\n{}", lines.join("\n"))
}

/// Fiches et territoires inventés sur de vraies communes : la même graine donne les mêmes fiches, sur toute machine.
#[derive(Debug, Clone, Args)]
pub struct Generate {
    /// Nombre de fiches ; moins de fiches sont les premières de davantage
    #[arg(long, value_name = "NOMBRE")]
    pub listings: u64,
    /// Graine du tirage : une autre graine, un autre annuaire
    #[arg(long, value_name = "NOMBRE")]
    pub seed: u64,
    /// Nom de la source
    #[arg(long, value_name = "NOM", default_value = "synthetique")]
    pub source: String,
    /// Applique malgré plus de 20 % de retraits
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Runs {
    /// Numéro d’un import
    #[arg(value_name = "IMPORT")]
    pub run: Option<i64>,
    /// Écrit les fiches refusées de cet import en tableau CSV, avec la raison dans la colonne « anomalie »
    #[arg(long, requires = "run", conflicts_with = "wanted")]
    pub rejected: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Search {
    /// Ce qui est cherché
    #[arg(value_name = "TEXTE")]
    pub text: String,
    /// Code INSEE, code postal ou nom de la commune où l’aide est demandée
    #[arg(long, value_name = "COMMUNE")]
    pub commune: Option<String>,
    /// Accepté pour l’uniformité : la réponse est toujours le JSON de l’API
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Evaluate {
    /// Requêtes jugées (TSV : id, query, commune_insee, expected_categories, relevant_ids, kind)
    #[arg(value_name = "FICHIER.tsv", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Set {
    /// La fiche : identifiant, adresse lisible, ou identifiant dans sa source
    #[arg(value_name = "FICHE")]
    pub listing: String,
    /// Le champ, sous son nom du format CSV
    #[arg(value_name = "CHAMP")]
    pub field: maille_domain::Field,
    /// La valeur, écrite comme dans le format CSV ; vide pour effacer
    #[arg(value_name = "VALEUR")]
    pub value: String,
    /// Pourquoi : gardé dans l’historique
    #[arg(long, value_name = "TEXTE")]
    pub reason: String,
    /// Qui décide : gardé dans l’historique
    #[arg(long, value_name = "NOM", env = "USER", default_value = "ligne de commande")]
    pub author: String,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Export {
    /// Format : csv
    #[arg(value_name = "FORMAT", value_parser = ["csv"])]
    pub format: String,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Json {
    /// Un seul document JSON sur la sortie standard
    #[arg(long = "json")]
    pub wanted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn links_begin_with_a_host() {
        for good in ["https://annuaire.example.org", "http://localhost:8080/", "http://[::1]:8080"] {
            assert_eq!(base_url(good).unwrap(), good.trim_end_matches('/'));
        }
        for bad in [
            "javascript:alert(1)",
            "ftp://x",
            "//x",
            "https://u:p@x.example",
            "https://x.example/sub",
            "https://x.example?x=1",
            "http://x.example\"><script>",
            "https://",
            "",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }
}
