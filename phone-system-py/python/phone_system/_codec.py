"""Values between Python and JSON.

What people pass is *taken*: checked, and brought to the one form in which it is kept; every
function for that takes the value and what it is called in a message. What the core answers is
*read*. What was taken is *written* by `dumps` alone.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from operator import index
from typing import Any, Literal, TypeAlias, TypeGuard, TypeVar, cast

from phone_system._native import PhoneNumber
from phone_system._values import NumberList

T = TypeVar("T")
ChoiceT = TypeVar("ChoiceT", bound=StrEnum)

Take: TypeAlias = Callable[[object, str], T]
"""Takes a value, and what it is called in a message."""

Limit: TypeAlias = int | Literal["unlimited"]
"""A count that may be unlimited."""

Countries: TypeAlias = tuple[str, ...] | Literal["all"]
"""Countries by their two letters, or all."""


def _unexpected(value: object, where: str, expected: str) -> TypeError:
    return TypeError(f"{where}: expected {expected}, not {type(value).__name__}")


def text(value: object, where: str) -> str:
    """Takes a text."""
    if not isinstance(value, str):
        raise _unexpected(value, where, "str")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"{where}: no UTF-8 for the lone surrogate at place {error.start}"
            ) from None
    return value


def boolean(value: object, where: str) -> bool:
    """Takes a truth value."""
    if not isinstance(value, bool):
        raise _unexpected(value, where, "bool")
    return value


def anything(value: object, where: str) -> Any:
    """Takes whatever JSON can hold."""
    del where
    return value


def _integer(value: object, where: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _unexpected(value, where, "int")
    number = index(cast("int", value))
    if not least <= number <= most:
        # A number of thousands of digits has no place in a message.
        shown = str(number) if abs(number) < 10**30 else "the number"
        raise ValueError(f"{where}: {shown} is not between {least} and {most}")
    return number


def uint8(value: object, where: str) -> int:
    """Takes a whole number of 8 bits without a sign."""
    return _integer(value, where, 0, 2**8 - 1)


def uint16(value: object, where: str) -> int:
    """Takes a whole number of 16 bits without a sign."""
    return _integer(value, where, 0, 2**16 - 1)


def uint32(value: object, where: str) -> int:
    """Takes a whole number of 32 bits without a sign."""
    return _integer(value, where, 0, 2**32 - 1)


def uint64(value: object, where: str) -> int:
    """Takes a whole number of 64 bits without a sign."""
    return _integer(value, where, 0, 2**64 - 1)


def int32(value: object, where: str) -> int:
    """Takes a whole number of 32 bits."""
    return _integer(value, where, -(2**31), 2**31 - 1)


def int64(value: object, where: str) -> int:
    """Takes a whole number of 64 bits."""
    return _integer(value, where, -(2**63), 2**63 - 1)


def decimal(value: object, where: str) -> Decimal:
    """Takes a decimal; a float would smuggle in its binary neighbor."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{where}: {value} is not a finite number")
        # Bounds what the plain form costs; the core holds 28 digits.
        if value.adjusted() > 40 or cast("int", value.as_tuple().exponent) < -40:
            raise ValueError(f"{where}: {value} has too many digits")
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unexpected(value, where, "Decimal or int")
    return Decimal(_integer(value, where, -(10**28), 10**28))


def amount(value: object, where: str) -> Decimal:
    """Takes an amount of money, and brings it to two to six digits after the point."""
    # By whole numbers: the arithmetic of decimals rounds as the thread's context says.
    numerator, denominator = decimal(value, where).as_integer_ratio()
    millionths, rest = divmod(numerator * 10**6, denominator)
    if rest:
        raise ValueError(f"{where}: {value} has more than six digits after the point")
    if abs(millionths) >= 2**63:
        raise ValueError(f"{where}: {value} is more than an amount can be")
    units, fraction = divmod(abs(millionths), 10**6)
    sign = "-" if millionths < 0 else ""
    return Decimal(f"{sign}{units}.{f'{fraction:06}'.rstrip('0').ljust(2, '0')}")


def seed(value: object, where: str) -> str:
    """Takes what chance is drawn from; it is kept in hexadecimal digits."""
    if not isinstance(value, bytes):
        raise _unexpected(value, where, "bytes")
    if len(value) != 32:
        raise ValueError(f"{where}: expected 32 bytes, not {len(value)}")
    return value.hex()


_MONTH = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])", re.ASCII)


def month(value: object, where: str) -> str:
    """Takes a calendar month."""
    taken = text(value, where)
    if _MONTH.fullmatch(taken) is None:
        raise ValueError(f"{where}: {taken[:64]!r} is not a month such as '2018-04'")
    return taken


def instant(value: object, where: str) -> datetime:
    """Takes an instant, and brings it to UTC."""
    if not isinstance(value, datetime):
        raise _unexpected(value, where, "datetime")
    if value.utcoffset() is None:
        raise ValueError(f"{where}: the datetime is naive; give it a time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{where}: {value} lies outside the years 1 to 9999 in UTC") from None


def duration(value: object, where: str) -> timedelta:
    """Takes a length of time."""
    if not isinstance(value, timedelta):
        raise _unexpected(value, where, "timedelta")
    if value < timedelta():
        raise ValueError(f"{where}: a length of time is never negative")
    return value


def block_length(value: object, where: str) -> str:
    """Takes the length of a block."""
    if not isinstance(value, timedelta):
        if not isinstance(value, str):
            raise _unexpected(value, where, "str or timedelta")
        return text(value, where)
    if value < timedelta() or value != timedelta(days=value.days):
        raise ValueError(f"{where}: a block lasts whole days")
    return f"P{value.days}D"


