"""Systems in a file: opened, closed, and taken care of."""

import os
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, cast

from phone_system import _codec, _native

USUAL_TOLERANCE = timedelta(minutes=1)
USUAL_CHECKPOINT_AFTER = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A commit by its place, and by what it and all before it are.

    Attributes:
        position: The commit's position, from 1; 0 for the beginning, before the first commit.
        hash: The SHA-256 of the commit, which all commits before it went into: 64 hexadecimal
            digits; zeros for the beginning.
    """

    position: int
    hash: str

    @classmethod
    def _read(cls, value: Any) -> "Anchor":
        return cls(position=value["position"], hash=value["hash"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was verified.

    Attributes:
        commits: How many commits.
        archived: The last commit that was archived, which the first one of the store follows;
            position 0 if none was.
        last: The last commit.
        checkpoint: The position of the checkpoint; 0 if there is none.
        states: Whether the states of the checkpoint were held against the commits: not if the
            first ones were archived.
    """

    commits: int
    archived: Anchor
    last: Anchor
    checkpoint: int
    states: bool

    @classmethod
    def _read(cls, value: Any) -> "Verified":
        return cls(
            commits=value["commits"],
            archived=Anchor._read(value["archived"]),
            last=Anchor._read(value["last"]),
            checkpoint=value["checkpoint"],
            states=value["states"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was exported.

    Attributes:
        commits: How many commits.
        last: The last of them; its position is what the next export has to begin after.
    """

    commits: int
    last: Anchor

    @classmethod
    def _read(cls, value: Any) -> "Exported":
        return cls(commits=value["commits"], last=Anchor._read(value["last"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What was archived.

    Attributes:
        commits: How many commits were written out and removed; 0 if that had been done before.
        last: The last of them: what the first commit that is left follows.
    """

    commits: int
    last: Anchor

    @classmethod
    def _read(cls, value: Any) -> "Archived":
        return cls(commits=value["commits"], last=Anchor._read(value["last"]))


def file_path(value: object, where: str) -> str:
    """Takes the path of a file, which has to be text."""
    given = type(value).__name__
    path = value
    if isinstance(value, os.PathLike):
        path = cast("object", os.fspath(cast("Any", value)))
    if not isinstance(path, str):
        # A path in bytes may have no text; the library's messages and figures are text.
        raise TypeError(f"{where}: expected str or os.PathLike[str], not {given}")
    if "\0" in path:
        raise ValueError(f"{where}: no path has a NUL in it")
    return _codec.text(path, where)


def open_native(
    path: str | os.PathLike[str],
    *,
    create: bool,
    import_from: str | os.PathLike[str] | None,
    tolerance: timedelta,
    checkpoint_after: int | None,
    from_start: bool,
) -> _native.System:
    """Opens a file."""
    given = {
        "path": file_path(path, "path"),
        "create": _codec.boolean(create, "create"),
        "import": _codec.optional(import_from, "import_from", file_path),
        "tolerance": _codec.duration(tolerance, "tolerance"),
        "checkpoint_after": _codec.optional(checkpoint_after, "checkpoint_after", _codec.uint64),
        "from_start": _codec.boolean(from_start, "from_start"),
    }
    return _native.System.open(_codec.dumps(given))


class Stored:
    """What is asked of a system about the store that its commits are in.

    In a ``with`` statement the system is closed where that ends, however it ends.

    Attributes:
        native: The system below, whose commands, queries and answers are JSON.
    """

    __slots__ = ("native",)

    native: _native.System

    def close(self) -> None:
        """Makes everything durable that was decided, and closes the system.

        Calls that other threads are making end first. The file can then be opened again, whoever
        still refers to the system; whatever is asked of it, of its organizations, tickets and
        permits raises a `BoundaryError` with the code ``boundary.handle_closed``. Closing it again
        does nothing. In a process that was forked from the one that opened the system it does
        nothing to the file.

        Raises:
            StoreError: If something could not be kept; the system is closed all the same.
        """
        self.native.close()

    def __enter__(self) -> Self:
        self.native.check()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _maintain(self, what: str, **given: object) -> Any:
        return _codec.loads(self.native.maintain(_codec.dumps({what: given})))

    def checkpoint(self) -> int:
        """Keeps the states beside the commits, so that the file is opened quickly.

        It is done without being asked for when the commits since the last one have become long;
        ask for it at a quiet moment to have it done then. Other threads go on meanwhile.

        Returns:
            The position of the last commit that the checkpoint has; 0 if there is no commit.

        Raises:
            StoreError: If it could not be kept; nothing more is changed until the file is opened
                anew.
        """
        position: int = self._maintain("checkpoint")["position"]
        return position

    def verify(self) -> Verified:
        """Reads every commit and every page, and holds them against their hashes and each other.

        It takes as long as applying all commits anew. Other threads go on meanwhile; what they add
        is not looked at.

        Returns:
            What was verified.

        Raises:
            StoreError: If something is not what was written; the position is named.
        """
        return Verified._read(self._maintain("verify"))

    def streams(self) -> dict[str, int]:
        """The streams in which something has happened.

        Returns:
            How many commits each has, by its name: ``account:ID``, ``organization:ID`` or
            ``stock``, in the order of the names.
        """
        return {each["stream"]: each["commits"] for each in self._maintain("streams")}

    def stream_after(self, stream: str, after: int, limit: int = 1_000) -> list[dict[str, Any]]:
        """The commits of one stream after a place in it, as they are recorded.

        Args:
            stream: The name, as in `streams`.
            after: The place in the stream after which to begin, counted in commits of this stream;
                0 for the beginning.
            limit: The most commits to answer.

        Returns:
            The commits in ascending order; none if nothing ever happened in the stream.

        Raises:
            StoreError: If the store could not be read, or the next commit was archived.
            TypeError: If an argument has the wrong type.
            ValueError: If `after` or `limit` is negative or has more than 64 bits.
        """
        text = self.native.stream_after(
            _codec.text(stream, "stream"),
            _codec.uint64(after, "after"),
            _codec.uint64(limit, "limit"),
        )
        commits: list[dict[str, Any]] = _codec.loads(text)
        return commits

    def export(self, path: str | os.PathLike[str], *, after: int = 0) -> Exported:
        """Writes the commits after a position into a new file, verified on the way.

        The file is durable when this returns; it is JSON Lines, and `System.open` imports it.
        Account numbers at carriers are whole in it.

        Args:
            path: The file, which must not be there.
            after: The position after which to begin; 0 for everything that the store has.

        Returns:
            What was written.

        Raises:
            StoreDeniedError: If the file may not be written.
            StoreError: If the commits could not be read or written, the next one was archived, or
                there is none at the position `after`.
            StoreExistsError: If the file is there.
            StoreMissingError: If there is no folder for it.
            TypeError: If an argument has the wrong type.
            ValueError: If `after` is negative or has more than 64 bits, or the path has no UTF-8.
        """
        given = {"path": file_path(path, "path"), "after": _codec.uint64(after, "after")}
        return Exported._read(self._maintain("export", **given))

    def archive(self, path: str | os.PathLike[str], *, before: int) -> Archived:
        """Writes the commits before a position into a new file, and removes them from the store.

        The states stay. Idempotency keys of removed commits stay known; their answers cannot be
        given again. The store's file does not become shorter: what becomes free is used again.

        Args:
            path: The file, which must not be there.
            before: The position of the first commit that stays.

        Returns:
            What was written and removed.

        Raises:
            StoreDeniedError: If the file may not be written.
            StoreError: If the commits could not be read or written, or there is none at the
                position `before`.
            StoreExistsError: If the file is there.
            StoreMissingError: If there is no folder for it.
            TypeError: If an argument has the wrong type.
            ValueError: If `before` is negative or has more than 64 bits, or the path has no UTF-8.
        """
        given = {"path": file_path(path, "path"), "before": _codec.uint64(before, "before")}
        return Archived._read(self._maintain("archive", **given))
