"""What people call."""

import copy
import dataclasses
import pickle
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phone_system
from conftest import NOW, STOCK, path_to
from phone_system import (
    Assignment,
    BillingError,
    Book,
    Executed,
    Generation,
    InventoryOverrides,
    LicensingOverrides,
    NumberAssignment,
    NumberKind,
    NumberList,
    Organization,
    Overrides,
    PhoneNumber,
    Refusal,
    SeatsChanged,
    System,
    _codec,
    _native,
)


def owner_of(name: str, system: System) -> object:
    """The object whose method a dotted name is; one of the two subjects has it."""
    area, method = path_to(name)
    subjects = (system.organization("contoso", actor="ada"), system.provider(actor="grace"))
    owners = [getattr(subject, area, None) for subject in subjects]
    [owner] = [owner for owner in owners if hasattr(owner, method)]
    return owner


@pytest.mark.parametrize("name", [*_native.command_names(), *_native.query_names()])
def test_every_command_and_query_is_a_method(name: str, system: System) -> None:
    method = getattr(owner_of(name, system), path_to(name)[1])
    assert "Args:" in method.__doc__
    assert "Raises:" in method.__doc__


@pytest.mark.parametrize("name", _native.command_names())
def test_every_command_can_be_asked_in_every_way(name: str, system: System) -> None:
    area, method = path_to(name)
    for mode in ("dry_run", "submit", "request"):
        subjects = (system.organization("contoso"), system.provider())
        ways = [getattr(getattr(subject, mode), area, None) for subject in subjects]
        assert [way for way in ways if hasattr(way, method)]


def test_a_dry_run_says_what_would_happen(stocked: Organization) -> None:
    dry = stocked.dry_run.inventory.reserve(kind="user", country="US", quantity=5)
    assert dry.position is None
    before = stocked.inventory.orders()
    real = stocked.inventory.reserve(kind=NumberKind.USER, country="US", quantity=5)
    assert before.orders == ()
    assert dataclasses.replace(real, position=None) == dry
    assert real.position is not None
    assert real.answer.expires_at == NOW + timedelta(minutes=10)
    assert real.answer.expires_at.tzinfo is UTC
    assert len(real.answer.batches[0].numbers) == 5


def test_a_key_makes_a_retry_harmless(stocked: Organization) -> None:
    first = stocked.inventory.reserve(kind="user", country="US", quantity=1, key="order-7")
    again = stocked.inventory.reserve(kind="user", country="US", quantity=1, key="order-7")
    assert again == first
    assert len(stocked.inventory.orders().orders) == 1
    with pytest.raises(phone_system.IdempotencyError):
        stocked.inventory.reserve(kind="user", country="US", quantity=2, key="order-7")


def test_tickets_are_used_up(system: System, contoso: Organization) -> None:
    first = contoso.submit.licensing.buy_seats(sku="MCOEV", seats=1)
    second = contoso.submit.licensing.buy_seats(sku="MCOEV", seats=2)
    assert repr(first) == f"<Ticket {first.number}>"
    assert second.wait().answer == SeatsChanged(sku="MCOEV", bought=3)
    assert system.wait(first).answer == SeatsChanged(sku="MCOEV", bought=1)
    with pytest.raises(phone_system.SystemStateError) as caught:
        first.wait()
    assert caught.value.figures == {"ticket": first.number}
    with pytest.raises(ValueError, match="another system"):
        System().wait(second)


def test_a_batch_answers_in_order(system: System, contoso: Organization) -> None:
    buy = contoso.request.licensing.buy_seats
    requests = [buy(sku="MCOEV", seats=seats) for seats in (1, 0, 2)]
    assert b'"contoso"' in requests[0].envelope
    first, second, third = system.execute_batch(requests)
    assert isinstance(first, Executed)
    assert isinstance(second, Refusal)
    assert isinstance(third, Executed)
    assert (first.answer.bought, third.answer.bought) == (1, 3)
    assert second.code is phone_system.ErrorCode.LICENSING_ZERO_SEATS
    assert system.execute_batch([]) == []
    with pytest.raises(TypeError, match="expected Request"):
        system.execute_batch(cast("Any", ["{}"]))


