//! Refusals of the core as exceptions.
//!
//! The exceptions are classes of `phone_system.errors`, because only classes written in Python can
//! carry attributes and be pickled under the stable ABI. Which class a code has is decided there.

use phone_system_core::error::Figure;
use phone_system_core::{Refusal, Refuses};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

static REFUSED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The exception for a refusal; whatever goes wrong on the way to it is the exception instead.
pub(crate) fn refused(py: Python<'_>, error: &impl Refuses) -> PyErr {
    raised(py, &error.refusal())
}

/// The same of a refusal that is none of the core's errors.
pub(crate) fn raised(py: Python<'_>, refusal: &Refusal) -> PyErr {
    exception(py, refusal).unwrap_or_else(|problem| problem)
}

fn exception(py: Python<'_>, refusal: &Refusal) -> PyResult<PyErr> {
    let figures = PyDict::new(py);
    for (name, figure) in refusal.figures.iter() {
        match figure {
            Figure::Count(count) => figures.set_item(name, count)?,
            Figure::Text(text) => figures.set_item(name, text)?,
            Figure::List(list) => figures.set_item(name, list)?,
            Figure::Absent => figures.set_item(name, py.None())?,
            // A sort of figure that this crate was not built for: the message states it all the same.
            _ => {}
        }
    }
    let class = REFUSED.import(py, "phone_system.errors", "refused")?;
    let exception = class.call1((refusal.code.name(), &refusal.message, figures))?;
    Ok(PyErr::from_value(exception))
}
