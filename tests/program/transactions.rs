//! Atomic steps, commits, failures.

use db0::{Error, Memo};

use crate::{
    classes::{Person, person},
    common::World,
};

#[derive(Debug)]
enum Mine {
    Db(db0::Error),
    Own,
}

impl From<db0::Error> for Mine {
    fn from(error: db0::Error) -> Self {
        Self::Db(error)
    }
}

#[test]
fn atomics() -> db0::Result<()> {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let age = db0::atomic(|| -> db0::Result<_> {
        alice.write().age += 1;
        Ok(alice.read().age)
    })?;
    assert_eq!(age, 31);
    db0::atomic(|| {
        alice.try_update(|p| p.age += 1)?;
        Ok(())
    })?;
    let failed = db0::atomic(|| -> db0::Result<()> {
        alice.write().age = 99;
        let _inner = db0::atomic(|| -> db0::Result<()> {
            alice.write().age = 100;
            Err(db0::abort("why"))
        });
        assert_eq!(alice.read().age, 99);
        assert!(db0::commit().is_err());
        Err(Error::other(std::fmt::Error))
    });
    assert!(failed.is_err());
    assert_eq!(alice.read().age, 32);
    let mine: Result<(), Mine> = db0::atomic(|| Err(Mine::Own));
    assert!(matches!(mine, Err(Mine::Own)));
    let mut escaped = None;
    let _ = db0::atomic(|| -> db0::Result<()> {
        escaped = Some(Memo::new(person("Nobody", 0)));
        Err(db0::abort("undone"))
    });
    let escaped: Memo<Person> = escaped.expect("it was made");
    assert!(matches!(escaped.try_read(), Err(Error::Deleted { .. })));
    if let Err(Mine::Db(error)) =
        db0::atomic(|| -> Result<(), Mine> { Err(db0::abort("x").into()) })
    {
        assert!(error.to_string().contains('x'));
    }
    Ok(())
}

#[test]
fn commits() -> db0::Result<()> {
    let _world = World::new();
    let before = db0::commit()?;
    assert_eq!(db0::commit()?, before);
    let alice = Memo::new(person("Alice", 30));
    db0::tags(&alice).add("kept");
    assert_eq!(db0::commit()?, before + 1);
    assert_eq!(db0::state(), before + 1);
    Ok(())
}
