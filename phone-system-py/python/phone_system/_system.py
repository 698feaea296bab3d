"""`System`, and reading telephone numbers."""

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self, TypeVar

from phone_system import _codec, _native
from phone_system._capacity import Occupancy
from phone_system._gate import Gate
from phone_system._generated import LineType, Organization, ParsedNumber, Provider, TariffOf
from phone_system._native import PhoneNumber
from phone_system._runtime import (
    Caller,
    Clock,
    Executed,
    Refusal,
    Request,
    Ticket,
    read_batch,
)
from phone_system._store import (
    USUAL_CHECKPOINT_AFTER,
    USUAL_TOLERANCE,
    Stored,
    open_native,
)
from phone_system._tariff import Tariff

A = TypeVar("A")


class System(Stored):
    """Many organizations and the provider's stock, in memory or in a file.

    ``System()`` lasts as long as the object; `System.open` keeps what happens in a file. It can be
    shared between threads, and reads no clock.

    A system in a file belongs to the process that opened it: in a process that was forked from that
    one, whatever is asked of it is refused with the code ``store.forked``. Open it after the fork,
    in one of them.

    In a ``with`` statement the system is closed where that ends, however it ends.

    Attributes:
        native: The system below, whose commands, queries and answers are JSON.
    """

    __slots__ = ()

    native: _native.System

    def __init__(self) -> None:
        """Makes a system in memory, without organizations and without stock."""
        self.native = _native.System()

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        import_from: str | os.PathLike[str] | None = None,
        tolerance: timedelta = USUAL_TOLERANCE,
        checkpoint_after: int | None = USUAL_CHECKPOINT_AFTER,
        from_start: bool = False,
    ) -> Self:
        """Opens a system that is kept in a file.

        What was waited for is durable, whatever becomes of the process. What was submitted and
        never waited for may be lost if the system is not closed; so close it, or use it in a
        ``with`` statement. One process has a file open at a time, and one system in it.

        Args:
            path: The file. Its name has to be text in UTF-8.
            create: Makes the file if it is not there.
            import_from: A file that `export` or `archive` wrote; its commits are appended first.
                The store has to be empty, or to end with the commit that they follow.
            tolerance: How far an instant may lie before the last one recorded and still be taken,
                as that last one.
            checkpoint_after: How many bytes of commits there may be since the last checkpoint
                before the next one is taken by whoever waits for a commit then; none for never. It
                is also put off until the commits are as long as the states.
            from_start: Leaves the checkpoint aside and applies every commit anew.

        Returns:
            The system, with everything that was kept.

        Raises:
            StoreDeniedError: If the file may not be read and written.
            StoreError: If it is open already, or is no such file, or is not what was written.
            StoreMissingError: If there is no such file, or with `create` no folder for it.
            TypeError: If an argument has the wrong type; a path in bytes has.
            ValueError: If an argument has a value that its type cannot have, such as a path
                without UTF-8.
        """
        system = cls.__new__(cls)
        system.native = open_native(
            path,
            create=create,
            import_from=import_from,
            tolerance=tolerance,
            checkpoint_after=checkpoint_after,
            from_start=from_start,
        )
        return system

    def organization(
        self, name: str, *, actor: str | None = None, clock: Clock | None = None
    ) -> Organization:
        """What can be asked of an organization; it need not have been heard of before.

        Args:
            name: The organization.
            actor: Who asks, for the record; commands need it.
            clock: Tells the instant of what is asked without `at`.

        Returns:
            The commands and queries, by area.

        Raises:
            BoundaryError: If the system was closed.
            TypeError: If an argument is of the wrong type.
        """
        self.native.check()
        caller = Caller(
            self.native, organization=_codec.text(name, "name"), actor=actor, clock=clock
        )
        return Organization(caller)

    def provider(self, *, actor: str | None = None, clock: Clock | None = None) -> Provider:
        """What can be asked of the provider, who owns the stock.

        Args:
            actor: Who asks, for the record; commands need it.
            clock: Tells the instant of what is asked without `at`.

        Returns:
            The commands and queries, by area.

        Raises:
            BoundaryError: If the system was closed.
            TypeError: If an argument is of the wrong type.
        """
        self.native.check()
        return Provider(Caller(self.native, organization=None, actor=actor, clock=clock))

    def add_tariff(self, tariff: Tariff) -> TariffOf:
        """Gives a price list, in place of one of the same name.

        It is not recorded: give it again to a system that is made or opened anew. An account that
        chose a list under this name with other prices is not charged by this one.

        Args:
            tariff: The price list; accounts choose it by its name.

        Returns:
            What `Provider.billing.tariffs` shows of it.

        Raises:
            TypeError: If it is no price list.
        """
        if not isinstance(tariff, Tariff):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"tariff: expected a Tariff, not {type(tariff).__name__}")
        return TariffOf._read(_codec.loads(self.native.give(b'{"tariff":%s}' % tariff._given)))

    def replace_countries(self, csv: str) -> int:
        """Gives another table of countries, in place of the one that the package has.

        It is not recorded: give it again to a system that is made or opened anew.

        Args:
            csv: The text of the table, with the columns of the package's own, which stands in the
                sources as ``phone-system-core/data/countries.csv``.

        Returns:
            How many countries it has.

        Raises:
            CountryError: If a country stands there twice.
            TableError: If the text is no such table.
            TypeError: If it is not a text.
            ValueError: If it has no UTF-8.
        """
        given = _codec.dumps({"countries": {"csv": _codec.text(csv, "csv")}})
        rows: int = _codec.loads(self.native.give(given))["countries"]
        return rows

    def replace_destinations(self, csv: str) -> int:
        """Gives another table of what plans do not include, in place of the package's own.

        It is not recorded: give it again to a system that is made or opened anew.

        Args:
            csv: The text of the table, with the columns ``Country``, ``Plan``, ``Prefix`` and
                ``Use``, which is ``included``, ``credits`` or ``barred``. The package's own stands
                in the sources as ``phone-system-core/data/destinations.csv``.

        Returns:
            How many rows it has.

        Raises:
            DestinationsError: If a prefix stands there twice for the same country and plan.
            TableError: If the text is no such table.
            TypeError: If it is not a text.
            ValueError: If it has no UTF-8.
        """
        given = _codec.dumps({"destinations": {"csv": _codec.text(csv, "csv")}})
        rows: int = _codec.loads(self.native.give(given))["destinations"]
        return rows

    @property
    def gate(self) -> Gate:
        """The live calls of all organizations: limits that numbers share, and samples."""
        return Gate(self.native)

    def occupancy(self, number: PhoneNumber | str) -> Occupancy:
        """How many calls a number carries, and has carried, whoever owns it.

        Args:
            number: The number, in E.164 if it is a text.

        Returns:
            The counts; all are 0 for a number that never had a call.

        Raises:
            TypeError: If it is neither number nor text.
            ValueError: If the text is not E.164.
        """
        in_use, peak, admitted, refused, emergency = self.native.occupancy(
            _codec.phone_number(number, "number")
        )
        return Occupancy(
            in_use=in_use, peak=peak, admitted=admitted, refused=refused, emergency=emergency
        )

    def wait(self, ticket: Ticket[A]) -> Executed[A]:
        """Waits until what was submitted is durable; the ticket is used up.

        Args:
            ticket: What a method under `submit` answered.

        Returns:
            What the command did.

        Raises:
            SystemStateError: If it was waited for already.
            StoreError: If the commit could not be kept.
            ValueError: If the ticket is another system's.
        """
        if ticket._system is not self.native:
            raise ValueError("the ticket is another system's")
        return ticket.wait()

    def execute_batch(self, requests: Iterable[Request[A]]) -> list[Executed[A] | Refusal]:
        """Asks for many commands, each by itself, and makes them durable together.

        One that is refused does not hinder the others. A system that was closed, or belongs to
        another process, is asked for nothing here; an emergency call passes there by
        ``billing.authorize`` alone.

        Args:
            requests: What the methods under `request` answered.

        Returns:
            What each did, or why it was refused, in the order of the requests.

        Raises:
            TypeError: If there is something else among the requests.
        """
        several = list(requests)
        for request in several:
            if not isinstance(request, Request):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"expected Request, not {type(request).__name__}")
        envelopes = b"[%s]" % b",".join(request.envelope for request in several)
        return read_batch(self.native.execute_batch(envelopes), several)

    def events_after(self, position: int, limit: int = 1_000) -> list[dict[str, Any]]:
        """The commits after a position, as they are recorded.

        Args:
            position: The position after which to begin; 0 for the beginning.
            limit: The most commits to answer.

        Returns:
            The commits in ascending order.

        Raises:
            StoreError: If the store could not be read, or the next commit was archived.
            ValueError: If an argument is negative or has more than 64 bits.
        """
        after = _codec.uint64(position, "position")
        commits: list[dict[str, Any]] = _codec.loads(
            self.native.events_after(after, _codec.uint64(limit, "limit"))
        )
        return commits


def parse_number(text: str, *, country: str | None = None) -> ParsedNumber:
    """Reads a telephone number as people write it.

    With or without ``tel:``, blanks, brackets, a national prefix, an extension.

    Args:
        text: The number.
        country: The country of a number that is written without its country code.

    Returns:
        The number, with what its numbering plan says of it.

    Raises:
        NumberError: If the text is no number in use.
        TypeError: If an argument is not a text.
        ValueError: If `country` is not two letters.
    """
    number, extension, line, found, metadata = _native.parse_number(
        _codec.text(text, "text"), _codec.optional(country, "country", _codec.text)
    )
    return ParsedNumber(
        number=number,
        extension=extension,
        line=LineType(line),
        country=found,
        metadata=metadata,
    )
