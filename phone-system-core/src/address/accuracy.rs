//! How often slips are put right, over all ZIP codes; every edit is synthetic and uniform.

use super::fold::fold;
use super::places::{Code, Places};
use super::*;

/// Chance that is the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(end).unwrap()).unwrap()
    }

    fn letter(&mut self) -> char {
        char::from(b'a' + u8::try_from(self.below(26)).unwrap())
    }

    /// The name with one letter put in, taken out, exchanged, or swapped with its neighbor.
    fn slip(&mut self, name: &str) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let at = self.below(letters.len());
        match self.below(4) {
            0 => letters.insert(at, self.letter()),
            1 if letters.len() > 1 => drop(letters.remove(at)),
            2 if at + 1 < letters.len() => letters.swap(at, at + 1),
            _ => letters[at] = self.letter(),
        }
        letters.into_iter().collect()
    }

    /// The ZIP code with one digit exchanged, or two neighbors swapped.
    fn wrong(&mut self, zip: &str) -> String {
        let mut digits: Vec<u8> = zip.bytes().collect();
        let at = self.below(5);
        if self.below(2) == 0 && at < 4 {
            digits.swap(at, at + 1);
        } else {
            digits[at] = b'0' + u8::try_from(self.below(10)).unwrap();
        }
        String::from_utf8(digits).unwrap()
    }
}

fn address(us: Places, code: Code, city: &str, zip: &str) -> CivicAddress {
    let place = us.in_code(code).next().unwrap();
    CivicAddress {
        company_name: "Contoso".into(),
        house_number: "1".into(),
        street_name: "Main St".into(),
        city: city.into(),
        state_or_province: us.state(place).into(),
        postal_code: zip.into(),
        ..CivicAddress::new(Country::US)
    }
}

const TRIALS: usize = 20_000;

#[test]
fn one_slip_with_the_right_zip_code_is_put_right() {
    let (us, mut chance) = (Places::us(), Chance(1));
    let (mut right, mut wrong) = (0, 0);
    for _ in 0..TRIALS {
        let code = chance.below(us.code_count());
        let name = us.name(us.in_code(code).next().unwrap());
        let given = address(us, code, &chance.slip(name), &us.zip_text(code));
        let made = validate(&given).address.city;
        if fold(&made) == fold(name) {
            right += 1;
        } else if made != given.city && fold(&made) != fold(&given.city) {
            wrong += 1;
        }
    }
    assert_eq!(wrong, 0);
    // The others are told: a word such as East was hit, or there is a place of the written name.
    assert!(right * 1000 >= TRIALS * 998, "{right}");
}

#[test]
fn a_wrong_zip_code_never_changes_the_city() {
    let (us, mut chance) = (Places::us(), Chance(2));
    let (mut changed, mut told, mut trials) = (0, 0, 0);
    while trials < TRIALS {
        let code = chance.below(us.code_count());
        let zip = us.zip_text(code);
        let wrong = chance.wrong(&zip);
        if wrong == zip {
            continue;
        }
        trials += 1;
        let name = us.name(us.in_code(code).next().unwrap());
        let outcome = validate(&address(us, code, name, &wrong));
        changed += usize::from(outcome.address.city != name);
        told += usize::from(!outcome.problems.is_empty() || !outcome.changes.is_empty());
    }
    assert_eq!(changed, 0);
    assert!(told * 100 >= TRIALS * 80, "{told}");
}
