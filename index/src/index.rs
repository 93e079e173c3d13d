//! Writing: the one writer of a generation, and making a new generation beside.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maille_domain::{FeedPosition, Listing, ListingId, Territory};
use tantivy::{IndexWriter, Term};

use crate::document::{of_listing, of_territory};
use crate::error::Error;
use crate::generation::{self, Generation, Lock, Payload, Shared};
use crate::node::Node;

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
    writer: Writer,
    node: Node,
}

impl Index {
    /// Opens the index of a directory for writing; a directory without one gets an empty first generation.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process writes it; [`Error::Unusable`] when it is damaged or of another version:
    /// [`Index::rebuild`] then replaces it; [`Error::Disk`] when nothing can be written there.
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
        let writer = Index::open_current(dir, None)?;
        let node = Node::of(dir, &writer.generation)?;
        Ok(Index { dir: dir.to_owned(), writer, node })
    }

    /// The same behind a node that answers already, which moves with it from then on.
    pub fn open_behind(node: &Node) -> Result<Index, Error> {
        let dir = node.dir().to_owned();
        let writer = Index::open_current(&dir, Some(node.generation()))?;
        node.show(&writer.generation)?;
        Ok(Index { dir, writer, node: node.clone() })
    }

    /// `known` is a generation that is open already, and checked.
    fn open_current(dir: &Path, known: Option<Shared>) -> Result<Writer, Error> {
        let name = generation::current(dir)?
            .ok_or_else(|| Error::unusable(format!("{} ne désigne aucune génération", dir.display())))?;
        if !dir.join(&name).is_dir() {
            return Err(Error::unusable(format!("{} manque", dir.join(&name).display())));
        }
        let lock = generation::lock_writer(dir, &name)?;
        let generation = match known.filter(|known| known.name == name) {
            Some(known) => known,
            None => Arc::new(Generation::open(dir, &name)?),
        };
        Writer::new(dir, generation, lock, Size::OfChanges)
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
        let begin = || -> Result<Writer, Error> {
            let generation = Arc::new(Generation::create(dir, &name)?);
            Writer::new(dir, generation, generation::lock_writer(dir, &name)?, Size::OfAll)
        };
        match begin() {
            Ok(writer) => Ok(Rebuild { dir: dir.to_owned(), writer: Some(writer), name, _lock: lock }),
            Err(error) => {
                generation::discard(dir, &name);
                Err(generation::reason(dir, error))
            }
        }
    }

    /// The last position of the change feed that was committed.
    pub fn position(&self) -> &FeedPosition {
        &self.writer.position
    }

    /// Makes changes in one commit, up to a position of the change feed. The node answers from it on return.
    ///
    /// # Errors
    /// [`Error::Disk`] when the disk is full or refuses: the node goes on answering from the last commit, and the same
    /// changes may be given again.
    pub fn apply(&mut self, changes: &[Change], position: impl Into<FeedPosition>) -> Result<(), Error> {
        let applied = self.writer.write(changes).and_then(|()| self.writer.commit(position.into()));
        if let Err(error) = applied {
            // Nothing half-written may slip into the next commit, and an engine that failed is not to be asked again.
            self.writer.engine = None;
            return Err(generation::reason(&self.dir, error));
        }
        self.node.show(&self.writer.generation)
    }

    /// When another process has published a new generation: goes on with that one, and so does the node.
    ///
    /// True when it moved; [`Index::position`] is then the new generation's, and the feed must be read again from there.
    ///
    /// # Errors
    /// [`Error::Locked`] while the process that published it still holds it: this one goes on as before, try again.
    pub fn follow(&mut self) -> Result<bool, Error> {
        if generation::current(&self.dir)?.as_ref() == Some(&self.writer.generation.name) {
            return Ok(false);
        }
        let writer = Index::open_current(&self.dir, None)?;
        self.node.show(&writer.generation)?;
        self.writer = writer;
        Ok(true)
    }

    /// What answers from this index. It moves with [`Index::apply`] and [`Index::follow`]: no need to refresh it.
    pub fn node(&self) -> Node {
        self.node.clone()
    }
}

/// A new generation being filled; the one that serves is untouched until [`Rebuild::publish`]. Dropped before, nothing is
/// left of it.
pub struct Rebuild {
    dir: PathBuf,
    /// `None` once published.
    writer: Option<Writer>,
    name: String,
    _lock: Lock,
}

