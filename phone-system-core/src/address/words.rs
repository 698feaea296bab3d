//! Words of streets: directions, sorts of streets, units (USPS Publication 28, §§ 213, 233, 234).

/// Sorts of streets: the standard abbreviation, the word, and variants that stand for neither.
const SUFFIXES: &[(&str, &str, &[&str])] = &[
    ("aly", "alley", &["allee", "ally"]),
    ("ave", "avenue", &["av", "aven", "avenu", "avn", "avnue"]),
    ("blvd", "boulevard", &["boul", "boulv", "bld", "blv"]),
    ("br", "branch", &["brnch"]),
    ("brg", "bridge", &["brdge"]),
    ("byp", "bypass", &["bypa", "bypas", "byps"]),
    ("cir", "circle", &["circ", "circl", "crcl", "crcle"]),
    ("clf", "cliff", &[]),
    ("cmn", "common", &[]),
    ("cor", "corner", &[]),
    ("cres", "crescent", &["crsent", "crsnt"]),
    ("crk", "creek", &[]),
    ("ct", "court", &["crt"]),
    ("cts", "courts", &[]),
    ("ctr", "center", &["cen", "cent", "centr", "centre", "cnter", "cntr"]),
    ("cv", "cove", &[]),
    ("dr", "drive", &["driv", "drv"]),
    ("est", "estate", &[]),
    ("expy", "expressway", &["exp", "expr", "express", "expw"]),
    ("ext", "extension", &["extn", "extnsn"]),
    ("fwy", "freeway", &["freewy", "frway", "frwy"]),
    ("gdns", "gardens", &["grdns"]),
    ("grn", "green", &[]),
    ("grv", "grove", &["grov"]),
    ("hl", "hill", &[]),
    ("hls", "hills", &[]),
    ("holw", "hollow", &["hllw", "holws"]),
    ("hts", "heights", &["ht"]),
    ("hwy", "highway", &["highwy", "hiway", "hiwy", "hway"]),
    ("jct", "junction", &["jction", "jctn", "junctn", "juncton"]),
    ("knl", "knoll", &["knol"]),
    ("ln", "lane", &["lanes"]),
    ("loop", "loop", &["loops"]),
    ("mdw", "meadow", &[]),
    ("mdws", "meadows", &["medows"]),
    ("mnr", "manor", &[]),
    ("mtwy", "motorway", &[]),
    ("park", "park", &["prk"]),
    ("pass", "pass", &[]),
    ("path", "path", &["paths"]),
    ("pike", "pike", &["pikes"]),
    ("pkwy", "parkway", &["parkwy", "pkway", "pky"]),
    ("pl", "place", &[]),
    ("plz", "plaza", &["plza"]),
    ("pt", "point", &[]),
    ("rd", "road", &[]),
    ("rdg", "ridge", &["rdge"]),
    ("row", "row", &[]),
    ("rte", "route", &[]),
    ("run", "run", &[]),
    ("sq", "square", &["sqr", "sqre", "squ"]),
    ("st", "street", &["str", "strt", "stret"]),
    ("sta", "station", &["statn", "stn"]),
    ("ter", "terrace", &["terr"]),
    ("trce", "trace", &["traces"]),
    ("trl", "trail", &["trails", "trls"]),
    ("vis", "vista", &["vist", "vst", "vsta"]),
    ("vly", "valley", &["vally", "vlly"]),
    ("vw", "view", &[]),
    ("walk", "walk", &["walks"]),
    ("way", "way", &["wy"]),
    ("xing", "crossing", &["crssng"]),
];

/// Sorts of streets after whose number the ordinal ending is put; `Rd` is none of them, because
/// roads such as 30 Rd in Grand Junction are named by their distance (Publication 28, App. D2).
const ORDINAL: [&str; 18] = [
    "aly", "ave", "blvd", "cir", "ct", "cres", "dr", "ln", "loop", "pkwy", "pl", "plz", "row",
    "sq", "st", "ter", "trl", "way",
];

/// Words after which a unit of a building follows.
const UNITS: [&str; 17] = [
    "apt",
    "apartment",
    "bldg",
    "building",
    "dept",
    "fl",
    "floor",
    "lot",
    "office",
    "rm",
    "room",
    "slip",
    "space",
    "ste",
    "suite",
    "trlr",
    "unit",
];

/// A word without the marks that may follow it, in lower case.
pub(super) fn bare(word: &str) -> String {
    word.chars().filter(|char| !matches!(char, '.' | ',' | ';')).collect::<String>().to_lowercase()
}

/// A sort of street.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Suffix {
    /// The standard abbreviation.
    pub(super) standard: &'static str,
    /// It is written as a variant that stands for neither word nor abbreviation.
    pub(super) is_variant: bool,
}

impl Suffix {
    /// The sort of street that a word is.
    pub(super) fn of(word: &str) -> Option<Self> {
        let word = bare(word);
        SUFFIXES.iter().find_map(|(standard, full, variants)| {
            let is_variant = variants.contains(&word.as_str());
            (is_variant || word == *standard || word == *full)
                .then_some(Self { standard, is_variant })
        })
    }

