//! The report as text.

use std::fmt;

use phone_system_core::address::AddressStatus;
use phone_system_core::billing::RechargeOutcome;
use phone_system_core::organization::AllowanceOf;
use phone_system_core::porting::{Channel, PlannedOrder, Reason};
use phone_system_core::setup::{Part, Progress, Step};
use phone_system_core::{Duration, NumberKind};

use crate::month::{RefusedCalls, Usage};
use crate::report::{AddressJudged, Licenses, PortFileRead, Report};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Setting up the phone system of {}, as of {}", self.organization, self.at)?;
        writeln!(
            f,
            "(billed in {}, which decides nothing: usage locations of licences do)\n",
            self.billing_country
        )?;
        for Step { step, title, progress, .. } in &self.steps {
            writeln!(f, "  {step:>2}  {:<11} {title}", progress_words(*progress))?;
        }
        for step in &self.steps {
            self.write_step(f, step)?;
        }
        Ok(())
    }
}

fn progress_words(progress: Progress) -> &'static str {
    match progress {
        Progress::NotWanted => "not wanted",
        _ => progress.as_str(),
    }
}

impl Report {
    fn write_step(&self, f: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
        let Step { step: number, title, progress, until, parts, advice } = step;
        write!(f, "\nStep {number}: {title}: {}", progress_words(*progress))?;
        match until {
            Some(until) => writeln!(f, " until {until}")?,
            None => writeln!(f)?,
        }
        for part in parts.iter().filter(|part| part.part != "port") {
            write_part(f, part)?;
        }
        match number {
            2 => write!(f, "{}", self.licenses)?,
            3 => self.write_numbers(f, |kind| kind == NumberKind::User)?,
            4 => self.write_numbers(f, |kind| kind != NumberKind::User)?,
            5 => self.write_addresses(f)?,
            10 => write!(f, "{}", self.usage)?,
            _ => {}
        }
        for advice in advice {
            writeln!(f, "  advice: {} ({})", advice.advice, advice.source)?;
        }
        Ok(())
    }

    fn write_numbers(
        &self,
        f: &mut fmt::Formatter<'_>,
        of_step: impl Fn(NumberKind) -> bool,
    ) -> fmt::Result {
        for AllowanceOf { kind, entitled, count, left, .. } in
            self.allowances.iter().filter(|allowance| of_step(allowance.kind))
        {
            let (acquired, ported_in) = (count.acquired, count.ported_in);
            writeln!(
                f,
                "  {kind}: entitled to {entitled}, {acquired} acquired, {ported_in} ported in (not counted); {left} more may be acquired"
            )?;
        }
        for order in self.port_orders.iter().filter(|order| of_step(order.kind)) {
            write_order(f, order)?;
        }
        for file in self.port_files.iter().filter(|file| of_step(file.list.kind)) {
            write_port_file(f, file)?;
        }
        Ok(())
    }

    fn write_addresses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for AddressJudged { id, status, changes, problems } in &self.addresses {
            let verdict = match status {
                AddressStatus::Validated if changes.is_empty() => "valid",
                AddressStatus::Validated => "corrected",
                _ => "does not suffice",
            };
            writeln!(f, "  address {id}: {verdict}")?;
            for change in changes {
                writeln!(f, "    {}: `{}` is now `{}`", change.field, change.from, change.to)?;
            }
            for problem in problems {
                writeln!(f, "    {}: {}", problem.field, problem.message)?;
            }
        }
        Ok(())
    }
}

fn write_part(f: &mut fmt::Formatter<'_>, part: &Part) -> fmt::Result {
    let Part { part, progress, until, detail, blocks } = part;
    write!(f, "  {part}: {}", progress_words(*progress))?;
    if let Some(until) = until {
        write!(f, " until {until}")?;
    }
    writeln!(f, ". {detail}")?;
    for block in blocks {
        writeln!(f, "    rule {}: {}", block.rule.code, block.rule.message)?;
        writeln!(f, "    to go on: {}", block.unblock)?;
    }
    Ok(())
}

