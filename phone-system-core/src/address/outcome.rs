//! What a validation tells, and the report on which it is written down.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fields::{CivicAddress, Field};
use super::places::DATA_VERSION;

/// The verdict on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Legitimate and correctly written, as far as it can be checked offline.
    Valid,
    /// The same with the changes listed; the admin center shows its green banner.
    Corrected,
    /// At least one problem is an error.
    Insufficient,
}

/// How far an address was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// Characters and lengths.
    Syntax,
    /// The country's required fields and its form of postal codes.
    Country,
    /// The postal code against the state.
    PostalAdmin,
    /// The postal code, the city and the state against each other.
    PostalLocality,
    /// The street and the range of house numbers; nothing offline reaches it.
    StreetRange,
}

/// What is known of one field (as `LoST`, RFC 5222, tells it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ElementStatus {
    /// Checked against the embedded data and right.
    Valid,
    /// Changed.
    Corrected,
    /// An error.
    Invalid,
    /// Nothing offline can tell: streets, house numbers, names of companies.
    Unchecked,
}

/// A field and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Element {
    /// The field.
    pub field: Field,
    /// What is known of it.
    pub status: ElementStatus,
}

/// Why a field was changed; of several reasons the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// A part went to its own field; the address reads as before.
    Moved,
    /// Blanks, case, separators.
    Format,
    /// A listed variant became the standard form.
    Canonicalized,
    /// A numbered street got its ordinal ending.
    Ordinal,
    /// A slip in a name.
    Spelling,
    /// It was empty and only one value fits.
    Inferred,
    /// Two other fields agree against it.
    Replaced,
}

/// A change of a field, made or suggested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What it said.
    pub from: String,
    /// What it says now, or might say.
    pub to: String,
    /// Why.
    pub kind: ChangeKind,
}

/// What can be wrong with a field; the first six as Google's address library names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemCode {
    /// A field that the country, or an emergency call, needs is empty.
    MissingRequiredField,
    /// The country does not write this field.
    UnexpectedField,
    /// The value is none of those that there are.
    UnknownValue,
    /// The value does not have the form that it must have.
    InvalidFormat,
    /// The postal code and the state contradict each other.
    MismatchingValue,
    /// A post office box is where post is fetched, not where a caller is.
    UsesPoBox,
    /// The city does not lie where the postal code does.
    LocalityPostalConflict,
    /// Two places fit.
    Ambiguous,
    /// Military post, a rural route or post to be called for: no place of a caller.
    NonCivicAddress,
    /// It looks like an address of another country.
    CountrySuspect,
    /// The embedded data do not know the value; it may be right all the same.
    UnverifiedValue,
    /// The city tells its streets apart by directions, and there is none.
    MissingDirectional,
}

/// Whether a problem decides the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// The address is insufficient.
    Error,
    /// Worth a look; the verdict stays.
    Warning,
}

/// Something that is wrong, or might be, with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The field.
    pub field: Field,
    /// What it is.
    pub code: ProblemCode,
    /// Whether it decides the verdict.
    pub severity: Severity,
    /// The same in a sentence.
    pub message: String,
}

/// What a validation tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether a call could be routed by it: a street is there, and the city, the state and the
    /// postal code do not point to different places.
    pub routable: bool,
    /// How far it was checked.
    pub level: Level,
    /// The address with the changes made.
    pub address: CivicAddress,
    /// What is known of each field that says something.
    pub elements: Vec<Element>,
    /// The changes that were made.
    pub changes: Vec<Change>,
    /// What is wrong, or might be.
    pub problems: Vec<Problem>,
    /// Changes that might be right and are not made.
    pub suggestions: Vec<Change>,
    /// Which data it was checked against.
    pub data_version: String,
}

/// Where the steps of a validation write down what they find.
pub(super) struct Report {
    pub(super) address: CivicAddress,
    pub(super) level: Level,
    /// Fields that were checked and are right.
    pub(super) verified: BTreeSet<Field>,
    /// The city was written in lower case only.
    pub(super) city_in_lower_case: bool,
    changes: Vec<Change>,
    problems: Vec<Problem>,
    suggestions: Vec<Change>,
}

