//! The command line: a flag is its environment variable and its help line.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum};
use maille_domain::Role;
use maille_importers::format::Format;
use maille_store::listing::Cause;

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
    /// Retire la correction d’un champ : les sources parlent de nouveau
    Unset(Unset),
    /// Montre les corrections dont la source a changé depuis, et comment trancher
    Conflicts(Json),
    /// Tranche un conflit : garde la correction, ou suit ce qui est dit contre elle
    Settle(Settle),
    /// Montre les fiches qui décrivent peut-être la même chose, et comment décider
    Duplicates(Duplicates),
    /// Dit que deux fiches décrivent la même chose : il n’en reste qu’une
    Link(Pair),
    /// Dit que deux fiches décrivent deux choses : elles se séparent, et ne sont plus proposées
    Unlink(Pair),
    /// Revient sur une décision de « link » ou de « unlink », par son numéro
    Undo(Undo),
    /// Montre l’histoire d’une fiche : qui l’a changée, quand, pourquoi, avant et après
    History(History),
    /// Montre les sources ; en écarte une, ou la reprend
    Sources(Sources),
    /// Montre l’ordre dans lequel les sources parlent, ou en donne un autre
    Precedence(Precedence),
    /// Crée, montre et ferme les comptes de l’équipe
    Account(Account),
    /// Montre les erreurs signalées sur les fiches, que personne n’a encore traitées
    Reports(Json),
    /// Mesure les réponses sur des requêtes jugées, et explique les échecs
    Evaluate(Evaluate),
    /// Mesure le rapprochement des fiches sur des paires jugées, et explique les erreurs
    EvaluateMatching(EvaluateMatching),
    /// Reconstruit l’index à côté, puis bascule
    Reindex(Json),
    /// Écrit les fiches sur la sortie standard, dans un format que « import » relit
    Export(Export),
    /// Remplit l’annuaire de fiches inventées, pour mesurer et essayer
    Generate(Generate),
}

#[derive(Debug, Clone, Args)]
#[command(disable_help_subcommand = true, subcommand_value_name = "COMMANDE")]
pub struct Account {
    #[command(subcommand)]
    pub command: AccountCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub enum AccountCommand {
    /// Crée un compte ; sans mot de passe, écrit un lien pour le choisir
    Add(AccountAdd),
    /// Montre les comptes et leurs droits
    List(Json),
    /// Écrit un nouveau lien pour choisir un mot de passe ; l’ancien ne sert plus
    Link(AccountLink),
    /// Ferme un compte : ses droits, ses sessions et ses jetons cessent
    Close(AccountNamed),
}

#[derive(Debug, Clone, Args)]
pub struct AccountNamed {
    /// Adresse de courriel du compte
    #[arg(value_name = "COURRIEL")]
    pub email: String,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct AccountLink {
    #[command(flatten)]
    pub of: AccountNamed,
    #[command(flatten)]
    pub site: Site,
}

/// Where people reach the site.
#[derive(Debug, Clone, Args)]
pub struct Site {
    /// Adresse publique du site, par où commence le lien
    #[arg(
        long,
        value_name = "ADRESSE",
        env = "MAILLE_BASE_URL",
        default_value = "http://127.0.0.1:8080",
        value_parser = base_url
    )]
    pub base_url: String,
}

#[derive(Debug, Clone, Args)]
pub struct AccountAdd {
    /// Adresse de courriel
    #[arg(value_name = "COURRIEL")]
    pub email: String,
    /// Prénom et nom : l’histoire des fiches signe ainsi
    #[arg(long, value_name = "NOM")]
    pub name: String,
    /// Rôle : accueil, animation ou administration
    #[arg(long, value_name = "RÔLE", default_value = "administration")]
    pub role: Role,
    /// Code du territoire où ce rôle vaut ; tout l’annuaire, sans lui
    #[arg(long, value_name = "TERRITOIRE")]
    pub territory: Option<String>,
    /// Lit le mot de passe sur l’entrée standard
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    pub site: Site,
    #[command(flatten)]
    pub json: Json,
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
    #[command(flatten)]
    pub mail: MailSettings,
}

