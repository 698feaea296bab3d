//! Tests over the whole of phone-system.
//!
//! `UPDATE_VECTORS=1 cargo test -p phone-system-tests` writes the answers of this version into
//! `vectors/*.txt`; read the difference before it is kept.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails may panic"
)]

mod errors;
mod histories;
mod rules;
mod store;
mod vectors;
