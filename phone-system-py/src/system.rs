//! [`JsonSystem`] for Python.

use phone_system_core::capacity::Occupancy;
use phone_system_core::json::{self, JsonSystem};
use phone_system_core::system::RequestError;
use phone_system_core::{Error, OrganizationId, PhoneSystem};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyString};

use crate::error::refused;
use crate::number::PhoneNumber;

/// JSON as it comes from Python; it stays where it is while the interpreter is let go.
pub(crate) enum Json {
    Text(PyBackedStr),
    Bytes(PyBackedBytes),
}

impl Json {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Json {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<PyString>() {
            Ok(Self::Text(value.extract()?))
        } else if value.is_instance_of::<PyBytes>() {
            Ok(Self::Bytes(value.extract()?))
        } else {
            let given = value.get_type().name()?;
            Err(PyTypeError::new_err(format!("expected JSON as str or bytes, not {given}")))
        }
    }
}

/// Calls now, the most at once, admitted, refused, emergency calls.
type Counts = (u32, u32, u64, u64, u64);

/// A phone system that lives as long as the process; commands, queries and answers are JSON.
#[pyclass(frozen, module = "phone_system._native")]
pub(crate) struct System(JsonSystem);

impl System {
    /// Runs without the interpreter, so that other threads of Python go on.
    fn detached<T: Send>(
        &self,
        py: Python<'_>,
        run: impl FnOnce(&JsonSystem) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        py.detach(|| run(&self.0)).map_err(|error| refused(py, &error))
    }
}

#[pymethods]
impl System {
    #[new]
    fn new() -> Self {
        Self(PhoneSystem::in_memory().into())
    }

    /// Asks for a command and waits until it is durable.
    #[pyo3(signature = (envelope, /))]
    fn execute(&self, py: Python<'_>, envelope: Json) -> PyResult<String> {
        self.detached(py, move |system| system.execute(envelope.bytes()))
    }

    /// What a command would do now.
    #[pyo3(signature = (envelope, /))]
    fn dry_run(&self, py: Python<'_>, envelope: Json) -> PyResult<String> {
        self.detached(py, move |system| system.dry_run(envelope.bytes()))
    }

    /// Asks a question.
    #[pyo3(signature = (envelope, /))]
    fn query(&self, py: Python<'_>, envelope: Json) -> PyResult<String> {
        self.detached(py, move |system| system.query(envelope.bytes()))
    }

    /// Asks for a command and does not wait.
    #[pyo3(signature = (envelope, /))]
    fn submit(&self, py: Python<'_>, envelope: Json) -> PyResult<u64> {
        self.detached(py, move |system| system.submit(envelope.bytes()))
    }

    /// Waits until what was submitted is durable.
    #[pyo3(signature = (ticket, /))]
    fn wait(&self, py: Python<'_>, ticket: u64) -> PyResult<String> {
        self.detached(py, move |system| system.wait(ticket))
    }

    /// Asks for many commands, each by itself.
    #[pyo3(signature = (envelopes, /))]
    fn execute_batch(&self, py: Python<'_>, envelopes: Json) -> PyResult<String> {
        self.detached(py, move |system| system.execute_batch(envelopes.bytes()))
    }

    /// Gives reference data.
    #[pyo3(signature = (given, /))]
    fn give(&self, py: Python<'_>, given: Json) -> PyResult<String> {
        self.detached(py, move |system| system.give(given.bytes()))
    }

    /// Admits a call.
    #[pyo3(signature = (organization, number, dialed = None, /))]
    fn admit(
        &self,
        py: Python<'_>,
        organization: &str,
        number: &PhoneNumber,
        dialed: Option<&str>,
    ) -> PyResult<u64> {
        let number = number.0;
        self.detached(py, move |system| {
            let organization: OrganizationId = organization.parse().map_err(|error| {
                let (part, problem) = ("organization".to_owned(), format!("{error}"));
                RequestError::Malformed { part, problem }
            })?;
            system.admit(&organization, number, dialed)
        })
    }

    /// Admits an emergency call of a caller without a number.
    #[pyo3(signature = (dialed, /))]
    fn admit_nameless(&self, dialed: &str) -> Option<u64> {
        self.0.admit_nameless(dialed)
    }

    /// Gives back the place of a call.
    #[pyo3(signature = (permit, /))]
    fn release(&self, py: Python<'_>, permit: u64) -> PyResult<()> {
        self.detached(py, move |system| system.release(permit))
    }

    /// What is known of a number's calls.
    #[pyo3(signature = (number, /))]
    fn occupancy(&self, py: Python<'_>, number: &PhoneNumber) -> PyResult<Counts> {
        let number = number.0;
        self.detached(py, move |system| {
            let Occupancy { in_use, peak, admitted, refused, emergency } =
                system.system().occupancy(number);
            Ok((in_use, peak, admitted, refused, emergency))
        })
    }

    /// The commits after a position.
    fn events_after(&self, py: Python<'_>, position: u64, limit: usize) -> PyResult<String> {
        self.detached(py, move |system| system.events_after(position, limit))
    }
}

/// The dotted names of all commands.
#[pyfunction]
pub(crate) fn command_names() -> Vec<&'static str> {
    json::command_names().collect()
}

/// The dotted names of all queries.
#[pyfunction]
pub(crate) fn query_names() -> Vec<&'static str> {
    json::query_names().collect()
}
