//! Benchmarks of phone-system beside what a user would pick instead.
