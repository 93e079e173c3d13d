//! Writing: the one writer of a generation, and making a new generation beside.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maille_domain::{Listing, ListingId, Territory};
use tantivy::{IndexWriter, Term};

use crate::document::{of_listing, of_territory};
use crate::error::Error;
use crate::generation::{self, Generation, Lock, Payload, Shared};
use crate::node::Node;
use crate::schema::Fields;

/// Memory that a writer fills before it writes a segment: a change of a few listings never does.
const MEMORY: usize = 48 << 20;
/// The same, of each thread of a rebuild.
const REBUILD_MEMORY: usize = 96 << 20;
const REBUILD_THREADS: usize = 2;

/// One change of the directory.
#[derive(Debug, Clone)]
pub enum Change {
    /// A listing, new or changed.
    Listing(Box<Listing>),
    /// A listing that no longer exists at all. A withdrawn one still does.
    ListingGone(ListingId),
    /// A coordination territory, new or changed.
    Territory(Territory),
    /// A territory that no longer exists.
    TerritoryGone(String),
}

/// The writer of the generation that serves. There is one, by lock.
pub struct Index {
    dir: PathBuf,
    generation: Shared,
    writer: Writer,
    node: Node,
}

impl Index {
    /// Opens the index of a directory for writing; a directory without one gets an empty first generation.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process writes it; [`Error::Unusable`] when it is damaged or of another version:
    /// [`Index::rebuild`] then replaces it.
    pub fn open(dir: &Path) -> Result<Index, Error> {
        std::fs::create_dir_all(dir).map_err(Error::disk(dir))?;
        if generation::current(dir)?.is_none() {
            let _lock = generation::lock_rebuild(dir)?;
            // Another process may have made it since.
            if generation::current(dir)?.is_none() {
                let name = generation::next_name(dir)?;
                Generation::create(dir, &name)?;
                generation::set_current(dir, &name)?;
            }
        }
        let (writer, generation) = Index::open_current(dir)?;
        Index::on(dir, generation, writer)
    }

    fn on(dir: &Path, generation: Shared, writer: Writer) -> Result<Index, Error> {
        let node = Node::of(dir, &generation)?;
        Ok(Index { dir: dir.to_owned(), generation, writer, node })
    }

    fn open_current(dir: &Path) -> Result<(Writer, Shared), Error> {
        let name = generation::current(dir)?
            .ok_or_else(|| Error::unusable(format!("{} names no generation", dir.display())))?;
        if !dir.join(&name).is_dir() {
            return Err(Error::unusable(format!("{} is missing", dir.join(&name).display())));
        }
        let lock = generation::lock_writer(dir, &name)?;
        let generation = Arc::new(Generation::open(dir, &name)?);
        Ok((Writer::new(&generation, lock, 1, MEMORY, None)?, generation))
    }

    /// Starts a new generation beside the one that serves, whoever writes that one.
    ///
    /// # Errors
    /// [`Error::Locked`] when another rebuild is going on.
    pub fn rebuild(dir: &Path) -> Result<Rebuild, Error> {
        std::fs::create_dir_all(dir).map_err(Error::disk(dir))?;
        let lock = generation::lock_rebuild(dir)?;
        generation::remove_unpublished(dir)?;
        let name = generation::next_name(dir)?;
        let generation = Arc::new(Generation::create(dir, &name)?);
        let writer = Writer::new(
            &generation,
            generation::lock_writer(dir, &name)?,
            REBUILD_THREADS,
            REBUILD_MEMORY * REBUILD_THREADS,
            Some(HashSet::new()),
        )?;
        Ok(Rebuild { dir: dir.to_owned(), writer, name, _lock: lock })
    }

    /// The last position of the change feed that was committed; 0 when nothing was.
    pub fn cursor(&self) -> i64 {
        self.writer.cursor
    }

    /// Makes changes in one commit, up to a position of the change feed. The node answers from it on return.
    pub fn apply(&mut self, changes: &[Change], cursor: i64) -> Result<(), Error> {
        let applied = self.writer.write(changes).and_then(|()| self.writer.commit(cursor));
        if applied.is_err() {
            // Nothing half-written may slip into the next commit.
            self.writer.engine.rollback()?;
        }
        applied?;
        self.node.show(&self.generation)
    }

