//! Tests over the whole of phone-system.
//!
//! `UPDATE_VECTORS=1 cargo test -p phone-system-tests` writes the answers of this version into
//! `vectors/*.txt`; read the difference before it is kept.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that fails may panic"
)]

mod accounts;
mod addresses;
mod auditor;
mod bad_input;
mod crashes;
mod damage;
mod disk;
mod durable;
mod errors;
mod golden;
mod histories;
mod kills;
mod lines;
mod orders;
mod porting;
mod records;
mod reopened;
mod rules;
mod simulation;
mod statements;
mod store;
mod stores;
mod tariffs;
mod texts;
mod traffic;
mod vectors;
mod world;

/// So many random cases; a failing one is printed with its input, and no file is written.
fn random(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}
