"""Traffic theory: figures and arrays. What the formulas answer is in the transcripts."""

import math
import subprocess
import sys
from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import phone_system
from phone_system import (
    CapacityError,
    ErrorCode,
    agents_for_service_level,
    engset,
    erlang_b,
    erlang_b_recall,
    erlang_c,
    lines_for_erlang_b,
    service_level,
    speed_of_answer,
    traffic_for_erlang_b,
)


def test_figures_are_answered_by_figures() -> None:
    assert erlang_b(8.108, 15) == pytest.approx(0.01, rel=1e-4)
    assert erlang_b(8, 15) == erlang_b(8.0, 15)
    assert erlang_b(np.float64(8), np.int32(15)) == erlang_b(8, 15)
    assert lines_for_erlang_b(80, 0.01) == 96
    assert type(lines_for_erlang_b(80, 0.01)) is int
    assert agents_for_service_level(10, 180, target_seconds=20, service_level=0.8) == 14
    assert traffic_for_erlang_b(lines=15, blocking=0.01) == pytest.approx(8.108, abs=5e-4)


def test_sequences_are_answered_by_lists() -> None:
    traffic = [1.0, 2, 8.108]
    assert erlang_b(traffic, 15) == [erlang_b(each, 15) for each in traffic]
    assert erlang_b(8.0, range(1, 4)) == [erlang_b(8.0, lines) for lines in (1, 2, 3)]
    assert erlang_b(array("d", [1, 2]), (3, 4)) == [erlang_b(1, 3), erlang_b(2, 4)]
    assert lines_for_erlang_b((80, 8.2), 0.01) == [96, 16]
    assert erlang_b([], 15) == []
    for lines in ([1, 2, 3], []):
        with pytest.raises(ValueError, match="different lengths"):
            erlang_b([1.0, 2.0], lines)


def test_numpy_arrays_are_answered_by_numpy_arrays() -> None:
    traffic = np.linspace(0.5, 20, 7)
    blocking = erlang_b(traffic, 15)
    assert blocking.dtype == np.float64
    assert blocking.tolist() == erlang_b(traffic.tolist(), 15)
    table = erlang_b(traffic[:, np.newaxis], np.arange(1, 5, dtype=np.uint8))
    assert table.shape == (7, 4)
    assert table[6, 3] == erlang_b(20, 4)
    # Not contiguous, of another type, and written to.
    table[0, 0] = 0
    assert np.shape(erlang_b(table.T, 3)) == (4, 7)
    assert erlang_b(np.array([2], dtype=np.float32), [3]).tolist() == [erlang_b(2, 3)]
    assert erlang_b(np.asarray(2.0), 3) == erlang_b(2, 3)
    lines = lines_for_erlang_b(traffic, 0.01)
    assert lines.dtype == np.int64
    assert lines.tolist() == lines_for_erlang_b(traffic.tolist(), 0.01)
    assert erlang_b(np.empty((0, 3)), 5).shape == (0, 3)
    with pytest.raises(ValueError, match="broadcast"):
        erlang_b(np.ones(2), np.ones(3, dtype=int))
    with pytest.raises(TypeError, match="whole numbers"):
        erlang_b(traffic, traffic)
    with pytest.raises(TypeError, match="numbers is wanted"):
        erlang_b(np.array(["1"]), 1)


def test_overload_is_refused_with_what_would_be_enough() -> None:
    asks: list[Callable[[], float]] = [
        lambda: erlang_c(10, 10),
        lambda: service_level(10.5, 10, 180, 20),
        lambda: speed_of_answer(10, 10, 180),
    ]
    for ask in asks:
        with pytest.raises(CapacityError) as caught:
            ask()
        assert caught.value.code is ErrorCode.CAPACITY_OVERLOADED
        assert caught.value.figures["needed"] == 11
    with pytest.raises(CapacityError) as caught:
        erlang_b_recall(1e300, 10, 1)
    assert caught.value.figures == {"traffic": "1e300", "lines": 10, "needed": None}


def test_overload_in_arrays_is_refused_by_place_or_answered_by_nan() -> None:
    with pytest.raises(CapacityError) as caught:
        erlang_c([1, 2, 30], 10)
    assert caught.value.__notes__ == ["item 2"]
    told = erlang_c([1, 30], 10, overloaded="nan")
    assert told[0] == erlang_c(1, 10)
    assert math.isnan(told[1])
    assert math.isnan(speed_of_answer(30, 10, 180, overloaded="nan"))
    assert np.isnan(service_level(np.array([30.0]), 10, 180, 20, overloaded="nan")).all()
    # What is wrong otherwise is refused all the same.
    with pytest.raises(CapacityError) as caught:
        erlang_c([-1], 10, overloaded="nan")
    assert caught.value.code is ErrorCode.CAPACITY_OUT_OF_RANGE
    wrong: Any = "ignore"
    with pytest.raises(ValueError, match="ignore"):
        erlang_c(1, 10, overloaded=wrong)


@pytest.mark.parametrize("traffic", [-1.0, math.nan, math.inf, -math.inf])
def test_what_is_no_traffic_is_refused(traffic: float) -> None:
    with pytest.raises(CapacityError) as caught:
        erlang_b(traffic, 10)
    assert caught.value.code is ErrorCode.CAPACITY_OUT_OF_RANGE
    assert caught.value.figures["figure"] == "traffic"


@pytest.mark.parametrize("lines", [0, -1, 1_000_001, 2**32, 2**62])
def test_what_is_no_number_of_lines_is_refused(lines: int) -> None:
    with pytest.raises(CapacityError):
        erlang_b(1, lines)
    with pytest.raises(CapacityError):
        erlang_b(1, [lines])
    with pytest.raises(CapacityError):
        engset(0.1, 5, [5, -lines - 1])


def test_what_has_another_type_is_a_type_error() -> None:
    for wrong in ("10", None, 1.5, [1.5], ["1"], b"1"):
        lines: Any = wrong
        with pytest.raises(TypeError):
            erlang_b(1, lines)
    for wrong in ("10", None, ["1"], "x"):
        traffic: Any = wrong
        with pytest.raises(TypeError):
            erlang_b(traffic, 1)


def test_numpy_is_not_needed() -> None:
    program = (
        "import sys; sys.modules['numpy'] = None; import phone_system; "
        "print(phone_system.erlang_b([1.0, 2.0], 1), phone_system.lines_for_erlang_b([80], 0.01))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert told.stdout.decode().strip() == f"[{0.5}, {2 / 3}] [96]"


def test_every_formula_is_public_and_documented() -> None:
    names = [
        name
        for name in phone_system.__all__
        if name.startswith(("erlang_", "lines_for_", "agents_for_", "traffic_for_"))
    ]
    assert len(names) == 13
    for name in names:
        assert "CapacityError" in getattr(phone_system, name).__doc__