impl Report {
    pub(super) fn new(address: &CivicAddress) -> Self {
        Self {
            address: address.clone(),
            level: Level::Syntax,
            verified: BTreeSet::new(),
            city_in_lower_case: false,
            changes: Vec::new(),
            problems: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    pub(super) fn text(&self, field: Field) -> &str {
        self.address.text(field)
    }

    pub(super) fn is_empty(&self, field: Field) -> bool {
        self.address.text(field).is_empty()
    }

    /// Changes a field; several changes of one field are told as one.
    pub(super) fn change(&mut self, field: Field, to: String, kind: ChangeKind) {
        let from = self.address.text(field).to_owned();
        if from == to {
            return;
        }
        self.address.set(field, to.clone());
        match self.changes.iter_mut().find(|change| change.field == field) {
            Some(change) => {
                change.to = to;
                change.kind = change.kind.max(kind);
            }
            None => self.changes.push(Change { field, from, to, kind }),
        }
        self.changes.retain(|change| change.from != change.to);
    }

    pub(super) fn suggest(&mut self, field: Field, to: String, kind: ChangeKind) {
        let from = self.address.text(field).to_owned();
        if from != to {
            self.suggestions.push(Change { field, from, to, kind });
        }
    }

    pub(super) fn error(&mut self, field: Field, code: ProblemCode, message: impl Into<String>) {
        self.problem(field, code, Severity::Error, message.into());
    }

    pub(super) fn warn(&mut self, field: Field, code: ProblemCode, message: impl Into<String>) {
        self.problem(field, code, Severity::Warning, message.into());
    }

    fn problem(&mut self, field: Field, code: ProblemCode, severity: Severity, message: String) {
        self.problems.push(Problem { field, code, severity, message });
    }

    pub(super) fn has_error(&self, field: Field) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.field == field && problem.severity == Severity::Error)
    }

    fn is_routable(&self) -> bool {
        let astray = self.problems.iter().any(|problem| {
            use ProblemCode as Code;
            problem.severity == Severity::Error
                && match problem.code {
                    Code::MismatchingValue
                    | Code::UsesPoBox
                    | Code::LocalityPostalConflict
                    | Code::Ambiguous
                    | Code::NonCivicAddress => true,
                    Code::UnknownValue => problem.field == Field::Country,
                    Code::InvalidFormat => problem.field == Field::StreetName,
                    _ => false,
                }
        });
        let placed = !self.is_empty(Field::City) || self.verified.contains(&Field::PostalCode);
        !astray && placed && !self.is_empty(Field::StreetName)
    }

    fn element(&self, field: Field) -> Option<Element> {
        let given = match field {
            Field::Latitude => self.address.latitude.is_some(),
            Field::Longitude => self.address.longitude.is_some(),
            _ => !self.is_empty(field),
        };
        let changed = self
            .changes
            .iter()
            .any(|change| change.field == field && change.kind != ChangeKind::Moved);
        let status = if self.has_error(field) {
            ElementStatus::Invalid
        } else if changed {
            ElementStatus::Corrected
        } else if self.verified.contains(&field) {
            ElementStatus::Valid
        } else {
            ElementStatus::Unchecked
        };
        (given || status == ElementStatus::Invalid).then_some(Element { field, status })
    }

    pub(super) fn finish(self) -> Outcome {
        let failed = self.problems.iter().any(|problem| problem.severity == Severity::Error);
        // An address whose parts went to their own fields reads as before.
        let reads_otherwise = self.changes.iter().any(|change| change.kind != ChangeKind::Moved);
        let verdict = match (failed, reads_otherwise) {
            (true, _) => Verdict::Insufficient,
            (false, true) => Verdict::Corrected,
            (false, false) => Verdict::Valid,
        };
        Outcome {
            verdict,
            routable: self.is_routable(),
            level: self.level,
            elements: Field::ALL.iter().filter_map(|field| self.element(*field)).collect(),
            address: self.address,
            changes: self.changes,
            problems: self.problems,
            suggestions: self.suggestions,
            data_version: DATA_VERSION.to_owned(),
        }
    }
}
