//! What one organization runs.

use std::sync::Arc;

use maille_domain::Listing;
use tantivy::{DocAddress, Term};

use crate::error::Error;
use crate::schema::hash;
use crate::segment::each_of;
use crate::snapshot::Snapshot;
use crate::traits::Site;

/// The other listings of the organization that runs this one, nearest first. Reads the columns of all it runs, and the
/// documents of those that are shown.
pub fn others(snapshot: &Snapshot, listing: &Listing, most: usize) -> Result<Vec<Arc<Listing>>, Error> {
    let Some(organization) = &listing.fields.organization else { return Ok(Vec::new()) };
    let term = Term::from_field_u64(snapshot.fields().organization, hash(organization.as_bytes()));
    let from = Site::of(&listing.fields).map(|site| site.point);
    let mut found: Vec<(f64, u64, DocAddress)> = Vec::new();
    for (ordinal, reader, segment) in snapshot.segments() {
        each_of(reader, &term, |doc| {
            if !reader.is_deleted(doc) {
                let km = match (from, segment.site(doc)) {
                    (Some(from), Some(site)) => from.distance_km(site.point),
                    _ => f64::INFINITY,
                };
                found.push((km, segment.identity(doc), DocAddress::new(ordinal, doc)));
            }
            Ok(())
        })?;
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut others = Vec::new();
    for (.., address) in found {
        if others.len() == most {
            break;
        }
        let other = snapshot.listing(address)?;
        // Two names may share a hash.
        if other.id != listing.id && other.fields.organization.as_ref() == Some(organization) {
            others.push(other);
        }
    }
    Ok(others)
}
