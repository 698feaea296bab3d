//! Prints the JSON Schema of every command, query and answer, with the table of error codes.
//!
//! `cargo run -p phone-system-core --features schema --example schema`

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    println!("{:#}", phone_system_core::json::schema());
}