def phone_number(value: object, where: str) -> PhoneNumber:
    """Takes a telephone number."""
    if isinstance(value, PhoneNumber):
        return value
    if not isinstance(value, str):
        raise _unexpected(value, where, "PhoneNumber or str")
    try:
        return PhoneNumber(text(value, where))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def number_list(value: object, where: str) -> NumberList:
    """Takes several telephone numbers."""
    if not _are_several(value):
        raise _unexpected(value, where, "an iterable of PhoneNumber or str")
    try:
        return NumberList(cast("Iterable[PhoneNumber | str]", value))
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def limit(value: object, where: str) -> Limit:
    """Takes a count that may be unlimited."""
    if value == "unlimited":
        return "unlimited"
    if isinstance(value, str):
        raise ValueError(f"{where}: {value[:64]!r} is neither a count nor 'unlimited'")
    return uint32(value, where)


def countries(value: object, where: str) -> Countries:
    """Takes countries, or all."""
    if value == "all":
        return "all"
    if isinstance(value, str):
        raise ValueError(f"{where}: {value[:64]!r} is neither several countries nor 'all'")
    return several(text)(value, where)


def optional(value: object, where: str, take: Take[T]) -> T | None:
    """Takes a thing that may be left out."""
    return None if value is None else take(value, where)


def one_of(kind: type[ChoiceT]) -> Take[ChoiceT]:
    """Takes one of the members of an enumeration, or its text."""

    def take(value: object, where: str) -> ChoiceT:
        if not isinstance(value, str):
            raise _unexpected(value, where, f"{kind.__name__} or str")
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(repr(str(member)) for member in kind)
            raise ValueError(f"{where}: {value[:64]!r} is none of {known}") from None

    return take


def _are_several(value: object) -> TypeGuard[Iterable[object]]:
    # Texts and mappings can be iterated over too, but each is one thing.
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))


def several(take: Take[T]) -> Take[tuple[T, ...]]:
    """Takes several things."""

    def take_all(value: object, where: str) -> tuple[T, ...]:
        if not _are_several(value):
            raise _unexpected(value, where, "an iterable")
        return tuple(take(item, f"{where}[{place}]") for place, item in enumerate(value))

    return take_all


def named(take: Take[T]) -> Take[dict[str, T]]:
    """Takes things by name."""

    def take_all(value: object, where: str) -> dict[str, T]:
        if not isinstance(value, Mapping):
            raise _unexpected(value, where, "a mapping")
        items = cast("Mapping[object, object]", value).items()
        return {text(name, where): take(item, f"{where}[{name!r}]") for name, item in items}

    return take_all


def structure(kind: type[T]) -> Take[T]:
    """Takes a dataclass, or its fields by name."""

    def take(value: object, where: str) -> T:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise _unexpected(value, where, f"{kind.__name__} or a mapping")
        fields: dict[str, object] = {}
        known = {field.name for field in dataclasses.fields(cast("Any", kind))}
        for name, item in cast("Mapping[object, object]", value).items():
            # A field that is a keyword of Python has an underscore behind it.
            fitting = f"{name}_" if f"{name}_" in known else str(name)
            if not isinstance(name, str) or fitting not in known:
                raise TypeError(f"{where}: {kind.__name__} has no field {name!r}")
            fields[fitting] = item
        try:
            return kind(**fields)
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None

    return take


def read_several(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """Reads several things."""
    return lambda value: tuple(read(item) for item in value)


def read_named(read: Callable[[Any], T]) -> Callable[[Any], dict[str, T]]:
    """Reads things by name."""
    return lambda value: {name: read(item) for name, item in value.items()}


def read_optional(value: Any, read: Callable[[Any], T]) -> T | None:
    """Reads a thing that may be absent."""
    return None if value is None else read(value)


def read_anything(value: Any) -> Any:
    """Reads whatever there is."""
    return value


def read_instant(value: Any) -> datetime:
    """Reads an instant; it is in UTC."""
    return datetime.fromisoformat(value)


_DURATION = re.compile(
    r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?", re.ASCII
)


def read_duration(value: Any) -> timedelta:
    """Reads a length of time."""
    parts = _DURATION.fullmatch(value)
    if parts is None:
        raise ValueError(f"{value!r} is no length of time")
    days, hours, minutes, seconds, fraction = parts.groups()
    return timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "").ljust(6, "0")),
    )


def read_countries(value: Any) -> Countries:
    """Reads countries, or all."""
    return "all" if value == "all" else tuple(value)


def write_instant(value: datetime) -> str:
    """Writes an instant that was taken."""
    return value.isoformat().replace("+00:00", "Z")


def write_duration(value: timedelta) -> str:
    """Writes a length of time."""
    seconds = value.days * 86_400 + value.seconds
    return f"PT{seconds}.{value.microseconds:06}S" if value.microseconds else f"PT{seconds}S"


def _write(value: object) -> object:
    match value:
        case PhoneNumber():
            return str(value)
        case NumberList():
            return value.ranges
        case Decimal():
            return format(value, "f")
        case datetime():
            return write_instant(value)
        case timedelta():
            return write_duration(value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            named = {
                field.name.removesuffix("_"): getattr(value, field.name)
                for field in dataclasses.fields(value)
            }
            return {name: item for name, item in named.items() if item is not None}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in JSON")


def dumps(value: object) -> bytes:
    """Writes JSON of what was taken."""
    return json.dumps(
        value, default=_write, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()


def loads(text: str) -> Any:
    """Reads JSON; there is no float in it."""
    return json.loads(text, parse_float=Decimal)
