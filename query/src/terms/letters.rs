//! Letters as they are looked for: without accents, and one for those that are written in several.

/// A small letter without its accents.
pub(super) fn plain(c: char) -> char {
    match c {
        '\0'..='\x7f' => c,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => greek(c),
        '\u{400}'..='\u{52f}' => cyrillic(c),
        other => latin(other),
    }
}

fn latin(c: char) -> char {
    match c {
        'à'..='å' | 'ā'..='ą' | 'ǎ' | 'ǟ'..='ǡ' | 'ǻ' | 'ȁ'..='ȃ' | 'ȧ' | 'ḁ' | 'ạ'..='ặ' => {
            'a'
        }
        'ḃ'..='ḇ' => 'b',
        'ç' | 'ć'..='č' | 'ḉ' => 'c',
        'ð' | 'ď'..='đ' | 'ḋ'..='ḓ' => 'd',
        'è'..='ë' | 'ē'..='ě' | 'ȅ'..='ȇ' | 'ȩ' | 'ḕ'..='ḝ' | 'ẹ'..='ệ' => 'e',
        'ḟ' => 'f',
        'ĝ'..='ģ' | 'ǧ' | 'ǵ' | 'ḡ' => 'g',
        'ĥ'..='ħ' | 'ȟ' | 'ḣ'..='ḫ' => 'h',
        'ì'..='ï' | 'ĩ'..='ı' | 'ǐ' | 'ȉ'..='ȋ' | 'ḭ'..='ḯ' | 'ỉ'..='ị' => 'i',
        'ĵ' => 'j',
        'ķ' | 'ǩ' | 'ḱ'..='ḵ' => 'k',
        'ĺ'..='ł' | 'ḷ'..='ḽ' => 'l',
        'ḿ'..='ṃ' => 'm',
        'ñ' | 'ń'..='ň' | 'ǹ' | 'ṅ'..='ṋ' => 'n',
        'ò'..='ö'
        | 'ø'
        | 'ō'..='ő'
        | 'ơ'
        | 'ǒ'
        | 'ǫ'..='ǭ'
        | 'ǿ'
        | 'ȍ'..='ȏ'
        | 'ȫ'..='ȱ'
        | 'ṍ'..='ṓ'
        | 'ọ'..='ợ' => 'o',
        'ṕ'..='ṗ' => 'p',
        'ŕ'..='ř' | 'ȑ'..='ȓ' | 'ṙ'..='ṟ' => 'r',
        'ś'..='š' | 'ș' | 'ṡ'..='ṩ' => 's',
        'ţ'..='ŧ' | 'ț' | 'ṫ'..='ṱ' => 't',
        'ù'..='ü' | 'ũ'..='ų' | 'ư' | 'ǔ'..='ǜ' | 'ȕ'..='ȗ' | 'ṳ'..='ṻ' | 'ụ'..='ự' => {
            'u'
        }
        'ṽ'..='ṿ' => 'v',
        'ŵ' | 'ẁ'..='ẉ' => 'w',
        'ẋ'..='ẍ' => 'x',
        'ý' | 'ÿ' | 'ŷ' | 'ȳ' | 'ẏ' | 'ỳ'..='ỹ' => 'y',
        'ź'..='ž' | 'ẑ'..='ẕ' => 'z',
        'ǣ' | 'ǽ' => 'æ',
        'ǯ' => 'ʒ',
        other => other,
    }
}

fn greek(c: char) -> char {
    match c {
        'ά' | 'ἀ'..='ἇ' | 'ὰ'..='ά' | 'ᾰ'..='ᾱ' => 'α',
        'έ' | 'ἐ'..='ἕ' | 'ὲ'..='έ' => 'ε',
        'ή' | 'ἠ'..='ἧ' | 'ὴ'..='ή' => 'η',
        'ί' | 'ϊ' | 'ἰ'..='ἷ' | 'ὶ'..='ί' | 'ῐ'..='ῑ' => 'ι',
        'ό' | 'ὀ'..='ὅ' | 'ὸ'..='ό' => 'ο',
        'ῥ' => 'ρ',
        'ϋ' | 'ύ' | 'ὑ'..='ὗ' | 'ὺ'..='ύ' | 'ῠ'..='ῡ' => 'υ',
        'ώ' | 'ὠ'..='ὧ' | 'ὼ'..='ώ' => 'ω',
        other => other,
    }
}

fn cyrillic(c: char) -> char {
    match c {
        'ӑ'..='ӓ' => 'а',
        'ѓ' => 'г',
        'ѐ'..='ё' | 'ӗ' => 'е',
        'ӂ' | 'ӝ' => 'ж',
        'ӟ' => 'з',
        'й' | 'ѝ' | 'ӣ'..='ӥ' => 'и',
        'ќ' => 'к',
        'ӧ' => 'о',
        'ў' | 'ӯ'..='ӳ' => 'у',
        'ӵ' => 'ч',
        'ӹ' => 'ы',
        'ӭ' => 'э',
        'ї' => 'і',
        'ѷ' => 'ѵ',
        'ӛ' => 'ә',
        'ӫ' => 'ө',
        other => other,
    }
}

/// It is no letter of its own, and none where it stands: an accent, or what tells where a line may break.
pub(super) fn is_left_out(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// It is a part of the word that it stands in, though it is neither a letter nor a digit: what takes the
/// vowel from a letter, or makes another one of it.
pub(super) fn joins(c: char) -> bool {
    matches!(
        u32::from(c),
        0x93c | 0x94d | 0x9bc | 0x9cd | 0xa3c | 0xa4d | 0xabc | 0xacd | 0xb3c | 0xb4d | 0xbcd | 0xc3c
            | 0xc4d | 0xcbc | 0xccd | 0xd3b | 0xd3c | 0xd4d | 0xdca | 0xe3a | 0xe47..=0xe4e | 0xeba
            | 0xec8..=0xece | 0xf35 | 0xf37 | 0xf39 | 0xf84 | 0x1037 | 0x1039 | 0x103a | 0x17d2
    )
}

/// The one letter that two are: of kana with its sound mark, and of the parts of a Korean syllable.
pub(super) fn composed(first: char, second: char) -> Option<char> {
    let (a, b) = (u32::from(first), u32::from(second));
    let one = match b {
        0x3099 | 0x309a => a + sounded(a, b == 0x309a)?,
        // A vowel behind the first consonant, and the last consonant behind both.
        0x1161..=0x1175 if (0x1100..=0x1112).contains(&a) => {
            0xac00 + ((a - 0x1100) * 21 + (b - 0x1161)) * 28
        }
        0x11a8..=0x11c2 if (0xac00..=0xd7a3).contains(&a) && (a - 0xac00) % 28 == 0 => {
            a + b - 0x11a7
        }
        _ => return None,
    };
    char::from_u32(one)
}

/// How far behind a kana the one with its sound mark is, if there is one: of the two marks the round one,
/// or the other.
fn sounded(kana: u32, is_round: bool) -> Option<u32> {
    let is_katakana = kana >= 0x30a0;
    match (kana.checked_sub(if is_katakana { 0x30a0 } else { 0x3040 })?, is_round) {
        (0x2f | 0x32 | 0x35 | 0x38 | 0x3b, true) => Some(2),
        (_, true) => None,
        (0x06, _) => Some(0x4e),
        (0x4f..=0x52, _) if is_katakana => Some(8),
        (n @ 0x0b..=0x21, _) if n % 2 == 1 => Some(1),
        (0x24 | 0x26 | 0x28 | 0x2f | 0x32 | 0x35 | 0x38 | 0x3b | 0x5d, _) => Some(1),
        _ => None,
    }
}