def test_events_tell_what_happened(system: System, contoso: Organization) -> None:
    contoso.licensing.buy_seats(sku="MCOEV", seats=1)
    contoso.licensing.buy_seats(sku="MCOEV", seats=1)
    events = system.events_after(0)
    assert [event["header"]["position"] for event in events] == [1, 2]
    assert len(system.events_after(0, limit=1)) == 1
    assert system.events_after(2) == []
    for bad in (-1, 2**64):
        with pytest.raises(ValueError, match="not between"):
            system.events_after(bad)


def test_refused_items_are_told(stocked: Organization) -> None:
    done = stocked.licensing.assign(
        assignments=[
            Assignment(user="Ada@Example.com", usage_location="us", skus=["ENTERPRISEPREMIUM"]),
            {"user": "bob@example.com", "usage_location": "US", "skus": ["MCOPSTN1"]},
        ],
        mode="partial",
    )
    [refused] = done.refused
    assert (refused.index, refused.item) == (1, "bob@example.com")
    assert refused.refusal.dotted == "licensing.prerequisite_missing"
    assert pickle.loads(pickle.dumps(done)) == copy.deepcopy(done) == done
    users = stocked.licensing.users(top=10)
    assert [user.user for user in users.users] == ["ada@example.com"]
    several = [
        Assignment(user=user, usage_location="US", skus=("MCOPSTN1",)) for user in ("x", "y")
    ]
    with pytest.raises(phone_system.BulkError) as caught:
        stocked.licensing.assign(assignments=several)
    assert caught.value.figures["codes"] == ["licensing.prerequisite_missing"] * 2


def test_structures_check_what_they_are_given() -> None:
    given = NumberAssignment(number="+14255550100", target="user:ada@example.com")
    assert given.number == PhoneNumber("+14255550100")
    assert given == dataclasses.replace(given)
    assert hash(given) == hash(copy.deepcopy(given))
    assert Assignment(user="a", usage_location="US", skus=["B"]).skus == ("B",)
    with pytest.raises(ValueError, match=r"number: .*E\.164"):
        NumberAssignment(number="425", target="user:a")
    with pytest.raises(TypeError, match=r"skus: expected an iterable, not str"):
        Assignment(user="a", usage_location="US", skus="MCOEV")
    with pytest.raises(dataclasses.FrozenInstanceError):
        given.target = "user:b"  # type: ignore[misc] # pyright: ignore


def test_rules_of_all_types(contoso: Organization) -> None:
    overrides = Overrides(
        licensing=LicensingOverrides(user_number_factor=Decimal("1.50")),
        inventory=InventoryOverrides(
            reservation_length=timedelta(minutes=15, microseconds=1),
            search_maximum="unlimited",
            service_number_search=["GB", "us"],
            acquire_some=False,
        ),
    )
    done = contoso.organization.choose_rules(
        generation=Generation.GENERATION_2018, overrides=overrides
    )
    assert done.answer.overrides.licensing.user_number_factor == Decimal("1.5")
    rules = contoso.organization.rules().rules
    assert rules.inventory.reservation_length == timedelta(minutes=15, microseconds=1)
    assert rules.inventory.search_maximum == "unlimited"
    assert rules.inventory.service_number_search == ("GB", "US")
    assert rules.inventory.reserved_maximum == 200
    assert rules.addresses.in_area_code == ()
    # The same as a mapping.
    named = {
        "licensing": {"user_number_factor": Decimal("1.50")},
        "inventory": dataclasses.asdict(overrides.inventory),
    }
    assert (
        contoso.organization.choose_rules(generation="2018", overrides=named).answer == done.answer
    )
    everywhere = InventoryOverrides(service_number_search="all")
    contoso.organization.choose_rules(generation="2018", overrides=Overrides(inventory=everywhere))
    assert contoso.organization.rules().rules.inventory.service_number_search == "all"


