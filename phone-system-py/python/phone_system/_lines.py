"""Numbers that are looked up once, and many calls on them at once."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, final

from phone_system import _codec, _native
from phone_system._native import PhoneNumber

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What became of many calls.

    Attributes:
        permits: A permit's number for each call, for `Lines.release`; 0 for one that is refused.
        codes: Why, as an `ErrorCode`; 0 for one that is admitted.
    """

    permits: "array[int]"
    codes: "array[int]"


@final
class Lines:
    """Numbers of an organization, looked up once, to admit many calls on.

    They are looked up again by themselves when anything of the organization has changed.
    """

    __slots__ = ("_lines", "numbers")

    numbers: tuple[PhoneNumber, ...]
    _lines: _native.Lines

    def __init__(self, calls: _native.Calls, numbers: Iterable[PhoneNumber | str]) -> None:
        """Made by `Organization.lines`."""
        self.numbers = tuple(_codec.phone_number(number, "numbers") for number in numbers)
        self._lines = calls.lines(list(self.numbers))

    def __len__(self) -> int:
        return len(self.numbers)

    def admit(
        self,
        which: Any = None,
        *,
        way: Literal["inbound", "outbound"] = "inbound",
        ends_at: datetime | None = None,
    ) -> Admitted:
        """Admits calls, each by itself.

        Emergency calls are not for this: `Organization.admit` admits them whatever the limits.

        Args:
            which: Places of the numbers among the lines, from 0: whole numbers, or a buffer of
                32-bit ones, such as ``array("I")`` or a numpy array of ``uint32``, which is not
                copied into Python objects. One call on each number if not given.
            way: Which way the calls go.
            ends_at: When the permits end by themselves, if `Gate.expire` is asked for.

        Returns:
            Permits and codes, in the order of the calls.

        Raises:
            BoundaryError: If the system was closed.
            IndexError: If there is no such line.
            OverflowError: If a place is negative.
            ValueError: If the way is none.
        """
        if way not in ("inbound", "outbound"):
            raise ValueError(f'way is "inbound" or "outbound", not {way!r}')
        ends = None
        if ends_at is not None:
            ends = (_codec.instant(ends_at, "ends_at") - _EPOCH) // timedelta(microseconds=1)
        if which is not None and not _is_buffer(which):
            which = array("I", which)
        count = len(self.numbers) if which is None else len(which)
        permits, codes = array("Q", [0]) * count, array("I", [0]) * count
        # An empty array has no memory that could be handed over.
        if count:
            self._lines.admit(which, way == "outbound", ends, permits, codes)
        return Admitted(permits=permits, codes=codes)

    def release(self, permits: Any) -> int:
        """Gives back the places of calls.

        Args:
            permits: Numbers of permits, or a buffer of 64-bit ones; 0 and those that are not open
                are passed over.

        Returns:
            How many were open.

        Raises:
            BoundaryError: If the system was closed.
        """
        taken = permits if _is_buffer(permits) else array("Q", permits)
        return self._lines.release(taken) if len(taken) else 0


def _is_buffer(value: object) -> bool:
    """Whether its memory can be read as it is."""
    try:
        memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True
