//! Tags whose names were reclaimed are found again under new numbers, by their writer and by a reader
//! that knew the old ones.

use db0::{Config, History, Memo, Workspace};
use tempfile::TempDir;

#[db0::memo(keep)]
struct Photo {
    file: String,
}

fn open(folder: &TempDir) -> Workspace {
    let config = Config::new(folder.path()).autocommit(false).history(History::Off);
    Workspace::open(config).expect("it opens")
}

fn bearing(tag: &str) -> u64 {
    db0::find::<Photo>(tag).count()
}

#[test]
fn tags_come_back_under_new_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut reader = None;
    for round in 0..4 {
        let writer = open(&folder);
        {
            let _entered = writer.enter();
            let photo = Memo::new(Photo { file: format!("{round}") });
            assert_eq!((bearing("a"), bearing("b")), (0, round));
            db0::tags(&photo).add(["a", "b"]);
            assert_eq!((bearing("a"), bearing("b")), (1, round + 1));
            db0::commit().expect("it commits");
        }
        let reads = || Workspace::open(Config::new(folder.path()).read_only()).expect("it opens");
        {
            let _entered = reader.get_or_insert_with(reads).enter();
            db0::refresh().expect("it follows");
            assert_eq!((bearing("a"), bearing("b")), (1, round + 1), "round {round}");
        }
        {
            let _entered = writer.enter();
            db0::tags(db0::find::<Photo>("a")).remove("a");
            db0::commit().expect("it commits");
        }
        writer.close().expect("it closes");
    }
}
