//! The United Kingdom: the postcode's outward code against the city.
//!
//! The embedded localities are not post towns, so the town after which a postcode area is named
//! stands beside them. There is no third piece of evidence: a clash is a conflict, and nothing is
//! replaced.

use super::boxes::non_civic;
use super::fields::Field;
use super::fold::{distance, fold, is_slip};
use super::outcome::{ChangeKind, Level, ProblemCode, Report};
use super::places::{ALIAS_RADIUS, Code, Places, is_listed};

/// Postcode areas and the towns after which they are named.
const TOWNS: &str = "AB Aberdeen;AL St Albans;B Birmingham;BA Bath;BB Blackburn;BD Bradford;\
BH Bournemouth;BL Bolton;BN Brighton;BR Bromley;BS Bristol;BT Belfast;CA Carlisle;CB Cambridge;\
CF Cardiff;CH Chester;CM Chelmsford;CO Colchester;CR Croydon;CT Canterbury;CV Coventry;CW Crewe;\
DA Dartford;DD Dundee;DE Derby;DG Dumfries;DH Durham;DL Darlington;DN Doncaster;DT Dorchester;\
DY Dudley;E London;EC London;EH Edinburgh;EN Enfield;EX Exeter;FK Falkirk;FY Blackpool;G Glasgow;\
GL Gloucester;GU Guildford;GY St Peter Port;HA Harrow;HD Huddersfield;HG Harrogate;HP Hemel Hempstead;HR Hereford;\
HS Isle of Harris;HU Hull;HX Halifax;IG Ilford;IM Douglas;IP Ipswich;IV Inverness;JE St Helier;KA Kilmarnock;\
KT Kingston upon Thames;KW Kirkwall;KY Kirkcaldy;L Liverpool;LA Lancaster;LD Llandrindod Wells;\
LE Leicester;LL Llandudno;LN Lincoln;LS Leeds;LU Luton;M Manchester;ME Rochester;MK Milton Keynes;\
ML Motherwell;N London;NE Newcastle upon Tyne;NG Nottingham;NN Northampton;NP Newport;NR Norwich;\
NW London;OL Oldham;OX Oxford;PA Paisley;PE Peterborough;PH Perth;PL Plymouth;PO Portsmouth;\
PR Preston;RG Reading;RH Redhill;RM Romford;S Sheffield;SA Swansea;SE London;SG Stevenage;\
SK Stockport;SL Slough;SM Sutton;SN Swindon;SO Southampton;SP Salisbury;SR Sunderland;\
SS Southend-on-Sea;ST Stoke-on-Trent;SW London;SY Shrewsbury;TA Taunton;TD Galashiels;TF Telford;\
TN Tonbridge;TQ Torquay;TR Truro;TS Middlesbrough;TW Twickenham;UB Southall;W London;\
WA Warrington;WC London;WD Watford;WF Wakefield;WN Wigan;WR Worcester;WS Walsall;\
WV Wolverhampton;YO York;ZE Lerwick";

fn area(outward: &str) -> &str {
    outward.split(|char: char| char.is_ascii_digit()).next().unwrap_or_default()
}

fn town(outward: &str) -> Option<&'static str> {
    let area = area(outward);
    TOWNS
        .split(';')
        .filter_map(|entry| entry.split_once(' '))
        .find(|(known, _)| *known == area)
        .map(|(_, town)| town)
}

