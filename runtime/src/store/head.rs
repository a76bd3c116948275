//! The head row: what a prefix must know of itself at every opening.

use super::{
    num::{Oid, PrefixId, StateNum},
    table::Table,
    varint,
};
use xxhash_rust::xxh3::xxh3_64;

/// The format that this program writes.
pub(crate) const FORMAT_VERSION: u64 = 1;
/// Stands in the main table, which every commit touches anyway for the roots of the others.
pub(crate) const HEAD_KEY: &[u8] = b"db0-head";

/// Numbers of states, commits and oids stay below this: nobody can count so far.
const COUNT_MAX: u64 = 1 << 62;

/// The head row, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) prefix: PrefixId,
    /// The name of the prefix, so that a folder that was moved is noticed.
    pub(crate) name: String,
    pub(crate) state: StateNum,
    /// Counts commits, also those that make no state: pruning, giving numbers back.
    pub(crate) revision: u64,
    /// When that state was committed, in nanoseconds since 1970.
    pub(crate) time_ns: i64,
    /// Oids below this may have been handed out.
    pub(crate) oids_reserved: Oid,
    pub(crate) next_tag: u32,
    /// The oldest state that can be travelled to.
    pub(crate) oldest: StateNum,
    /// The first state of which the log has, or may have, rows beside the state row.
    pub(crate) log_from: StateNum,
    /// The states of other prefixes that the last state belongs together with.
    pub(crate) partners: Vec<(PrefixId, StateNum)>,
    /// What all rows add up to, but for this one: see [`weight`](super::sum::weight).
    pub(crate) sum: u64,
    /// How many gone-rows each table has: none saves a look at each creation.
    pub(crate) gone: [u64; Table::LAYERED],
}

impl Head {
    pub(super) fn new(prefix: PrefixId, name: &str) -> Self {
        Self {
            prefix,
            name: name.into(),
            state: StateNum(0),
            revision: 0,
            time_ns: 0,
            oids_reserved: Oid(1),
            next_tag: 1,
            oldest: StateNum(0),
            log_from: StateNum(1),
            partners: Vec::new(),
            sum: 0,
            gone: [0; Table::LAYERED],
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; 8];
        let numbers = [
            FORMAT_VERSION,
            self.prefix.0,
            self.state.0,
            self.revision,
            self.time_ns.cast_unsigned(),
            self.oids_reserved.0,
            self.next_tag.into(),
            self.oldest.0,
            self.log_from.0,
            self.sum,
        ];
        numbers.into_iter().chain(self.gone).for_each(|n| varint::put(&mut out, n));
        varint::put(&mut out, self.partners.len() as u64);
        for (prefix, state) in &self.partners {
            varint::put(&mut out, prefix.0);
            varint::put(&mut out, state.0);
        }
        out.extend_from_slice(self.name.as_bytes());
        let sum = xxh3_64(&out[8..]);
        out[..8].copy_from_slice(&sum.to_le_bytes());
        out
    }

    /// Takes a head row apart; `Err` says what is wrong with it.
    pub(crate) fn decode(row: &[u8]) -> Result<Self, String> {
        let (sum, mut rest) = row.split_at_checked(8).ok_or("the head row is too short")?;
        let version = varint::take(&mut &rest[..]).ok_or("the head row is damaged")?;
        if version > FORMAT_VERSION {
            return Err(format!(
                "it has format {version}, and this program knows up to {FORMAT_VERSION}: use a newer db0"
            ));
        }
        if sum != xxh3_64(rest).to_le_bytes() {
            return Err("the head row's checksum does not fit".into());
        }
        let rest = &mut rest;
        let head = Self::decode_fields(rest).filter(Self::is_possible);
        head.ok_or_else(|| "the head row is damaged".into())
    }

    /// Its numbers are within what can be counted to, and agree.
    fn is_possible(&self) -> bool {
        let counted = [self.state.0, self.revision, self.oids_reserved.0, self.log_from.0];
        counted.into_iter().all(|number| number <= COUNT_MAX)
            && self.oldest <= self.state
            && self.prefix.is_possible()
    }

    /// What tells this head row from any other one, also one of as many commits.
    pub(super) fn digest(&self) -> u64 {
        xxh3_64(&self.encode()[8..])
    }

    /// As it is where only the last state is known, and what belonged together with it is not.
    pub(crate) fn of_present(self) -> Self {
        Self {
            oldest: self.state,
            log_from: self.state.next(),
            gone: [0; Table::LAYERED],
            partners: Vec::new(),
            ..self
        }
    }

    fn decode_fields(rest: &mut &[u8]) -> Option<Self> {
        let mut take = || varint::take(rest);
        take()?; // the version, checked before
        Some(Self {
            prefix: PrefixId(take()?),
            state: StateNum(take()?),
            revision: take()?,
            time_ns: take()?.cast_signed(),
            oids_reserved: Oid(take()?),
            next_tag: take()?.try_into().ok()?,
            oldest: StateNum(take()?),
            log_from: StateNum(take()?),
            sum: take()?,
            gone: {
                let mut gone = [0; Table::LAYERED];
                for count in &mut gone {
                    *count = take()?;
                }
                gone
            },
            partners: {
                let count = take()?;
                let pairs = (0..count).map_while(|_| Some((PrefixId(take()?), StateNum(take()?))));
                let partners: Vec<_> = pairs.collect();
                (partners.len() as u64 == count).then_some(partners)?
            },
            name: String::from_utf8(rest.to_vec()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_notices_damage() {
        let mut head = Head::new(PrefixId(12345), "shop/orders");
        head.state = StateNum(1 << 40);
        head.time_ns = -5;
        head.gone[3] = 77;
        head.sum = u64::MAX - 3;
        head.partners = vec![(PrefixId(9), StateNum(300))];
        let row = head.encode();
        assert_eq!(Head::decode(&row).as_ref(), Ok(&head));
        for bit in 0..row.len() * 8 {
            let mut bad = row.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Head::decode(&bad).is_err());
        }
        for len in 0..row.len() {
            assert!(Head::decode(&row[..len]).is_err());
        }
    }

    #[test]
    fn numbers_that_nobody_counts_to_are_refused() {
        let head = Head::new(PrefixId(12345), "shop");
        assert!(Head::decode(&head.encode()).is_ok());
        let bad: [fn(&mut Head); 6] = [
            |head| head.state = StateNum(u64::MAX),
            |head| head.revision = u64::MAX,
            |head| head.oids_reserved = Oid(u64::MAX),
            |head| head.log_from = StateNum(u64::MAX),
            |head| head.oldest = StateNum(1),
            |head| head.prefix = PrefixId(u64::MAX),
        ];
        for spoil in bad {
            let mut head = head.clone();
            spoil(&mut head);
            assert!(Head::decode(&head.encode()).is_err(), "{head:?}");
        }
    }
}
