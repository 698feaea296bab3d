"""Live calls: each takes a place on its number, and gives it back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from phone_system import _codec, _native
from phone_system._gate import AdoptedCall, ask, call_on, written
from phone_system._lines import Lines
from phone_system._native import Permit, PhoneNumber
from phone_system._runtime import Caller, Executed, Request, Watching, read_executed

if TYPE_CHECKING:
    from phone_system._generated import Lengths, OfferedCalls, Retries, SharedLimit, Simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """How many calls a number carries, and has carried.

    Attributes:
        in_use: Calls now, emergency calls among them.
        peak: The most at once so far.
        admitted: Calls that were admitted so far, without emergency calls.
        refused: Calls that were refused so far.
        emergency: Emergency calls so far.
    """

    in_use: int
    peak: int
    admitted: int
    refused: int
    emergency: int


A = TypeVar("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Generic[A]):
    """A call that has begun.

    Attributes:
        permit: Its place on the number, to be released when the call has ended.
        authorized: How long it may last, and what is held for it.
    """

    permit: Permit
    authorized: Executed[A]


class Calls:
    """What is asked of an organization about its calls."""

    __slots__ = ("_caller", "_calls", "_name")

    _caller: Caller
    _calls: _native.Calls
    _name: str

    def __init__(self, caller: Caller) -> None:
        """Keeps who asks."""
        self._caller = caller
        # Only an organization is asked about calls.
        self._name = _codec.text(caller.organization, "organization")
        self._calls = _native.Calls(caller.system, self._name)

    def admit(self, number: PhoneNumber | str | None, dialed: str | None = None) -> Permit:
        """Admits a call to or from a number, if the organization owns it and it carries one more.

        Needs neither actor nor instant, and is not recorded.

        Args:
            number: The number, in E.164 if it is a text; none for a caller without one.
            dialed: What the organization's caller dialed, if it is the one who calls. An emergency
                call is always admitted, whoever owns the number, however many calls it carries,
                without a number, and when the system was closed or belongs to another process: its
                permit is then 0 and takes no place.

        Returns:
            The permit, to be released when the call has ended.

        Raises:
            CapacityError: If the number carries as many calls as it can.
            EnvelopeError: If the organization's name cannot be one.
            InventoryError: If the organization does not own the number.
            TypeError: If an argument has the wrong type.
            ValueError: If an argument has a value that its type cannot have.
        """
        if dialed is None and type(number) is PhoneNumber:
            return self._calls.admit(number)
        dials = _codec.optional(dialed, "dialed", _codec.text)
        try:
            taken = _codec.phone_number(number, "number")
        except (TypeError, ValueError):
            # An emergency call passes before its number is looked at.
            nameless = None if dials is None else self._caller.system.admit_nameless(dials)
            if nameless is None:
                raise
            return Permit(self._caller.system, nameless, None)
        return self._calls.admit(taken, dials)

    def lines(self, numbers: Iterable[PhoneNumber | str]) -> Lines:
        """Looks up numbers of the organization, to admit many calls on.

        Args:
            numbers: The numbers, in E.164 where they are texts.

        Returns:
            The lines, in the order of the numbers.

        Raises:
            InventoryError: If the organization does not own one of them.
        """
        return Lines(self._calls, numbers)

    def adopt(
        self,
        number: PhoneNumber | str,
        way: Literal["inbound", "outbound"] = "inbound",
        ends_at: datetime | None = None,
    ) -> Permit:
        """Takes the place of a call that goes on already, whatever the limits.

        Args:
            number: The organization's own number, in E.164 if it is a text.
            way: Which way the call goes.
            ends_at: When the permit ends by itself, if it does.

        Returns:
            The permit.

        Raises:
            InventoryError: If the organization does not own the number.
        """
        on = call_on(self._name, number, way, ends_at)
        permit = ask(self._caller.system, "adopt", **on)
        return Permit(self._caller.system, permit, _codec.phone_number(number, "number"))

    def adopt_calls(self, at: datetime) -> list[AdoptedCall]:
        """Takes the places of calls that go on, after a system was opened anew.

        Of each call for which something is held, on the number of its user, whatever the limits.
        Ask once.

        Args:
            at: The instant; calls whose holds have ended by then are left out.

        Returns:
            The calls.
        """
        told = ask(
            self._caller.system, "adopt_calls", organization=self._name, at=written(at, "at")
        )
        return [
            AdoptedCall(
                call=call["call"],
                number=_codec.read_optional(call["number"], PhoneNumber),
                permit=call["permit"],
            )
            for call in told
        ]

    def begin_call(self, number: PhoneNumber | str, request: Request[A]) -> Begun[A]:
        """Lets a call begin: takes its place on a number, and has the account authorize it.

        Both or neither. When the call has ended, settle it (``billing.settle``) and release its
        permit. An emergency call passes before anything else is looked at, without a number that
        can be read, and when the system was closed or belongs to another process too: its permit
        may then be 0 and take no place.

        Args:
            number: The organization's own number, in E.164 if it is a text.
            request: What ``request.billing.authorize`` of this organization makes of the call.

        Returns:
            The permit, and how long the call may last.

        Raises:
            BillingError: If nothing can pay for the call, or it may not go there.
            CapacityError: If the number carries as many calls as it can.
            EnvelopeError: If the request is no authorization.
            InventoryError: If the organization does not own the number.
            TypeError: If an argument has the wrong type.
            ValueError: If an argument has a value that its type cannot have, or the request is
                another organization's.
        """
        system = self._caller.system
        taken = None
        try:
            if request._organization != self._caller.organization:
                raise ValueError("request: it is another organization's")
            taken = _codec.phone_number(number, "number")
        except (TypeError, ValueError):
            # An emergency call passes before its number is looked at.
            told = system.begin_nameless(request.envelope)
            if told is None:
                raise
        else:
            told = system.begin_call(taken, request.envelope)
        begun = _codec.loads(told)
        permit = Permit(system, begun["permit"], taken)
        return Begun(permit=permit, authorized=read_executed(begun["authorized"], request))

    def simulate(
        self,
        *,
        numbers: "Iterable[OfferedCalls | Mapping[str, object]]",
        duration: timedelta,
        lengths: "Lengths | str" = "exponential",
        retries: "Retries | Mapping[str, object] | None" = None,
        limits: "Iterable[SharedLimit | Mapping[str, object]]" = (),
        days: int = 10,
        seed: bytes | None = None,
        csv: bool = False,
        progress: Callable[[int, int], object] | None = None,
        at: datetime | None = None,
    ) -> "Simulated":
        """As ``capacity.simulate``, and tells how far it is.

        Other threads of Python go on meanwhile. What `progress` raises stops the simulation, as
        control-C does, and is raised.

        Args:
            numbers: The numbers, 1 to 10,000, each once.
            duration: How long a call lasts, in the mean: one second to 24 hours.
            lengths: How lengths are distributed.
            retries: Callers who call again; if not given, those who are refused are gone.
            limits: The limits that numbers share, each scope once.
            days: How many days are simulated, each for itself: 1 to 5,000.
            seed: What chance is drawn from, 32 bytes; always the same if not given.
            csv: Whether the answer has the table as comma-separated values too.
            progress: Is told how many hours of how many are simulated, at least once each hour.
            at: The instant at which it is asked; the clock's if not given.

        Returns:
            What a day of calls was like.

        Raises:
            CapacityError: If a figure is out of range, or more is asked for than one simulation may
                have.
            InventoryError: If the organization does not own a number.
            TypeError: If an argument has the wrong type, or when is not known.
            ValueError: If an argument has a value that its type cannot have.
        """
        # What is generated stands on this module.
        from phone_system._generated import CapacityArea

        return CapacityArea(Watching(self._caller, progress)).simulate(
            numbers=numbers,
            duration=duration,
            lengths=lengths,
            retries=retries,
            limits=limits,
            days=days,
            seed=seed,
            csv=csv,
            at=at,
        )
