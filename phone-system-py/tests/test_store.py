"""Systems in a file."""

import copy
import dataclasses
import errno
import json
import os
import pickle
import select
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

import phone_system
from conftest import NOW, STOCK
from phone_system import (
    Anchor,
    Archived,
    BoundaryError,
    ErrorCode,
    Exported,
    Organization,
    PhoneNumber,
    StoreDeniedError,
    StoreError,
    StoreExistsError,
    StoreMissingError,
    System,
    Tariff,
    Ticket,
    Verified,
    _native,
)

LIST = Tariff.from_csv("a", "USD", "Direction,Prefix,RatePerMinute\noutbound,44,0.02\n")
OWNED = "TelephoneNumber,IsoCountryCode,Capability\n+14255550900,US,UserAssignment\n"
NUMBER = PhoneNumber("+14255550900")
BEGINNING = Anchor(position=0, hash="0" * 64)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "numbers.phs"


def contoso_of(system: System) -> Organization:
    return system.organization("contoso", actor="ada", clock=lambda: NOW)


def buy(system: System, seats: int = 1) -> int:
    """Buys seats; tells how many there are then."""
    return contoso_of(system).licensing.buy_seats(sku="MCOEV", seats=seats).answer.bought


def seats_of(system: System) -> int:
    seats = contoso_of(system).licensing.seats().seats
    return sum(each.bought for each in seats if each.sku == "MCOEV")


def fill(system: System) -> None:
    """Something in every stream."""
    contoso = contoso_of(system)
    system.provider(actor="grace", clock=lambda: NOW).stock.load(csv=STOCK)
    contoso.licensing.buy_seats(sku="ENTERPRISEPREMIUM", seats=20)
    contoso.licensing.buy_seats(sku="MCOPSTN1", seats=20)
    order = contoso.inventory.reserve(kind="user", country="US", quantity=5, seed=bytes(32))
    contoso.inventory.acquire(order=order.answer.order, at=NOW + timedelta(minutes=1))
    contoso.inventory.import_owned(csv=OWNED, at=NOW + timedelta(minutes=1))
    contoso.billing.set_up_credits(currency="USD", at=NOW + timedelta(minutes=1))


def told(system: System) -> tuple[object, ...]:
    """What a system answers, and the bytes of its record."""
    contoso = system.organization("contoso", clock=lambda: NOW + timedelta(minutes=2))
    streams = {name: system.native.stream_after(name, 0, 1_000) for name in system.streams()}
    return (
        system.native.events_after(0, 1_000),
        streams,
        contoso.licensing.seats(),
        contoso.inventory.numbers(),
        contoso.inventory.orders(),
        contoso.organization.rules(),
        contoso.billing.account(),
    )


def raised(code: ErrorCode, call: Callable[[], object]) -> phone_system.PhoneSystemError:
    """Does something that is refused with a code."""
    with pytest.raises(phone_system.PhoneSystemError) as caught:
        call()
    assert caught.value.code is code
    return caught.value


def test_a_file_keeps_everything(path: Path) -> None:
    with System.open(path, create=True) as system:
        assert isinstance(system, System)
        assert system.streams() == {}
        fill(system)
        before = told(system)
        assert list(system.streams()) == ["account:contoso", "organization:contoso", "stock"]
    for from_start in (False, True):
        with System.open(str(path), from_start=from_start) as system:
            assert told(system) == before
    with System.open(path, checkpoint_after=None) as system:
        last = system.checkpoint()
        assert last == len(system.events_after(0))
        # Nothing happened since.
        assert system.checkpoint() == last
        assert told(system) == before
    with System.open(path, create=True, checkpoint_after=0) as system:
        assert told(system) == before
        # Not before the commits are as long as the states.
        bought = [buy(system) for _ in range(100)]
        assert last < system.verify().checkpoint <= last + 100
    with System.open(path) as system:
        assert seats_of(system) == bought[-1] == 100
        assert system.verify().states


def test_a_system_in_memory_is_the_same(path: Path) -> None:
    with System() as memory, System.open(path, create=True) as file:
        for system in (memory, file):
            fill(system)
        assert told(memory) == told(file)
        assert memory.checkpoint() == file.checkpoint()
        assert memory.verify() == file.verify()


