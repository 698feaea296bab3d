//! An organization's ten steps to its phone system, from its own files.
//!
//! `cargo run --release --example set_up_organization` reads the sample that stands beside this
//! program; `--input FOLDER` another organization's files, `--json` answers as data, `--at INSTANT`
//! another instant than the one in the settings.
//!
//! The files: `settings.json`; `seats.csv`, `licenses.csv`; `addresses.csv` as
//! `Get-CsOnlineLisCivicAddress` exports it, `numbers.csv` as `Get-CsPhoneNumberAssignment` does,
//! `told.csv`; and those that the settings name: a list of numbers to port per carrier, account and
//! kind, a price list, a month of the PSTN usage report. If anything is wrong with one of them,
//! every problem is named with its file, row and column, and the program ends with status 1; nothing
//! is reported then.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program that is wrong may stop, a library may not"
)]

mod files;
mod month;
mod report;
mod settings;
mod text;

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process;

use files::{Files, read};
use phone_system_core::organization::Context;
use phone_system_core::{PhoneSystem, Timestamp};
use report::Report;
use settings::Settings;

const USAGE: &str = "set_up_organization [--input FOLDER] [--json] [--at INSTANT]";

/// What the command line says.
struct Options {
    input: PathBuf,
    json: bool,
    at: Option<Timestamp>,
}

fn options() -> Result<Options, String> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/set_up_organization/sample");
    let mut options = Options { input: sample.into(), json: false, at: None };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--input" => options.input = value()?.into(),
            "--json" => options.json = true,
            "--at" => {
                options.at = Some(value()?.parse().map_err(|error| format!("--at: {error}"))?);
            }
            "--help" => {
                println!("{USAGE}");
                process::exit(0);
            }
            _ => return Err(format!("unknown argument {argument}; {USAGE}")),
        }
    }
    Ok(options)
}

fn run() -> Result<(), Vec<String>> {
    let one = |problem: String| vec![problem];
    let options = options().map_err(one)?;
    let settings = read(&options.input, "settings.json")
        .and_then(|text| Settings::read(&text).map_err(|error| format!("settings.json: {error}")))
        .map_err(one)?;
    let at = options.at.unwrap_or(settings.at);
    let actor = "set_up_organization".parse().map_err(|error| one(format!("{error}")))?;

    let system = PhoneSystem::in_memory();
    let mut files = Files {
        system: &system,
        organization: &settings.organization,
        folder: &options.input,
        context: Context::new(settings.begins_at(at), actor),
        problems: Vec::new(),
    };
    let mut inputs = files.read_all(&settings);
    if !files.problems.is_empty() {
        return Err(files.problems);
    }
    let context = files.context;
    let usage = month::run(&system, &settings, &mut inputs.calls, context, at)
        .map_err(|error| one(format!("settings.json: {error}")))?;
    let report = Report::of(&system, &settings, at, inputs, usage)
        .map_err(|error| one(error.to_string()))?;
    let text = if options.json {
        serde_json::to_string_pretty(&report).map_err(|error| one(error.to_string()))? + "\n"
    } else {
        report.to_string()
    };
    // A reader that has seen enough, such as `head`, is no problem.
    drop(io::stdout().write_all(text.as_bytes()));
    Ok(())
}

fn main() {
    if let Err(problems) = run() {
        for problem in problems {
            eprintln!("problem: {problem}");
        }
        process::exit(1);
    }
}
