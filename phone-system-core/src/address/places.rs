//! Which postal codes there are, which places lie in them, and where: the United States by ZIP
//! code, the United Kingdom by outward code (`GeoNames`, as embedded).
//!
//! A file is read where it lies, with no start-up cost. It has six counts (codes, bytes of a code,
//! places, states, links, bytes of names), then: for each state two letters and its first place;
//! the codes in ascending order; for each code its latitude and longitude in hundredths of a
//! degree; if a code can have several places, where its links begin; the links, each a place; for
//! every 16th place where its name begins; the names, a line each, by state and folded name.
//! Numbers are little-endian.

use std::num::Saturating;
use std::ops::Range;

use super::fold::fold;

/// The version of the embedded data, as outcomes name it.
pub(super) const DATA_VERSION: &str = "geonames-2025-12-30+google-2023-05";

/// As far as a city's name is used beyond its own ZIP codes, in kilometers; a compromise, ours.
pub(super) const ALIAS_RADIUS: u32 = 40;

const US: &[u8] = include_bytes!("../../data/places_us.bin");
const GB: &[u8] = include_bytes!("../../data/places_gb.bin");

/// The places of a country.
#[derive(Clone, Copy)]
pub(super) struct Places {
    states: &'static [u8],
    codes: &'static [u8],
    width: usize,
    points: &'static [u8],
    firsts: &'static [u8],
    links: &'static [u8],
    starts: &'static [u8],
    names: &'static [u8],
    count: usize,
}

/// A code by its place among the codes, and a place by its place among the places.
pub(super) type Code = usize;
pub(super) type Place = usize;

/// Whether a name is a listed one, or its first words: `Frankfurt` for `Frankfurt am Main`.
pub(super) fn is_listed(listed: &str, city: &str) -> bool {
    let listed = fold(listed);
    listed == city
        || (city.len() >= 4 && listed.strip_prefix(city).is_some_and(|rest| rest.starts_with(' ')))
}

fn number(bytes: &[u8], width: usize, place: usize) -> usize {
    let start = place.saturating_mul(width);
    let bytes = bytes.get(start..start.saturating_add(width)).unwrap_or_default();
    bytes
        .iter()
        .rev()
        .fold(0, |sum: usize, byte| sum.saturating_mul(256).saturating_add(usize::from(*byte)))
}

impl Places {
    /// The United States and their territories.
    pub(super) fn us() -> Self {
        Self::read(US)
    }

    /// The United Kingdom.
    pub(super) fn gb() -> Self {
        Self::read(GB)
    }

    fn read(file: &'static [u8]) -> Self {
        let mut rest = file;
        let mut take = |bytes: usize| {
            let (section, after) = rest.split_at_checked(bytes).unwrap_or_default();
            rest = after;
            section
        };
        let header = take(24);
        let [codes, width, count, states, links, names] =
            [0, 1, 2, 3, 4, 5].map(|place| number(header, 4, place));
        let firsts = if links == 0 { 0 } else { codes.saturating_add(1) };
        let links = if links == 0 { codes } else { links };
        Self {
            states: take(states.saturating_mul(4)),
            codes: take(codes.saturating_mul(width)),
            width,
            points: take(codes.saturating_mul(4)),
            firsts: take(firsts.saturating_mul(2)),
            links: take(links.saturating_mul(2)),
            starts: take(count.div_ceil(16).saturating_mul(4)),
            names: take(names),
            count,
        }
    }

    /// The ZIP code of five digits.
    pub(super) fn zip(&self, zip: &str) -> Option<Code> {
        let [_, bytes @ ..] = zip.parse::<u32>().ok()?.to_be_bytes();
        self.find(&bytes)
    }

    /// The outward code, such as `SW1A`.
    pub(super) fn outward(&self, code: &str) -> Option<Code> {
        let mut bytes = [b' '; 4];
        bytes.get_mut(..code.len())?.copy_from_slice(code.as_bytes());
        self.find(&bytes)
    }

    fn find(&self, wanted: &[u8]) -> Option<Code> {
        let code = first(0..self.code_count(), |code| self.code(code) >= wanted);
        (self.code(code) == wanted).then_some(code)
    }

    /// How many codes there are.
    pub(super) fn code_count(&self) -> usize {
        self.codes.len().checked_div(self.width).unwrap_or_default()
    }

