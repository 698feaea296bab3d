//! Names of places made comparable, and how far two of them are from each other.

/// A name in lower case, without accents and punctuation, with the usual abbreviations spelled out.
///
/// `data/make_addresses.py` sorts the places by the same rule.
pub(super) fn fold(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            'a'..='z' | '0'..='9' => plain.push(char),
            'A'..='Z' => plain.push(char.to_ascii_lowercase()),
            '\'' | '’' | '.' => {}
            '&' => plain.push_str(" and "),
            _ if char.is_ascii() => plain.push(' '),
            _ => match unaccented(char) {
                "" if char.is_alphanumeric() => plain.extend(char.to_lowercase()),
                "" => plain.push(' '),
                letters => plain.push_str(letters),
            },
        }
    }
    let words = plain.split_ascii_whitespace();
    let last = words.clone().count().saturating_sub(1);
    let mut folded = String::with_capacity(plain.len().saturating_add(8));
    for (place, word) in words.enumerate() {
        if place > 0 {
            folded.push(' ');
        }
        let at_end = last > 0 && (place == 0 || place == last);
        folded.push_str(spelled_out(word, at_end));
    }
    folded
}

fn spelled_out(word: &str, at_end: bool) -> &str {
    match word {
        "n" if at_end => "north",
        "s" if at_end => "south",
        "e" if at_end => "east",
        "w" if at_end => "west",
        "st" => "saint",
        "ste" => "sainte",
        "mt" => "mount",
        "ft" => "fort",
        "hts" => "heights",
        "spgs" => "springs",
        "jct" => "junction",
        "vlg" => "village",
        "ctr" => "center",
        "twp" => "township",
        "bch" => "beach",
        "crk" => "creek",
        "fls" => "falls",
        "lk" => "lake",
        "pk" => "park",
        "pt" => "point",
        "cty" => "city",
        _ => word,
    }
}

/// A Latin letter without its marks; empty if it is none of those that names commonly have.
fn unaccented(char: char) -> &'static str {
    match char {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ď'..='đ' | 'Ð' | 'ð' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ'..='ħ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ' | 'ķ' => "k",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' | 'Ș' | 'ș' => "s",
        'ß' | 'ẞ' => "ss",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Þ' | 'þ' => "th",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ŵ' | 'ŵ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y",
        'Ź'..='ž' => "z",
        _ => "",
    }
}

/// The longest name that is compared letter by letter.
const COMPARED: usize = 64;

/// How many letters have to be put in, taken out, exchanged or swapped with their neighbor to make
/// one text of the other, no part being changed twice (optimal string alignment).
pub(super) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > COMPARED || b.len() > COMPARED {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (row, char_a) in a.iter().enumerate() {
        let mut line = vec![row.saturating_add(1)];
        let mut last_b = None;
        for (column, char_b) in b.iter().enumerate() {
            let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX);
            let exchanged = cell(&above, column).saturating_add(usize::from(char_a != char_b));
            let taken_out = cell(&above, column.saturating_add(1)).saturating_add(1);
            let put_in = cell(&line, column).saturating_add(1);
            let mut least = exchanged.min(taken_out).min(put_in);
            if last_a == Some(char_b) && last_b == Some(char_a) {
                let swapped = cell(&before, column.saturating_sub(1)).saturating_add(1);
                least = least.min(swapped);
            }
            line.push(least);
            last_b = Some(char_b);
        }
        before = std::mem::replace(&mut above, line);
        last_a = Some(char_a);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

/// Words that tell a place from its neighbor of nearly the same name.
const TELLING: [&str; 21] = [
    "north", "south", "east", "west", "new", "old", "upper", "lower", "great", "little", "fort",
    "saint", "lake", "port", "camp", "mount", "big", "san", "santa", "center", "point",
];

/// Whether `written` can be a slip for `meant`, so that the one can be put for the other.
///
/// At most 1, 2 or 3 letters apart for names of up to 4, up to 8 and more letters; never by adding,
/// dropping or exchanging a word such as East, without which East Cleveland would become Cleveland.
pub(super) fn is_slip(written: &str, meant: &str, most: usize) -> bool {
    let letters = written.chars().filter(|char| *char != ' ').count();
    let allowed = match letters {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    distance(written, meant) <= allowed.min(most) && !loses_word(written, meant)
}

fn loses_word(written: &str, meant: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (written.split(' ').collect(), meant.split(' ').collect());
    if a.len() == b.len() {
        return a.iter().zip(&b).any(|(a, b)| a != b && TELLING.contains(a));
    }
    // A blank too many or too few is a slip, and a letter typed for one.
    let same_letters = || {
        let without = |text: &str| text.replace(' ', "");
        without(written) == without(meant)
    };
    let only_blanks_differ = || {
        written.len() == meant.len()
            && written.chars().zip(meant.chars()).all(|(a, b)| a == b || b == ' ')
    };
    TELLING.iter().any(|word| a.contains(word) != b.contains(word))
        && !same_letters()
        && !only_blanks_differ()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        for (text, folded) in [
            ("St. Louis", "saint louis"),
            ("N. Haven", "north haven"),
            ("Coeur d'Alene", "coeur dalene"),
            ("Winston-Salem", "winston salem"),
            ("Zürich", "zurich"),
            ("Straßburg", "strassburg"),
            ("Ft Worth", "fort worth"),
            ("E", "e"),
            ("東京", "東京"),
        ] {
            assert_eq!(fold(text), folded);
            assert_eq!(fold(folded), folded);
        }
    }

    #[test]
    fn distances_are_optimal_string_alignments() {
        for (a, b, wanted) in [
            ("seattle", "seattle", 0),
            ("seatle", "seattle", 1),
            ("saettle", "seattle", 1),
            ("redmnod", "redmond", 1),
            ("ca", "abc", 3),
            ("", "abc", 3),
        ] {
            assert_eq!(distance(a, b), wanted, "{a} {b}");
        }
    }

    #[test]
    fn telling_words_are_guarded() {
        assert!(is_slip("seatle", "seattle", 3) && is_slip("nwe york", "new york", 3));
        assert!(is_slip("newyork", "new york", 3) && is_slip("newcyork", "new york", 3));
        for (a, b) in [
            ("east cleveland", "cleveland"),
            ("north haven", "south haven"),
            ("new haven", "haven"),
            ("port lake", "fort lake"),
        ] {
            assert!(!is_slip(a, b, usize::MAX), "{a} {b}");
        }
        assert!(!is_slip("reno", "rino x", 3) && !is_slip("reno", "rinn", 3));
    }
}
