//! Reads the files of an organization into a system; problems are collected, not thrown.

use std::fs;
use std::path::Path;

use phone_system_core::billing::{CallRecord, ReadUsage, Tariff};
use phone_system_core::bulk::Mode;
use phone_system_core::inventory::{ImportOwned, ImportTold};
use phone_system_core::licensing::{ImportSeats, ImportUsers};
use phone_system_core::organization::{Addresses, ChooseRules, Command, Context};
use phone_system_core::porting::{PortList, ReadList};
use phone_system_core::{OrganizationId, PhoneSystem, address};

use crate::report::{AddressJudged, Inputs, PAGE, PortFileRead};
use crate::settings::{PortFile, Settings};

/// An organization whose files are being read.
pub(crate) struct Files<'a> {
    pub(crate) system: &'a PhoneSystem,
    pub(crate) organization: &'a OrganizationId,
    pub(crate) folder: &'a Path,
    /// When everything was known that the files say.
    pub(crate) context: Context,
    pub(crate) problems: Vec<String>,
}

pub(crate) fn read(folder: &Path, name: &str) -> Result<String, String> {
    let bytes = fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let readable = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let row = String::from_utf8_lossy(readable).matches('\n').count() + 1;
        format!("{name}: row {row}: it is not UTF-8: {}", error.utf8_error())
    })
}

impl Files<'_> {
    pub(crate) fn read_all(&mut self, settings: &Settings) -> Inputs {
        let mut inputs = Inputs::default();
        if let Some(usage) = &settings.usage {
            self.each(usage, |files, name, csv| inputs.calls = files.usage(name, csv));
        }
        // Everything that the files say was so before the first call.
        let first = inputs.calls.iter().map(|call| call.started_at).min();
        self.context.at = first.map_or(self.context.at, |first| first.min(self.context.at));
        let rules =
            ChooseRules { generation: settings.generation, overrides: settings.overrides.clone() };
        self.ask("settings.json", &rules);
        self.each("seats.csv", |files, name, csv| {
            files.ask(name, &ImportSeats { csv, mode: Mode::Partial });
        });
        // Without the seats every licence would be refused, which says nothing about the licences.
        if !self.problems.iter().any(|problem| problem.starts_with("seats.csv")) {
            self.each("licenses.csv", |files, name, csv| {
                files.ask(name, &ImportUsers { csv, mode: Mode::Partial });
            });
        }
        self.each("addresses.csv", |files, name, csv| {
            inputs.addresses = files.addresses(name, csv);
        });
        self.each("numbers.csv", |files, name, csv| {
            files.ask(name, &ImportOwned { csv, mode: Mode::Partial });
        });
        // Who holds which number is not known if the numbers could not be read.
        if !self.problems.iter().any(|problem| problem.starts_with("numbers.csv")) {
            self.each("told.csv", |files, name, csv| {
                files.ask(name, &ImportTold { csv, mode: Mode::Partial });
            });
        }
        for from in &settings.port_lists {
            self.each(&from.file, |files, _, csv| {
                inputs.port_files.extend(files.port_list(from, csv));
            });
        }
        if let (Some(tariff), Some(credits)) = (&settings.tariff, &settings.credits) {
            self.each(&tariff.file, |files, name, csv| {
                match Tariff::from_csv(tariff.name.clone(), credits.currency, &csv) {
                    Ok(tariff) => files.system.add_tariff(tariff),
                    Err(error) => files.problems.push(format!("{name}: {error}")),
                }
            });
        }
        inputs
    }

    /// Reads a file and does something with its text.
    fn each(&mut self, name: &str, take: impl FnOnce(&mut Self, &str, String)) {
        match read(self.folder, name) {
            Ok(text) => take(self, name, text),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Does a command; what it refuses, as a whole or in part, is a problem of `file`.
    fn ask<C: Command>(&mut self, file: &str, command: &C) -> Option<C::Answer> {
        match self.system.execute(self.organization, command, &self.context) {
            Err(error) => {
                self.problems.push(format!("{file}: {error}"));
                None
            }
            Ok(done) => {
                let refused = done.refused.iter();
                self.problems.extend(refused.map(|refused| {
                    format!("{file}: {}: {}", refused.item, refused.refusal.message)
                }));
                Some(done.answer)
            }
        }
    }

    fn addresses(&mut self, file: &str, csv: String) -> Vec<AddressJudged> {
        self.ask(file, &address::Import { csv, mode: Mode::Partial });
        let mut ids = Vec::new();
        self.pages(|files, skip| {
            let all = Addresses { country: None, status: None, skip, top: PAGE };
            let page = files.system.query(files.organization, &all, files.context.at);
            let page = page.map_err(|error| format!("{file}: {error}"))?;
            ids.extend(page.addresses.into_iter().map(|address| address.id));
            Ok(page.total)
        });
        if ids.is_empty() {
            return Vec::new();
        }
        let validate = address::ValidateAddresses { ids, mode: Mode::Partial };
        let judged = self.ask(file, &validate).map(|answer| answer.addresses).unwrap_or_default();
        judged.into_iter().map(AddressJudged::from).collect()
    }

    fn port_list(&mut self, from: &PortFile, csv: String) -> Option<PortFileRead> {
        let query = ReadList { csv, country: from.country };
        match self.system.query(self.organization, &query, self.context.at) {
            Ok(read) => {
                let PortFile { file, losing_carrier, account, kind, country } = from;
                let list = PortList {
                    losing_carrier: losing_carrier.clone(),
                    account: account.clone(),
                    kind: *kind,
                    country: *country,
                    numbers: read.numbers.clone(),
                };
                Some(PortFileRead { file: file.clone(), read, list })
            }
            Err(error) => {
                self.problems.push(format!("{}: {error}", from.file));
                None
            }
        }
    }

    fn usage(&mut self, file: &str, csv: String) -> Vec<CallRecord> {
        match self.system.query(self.organization, &ReadUsage { csv }, self.context.at) {
            Ok(read) => {
                let problems = read.problems.iter();
                self.problems
                    .extend(problems.map(|problem| format!("{file}: {}", problem.problem)));
                read.calls
            }
            Err(error) => {
                self.problems.push(format!("{file}: {error}"));
                Vec::new()
            }
        }
    }

    /// Reads page after page; `page` answers how many rows there are in all.
    fn pages(&mut self, mut page: impl FnMut(&mut Self, u32) -> Result<u32, String>) {
        let mut skip = 0;
        loop {
            match page(self, skip) {
                Ok(total) if skip.saturating_add(PAGE) < total => skip = skip.saturating_add(PAGE),
                Ok(_) => return,
                Err(problem) => return self.problems.push(problem),
            }
        }
    }
}
