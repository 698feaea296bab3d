#!/usr/bin/env python3
"""Writes the typed half of the Python package from the schema of the core.

    cargo run -q -p phone-system-core --features schema --example schema \
        | python3 phone-system-py/generate.py

The schema comes from a file, or from standard input. `--check` writes nothing and exits with 1 if
a file is not what would be written.

The output needs no formatter: every list that could fit into a line ends in a comma, so that it is
written one item to a line.
"""

import argparse
import json
import keyword
import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent / "python" / "phone_system"
WIDTH = 100

# Exceptions of these areas are about a value that was passed, and so are ValueErrors too.
VALUE_ERRORS = {"envelope", "number", "rules", "table", "time"}
# Codes whose exceptions are also those that Python raises for the same: a builtin class, and the
# `errno` that it goes with.
CODE_CLASSES = {
    "store.denied": ("PermissionError", "EACCES"),
    "store.exists": ("FileExistsError", "EEXIST"),
    "store.missing": ("FileNotFoundError", "ENOENT"),
}
# `SystemError` is Python's own.
ERROR_NAMES = {"system": "SystemStateError"}

# Names that generated classes must leave alone: those of the package and those used in the file.
TAKEN = {
    "Admitted", "AdoptedCall", "Anchor", "Any", "Archived", "Begun", "Caller", "Calls", "Clock",
    "Cost", "Countries", "Decimal", "Executed", "Exported", "Figure", "Gate", "Iterable", "Limit",
    "Lines", "Load", "Mapping", "NumberList", "Occupancy", "Organization", "Permit", "PhoneNumber",
    "Provider", "Refusal", "Refused", "Request", "SharedOccupancy", "StrEnum", "System", "Tariff",
    "Ticket", "Verified",
}  # fmt: skip
# Arguments that every command has beside its fields.
COMMAND_ARGUMENTS = ("at", "key", "seed")


class UnsupportedError(Exception):
    """The schema says something that this generator has no Python for."""


@dataclass(frozen=True)
class Kind:
    """How values of one schema look in Python, and how they get in and out.

    `given` is the annotation of what people pass, `kept` of what they get; `take` and `read` are
    expressions for functions of the codec's two signatures.
    """

    given: str
    kept: str
    take: str
    read: str
    # Whether JSON gives the value as it is kept.
    plain: bool = False
    # Names of the structures and enumerations inside.
    names: frozenset[str] = frozenset()
    # The enumeration, if it is one: for defaults.
    enumeration: str | None = None


def scalar(given: str, kept: str, take: str, read: str, *, plain: bool = False) -> Kind:
    return Kind(given, kept, f"_codec.{take}", read, plain)


# A text of another format, such as a prefix, a hash or a currency, is a str that the core checks.
FORMATS = {
    # Exact: a text in JSON, never a float.
    "amount": scalar("Decimal | int", "Decimal", "amount", "Decimal"),
    "block-length": scalar("str | timedelta", "str", "block_length", "str", plain=True),
    "countries": scalar(
        'Iterable[str] | Literal["all"]', "Countries", "countries", "_codec.read_countries"
    ),
    "date-time": scalar("datetime", "datetime", "instant", "_codec.read_instant"),
    "duration": scalar("timedelta", "timedelta", "duration", "_codec.read_duration"),
    "erlangs": scalar("Decimal | int", "Decimal", "amount", "Decimal"),
    "limit": scalar("Limit", "Limit", "limit", "_codec.read_anything", plain=True),
    "month": scalar("str", "str", "month", "str", plain=True),
    "number-list": scalar("Iterable[PhoneNumber | str]", "NumberList", "number_list", "NumberList"),
    "phone-number": scalar("PhoneNumber | str", "PhoneNumber", "phone_number", "PhoneNumber"),
    "price": scalar("Decimal | int", "Decimal", "decimal", "Decimal"),
    "probability": scalar("Decimal | int", "Decimal", "decimal", "Decimal"),
    "refusal": scalar("Refusal", "Refusal", "anything", "Refusal._read"),
    "seed": scalar("bytes", "bytes", "seed", "bytes.fromhex"),
}
INTEGERS = {"int32", "int64", "uint16", "uint32", "uint64", "uint8"}


def python_name(name: str, *taken: str) -> str:
    """A name of the core as it can stand in Python."""
    return f"{name}_" if keyword.iskeyword(name) or name in taken else name


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[._]", name))


