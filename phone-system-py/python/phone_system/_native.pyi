"""The native half: JSON in, JSON out, and the telephone number as a value."""

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self, final

__all__ = [
    "METADATA_VERSION",
    "Calls",
    "Lines",
    "Permit",
    "PhoneNumber",
    "System",
    "Tariff",
    "__version__",
    "agents_for_service_level",
    "agents_for_speed_of_answer",
    "command_names",
    "engset",
    "erlang_b",
    "erlang_b_recall",
    "erlang_c",
    "lines_for_engset",
    "lines_for_erlang_b",
    "lines_for_erlang_b_recall",
    "parse_number",
    "query_names",
    "service_level",
    "speed_of_answer",
    "traffic_for_engset",
    "traffic_for_erlang_b",
    "traffic_for_erlang_b_recall",
    "traffic_for_service_level",
    "traffic_for_speed_of_answer",
]

__version__: str
METADATA_VERSION: str

@final
class PhoneNumber:
    """A telephone number in E.164: a country code and a national number, 4 to 15 digits.

    A value is structurally sound and no more; whether the number is in use is for
    `phone_system.parse_number` to say. Numbers are ordered as their digits read as one number.

    Args:
        text: ``+`` and the digits, and nothing else.

    Raises:
        ValueError: If the text is not E.164.
    """

    __match_args__ = ("digits",)

    def __new__(cls, text: str, /) -> PhoneNumber: ...
    @staticmethod
    def from_digits(digits: int, /) -> PhoneNumber:
        """The number with these digits, read as one number.

        Args:
            digits: The country code and the national number.

        Returns:
            The number.

        Raises:
            OverflowError: If `digits` is negative or has more than 64 bits.
            ValueError: If there are not 4 to 15 digits.
        """

    @property
    def digits(self) -> int:
        """The digits, read as one number."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: PhoneNumber, /) -> bool: ...
    def __le__(self, other: PhoneNumber, /) -> bool: ...
    def __gt__(self, other: PhoneNumber, /) -> bool: ...
    def __ge__(self, other: PhoneNumber, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __getnewargs__(self) -> tuple[str]: ...

@final
class Calls:
    """What asks for the calls of an organization."""

    def __new__(cls, system: System, organization: str, /) -> Self: ...
    def admit(self, number: PhoneNumber, dialed: str | None = None, /) -> Permit:
        """Admits a call to or from a number, if the organization owns it and it carries one more.

        Args:
            number: The number.
            dialed: What the organization's caller dialed, if it is the one who calls; an emergency
                call is always admitted.

        Returns:
            The permit.
        """

    def lines(self, numbers: list[PhoneNumber], /) -> Lines:
        """Looks up numbers of the organization.

        Args:
            numbers: The numbers.

        Returns:
            The lines.
        """

@final
class Permit:
    """The right to one call, until it is released.

    In a ``with`` statement the permit is released where that ends, however it ends, unless that
    was done before. Nothing else releases it but closing its system: a permit that is lost keeps
    its place until then. It can be released by any thread. Made by `Organization.admit`.
    """

    def __new__(cls, system: System, permit: int, number: PhoneNumber | None, /) -> Self: ...
    @property
    def permit(self) -> int:
        """The permit's number; 0 for one that takes no place."""

    @property
    def number(self) -> PhoneNumber | None:
        """The number that carries the call; none for an emergency call without one."""

    def release(self) -> None:
        """Gives back the place of the call.

        Raises:
            BoundaryError: If its system was closed.
            CapacityError: If the permit was released already.
        """

    def renew(self, ends_at: datetime | None) -> None:
        """Sets when the permit ends by itself, if `Gate.expire` is asked for.

        Args:
            ends_at: The instant; none for never.

        Raises:
            BoundaryError: If its system was closed.
            CapacityError: If the permit is not open any more.
        """

    def transfer(
        self,
        organization: str,
        number: PhoneNumber | str,
        way: Literal["inbound", "outbound"] = "inbound",
        ends_at: datetime | None = None,
    ) -> None:
        """Moves the call to another number; it stays where it is if that refuses.

        Args:
            organization: Who owns the number.
            number: The number, in E.164 if it is a text.
            way: Which way the call goes there.
            ends_at: When the permit ends by itself, if it does.

        Raises:
            CapacityError: If the number carries as many calls as it can, or the permit is not open
                any more.
            InventoryError: If the organization does not own the number.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...

@final
class System:
    """A phone system, in memory or in a file; commands, queries and answers are JSON.

    It can be shared between threads: each call that takes time lets the interpreter go while it
    works, which `release` does not. Every method raises a `phone_system.PhoneSystemError` if it
    refuses, and a `UnicodeEncodeError` for a str that has no UTF-8.
    """

    def __new__(cls) -> System: ...
    @staticmethod
    def open(given: str | bytes, /) -> System:
        """Opens a system in a file.

        Args:
            given: ``{"path", "create", "import", "tolerance", "checkpoint_after", "from_start"}``;
                all but `path` may be left out.

        Returns:
            The system.
        """

    def close(self) -> None:
        """Makes everything durable that was decided, and closes the system.

        The calls of other threads end first. If the system is closed already, or another
        process's, nothing is done.
        """

    def check(self) -> None:
        """Refuses if the system is closed, or in a file that another process opened."""

    def execute(self, envelope: str | bytes, /) -> str:
        """Asks for a command and waits until it is durable.

        Args:
            envelope: ``{"organization", "at", "actor", "key", "seed", "command": {"name",
                "fields"}}``; `organization` is left out for the provider's commands, `key` and
                `seed` may be left out.

        Returns:
            ``{"position", "at", "answer", "refused"}``.
        """

    def dry_run(self, envelope: str | bytes, /) -> str:
        """What a command would do now.

        Args:
            envelope: As for `execute`.

        Returns:
            As from `execute`; `position` is null, or that of the first time for a used key.
        """

    def query(self, envelope: str | bytes, /) -> str:
        """Asks a question.

        Args:
            envelope: ``{"organization", "at", "query": {"name", "fields"}}``.

        Returns:
            The answer.
        """

    def simulate(
        self,
        envelope: str | bytes,
        progress: Callable[[int, int], object] | None = None,
        /,
    ) -> str:
        """Asks for a simulation, and tells how far it is.

        Args:
            envelope: As for `query`, of ``capacity.simulate``.
            progress: Is told how many hours of how many are simulated; what it raises stops the
                simulation and is raised.

        Returns:
            The answer.
        """

    def submit(self, envelope: str | bytes, /) -> int:
        """Asks for a command and does not wait until it is durable.

        Args:
            envelope: As for `execute`.

        Returns:
            A ticket for `wait`.
        """

    def wait(self, ticket: int, /) -> str:
        """Waits until what was submitted is durable; the ticket is used up.

        Args:
            ticket: What `submit` answered.

        Returns:
            As from `execute`.
        """

    def execute_batch(self, envelopes: str | bytes, /) -> str:
        """Asks for many commands, each by itself, and makes them durable together.

        Args:
            envelopes: An array of envelopes as for `execute`.

        Returns:
            An array of ``{"executed": …}`` and ``{"refusal": …}`` in the same order.
        """

    def give(self, given: str | bytes, /) -> str:
        """Gives reference data to the system; they are not recorded.

        Args:
            given: ``{"tariff": {"name", "currency", "csv"}}`` or ``{"countries": {"csv"}}``.

        Returns:
            What ``billing.tariffs`` shows of the price list, or ``{"countries": rows}``.
        """

    def gate(self, asked: str | bytes, /) -> str:
        """Asks about live calls for something beside admitting and releasing them.

        Args:
            asked: One of ``set_limits``, ``join``, ``adopt``, ``adopt_calls``, ``transfer``,
                ``renew``, ``expire``, ``sample``, ``loads``, ``occupancy``, with its fields.

        Returns:
            One of ``done``, ``permit``, ``calls``, ``ended``, ``loads``, ``occupancy``.
        """

    def begin_call(self, number: PhoneNumber, envelope: str | bytes, /) -> str:
        """Lets a call begin: takes its place on a number, and has the account authorize it.

        Args:
            number: The organization's own number.
            envelope: That of a ``billing.authorize``.

        Returns:
            The permit for `release`, and what `execute` answers.
        """

    @staticmethod
    def begin_nameless(envelope: str | bytes, /) -> str | None:
        """Lets an emergency call begin whose number cannot be read; it takes no place.

        Args:
            envelope: That of a ``billing.authorize``.

        Returns:
            As from `begin_call`; none if it is no emergency call.
        """

    def admit_nameless(self, dialed: str, /) -> int | None:
        """Admits an emergency call of a caller without a number.

        Args:
            dialed: What was dialed.

        Returns:
            A permit for `release`; none if it is no emergency number.
        """

    def release(self, permit: int, /) -> None:
        """Gives back the place of a call that was admitted; the permit is used up.

        Args:
            permit: `Permit.permit`.
        """

    def occupancy(self, number: PhoneNumber, /) -> tuple[int, int, int, int, int]:
        """What is known of a number's calls, whoever owns it.

        Args:
            number: The number.

        Returns:
            Calls now, the most at once, calls admitted, calls refused, emergency calls.
        """

    def events_after(self, position: int, limit: int) -> str:
        """The commits after a position.

        Args:
            position: The position after which to begin; 0 for the beginning.
            limit: The most commits to answer.

        Returns:
            An array of commits.
        """

    def stream_after(self, stream: str, after: int, limit: int) -> str:
        """The commits of one stream after a place in it.

        Args:
            stream: The stream's name: ``organization:ID``, ``account:ID`` or ``stock``.
            after: The place in the stream after which to begin; 0 for the beginning.
            limit: The most commits to answer.

        Returns:
            An array of commits.
        """

    def maintain(self, asked: str | bytes, /) -> str:
        """Takes care of the store.

        Args:
            asked: One of ``{"checkpoint": {}}``, ``{"verify": {}}``, ``{"streams": {}}``,
                ``{"export": {"path", "after"}}`` and ``{"archive": {"path", "before"}}``.

        Returns:
            What was done.
        """

def parse_number(
    text: str, country: str | None = None
) -> tuple[PhoneNumber, str | None, str, str | None, str]:
    """Reads a telephone number as people write it.

    Args:
        text: The number.
        country: The country of a number that is written without its country code.

    Returns:
        The number, its extension, its line type, its country, the version of the metadata.

    Raises:
        phone_system.NumberError: If the text is no number in use.
        ValueError: If `country` is not two letters.
    """

def command_names() -> list[str]:
    """The dotted names of all commands."""

def query_names() -> list[str]:
    """The dotted names of all queries."""

@final
class Lines:
    """Numbers of an organization, to admit many calls on."""

    def __len__(self) -> int: ...
    def admit(
        self, which: Any, outbound: bool, ends_at: int | None, permits: Any, codes: Any, /
    ) -> None:
        """Admits calls, each by itself.

        Args:
            which: Places of the numbers, as a buffer of 32-bit numbers; none for all.
            outbound: Whether they go out.
            ends_at: When the permits end by themselves, in microseconds since 1970.
            permits: A buffer of 64-bit numbers that receives the permits, 0 where a call is
                refused.
            codes: A buffer of 32-bit numbers that receives why, 0 where it is admitted.
        """

    def release(self, permits: Any, /) -> int:
        """Gives back the places of calls.

        Args:
            permits: A buffer of 64-bit numbers.

        Returns:
            How many were open.
        """

@final
class Tariff:
    """A price list."""

    def __new__(cls, given: str | bytes, /) -> Self:
        """Reads a price list.

        Args:
            given: What stands at ``tariff`` in what `System.give` takes.
        """

    def identity(self) -> tuple[str, str, str, int]:
        """Its name, the digest of its text, its currency, and how many rows it has."""

    def charge(self, asked: str | bytes, /) -> str:
        """What a call costs.

        Args:
            asked: Direction, number, begin and duration.

        Returns:
            The charge.
        """

    def explain(self, charge: str | bytes, /) -> str:
        """How a charge came about.

        Args:
            charge: What `charge` answered.

        Returns:
            The explanation.
        """

# Formulas of traffic theory: each argument is a figure, or a buffer of as many as the others.
def erlang_b(traffic: Any, lines: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.erlang_b``; of buffers eight bytes an item."""

