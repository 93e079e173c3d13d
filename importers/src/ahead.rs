//! Reads a source ahead of whoever writes its records: files are read, mapped and made ready while the database works.

use std::vec;

use maille_store::run::Incoming;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::staged::StagedRecord;
use crate::table::ReadError;

/// Records handed over at a time.
const PIECE: usize = 200;
/// Pieces that wait to be taken, at most.
const WAITING: usize = 4;

/// A source that is being read in a thread of its own.
pub(crate) struct Ahead<S> {
    pieces: Receiver<Vec<Result<Incoming, ReadError>>>,
    piece: vec::IntoIter<Result<Incoming, ReadError>>,
    reader: JoinHandle<S>,
}

impl<S: Iterator<Item = Result<StagedRecord, ReadError>> + Send + 'static> Ahead<S> {
    /// Starts to read.
    pub fn of(mut source: S) -> Ahead<S> {
        let (sender, pieces) = channel(WAITING);
        let reader = spawn_blocking(move || {
            loop {
                let piece: Vec<_> = source.by_ref().take(PIECE).map(|record| record.map(ready)).collect();
                let is_last = piece.len() < PIECE;
                // Nobody takes it any more: the import has failed.
                if sender.blocking_send(piece).is_err() || is_last {
                    return source;
                }
            }
        });
        Ahead { pieces, piece: vec::IntoIter::default(), reader }
    }

    /// The next record.
    pub async fn next(&mut self) -> Option<Result<Incoming, ReadError>> {
        loop {
            match self.piece.next() {
                None => self.piece = self.pieces.recv().await?.into_iter(),
                record => return record,
            }
        }
    }

    /// Gives the source back, once no record is left.
    pub async fn end(self) -> S {
        drop(self.pieces);
        match self.reader.await {
            Ok(source) => source,
            // Only a panic ends it otherwise: the runtime cancels no blocking work that has begun.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

fn ready(record: StagedRecord) -> Incoming {
    let StagedRecord { source_id, payload, values, restricted, incomplete, region } = record;
    let mut incoming = Incoming::new(source_id, &payload, values, restricted);
    incoming.region = region;
    incoming.incomplete = incomplete;
    incoming
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: usize) -> StagedRecord {
        StagedRecord { source_id: number.to_string(), ..StagedRecord::default() }
    }

    async fn numbers(wanted: usize) -> Vec<usize> {
        let mut ahead = Ahead::of((0..wanted).map(record).map(Ok));
        let mut read = Vec::new();
        while let Some(record) = ahead.next().await {
            read.push(record.unwrap().source_id.parse().unwrap());
        }
        assert!(ahead.end().await.next().is_none(), "the source comes back read to its end");
        read
    }

    #[tokio::test]
    async fn every_record_comes_once_and_in_order() {
        for wanted in [0, 1, PIECE, PIECE + 1, 3 * WAITING * PIECE] {
            assert_eq!(numbers(wanted).await, (0..wanted).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn a_reader_that_nobody_follows_ends() {
        let mut ahead = Ahead::of((0..).map(record).map(Ok));
        assert_eq!(ahead.next().await.unwrap().unwrap().source_id, "0");
        assert!(ahead.end().await.next().is_some(), "an endless source was not read to its end");
    }

    #[tokio::test]
    #[should_panic(expected = "a reader's own fault")]
    async fn a_panic_of_the_reader_is_not_taken_for_the_end() {
        let mut ahead = Ahead::of((0..2).map(|_| panic!("a reader's own fault")));
        assert!(ahead.next().await.is_none());
        let _ = ahead.end().await;
    }
}
