//! Lists of numbers to port, as people write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::number::{self, NumberList, NumberRange, PhoneNumber};
use crate::rules::Rules;
use crate::table::{self, Column};
use crate::text::Country;

/// The one column of a list, from the wizard of 2020 on.
const NUMBER: Column = Column::required("PhoneNumber");

/// Reads a list of numbers to port: a table (CSV) with the column `PhoneNumber`, one number a row,
/// or in 2018 a range: the smaller number first, one hyphen.
///
/// For countries of the North American Numbering Plan the wizard's own rule is followed: 10 or 11
/// digits, whatever stands between them, become `+1…`; fewer or more are an error and never
/// corrected ("More information about porting"). Elsewhere a number is read as people of the
/// country write it. Whether a number is in use is the losing carrier's to say, in North America;
/// elsewhere the numbering plan is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadList {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// The country of the order.
    pub country: Country,
}

/// What a list of numbers to port holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadNumbers {
    /// The numbers, each once.
    pub numbers: NumberList,
    /// Numbers that were not written as they are kept, with what they were taken for.
    pub corrected: Vec<NumberOfList>,
    /// Rows that hold no number, or one that an earlier row holds.
    pub problems: Vec<ProblemOfList>,
}

/// A number and how it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberOfList {
    /// The row, the header being 1.
    pub row: u64,
    /// What the row says.
    pub text: String,
    /// What it was taken for.
    pub number: PhoneNumber,
}

/// A row that gives no number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProblemOfList {
    /// The row, the header being 1.
    pub row: u64,
    /// What the row says.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

impl ReadList {
    pub(crate) fn answer(&self, rules: &Rules) -> Result<ReadNumbers, table::Error> {
        let mut seen = BTreeMap::new();
        let mut corrected = Vec::new();
        let mut problems = Vec::new();
        for row in table::rows(&self.csv, &[NUMBER])? {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    let row =
                        if let table::Error::Unreadable { row, .. } = error { row } else { 0 };
                    let (text, problem) = (String::new(), error.to_string());
                    problems.push(ProblemOfList { row, text, problem });
                    continue;
                }
            };
            let (written, row) = (row.cell(NUMBER), row.number);
            let text: String = written.chars().take(250).collect();
            let range = match self.range(written, rules) {
                Ok(range) => range,
                Err(problem) => {
                    problems.push(ProblemOfList { row, text, problem });
                    continue;
                }
            };
            let before = range.iter().find_map(|number| Some((number, *seen.get(&number)?)));
            if let Some((number, first)) = before {
                let problem = format!("{number} stands in row {first} already");
                problems.push(ProblemOfList { row, text, problem });
                continue;
            }
            seen.extend(range.iter().map(|number| (number, row)));
            if text != range.to_string() {
                let [number, _] = range.ends();
                corrected.push(NumberOfList { row, text, number });
            }
        }
        Ok(ReadNumbers { numbers: seen.into_keys().collect(), corrected, problems })
    }

    /// A number, or two with one hyphen between them.
    fn range(&self, text: &str, rules: &Rules) -> Result<NumberRange, String> {
        let north_american = number::is_north_american(self.country);
        let one = |text: &str| {
            if north_american { by_digits(text) } else { by_plan(text, self.country) }
        };
        // The hyphen of `425-5550100` separates no two numbers.
        let ends = text.split_once('-').filter(|(_, last)| !last.contains('-'));
        let Some((Ok(first), Ok(last))) = ends.map(|(first, last)| (one(first), one(last))) else {
            return one(text).map(NumberRange::from);
        };
        if !rules.porting.ranges_in_lists {
            return Err("ranges are not taken under these rules; write one number a row".to_owned());
        }
        NumberRange::new(first, last).filter(|range| range.count() <= RANGE_MAXIMUM).ok_or_else(
            || format!("a range has the smaller number first and at most {RANGE_MAXIMUM} numbers"),
        )
    }
}

/// The most numbers in one range of a list; the figure is ours.
const RANGE_MAXIMUM: u64 = 100_000;

/// 10 or 11 digits, whatever stands between them.
fn by_digits(text: &str) -> Result<PhoneNumber, String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = match digits.len() {
        10 => digits.as_str(),
        11 if digits.starts_with('1') => digits.get(1..).unwrap_or_default(),
        11 => return Err("11 digits of a North American number begin with 1".to_owned()),
        count => {
            return Err(format!(
                "a North American number has 10 digits, or 11 with the leading 1; not {count}"
            ));
        }
    };
    format!("+1{national}").parse().map_err(|error| format!("{error}"))
}

fn by_plan(text: &str, country: Country) -> Result<PhoneNumber, String> {
    let parsed = number::parse(text, Some(country)).map_err(|error| error.to_string())?;
    match parsed.country {
        Some(of) if of != country => {
            Err(format!("{} is a number of {of}, not of {country}", parsed.number))
        }
        _ => Ok(parsed.number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_rule_is_followed() {
        let csv = "PhoneNumber\n(425) 555-0100\n1-425-555-0101\n+14255550102\n425555010\n142555501033\n4255550100\n24255550100\n".to_owned();
        let read = ReadList { csv, country: Country::US }
            .answer(&Rules::of(crate::rules::Generation::G2018))
            .unwrap();
        assert_eq!(
            serde_json::to_string(&read.numbers).unwrap(),
            r#"["+14255550100-+14255550102"]"#
        );
        assert_eq!(read.corrected.iter().map(|number| number.row).collect::<Vec<_>>(), [2, 3]);
        let problems: Vec<_> =
            read.problems.iter().map(|problem| (problem.row, problem.text.as_str())).collect();
        assert_eq!(
            problems,
            [(5, "425555010"), (6, "142555501033"), (7, "4255550100"), (8, "24255550100")]
        );
    }

    #[test]
    fn ranges_are_read_where_the_rules_take_them() {
        let csv = "PhoneNumber\n+14255550100-+14255550102\n(425) 555 0105-4255550106\n4255550106\n4255550109-4255550108\n425-5550110\n".to_owned();
        let list = ReadList { csv, country: Country::US };
        let read = list.answer(&Rules::of(crate::rules::Generation::G2018)).unwrap();
        let numbers = r#"["+14255550100-+14255550102","+14255550105-+14255550106","+14255550110"]"#;
        assert_eq!(serde_json::to_string(&read.numbers).unwrap(), numbers);
        assert_eq!(read.problems.iter().map(|problem| problem.row).collect::<Vec<_>>(), [4, 5]);
        let read = list.answer(&Rules::of(crate::rules::Generation::G2025)).unwrap();
        assert_eq!(read.numbers.count(), 2);
    }

    #[test]
    fn elsewhere_the_numbering_plan_is_asked() {
        let csv = "PhoneNumber\n020 7946 0123\n+14255550100\n07\n".to_owned();
        let read = ReadList { csv, country: Country::GB }
            .answer(&Rules::of(crate::rules::Generation::G2018))
            .unwrap();
        assert_eq!(serde_json::to_string(&read.numbers).unwrap(), r#"["+442079460123"]"#);
        assert_eq!(read.problems.len(), 2);
    }
}
