"""Rates the calls of rating.rs in plain Python: a dict of prefixes and decimals.

    python benches/rating.py

Prints the totals, which are those that `cargo bench --bench rating` prints, and the time of a call.
"""

import time
from decimal import ROUND_HALF_UP, Decimal

CALLS = 100_000


def price_list(prefixes: int) -> dict[str, tuple[Decimal, int]]:
    """Prefixes of one and of seven digits with their price of a minute and their increment."""
    rates = {str(country): (Decimal(f"0.{country * 100:04}"), 60) for country in range(1, 10)}
    step = 8_990_000 // prefixes
    for place in range(1, prefixes - 8):
        prefix = 1_000_000 + place * step
        rates[str(prefix)] = (Decimal(f"0.{prefix % 10_000:04}"), 6)
    return rates


def calls() -> list[tuple[str, int]]:
    """Numbers and seconds."""
    return [
        (str(10_000_000_000 + place * 899_989 * 1_009 % 89_999_999_999), place % 600)
        for place in range(CALLS)
    ]


def rate(rates: dict[str, tuple[Decimal, int]], number: str, seconds: int) -> Decimal:
    """The price of a call: the longest prefix, whole increments, rounded once."""
    for length in range(7, 0, -1):
        found = rates.get(number[:length])
        if found is not None:
            price, increment = found
            billed = -(-seconds // increment) * increment
            exact = price * billed / 60
            return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    raise KeyError(number)


def main() -> None:
    records = calls()
    for prefixes in (20_000, 200_000):
        rates = price_list(prefixes)
        begun = time.perf_counter()
        total = sum(rate(rates, number, seconds) for number, seconds in records)
        taken = (time.perf_counter() - begun) / CALLS * 1e9
        print(f"{CALLS} calls, {prefixes} prefixes: {total.normalize():f}, {taken:.0f} ns a call")


if __name__ == "__main__":
    main()
