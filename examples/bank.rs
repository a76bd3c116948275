//! Transactions: `atomic` does all of it or nothing, on an error and on a panic alike.

use db0::Memo;

#[db0::memo(keep)]
struct Account {
    owner: String,
    cents: i64,
}

#[db0::memo]
struct Transfer {
    cents: i64,
    from: Memo<Account>,
    to: Memo<Account>,
}

/// The account of `owner`; opened with some money if there is none.
fn account(owner: &str) -> Memo<Account> {
    let known = db0::find::<Account>(Account::OWNER.eq(owner)).first();
    known.unwrap_or_else(|| Memo::new(Account { owner: owner.into(), cents: 10_000 }))
}

fn transfer(from: &Memo<Account>, to: &Memo<Account>, cents: i64) -> db0::Result<()> {
    db0::atomic(|| {
        from.write().cents -= cents;
        to.write().cents += cents;
        let transfer = Memo::new(Transfer { cents, from: from.clone(), to: to.clone() });
        db0::tags(&transfer).add("transfer");
        // This thread sees its own changes; nobody else sees any of them yet.
        if from.read().cents < 0 {
            return Err(db0::abort(format!("{} has too little", from.read().owner)));
        }
        Ok(())
    })
}

fn main() -> db0::Result<()> {
    db0::init("./bank-data")?;
    let (ann, bob) = (account("Ann"), account("Bob"));
    let before = (ann.read().cents, bob.read().cents);
    transfer(&ann, &bob, 2_500)?;
    if let Err(error) = transfer(&bob, &ann, 1_000_000) {
        println!("refused: {error}");
    }
    transfer(&bob, &ann, 2_500)?;
    assert_eq!((ann.read().cents, bob.read().cents), before);
    for transfer in db0::find::<Transfer>("transfer") {
        let transfer = transfer.read();
        let (from, to) = (transfer.from.read(), transfer.to.read());
        println!("{} gave {} {} cents", from.owner, to.owner, transfer.cents);
    }
    Ok(())
}
