//! Where the server lives and which account runs it.
//!
//! `DATA_DIR/postgres` always holds the two locks. The server lives there too (`data`, `server.log`, the socket),
//! unless root runs maille and the account that runs Postgres cannot reach it: then it lives in a folder of its own
//! under `/var/lib/maille`, the file `emplacement` says which, and the file `dossier` there says whose it is.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use uuid::Uuid;

use super::error::ClusterError;

/// Where servers go whose data directory their account cannot reach.
const ELSEWHERE: &str = "/var/lib/maille";
/// A socket's whole address has 107 bytes, of which its name takes 14.
const LONGEST_SOCKET_FOLDER: usize = 90;

/// The account that runs the server, when it is not the one that runs maille.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    uid: u32,
    gid: u32,
}

/// Where a server lives and as whom it runs.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    account: Option<Account>,
}

impl Folder {
    /// Finds the server's folder, or chooses it the first time. To be called under the startup lock.
    ///
    /// `data_dir` must be canonical, and `own` is its `postgres` folder.
    pub(super) fn choose(data_dir: &Path, own: &Path) -> Result<Self, ClusterError> {
        let pointer = own.join("emplacement");
        let path = match fs::read(&pointer) {
            Ok(bytes) => {
                let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
                claim(&path, data_dir, &pointer)?;
                path
            }
            Err(error) if error.kind() == ErrorKind::NotFound => own.to_path_buf(),
            Err(error) => return Err(ClusterError::folder(&pointer)(error)),
        };
        if !running_as_root() {
            return Ok(Self { path, account: None });
        }

        let data = path.join("data");
        if data.is_dir() {
            let folder = Self { account: Some(owner_of(&data)?), path };
            return if folder.is_reachable() {
                Ok(folder)
            } else {
                Err(ClusterError::Unreachable { folder: folder.path })
            };
        }
        let account = Some(postgres_account()?);
        let folder = Self { path, account };
        // Where ownership cannot be given (some network file systems), the account cannot write either: same answer.
        if folder.give(&folder.path).is_ok() && folder.is_reachable() {
            return Ok(folder);
        }
        let elsewhere = Self { path: make_elsewhere(data_dir)?, account };
        elsewhere.give(&elsewhere.path)?;
        if !elsewhere.is_reachable() {
            return Err(ClusterError::Unreachable { folder: elsewhere.path });
        }
        write_path(&elsewhere.path.join("dossier"), data_dir)?;
        write_path(&pointer, &elsewhere.path)?;
        tracing::info!(folder.path = %elsewhere.path.display(), "la base est hors du dossier de données, que Postgres ne peut pas atteindre");
        Ok(elsewhere)
    }

    /// The server's folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What Postgres calls its data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The folder of the socket: the server's own, or one in `/tmp` when that address would be too long or has
    /// characters that Postgres or a URL would have to quote.
    ///
    /// `/tmp` and not `TMPDIR`: every process on the data directory must arrive at the same name.
    pub(super) fn socket(&self) -> PathBuf {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        match self.path.to_str() {
            Some(path) if path.len() <= LONGEST_SOCKET_FOLDER && path.chars().all(plain) => self.path.clone(),
            _ => Path::new("/tmp").join(format!("maille-{}", stable_name(&self.path))),
        }
    }

    /// Makes the socket's folder when it is apart, and makes sure nobody else's is used instead.
    pub(super) fn make_socket_folder(&self) -> Result<(), ClusterError> {
        let socket = self.socket();
        if socket == self.path {
            return Ok(());
        }
        match DirBuilder::new().mode(0o700).create(&socket) {
            Ok(()) => return self.give(&socket),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(ClusterError::folder(&socket)(error)),
        }
        let found = fs::symlink_metadata(&socket).map_err(ClusterError::folder(&socket))?;
        let ours = fs::metadata(self.data()).map_err(ClusterError::folder(&socket))?;
        if found.is_dir() && found.uid() == ours.uid() && found.mode() & 0o777 == 0o700 {
            return Ok(());
        }
        Err(ClusterError::folder(&socket)(ErrorKind::PermissionDenied.into()))
    }

    /// Removes the socket's folder when it is apart. Nothing is lost if it stays.
    pub(super) fn remove_socket_folder(&self) {
        let socket = self.socket();
        if socket != self.path {
            let _ = fs::remove_dir(socket);
        }
    }