enum Standing {
    Listed(&'static str),
    Near,
    Far,
    Unknown,
}

fn standing(gb: Places, code: Code, outward: &str, city: &str) -> Standing {
    let names = town(outward).into_iter().chain(gb.in_code(code).map(|place| gb.name(place)));
    for name in names {
        if is_listed(name, city) {
            return Standing::Listed(name);
        }
    }
    let mut named = gb.named("", city);
    let in_area = |other: Code| {
        std::str::from_utf8(gb.code(other)).is_ok_and(|other| area(other) == area(outward))
    };
    if named.is_empty() {
        Standing::Unknown
    } else if named
        .any(|place| gb.codes_of(place).any(in_area) || gb.is_near(place, code, ALIAS_RADIUS))
    {
        Standing::Near
    } else {
        Standing::Far
    }
}

fn outward(postcode: &str) -> &str {
    postcode.split_once(' ').map_or("", |(outward, _)| outward)
}

/// Whether a postcode is of a known area that agrees with the city.
pub(super) fn agrees(report: &Report, postcode: &str) -> bool {
    let (gb, city) = (Places::gb(), fold(report.text(Field::City)));
    let outward = outward(postcode);
    gb.outward(outward).is_some_and(|code| {
        matches!(standing(gb, code, outward, &city), Standing::Listed(_) | Standing::Near)
    })
}

/// Checks the postcode and the city against each other.
pub(super) fn check(report: &mut Report) {
    if !report.verified.contains(&Field::PostalCode) {
        return;
    }
    let (gb, postcode) = (Places::gb(), report.text(Field::PostalCode).to_owned());
    if postcode.starts_with("BFPO") {
        return non_civic(report, Field::PostalCode);
    }
    let outward = outward(&postcode);
    let Some(code) = gb.outward(outward) else {
        report.verified.remove(&Field::PostalCode);
        let message = format!("the outward code {outward} is not among those known");
        return report.warn(Field::PostalCode, ProblemCode::UnverifiedValue, message);
    };
    report.level = Level::PostalLocality;
    let city = fold(report.text(Field::City));
    if city.is_empty() {
        return infer_city(report, gb, code, outward);
    }
    match standing(gb, code, outward, &city) {
        Standing::Listed(name) => {
            report.verified.insert(Field::City);
            if report.city_in_lower_case && name.eq_ignore_ascii_case(report.text(Field::City)) {
                report.change(Field::City, name.to_owned(), ChangeKind::Format);
            }
        }
        Standing::Near => drop(report.verified.insert(Field::City)),
        Standing::Far => {
            let message = format!("this city lies more than {ALIAS_RADIUS} km from {outward}");
            report.error(Field::City, ProblemCode::LocalityPostalConflict, message);
        }
        Standing::Unknown => spelling(report, gb, code, outward, &city),
    }
}

fn infer_city(report: &mut Report, gb: Places, code: Code, outward: &str) {
    if !report.is_empty(Field::City) {
        return;
    }
    let mut places = gb.in_code(code);
    let only = places.next().filter(|_| places.next().is_none()).map(|place| gb.name(place));
    // Every postcode of London has the one post town.
    if let Some(city) = town(outward).filter(|town| *town == "London").or(only) {
        report.change(Field::City, city.to_owned(), ChangeKind::Inferred);
        report.verified.insert(Field::City);
    }
}

fn spelling(report: &mut Report, gb: Places, code: Code, outward: &str, city: &str) {
    let names = town(outward).into_iter().chain(gb.in_code(code).map(|place| gb.name(place)));
    let mut slips: Vec<(usize, &str)> = names
        .map(|name| (name, fold(name)))
        .filter(|(_, folded)| is_slip(city, folded, usize::MAX))
        .map(|(name, folded)| (distance(city, &folded), name))
        .collect();
    slips.sort_unstable();
    slips.dedup_by(|a, b| fold(a.1) == fold(b.1));
    match slips.as_slice() {
        [] => {
            let message = format!("not known near {outward}; it may be right");
            report.warn(Field::City, ProblemCode::UnverifiedValue, message);
        }
        [(nearest, _), (next, _), ..] if nearest == next => {
            let message = format!("several places of {outward} are written nearly like this");
            report.warn(Field::City, ProblemCode::Ambiguous, message);
            for (_, name) in slips {
                report.suggest(Field::City, name.to_owned(), ChangeKind::Spelling);
            }
        }
        [(_, name), ..] => {
            report.change(Field::City, (*name).to_owned(), ChangeKind::Spelling);
            report.verified.insert(Field::City);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outward_code_has_a_town() {
        let gb = Places::gb();
        for code in 0..gb.code_count() {
            let outward = std::str::from_utf8(gb.code(code)).unwrap().trim_end();
            assert!(town(outward).is_some(), "{outward}");
        }
        assert_eq!(
            (town("SW1A"), town("BS8"), town("W1A")),
            (Some("London"), Some("Bristol"), Some("London"))
        );
    }
}