def erlang_b_recall(traffic: Any, lines: Any, recall: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.erlang_b_recall``; of buffers eight bytes an item."""

def erlang_c(traffic: Any, agents: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.erlang_c``; of buffers eight bytes an item."""

def service_level(
    traffic: Any, agents: Any, handle_seconds: Any, target_seconds: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.service_level``; of buffers eight bytes an item."""

def speed_of_answer(
    traffic: Any, agents: Any, handle_seconds: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.speed_of_answer``; of buffers eight bytes an item."""

def engset(idle_source_traffic: Any, lines: Any, sources: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.engset``; of buffers eight bytes an item."""

def lines_for_erlang_b(traffic: Any, blocking: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.lines_for_erlang_b``; of buffers eight bytes an item."""

def lines_for_erlang_b_recall(
    traffic: Any, recall: Any, blocking: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.lines_for_erlang_b_recall``; of buffers eight bytes an item."""

def lines_for_engset(
    idle_source_traffic: Any, sources: Any, blocking: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.lines_for_engset``; of buffers eight bytes an item."""

def agents_for_service_level(
    traffic: Any,
    handle_seconds: Any,
    target_seconds: Any,
    service_level: Any,
    overloaded_is_nan: bool,
    /,
) -> Any:
    """As ``phone_system.agents_for_service_level``; of buffers eight bytes an item."""

def agents_for_speed_of_answer(
    traffic: Any, handle_seconds: Any, answer_seconds: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.agents_for_speed_of_answer``; of buffers eight bytes an item."""

def traffic_for_erlang_b(lines: Any, blocking: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.traffic_for_erlang_b``; of buffers eight bytes an item."""

def traffic_for_erlang_b_recall(
    lines: Any, recall: Any, blocking: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.traffic_for_erlang_b_recall``; of buffers eight bytes an item."""

def traffic_for_engset(lines: Any, sources: Any, blocking: Any, overloaded_is_nan: bool, /) -> Any:
    """As ``phone_system.traffic_for_engset``; of buffers eight bytes an item."""

def traffic_for_service_level(
    agents: Any,
    handle_seconds: Any,
    target_seconds: Any,
    service_level: Any,
    overloaded_is_nan: bool,
    /,
) -> Any:
    """As ``phone_system.traffic_for_service_level``; of buffers eight bytes an item."""

def traffic_for_speed_of_answer(
    agents: Any, handle_seconds: Any, answer_seconds: Any, overloaded_is_nan: bool, /
) -> Any:
    """As ``phone_system.traffic_for_speed_of_answer``; of buffers eight bytes an item."""
