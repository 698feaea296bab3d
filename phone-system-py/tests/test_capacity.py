"""Live calls, and reference data that an application gives."""

import dataclasses
import pickle
import threading
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any, cast

import pytest

import phone_system
from conftest import NOW
from phone_system import (
    Authorized,
    CapacityError,
    ErrorCode,
    Occupancy,
    Organization,
    Permit,
    PhoneNumber,
    Provider,
    Request,
    System,
    Tariff,
    TariffOf,
    _codec,
)

USER = PhoneNumber("+14255550100")
SERVICE = PhoneNumber("+12125550100")
OWNED = f"""\
TelephoneNumber,IsoCountryCode,Capability
{USER},US,UserAssignment
{SERVICE},US,VoiceApplicationAssignment
"""
RATES = "Direction,Prefix,RatePerMinute\noutbound,44,0.02\ninbound,1,0.0075\n"


@pytest.fixture
def calling(contoso: Organization) -> Organization:
    """An organization that owns a user number, which carries four calls, and a service number."""
    contoso.inventory.import_owned(csv=OWNED)
    return contoso


def test_a_call_takes_a_place_until_it_is_released(system: System, calling: Organization) -> None:
    first = calling.admit(USER)
    second = calling.admit(str(USER), dialed="+442079460100")
    assert (first.number, second.number) == (USER, USER)
    assert first.permit != second.permit
    assert repr(first) == f"<Permit {first.permit} on +14255550100>"
    assert system.occupancy(USER).in_use == 2
    first.release()
    with pytest.raises(CapacityError) as caught:
        first.release()
    assert caught.value.code is ErrorCode.CAPACITY_PERMIT_UNKNOWN
    assert caught.value.figures == {"permit": first.permit}
    # Nothing of it is in the record.
    assert len(system.events_after(0)) == 1
    expected = Occupancy(in_use=1, peak=2, admitted=2, refused=0, emergency=0)
    assert system.occupancy(str(USER)) == expected
    assert pickle.loads(pickle.dumps(expected)) == expected
    assert system.occupancy("+14255559999") == Occupancy(
        in_use=0, peak=0, admitted=0, refused=0, emergency=0
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        expected.in_use = 3  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


def test_a_full_number_refuses_all_but_emergency_calls(
    system: System, calling: Organization
) -> None:
    held = [calling.admit(USER) for _ in range(4)]
    with pytest.raises(CapacityError) as caught:
        calling.admit(USER)
    assert caught.value.figures == {
        "number": "+14255550100",
        "class": "few",
        "in_use": 4,
        "limit": 4,
    }
    with calling.admit(USER, "911"), system.organization("fabrikam").admit(USER, "112"):
        assert system.occupancy(USER).in_use == 6
    with pytest.raises(phone_system.InventoryError):
        system.organization("fabrikam").admit(USER)
    # A lower limit ends no call.
    calling.organization.choose_rules(
        generation="2018", overrides={"capacity": {"user_number_calls": 1}}
    )
    for permit in held[1:]:
        permit.release()
    with pytest.raises(CapacityError):
        calling.admit(USER)
    held[0].release()
    with calling.admit(USER):
        pass


def test_an_emergency_call_needs_no_number(calling: Organization) -> None:
    for number in (None, "", "reception"):
        with calling.admit(number, "tel:911") as permit:
            assert permit.number is None
        with pytest.raises((TypeError, ValueError)):
            calling.admit(number, "9111")


def emergency(calling: Organization) -> Request[Authorized]:
    return calling.request.billing.authorize(call="1", kind="ucap_out", location="US", called="911")


def test_an_emergency_call_begins_whatever_its_number_is(
    system: System, calling: Organization
) -> None:
    elsewhere = system.organization("fabrikam", actor="bob", clock=lambda: NOW)
    for number in (cast("str", None), "anonymous", USER, SERVICE):
        for request in (emergency(calling), emergency(elsewhere)):
            begun = calling.begin_call(number, request)
            assert begun.authorized.answer.emergency
            begun.permit.release()
    call = calling.request.billing.authorize(
        call="1", kind="user_in", location="US", user="ada@example.com"
    )
    with pytest.raises(ValueError, match="anonymous"):
        calling.begin_call("anonymous", call)
    # It would take its place on a number of that organization.
    with pytest.raises(ValueError, match="another organization"):
        elsewhere.begin_call(USER, call)


def test_a_service_number_carries_hundreds(system: System, calling: Organization) -> None:
    held = [calling.admit(SERVICE) for _ in range(250)]
    with pytest.raises(CapacityError) as caught:
        calling.admit(SERVICE)
    assert caught.value.figures["class"] == "hundreds"
    for permit in held:
        permit.release()
    assert system.occupancy(SERVICE).peak == 250


def test_with_gives_back_however_it_ends(system: System, calling: Organization) -> None:
    with calling.admit(USER) as permit:
        assert isinstance(permit, Permit)
        assert system.occupancy(USER).in_use == 1
    assert system.occupancy(USER).in_use == 0
    with pytest.raises(ZeroDivisionError), calling.admit(USER):
        _ = 1 // 0
    assert system.occupancy(USER).in_use == 0
    # What was released inside is not an error, and hides none.
    with calling.admit(USER) as permit:
        permit.release()
    permit = calling.admit(USER)
    permit.release()
    with pytest.raises(ZeroDivisionError), permit:
        _ = 1 // 0
    with pytest.raises(CapacityError):
        permit.release()
    assert system.occupancy(USER).in_use == 0
    # Another call does not get the number of one that has ended.
    with permit, calling.admit(USER) as other:
        assert other.permit != permit.permit
        assert system.occupancy(USER).in_use == 1
    assert system.occupancy(USER).in_use == 0


def test_a_permit_belongs_to_its_system(calling: Organization) -> None:
    others = System()
    theirs = others.organization("contoso").admit(USER, "911")
    ours = calling.admit(USER)
    ours.release()
    assert others.occupancy(USER).in_use == 1
    theirs.release()


def test_bad_arguments_of_calls_are_named(system: System, contoso: Organization) -> None:
    with pytest.raises(ValueError, match=r"number: .*E\.164"):
        contoso.admit("(425) 555-0100")
    with pytest.raises(ValueError, match=r"number: .*E\.164"):
        system.occupancy("911")
    with pytest.raises(TypeError, match="number: expected PhoneNumber or str, not int"):
        contoso.admit(cast("Any", 14_255_550_100))
    with pytest.raises(TypeError, match="dialed: expected str, not int"):
        contoso.admit(USER, cast("Any", 911))
    with pytest.raises(ValueError, match=r"dialed: .* lone surrogate"):
        contoso.admit(USER, "\ud800")
    with pytest.raises(phone_system.EnvelopeError, match="organization"):
        system.organization(" ").admit(USER)
    with pytest.raises(OverflowError):
        system.native.release(-1)


def test_threads_share_the_places_of_a_number(system: System, calling: Organization) -> None:
    most, problems = list[int](), list[BaseException]()
    rounds, workers = 100, 6
    barrier = threading.Barrier(workers)

    def work() -> None:
        refused = 0
        try:
            barrier.wait(timeout=30)
            for _ in range(rounds):
                try:
                    with calling.admit(USER):
                        most.append(system.occupancy(USER).in_use)
                except CapacityError:
                    refused += 1
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not problems
    known = system.occupancy(USER)
    assert known.in_use == 0
    assert max(most) <= known.peak <= 4
    assert known.admitted + known.refused == rounds * workers
    assert known.admitted == len(most)


def test_a_permit_is_released_by_any_thread_once(system: System, calling: Organization) -> None:
    done = list[str]()
    for _ in range(20):
        permit = calling.admit(USER)

        def release(permit: Permit = permit) -> None:
            try:
                permit.release()
                done.append("released")
            except CapacityError:
                done.append("refused")

        threads = [threading.Thread(target=release) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert (done.count("released"), done.count("refused")) == (20, 40)
    assert system.occupancy(USER).in_use == 0


def test_a_price_list_is_given(system: System, contoso: Organization, provider: Provider) -> None:
    given = system.add_tariff(Tariff.from_csv("Retail", "USD", RATES))
    assert isinstance(given, TariffOf)
    assert (given.tariff.name, given.currency, given.rates) == ("Retail", "USD", 2)
    assert len(given.tariff.digest) == 64
    assert provider.billing.tariffs().tariffs == (given,)
    second = system.add_tariff(Tariff.from_csv("Retail", "EUR", "﻿" + RATES))
    # Both are kept, for accounts that chose one; the name stands for the last one.
    both = {given, second}
    assert set(provider.billing.tariffs().tariffs) == both
    with pytest.raises(phone_system.TariffError) as caught:
        Tariff.from_csv("Empty", "USD", RATES.partition("\n")[0])
    assert caught.value.code is ErrorCode.TARIFF_EMPTY
    with pytest.raises(phone_system.TableError):
        Tariff.from_csv("Bad", "USD", "Direction\noutbound\n")
    with pytest.raises(phone_system.EnvelopeError, match="currency"):
        Tariff.from_csv("Bad", "dollars", RATES)
    with pytest.raises(TypeError, match="csv: expected str, not bytes"):
        Tariff.from_csv("Bad", "USD", cast("Any", RATES.encode()))
    with pytest.raises(TypeError, match="expected a Tariff"):
        system.add_tariff(cast("Any", RATES))
    assert set(provider.billing.tariffs().tariffs) == both
    price = contoso.billing.price(
        number="+14255550199",
        duration=_codec.read_duration("PT59S"),
        tariff="Retail",
        direction="inbound",
    )
    assert price.tariff == second.tariff
    assert price.amount == Decimal("0.01")
    assert (price.rate, price.explanation) == (1, None)


def test_countries_are_replaced(system: System, provider: Provider) -> None:
    assert provider.country.availability(country="US").country == "US"
    columns = [field.name for field in dataclasses.fields(phone_system.Availability)]
    columns[columns.index("service_numbers_for_conferencing_only")] = "service_numbers_for"
    yes = {"toll_numbers", "toll_free_numbers", "communications_credits", "calling_plan"}
    cells = {"country": "AQ", "name": "Antarctica", "generation": "7", "audio_conferencing": "no"}
    cells |= {"dial_out": "credits"} | dict.fromkeys(yes, "no")
    row = ",".join(cells.get(column, "") for column in columns)
    assert system.replace_countries(",".join(columns) + "\n" + row + "\n") == 1
    assert provider.country.availability(country="AQ").generation == 7
    with pytest.raises(phone_system.CountryError) as caught:
        provider.country.availability(country="US")
    assert caught.value.code is ErrorCode.COUNTRY_UNKNOWN
    with pytest.raises(phone_system.CountryError) as caught:
        system.replace_countries(",".join(columns) + f"\n{row}\n{row}\n")
    assert caught.value.code is ErrorCode.COUNTRY_TWICE
    with pytest.raises(phone_system.TableError):
        system.replace_countries("country\nAQ\n")
    assert provider.country.availability(country="AQ").name == "Antarctica"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (50, "50.00"),
        (Decimal("-0"), "0.00"),
        (Decimal("5E+1"), "50.00"),
        (Decimal("-0.000001"), "-0.000001"),
        (Decimal("12.3400000000"), "12.34"),
        (Decimal("9223372036854.775807"), "9223372036854.775807"),
    ],
)
def test_amounts_are_exact(given: Decimal | int, kept: str) -> None:
    # Whatever the thread rounds its own arithmetic to.
    with localcontext() as context:
        context.prec = 3
        taken = _codec.amount(given, "amount")
    assert str(taken) == kept
    assert _codec.dumps({"amount": taken}) == b'{"amount":"%s"}' % kept.encode()


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (0.5, TypeError, "amount: expected Decimal or int, not float"),
        ("0.50", TypeError, "amount: expected Decimal or int, not str"),
        (True, TypeError, "amount: expected Decimal or int, not bool"),
        (Decimal("0.0000001"), ValueError, "amount: 1E-7 has more than six digits after"),
        (Decimal("9223372036854.775808"), ValueError, "amount: .* more than an amount can be"),
        (-(10**13), ValueError, "amount: .* more than an amount can be"),
        (Decimal("NaN"), ValueError, "amount: NaN is not a finite number"),
        (Decimal("1E+99"), ValueError, "amount: 1E[+]99 has too many digits"),
    ],
)
def test_what_is_no_amount_is_refused(bad: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        _codec.amount(bad, "amount")


def test_money_goes_in_and_comes_out(contoso: Organization) -> None:
    contoso.billing.set_up_credits(currency="USD")
    contoso.billing.add_funds(amount=Decimal("50.5"))
    balance = contoso.billing.account().balance
    assert str(balance) == "50.50"
    with pytest.raises(TypeError, match="amount: expected Decimal or int, not float"):
        contoso.billing.add_funds(amount=cast("Any", 50.5))


@pytest.mark.parametrize(
    "bad", ["", "2018", "2018-13", "2018-00", "2018-4", "0000-01", "2018-04\n"]
)
def test_what_is_no_month_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"month: .* is not a month such as '2018-04'"):
        _codec.month(bad, "month")


def test_months_are_texts() -> None:
    assert _codec.month("2018-04", "month") == f"{datetime(2018, 4, 30, tzinfo=UTC):%Y-%m}"
    assert f"{NOW:%Y-%m}" == "2018-04"
    with pytest.raises(TypeError, match="month: expected str, not datetime"):
        _codec.month(NOW, "month")
