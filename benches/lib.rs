//! Benchmarks of phone-system beside what a user would pick instead.
//!
//! `cargo bench -p phone-system-benches`, or one of them with `--bench maps`. Figures are ratios
//! within one run on one machine; the absolute ones are of a 2-core virtual machine.
