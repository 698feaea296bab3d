//! [`JsonSystem`] for Python.

#![allow(clippy::needless_pass_by_value, reason = "Python hands its arguments over")]

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phone_system_core::capacity::Occupancy;
use phone_system_core::error::Figures;
use phone_system_core::json::{self, JsonSystem};
use phone_system_core::{Error, ErrorCode, PhoneSystem, Refusal, Refuses};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyString};

use crate::error::{raised, refused};
use crate::fork::Process;
use crate::number::PhoneNumber;

/// JSON as it comes from Python; it stays where it is while the interpreter is let go.
pub(crate) enum Json {
    Text(PyBackedStr),
    Bytes(PyBackedBytes),
}

impl Json {
    pub(crate) fn bytes(&self) -> &[u8] {
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

/// What an open system holds. Every call has a copy, so that closing can wait for the last one.
#[derive(Clone)]
struct Open {
    // Before `calls`, and so let go of before it: when nobody has `calls` any more, nobody has this.
    system: Arc<JsonSystem>,
    /// Nothing is ever sent.
    calls: Sender<Infallible>,
}

/// A phone system, in memory or in a file; commands, queries and answers are JSON.
#[pyclass(frozen, module = "phone_system._native")]
pub(crate) struct System {
    // Locked only while the interpreter is held, and nothing of Python's is done meanwhile: so it is
    // never waited for, and a process that Python forks never finds it locked.
    open: Mutex<Option<(Open, Receiver<Infallible>)>>,
    /// Locked while the system is being closed.
    closing: Mutex<()>,
    /// Whether it is in a file, which is one process's.
    durable: bool,
    /// The process that opened it.
    process: Process,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> Refusal {
    Refusal {
        code: ErrorCode::HandleClosed,
        message: "the system was closed before this call".to_owned(),
        figures: Figures::default(),
    }
}

impl System {
    fn of(system: JsonSystem, durable: bool) -> Self {
        let (calls, ended) = channel();
        let open = Open { system: Arc::new(system), calls };
        let (open, closing) = (Mutex::new(Some((open, ended))), Mutex::default());
        Self { open, closing, durable, process: Process::current() }
    }

    /// The system for one call.
    fn opened(&self, py: Python<'_>) -> PyResult<Open> {
        let open = lock(&self.open).as_ref().map(|(open, _)| open.clone());
        let open = open.ok_or_else(|| raised(py, &closed()))?;
        // Before anything else of it is touched: other threads of the process that was forked may
        // have held its locks, and are not here to give them back.
        if self.durable {
            self.process.check().map_err(|error| refused(py, &error))?;
        }
        Ok(open)
    }

    /// Runs without the interpreter, so that other threads of Python go on.
    pub(crate) fn detached<T: Send>(
        &self,
        py: Python<'_>,
        run: impl FnOnce(&JsonSystem) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let open = self.opened(py)?;
        py.detach(move || run(&open.system)).map_err(|error| refused(py, &error))
    }

    /// Does what takes no time and nothing of Python's, so that the interpreter is not let go.
    pub(crate) fn at_once<T>(
        &self,
        run: impl FnOnce(&JsonSystem) -> Result<T, Error>,
    ) -> Result<T, Refusal> {
        let open = lock(&self.open);
        let (open, _) = open.as_ref().ok_or_else(closed)?;
        if self.durable {
            self.process.check().map_err(|error| error.refusal())?;
        }
        run(&open.system).map_err(|error| error.refusal())
    }

    /// Lets go of a system that another process opened, without freeing what it holds: that was
    /// copied in the middle of whatever other threads were doing with it.
    fn leave(&self) {
        std::mem::forget(lock(&self.open).take());
    }

    fn is_forked(&self) -> bool {
        self.process.check().is_err()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if self.is_forked() {
            self.leave();
        }
    }
}

#[pymethods]
impl System {
    #[new]
    fn new() -> Self {
        Self::of(PhoneSystem::in_memory().into(), false)
    }

    /// Opens a system in a file.
    #[staticmethod]
    #[pyo3(signature = (given, /))]
    fn open(py: Python<'_>, given: Json) -> PyResult<Self> {
        let system = py.detach(move || JsonSystem::open(given.bytes()));
        Ok(Self::of(system.map_err(|error| refused(py, &error))?, true))
    }

    /// Closes the system when the calls of other threads have ended.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if self.is_forked() {
            self.leave();
            return Ok(());
        }
        let Some((open, ended)) = lock(&self.open).take() else {
            // Another thread may be at it still.
            py.detach(|| drop(lock(&self.closing)));
            return Ok(());
        };
        // Nobody else has it: only the first who closes the system comes here.
        let closing = lock(&self.closing);
        let settled = py.detach(move || {
            let Open { system, calls } = open;
            drop(calls);
            // Answers when nobody is left who could send anything.
            let _ = ended.recv();
            system.close()
        });
        drop(closing);
        settled.map_err(|error| refused(py, &error))
    }

    /// Refuses if the system is closed, or another process's.
    fn check(&self, py: Python<'_>) -> PyResult<()> {
        self.opened(py).map(drop)
    }

    /// Asks for a command and waits until it is durable.
    #[pyo3(signature = (envelope, /))]
    fn execute(&self, py: Python<'_>, envelope: Json) -> PyResult<String> {
        let executed = self.detached(py, |system| system.execute(envelope.bytes()));
        // Whatever is wrong, an emergency call passes.
        executed.or_else(|refused| json::emergency_without_system(envelope.bytes()).ok_or(refused))
    }

    /// Lets a call begin on a number: its place, and its authorization.
    #[pyo3(signature = (number, envelope, /))]
    fn begin_call(&self, py: Python<'_>, number: &PhoneNumber, envelope: Json) -> PyResult<String> {
        let number = number.0;
        let begun = self.detached(py, |system| system.begin_call(number, envelope.bytes()));
        begun
            .or_else(|refused| json::emergency_call_without_system(envelope.bytes()).ok_or(refused))
    }

    /// Lets an emergency call begin whose number cannot be read; none if it is none.
    #[staticmethod]
    #[pyo3(signature = (envelope, /))]
    fn begin_nameless(envelope: Json) -> Option<String> {
        json::emergency_call_without_system(envelope.bytes())
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

    /// Asks for a simulation, and tells how far it is. An exception of who is told, or a signal's, stops
    /// it and is raised.
    #[pyo3(signature = (envelope, progress=None, /))]
    fn simulate(
        &self,
        py: Python<'_>,
        envelope: Json,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<String> {
        let mut raised = None;
        let mut tell = |done: u64, total: u64| {
            let told = Python::attach(|py| {
                py.check_signals()?;
                progress.as_ref().map_or(Ok(()), |told| told.call1(py, (done, total)).map(drop))
            });
            match told {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        let simulated = self.detached(py, |system| system.simulate(envelope.bytes(), &mut tell));
        raised.map_or(simulated, Err)
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

    /// Asks about live calls for something beside admitting and releasing them.
    #[pyo3(signature = (asked, /))]
    fn gate(&self, py: Python<'_>, asked: Json) -> PyResult<String> {
        self.detached(py, move |system| system.gate(asked.bytes()))
    }

    /// Admits an emergency call of a caller without a number.
    #[pyo3(signature = (dialed, /))]
    fn admit_nameless(&self, py: Python<'_>, dialed: &str) -> PyResult<Option<u64>> {
        let admitted = self.detached(py, move |system| Ok(system.admit_nameless(dialed)));
        admitted.or_else(|refused| json::emergency_without_place(dialed).map(Some).ok_or(refused))
    }

    /// Gives back the place of a call.
    #[pyo3(signature = (permit, /))]
    fn release(&self, py: Python<'_>, permit: u64) -> PyResult<()> {
        self.at_once(|system| system.release(permit)).map_err(|refusal| raised(py, &refusal))
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

    /// The commits of one stream after a place in it.
    fn stream_after(
        &self,
        py: Python<'_>,
        stream: &str,
        after: u64,
        limit: usize,
    ) -> PyResult<String> {
        self.detached(py, move |system| system.stream_after(stream, after, limit))
    }

    /// Takes care of the store.
    #[pyo3(signature = (asked, /))]
    fn maintain(&self, py: Python<'_>, asked: Json) -> PyResult<String> {
        self.detached(py, move |system| system.maintain(asked.bytes()))
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
