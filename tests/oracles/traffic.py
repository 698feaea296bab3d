#!/usr/bin/env python3
"""Writes traffic.csv: what the formulas of traffic theory come to, in arithmetic of 60 digits.

    pip install -r tests/oracles/requirements.txt
    python3 tests/oracles/traffic.py            # writes traffic.csv, in some minutes
    python3 tests/oracles/traffic.py --check    # the quick rows are as they are written

The formulas are those of the textbooks, term by term from no busy line up: powers and factorials,
which arithmetic of this sort can afford. The library does none of that, so that an error would have
to be made twice. What is solved for is checked from both sides.

A row is a function, its arguments, and its value: 20 digits, or a whole number. Arguments are the
numbers of 64 bits that their texts are read as.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from mpmath import binomial, exp, log, mp, mpf, nstr

mp.dps = 60
FILE = Path(__file__).with_suffix(".csv")
# Rows of more lines than this are passed over by --check.
QUICK = 2_000
# Less traffic than any that is sought, in multiples of the most.
SMALL = mpf(10) ** -130


@lru_cache(maxsize=4)
def states(traffic: mpf, lines: int) -> tuple[mpf, mpf]:
    """The last of Aᵏ/k!, k = 0…N, and the sum of all."""
    term = total = mpf(1)
    for busy in range(1, lines + 1):
        term = term * traffic / busy
        total += term
    return term, total


def erlang_b(traffic: mpf, lines: int) -> mpf:
    last, total = states(traffic, lines)
    return last / total


def erlang_c(traffic: mpf, agents: int) -> mpf:
    last, total = states(traffic, agents)
    waiting = last * agents / (agents - traffic)
    return waiting / (total - last + waiting)


def service_level(traffic: mpf, agents: int, handle: mpf, target: mpf) -> mpf:
    return 1 - erlang_c(traffic, agents) * exp(-(agents - traffic) * target / handle)


def speed_of_answer(traffic: mpf, agents: int, handle: mpf) -> mpf:
    return erlang_c(traffic, agents) * handle / (agents - traffic)


def engset(traffic: mpf, lines: int, sources: int) -> mpf:
    if sources <= lines:
        return mpf(0)
    terms = [binomial(sources - 1, busy) * traffic**busy for busy in range(lines + 1)]
    return terms[-1] / sum(terms)


def root(function: Callable[[mpf], mpf], wanted: mpf, low: mpf, high: mpf) -> mpf:
    """Where a rising function has a value: its logarithms halved, and then by secants."""

    def height(at: mpf) -> mpf:
        return log(function(exp(at)) / wanted)

    left, right = log(low), log(high)
    while right - left > mpf(10) ** -8:
        middle = (left + right) / 2
        if function(exp(middle)) < wanted:
            left = middle
        else:
            right = middle
    one, other = height(left), height(right)
    while abs(right - left) > mpf(10) ** -42 and other != one and other != 0:
        left, right = right, right - other * (right - left) / (other - one)
        one, other = other, height(right)
    answer = exp(right)
    near = mpf(10) ** -40
    assert function(answer * (1 - near)) < wanted < function(answer * (1 + near))
    return answer


def erlang_b_recall(traffic: mpf, lines: int, recall: mpf) -> mpf:
    if recall == 0 or traffic == 0:
        return erlang_b(traffic, lines)

    def first(attempts: mpf) -> mpf:
        return attempts * (1 - recall * erlang_b(attempts, lines))

    high = traffic
    while first(high) <= traffic:
        high *= 2
    return erlang_b(root(first, traffic, traffic, high), lines)


def least(holds: Callable[[int], bool], begin: int) -> int:
    count = begin
    while not holds(count):
        count += 1
    return count


# What is sought, by the name of the inverse; the answer that is wanted is the last argument.
def lines_for_erlang_b(traffic: mpf, blocking: mpf) -> int:
    return least(lambda lines: erlang_b(traffic, lines) <= blocking, 1)


def lines_for_erlang_b_recall(traffic: mpf, recall: mpf, blocking: mpf) -> int:
    def holds(lines: int) -> bool:
        # The root is beyond what would be blocked, or there is none.
        most = traffic_for_erlang_b(lines, blocking) * (1 - recall * blocking)
        return traffic <= most

    return least(holds, 1)


def lines_for_engset(traffic: mpf, sources: int, blocking: mpf) -> int:
    return least(lambda lines: engset(traffic, lines, sources) <= blocking, 1)


def agents_for_service_level(traffic: mpf, handle: mpf, target: mpf, level: mpf) -> int:
    begin = int(traffic) + 1
    return least(lambda agents: service_level(traffic, agents, handle, target) >= level, begin)


def agents_for_speed_of_answer(traffic: mpf, handle: mpf, answer: mpf) -> int:
    begin = int(traffic) + 1
    return least(lambda agents: speed_of_answer(traffic, agents, handle) <= answer, begin)


@cache
def traffic_for_erlang_b(lines: int, blocking: mpf) -> mpf:
    high = mpf(lines)
    while erlang_b(high, lines) < blocking:
        high *= 2
    return root(lambda traffic: erlang_b(traffic, lines), blocking, high * SMALL, high)


def traffic_for_erlang_b_recall(lines: int, recall: mpf, blocking: mpf) -> mpf:
    return traffic_for_erlang_b(lines, blocking) * (1 - recall * blocking)


def traffic_for_engset(lines: int, sources: int, blocking: mpf) -> mpf:
    high = mpf(1)
    while engset(high, lines, sources) < blocking:
        high *= 2
    return root(lambda traffic: engset(traffic, lines, sources), blocking, high * SMALL, high)


def traffic_for_service_level(agents: int, handle: mpf, target: mpf, level: mpf) -> mpf:
    high = mpf(agents) * (1 - mpf(10) ** -30)

    def late(traffic: mpf) -> mpf:
        return erlang_c(traffic, agents) * exp(-(agents - traffic) * target / handle)

    return root(late, 1 - level, high * SMALL, high)


def traffic_for_speed_of_answer(agents: int, handle: mpf, answer: mpf) -> mpf:
    high = mpf(agents) * (1 - mpf(10) ** -30)
    return root(lambda a: speed_of_answer(a, agents, handle), answer, high * SMALL, high)


FUNCTIONS = (
    erlang_b, erlang_b_recall, erlang_c, service_level, speed_of_answer, engset,
    lines_for_erlang_b, lines_for_erlang_b_recall, lines_for_engset,
    agents_for_service_level, agents_for_speed_of_answer,
    traffic_for_erlang_b, traffic_for_erlang_b_recall, traffic_for_engset,
    traffic_for_service_level, traffic_for_speed_of_answer,
)  # fmt: skip

# Lines, and the traffic per line: far below, near, and far above what they carry.
SIZES = (
    1,
    2,
    5,
    10,
    15,
    50,
    100,
    170,
    171,
    172,
    200,
    500,
    1_000,
    2_000,
    10_000,
    100_000,
    1_000_000,
)
LOADS = (1e-9, 1e-3, 0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0, 1.001, 1.1, 2.0, 10.0, 1e6)
RECALLS = (0.0, 1e-6, 0.1, 0.5, 0.7, 0.9, 0.999, 1.0)
# Tables print these: traffic of so many lines at a blocking.
PRINTED = {
    0.001: {10: 3.092, 20: 9.411, 30: 16.684, 100: 75.242},
    0.01: {5: 1.361, 10: 4.461, 15: 8.108, 20: 12.031, 50: 37.901, 100: 84.064},
    0.02: {10: 5.084, 30: 21.932, 100: 87.972},
    0.05: {10: 6.216, 100: 95.240},
}


def near(lines: int) -> list[float]:
    """Traffic near the lines' number, in widths of the distribution, down to B of some 10⁻³⁰⁰."""
    width = lines**0.5
    widths = (-36, -30, -20, -9, -7, -5, -3, -1, 0, 1, 5)
    return [lines + many * width for many in widths if lines + many * width > 0]