fn write_order(f: &mut fmt::Formatter<'_>, order: &PlannedOrder) -> fmt::Result {
    let PlannedOrder { losing_carrier, account, kind, country, channel, reason, count, .. } = order;
    let maximum = order.wizard_maximum;
    let channel = match channel {
        Channel::Wizard => "by the wizard",
        _ => "as one service request",
    };
    let why = match reason {
        Reason::WithinWizard => format!("the wizard takes up to {maximum}"),
        Reason::TooManyNumbers => {
            format!("the wizard takes up to {maximum}, and the list is not cut")
        }
        Reason::WizardCountry => format!("the wizard does not serve {country}"),
        _ => "the wizard takes user numbers only".to_owned(),
    };
    let letter = if order.letter_needed { ", with a signed letter of authorization" } else { "" };
    write!(
        f,
        "  port {count} {kind} numbers of {country} from {losing_carrier}, account {account}, {channel}{letter}: {why}"
    )?;
    match order.waits_for {
        Some(first) => writeln!(f, "; after order {first}"),
        None => writeln!(f),
    }
}

fn write_port_file(f: &mut fmt::Formatter<'_>, file: &PortFileRead) -> fmt::Result {
    let PortFileRead { file, read, .. } = file;
    let (numbers, corrected) = (read.numbers.count(), read.corrected.len());
    writeln!(
        f,
        "  {file}: {numbers} numbers, {corrected} rows not written in E.164, {} rows without a number",
        read.problems.len()
    )?;
    for problem in &read.problems {
        writeln!(f, "    row {}: `{}`: {}", problem.row, problem.text, problem.problem)?;
    }
    Ok(())
}

impl fmt::Display for Licenses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for seats in &self.seats {
            let (sku, title) = (seats.sku, &seats.title);
            writeln!(
                f,
                "  {sku}: {} bought, {} assigned, {} free ({title})",
                seats.bought, seats.assigned, seats.free
            )?;
        }
        let countries =
            self.users_by_country.iter().map(|(country, users)| format!("{users} in {country}"));
        writeln!(
            f,
            "  {} users by usage location: {}",
            self.users,
            countries.collect::<Vec<_>>().join(", "),
        )?;
        let user = &self.entitlement.user;
        writeln!(
            f,
            "  user numbers: {} calling plans x {} = {}, so {}; + {} + {} pay-as-you-go = {}",
            user.licenses,
            user.factor,
            user.product,
            user.whole,
            user.extra,
            user.pay_as_you_go,
            user.total,
        )?;
        let service = &self.entitlement.service_toll;
        writeln!(
            f,
            "  service numbers: {} licences of Phone System or Audio Conferencing give {} toll and {} toll-free",
            service.licenses, service.total, self.entitlement.service_toll_free.total,
        )
    }
}

/// Minutes, with a tenth.
fn minutes(duration: Duration) -> String {
    let tenths = duration.micros() / 6_000_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let currency = self.account.credits.as_ref().map(|credits| credits.currency.to_string());
        let currency = currency.unwrap_or_default();
        writeln!(
            f,
            "  the month: {} calls; {} free, {} within included minutes, {} paid from credits for {} {currency}",
            self.calls, self.free, self.included, self.paid, self.spent,
        )?;
        for pool in &self.pools {
            let country = pool.pool.country.map(|country| format!(" {country}"));
            write!(
                f,
                "  minutes {} {}{}: {} of {} used",
                pool.pool.month,
                pool.pool.plan,
                country.unwrap_or_default(),
                minutes(pool.used.domestic),
                minutes(pool.size.domestic),
            )?;
            if pool.size.international.micros() > 0 {
                let (used, size) = (pool.used.international, pool.size.international);
                write!(f, ", international {} of {}", minutes(used), minutes(size))?;
            }
            writeln!(f)?;
        }
        for recharge in &self.recharges {
            let outcome = match recharge.outcome {
                RechargeOutcome::Succeeded => "succeeded",
                _ => "failed",
            };
            writeln!(
                f,
                "  recharge of {} asked for at {}, {outcome} at {}: balance {}",
                recharge.amount, recharge.requested_at, recharge.at, recharge.balance,
            )?;
        }
        let balances = self.days.iter().map(|day| format!("{} {}", &day.day[5..], day.balance));
        for week in balances.collect::<Vec<_>>().chunks(7) {
            writeln!(f, "  balance at the end of the day: {}", week.join("  "))?;
        }
        for RefusedCalls { code, calls, first } in &self.refused {
            if let (Some(from), Some(to)) = (calls.first(), calls.last()) {
                writeln!(
                    f,
                    "  {} calls would have been refused between {} and {}: {code}; the first: {first}",
                    calls.len(),
                    from.at,
                    to.at,
                )?;
            }
        }
        Ok(())
    }
}
