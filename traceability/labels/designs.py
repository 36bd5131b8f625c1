"""Designs of labels: sheets with their grids, rolls, and signs. All lengths are millimetres.

The grids are those that label sheets are sold with, whoever makes them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.i18n import format_number
from core.i18n import gettext as _


class DesignKind(StrEnum):
    """What comes out of the printer."""

    SHEET = "sheet"
    ROLL = "roll"
    SIGN = "sign"


class Part(StrEnum):
    """What may stand on a label beside the product's name and the code."""

    STARS = "stars"
    PRODUCER = "producer"
    LOT = "lot"
    HARVESTED = "harvested"
    BEST_BEFORE = "best_before"


_DATES: Final = (Part.HARVESTED, Part.BEST_BEFORE)
_EVERYTHING: Final = tuple(Part)


@dataclass(frozen=True, slots=True)
class Design:
    """One way to print labels: `columns` × `rows` of them, each `width` × `height`, on a page.

    `left` and `top` are the margins before the first label, `gap_x` and `gap_y` lie between two. `shows` names the
    parts that fit. `is_cut` asks for fine lines to cut along, where the paper itself has none.
    """

    code: str
    kind: DesignKind
    page_width: float
    page_height: float
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    gap_x: float = 0
    gap_y: float = 0
    shows: tuple[Part, ...] = _EVERYTHING
    is_cut: bool = False

    @property
    def labels_a_page(self) -> int:
        """How many labels a page holds."""
        return self.columns * self.rows

    def place(self, cell: int) -> tuple[float, float]:
        """The upper left corner of a label, from that of the page; cells count from 0, row by row."""
        row, column = divmod(cell, self.columns)
        return self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)

    @property
    def size(self) -> str:
        """The label's size in the reader's language: "63,5 × 38,1 mm"."""
        return str(_("%(width)s × %(height)s mm", width=format_number(self.width), height=format_number(self.height)))

    @property
    def name(self) -> str:
        """What the design is called in the reader's language."""
        match self.kind:
            case DesignKind.SHEET:
                grid = {"count": self.labels_a_page, "columns": self.columns, "rows": self.rows}
                return str(_("A4 sheet, %(count)s labels (%(columns)s × %(rows)s)", **grid))
            case DesignKind.ROLL:
                return str(_("Roll, %(size)s", size=self.size))
            case DesignKind.SIGN:
                return str(_("Sign for a box or stall, %(paper)s", paper=self.code.removeprefix("sign-").upper()))


def _sheet(
    grid: tuple[int, int],
    size: tuple[float, float],
    margins: tuple[float, float],
    *,
    gap_x: float = 0,
    shows: tuple[Part, ...] = _EVERYTHING,
    is_cut: bool = False,
) -> Design:
    """A sheet of A4 with its margins at the left and above."""
    columns, rows = grid
    code = f"a4-{columns}x{rows}"
    return Design(
        code, DesignKind.SHEET, 210, 297, *size, columns, rows, *margins, gap_x=gap_x, shows=shows, is_cut=is_cut
    )


def _roll(width: float, height: float, shows: tuple[Part, ...] = _EVERYTHING) -> Design:
    code = f"roll-{width:g}x{height:g}"
    return Design(code, DesignKind.ROLL, width, height, width, height, shows=shows)


DESIGNS: Final = {
    design.code: design
    for design in (
        _roll(100, 50),
        _roll(50, 30, shows=(Part.STARS, Part.PRODUCER, *_DATES)),
        _roll(40, 30, shows=_DATES),
        _sheet((2, 5), (100, 50), (5, 23.5), is_cut=True),
        _sheet((2, 7), (99.1, 38.1), (4.65, 15.15), gap_x=2.5),
        _sheet((3, 7), (63.5, 38.1), (7.25, 15.15), gap_x=2.5),
        _sheet((3, 8), (70, 37), (0, 0.5)),
        _sheet((4, 10), (48.5, 25.4), (8, 21.5), shows=_DATES),
        _sheet((5, 13), (38.1, 21.2), (4.75, 10.7), gap_x=2.5, shows=_DATES),
        Design("sign-a5", DesignKind.SIGN, 148, 210, 148, 210),
        Design("sign-a4", DesignKind.SIGN, 210, 297, 210, 297),
    )
}
"""By code, in the order in which they are offered."""

DEFAULT_DESIGN: Final = "roll-100x50"
