"""The transcripts that Rust, C and Python share, through both halves of the package."""

# What stands in a transcript is known by looking at it.
# pyright: standard

import dataclasses
import inspect
import json
import types
import typing
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

import phone_system
from conftest import path_to
from phone_system import Permit, PhoneSystemError, System, Tariff, _codec, _generated, _native
from transcript import Step, admitted, answer, refusal, steps

FOLDER = Path(__file__).parents[2] / "tests" / "vectors"
FILES = sorted(FOLDER.glob("*.txt"))


def test_there_are_transcripts() -> None:
    assert FILES, f"no transcripts in {FOLDER}"


def read_as(annotation: Any, value: Any) -> Any:
    """What people would pass for a JSON value, by what the method says it takes.

    What does not fit is left as it is: the method is to refuse it.
    """
    if value is None:
        return None
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        for option in arguments:
            read = read_as(option, value)
            if read is not value:
                return read
        return value
    if isinstance(value, list) and isinstance(origin, type) and issubclass(origin, Iterable):
        return [read_as(arguments[0], item) for item in value]
    if isinstance(value, dict) and dataclasses.is_dataclass(annotation):
        assert isinstance(annotation, type)
        hints = typing.get_type_hints(annotation.__init__, _generated.__dict__)
        return {name: read_as(hints.get(name, Any), item) for name, item in value.items()}
    if isinstance(value, str) and annotation is Decimal:
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    if isinstance(value, str) and annotation is bytes:
        try:
            return bytes.fromhex(value)
        except ValueError:
            return value
    if isinstance(value, str) and annotation is datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, str) and annotation is timedelta and value.startswith("PT"):
        return _codec.read_duration(value)
    return value


ENVELOPE = {
    "command": ("organization", "at", "actor", "key", "seed", "command"),
    "query": ("organization", "at", "query"),
}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are each there once, as the core wants them."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands there twice")
    return dict(pairs)


def typed_call(system: System, step: Step) -> Callable[[], object] | None:
    """The call of a method that a step amounts to; none if there is no such call to be written."""
    if step.verb == "begin":
        return begin_typed(system, step)
    envelope = json.loads(step.payload, object_pairs_hook=unique)
    part = "command" if step.verb == "execute" else "query"
    asked = envelope[part]
    name, fields = asked["name"], asked["fields"]
    # Python cuts finer instants; the core refuses them.
    if (
        {*envelope} - {*ENVELOPE[part]}
        or {*asked} != {"name", "fields"}
        or len(envelope["at"]) > 27
    ):
        raise ValueError("an envelope that the methods never write")
    known = _native.command_names() if step.verb == "execute" else _native.query_names()
    area, method = path_to(name)
    clock_at = datetime.fromisoformat(envelope["at"])

    def clock() -> datetime:
        return clock_at

    subject: object
    if envelope.get("organization") is None:
        subject = system.provider(actor=envelope.get("actor"), clock=clock)
    else:
        subject = system.organization(
            envelope["organization"], actor=envelope.get("actor"), clock=clock
        )
    call = getattr(getattr(subject, area, None), method, None)
    if name not in known or call is None:
        return None
    hints = typing.get_type_hints(call, _generated.__dict__)
    assert set(hints) - {"return"} == set(inspect.signature(call).parameters)
    arguments = {field: read_as(hints.get(field, Any), value) for field, value in fields.items()}
    if envelope.get("key") is not None:
        arguments["key"] = envelope["key"]
    if envelope.get("seed") is not None:
        arguments["seed"] = bytes.fromhex(envelope["seed"])
    return lambda: call(**arguments)


def begin_typed(system: System, step: Step) -> Callable[[], object]:
    """The call of `begin_call` that a step amounts to."""
    number, _, payload = step.payload.partition(" ")
    envelope = json.loads(payload)
    if {*envelope} - {*ENVELOPE["command"]} or envelope["command"]["name"] != "billing.authorize":
        raise ValueError("an envelope that the methods never write")
    at = datetime.fromisoformat(envelope["at"])
    subject = system.organization(envelope["organization"], actor=envelope["actor"])
    fields = envelope["command"]["fields"]
    hints = typing.get_type_hints(subject.request.billing.authorize, _generated.__dict__)
    arguments = {field: read_as(hints.get(field, Any), value) for field, value in fields.items()}

    def begin() -> None:
        begun = subject.begin_call(number, subject.request.billing.authorize(at=at, **arguments))
        told = json.loads(step.expected[2:])
        assert begun.permit.permit == told["permit"]
        assert begun.authorized.position == told["authorized"]["position"]
        assert begun.authorized.answer.call == told["authorized"]["answer"]["call"]

    return begin


