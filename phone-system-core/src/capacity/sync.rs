//! The atomic values of the gate's core; `tests/orders.rs` builds that core upon others, which try
//! every order in which threads can meet.

pub(super) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
