"""Every row of the table in docs/public-record.md, for every reader: what they may see, and nothing else.

Each field of a farm holds words that stand nowhere else. Each reader opens every page and interface where the fields
could stand, and what they got is searched for those words.
"""

from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.traceability.passport.scene import READERS, Scene

_DOCUMENT: Final = Path(__file__).resolve().parents[3] / "docs" / "public-record.md"


def table() -> dict[str, dict[str, bool]]:
    """The table of the document: by field, what each reader sees."""
    lines = [line for line in _DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    header, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    assert tuple(header[1:]) == READERS
    assert all(set(row[1:]) <= {"yes", "no"} for row in rows)
    return {row[0]: {reader: cell == "yes" for reader, cell in zip(READERS, row[1:], strict=True)} for row in rows}


def test_the_table_names_every_field_that_is_looked_for(client: FlaskClient) -> None:
    assert set(table()) == set(Scene(client).words())


@pytest.mark.parametrize("name", READERS)
def test_a_reader_sees_what_the_table_says_and_nothing_else(app: Flask, client: FlaskClient, name: str) -> None:
    scene = Scene(client)
    seen = scene.seen_by(app.test_client(), name)
    expected = {field: readers[name] for field, readers in table().items()}
    found: dict[str, Any] = {}
    for field, words in scene.words().items():
        present = [word.replace("\u00a0", " ") in seen for word in words]
        found[field] = present[0] if len(set(present)) == 1 else dict(zip(words, present, strict=True))
    assert found == expected
