"""Codes and exceptions."""

import copy
import csv
import errno
import pickle
from pathlib import Path

import pytest

import phone_system
from phone_system import (
    ErrorCode,
    PhoneSystemError,
    StoreDeniedError,
    StoreExistsError,
    StoreMissingError,
    errors,
)

CODES = Path(__file__).parents[2] / "tests" / "vectors" / "error-codes.csv"


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_a_name_a_meaning_and_a_class(code: ErrorCode) -> None:
    assert ErrorCode.from_dotted(code.dotted) is code
    assert code.meaning.endswith(".")
    assert pickle.loads(pickle.dumps(code)) is code
    error = errors.refused(code.dotted, "a sentence", {"count": 1, "several": ["a"], "none": None})
    assert (error.code, error.dotted, error.message) == (code, code.dotted, "a sentence")
    assert str(error) == f"{code.dotted}: a sentence"
    # Every area has a class of its own.
    assert (type(error) is PhoneSystemError) == (code is ErrorCode.UNKNOWN)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (twin.code, twin.dotted, twin.message, twin.figures) == (
            error.code,
            error.dotted,
            error.message,
            error.figures,
        )


def test_codes_are_the_published_ones() -> None:
    with CODES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row and row[0].isdigit()]
    assert rows
    known = {str(code.value): code.dotted for code in ErrorCode if code is not ErrorCode.UNKNOWN}
    assert {row[0]: row[1] for row in rows} == known


def test_a_future_code_falls_back_to_the_parent() -> None:
    error = errors.refused("weather.too_bad", "it rains", {"millimeters": 3})
    assert type(error) is PhoneSystemError
    assert (error.code, error.dotted) == (ErrorCode.UNKNOWN, "weather.too_bad")
    assert pickle.loads(pickle.dumps(error)).dotted == "weather.too_bad"
    # A new code of a known area is of that area's class.
    assert type(errors.refused("porting.something_new", "", {})) is phone_system.PortingError


def test_what_is_wrong_with_a_value_is_a_value_error() -> None:
    for name in ("EnvelopeError", "NumberError", "RulesError", "TableError", "TimeError"):
        assert issubclass(getattr(phone_system, name), ValueError)
    assert not issubclass(phone_system.LicensingError, ValueError)


def test_a_refusal_is_raised_with_its_figures(contoso: phone_system.Organization) -> None:
    with pytest.raises(phone_system.LicensingError) as caught:
        contoso.licensing.cancel_seats(sku="MCOEV", seats=1)
    error = caught.value
    assert error.code is ErrorCode.LICENSING_SEATS_IN_USE
    assert error.figures["sku"] == "MCOEV"
    assert str(error).startswith("licensing.seats_in_use: ")


def test_a_refusal_as_a_value_can_be_raised(
    system: phone_system.System, contoso: phone_system.Organization
) -> None:
    [refusal] = system.execute_batch([contoso.request.licensing.buy_seats(sku="MCOEV", seats=0)])
    assert isinstance(refusal, phone_system.Refusal)
    assert pickle.loads(pickle.dumps(refusal)) == refusal
    error = refusal.error()
    assert type(error) is phone_system.LicensingError
    assert (error.code, error.message, error.figures) == (
        refusal.code,
        refusal.message,
        refusal.figures,
    )


@pytest.mark.parametrize(
    ("kind", "dotted", "number"),
    [
        (StoreMissingError, "store.missing", errno.ENOENT),
        (StoreDeniedError, "store.denied", errno.EACCES),
        (StoreExistsError, "store.exists", errno.EEXIST),
    ],
)
def test_errors_of_files_are_values(
    kind: type[StoreMissingError | StoreDeniedError | StoreExistsError], dotted: str, number: int
) -> None:
    error = errors.refused(dotted, "a sentence", {"path": "a/b"})
    assert type(error) is kind
    error.add_note("a note")
    twins = [copy.copy(error), copy.deepcopy(error)]
    twins += [
        pickle.loads(pickle.dumps(error, each)) for each in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    for twin in (error, *twins):
        assert type(twin) is kind
        assert twin.args == (ErrorCode.from_dotted(dotted), "a sentence", {"path": "a/b"})
        assert (twin.errno, twin.strerror, twin.filename) == (number, "a sentence", "a/b")
        assert (twin.dotted, twin.message) == (dotted, "a sentence")
        assert twin.figures == {"path": "a/b"}
        assert str(twin) == f"{dotted}: a sentence"
        assert twin.__notes__ == ["a note"]
    # The figures may be left out.
    bare = kind(dotted, "a sentence")
    assert (bare.errno, bare.filename, bare.figures) == (number, None, {})
    assert str(pickle.loads(pickle.dumps(bare))) == f"{dotted}: a sentence"
    assert kind(code=dotted, message="a sentence").errno == number
