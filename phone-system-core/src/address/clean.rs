//! What is done to every field before it is looked at, and how long it may be.

use super::fields::{CivicAddress, Field};
use super::outcome::{ChangeKind, ProblemCode, Report};
use crate::text::Country;

/// The most bytes of a field; the figure is ours.
pub(super) const MAXIMUM: usize = 1000;

/// The longest field where no source states one, in characters; the figure is ours.
const LONGEST: usize = 200;

/// The first field that is longer than any address.
pub(super) fn too_long(address: &CivicAddress) -> Option<(Field, usize)> {
    let mut fields = Field::ALL.iter().map(|field| (*field, address.text(*field).len()));
    fields.find(|(_, bytes)| *bytes > MAXIMUM)
}

/// Compatible characters, control characters and blanks: the part of Unicode's NFKC that addresses
/// meet, which is full-width forms, fractions and ligatures.
pub(super) fn clean(report: &mut Report) {
    for field in Field::ALL {
        let text = report.text(*field);
        let is_clean = text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            && !text.contains("  ")
            && text.trim().len() == text.len();
        if !is_clean {
            let text = cleaned(text);
            report.change(*field, text, ChangeKind::Format);
        }
    }
}

fn cleaned(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{ad}' | '\u{feff}' => {}
            '！'..='～' => {
                let ascii = u32::from(char).saturating_sub(0xfee0);
                done.extend(char::from_u32(ascii));
            }
            '½' | '¼' | '¾' => {
                if done.ends_with(|char: char| char.is_ascii_digit()) {
                    done.push(' ');
                }
                done.push_str(match char {
                    '½' => "1/2",
                    '¼' => "1/4",
                    _ => "3/4",
                });
            }
            'ﬁ' => done.push_str("fi"),
            'ﬂ' => done.push_str("fl"),
            '№' => done.push_str("No"),
            '\u{2028}' | '\u{2029}' => done.push(' '),
            _ if char.is_whitespace() => done.push(' '),
            _ if char.is_control() => {}
            _ => done.push(char),
        }
    }
    done.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Lengths and characters; those of the United Kingdom by "Why am I having problems entering U.K.
/// addresses", elsewhere only the length, which is ours.
pub(super) fn limits(report: &mut Report) {
    let gb = report.address.country == Country::GB;
    for field in Field::ALL {
        let text = report.text(*field).to_owned();
        let most = match field {
            Field::CompanyName if gb => 80,
            Field::HouseNumber if gb => 20,
            Field::StreetName | Field::City if gb => 50,
            Field::PostalCode if gb => 8,
            _ => LONGEST,
        };
        let count = text.chars().count();
        if count > most {
            let message = format!("{count} characters; at most {most} are taken");
            report.error(*field, ProblemCode::InvalidFormat, message);
        } else if let Some(problem) = gb.then(|| characters(*field, &text)).flatten() {
            report.error(*field, ProblemCode::InvalidFormat, problem);
        }
    }
    let out_of_range = |degrees: Option<rust_decimal::Decimal>, most: u32| {
        degrees.is_some_and(|degrees| degrees.abs() > most.into())
    };
    for (field, degrees, most) in [
        (Field::Latitude, report.address.latitude, 90),
        (Field::Longitude, report.address.longitude, 180),
    ] {
        if out_of_range(degrees, most) {
            let message = format!("degrees go from -{most} to {most}");
            report.error(field, ProblemCode::InvalidFormat, message);
        }
    }
}

/// What the form of the United Kingdom says of a field's characters.
fn characters(field: Field, text: &str) -> Option<String> {
    let (signs, begins) = match field {
        Field::CompanyName | Field::City => (",/-+.'&\"_ ", "a letter or a digit"),
        Field::StreetName => (",/-+.'&\"_ ", ""),
        Field::HouseNumber => ("-/[] ", "a digit"),
        _ => return None,
    };
    if let Some(bad) = text.chars().find(|char| !char.is_alphanumeric() && !signs.contains(*char)) {
        return Some(format!(
            "`{bad}` is not taken; letters, digits and `{}` are",
            signs.trim_end()
        ));
    }
    let first = text.chars().next()?;
    let begins_well = match begins {
        "a digit" => first.is_ascii_digit(),
        "" => true,
        _ => first.is_alphanumeric(),
    };
    (!begins_well).then(|| format!("it begins with {begins}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_those_that_addresses_have() {
        for (text, wanted) in [
            ("  12   Main\tSt\n", "12 Main St"),
            ("７５½ Ｍａｉｎ", "75 1/2 Main"),
            ("½ Main", "1/2 Main"),
            ("Ma\u{200b}in\u{0}", "Main"),
            ("\u{3000}東京\u{3000}", "東京"),
            ("Straße", "Straße"),
        ] {
            assert_eq!(cleaned(text), wanted);
            assert_eq!(cleaned(wanted), wanted);
        }
    }

    #[test]
    fn the_british_form_has_its_limits() {
        let errors = |field: Field, text: &str| {
            let mut address = CivicAddress::new(Country::GB);
            address.set(field, text.to_owned());
            let mut report = Report::new(&address);
            limits(&mut report);
            report.has_error(field)
        };
        for (field, longest, sign) in [
            (Field::CompanyName, 80, "&"),
            (Field::HouseNumber, 20, "["),
            (Field::StreetName, 50, "_"),
            (Field::City, 50, "."),
            (Field::PostalCode, 8, " "),
        ] {
            assert!(!errors(field, &"1".repeat(longest)), "{field}");
            assert!(errors(field, &"1".repeat(longest + 1)), "{field}");
            assert!(!errors(field, &format!("1{sign}1")), "{field}");
        }
        assert!(errors(Field::HouseNumber, "B2") && errors(Field::HouseNumber, "2;"));
        assert!(errors(Field::City, "'London") && errors(Field::CompanyName, "Café!"));
        assert!(!errors(Field::StreetName, "'t Hof"));
    }
}
