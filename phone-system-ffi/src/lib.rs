//! The C interface of phone-system: `include/phone_system.h` is made from these sources.
//!
//! Commands, queries and answers are JSON, as [`phone_system_core::json`] reads and writes it, so
//! that a C program can say neither more nor less than a Python one. The comment of every exported
//! item is its documentation in the header; what a caller owes stands there in prose.

#![allow(
    non_camel_case_types,
    reason = "C programs see these names; one spelling serves both languages"
)]
#![allow(
    clippy::missing_safety_doc,
    clippy::doc_markdown,
    reason = "the comments go into the header, where `# Safety` is no heading and names are plain"
)]
#![allow(
    clippy::unnecessary_box_returns,
    reason = "refusals are boxed wherever they are handed on: see `boundary::Refused`"
)]

#[cfg(panic = "abort")]
compile_error!("phone-system-ffi turns panics into PHS_BOUNDARY_PANIC; build it with unwinding");

mod barrier;
mod boundary;
mod calls;
mod capacity;
mod charging;
mod closable;
mod due;
mod fork;
mod handles;
mod last_error;
mod lines;
mod number;
mod rating;
mod settling;
mod simulation;
mod status;
mod together;
mod traffic;
mod version;
mod words;

pub use calls::*;
pub use capacity::*;
pub use charging::*;
pub use due::*;
pub use handles::*;
pub use last_error::*;
pub use lines::*;
pub use number::*;
pub use rating::*;
pub use settling::*;
pub use simulation::*;
pub use status::*;
pub use together::*;
pub use traffic::*;
pub use version::*;
pub use words::*;
