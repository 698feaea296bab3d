//! Traffic theory for Python: figures, or arrays of them.

use std::cmp::Ordering;

use phone_system_core::capacity::traffic::{self, Error, Real};
use phone_system_core::{ErrorCode, Refuses};
use pyo3::IntoPyObjectExt;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::error::refused;

/// One figure for all items, or one for each.
enum Given<T> {
    One(T),
    Each(Vec<T>),
}

impl<T: Copy> Given<T> {
    /// How many items there are; none if one figure stands for all.
    fn len(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Each(items) => Some(items.len()),
        }
    }

    fn at(&self, place: usize) -> Option<T> {
        match self {
            Self::One(item) => Some(*item),
            Self::Each(items) => items.get(place).copied(),
        }
    }
}

impl Given<f64> {
    fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(buffer) = PyBuffer::<f64>::get(value) {
            return buffer.to_vec(value.py()).map(Self::Each);
        }
        value.extract().map(Self::One)
    }

    #[allow(clippy::unnecessary_wraps, reason = "counts can be refused, and one macro asks both")]
    fn wanted(&self, place: usize, _: &'static str) -> Result<f64, Error> {
        Ok(self.at(place).unwrap_or(f64::NAN))
    }
}

impl Given<i64> {
    fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(buffer) = PyBuffer::<i64>::get(value) {
            return buffer.to_vec(value.py()).map(Self::Each);
        }
        value.extract().map(Self::One)
    }

    fn wanted(&self, place: usize, figure: &'static str) -> Result<u32, Error> {
        let count = self.at(place).unwrap_or_default();
        u32::try_from(count).map_err(|_| {
            let value = Real(count.to_string().parse().unwrap_or(f64::NAN));
            Error::OutOfRange { figure, value, allowed: "whole numbers from 1 to 4294967295" }
        })
    }
}

/// What is answered: a figure or a number of lines.
trait Answer: Copy + for<'py> IntoPyObject<'py> {
    /// What stands where more traffic is offered than can be served, if anything can.
    const OVERLOADED: Option<Self>;

    fn bytes(self) -> [u8; 8];
}

impl Answer for f64 {
    const OVERLOADED: Option<Self> = Some(Self::NAN);

    fn bytes(self) -> [u8; 8] {
        self.to_ne_bytes()
    }
}

impl Answer for u32 {
    const OVERLOADED: Option<Self> = None;

    fn bytes(self) -> [u8; 8] {
        i64::from(self).to_ne_bytes()
    }
}

/// How many items there are; none if every argument is one figure.
fn items(lengths: &[Option<usize>]) -> PyResult<Option<usize>> {
    let mut all = None;
    for length in lengths.iter().flatten() {
        match all.unwrap_or(*length).cmp(length) {
            Ordering::Equal => all = Some(*length),
            _ => return Err(PyValueError::new_err("the arguments have different lengths")),
        }
    }
    Ok(all)
}

/// Asks for each item: a figure, or eight bytes for each.
fn ask<'py, T: Answer + Send>(
    py: Python<'py>,
    lengths: &[Option<usize>],
    overloaded_is_nan: bool,
    formula: impl Fn(usize) -> Result<T, Error> + Send + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let formula = |place| match (formula(place), T::OVERLOADED) {
        (Err(error), Some(nan))
            if overloaded_is_nan && error.code() == ErrorCode::CapacityOverloaded =>
        {
            Ok(nan)
        }
        (told, _) => told,
    };
    let Some(count) = items(lengths)? else {
        let told = formula(0).map_err(|error| refused(py, &error))?;
        return told.into_bound_py_any(py);
    };
    let told: Result<Vec<u8>, (usize, Error)> = py.detach(|| {
        let mut bytes = Vec::with_capacity(count.saturating_mul(8));
        for place in 0..count {
            bytes.extend(formula(place).map_err(|error| (place, error))?.bytes());
        }
        Ok(bytes)
    });
    match told {
        Ok(bytes) => Ok(PyByteArray::new(py, &bytes).into_any()),
        Err((place, error)) => {
            let raised = refused(py, &error);
            raised.value(py).call_method1("add_note", (format!("item {place}"),))?;
            Err(raised)
        }
    }
}

macro_rules! formulas {
    ($( $name:ident($( $argument:ident: $kind:ty ),*); )*) => { $(
        /// As the formula of that name; figures, or buffers of as many.
        #[pyfunction]
        #[pyo3(signature = ($( $argument, )* overloaded_is_nan, /))]
        pub(crate) fn $name<'py>(
            py: Python<'py>,
            $( $argument: &Bound<'py, PyAny>, )*
            overloaded_is_nan: bool,
        ) -> PyResult<Bound<'py, PyAny>> {
            $( let $argument = Given::<$kind>::read($argument)?; )*
            ask(py, &[$( $argument.len() ),*], overloaded_is_nan, |place| {
                traffic::$name($( $argument.wanted(place, stringify!($argument))? ),*)
            })
        }
    )* };
}

formulas! {
    erlang_b(traffic: f64, lines: i64);
    erlang_b_recall(traffic: f64, lines: i64, recall: f64);
    erlang_c(traffic: f64, agents: i64);
    service_level(traffic: f64, agents: i64, handle_seconds: f64, target_seconds: f64);
    speed_of_answer(traffic: f64, agents: i64, handle_seconds: f64);
    engset(idle_source_traffic: f64, lines: i64, sources: i64);
    lines_for_erlang_b(traffic: f64, blocking: f64);
    lines_for_erlang_b_recall(traffic: f64, recall: f64, blocking: f64);
    lines_for_engset(idle_source_traffic: f64, sources: i64, blocking: f64);
    agents_for_service_level(traffic: f64, handle_seconds: f64, target_seconds: f64, service_level: f64);
    agents_for_speed_of_answer(traffic: f64, handle_seconds: f64, answer_seconds: f64);
    traffic_for_erlang_b(lines: i64, blocking: f64);
    traffic_for_erlang_b_recall(lines: i64, recall: f64, blocking: f64);
    traffic_for_engset(lines: i64, sources: i64, blocking: f64);
    traffic_for_service_level(agents: i64, handle_seconds: f64, target_seconds: f64, service_level: f64);
    traffic_for_speed_of_answer(agents: i64, handle_seconds: f64, answer_seconds: f64);
}
