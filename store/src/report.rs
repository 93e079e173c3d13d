//! What people report of sheets, for curation to read.

use maille_domain::report::{Report, ReportText, Reporter};
use maille_domain::{ListingId, Reach};
use uuid::Uuid;

use crate::listing::Cause;
use crate::reach::within;
use crate::{Error, Store};

/// A report with the listing it speaks of.
#[derive(Debug, Clone)]
pub struct ListingReport {
    /// What was reported.
    pub report: Report,
    /// The listing's readable address.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl Store {
    /// Keeps a report: when this returns, it is committed. Sent again, it is the same one; sent again after it was
    /// settled, it waits again.
    ///
    /// # Errors
    /// [`Error::Database`], also when the database does not know the listing; [`Error::Busy`] when another writer keeps
    /// the listing too long.
    pub async fn keep_report(&self, report: &Report) -> Result<(), Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            sqlx::query!(
                "insert into report (id, listing, reason, reporter, text, at) values ($1, $2, $3, $4, $5, $6)
                 on conflict (id) do update set settled_at = null, settled_by = null, settled_reason = null
                 where report.settled_at is not null",
                report.id,
                report.listing.0,
                report.reason.code(),
                report.reporter.map(Reporter::code),
                report.text.as_str(),
                report.at
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// Keeps what was done of a report. Whether it still waited.
    ///
    /// # Errors
    /// [`Error::BeyondReach`].
    pub async fn settle_report(&self, report: Uuid, reach: &Reach, cause: &Cause) -> Result<bool, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let settled = sqlx::query_scalar!(
                "update report set settled_at = $2, settled_by = $3, settled_reason = $4
                 where id = $1 and settled_at is null returning listing",
                report,
                cause.at,
                cause.author,
                cause.reason
            )
            .fetch_optional(&mut *transaction)
            .await?;
            if let Some(listing) = settled {
                within(&mut transaction, listing, reach).await?;
                transaction.commit().await?;
            }
            Ok(settled.is_some())
        })
        .await
    }

    /// The reports that wait for curation, the newest first. What was reported of a listing that was found to be another is told
    /// of the other.
    pub async fn waiting_reports(&self) -> Result<Vec<ListingReport>, Error> {
        let rows = sqlx::query!(
            "select report.id, link.listing, report.reason, report.reporter, report.text, report.at, listing.slug, listing.name
             from report
             join link on link.record = report.listing
             join listing on listing.id = link.listing
             where report.settled_at is null order by report.at desc, report.id"
        )
        .fetch_all(&self.pool)
        .await?;
        let listed = rows.into_iter().map(|row| {
            let inconsistent =
                |found: String| Error::Inconsistent { table: "report", row: row.id.to_string(), found };
            let report = Report {
                id: row.id,
                listing: ListingId(row.listing),
                reason: row.reason.parse().map_err(|error| inconsistent(format!("{error}")))?,
                reporter: match row.reporter {
                    Some(code) => Some(code.parse().map_err(|error| inconsistent(format!("{error}")))?),
                    None => None,
                },
                text: ReportText::read(&row.text).map_err(|error| inconsistent(error.to_string()))?,
                at: row.at,
            };
            Ok(ListingReport { report, slug: row.slug, name: row.name })
        });
        listed.collect()
    }
}
