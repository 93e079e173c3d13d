//! The change feed, as its readers know it.

/// Where a reader of the change feed stands: the last entry it has taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedPosition {
    /// The number of the entry; 0 before the first.
    pub cursor: i64,
    /// What tells that entry from any other that bears its number elsewhere: in another database, in one restored from a
    /// backup, in a copy that took over without the last entries. Empty before the first.
    pub mark: String,
}

/// A number alone, of a feed that nobody compares with another.
impl From<i64> for FeedPosition {
    fn from(cursor: i64) -> FeedPosition {
        FeedPosition { cursor, mark: String::new() }
    }
}
