//! A directory as it would be if a listing were written otherwise: the same commit, what the listing is now put aside, and a
//! segment in memory that holds it as supposed. Every question goes through the same code, and is answered as it will be once
//! this is written: how rare a word is depends on the whole directory, so that a listing alone cannot be judged alone.

use std::sync::Arc;

use maille_domain::Listing;
use tantivy::ReloadPolicy;
use tantivy::indexer::NoMergePolicy;

use crate::document::of_listing;
use crate::error::Error;
use crate::schema::schema;
use crate::segment::Segment;
use crate::snapshot::{Part, Snapshot};

/// The least memory that the engine writes with.
const MEMORY: usize = 15 << 20;

/// The commit, supposing a listing.
pub fn supposing(snapshot: &Snapshot, listing: Listing) -> Result<Snapshot, Error> {
    let (schema, fields) = schema();
    let index = tantivy::Index::create_in_ram(schema);
    let mut writer: tantivy::IndexWriter = index.writer_with_num_threads(1, MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    writer.add_document(of_listing(&listing, &fields)?)?;
    writer.commit()?;
    let reader: tantivy::IndexReader =
        index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let searcher = reader.searcher();
    let [segment] = searcher.segment_readers() else {
        return Err(Error::Engine("one document is one segment".to_owned()));
    };
    let opened = Segment::open(segment, &fields)?;
    snapshot.supposing(Arc::new(listing), Part::new(segment.clone()), opened)
}
