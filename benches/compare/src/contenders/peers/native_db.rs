//! `native_db`: structs in redb, through bincode and model versions.

use std::{ops::Range, path::Path, sync::LazyLock};

use native_db::{Builder, Database, Models, ToKey, native_db};
use native_model::{Model, native_model};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    person::Person,
    store::{Loaded, Store},
};

#[derive(Clone, Serialize, Deserialize)]
#[native_model(id = 1, version = 1)]
#[native_db]
struct Stored {
    #[primary_key]
    id: u128,
    name: String,
    age: u32,
    score: f64,
}

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    let mut models = Models::new();
    models.define::<Stored>().expect("a sound model");
    models
});

fn stored(id: Uuid, person: &Person) -> Stored {
    Stored { id: id.as_u128(), name: person.name.clone(), age: person.age, score: person.score }
}

pub(crate) struct NativeDb(Database<'static>);

impl Store for NativeDb {
    type Key = Uuid;
    const NAME: &'static str = "native_db";

    fn open(folder: &Path) -> Self {
        Self(Builder::new().create(&MODELS, folder.join("data.native")).expect("it opens"))
    }

    fn create(&mut self, people: Vec<Person>, ids: &[Uuid]) {
        let txn = self.0.rw_transaction().expect("it writes");
        for (id, person) in ids.iter().zip(people) {
            let stored = Stored {
                id: id.as_u128(),
                name: person.name,
                age: person.age,
                score: person.score,
            };
            txn.insert(stored).expect("it inserts");
        }
        txn.commit().expect("it commits");
    }

    fn keys(&self, ids: &[Uuid]) -> Vec<Uuid> {
        ids.to_vec()
    }

    fn update(&mut self, which: Range<usize>, loaded: &mut Loaded<Uuid>) {
        let txn = self.0.rw_transaction().expect("it writes");
        for (id, person) in loaded.keys[which.clone()].iter().zip(&mut loaded.people[which.clone()])
        {
            person.age += 1;
            txn.upsert(stored(*id, person)).expect("it updates");
        }
        txn.commit().expect("it commits");
    }

    fn fetch(&self, keys: &[Uuid]) -> u64 {
        let txn = self.0.r_transaction().expect("it reads");
        let get = |id: &Uuid| {
            txn.get().primary::<Stored>(id.as_u128()).expect("it reads").expect("it is there")
        };
        keys.iter().map(|id| u64::from(get(id).age)).sum()
    }
}
