//! What can go wrong with the private server, said to the operator.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private Postgres server cannot be used: one sentence for the operator, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server is installed.
    #[error(
        "aucun serveur Postgres n’est installé : « apt-get install postgresql », ou DATABASE_URL pour en désigner un"
    )]
    NoBinaries,
    /// The database was made by a version that is no longer installed.
    #[error(
        "la base de {} vient de Postgres {major}, qui n’est pas installé : « apt-get install postgresql-{major} »",
        folder.display()
    )]
    Version {
        /// Where the database is.
        folder: PathBuf,
        /// The major version that made it.
        major: u32,
    },
    /// A file or folder cannot be read or written by this account.
    #[error("{} ne peut pas être utilisé par ce compte : {source}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A lock cannot be taken (a file system without locks).
    #[error("le verrou {} ne peut pas être pris : {source}", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Root runs maille and there is no account to run Postgres, which refuses root.
    #[error(
        "Postgres refuse d’être lancé par root et le compte « postgres » n’existe pas : \
         « apt-get install postgresql », ou lancez maille avec un autre compte"
    )]
    NoAccount,
    /// The account that runs the server cannot reach its folder any more.
    #[error(
        "le compte qui fait tourner Postgres n’a pas accès à {} : remettez le dossier où il était, ou ouvrez-lui le chemin",
        folder.display()
    )]
    Unreachable {
        /// The server's folder.
        folder: PathBuf,
    },
    /// The data directory was copied, and its database is outside of it.
    #[error(
        "{} est une copie de {}, dont la base est à part : supprimez {} pour partir d’une base vide",
        data_dir.display(), owner.display(), pointer.display()
    )]
    Copied {
        /// The copy.
        data_dir: PathBuf,
        /// What was copied.
        owner: PathBuf,
        /// The file that says where the database is.
        pointer: PathBuf,
    },
    /// A program could not be run at all.
    #[error("{program} ne peut pas être lancé : {source}")]
    Program {
        /// The program.
        program: String,
        /// What the system answered.
        source: io::Error,
    },
    /// A program of Postgres failed.
    #[error("{program} a échoué :\n{tail}")]
    Failed {
        /// The program.
        program: String,
        /// The last lines it wrote, or those of the server's log.
        tail: String,
    },
    /// The server runs but does not answer, or refuses.
    #[error("le serveur Postgres de {} ne répond pas : {source}", folder.display())]
    Silent {
        /// The server's folder.
        folder: PathBuf,
        /// The last attempt.
        source: sqlx::Error,
    },
    /// A server died and some of its processes stay, so that another one cannot be started on the same files.
    #[error("il reste des processus d’un serveur Postgres mort dans {} : arrêtez-les", folder.display())]
    Leftovers {
        /// The server's folder.
        folder: PathBuf,
    },
}

impl ClusterError {
    /// For `map_err`: this path was refused.
    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { path: path.to_path_buf(), source }
    }

    /// For `map_err`: this lock was refused.
    pub(super) fn lock(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Lock { path: path.to_path_buf(), source }
    }
}
