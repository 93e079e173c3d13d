//! The directory of the index: one folder per generation, and `current`, which names the one that serves.
//!
//! ```text
//! DIR/current            "000002"
//! DIR/rebuild.lock       held by whoever makes a new generation
//! DIR/000001/            the previous one, kept
//! DIR/000002/            the one that serves
//! DIR/000002/maille.lock held by its writer
//! ```

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maille_domain::FeedPosition;
use serde::{Deserialize, Serialize};
use tantivy::{IndexReader, ReloadPolicy};

use crate::error::Error;
use crate::schema::{Fields, fingerprint, schema};

const CURRENT: &str = "current";
const REBUILD_LOCK: &str = "rebuild.lock";
const WRITER_LOCK: &str = "maille.lock";
/// Stored listings are read one at a time, all over the index: a large cache of blocks would hold what nobody asks again.
const STORE_BLOCKS_CACHED: usize = 64;

/// What every commit carries beside its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    cursor: i64,
    mark: String,
    /// See [`fingerprint`].
    schema: String,
}

impl Payload {
    /// That of a commit up to a position of the feed.
    pub fn at(position: &FeedPosition) -> Payload {
        let FeedPosition { cursor, mark } = position.clone();
        Payload { cursor, mark, schema: fingerprint() }
    }

    /// The position in the change feed.
    pub fn position(&self) -> FeedPosition {
        FeedPosition { cursor: self.cursor, mark: self.mark.clone() }
    }

    /// As text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a number and two texts serialise")
    }
}

/// One generation, open for reading.
pub struct Generation {
    /// Its folder's name.
    pub name: String,
    pub index: tantivy::Index,
    pub reader: IndexReader,
    pub fields: Fields,
}

impl Generation {
    /// Opens a generation and checks every file: whoever reads it afterwards may trust what it holds.
    pub fn open(dir: &Path, name: &str) -> Result<Generation, Error> {
        // Its writer, in another process, may commit meanwhile and remove files being checked: that is no damage.
        let last_commit = || fs::read(dir.join(name).join("meta.json")).ok();
        let mut before = last_commit();
        loop {
            let opened = Generation::open_once(dir, name);
            let after = last_commit();
            if opened.is_ok() || before == after {
                return opened;
            }
            before = after;
        }
    }

    fn open_once(dir: &Path, name: &str) -> Result<Generation, Error> {
        let path = dir.join(name);
        // A damaged file may trip an assertion of the engine before a check of it.
        let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Generation, Error> {
            let index = tantivy::Index::open_in_dir(&path)?;
            let (expected, fields) = schema();
            if index.schema() != expected {
                return Err(Error::unusable("il a les champs d’une autre version"));
            }
            let damaged = index.validate_checksum().map_err(|error| Error::Engine(error.to_string()))?;
            if let Some(file) = damaged.iter().next() {
                return Err(Error::unusable(format!("{} est abîmé", path.join(file).display())));
            }
            let reader = index
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                .doc_store_cache_num_blocks(STORE_BLOCKS_CACHED)
                .try_into()?;
            let generation = Generation { name: name.to_owned(), index, reader, fields };
            let (payload, _) = generation.last_commit()?;
            if payload.schema != fingerprint() {
                return Err(Error::unusable("il a été écrit par une autre version"));
            }
            Ok(generation)
        }));
        match opened {
            Ok(Ok(generation)) => Ok(generation),
            Ok(Err(error @ Error::Unusable { .. })) => Err(error),
            Ok(Err(error)) => Err(Error::unusable(format!("{} : {error}", path.display()))),
            Err(_) => Err(Error::unusable(format!("{} : un fichier est abîmé", path.display()))),
        }
    }

    /// Makes an empty generation, with a first commit.
    pub fn create(dir: &Path, name: &str) -> Result<Generation, Error> {
        let path = dir.join(name);
        fs::create_dir_all(&path).map_err(Error::disk(&path))?;
        let (schema, _) = schema();
        let index = tantivy::Index::create_in_dir(&path, schema)?;
        let mut writer: tantivy::IndexWriter = index.writer_with_num_threads(1, 15_000_000)?;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&Payload::at(&FeedPosition::default()).to_text());
        commit.commit()?;
        drop(writer);
        Generation::open(dir, name)
    }

    /// What the last commit carries, and the stamp that tells it from any other.
    pub fn last_commit(&self) -> Result<(Payload, u64), Error> {
        let meta = self.index.load_metas()?;
        let payload = serde_json::from_str(&meta.payload.unwrap_or_default())
            .map_err(|_| Error::unusable("sa dernière écriture n’est pas de cette version"))?;
        Ok((payload, meta.opstamp))
    }
}

