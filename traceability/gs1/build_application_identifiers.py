"""Rebuild ``application_identifiers.json`` from the GS1 Barcode Syntax Dictionary.

    python -m traceability.gs1.build_application_identifiers gs1-syntax-dictionary.txt

Only the facts are kept: ranges are spelled out to single identifiers, components and attributes become lists.
The dictionary itself is published by GS1 and is not part of this repository.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("application_identifiers.json")
_FLAGS = frozenset("*!?\"$%&'()+,-./:;<=>@\\^_`{|}~")
_COMPONENT = re.compile(
    r"(?P<open>\[)?(?P<kind>[NXYZ])(?P<range>\.\.)?(?P<length>\d+)(?P<close>\])?(?P<linters>(,\w+)*)"
)


def build(dictionary: str) -> dict[str, dict[str, Any]]:
    """The table of identifiers, by application identifier, out of the text of the dictionary."""
    table: dict[str, dict[str, Any]] = {}
    for line in dictionary.splitlines():
        if line.strip() and not line.startswith("#"):
            names, entry = _entry(line)
            table.update(dict.fromkeys(names, entry))
    return table


def _entry(line: str) -> tuple[list[str], dict[str, Any]]:
    facts, _, title = line.partition("#")
    names, *words = facts.split()
    flags = words.pop(0) if set(words[0]) <= _FLAGS else ""
    components: list[dict[str, Any]] = []
    requires: list[list[list[str]]] = []
    excludes: list[str] = []
    qualifiers: list[list[str]] | None = None
    for word in words:
        key, _, value = word.partition("=")
        if key == "req":
            requires.append([group.split("+") for group in value.split(",")])
        elif key == "ex":
            excludes.extend(value.split(","))
        elif key == "dlpkey":
            qualifiers = [sequence.split(",") for sequence in value.split("|")] if value else []
        else:
            components.append(_component(word))
    entry: dict[str, Any] = {"title": title.strip(), "components": components}
    if "*" in flags:
        entry["predefined_length"] = True
    if "?" in flags:
        entry["data_attribute"] = True
    if qualifiers is not None:
        entry["qualifiers"] = qualifiers
    if requires:
        entry["requires"] = requires
    if excludes:
        entry["excludes"] = excludes
    return _names(names), entry


def _component(word: str) -> dict[str, Any]:
    match = _COMPONENT.fullmatch(word)
    if match is None:
        raise ValueError(f"not a component of a specification: {word!r}")
    length = int(match["length"])
    component: dict[str, Any] = {"kind": match["kind"], "min": 1 if match["range"] else length, "max": length}
    if match["open"]:
        component["optional"] = True
    if match["linters"]:
        component["linters"] = match["linters"][1:].split(",")
    return component


def _names(names: str) -> list[str]:
    first, _, last = names.partition("-")
    if not last:
        return [first]
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def write(source: Path, target: Path = TARGET) -> int:
    """Write the table to ``target``, one identifier a line, and return their number."""
    table = build(source.read_text(encoding="utf-8"))
    lines = [f"{json.dumps(ai)}: {json.dumps(entry, ensure_ascii=False)}" for ai, entry in sorted(table.items())]
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return len(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m traceability.gs1.build_application_identifiers PATH-OF-SYNTAX-DICTIONARY")
    sys.stdout.write(f"{write(Path(sys.argv[1]))} application identifiers written to {TARGET.name}\n")
