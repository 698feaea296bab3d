//! Numbers that are looked up once, and many calls on them at once.

#![allow(clippy::needless_pass_by_value, reason = "Python hands its arguments over")]

use phone_system_core::capacity::Way;
use phone_system_core::system::OwnedLine;
use phone_system_core::{Refuses, Timestamp};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

use crate::system::System;

/// Numbers of an organization, to admit many calls on.
#[pyclass(frozen, module = "phone_system._native")]
pub(crate) struct Lines {
    system: Py<System>,
    lines: Vec<OwnedLine>,
}

impl Lines {
    pub(crate) fn new(system: Py<System>, lines: Vec<OwnedLine>) -> Self {
        Self { system, lines }
    }

    fn line(&self, place: u32) -> Option<&OwnedLine> {
        self.lines.get(usize::try_from(place).ok()?)
    }
}

#[pymethods]
impl Lines {
    fn __len__(&self) -> usize {
        self.lines.len()
    }

    /// Admits calls, each by itself: a permit for each, 0 where it is refused, and there the number of the
    /// code that says why. `codes` are zeros before.
    #[pyo3(signature = (which, outbound, ends_at, permits, codes, /))]
    fn admit(
        &self,
        py: Python<'_>,
        which: Option<PyBuffer<u32>>,
        outbound: bool,
        ends_at: Option<i64>,
        permits: PyBuffer<u64>,
        codes: PyBuffer<u32>,
    ) -> PyResult<()> {
        let which = which.map(|which| which.to_vec(py)).transpose()?;
        let highest = which.as_ref().and_then(|which| which.iter().copied().max());
        if let Some(missing) = highest.filter(|place| self.line(*place).is_none()) {
            return Err(PyIndexError::new_err(format!("there is no line {missing}")));
        }
        let way = if outbound { Way::Outbound } else { Way::Inbound };
        let ends_at = ends_at.and_then(Timestamp::from_micros);
        let count = which.as_ref().map_or(self.lines.len(), Vec::len);
        let (told, refused) = self.system.get().detached(py, |system| {
            let admit = system.admitting(way, ends_at);
            // Few are refused: what they need is there when the first of them is.
            let mut refused: Option<Vec<u32>> = None;
            let mut tell = |call: usize, line: Option<&OwnedLine>| match line.map(&admit) {
                Some(Ok(permit)) => permit,
                Some(Err(error)) => {
                    let codes = refused.get_or_insert_with(|| vec![0; count]);
                    if let Some(code) = codes.get_mut(call) {
                        *code = error.code().number();
                    }
                    0
                }
                None => 0,
            };
            let told: Vec<u64> = match &which {
                None => {
                    self.lines.iter().enumerate().map(|(at, line)| tell(at, Some(line))).collect()
                }
                Some(which) => {
                    let calls = which.iter().enumerate();
                    calls.map(|(at, place)| tell(at, self.line(*place))).collect()
                }
            };
            Ok((told, refused))
        })?;
        permits.copy_from_slice(py, &told)?;
        refused.map_or(Ok(()), |refused| codes.copy_from_slice(py, &refused))
    }

    /// Gives back the places of calls; answers how many permits were open.
    #[pyo3(signature = (permits, /))]
    fn release(&self, py: Python<'_>, permits: PyBuffer<u64>) -> PyResult<usize> {
        let permits = permits.to_vec(py)?;
        self.system.get().detached(py, move |system| Ok(system.release_all(&permits)))
    }
}
