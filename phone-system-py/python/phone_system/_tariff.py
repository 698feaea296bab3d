"""Price lists: what a call costs, and why; without any system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self, final

from phone_system import _codec, _native
from phone_system._generated import Direction, Explanation
from phone_system._native import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a call costs.

    Attributes:
        amount: The amount, rounded once, in the currency of the price list.
        currency: The currency: three letters of ISO 4217.
        billed: The time that it is charged for: included seconds and every step that was begun.
        rate: The place among the list's rows, from 0, of the row in force when the call began.
        prefix: The longest prefix of the list with which the number begins.
        window: The window of the row, if it has one.
        begins: When the call began.
        duration: How long it lasted.
    """

    amount: Decimal
    currency: str
    billed: timedelta
    rate: int
    prefix: str
    window: str | None
    begins: datetime
    duration: timedelta
    _tariff: _native.Tariff = field(repr=False, compare=False)
    _charge: str = field(repr=False, compare=False)

    def explain(self) -> Explanation:
        """How it comes about: the fee, the pieces of the call, their sum, and its rounding.

        Returns:
            The steps, with exact amounts as fractions.
        """
        return Explanation._read(_codec.loads(self._tariff.explain(self._charge)))


@final
class Tariff:
    """A price list: what a minute to, or from, a number costs, by prefix, time and length.

    The row of the longest prefix that is in force when a call begins prices it; a call that crosses
    into another window changes its price with the first step that begins there. A system is given
    one by `System.add_tariff`.

    Attributes:
        name: Its name.
        digest: The SHA-256 of everything in it that decides a price, in hexadecimal digits.
        currency: The currency of its prices.
        rates: How many rows it has.
    """

    __slots__ = ("_given", "_read", "currency", "digest", "name", "rates")

    name: str
    digest: str
    currency: str
    rates: int
    _given: bytes
    _read: _native.Tariff

    def __init__(self, definition: Mapping[str, Any]) -> None:
        """Reads a price list; `from_dict` and `from_csv` say how."""
        # As it is now: what the caller changes later is not part of it.
        self._given = _codec.dumps(definition)
        self._read = _native.Tariff(self._given)
        self.name, self.digest, self.currency, self.rates = self._read.identity()

    @classmethod
    def from_dict(cls, definition: Mapping[str, Any]) -> Self:
        """Makes a price list of plain values.

        Args:
            definition: ``name``, ``currency`` (three letters of ISO 4217) and ``rates``, a list of
                dicts with ``direction`` (``outbound`` or ``inbound``), ``prefix`` (leading
                digits, or ``*``) and ``per_minute`` and, where they are there, ``connection_fee``,
                ``minimum``, ``increment`` and ``included`` (durations), ``groups`` (each ``from``,
                ``per_minute``, ``increment``), ``valid_from``, ``valid_to``, ``window``,
                ``country``, ``destination``; beside them ``digits`` (else those of the currency's
                minor unit) and ``rounding`` of amounts, ``time_zone`` (an IANA name), ``windows``
                (each ``name``, ``days``, ``from``, ``to``, ``dates``), and ``in_currency``
                (``currency`` and ``rate``, what one unit of the currency of the prices is worth in
                that one) if they are to be converted, each rounded once to a billionth. Prices are
                texts or Decimals with up to nine digits after the point, durations timedeltas or
                texts such as ``PT6S``, instants aware datetimes or texts.

        Returns:
            The price list.

        Raises:
            EnvelopeError: If a value cannot be one, such as a float, or a name is not known.
            TariffError: If rows or windows contradict each other, or a figure is out of range.
            TypeError: If a value has a type that has no place in it.
            ValueError: If a value is a float that is no number, or a Decimal or an instant that
                cannot be written.
        """
        return cls(dict(definition))

    @classmethod
    def from_csv(cls, name: str, currency: str, csv: str, **settings: Any) -> Self:
        """Reads a price list from a table as carriers write them.

        Args:
            name: Its name.
            currency: The currency of its prices: three letters of ISO 4217, in upper case.
            csv: The text of the table. The columns ``Direction``, ``Prefix``, ``RatePerMinute``,
                ``Currency``, ``Country``, ``Destination``, ``ConnectionFee``, ``MinimumSeconds``,
                ``IncrementSeconds``, ``Included``, ``Increments``, ``Groups``, ``ValidFrom``,
                ``ValidTo`` and ``Window``, or the usual names that carriers have for them. Names,
                comments, changes and the status of a row are passed over; any other column is
                refused, because it may decide a price.
            settings: ``digits``, ``rounding``, ``time_zone``, ``windows`` and ``in_currency`` as in
                `from_dict`.

        Returns:
            The price list.

        Raises:
            EnvelopeError: If a setting cannot be one, such as a float.
            TableError: If the text is no such table; row and column are named.
            TariffError: If rows contradict each other, or a figure is out of range.
            TypeError: If an argument has the wrong type.
        """
        return cls(
            {
                "name": _codec.text(name, "name"),
                "currency": _codec.text(currency, "currency"),
                "csv": _codec.text(csv, "csv"),
                **settings,
            }
        )

    def cost(
        self,
        destination: PhoneNumber | str,
        start: datetime,
        duration: timedelta,
        *,
        direction: Direction | str = Direction.OUTBOUND,
    ) -> Cost:
        """What a call costs.

        Args:
            destination: The number called or, of an incoming call, the caller's: with a plus; its
                leading digits followed by ``*`` will do, and an empty text stands for a number
                that is withheld.
            start: When the call begins; aware of its time zone.
            duration: How long it lasts, at most 366 days.
            direction: Which way it goes.

        Returns:
            The cost, which can explain itself.

        Raises:
            BillingError: If the number cannot be read.
            TariffError: If no row has a price for it, or it is out of range.
            TypeError: If an argument has the wrong type.
            ValueError: If an argument has a value that its type cannot have.
        """
        number = str(destination) if isinstance(destination, PhoneNumber) else destination
        asked = {
            "direction": _codec.one_of(Direction)(direction, "direction"),
            "number": _codec.text(number, "destination"),
            "begins": _codec.instant(start, "start"),
            "duration": _codec.duration(duration, "duration"),
        }
        charge = self._read.charge(_codec.dumps(asked))
        told = _codec.loads(charge)
        return Cost(
            amount=Decimal(told["amount"]),
            currency=self.currency,
            billed=_codec.read_duration(told["billed"]),
            rate=told["rate"],
            prefix=told["prefix"],
            window=told["window"],
            begins=_codec.read_instant(told["begins"]),
            duration=_codec.read_duration(told["duration"]),
            _tariff=self._read,
            _charge=charge,
        )

    def __repr__(self) -> str:
        return f"<Tariff {self.name!r} of {self.rates} rows in {self.currency}>"