def test_money_is_never_a_float() -> None:
    assert LicensingOverrides(user_number_factor=2).user_number_factor == Decimal(2)
    for bad in (1.1, True, "1.1", 1j):
        with pytest.raises(TypeError, match="user_number_factor: expected Decimal or int"):
            LicensingOverrides(user_number_factor=cast("Any", bad))
    for worse in (Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), 10**5_000):
        with pytest.raises(ValueError, match="user_number_factor"):
            LicensingOverrides(user_number_factor=worse)


def test_what_is_due_stands_beside_the_answer(contoso: Organization) -> None:
    contoso.billing.set_up_credits(currency="USD")
    done = contoso.billing.add_funds(amount=Decimal("5.00"))
    assert (done.due.requested, done.due.notices) == (None, ())
    asked = contoso.billing.set_auto_recharge(recharge_with=Decimal(10), when_below=Decimal(20))
    assert asked.due.requested is not None
    assert (asked.due.requested.recharge, asked.due.requested.amount) == (1, Decimal(10))
    paid = contoso.billing.report_recharge(recharge=1, outcome="succeeded")
    assert paid.due.requested is not None
    assert paid.due.requested.recharge == 2
    assert [notice.notice for notice in paid.due.notices] == ["recharge_succeeded"]


def test_a_statement_tells_what_moved(contoso: Organization) -> None:
    contoso.billing.set_up_credits(currency="USD")
    contoso.billing.add_funds(amount=Decimal("50.00"))
    contoso.billing.adjust(amount=Decimal("-1.50"), reason="a headset")
    statement = contoso.billing.statement(since=NOW - timedelta(days=1))
    told = [(line.event, line.debit, line.amount, line.balance) for line in statement.movements]
    assert told == [
        ("billing.funds_added", Book.PAYMENTS, Decimal("50.00"), Decimal("50.00")),
        ("billing.credits_taken", Book.CREDITS, Decimal("1.50"), Decimal("48.50")),
    ]
    assert (statement.opening.credits, statement.closing.credits) == (Decimal(0), Decimal("48.50"))
    with pytest.raises(BillingError) as refused:
        contoso.billing.statement(since=NOW + timedelta(seconds=1))
    assert refused.value.code is phone_system.ErrorCode.BILLING_PERIOD_OUT_OF_RANGE


def test_blocks_last_whole_days(stocked: Organization) -> None:
    order = stocked.inventory.reserve(kind="user", country="US", quantity=3).answer
    stocked.inventory.acquire(order=order.order)
    first, second, third = order.batches[0].numbers
    blocked = stocked.inventory.block(numbers=[first], length=timedelta(days=30)).answer
    assert blocked.until == NOW + timedelta(days=30)
    assert stocked.inventory.block(numbers=[str(second)], length="forever").answer.until is None
    assert stocked.inventory.block(numbers=NumberList([third]), length="P1D").answer.until
    for bad in (timedelta(hours=30), timedelta(days=-1)):
        with pytest.raises(ValueError, match="whole days"):
            stocked.inventory.block(numbers=[first], length=bad)
    owned = stocked.inventory.numbers(status="blocked").numbers
    assert [each.number for each in owned] == [first, second, third]