def test_relative_paths(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with System.open(path.name, create=True) as system:
        buy(system)
    with System.open(os.path.join(".", path.name)) as system:
        assert system.export("numbers.jsonl").commits == 1
    assert (path.parent / "numbers.jsonl").exists()


def test_paths_beyond_ascii(tmp_path: Path) -> None:
    path = tmp_path / "Büro 📞 'ñ'.phs"
    with System.open(path, create=True) as system:
        buy(system)
    with System.open(path) as system:
        assert seats_of(system) == 1
    error = raised(ErrorCode.STORE_MISSING, lambda: System.open(tmp_path / "Büro.phs"))
    assert error.figures == {"path": str(tmp_path / "Büro.phs")}


class BytesPath:
    """A path as some programs have it."""

    def __fspath__(self) -> bytes:
        return b"numbers.phs"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"path": b"x"}, TypeError, r"path: expected str or os\.PathLike\[str\], not bytes"),
        ({"path": BytesPath()}, TypeError, "path: expected str .*, not BytesPath"),
        ({"path": None}, TypeError, "path: expected str"),
        ({"path": 3}, TypeError, "path: expected str"),
        ({"path": os.fsdecode(b"x\xff")}, ValueError, "path: no UTF-8 for the lone surrogate"),
        ({"path": "a\0b"}, ValueError, "path: no path has a NUL"),
        ({"create": 1}, TypeError, "create: expected bool, not int"),
        ({"import_from": b"x"}, TypeError, "import_from: expected str"),
        ({"import_from": "\udcff"}, ValueError, "import_from: no UTF-8"),
        ({"tolerance": 60}, TypeError, "tolerance: expected timedelta, not int"),
        ({"tolerance": None}, TypeError, "tolerance: expected timedelta"),
        ({"tolerance": timedelta(-1)}, ValueError, "tolerance: .* never negative"),
        ({"checkpoint_after": 1.5}, TypeError, "checkpoint_after: expected int"),
        ({"checkpoint_after": -1}, ValueError, "checkpoint_after: -1 is not between"),
        ({"checkpoint_after": 2**64}, ValueError, "checkpoint_after: .* is not between"),
        ({"from_start": None}, TypeError, "from_start: expected bool"),
        ({"color": "red"}, TypeError, "color"),
    ],
)
def test_bad_arguments_of_open_are_named(
    path: Path, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    given: dict[str, Any] = {"path": path, "create": True, **arguments}
    with pytest.raises(error, match=message):
        System.open(**given)
    assert list(path.parent.iterdir()) == []


def test_bad_arguments_of_methods_are_named(path: Path) -> None:
    with System.open(path, create=True) as system:
        calls: list[tuple[Callable[[], object], type[Exception], str]] = [
            (lambda: system.export(cast("Any", b"x")), TypeError, "path: expected str"),
            (lambda: system.export("x", after=cast("Any", "1")), TypeError, "after: expected int"),
            (lambda: system.export("x", after=-1), ValueError, "after: -1 is not between"),
            (lambda: system.archive(cast("Any", 1), before=1), TypeError, "path: expected str"),
            (lambda: system.archive("x", before=cast("Any", None)), TypeError, "before: expected"),
            (lambda: system.archive("x", before=2**64), ValueError, "before: .* not between"),
            (lambda: cast("Any", system).archive("x"), TypeError, "before"),
            (lambda: system.stream_after(cast("Any", b"stock"), 0), TypeError, "stream: expected"),
            (lambda: system.stream_after("\ud800", 0), ValueError, "stream: no UTF-8"),
            (lambda: system.stream_after("stock", -1), ValueError, "after: -1"),
            (lambda: system.stream_after("stock", 0, -1), ValueError, "limit: -1"),
        ]
        for call, error, message in calls:
            with pytest.raises(error, match=message):
                call()
        with pytest.raises(phone_system.EnvelopeError):
            system.native.maintain('{"sweep": {}}')
    with pytest.raises(phone_system.EnvelopeError):
        _native.System.open('{"path": 3}')


def test_streams(path: Path) -> None:
    with System.open(path, create=True) as system:
        fill(system)
        assert system.streams() == {
            "account:contoso": 1,
            "organization:contoso": 5,
            "stock": 4,
        }
        everything = system.events_after(0)
        for name, commits in system.streams().items():
            own = [
                event
                for event in everything
                if name in [stream for stream, _ in event["header"]["streams"]]
            ]
            assert len(own) == commits
            assert system.stream_after(name, 0) == own
            assert system.stream_after(name, 1, limit=1) == own[1:2]
            assert system.stream_after(name, commits) == []
        assert system.stream_after("organization:fabrikam", 0) == []
        assert system.stream_after("weather", 0) == []


def test_a_key_is_known_after_reopening(path: Path) -> None:
    def order(system: System) -> object:
        return contoso_of(system).licensing.buy_seats(sku="MCOEV", seats=2, key="order-7")

    with System.open(path, create=True) as system:
        first = order(system)
    with System.open(path) as system:
        system.checkpoint()
        assert order(system) == first
    with System.open(path) as system:
        assert order(system) == first
        assert seats_of(system) == 2
        with pytest.raises(phone_system.IdempotencyError):
            contoso_of(system).licensing.buy_seats(sku="MCOEV", seats=3, key="order-7")


def test_the_tolerance(path: Path) -> None:
    with System.open(path, create=True) as system:
        buy(system)
        licensing = contoso_of(system).licensing
        assert licensing.seats(at=NOW - timedelta(minutes=1)).seats
        with pytest.raises(phone_system.TimeError):
            licensing.seats(at=NOW - timedelta(minutes=1, microseconds=1))
    with System.open(path, tolerance=timedelta(hours=1)) as system:
        assert contoso_of(system).licensing.seats(at=NOW - timedelta(hours=1)).seats
    with System.open(path, tolerance=timedelta()) as system:
        assert contoso_of(system).licensing.seats(at=NOW).seats
        with pytest.raises(phone_system.TimeError):
            contoso_of(system).licensing.seats(at=NOW - timedelta(microseconds=1))


def test_what_was_submitted_is_kept_by_closing(path: Path) -> None:
    with System.open(path, create=True) as system:
        tickets = [
            contoso_of(system).submit.licensing.buy_seats(sku="MCOEV", seats=n) for n in (1, 2)
        ]
        assert all(isinstance(ticket, Ticket) for ticket in tickets)
    for ticket in tickets:
        raised(ErrorCode.BOUNDARY_HANDLE_CLOSED, ticket.wait)
        raised(ErrorCode.BOUNDARY_HANDLE_CLOSED, partial(system.wait, ticket))
    with System.open(path) as system:
        assert seats_of(system) == 3


def calls_of(system: System, folder: Path) -> list[Callable[[], object]]:
    """Everything that can be asked of a system in a file, and of what was made from it."""
    contoso, provider = contoso_of(system), system.provider(actor="grace", clock=lambda: NOW)
    contoso.inventory.import_owned(csv=OWNED)
    ticket = contoso.submit.licensing.buy_seats(sku="MCOEV", seats=1)
    permit = contoso.admit(NUMBER)
    request = contoso.request.licensing.buy_seats(sku="MCOEV", seats=1)
    return [
        lambda: contoso.licensing.buy_seats(sku="MCOEV", seats=1),
        lambda: contoso.dry_run.licensing.buy_seats(sku="MCOEV", seats=1),
        lambda: contoso.submit.licensing.buy_seats(sku="MCOEV", seats=1),
        contoso.licensing.seats,
        lambda: provider.stock.load(csv=STOCK),
        provider.stock.summary,
        ticket.wait,
        lambda: system.wait(ticket),
        lambda: contoso.admit(NUMBER),
        lambda: contoso.admit(NUMBER, "9111"),
        permit.release,
        lambda: system.occupancy(NUMBER),
        lambda: system.execute_batch([request]),
        lambda: system.execute_batch([request][:0]),
        lambda: system.add_tariff(LIST),
        lambda: system.replace_countries(""),
        lambda: system.events_after(0),
        lambda: system.stream_after("stock", 0),
        system.streams,
        system.checkpoint,
        system.verify,
        lambda: system.export(folder / "export.jsonl"),
        lambda: system.archive(folder / "archive.jsonl", before=2),
        lambda: system.organization("contoso"),
        system.provider,
        system.__enter__,
    ]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_an_emergency_call_passes_whatever_has_become_of_the_system(path: Path) -> None:
    with System.open(path, create=True) as system:
        contoso = contoso_of(system)

        def call() -> list[int]:
            permits = [contoso.admit(number, "911") for number in (None, "nonsense", NUMBER)]
            for permit in permits:
                permit.release()
            return [permit.permit for permit in permits]

        assert in_child(call) == "answered [0, 0, 0]"
    assert call() == [0, 0, 0]
    nobody = System().organization("\n", actor="ada", clock=lambda: NOW)
    with nobody.admit(NUMBER, "911") as permit:
        assert permit.permit == 0


@pytest.mark.parametrize("durable", [True, False])
def test_a_closed_system_says_so(path: Path, durable: bool) -> None:
    system = System.open(path, create=True) if durable else System()
    calls = calls_of(system, path.parent)
    entered = contoso_of(system).admit(NUMBER)
    with entered:
        system.close()
        # Leaving is quiet: the permit is gone with the system.
    system.close()
    for call in calls:
        error = raised(ErrorCode.BOUNDARY_HANDLE_CLOSED, call)
        assert isinstance(error, BoundaryError)
        assert str(error) == "boundary.handle_closed: the system was closed before this call"
    assert [file.name for file in path.parent.iterdir()] == [path.name][: int(durable)]


def test_leaving_by_an_exception_closes_too(path: Path) -> None:
    opened = System.open(path, create=True)

    def fail() -> None:
        with opened as system:
            assert system is opened
            contoso_of(system).submit.licensing.buy_seats(sku="MCOEV", seats=1)
            raise LookupError("a defect of the application")

    with pytest.raises(LookupError, match="a defect"):
        fail()
    raised(ErrorCode.BOUNDARY_HANDLE_CLOSED, opened.verify)
    with System.open(path) as again:
        assert seats_of(again) == 1


def test_one_has_it_open_at_a_time(path: Path) -> None:
    first = System.open(path, create=True)
    # Things that refer to the system do not keep the file.
    kept = calls_of(first, path.parent)
    for create in (False, True):
        error = raised(ErrorCode.STORE_IN_USE, partial(System.open, path, create=create))
        assert type(error) is StoreError
        assert error.figures == {"path": str(path)}
    # Nor from another process.
    script = "import sys, phone_system; phone_system.System.open(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], check=False, capture_output=True, timeout=60
    )
    assert done.returncode == 1
    assert b"StoreError: store.in_use: " in done.stderr
    first.close()
    with System.open(path) as second:
        assert seats_of(second) == 1
        for call in kept:
            raised(ErrorCode.BOUNDARY_HANDLE_CLOSED, call)
    # One that is dropped without being closed lets go of the file too.
    third = System.open(path)
    del third
    System.open(path).close()


