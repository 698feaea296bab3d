"""Values beside those that are generated."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from typing import final

from phone_system._native import PhoneNumber

_RANGE = re.compile(r"(\+[1-9][0-9]{3,14})-(\+[1-9][0-9]{3,14})", re.ASCII)


def _ends(text: str) -> tuple[int, int]:
    if "-" not in text:
        number = PhoneNumber(text).digits
        return number, number
    parts = _RANGE.fullmatch(text)
    if parts is not None:
        first, last = parts.groups()
        if len(first) == len(last) and first <= last:
            return int(first), int(last)
    raise ValueError(
        f"{text[:64]!r} is not a range: two numbers in E.164 with a hyphen between them, "
        "the smaller first, both equally long"
    )


@final
class NumberList(Collection[PhoneNumber]):
    """A set of telephone numbers, kept as ranges that neither touch nor overlap.

    It cannot be changed. It is ascending, however it was given; two lists are equal if they hold
    the same numbers.

    Args:
        numbers: Numbers, or texts that are each a number ``+14255550100`` or a range
            ``+14255550100-+14255550199``.

    Raises:
        TypeError: If `numbers` is a single text, or something in it is neither number nor text.
        ValueError: If a text is neither number nor range.
    """

    __slots__ = ("_ranges",)

    _ranges: tuple[tuple[int, int], ...]

    def __init__(self, numbers: Iterable[PhoneNumber | str] = (), /) -> None:
        """Makes a list of numbers and ranges, in any order."""
        if isinstance(numbers, NumberList):
            object.__setattr__(self, "_ranges", numbers._ranges)
            return
        if isinstance(numbers, str):
            raise TypeError("expected several numbers or ranges, not a single text")
        given: list[tuple[int, int]] = []
        for number in numbers:
            if isinstance(number, PhoneNumber):
                given.append((number.digits, number.digits))
            elif isinstance(number, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                given.append(_ends(number))
            else:
                raise TypeError(f"expected PhoneNumber or str, not {type(number).__name__}")
        joined: list[tuple[int, int]] = []
        for first, last in sorted(given):
            # 9999 and 10000 follow each other as numbers but have different lengths: two ranges.
            if joined and first <= joined[-1][1] + 1 and len(str(first)) == len(str(joined[-1][1])):
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        object.__setattr__(self, "_ranges", tuple(joined))

    @property
    def ranges(self) -> tuple[str, ...]:
        """The ranges as texts, ascending: ``+14255550100`` or ``+14255550100-+14255550199``."""
        return tuple(
            f"+{first}" if first == last else f"+{first}-+{last}" for first, last in self._ranges
        )

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._ranges)

    def __iter__(self) -> Iterator[PhoneNumber]:
        for first, last in self._ranges:
            for digits in range(first, last + 1):
                yield PhoneNumber.from_digits(digits)

    def __contains__(self, number: object) -> bool:
        if isinstance(number, str):
            try:
                number = PhoneNumber(number)
            except ValueError:
                return False
        if not isinstance(number, PhoneNumber):
            return False
        place = bisect_right(self._ranges, number.digits, key=lambda ends: ends[0])
        return place > 0 and number.digits <= self._ranges[place - 1][1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NumberList):
            return NotImplemented
        return self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(self._ranges)

    def __repr__(self) -> str:
        return f"NumberList({list(self.ranges)!r})"

    def __reduce__(self) -> tuple[type["NumberList"], tuple[list[str]]]:
        return NumberList, (list(self.ranges),)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a NumberList cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a NumberList cannot be changed: {name}")