/// The name of the generation that serves, if there is one.
pub fn current(dir: &Path) -> Result<Option<String>, Error> {
    let path = dir.join(CURRENT);
    match fs::read_to_string(&path) {
        Ok(name) if is_name(name.trim()) => Ok(Some(name.trim().to_owned())),
        Ok(_) => Err(Error::unusable(format!("{} ne désigne aucune génération", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::disk(path)(error)),
    }
}

/// Moves `current`, atomically and for good: a crash leaves the one or the other.
pub fn set_current(dir: &Path, name: &str) -> Result<(), Error> {
    let (path, temporary) = (dir.join(CURRENT), dir.join("current.new"));
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(name.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        File::open(dir)?.sync_all()
    };
    write().map_err(Error::disk(path))
}

/// A name that no generation has yet.
pub fn next_name(dir: &Path) -> Result<String, Error> {
    let last = names(dir)?.last().and_then(|name| name.parse::<u32>().ok()).unwrap_or(0);
    Ok(format!("{:06}", last + 1))
}

/// Removes what a crash left after `current`, so that a new generation starts clean.
pub fn remove_unpublished(dir: &Path) -> Result<(), Error> {
    let current = current(dir).ok().flatten();
    // Without a readable `current`, nothing says what is worth keeping: nothing is removed.
    let Some(current) = current else { return Ok(()) };
    remove(dir, |name| *name > *current)
}

/// Keeps the generation that serves and the one before: a reader may still be on it.
pub fn remove_old(dir: &Path, current: &str) -> Result<(), Error> {
    let before = names(dir)?.into_iter().rfind(|name| **name < *current);
    remove(dir, |name| *name < *current && before.as_deref() != Some(name))
}

/// Removes a generation that was never published, and whose writer is gone. What stays is removed by the next rebuild.
pub fn discard(dir: &Path, name: &str) {
    let _ = fs::remove_dir_all(dir.join(name));
}

/// Why a write failed, when it is the disk: an engine that failed says only that it did, so the disk is asked.
pub fn reason(dir: &Path, failed: Error) -> Error {
    const SOME: usize = 256 << 10;
    if matches!(failed, Error::Locked { .. } | Error::Disk { .. }) {
        return failed;
    }
    let probe = dir.join("probe");
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&probe)?;
        file.write_all(&vec![0; SOME])?;
        file.sync_all()
    };
    let written = write();
    let _ = fs::remove_file(&probe);
    match written {
        Ok(()) => failed,
        Err(refused) => Error::disk(dir)(refused),
    }
}

fn remove(dir: &Path, which: impl Fn(&str) -> bool) -> Result<(), Error> {
    for name in names(dir)?.into_iter().filter(|name| which(name)) {
        // A process that was late may still write there: leave it.
        let Ok(_lock) = lock_writer(dir, &name) else { continue };
        let path = dir.join(&name);
        fs::remove_dir_all(&path).map_err(Error::disk(&path))?;
    }
    Ok(())
}

fn names(dir: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::disk(dir))? {
        let name = entry.map_err(Error::disk(dir))?.file_name();
        if let Some(name) = name.to_str().filter(|name| is_name(name)) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn is_name(name: &str) -> bool {
    name.len() == 6 && name.bytes().all(|c| c.is_ascii_digit())
}

/// A lock of the operating system, let go when dropped and when the process ends, however it ends.
pub struct Lock(#[expect(dead_code, reason = "kept open: closing the file lets the lock go")] File);

/// The lock of whoever writes a generation.
pub fn lock_writer(dir: &Path, name: &str) -> Result<Lock, Error> {
    lock(dir.join(name).join(WRITER_LOCK))
}

/// The lock of whoever makes a new generation.
pub fn lock_rebuild(dir: &Path) -> Result<Lock, Error> {
    lock(dir.join(REBUILD_LOCK))
}

fn lock(path: PathBuf) -> Result<Lock, Error> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(Error::disk(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { path }),
        Err(TryLockError::Error(error)) => Err(Error::disk(path)(error)),
    }
}

/// A generation shared by the writer and the readers.
pub type Shared = Arc<Generation>;
