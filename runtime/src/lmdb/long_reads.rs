//! Who reads one commit for long, so that the pages freed since are not used again.

use std::time::{Duration, Instant};

use super::slots::Reader;

/// Looks shorter than this need nobody's attention.
const LONG: Duration = Duration::from_secs(30);

/// Readers by what they read, and since when that has been seen.
#[derive(Default)]
pub(crate) struct LongReads {
    seen: Vec<Seen>,
}

struct Seen {
    pid: u32,
    txn: u64,
    since: Instant,
    is_told: bool,
}

/// A reader that keeps pages from being used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LongRead {
    pub(crate) pid: u32,
    /// For how long it has been reading the same commit.
    pub(crate) age: Duration,
    /// How many commits there have been since.
    pub(crate) behind: u64,
}

impl LongReads {
    /// Takes note of who reads what; gives those who have done so for long, each once. Whoever reads
    /// the last commit does no harm, however long it does.
    pub(crate) fn look(&mut self, readers: &[Reader], now: Instant) -> Vec<LongRead> {
        let reads =
            |pid, txn| readers.iter().any(|reader| reader.pid == pid && reader.txn == Some(txn));
        self.seen.retain(|seen| reads(seen.pid, seen.txn));
        for reader in readers {
            let Some(txn) = reader.txn else { continue };
            if !self.seen.iter().any(|seen| (seen.pid, seen.txn) == (reader.pid, txn)) {
                self.seen.push(Seen { pid: reader.pid, txn, since: now, is_told: false });
            }
        }
        let behind = |seen: &Seen| {
            let reader = readers.iter().find(|reader| reader.txn == Some(seen.txn));
            reader.and_then(Reader::commits_behind).unwrap_or(0)
        };
        let mut long = Vec::new();
        for seen in &mut self.seen {
            let (age, behind) = (now.duration_since(seen.since), behind(seen));
            if !seen.is_told && age > LONG && behind > 0 {
                seen.is_told = true;
                long.push(LongRead { pid: seen.pid, age, behind });
            }
        }
        long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(pid: u32, txn: u64, last: u64) -> Reader {
        Reader { pid, is_reading: true, txn: Some(txn), last }
    }

    #[test]
    fn who_stays_behind_for_long_is_told_once() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut reads = LongReads::default();
        let mut look = |seconds, readers: &[Reader]| reads.look(readers, at(seconds));
        assert_eq!(look(0, &[reader(7, 10, 10), reader(8, 10, 10)]), []);
        assert_eq!(look(40, &[reader(7, 10, 10), reader(8, 10, 10)]), [], "nobody commits");
        let told = look(41, &[reader(7, 10, 15), reader(8, 14, 15)]);
        assert_eq!(told, [LongRead { pid: 7, age: Duration::from_secs(41), behind: 5 }]);
        assert_eq!(look(50, &[reader(7, 10, 18), reader(8, 14, 18)]), [], "it has been told");
        assert_eq!(look(60, &[Reader { txn: None, ..reader(7, 0, 19) }]), []);
        assert_eq!(look(70, &[reader(7, 20, 21)]), [], "it is another read");
        let told = look(101, &[reader(7, 20, 22)]);
        assert_eq!(told, [LongRead { pid: 7, age: Duration::from_secs(31), behind: 2 }]);
    }
}
