//! Calls of an organization, and their permits.

#![allow(clippy::needless_pass_by_value, reason = "Python hands its arguments over")]

use std::sync::atomic::{AtomicU64, Ordering};

use phone_system_core::json::{self, WITHOUT_PLACE};
use phone_system_core::number::PhoneNumber as Number;
use phone_system_core::system::RequestError;
use phone_system_core::{Error, ErrorCode, OrganizationId, Refusal};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::error::raised;
use crate::lines::Lines;
use crate::number::PhoneNumber;
use crate::system::System;

/// What asks for the calls of an organization.
#[pyclass(frozen, module = "phone_system._native")]
pub(crate) struct Calls {
    system: Py<System>,
    /// Or what its name lacks.
    organization: Result<OrganizationId, String>,
}

impl Calls {
    fn owner(&self) -> Result<&OrganizationId, Error> {
        self.organization.as_ref().map_err(|problem| {
            let (part, problem) = ("organization".to_owned(), problem.clone());
            RequestError::Malformed { part, problem }.into()
        })
    }
}

#[pymethods]
impl Calls {
    #[new]
    #[pyo3(signature = (system, organization, /))]
    fn new(system: Py<System>, organization: &str) -> Self {
        let organization = organization.parse().map_err(|error| format!("{error}"));
        Self { system, organization }
    }

    /// Admits a call.
    #[pyo3(signature = (number, dialed = None, /))]
    fn admit(
        &self,
        py: Python<'_>,
        number: &Bound<'_, PhoneNumber>,
        dialed: Option<&str>,
    ) -> PyResult<Permit> {
        let own = number.get().0;
        let admitted = self.system.get().at_once(|system| system.admit(self.owner()?, own, dialed));
        // Whatever is wrong, an emergency call passes.
        let without_place = |refused| dialed.and_then(json::emergency_without_place).ok_or(refused);
        let permit = admitted.or_else(without_place).map_err(|refusal| raised(py, &refusal))?;
        Ok(Permit::new(self.system.clone_ref(py), permit, Some(number.get())))
    }

    /// Looks up numbers of the organization.
    #[pyo3(signature = (numbers, /))]
    fn lines(&self, py: Python<'_>, numbers: Vec<Py<PhoneNumber>>) -> PyResult<Lines> {
        let numbers: Vec<_> = numbers.iter().map(|number| number.get().0).collect();
        let lines = self.system.get().detached(py, move |system| {
            let owner = self.owner()?;
            let line = |number| system.system().line(owner, number);
            numbers.into_iter().map(line).collect::<Result<Vec<_>, _>>()
        })?;
        Ok(Lines::new(self.system.clone_ref(py), lines))
    }
}

/// The right to one call, until it is released.
#[pyclass(frozen, module = "phone_system")]
pub(crate) struct Permit {
    system: Py<System>,
    /// Its number among permits; 0 if it takes no place.
    open: AtomicU64,
    /// The digits of its number; 0 if it has none.
    number: AtomicU64,
}

impl Permit {
    fn give_back(&self) -> Result<(), Refusal> {
        let permit = self.open.load(Ordering::Acquire);
        if permit == WITHOUT_PLACE {
            return Ok(());
        }
        self.system.get().at_once(|system| system.release(permit))
    }
}

/// Why a permit needs no release any more. No number is given out twice, so one that is unknown was
/// released in the meantime; in a forked process there is only a copy of it.
const RELEASED: [ErrorCode; 3] =
    [ErrorCode::HandleClosed, ErrorCode::CapacityPermitUnknown, ErrorCode::StoreForked];

#[pymethods]
impl Permit {
    #[new]
    #[pyo3(signature = (system, permit, number, /))]
    fn new(system: Py<System>, permit: u64, number: Option<&PhoneNumber>) -> Self {
        let digits = number.map_or(0, |number| number.0.digits());
        Self { system, open: AtomicU64::new(permit), number: AtomicU64::new(digits) }
    }

    /// Its number among permits.
    #[getter]
    fn permit(&self) -> u64 {
        self.open.load(Ordering::Acquire)
    }

    /// The number that carries the call.
    #[getter]
    fn number(&self) -> Option<PhoneNumber> {
        Number::from_digits(self.number.load(Ordering::Acquire)).map(PhoneNumber)
    }

    /// Gives back the place of the call.
    fn release(&self, py: Python<'_>) -> PyResult<()> {
        self.give_back().map_err(|refusal| raised(py, &refusal))
    }

    /// Sets when the permit ends by itself.
    fn renew(&self, py: Python<'_>, ends_at: Bound<'_, PyAny>) -> PyResult<()> {
        static RENEWED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let renewed = RENEWED.import(py, "phone_system._gate", "renewed")?;
        let renewed = renewed.call1((&self.system, self.permit(), ends_at))?;
        self.open.store(renewed.extract()?, Ordering::Release);
        Ok(())
    }

    /// Moves the call to another number.
    #[pyo3(signature = (organization, number, way = "inbound", ends_at = None))]
    fn transfer(
        &self,
        py: Python<'_>,
        organization: Bound<'_, PyAny>,
        number: Bound<'_, PyAny>,
        way: &str,
        ends_at: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        static MOVED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let moved = MOVED.import(py, "phone_system._gate", "moved")?;
        let moved =
            moved.call1((&self.system, self.permit(), organization, number, way, ends_at))?;
        let (permit, number): (u64, Bound<'_, PhoneNumber>) = moved.extract()?;
        self.open.store(permit, Ordering::Release);
        if permit != WITHOUT_PLACE {
            self.number.store(number.get().0.digits(), Ordering::Release);
        }
        Ok(())
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (kind, error, traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        kind: &Bound<'_, PyAny>,
        error: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let _ = (kind, error, traceback);
        match self.give_back() {
            Err(refusal) if !RELEASED.contains(&refusal.code) => Err(raised(py, &refusal)),
            _ => Ok(()),
        }
    }

    fn __repr__(&self) -> String {
        let number = Number::from_digits(self.number.load(Ordering::Acquire));
        let number = number.map_or_else(|| "None".to_owned(), |number| number.to_string());
        format!("<Permit {} on {number}>", self.permit())
    }
}
