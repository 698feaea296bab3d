//! Whether this process was forked from the one that opened a system.

use std::sync::atomic::{AtomicU64, Ordering};

use phone_system_core::store;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// How often the process was forked, from its own beginning down to here.
static FORKS: AtomicU64 = AtomicU64::new(0);

/// The process that opened a system.
///
/// Asking the operating system for the process's id in every call would cost 0.05 to 1.2 us, as
/// machines go; so Python tells of forks instead.
pub(crate) struct Process {
    id: u32,
    forks: u64,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        Self { id: std::process::id(), forks: FORKS.load(Ordering::Relaxed) }
    }

    /// Refuses in any other.
    pub(crate) fn check(&self) -> Result<(), store::Error> {
        if FORKS.load(Ordering::Relaxed) == self.forks {
            return Ok(());
        }
        Err(store::Error::Forked { process: std::process::id(), opened_by: self.id })
    }
}

#[pyfunction]
fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// Has Python tell of every fork from now on; there are none on Windows.
pub(crate) fn be_told_of_forks(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let hooks = PyDict::new(py);
        hooks.set_item("after_in_child", wrap_pyfunction!(in_child, module)?)?;
        os.call_method("register_at_fork", (), Some(&hooks))?;
    }
    Ok(())
}
