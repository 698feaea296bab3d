"""What the generated methods stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from phone_system import _codec, _native
from phone_system._base_error import Figure, PhoneSystemError
from phone_system._error_codes import ErrorCode
from phone_system.errors import refused

if TYPE_CHECKING:
    from phone_system._generated import Due

A = TypeVar("A")

Clock: TypeAlias = Callable[[], datetime]
"""Tells the instant at which something is asked; the library reads no clock of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was refused.

    Attributes:
        code: The stable code; `ErrorCode.UNKNOWN` if this version of the package has no such code.
        dotted: The code's dotted name, such as ``porting.too_many_numbers``.
        message: The rule, its figures and what would be allowed, in a sentence.
        figures: The figures of the sentence as values.
    """

    code: ErrorCode
    dotted: str
    message: str
    figures: Mapping[str, Figure]

    @classmethod
    def _read(cls, value: Any) -> Refusal:
        return cls(
            code=ErrorCode.from_dotted(value["code"]),
            dotted=value["code"],
            message=value["message"],
            figures=value["figures"],
        )

    def error(self) -> PhoneSystemError:
        """The refusal as an exception of its area, to be raised.

        Returns:
            An exception with the same code, message and figures.
        """
        return refused(self.dotted, self.message, self.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An item of a list that was refused.

    Attributes:
        index: Its place in the list, from 0.
        item: What names it: the number, the user, the row of a file.
        refusal: Why.
    """

    index: int
    item: str
    refusal: Refusal

    @classmethod
    def _read(cls, value: Any) -> Refused:
        return cls(
            index=value["index"],
            item=value["item"],
            refusal=Refusal._read(value["refusal"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed(Generic[A]):
    """What a command did.

    Attributes:
        position: Where its commit is; none for a dry run, and for a command that had nothing to do.
            For a key that was used before, also in a dry run, that of the first time.
        at: The instant at which it was decided: the one asked for, or the last one recorded if
            that is later by no more than the tolerance.
        answer: What it answers.
        refused: Items of its list that were refused.
        due: What something outside has to be done about.
    """

    position: int | None
    at: datetime
    answer: A
    refused: tuple[Refused, ...]
    due: Due


def _read_executed(value: Any, read: Callable[[Any], A]) -> Executed[A]:
    return Executed(
        position=value["position"],
        at=_codec.read_instant(value["at"]),
        answer=read(value["answer"]),
        refused=_codec.read_several(Refused._read)(value["refused"]),
        due=_read_due(value.get("due")),
    )


def _read_due(value: Any) -> Due:
    # The generated module needs this one.
    from phone_system._generated import Due

    return Due(requested=None, notices=()) if value is None else Due._read(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[A]):
    """A command that was not asked yet, for `System.execute_batch`.

    Attributes:
        name: The command's dotted name.
        envelope: What is sent, as JSON.
    """

    name: str
    envelope: bytes
    _organization: str | None = field(repr=False, compare=False)
    _read: Callable[[Any], A] = field(repr=False, compare=False)


def read_executed(value: Any, request: Request[A]) -> Executed[A]:
    """Reads what became of a request."""
    return _read_executed(value, request._read)


class Ticket(Generic[A]):
    """A command that is decided and not yet acknowledged.

    What it did may be seen before; it is acknowledged when it is waited for, once.

    Attributes:
        number: The ticket's number.
    """

    __slots__ = ("_read", "_system", "number")

    number: int
    _system: _native.System
    _read: Callable[[Any], A]

    def __init__(self, system: _native.System, number: int, read: Callable[[Any], A]) -> None:
        """Made by the methods under `submit`."""
        self._system = system
        self._read = read
        self.number = number

    def wait(self) -> Executed[A]:
        """Waits until what was submitted is durable; the ticket is used up.

        Returns:
            What the command did.

        Raises:
            SystemStateError: If it was waited for already.
            StoreError: If the commit could not be kept.
        """
        return _read_executed(_codec.loads(self._system.wait(self.number)), self._read)

    def __repr__(self) -> str:
        return f"<Ticket {self.number}>"


class Caller:
    """Who asks, of whom, at which instants."""

    __slots__ = ("actor", "clock", "organization", "system")

    system: _native.System
    organization: str | None
    actor: str | None
    clock: Clock | None

    def __init__(
        self,
        system: _native.System,
        *,
        organization: str | None,
        actor: str | None,
        clock: Clock | None,
    ) -> None:
        """Keeps what all requests have in common."""
        self.system = system
        self.organization = _codec.optional(organization, "organization", _codec.text)
        self.actor = _codec.optional(actor, "actor", _codec.text)
        if clock is not None and not callable(clock):
            raise TypeError(f"clock: expected a callable, not {type(clock).__name__}")
        self.clock = clock

    def _envelope(self, name: str, at: datetime | None) -> dict[str, object]:
        if at is None:
            if self.clock is None:
                raise TypeError(f"{name} needs an instant: give at=…, or a clock to its caller")
            given, where = self.clock(), "clock"
        else:
            given, where = at, "at"
        envelope: dict[str, object] = {"at": _codec.instant(given, where)}
        if self.organization is not None:
            envelope["organization"] = self.organization
        return envelope

    def request(
        self,
        name: str,
        fields: Mapping[str, object],
        read: Callable[[Any], A],
        *,
        at: datetime | None,
        key: str | None,
        seed: bytes | None,
    ) -> Request[A]:
        """A command in its envelope."""
        if self.actor is None:
            raise TypeError(f"{name} is a command: give actor=… to its caller")
        envelope = self._envelope(name, at)
        envelope["actor"] = self.actor
        if key is not None:
            envelope["key"] = _codec.text(key, "key")
        if seed is not None:
            envelope["seed"] = _codec.seed(seed, "seed")
        envelope["command"] = {"name": name, "fields": _given(fields)}
        return Request(
            name=name,
            envelope=_codec.dumps(envelope),
            _organization=self.organization,
            _read=read,
        )

    def execute(self, request: Request[A]) -> Executed[A]:
        """Asks for a command and waits until it is durable."""
        return _read_executed(_codec.loads(self.system.execute(request.envelope)), request._read)

    def dry_run(self, request: Request[A]) -> Executed[A]:
        """What a command would do now."""
        return _read_executed(_codec.loads(self.system.dry_run(request.envelope)), request._read)

    def submit(self, request: Request[A]) -> Ticket[A]:
        """Asks for a command and does not wait."""
        return Ticket(self.system, self.system.submit(request.envelope), request._read)

    def query(
        self,
        name: str,
        fields: Mapping[str, object],
        read: Callable[[Any], A],
        *,
        at: datetime | None,
    ) -> A:
        """Asks a question."""
        envelope = self._envelope(name, at)
        envelope["query"] = {"name": name, "fields": _given(fields)}
        return read(_codec.loads(self._ask(_codec.dumps(envelope))))

    def _ask(self, envelope: bytes) -> str:
        return self.system.query(envelope)


class Watching(Caller):
    """Who asks for a simulation and is told how far it is."""

    __slots__ = ("progress",)

    progress: Callable[[int, int], object] | None

    def __init__(self, caller: Caller, progress: Callable[[int, int], object] | None) -> None:
        """As another caller, and told."""
        super().__init__(
            caller.system,
            organization=caller.organization,
            actor=caller.actor,
            clock=caller.clock,
        )
        if progress is not None and not callable(progress):
            raise TypeError(f"progress: expected a callable, not {type(progress).__name__}")
        self.progress = progress

    def _ask(self, envelope: bytes) -> str:
        return self.system.simulate(envelope, self.progress)


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def read_batch(text: str, requests: list[Request[A]]) -> list[Executed[A] | Refusal]:
    """Reads what became of the commands of a batch."""
    return [
        _read_executed(done["executed"], request._read)
        if "executed" in done
        else Refusal._read(done["refusal"])
        for done, request in zip(_codec.loads(text), requests, strict=True)
    ]