def check_typed(system: System, step: Step) -> bool:
    """Asks the same through the typed methods; whether there is a method to ask."""
    code = json.loads(step.expected[2:])["code"] if step.expected.startswith("! ") else None
    try:
        call = typed_call(system, step)
    except (ValueError, TypeError, KeyError, AttributeError):
        # What is wrong with the envelope itself cannot be said through the methods.
        assert code is not None
        assert code.startswith("envelope."), step
        return False
    if call is None:
        assert code in {
            "envelope.unknown_command",
            "envelope.unknown_query",
            "envelope.organization_missing",
            "envelope.organization_unexpected",
        }, step
        return False
    problem: Exception | None = None
    try:
        call()
    except (PhoneSystemError, TypeError, ValueError) as error:
        problem = error
    if code is None:
        assert problem is None, step
    elif code == "envelope.malformed":
        # The methods see what is wrong with a value themselves, and name it in their own words.
        assert isinstance(problem, (phone_system.EnvelopeError, TypeError, ValueError)), step
    else:
        assert isinstance(problem, PhoneSystemError), (step, problem)
        assert refusal(problem) == step.expected, step
    return True


def give_typed(system: System, payload: str) -> None:
    """Gives reference data through the typed methods."""
    [(what, given)] = json.loads(payload, object_pairs_hook=unique).items()
    if what == "tariff":
        tariff = system.add_tariff(Tariff(given))
        at = datetime(2018, 4, 1, tzinfo=UTC)
        assert tariff in system.provider().billing.tariffs(at=at).tariffs
    elif what == "countries" and {*given} == {"csv"}:
        system.replace_countries(**given)
    elif what == "destinations" and {*given} == {"csv"}:
        system.replace_destinations(**given)
    else:
        raise ValueError("reference data that the methods never write")


def check_beside(system: System, step: Step, permits: dict[int, Permit]) -> None:
    """Asks what is neither command nor query through the typed methods."""
    told = "= "
    try:
        match step.verb:
            case "give":
                give_typed(system, step.payload)
                return
            case "admit":
                name, number, dialed = admitted(step.payload)
                permit = system.organization(name).admit(number, dialed)
                assert permit.number == number
                permits[permit.permit] = permit
                told += str(permit.permit)
            case "release":
                known = permits.get(int(step.payload))
                if known is None:
                    # Only a permit that was given out is an object.
                    system.native.release(int(step.payload))
                else:
                    known.release()
                told += "released"
            case _:
                counts = dataclasses.astuple(system.occupancy(step.payload))
                told += " ".join(str(count) for count in counts)
    except PhoneSystemError as error:
        told = refusal(error)
    except (AttributeError, TypeError, ValueError):
        assert step.expected.startswith('! {"code":"envelope.malformed"'), step
        return
    if step.verb == "give" and step.expected.startswith('! {"code":"envelope.malformed"'):
        # The methods write the JSON themselves, so the place in it may be another.
        assert told.startswith('! {"code":"envelope.malformed"'), step
    else:
        assert told == step.expected, step


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path: Path) -> None:
    native, typed = _native.System(), System()
    permits: dict[int, Permit] = {}
    asked = 0
    for step in steps(path.read_bytes().decode()):
        if step.verb == "system":
            native, typed = _native.System(), System()
            permits.clear()
            continue
        assert answer(native, step) == step.expected, f"{path.name}:{step.line}"
        asked += 1
        if step.verb in {"execute", "query", "begin"}:
            check_typed(typed, step)
        elif step.verb in {"batch", "dry_run", "submit", "execute_hex", "query_hex", "gate"}:
            # In step with the first one, so that what follows finds the same.
            assert answer(typed.native, step) == step.expected, f"{path.name}:{step.line}"
        elif step.verb == "wait":
            answer(typed.native, step)
        elif step.verb in {"give", "admit", "release", "occupancy"}:
            check_beside(typed, step, permits)
    assert asked


def test_what_a_transcript_is(tmp_path: Path) -> None:
    path = tmp_path / "small.txt"
    path.write_text(
        "# A comment.\n"
        "system\n\n"
        'query {"organization":"contoso","at":"2018-04-01T09:00:00Z",'
        '"query":{"name":"licensing.seats","fields":{}}}\n'
        '= {"seats":[]}\n'
        "wait 7\n"
        '! {"code":"system.ticket_unknown","message":"there is no open ticket 7",'
        '"figures":{"ticket":7}}\n'
        "parse US (425) 555-0100 ext. 7\n"
        "= +14255550100 fixed_line_or_mobile US 7\n"
        "events 0 10\n= []\n"
        "admit contoso +14255550100 911\n= 4294967296\n"
        "occupancy +14255550100\n= 1 1 0 0 1\n"
        "release 4294967296\n= released\n"
        "query_hex 22ff22\n"
        '! {"code":"boundary.not_utf8","message":"the bytes are not UTF-8 from byte 1 on",'
        '"figures":{"valid_up_to":1}}\n',
        encoding="utf-8",
    )
    test_transcript(path)
    assert [step.verb for step in steps(path.read_text(encoding="utf-8"))] == [
        "system",
        "query",
        "wait",
        "parse",
        "events",
        "admit",
        "occupancy",
        "release",
        "query_hex",
    ]
    with pytest.raises(ValueError, match="line 2: expected an answer"):
        list(steps("wait 7\nwait 8"))
    with pytest.raises(ValueError, match="no verb"):
        answer(_native.System(), Step(1, "sing", "", ""))


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text("events 0 10\n= [ ]\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"wrong\.txt:1"):
        test_transcript(path)


def test_every_command_is_in_some_transcript() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    names = [*_native.command_names(), *_native.query_names()]
    assert [name for name in names if f'"{name}"' not in text] == []


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert phone_system.__version__ == version("phone-system")
