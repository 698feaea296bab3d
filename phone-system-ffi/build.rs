//! Gives the shared library its SONAME: the name that programs linked against it ask for.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    // Before 1.0 every minor version may change the interface, after it only a major one.
    let major = env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
    let version = match major.as_str() {
        "0" => format!("0.{}", env::var("CARGO_PKG_VERSION_MINOR").unwrap_or_default()),
        _ => major,
    };
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libphone_system.so.{version}");
}
