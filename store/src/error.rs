//! What can go wrong between the directory and its database.

use std::time::Duration;

use maille_domain::field::{Expected, Field};

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
    /// A field that a listing must have cannot be emptied.
    #[error("le champ « {0} » ne peut pas être vide")]
    Required(Field),
    /// Another import of the same source is under way.
    #[error("un import de la source « {0} » est déjà en cours ; relancez-le quand il sera fini")]
    ImportUnderWay(String),
    /// What is to be written was held by somebody else for too long; nothing was changed.
    #[error("{holder} écrit en ce moment, et n’avait pas fini après {} s d’attente : rien n’a été changé, relancez", waited.as_secs())]
    Busy {
        /// Who holds it: "l’import de la source « ror » (commencé il y a 3 min)".
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The server only copies another one, and takes no writes.
    #[error("ce serveur Postgres est une copie, qui ne reçoit pas d’écriture")]
    Standby,
}

impl Error {
    /// Whether a lock was waited for in vain.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html, lock_not_available
        matches!(self, Error::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some("55P03"))
    }
}
