"""Decisions about print runs, without any I/O."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.labels.designs import DESIGNS, Design

MOST_LABELS: Final = 10_000
"""Of one run: what a printer takes in one go, and a phone can still download."""
MOST_COPIES_OF_ITEM: Final = 10
MOST_UNFINISHED: Final = 20
"""Runs of one account that are not finished."""
KEPT_FOR: Final = timedelta(days=14)
"""How long a finished file can be downloaded; the run itself stays on the list."""
LABELS_A_PIECE: Final = 500


def check_design(code: str) -> Design:
    """The design with this code; raises Invalid for `design`."""
    design = DESIGNS.get(code)
    if design is None:
        raise Invalid(_("Choose a design from the list."), field="design")
    return design


def check_copies(copies: int, *, items: int | None) -> int:
    """How many labels the run has: `copies` of one, or of each of so many `items`; raises Invalid for `copies`."""
    if items is None:
        if not 1 <= copies <= MOST_LABELS:
            raise Invalid(_("Enter how many labels, from 1 to 10,000."), field="copies")
        return copies
    if not 1 <= copies <= MOST_COPIES_OF_ITEM:
        raise Invalid(_("Enter how many labels each item gets, from 1 to 10."), field="copies")
    if items * copies > MOST_LABELS:
        raise Invalid(_("One run has at most 10,000 labels. Print the rest in another run."), field="last")
    return items * copies


def check_range(first: int, last: int, *, count: int) -> range:
    """The positions (from 0) from the `first`-th to the `last`-th number (from 1) of a block with `count` numbers.

    Raises Invalid for the one that makes no sense.
    """
    if not 1 <= first <= count:
        raise Invalid(_("This block has the numbers 1 to %(count)s.", count=count), field="first")
    if not first <= last <= count:
        raise Invalid(
            _("This block has the numbers 1 to %(count)s, and the last comes after the first.", count=count),
            field="last",
        )
    return range(first - 1, last)


def check_start(start: int, design: Design) -> int:
    """The cell (from 0) of the first label, when a sheet is used from its `start`-th label on; raises Invalid."""
    if not 1 <= start <= design.labels_a_page:
        raise Invalid(_("This sheet has the labels 1 to %(count)s.", count=design.labels_a_page), field="start")
    return start - 1


def check_reason(reason: str | None, *, reprint: int) -> str | None:
    """Why numbers are printed for the `reprint`-th time after the first; None for the first; raises Invalid."""
    if reprint == 0:
        return None
    if not reason or len(reason) > 200:
        message = _(
            "Labels with these serial numbers were printed before. Say why they are printed again, in at most 200 "
            "characters: for example “the printer tore sheet 3”."
        )
        raise Invalid(message, field="reason")
    return reason


def pages_of(label_count: int, *, start: int, labels_a_page: int) -> int:
    """How many pages so many labels take when the first page begins with the cell `start` (from 0)."""
    return -(-(start + label_count) // labels_a_page)


def cells_of_page(page: int, *, label_count: int, start: int, labels_a_page: int) -> Iterator[tuple[int, int]]:
    """The cells of a page (from 0) that are used, each with the position of its label in the run."""
    first = page * labels_a_page
    for cell in range(labels_a_page):
        label = first + cell - start
        if 0 <= label < label_count:
            yield cell, label