def test_instants_have_time_zones(system: System) -> None:
    contoso = system.organization("contoso", actor="ada")
    buy = contoso.licensing.buy_seats
    with pytest.raises(ValueError, match="at: the datetime is naive"):
        buy(sku="MCOEV", seats=1, at=datetime(2018, 4, 1, 9))  # noqa: DTZ001
    with pytest.raises(TypeError, match="give at=…, or a clock"):
        buy(sku="MCOEV", seats=1)
    with pytest.raises(TypeError, match="at: expected datetime"):
        buy(sku="MCOEV", seats=1, at=cast("Any", "2018-04-01T09:00:00Z"))
    with pytest.raises(ValueError, match="years 1 to 9999"):
        buy(sku="MCOEV", seats=1, at=datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))))

    # The hour that comes twice when summer time ends.
    new_york = ZoneInfo("America/New_York")
    twice = datetime(2018, 11, 4, 1, 30, tzinfo=new_york)
    summer = buy(sku="MCOEV", seats=1, at=twice.replace(fold=0))
    winter = buy(sku="MCOEV", seats=1, at=twice.replace(fold=1))
    assert summer.at == datetime(2018, 11, 4, 5, 30, tzinfo=UTC)
    assert winter.at == datetime(2018, 11, 4, 6, 30, tzinfo=UTC)
    assert winter.at.isoformat() == "2018-11-04T06:30:00+00:00"

    fine = datetime(2018, 12, 1, 9, 0, 0, 1, tzinfo=UTC)
    assert buy(sku="MCOEV", seats=1, at=fine).at == fine
    with pytest.raises(phone_system.TimeError):
        buy(sku="MCOEV", seats=1, at=datetime(2018, 1, 1, tzinfo=UTC))