    /// The code as it stands in the file.
    pub(super) fn code(&self, code: Code) -> &'static [u8] {
        let start = code.saturating_mul(self.width);
        self.codes.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    /// The ZIP code at this place of the list of codes.
    pub(super) fn zip_text(&self, code: Code) -> String {
        let number = self
            .code(code)
            .iter()
            .fold(0_u32, |sum, byte| sum.saturating_mul(256).saturating_add((*byte).into()));
        format!("{number:05}")
    }

    /// Where the links of a code stand.
    fn links_of(&self, code: Code) -> Range<usize> {
        if self.firsts.is_empty() {
            code..code.saturating_add(1)
        } else {
            number(self.firsts, 2, code)..number(self.firsts, 2, code.saturating_add(1))
        }
    }

    /// The places that lie in a code's area.
    pub(super) fn in_code(self, code: Code) -> impl Iterator<Item = Place> {
        self.links_of(code).map(move |link| number(self.links, 2, link))
    }

    /// The codes in whose areas a place lies, in ascending order.
    pub(super) fn codes_of(self, place: Place) -> impl Iterator<Item = Code> {
        let wanted = u16::try_from(place).unwrap_or(u16::MAX).to_le_bytes();
        let links = self.links.chunks_exact(2).enumerate();
        links.filter(move |(_, link)| *link == wanted).map(move |(link, _)| {
            if self.firsts.is_empty() {
                link
            } else {
                first(0..self.code_count(), |code| self.links_of(code).end > link)
            }
        })
    }

    /// The name of a place.
    pub(super) fn name(&self, place: Place) -> &'static str {
        let start = number(self.starts, 4, place.checked_div(16).unwrap_or_default());
        let names = self.names.get(start..).unwrap_or_default();
        let name =
            names.split(|byte| *byte == b'\n').nth(place.checked_rem(16).unwrap_or_default());
        std::str::from_utf8(name.unwrap_or_default()).unwrap_or_default()
    }

    /// The state of a place; empty where there are none.
    pub(super) fn state(&self, place: Place) -> &'static str {
        let states = self.states.chunks_exact(4);
        let state = states.take_while(|state| first_place(state) <= place).last();
        std::str::from_utf8(state.and_then(|state| state.get(..2)).unwrap_or_default())
            .unwrap_or_default()
            .trim_end()
    }

    /// The states in ascending order.
    pub(super) fn states(&self) -> impl Iterator<Item = &'static str> {
        let letters = |state: &'static [u8]| std::str::from_utf8(state.get(..2)?).ok();
        self.states.chunks_exact(4).filter_map(letters).map(str::trim_end)
    }

    /// The places of a state; of the country if it has none.
    pub(super) fn in_state(&self, state: &str) -> Range<Place> {
        let mut letters = [b' '; 2];
        for (letter, byte) in letters.iter_mut().zip(state.bytes()) {
            *letter = byte;
        }
        let mut states =
            self.states.chunks_exact(4).skip_while(|state| !state.starts_with(&letters));
        match (states.next(), states.next()) {
            (Some(state), Some(next)) => first_place(state)..first_place(next),
            (Some(state), None) => first_place(state)..self.count,
            (None, _) => 0..0,
        }
    }

    /// The places of a state with this folded name; two that fold alike are both there.
    pub(super) fn named(&self, state: &str, folded: &str) -> Range<Place> {
        let all = self.in_state(state);
        let start = first(all.clone(), |place| fold(self.name(place)).as_str() >= folded);
        let mut end = start;
        while end < all.end && fold(self.name(end)) == folded {
            end = end.saturating_add(1);
        }
        start..end
    }

    /// Whether a place reaches to within so many kilometers of a code's middle.
    pub(super) fn is_near(&self, place: Place, code: Code, kilometers: u32) -> bool {
        let here = self.point(code);
        self.codes_of(place).any(|other| here.is_within(self.point(other), kilometers))
    }

    /// Whether any place of a state lies within so many kilometers of a code's middle.
    pub(super) fn state_is_near(&self, state: &str, code: Code, kilometers: u32) -> bool {
        let (here, places) = (self.point(code), self.in_state(state));
        (0..self.code_count()).any(|other| {
            here.is_within(self.point(other), kilometers)
                && self.in_code(other).any(|place| places.contains(&place))
        })
    }

    fn point(&self, code: Code) -> Point {
        let point = self.points.get(code.saturating_mul(4)..).unwrap_or_default();
        match point {
            [a, b, c, d, ..] => Point {
                latitude: i16::from_le_bytes([*a, *b]),
                longitude: i16::from_le_bytes([*c, *d]),
            },
            _ => Point { latitude: 0, longitude: 0 },
        }
    }
}

