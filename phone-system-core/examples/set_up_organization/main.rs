//! Reads an organization's own files and reports how far it has come with its licences (step 2),
//! user numbers (step 3) and service numbers (step 4).
//!
//! `cargo run --release --example set_up_organization -- [--input FOLDER] [--json] [--at INSTANT]`
//!
//! The folder holds `settings.json`, `seats.csv`, `licenses.csv`, `numbers.csv` and the lists of
//! numbers to port that the settings name; without `--input` it is the sample beside this file.
//! The exit status is 1 if a file cannot be used; every problem is named with its file and row.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

mod report;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use phone_system_core::bulk::Mode;
use phone_system_core::inventory::ImportOwned;
use phone_system_core::licensing::{BuySeats, ImportUsers};
use phone_system_core::organization::{ChooseRules, Command, Context};
use phone_system_core::porting::{AccountNumber, PortList, ReadList};
use phone_system_core::rules::{Generation, Overrides};
use phone_system_core::text::{Country, Label};
use phone_system_core::{NumberKind, OrganizationId, PhoneSystem, Timestamp};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    organization: OrganizationId,
    at: Timestamp,
    generation: Generation,
    #[serde(default)]
    overrides: Overrides,
    port_lists: Vec<PortFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortFile {
    file: String,
    losing_carrier: Label,
    account: AccountNumber,
    kind: NumberKind,
    country: Country,
}

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
            _ => {
                return Err(format!(
                    "unknown argument {argument}; there are --input FOLDER, --json and --at INSTANT"
                ));
            }
        }
    }
    Ok(options)
}

fn read(folder: &Path, name: &str) -> Result<String, String> {
    let bytes = fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("{name}: it is not UTF-8: {error}"))
}

/// An organization whose files are being read; problems are collected, not thrown.
struct Reader {
    system: PhoneSystem,
    organization: OrganizationId,
    context: Context,
    problems: Vec<String>,
}

impl Reader {
    /// Does a command; what it refuses, as a whole or in part, is a problem of `file`.
    fn ask<C: Command>(&mut self, file: &str, command: &C) {
        match self.system.execute(&self.organization, command, &self.context) {
            Err(error) => self.problems.push(format!("{file}: {error}")),
            Ok(done) => {
                let refused = done.refused.iter();
                self.problems.extend(refused.map(|refused| {
                    format!("{file}: {}: {}", refused.item, refused.refusal.message)
                }));
            }
        }
    }

    fn seats(&mut self, file: &str, text: &str) {
        #[derive(Deserialize)]
        struct Row {
            #[serde(rename = "SkuPartNumber")]
            sku: String,
            #[serde(rename = "Seats")]
            seats: u32,
        }
        for (line, row) in
            csv::Reader::from_reader(text.as_bytes()).deserialize::<Row>().zip(2_u32..)
        {
            let file = format!("{file}: row {row}");
            match line.map_err(|error| error.to_string()).and_then(|row| {
                let sku = row.sku.parse().map_err(|error| format!("{error}"))?;
                Ok(BuySeats { sku, seats: row.seats })
            }) {
                Ok(buy) => self.ask(&file, &buy),
                Err(problem) => self.problems.push(format!("{file}: {problem}")),
            }
        }
    }

    fn port_list(&mut self, from: &PortFile, csv: String) -> Option<report::PortFileRead> {
        let query = ReadList { csv, country: from.country };
        match self.system.query(&self.organization, &query, self.context.at) {
            Ok(read) => {
                let PortFile { file, losing_carrier, account, kind, country } = from;
                let list = PortList {
                    losing_carrier: losing_carrier.clone(),
                    account: account.clone(),
                    kind: *kind,
                    country: *country,
                    numbers: read.numbers.clone(),
                };
                Some(report::PortFileRead { file: file.clone(), read, list })
            }
            Err(error) => {
                self.problems.push(format!("{}: {error}", from.file));
                None
            }
        }
    }
}

fn run() -> Result<(), Vec<String>> {
    let options = options().map_err(|problem| vec![problem])?;
    let settings = read(&options.input, "settings.json").map_err(|problem| vec![problem])?;
    let settings: Settings =
        serde_json::from_str(&settings).map_err(|error| vec![format!("settings.json: {error}")])?;
    let at = options.at.unwrap_or(settings.at);
    let actor = "set_up_organization".parse().map_err(|error| vec![format!("{error}")])?;
    let mut reader = Reader {
        system: PhoneSystem::in_memory(),
        organization: settings.organization,
        context: Context::new(at, actor),
        problems: Vec::new(),
    };

    reader.ask(
        "settings.json",
        &ChooseRules { generation: settings.generation, overrides: settings.overrides },
    );
    let text = |name: &str, reader: &mut Reader| {
        read(&options.input, name).map_err(|problem| reader.problems.push(problem)).ok()
    };
    if let Some(seats) = text("seats.csv", &mut reader) {
        reader.seats("seats.csv", &seats);
    }
    // Without the seats every licence would be refused, which says nothing about the licences.
    if reader.problems.is_empty()
        && let Some(csv) = text("licenses.csv", &mut reader)
    {
        reader.ask("licenses.csv", &ImportUsers { csv, mode: Mode::Partial });
    }
    if let Some(csv) = text("numbers.csv", &mut reader) {
        reader.ask("numbers.csv", &ImportOwned { csv, mode: Mode::Partial });
    }
    let mut lists = Vec::new();
    for from in &settings.port_lists {
        if let Some(csv) = text(&from.file, &mut reader) {
            lists.extend(reader.port_list(from, csv));
        }
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let report = report::Report::of(&reader.system, &reader.organization, at, lists)
        .map_err(|error| vec![error.to_string()])?;
    let text = if options.json {
        serde_json::to_string_pretty(&report).map_err(|error| vec![error.to_string()])? + "\n"
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
