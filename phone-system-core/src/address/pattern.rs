//! The small part of regular expressions that the metadata's postal patterns need.
//!
//! Literals, `\d`, classes, groups, `|`, `?`, `{n}` and `{n,m}`; nothing is compiled, so there is no
//! start-up cost. The patterns are embedded and were checked when they were made.

/// What is to fit after the part that was matched.
type Then<'a> = &'a mut dyn FnMut(&[u8]) -> bool;

/// Whether the whole text fits the pattern.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    alternatives(pattern.as_bytes(), text.as_bytes(), &mut <[u8]>::is_empty)
}

/// Whether the text begins with what the pattern describes.
pub(super) fn begins(pattern: &str, text: &str) -> bool {
    alternatives(pattern.as_bytes(), text.as_bytes(), &mut |_| true)
}

fn alternatives(mut pattern: &[u8], text: &[u8], then: Then<'_>) -> bool {
    loop {
        match split(pattern, b'|') {
            Some((one, others)) => {
                if sequence(one, text, then) {
                    return true;
                }
                pattern = others;
            }
            None => return sequence(pattern, text, then),
        }
    }
}

/// Cuts at the first `at` that stands in no group.
fn split(pattern: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let mut depth = 0_u32;
    for (place, byte) in pattern.iter().enumerate() {
        if depth == 0 && *byte == at {
            let (before, after) = pattern.split_at(place);
            return Some((before, after.get(1..).unwrap_or_default()));
        }
        match byte {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn sequence(pattern: &[u8], text: &[u8], then: Then<'_>) -> bool {
    match Atom::first(pattern) {
        Some((atom, rest)) => {
            let (least, most, rest) = repeats(rest);
            repeat(atom, least, most, rest, text, then)
        }
        None => then(text),
    }
}

fn repeat(atom: Atom<'_>, least: u32, most: u32, rest: &[u8], text: &[u8], then: Then<'_>) -> bool {
    if most > 0 {
        let (least, most) = (least.saturating_sub(1), most.saturating_sub(1));
        if atom.matches(text, &mut |left| repeat(atom, least, most, rest, left, then)) {
            return true;
        }
    }
    least == 0 && sequence(rest, text, then)
}

/// How often the atom before may stand: at least, at most; and what follows.
fn repeats(pattern: &[u8]) -> (u32, u32, &[u8]) {
    match pattern {
        [b'?', rest @ ..] => (0, 1, rest),
        [b'{', rest @ ..] => {
            let (inside, rest) = split(rest, b'}').unwrap_or_default();
            let inside = std::str::from_utf8(inside).unwrap_or_default();
            let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
            (least.parse().unwrap_or(1), most.parse().unwrap_or(1), rest)
        }
        _ => (1, 1, pattern),
    }
}

#[derive(Clone, Copy)]
enum Atom<'a> {
    Byte(u8),
    Digit,
    Class(&'a [u8]),
    Group(&'a [u8]),
}

impl<'a> Atom<'a> {
    fn first(pattern: &'a [u8]) -> Option<(Self, &'a [u8])> {
        Some(match pattern {
            [] => return None,
            [b'\\', b'd', rest @ ..] => (Self::Digit, rest),
            [b'[', rest @ ..] => {
                let (inside, rest) = split(rest, b']')?;
                (Self::Class(inside), rest)
            }
            [b'(', rest @ ..] => {
                let (inside, rest) = split(rest, b')')?;
                (Self::Group(inside), rest)
            }
            [byte, rest @ ..] => (Self::Byte(*byte), rest),
        })
    }

    fn matches(self, text: &[u8], then: Then<'_>) -> bool {
        if let Self::Group(inside) = self {
            return alternatives(inside, text, then);
        }
        let [byte, rest @ ..] = text else { return false };
        let fits = match self {
            Self::Byte(wanted) => *byte == wanted,
            Self::Digit => byte.is_ascii_digit(),
            Self::Class(inside) => in_class(inside, *byte),
            Self::Group(_) => false,
        };
        fits && then(rest)
    }
}

fn in_class(mut inside: &[u8], byte: u8) -> bool {
    loop {
        let (fits, rest) = match inside {
            [] => return false,
            [b'\\', b'd', rest @ ..] => (byte.is_ascii_digit(), rest),
            [from, b'-', to, rest @ ..] => ((*from..=*to).contains(&byte), rest),
            [one, rest @ ..] => (*one == byte, rest),
        };
        if fits {
            return true;
        }
        inside = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_texts() {
        let us = r"(\d{5})([ -](\d{4}))?";
        for (text, wanted) in [
            ("98052", true),
            ("98052-1234", true),
            ("98052-123", false),
            ("9805", false),
            ("", false),
        ] {
            assert_eq!(fits(us, text), wanted, "{text}");
        }
        let ca = r"[ABCEGHJKLMNPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d";
        assert!(fits(ca, "T2P 2M5") && fits(ca, "T2P2M5") && !fits(ca, "D2P 2M5"));
        assert!(fits(r"\d{4,5}|\d{3}-\d{4}", "123-4567") && !fits(r"\d{4,5}|\d{3}-\d{4}", "123"));
        assert!(fits(r"CP [1-3][1-7][0-2]\d", "CP 1101"));
    }

    #[test]
    fn prefixes_begin_texts() {
        assert!(begins("X0E|X0G|X1A", "X0G 1A1") && !begins("X0E|X0G|X1A", "X0A 1A1"));
        assert!(begins("29|2540|26[2-9]", "2650") && !begins("29|2540|26[2-9]", "2541"));
        assert!(begins("1(0[1-9]|1|2|3[0-5])", "1350"));
    }
}
