//! Words of a text as tags, folded so that case and accents don't matter.

use db0_runtime::{Result, class::TagName, derived::Few};

use super::{
    criteria::Criteria,
    expr::{Expr, Node},
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
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.into());
        }
    }
    // What is being typed is the last word, also where it has come up before.
    if let Some(last) = folded.split(|c: char| !c.is_alphanumeric()).rfind(|w| !w.is_empty()) {
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

/// Lower case, without accents.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Some letters have several small forms, or none of their own: one capital form is theirs.
    for c in text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => folded.push('a'),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => folded.push('c'),
            'ď' | 'đ' | 'ð' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => folded.push('g'),
            'ĥ' | 'ħ' => folded.push('h'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => folded.push('i'),
            'ĵ' => folded.push('j'),
            'ķ' => folded.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => folded.push('o'),
            'ŕ' | 'ŗ' | 'ř' => folded.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ţ' | 'ť' | 'ŧ' | 'ț' => folded.push('t'),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => folded.push('u'),
            'ŵ' => folded.push('w'),
            'ý' | 'ÿ' | 'ŷ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            other => folded.push(other),
        }
    }
    folded
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
    fn the_last_word_is_the_one_that_is_typed() {
        assert_eq!(words("to be or not to").as_slice(), ["be", "or", "not", "to"]);
        assert!(words(" , ").as_slice().is_empty());
    }
}
