//! Where what people write goes: the database that the follower has open, whichever it is at the time.

use maille_domain::Report;
use maille_store::Store;
use maille_web::inbox::{Inbox, Keeping, NotKept};
use tokio::sync::watch;
use tracing::warn;

use crate::sentence::sentence;

/// The present store, which the follower opens, leaves and opens again; none while it has none.
pub type Present = watch::Sender<Option<Store>>;

/// Writes to the present store; while there is none, or after it failed, waits for the next. Whoever asks sets the bound.
pub struct StoreInbox(pub watch::Receiver<Option<Store>>);

impl Inbox for StoreInbox {
    fn keep(&self, report: Report) -> Keeping<'_> {
        let mut present = self.0.clone();
        Box::pin(async move {
            let mut said = false;
            loop {
                let store = present.borrow_and_update().clone();
                if let Some(store) = store {
                    let Err(error) = store.keep_report(&report).await else { return Ok(()) };
                    if !said {
                        warn!(
                            error.message = sentence(&error.into()),
                            "un signalement n’est pas encore enregistré"
                        );
                        said = true;
                    }
                }
                // The program ends when nobody is left to open another.
                present.changed().await.map_err(|_| NotKept)?;
            }
        })
    }
}
