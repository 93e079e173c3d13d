//! What can go wrong between the directory and its database.

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
    /// Several sources have a record of this identifier.
    #[error("plusieurs fiches ont l’identifiant « {0} » dans leur source : écrivez SOURCE:{0}")]
    SeveralListings(String),
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
}

impl Error {
    /// Whether the database could not be reached, rather than refused something.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Error::Database(error) => !matches!(
                error,
                sqlx::Error::Database(_)
                    | sqlx::Error::RowNotFound
                    | sqlx::Error::ColumnDecode { .. }
                    | sqlx::Error::Decode(_)
            ),
            _ => false,
        }
    }
}
