"""The exception that all refusals share."""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from phone_system._error_codes import ErrorCode

Figure: TypeAlias = int | str | list[str] | None
"""One figure of a refusal: a count, a text, several texts, or none that applies."""


class PhoneSystemError(Exception):
    """A refusal; nothing was changed.

    Attributes:
        code: The stable code; `ErrorCode.UNKNOWN` if this version of the package has no such code.
        dotted: The code's dotted name, such as ``porting.too_many_numbers``.
        message: The rule, its figures and what would be allowed, in a sentence.
        figures: The figures of the sentence as values.
    """

    __module__ = "phone_system.errors"

    code: ErrorCode
    dotted: str
    message: str
    figures: Mapping[str, Figure]

    # What `errno` is where the class is an OSError too.
    _errno: ClassVar[int | None] = None

    def __init__(
        self, code: ErrorCode | str, message: str, figures: Mapping[str, Figure] | None = None
    ) -> None:
        """Makes an exception of a code or its dotted name, a sentence and its figures."""
        # These become `args`, which is what exceptions are copied and pickled by. Not `super()`: an
        # OSError would take the first for a number of the operating system and drop the third.
        Exception.__init__(self, code, message, figures)
        if isinstance(code, ErrorCode):
            self.code, self.dotted = code, code.dotted
        else:
            self.code, self.dotted = ErrorCode.from_dotted(code), code
        self.message = message
        self.figures = {} if figures is None else dict(figures)
        if isinstance(self, OSError):
            _tell_of_file(self, self._errno, message, self.figures.get("path"))

    def __str__(self) -> str:
        return f"{self.dotted}: {self.message}"


def _tell_of_file(error: OSError, number: int | None, message: str, path: Figure) -> None:
    error.errno, error.strerror, error.filename = number, message, path