    /// When another process has published a new generation: goes on with that one, and so does the node.
    ///
    /// True when it moved; [`Index::cursor`] is then the new generation's, and the feed must be read again from there.
    ///
    /// # Errors
    /// [`Error::Locked`] while the process that published it still holds it: this one goes on as before, try again.
    pub fn follow(&mut self) -> Result<bool, Error> {
        if generation::current(&self.dir)?.as_ref() == Some(&self.generation.name) {
            return Ok(false);
        }
        let (writer, generation) = Index::open_current(&self.dir)?;
        self.node.show(&generation)?;
        self.writer = writer;
        self.generation = generation;
        Ok(true)
    }

    /// What answers from this index. It moves with [`Index::apply`] and [`Index::follow`]: no need to refresh it.
    pub fn node(&self) -> Node {
        self.node.clone()
    }
}

/// A new generation being filled; the one that serves is untouched until [`Rebuild::publish`].
pub struct Rebuild {
    dir: PathBuf,
    writer: Writer,
    name: String,
    _lock: Lock,
}

impl Rebuild {
    /// Adds changes. Nothing is durable before [`Rebuild::publish`]. A listing given twice is kept as given last.
    pub fn apply(&mut self, changes: &[Change], cursor: i64) -> Result<(), Error> {
        self.writer.write(changes)?;
        self.writer.cursor = cursor;
        Ok(())
    }

    /// Commits, moves `current`, and removes generations older than the previous one.
    pub fn publish(mut self) -> Result<Index, Error> {
        let cursor = self.writer.cursor;
        self.writer.commit(cursor)?;
        let Writer { engine, lock, .. } = self.writer;
        engine.wait_merging_threads()?;
        // The lock is held throughout: whoever follows `current` finds this process writing there.
        let generation = Arc::new(Generation::open(&self.dir, &self.name)?);
        let writer = Writer::new(&generation, lock, 1, MEMORY, None)?;
        generation::set_current(&self.dir, &self.name)?;
        generation::remove_old(&self.dir, &self.name)?;
        Index::on(&self.dir, generation, writer)
    }
}

struct Writer {
    // Dropped before the lock: the engine's threads must have ended when another process may write.
    engine: IndexWriter,
    fields: Fields,
    cursor: i64,
    /// In a new generation, the listings it was given: those it was not need no forgetting.
    given: Option<HashSet<ListingId>>,
    lock: Lock,
}

impl Writer {
    fn new(
        generation: &Generation,
        lock: Lock,
        threads: usize,
        memory: usize,
        given: Option<HashSet<ListingId>>,
    ) -> Result<Writer, Error> {
        let engine = generation.index.writer_with_num_threads(threads, memory)?;
        let (Payload { cursor, .. }, _) = generation.last_commit()?;
        Ok(Writer { engine, fields: generation.fields.clone(), cursor, given, lock })
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), Error> {
        for change in changes {
            match change {
                Change::Listing(listing) => {
                    self.forget_listing(listing.id);
                    self.engine.add_document(of_listing(listing, &self.fields)?)?;
                }
                Change::ListingGone(id) => self.forget_listing(*id),
                Change::Territory(territory) => {
                    self.forget_territory(&territory.code);
                    self.engine.add_document(of_territory(territory, &self.fields)?)?;
                }
                Change::TerritoryGone(code) => self.forget_territory(code),
            }
        }
        Ok(())
    }

    fn forget_listing(&mut self, id: ListingId) {
        if self.given.as_mut().is_some_and(|given| given.insert(id)) {
            return;
        }
        self.engine.delete_term(Term::from_field_text(self.fields.id, &id.to_string()));
    }

    fn forget_territory(&mut self, code: &str) {
        self.engine.delete_term(Term::from_field_text(self.fields.territory, code));
    }

    fn commit(&mut self, cursor: i64) -> Result<(), Error> {
        let mut commit = self.engine.prepare_commit()?;
        commit.set_payload(&Payload::at(cursor).to_text());
        commit.commit()?;
        self.cursor = cursor;
        Ok(())
    }
}
