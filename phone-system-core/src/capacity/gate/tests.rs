use super::super::history::View;
use super::*;
use crate::time::Duration;

fn number() -> PhoneNumber {
    "+14255550100".parse().unwrap()
}

fn other() -> PhoneNumber {
    "+14255550101".parse().unwrap()
}

fn limited(gate: &Gate, limit: u32) -> Line<'_> {
    let line = gate.line(number());
    line.set_limit(CapacityClass::Few, limit);
    line
}

fn trunk() -> Scope {
    "trunk:west".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_limit_is_exact_and_a_permit_gives_its_place_back() {
    let gate = Gate::default();
    let line = limited(&gate, 2);
    let admit = || line.admit(Way::Inbound);
    let (first, second) = (admit().unwrap(), admit().unwrap());
    let class = CapacityClass::Few;
    let refused = Error::LimitReached { number: number(), class, in_use: 2, limit: 2 };
    assert_eq!(admit().unwrap_err(), refused);
    let emergency = gate.admit_emergency(Some(number()));
    assert!(emergency.is_emergency() && !first.is_emergency());
    drop((first, emergency));
    assert!(admit().is_ok());
    drop(second);
    assert_eq!(
        gate.occupancy(number()),
        Occupancy { in_use: 0, peak: 3, admitted: 3, refused: 1, emergency: 1 }
    );
}

#[test]
fn a_lowered_limit_ends_no_call() {
    let gate = Gate::default();
    let line = limited(&gate, 3);
    let held: Vec<_> = (0..3).map(|_| line.admit(Way::Inbound).unwrap()).collect();
    line.set_limit(CapacityClass::Few, 1);
    assert!(line.admit(Way::Inbound).is_err());
    assert_eq!(line.occupancy().in_use, 3);
    drop(held);
    assert!(line.admit(Way::Inbound).is_ok());
    line.set_limit(CapacityClass::Few, 0);
    assert!(line.admit(Way::Inbound).is_err());
    assert!(line.adopt(Way::Inbound).keep(None).is_some());
    assert_eq!(line.occupancy().in_use, 1);
}

#[test]
fn numbers_share_a_trunk_in_both_ways_and_in_each() {
    let gate = Gate::default();
    let limits = Limits { two_way: Some(3), inbound: Some(2), outbound: None, burst: 1 };
    gate.set_limits(&trunk(), limits);
    for one in [number(), other()] {
        gate.join(one, &[trunk()]);
    }
    let (line, more) = (gate.line(number()), gate.line(other()));
    let first = line.admit(Way::Inbound).unwrap();
    let _second = more.admit(Way::Inbound).unwrap();
    let full = |share, in_use, limit| Error::ScopeFull { scope: trunk(), share, in_use, limit };
    assert_eq!(line.admit(Way::Inbound).unwrap_err(), full(Share::Inbound, 2, 2));
    let _third = more.admit(Way::Outbound).unwrap();
    let _burst = more.admit(Way::Outbound).unwrap();
    assert_eq!(more.admit(Way::Outbound).unwrap_err(), full(Share::TwoWay, 4, 4));
    // What was refused holds no place anywhere.
    let (two_way, bursts) = gate.occupancy_of(&trunk(), Share::TwoWay).unwrap();
    assert_eq!((two_way.in_use, two_way.admitted, two_way.refused, bursts), (4, 4, 1, 1));
    assert_eq!(
        gate.occupancy(number()),
        Occupancy { in_use: 1, peak: 1, admitted: 1, ..Default::default() }
    );
    assert_eq!(gate.occupancy(other()).in_use, 3);
    // An emergency call passes, and is seen.
    drop(gate.admit_emergency(Some(number())));
    assert_eq!(gate.occupancy_of(&trunk(), Share::TwoWay).unwrap().0.emergency, 1);
    // A call gives back what it took, whatever the number has joined since.
    gate.join(number(), &[]);
    drop(first);
    assert_eq!(gate.occupancy_of(&trunk(), Share::TwoWay).unwrap().0.in_use, 3);
    assert!(line.admit(Way::Inbound).is_ok());
    // A limit that is set later counts the calls that begin later.
    gate.set_limits(&trunk(), Limits { outbound: Some(0), ..limits });
    assert_eq!(more.admit(Way::Outbound).unwrap_err(), full(Share::Outbound, 0, 0));
    gate.set_limits(&trunk(), Limits::default());
    assert!(more.admit(Way::Outbound).is_ok());
}

#[test]
fn however_many_limits_there_are_the_one_that_refuses_leaves_the_others_as_they_were() {
    for count in [1, 2, 3, 16, 17, 20] {
        for full in 0..count {
            let gate = Gate::default();
            let line = limited(&gate, 9);
            let scopes: Vec<Scope> =
                (0..count).map(|nth| format!("trunk:{nth}").parse().unwrap()).collect();
            for (nth, scope) in scopes.iter().enumerate() {
                let limit = Some(if nth == full { 1 } else { 9 });
                gate.set_limits(scope, Limits { two_way: limit, ..Limits::default() });
            }
            gate.join(number(), &scopes);
            let first = line.admit(Way::Inbound).unwrap();
            let refused = line.admit(Way::Inbound).unwrap_err();
            let (scope, share) = (scopes[full].clone(), Share::TwoWay);
            assert_eq!(refused, Error::ScopeFull { scope, share, in_use: 1, limit: 1 });
            let uses = |at: usize| gate.occupancy_of(&scopes[at], Share::TwoWay).unwrap().0;
            for at in 0..count {
                let now = uses(at);
                let expected = (1, 1, u64::from(at == full));
                assert_eq!((now.in_use, now.admitted, now.refused), expected, "{at} of {count}");
                // Those after the sixteenth count a call for their peak at once.
                assert!(now.peak == 1 || at >= 16, "{at} of {count}");
            }
            let own = line.occupancy();
            assert_eq!((own.in_use, own.admitted, own.peak, own.refused), (1, 1, 1, 0));
            drop(first);
            assert!((0..count).all(|at| uses(at).in_use == 0) && line.occupancy().in_use == 0);
        }
    }
}

#[test]
fn a_kept_permit_is_released_once_and_told_from_others() {
    let gate = Gate::default();
    let line = limited(&gate, 9);
    let admit = || line.admit(Way::Inbound).unwrap().keep(None).unwrap();
    let (first, second) = (admit(), admit());
    assert_ne!(first, second);
    assert_eq!(gate.release(first), Ok(()));
    assert_eq!(gate.release(first), Err(Error::PermitUnknown { permit: first }));
    let third = admit();
    assert_ne!(third, first);
    for unknown in [0, first, u64::MAX, third + (1 << 32), 7 << 32] {
        assert_eq!(gate.release(unknown), Err(Error::PermitUnknown { permit: unknown }));
    }
    assert_eq!((gate.occupancy(number()).in_use, gate.kept()), (2, 2));
    assert_eq!((gate.release(second), gate.release(third)), (Ok(()), Ok(())));
    assert_eq!((gate.occupancy(number()).in_use, gate.kept()), (0, 0));
}

#[test]
fn permits_end_by_themselves_to_the_second() {
    let gate = Gate::default();
    let line = limited(&gate, 9);
    let keep = |ends: Option<&str>| line.admit(Way::Inbound).unwrap().keep(ends.map(at)).unwrap();
    let soon = keep(Some("2018-04-02T12:00:00.5Z"));
    let later = keep(Some("2018-04-02T12:00:10Z"));
    let never = keep(None);
    let far = keep(Some("2400-01-01T00:00:00Z"));
    assert_eq!(gate.expire(at("2018-04-02T12:00:00.9Z")), 0);
    assert_eq!(gate.expire(at("2018-04-02T12:00:01Z")), 1);
    assert_eq!(gate.release(soon), Err(Error::PermitUnknown { permit: soon }));
    let renewed = gate.renew(later, Some(at("2018-04-02T13:00:00Z"))).unwrap();
    assert_ne!(renewed, later);
    for ended in [soon, later] {
        assert_eq!(gate.renew(ended, None), Err(Error::PermitUnknown { permit: ended }));
    }
    assert_eq!(gate.expire(at("2018-04-02T12:30:00Z")), 0);
    assert_eq!(gate.expire(at("2018-04-02T13:00:00Z")), 1);
    assert_eq!(gate.expire(at("9999-12-31T23:59:59Z")), 0);
    assert_eq!((gate.release(never), gate.release(far)), (Ok(()), Ok(())));
    assert_eq!(gate.occupancy(number()).in_use, 0);
}

#[test]
fn a_call_moves_to_another_number_or_stays() {
    let gate = Gate::default();
    let permit = limited(&gate, 1).admit(Way::Inbound).unwrap().keep(None).unwrap();
    gate.line(other()).set_limit(CapacityClass::Few, 1);
    let moved = gate.transfer(permit, other(), Way::Inbound, None).unwrap();
    assert_eq!((gate.occupancy(number()).in_use, gate.occupancy(other()).in_use), (0, 1));
    assert!(gate.transfer(permit, number(), Way::Inbound, None).is_err());
    let back = limited(&gate, 1).admit(Way::Inbound).unwrap();
    assert!(gate.transfer(moved, number(), Way::Inbound, None).is_err());
    assert_eq!(gate.occupancy(other()).in_use, 1);
    drop(back);
    assert_eq!(gate.release(moved), Ok(()));
}

#[test]
fn samples_tell_seconds_minutes_and_hours_in_bytes_that_do_not_grow() {
    let gate = Gate::default();
    let line = limited(&gate, 9);
    let begin = at("2018-01-01T00:00:00Z");
    let mut now = begin;
    gate.sample(now);
    let mut bytes = None;
    // Two calls in the first half of each hour, a third one between two samples.
    for minute in 0..525_600_u32 {
        let calls: Vec<_> = (0..if minute % 60 < 30 { 2 } else { 0 })
            .map(|_| line.admit(Way::Inbound).unwrap())
            .collect();
        if minute % 60 == 10 {
            drop(line.admit(Way::Inbound).unwrap());
        }
        now = begin.after(Duration::from_seconds((minute + 1) * 60 - 1)).unwrap();
        gate.sample(now);
        drop(calls);
        assert_eq!(*bytes.get_or_insert_with(|| gate.bytes()), gate.bytes());
    }
    let hours = gate.loads(number(), View::Hours);
    assert_eq!(hours.len(), 24);
    assert_eq!(hours[23].begins, at("2018-12-31T23:00:00Z"));
    assert!(hours.iter().all(|hour| (hour.most, hour.carried) == (3, Duration::from_hours(1))));
    let minutes = gate.loads(number(), View::Minutes);
    assert_eq!(minutes.len(), 60);
    let most: Vec<u32> = minutes.iter().map(|minute| minute.most).collect();
    assert_eq!((most[9], most[10], most[29], most[31]), (2, 3, 2, 0));
    assert_eq!(gate.loads(number(), View::Seconds).len(), 60);
    assert!(gate.loads(other(), View::Hours).is_empty());
    // What the documentation says of a number.
    assert_eq!((size_of::<Slot>(), size_of::<History>()), (64, 1_200));
}

#[test]
fn threads_never_exceed_a_limit_and_lose_no_place() {
    let gate = Gate::default();
    gate.set_limits(&trunk(), Limits { two_way: Some(4), ..Limits::default() });
    let numbers: Vec<PhoneNumber> =
        (0..8).map(|at| PhoneNumber::from_digits(14_255_550_100 + at).unwrap()).collect();
    for number in &numbers {
        gate.line(*number).set_limit(CapacityClass::Few, 3);
        gate.join(*number, &[trunk()]);
    }
    let kept = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let (gate, numbers, kept) = (&gate, &numbers, &kept);
            scope.spawn(move || {
                for turn in 0..20_000_usize {
                    let number = numbers[(turn * 7 + thread) % numbers.len()];
                    let Ok(permit) = gate.line(number).admit(Way::Inbound) else { continue };
                    match turn % 5 {
                        0 => {
                            let end = at("2018-04-02T12:00:00Z");
                            kept.lock().unwrap().push(permit.keep(Some(end)).unwrap());
                        }
                        1 => {
                            let permit = permit.keep(None).unwrap();
                            let other = numbers[turn % numbers.len()];
                            let moved = gate.transfer(permit, other, Way::Inbound, None);
                            gate.release(moved.unwrap_or(permit)).unwrap();
                        }
                        2 => {
                            drop(permit);
                            let one = kept.lock().unwrap().pop();
                            // It may have expired meanwhile.
                            let _ = one.map(|one| gate.release(one));
                        }
                        3 if turn % 1_000 == 3 => {
                            gate.expire(at("2018-04-02T12:00:00Z"));
                        }
                        _ => drop(permit),
                    }
                }
            });
        }
    });
    gate.expire(at("2018-04-02T12:00:00Z"));
    let (trunk, _) = gate.occupancy_of(&trunk(), Share::TwoWay).unwrap();
    assert_eq!((trunk.in_use, gate.kept()), (0, 0));
    assert!(trunk.peak <= 4, "{trunk:?}");
    for number in numbers {
        let Occupancy { in_use, peak, .. } = gate.occupancy(number);
        assert!(in_use == 0 && peak <= 3);
    }
}
