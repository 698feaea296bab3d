"""Transcripts: what is asked of a system, and the bytes that it answers.

Lines that are blank or begin with ``#`` mean nothing. ``system`` begins anew; every other line is a
verb and what it takes, and the next line says what comes of it: ``= TEXT`` or ``! REFUSAL``.

Beside the verbs that take JSON (``give JSON`` is one) there are ``admit ORGANIZATION NUMBER
[DIALED]``, answered by the permit's number, ``begin NUMBER JSON``, ``release PERMIT``, answered by
``released``, and ``occupancy NUMBER``, answered by ``IN_USE PEAK ADMITTED REFUSED EMERGENCY``.
``traffic FORMULA ARGUMENTS`` is answered by the bits of a figure in hexadecimal digits, or by a
number of lines.
"""

import inspect
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import phone_system
from phone_system import PhoneNumber, PhoneSystemError, _native


@dataclass(frozen=True)
class Step:
    """Something that is asked, and what comes of it."""

    line: int
    verb: str
    payload: str
    expected: str


def steps(text: str) -> Iterator[Step]:
    """The steps of a transcript; `system` is one with nothing expected."""
    # Only line feeds end lines: a payload may hold other things that Python takes for line ends.
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        verb, _, payload = line.partition(" ")
        if verb == "system":
            yield Step(number, verb, "", "")
            continue
        after, expected = next(lines, (number, ""))
        if not expected.startswith(("= ", "! ")):
            raise ValueError(
                f"line {after}: expected an answer or a refusal, not {expected[:60]!r}"
            )
        yield Step(number, verb, payload, expected)


def refusal(error: PhoneSystemError) -> str:
    """A refusal as transcripts have it, rebuilt from the exception."""
    assert error.code.dotted == error.dotted
    shown = {"code": error.code.dotted, "message": error.message, "figures": error.figures}
    return "! " + json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def answer(system: _native.System, step: Step) -> str:
    """What the system answers to a step, as it stands in transcripts."""
    try:
        return "= " + _ask(system, step.verb, step.payload)
    except PhoneSystemError as error:
        return refusal(error)


def admitted(payload: str) -> tuple[str, PhoneNumber, str | None]:
    """What `admit` takes: organization, number and, where there is more, what was dialed."""
    organization, number, *dialed = payload.split(" ", 2)
    return organization, PhoneNumber(number), dialed[0] if dialed else None


def formula(name: str, *arguments: str) -> str:
    """What a formula of traffic theory tells: the bits of a figure, or a number of lines."""
    function = getattr(phone_system, name)
    counts = {"lines", "agents", "sources"}
    names = inspect.signature(function).parameters
    given = [
        int(text) if name in counts else float(text)
        for name, text in zip(names, arguments, strict=False)
    ]
    told = function(*given)
    return str(told) if isinstance(told, int) else struct.pack(">d", told).hex()


def _ask(system: _native.System, verb: str, payload: str) -> str:
    match verb:
        case "execute":
            return system.execute(payload)
        case "execute_hex":
            return system.execute(bytes.fromhex(payload))
        case "dry_run":
            return system.dry_run(payload)
        case "query":
            return system.query(payload)
        case "query_hex":
            return system.query(bytes.fromhex(payload))
        case "batch":
            return system.execute_batch(payload)
        case "submit":
            return str(system.submit(payload))
        case "wait":
            return system.wait(int(payload))
        case "events":
            position, limit = payload.split()
            return system.events_after(int(position), int(limit))
        case "traffic":
            return formula(*payload.split())
        case "give":
            return system.give(payload)
        case "gate":
            return system.gate(payload)
        case "admit":
            organization, number, dialed = admitted(payload)
            return str(_native.Calls(system, organization).admit(number, dialed).permit)
        case "begin":
            given, _, envelope = payload.partition(" ")
            return system.begin_call(PhoneNumber(given), envelope)
        case "release":
            system.release(int(payload))
            return "released"
        case "occupancy":
            return " ".join(str(count) for count in system.occupancy(PhoneNumber(payload)))
        case "parse":
            country, _, text = payload.partition(" ")
            number, extension, line, found, _ = _native.parse_number(
                text, None if country == "-" else country
            )
            return f"{number} {line} {found or '-'} {extension or '-'}"
        case _:
            raise ValueError(f"there is no verb {verb!r}")
