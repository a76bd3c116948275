//! Errors that say what to do: an open prefix, a struct that can't read what is stored, one's own.

mod common;

use common::World;
use db0::{Error, Memo};

mod old {
    #[db0::memo(name = "Ticket", keep)]
    pub(super) struct Ticket {
        pub(super) seat: u8,
    }
}

mod new {
    #[db0::memo(name = "Ticket", keep)]
    #[derive(Debug)]
    pub(super) struct Ticket {
        pub(super) seat: Vec<String>,
    }
}

#[test]
fn a_prefix_that_is_open_is_not_dropped() {
    let world = World::new();
    let refused = world.workspace.as_ref().expect("it is open").drop_prefix("default");
    let Err(Error::PrefixOpen { prefix }) = refused else { panic!("{refused:?}") };
    assert_eq!(prefix, "default");
}

#[test]
fn a_field_of_another_type_is_named() {
    let mut world = World::new();
    let uuid = Memo::new(old::Ticket { seat: 7 }).uuid();
    world.reopen();
    let seats =
        db0::fetch::<new::Ticket>(uuid).and_then(|ticket| Ok(ticket.try_read()?.seat.len()));
    let error = seats.expect_err("it can't be read");
    assert!(matches!(error, Error::Evolution { .. }), "{error:?}");
    assert!(error.to_string().contains("seat"), "{error}");
}

#[test]
fn an_error_of_ones_own_ends_an_atomic_and_comes_out_as_it_was() {
    let _world = World::new();
    let sold_out = || -> db0::Result<()> { Err(Error::other("no seats are left")) };
    let error = db0::atomic(sold_out).expect_err("it failed");
    assert!(matches!(&error, Error::Other(why) if why.to_string() == "no seats are left"));
}
