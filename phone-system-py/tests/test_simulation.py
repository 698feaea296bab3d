"""Simulation: progress, stopping, and the plot. What is simulated is in the transcripts."""

import csv
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import phone_system
from phone_system import (
    CapacityError,
    ErrorCode,
    InventoryError,
    Lengths,
    Limits,
    OfferedCalls,
    Organization,
    PhoneNumber,
    Retries,
    SharedLimit,
    Simulated,
    erlang_b,
)

NUMBERS = [PhoneNumber.from_digits(14255550100 + place) for place in range(20)]
SERVICE = PhoneNumber("+12125550100")
MINUTES = timedelta(minutes=3)
# Calls in each hour of a working day.
DAY = [0, 0, 0, 0, 0, 1, 4, 15, 45, 60, 70, 62, 40, 48, 66, 58, 44, 25, 12, 8, 4, 2, 1, 0]


@pytest.fixture
def owning(contoso: Organization) -> Organization:
    """An organization that owns twenty user numbers and a service number."""
    rows = [f"{number},US,UserAssignment" for number in NUMBERS]
    rows.append(f"{SERVICE},US,VoiceApplicationAssignment")
    contoso.inventory.import_owned(
        csv="\n".join(["TelephoneNumber,IsoCountryCode,Capability", *rows, ""])
    )
    return contoso


def offered(number: PhoneNumber, share: int = 100, **more: Any) -> OfferedCalls:
    arrivals = [Decimal(calls * share) / 100 for calls in DAY]
    return OfferedCalls(number=number, arrivals=arrivals, **more)


def test_a_simulation_is_the_query_and_tells_how_far_it_is(owning: Organization) -> None:
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))

    asked = {
        "numbers": [offered(NUMBERS[0]), {"number": SERVICE, "arrivals": [100] * 24}],
        "duration": MINUTES,
        "lengths": Lengths.CONSTANT,
        "retries": Retries(share=Decimal("0.5"), after=timedelta(minutes=2)),
        "days": 2,
        "seed": bytes(range(32)),
        "csv": True,
    }
    simulated = owning.simulate(**asked, progress=progress)  # type: ignore[arg-type]
    assert told == [(done, 50) for done in range(1, 51)]
    assert simulated == owning.capacity.simulate(**asked)  # type: ignore[arg-type]
    assert simulated == owning.simulate(**asked)  # type: ignore[arg-type]
    assert simulated != owning.simulate(**{**asked, "seed": None})  # type: ignore[arg-type]
    assert [number.number for number in simulated.numbers] == [SERVICE, NUMBERS[0]]
    assert simulated.csv is not None
    rows = list(csv.DictReader(io.StringIO(simulated.csv)))
    assert len(rows) == 51
    assert rows[0]["number"] == str(SERVICE)
    assert Decimal(rows[25 + 10]["traffic"]) == Decimal("3.5")
    assert {row["hour"] for row in rows} == {*map(str, range(24)), "all"}


def test_blocking_is_near_erlang_b(owning: Organization) -> None:
    numbers = [OfferedCalls(number=NUMBERS[0], arrivals=[60] * 24)]
    day = owning.simulate(numbers=numbers, duration=MINUTES, days=50).numbers[0].day
    assert day.interval is not None
    assert day.interval.from_ <= Decimal(erlang_b(3, 4)) <= day.interval.to
    assert day.peak == 4