    /// Whether a number before it takes an ordinal ending.
    pub(super) fn takes_ordinal(self) -> bool {
        ORDINAL.contains(&self.standard)
    }
}

/// Whether a word is a direction: spelled out, abbreviated, or abbreviated with dots.
pub(super) fn is_direction(word: &str) -> bool {
    let word = bare(word);
    is_short_direction(&word)
        || matches!(
            word.as_str(),
            "north"
                | "south"
                | "east"
                | "west"
                | "northeast"
                | "northwest"
                | "southeast"
                | "southwest"
        )
}

/// Whether a word is an abbreviated direction.
pub(super) fn is_short_direction(word: &str) -> bool {
    matches!(word, "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw")
}

/// Whether a unit of a building begins with a word.
pub(super) fn is_unit(word: &str) -> bool {
    word.starts_with('#') || UNITS.contains(&bare(word).as_str())
}

/// Whether a word is only digits.
pub(super) fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number of a word such as `42nd` or `42th`, whatever the ending.
pub(super) fn ordinal_number(word: &str) -> Option<&str> {
    let (digits, ending) = word.split_at_checked(word.len().checked_sub(2)?)?;
    let ending = ending.to_ascii_lowercase();
    (is_digits(digits) && matches!(ending.as_str(), "st" | "nd" | "rd" | "th")).then_some(digits)
}

/// A number with its ordinal ending, in capitals if the street is.
pub(super) fn ordinal(digits: &str, in_capitals: bool) -> String {
    let tens = digits.len().checked_sub(2).and_then(|at| digits.get(at..)).unwrap_or_default();
    let ending = match (tens, digits.bytes().last()) {
        ("11" | "12" | "13", _) => "th",
        (_, Some(b'1')) => "st",
        (_, Some(b'2')) => "nd",
        (_, Some(b'3')) => "rd",
        _ => "th",
    };
    let ending = if in_capitals { ending.to_ascii_uppercase() } else { ending.to_owned() };
    format!("{digits}{ending}")
}

/// Words that stay small inside a name.
const SMALL: [&str; 14] =
    ["and", "by", "de", "des", "du", "in", "la", "le", "of", "on", "the", "under", "upon", "y"];

/// Whether a text is in lower case only, as nobody writes a name.
pub(super) fn is_lower_case(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_lowercase()) && !text.chars().any(char::is_uppercase)
}

/// A text in lower case with the capitals that a name has.
pub(super) fn with_capitals(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut word = String::new();
    for char in text.chars() {
        if char.is_alphanumeric() || char == '\'' || char == '.' {
            word.push(char);
        } else {
            push_word(&mut done, &word);
            word.clear();
            done.push(char);
        }
    }
    push_word(&mut done, &word);
    done
}

fn push_word(done: &mut String, word: &str) {
    if is_short_direction(&bare(word)) {
        done.push_str(&word.to_ascii_uppercase());
        return;
    }
    let small = !done.is_empty() && SMALL.contains(&word);
    let mut chars = word.chars();
    match chars.next() {
        Some(initial) if !small => {
            done.push(initial.to_ascii_uppercase());
            done.push_str(chars.as_str());
        }
        _ => done.push_str(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_their_endings() {
        for (digits, wanted) in [
            ("1", "1st"),
            ("2", "2nd"),
            ("3", "3rd"),
            ("4", "4th"),
            ("11", "11th"),
            ("12", "12th"),
            ("113", "113th"),
            ("42", "42nd"),
            ("101", "101st"),
        ] {
            assert_eq!(ordinal(digits, false), wanted);
        }
        assert_eq!(ordinal("42", true), "42ND");
        assert_eq!(ordinal_number("42th"), Some("42"));
        assert_eq!(ordinal_number("st"), None);
        assert_eq!(ordinal_number("Ost"), None);
        assert_eq!(ordinal_number("é"), None);
    }

    #[test]
    fn capitals_are_those_of_names() {
        for (text, wanted) in [
            ("main st", "Main St"),
            ("stratford-upon-avon", "Stratford-upon-Avon"),
            ("42nd st nw", "42nd St NW"),
            ("n.w. 5th ave", "N.W. 5th Ave"),
            ("o'brien way", "O'brien Way"),
            ("the mall", "The Mall"),
        ] {
            assert_eq!(with_capitals(text), wanted);
        }
        assert!(is_lower_case("main st") && !is_lower_case("MAIN ST") && !is_lower_case("42"));
    }

    #[test]
    fn sorts_of_streets_are_known_once() {
        let mut all: Vec<&str> = SUFFIXES
            .iter()
            .flat_map(|(standard, full, variants)| {
                let full = (standard != full).then_some(*full);
                [*standard].into_iter().chain(full).chain(variants.iter().copied())
            })
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(
            ORDINAL.iter().all(|known| SUFFIXES.iter().any(|(standard, ..)| standard == known))
        );
    }
}
