//! Listings read lately, kept as they are: reading one from the disk costs more than finding it.

use std::sync::{Arc, Mutex, PoisonError};

use maille_domain::Listing;
use tantivy::DocId;
use tantivy::index::SegmentId;

/// Listings that share a set, where the one asked longest ago leaves first.
const SET: usize = 4;
/// Sets. With [`SET`], 16 384 listings: about 100 MB when all are kept, at six kilobytes each.
const SETS: usize = 4_096;

/// A document: of an immutable segment, it never changes.
type Key = (SegmentId, DocId);

/// The last listings asked of those that share a set, the last one first.
type Set = [Option<(Key, Arc<Listing>)>; SET];

/// The listings kept.
pub struct Recent {
    sets: Box<[Mutex<Set>]>,
}

impl Recent {
    /// None yet.
    pub fn new() -> Recent {
        Recent { sets: (0..SETS).map(|_| Mutex::default()).collect() }
    }

    /// A listing that is kept, or that is read now and kept.
    pub fn get<E>(
        &self,
        segment: SegmentId,
        doc: DocId,
        read: impl FnOnce() -> Result<Listing, E>,
    ) -> Result<Arc<Listing>, E> {
        let key = (segment, doc);
        // Documents are numbered in a row: neighbours go to different sets.
        let set = &self.sets[(doc as usize).wrapping_mul(0x9e37_79b1) % SETS];
        {
            let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
            let known = set.iter().position(|kept| kept.as_ref().is_some_and(|(kept, _)| *kept == key));
            if let Some(at) = known {
                set[..=at].rotate_right(1);
            }
            if let Some((_, listing)) = set[0].as_ref().filter(|_| known.is_some()) {
                return Ok(Arc::clone(listing));
            }
        }
        let listing = Arc::new(read()?);
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        set.rotate_right(1);
        set[0] = Some((key, Arc::clone(&listing)));
        Ok(listing)
    }
}
