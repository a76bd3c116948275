//! What writers change and readers check: things of several kinds that fit together in each state.

use db0::{Dict, List, Memo};

/// Accounts, whose balances add up to the same in every state.
const ACCOUNTS: usize = 8;
const SHARE: i64 = 1000;
const TOTAL: i64 = 8 * SHARE;
/// Entries that the dict and the list keep.
pub(crate) const KEPT: u64 = 16;

#[db0::memo(singleton)]
pub(crate) struct Bank {
    pub(crate) step: u64,
    accounts: Vec<Memo<Account>>,
    /// The last steps, by their number modulo `KEPT`.
    last: Dict<u64, u64>,
    /// The last steps, oldest first.
    steps: List<u64>,
}

#[db0::memo(keep)]
pub(crate) struct Account {
    number: usize,
    balance: i64,
}

impl Bank {
    /// The bank of the current prefix.
    pub(crate) fn open() -> Memo<Self> {
        db0::singleton(|| {
            let account = |number| Memo::new(Account { number, balance: SHARE });
            let accounts: Vec<_> = (0..ACCOUNTS).map(account).collect();
            db0::tags(&accounts[0]).add("turn");
            Self { step: 0, accounts, last: Dict::new(), steps: List::new() }
        })
    }
}

/// One step: money moves, and everything that counts steps goes on.
pub(crate) fn step(bank: &Memo<Bank>) {
    let done = db0::atomic(|| -> db0::Result<()> {
        let mut guard = bank.write();
        guard.step += 1;
        let step = guard.step;
        let place = |n: u64| (n % ACCOUNTS as u64) as usize;
        let (from, to) =
            (guard.accounts[place(step)].clone(), &guard.accounts[place(step * 3 + 1)]);
        let amount = (step % 17).cast_signed();
        from.update(|account| account.balance -= amount);
        to.update(|account| account.balance += amount);
        guard.last.insert(step % KEPT, step);
        guard.steps.push(step);
        if guard.steps.len() as u64 > KEPT {
            guard.steps.remove(0);
        }
        db0::tags(db0::find::<Account>("turn").iter().collect::<Vec<_>>()).remove("turn");
        db0::tags(&from).add("turn");
        Ok(())
    });
    done.expect("it succeeds");
}

/// Everything that is looked at, in one moment, as text; it panics if it does not fit together.
pub(crate) fn check(bank: &Memo<Bank>, turn: &db0::Query<Account>) -> String {
    let bank = bank.read();
    let balances: Vec<i64> = bank.accounts.iter().map(|account| account.read().balance).collect();
    assert_eq!(balances.iter().sum::<i64>(), TOTAL, "at step {}", bank.step);
    let last: Vec<(u64, u64)> = bank.last.iter().collect();
    assert_eq!(last.iter().map(|(_, step)| *step).max().unwrap_or(0), bank.step);
    assert!(last.iter().all(|(key, step)| step % KEPT == *key));
    let steps = bank.steps.to_vec();
    let first = (bank.step + 1).saturating_sub(KEPT).max(1);
    assert!(steps.iter().copied().eq(first..=bank.step), "{steps:?} at step {}", bank.step);
    let turn: Vec<usize> = turn.iter().map(|account| account.read().number).collect();
    assert_eq!(turn, [(bank.step % ACCOUNTS as u64) as usize], "at step {}", bank.step);
    format!("{} {balances:?} {last:?} {steps:?} {turn:?}", bank.step)
}