def plain_text(text: str) -> str:
    """Rustdoc as plain text: links become what they name."""
    text = re.sub(r"\[(`[^`]+`)\](?:\([^)]*\))?", r"\1", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?<!`)`([^`\n]+)`(?!`)", r"``\1``", text)
    return text.replace("\\", "\\\\").replace('"""', "'''").strip()


def wrapped(text: str, indent: int, hanging: int = 0, first: str = "") -> list[str]:
    """A text in lines: paragraphs are filled, lists keep their items, examples of Rust left out."""
    lines: list[str] = []
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE).strip()
    for place, paragraph in enumerate(re.split(r"\n\s*\n", text)):
        if place:
            lines.append("")
        for item in re.split(r"\n(?=[*-] )", paragraph):
            inner = "  " if re.match(r"[*-] ", item) else ""
            filled = textwrap.wrap(
                " ".join(item.split()),
                WIDTH,
                initial_indent=" " * indent + first,
                subsequent_indent=" " * (indent + hanging) + inner,
                break_long_words=False,
                break_on_hyphens=False,
            )
            lines += filled
            first, indent = "", indent + hanging
            hanging = 0
    return lines


def docstring(text: str, indent: int, sections: dict[str, list[tuple[str, str]]]) -> list[str]:
    """A docstring in Google's style."""
    text = plain_text(text)
    summary, _, rest = text.partition("\n\n")
    # The summary is one line where its first sentence fits into one.
    filled = " ".join(summary.split())
    if len(filled) + indent + 3 > WIDTH - (0 if rest or sections else 3):
        sentences = re.match(r"(.+?[.:;])\s+(.+)", filled)
        if sentences and len(sentences[1]) + indent + 3 <= WIDTH:
            filled, more = sentences.groups()
            rest = f"{more}\n\n{rest}".strip()
            # A sentence that ended in a semicolon is one by itself now.
            if filled.endswith((";", ":")):
                filled = filled[:-1] + "."
                rest = rest[0].upper() + rest[1:]
    lines = wrapped('"""' + filled, indent)
    if rest:
        lines += ["", *wrapped(rest, indent)]
    for title, items in sections.items():
        lines += ["", f"{' ' * indent}{title}:"]
        for name, about in items:
            label = f"{name}: " if name else ""
            lines += wrapped(label + (plain_text(about) or "As named."), indent + 4, 4)
    if len(lines) == 1 and len(lines[0]) + 3 <= WIDTH:
        return [f'{lines[0]}"""']
    return [*lines, f'{" " * indent}"""']


@dataclass
class Field:
    """A field of a structure, or of a command."""

    name: str
    json_name: str
    kind: Kind
    about: str
    # The default as Python; none for a required field.
    default: str | None
    # The default is made anew for each object.
    factory: bool = False
    optional: bool = False


@dataclass
class Structure:
    """A dataclass."""

    name: str
    about: str
    fields: list[Field]


@dataclass
class Enumeration:
    """A StrEnum: its members' texts and what they mean."""

    name: str
    about: str
    members: list[tuple[str, str, str]]


@dataclass
class Call:
    """A command or a query."""

    name: str
    area: str
    method: str
    provider: bool
    about: str
    fields: list[Field]
    answer: Kind
    about_answer: str

    @property
    def arguments(self) -> list[Field]:
        """The fields, the required ones first."""
        return sorted(self.fields, key=lambda each: each.default is not None)


@dataclass
class Generator:
    """All that the schema defines, turned into Python."""

    schema: dict[str, Any]
    structures: dict[str, Structure] = field(default_factory=dict)
    enumerations: dict[str, Enumeration] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)

    def class_name(self, name: str) -> str:
        name = re.sub(r"\W", "_", name)
        return f"{name}Record" if name in TAKEN or name in self.handles() else name

    def handles(self) -> set[str]:
        """The names of the classes that hold the methods."""
        names = [call["name"] for call in self.schema["commands"] + self.schema["queries"]]
        areas = {camel(name.split(".")[0]) for name in names}
        subjects = {*(f"{area}Area" for area in areas), *(f"Provider{area}Area" for area in areas)}
        subjects |= {"Organization", "Provider"}
        return {f"{subject}{mode}" for subject in subjects for mode in ("", *MODES)}

    def kind(self, schema: Any) -> Kind:
        """What a schema is in Python, `None` being left aside."""
        if schema is True or schema == {}:
            return Kind("object", "Any", "_codec.anything", "_codec.read_anything", plain=True)
        if "$ref" in schema:
            return self.definition(schema["$ref"].rpartition("/")[2])
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        for word in ("anyOf", "oneOf", "allOf"):
            options = [option for option in schema.get(word, []) if option != {"type": "null"}]
            if len(options) == 1:
                return self.kind(options[0])
        types = schema.get("type", [])
        types = {types} if isinstance(types, str) else set(types)
        types.discard("null")
        if types == {"string"}:
            return scalar("str", "str", "text", "str", plain=True)
        if types == {"integer"}:
            width = schema.get("format") if schema.get("format") in INTEGERS else "uint64"
            return scalar("int", "int", width, "int", plain=True)
        if types == {"boolean"}:
            return scalar("bool", "bool", "boolean", "bool", plain=True)
        if types == {"string", "number"}:
            return scalar("Decimal | int", "Decimal", "decimal", "Decimal")
        if types == {"array"} and "items" in schema:
            item = self.kind(schema["items"])
            return Kind(
                f"Iterable[{item.given}]",
                f"tuple[{item.kept}, ...]",
                f"_codec.several({item.take})",
                f"_codec.read_several({item.read})",
                names=item.names,
            )
        if types == {"object"} and isinstance(schema.get("additionalProperties"), dict):
            item = self.kind(schema["additionalProperties"])
            return Kind(
                f"Mapping[str, {item.given}]",
                f"Mapping[str, {item.kept}]",
                f"_codec.named({item.take})",
                f"_codec.read_named({item.read})",
                names=item.names,
            )
        raise UnsupportedError(json.dumps(schema))

    def definition(self, name: str) -> Kind:
        """What a definition is in Python; the classes that it needs are noted."""
        if name in self.kinds:
            return self.kinds[name]
        schema = self.schema["definitions"][name]
        python = self.class_name(name)
        names = frozenset({python})
        if name == "Refused":
            return scalar("Refused", "Refused", "anything", "Refused._read")
        members = self.members(schema)
        if members is not None:
            self.enumerations[python] = Enumeration(python, schema.get("description", ""), members)
            take = f"_codec.one_of({python})"
            kind = Kind(f"{python} | str", python, take, python, names=names, enumeration=python)
        elif schema.get("type") == "object" and not isinstance(
            schema.get("additionalProperties"), dict
        ):
            kind = Kind(
                f"{python} | Mapping[str, object]",
                python,
                f"_codec.structure({python})",
                f"{python}._read",
                names=names,
            )
            # Before its fields, which may be of the same kind.
            self.kinds[name] = kind
            structure = Structure(python, schema.get("description", ""), [])
            self.structures[python] = structure
            structure.fields = self.fields(schema)
        else:
            kind = self.kind(schema)
        self.kinds[name] = kind
        return kind

    @staticmethod
    def members(schema: dict[str, Any]) -> list[tuple[str, str, str]] | None:
        """The members of an enumeration of texts: names in Python, texts, meanings."""
        options = schema.get("oneOf", [schema])
        texts: list[tuple[str, str]] = []
        for option in options:
            about = option.get("description", "") if "oneOf" in schema else ""
            if option.get("type") != "string":
                return None
            if "const" in option:
                texts.append((option["const"], about))
            elif "enum" in option:
                texts += [(text, about) for text in option["enum"]]
            else:
                return None
        return [(re.sub(r"\W", "_", text).upper(), text, about) for text, about in texts]

    def fields(self, schema: dict[str, Any], *taken: str) -> list[Field]:
        required = set(schema.get("required", []))
        fields: list[Field] = []
        for json_name, about in schema.get("properties", {}).items():
            kind = self.kind(about)
            types = about.get("type", [])
            optional = "null" in types or {"type": "null"} in about.get("anyOf", [])
            each = Field(
                python_name(json_name, *taken), json_name, kind, about.get("description", ""), None
            )
            default = about.get("default")
            each.optional = optional
            if optional:
                each.default = None if json_name in required else "None"
            elif json_name not in required:
                if kind.enumeration is not None and default is not None:
                    each.default = f"{kind.enumeration}.{self.member(kind.enumeration, default)}"
                elif kind.kept in self.structures and self.can_be_empty(about):
                    # What is not given is as good as one in which nothing is given.
                    each.default, each.factory = kind.kept, True
                elif isinstance(default, (bool, int, str)) and kind.plain:
                    each.default = repr(default).replace("'", '"')
                else:
                    # A default with no Python of its own: left out.
                    each.default, each.optional = "None", True
            fields.append(each)
        return fields

    def can_be_empty(self, schema: dict[str, Any]) -> bool:
        """Whether a structure requires nothing."""
        name = schema.get("$ref", "").rpartition("/")[2]
        return name in self.schema["definitions"] and not self.schema["definitions"][name].get(
            "required"
        )

    def member(self, enumeration: str, text: str) -> str:
        for name, known, _ in self.enumerations[enumeration].members:
            if known == text:
                return member_name(enumeration, name)
        raise UnsupportedError(f"{enumeration} has no {text}")

    def call(self, schema: dict[str, Any], *taken: str) -> Call:
        area, _, method = schema["name"].partition(".")
        about = schema["answer"].get("description", "")
        if "$ref" in schema["answer"]:
            name = schema["answer"]["$ref"].rpartition("/")[2]
            about = about or self.schema["definitions"][name].get("description", "")
        return Call(
            schema["name"],
            python_name(area),
            python_name(method.replace(".", "_")),
            not schema["organization"],
            schema["fields"].get("description", ""),
            self.fields(schema["fields"], "self", *taken),
            self.kind(schema["answer"]),
            about,
        )


def member_name(enumeration: str, name: str) -> str:
    if name[:1].isdigit() or not name:
        return f"{enumeration.upper()}_{name}"
    return f"{name}_" if name in {"MRO", "NAME", "VALUE"} else name


def exploded(indent: int, head: str, expression: str, tail: str) -> list[str]:
    """`head` + call + `tail`; one argument to a line if it does not fit into one."""
    line = " " * indent + head + expression + tail
    if len(line) <= WIDTH:
        return [line]
    # The call that is last: what it calls may be called itself.
    depth, start = 0, len(expression)
    for place in range(len(expression) - 1, -1, -1):
        depth += {")": 1, "]": 1, "(": -1, "[": -1}.get(expression[place], 0)
        if depth == 0:
            start = place
            break
    lines = [f"{' ' * indent}{head}{expression[:start]}("]
    depth, part = 0, ""
    for character in expression[start + 1 : -1] + ",":
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            lines.append(f"{' ' * (indent + 4)}{part.strip()},")
            part = ""
        else:
            part += character
    return [*lines, f"{' ' * indent}){tail}"]


def taking(each: Field) -> str:
    if each.optional:
        return f'_codec.optional({each.name}, "{each.json_name}", {each.kind.take})'
    return f'{each.kind.take}({each.name}, "{each.json_name}")'


def reading(each: Field) -> str:
    if each.default is None:
        value = f'value["{each.json_name}"]'
    elif each.factory:
        value = f'value.get("{each.json_name}", {{}})'
    elif each.default == "None":
        value = f'value.get("{each.json_name}")'
    else:
        value = f'value.get("{each.json_name}", {each.default})'
    if each.kind.plain:
        return value
    if each.optional:
        return f"_codec.read_optional({value}, {each.kind.read})"
    return f"{each.kind.read}({value})"


def parameter(each: Field, *, factory: bool) -> str:
    annotation = each.kind.given
    if each.optional or (each.factory and factory):
        annotation += " | None"
    default = "None" if each.factory else each.default
    return f"{each.name}: {annotation}" + ("" if default is None else f" = {default}")


def structure_lines(structure: Structure, *, given: bool) -> list[str]:
    """A dataclass; one that people give checks what they give."""
    options = "frozen=True, slots=True, kw_only=True" + (", init=False" if given else "")
    lines = ["", "", f"@dataclass({options})", f"class {structure.name}:"]
    about = [(each.name, each.about) for each in structure.fields]
    sections = {"Attributes": about} if about else {}
    lines += [*docstring(structure.about or f"{structure.name}.", 4, sections), ""]
    for each in structure.fields:
        annotation = each.kind.kept + (" | None" if each.optional else "")
        default = ""
        if each.factory:
            default = f" = field(default_factory={each.default})"
        elif each.default is not None:
            default = f" = {each.default}"
        lines.append(f"    {each.name}: {annotation}{default}")
    if structure.fields:
        lines.append("")
    if given and structure.fields:
        lines += ["    def __init__(", "        self,", "        *,"]
        lines += [f"        {parameter(each, factory=True)}," for each in structure.fields]
        lines += [
            "    ) -> None:",
            '        """Checks the fields and brings them to the form in which they are kept."""',
        ]
        for each in structure.fields:
            value = taking(each)
            if each.factory:
                lines += [
                    f"        if {each.name} is None:",
                    f"            {each.name} = {each.kind.kept}()",
                ]
            lines += setting(each.name, value)
        lines.append("")
    lines += ["    @classmethod", f"    def _read(cls, value: Any) -> {structure.name}:"]
    if structure.fields:
        lines.append("        return cls(")
        for each in structure.fields:
            lines += exploded(12, f"{each.name}=", reading(each), ",")
        lines.append("        )")
    else:
        lines += ["        del value", "        return cls()"]
    return lines


def setting(name: str, value: str) -> list[str]:
    """The one way to set an attribute of a frozen dataclass."""
    line = f'        object.__setattr__(self, "{name}", {value})'
    if len(line) <= WIDTH:
        return [line]
    return [
        "        object.__setattr__(",
        "            self,",
        f'            "{name}",',
        *exploded(12, "", value, ","),
        "        )",
    ]


def enumeration_lines(enumeration: Enumeration) -> list[str]:
    lines = ["", "", f"class {enumeration.name}(StrEnum):"]
    about = [
        (member_name(enumeration.name, name), about or f"``{text}``.")
        for name, text, about in enumeration.members
    ]
    lines += [*docstring(enumeration.about or f"{enumeration.name}.", 4, {"Attributes": about}), ""]
    for name, text, _ in enumeration.members:
        lines.append(f"    {member_name(enumeration.name, name)} = {json.dumps(text)}")
    return lines


RAISES = [
    ("PhoneSystemError", "If it is refused; nothing has changed then."),
    ("TypeError", "If an argument has the wrong type, or who asks or when is not known."),
    ("ValueError", "If an argument has a value that its type cannot have."),
]
COMMON = {
    "at": "The instant at which it is asked; the clock's if not given.",
    "key": "Makes a retry harmless: the same key with the same command does nothing again.",
    "seed": "What chance is drawn from, 32 bytes.",
}
COMMON_TYPES = {"at": "datetime", "key": "str", "seed": "bytes"}

# The ways to ask for a command: what a method answers, and how its docstring begins.
MODES = {
    "Request": ("Request", "Makes a request of"),
    "DryRun": ("Executed", "What would now be done by"),
    "Submit": ("Ticket", "Does not wait for"),
}
# Classes written by hand, with what a subject is asked that is neither command nor query.
BASES = {"Organization": "Calls"}


def signature(call: Call, common: tuple[str, ...], answer: str) -> list[str]:
    lines = [f"    def {call.method}(", "        self,", "        *,"]
    lines += [f"        {parameter(each, factory=True)}," for each in call.arguments]
    lines += [f"        {name}: {COMMON_TYPES[name]} | None = None," for name in common]
    return [*lines, f"    ) -> {answer}:"]


def sections(call: Call, common: tuple[str, ...], returned: str) -> dict[str, Any]:
    arguments = [(each.name, each.about) for each in call.arguments]
    arguments += [(name, COMMON[name]) for name in common]
    return {"Args": arguments, "Returns": [("", returned)], "Raises": RAISES}


def field_lines(call: Call, indent: int) -> list[str]:
    if not call.fields:
        return [f"{' ' * indent}{{}},"]
    lines = [f"{' ' * indent}{{"]
    for each in call.fields:
        value = taking(each)
        if each.factory:
            value = f'_codec.optional({each.name}, "{each.json_name}", {each.kind.take})'
        lines += exploded(indent + 4, f'"{each.json_name}": ', value, ",")
    return [*lines, f"{' ' * indent}}},"]


def command_lines(call: Call, mode: str, area_class: str) -> list[str]:
    """A command's method in one of the ways to ask."""
    common = COMMAND_ARGUMENTS
    if mode == "":
        lines = signature(call, common, f"Executed[{call.answer.kept}]")
        returned = call.about_answer or "What the command did."
        lines += docstring(call.about, 8, sections(call, common, returned))
    else:
        answer, beginning = MODES[mode]
        lines = signature(call, common, f"{answer}[{call.answer.kept}]")
        summary = f"{beginning} `{area_class}.{call.method}`, with the same arguments."
        lines += docstring(summary, 8, {})
    if mode == "Request":
        return [
            *lines,
            "        return self._caller.request(",
            f'            "{call.name}",',
            *field_lines(call, 12),
            f"            {call.answer.read},",
            *(f"            {name}={name}," for name in common),
            "        )",
        ]
    function = {"": "execute", "DryRun": "dry_run", "Submit": "submit"}[mode]
    names = [*(each.name for each in call.arguments), *common]
    return [
        *lines,
        f"        return self._caller.{function}(",
        f"            self._request.{call.method}(",
        *(f"                {name}={name}," for name in names),
        "            )",
        "        )",
    ]


def query_lines(call: Call) -> list[str]:
    lines = signature(call, ("at",), call.answer.kept)
    lines += docstring(call.about, 8, sections(call, ("at",), call.about_answer or "The answer."))
    return [
        *lines,
        "        return self._caller.query(",
        f'            "{call.name}",',
        *field_lines(call, 12),
        f"            {call.answer.read},",
        "            at=at,",
        "        )",
    ]


def slot_lines(slots: list[str]) -> list[str]:
    """The attributes of a class: in one line if there is one, which is how it is formatted."""
    if len(slots) == 1:
        return [f'    __slots__ = ("{slots[0]}",)']
    return ["    __slots__ = (", *(f'        "{slot}",' for slot in slots), "    )"]


def area_lines(
    name: str, area: str, subject: str, commands: list[Call], queries: list[Call]
) -> list[str]:
    """The classes of an area: one for each way to ask."""
    lines: list[str] = []
    modes = ["Request", "DryRun", "Submit", ""] if commands else [""]
    whose = "the provider" if subject == "Provider" else "an organization"
    for mode in modes:
        about = {
            "": f"What can be asked of {whose} about {area}.",
            "Request": f"Commands of `{name}` as requests, for `System.execute_batch`.",
            "DryRun": f"What commands of `{name}` would do now; nothing is changed.",
            "Submit": f"Commands of `{name}` that are not waited for.",
        }[mode]
        slots = ["_caller"]
        if commands and mode != "Request":
            slots.append("_request")
        lines += [
            "",
            "",
            f"class {name}{mode}:",
            *docstring(about, 4, {}),
            "",
            *slot_lines(slots),
            "",
            "    _caller: Caller",
            *([f"    _request: {name}Request"] if "_request" in slots else []),
            "",
            "    def __init__(self, caller: Caller) -> None:",
            '        """Made by the caller."""',
            "        self._caller = caller",
        ]
        if "_request" in slots:
            lines.append(f"        self._request = {name}Request(caller)")
        for call in commands:
            lines += ["", *command_lines(call, mode, name)]
        if mode == "":
            for call in queries:
                lines += ["", *query_lines(call)]
    return lines


def subject_lines(subject: str, areas: dict[str, str], with_commands: dict[str, str]) -> list[str]:
    """The classes that hold the areas of an organization, or of the provider."""
    lines: list[str] = []
    whose = "the provider" if subject == "Provider" else "an organization"
    modes = {
        "Request": ("request", f"Commands of {whose} as requests, for `System.execute_batch`."),
        "DryRun": ("dry_run", f"What commands of {whose} would do now; nothing is changed."),
        "Submit": ("submit", f"Commands of {whose} that are not waited for."),
        "": ("", f"What can be asked of {whose}, by area."),
    }
    for mode, (_, about) in modes.items():
        own = areas if mode == "" else with_commands
        base = BASES.get(subject) if mode == "" else None
        attributes = [(area, f"About {area}.") for area in own]
        if mode == "":
            attributes += [(name, text) for name, text in modes.values() if name]
        lines += [
            "",
            "",
            f"class {subject}{mode}{f'({base})' if base else ''}:",
            *docstring(about, 4, {"Attributes": attributes} if attributes else {}),
            "",
            *slot_lines(sorted(name for name, _ in attributes)),
            "",
            *(f"    {area}: {name}{mode}" for area, name in own.items()),
        ]
        if mode == "":
            lines += [f"    {name}: {subject}{other}" for other, (name, _) in modes.items() if name]
        lines += [
            "",
            "    def __init__(self, caller: Caller) -> None:",
            f'        """Made by `System.{subject.lower()}`."""',
            *(["        super().__init__(caller)"] if base else []),
            *(f"        self.{area} = {name}{mode}(caller)" for area, name in own.items()),
        ]
        if mode == "":
            lines += [
                f"        self.{name} = {subject}{other}(caller)"
                for other, (name, _) in modes.items()
                if name
            ]
    return lines


HEADER = '"""Generated by generate.py from the schema of the core; not to be edited."""'


def generated(schema: dict[str, Any]) -> tuple[str, list[str]]:
    """The text of `_generated.py`, and its public names."""
    generator = Generator(schema)
    commands = [generator.call(call, *COMMAND_ARGUMENTS) for call in schema["commands"]]
    queries = [generator.call(call, "at") for call in schema["queries"]]
    # Every command has it beside its answer.
    generator.kind(schema["due"])

    # What people give, directly or inside of something that they give, checks itself.
    given: set[str] = set()
    waiting = [each.kind for call in commands + queries for each in call.fields]
    while waiting:
        for name in waiting.pop().names - given:
            given.add(name)
            if name in generator.structures:
                waiting += [each.kind for each in generator.structures[name].fields]

    body: list[str] = []
    for _, enumeration in sorted(generator.enumerations.items()):
        body += enumeration_lines(enumeration)
    # A default that is a structure needs it to stand before.
    ordered: list[str] = []

    def place(name: str) -> None:
        if name not in ordered:
            for each in generator.structures[name].fields:
                if each.factory and each.kind.kept != name:
                    place(each.kind.kept)
            ordered.append(name)

    for name in sorted(generator.structures):
        place(name)
    for name in ordered:
        body += structure_lines(generator.structures[name], given=name in given)

    public = [*generator.enumerations, *generator.structures]
    for subject in ("Organization", "Provider"):
        provider = subject == "Provider"
        own = [call for call in commands + queries if call.provider == provider]
        areas: dict[str, str] = {}
        with_commands: dict[str, str] = {}
        for area in sorted({call.area for call in own}):
            name = f"{camel(area)}Area"
            if provider and any(
                call.area == area for call in commands + queries if call not in own
            ):
                name = f"Provider{name}"
            own_commands = [call for call in commands if call in own and call.area == area]
            areas[area] = name
            if own_commands:
                with_commands[area] = name
            own_queries = [call for call in queries if call in own and call.area == area]
            body += area_lines(name, area, subject, own_commands, own_queries)
            public += [name, *(f"{name}{mode}" for mode in MODES if own_commands)]
        body += subject_lines(subject, areas, with_commands)
        public += [subject, *(f"{subject}{mode}" for mode in MODES)]

    text = "\n".join(body)

    # Docstrings use some of the names as words.
    code = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)

    def used(*names: str) -> list[str]:
        return [name for name in names if re.search(rf"\b{name}\b", code)]

    imports = [
        ("collections.abc", used("Iterable", "Mapping")),
        ("dataclasses", used("dataclass", "field")),
        ("datetime", used("datetime", "timedelta")),
        ("decimal", used("Decimal")),
        ("enum", used("StrEnum")),
        ("typing", used("Any", "Literal")),
    ]
    own_imports = [
        ("phone_system", used("_codec")),
        ("phone_system._capacity", used(*BASES.values())),
        ("phone_system._codec", used("Countries", "Limit")),
        ("phone_system._native", used("PhoneNumber")),
        (
            "phone_system._runtime",
            used("Caller", "Executed", "Refusal", "Refused", "Request", "Ticket"),
        ),
        ("phone_system._values", used("NumberList")),
    ]
    lines = [HEADER, "", "from __future__ import annotations", ""]
    lines += [f"from {module} import {', '.join(names)}" for module, names in imports if names]
    lines.append("")
    lines += [f"from {module} import {', '.join(names)}" for module, names in own_imports if names]
    lines += ["", "__all__ = [", *(f'    "{name}",' for name in sorted(public)), "]"]
    return "\n".join(lines) + "\n" + text + "\n", public


def error_codes(errors: list[dict[str, Any]]) -> str:
    """The text of `_error_codes.py`."""
    names = {error["name"]: re.sub(r"[^A-Za-z0-9]", "_", error["name"]).upper() for error in errors}
    lines = [
        HEADER,
        "",
        "from __future__ import annotations",
        "",
        "from enum import IntEnum",
        "",
        "",
        "class ErrorCode(IntEnum):",
        '    """A stable code: its number and its name are never reused for anything else."""',
        "",
        "    UNKNOWN = 0",
        *(f"    {names[error['name']]} = {error['number']}" for error in errors),
        "",
        "    @property",
        "    def dotted(self) -> str:",
        '        """The dotted name, such as ``porting.too_many_numbers``."""',
        "        return _ABOUT[self][0]",
        "",
        "    @property",
        "    def meaning(self) -> str:",
        '        """What the code means, in one sentence."""',
        "        return _ABOUT[self][1]",
        "",
        "    @classmethod",
        "    def from_dotted(cls, dotted: str) -> ErrorCode:",
        '        """The code with this dotted name.',
        "",
        "        Args:",
        "            dotted: The name.",
        "",
        "        Returns:",
        "            The code, or `UNKNOWN` if there is none.",
        '        """',
        "        return _BY_NAME.get(dotted, cls.UNKNOWN)",
        "",
        "",
        "_ABOUT: dict[ErrorCode, tuple[str, str]] = {",
        "    ErrorCode.UNKNOWN: (",
        '        "unknown",',
        '        "A code that this version of the package does not know.",',
        "    ),",
    ]
    for error in errors:
        lines += [
            f"    ErrorCode.{names[error['name']]}: (",
            f"        {json.dumps(error['name'])},",
            f"        {json.dumps(error['meaning'], ensure_ascii=False)},",
            "    ),",
        ]
    lines += ["}", ""]
    lines += ["_BY_NAME = {about[0]: code for code, about in _ABOUT.items()}"]
    return "\n".join(lines) + "\n"


def error_classes(errors: list[dict[str, Any]]) -> tuple[str, list[str]]:
    """The text of `errors.py`, and the names of its classes."""
    areas = sorted({error["name"].split(".")[0] for error in errors})
    classes = {area: ERROR_NAMES.get(area, f"{camel(area)}Error") for area in areas}
    special = sorted(error["name"] for error in errors if error["name"] in CODE_CLASSES)
    code_classes = {code: f"{camel(code)}Error" for code in special}
    public = [*classes.values(), *code_classes.values()]
    lines = [
        '"""The exceptions: a class for each area of codes, and for some codes one of their own.',
        "",
        "Generated by generate.py from the schema of the core; not to be edited.",
        '"""',
        "",
        *(["import errno"] if special else []),
        "from collections.abc import Mapping",
        "",
        "from phone_system._base_error import Figure, PhoneSystemError",
        "from phone_system._error_codes import ErrorCode",
        "",
        "__all__ = [",
        *(f'    "{n}",' for n in sorted([*public, "ErrorCode", "PhoneSystemError"])),
        "]",
    ]
    for area, name in classes.items():
        builtin = ", ValueError" if area in VALUE_ERRORS else ""
        lines += [
            "",
            "",
            f"class {name}(PhoneSystemError{builtin}):",
            f'    """A refusal whose code begins with ``{area}.``."""',
        ]
    for code, name in code_classes.items():
        builtin, number = CODE_CLASSES[code]
        lines += [
            "",
            "",
            f"class {name}({classes[code.split('.')[0]]}, {builtin}):",
            f'    """The refusal ``{code}``, with `filename` and `errno` as of any `{builtin}`."""',
            "",
            f"    _errno = errno.{number}",
        ]
    lines += [
        "",
        "",
        "_CLASSES: dict[str, type[PhoneSystemError]] = {",
        *(f'    "{named}": {name},' for named, name in {**classes, **code_classes}.items()),
        "}",
        "",
        "",
        "def refused(",
        "    dotted: str,",
        "    message: str,",
        "    figures: Mapping[str, Figure],",
        ") -> PhoneSystemError:",
        '    """The exception for a refusal, of the class of its code or else of its area.',
        "",
        "    Args:",
        "        dotted: The code's dotted name.",
        "        message: The sentence.",
        "        figures: Its figures.",
        "",
        "    Returns:",
        "        An exception; a `PhoneSystemError` if the area is not known.",
        '    """',
        '    area = _CLASSES.get(dotted.partition(".")[0], PhoneSystemError)',
        "    kind = _CLASSES.get(dotted, area)",
        "    code = ErrorCode.from_dotted(dotted)",
        "    return kind(dotted if code is ErrorCode.UNKNOWN else code, message, figures)",
    ]
    return "\n".join(lines) + "\n", public


ABOUT = '''"""A model of a cloud phone system: licences, numbers and port orders.

```python
import datetime, phone_system

system = phone_system.System()
contoso = system.organization(
    "contoso",
    actor="ada",
    clock=lambda: datetime.datetime(2018, 4, 1, 9, tzinfo=datetime.UTC),
)
contoso.licensing.buy_seats(sku="ENTERPRISEPREMIUM", seats=20)
assert contoso.licensing.seats().seats[0].free == 20
```

That system lasts as long as the object. One in a file lasts:

```python
now = datetime.datetime(2018, 4, 1, 9, tzinfo=datetime.UTC)

with phone_system.System.open("numbers.phs", create=True) as system:
    contoso = system.organization("contoso", actor="ada")
    contoso.licensing.buy_seats(sku="ENTERPRISEPREMIUM", seats=20, at=now)

with phone_system.System.open("numbers.phs") as system:
    contoso = system.organization("contoso")
    assert contoso.licensing.seats(at=now).seats[0].free == 20
```

The lists of names in this file are generated by generate.py; they are not to be edited.
"""
'''
# What is written by hand and public.
HAND_WRITTEN = {
    "phone_system._base_error": ["Figure", "PhoneSystemError"],
    "phone_system._capacity": ["Begun", "Occupancy"],
    "phone_system._gate": ["AdoptedCall", "Gate", "Load", "SharedOccupancy"],
    "phone_system._lines": ["Admitted", "Lines"],
    "phone_system._tariff": ["Cost", "Tariff"],
    "phone_system._codec": ["Countries", "Limit"],
    "phone_system._error_codes": ["ErrorCode"],
    "phone_system._planning": [
        "agents_for_service_level",
        "agents_for_speed_of_answer",
        "lines_for_engset",
        "lines_for_erlang_b",
        "lines_for_erlang_b_recall",
        "traffic_for_engset",
        "traffic_for_erlang_b",
        "traffic_for_erlang_b_recall",
        "traffic_for_service_level",
        "traffic_for_speed_of_answer",
    ],
    "phone_system._plot": ["plot_load"],
    "phone_system._native": ["METADATA_VERSION", "Permit", "PhoneNumber", "__version__"],
    "phone_system._runtime": ["Clock", "Executed", "Refusal", "Refused", "Request", "Ticket"],
    "phone_system._store": ["Anchor", "Archived", "Exported", "Verified"],
    "phone_system._system": ["System", "parse_number"],
    "phone_system._traffic": [
        "engset",
        "erlang_b",
        "erlang_b_recall",
        "erlang_c",
        "service_level",
        "speed_of_answer",
    ],
    "phone_system._values": ["NumberList"],
}


def sorting(name: str) -> tuple[int, str]:
    """Constants, classes, the rest: the order in which names are listed."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def import_sorting(name: str) -> tuple[int, str]:
    """The same without regard to case: the order in which names are imported."""
    return sorting(name)[0], name.lower()


def package(api: list[str], errors: list[str]) -> str:
    """The text of `__init__.py`: every public name, so that no tool has to guess."""
    modules = {
        **HAND_WRITTEN,
        "phone_system._generated": api,
        "phone_system.errors": errors,
    }
    lines = [ABOUT, "from phone_system import errors"]
    for module, names in sorted(modules.items()):
        line = f"from {module} import {', '.join(sorted(names, key=import_sorting))}"
        if len(line) <= WIDTH:
            lines.append(line)
        else:
            lines += [f"from {module} import ("]
            lines += [*(f"    {name}," for name in sorted(names, key=import_sorting)), ")"]
    public = sorted(
        {"errors", *(name for names in modules.values() for name in names)}, key=sorting
    )
    return "\n".join([*lines, "", "__all__ = [", *(f'    "{n}",' for n in public), "]"]) + "\n"


def main() -> int:
    """Writes or checks the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("schema", nargs="?", help="a file; standard input if not given")
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if stale")
    arguments = parser.parse_args()
    if arguments.schema is None:
        schema = json.load(sys.stdin)
    else:
        schema = json.loads(Path(arguments.schema).read_text(encoding="utf-8"))
    api, api_names = generated(schema)
    errors, error_names = error_classes(schema["errors"])
    files = {
        "__init__.py": package(api_names, error_names),
        "_error_codes.py": error_codes(schema["errors"]),
        "_generated.py": api,
        "errors.py": errors,
    }
    stale = 0
    for name, text in files.items():
        path = PACKAGE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if arguments.check:
            print(f"{path} is not what generate.py would write", file=sys.stderr)
            stale = 1
        else:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
