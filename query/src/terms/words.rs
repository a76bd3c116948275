//! Words of a text as tags, folded so that case and accents don't matter.

use db0_runtime::{Result, class::TagName, derived::Few};

use super::{
    core::Node,
    criteria::Criteria,
    expr::Expr,
    letters::{composed, is_left_out, joins, plain},
    tag::TagList,
};

/// The folded words of a text: made by [`words`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    words: Vec<String>,
    /// The last word may be the beginning of one.
    open: bool,
}

/// The words of a text, in lower case and without accents: as tags for an object, and as criteria for
/// objects that have all of them. They are tags of text like any other.
///
/// A word is a run of letters and digits: where a script puts no spaces between words, it is the whole run,
/// which is found by its beginning alone.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let cafe = db0::Memo::new(Book { title: "Das Café am Rande der Welt".into(), year: 2003 });
/// db0::tags(&cafe).add(db0::words(&cafe.read().title));
/// assert_eq!(db0::find::<Book>(db0::words("Welt CAFE")).count(), 1);
/// assert_eq!(db0::find::<Book>(db0::words("am ra").prefix()).count(), 1); // while it is typed
/// # Ok::<(), db0::Error>(())
/// ```
pub fn words(text: &str) -> Words {
    let folded = fold(text);
    let mut words: Vec<String> = Vec::new();
    for word in folded.split(|c| !is_of_word(c)).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.into());
        }
    }
    // What is being typed is the last word, also where it has come up before.
    if let Some(last) = folded.split(|c| !is_of_word(c)).rfind(|w| !w.is_empty()) {
        words.retain(|word| word != last);
        words.push(last.into());
    }
    Words { words, open: false }
}

impl Words {
    /// As criteria: the last word may be the beginning of one.
    pub fn prefix(self) -> Self {
        Self { open: true, ..self }
    }

    /// The words themselves.
    pub fn as_slice(&self) -> &[String] {
        &self.words
    }
}

impl TagList for Words {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        self.words.collect(into)
    }
}

impl<T> Criteria<T> for Words {
    fn expr(&self) -> Expr {
        let last = self.words.len().wrapping_sub(1);
        Expr::and(self.words.iter().enumerate().map(|(place, word)| {
            if self.open && place == last {
                Expr(Node::TagsFrom(word.clone()))
            } else {
                Expr::of_tag(TagName::text(word))
            }
        }))
    }
}

/// Lower case, without accents, however the text writes them.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Some letters have several small forms, or none of their own: one capital form is theirs.
    for c in text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
        match plain(c) {
            c if is_left_out(c) => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            other => {
                let one = folded.chars().next_back().and_then(|last| composed(last, other));
                if one.is_some() {
                    folded.pop();
                }
                folded.push(one.unwrap_or(other));
            }
        }
    }
    folded
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || joins(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_accents_don_t_matter() {
        let folded = words("Über-STRASSE straße, Łódź; I\u{307}stanbul e\u{301}te été");
        assert_eq!(folded.as_slice(), ["uber", "strasse", "lodz", "istanbul", "ete"]);
    }

    proptest! {
        #[test]
        fn capitals_are_no_other_words(text in "(\\PC|[ßẞſıİŉǰẖΰςσΣᾳﬁﬀʼͅ ])*") {
            prop_assert_eq!(words(&text.to_uppercase()), words(&text));
            prop_assert_eq!(words(&text.to_lowercase()), words(&text));
        }
    }

    #[test]
    fn it_does_not_matter_how_a_letter_is_written() {
        // Composed, and as a letter and its marks.
        for (one, two) in [
            ("Việt", "Vie\u{323}\u{302}t"),
            ("Ελλάδα", "Ελλα\u{301}δα"),
            ("ёлка й", "е\u{308}лка и\u{306}"),
            ("がぱゔ ヷ", "か\u{3099}は\u{309a}う\u{3099} ワ\u{3099}"),
            ("한국어", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}"),
            ("Zucker", "Zu\u{ad}cker"),
        ] {
            assert_eq!(words(one), words(two));
            assert_eq!(words(one), words(&one.to_lowercase()));
        }
        assert_eq!(words("Việt Ελλάδα ǿǽ").as_slice(), ["viet", "ελλαδα", "oae"]);
        assert_eq!(words("नमस्ते").as_slice(), ["नमस्ते"]);
        // What takes no mark stays as it is.
        assert_eq!(words("な\u{3099}").as_slice(), ["な"]);
    }

    #[test]
    fn the_last_word_is_the_one_that_is_typed() {
        assert_eq!(words("to be or not to").as_slice(), ["be", "or", "not", "to"]);
        assert!(words(" , ").as_slice().is_empty());
    }
}
