"""What live calls share, and what was sampled of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, final

from phone_system import _codec, _native
from phone_system._native import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What samples have told of a second, a minute or an hour.

    Attributes:
        begins: When it begins.
        most: The most calls at once, exactly: between two samples too.
        carried: How long calls lasted together in it; divided by its length it is the traffic
            carried, in erlangs.
    """

    begins: datetime
    most: int
    carried: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOccupancy:
    """How many calls a limit counts that numbers share.

    Attributes:
        in_use: Calls now, emergency calls among them.
        peak: The most at once so far.
        admitted: Calls that were admitted so far, without emergency calls.
        refused: Calls that were refused so far.
        emergency: Emergency calls so far.
        bursts: Calls that were let through above the limit, as a burst.
    """

    in_use: int
    peak: int
    admitted: int
    refused: int
    emergency: int
    bursts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedCall:
    """A call that went on when a process ended, and the place that was taken for it after.

    Attributes:
        call: The call.
        number: The number of the user whose call it is; none if no number is assigned to the user.
        permit: The permit's number, for `Gate.release`; it ends with the hold. None without a
            number.
    """

    call: str
    number: PhoneNumber | None
    permit: int | None


def ask(system: _native.System, what: str, **fields: object) -> Any:
    """Asks for something of the gate."""
    (told,) = _codec.loads(system.gate(json.dumps({what: fields}))).values()
    return told


def call_on(
    organization: str,
    number: PhoneNumber | str,
    way: Literal["inbound", "outbound"],
    ends_at: datetime | None,
) -> dict[str, object]:
    """A call on a number, as the gate is asked for it."""
    return {
        "organization": _codec.text(organization, "organization"),
        "number": str(_codec.phone_number(number, "number")),
        "way": _codec.text(way, "way"),
        "ends_at": written(ends_at, "ends_at"),
    }


def renewed(system: _native.System, permit: int, ends_at: datetime | None) -> int:
    """Sets when a permit ends by itself; answers its new number."""
    told: int = ask(system, "renew", permit=permit, ends_at=written(ends_at, "ends_at"))
    return told


def moved(
    system: _native.System,
    permit: int,
    organization: str,
    number: PhoneNumber | str,
    way: Literal["inbound", "outbound"],
    ends_at: datetime | None,
) -> tuple[int, PhoneNumber]:
    """Moves the call of a permit to a number; answers the permit's new number and that one."""
    to = call_on(organization, number, way, ends_at)
    told: int = ask(system, "transfer", permit=permit, to=to)
    return told, _codec.phone_number(number, "number")


def written(at: datetime | None, where: str) -> str | None:
    """An instant, if there is one, as text."""
    return None if at is None else _codec.write_instant(_codec.instant(at, where))


@final
class Gate:
    """The live calls of all organizations of a system: limits that numbers share, and samples.

    It is `System.gate`. Nothing of it is recorded: a system that is opened anew knows no limits but
    those of numbers, and no calls but those that are adopted.
    """

    __slots__ = ("_system",)

    _system: _native.System

    def __init__(self, system: _native.System) -> None:
        """Made by `System`."""
        self._system = system

    def set_limits(
        self,
        scope: str,
        *,
        two_way: int | None = None,
        inbound: int | None = None,
        outbound: int | None = None,
        burst: int = 0,
    ) -> None:
        """Sets how many calls several numbers carry together, for calls that begin from now on.

        Args:
            scope: ``organization:``, ``resource_account:``, ``service:`` or ``trunk:`` with a name.
            two_way: All calls; none for no limit.
            inbound: Those that come in.
            outbound: Those that go out.
            burst: How many there may be above `two_way`; they are counted apart.

        Raises:
            EnvelopeError: If the scope is none, or a limit is no number of calls.
        """
        limits = {"two_way": two_way, "inbound": inbound, "outbound": outbound, "burst": burst}
        ask(self._system, "set_limits", scope=scope, limits=limits)

    def join(self, number: PhoneNumber | str, scopes: Iterable[str]) -> None:
        """Has the calls of a number counted for these scopes too, and for no others.

        Args:
            number: The number, in E.164 if it is a text.
            scopes: The scopes, which may have limits or get them later.

        Raises:
            EnvelopeError: If a scope is none.
        """
        taken = str(_codec.phone_number(number, "number"))
        ask(self._system, "join", number=taken, scopes=list(scopes))

    def occupancy(
        self, scope: str, share: Literal["two_way", "inbound", "outbound"] = "two_way"
    ) -> SharedOccupancy | None:
        """How many calls a limit of a scope counts.

        Args:
            scope: The scope.
            share: Which of its limits.

        Returns:
            The counts; none if there is no such limit.

        Raises:
            EnvelopeError: If the scope is none.
        """
        told = ask(self._system, "occupancy", scope=scope, share=share)
        return None if told is None else SharedOccupancy(**told)

    def release(self, permit: int) -> None:
        """Gives back the place of a call by its permit's number.

        Args:
            permit: `Permit.permit` or `AdoptedCall.permit`.

        Raises:
            CapacityError: If the permit is not open.
        """
        if permit:
            self._system.release(permit)

    def expire(self, at: datetime) -> int:
        """Ends the permits whose time has come.

        Args:
            at: The instant.

        Returns:
            How many there were.
        """
        ended: int = ask(self._system, "expire", at=written(at, "at"))
        return ended

    def sample(self, at: datetime) -> None:
        """Takes a sample of how much each number and scope is used, for `loads`.

        Args:
            at: The instant; one before that of the last sample counts as that one.
        """
        ask(self._system, "sample", at=written(at, "at"))

    def loads(
        self,
        number: PhoneNumber | str | None = None,
        *,
        scope: str | None = None,
        view: Literal["seconds", "minutes", "hours"] = "hours",
    ) -> list[Load]:
        """What samples have told of a number's use, or of a scope's `two_way` limit.

        Args:
            number: The number, in E.164 if it is a text.
            scope: The scope, instead of a number.
            view: The last 60 seconds, the last 60 minutes, or the last 24 hours.

        Returns:
            The spans, the oldest first; none without samples.

        Raises:
            EnvelopeError: If the scope is none.
            TypeError: If neither or both of number and scope are given.
        """
        if (number is None) == (scope is None):
            raise TypeError("give a number or a scope")
        of: dict[str, object] = (
            {"scope": scope}
            if number is None
            else {"number": str(_codec.phone_number(number, "number"))}
        )
        return [
            Load(
                begins=_codec.read_instant(load["begins"]),
                most=load["most"],
                carried=_codec.read_duration(load["carried"]),
            )
            for load in ask(self._system, "loads", of=of, view=view)
        ]
