"""Vietnamese is complete: every message of the code and the templates has a translation that fits."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = {"_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with (ROOT / "translations" / "vi" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="vi")


def _used_messages() -> set[str | tuple[str, ...]]:
    methods, options = parse_mapping_cfg(io.StringIO((ROOT / "babel.cfg").read_text()))
    found = set()
    for part in ("core", "catalog", "traceability", "market", "seeds", "templates"):
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / part, methods, options, KEYWORDS):
            found.add(message)
    return found


def test_every_message_is_translated(catalog: Catalog) -> None:
    missing = []
    for message in _used_messages():
        key = message[0] if isinstance(message, tuple) else message
        entry = catalog.get(key)
        if (
            entry is None
            or not entry.string
            or entry.fuzzy
            or (isinstance(entry.string, tuple) and not all(entry.string))
        ):
            missing.append(key)
    assert sorted(missing) == []


def test_placeholders_are_the_same(catalog: Catalog) -> None:
    wrong = []
    for entry in catalog:
        if not entry.id:
            continue
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        if any(set(PLACEHOLDER.findall(text)) != wanted for text in strings):
            wrong.append(entry.id)
    assert wrong == []


def test_the_catalogue_holds_nothing_unused(catalog: Catalog) -> None:
    used = {message[0] if isinstance(message, tuple) else message for message in _used_messages()}
    unused = [
        entry.id
        for entry in catalog
        if entry.id and (entry.id[0] if isinstance(entry.id, tuple) else entry.id) not in used
    ]
    assert unused == []
