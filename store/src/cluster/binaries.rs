//! The installed server: which folder has its programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;

/// What is needed of an installation. The client (`psql`) is not.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// A folder that holds the programs of one version of Postgres.
#[derive(Debug, Clone)]
pub(super) struct Binaries(PathBuf);

impl Binaries {
    /// The first of `folders` with a complete server, of the wanted major version if there is one.
    pub(super) fn find(folders: &[PathBuf], wanted: Option<u32>) -> Result<Option<Self>, ClusterError> {
        for folder in folders {
            if !PROGRAMS.iter().all(|program| folder.join(program).is_file()) {
                continue;
            }
            let binaries = Self(folder.clone());
            if wanted.is_none() || binaries.major()? == wanted {
                return Ok(Some(binaries));
            }
        }
        Ok(None)
    }

    /// The path of one of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn major(&self) -> Result<Option<u32>, ClusterError> {
        let output = Command::new(self.program("postgres"))
            .arg("--version")
            .output()
            .map_err(|source| ClusterError::Program { program: "postgres".to_owned(), source })?;
        Ok(major_of(&String::from_utf8_lossy(&output.stdout)))
    }
}

/// The folders searched: those of PATH, then Debian's, newest version first.
pub(super) fn installed() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // A relative entry of PATH would be resolved from the server's folder, not from here.
    let mut folders: Vec<PathBuf> =
        std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    folders.extend(debian(Path::new("/usr/lib/postgresql")));
    folders
}

fn debian(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<u32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.iter().map(|version| root.join(version.to_string()).join("bin")).collect()
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_once(") ")?.1;
    let digits = number.find(|c: char| !c.is_ascii_digit()).map_or(number, |end| &number[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("postgres"), None);
    }
}
