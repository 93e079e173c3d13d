//! Where what people write goes. Handlers that only read do not see it: [`Writing`] is taken by those that write, and nobody
//! else can get at what is in it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use maille_domain::Report;

use crate::requester::Limits;

/// Keeps what people write; the command puts the database behind it.
pub trait Inbox: Send + Sync + 'static {
    /// Keeps a report for good: once this says so, it is committed. Kept twice, it is kept once.
    fn keep(&self, report: Report) -> Keeping<'_>;
}

/// What comes of keeping something.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), NotKept>> + Send + 'a>>;

/// It could not be kept; whoever tried has logged why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKept;

/// What handlers that write share; cheap to clone.
#[derive(Clone)]
pub struct Writing {
    inbox: Arc<dyn Inbox>,
    patience: Duration,
    pub(crate) limits: Arc<Limits>,
}

impl Writing {
    /// Writes to `inbox`, and waits so long for it.
    pub fn to(inbox: impl Inbox, patience: Duration) -> Writing {
        Writing { inbox: Arc::new(inbox), patience, limits: Arc::new(Limits::new()) }
    }

    /// Writes nowhere.
    pub(crate) fn nowhere() -> Writing {
        Writing::to(Nowhere, Duration::ZERO)
    }

    /// Keeps a report, whether or not whoever sent it waits for the answer.
    pub(crate) async fn keep(&self, report: Report) -> Result<(), NotKept> {
        let (inbox, patience) = (Arc::clone(&self.inbox), self.patience);
        let kept = tokio::spawn(async move { tokio::time::timeout(patience, inbox.keep(report)).await });
        match kept.await {
            Ok(Ok(kept)) => kept,
            Ok(Err(_late)) => {
                tracing::warn!(wait.seconds = patience.as_secs(), "un signalement n’a pas été enregistré");
                Err(NotKept)
            }
            // The hook of the command has logged where it was.
            Err(_panicked) => Err(NotKept),
        }
    }
}

/// A site that nobody can write to.
struct Nowhere;

impl Inbox for Nowhere {
    fn keep(&self, _: Report) -> Keeping<'_> {
        Box::pin(std::future::ready(Err(NotKept)))
    }
}
