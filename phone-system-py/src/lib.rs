//! The native half of the Python package: JSON in, JSON out, and the telephone number as a value.
//!
//! What people call is Python, generated from the schema of the commands and queries; it stands on
//! [`System`], which is [`JsonSystem`] and nothing more.

mod calls;
mod error;
mod fork;
mod lines;
mod number;
mod system;
mod tariff;
mod traffic;

use pyo3::prelude::*;

/// The native half of `phone_system`.
#[pymodule]
mod _native {
    use super::fork::be_told_of_forks;
    use super::{Bound, PyModule, PyModuleMethods, PyResult};
    use phone_system_core::number::METADATA_VERSION;

    #[pymodule_export]
    use super::calls::{Calls, Permit};
    #[pymodule_export]
    use super::lines::Lines;
    #[pymodule_export]
    use super::number::{PhoneNumber, parse_number};
    #[pymodule_export]
    use super::system::{System, command_names, query_names};
    #[pymodule_export]
    use super::tariff::Tariff;
    #[pymodule_export]
    use super::traffic::{
        agents_for_service_level, agents_for_speed_of_answer, engset, erlang_b, erlang_b_recall,
        erlang_c, lines_for_engset, lines_for_erlang_b, lines_for_erlang_b_recall, service_level,
        speed_of_answer, traffic_for_engset, traffic_for_erlang_b, traffic_for_erlang_b_recall,
        traffic_for_service_level, traffic_for_speed_of_answer,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        be_told_of_forks(module)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("METADATA_VERSION", METADATA_VERSION)
    }
}
