"""Decisions about print runs: ranges, copies, pages and cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from traceability.labels import rules
from traceability.labels.designs import DESIGNS

SHEET, ROLL = DESIGNS["a4-3x8"], DESIGNS["roll-40x30"]
pytestmark = pytest.mark.usefixtures("session")


@given(st.integers(1, 10_000), st.data())
def test_every_label_has_one_cell_of_one_page(label_count: int, data: st.DataObject) -> None:
    per_page = data.draw(st.sampled_from(sorted({design.labels_a_page for design in DESIGNS.values()})))
    start = data.draw(st.integers(0, per_page - 1))
    pages = rules.pages_of(label_count, start=start, labels_a_page=per_page)
    cells = [
        (page, cell, label)
        for page in range(pages)
        for cell, label in rules.cells_of_page(page, label_count=label_count, start=start, labels_a_page=per_page)
    ]
    assert [label for _page, _cell, label in cells] == list(range(label_count))
    assert cells[0][:2] == (0, start)
    assert all(0 <= cell < per_page for _page, cell, _label in cells)
    assert len({(page, cell) for page, cell, _label in cells}) == label_count
    assert not list(rules.cells_of_page(pages, label_count=label_count, start=start, labels_a_page=per_page))


@pytest.mark.parametrize(
    ("first", "last", "field"), [(0, 5, "first"), (11, 11, "first"), (5, 4, "last"), (5, 11, "last"), (-1, 1, "first")]
)
def test_ranges_outside_the_block_are_refused(first: int, last: int, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_range(first, last, count=10)
    assert refusal.value.field == field


def test_ranges_count_from_one_and_positions_from_nought() -> None:
    assert rules.check_range(1, 10, count=10) == range(10)
    assert rules.check_range(10, 10, count=10) == range(9, 10)


@pytest.mark.parametrize(
    ("copies", "items", "field"),
    [(0, None, "copies"), (10_001, None, "copies"), (0, 5, "copies"), (11, 5, "copies"), (1, 10_001, "last")],
)
def test_absurd_amounts_are_refused(copies: int, items: int | None, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_copies(copies, items=items)
    assert refusal.value.field == field


def test_copies_are_of_each_item() -> None:
    assert rules.check_copies(3, items=None) == 3
    assert rules.check_copies(2, items=5000) == 10_000


def test_a_sheet_begins_with_one_of_its_labels() -> None:
    assert (rules.check_start(1, SHEET), rules.check_start(24, SHEET), rules.check_start(1, ROLL)) == (0, 23, 0)
    for start, design in ((0, SHEET), (25, SHEET), (2, ROLL)):
        with pytest.raises(Invalid) as refusal:
            rules.check_start(start, design)
        assert refusal.value.field == "start"


def test_only_a_reprint_needs_a_reason_and_only_it_keeps_one() -> None:
    assert rules.check_reason("rách", reprint=0) is None
    assert rules.check_reason("rách", reprint=1) == "rách"
    for reason in ("", None, "x" * 201):
        with pytest.raises(Invalid) as refusal:
            rules.check_reason(reason, reprint=1)
        assert refusal.value.field == "reason"


def test_a_design_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid):
        rules.check_design("a4-9x9")
