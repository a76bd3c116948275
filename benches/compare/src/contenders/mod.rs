//! The contenders: db0, and the databases beside it. The limit has a folder of its own.

mod db0;
#[cfg(feature = "peers")]
mod peers;

pub(crate) use db0::{Db0, Entered};
#[cfg(feature = "peers")]
pub(crate) use peers::{Fjall, Heed, Kv, NativeDb, People, Redb, Rusqlite, Sled};

/// What a generic function gives for each peer that keeps people.
macro_rules! of_peers {
    ($contender:ident($($arg:expr),*)) => {{
        #[cfg(feature = "peers")]
        let peers = {
            use crate::contenders::{Fjall, Heed, NativeDb, People, Redb, Rusqlite, Sled};
            vec![
                $contender::<People<Heed>>($($arg),*),
                $contender::<People<Redb>>($($arg),*),
                $contender::<People<Fjall>>($($arg),*),
                $contender::<People<Rusqlite>>($($arg),*),
                $contender::<NativeDb>($($arg),*),
                $contender::<People<Sled>>($($arg),*),
            ]
        };
        #[cfg(not(feature = "peers"))]
        let peers: Vec<$crate::row::Contender> = Vec::new();
        peers
    }};
}
pub(crate) use of_peers;
