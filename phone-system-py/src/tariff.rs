//! A price list for Python, without any system.

use phone_system_core::billing;
use phone_system_core::json;
use pyo3::prelude::*;

use crate::error::refused;
use crate::system::Json;

/// A price list.
#[pyclass(frozen, module = "phone_system._native")]
pub(crate) struct Tariff(billing::Tariff);

#[pymethods]
impl Tariff {
    /// Reads a price list: what a system is given.
    #[new]
    #[pyo3(signature = (given, /))]
    fn new(py: Python<'_>, given: Json) -> PyResult<Self> {
        let read = py.detach(move || json::read_tariff(given.bytes()));
        read.map(Self).map_err(|error| refused(py, &error))
    }

    /// Its name, the digest of its text, its currency, and how many rows it has.
    fn identity(&self) -> (String, String, String, usize) {
        let id = self.0.id();
        let (name, digest) = (id.name.to_string(), id.digest.to_string());
        (name, digest, self.0.currency().to_string(), self.0.rates().len())
    }

    /// What a call costs.
    #[pyo3(signature = (asked, /))]
    fn charge(&self, py: Python<'_>, asked: Json) -> PyResult<String> {
        let charged = py.detach(move || json::charge(&self.0, asked.bytes()));
        charged.map_err(|error| refused(py, &error))
    }

    /// How a charge came about.
    #[pyo3(signature = (charge, /))]
    fn explain(&self, py: Python<'_>, charge: Json) -> PyResult<String> {
        let explained = py.detach(move || json::explain(&self.0, charge.bytes()));
        explained.map_err(|error| refused(py, &error))
    }
}