def loads(lines: int) -> list[float]:
    if lines <= 2_000:
        return [load * lines for load in LOADS]
    if lines <= 100_000:
        return [load * lines for load in (0.9, 0.99, 1.001, 1e6)] + near(lines)
    return near(lines)


def questions() -> Iterator[tuple[Callable[..., object], tuple[float | int, ...]]]:
    for lines in SIZES:
        for traffic in loads(lines):
            yield erlang_b, (traffic, lines)
            if traffic < lines:
                yield erlang_c, (traffic, lines)
                for target in (0.0, 1e-6, 20.0, 600.0):
                    yield service_level, (traffic, lines, 180.0, target)
                yield speed_of_answer, (traffic, lines, 240.0)
    # Blocking of 10⁻²⁰⁰ and less, of few lines and of many.
    for traffic, lines in [
        (1e-300, 1), (1e-160, 2), (1e-100, 3), (1e-20, 10), (0.5, 120), (1.0, 150), (3.0, 160),
        (10.0, 200), (50.0, 340), (100.0, 450), (600.0, 1_300), (8_000.0, 11_000),
    ]:  # fmt: skip
        yield erlang_b, (traffic, lines)
        yield erlang_c, (traffic, lines)
    for lines in (1, 2, 10, 100, 1_000):
        for load in (0.1, 0.5, 0.9, 0.99, 0.999, 1.0, 1.5, 10.0):
            for recall in RECALLS:
                if recall < 1 or load < 1:
                    yield erlang_b_recall, (load * lines, lines, recall)
    # Where blocking changes thousands of times as fast as traffic, and near lines that are full.
    for traffic in (18_800.0, 19_300.0, 19_800.0, 19_990.0, 19_999.5):
        for recall in (0.5, 1.0):
            yield erlang_b_recall, (traffic, 20_000, recall)
    for lines, sources in [
        (1, 2), (1, 100), (2, 3), (5, 6), (5, 20), (10, 11), (10, 1_000), (100, 101), (100, 150),
        (170, 400), (171, 400), (200, 1_000_000), (500, 2_000), (1_000, 1_500), (5, 5), (5, 2),
    ]:  # fmt: skip
        for traffic in (1e-9, 1e-4, 0.01, 0.1, 0.5, 1.0, 3.0, 100.0, 1e9):
            yield engset, (traffic, lines, sources)
    for blocking, table in PRINTED.items():
        for lines in table:
            yield traffic_for_erlang_b, (lines, blocking)
    for blocking in (1e-100, 1e-9, 0.001, 0.01, 0.2, 0.9, 0.999999):
        for lines in (1, 2, 15, 100, 1_000):
            yield traffic_for_erlang_b, (lines, blocking)
            for recall in (0.3, 1.0):
                yield traffic_for_erlang_b_recall, (lines, recall, blocking)
            yield traffic_for_engset, (lines, 2 * lines, blocking)
        for traffic in (1e-3, 0.9, 8.108, 80.0, 500.0):
            yield lines_for_erlang_b, (traffic, blocking)
    for blocking in (0.001, 0.01, 0.2):
        for traffic in (0.9, 8.0, 80.0):
            for recall in (0.3, 1.0):
                yield lines_for_erlang_b_recall, (traffic, recall, blocking)
        for sources in (1, 5, 20, 200):
            for traffic in (0.01, 0.3, 5.0):
                yield lines_for_engset, (traffic, sources, blocking)
    for traffic in (0.0, 0.01, 1.0, 9.999, 10.0, 150.0, 1_200.0):
        for target, level in ((0.0, 0.5), (10.0, 0.9), (20.0, 0.8), (120.0, 0.999)):
            yield agents_for_service_level, (traffic, 180.0, target, level)
        for answer in (0.001, 5.0, 30.0):
            yield agents_for_speed_of_answer, (traffic, 180.0, answer)
    for agents in (1, 2, 14, 171, 1_000):
        for target, level in ((0.0, 0.5), (20.0, 0.8), (120.0, 0.999)):
            yield traffic_for_service_level, (agents, 180.0, target, level)
        for answer in (0.001, 5.0, 30.0, 1e6):
            yield traffic_for_speed_of_answer, (agents, 180.0, answer)


