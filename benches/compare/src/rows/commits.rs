//! Small durable commits: one change each, over what the disk takes by itself.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, OnceLock},
    time::Instant,
};

use tempfile::TempDir;

use super::objects::{filled, load};
use crate::{
    contenders::{Db0, of_peers},
    folder,
    limit::Limit,
    row::{Contender, Row},
    sample::{Sample, median},
    store::Store,
};

/// Commits of a round.
const COMMITS: usize = 100;
/// People in the file; each commit changes another one.
const PEOPLE: usize = 10_000;

pub(super) const ROWS: &[Row] = &[Row {
    name: "commit",
    what: "one durable commit of one change: the median; floor: write a page and fdatasync",
    contenders: |_| {
        let floor = Contender::new("the floor", floor);
        let mut all = vec![commit::<Limit>(), commit::<Db0>(), floor];
        all.extend(of_peers!(commit()));
        all
    },
}];

fn commit<S: Store>() -> Contender {
    let folder: Arc<OnceLock<TempDir>> = Arc::default();
    let mut next = 0;
    Contender::new(S::NAME, move || {
        let folder = folder.get_or_init(|| filled::<S>(PEOPLE));
        let (mut store, mut loaded) = load::<S>(folder.path(), PEOPLE);
        let before = folder::bytes(folder.path());
        let sample = each_timed(|| {
            store.update(next..next + 1, &mut loaded);
            next = (next + 1) % PEOPLE;
        });
        let grown = folder::bytes(folder.path()).saturating_sub(before);
        store.close();
        sample.with("bytes each", grown as f64 / COMMITS as f64)
    })
}

pub(super) fn each_timed(mut work: impl FnMut()) -> Sample {
    let mut times = Vec::with_capacity(COMMITS);
    let whole = Sample::of(COMMITS, || {
        for _ in 0..COMMITS {
            let began = Instant::now();
            work();
            times.push(began.elapsed().as_nanos() as f64);
        }
    });
    Sample { ns: median(times), ..whole }
}

/// What no durable commit can do without.
fn floor() -> Sample {
    let folder = folder::new();
    let file = preallocated(folder.path());
    let mut page = 0;
    each_timed(|| {
        file.write_all_at(&[page as u8; 4096], page * 4096).expect("it writes");
        file.sync_data().expect("it syncs");
        page += 1;
    })
}

fn preallocated(folder: &Path) -> File {
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(folder.join("page"))
        .expect("a file");
    file.write_all_at(&vec![1; 4096 * COMMITS], 0).expect("it writes");
    file.sync_all().expect("it syncs");
    file
}
