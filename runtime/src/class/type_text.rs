//! Types as text, in which classes stand by their names on disk: those outlast the names of Rust types.

use super::{info::ClassInfo, known::Known};

/// What a class is written within.
const HANDLES: [&str; 3] = ["Memo<", "WeakMemo<", "WeakSet<"];

/// The words of a type, each with the sign behind it, and whether it is that of a class.
fn words(text: &str) -> impl Iterator<Item = (&str, &str, bool)> {
    let is_sign = |c: char| !c.is_alphanumeric() && c != '_';
    let mut before = "";
    text.split_inclusive(is_sign).map(move |piece| {
        let is_class = HANDLES.contains(&before);
        before = piece;
        let word = piece.trim_end_matches(is_sign);
        (word, &piece[word.len()..], is_class)
    })
}

/// The classes of this name on disk.
fn named(name: &str) -> impl Iterator<Item = &'static ClassInfo> {
    Known::all().map(|known| known.info).filter(move |info| info.name == name)
}

/// The name on disk of the class whose Rust type is called so, if there is one.
fn class_name(word: &str) -> Option<&'static str> {
    let is_called = |info: &&ClassInfo| info.rust_path.rsplit("::").next() == Some(word);
    let mut names = Known::all().map(|known| known.info).filter(is_called).map(|info| info.name);
    let name = names.next()?;
    names.all(|other| other == name).then_some(name)
}

/// The same type, with its classes' names in the place of their Rust types'.
pub(crate) fn with_class_names(text: &str) -> String {
    let word_of =
        |word, is_class: bool| is_class.then(|| class_name(word)).flatten().unwrap_or(word);
    words(text).flat_map(|(word, sign, is_class)| [word_of(word, is_class), sign]).collect()
}

/// One type is the other one, but for classes that had other names `before`.
pub(crate) fn is_same_renamed(before: &str, today: &str) -> bool {
    let mut today = words(today);
    let is_same = words(before).all(|(old, sign, _)| {
        today.next().is_some_and(|(new, new_sign, is_class)| {
            let was = || is_class && named(new).any(|info| info.renamed_from.contains(&old));
            sign == new_sign && (old == new || was())
        })
    });
    is_same && today.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_class_stays() {
        for text in
            ["Dict<(String, [u8; 3]), Memo<Größe>>", "List<Memo<A>>", "WeakSet<B_1>", "", "u8"]
        {
            assert_eq!(with_class_names(text), text);
            assert!(is_same_renamed(text, text));
        }
        for (a, b) in
            [("List<u8>", "List<u16>"), ("List<u8>", "Set<u8>"), ("u8", "(u8)"), ("", "u8")]
        {
            assert!(!is_same_renamed(a, b) && !is_same_renamed(b, a), "{a} {b}");
        }
    }

    #[test]
    fn classes_are_what_handles_are_of() {
        let classes: Vec<_> = words("Dict<(Memo<A>, B), Index<u8, WeakMemo<C>>>")
            .filter(|(.., is_class)| *is_class)
            .map(|(word, ..)| word)
            .collect();
        assert_eq!(classes, ["A", "C"]);
    }
}
