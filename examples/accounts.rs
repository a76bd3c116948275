//! Fields that are kept: a unique address, an index to search and a tag, all by the runtime.

use db0::{Error, Memo};

#[db0::memo(keep, index = (city, age))]
struct Account {
    #[db0(unique)]
    email: String,
    #[db0(index)]
    age: Option<u32>,
    city: String,
    #[db0(tag)]
    plan: Plan,
}

#[derive(db0::Tag, Clone, Copy, serde::Serialize, serde::Deserialize)]
enum Plan {
    Free,
    Paid,
}

/// Opens an account; says who has it if the address is taken.
fn open(email: &str, age: Option<u32>, city: &str) -> db0::Result<Memo<Account>> {
    Memo::try_new(Account { email: email.into(), age, city: city.into(), plan: Plan::Free })
}

fn main() -> db0::Result<()> {
    db0::init("./accounts-data")?;
    for (email, age, city) in [
        ("ann@x.org", Some(31), "Rome"),
        ("bob@x.org", None, "Oslo"),
        ("cid@x.org", Some(52), "Rome"),
    ] {
        match open(email, age, city) {
            Ok(account) => println!("opened {}", account.read().email),
            Err(Error::Unique { field, key, holder, .. }) => {
                println!("{field} {key} belongs to {holder} already");
            }
            Err(other) => return Err(other),
        }
    }
    // One look-up, however many accounts there are.
    let ann = db0::find::<Account>(Account::EMAIL.eq("ann@x.org")).first();
    let ann = ann.ok_or_else(|| db0::abort("no such account"))?;
    ann.write().plan = Plan::Paid;

    let older = db0::find::<Account>(Account::AGE.gt(Some(40))).count();
    let unknown = db0::find::<Account>(Account::AGE.is_none()).count();
    let paid = db0::find::<Account>(Plan::Paid).count();
    println!("{older} above forty, {unknown} of unknown age, {paid} paid");
    // City and age are kept together: one walk over those in question.
    let romans = db0::find::<Account>((Account::CITY.eq("Rome"), Account::AGE.lt(Some(40))));
    println!("{} younger Romans", romans.count());
    Ok(())
}
