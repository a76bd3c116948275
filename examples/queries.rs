//! Finding, sorting, paging, grouping and joining: `cargo run --example queries`.

use db0::{Index, Memo};

#[db0::memo(keep)]
struct Book {
    title: String,
    year: u16,
    author: Memo<Author>,
}

#[db0::memo(keep)]
struct Author {
    name: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    db0::init(folder.path())?;
    let by_year = Index::new();
    for (name, books) in [
        ("Austen", [("Emma", 1815), ("Persuasion", 1817)]),
        ("Woolf", [("Orlando", 1928), ("The Waves", 1931)]),
    ] {
        let author = Memo::new(Author { name: name.into() });
        for (title, year) in books {
            let book = Memo::new(Book { title: title.into(), year, author: author.clone() });
            by_year.add(year, &book);
            db0::tags(&book).add(db0::words(title)).add(&author);
        }
    }

    println!("since 1900, the newest first:");
    for book in db0::find::<Book>(by_year.range(1900..)).sort_desc_by(&by_year) {
        println!("  {} ({})", book.read().title, book.read().year);
    }

    let pages = db0::find::<Book>(()).sort_by(Book::TITLE);
    let first = pages.clone().take(2).uuids();
    let second = pages.after(first[1]).take(2);
    println!("page 2 begins with {}", second.first().ok_or("four books")?.read().title);

    let typed = db0::find::<Book>(db0::words("the wa").prefix());
    println!("\"the wa…\": {} book", typed.count());

    let centuries = db0::find::<Book>(()).group_by(|book: &Book| book.year / 100 + 1);
    println!("books by century: {:?}", centuries.counts());

    let woolf = db0::find::<Author>(Author::NAME.eq("Woolf"));
    for (book, author) in db0::find::<Book>(()).join(&woolf, Book::AUTHOR) {
        println!("{} is by {}", book.read().title, author.read().name);
    }

    println!("{}", db0::find::<Book>((Book::YEAR.lt(1900), "emma")).explain());
    Ok(())
}