def test_a_missing_file_is_a_file_not_found(path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        System.open(path)
    error = caught.value
    assert isinstance(error, StoreMissingError)
    assert isinstance(error, StoreError)
    assert type(error).__mro__[1:4] == (
        StoreError,
        phone_system.PhoneSystemError,
        FileNotFoundError,
    )
    assert (error.errno, error.filename, error.filename2) == (errno.ENOENT, str(path), None)
    assert (error.code, error.dotted) == (ErrorCode.STORE_MISSING, "store.missing")
    assert error.figures == {"path": str(path)}
    assert str(error) == f"store.missing: {error.message}"
    assert error.strerror == error.message
    assert not path.exists()
    # No folder to make it in.
    with pytest.raises(StoreMissingError):
        System.open(path.parent / "nowhere" / "numbers.phs", create=True)
    with pytest.raises(StoreMissingError):
        System.open("", create=True)
    with pytest.raises(StoreMissingError) as caught_import:
        System.open(path, create=True, import_from=path.parent / "none.jsonl")
    assert caught_import.value.filename == str(path.parent / "none.jsonl")
    assert not path.exists()


@contextmanager
def as_nobody() -> Generator[None, None, None]:
    """Without the rights of the superuser, to whom nothing is denied."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_a_permission_error(path: Path) -> None:
    System.open(path, create=True).close()
    folder = path.parent / "closed"
    folder.mkdir()
    inside = folder / "numbers.phs"
    System.open(inside, create=True).close()
    folder.chmod(0)
    try:
        for create in (False, True):
            with as_nobody(), pytest.raises(PermissionError) as caught:
                System.open(inside, create=create)
            error = caught.value
            assert isinstance(error, StoreDeniedError)
            assert isinstance(error, StoreError)
            assert (error.errno, error.filename) == (errno.EACCES, str(inside))
            assert error.code is ErrorCode.STORE_DENIED
        with System.open(path) as system:
            buy(system)
            with as_nobody(), pytest.raises(StoreDeniedError):
                system.export(folder / "export.jsonl")
            with as_nobody(), pytest.raises(StoreDeniedError):
                system.archive(folder / "archive.jsonl", before=1)
            assert system.verify().commits == 1
    finally:
        folder.chmod(stat.S_IRWXU)
    assert [file.name for file in folder.iterdir()] == [inside.name]


def test_what_is_no_store_is_refused(path: Path) -> None:
    path.write_bytes(b"Name,Number\n" * 1_000)
    for create in (False, True):
        raised(ErrorCode.STORE_UNREADABLE, partial(System.open, path, create=create))
    assert path.read_bytes() == b"Name,Number\n" * 1_000


def test_export_and_import(path: Path) -> None:
    folder = path.parent
    with System.open(path, create=True) as system:
        fill(system)
        count = len(system.events_after(0))
        whole = system.export(folder / "whole.jsonl")
        assert whole == Exported(commits=count, last=system.verify().last)
        assert whole.last.position == count
        with pytest.raises(FileExistsError) as caught:
            system.export(folder / "whole.jsonl")
        error = caught.value
        assert isinstance(error, StoreExistsError)
        assert isinstance(error, StoreError)
        assert (error.errno, error.filename) == (errno.EEXIST, str(folder / "whole.jsonl"))
        lines = (folder / "whole.jsonl").read_text(encoding="utf-8").splitlines()
        assert json.loads(lines[0])["export"]["after"] == dataclasses.asdict(BEGINNING)
        assert [json.loads(line) for line in lines[1:]] == json.loads(
            system.native.events_after(0, 1_000)
        )
        buy(system)
        rest = system.export(folder / "rest.jsonl", after=whole.last.position)
        assert (rest.commits, rest.last.position) == (1, count + 1)
        raised(
            ErrorCode.STORE_POSITION_UNKNOWN,
            lambda: system.export(folder / "none.jsonl", after=count + 5),
        )
        assert not (folder / "none.jsonl").exists()
        expected = told(system)
    other = folder / "other.phs"
    with System.open(other, create=True, import_from=folder / "whole.jsonl") as system:
        assert system.verify().last == whole.last
    # The wrong one does not follow.
    raised(
        ErrorCode.STORE_NOT_EMPTY,
        lambda: System.open(other, import_from=str(folder / "whole.jsonl")),
    )
    with System.open(other, import_from=str(folder / "rest.jsonl")) as system:
        assert told(system) == expected
        assert system.verify().last == rest.last
    # What was made for an import that is refused is removed again.
    bad = folder / "bad.phs"
    raised(
        ErrorCode.STORE_LINE_UNREADABLE,
        lambda: System.open(bad, create=True, import_from=Path(__file__)),
    )
    assert not bad.exists()


def test_archives(path: Path) -> None:
    folder = path.parent
    with System.open(path, create=True) as system:
        fill(system)
        count = len(system.events_after(0))
        expected = told(system)[2:]
        verified = system.verify()
        assert verified == Verified(
            commits=count, archived=BEGINNING, last=verified.last, checkpoint=0, states=True
        )
        done = system.archive(folder / "first.jsonl", before=4)
        assert (done.commits, done.last.position) == (3, 3)
        raised(ErrorCode.STORE_ARCHIVED, lambda: system.events_after(0))
        raised(ErrorCode.STORE_ARCHIVED, lambda: system.stream_after("stock", 0))
        assert len(system.events_after(3)) == count - 3
        raised(
            ErrorCode.STORE_POSITION_UNKNOWN,
            lambda: system.archive(folder / "none.jsonl", before=count + 1),
        )
        assert isinstance(
            raised(
                ErrorCode.STORE_EXISTS, lambda: system.archive(folder / "first.jsonl", before=5)
            ),
            FileExistsError,
        )
        assert system.archive(folder / "again.jsonl", before=4) == Archived(
            commits=0, last=done.last
        )
        system.export(folder / "whole.jsonl")
    with System.open(path) as system:
        verified = system.verify()
        assert (verified.commits, verified.archived) == (count - 3, done.last)
        assert (verified.checkpoint, verified.states) == (count, False)
        contoso = system.organization("contoso", clock=lambda: NOW + timedelta(minutes=2))
        assert contoso.licensing.seats() == expected[0]
    raised(ErrorCode.STORE_ARCHIVED, lambda: System.open(path, from_start=True))
    # The archive is an export; and what is left can be exported with its states.
    archived = System.open(folder / "old.phs", create=True, import_from=folder / "first.jsonl")
    with archived as system:
        assert system.verify().last == done.last
    with System.open(folder / "new.phs", create=True, import_from=folder / "whole.jsonl") as system:
        assert system.verify().archived == done.last
        contoso = system.organization("contoso", clock=lambda: NOW + timedelta(minutes=2))
        assert contoso.licensing.seats() == expected[0]


def test_answers_are_values(path: Path) -> None:
    with System.open(path, create=True) as system:
        buy(system)
        exported = system.export(path.parent / "export.jsonl")
        values = (system.verify(), exported, exported.last, Archived(commits=0, last=BEGINNING))
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value
        assert hash(value) == hash(copy.copy(value))
    with pytest.raises(dataclasses.FrozenInstanceError):
        exported.commits = 3  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


def test_a_subclass_can_be_opened(path: Path) -> None:
    class Own(System):
        """What an application may add."""

    with Own.open(path, create=True) as system:
        assert type(system) is Own
        buy(system)


def test_closing_lets_other_threads_finish(path: Path) -> None:
    for _ in range(10):
        close_while_busy(path)


def close_while_busy(path: Path) -> None:
    system = System.open(path, create=True)
    before = seats_of(system)
    done, problems = list[int](), list[BaseException]()
    barrier = threading.Barrier(5)

    def work(place: int) -> None:
        contoso = contoso_of(system)
        barrier.wait(timeout=30)
        try:
            while True:
                if place % 2:
                    contoso.licensing.buy_seats(sku="MCOEV", seats=1)
                else:
                    # Made durable by others, or by the closing.
                    contoso.submit.licensing.buy_seats(sku="MCOEV", seats=1)
                done.append(place)
        except BoundaryError as error:
            if error.code is not ErrorCode.BOUNDARY_HANDLE_CLOSED:
                problems.append(error)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    barrier.wait(timeout=30)
    # Several close it at once; for each of them the file is free afterwards.
    closers = [threading.Thread(target=system.close) for _ in range(2)]
    for closer in closers:
        closer.start()
    system.close()
    with System.open(path) as again:
        kept = seats_of(again) - before
    for thread in (*threads, *closers):
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert not problems
    # What was done before the closing is kept, and nothing else.
    assert kept == len(done)


def in_child(run: Callable[[], object], seconds: float = 30) -> str:
    """Runs something in a forked process; tells what came of it, or that nothing did in time."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        # Nothing of the test may run here.
        try:
            os.close(reader)
            try:
                words = f"answered {run()!r}"
            except phone_system.PhoneSystemError as error:
                words = error.dotted
            except BaseException as error:
                words = repr(error)
            os.write(writer, words.encode()[:4_000])
        finally:
            os._exit(0)
    os.close(writer)
    try:
        ready, _, _ = select.select([reader], [], [], seconds)
        if not ready:
            os.kill(child, signal.SIGKILL)
        words = os.read(reader, 4_096).decode() if ready else "nothing came of it"
    finally:
        os.close(reader)
        os.waitpid(child, 0)
    return words


def all_refused(calls: list[Callable[[], object]]) -> list[str]:
    """What came of calls, beside refusals because of the fork."""
    others = list[str]()
    for place, call in enumerate(calls):
        try:
            others.append(f"{place} answered {call()!r}")
        except StoreError as error:
            if error.code is not ErrorCode.STORE_FORKED:
                others.append(f"{place} {error!r}")
    return others


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_is_refused(path: Path) -> None:
    with System.open(path, create=True) as system:
        calls = calls_of(system, path.parent)
        assert in_child(lambda: all_refused(calls)) == "answered []"
        words = in_child(system.verify)
        assert words == "store.forked"
        error = in_child(lambda: System.open(path))
        assert error == "store.in_use"

        def leave() -> object:
            with contoso_of(system).admit(NUMBER):
                pass
            return None

        assert in_child(leave) == "store.forked"
        # The parent goes on.
        assert buy(system) == 2
        verified = system.verify()
        assert verified.commits == len(system.events_after(0))
    with System.open(path, from_start=True) as system:
        assert system.verify().last == verified.last


def test_a_child_leaves_with_statements_quietly(path: Path) -> None:
    child = -1
    try:
        with System.open(path, create=True) as system, contoso_of(system).admit(None, "911"):
            buy(system)
            child = os.fork()
            if child == 0:
                # As a child often ends: by an exception, through whatever it was forked in.
                sys.exit(3)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
            assert buy(system) == 2
            assert system.verify().commits == 2
    except SystemExit as leaving:
        os._exit(cast("int", leaving.code))
    finally:
        if child == 0:
            os._exit(4)
    with System.open(path) as system:
        assert seats_of(system) == 2


def test_a_forked_process_leaves_the_file_alone(path: Path) -> None:
    system = System.open(path, create=True)
    buy(system)
    holder = [system]
    permit = contoso_of(system).admit(None, "911")

    def let_go() -> object:
        # Leaving a permit is quiet, so that whatever ends a process is not hidden.
        with permit:
            pass
        system.close()
        system.close()
        raised(ErrorCode.BOUNDARY_HANDLE_CLOSED, system.verify)
        return "closed"

    before = path.read_bytes()
    assert in_child(let_go) == "answered 'closed'"
    assert in_child(lambda: holder.clear()) == "answered None"
    assert path.read_bytes() == before
    # The lock is still the parent's, and the file is in order.
    raised(ErrorCode.STORE_IN_USE, lambda: System.open(path))
    assert buy(system) == 2
    assert system.verify().commits == 2
    system.close()
    with System.open(path) as system:
        assert seats_of(system) == 2


def test_a_child_does_not_keep_the_file(path: Path) -> None:
    system = System.open(path, create=True)
    buy(system)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        # Until the parent is done; the file stays open here.
        os.read(reader, 1)
        os._exit(0)
    try:
        system.close()
        with System.open(path) as again:
            assert seats_of(again) == 1
    finally:
        os.close(reader)
        os.close(writer)
        os.waitpid(child, 0)
    # And a child may open the file itself, after the fork.
    assert in_child(lambda: opened_and_asked(path)) == "answered 1"


def opened_and_asked(path: Path) -> int:
    with System.open(path) as system:
        return seats_of(system)


def test_a_child_that_exits_as_usual_leaves_the_file_alone(path: Path) -> None:
    # The interpreter of the child is taken down, with everything in it.
    script = """
import os, sys
from datetime import UTC, datetime
import phone_system
now = datetime(2018, 4, 1, 9, tzinfo=UTC)
system = phone_system.System.open(sys.argv[1], create=True)
contoso = system.organization("contoso", actor="ada", clock=lambda: now)
contoso.licensing.buy_seats(sku="MCOEV", seats=1)
child = os.fork()
if child == 0:
    sys.exit(5)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
try:
    phone_system.System.open(sys.argv[1])
except phone_system.StoreError as error:
    assert error.dotted == "store.in_use"
contoso.licensing.buy_seats(sku="MCOEV", seats=1)
assert system.verify().commits == 2
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], check=False, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    # It was never closed, and everything that was waited for is there.
    with System.open(path) as system:
        assert seats_of(system) == 2


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_while_other_threads_are_busy(path: Path) -> None:
    with System.open(path, create=True) as system:
        calls = calls_of(system, path.parent)
        stop, problems = threading.Event(), list[BaseException]()

        def work(place: int) -> None:
            own = system.organization(f"customer-{place}", actor="ada", clock=lambda: NOW)
            busy: list[Callable[[], object]] = [
                lambda: own.licensing.buy_seats(sku="MCOEV", seats=1),
                lambda: own.submit.licensing.buy_seats(sku="MCOEV", seats=1).wait(),
                lambda: system.events_after(0, 5),
                system.streams,
                system.checkpoint,
                lambda: system.occupancy(NUMBER),
            ]
            try:
                while not stop.is_set():
                    for call in busy:
                        call()
            except BaseException as error:
                problems.append(error)

        def child() -> object:
            others = all_refused(calls)
            system.close()
            return others

        threads = [threading.Thread(target=work, args=(place,)) for place in range(3)]
        for thread in threads:
            thread.start()
        try:
            words = {in_child(child) for _ in range(30)}
        finally:
            stop.set()
            for thread in threads:
                thread.join(timeout=60)
        assert words == {"answered []"}
        assert not problems
        verified = system.verify()
        assert verified.commits == verified.last.position > 0
    with System.open(path, from_start=True) as system:
        assert system.verify().last == verified.last


def test_the_example_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    parts = (phone_system.__doc__ or "").split("```")[1::2]
    assert len(parts) == 2
    names: dict[str, object] = {}
    for part in parts:
        exec(part.removeprefix("python\n"), names)
    assert (tmp_path / "numbers.phs").exists()
