"""Row types beside the tables they go into."""

import uuid
from datetime import UTC, datetime
from random import Random

import pytest

from core.db import db
from seeds.identifiers import KeySource
from seeds.rows import TABLES


@pytest.mark.parametrize("row_type", TABLES, ids=TABLES.get)
def test_a_row_has_every_column_of_its_table(row_type: type) -> None:
    columns = db.metadata.tables[TABLES[row_type]].columns
    assert set(row_type._fields) == set(columns.keys())


def test_keys_are_version_7_and_sort_by_time() -> None:
    keys = KeySource(Random(1))
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 20)]
    made = [keys.key(moment) for moment in moments]
    assert made == sorted(made)
    for key, moment in zip(made, moments, strict=True):
        parsed = uuid.UUID(key)
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        assert parsed.int >> 80 == int(moment.timestamp() * 1000)


def test_the_same_seed_gives_the_same_keys() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert KeySource(Random("a")).key(moment) == KeySource(Random("a")).key(moment)
    assert KeySource(Random("a")).key(moment) != KeySource(Random("b")).key(moment)
