"""Price lists without a system: what a call costs, and why."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import phone_system
from phone_system import PhoneNumber, System, Tariff
from phone_system.errors import EnvelopeError, TableError, TariffError

NOON = datetime(2024, 3, 5, 17, tzinfo=UTC)
RATE = {"direction": "outbound", "prefix": "44", "per_minute": Decimal("0.02")}
PEAK: dict[str, Any] = {
    "name": "peak",
    "currency": "USD",
    "time_zone": "America/New_York",
    "windows": [
        {
            "name": "day",
            "days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "from": "08:00",
            "to": "18:00",
        },
    ],
    "rates": [
        {**RATE, "increment": timedelta(seconds=1)},
        {**RATE, "per_minute": "0.05", "increment": timedelta(seconds=1), "window": "day"},
    ],
}


def test_a_list_of_plain_values_prices_calls() -> None:
    tariff = Tariff.from_dict(PEAK)
    assert (tariff.name, tariff.currency, tariff.rates) == ("peak", "USD", 2)
    number = PhoneNumber("+442079460123")
    # Noon in New York, two minutes before the evening, and the evening.
    for start, amount, window in [
        (NOON, "0.20", "day"),
        (NOON + timedelta(hours=5, minutes=58), "0.14", "day"),
        (NOON + timedelta(hours=6), "0.08", None),
    ]:
        cost = tariff.cost(number, start, timedelta(minutes=4))
        assert (cost.amount, cost.window, cost.billed) == (Decimal(amount), window, cost.duration)
        assert cost.currency == "USD"
        explained = cost.explain()
        assert explained.amount == cost.amount
        assert len(explained.pieces) == (2 if amount == "0.14" else 1)
    assert tariff.cost("+442079460123", NOON, timedelta()).amount == 0


def test_a_table_is_read_as_carriers_write_it() -> None:
    csv = "Dial Code,Destination,Rate,Billing Increments\n44,UK,0.018,30/6\n"
    tariff = Tariff.from_csv("carrier", "USD", csv, digits=4, rounding="up")
    cost = tariff.cost("+442079460123", NOON, timedelta(seconds=31))
    assert (cost.amount, cost.billed) == (Decimal("0.0108"), timedelta(seconds=36))
    given = System().add_tariff(tariff)
    assert (given.tariff.name, given.tariff.digest) == ("carrier", tariff.digest)


def test_what_is_changed_later_is_not_part_of_a_list() -> None:
    definition = {**PEAK, "rates": [dict(RATE)]}
    tariff = Tariff.from_dict(definition)
    definition["rates"][0]["per_minute"] = "0.05"
    given = System().add_tariff(tariff)
    assert given.tariff.digest == tariff.digest


def test_prices_are_decimals() -> None:
    explained = Tariff.from_dict(PEAK).cost("+442079460123", NOON, timedelta(seconds=31)).explain()
    assert [piece.per_minute for piece in explained.pieces] == [Decimal("0.05")]


def test_what_is_no_list_or_no_call_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        Tariff.from_dict({**PEAK, "rates": [{**RATE, "per_minute": 0.02}, {"seconds": object()}]})
    with pytest.raises(EnvelopeError):
        Tariff.from_dict({**PEAK, "rates": [{**RATE, "per_minute": 0.02}]})
    with pytest.raises(EnvelopeError, match="unknown field"):
        Tariff.from_dict({**PEAK, "colour": "red"})
    with pytest.raises(TariffError):
        Tariff.from_dict({**PEAK, "rates": []})
    with pytest.raises(TariffError):
        Tariff.from_dict({**PEAK, "rates": [RATE, RATE]})
    with pytest.raises(TableError):
        Tariff.from_csv("bad", "USD", "Prefix\n44\n")
    tariff = Tariff.from_dict(PEAK)
    with pytest.raises(TariffError) as caught:
        tariff.cost("+33142685300", NOON, timedelta(seconds=1))
    assert caught.value.code is phone_system.ErrorCode.TARIFF_NO_RATE
    with pytest.raises(phone_system.BillingError):
        tariff.cost("reception", NOON, timedelta(seconds=1))
    with pytest.raises(ValueError, match=r"aware|zone"):
        tariff.cost("+442079460123", NOON.replace(tzinfo=None), timedelta(seconds=1))
    assert repr(tariff) == "<Tariff 'peak' of 2 rows in USD>"