/// The first place of a state.
fn first_place(state: &[u8]) -> Place {
    number(state.get(2..).unwrap_or_default(), 2, 0)
}

/// The first of a range for which `fits` holds, if it holds from there on; else its end.
fn first(range: Range<usize>, fits: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start.midpoint(end);
        if fits(middle) {
            end = middle;
        } else {
            start = middle.saturating_add(1);
        }
    }
    start
}

/// A point on the earth, in hundredths of a degree.
#[derive(Clone, Copy)]
struct Point {
    latitude: i16,
    longitude: i16,
}

impl Point {
    /// Whether two points are at most so many kilometers apart, as on a plane; in whole numbers, so
    /// that every machine says the same.
    fn is_within(self, other: Self, kilometers: u32) -> bool {
        let wide = |value: i16| Saturating(i64::from(value));
        let over = |a: Saturating<i64>, b: Saturating<i64>| {
            Saturating(a.0.checked_div(b.0).unwrap_or_default())
        };
        let north = wide(self.latitude) - wide(other.latitude);
        // A hundredth of a degree of latitude is 1.112 km.
        if north.0.abs() > i64::from(kilometers) {
            return false;
        }
        let most =
            over(Saturating(i64::from(kilometers)) * Saturating(1_000_000), Saturating(1112));
        // The cosine by Bhaskara's rational formula, right to 0.2 %.
        let degrees = over(wide(self.latitude), Saturating(100));
        let (square, full) = (degrees * degrees, Saturating(32_400));
        let cosine = over((full - square * Saturating(4)) * Saturating(1000), full + square);
        let east = (wide(self.longitude) - wide(other.longitude)) * cosine;
        let north = north * Saturating(1000);
        north * north + east * east <= most * most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_places_are_whole_and_in_order() {
        for (places, codes, count) in
            [(Places::us(), 41_201, 29_673), (Places::gb(), 3_002, 23_576)]
        {
            assert_eq!((places.code_count(), places.count), (codes, count));
            assert!((1..codes).all(|code| places.code(code - 1) < places.code(code)));
            let mut last = (String::new(), String::new());
            for place in 0..count {
                let name = places.name(place);
                let key = (places.state(place).to_owned(), fold(name));
                assert!(key >= last && !name.is_empty(), "{name}");
                last = key;
            }
            for code in 0..codes {
                assert!(places.in_code(code).all(|place| place < count));
                assert!(places.in_code(code).next().is_some());
            }
        }
    }

    #[test]
    fn codes_and_places_lead_to_each_other() {
        let us = Places::us();
        let redmond = us.zip("98052").unwrap();
        let place = us.in_code(redmond).next().unwrap();
        assert_eq!((us.name(place), us.state(place)), ("Redmond", "WA"));
        assert_eq!(us.named("WA", "redmond"), place..place + 1);
        let codes: Vec<_> = us.codes_of(place).map(|code| us.zip_text(code)).collect();
        assert_eq!(codes, ["98052", "98053", "98073"]);
        assert!(us.zip("00000").is_none() && us.zip("nowhere").is_none());
        let gb = Places::gb();
        let outward = gb.outward("SW1A").unwrap();
        let names: Vec<_> = gb.in_code(outward).map(|place| gb.name(place)).collect();
        assert_eq!(names, ["Westminster Abbey"]);
        let place = gb.named("", "manchester").start;
        assert!(gb.codes_of(place).all(|code| gb.in_code(code).any(|other| other == place)));
        assert!(gb.outward("QQ1").is_none() && gb.outward("TOOLONG").is_none());
    }

    #[test]
    fn near_is_forty_kilometers() {
        let us = Places::us();
        let redmond = us.zip("98052").unwrap();
        let [seattle, tacoma, spokane] =
            ["seattle", "tacoma", "spokane"].map(|name| us.named("WA", name).start);
        assert!(us.is_near(seattle, redmond, 40) && us.is_near(tacoma, redmond, 60));
        assert!(!us.is_near(tacoma, redmond, 20) && !us.is_near(spokane, redmond, 40));
        let vancouver = us.zip("98660").unwrap();
        assert!(us.state_is_near("OR", vancouver, 10) && !us.state_is_near("OR", redmond, 10));
    }
}