/// How letters leave.
#[derive(Debug, Clone, Args)]
pub struct MailSettings {
    /// Serveur de courriel (smtps://utilisateur:mot-de-passe@hote:465, smtp://hote:587?tls=required) ; sans lui, les courriels restent dans le dossier de données
    #[arg(long, value_name = "ADRESSE", env = "MAILLE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Expéditeur des courriels ; sans lui, ne-pas-repondre@ et l’hôte du site
    #[arg(long, value_name = "ADRESSE", env = "MAILLE_MAIL_FROM")]
    pub mail_from: Option<String>,
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
    /// Annule cet import : ses fiches redeviennent ce qu’elles étaient avant lui, et les corrections restent
    #[arg(long, value_name = "IMPORT", conflicts_with = "run", requires = "reason")]
    pub undo: Option<i64>,
    /// Pourquoi : gardé dans l’historique
    #[arg(long, value_name = "TEXTE", requires = "undo")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub author: Author,
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
pub struct EvaluateMatching {
    /// Dossiers des paires jugées (records.csv et pairs.tsv) ; sans eux, tous ceux de data/matching
    #[arg(value_name = "DOSSIER")]
    pub folders: Vec<PathBuf>,
    /// Le seul ensemble à mesurer, tel que pairs.tsv le nomme (tuning, kept…)
    #[arg(long, value_name = "ENSEMBLE")]
    pub set: Option<String>,
    #[command(flatten)]
    pub json: Json,
}

/// A field of a listing.
#[derive(Debug, Clone, Args)]
pub struct FieldOf {
    /// La fiche : identifiant, adresse lisible, ou identifiant dans sa source
    #[arg(value_name = "FICHE")]
    pub listing: String,
    /// Le champ, sous son nom du format CSV
    #[arg(value_name = "CHAMP")]
    pub field: maille_domain::Field,
}

/// Who decides, and why.
#[derive(Debug, Clone, Args)]
pub struct Why {
    /// Pourquoi : gardé dans l’historique
    #[arg(long, value_name = "TEXTE")]
    pub reason: String,
    #[command(flatten)]
    pub author: Author,
}

/// Who decides.
#[derive(Debug, Clone, Args)]
pub struct Author {
    /// Qui décide : gardé dans l’historique
    #[arg(long = "author", value_name = "NOM", env = "USER", default_value = "ligne de commande")]
    pub name: String,
}

impl Why {
    /// What the history will say.
    pub fn cause(self, at: DateTime<Utc>) -> Result<Cause> {
        let reason = self.reason.trim();
        if reason.is_empty() {
            bail!("--reason : dites pourquoi, en quelques mots ; l’historique le garde");
        }
        Ok(Cause { author: self.author.name, reason: reason.to_owned(), run: None, at })
    }
}

#[derive(Debug, Clone, Args)]
pub struct Set {
    #[command(flatten)]
    pub of: FieldOf,
    /// La valeur, écrite comme dans le format CSV ; vide pour effacer
    #[arg(value_name = "VALEUR")]
    pub value: String,
    /// Dernier jour de la correction, qui cesse ensuite d’elle-même (2026-12-31)
    #[arg(long, value_name = "JOUR", value_parser = day)]
    pub until: Option<NaiveDate>,
    #[command(flatten)]
    pub why: Why,
    #[command(flatten)]
    pub json: Json,
}

/// A day, as ISO 8601 writes it.
fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "attendu : un jour, année-mois-jour (2026-12-31)".to_owned())
}

#[derive(Debug, Clone, Args)]
pub struct Unset {
    #[command(flatten)]
    pub of: FieldOf,
    #[command(flatten)]
    pub why: Why,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Décisions :
  garder  ce qui a été décidé ici reste, maintenant que la source dit autre chose
  suivre  ce qui est dit contre la correction l’emporte : la source, ou l’autre décision")]
pub struct Settle {
    #[command(flatten)]
    pub of: FieldOf,
    /// garder, ou suivre
    #[arg(value_name = "DÉCISION", hide_possible_values = true)]
    pub side: Side,
    #[command(flatten)]
    pub why: Why,
    #[command(flatten)]
    pub json: Json,
}

/// Which side of a conflict is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// What was decided here.
    Garder,
    /// What is said against it.
    Suivre,
}

#[derive(Debug, Clone, Args)]
pub struct Duplicates {
    /// Montre plutôt ce qui est réuni en une fiche, et pourquoi
    #[arg(long)]
    pub linked: bool,
    /// Montre plutôt ce que des personnes ont décidé, avec le numéro de chaque décision
    #[arg(long, conflicts_with = "linked")]
    pub decisions: bool,
    /// N’en montre que les premières (sans --json, 50 si rien n’est dit)
    #[arg(long, value_name = "NOMBRE")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Pair {
    /// Une fiche : identifiant, adresse lisible, ou identifiant dans sa source, au besoin précédé d’elle (SOURCE:ID)
    #[arg(value_name = "FICHE")]
    pub a: String,
    /// L’autre
    #[arg(value_name = "AUTRE")]
    pub b: String,
    #[command(flatten)]
    pub why: Why,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct History {
    /// La fiche : identifiant, adresse lisible, ou identifiant dans sa source
    #[arg(value_name = "FICHE")]
    pub listing: String,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Undo {
    /// Numéro de la décision (« maille duplicates --decisions ») ; plusieurs à la suite
    #[arg(value_name = "NUMÉRO", required = true)]
    pub decisions: Vec<i64>,
    #[command(flatten)]
    pub why: Why,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("change").args(["drop", "restore"])))]
pub struct Sources {
    /// Écarte cette source : ce qu’elle dit ne compte plus, et reste gardé
    #[arg(long, value_name = "NOM", requires = "reason")]
    pub drop: Option<String>,
    /// Reprend cette source : tout redevient comme avant qu’elle soit écartée
    #[arg(long, value_name = "NOM", requires = "reason")]
    pub restore: Option<String>,
    /// Pourquoi : gardé dans l’historique
    #[arg(long, value_name = "TEXTE", requires = "change")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub author: Author,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Args)]
pub struct Precedence {
    /// Le nouvel ordre ; sans fichier, celui qui vaut est écrit sur la sortie standard, prêt à être corrigé
    #[arg(value_name = "FICHIER.toml", requires = "reason")]
    pub file: Option<PathBuf>,
    /// Pourquoi : gardé dans l’historique
    #[arg(long, value_name = "TEXTE", requires = "file")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub author: Author,
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