impl Rebuild {
    /// Adds changes. Nothing is durable before [`Rebuild::publish`]. A listing given twice is kept as given last.
    pub fn apply(&mut self, changes: &[Change], position: impl Into<FeedPosition>) -> Result<(), Error> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write(changes).map_err(|error| generation::reason(&self.dir, error))?;
        writer.position = position.into();
        Ok(())
    }

    /// Commits, moves `current`, and removes generations older than the previous one.
    pub fn publish(mut self) -> Result<Index, Error> {
        let index = self.put_in_service().map_err(|error| generation::reason(&self.dir, error))?;
        generation::remove_old(&self.dir, &self.name)?;
        Ok(index)
    }

    fn put_in_service(&mut self) -> Result<Index, Error> {
        let Some(mut writer) = self.writer.take() else {
            return Err(Error::unusable("cette génération est déjà publiée"));
        };
        let published = || -> Result<Index, Error> {
            let position = writer.position.clone();
            writer.commit(position)?;
            let Writer { engine, lock, .. } = writer;
            if let Some(engine) = engine {
                engine.wait_merging_threads()?;
            }
            // The lock is held throughout: whoever follows `current` finds this process writing there.
            let generation = Arc::new(Generation::open(&self.dir, &self.name)?);
            let node = Node::of(&self.dir, &generation)?;
            let writer = Writer::new(&self.dir, generation, lock, Size::OfChanges)?;
            generation::set_current(&self.dir, &self.name)?;
            Ok(Index { dir: self.dir.clone(), writer, node })
        };
        published().inspect_err(|_| generation::discard(&self.dir, &self.name))
    }
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            drop(writer);
            generation::discard(&self.dir, &self.name);
        }
    }
}

/// What a writer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// A few changes at a time.
    OfChanges,
    /// A whole new generation.
    OfAll,
}

struct Writer {
    // Dropped before the lock: the engine's threads must have ended when another process may write. `None` after a
    // failure: the next change starts another from the last commit.
    engine: Option<IndexWriter>,
    generation: Shared,
    position: FeedPosition,
    /// In a new generation, the listings it was given: those it was not need no forgetting.
    given: Option<HashSet<ListingId>>,
    lock: Lock,
}

impl Writer {
    fn new(dir: &Path, generation: Shared, lock: Lock, size: Size) -> Result<Writer, Error> {
        let (threads, memory, given) = match size {
            Size::OfChanges => (1, MEMORY, None),
            Size::OfAll => (REBUILD_THREADS, REBUILD_MEMORY * REBUILD_THREADS, Some(HashSet::new())),
        };
        let engine = generation.index.writer_with_num_threads(threads, memory);
        let engine = engine.map_err(|error| generation::reason(dir, error.into()))?;
        let position = generation.last_commit()?.0.position();
        Ok(Writer { engine: Some(engine), generation, position, given, lock })
    }

    /// The engine, another one after a failure.
    fn engine(&mut self) -> Result<&mut IndexWriter, Error> {
        if self.engine.is_none() {
            let engine = self.generation.index.writer_with_num_threads(1, MEMORY)?;
            // What the failure left unfinished may be what fills the disk.
            engine.garbage_collect_files().wait()?;
            self.position = self.generation.last_commit()?.0.position();
            self.engine = Some(engine);
        }
        self.engine.as_mut().ok_or_else(|| Error::Engine("no engine".to_owned()))
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), Error> {
        for change in changes {
            match change {
                Change::Listing(listing) => {
                    self.forget_listing(listing.id)?;
                    let document = of_listing(listing, &self.generation.fields)?;
                    self.engine()?.add_document(document)?;
                }
                Change::ListingGone(id) => self.forget_listing(*id)?,
                Change::Territory(territory) => {
                    self.forget_territory(&territory.code)?;
                    let document = of_territory(territory, &self.generation.fields)?;
                    self.engine()?.add_document(document)?;
                }
                Change::TerritoryGone(code) => self.forget_territory(code)?,
            }
        }
        Ok(())
    }

    fn forget_listing(&mut self, id: ListingId) -> Result<(), Error> {
        if self.given.as_mut().is_some_and(|given| given.insert(id)) {
            return Ok(());
        }
        let term = Term::from_field_text(self.generation.fields.id, &id.to_string());
        self.engine()?.delete_term(term);
        Ok(())
    }

    fn forget_territory(&mut self, code: &str) -> Result<(), Error> {
        let term = Term::from_field_text(self.generation.fields.territory, code);
        self.engine()?.delete_term(term);
        Ok(())
    }

    fn commit(&mut self, position: FeedPosition) -> Result<(), Error> {
        let payload = Payload::at(&position).to_text();
        let mut commit = self.engine()?.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        self.position = position;
        Ok(())
    }
}