def test_a_clock_is_asked_each_time(system: System) -> None:
    instants = iter([NOW, NOW + timedelta(hours=1)])
    contoso = system.organization("contoso", actor="ada", clock=lambda: next(instants))
    assert contoso.licensing.buy_seats(sku="MCOEV", seats=1).at == NOW
    assert contoso.licensing.buy_seats(sku="MCOEV", seats=1).at == NOW + timedelta(hours=1)
    naive = system.organization("contoso", clock=lambda: datetime(2018, 4, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="clock: the datetime is naive"):
        naive.licensing.seats()
    with pytest.raises(TypeError, match="clock: expected a callable"):
        system.provider(clock=cast("Any", NOW))


def test_commands_need_an_actor_and_queries_do_not(system: System) -> None:
    nobody = system.organization("contoso", clock=lambda: NOW)
    with pytest.raises(TypeError, match="give actor=…"):
        nobody.licensing.buy_seats(sku="MCOEV", seats=1)
    assert nobody.licensing.seats().seats == ()
    assert system.provider().number.parse(text="+14255550100", at=NOW).country == "US"


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"sku": None, "seats": 1}, TypeError, "sku: expected str, not NoneType"),
        ({"sku": "MCOEV", "seats": None}, TypeError, "seats: expected int, not NoneType"),
        ({"sku": "MCOEV", "seats": 1.0}, TypeError, "seats: expected int, not float"),
        ({"sku": "MCOEV", "seats": True}, TypeError, "seats: expected int, not bool"),
        ({"sku": "MCOEV", "seats": "1"}, TypeError, "seats: expected int, not str"),
        ({"sku": "MCOEV", "seats": -1}, ValueError, "seats: -1 is not between"),
        ({"sku": "MCOEV", "seats": 2**32}, ValueError, "seats: 4294967296 is not between"),
        ({"sku": "MCOEV", "seats": 10**5_000}, ValueError, "seats: the number is not between"),
        ({"sku": "a\ud800", "seats": 1}, ValueError, "sku: .* lone surrogate at place 1"),
        ({"sku": "NO_SUCH_SKU", "seats": 1}, phone_system.EnvelopeError, "NO_SUCH_SKU"),
        ({"sku": "MCOEV", "seats": 1, "key": 1}, TypeError, "key: expected str"),
        ({"sku": "MCOEV", "seats": 1, "seed": "x" * 32}, TypeError, "seed: expected bytes"),
        ({"sku": "MCOEV", "seats": 1, "seed": b"x"}, ValueError, "seed: expected 32 bytes"),
        ({"sku": "MCOEV"}, TypeError, "seats"),
        ({"sku": "MCOEV", "seats": 1, "color": "red"}, TypeError, "color"),
    ],
)
def test_bad_values_are_named(
    contoso: Organization, fields: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        contoso.licensing.buy_seats(**fields)
    assert contoso.licensing.seats().seats == ()


def test_bad_values_inside_of_lists_are_named(contoso: Organization) -> None:
    with pytest.raises(TypeError, match=r"assignments\[1\]: expected Assignment or a mapping"):
        contoso.licensing.assign(
            assignments=[Assignment(user="a", usage_location="US", skus=[]), cast("Any", "b")]
        )
    with pytest.raises(TypeError, match=r"assignments\[0\]: Assignment has no field 'colour'"):
        contoso.licensing.assign(assignments=[{"user": "a", "colour": "red"}])
    with pytest.raises(TypeError, match=r"assignments\[0\]: .*usage_location"):
        contoso.licensing.assign(assignments=[{"user": "a", "skus": []}])
    with pytest.raises(ValueError, match="mode: 'maybe' is none of 'all_or_nothing', 'partial'"):
        contoso.licensing.assign(assignments=[], mode="maybe")
    with pytest.raises(TypeError, match="mode: expected Mode or str, not NoneType"):
        contoso.licensing.assign(assignments=[], mode=cast("Any", None))
    with pytest.raises(TypeError, match="numbers: expected an iterable"):
        contoso.inventory.release(numbers="+14255550100")
    with pytest.raises(TypeError, match="numbers: expected PhoneNumber or str, not int"):
        contoso.inventory.release(numbers=cast("Any", [14_255_550_100]))


def test_a_seed_is_thirty_two_bytes(contoso: Organization) -> None:
    assert contoso.licensing.buy_seats(sku="MCOEV", seats=1, seed=bytes(range(32))).position == 1


def test_native_takes_text_and_bytes() -> None:
    native = _native.System()
    asked = '{"name":"licensing.seats","fields":{}}'
    query = f'{{"organization":"é","at":"2018-04-01T09:00:00Z","query":{asked}}}'
    assert native.query(query) == native.query(query.encode()) == '{"seats":[]}'
    unfit: tuple[object, ...] = (None, 1, bytearray(b"{}"), object())
    for bad in unfit:
        with pytest.raises(TypeError, match="expected JSON as str or bytes, not"):
            native.query(cast("Any", bad))
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        native.query('"\ud800"')
    with pytest.raises(phone_system.BoundaryError) as caught:
        native.query(b'"\xff"')
    assert caught.value.figures == {"valid_up_to": 1}
    with pytest.raises(phone_system.EnvelopeError):
        native.execute("")
    with pytest.raises(OverflowError):
        native.wait(-1)


def test_many_threads_share_a_system(system: System) -> None:
    system.provider(actor="grace").stock.load(csv=STOCK, at=NOW)
    rounds, problems = 25, list[BaseException]()
    barrier = threading.Barrier(4)

    def work(place: int) -> None:
        try:
            own = system.organization(f"customer-{place}", actor="ada", clock=lambda: NOW)
            shared = system.organization("shared", actor=f"worker-{place}", clock=lambda: NOW)
            barrier.wait(timeout=30)
            for turn in range(rounds):
                own.licensing.buy_seats(sku="MCOEV", seats=1)
                ticket = shared.submit.licensing.buy_seats(sku="MCOEV", seats=1)
                assert own.licensing.seats().seats[0].bought == turn + 1
                ticket.wait()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not problems
    shared = system.organization("shared", clock=lambda: NOW)
    assert shared.licensing.seats().seats[0].bought == 4 * rounds
    positions = [event["header"]["position"] for event in system.events_after(0)]
    assert positions == list(range(1, 2 * 4 * rounds + 2))


def test_what_a_newer_core_adds_is_passed_over() -> None:
    answer = {"sku": "MCOEV", "bought": 1, "color": "red"}
    assert SeatsChanged._read(answer) == SeatsChanged(sku="MCOEV", bought=1)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=1_000_000)))
def test_lengths_of_time_survive(length: timedelta) -> None:
    assert _codec.read_duration(_codec.write_duration(length)) == length


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1)))  # noqa: DTZ001
def test_instants_survive(at: datetime) -> None:
    if at.year == 9999:
        return
    taken = _codec.instant(at, "at")
    # In UTC, because datetimes of one zone are compared without regard to `fold`.
    assert _codec.read_instant(_codec.write_instant(taken)) == at.astimezone(UTC)