def test_what_progress_raises_stops_the_simulation(owning: Organization) -> None:
    calls = 0

    def progress(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if done == 3:
            raise LookupError(total)

    numbers = [offered(NUMBERS[0])]
    with pytest.raises(LookupError, match="125"):
        owning.simulate(numbers=numbers, duration=MINUTES, days=5, progress=progress)
    assert calls == 3
    with pytest.raises(TypeError, match="progress: expected a callable, not int"):
        owning.simulate(numbers=numbers, duration=MINUTES, progress=3)  # type: ignore[arg-type]


def test_other_threads_go_on_and_signals_stop_it(owning: Organization) -> None:
    numbers = [OfferedCalls(number=SERVICE, arrivals=[100_000] * 24)]
    ticks = 0
    ended = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not ended.wait(0.01):
            ticks += 1
            if ticks == 20:
                os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            owning.simulate(numbers=numbers, duration=MINUTES, days=19)
    finally:
        ended.set()
        thread.join()
    assert ticks >= 20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"numbers": []}, ErrorCode.CAPACITY_NOTHING_TO_SIMULATE),
        ({"days": 0}, ErrorCode.CAPACITY_OUT_OF_RANGE),
        ({"duration": timedelta(0)}, ErrorCode.CAPACITY_OUT_OF_RANGE),
        ({"days": 5_000, "numbers": [offered(SERVICE, 100_000)]},
         ErrorCode.CAPACITY_SIMULATION_TOO_LARGE),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused(
    owning: Organization, change: Mapping[str, Any], code: ErrorCode
) -> None:
    asked: dict[str, Any] = {"numbers": [offered(NUMBERS[0])], "duration": MINUTES, **change}
    with pytest.raises(CapacityError) as refused:
        owning.simulate(**asked)
    assert refused.value.code is code


def test_other_numbers_are_not_simulated(owning: Organization) -> None:
    with pytest.raises(InventoryError):
        owning.simulate(numbers=[offered(PhoneNumber("+14255550199"))], duration=MINUTES)
    with pytest.raises(TypeError, match="arrivals"):
        OfferedCalls(number=SERVICE, arrivals=[0.5] * 24)  # type: ignore[list-item]


@pytest.fixture
def busy(owning: Organization) -> Simulated:
    """Twenty-one numbers, and a limit that some of them share."""
    numbers = [
        offered(number, 10 * (20 - place), scopes=["trunk:west"] if place < 5 else [])
        for place, number in enumerate(NUMBERS)
    ]
    trunk = SharedLimit(scope="trunk:west", limits=Limits(two_way=12))
    return owning.simulate(
        numbers=[*numbers, offered(SERVICE, 800)], duration=MINUTES, limits=[trunk], days=10
    )


def test_load_is_plotted_against_limits(busy: Simulated, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra plot")
    file = tmp_path / "load.png"
    figure: Any = phone_system.plot_load(busy, file)
    assert file.read_bytes().startswith(b"\x89PNG")
    panels: list[Any] = [axes for axes in figure.axes if axes.get_visible()]
    # A shared limit, eight numbers, and the rest.
    assert len(panels) == 10
    names = [axes.get_title(loc="left") for axes in panels]
    assert names[:3] == ["trunk:west", str(SERVICE), str(NUMBERS[0])]
    assert names[-1] == "13 other numbers, summed"
    # Each limit lies within its axis; that of the service number is far above, and told instead.
    limits = [[float(line.get_ydata()[0]) for line in axes.lines] for axes in panels]
    assert limits == [[12], [], *([4] for _ in range(7)), []]
    tops = [axes.get_ylim()[1] for axes in panels]
    assert all(top > each for top, all_of in zip(tops, limits, strict=True) for each in all_of)
    assert [text.get_text() for text in panels[1].texts] == ["limit 250 ↑"]
    assert len(phone_system.plot_load(busy, most=1).axes) == 3
    all_of_them: Any = phone_system.plot_load(busy, most=100)
    assert len([axes for axes in all_of_them.axes if axes.get_visible()]) == 22
    with pytest.raises(ValueError, match="at least 1"):
        phone_system.plot_load(busy, most=0)
    with pytest.raises(TypeError, match="expected Simulated, not dict"):
        phone_system.plot_load({})  # type: ignore[arg-type]
    # It opens no window, and matplotlib's own state is left alone.
    assert "matplotlib.pyplot" not in sys.modules


def test_without_matplotlib_it_says_what_to_install() -> None:
    program = """
import sys
import phone_system
assert "matplotlib" not in sys.modules
sys.modules["matplotlib"] = sys.modules["matplotlib.figure"] = None
calls = phone_system._generated.Simulated.__new__(phone_system._generated.Simulated)
try:
    phone_system.plot_load(calls)
except ImportError as error:
    assert str(error) == "plot_load needs matplotlib: pip install phone-system[plot]", error
else:
    raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
