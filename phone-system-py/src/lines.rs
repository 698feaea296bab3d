//! Numbers that are looked up once, and many calls on them at once.

#![allow(clippy::needless_pass_by_value, reason = "Python hands its arguments over")]

use phone_system_core::capacity::Way;
use phone_system_core::system::{OwnedLine, RequestError};
use phone_system_core::{Error, OrganizationId, Refuses, Timestamp};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::number::PhoneNumber;
use crate::system::System;

/// Numbers of an organization, to admit many calls on.
#[pyclass(frozen, module = "phone_system._native")]
pub(crate) struct Lines {
    system: Py<System>,
    lines: Vec<OwnedLine>,
}

/// What is admitted: a permit for each call, 0 where it is refused, and the number of the code that
/// says why, each as bytes of this machine.
type Admitted<'py> = (Bound<'py, PyByteArray>, Bound<'py, PyByteArray>);

#[pymethods]
impl Lines {
    /// Looks up numbers of an organization.
    #[new]
    #[pyo3(signature = (system, organization, numbers, /))]
    fn new(
        py: Python<'_>,
        system: Py<System>,
        organization: &str,
        numbers: Vec<Py<PhoneNumber>>,
    ) -> PyResult<Self> {
        let numbers: Vec<_> = numbers.iter().map(|number| number.get().0).collect();
        let lines = system.get().detached(py, move |system| {
            let organization: OrganizationId = organization.parse().map_err(|error| {
                let (part, problem) = ("organization".to_owned(), format!("{error}"));
                Error::from(RequestError::Malformed { part, problem })
            })?;
            let line = |number| system.system().line(&organization, number);
            numbers.into_iter().map(line).collect::<Result<Vec<_>, _>>()
        })?;
        Ok(Self { system, lines })
    }

    fn __len__(&self) -> usize {
        self.lines.len()
    }

    /// Admits calls, each by itself.
    #[pyo3(signature = (which, outbound, ends_at, /))]
    fn admit<'py>(
        &self,
        py: Python<'py>,
        which: Option<PyBuffer<u32>>,
        outbound: bool,
        ends_at: Option<i64>,
    ) -> PyResult<Admitted<'py>> {
        let which = which.map(|which| which.to_vec(py)).transpose()?;
        let count = which.as_ref().map_or(self.lines.len(), Vec::len);
        let way = if outbound { Way::Outbound } else { Way::Inbound };
        let ends_at = ends_at.and_then(Timestamp::from_micros);
        let place = |place: usize| match &which {
            Some(which) => which.get(place).and_then(|place| usize::try_from(*place).ok()),
            None => Some(place),
        };
        if let Some(missing) = (0..count).filter_map(place).find(|place| *place >= self.lines.len())
        {
            return Err(PyIndexError::new_err(format!("there is no line {missing}")));
        }
        let (permits, codes) = self.system.get().detached(py, |system| {
            let mut permits = Vec::with_capacity(count.saturating_mul(size_of::<u64>()));
            let mut codes = Vec::with_capacity(count.saturating_mul(size_of::<u32>()));
            for line in (0..count).filter_map(place).filter_map(|place| self.lines.get(place)) {
                let (permit, code) = match system.admit_on(line, way, ends_at) {
                    Ok(permit) => (permit, 0),
                    Err(error) => (0, error.code().number()),
                };
                permits.extend_from_slice(&permit.to_ne_bytes());
                codes.extend_from_slice(&code.to_ne_bytes());
            }
            Ok((permits, codes))
        })?;
        Ok((PyByteArray::new(py, &permits), PyByteArray::new(py, &codes)))
    }

    /// Gives back the places of calls; answers how many permits were open.
    #[pyo3(signature = (permits, /))]
    fn release(&self, py: Python<'_>, permits: PyBuffer<u64>) -> PyResult<usize> {
        let permits = permits.to_vec(py)?;
        self.system.get().detached(py, move |system| Ok(system.release_all(&permits)))
    }
}