def row(function: Callable[..., object], arguments: tuple[float | int, ...]) -> str:
    exact = [value if isinstance(value, int) else mpf(value) for value in arguments]
    value = function(*exact)
    told = str(value) if isinstance(value, int) else nstr(value, 20, min_fixed=0, max_fixed=0)
    return ",".join([function.__name__, " ".join(repr(value) for value in arguments), told])


def is_quick(arguments: tuple[float | int, ...]) -> bool:
    return all(value <= QUICK for value in arguments if isinstance(value, int))


def check_printed() -> None:
    for blocking, table in PRINTED.items():
        for lines, printed in table.items():
            found = traffic_for_erlang_b(lines, mpf(blocking))
            assert abs(found - mpf(printed)) < mpf("0.0006"), (lines, blocking, found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; compare a part")
    arguments = parser.parse_args()
    check_printed()
    asked = list(questions())
    if arguments.check:
        written = FILE.read_text(encoding="utf-8").splitlines()[1:]
        assert len(written) == len(asked), "traffic.csv has other rows than the script"
        # Every row's question, and a part of the answers.
        for place, ((function, values), line) in enumerate(zip(asked, written, strict=True)):
            begin = ",".join([function.__name__, " ".join(repr(value) for value in values), ""])
            assert line.startswith(begin), f"{line} is not {begin}"
            if place % 10 == 0 and is_quick(values):
                assert row(function, values) == line, line
        return 0
    lines = ["function,arguments,value"]
    for place, (function, values) in enumerate(asked):
        if sys.stderr.isatty():
            print(f"{place} of {len(asked)}: {function.__name__}{values}", file=sys.stderr)
        lines.append(row(function, values))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