    /// Gives a file or folder to the account that runs the server.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        match self.account {
            Some(Account { uid, gid }) => {
                chown(path, Some(uid), Some(gid)).map_err(ClusterError::folder(path))
            }
            None => Ok(()),
        }
    }

    /// A command that runs in the server's folder, as the server's account, deaf to the terminal's Ctrl-C.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).process_group(0).env("LC_ALL", "C.UTF-8");
        // PGPORT, PGDATA and their like are meant for other servers.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        if let Some(Account { uid, gid }) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Asks the system rather than reading permission bits: access lists and network file systems count too.
    fn is_reachable(&self) -> bool {
        let mut command = self.command("sh");
        command.current_dir("/").args(["-c", "cd \"$1\" && test -w .", "sh"]).arg(&self.path);
        command.output().is_ok_and(|output| output.status.success())
    }
}

/// Checks that a server that lives elsewhere belongs to this data directory, which may have moved since.
fn claim(path: &Path, data_dir: &Path, pointer: &Path) -> Result<(), ClusterError> {
    let note = path.join("dossier");
    let owner = fs::read(&note).map_err(ClusterError::folder(&note))?;
    let owner = PathBuf::from(std::ffi::OsString::from_vec(owner));
    if owner == data_dir {
        return Ok(());
    }
    let still_there =
        fs::read(owner.join("postgres/emplacement")).is_ok_and(|bytes| bytes == path.as_os_str().as_bytes());
    if still_there {
        return Err(ClusterError::Copied {
            data_dir: data_dir.to_path_buf(),
            owner,
            pointer: pointer.to_path_buf(),
        });
    }
    write_path(&note, data_dir)
}

/// Makes a new folder for the server of `data_dir`, never taking one that exists: the data directory that it
/// belongs to may only have moved.
fn make_elsewhere(data_dir: &Path) -> Result<PathBuf, ClusterError> {
    let root = Path::new(ELSEWHERE);
    if !root.is_dir() {
        fs::create_dir_all(root).map_err(ClusterError::folder(root))?;
        // Whatever the umask: the account that runs the server has to pass.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).map_err(ClusterError::folder(root))?;
    }
    let name = stable_name(data_dir);
    let mut path = root.join(&name);
    for number in 2.. {
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => break,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                tracing::warn!(folder.path = %path.display(), "une base précédente de ce dossier de données est restée là");
                path = root.join(format!("{name}-{number}"));
            }
            Err(error) => return Err(ClusterError::folder(&path)(error)),
        }
    }
    Ok(path)
}

fn write_path(file: &Path, path: &Path) -> Result<(), ClusterError> {
    fs::write(file, path.as_os_str().as_bytes()).map_err(ClusterError::folder(file))
}

/// The same name for the same path in every build of maille, which `DefaultHasher` does not promise.
fn stable_name(path: &Path) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, path.as_os_str().as_bytes()).simple().to_string()
}

fn running_as_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn owner_of(path: &Path) -> Result<Account, ClusterError> {
    let metadata = fs::metadata(path).map_err(ClusterError::folder(path))?;
    Ok(Account { uid: metadata.uid(), gid: metadata.gid() })
}

fn postgres_account() -> Result<Account, ClusterError> {
    let path = Path::new("/etc/passwd");
    let passwd = fs::read(path).map_err(ClusterError::folder(path))?;
    account_named("postgres", &String::from_utf8_lossy(&passwd)).ok_or(ClusterError::NoAccount)
}

/// `postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash`
fn account_named(name: &str, passwd: &str) -> Option<Account> {
    let line = passwd.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let mut fields = line.split(':').skip(1);
    Some(Account { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\npostgresql:x:7:7::/:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account_named("postgres", passwd), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(account_named("nobody", passwd), None);
    }

    #[test]
    fn a_socket_goes_apart_when_its_address_would_be_long_or_need_quoting() {
        let folder = |path: &str| Folder { path: PathBuf::from(path), account: None };
        assert_eq!(folder("/srv/maille/postgres").socket(), Path::new("/srv/maille/postgres"));
        let long = folder(&format!("/{}", "x".repeat(LONGEST_SOCKET_FOLDER))).socket();
        let spaced = folder("/srv/mes données/postgres").socket();
        for socket in [&long, &spaced] {
            assert!(
                socket.starts_with("/tmp") && socket.as_os_str().len() <= LONGEST_SOCKET_FOLDER,
                "{socket:?}"
            );
        }
        assert_ne!(long, spaced);
    }
}
