"""The generated files, and what the generator understands."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[1]
GENERATE = PACKAGE / "generate.py"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", GENERATE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    given = os.environ.get("PHS_SCHEMA")
    if given is not None:
        text = Path(given).read_text(encoding="utf-8")
    else:
        cargo = shutil.which("cargo")
        if cargo is None:
            pytest.skip("cargo, which makes the schema, is absent")
        command = [cargo, "run", "-q", "-p", "phone-system-core", "--features", "schema"]
        text = subprocess.run(
            [*command, "--example", "schema"], check=True, capture_output=True, cwd=PACKAGE
        ).stdout.decode()
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_generated_files_are_up_to_date(schema: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, str(GENERATE), "--check"],
        check=False,
        input=json.dumps(schema).encode(),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_a_stale_file_is_noticed(schema: dict[str, Any]) -> None:
    schema = json.loads(json.dumps(schema))
    schema["errors"][0]["meaning"] += " Changed."
    done = subprocess.run(
        [sys.executable, str(GENERATE), "--check"],
        check=False,
        input=json.dumps(schema).encode(),
        capture_output=True,
    )
    assert done.returncode == 1
    assert b"_error_codes.py is not what generate.py would write" in done.stderr


def small_schema(fields: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    command: dict[str, Any] = {
        "name": "calls.import",
        "organization": True,
        "fields": {"type": "object", "properties": fields, "required": list(fields)},
        "answer": {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
    }
    found = {"commands": [command], "queries": [], "due": {"type": "string"}, "errors": []}
    return {**found, "definitions": definitions}


def test_what_the_core_does_not_use_yet_is_understood(generate: ModuleType) -> None:
    number = {"type": "string", "format": "phone-number"}
    node = {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}},
    }
    schema = small_schema(
        {
            # An argument that all commands have, a keyword, and the instance itself.
            "at": {"type": "string", "format": "date-time"},
            "from": number,
            "self": {"type": "boolean"},
            "by_name": {"type": "object", "additionalProperties": number},
            "node": {"$ref": "#/$defs/Node"},
            "sort": {"$ref": "#/$defs/Ticket"},
        },
        {"Node": node, "Ticket": {"type": "string", "enum": ["a", "b-c"]}},
    )
    text, names = generate.generated(schema)
    compile(text, "_generated.py", "exec")
    assert {"CallsArea", "Node", "TicketRecord", "Organization", "Provider"} <= set(names)
    assert "    def import_(\n" in text
    assert '"at": _codec.instant(at_, "at")' in text
    assert '"from": _codec.phone_number(from_, "from")' in text
    assert "by_name: Mapping[str, PhoneNumber | str]" in text
    assert 'B_C = "b-c"' in text


def test_texts_of_other_formats_are_texts(generate: ModuleType) -> None:
    schema = small_schema(
        {
            name: {"type": "string", "format": name}
            for name in ("amount", "month", "prefix", "hash", "currency", "weather")
        },
        {},
    )
    text, _ = generate.generated(schema)
    assert "        amount: Decimal | int,\n        month: str,\n        prefix: str,\n" in text
    assert "        hash: str,\n        currency: str,\n        weather: str,\n" in text
    assert '"amount": _codec.amount(amount, "amount")' in text
    assert '"month": _codec.month(month, "month")' in text
    assert "class Organization(Calls):" in text
    assert "class Provider:" in text


def test_every_area_of_codes_has_an_error(generate: ModuleType) -> None:
    areas = ("address", "capacity", "country", "setup", "system", "tariff", "voice")
    text, names = generate.error_classes([{"name": f"{area}.bad"} for area in areas])
    compile(text, "errors.py", "exec")
    assert names == [
        "AddressError",
        "CapacityError",
        "CountryError",
        "SetupError",
        "SystemStateError",
        "TariffError",
        "VoiceError",
    ]


def test_some_codes_have_an_error_of_their_own(generate: ModuleType) -> None:
    errors = [{"name": name} for name in ("store.bad", "store.missing", "store.denied")]
    text, names = generate.error_classes(errors)
    compile(text, "errors.py", "exec")
    assert names == ["StoreError", "StoreDeniedError", "StoreMissingError"]
    assert "class StoreMissingError(StoreError, FileNotFoundError):" in text
    assert '"store.missing": StoreMissingError,' in text
    # Only of codes that there are.
    text, names = generate.error_classes(errors[:1])
    assert names == ["StoreError"]
    assert "errno" not in text


def test_what_is_not_understood_is_refused(generate: ModuleType) -> None:
    with pytest.raises(generate.UnsupportedError):
        generate.generated(small_schema({"x": {"type": "array", "prefixItems": []}}, {}))


def test_links_become_plain_text(generate: ModuleType) -> None:
    assert generate.plain_text("see [`PortingRules`], [`a`](b) and `c`") == (
        "see ``PortingRules``, ``a`` and ``c``"
    )
