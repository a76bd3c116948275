//! Tags and queries: text, enum values and objects as tags; and, or, not; conditions on fields.

use db0::{Memo, Query};

#[db0::memo]
struct Book {
    title: String,
    year: u16,
}

#[db0::memo]
struct Author {
    name: String,
}

#[derive(db0::Tag, Clone, Copy)]
enum Shelf {
    Novel,
    Essay,
}

fn fill() {
    let woolf = Memo::new(Author { name: "Virginia Woolf".into() });
    db0::tags(&woolf).add("author");
    for (title, year, shelf) in [
        ("Orlando", 1928, Shelf::Novel),
        ("A Room of One's Own", 1929, Shelf::Essay),
        ("The Waves", 1931, Shelf::Novel),
    ] {
        let book = Memo::new(Book { title: title.into(), year });
        // A tag keeps its object alive, as a reference would.
        db0::tags(&book).add(shelf).add(&woolf);
    }
    let waves = db0::find::<Book>(Book::TITLE.eq("The Waves"));
    db0::tags(&waves).add(["lent", "signed"]);
}

fn show(what: &str, books: &Query<Book>) {
    let titles: Vec<String> = books.iter().map(|book| book.get(|b| b.title.clone())).collect();
    println!("{what}: {titles:?}");
}

fn main() -> db0::Result<()> {
    db0::init("./tags-data")?;
    if db0::find::<Book>(()).is_empty() {
        fill();
    }
    let Some(woolf) = db0::find::<Author>("author").first() else { return Ok(()) };
    show("all, oldest first", &db0::find(()));
    show("novels on the shelf", &db0::find((Shelf::Novel, db0::no("lent"))));
    show("essays, or signed", &db0::find(db0::any((Shelf::Essay, "signed"))));
    show("before 1930", &db0::find(Book::YEAR.lt(1930)));
    show(&format!("of {}", woolf.read().name), &db0::find(&woolf));
    let waves = db0::find::<Book>("lent");
    let tags: Vec<String> = db0::tags(&waves).list().iter().map(ToString::to_string).collect();
    println!("what is lent bears: {}", tags.join(", "));
    Ok(())
}
