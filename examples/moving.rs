//! A prefix moves to another folder, or another kind of machine, as a stream: with its past, and the same uuids.

use std::{fs::File, io::BufReader};

use db0::{Config, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

fn main() -> db0::Result<()> {
    let here = Workspace::open(Config::new("./moving-data/here").autocommit(false))?;
    let note: Memo<Note> = here.create(Note { text: "draft".into() });
    here.commit()?;
    note.write().text = "final".into();
    let state = here.commit()?;

    // Any `Write` will do: a file, a socket, a compressor.
    let path = "./moving-data/notes.dump";
    let file = File::create(path).map_err(db0::Error::other)?;
    let dumped = here.current().dump(file)?;
    println!("{} objects in {} bytes", dumped.objects, dumped.bytes);

    // Elsewhere nobody has to trust it: it is verified before it is a prefix. A second run finds it there.
    let file = BufReader::new(File::open(path).map_err(db0::Error::other)?);
    match Workspace::load("./moving-data/there", "default", file) {
        Ok(loaded) => println!("{} rows, state {}", loaded.rows, loaded.state),
        Err(db0::Error::Exists { path }) => println!("{} is there already", path.display()),
        Err(error) => return Err(error),
    }
    let there = Workspace::open(Config::new("./moving-data/there").read_only())?;
    if let Ok(same) = there.fetch::<Note>(note.uuid()) {
        let before = there.snapshot_at(state - 1)?.of(&same);
        println!("{} was {}", same.read().text, before.read().text);
    }
    Ok(())
}
