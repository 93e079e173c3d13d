//! What can go wrong between the directory and its database.

use std::time::Duration;

use maille_domain::Call;
use maille_domain::field::{Expected, Field};
use uuid::Uuid;

use crate::edit::Overtaken;
use crate::run::Hindrance;

/// A failure of the store. What is merely absent is an `Option`, never an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or did not answer.
    #[error("la base de données n’a pas répondu")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("le schéma de la base n’a pas pu être mis à jour")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row does not hold what the schema promises.
    #[error("donnée incohérente dans {table}, {row} : {found}")]
    Inconsistent {
        /// Table or view.
        table: &'static str,
        /// Which row.
        row: String,
        /// What was found there.
        found: String,
    },
    /// No such listing.
    #[error("aucune fiche « {0} »")]
    UnknownListing(String),
    /// Several listings have this name.
    #[error(
        "plusieurs fiches répondent à « {0} » : si c’est un identifiant dans une source, écrivez SOURCE:{0} ; sinon, donnez l’identifiant de la fiche (« listing » dans « maille duplicates --json », « id » dans l’API)"
    )]
    SeveralListings(String),
    /// No such source.
    #[error("aucune source « {0} »")]
    UnknownSource(String),
    /// What this source says counts for nothing.
    #[error(
        "la source « {0} » est écartée : reprenez-la d’abord (« maille sources --restore {0} --reason … »)"
    )]
    SourceDropped(String),
    /// There is no such decision, or it was taken back.
    #[error("aucune décision n° {0} en cours")]
    UnknownDecision(i64),
    /// A record is not another one than itself.
    #[error("c’est deux fois la même fiche : « {0} »")]
    OneRecord(String),
    /// Nothing is decided here about the field.
    #[error("aucune correction du champ « {0} » sur cette fiche")]
    NoOverride(Field),
    /// Nobody checked that here, or it was taken back.
    #[error("aucune vérification{} sur cette fiche", .0.map(|field| format!(" du champ « {field} »")).unwrap_or_default())]
    NoCheck(Option<Field>),
    /// Nothing is said against what is decided here about the field.
    #[error("aucun conflit sur le champ « {0} » de cette fiche")]
    NoConflict(Field),
    /// Several things are said against what is decided here about the field: none of them is *the* other side.
    #[error(
        "plusieurs choses sont dites contre la correction du champ « {0} » de cette fiche (voyez « maille conflicts ») : choisissez avec « maille set … {0} VALEUR --reason … »"
    )]
    SeveralConflicts(Field),
    /// A value that the field does not take.
    #[error("champ « {field} » : attendu {expected}")]
    Value {
        /// The field.
        field: Field,
        /// What was expected.
        expected: Expected,
    },
    /// Fields are not what was seen any more: nothing was written.
    #[error("d’autres ont changé entre-temps : {}", fields(.0))]
    Overtaken(Vec<Overtaken>),
    /// A field that a listing must have cannot be emptied.
    #[error("le champ « {0} » ne peut pas être vide")]
    Required(Field),
    /// Another import of the same source is under way.
    #[error("un import de la source « {0} » est déjà en cours ; relancez-le quand il sera fini")]
    ImportUnderWay(String),
    /// No such run.
    #[error("aucun import n° {0}")]
    UnknownRun(i64),
    /// No such change of this listing, or not one that is undone.
    #[error("aucun changement n° {0} à annuler sur cette fiche")]
    UnknownRevision(i64),
    /// A run that stays.
    #[error("l’import n° {run} ne s’annule pas : {why}")]
    CannotUndo {
        /// Its number.
        run: i64,
        /// Why.
        why: Hindrance,
    },
    /// Whoever asks may not do that to all the listings it is about.
    #[error("{outside} des fiches touchées ne sont pas de votre territoire : rien n’a été changé")]
    OutOfReach {
        /// How many they may not touch.
        outside: i64,
    },
    /// What is to be undone is not, or no more, what whoever asks was shown.
    #[error("la fiche a changé entre-temps : rien n’a été changé")]
    ChangedSince,
    /// What is to be undone is undone already.
    #[error("ces champs ont déjà la valeur d’avant ce changement")]
    NothingToRevert,
    /// What is to be written was held by somebody else for too long; nothing was changed.
    #[error("{holder} écrit en ce moment, et n’avait pas fini après {} s d’attente : rien n’a été changé, relancez", waited.as_secs())]
    Busy {
        /// Who holds it: "l’import de la source « ror » (commencé il y a 3 min)".
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// There is no such call at this desk.
    #[error("aucun appel « {0} »")]
    UnknownCall(Uuid),
    /// The sheet of a call is not what was seen any more: nothing was written.
    #[error("la fiche de cet appel a changé entre-temps")]
    CallChanged(Box<Call>),
    /// A call ends when its sheet says who asked, and what was answered.
    #[error("la fiche de l’appel ne dit pas encore qui demande, ou ce qui a été répondu")]
    CallUnfinished,
    /// What a call counts for may have been published: whoever compared two publications would know it.
    #[error("cet appel est compté dans un trimestre qui se publie : il ne change plus")]
    CallPublished,
    /// Nobody has this account, or it was closed.
    #[error("aucun compte « {0} »")]
    UnknownAccount(String),
    /// Another account has this mail address.
    #[error("un compte a déjà l’adresse « {0} »")]
    EmailTaken(String),
    /// Another account signs with this name.
    #[error("un compte signe déjà « {0} » : ajoutez de quoi les distinguer")]
    NameTaken(String),
    /// The account has no such role, or has it no more.
    #[error("aucun droit n° {0} en cours")]
    UnknownRole(i64),
    /// It goes further than whoever asks.
    #[error("vos droits ne vont pas jusque-là")]
    BeyondReach,
    /// Nobody would administer the whole directory any more.
    #[error("c’est le dernier compte qui administre tout l’annuaire : donnez d’abord ce droit à un autre")]
    LastAdministrator,
    /// There is no such territory.
    #[error("aucun territoire « {0} »")]
    UnknownTerritory(String),
    /// The system gives no random bytes.
    #[error("le système ne donne pas de nombres aléatoires")]
    NoRandomness,
    /// The server only copies another one, and takes no writes.
    #[error("ce serveur Postgres est une copie, qui ne reçoit pas d’écriture")]
    Standby,
}

fn fields(overtaken: &[Overtaken]) -> String {
    overtaken.iter().map(|overtaken| overtaken.field.label()).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// Whether the database did not answer, rather than refuse.
    pub fn is_absence(&self) -> bool {
        matches!(
            self,
            Error::Database(
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::WorkerCrashed
            )
        ) || matches!(self, Error::Database(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08")))
    }

    /// Whether a lock was waited for in vain: for too long, or by two who waited for each other, one of whom is let go.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html, lock_not_available and deadlock_detected
        matches!(self, Error::Database(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("55P03" | "40P01")))
    }
}
