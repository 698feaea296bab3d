//! The telephone number as a Python value.

use phone_system_core::number::{self, PhoneNumber as Number};
use phone_system_core::text::Country;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::refused;

fn bad_value(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A telephone number in E.164.
#[pyclass(frozen, eq, ord, hash, module = "phone_system")]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PhoneNumber(pub(crate) Number);

#[pymethods]
impl PhoneNumber {
    #[classattr]
    fn __match_args__() -> (&'static str,) {
        ("digits",)
    }

    #[new]
    #[pyo3(signature = (text, /))]
    fn new(text: &str) -> PyResult<Self> {
        text.parse().map(Self).map_err(bad_value)
    }

    /// The number with these digits, read as one number.
    #[staticmethod]
    #[pyo3(signature = (digits, /))]
    fn from_digits(digits: u64) -> PyResult<Self> {
        Number::from_digits(digits)
            .map(Self)
            .ok_or_else(|| bad_value(format_args!("{digits} has not 4 to 15 digits")))
    }

    /// The digits, read as one number.
    #[getter]
    fn digits(&self) -> u64 {
        self.0.digits()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("PhoneNumber('{}')", self.0)
    }

    fn __getnewargs__(&self) -> (String,) {
        (self.0.to_string(),)
    }
}

/// Number, extension, line type, country and version of the metadata.
type Parsed = (PhoneNumber, Option<String>, &'static str, Option<String>, String);

/// Reads a telephone number as people write it.
#[pyfunction]
#[pyo3(signature = (text, country = None))]
pub(crate) fn parse_number(py: Python<'_>, text: &str, country: Option<&str>) -> PyResult<Parsed> {
    let country: Option<Country> = country.map(str::parse).transpose().map_err(bad_value)?;
    let parsed = number::parse(text, country).map_err(|error| refused(py, &error))?;
    Ok((
        PhoneNumber(parsed.number),
        parsed.extension,
        parsed.line.name(),
        parsed.country.map(|country| country.to_string()),
        parsed.metadata,
    ))
}
